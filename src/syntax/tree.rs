//! The syntax tree: plain data, a span on every node, no names resolved.
//!
//! Spans are relative to the item (`Item`) that holds the node. What could not be parsed is a `Broken` node, which
//! every later phase passes over in silence, since it has been reported.

mod action;
mod expr;
mod flow;
mod item;
mod test;

pub use action::*;
pub use expr::*;
pub use flow::*;
pub use item::*;
pub use test::*;

use crate::source::Span;
use ecow::EcoString;

/// Number of a node inside its item, dense from 0; [`Expr`]s, [`Stmt`]s and [`Clause`]s share one sequence, so that facts
/// about them can stand in plain vectors.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(pub u32);

/// An identifier where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Name {
    /// The identifier; empty where one was missing (already reported).
    pub text: EcoString,
    /// Where.
    pub span: Span,
}

impl Name {
    /// Whether no name was written where one was needed.
    pub fn is_missing(&self) -> bool {
        self.text.is_empty()
    }
}

/// A documentation comment: the lines without their slashes and one leading space, joined by newlines.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Doc {
    /// The text.
    pub text: EcoString,
    /// From the first slash to the end of the last line.
    pub span: Span,
}

/// `allow(lint, …) "reason"` before a statement or an item.
#[derive(Clone, PartialEq, Debug)]
pub struct Allow {
    /// The lints to silence.
    pub lints: Box<[Name]>,
    /// Why.
    pub reason: Option<Text>,
    /// The whole.
    pub span: Span,
}

/// A file: its items in order, and what stands around them.
#[derive(Clone, Default, Debug)]
pub struct Tree {
    /// `wf 1`: the number as written, with its absolute span.
    pub version: Option<(EcoString, Span)>,
    /// `//!` lines (absolute span).
    pub docs: Option<Doc>,
    /// The items in source order.
    pub items: Vec<Slot>,
    /// Every comment of the file in order, with absolute spans.
    pub comments: Vec<Comment>,
}

/// An item in its file. The item itself does not know where it stands, so that it survives edits elsewhere.
#[derive(Clone, Debug)]
pub struct Slot {
    /// Absolute byte offset that the spans of `item` count from.
    pub start: u32,
    /// Absolute end.
    pub end: u32,
    /// Hash of the text of the slot.
    pub hash: u64,
    /// The item.
    pub item: std::sync::Arc<Item>,
    /// What is wrong with its syntax, relative to it (as of item 0): kept with it so that re-use keeps them.
    pub errors: std::sync::Arc<[crate::diagnostic::Diagnostic]>,
}

/// What a comment is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CommentKind {
    /// `// …`
    Line,
    /// `/// …`
    Doc,
    /// `//! …`
    File,
}

/// A comment where it stands; absolute span, without the line break.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Comment {
    /// Which kind.
    pub kind: CommentKind,
    /// From its first slash to the end of its line.
    pub span: Span,
    /// Whether nothing but blanks stands before it on its line.
    pub own_line: bool,
}
