//! Gates that judge the same thing twice.

use super::PassContext;
use super::print::print;
use super::walk::{Visit, walk_item, walk_stmt};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint;
use crate::source::Span;
use crate::syntax::tree::*;

/// Reports them.
pub fn run(cx: &PassContext, out: &mut Vec<Diagnostic>) {
    walk_item(&mut Gates { cx, out }, cx.view.item);
}

struct Gates<'c, 'o> {
    cx: &'c PassContext<'c>,
    out: &'o mut Vec<Diagnostic>,
}

impl<'a> Visit<'a> for Gates<'_, '_> {
    fn stmts(&mut self, stmts: &'a [Stmt]) {
        self.twice(stmts);
        stmts.iter().for_each(|stmt| walk_stmt(self, stmt));
    }
    fn expr(&mut self, _: &'a Expr) {}
}

impl Gates<'_, '_> {
    /// Gates of one block that judge the same condition with nothing published between them.
    fn twice(&mut self, stmts: &[Stmt]) {
        let mut judged: Vec<(String, Span)> = Vec::new();
        for stmt in stmts {
            match &stmt.kind {
                StmtKind::Gate(gate) => {
                    let text = print(&gate.condition);
                    match judged.iter().find(|(other, _)| *other == text) {
                        Some((_, first)) => self.out.push(duplicate_gate(self.cx, gate.condition.span, *first)),
                        None => judged.push((text, gate.condition.span)),
                    }
                }
                StmtKind::Checkpoint(_) | StmtKind::Emit(..) => {}
                _ => judged.clear(),
            }
        }
    }
}

fn duplicate_gate(cx: &PassContext, span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(&lint::DUPLICATE_GATE, cx.at(span), "this gate judges what another one has just judged")
        .label(cx.at(first), "the same condition")
        .help("nothing changed in between: take one of them out")
}
