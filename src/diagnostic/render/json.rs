//! An array of objects, for programs.

use std::io::{self, Write};

use serde::Serialize;

use super::spot;
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::source::Sources;

/// A range in a file. Lines and columns count from 1, columns in characters; the end is exclusive.
#[derive(Serialize)]
struct Range<'a> {
    path: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

impl<'a> Range<'a> {
    fn of(sources: &'a Sources, label: &Label) -> Self {
        let (path, start, end) = spot(sources, label);
        Self { path, line: start.line, column: start.column, end_line: end.line, end_column: end.column }
    }
}

#[derive(Serialize)]
struct Object<'a> {
    #[serde(flatten)]
    range: Range<'a>,
    severity: Severity,
    code: &'static str,
    message: &'a str,
    label: &'a str,
    help: Option<&'a str>,
    related: Vec<Related<'a>>,
    fixes: Vec<FixObject<'a>>,
}

#[derive(Serialize)]
struct Related<'a> {
    #[serde(flatten)]
    range: Range<'a>,
    message: &'a str,
}

#[derive(Serialize)]
struct FixObject<'a> {
    title: &'a str,
    certain: bool,
    edits: Vec<EditObject<'a>>,
}

#[derive(Serialize)]
struct EditObject<'a> {
    #[serde(flatten)]
    range: Range<'a>,
    text: &'a str,
}

fn object<'a>(sources: &'a Sources, diagnostic: &'a Diagnostic) -> Object<'a> {
    let related = diagnostic.secondary.iter();
    let edit = |place, text| EditObject { range: Range::of(sources, &Label { place, text: String::new() }), text };
    Object {
        range: Range::of(sources, &diagnostic.primary),
        severity: diagnostic.severity,
        code: diagnostic.code.name,
        message: &diagnostic.message,
        label: &diagnostic.primary.text,
        help: diagnostic.help.as_deref(),
        related: related.map(|label| Related { range: Range::of(sources, label), message: &label.text }).collect(),
        fixes: diagnostic
            .fixes
            .iter()
            .map(|fix| FixObject {
                title: &fix.title,
                certain: fix.certain,
                edits: fix.edits.iter().map(|(place, text)| edit(*place, text.as_str())).collect(),
            })
            .collect(),
    }
}

pub(super) fn render(out: &mut dyn Write, sources: &Sources, diagnostics: &[Diagnostic]) -> io::Result<()> {
    let objects: Vec<Object> = diagnostics.iter().map(|diagnostic| object(sources, diagnostic)).collect();
    serde_json::to_writer_pretty(&mut *out, &objects)?;
    writeln!(out)
}
