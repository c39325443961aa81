//! Excerpts of the source with labels, drawn by miette.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, SourceSpan};

use super::{Style, spot};
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::source::{FileId, Source, Sources, Span};

/// A file as miette reads it: only the lines around the label are looked at, through the line index.
#[derive(Debug)]
struct Excerpt(Arc<Source>);

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn miette::SpanContents<'a> + 'a>, miette::MietteError> {
        let source = &self.0;
        let end = (span.offset() + span.len()).min(source.text().len());
        let first = source.line_of(span.offset().min(end) as u32).saturating_sub(before as u32);
        let last = (source.line_of(end as u32) + after as u32 + 1).min(source.line_count());
        let range = Span::new(source.line_start(first), source.line_start(last));
        let text = range.of(source.text()).as_bytes();
        let at = SourceSpan::new((range.start as usize).into(), text.len());
        let name = source.name().to_owned();
        let lines = last as usize - first as usize;
        // Without context it is asked for the place that stands above the excerpt, else for whole lines.
        let place = before == 0 && after == 0;
        let column = if place { source.position(span.offset() as u32).column as usize - 1 } else { 0 };
        Ok(Box::new(miette::MietteSpanContents::new_named(name, text, at, first as usize, column, lines)))
    }
}

/// A diagnostic as miette sees it: the labels of one file.
#[derive(Debug)]
struct Report<'a> {
    message: String,
    code: Option<&'a str>,
    severity: miette::Severity,
    labels: Vec<(bool, Span, &'a str)>,
    source: Excerpt,
    help: Option<String>,
    others: Vec<Report<'a>>,
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code.map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().map(|(primary, span, text)| {
            let text = (!text.is_empty()).then(|| (*text).to_owned());
            let at = SourceSpan::new((span.start as usize).into(), span.len() as usize);
            if *primary { LabeledSpan::new_primary_with_span(text, at) } else { LabeledSpan::new_with_span(text, at) }
        })))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        if self.others.is_empty() {
            return None;
        }
        Some(Box::new(self.others.iter().map(|other| other as &dyn miette::Diagnostic)))
    }
}

const fn severity(severity: Severity) -> miette::Severity {
    match severity {
        Severity::Error => miette::Severity::Error,
        Severity::Warning => miette::Severity::Warning,
        Severity::Hint => miette::Severity::Advice,
    }
}

fn report<'a>(sources: &Sources, diagnostic: &'a Diagnostic) -> Report<'a> {
    let home = diagnostic.primary.place.file;
    let mut labels = vec![(true, diagnostic.primary.place.span, diagnostic.primary.text.as_str())];
    let mut others: Vec<(FileId, Vec<&'a Label>)> = Vec::new();
    for label in &diagnostic.secondary {
        let file = label.place.file;
        if file == home {
            labels.push((false, label.place.span, label.text.as_str()));
        } else if let Some((_, group)) = others.iter_mut().find(|(other, _)| *other == file) {
            group.push(label);
        } else {
            others.push((file, vec![label]));
        }
    }
    Report {
        message: diagnostic.message.clone(),
        code: Some(diagnostic.code.name),
        severity: severity(diagnostic.severity),
        labels,
        source: Excerpt(sources.get(home).clone()),
        help: help(diagnostic),
        others: others.into_iter().map(|(file, group)| elsewhere(sources, file, &group)).collect(),
    }
}

/// The labels of another file, as a report of their own below the first.
fn elsewhere<'a>(sources: &Sources, file: FileId, labels: &[&'a Label]) -> Report<'a> {
    Report {
        message: format!("see also {}", sources.get(file).name()),
        code: None,
        severity: miette::Severity::Advice,
        labels: labels.iter().map(|label| (false, label.place.span, label.text.as_str())).collect(),
        source: Excerpt(sources.get(file).clone()),
        help: None,
        others: Vec::new(),
    }
}

fn help(diagnostic: &Diagnostic) -> Option<String> {
    let mut lines: Vec<String> = diagnostic.help.iter().cloned().collect();
    let mends = diagnostic.fixes.iter().filter(|fix| fix.certain).map(|fix| fix.title.as_str());
    lines.extend(mends.map(|title| format!("`wf check --fix` would {title}")));
    (!lines.is_empty()).then(|| lines.join("\n"))
}

pub(super) fn render(
    out: &mut dyn Write,
    style: Style,
    sources: &Sources,
    diagnostics: &[Diagnostic],
) -> io::Result<()> {
    let theme = if style.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler =
        GraphicalReportHandler::new_themed(theme).with_width(style.width).with_links(false).with_context_lines(1);
    for diagnostic in diagnostics {
        let mut text = String::new();
        if handler.render_report(&mut text, &report(sources, diagnostic)).is_err() {
            let (path, start, _) = spot(sources, &diagnostic.primary);
            text = format!("{path}:{}:{}: {}\n", start.line, start.column, diagnostic.message);
        }
        writeln!(out, "{text}")?;
    }
    Ok(())
}
