//! What is wrong, where, and what to do next: the one type that every phase reports with.
//!
//! A diagnostic is declared once, as a [`Code`] in [`codes`], with a page under `docs/diagnostics/`; worded in one
//! small function of the phase that finds it; and drawn by [`render`].

pub mod codes;
pub mod fix;
pub mod render;

use crate::source::{FileId, Location, Span};

/// How bad it is. Ordered from mild to severe.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; never fails a check.
    Hint,
    /// A lint: probably a mistake; fails a check under `--deny warnings`, and a run under `--strict`.
    Warning,
    /// The file does not check.
    Error,
}

/// The declaration of one kind of diagnostic.
#[derive(Debug)]
pub struct Code {
    /// Stable kebab-case name, as in `allow(name)` and `wf explain name`.
    pub name: &'static str,
    /// Severity unless a flag changes it.
    pub severity: Severity,
    /// One line for lists of codes.
    pub summary: &'static str,
    /// The explanation, Markdown, with a wrong and a right example.
    pub page: &'static str,
}

/// Where something is, before it is placed in its file: relative to an item while items are checked apart from each
/// other (so that their diagnostics survive an edit elsewhere), or absolute.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// Index of the item that `span` is relative to; [`Place::ABSOLUTE`] when it is relative to the file.
    pub item: u32,
    /// The range.
    pub span: Span,
}

impl Place {
    /// Marks a span that counts from the start of the file.
    pub const ABSOLUTE: u32 = u32::MAX;

    /// A place given by bytes of the file.
    pub const fn absolute(file: FileId, span: Span) -> Self {
        Self { file, item: Self::ABSOLUTE, span }
    }
}

/// A range of source with a few words about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What about it; may be empty.
    pub text: String,
}

/// A change that mends the diagnostic.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// What applying it does, in the imperative: ``replace with `spec` ``.
    pub title: String,
    /// Replacements, not overlapping.
    pub edits: Vec<(Place, String)>,
    /// Whether `wf check --fix` may apply it unasked: only when it cannot change what the author meant.
    pub certain: bool,
}

/// One finding.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Which kind.
    pub code: &'static Code,
    /// Usually `code.severity`.
    pub severity: Severity,
    /// What is wrong, in the user's words; a clause without a full stop.
    pub message: String,
    /// Where it is wrong, with what to say there.
    pub primary: Label,
    /// The cause, and other places that matter.
    pub secondary: Vec<Label>,
    /// What to do next.
    pub help: Option<String>,
    /// Ways to mend it.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// A diagnostic of `code` at `place`.
    pub fn new(code: &'static Code, place: Place, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity,
            message: message.into(),
            primary: Label { place, text: String::new() },
            secondary: Vec::new(),
            help: None,
            fixes: Vec::new(),
        }
    }

    /// Says something at the primary place.
    #[must_use]
    pub fn here(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Adds a second place with what to say there.
    #[must_use]
    pub fn label(mut self, place: Place, text: impl Into<String>) -> Self {
        self.secondary.push(Label { place, text: text.into() });
        self
    }

    /// Says what to do next.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Offers a change. `certain` as in [`Fix`].
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, place: Place, text: impl Into<String>, certain: bool) -> Self {
        self.fixes.push(Fix { title: title.into(), edits: vec![(place, text.into())], certain });
        self
    }

    /// Whether it makes a check fail.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// All places in it, to be turned from item-relative to absolute.
    pub fn places_mut(&mut self) -> impl Iterator<Item = &mut Place> {
        std::iter::once(&mut self.primary.place)
            .chain(self.secondary.iter_mut().map(|label| &mut label.place))
            .chain(self.fixes.iter_mut().flat_map(|fix| fix.edits.iter_mut().map(|(place, _)| place)))
    }

    /// The primary place once it is absolute.
    pub fn location(&self) -> Location {
        debug_assert_eq!(self.primary.place.item, Place::ABSOLUTE);
        Location { file: self.primary.place.file, span: self.primary.place.span }
    }
}
