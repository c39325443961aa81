//! Statements.

use super::member::{Built, Context, Members};
use super::{Builder, Node};
use crate::source::Span;
use crate::syntax::errors;
use crate::syntax::tree::{
    AfterRollback, Approve, ApproveEntry, Checkpoint, ClauseKind, Condition, EmitKind, Expr, For, Gate, GateSeverity,
    If, Let, LetValue, MatchStmt, Metric, Parallel, Pattern, Policy, Repeat, Scope, Step, StmtKind, Text, Type,
    TypeKind, Undo, Verdict,
};
use wf_grammar::Rule;

impl<'s> Builder<'s> {
    /// A statement or clause of a head and what stood in its braces.
    pub fn assemble(&mut self, head: Node<'s>, members: Members, body: Span) -> Built {
        let at = self.span(&head).start;
        Built::Stmt(match head.as_rule() {
            Rule::step_head => {
                let mut parts = head.into_inner();
                let name = self.take_name(&mut parts, at);
                let name = self.binding(name);
                let title = parts.next().map(|part| self.text(part));
                StmtKind::Step(Box::new(Step { name, title, clauses: members.clauses.into(), body }))
            }
            Rule::scope_head => {
                let title = head.into_inner().next().map(|part| self.text(part));
                StmtKind::Scope(Box::new(Scope { title, body: members.body(body) }))
            }
            Rule::for_head => StmtKind::For(Box::new(self.for_head(head, members, body, false))),
            Rule::parallel_for_head => match head.into_inner().next() {
                Some(head) => StmtKind::For(Box::new(self.for_head(head, members, body, true))),
                None => StmtKind::Broken,
            },
            Rule::parallel_head => StmtKind::Parallel(Box::new(self.parallel_head(head, members, body))),
            Rule::repeat_head => {
                let (mut max, mut until) = (None, None);
                for part in head.into_inner() {
                    let slot = if part.as_rule() == Rule::max { &mut max } else { &mut until };
                    self.once(slot, part);
                }
                StmtKind::Repeat(Box::new(Repeat { max, until, body: members.block(body) }))
            }
            Rule::undo_head => {
                let on_attempt = head.into_inner().next().is_some();
                return Built::Clause(ClauseKind::Undo(Box::new(Undo { on_attempt, clauses: members.clauses.into() })));
            }
            Rule::on_success_head => return Built::Clause(ClauseKind::OnSuccess(members.block(body))),
            Rule::on_rollback_head => return Built::Clause(ClauseKind::OnRollback(members.block(body))),
            Rule::finally_head => return Built::Clause(ClauseKind::Finally(members.block(body))),
            Rule::on_failure_head => {
                let block = crate::syntax::tree::HandlerBody::Block(members.block(body));
                return Built::Clause(self.on_failure_with(head, block));
            }
            _ => StmtKind::Broken,
        })
    }

    /// Sets an option of a head, and reports one that is given twice.
    fn once(&mut self, slot: &mut Option<Expr>, node: Node<'s>) {
        let start = self.keyword_start(&node);
        let span = Span::new(start, self.span(&node).end);
        let value = self.inner_expr(node);
        if slot.replace(value).is_some() {
            let place = self.place(span);
            let word = crate::syntax::lexeme::word(span.of(self.text));
            self.report(errors::given_twice(place, word));
        }
    }

    fn policy(&mut self, node: &Node<'s>) -> Policy {
        if node.as_str() == "collect" { Policy::Collect } else { Policy::KeepGoing }
    }

    fn for_head(&mut self, head: Node<'s>, members: Members, body: Span, parallel: bool) -> For {
        let span = self.span(&head);
        let mut parts = head.into_inner();
        let name = self.take_name(&mut parts, span.start);
        let name = self.binding(name);
        let list = match parts.next() {
            Some(part) => self.expr(part),
            None => self.broken(span),
        };
        let (mut key, mut after, mut max, mut policy) = (None, None, None, Policy::Cancel);
        for part in parts {
            match part.as_rule() {
                Rule::by => self.once(&mut key, part),
                Rule::after_deps => self.once(&mut after, part),
                Rule::max => self.once(&mut max, part),
                _ => policy = self.policy(&part),
            }
        }
        For { parallel, name, list, key, after, max, policy, body: members.block(body) }
    }

