//! Items that the grammar refuses, or that are too large for one match: part by part.
//!
//! The head is parsed alone, then statement after statement. A statement that fails is entered where it has a block,
//! so that what is right in it is kept; otherwise it is reported once and skipped as a whole.

mod entries;
mod head;
mod stmt;

use super::build::{Builder, Context, Members, Node, Nodes};
use super::lexeme::{self, Kind};
use super::tree::Item;
use super::{errors, unexpected};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::syntax as codes;
use crate::source::{FileId, Span};
use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};
use wf_grammar::{Grammar, Rule, quick};

/// Where a match failed, and what would have fitted there.
pub(super) struct Failure {
    /// Byte of the text.
    pub at: u32,
    /// The rules that would have fitted.
    pub expected: Vec<Rule>,
    /// The stack was full before that was known.
    pub too_deep: bool,
}

/// Matches `rule` at byte `at` of `text`.
pub(super) fn attempt(text: &str, at: u32, rule: Rule) -> Result<Nodes<'_>, Failure> {
    let rest = text.get(at as usize..).unwrap_or("");
    if let Some(matches) = quick::matches(rule, rest) {
        return Ok(Nodes::new(rest, matches));
    }
    Grammar::parse(rule, rest).map(|pairs| Nodes::of_pairs(rest, pairs)).map_err(|error| {
        let place = match error.location {
            InputLocation::Pos(place) | InputLocation::Span((place, _)) => place as u32,
        };
        match error.variant {
            ErrorVariant::ParsingError { positives, .. } => {
                Failure { at: at + place, expected: positives, too_deep: false }
            }
            ErrorVariant::CustomError { .. } => Failure { at: at + place, expected: Vec::new(), too_deep: true },
        }
    })
}

/// The item that `builder` is for; `reported` is what the skeleton found wrong in it.
pub(super) fn item(builder: &mut Builder<'_>, reported: &[Diagnostic]) -> Item {
    let unbalanced =
        reported.iter().any(|error| error.code.name != codes::UNTERMINATED_STRING.name || error.message.contains("${"));
    builder.lenient = !reported.is_empty();
    let mut reported: Vec<u32> = reported.iter().map(|error| error.primary.place.span.start).collect();
    reported.sort_unstable();
    let text = builder.text;
    Recovery { builder, text, reported, unbalanced }.item()
}

struct Recovery<'b, 's> {
    builder: &'b mut Builder<'s>,
    text: &'s str,
    /// Where the skeleton reported something, in order.
    reported: Vec<u32>,
    /// Whether brackets do not match, so that they cannot be counted.
    unbalanced: bool,
}

