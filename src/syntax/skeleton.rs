//! The first pass over a file: comments, the bounds of items, brackets and strings that are never closed.
//!
//! One linear loop, no grammar. An item starts with a word in the first column; inside brackets only where the line
//! can be nothing but an item (`workflow name`, `test "`), so that a missing `}` cannot swallow what follows.

use super::errors;
use crate::diagnostic::Diagnostic;
use crate::limits::MAX_NESTING;
use crate::source::{FileId, Span};
use crate::syntax::tree::{Comment, CommentKind};
use memchr::{memchr, memmem};

/// What the first pass found.
#[derive(Default)]
pub(super) struct Skeleton {
    /// The number after `wf`.
    pub version: Option<Span>,
    /// All comments in order.
    pub comments: Vec<Comment>,
    /// The items in order.
    pub items: Vec<Bounds>,
    /// What is wrong outside items.
    pub errors: Vec<Diagnostic>,
}

/// Where an item stands (absolute), and what the first pass found wrong in it (absolute too).
pub(super) struct Bounds {
    pub span: Span,
    pub errors: Vec<Diagnostic>,
    /// Nested too deeply to be parsed.
    pub too_deep: bool,
    /// Nothing but `allow(…)` so far.
    only_allow: bool,
}

/// Scans `text` from byte `from` (past a byte order mark).
pub(super) fn scan(file: FileId, text: &str, from: usize) -> Skeleton {
    let mut scanner = Scanner {
        file,
        text,
        bytes: text.as_bytes(),
        at: from,
        out: Skeleton::default(),
        stack: Vec::new(),
        plain_holes: 0,
        pending: None,
        line: from,
        indent: (usize::MAX, 0),
        fresh: true,
        last_end: from,
        suspect: None,
        program: false,
    };
    scanner.run();
    scanner.finish_item();
    scanner.out
}

/// What is wrong with the brackets and strings of `text`, which is no file (absolute).
pub(super) fn brackets(file: FileId, text: &str) -> Vec<Diagnostic> {
    let skeleton = scan(file, text, 0);
    skeleton.errors.into_iter().chain(skeleton.items.into_iter().flat_map(|item| item.errors)).collect()
}

/// Whether a word in the first column goes on with the expression before it.
fn continues(word: &str) -> bool {
    matches!(word, "and" | "or" | "in" | "matches" | "as" | "then" | "else")
}

/// Whether `line` can be nothing but the beginning of an item.
pub(super) fn begins_item(line: &str) -> bool {
    let word = super::lexeme::word(line);
    let rest = line[word.len()..].trim_start_matches([' ', '\t']);
    if rest.len() == line.len() - word.len() {
        return false;
    }
    match word {
        "workflow" | "command" | "handler" | "gates" | "record" | "enum" | "fn" | "error" => {
            let name = super::lexeme::word(rest);
            let after = rest[name.len()..].trim_start_matches([' ', '\t']);
            !name.is_empty()
                && (word == "error" && after.trim_end().is_empty() || after.starts_with(['(', '{']) || name == "max")
        }
        "test" => rest.starts_with('"'),
        "use" => rest.starts_with("std/") || rest.starts_with('"'),
        _ => false,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Round,
    Square,
    Curly,
    /// A hole of a `"…"`, which has to end on its line.
    PlainHole,
    /// A hole of a `"""…"""`.
    BlockHole,
}

#[derive(Clone, Copy)]
struct Open {
    kind: Kind,
    /// Of the bracket.
    span: Span,
    /// Of the string's first quote, for holes.
    string: u32,
    /// Blanks at the beginning of its line.
    indent: u32,
}

struct Scanner<'s> {
    file: FileId,
    text: &'s str,
    bytes: &'s [u8],
    at: usize,
    out: Skeleton,
    stack: Vec<Open>,
    plain_holes: usize,
    /// Where the documentation of the next item starts.
    pending: Option<u32>,
    /// Start of the current line.
    line: usize,
    /// A line and how many blanks it begins with.
    indent: (usize, u32),
    /// Whether only blanks came on this line so far.
    fresh: bool,
    /// End of the last token.
    last_end: usize,
    /// A `{` whose `}` stands further left than it should.
    suspect: Option<Open>,
    /// Whether the last word was `python` or `node`, whose block strings have no holes.
    program: bool,
}

