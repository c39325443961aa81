//! One line a diagnostic.

use std::io::{self, Write};

use super::spot;
use crate::diagnostic::Diagnostic;
use crate::source::Sources;

pub(super) fn render(out: &mut dyn Write, sources: &Sources, diagnostics: &[Diagnostic]) -> io::Result<()> {
    for diagnostic in diagnostics {
        let (path, start, _) = spot(sources, &diagnostic.primary);
        let message = diagnostic.message.replace('\n', " ");
        let (severity, code) = (diagnostic.severity.word(), diagnostic.code.name);
        writeln!(out, "{path}:{}:{}: {severity}[{code}]: {message}", start.line, start.column)?;
    }
    Ok(())
}
