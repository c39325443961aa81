//! The formatter: one style, no options.
//!
//! Two columns of indentation, at most 100 columns, comments and single blank lines where they were, strings as they
//! were. What it prints has the same tree, and is its own fixed point. A list, call or block that was opened on a line
//! of its own stays open; everything else stands on one line where it fits.

mod clause;
mod doc;
mod expression;
mod item;
mod sequence;
mod statement;
mod test;

use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};
use crate::syntax::tree::{Comment, ItemKind, Name, Slot, Tree};
use doc::{Doc, Token};

/// `text` in the one style.
///
/// # Errors
/// The syntax errors of `text`, placed in file 0; nothing is formatted then.
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let parsed = crate::syntax::parse(FileId(0), text);
    if parsed.diagnostics.iter().any(Diagnostic::is_error) {
        let mut diagnostics = parsed.diagnostics.clone();
        for place in diagnostics.iter_mut().flat_map(Diagnostic::places_mut) {
            *place = parsed.absolute(*place);
        }
        return Err(diagnostics);
    }
    Ok(format_tree(&parsed.tree, parsed.text()))
}

/// The file that `tree` was parsed from, whose text is `text`, in the one style. What could not be parsed is copied
/// byte for byte.
pub fn format_tree(tree: &Tree, text: &str) -> String {
    let mut printer = Printer { text, comments: &tree.comments, next: 0, base: 0, doc: Doc::default() };
    printer.file(tree);
    printer.doc.render()
}

/// Walks a tree and writes its document.
struct Printer<'a> {
    text: &'a str,
    comments: &'a [Comment],
    /// The first comment not yet written.
    next: usize,
    /// What the spans of the current item count from.
    base: u32,
    doc: Doc<'a>,
}

impl<'a> Printer<'a> {
    fn push(&mut self, token: Token<'a>) {
        self.doc.push(token);
    }

    fn word(&mut self, text: &'a str) {
        self.doc.push(Token::Text(text));
    }

    fn name(&mut self, name: &'a Name) {
        self.word(&name.text);
    }

    fn absolute(&self, span: Span) -> Span {
        span.shift(self.base)
    }

    /// The source of `span`, byte for byte.
    fn verbatim(&mut self, span: Span) {
        let span = self.absolute(span);
        self.skip_comments(span.end);
        self.push(Token::Verbatim(span.of(self.text)));
    }

    /// A list of names or the like: `a, b`.
    fn joined(&mut self, names: &'a [Name]) {
        for (i, name) in names.iter().enumerate() {
            if i > 0 {
                self.word(", ");
            }
            self.name(name);
        }
    }

    fn file(&mut self, tree: &'a Tree) {
        let mut prev = 0;
        let version = match &tree.version {
            Some((number, span)) => {
                self.before(0, span.start, true, Token::Hard);
                prev = span.end;
                number.as_str()
            }
            None => "1",
        };
        self.word("wf ");
        self.word(version);
        let mut above: Option<&Slot> = None;
        for slot in &tree.items {
            self.base = slot.start;
            let start = self.absolute(slot.item.allows.first().map_or(slot.item.span, |allow| allow.span)).start;
            let apart = above.is_none_or(|above| stands_apart(above) || stands_apart(slot));
            self.separate(prev, start, apart);
            self.item(&slot.item);
            prev = self.absolute(slot.item.span).end;
            above = Some(slot);
        }
        let end = self.text.len() as u32;
        if above.is_none() && self.comments.get(self.next).is_some_and(|comment| comment.own_line) {
            self.push(Token::Blank);
        }
        self.before_close(prev, end, above.is_none(), Token::Hard);
    }

    /// The comments and line breaks before an item, with an empty line where there must be one.
    fn separate(&mut self, prev: u32, start: u32, apart: bool) {
        let has_blank = self.blank_between(prev, start);
        while let Some(comment) = self.comments.get(self.next)
            && comment.span.start < start
            && !comment.own_line
        {
            self.comments_to_line_end(comment.span.start + 1);
        }
        let first = apart && (!has_blank || prev == 0);
        if first {
            self.push(Token::Blank);
        }
        self.before(prev, start, first, Token::Hard);
    }
}

/// Whether an item has an empty line above and below it in any case.
fn stands_apart(slot: &Slot) -> bool {
    use ItemKind::{Agent, Command, Gates, Handler, Test, Workflow};
    matches!(slot.item.kind, Workflow(_) | Test(_) | Command(_) | Handler(_) | Gates(_) | Agent(_))
}
