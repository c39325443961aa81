//! Parsing: `tests/cases/parse/ok/*.wf` have no diagnostics and a blessed tree (`.tree`);
//! `tests/cases/parse/recover/*.wf` have blessed diagnostics (`.txt`), one per line with help and fix below.

use crate::{bless, dump};
use std::fs;
use wf::diagnostic::Diagnostic;
use wf::source::{FileId, Source};
use wf::syntax::{Parsed, parse, parse_bytes};

const FILE: FileId = FileId(0);

/// `line:col: severity[code]: message`, with help and fixes on lines of their own.
pub fn short(parsed: &Parsed, source: &Source, diagnostic: &Diagnostic) -> String {
    let at = |place| {
        let position = source.position(parsed.absolute(place).span.start);
        format!("{}:{}", position.line, position.column)
    };
    let code = diagnostic.code.name;
    let mut out = format!("{}: error[{code}]: {}\n", at(diagnostic.primary.place), diagnostic.message);
    for label in &diagnostic.secondary {
        out += &format!("    {}: {}\n", at(label.place), label.text);
    }
    if let Some(help) = &diagnostic.help {
        out += &format!("    help: {help}\n");
    }
    for fix in &diagnostic.fixes {
        let certain = if fix.certain { "fix" } else { "maybe" };
        for (place, text) in &fix.edits {
            let span = parsed.absolute(*place).span;
            out += &format!("    {certain}: {:?} -> {text:?}\n", span.of(source.text()));
        }
    }
    out
}

fn report(parsed: &Parsed) -> String {
    let source = Source::new("case.wf", parsed.text().clone());
    parsed.diagnostics.iter().map(|diagnostic| short(parsed, &source, diagnostic)).collect()
}

#[test]
fn valid_files_have_the_blessed_tree() {
    let mut differences = Vec::new();
    for case in bless::cases("parse/ok", "wf") {
        let text = fs::read_to_string(&case).unwrap();
        let parsed = parse(FILE, &text);
        assert_eq!(report(&parsed), "", "{}", case.display());
        differences.extend(bless::compare(&case.with_extension("tree"), &dump::tree(&parsed.tree)));
    }
    bless::assert_none(differences);
}

#[test]
fn mistakes_are_reported_where_they_are() {
    let mut differences = Vec::new();
    for case in bless::cases("parse/recover", "wf") {
        let bytes = fs::read(&case).unwrap();
        let parsed = parse_bytes(FILE, &bytes);
        let report = report(&parsed);
        assert_ne!(report, "", "{} has no mistake", case.display());
        differences.extend(bless::compare(&case.with_extension("txt"), &report));
    }
    bless::assert_none(differences);
}
