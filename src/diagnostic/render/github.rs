//! Workflow commands of GitHub Actions: `::error file=…,line=…::message`.
//!
//! Escapes as in GitHub's documentation: `%`, CR and LF everywhere, `:` and `,` in properties as well.

use std::io::{self, Write};

use super::spot;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Sources;

fn escape(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    escape(text).replace(':', "%3A").replace(',', "%2C")
}

pub(super) fn render(out: &mut dyn Write, sources: &Sources, diagnostics: &[Diagnostic]) -> io::Result<()> {
    for diagnostic in diagnostics {
        let (path, start, end) = spot(sources, &diagnostic.primary);
        let command = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Hint => "notice",
        };
        let mut message = diagnostic.message.clone();
        if let Some(help) = &diagnostic.help {
            message.push_str("\nhelp: ");
            message.push_str(help);
        }
        let place = format!("line={},endLine={},col={},endColumn={}", start.line, end.line, start.column, end.column);
        let (file, title) = (property(path), property(diagnostic.code.name));
        writeln!(out, "::{command} file={file},{place},title={title}::{}", escape(&message))?;
    }
    Ok(())
}
