//! Loops and branches that run at once.

use ecow::eco_format;

use super::Lower;
use crate::plan::ir::{self, Node, ParallelFor};
use crate::source::Span;
use crate::syntax::tree::{For, Name, Parallel, Repeat, Stmt, StmtKind};

impl<'a> Lower<'a> {
    /// A loop over a list; `result` is the name that gets what it yields.
    pub(super) fn each(&mut self, each: &'a For, result: Option<&Name>) -> ir::For {
        let list = self.expr(&each.list);
        let max = self.maybe(each.max.as_ref());
        let mark = self.cx.mark();
        if each.parallel {
            self.cx.open();
        }
        let slot = self.declare(&each.name);
        let key = self.maybe(each.key.as_ref());
        let after = self.maybe(each.after.as_ref());
        let (stmts, yielded) = match each.body.stmts.split_last() {
            Some((Stmt { kind: StmtKind::Yield(value), .. }, stmts)) => (stmts, Some(value)),
            _ => (&*each.body.stmts, None),
        };
        let body = self.block(stmts);
        let value = yielded.map(|value| self.expr(value));
        let mut lowered =
            ir::For { slot, list, key, after: None, body, fresh: Vec::new(), result: None, parallel: None };
        if each.parallel {
            let slots = self.cx.close();
            lowered.parallel = Some(ParallelFor { slots, after, max, policy: each.policy });
        } else {
            lowered.after = after;
            lowered.fresh = self.cx.fresh(mark);
        }
        lowered.result = result.map(|name| (self.declare(name), value));
        lowered
    }

    pub(super) fn parallel(&mut self, parallel: &'a Parallel, result: Option<&Name>) -> ir::Parallel {
        let max = self.maybe(parallel.max.as_ref());
        let mut branches = Vec::with_capacity(parallel.body.stmts.len());
        let mut names = Vec::with_capacity(parallel.body.stmts.len());
        for (at, stmt) in parallel.body.stmts.iter().enumerate() {
            names.push(match &stmt.kind {
                StmtKind::Step(step) => step.name.text.clone(),
                _ => eco_format!("branch-{}", at + 1),
            });
            branches.push(self.block(std::slice::from_ref(stmt)));
        }
        let result = result.map(|name| self.declare(name));
        ir::Parallel { branches, names, max, policy: parallel.policy, result }
    }

    pub(super) fn repeat(&mut self, repeat: &'a Repeat, span: Span) -> Node {
        let (Some(max), Some(until)) = (&repeat.max, &repeat.until) else {
            self.fault(span, "a `repeat` without an end");
            return Node::Seal;
        };
        let max = self.expr(max);
        let mark = self.cx.mark();
        let body = self.block(&repeat.body.stmts);
        let until = self.deciding(until);
        Node::Repeat { max, until, body, fresh: self.cx.fresh(mark) }
    }
}