impl Scanner<'_> {
    fn run(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' => {
                    if self.plain_holes > 0 {
                        self.cut_plain_string();
                    }
                    self.at += 1;
                    self.line = self.at;
                    self.fresh = true;
                }
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'/' if self.bytes.get(self.at + 1) == Some(&b'/') => self.comment(),
                _ => {
                    self.token(byte);
                    self.fresh = false;
                    self.last_end = self.at;
                }
            }
        }
        if self.plain_holes > 0 {
            self.cut_plain_string();
        }
    }

    fn token(&mut self, byte: u8) {
        if byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80 {
            return self.word();
        }
        let program = std::mem::take(&mut self.program);
        if self.out.items.is_empty() || (self.pending.is_some() && self.stack.is_empty()) {
            self.start_item(self.at, false);
        }
        match byte {
            b'"' => self.string(program),
            b'(' => self.open(Kind::Round, 1),
            b'[' => self.open(Kind::Square, 1),
            b'{' => self.open(Kind::Curly, 1),
            b')' => self.close(b')'),
            b']' => self.close(b']'),
            b'}' => self.close(b'}'),
            b'0'..=b'9' => self.at += super::lexeme::run(&self.bytes[self.at..]),
            _ => self.at += 1,
        }
    }

    fn word(&mut self) {
        let start = self.at;
        let word = super::lexeme::word(&self.text[start..]);
        self.at += word.len().max(self.text[start..].chars().next().map_or(1, char::len_utf8));
        self.program = matches!(word, "python" | "node");
        if self.fresh {
            self.line_word(start, word);
        } else if self.out.items.is_empty() {
            self.start_item(start, false);
        }
        if word == "r" && matches!(self.bytes.get(self.at), Some(b'"' | b'#')) {
            self.raw_string(start);
        }
    }

    /// A word at the beginning of a line may start an item.
    fn line_word(&mut self, start: usize, word: &str) {
        if !self.stack.is_empty() {
            if start == self.line && begins_item(super::lexeme::line(self.text, start)) {
                self.start_item(start, false);
            }
            return;
        }
        if word == "wf" && self.out.items.is_empty() && self.out.version.is_none() && self.version() {
            return;
        }
        let first_column = start == self.line || self.out.items.is_empty();
        if first_column && continues(word) && !self.out.items.is_empty() {
            return;
        }
        if first_column || begins_item(super::lexeme::line(self.text, start)) {
            let rest = self.text[self.at..].trim_start_matches([' ', '\t']);
            self.start_item(start, word == "allow" && rest.starts_with('('));
        }
    }

    /// `wf` was read: takes the version number.
    fn version(&mut self) -> bool {
        let blank = self.bytes[self.at..].iter().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count();
        let length = super::lexeme::run(&self.bytes[self.at + blank..]);
        if blank == 0 || length == 0 || !self.bytes[self.at + blank].is_ascii_digit() {
            return false;
        }
        self.at += blank + length;
        let span = Span::new((self.at - length) as u32, self.at as u32);
        if span.of(self.text) != "1" {
            self.out.errors.push(errors::unknown_version(self.file, span, span.of(self.text)));
        }
        self.out.version = Some(span);
        true
    }

    fn start_item(&mut self, start: usize, allow: bool) {
        if let Some(last) = self.out.items.last_mut()
            && last.only_allow
            && self.stack.is_empty()
        {
            last.only_allow = allow;
            self.pending = None;
            return;
        }
        self.finish_item();
        let begin = self.pending.take().unwrap_or(start as u32);
        let span = Span::new(begin, begin);
        self.out.items.push(Bounds { span, errors: Vec::new(), too_deep: false, only_allow: allow });
    }

    /// The last item ends after the last token; what is still open in it was never closed.
    fn finish_item(&mut self) {
        let (end, suspect, open) = (self.last_end as u32, self.suspect.take(), self.stack.first().copied());
        let top = self.stack.last().copied();
        self.stack.clear();
        self.plain_holes = 0;
        if let Some(item) = self.out.items.last_mut() {
            item.span.end = end.max(item.span.start);
        }
        let Some(open) = open else { return };
        let blame = match (suspect, top) {
            (Some(suspect), _) => suspect,
            (None, Some(top)) if top.kind != Kind::Curly => top,
            _ => open,
        };
        self.report_unclosed(blame, Some(end));
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        match self.out.items.last_mut() {
            Some(item) => item.errors.push(diagnostic),
            None => self.out.errors.push(diagnostic),
        }
    }

    fn report_unclosed(&mut self, open: Open, at: Option<u32>) {
        let bracket = open.span.of(self.text);
        let diagnostic = errors::unclosed(self.file, open.span, bracket, at.filter(|_| open.kind == Kind::Curly));
        self.report(diagnostic);
    }

    fn comment(&mut self) {
        let end = memchr(b'\n', &self.bytes[self.at..]).map_or(self.bytes.len(), |length| self.at + length);
        let text = self.text[self.at..end].trim_end_matches('\r');
        let kind = match text.as_bytes().get(2) {
            Some(b'/') if text.as_bytes().get(3) != Some(&b'/') => CommentKind::Doc,
            Some(b'!') => CommentKind::File,
            _ => CommentKind::Line,
        };
        let span = Span::new(self.at as u32, (self.at + text.len()) as u32);
        self.out.comments.push(Comment { kind, span, own_line: self.fresh });
        let between = self.stack.is_empty() && self.fresh && !self.out.items.last().is_some_and(|item| item.only_allow);
        if kind == CommentKind::Doc && between && self.pending.is_none() {
            self.pending = Some(self.at as u32);
        }
        self.at = end;
    }

    fn indent(&mut self) -> u32 {
        if self.indent.0 != self.line {
            let blanks = self.bytes[self.line..].iter().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count();
            self.indent = (self.line, blanks as u32);
        }
        self.indent.1
    }

    fn open(&mut self, kind: Kind, length: usize) {
        self.push(kind, self.at, length, 0);
    }

    fn push(&mut self, kind: Kind, at: usize, length: usize, string: u32) {
        let span = Span::new(at as u32, (at + length) as u32);
        self.at = at + length;
        if self.stack.len() >= MAX_NESTING {
            self.report(errors::too_deep(self.file, span));
            if let Some(item) = self.out.items.last_mut() {
                item.too_deep = true;
            }
            self.stack.clear();
            self.plain_holes = 0;
            self.suspect = None;
            self.skip_to_item();
            return;
        }
        self.plain_holes += usize::from(kind == Kind::PlainHole);
        let indent = self.indent();
        self.stack.push(Open { kind, span, string, indent });
    }

    /// Goes on before the next line that begins an item.
    fn skip_to_item(&mut self) {
        while let Some(length) = memchr(b'\n', &self.bytes[self.at..]) {
            if begins_item(super::lexeme::line(self.text, self.at + length + 1)) {
                self.at += length;
                return;
            }
            self.at += length + 1;
        }
        self.at = self.bytes.len();
    }

    fn close(&mut self, byte: u8) {
        let span = Span::new(self.at as u32, self.at as u32 + 1);
        self.at += 1;
        let fits = |open: &Open| match open.kind {
            Kind::Round => byte == b')',
            Kind::Square => byte == b']',
            Kind::Curly | Kind::PlainHole | Kind::BlockHole => byte == b'}',
        };
        let Some(index) = self.stack.iter().rposition(fits) else {
            let wrong = self.stack.pop_if(|open| {
                matches!(open.kind, Kind::Round | Kind::Square) && open.span.start as usize >= self.line
            });
            return self.report(match wrong {
                Some(open) => errors::mismatched(self.file, open.span, span, self.text),
                None => errors::unopened(self.file, span, byte),
            });
        };
        let unclosed = self.stack.get(index + 1).copied();
        self.plain_holes -= self.stack[index..].iter().filter(|open| open.kind == Kind::PlainHole).count();
        let open = self.stack[index];
        self.stack.truncate(index);
        if let Some(unclosed) = unclosed {
            self.report_unclosed(unclosed, None);
        }
        match open.kind {
            Kind::PlainHole => self.plain_string(open.string as usize),
            Kind::BlockHole => self.block_string(open.string as usize, true),
            Kind::Curly if self.fresh && self.suspect.is_none() && self.indent() < open.indent => {
                self.suspect = Some(open);
            }
            _ => {}
        }
    }

    fn string(&mut self, program: bool) {
        let start = self.at;
        if self.bytes[start..].starts_with(b"\"\"\"") {
            self.at += 3;
            self.block_string(start, !program);
        } else {
            self.at += 1;
            self.plain_string(start);
        }
    }

    /// Reads on in a `"…"` that began at `start`.
    fn plain_string(&mut self, start: usize) {
        while let Some(length) =
            self.bytes[self.at..].iter().position(|byte| matches!(byte, b'"' | b'\\' | b'$' | b'\n'))
        {
            self.at += length;
            let rest = &self.bytes[self.at..];
            match rest {
                [b'"', ..] => {
                    self.at += 1;
                    return;
                }
                [b'$', b'$', b'{', ..] => self.at += 3,
                [b'$', b'{', ..] => return self.push(Kind::PlainHole, self.at, 2, start as u32),
                [b'\n', ..] => return self.unterminated(start, self.at),
                [b'\\', b'\n', ..] | [b'\\', b'\r', ..] | [b'$', ..] => self.at += 1,
                _ => self.at = (self.at + 2).min(self.bytes.len()),
            }
        }
        self.at = self.bytes.len();
        self.unterminated(start, self.at);
    }

    /// Reads on in a `"""…"""` that began at `start`.
    fn block_string(&mut self, start: usize, holes: bool) {
        let mut from = self.at;
        while let Some(length) = self.bytes[from..].iter().position(|byte| matches!(byte, b'"' | b'$')) {
            from += length;
            match &self.bytes[from..] {
                [b'"', b'"', b'"', ..] => {
                    self.at = from + 3;
                    self.follow_line();
                    return;
                }
                [b'$', b'$', b'{', ..] if holes => from += 3,
                [b'$', b'{', ..] if holes => return self.push(Kind::BlockHole, from, 2, start as u32),
                _ => from += 1,
            }
        }
        self.report(errors::unterminated(self.file, Span::new(start as u32, start as u32 + 3), "\"\"\""));
        self.skip_to_item();
    }

    fn raw_string(&mut self, start: usize) {
        let hashes = self.bytes[self.at..].iter().take_while(|&&byte| byte == b'#').count();
        if self.bytes.get(self.at + hashes) != Some(&b'"') {
            return;
        }
        let body = self.at + hashes + 1;
        let closer = format!("\"{}", "#".repeat(hashes));
        if let Some(length) = memmem::find(&self.bytes[body..], closer.as_bytes()) {
            self.at = body + length + closer.len();
            return self.follow_line();
        }
        self.report(errors::unterminated(self.file, Span::new(start as u32, body as u32), &closer));
        self.at = body;
        self.skip_to_item();
    }

    /// Finds the start of the line after a token of several lines.
    fn follow_line(&mut self) {
        if let Some(back) = memchr::memrchr(b'\n', &self.bytes[self.line..self.at]) {
            self.line += back + 1;
        }
    }

    /// A `"…"` that began at `start` is cut off at `end`, the end of its line.
    fn unterminated(&mut self, start: usize, end: usize) {
        if self.plain_holes > 0 {
            // It began in a hole of another string, which is reported at the end of the line.
            return;
        }
        let end = self.text[start..end].trim_end().len() + start;
        self.swallowed(start, end);
        self.report(errors::unterminated(self.file, Span::new(start as u32, end as u32), "\""));
    }

    /// Brackets at the end of the line were meant as brackets, although the open string took them.
    fn swallowed(&mut self, start: usize, end: usize) {
        let line = &self.bytes[start..end];
        let tail = line.iter().rev().take_while(|byte| matches!(byte, b')' | b']' | b'}' | b' ')).count();
        for byte in line[line.len() - tail..].iter().filter(|byte| **byte != b' ') {
            let fits = match self.stack.last().map(|open| open.kind) {
                Some(Kind::Round) => *byte == b')',
                Some(Kind::Square) => *byte == b']',
                Some(Kind::Curly) => *byte == b'}',
                _ => false,
            };
            if fits {
                self.stack.pop();
            }
        }
        if line.len() > 1 && line.ends_with(b"{") && self.stack.len() < MAX_NESTING {
            let span = Span::new(end as u32 - 1, end as u32);
            let indent = self.indent();
            self.stack.push(Open { kind: Kind::Curly, span, string: 0, indent });
        }
    }

    /// The line ended inside a hole of a `"…"`.
    fn cut_plain_string(&mut self) {
        if let Some(index) = self.stack.iter().position(|open| open.kind == Kind::PlainHole) {
            let open = self.stack[index];
            self.stack.truncate(index);
            self.report(errors::unclosed_hole(self.file, open.span, open.string));
        }
        self.plain_holes = 0;
    }
}