    fn parallel_head(&mut self, head: Node<'s>, members: Members, body: Span) -> Parallel {
        let (mut max, mut policy) = (None, Policy::Cancel);
        for part in head.into_inner() {
            match part.as_rule() {
                Rule::max => self.once(&mut max, part),
                _ => policy = self.policy(&part),
            }
        }
        Parallel { max, policy, body: members.block(body) }
    }

    /// A statement that is not a head with a block.
    pub fn stmt(&mut self, node: Node<'s>) -> StmtKind {
        let span = self.span(&node);
        match node.as_rule() {
            Rule::let_stmt => StmtKind::Let(Box::new(self.let_stmt(node, false))),
            Rule::var_stmt => StmtKind::Let(Box::new(self.let_stmt(node, true))),
            Rule::assign => {
                let mut parts = node.into_inner();
                let name = self.take_name(&mut parts, span.start);
                let name = self.binding(name);
                let value = self.expr_or_broken(parts.next(), span.end);
                StmtKind::Assign(Box::new((name, value)))
            }
            Rule::if_stmt => self.if_stmt(node),
            Rule::match_stmt => self.match_stmt(node),
            Rule::checkpoint => {
                let mut parts = node.into_inner();
                let name = self.take_name(&mut parts, span.start);
                let name = self.binding(name);
                let include = parts.next().map(|part| self.exprs(part)).unwrap_or_default();
                StmtKind::Checkpoint(Box::new(Checkpoint { name, include }))
            }
            Rule::seal => StmtKind::Seal,
            Rule::metric => {
                let (name, ty, value) = self.typed_value(node);
                let ty = ty.unwrap_or_else(|| self.missing_type(&name));
                StmtKind::Metric(Box::new(Metric { name, ty, value }))
            }
            Rule::gate => StmtKind::Gate(Box::new(self.gate(node))),
            Rule::approve => self.approve(node),
            Rule::emit => self.emit(node),
            Rule::fail => {
                let mut parts = node.into_inner().peekable();
                let kind = parts.next_if(|part| part.as_rule() == Rule::name).map(|part| self.name(&part));
                let text = self.text_or_empty(parts.next(), span.end);
                StmtKind::Fail(kind, Box::new(text))
            }
            Rule::return_stmt => StmtKind::Return(self.optional_args(node)),
            Rule::yield_stmt => StmtKind::Yield(Box::new(self.inner_expr(node))),
            _ => StmtKind::Verdict(Box::new(self.verdict(node))),
        }
    }

    pub fn optional_args(&mut self, node: Node<'s>) -> Box<[crate::syntax::tree::Arg]> {
        node.into_inner().next().map(|args| self.args(args)).unwrap_or_default()
    }

    pub fn expr_or_broken(&mut self, node: Option<Node<'s>>, at: u32) -> Expr {
        match node {
            Some(node) => self.expr(node),
            None => self.broken(Span::at(at)),
        }
    }

    pub fn text_or_empty(&mut self, node: Option<Node<'s>>, at: u32) -> Text {
        match node {
            Some(node) => self.text(node),
            None => Text { quote: crate::syntax::tree::Quote::Plain, parts: Box::default(), span: Span::at(at) },
        }
    }

    /// `name: T = e`
    pub fn typed_value(&mut self, node: Node<'s>) -> (crate::syntax::tree::Name, Option<Type>, Expr) {
        let span = self.span(&node);
        let mut parts = node.into_inner().peekable();
        let name = self.take_name_peek(&mut parts, span.start);
        let ty = parts.next_if(|part| part.as_rule() == Rule::ty).map(|part| self.ty(part));
        let value = self.expr_or_broken(parts.next(), span.end);
        (name, ty, value)
    }

    fn take_name_peek(
        &mut self,
        nodes: &mut std::iter::Peekable<super::Nodes<'s>>,
        at: u32,
    ) -> crate::syntax::tree::Name {
        nodes.next().map_or_else(|| self.missing_name(at), |node| self.name(&node))
    }

    pub fn missing_type(&mut self, name: &crate::syntax::tree::Name) -> Type {
        if !name.is_missing() {
            let place = self.place(name.span);
            self.report(errors::missing_type(place, &name.text));
        }
        Type { span: Span::at(name.span.end), kind: TypeKind::Broken }
    }