impl<'s> Recovery<'_, 's> {
    /// The one node of `rule` at `at`, and the byte after it.
    fn attempt(&mut self, at: u32, rule: Rule) -> Result<(Node<'s>, u32), Failure> {
        let mut nodes = attempt(self.text, at, rule)?;
        self.builder.base = at;
        match nodes.next() {
            Some(node) => {
                let end = self.builder.span(&node).end;
                Ok((node, end))
            }
            None => Err(Failure { at, expected: Vec::new(), too_deep: false }),
        }
    }

    /// Whether the skeleton reported something from `start` to `end`.
    fn is_reported(&self, start: u32, end: u32) -> bool {
        let next = self.reported.partition_point(|&at| at < start);
        self.reported.get(next).is_some_and(|&at| at <= end)
    }

    /// Reports that the part from `start` to `end` failed, unless the skeleton has said so.
    fn report(&mut self, start: u32, end: u32, failure: &Failure) {
        if self.is_reported(start, end) {
            return;
        }
        let place = self.builder.place(Span::at(failure.at));
        let error = if failure.too_deep {
            let mut error = errors::too_deep(FileId(0), Span::at(failure.at));
            error.primary.place = place;
            error
        } else {
            unexpected::token(self.text, start, failure.at, &failure.expected, place)
        };
        self.builder.report(error);
    }

    /// The first byte at or after `at` that is not blank, in a comment or `;`.
    fn skip(&self, at: u32) -> u32 {
        let mut at = lexeme::skip_space(self.text, at as usize);
        while self.text.as_bytes().get(at) == Some(&b';') {
            at = lexeme::skip_space(self.text, at + 1);
        }
        at as u32
    }

    fn word(&self, at: u32) -> &'s str {
        lexeme::word(self.text.get(at as usize..).unwrap_or(""))
    }

    fn byte(&self, at: u32) -> Option<u8> {
        self.text.as_bytes().get(at as usize).copied()
    }

    /// The byte of the `{` that follows `at` on the same line.
    fn brace(&self, at: u32) -> Option<u32> {
        let blanks = self.text.get(at as usize..)?.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        (self.byte(at + blanks as u32) == Some(b'{')).then_some(at + blanks as u32)
    }

    /// The `{` that opens a block after a head that went wrong: on its line, outside `()` and `[]`, or first on the next.
    fn find_block(&self, from: u32) -> Option<u32> {
        let (mut at, mut depth) = (from, 0_usize);
        loop {
            let token = lexeme::token(self.text, at as usize);
            match token.kind {
                Kind::Open(b'{') if depth == 0 => return Some(token.span.start),
                Kind::End => return None,
                Kind::Sign if depth == 0 && token.span.of(self.text) == ";" => return None,
                _ if token.new_line && depth == 0 => return None,
                _ if token.new_line && self.unbalanced && self.starts_member(token.span) => return None,
                Kind::Open(_) => depth += 1,
                Kind::Close(b'}') if depth == 0 => return None,
                Kind::Close(_) => depth = depth.saturating_sub(1),
                _ => {}
            }
            at = token.span.end;
        }
    }

    /// Where to go on after the part that began at `start` failed at `failed`: at a line break outside brackets.
    fn resume(&self, start: u32, failed: u32) -> u32 {
        let (mut at, mut depth) = (start, 0_usize);
        loop {
            let token = lexeme::token(self.text, at as usize);
            let here = token.span.start;
            let past = here > start && here >= failed;
            if token.kind == Kind::End {
                return here;
            }
            let line = token.new_line && past;
            if line && depth == 0 && !continues(token.span.of(self.text)) {
                return here;
            }
            if line && self.unbalanced && self.starts_member(token.span) {
                return here;
            }
            match token.kind {
                Kind::Open(_) => depth += 1,
                Kind::Close(b'}') if depth == 0 => return here,
                Kind::Close(_) => depth = depth.saturating_sub(1),
                Kind::Sign if depth == 0 && past && token.span.of(self.text) == ";" => return token.span.end,
                _ => {}
            }
            at = token.span.end;
        }
    }

    /// Whether a line that begins with this token begins a statement, whatever brackets say.
    fn starts_member(&self, span: Span) -> bool {
        let word = span.of(self.text);
        let next = lexeme::token(self.text, span.end as usize);
        let sign = next.span.of(self.text);
        word == "}" || super::keywords::begins_member(word) && !matches!(sign, ":" | "," | "." | ")" | "]")
    }

    /// The members after a `{`, up to and with its `}`; `at` is the byte after the `{`.
    fn members(&mut self, at: u32, context: Context) -> (Members, u32) {
        let mut out = Members::default();
        let mut at = self.skip(at);
        loop {
            match self.byte(at) {
                None => return (out, at),
                Some(b'}') => return (out, at + 1),
                Some(_) => {}
            }
            let next = match self.attempt(at, Rule::one_member) {
                Ok((node, end)) => {
                    self.builder.members(node.into_inner(), context, &mut out);
                    end
                }
                Err(failure) => self.failed_member(at, &failure, context, &mut out),
            };
            at = self.skip(next.max(at + 1));
        }
    }
}

/// Whether a line that begins so goes on with the expression before it.
fn continues(token: &str) -> bool {
    matches!(token, "." | "?." | "??" | "and" | "or" | "in" | "matches" | "as" | "then" | "+" | "*" | "/" | "&&" | "||")
}
