//! Every fixed limit, with its reason. A limit that is hit is an ordinary diagnostic or failure that names it.

/// Largest source file, in bytes: spans are 32-bit, and nobody writes a workflow of 64 MiB by hand.
pub const MAX_SOURCE: usize = 64 << 20;

/// Deepest nesting of brackets and blocks: every later pass may recurse this deep without fear for its stack.
pub const MAX_NESTING: usize = 128;

/// Most operands, method calls or unary operators in one chain: chains become left-deep trees.
pub const MAX_CHAIN: usize = 256;

/// Items longer than this, in bytes, are parsed statement by statement, so that pest's token queue stays small.
pub const WHOLE_ITEM: usize = 4096;

/// Syntax errors reported per file; past it one more says how many were left out.
pub const MAX_SYNTAX_ERRORS: usize = 100;

/// Longest text that an expression may make, in bytes: `"x".repeat(n)` must not take the machine down.
pub const MAX_TEXT: usize = 64 << 20;

/// Most elements, fields and texts in one value that an expression makes: a value that holds itself twice, thirty times
/// over, is small in memory and endless in the journal.
pub const MAX_VALUE: usize = 4 << 20;

/// Most operations and elements looked at in one evaluation: about a second.
pub const MAX_FUEL: u64 = 20_000_000;

/// Deepest nesting of an expression and the functions that it calls, so that evaluation cannot exhaust its stack.
pub const MAX_DEPTH: usize = 320;
