//! Clauses and actions.

use super::{Builder, Node};
use crate::source::Span;
use crate::syntax::errors;
use crate::syntax::tree::{
    Action, Callee, ClauseKind, Entry, Expr, ExprKind, FailsAs, HandlerBody, Language, Name, OnFailure, Output, Param,
    Quote, Retry, Run, Stmt, Text, Timeout, Type,
};
use wf_grammar::Rule;

impl<'s> Builder<'s> {
    pub fn clause(&mut self, node: Node<'s>) -> ClauseKind {
        let end = self.span(&node).end;
        match node.as_rule() {
            Rule::run
            | Rule::exec
            | Rule::sh
            | Rule::bash
            | Rule::python
            | Rule::node
            | Rule::agent
            | Rule::ask
            | Rule::wait => ClauseKind::Action(Box::new(self.action(node))),
            Rule::output => {
                let mut parts = node.into_inner().peekable();
                let name = parts.next().map_or_else(|| self.missing_name(end), |part| self.name(&part));
                let ty = parts.next_if(|part| part.as_rule() == Rule::ty).map(|part| self.ty(part));
                let value = parts.next().map(|part| self.expr(part));
                ClauseKind::Output(Box::new(Output { name, ty, value }))
            }
            Rule::timeout => {
                let mut parts = node.into_inner();
                let each = self.expr_or_broken(parts.next(), end);
                let total = parts.next().map(|part| self.expr(part));
                ClauseKind::Timeout(Box::new(Timeout { each, total }))
            }
            Rule::retry => self.retry_clause(node),
            Rule::fails => {
                let mut parts = node.into_inner();
                let kind = self.take_name(&mut parts, end);
                let condition = self.expr_or_broken(parts.next(), end);
                ClauseKind::FailsAs(Box::new(FailsAs { kind, condition }))
            }
            Rule::exits => ClauseKind::Exits(self.inner_exprs(node)),
            Rule::reads => ClauseKind::Reads(self.inner_exprs(node)),
            Rule::writes => ClauseKind::Writes(self.inner_exprs(node)),
            Rule::net => self.net(node),
            Rule::cache => {
                let time = node.into_inner().next().map(|part| Box::new(self.expr(part)));
                ClauseKind::Cache(time)
            }
            Rule::idempotent => ClauseKind::Idempotent,
            Rule::irreversible => ClauseKind::Irreversible(Box::new(self.inner_text(node))),
            Rule::risky => ClauseKind::Risky(Box::new(self.inner_text(node))),
            Rule::env => {
                let entries = node.into_inner().map(|part| self.entry(part));
                ClauseKind::Env(entries.map(|Entry { key, value, .. }| (key, value)).collect())
            }
            Rule::args_clause => ClauseKind::Args(Box::new(self.inner_expr(node))),
            Rule::stdin => ClauseKind::Stdin(Box::new(self.inner_expr(node))),
            Rule::cwd => ClauseKind::Cwd(Box::new(self.inner_expr(node))),
            Rule::after => {
                let names = node.into_inner().next();
                ClauseKind::After(names.map(|names| self.names(names)).unwrap_or_default())
            }
            Rule::queue => ClauseKind::Queue(Box::new(self.inner_expr(node))),
            Rule::session => ClauseKind::Session(self.take_name(&mut node.into_inner(), end)),
            Rule::budget => ClauseKind::Budget(node.into_inner().map(|part| self.named_value(part)).collect()),
            Rule::mode => ClauseKind::Mode(self.take_name(&mut node.into_inner(), end)),
            Rule::gate_use => match node.into_inner().next() {
                Some(path) => ClauseKind::GateUse(Box::new(self.path(path))),
                None => ClauseKind::Broken,
            },
            _ => ClauseKind::Broken,
        }
    }

    /// `key value`
    pub fn named_value(&mut self, node: Node<'s>) -> (Name, Expr) {
        let span = self.span(&node);
        let mut parts = node.into_inner();
        let name = self.take_name(&mut parts, span.start);
        (name, self.expr_or_broken(parts.next(), span.end))
    }

    fn inner_exprs(&mut self, node: Node<'s>) -> Box<[Expr]> {
        node.into_inner().next().map(|list| self.exprs(list)).unwrap_or_default()
    }

    fn inner_text(&mut self, node: Node<'s>) -> Text {
        let end = self.span(&node).end;
        let text = node.into_inner().next();
        self.text_or_empty(text, end)
    }

    fn net(&mut self, node: Node<'s>) -> ClauseKind {
        let mut hosts = self.inner_exprs(node).into_vec();
        if hosts.len() > 1
            && let Some(none) = hosts.iter().find(|host| host.kind == ExprKind::None)
        {
            let place = self.place(none.span);
            self.report(errors::net_none(place));
        }
        hosts.retain(|host| host.kind != ExprKind::None);
        ClauseKind::Net(hosts.into())
    }

