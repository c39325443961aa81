//! Blocks of lines that are no statements, and lists with commas: entry by entry.

use super::{Failure, Recovery};
use crate::source::Span;
use crate::syntax::build::Node;
use crate::syntax::lexeme::{self, Kind};
use crate::syntax::tree::{TestEntry, TestEntryKind};
use wf_grammar::Rule;

impl<'s> Recovery<'_, 's> {
    /// The lines after a `{` up to its `}`, each a match of `rule`; returns the byte after the `}`.
    pub(super) fn lines(&mut self, at: u32, rule: Rule, mut take: impl FnMut(&mut Self, Node<'s>)) -> u32 {
        let mut at = self.skip(at);
        loop {
            match self.byte(at) {
                None => return at,
                Some(b'}') => return at + 1,
                Some(_) => {}
            }
            let next = match self.attempt(at, rule) {
                Ok((node, end)) => {
                    take(self, node);
                    end
                }
                // Its `}` is missing, which has been reported.
                Err(_) if self.unbalanced && crate::syntax::keywords::begins_member(self.word(at)) => return at,
                Err(failure) => {
                    let end = self.resume(at, failure.at);
                    self.report(at, end, &failure);
                    end
                }
            };
            at = self.skip(next.max(at + 1));
        }
    }

    /// The lines of a test.
    pub(super) fn test_lines(&mut self, at: u32) -> (Vec<TestEntry>, u32) {
        let mut entries = Vec::new();
        let mut at = self.skip(at);
        loop {
            match self.byte(at) {
                None => return (entries, at),
                Some(b'}') => return (entries, at + 1),
                Some(_) => {}
            }
            let next = match self.attempt(at, Rule::one_test) {
                Ok((node, end)) => {
                    entries.extend(node.into_inner().map(|entry| self.builder.test_entry(entry)));
                    end
                }
                Err(failure) => self.failed_test_line(at, &failure, &mut entries),
            };
            at = self.skip(next.max(at + 1));
        }
    }

    fn failed_test_line(&mut self, at: u32, failure: &Failure, entries: &mut Vec<TestEntry>) -> u32 {
        let mut kind = TestEntryKind::Broken;
        let mut end = self.resume(at, failure.at);
        if self.word(at) == "for"
            && let Ok((head, after)) = self.attempt(at + 3, Rule::test_for_head)
            && let Some(brace) = self.brace(after).filter(|&brace| failure.at >= brace)
        {
            let (inner, close) = self.test_lines(brace + 1);
            self.builder.base = at + 3;
            kind = self.builder.test_for(head, inner);
            end = close;
        } else {
            self.report(at, end, failure);
        }
        let id = self.builder.id();
        entries.push(TestEntry { id, span: Span::new(at, end), kind });
        end
    }

    /// The entries between commas from `at` (after the opening bracket) to the closing one; returns the byte after it.
    pub(super) fn list(&mut self, at: u32, rule: Rule, mut take: impl FnMut(&mut Self, Node<'s>)) -> u32 {
        let mut start = at;
        loop {
            let (end, closed) = self.entry_end(start);
            let text = &self.text[..end as usize];
            if !Span::new(start, end).of(self.text).trim().is_empty() {
                match super::attempt(text, start, rule).map(|mut nodes| nodes.next()) {
                    Ok(Some(node)) => {
                        self.builder.base = start;
                        take(self, node);
                    }
                    Ok(None) => {}
                    Err(failure) => self.report(start, end, &failure),
                }
            }
            match (closed, self.byte(end)) {
                (true, Some(_)) => return end + 1,
                (_, None) => return end,
                _ => start = end + 1,
            }
        }
    }

    /// Where the entry at `start` ends: at a comma, or (`true`) at the closing bracket.
    fn entry_end(&self, start: u32) -> (u32, bool) {
        let (mut at, mut depth) = (start, 0_usize);
        loop {
            let token = lexeme::token(self.text, at as usize);
            match token.kind {
                Kind::End => return (token.span.start, true),
                Kind::Close(_) if depth == 0 => return (token.span.start, true),
                Kind::Sign if depth == 0 && token.span.of(self.text) == "," => return (token.span.start, false),
                Kind::Open(_) => depth += 1,
                Kind::Close(_) => depth -= 1,
                _ => {}
            }
            at = token.span.end;
        }
    }
}
