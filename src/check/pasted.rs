//! Parameters that seem unused because they are written as in a shell or a template: `$name`, `{{ name }}`.

use super::env::Env;
use crate::diagnostic::codes::lint;
use crate::diagnostic::{Diagnostic, Place};
use crate::source::{FileId, Span};

/// Says of each unused parameter among what was found in an item of `file` where its name stands in such a way.
pub(super) fn explain(env: &Env, file: FileId, found: &mut [Diagnostic]) {
    for diagnostic in found.iter_mut().filter(|found| found.code.name == lint::UNUSED_PARAMETER.name) {
        point(env, file, diagnostic);
    }
}

fn point(env: &Env, file: FileId, diagnostic: &mut Diagnostic) {
    let place = diagnostic.primary.place;
    let Some(slot) = env.unit(file).and_then(|unit| unit.tree.items.get(place.item as usize)) else { return };
    let item = slot.item.span.shift(slot.start).of(env.files.sources.get(file).text());
    let Some(name) = item.get(relative(place.span, slot.item.span)) else { return };
    let Some((span, text)) = pasted(item, name) else { return };
    let span = span.shift(slot.item.span.start);
    let found = diagnostic.clone().label(Place { span, ..place }, "here it is plain text");
    *diagnostic = found.help(format!("`{text}` means nothing in a text; a value is written `${{{name}}}`"));
}

fn relative(span: Span, base: Span) -> std::ops::Range<usize> {
    let at = |offset: u32| offset.saturating_sub(base.start) as usize;
    at(span.start)..at(span.end)
}

/// The first place where `name` is written as elsewhere.
fn pasted<'t>(item: &'t str, name: &str) -> Option<(Span, &'t str)> {
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-');
    let mut from = 0;
    while let Some(found) = item.get(from..)?.find(name) {
        let (start, end) = (from + found, from + found + name.len());
        let (before, after) = (&item[..start], &item[end..]);
        if before.ends_with('$') && !before.ends_with("$$") && !before.ends_with("\\$") && ends(after) {
            return Some((Span::new(start as u32 - 1, end as u32), &item[start - 1..end]));
        }
        let (open, close) = (before.trim_end_matches(' '), after.trim_start_matches(' '));
        if open.ends_with("{{") && close.starts_with("}}") {
            let (start, end) = (open.len() - 2, item.len() - close.len() + 2);
            return Some((Span::new(start as u32, end as u32), &item[start..end]));
        }
        from = end.max(from + 1);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::pasted;

    #[test]
    fn shells_and_templates_are_told_from_other_texts() {
        let found = |text| pasted(text, "name").map(|(_, text)| text);
        assert_eq!(found(r#"(name: string) { emit "hello $name" }"#), Some("$name"));
        assert_eq!(found(r#"sh "echo {{ name }}""#), Some("{{ name }}"));
        for other in [r"$names", r"\$name", r"$$name", "name", "{name}", "é name"] {
            assert_eq!(found(other), None, "{other}");
        }
    }
}
