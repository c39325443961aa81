//! Text to tree. Total: any bytes give a tree and diagnostics, never an error or a panic.
//!
//! [`skeleton`] finds comments, the bounds of items and open brackets in one pass. Each item is then parsed on its own
//! ([`mod@item`]): by one match of the grammar and the [`build`]er, or part by part where that fails ([`recover`]).

mod build;
mod errors;
mod fragment;
mod item;
mod keywords;
mod lexeme;
mod node;
mod recover;
mod skeleton;
pub mod tree;
mod unexpected;
mod words;

pub use fragment::{parse_expr, parse_type};
pub(crate) use keywords::{declared_name, is_reserved, is_taken};

use crate::diagnostic::{Diagnostic, Place};
use crate::limits::{MAX_SOURCE, MAX_SYNTAX_ERRORS};
use crate::source::{FileId, Span};
use memchr::memchr;
use std::borrow::Cow;
use std::sync::Arc;
use tree::{Comment, CommentKind, Doc, Slot, Tree};

/// A parsed file.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// What it says.
    pub tree: Tree,
    /// What is wrong with it, in source order; places in items are relative to them ([`Place::item`]).
    pub diagnostics: Vec<Diagnostic>,
    /// The text it was made from; NUL bytes are blanks in it.
    text: Arc<str>,
}

impl Parsed {
    /// The text that the tree was made from: as given, but for bytes that are no text.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The same place counted from the start of the file.
    pub fn absolute(&self, place: Place) -> Place {
        self.tree.absolute(place)
    }
}

impl Tree {
    /// The same place counted from the start of the file.
    pub fn absolute(&self, place: Place) -> Place {
        let base = self.items.get(place.item as usize).map_or(0, |slot| slot.start);
        Place::absolute(place.file, place.span.shift(base))
    }
}

/// Parses a file.
pub fn parse(file: FileId, text: &str) -> Parsed {
    parse_with(file, text, &[], "")
}

/// Parses a file of which nothing is known; what is not UTF-8 is reported and replaced.
pub fn parse_bytes(file: FileId, bytes: &[u8]) -> Parsed {
    match String::from_utf8_lossy(bytes) {
        Cow::Borrowed(text) => parse(file, text),
        Cow::Owned(text) => {
            let at = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len) as u32;
            let mut parsed = parse(file, &text);
            // The one byte is a replacement character of three in the text.
            parsed.diagnostics.insert(0, errors::not_utf8(file, Span::new(at, at + 3)));
            parsed
        }
    }
}

/// Parses the new text of a file, re-using the items of `old` that have not changed.
pub fn reparse(file: FileId, old: &Parsed, text: &str) -> Parsed {
    parse_with(file, text, &old.tree.items, &old.text)
}

/// Like [`reparse`], from the tree and the text of the last version.
pub(crate) fn reparse_tree(file: FileId, old: &Tree, old_text: &str, text: &str) -> Parsed {
    parse_with(file, text, &old.items, old_text)
}

fn parse_with(file: FileId, text: &str, old: &[Slot], old_text: &str) -> Parsed {
    if text.len() > MAX_SOURCE {
        let diagnostics = vec![errors::too_large(file, text.len())];
        return Parsed { tree: Tree::default(), diagnostics, text: "".into() };
    }
    let nul = memchr(0, text.as_bytes());
    let text: Arc<str> = if nul.is_some() { text.replace('\0', " ").into() } else { text.into() };
    let start = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let skeleton = skeleton::scan(file, &text, start);
    let mut diagnostics = Vec::new();
    if let Some(at) = nul {
        diagnostics.push(errors::nul(file, Span::new(at as u32, at as u32 + 1)));
    }
    diagnostics.extend(skeleton.errors);
    let version = skeleton.version.map(|span| (span.of(&text).into(), span));
    let mut tree = Tree {
        version,
        docs: file_docs(&text, &skeleton.comments, skeleton.items.first().map(|item| item.span.start)),
        items: Vec::with_capacity(skeleton.items.len()),
        comments: skeleton.comments,
    };
    let mut cache = item::Cache::new(old, old_text);
    let mut docs: Vec<Comment> = tree.comments.clone();
    docs.retain(|comment| comment.kind == CommentKind::Doc);
    for bounds in skeleton.items {
        let slot = cache.take(&text, &bounds).unwrap_or_else(|| item::parse(file, &text, bounds, &docs));
        let number = tree.items.len() as u32;
        diagnostics.extend(slot.errors.iter().map(|error| placed(error, file, number)));
        tree.items.push(slot);
    }
    limit(&mut diagnostics);
    Parsed { tree, diagnostics, text }
}

/// The diagnostic of an item as one of item `number`.
fn placed(error: &Diagnostic, file: FileId, number: u32) -> Diagnostic {
    let mut error = error.clone();
    for place in error.places_mut() {
        place.file = file;
        place.item = number;
    }
    error
}

/// At most so many diagnostics, and one that says how many were left out.
fn limit(diagnostics: &mut Vec<Diagnostic>) {
    if diagnostics.len() > MAX_SYNTAX_ERRORS {
        let left = diagnostics.len() - MAX_SYNTAX_ERRORS;
        let place = diagnostics[MAX_SYNTAX_ERRORS].primary.place;
        diagnostics.truncate(MAX_SYNTAX_ERRORS);
        diagnostics.push(errors::too_many(place, left));
    }
}

/// The `//!` lines before the first item.
fn file_docs(text: &str, comments: &[Comment], end: Option<u32>) -> Option<Doc> {
    let end = end.unwrap_or(text.len() as u32);
    let docs: Vec<&Comment> = comments
        .iter()
        .take_while(|comment| comment.span.start < end)
        .filter(|comment| comment.kind == CommentKind::File)
        .collect();
    let span = docs.first()?.span.to(docs.last()?.span);
    let line = |doc: &&Comment| {
        let line = doc.span.of(text).trim_start_matches("//!");
        line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned()
    };
    Some(Doc { text: docs.iter().map(line).collect::<Vec<_>>().join("\n").into(), span })
}
