//! Items: keyword, head, and what stands between the braces.

use super::{Failure, Recovery};
use crate::source::Span;
use crate::syntax::build::{Inside, context_of, listed};
use crate::syntax::tree::{Command, Item, ItemKind, Name, Param, Workflow};
use crate::syntax::{keywords, unexpected};
use wf_grammar::Rule;

fn head_of(keyword: &str) -> Option<Rule> {
    Some(match keyword {
        "workflow" => Rule::workflow_head,
        "command" => Rule::command_head,
        "handler" => Rule::handler_head,
        "gates" => Rule::gates_head,
        "agent" => Rule::agent_head,
        "test" => Rule::test_head,
        _ => return None,
    })
}

impl<'s> Recovery<'_, 's> {
    pub(super) fn item(&mut self) -> Item {
        let at = self.skip(0);
        let (allows, start) = self.allows(at);
        let whole = Span::new(start, self.text.len() as u32);
        let kind = self.item_kind(start);
        self.builder.finish_item(kind, whole, allows)
    }

    fn item_kind(&mut self, start: u32) -> ItemKind {
        let word = self.word(start);
        let after = start + word.len() as u32;
        let known = keywords::ITEMS.into_iter().find(|keyword| *keyword == word);
        let keyword = match known {
            Some(keyword) => keyword,
            None => {
                let place = self.builder.place(Span::new(start, after));
                let (error, keyword) = unexpected::item(self.text, place, word);
                if !self.reported.contains(&start) {
                    self.builder.report(error);
                }
                match keyword {
                    Some(keyword) => keyword,
                    None => return self.inside_of_unknown(after),
                }
            }
        };
        match (head_of(keyword), keyword) {
            (Some(head), _) => self.braced_item(head, start, after),
            (None, "record" | "enum") => self.listed_item(keyword == "enum", start, after),
            (None, _) => self.flat_item(start, known.is_some()),
        }
    }

    /// An item of a word that means nothing: what stands in its braces may still be wrong.
    fn inside_of_unknown(&mut self, after: u32) -> ItemKind {
        if let Some(brace) = self.find_block(after) {
            self.members(brace + 1, crate::syntax::build::Context::Body);
        }
        ItemKind::Broken
    }

    fn flat_item(&mut self, start: u32, known: bool) -> ItemKind {
        if known && let Err(failure) = self.attempt(start, Rule::item) {
            self.report(start, self.text.len() as u32, &failure);
        }
        ItemKind::Broken
    }

    fn braced_item(&mut self, rule: Rule, start: u32, after: u32) -> ItemKind {
        match self.attempt(after, rule) {
            Ok((head, end)) if self.brace(end).is_some() => {
                let brace = self.brace(end).unwrap_or(end);
                let (inside, end) = self.inside(rule, brace);
                self.builder.base = after;
                let kind = self.builder.assemble_item(head, inside, Span::new(brace, end));
                self.trailing(end);
                kind
            }
            Ok((_, end)) => {
                let expected = vec![Rule::need_lbrace];
                let at = crate::syntax::lexeme::token(self.text, end as usize).span.start;
                self.salvage(rule, start, after, &Failure { at, expected, too_deep: false })
            }
            Err(failure) => self.salvage(rule, start, after, &failure),
        }
    }

    fn inside(&mut self, rule: Rule, brace: u32) -> (Inside, u32) {
        match rule {
            Rule::gates_head => {
                let mut gates = Vec::new();
                let end = self.lines(brace + 1, Rule::one_gate, |this, node| {
                    gates.extend(node.into_inner().next().map(|gate| this.builder.gate(gate)));
                });
                (Inside::Gates(gates), end)
            }
            Rule::agent_head => {
                let mut entries = Vec::new();
                let end = self.lines(brace + 1, Rule::one_agent, |this, node| {
                    entries.extend(node.into_inner().next().map(|entry| this.builder.named_value(entry)));
                });
                (Inside::Agent(entries), end)
            }
            Rule::test_head => {
                let (entries, end) = self.test_lines(brace + 1);
                (Inside::Test(entries), end)
            }
            _ => {
                let (members, end) = self.members(brace + 1, context_of(rule));
                (Inside::Members(members), end)
            }
        }
    }

    /// Something stands after the end of the item.
    fn trailing(&mut self, end: u32) {
        let at = self.skip(end);
        if self.byte(at).is_some() {
            let failure = Failure { at, expected: vec![Rule::need_item_end], too_deep: false };
            self.report(end, self.text.len() as u32, &failure);
        }
    }

    /// A bad head: its parameters one by one, then its block.
    fn salvage(&mut self, rule: Rule, start: u32, after: u32, failure: &Failure) -> ItemKind {
        let before = self.builder.errors.len();
        let (name, params, outputs, at) = self.signature(after);
        let block = self.find_block(at).or_else(|| self.find_block(failure.at));
        if self.builder.errors.len() == before {
            self.report(start, block.unwrap_or(failure.at), failure);
        }
        let Some(brace) = block else { return ItemKind::Broken };
        let (inside, end) = self.inside(rule, brace);
        self.trailing(end);
        let body = Span::new(brace, end);
        match (rule, inside) {
            _ if name.is_missing() => ItemKind::Broken,
            (Rule::workflow_head, Inside::Members(members)) => {
                ItemKind::Workflow(Workflow { name, params, outputs, body: members.body(body) })
            }
            (Rule::command_head, Inside::Members(members)) => {
                let clauses = members.clauses.into();
                ItemKind::Command(Command { name, params, outputs, clauses, body })
            }
            _ => ItemKind::Broken,
        }
    }

    /// `name(…) -> (…)`, entry by entry, and the byte after what was found of it.
    fn signature(&mut self, after: u32) -> (Name, Box<[Param]>, Box<[Param]>, u32) {
        let at = crate::syntax::lexeme::skip_space(self.text, after as usize) as u32;
        let text = self.word(at);
        let mut end = at + text.len() as u32;
        let name = Name { text: text.into(), span: Span::new(at, end) };
        let (mut params, mut outputs) = (Vec::new(), Vec::new());
        let mut at = self.skip(end);
        if !name.is_missing() && self.byte(at) == Some(b'(') {
            end = self.params(at, &mut params);
            at = self.skip(end);
        }
        if self.text.get(at as usize..).is_some_and(|rest| rest.starts_with("->")) {
            let open = self.skip(at + 2);
            if self.byte(open) == Some(b'(') {
                end = self.params(open, &mut outputs);
            }
        }
        (name, params.into(), outputs.into(), end)
    }

    fn params(&mut self, open: u32, out: &mut Vec<Param>) -> u32 {
        self.list(open + 1, Rule::one_param, |this, node| {
            out.extend(node.into_inner().next().map(|param| this.builder.param(param)));
        })
    }

    /// `record` and `enum`: entry by entry.
    fn listed_item(&mut self, variants: bool, start: u32, after: u32) -> ItemKind {
        let at = self.skip(after);
        let text = self.word(at);
        let name = Name { text: text.into(), span: Span::new(at, at + text.len() as u32) };
        let brace = self.brace(name.span.end).filter(|_| !name.is_missing());
        let Some(brace) = brace else { return self.flat_item(start, true) };
        let before = self.builder.errors.len();
        let (inside, end) = if variants {
            let mut all = Vec::new();
            let end = self.list(brace + 1, Rule::one_variant, |this, node| {
                all.extend(node.into_inner().next().map(|name| this.builder.variant(&name)));
            });
            (Inside::Variants(all), end)
        } else {
            let mut all = Vec::new();
            let end = self.params(brace, &mut all);
            (Inside::Fields(all), end)
        };
        if self.builder.errors.len() == before && self.reported.is_empty() {
            self.trailing(end);
        }
        listed(name, inside)
    }
}
