//! Drawing diagnostics: for people (`human`, `short`), for programs (`json`, `sarif`), for code hosts (`github`).

mod github;
mod human;
mod json;
mod sarif;
mod short;

use std::io::{self, Write};

use super::{Diagnostic, Label, Severity};
use crate::source::{Position, Sources};

/// The formats of `wf check --format`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
pub enum Format {
    /// Excerpts of the source with labels, help and fixes.
    #[default]
    Human,
    /// One line each: `path:line:column: severity[code]: message`.
    Short,
    /// An array of objects.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands that GitHub turns into annotations.
    Github,
}

/// How the human format is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether colours may be used.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self { color: false, width: 100 }
    }
}

/// Writes `diagnostics` (their places absolute) in `format`.
pub fn render(
    out: &mut dyn Write,
    format: Format,
    style: Style,
    sources: &Sources,
    diagnostics: &[Diagnostic],
) -> io::Result<()> {
    match format {
        Format::Human => human::render(out, style, sources, diagnostics),
        Format::Short => short::render(out, sources, diagnostics),
        Format::Json => json::render(out, sources, diagnostics),
        Format::Sarif => sarif::render(out, sources, diagnostics),
        Format::Github => github::render(out, sources, diagnostics),
    }
}

/// `1 error and 2 warnings`, or `None` where there is nothing to count.
pub fn summary(diagnostics: &[Diagnostic]) -> Option<String> {
    let count = |severity| diagnostics.iter().filter(|d| d.severity == severity).count();
    let words = |n: usize, word: &str| match n {
        0 => None,
        1 => Some(format!("1 {word}")),
        n => Some(format!("{n} {word}s")),
    };
    let parts: Vec<String> = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Hint, "hint")]
        .into_iter()
        .filter_map(|(severity, word)| words(count(severity), word))
        .collect();
    match parts.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        [first, last] => Some(format!("{first} and {last}")),
        [first, middle @ .., last] => Some(format!("{first}, {} and {last}", middle.join(", "))),
    }
}

impl Severity {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Hint => "hint",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Path, start and end of a label.
fn spot<'a>(sources: &'a Sources, label: &Label) -> (&'a str, Position, Position) {
    let source = sources.get(label.place.file);
    (source.name(), source.position(label.place.span.start), source.position(label.place.span.end))
}
