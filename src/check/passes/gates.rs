//! Metrics that are read before anything has published them, and gates that judge the same thing twice.

use super::PassContext;
use super::branches::published;
use super::print::print;
use super::provenance::MetricsRead;
use super::walk::{Visit, walk_clause, walk_stmt};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::{flow, lint};
use crate::source::Span;
use crate::syntax::tree::*;
use ecow::EcoString;
use rustc_hash::FxHashSet;

/// Reports both.
pub fn run(cx: &PassContext, out: &mut Vec<Diagnostic>) {
    let ItemKind::Workflow(workflow) = &cx.view.item.kind else { return };
    if cx.view.facts.metrics.is_empty() {
        return;
    }
    let all = published(&workflow.body.stmts);
    let mut pass = Order { cx, out, seen: FxHashSet::default(), all: &all };
    pass.body(&workflow.body);
}

/// Goes through the statements in the order in which they run.
struct Order<'c, 'o> {
    cx: &'c PassContext<'c>,
    out: &'o mut Vec<Diagnostic>,
    /// What some path to here may have published.
    seen: FxHashSet<EcoString>,
    all: &'c [Name],
}

impl Order<'_, '_> {
    fn body(&mut self, body: &Body) {
        self.stmts(&body.stmts);
        body.clauses.iter().for_each(|clause| walk_clause(self, clause));
    }

    fn publish(&mut self, names: Vec<Name>) {
        self.seen.extend(names.into_iter().map(|name| name.text));
    }

    /// Blocks of which each begins with what holds now; afterwards holds what any of them published.
    fn apart<'a>(&mut self, blocks: impl Iterator<Item = &'a [Stmt]>) {
        let before = self.seen.clone();
        let mut after = before.clone();
        for block in blocks {
            self.seen.clone_from(&before);
            self.stmts(block);
            after.extend(self.seen.drain());
        }
        self.seen = after;
    }
}

impl<'a> Visit<'a> for Order<'_, '_> {
    fn stmts(&mut self, stmts: &'a [Stmt]) {
        self.twice(stmts);
        for stmt in stmts {
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: &'a Stmt) {
        match &stmt.kind {
            StmtKind::Metric(metric) => {
                walk_stmt(self, stmt);
                self.seen.insert(metric.name.text.clone());
            }
            StmtKind::If(branching) => {
                for (condition, _) in &branching.branches {
                    let (Condition::Expr(e) | Condition::Let(_, e)) = condition;
                    self.expr(e);
                }
                let blocks = branching.branches.iter().map(|(_, block)| block).chain(&branching.otherwise);
                self.apart(blocks.map(|block| &*block.stmts));
            }
            StmtKind::Match(matching) => {
                self.expr(&matching.subject);
                self.apart(matching.arms.iter().map(|(_, block)| &*block.stmts));
            }
            StmtKind::Parallel(parallel) => {
                self.apart(parallel.body.stmts.iter().map(std::slice::from_ref));
            }
            StmtKind::For(each) => {
                self.publish(published(&each.body.stmts));
                walk_stmt(self, stmt);
            }
            StmtKind::Repeat(repeat) => {
                self.publish(published(&repeat.body.stmts));
                walk_stmt(self, stmt);
            }
            StmtKind::Scope(scope) => self.body(&scope.body),
            StmtKind::Step(step) => {
                for clause in &step.clauses {
                    if let ClauseKind::OnFailure(_) = clause.kind {
                        let before = self.seen.clone();
                        self.publish(self.all.to_vec()); // a handler may run after a restart of what surrounds it
                        walk_clause(self, clause);
                        self.seen = before;
                    } else {
                        walk_clause(self, clause);
                    }
                }
            }
            _ => walk_stmt(self, stmt),
        }
    }

    fn expr(&mut self, e: &'a Expr) {
        let mut read = MetricsRead::default();
        read.collect(self.cx, e);
        for (name, span) in read.names {
            if !self.seen.contains(&name)
                && let Some(first) = self.all.iter().find(|publication| publication.text == name)
            {
                self.out.push(read_too_early(self.cx, span, first));
                self.seen.insert(name);
            }
        }
    }
}

impl Order<'_, '_> {
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

fn read_too_early(cx: &PassContext, span: Span, first: &Name) -> Diagnostic {
    let message = format!("metric `{}` is read here, but nothing has published it yet", first.text);
    Diagnostic::new(&flow::METRIC_TOO_EARLY, cx.at(span), message)
        .label(cx.at(first.span), "published only here")
        .help("publish it before it is read, or move what reads it down")
}

fn duplicate_gate(cx: &PassContext, span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(&lint::DUPLICATE_GATE, cx.at(span), "this gate judges what another one has just judged")
        .label(cx.at(first), "the same condition")
        .help("nothing changed in between: take one of them out")
}
