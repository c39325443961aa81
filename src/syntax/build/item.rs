//! Items.

use super::member::Members;
use super::{Builder, Node};
use crate::source::Span;
use crate::syntax::tree::{
    Agent, Command, Const, Doc, Enum, Fn, Gates, Handler, Item, ItemKind, Name, Param, Record, Test, Text, Use,
    UseFrom, Workflow,
};
use wf_grammar::Rule;

/// What stood between the braces of an item.
pub enum Inside {
    Members(Members),
    Gates(Vec<crate::syntax::tree::Gate>),
    Agent(Vec<(Name, crate::syntax::tree::Expr)>),
    Test(Vec<crate::syntax::tree::TestEntry>),
    Fields(Vec<Param>),
    Variants(Vec<(Option<Box<Doc>>, Name)>),
}

impl<'s> Builder<'s> {
    /// The item of an `item` match.
    pub fn item(&mut self, node: Node<'s>) -> Item {
        let mut allows = Vec::new();
        let mut kind = ItemKind::Broken;
        let mut span = Span::at(self.span(&node).end);
        for part in node.into_inner() {
            if part.as_rule() == Rule::allow {
                let allow = self.allow(part);
                allows.push(allow);
                continue;
            }
            span = Span::new(self.keyword_start(&part), self.span(&part).end);
            kind = self.item_kind(part);
        }
        self.finish_item(kind, span, allows)
    }

    pub fn finish_item(&mut self, kind: ItemKind, span: Span, allows: Vec<crate::syntax::tree::Allow>) -> Item {
        let prelude = self.prelude(span.start, allows);
        Item { span, docs: prelude.docs, allows: prelude.allows.into(), kind, nodes: self.nodes() }
    }

    fn item_kind(&mut self, node: Node<'s>) -> ItemKind {
        match node.as_rule() {
            Rule::workflow | Rule::command | Rule::handler | Rule::gates | Rule::agent_item | Rule::test => {
                let mut parts = node.into_inner();
                let (Some(head), Some(block)) = (parts.next(), parts.next()) else { return ItemKind::Broken };
                let body = self.span(&block);
                let inside = self.inside(head.as_rule(), block);
                self.assemble_item(head, inside, body)
            }
            _ => self.flat_item(node),
        }
    }

    fn inside(&mut self, head: Rule, block: Node<'s>) -> Inside {
        match head {
            Rule::gates_head => Inside::Gates(block.into_inner().map(|part| self.gate(part)).collect()),
            Rule::agent_head => Inside::Agent(block.into_inner().map(|part| self.named_value(part)).collect()),
            Rule::test_head => Inside::Test(self.test_entries(block)),
            _ => Inside::Members(self.block(block, super::member::context_of(head)).0),
        }
    }

    /// An item of a head and what stood in its braces.
    pub fn assemble_item(&mut self, head: Node<'s>, inside: Inside, body: Span) -> ItemKind {
        let at = self.span(&head).start;
        let rule = head.as_rule();
        let mut parts = head.into_inner();
        if rule == Rule::test_head {
            let title = parts.next();
            let title: Text = self.text_or_empty(title, at);
            let Inside::Test(entries) = inside else { return ItemKind::Broken };
            return ItemKind::Test(Test { title, entries: entries.into(), body });
        }
        let name = self.take_name(&mut parts, at);
        let name = self.free_name(name);
        match (rule, inside) {
            (Rule::workflow_head, Inside::Members(members)) => {
                let (params, outputs) = self.signature(parts);
                ItemKind::Workflow(Workflow { name, params, outputs, body: members.body(body) })
            }
            (Rule::command_head, Inside::Members(members)) => {
                let (params, outputs) = self.signature(parts);
                ItemKind::Command(Command { name, params, outputs, clauses: members.clauses.into(), body })
            }
            (Rule::handler_head, Inside::Members(members)) => {
                let max = parts.next().map(|part| self.inner_expr(part));
                ItemKind::Handler(Handler { name, max, body: members.block(body) })
            }
            (Rule::gates_head, Inside::Gates(entries)) => ItemKind::Gates(Gates { name, entries: entries.into() }),
            (Rule::agent_head, Inside::Agent(entries)) => ItemKind::Agent(Agent { name, entries: entries.into() }),
            _ => ItemKind::Broken,
        }
    }

    fn signature(&mut self, parts: impl Iterator<Item = Node<'s>>) -> (Box<[Param]>, Box<[Param]>) {
        let (mut params, mut outputs) = (Box::default(), Box::default());
        for part in parts {
            match part.as_rule() {
                Rule::params => params = self.params(part),
                _ => outputs = self.params(part),
            }
        }
        (params, outputs)
    }

    fn flat_item(&mut self, node: Node<'s>) -> ItemKind {
        let span = self.span(&node);
        match node.as_rule() {
            Rule::const_item => {
                let (name, ty, value) = self.typed_value(node);
                let name = self.binding(name);
                ItemKind::Const(Const { name, ty, value })
            }
            Rule::fn_item => self.fn_item(node),
            Rule::use_item => self.use_item(node),
            rule => {
                let mut parts = node.into_inner();
                let name = self.take_name(&mut parts, span.start);
                let name = self.free_name(name);
                match rule {
                    Rule::error_item => ItemKind::Error(name),
                    Rule::record_item => {
                        let fields = parts.next().map(|part| self.params(part)).unwrap_or_default();
                        ItemKind::Record(Record { name, fields })
                    }
                    Rule::enum_item => {
                        let variants = parts.flat_map(Node::into_inner).map(|part| self.variant(&part)).collect();
                        ItemKind::Enum(Enum { name, variants })
                    }
                    _ => ItemKind::Broken,
                }
            }
        }
    }

    pub fn variant(&mut self, node: &Node<'s>) -> (Option<Box<Doc>>, Name) {
        let name = self.name(node);
        let docs = self.doc(name.span.start);
        (docs, self.free_name(name))
    }

    fn fn_item(&mut self, node: Node<'s>) -> ItemKind {
        let span = self.span(&node);
        let mut parts = node.into_inner().peekable();
        let name = parts.next().map_or_else(|| self.missing_name(span.start), |part| self.name(&part));
        let name = self.free_name(name);
        let params = parts.next_if(|part| part.as_rule() == Rule::params);
        let params = params.map(|part| self.params(part)).unwrap_or_default();
        let result = parts.next_if(|part| part.as_rule() == Rule::ty).map(|part| self.ty(part));
        let body = self.expr_or_broken(parts.next(), span.end);
        ItemKind::Fn(Fn { name, params, result, body })
    }

    fn use_item(&mut self, node: Node<'s>) -> ItemKind {
        let mut parts = node.into_inner();
        let Some(from) = parts.next() else { return ItemKind::Broken };
        let from = if from.as_rule() == Rule::use_std {
            let span = self.span(&from);
            let name = self.take_name(&mut from.into_inner(), span.end);
            UseFrom::Std(Name { text: name.text, span })
        } else {
            UseFrom::File(self.text(from))
        };
        let (mut alias, mut names) = (None, None);
        for part in parts {
            match part.as_rule() {
                Rule::name => alias = Some(self.name(&part)),
                _ => names = Some(self.names(part)),
            }
        }
        ItemKind::Use(Use { from, alias, names })
    }
}

/// An item of fields or variants that were parsed one by one.
pub fn listed(name: Name, inside: Inside) -> ItemKind {
    match inside {
        Inside::Fields(fields) => ItemKind::Record(Record { name, fields: fields.into() }),
        Inside::Variants(variants) => ItemKind::Enum(Enum { name, variants: variants.into() }),
        _ => ItemKind::Broken,
    }
}