    /// `retry n if (kinds) backoff d to d`
    pub fn retry_clause(&mut self, node: Node<'s>) -> ClauseKind {
        let span = Span::new(self.keyword_start(&node), self.span(&node).end);
        let (mut count, mut kinds, mut backoff, mut most) = (None, Box::default(), None, None);
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::retry_count => count = Some(self.inner_expr(part)),
                Rule::kinds => kinds = self.names(part),
                _ => {
                    let mut parts = part.into_inner();
                    backoff = parts.next().map(|part| self.expr(part));
                    most = parts.next().map(|part| self.expr(part));
                }
            }
        }
        let count = match count {
            Some(count) => count,
            None => {
                let place = self.place(Span::new(span.start, span.start + 5));
                self.report(errors::retry_count(place));
                self.broken(Span::at(span.start + 5))
            }
        };
        ClauseKind::Retry(Box::new(Retry { count, kinds, backoff, most }))
    }

    pub fn on_failure(&mut self, node: Node<'s>) -> ClauseKind {
        let mut parts = node.into_inner();
        let (Some(head), Some(body)) = (parts.next(), parts.next()) else { return ClauseKind::Broken };
        let body = match body.as_rule() {
            Rule::block => {
                let (members, span) = self.block(body, super::Context::Stmts);
                HandlerBody::Block(members.block(span))
            }
            Rule::handler_use => {
                let mut parts = body.into_inner();
                let Some(path) = parts.next() else { return ClauseKind::Broken };
                let path = self.path(path);
                let max = parts.next().map(|part| self.inner_expr(part));
                HandlerBody::Use(path, max)
            }
            _ => {
                let span = Span::new(self.keyword_start(&body), self.span(&body).end);
                let kind = self.stmt(body);
                let id = self.id();
                HandlerBody::Verdict(Box::new(Stmt { id, span, docs: None, allows: Box::default(), kind }))
            }
        };
        self.on_failure_with(head, body)
    }

    pub fn on_failure_with(&mut self, head: Node<'s>, body: HandlerBody) -> ClauseKind {
        let (mut kinds, mut binding, mut max) = (Box::default(), None, None);
        for part in head.into_inner() {
            match part.as_rule() {
                Rule::kinds => kinds = self.names(part),
                Rule::name => {
                    let name = self.name(&part);
                    binding = Some(self.binding(name));
                }
                _ => max = Some(self.inner_expr(part)),
            }
        }
        ClauseKind::OnFailure(Box::new(OnFailure { kinds, binding, max, body }))
    }

    fn action(&mut self, node: Node<'s>) -> Action {
        let end = self.span(&node).end;
        match node.as_rule() {
            Rule::run => Action::Run(self.run(node)),
            Rule::exec => Action::Exec(self.inner_expr(node)),
            Rule::sh => Action::Script(Language::Sh, self.inner_text(node)),
            Rule::bash => Action::Script(Language::Bash, self.inner_text(node)),
            Rule::python => Action::Script(Language::Python, self.program(node)),
            Rule::node => Action::Script(Language::Node, self.program(node)),
            Rule::agent => {
                let mut parts = node.into_inner().peekable();
                let path = parts.next_if(|part| part.as_rule() == Rule::path).map(|part| self.path(part));
                Action::Agent(path, self.text_or_empty(parts.next(), end))
            }
            Rule::ask => {
                let mut parts = node.into_inner();
                let question = self.text_or_empty(parts.next(), end);
                let answers = parts.next().map(|part| self.params(part)).unwrap_or_default();
                Action::Ask(question, answers)
            }
            _ => {
                let mut parts = node.into_inner().peekable();
                let until = parts.next_if(|part| part.as_rule() == Rule::wait_until).is_some();
                let value = self.expr_or_broken(parts.next(), end);
                if until { Action::WaitUntil(value) } else { Action::Wait(value) }
            }
        }
    }

    /// The text of `python` or `node`: nothing is interpolated into a program.
    fn program(&mut self, node: Node<'s>) -> Text {
        let text = self.inner_text(node);
        if let (Quote::Plain, Some(hole)) = (text.quote, text.holes().next()) {
            let place = self.place(hole.span);
            self.report(errors::hole_in_program(place));
        }
        text
    }

    pub fn run(&mut self, node: Node<'s>) -> Run {
        let span = self.span(&node);
        let mut parts = node.into_inner();
        let callee = match parts.next() {
            Some(callee) => self.callee(callee),
            None => {
                let name = self.missing_name(span.end);
                let path = crate::syntax::tree::Path { module: None, name };
                Callee { command: true, path, span: Span::at(span.end) }
            }
        };
        let args = parts.next().map(|args| self.args(args)).unwrap_or_default();
        Run { callee, args }
    }

    pub fn callee(&mut self, node: Node<'s>) -> Callee {
        let span = self.span(&node);
        let mut parts = node.into_inner().peekable();
        let command = parts.next_if(|part| part.as_rule() == Rule::at).is_some();
        let first = parts.next().map_or_else(|| self.missing_name(span.end), |part| self.name(&part));
        let path = match parts.next() {
            Some(name) => crate::syntax::tree::Path { module: Some(first), name: self.name(&name) },
            None => crate::syntax::tree::Path { module: None, name: first },
        };
        Callee { command, path, span }
    }

    pub fn params(&mut self, node: Node<'s>) -> Box<[Param]> {
        node.into_inner().map(|part| self.param(part)).collect()
    }

    /// `name: T = default`
    pub fn param(&mut self, node: Node<'s>) -> Param {
        let span = self.span(&node);
        let docs = self.doc(span.start);
        let mut parts = node.into_inner().peekable();
        let name = parts.next().map_or_else(|| self.missing_name(span.start), |part| self.name(&part));
        let name = self.free_name(name);
        let ty: Option<Type> = parts.next_if(|part| part.as_rule() == Rule::ty).map(|part| self.ty(part));
        let ty = ty.unwrap_or_else(|| self.missing_type(&name));
        let default = parts.next().map(|part| self.expr(part));
        Param { docs, name, ty, default, span }
    }
}
