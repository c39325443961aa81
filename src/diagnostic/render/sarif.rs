//! SARIF 2.1.0 (OASIS Standard, 2020): one run, a rule for each code that occurs.

use std::io::{self, Write};

use indexmap::IndexSet;
use serde_json::{Value, json};

use super::spot;
use crate::diagnostic::{Diagnostic, Fix, Label, Severity, codes};
use crate::source::Sources;

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "note",
    }
}

/// A path as a relative or absolute URI reference.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(byte as char),
            b'\\' => out.push('/'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn region(sources: &Sources, label: &Label) -> Value {
    let (_, start, end) = spot(sources, label);
    json!({ "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column })
}

fn location(sources: &Sources, label: &Label) -> Value {
    let (path, ..) = spot(sources, label);
    json!({ "physicalLocation": { "artifactLocation": { "uri": uri(path) }, "region": region(sources, label) } })
}

fn fix(sources: &Sources, fix: &Fix) -> Value {
    let mut changes: indexmap::IndexMap<&str, Vec<Value>> = indexmap::IndexMap::new();
    for (place, text) in &fix.edits {
        let label = Label { place: *place, text: String::new() };
        let (path, ..) = spot(sources, &label);
        let replacement = json!({ "deletedRegion": region(sources, &label), "insertedContent": { "text": text } });
        changes.entry(path).or_default().push(replacement);
    }
    let changes: Vec<Value> = changes
        .into_iter()
        .map(|(path, replacements)| json!({ "artifactLocation": { "uri": uri(path) }, "replacements": replacements }))
        .collect();
    json!({ "description": { "text": fix.title }, "artifactChanges": changes })
}

fn result(sources: &Sources, rules: &IndexSet<&str>, diagnostic: &Diagnostic) -> Value {
    let mut text = diagnostic.message.clone();
    if let Some(help) = &diagnostic.help {
        text.push_str(". ");
        text.push_str(help);
    }
    let mut result = json!({
        "ruleId": diagnostic.code.name,
        "ruleIndex": rules.get_index_of(diagnostic.code.name),
        "level": level(diagnostic.severity),
        "message": { "text": text },
        "locations": [location(sources, &diagnostic.primary)],
    });
    if !diagnostic.secondary.is_empty() {
        let related = diagnostic.secondary.iter().map(|label| {
            let mut related = location(sources, label);
            related["message"] = json!({ "text": label.text });
            related
        });
        result["relatedLocations"] = related.collect();
    }
    if !diagnostic.fixes.is_empty() {
        result["fixes"] = diagnostic.fixes.iter().map(|f| fix(sources, f)).collect();
    }
    result
}

fn rule(name: &str) -> Value {
    let Some(code) = codes::find(name) else { return json!({ "id": name }) };
    json!({
        "id": code.name,
        "shortDescription": { "text": code.summary },
        "fullDescription": { "text": code.summary },
        "help": { "text": code.page, "markdown": code.page },
        "defaultConfiguration": { "level": level(code.severity) },
    })
}

pub(super) fn render(out: &mut dyn Write, sources: &Sources, diagnostics: &[Diagnostic]) -> io::Result<()> {
    let rules: IndexSet<&str> = diagnostics.iter().map(|diagnostic| diagnostic.code.name).collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "wf",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|name| rule(name)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": diagnostics.iter().map(|d| result(sources, &rules, d)).collect::<Vec<_>>(),
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}
