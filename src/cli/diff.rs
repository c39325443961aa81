//! Differences between two texts, as unified diffs.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use similar::{ChangeTag, TextDiff};

use super::Context;

/// Prints what changes in `name` on standard output.
pub(super) fn print(name: &str, before: &str, after: &str, context: Context) -> io::Result<()> {
    let mut out = std::io::stdout().lock();
    let diff = TextDiff::from_lines(before, after);
    let paint = |color: AnsiColor| if context.terminal.out_color { color.on_default() } else { Style::new() };
    writeln!(out, "--- {name}\n+++ {name}")?;
    for hunk in diff.unified_diff().context_radius(2).iter_hunks() {
        let head = paint(AnsiColor::Cyan);
        writeln!(out, "{head}{}{head:#}", hunk.header())?;
        for change in hunk.iter_changes() {
            let style = match change.tag() {
                ChangeTag::Delete => paint(AnsiColor::Red),
                ChangeTag::Insert => paint(AnsiColor::Green),
                ChangeTag::Equal => Style::new(),
            };
            write!(out, "{style}{}{}{style:#}", change.tag(), change.value().trim_end_matches('\n'))?;
            writeln!(out)?;
        }
    }
    Ok(())
}
