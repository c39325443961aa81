//! The `.wf` text that an import writes, and the map from its bytes back to the original.

use crate::diagnostic::{Diagnostic, Place};
use crate::source::{FileId, Span};

/// Where each part of a generated text came from.
#[derive(Clone, Default, Debug)]
pub struct SourceMap {
    /// Nested ranges in the order in which they begin.
    regions: Vec<Region>,
}

#[derive(Clone, Debug)]
struct Region {
    span: Span,
    origin: Place,
    parent: Option<u32>,
}

impl SourceMap {
    /// The place in the original that the bytes `span` of the generated text came from.
    pub fn origin(&self, span: Span) -> Option<Place> {
        let after = self.regions.partition_point(|region| region.span.start <= span.start);
        let mut at = after.checked_sub(1).and_then(|last| self.regions.get(last));
        while let Some(region) = at {
            if region.span.end >= span.end {
                return Some(region.origin);
            }
            at = region.parent.and_then(|parent| self.regions.get(parent as usize));
        }
        None
    }

    pub(super) fn origins_mut(&mut self) -> impl Iterator<Item = &mut Place> {
        self.regions.iter_mut().map(|region| &mut region.origin)
    }

    /// Moves the absolute places of `diagnostic` that lie in the `generated` file to the original, and drops the
    /// fixes that would edit the generated text.
    pub fn place_back(&self, generated: FileId, diagnostic: &mut Diagnostic) {
        diagnostic.fixes.retain(|fix| fix.edits.iter().all(|(place, _)| place.file != generated));
        let fallback = self.regions.first().map(|region| region.origin);
        for place in diagnostic.places_mut() {
            if place.file == generated
                && place.item == Place::ABSOLUTE
                && let Some(origin) = self.origin(place.span).or(fallback)
            {
                *place = origin;
            }
        }
    }
}

/// Writes text line by line and remembers where it came from.
#[derive(Default)]
pub(super) struct Writer {
    pub text: String,
    pub map: SourceMap,
    inside: Option<u32>,
    indent: usize,
}

impl Writer {
    /// Writes what `write` does as coming from `origin`.
    pub fn at(&mut self, origin: Place, write: impl FnOnce(&mut Self)) {
        let index = self.map.regions.len() as u32;
        let start = self.text.len() as u32;
        let outer = self.inside.replace(index);
        self.map.regions.push(Region { span: Span::at(start), origin, parent: outer });
        write(self);
        let end = self.text.len() as u32;
        if let Some(region) = self.map.regions.get_mut(index as usize) {
            region.span.end = end;
        }
        self.inside = outer;
    }

    pub fn put(&mut self, text: &str) {
        // No text of the language holds NUL, and no program could be given one.
        let clean = text.replace('\0', "\u{FFFD}");
        let text = clean.as_str();
        if self.text.ends_with('\n') || self.text.is_empty() {
            self.text.extend(std::iter::repeat_n(' ', self.indent * 2));
        }
        self.text.push_str(text);
    }

    /// Writes `text` as coming from `origin`.
    pub fn put_at(&mut self, origin: Place, text: &str) {
        self.at(origin, |writer| writer.put(text));
    }

    pub fn end_line(&mut self) {
        self.text.push('\n');
    }

    pub fn line(&mut self, text: &str) {
        self.put(text);
        self.end_line();
    }

    /// `head {`, what `write` does one level further in, `}`.
    pub fn block(&mut self, head: &str, write: impl FnOnce(&mut Self)) {
        self.put(head);
        self.line(" {");
        self.indent += 1;
        write(self);
        self.indent -= 1;
        self.line("}");
    }

    /// `head { line }`.
    pub fn inline(&mut self, head: &str, line: &str) {
        self.line(&format!("{head} {{ {line} }}"));
    }

    pub fn indented(&mut self, write: impl FnOnce(&mut Self)) {
        self.indent += 1;
        write(self);
        self.indent -= 1;
    }

    /// Text as comment lines behind `slashes`.
    pub fn comment(&mut self, slashes: &str, text: &str) {
        for line in text.lines() {
            self.line(format!("{slashes} {}", line.trim_end()).trim_end());
        }
    }
}

/// A string literal that says `text`.
pub(super) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '$' if rest.peek() == Some(&'{') => out.push_str("\\$"),
            control if control.is_control() => out.push_str(&format!("\\u{{{:x}}}", control as u32)),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::{Writer, quote};
    use crate::diagnostic::Place;
    use crate::source::{FileId, Span};

    #[test]
    fn a_span_maps_to_the_innermost_region_that_holds_it() {
        let place = |at| Place::absolute(FileId(0), Span::new(at, at + 1));
        let mut writer = Writer::default();
        writer.at(place(1), |writer| {
            writer.put("ab");
            writer.put_at(place(2), "cd");
            writer.put("ef");
        });
        assert_eq!(writer.map.origin(Span::new(2, 4)), Some(place(2)));
        assert_eq!(writer.map.origin(Span::new(3, 5)), Some(place(1)));
        assert_eq!(writer.map.origin(Span::new(5, 6)), Some(place(1)));
        assert_eq!(writer.map.origin(Span::new(5, 9)), None);
    }

    #[test]
    fn quoting_hides_holes_and_control_characters() {
        assert_eq!(quote("a \"b\" ${HOME}\u{1}"), r#""a \"b\" \${HOME}\u{1}""#);
    }

    #[test]
    fn nul_never_gets_into_the_text() {
        let mut writer = super::Writer::default();
        writer.put("a\0b");
        assert_eq!(writer.text, "a\u{FFFD}b");
    }
}
