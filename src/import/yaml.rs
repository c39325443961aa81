//! A YAML reader that keeps positions: the plain part of YAML, without anchors, merge keys, tags and several documents.

use super::document::{Key, Node, Value};
use super::errors::{Report, add_entry};
use crate::limits::MAX_NESTING;
use crate::source::Span;
use saphyr_parser::{Event, Parser, ScalarStyle, Span as Marks};

/// Reads `text`; what is wrong goes to `report`.
pub(super) fn read(text: &str, report: &mut Report<'_>) -> Node {
    let mut builder = Builder { text, offsets: Offsets::new(text), open: Vec::new(), root: None, report };
    for event in Parser::new_from_str(text) {
        let keep_going = match event {
            Ok((event, marks)) => builder.event(event, marks),
            Err(error) => {
                builder.scan_error(error.marker().index(), error.info());
                false
            }
        };
        if !keep_going {
            break;
        }
    }
    let end = Span::at(text.len() as u32);
    builder.root.unwrap_or(Node { span: end, value: if builder.report.failed() { Value::Broken } else { Value::Null } })
}

/// Byte offsets of characters; empty where they are the same.
struct Offsets(Vec<u32>);

impl Offsets {
    fn new(text: &str) -> Self {
        if text.is_ascii() {
            return Self(Vec::new());
        }
        Self(text.char_indices().map(|(at, _)| at as u32).chain([text.len() as u32]).collect())
    }

    fn byte(&self, index: usize) -> u32 {
        match self.0.last() {
            None => index as u32,
            Some(&end) => self.0.get(index).copied().unwrap_or(end),
        }
    }
}

/// A list or map that is still open; in a map, `key` waits for its value.
struct Open {
    start: u32,
    value: Value,
    key: Option<Key>,
}

struct Builder<'a, 'r, 's> {
    text: &'a str,
    offsets: Offsets,
    open: Vec<Open>,
    root: Option<Node>,
    report: &'r mut Report<'s>,
}

impl Builder<'_, '_, '_> {
    fn span(&self, marks: Marks) -> Span {
        let limit = self.text.len() as u32;
        let (start, end) = (self.offsets.byte(marks.start.index()), self.offsets.byte(marks.end.index()));
        let span = Span::new(start.min(limit), end.clamp(start.min(limit), limit));
        let kept = span.of(self.text).trim_end().len() as u32;
        Span::new(span.start, span.start + kept)
    }

    /// Takes one event; gives whether to go on.
    fn event(&mut self, event: Event<'_>, marks: Marks) -> bool {
        let span = self.span(marks);
        match event {
            Event::DocumentStart(_) if self.root.is_some() => {
                self.report.yaml(span, "a second document").help("keep one document per file");
                return false;
            }
            Event::Alias(_) => {
                self.report
                    .yaml(span, "aliases (`*name`) are not read")
                    .help("write the value again where it is needed");
                self.value(Node { span, value: Value::Broken });
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse(span, anchor, tag.is_some());
                self.scalar(span, &text, style);
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse(span, anchor, tag.is_some());
                return self.begin(span, Value::List(Vec::new()));
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse(span, anchor, tag.is_some());
                return self.begin(span, Value::Map(Vec::new()));
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    let end = span.end.max(open.start);
                    let kept = Span::new(open.start, end).of(self.text).trim_end().len() as u32;
                    self.value(Node { span: Span::new(open.start, open.start + kept), value: open.value });
                }
            }
            _ => {}
        }
        true
    }

    fn refuse(&mut self, span: Span, anchor: usize, tagged: bool) {
        if anchor > 0 {
            let upto = (span.start as usize + 1).min(self.text.len());
            let start = self.text.get(..upto).and_then(|before| before.rfind('&')).unwrap_or(span.start as usize);
            let rest = self.text.get(start..).unwrap_or("");
            let len = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let at = Span::new(start as u32, (start + len) as u32);
            self.report.yaml(at, "anchors (`&name`) are not read").help("write the value where it is needed");
        }
        if tagged {
            self.report.yaml(span, "tags (`!name`) are not read").help("leave the tag out, or quote the value");
        }
    }

    fn begin(&mut self, span: Span, value: Value) -> bool {
        if self.open.len() == MAX_NESTING {
            self.report.syntax(span, format!("nested deeper than {MAX_NESTING} levels"));
            return false;
        }
        if let Some(Open { value: Value::Map(_), key: None, .. }) = self.open.last() {
            self.report.yaml(span, "a list or map as a key").help("keys are plain words");
            return false;
        }
        self.open.push(Open { start: span.start, value, key: None });
        true
    }

    fn scalar(&mut self, span: Span, text: &str, style: ScalarStyle) {
        if let Some(Open { value: Value::Map(_), key: key @ None, .. }) = self.open.last_mut() {
            if text == "<<" && style == ScalarStyle::Plain {
                self.report.yaml(span, "merge keys (`<<`) are not read").help("write the entries out");
            }
            *key = Some(Key { text: text.to_owned(), span });
            return;
        }
        let value = match style {
            ScalarStyle::Plain => plain(text),
            _ => Value::Text(text.to_owned()),
        };
        self.value(Node { span, value });
    }

    fn value(&mut self, node: Node) {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open { value: Value::List(elements), .. }) => elements.push(node),
            Some(Open { value: Value::Map(entries), key, .. }) => match key.take() {
                Some(key) if key.text == "<<" => {}
                Some(key) => add_entry(entries, key, node, self.report),
                None => *key = Some(Key { text: String::new(), span: node.span }),
            },
            Some(_) => {}
        }
    }

    fn scan_error(&mut self, index: usize, info: &str) {
        let at = (self.offsets.byte(index) as usize).min(self.text.len());
        // A tab that indents is noticed by the scanner before, at or after its line.
        let begin = self.text[..at].rfind('\n').map_or(0, |found| found + 1);
        let before = self.text[..begin.saturating_sub(1)].rfind('\n').map_or(0, |found| found + 1);
        let mut start = before;
        for line in self.text[before..].split('\n').take(3) {
            let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
            if let Some(tab) = line[..blanks].find('\t') {
                let tab = (start + tab) as u32;
                let span = Span::new(tab, tab + 1);
                self.report.syntax(span, "a tab cannot indent YAML").help("indent with spaces, two per level");
                return;
            }
            start += line.len() + 1;
        }
        self.report.syntax(Span::at(at as u32), format!("not YAML: {info}"));
    }
}

/// A value without quotes: `true`, `12`, nothing, or text.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        number if super::json::is_number(number) => Value::Number(number.to_owned()),
        text => Value::Text(text.to_owned()),
    }
}
