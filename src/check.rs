//! Names, types and effects: what a tree means, and everything that is wrong with it. Pure.
//!
//! ```text
//! load ─→ env (items, scopes, signatures) ─→ item (one checker for each: types, names, flow) ─→ passes (analyses)
//! ```
//!
//! An item is checked by itself against what the others declare ([`mod@env`]), so that its [`facts`] can be kept when only
//! another item changes. What is expected of an expression flows inwards; what is [`ty::Ty::Unknown`] because of an
//! error is silent, so that nothing derived is reported. Words stand in [`errors`], one small function each.

mod assign;
mod checker;
pub(crate) mod env;
mod errors;
mod expr;
pub mod facts;
mod failure;
mod item;
pub mod load;
mod names;
mod outline;
pub mod passes;
mod pasted;
mod recursion;
mod scheme;
mod session;
mod signature;
mod stmt;
mod tests;
pub mod ty;
mod types;

use std::sync::Arc;

use ecow::EcoString;

use facts::{Checked, Signature};
pub use load::{LoadError, Loader, NoFiles, Root};
pub use session::Session;

/// What a check needs beside its sources.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// Reads what `use` names.
    pub loader: &'a dyn Loader,
    /// Commands of the host program: name and signature.
    pub host: &'a [(EcoString, Signature)],
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { loader: &NoFiles, host: &[] }
    }
}

/// Checks `roots` and all that they import. Total: whatever the text, there are facts and diagnostics.
pub fn check(roots: Vec<Root>, options: Options) -> Checked {
    Session::default().check(roots, options)
}

/// Checks one file that imports nothing but the standard library.
pub fn check_text(name: &str, text: &str) -> Checked {
    let source = Arc::new(crate::source::Source::new(name, text));
    check(vec![Root { source, parsed: None }], Options::default())
}
