//! Items.

use super::Printer;
use super::sequence::{CURLY, Layout};
use crate::source::Span;
use crate::syntax::tree::{Agent, Doc, Enum, Fn, Gates, Item, ItemKind, Name, Param, Record, Use, UseFrom};

impl<'a> Printer<'a> {
    pub(super) fn item(&mut self, item: &'a Item) {
        self.allows(&item.allows, item.span);
        match &item.kind {
            ItemKind::Broken => self.verbatim(item.span),
            ItemKind::Use(found) => self.use_item(found),
            ItemKind::Record(record) => self.record(record),
            ItemKind::Enum(found) => self.enumeration(found),
            ItemKind::Error(name) => {
                self.word("error ");
                self.name(name);
            }
            ItemKind::Const(constant) => {
                self.word("let ");
                self.name(&constant.name);
                self.annotation(constant.ty.as_ref());
                self.keyword(" = ", &constant.value);
            }
            ItemKind::Fn(function) => self.function(function),
            ItemKind::Command(command) => {
                self.signature("command ", &command.name, &command.params, &command.outputs, command.body.start);
                self.clauses(command.body, &command.clauses);
            }
            ItemKind::Handler(handler) => {
                self.word("handler ");
                self.name(&handler.name);
                self.word(" ");
                self.limit("max ", handler.max.as_ref());
                self.statements(&handler.body);
            }
            ItemKind::Gates(gates) => self.gates(item, gates),
            ItemKind::Agent(agent) => self.agent(item, agent),
            ItemKind::Workflow(workflow) => {
                let (name, body) = (&workflow.name, workflow.body.span.start);
                self.signature("workflow ", name, &workflow.params, &workflow.outputs, body);
                self.body(&workflow.body);
            }
            ItemKind::Test(test) => self.test(test),
        }
    }

    /// `command name(params) -> (outputs) `, up to the body that begins at `body`.
    fn signature(
        &mut self,
        keyword: &'static str,
        name: &'a Name,
        params: &'a [Param],
        outputs: &'a [Param],
        body: u32,
    ) {
        self.word(keyword);
        self.name(name);
        let mut at = self.absolute(name.span).end;
        if self.find('(', at) < self.absolute(Span::at(body)).start
            && (keyword == "command " || !params.is_empty() || !outputs.is_empty())
        {
            self.params(params, at);
            at = self.find(')', params.last().map_or(at, |param| self.absolute(param.span).end));
        }
        if !outputs.is_empty() {
            self.word(" -> ");
            self.params(outputs, at);
        }
        self.word(" ");
    }

    fn use_item(&mut self, found: &'a Use) {
        self.word("use ");
        let after = match &found.from {
            UseFrom::Std(name) => {
                self.word("std/");
                self.name(name);
                name.span
            }
            UseFrom::File(path) => {
                self.string(path);
                path.span
            }
        };
        if let Some(alias) = &found.alias {
            self.word(" as ");
            self.name(alias);
        }
        if let Some(names) = &found.names {
            self.word(" ");
            self.names(names, self.absolute(after).end);
        }
    }

    fn record(&mut self, record: &'a Record) {
        self.word("record ");
        self.name(&record.name);
        self.word(" ");
        let after = self.absolute(record.name.span).end;
        self.brackets(CURLY, after, &record.fields, |field| field.span, Self::param);
    }

    fn enumeration(&mut self, found: &'a Enum) {
        self.word("enum ");
        self.name(&found.name);
        self.word(" ");
        let after = self.absolute(found.name.span).end;
        type Variant = (Option<Box<Doc>>, Name);
        let span = |variant: &Variant| variant.1.span;
        self.brackets(CURLY, after, &found.variants, span, |printer, variant| printer.name(&variant.1));
    }

    fn function(&mut self, function: &'a Fn) {
        self.word("fn ");
        self.name(&function.name);
        self.params(&function.params, self.absolute(function.name.span).end);
        if let Some(result) = &function.result {
            self.word(" -> ");
            self.ty(result);
        }
        self.keyword(" = ", &function.body);
    }

    fn gates(&mut self, item: &'a Item, gates: &'a Gates) {
        self.word("gates ");
        self.name(&gates.name);
        self.word(" ");
        self.item_block(item, &gates.name, &gates.entries, |gate| gate.span, Self::gate);
    }

    fn agent(&mut self, item: &'a Item, agent: &'a Agent) {
        self.word("agent ");
        self.name(&agent.name);
        self.word(" ");
        let span = |entry: &(Name, crate::syntax::tree::Expr)| entry.0.span.to(entry.1.span);
        self.item_block(item, &agent.name, &agent.entries, span, |printer, (key, value)| {
            printer.name(key);
            printer.keyword(" ", value);
        });
    }

    fn item_block<T>(
        &mut self,
        item: &'a Item,
        name: &'a Name,
        entries: &'a [T],
        span: impl std::ops::Fn(&T) -> Span,
        print: impl FnMut(&mut Self, &'a T),
    ) {
        let open = self.find('{', self.absolute(name.span).end);
        let body = Span::new(open, self.absolute(item.span).end);
        self.block(body, entries, Layout::Own, span, print);
    }
}
