//! Strings: escapes, holes, and the indentation of `"""`.

use super::{Builder, Node};
use crate::source::Span;
use crate::syntax::errors;
use crate::syntax::tree::{Quote, Text, TextPart};
use ecow::EcoString;
use wf_grammar::Rule;

impl<'s> Builder<'s> {
    /// The string of any `text_…` rule.
    pub fn text(&mut self, node: Node<'s>) -> Text {
        match node.as_rule() {
            Rule::text_block => self.block_text(node),
            Rule::text_raw => self.raw_text(node),
            Rule::text_verbatim => self.verbatim_text(node),
            _ => self.plain_text(node),
        }
    }

    fn plain_text(&mut self, node: Node<'s>) -> Text {
        let span = self.opened(&node, 1);
        let mut parts = Parts::default();
        for part in node.into_inner() {
            let at = self.span(&part);
            match part.as_rule() {
                Rule::chars => parts.push(part.as_str(), at),
                Rule::dollar => parts.push("${", at),
                Rule::escape => match unescape(part.as_str()) {
                    Some(letter) => parts.push(letter.encode_utf8(&mut [0; 4]), at),
                    None => {
                        let place = self.place(at);
                        self.report(errors::unknown_escape(place, part.as_str()));
                    }
                },
                _ => self.hole(part, &mut parts),
            }
        }
        Text { quote: Quote::Plain, parts: parts.0.into(), span }
    }

    fn hole(&mut self, node: Node<'s>, parts: &mut Parts) {
        if let Some(inner) = node.into_inner().next() {
            let expr = self.expr(inner);
            parts.0.push(TextPart::Hole(expr));
        }
    }

    fn block_text(&mut self, node: Node<'s>) -> Text {
        let span = self.opened(&node, 3);
        let mut parts = Parts::default();
        for part in node.into_inner() {
            let at = self.span(&part);
            match part.as_rule() {
                Rule::block_chars => parts.push(&unix(part.as_str()), at),
                Rule::dollar => parts.push("${", at),
                _ => self.hole(part, &mut parts),
            }
        }
        Text { quote: Quote::Block, parts: dedent(parts.0).into(), span }
    }

    fn verbatim_text(&mut self, node: Node<'s>) -> Text {
        let span = self.opened(&node, 3);
        let mut parts = Parts::default();
        for part in node.into_inner() {
            let at = self.span(&part);
            parts.push(&unix(part.as_str()), at);
        }
        Text { quote: Quote::Block, parts: dedent(parts.0).into(), span }
    }

    fn raw_text(&mut self, node: Node<'s>) -> Text {
        let span = self.opened(&node, 1);
        let hashes = node.as_str().bytes().take_while(|&byte| byte == b'#').count();
        let mut parts = Parts::default();
        for part in node.into_inner() {
            let at = self.span(&part);
            parts.push(&unix(part.as_str()), at);
        }
        Text { quote: Quote::Raw(hashes.min(255) as u8), parts: parts.0.into(), span }
    }
}

/// Pieces of a string; neighbouring literals become one.
#[derive(Default)]
struct Parts(Vec<TextPart>);

impl Parts {
    fn push(&mut self, text: &str, span: Span) {
        match self.0.last_mut() {
            _ if text.is_empty() => {}
            Some(TextPart::Literal(last, at)) => {
                last.push_str(text);
                *at = at.to(span);
            }
            _ => self.0.push(TextPart::Literal(text.into(), span)),
        }
    }
}

fn unix(text: &str) -> std::borrow::Cow<'_, str> {
    if text.contains('\r') { text.replace("\r\n", "\n").into() } else { text.into() }
}

fn unescape(text: &str) -> Option<char> {
    match text.get(1..)? {
        "n" => Some('\n'),
        "t" => Some('\t'),
        "\"" => Some('"'),
        "\\" => Some('\\'),
        "$" => Some('$'),
        rest => {
            let digits = rest.strip_prefix("u{")?.strip_suffix('}')?;
            u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)
        }
    }
}

/// Drops the first line break, a last line of blanks, and the indentation common to all lines that are not blank.
fn dedent(mut parts: Vec<TextPart>) -> Vec<TextPart> {
    let mut fresh = false;
    if let Some(TextPart::Literal(text, _)) = parts.first_mut()
        && let Some(rest) = text.strip_prefix('\n')
    {
        *text = rest.into();
        fresh = true;
    }
    let only = parts.len() == 1;
    if let Some(TextPart::Literal(text, _)) = parts.last_mut() {
        match text.rfind('\n') {
            Some(at) if is_blank(&text[at..]) => *text = text[..at].into(),
            None if only && fresh && is_blank(text) => *text = EcoString::new(),
            _ => {}
        }
    }
    let indent = common_indent(&parts, fresh);
    let count = parts.len();
    for (index, part) in parts.iter_mut().enumerate() {
        if let TextPart::Literal(text, _) = part {
            *text = strip(text, indent, fresh && index == 0, index + 1 == count);
        }
    }
    parts.retain(|part| !matches!(part, TextPart::Literal(text, _) if text.is_empty()));
    parts
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
}

fn leading(text: &str) -> usize {
    text.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// Lines of a literal that begin in it: the first only where `fresh`.
fn lines(text: &str, fresh: bool) -> impl Iterator<Item = &str> {
    text.split('\n').skip(usize::from(!fresh))
}

fn common_indent(parts: &[TextPart], fresh: bool) -> usize {
    let mut least = usize::MAX;
    for (index, part) in parts.iter().enumerate() {
        let TextPart::Literal(text, _) = part else {
            if fresh && index == 0 {
                return 0;
            }
            continue;
        };
        let mut rest = lines(text, fresh && index == 0).peekable();
        while let Some(line) = rest.next() {
            let before_hole = rest.peek().is_none() && index + 1 < parts.len();
            if !is_blank(line) || before_hole {
                least = least.min(leading(line));
            }
        }
    }
    if least == usize::MAX { 0 } else { least }
}

fn strip(text: &str, indent: usize, fresh: bool, last: bool) -> EcoString {
    let mut out = String::with_capacity(text.len());
    let count = text.split('\n').count();
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let begins = index > 0 || fresh;
        let blank = begins && is_blank(line) && (index + 1 < count || last);
        match begins {
            true if blank => out.push_str(line.get(indent..).unwrap_or("")),
            true => out.push_str(&line[indent.min(leading(line))..]),
            false => out.push_str(line),
        }
    }
    out.into()
}
