//! What the grammar matched, as the builder walks it: nodes in the order in which they begin, in one vector.

use std::rc::Rc;

use pest::Token;
use pest::iterators::Pairs;
use wf_grammar::Rule;
use wf_grammar::quick::Match;

use crate::source::Span;

/// A match of a rule.
#[derive(Clone)]
pub(super) struct Node<'s> {
    text: &'s str,
    matches: Rc<[Match]>,
    at: u32,
}

/// Matches side by side.
#[derive(Clone)]
pub(super) struct Nodes<'s> {
    text: &'s str,
    matches: Rc<[Match]>,
    at: u32,
    end: u32,
}

impl<'s> Nodes<'s> {
    /// The matches in `text`.
    pub fn new(text: &'s str, matches: Vec<Match>) -> Self {
        let end = matches.len() as u32;
        Self { text, matches: matches.into(), at: 0, end }
    }

    /// What pest found in `text`.
    pub fn of_pairs(text: &'s str, pairs: Pairs<'s, Rule>) -> Self {
        let (mut matches, mut open) = (Vec::new(), Vec::new());
        for token in pairs.tokens() {
            match token {
                Token::Start { rule, pos } => {
                    open.push(matches.len());
                    matches.push(Match { rule, start: pos.pos() as u32, end: 0, next: 0 });
                }
                Token::End { pos, .. } => {
                    let next = matches.len() as u32;
                    if let Some(found) = open.pop().and_then(|at| matches.get_mut(at)) {
                        found.end = pos.pos() as u32;
                        found.next = next;
                    }
                }
            }
        }
        Self::new(text, matches)
    }
}

impl<'s> Iterator for Nodes<'s> {
    type Item = Node<'s>;

    fn next(&mut self) -> Option<Node<'s>> {
        if self.at >= self.end {
            return None;
        }
        let node = Node { text: self.text, matches: self.matches.clone(), at: self.at };
        self.at = node.found().next;
        Some(node)
    }
}

impl<'s> Node<'s> {
    fn found(&self) -> &Match {
        &self.matches[self.at as usize]
    }

    /// The rule that matched.
    pub fn as_rule(&self) -> Rule {
        self.found().rule
    }

    /// Where, in the text that was matched.
    pub fn span(&self) -> Span {
        Span::new(self.found().start, self.found().end)
    }

    /// What it matched.
    pub fn as_str(&self) -> &'s str {
        self.span().of(self.text)
    }

    /// The matches inside it.
    pub fn into_inner(self) -> Nodes<'s> {
        let end = self.found().next;
        Nodes { text: self.text, matches: self.matches, at: self.at + 1, end }
    }
}
