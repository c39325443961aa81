//! Checks a text by itself.

use std::collections::BTreeMap;
use std::sync::Arc;
use wf::check::{Options, Root, check};
use wf::source::Source;

/// The code of everything that is reported about `text`, and whether it is an error. The text is a file called
/// `<name>.wf`, which nothing but itself and the standard library can be imported into.
pub fn codes(name: &str, text: &str) -> Vec<(&'static str, bool)> {
    let name = format!("{name}.wf");
    let files = BTreeMap::from([(name.clone(), text.to_owned())]);
    let source = Arc::new(Source::new(name, text));
    let checked = check(vec![Root { source, parsed: None }], Options { loader: &files, ..Options::default() });
    checked.diagnostics.iter().map(|found| (found.code.name, found.is_error())).collect()
}
