//! Applying fixes to a text.

use super::Diagnostic;
use crate::source::FileId;

/// Applies the certain fixes of `diagnostics` (places absolute) that touch only `file`. A fix that overlaps one applied
/// before it is left for the next time. `None` where there is nothing to apply; else the new text and how many fixes.
pub fn apply(file: FileId, text: &str, diagnostics: &[Diagnostic]) -> Option<(String, usize)> {
    let mut edits: Vec<(usize, usize, &str)> = Vec::new();
    let mut applied = 0;
    for fix in diagnostics.iter().flat_map(|diagnostic| &diagnostic.fixes) {
        if !fix.certain || fix.edits.iter().any(|(place, _)| place.file != file) {
            continue;
        }
        let new: Vec<(usize, usize, &str)> = fix
            .edits
            .iter()
            .map(|(place, text)| (place.span.start as usize, place.span.end as usize, text.as_str()))
            .collect();
        let clash = |a: &(usize, usize, &str), b: &(usize, usize, &str)| a.0 <= b.1 && b.0 <= a.1;
        if new.iter().any(|edit| edits.iter().any(|other| clash(edit, other)) || text.get(edit.0..edit.1).is_none()) {
            continue;
        }
        edits.extend(new);
        applied += 1;
    }
    if applied == 0 {
        return None;
    }
    edits.sort_unstable();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (start, end, new) in edits {
        out.push_str(&text[at..start]);
        out.push_str(new);
        at = end;
    }
    out.push_str(&text[at..]);
    Some((out, applied))
}
