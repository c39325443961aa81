//! Regular expressions of `matches` and `capture`: searched anywhere in the text, in linear time.

use regex_lite::{Regex, RegexBuilder};

/// Largest compiled pattern, in bytes.
const MAX_COMPILED: usize = 1 << 20;

/// Compiles `pattern`; the error says what is wrong with it.
pub fn compile(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(pattern)
        .size_limit(MAX_COMPILED)
        .build()
        .map_err(|error| format!("{pattern:?} is no regular expression: {error}"))
}
