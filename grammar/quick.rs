//! Matching without messages: see `build.rs`, which writes the rules.

use crate::Rule;

/// Rules in rules: deeper ones are left to pest, which looks after its stack.
const MAX_DEPTH: u32 = 1024;

/// One match of a rule. The matches inside it follow it, in order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Match {
    /// The rule.
    pub rule: Rule,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Index of the first match after it that is not inside it.
    pub next: u32,
}

/// Matches `rule` at the beginning of `text`, like `Grammar::parse`: all matches in the order in which they begin. `None`
/// where the rule does not match, cannot be an entry (only `$` rules are) or nests very deep.
pub fn matches(rule: Rule, text: &str) -> Option<Vec<Match>> {
    let matcher = entry(rule)?;
    let mut quick = Quick { text, matches: Vec::new(), pushed: Vec::new(), depth: 0, too_deep: false };
    matcher(&mut quick, 0)?;
    (!quick.too_deep).then_some(quick.matches)
}

type Matcher = fn(&mut Quick<'_>, u32) -> Option<u32>;

struct Quick<'t> {
    text: &'t str,
    matches: Vec<Match>,
    pushed: Vec<(u32, u32)>,
    depth: u32,
    too_deep: bool,
}

impl Quick<'_> {
    fn enter(&mut self, rule: Rule, at: u32) -> Option<usize> {
        if self.depth >= MAX_DEPTH {
            self.too_deep = true;
            return None;
        }
        self.depth += 1;
        let mark = self.matches.len();
        self.matches.push(Match { rule, start: at, end: at, next: 0 });
        Some(mark)
    }

    fn leave(&mut self, mark: usize, end: Option<u32>) -> Option<u32> {
        self.depth -= 1;
        match end {
            Some(end) => {
                let next = self.matches.len() as u32;
                if let Some(found) = self.matches.get_mut(mark) {
                    found.end = end;
                    found.next = next;
                }
            }
            None => self.matches.truncate(mark),
        }
        end
    }

    #[inline]
    fn leaf(&mut self, rule: Rule, at: u32, end: Option<u32>) -> Option<u32> {
        let end = end?;
        let next = self.matches.len() as u32 + 1;
        self.matches.push(Match { rule, start: at, end, next });
        Some(end)
    }

    #[inline]
    fn mark(&self) -> usize {
        self.matches.len()
    }

    #[inline]
    fn undo(&mut self, mark: usize) {
        self.matches.truncate(mark);
    }

    #[inline(always)]
    fn text_at(&self, at: u32, wanted: &str) -> Option<u32> {
        let rest = self.text.as_bytes().get(at as usize..)?;
        rest.starts_with(wanted.as_bytes()).then_some(at + wanted.len() as u32)
    }

    #[inline(always)]
    fn byte(&self, at: u32, is: impl Fn(u8) -> bool) -> Option<u32> {
        is(*self.text.as_bytes().get(at as usize)?).then_some(at + 1)
    }

    #[inline(always)]
    fn letter(&self, at: u32, is_ascii: impl Fn(u8) -> bool, is: fn(char) -> bool) -> Option<u32> {
        match *self.text.as_bytes().get(at as usize)? {
            byte if byte.is_ascii() => is_ascii(byte).then_some(at + 1),
            _ => self.wide(at, is),
        }
    }

    #[inline(never)]
    fn wide(&self, at: u32, is: impl Fn(char) -> bool) -> Option<u32> {
        let found = self.text.get(at as usize..)?.chars().next()?;
        is(found).then_some(at + found.len_utf8() as u32)
    }

    #[inline(always)]
    fn range(&self, at: u32, first: char, last: char) -> Option<u32> {
        match *self.text.as_bytes().get(at as usize)? {
            byte if byte.is_ascii() => (first <= byte as char && byte as char <= last).then_some(at + 1),
            _ if last.is_ascii() => None,
            _ => self.wide(at, |found| first <= found && found <= last),
        }
    }

    #[inline(always)]
    fn any(&self, at: u32) -> Option<u32> {
        match *self.text.as_bytes().get(at as usize)? {
            byte if byte.is_ascii() => Some(at + 1),
            _ => self.wide(at, |_| true),
        }
    }

    fn push(&mut self, start: u32, end: u32) -> Option<u32> {
        self.pushed.push((start, end));
        Some(end)
    }

    fn peek(&self, at: u32) -> Option<u32> {
        let (start, end) = *self.pushed.last()?;
        self.text_at(at, self.text.get(start as usize..end as usize)?)
    }

    fn pop(&mut self, at: u32) -> Option<u32> {
        let end = self.peek(at)?;
        self.pushed.pop();
        Some(end)
    }
}

#[allow(
    clippy::all,
    dead_code,
    unused_labels,
    unused_variables,
    unused_braces,
    unused_parens,
    non_snake_case,
    reason = "written by build.rs"
)]
mod rules {
    use super::{Matcher, Quick, Rule};
    include!(concat!(env!("OUT_DIR"), "/quick.rs"));
    pub(super) fn entry_of(rule: Rule) -> Option<Matcher> {
        entry(rule)
    }
}

use rules::entry_of as entry;
