//! A JSON reader that keeps positions and goes on after a mistake, so that a file with several gets them all reported.

use super::document::{Key, Node, Value};
use super::errors::Report;
use crate::limits::MAX_NESTING;
use crate::source::Span;

/// Reads `text`; what is wrong goes to `report`.
pub(super) fn read(text: &str, report: &mut Report<'_>) -> Node {
    let mut reader = Reader { text, bytes: text.as_bytes(), at: 0, depth: 0, failed: false, report };
    if text.starts_with('\u{feff}') {
        reader.at = 3;
    }
    let node = reader.value();
    reader.blanks();
    if reader.at < reader.bytes.len() && !reader.failed {
        let here = reader.here();
        reader.report.syntax(here, "more text after the end of the value").help("a JSON file holds one value");
    }
    node
}

struct Reader<'a, 'r, 's> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    depth: usize,
    /// A mistake that reading cannot go on after has been reported.
    failed: bool,
    report: &'r mut Report<'s>,
}

impl Reader<'_, '_, '_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn span(&self, start: usize) -> Span {
        Span::new(start as u32, self.at as u32)
    }

    /// The character here.
    fn here(&self) -> Span {
        let rest = self.text.get(self.at..).unwrap_or("");
        let len = rest.chars().next().map_or(0, char::len_utf8);
        Span::new(self.at as u32, (self.at + len) as u32)
    }

    fn broken(&mut self, start: usize) -> Node {
        self.failed = true;
        self.at = self.bytes.len();
        Node { span: Span::at(start as u32), value: Value::Broken }
    }

    /// White space and, reported, comments.
    fn blanks(&mut self) {
        while let Some(byte) = self.peek() {
            let rest = &self.bytes[self.at..];
            if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                self.at += 1;
            } else if rest.starts_with(b"//") || rest.starts_with(b"/*") {
                let start = self.at;
                let (end, skip): (&str, usize) = if rest.starts_with(b"//") { ("\n", 0) } else { ("*/", 2) };
                let body = self.text.get(self.at + 2..).unwrap_or("");
                self.at = body.find(end).map_or(self.bytes.len(), |found| self.at + 2 + found + skip);
                let span = self.span(start);
                self.report
                    .syntax(span, "JSON has no comments")
                    .help("put it into `description`, or write the workflow as `.wf`");
            } else {
                break;
            }
        }
    }

    fn value(&mut self) -> Node {
        self.blanks();
        let start = self.at;
        let Some(byte) = self.peek() else {
            let here = self.here();
            if !self.failed {
                self.report.syntax(here, "the file ends where a value should stand");
            }
            return self.broken(start);
        };
        match byte {
            b'{' | b'[' if self.depth == MAX_NESTING => {
                let here = self.here();
                self.report.syntax(here, format!("nested deeper than {MAX_NESTING} levels"));
                self.broken(start)
            }
            b'{' => self.map(),
            b'[' => self.list(),
            b'"' => match self.string() {
                Some(text) => Node { span: self.span(start), value: Value::Text(text) },
                None => self.broken(start),
            },
            b'\'' => {
                let here = self.here();
                self.report.syntax(here, "text stands in double quotes in JSON");
                self.broken(start)
            }
            _ => self.word(start),
        }
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self, start: usize) -> Node {
        while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte)) {
            self.at += 1;
        }
        let span = self.span(start);
        let value = match span.of(self.text) {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            "" => {
                let here = self.here();
                self.report.syntax(here, format!("a value should stand here, not `{}`", here.of(self.text)));
                return self.broken(start);
            }
            word if is_number(word) => Value::Number(word.to_owned()),
            word @ ("True" | "False" | "None") => {
                let right = if word == "None" { "null".to_owned() } else { word.to_lowercase() };
                self.report.syntax(span, format!("`{word}` is not JSON")).help(format!("write `{right}`"));
                Value::Broken
            }
            word => {
                let message = format!("`{word}` is not JSON");
                self.report.syntax(span, message).help("text stands in double quotes");
                Value::Broken
            }
        };
        Node { span, value }
    }

    fn list(&mut self) -> Node {
        let start = self.at;
        self.at += 1;
        self.depth += 1;
        let mut elements = Vec::new();
        while self.more(start, b']', !elements.is_empty()) {
            elements.push(self.value());
        }
        self.depth -= 1;
        Node { span: self.span(start), value: Value::List(elements) }
    }

    fn map(&mut self) -> Node {
        let start = self.at;
        self.at += 1;
        self.depth += 1;
        let mut entries: Vec<(Key, Node)> = Vec::new();
        while self.more(start, b'}', !entries.is_empty()) {
            let Some(key) = self.key() else { break };
            self.blanks();
            if self.peek() == Some(b':') {
                self.at += 1;
            } else {
                let here = self.here();
                self.report.syntax(here, format!("a `:` is missing after the key `{}`", key.text));
            }
            let value = self.value();
            super::errors::add_entry(&mut entries, key, value, self.report);
        }
        self.depth -= 1;
        Node { span: self.span(start), value: Value::Map(entries) }
    }

    fn key(&mut self) -> Option<Key> {
        let start = self.at;
        if self.peek() == Some(b'"') {
            let text = self.string();
            let span = self.span(start);
            if text.is_none() {
                self.broken(start);
            }
            return text.map(|text| Key { text, span });
        }
        while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-') {
            self.at += 1;
        }
        let span = self.span(start);
        if span.is_empty() {
            let here = self.here();
            self.report.syntax(here, "a key in double quotes should stand here");
            self.broken(start);
            return None;
        }
        let text = span.of(self.text).to_owned();
        self.report.syntax(span, format!("the key `{text}` needs double quotes"));
        Some(Key { text, span })
    }

    /// Whether another element follows; passes over the comma before it, or over the closing bracket.
    fn more(&mut self, open: usize, close: u8, after_element: bool) -> bool {
        self.blanks();
        if self.failed {
            return false;
        }
        let comma = self.at;
        let found = after_element && self.peek() == Some(b',');
        if found {
            self.at += 1;
            self.blanks();
        }
        match self.peek() {
            Some(byte) if byte == close => {
                if found {
                    let span = Span::new(comma as u32, comma as u32 + 1);
                    self.report.trailing_comma(span);
                }
                self.at += 1;
                false
            }
            None => {
                let span = Span::new(open as u32, open as u32 + 1);
                let bracket = if close == b']' { '[' } else { '{' };
                self.report.syntax(span, format!("this `{bracket}` is never closed"));
                self.broken(open);
                false
            }
            Some(b']' | b'}') => {
                let here = self.here();
                let message = format!("`{}` should stand here, not `{}`", close as char, here.of(self.text));
                self.report.syntax(here, message);
                self.broken(open);
                false
            }
            Some(b',') => {
                let here = self.here();
                self.report.syntax(here, "a comma with nothing before it");
                self.at += 1;
                self.more(open, close, false)
            }
            Some(_) if after_element && !found => {
                let end = self.text[..comma].trim_end().len();
                self.report.syntax(Span::at(end as u32), "a comma is missing here");
                true
            }
            Some(_) => true,
        }
    }

    /// The text of the string that begins here; `None` when it has no end.
    fn string(&mut self) -> Option<String> {
        let start = self.at;
        self.at += 1;
        let mut out = String::new();
        loop {
            let run = self.at;
            while self.peek().is_some_and(|byte| byte != b'"' && byte != b'\\' && byte != b'\n') {
                self.at += 1;
            }
            out.push_str(self.text.get(run..self.at).unwrap_or(""));
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Some(out);
                }
                Some(b'\\') => self.escape(&mut out),
                _ => {
                    let span = Span::new(start as u32, start as u32 + 1);
                    self.report.syntax(span, "this text is not closed on its line").help("write a line break as `\\n`");
                    return None;
                }
            }
        }
    }

    fn escape(&mut self, out: &mut String) {
        let start = self.at;
        self.at += 1;
        let letter = self.peek();
        self.at += usize::from(letter.is_some_and(|byte| byte.is_ascii()));
        out.push(match letter {
            Some(byte @ (b'"' | b'\\' | b'/')) => byte as char,
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'u') => match self.unicode() {
                Some(character) => character,
                None => {
                    let span = self.span(start);
                    self.report.syntax(span, "`\\u` needs four hexadecimal digits of a character");
                    '\u{fffd}'
                }
            },
            _ => {
                let span = self.span(start);
                self.report.syntax(span, "JSON has no such escape").help("a backslash is written `\\\\`");
                '\u{fffd}'
            }
        });
    }

    /// The character of `\uXXXX`, or of a pair of surrogates.
    fn unicode(&mut self) -> Option<char> {
        let high = self.hex()?;
        if (0xd800..0xdc00).contains(&high) && self.bytes[self.at..].starts_with(b"\\u") {
            self.at += 2;
            let low = self.hex()?;
            let code = 0x10000 + ((high - 0xd800) << 10) + low.checked_sub(0xdc00)?;
            return char::from_u32(code);
        }
        char::from_u32(high)
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        let code = digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(digits)?;
        self.at += 4;
        u32::from_str_radix(code, 16).ok()
    }
}

/// Whether `word` is a number of JSON.
pub(super) fn is_number(word: &str) -> bool {
    let digits = word.strip_prefix('-').unwrap_or(word);
    let leading_zero =
        digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.") && !digits.starts_with("0e");
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.ends_with(|c: char| c.is_ascii_digit())
        && !leading_zero
        && word.parse::<f64>().is_ok_and(f64::is_finite)
}
