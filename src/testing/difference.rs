//! Differences between two texts, line by line, for people.

use similar::{ChangeTag, TextDiff};

/// Most lines that are shown.
const MOST: usize = 40;

/// The lines of both, marked `-` where only the first has them and `+` where only the second does.
pub(super) fn difference(expected: &str, found: &str) -> Vec<String> {
    let diff = TextDiff::from_lines(expected, found);
    let mut lines = Vec::new();
    for group in diff.grouped_ops(2) {
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            lines.push(format!("{sign} {}", change.value().trim_end_matches('\n')));
        }
    }
    if lines.len() > MOST {
        let more = lines.len() - MOST;
        lines.truncate(MOST);
        lines.push(format!("  and {more} more lines"));
    }
    lines
}

/// The text among several that is most like another.
pub(super) fn nearest<'a>(text: &str, others: &[&'a str]) -> Option<&'a str> {
    let ratio = |other: &str| (TextDiff::from_chars(text, other).ratio() * 1000.0) as u32;
    others.iter().copied().max_by_key(|other| ratio(other))
}