    fn let_stmt(&mut self, node: Node<'s>, mutable: bool) -> Let {
        let span = self.span(&node);
        let mut parts = node.into_inner().peekable();
        let name = self.take_name_peek(&mut parts, span.start);
        let name = self.binding(name);
        let ty = parts.next_if(|part| part.as_rule() == Rule::ty).map(|part| self.ty(part));
        let value = match parts.next() {
            Some(part) if matches!(part.as_rule(), Rule::for_stmt | Rule::parallel_for | Rule::parallel) => {
                self.bound_loop(part)
            }
            other => LetValue::Expr(self.expr_or_broken(other, span.end)),
        };
        Let { mutable, name, ty, value }
    }

    /// The name and type of a `let_head`.
    pub fn let_head(&mut self, node: Node<'s>) -> (crate::syntax::tree::Name, Option<Type>) {
        let at = self.span(&node).start;
        let mut parts = node.into_inner();
        let name = self.take_name(&mut parts, at);
        let name = self.binding(name);
        (name, parts.next().map(|part| self.ty(part)))
    }

    fn bound_loop(&mut self, node: Node<'s>) -> LetValue {
        let span = self.span(&node);
        let mut parts = node.into_inner();
        let (Some(head), Some(block)) = (parts.next(), parts.next()) else {
            return LetValue::Expr(self.broken(span));
        };
        let (members, body) = self.block(block, Context::Stmts);
        match self.assemble(head, members, body) {
            Built::Stmt(StmtKind::For(value)) => LetValue::For(value),
            Built::Stmt(StmtKind::Parallel(value)) => LetValue::Parallel(value),
            _ => LetValue::Expr(self.broken(span)),
        }
    }

    fn if_stmt(&mut self, node: Node<'s>) -> StmtKind {
        let (mut branches, mut otherwise, mut condition) = (Vec::new(), None, None);
        for part in node.into_inner() {
            if part.as_rule() == Rule::condition {
                condition = Some(self.condition(part));
                continue;
            }
            let (members, span) = self.block(part, Context::Stmts);
            match condition.take() {
                Some(condition) => branches.push((condition, members.block(span))),
                None => otherwise = Some(members.block(span)),
            }
        }
        StmtKind::If(Box::new(If { branches: branches.into(), otherwise }))
    }

    pub fn condition(&mut self, node: Node<'s>) -> Condition {
        let span = self.span(&node);
        let mut parts = node.into_inner();
        match parts.next() {
            Some(name) if name.as_rule() == Rule::name => {
                let name = self.name(&name);
                let name = self.binding(name);
                Condition::Let(name, self.expr_or_broken(parts.next(), span.end))
            }
            other => Condition::Expr(self.expr_or_broken(other, span.end)),
        }
    }

    fn match_stmt(&mut self, node: Node<'s>) -> StmtKind {
        let span = self.span(&node);
        let mut parts = node.into_inner();
        let subject = match parts.next() {
            Some(head) => self.inner_expr(head),
            None => self.broken(span),
        };
        let mut arms = Vec::new();
        for arm in parts.flat_map(Node::into_inner) {
            if let Some(arm) = self.arm(arm) {
                arms.push(arm);
            }
        }
        StmtKind::Match(Box::new(MatchStmt { subject, arms: arms.into() }))
    }

    /// An arm of a `match` statement.
    pub fn arm(&mut self, node: Node<'s>) -> Option<(Pattern, crate::syntax::tree::Block)> {
        let mut parts = node.into_inner();
        let (head, block) = (parts.next()?, parts.next()?);
        let pattern = self.pattern(head.into_inner().next()?);
        let (members, span) = self.block(block, Context::Stmts);
        Some((pattern, members.block(span)))
    }

