//! Scopes and blocks.

use super::Lower;
use crate::check::facts::{Def, GlobalId};
use crate::plan::ir::{BlockIx, NodeIx, Scope};
use crate::syntax::tree::{Body, ClauseKind, Path, Stmt, Text};

/// A scope without clauses.
pub(super) fn empty(block: BlockIx) -> Scope {
    Scope {
        title: None,
        block,
        timeout: None,
        budget: Vec::new(),
        mode: None,
        handlers: Vec::new(),
        on_success: Vec::new(),
        on_rollback: Vec::new(),
        finally: Vec::new(),
        gates: Vec::new(),
        fresh: Vec::new(),
    }
}

impl<'a> Lower<'a> {
    /// Statements as a block of their own.
    pub(super) fn block(&mut self, stmts: &'a [Stmt]) -> BlockIx {
        let nodes = stmts.iter().map(|stmt| self.stmt(stmt)).collect();
        self.push_block(nodes)
    }

    pub(super) fn push_block(&mut self, nodes: Vec<NodeIx>) -> BlockIx {
        self.plan.blocks.push(nodes);
        BlockIx(self.plan.blocks.len() as u32 - 1)
    }

    /// A scope or the inside of a workflow. Its clauses come after its statements, whose names its handlers see.
    pub(super) fn scope(&mut self, title: Option<&'a Text>, body: &'a Body, attached: &[GlobalId]) -> Scope {
        let mark = self.cx.mark();
        let title = self.maybe_text(title);
        let mut scope = empty(self.block(&body.stmts));
        scope.title = title;
        for clause in &body.clauses {
            match &clause.kind {
                ClauseKind::Timeout(timeout) => scope.timeout = Some(self.expr(&timeout.each)),
                ClauseKind::Budget(entries) => scope.budget.extend(self.named(entries)),
                ClauseKind::Mode(name) => scope.mode = Some(name.text.clone()),
                ClauseKind::OnFailure(handler) => {
                    let handler = self.handler(handler);
                    scope.handlers.extend(handler);
                }
                ClauseKind::OnSuccess(block) => scope.on_success.push(self.block(&block.stmts)),
                ClauseKind::OnRollback(block) => scope.on_rollback.push(self.block(&block.stmts)),
                ClauseKind::Finally(block) => scope.finally.push(self.block(&block.stmts)),
                ClauseKind::GateUse(path) => {
                    if let Some(id) = self.item_at(path) {
                        scope.gates.extend(self.gates(id));
                    }
                }
                _ => self.fault(clause.span, "a clause that a scope does not have"),
            }
        }
        for &id in attached {
            scope.gates.extend(self.gates(id));
        }
        scope.fresh = self.cx.fresh(mark);
        scope
    }

    /// The item that a path names.
    pub(super) fn item_at(&mut self, path: &Path) -> Option<GlobalId> {
        match self.def(path.name.span.start) {
            Some(Def::Global(id)) => Some(*id),
            _ => {
                self.fault(path.name.span, "the name of an item that was not resolved");
                None
            }
        }
    }
}
