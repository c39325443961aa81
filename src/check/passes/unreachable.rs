//! Statements that nothing reaches.

use super::PassContext;
use super::control::leaves;
use super::walk::{Visit, walk_item, walk_stmt};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint;
use crate::source::Span;
use crate::syntax::tree::*;

/// Reports the first statement after one that never ends normally.
pub fn run(cx: &PassContext, out: &mut Vec<Diagnostic>) {
    let mut pass = Unreachable { cx, out };
    if let ItemKind::Handler(handler) = &cx.view.item.kind {
        pass.list(&handler.body.stmts);
    } else {
        walk_item(&mut pass, cx.view.item);
    }
}

struct Unreachable<'c, 'o> {
    cx: &'c PassContext<'c>,
    out: &'o mut Vec<Diagnostic>,
}

impl Unreachable<'_, '_> {
    fn list(&mut self, stmts: &[Stmt]) {
        let end = stmts.iter().position(leaves);
        if let (Some(at), Some(next)) = (end, end.and_then(|at| stmts.get(at + 1)))
            && let Some(cause) = stmts.get(at)
            && !matches!(next.kind, StmtKind::Broken)
        {
            let last = stmts.last().map_or(next.span, |last| last.span);
            self.out.push(unreachable_code(self.cx, next.span.to(last), cause));
        }
        stmts.iter().for_each(|stmt| walk_stmt(self, stmt));
    }
}

impl<'a> Visit<'a> for Unreachable<'_, '_> {
    fn stmts(&mut self, stmts: &'a [Stmt]) {
        self.list(stmts);
    }
    fn stmt(&mut self, stmt: &'a Stmt) {
        if let StmtKind::Parallel(parallel) = &stmt.kind {
            parallel.body.stmts.iter().for_each(|branch| walk_stmt(self, branch)); // no order between branches
        } else {
            walk_stmt(self, stmt);
        }
    }
    fn expr(&mut self, _: &'a Expr) {}
}

fn unreachable_code(cx: &PassContext, span: Span, cause: &Stmt) -> Diagnostic {
    let why = match &cause.kind {
        StmtKind::Return(_) => "the workflow returns here",
        StmtKind::Fail(..) => "this always fails",
        StmtKind::Verdict(verdict) if matches!(**verdict, Verdict::Rollback { .. }) => {
            "what was done is rolled back here"
        }
        StmtKind::Verdict(_) => "the handler has answered here",
        _ => "every way through this leaves",
    };
    Diagnostic::new(&lint::UNREACHABLE_CODE, cx.at(span), "nothing ever reaches this")
        .label(cx.at(cause.span), why)
        .help("take it out, or move it before")
}