    /// A `gate` or `gate_entry`.
    pub fn gate(&mut self, node: Node<'s>) -> Gate {
        let mut span = self.span(&node);
        if node.as_rule() == Rule::gate {
            span.start = self.keyword_start(&node);
        }
        let condition = Expr { id: self.id(), span: Span::at(span.end), kind: crate::syntax::tree::ExprKind::Broken };
        let mut gate = Gate {
            name: None,
            title: None,
            condition,
            severity: GateSeverity::Fail,
            waivable: None,
            advice: None,
            span,
        };
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::gate_name => {
                    let name = self.name(&part);
                    gate.name = Some(self.binding(name));
                }
                Rule::gate_title => gate.title = part.into_inner().next().map(|part| self.text(part)),
                Rule::severity if part.as_str() == "warn" => gate.severity = GateSeverity::Warn,
                Rule::severity => gate.severity = GateSeverity::Critical,
                Rule::waivable => {
                    let mut parts = part.into_inner();
                    if let (Some(role), Some(time)) = (parts.next(), parts.next()) {
                        gate.waivable = Some((self.text(role), self.expr(time)));
                    }
                }
                Rule::advice => gate.advice = part.into_inner().next().map(|part| self.text(part)),
                _ => gate.condition = self.expr(part),
            }
        }
        gate
    }

    fn approve(&mut self, node: Node<'s>) -> StmtKind {
        let span = self.span(&node);
        let mut parts = node.into_inner();
        let mut entries = Vec::new();
        let Some(head) = parts.next() else { return StmtKind::Broken };
        for entry in parts.flat_map(Node::into_inner) {
            entries.push(self.approve_entry(entry));
        }
        self.approve_with(head, entries, span.end)
    }

    pub fn approve_with(&mut self, head: Node<'s>, entries: Vec<ApproveEntry>, end: u32) -> StmtKind {
        let mut parts = head.into_inner().peekable();
        let name = parts.next_if(|part| part.as_rule() == Rule::name).map(|part| self.name(&part));
        let name = name.map(|name| self.binding(name));
        let question = self.text_or_empty(parts.next(), end);
        StmtKind::Approve(Box::new(Approve { name, question, entries: entries.into() }))
    }

    pub fn approve_entry(&mut self, node: Node<'s>) -> ApproveEntry {
        let span = self.span(&node);
        match node.as_rule() {
            Rule::show => {
                let list = node.into_inner().next();
                ApproveEntry::Show(list.map(|list| self.exprs(list)).unwrap_or_default())
            }
            Rule::within => ApproveEntry::Within(self.inner_expr(node)),
            _ => {
                let text = node.into_inner().next();
                ApproveEntry::By(self.text_or_empty(text, span.end))
            }
        }
    }

    fn emit(&mut self, node: Node<'s>) -> StmtKind {
        let span = self.span(&node);
        let mut parts = node.into_inner().peekable();
        let kind = match parts.next_if(|part| part.as_rule() == Rule::name) {
            None => EmitKind::Note,
            Some(word) => match word.as_str() {
                "achieved" => EmitKind::Achieved,
                "recommend" => EmitKind::Recommend,
                "next" => EmitKind::Next,
                "decision" => EmitKind::Decision,
                other => {
                    let place = self.place(self.span(&word));
                    self.report(errors::unknown_word(
                        place,
                        other,
                        "a kind of `emit`",
                        &["achieved", "recommend", "next", "decision"],
                    ));
                    EmitKind::Note
                }
            },
        };
        let text = self.text_or_empty(parts.next(), span.end);
        StmtKind::Emit(kind, Box::new(text))
    }

    /// `retry`, `continue`, `abort`, `escalate` or `rollback` as the answer to a failure.
    pub fn verdict(&mut self, node: Node<'s>) -> Verdict {
        let span = self.span(&node);
        match node.as_rule() {
            Rule::retry => {
                let (mut count, mut extra) = (None, None);
                for part in node.into_inner() {
                    match part.as_rule() {
                        Rule::retry_count => count = Some(self.inner_expr(part)),
                        _ => extra = Some(self.span(&part)),
                    }
                }
                if let Some(extra) = extra {
                    let place = self.place(extra);
                    self.report(errors::retry_options(place));
                }
                Verdict::Retry(count)
            }
            Rule::continue_stmt => Verdict::Continue(self.optional_args(node)),
            Rule::escalate => {
                let text = node.into_inner().next();
                Verdict::Escalate(self.text_or_empty(text, span.end))
            }
            Rule::rollback => {
                let (mut to, mut then) = (None, AfterRollback::End);
                for part in node.into_inner() {
                    match (part.as_rule(), part.as_str()) {
                        (Rule::name, _) => to = Some(self.name(&part)),
                        (_, "retry") => then = AfterRollback::Retry,
                        _ => then = AfterRollback::Continue,
                    }
                }
                Verdict::Rollback { to, then }
            }
            _ => Verdict::Abort,
        }
    }
}
