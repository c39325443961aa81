//! Source text, positions in it, and the index that turns byte offsets into lines and columns.

use std::sync::Arc;

/// A range of bytes. In a tree it is relative to the start of the item that holds it; in a [`Diagnostic`]
/// (after [`crate::check`] has placed it) it is relative to the file.
///
/// [`Diagnostic`]: crate::diagnostic::Diagnostic
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug, serde::Serialize, serde::Deserialize)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range from `start` to `end`; positions past 4 GiB cannot occur (see [`crate::limits::MAX_SOURCE`]).
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// An empty range at `at`.
    pub const fn at(at: u32) -> Self {
        Self { start: at, end: at }
    }

    /// The same range, `base` bytes further on.
    #[must_use]
    pub const fn shift(self, base: u32) -> Self {
        Self { start: self.start + base, end: self.end + base }
    }

    /// The smallest range that holds both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Length in bytes.
    pub const fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether the range holds no byte.
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `offset` lies in the range or touches its end.
    pub const fn touches(self, offset: u32) -> bool {
        self.start <= offset && offset <= self.end
    }

    /// The text of this range, empty where it does not lie on character boundaries of `text`.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

/// The number of a file in a [`Sources`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug, serde::Serialize, serde::Deserialize)]
pub struct FileId(pub u32);

/// A place in one file: absolute byte range.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Location {
    /// Which file.
    pub file: FileId,
    /// Bytes from the start of that file.
    pub span: Span,
}

/// One text with the name it is shown under.
#[derive(Debug)]
pub struct Source {
    name: String,
    text: Arc<str>,
    lines: Vec<u32>,
}

/// A line and a column, both counted from 1; columns count characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl Source {
    /// A source called `name` (a path as the user knows it, or `<stdin>`).
    pub fn new(name: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let mut lines = vec![0];
        lines.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32 + 1));
        Self { name: name.into(), text, lines }
    }

    /// The name shown to the user.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// How many lines there are; at least one.
    pub fn line_count(&self) -> u32 {
        self.lines.len() as u32
    }

    /// Byte offset of the first character of line `line` (from 0), or the end of the text.
    pub fn line_start(&self, line: u32) -> u32 {
        self.lines.get(line as usize).copied().unwrap_or(self.text.len() as u32)
    }

    /// The line (from 0) that holds byte `offset`.
    pub fn line_of(&self, offset: u32) -> u32 {
        self.lines.partition_point(|&start| start <= offset) as u32 - 1
    }

    /// The text of line `line` (from 0) without its line break.
    pub fn line(&self, line: u32) -> &str {
        let range = Span::new(self.line_start(line), self.line_start(line + 1));
        range.of(&self.text).trim_end_matches(['\n', '\r'])
    }

    /// Line and column of byte `offset`; an offset past the end is the end, one inside a character its start.
    pub fn position(&self, offset: u32) -> Position {
        let mut offset = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line_of(offset as u32);
        let start = self.line_start(line) as usize;
        Position { line: line + 1, column: self.text[start..offset].chars().count() as u32 + 1 }
    }
}

/// All files of one check, by number.
#[derive(Clone, Default, Debug)]
pub struct Sources(Vec<Arc<Source>>);

impl Sources {
    /// Adds a file.
    pub fn add(&mut self, source: Arc<Source>) -> FileId {
        self.0.push(source);
        FileId(self.0.len() as u32 - 1)
    }

    /// Puts another text in the place of a file: the original of one that was generated.
    pub fn replace(&mut self, file: FileId, source: Arc<Source>) {
        if let Some(slot) = self.0.get_mut(file.0 as usize) {
            *slot = source;
        }
    }

    /// The file of that number.
    ///
    /// # Panics
    /// When `file` came from another set.
    pub fn get(&self, file: FileId) -> &Arc<Source> {
        &self.0[file.0 as usize]
    }

    /// All files in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Arc<Source>)> {
        self.0.iter().enumerate().map(|(i, source)| (FileId(i as u32), source))
    }

    /// Number of files.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
