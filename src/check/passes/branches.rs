//! `parallel` without anything to run at once.

use super::PassContext;
use super::walk::{Visit, walk_item, walk_stmt};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint;
use crate::source::Span;
use crate::syntax::tree::*;

/// Reports groups of one branch or none.
pub fn run(cx: &PassContext, out: &mut Vec<Diagnostic>) {
    walk_item(&mut Branches { cx, out }, cx.view.item);
}

struct Branches<'c, 'o> {
    cx: &'c PassContext<'c>,
    out: &'o mut Vec<Diagnostic>,
}

impl<'a> Visit<'a> for Branches<'_, '_> {
    fn stmt(&mut self, stmt: &'a Stmt) {
        let parallel = match &stmt.kind {
            StmtKind::Parallel(parallel) => Some(parallel),
            StmtKind::Let(bind) => match &bind.value {
                LetValue::Parallel(parallel) => Some(parallel),
                _ => None,
            },
            _ => None,
        };
        if let Some(parallel) = parallel
            && let [] | [Stmt { kind: StmtKind::Step(_) | StmtKind::Scope(_), .. }] = &*parallel.body.stmts
        {
            let head = Span::new(stmt.span.start, parallel.body.span.start.max(stmt.span.start));
            self.out.push(lonely_parallel(self.cx, head, parallel.body.stmts.len()));
        }
        walk_stmt(self, stmt);
    }
    fn expr(&mut self, _: &'a Expr) {}
}

/// The metrics that are published in `stmts`.
pub fn published(stmts: &[Stmt]) -> Vec<Name> {
    struct Published(Vec<Name>);
    impl<'a> Visit<'a> for Published {
        fn stmt(&mut self, stmt: &'a Stmt) {
            if let StmtKind::Metric(metric) = &stmt.kind {
                self.0.push(metric.name.clone());
            }
            walk_stmt(self, stmt);
        }
        fn expr(&mut self, _: &'a Expr) {}
    }
    let mut published = Published(Vec::new());
    published.stmts(stmts);
    published.0
}

fn lonely_parallel(cx: &PassContext, span: Span, branches: usize) -> Diagnostic {
    let message = if branches == 0 { "this `parallel` is empty" } else { "this `parallel` has only one branch" };
    Diagnostic::new(&lint::LONELY_PARALLEL, cx.at(span), message)
        .help("each statement in it is a branch: add another one, or take `parallel` away")
}
