//! Statements.

use super::Lower;
use crate::check::facts::Def;
use crate::plan::ir::{Condition, MatchArm, Node, NodeIx};
use crate::syntax::tree::{self, Arg, If, Let, LetValue, MatchStmt, Name, Stmt, StmtKind};

impl<'a> Lower<'a> {
    pub(super) fn stmt(&mut self, stmt: &'a Stmt) -> NodeIx {
        let node = self.node(stmt);
        self.push_node(node, stmt.span)
    }

    fn node(&mut self, stmt: &'a Stmt) -> Node {
        match &stmt.kind {
            StmtKind::Step(step) => Node::Step(Box::new(self.step(stmt, step))),
            StmtKind::Let(bound) => self.bind(bound),
            StmtKind::Assign(parts) => {
                let value = self.expr(&parts.1);
                let (up, slot) = self.variable(&parts.0);
                Node::Set { up, slot, value }
            }
            StmtKind::If(branches) => self.if_stmt(branches),
            StmtKind::Match(matched) => self.match_stmt(matched),
            StmtKind::For(each) => Node::For(Box::new(self.each(each, None))),
            StmtKind::Parallel(parallel) => Node::Parallel(Box::new(self.parallel(parallel, None))),
            StmtKind::Repeat(repeat) => self.repeat(repeat, stmt.span),
            StmtKind::Scope(scope) => Node::Scope(Box::new(self.scope(scope.title.as_ref(), &scope.body, &[]))),
            StmtKind::Checkpoint(checkpoint) => {
                let include = self.exprs(&checkpoint.include);
                Node::Checkpoint { name: checkpoint.name.text.clone(), include }
            }
            StmtKind::Seal => Node::Seal,
            StmtKind::Metric(metric) => self.metric_stmt(metric),
            StmtKind::Gate(gate) => Node::Gate(self.gate(gate)),
            StmtKind::Approve(approve) => Node::Approve(Box::new(self.approve(approve))),
            StmtKind::Emit(kind, text) => Node::Emit { kind: *kind, text: self.text(text) },
            StmtKind::Fail(kind, message) => {
                let kind = kind.as_ref().map_or_else(|| "fail".into(), |kind| self.kind(kind));
                Node::Fail { kind, message: self.text(message) }
            }
            StmtKind::Return(args) => self.return_stmt(args),
            StmtKind::Verdict(verdict) => Node::Verdict(self.verdict(verdict, stmt.span)),
            StmtKind::Yield(_) | StmtKind::Broken => {
                self.fault(stmt.span, "a statement that cannot stand here");
                Node::Seal
            }
        }
    }

    fn bind(&mut self, bound: &'a Let) -> Node {
        match &bound.value {
            LetValue::Expr(value) => {
                let value = self.expr(value);
                Node::Set { up: 0, slot: self.declare(&bound.name), value }
            }
            LetValue::For(each) => Node::For(Box::new(self.each(each, Some(&bound.name)))),
            LetValue::Parallel(parallel) => Node::Parallel(Box::new(self.parallel(parallel, Some(&bound.name)))),
        }
    }

    /// Where a variable lies that is assigned.
    fn variable(&mut self, name: &Name) -> (u32, u32) {
        match self.def(name.span.start) {
            Some(&Def::Local(id)) => self.reach(id, name.span),
            _ => {
                self.fault(name.span, "a variable that was not resolved");
                (0, 0)
            }
        }
    }

    fn if_stmt(&mut self, branches: &'a If) -> Node {
        let mut lowered = Vec::with_capacity(branches.branches.len());
        for (condition, block) in &branches.branches {
            let condition = match condition {
                tree::Condition::Expr(condition) => Condition::Holds(self.deciding(condition)),
                tree::Condition::Let(name, value) => {
                    let value = self.deciding(value);
                    Condition::Some { slot: self.declare(name), value }
                }
            };
            lowered.push((condition, self.block(&block.stmts)));
        }
        let otherwise = branches.otherwise.as_ref().map(|block| self.block(&block.stmts));
        Node::If { branches: lowered, otherwise }
    }

    fn match_stmt(&mut self, matched: &'a MatchStmt) -> Node {
        let subject = self.deciding(&matched.subject);
        let mut arms = Vec::with_capacity(matched.arms.len());
        for (pattern, block) in &matched.arms {
            let (pattern, name) = self.pattern(pattern);
            let slot = name.map(|name| self.declare(name));
            arms.push(MatchArm { pattern, slot, block: self.block(&block.stmts) });
        }
        Node::Match { subject, arms }
    }

    fn return_stmt(&mut self, args: &'a [Arg]) -> Node {
        let outputs = self.cx.outputs;
        let mut values = Vec::with_capacity(args.len());
        for (at, arg) in args.iter().enumerate() {
            let value = self.expr(&arg.value);
            match (&arg.name, outputs.get(at)) {
                (Some(name), _) => values.push((name.text.clone(), value)),
                (None, Some((name, _))) => values.push((name.clone(), value)),
                (None, None) => self.fault(arg.span, "a value for an output that is not declared"),
            }
        }
        Node::Return { values }
    }
}
