//! Lines and columns for every expression and statement, in constant time for each.

use ecow::EcoString;
use sha2::{Digest, Sha256};

use crate::source::{FileId, Source, Sources, Span};

/// Bytes between two remembered character counts.
const STRIDE: usize = 256;

/// Turns spans into places, and numbers the files that they lie in.
pub(super) struct Places<'a> {
    sources: &'a Sources,
    files: Vec<Option<File<'a>>>,
    order: Vec<(EcoString, EcoString)>,
}

struct File<'a> {
    number: u32,
    source: &'a Source,
    /// The line that was asked for last: the next is most often the same or near.
    line: u32,
    /// How many characters begin before each [`STRIDE`]th byte; empty for ASCII, where bytes are characters.
    counts: Vec<u32>,
}

impl<'a> Places<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        Self { sources, files: (0..sources.len()).map(|_| None).collect(), order: Vec::new() }
    }

    /// `[source, start, end, line, column]` of an absolute span.
    pub(super) fn place(&mut self, file: FileId, span: Span) -> [u32; 5] {
        let Some(slot) = self.files.get_mut(file.0 as usize) else {
            return [0, span.start, span.end, 1, 1];
        };
        let known = slot.get_or_insert_with(|| {
            let source = &**self.sources.get(file);
            self.order.push((source.name().into(), hex(&Sha256::digest(source.text().as_bytes()))));
            File::new(self.order.len() as u32 - 1, source)
        });
        let (line, column) = known.position(span.start);
        [known.number, span.start, span.end, line, column]
    }

    /// Names and digests of the files, as they are numbered.
    pub(super) fn into_sources(self) -> Vec<(EcoString, EcoString)> {
        self.order
    }
}

impl<'a> File<'a> {
    fn new(number: u32, source: &'a Source) -> Self {
        let bytes = source.text().as_bytes();
        let mut counts = Vec::new();
        if !bytes.is_ascii() {
            let mut count = 0;
            for chunk in bytes.chunks(STRIDE) {
                counts.push(count);
                count += begins(chunk);
            }
            counts.push(count);
        }
        Self { number, source, line: 0, counts }
    }

    fn position(&mut self, offset: u32) -> (u32, u32) {
        let begins_at = |line| self.source.line_start(line);
        let near = [self.line, self.line + 1]
            .into_iter()
            .find(|&line| begins_at(line) <= offset && offset < begins_at(line + 1));
        self.line = near.unwrap_or_else(|| self.source.line_of(offset));
        let start = self.source.line_start(self.line);
        (self.line + 1, self.chars_before(offset) - self.chars_before(start) + 1)
    }

    fn chars_before(&self, offset: u32) -> u32 {
        let bytes = self.source.text().as_bytes();
        let offset = (offset as usize).min(bytes.len());
        match self.counts.get(offset / STRIDE) {
            Some(count) => count + begins(bytes.get(offset / STRIDE * STRIDE..offset).unwrap_or_default()),
            None => offset as u32,
        }
    }
}

/// How many characters begin in `bytes`.
fn begins(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count() as u32
}

fn hex(bytes: &[u8]) -> EcoString {
    use std::fmt::Write;
    let mut text = EcoString::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn places_agree_with_the_source() {
        let mut text = String::from("eins\nzwei äöü drei\n\n");
        text.push_str(&"é".repeat(700));
        text.push_str("end\nlast");
        let mut sources = Sources::default();
        let file = sources.add(Arc::new(Source::new("a.wf", text.clone())));
        let mut places = Places::new(&sources);
        let offsets: Vec<u32> = text.char_indices().map(|(at, _)| at as u32).chain([text.len() as u32]).collect();
        for &at in offsets.iter().chain(offsets.iter().rev()) {
            let position = sources.get(file).position(at);
            assert_eq!(places.place(file, Span::at(at)), [0, at, at, position.line, position.column]);
        }
        assert_eq!(places.into_sources()[0].0, "a.wf");
    }
}
