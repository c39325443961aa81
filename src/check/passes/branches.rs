//! What may not stand in branches that run at once.

use super::PassContext;
use super::walk::{Visit, walk_item, walk_stmt};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::{flow, lint};
use crate::source::Span;
use crate::syntax::tree::*;
use ecow::EcoString;

/// Reports checkpoints, returns and racing metrics in branches, and `parallel` without anything to overlap.
pub fn run(cx: &PassContext, out: &mut Vec<Diagnostic>) {
    walk_item(&mut Branches { cx, out, around: None }, cx.view.item);
}

struct Branches<'c, 'o> {
    cx: &'c PassContext<'c>,
    out: &'o mut Vec<Diagnostic>,
    /// The head of the innermost concurrent statement around.
    around: Option<Span>,
}

impl<'a> Visit<'a> for Branches<'_, '_> {
    fn stmt(&mut self, stmt: &'a Stmt) {
        let outer = self.around;
        match &stmt.kind {
            StmtKind::Checkpoint(checkpoint) => {
                self.refuse(stmt.span, format!("`checkpoint {}` cannot stand", checkpoint.name.text), true);
            }
            StmtKind::Return(_) => self.refuse(stmt.span, "`return` cannot stand".into(), false),
            StmtKind::Parallel(parallel) => self.parallel(stmt, parallel),
            StmtKind::For(each) if each.parallel => self.each(stmt, each),
            StmtKind::Let(bind) => match &bind.value {
                LetValue::For(each) if each.parallel => self.each(stmt, each),
                LetValue::Parallel(parallel) => self.parallel(stmt, parallel),
                _ => {}
            },
            _ => {}
        }
        walk_stmt(self, stmt);
        self.around = outer;
    }
    fn expr(&mut self, _: &'a Expr) {}
}

impl Branches<'_, '_> {
    fn refuse(&mut self, span: Span, what: String, checkpoint: bool) {
        if let Some(around) = self.around {
            self.out.push(not_in_parallel(self.cx, span, around, &what, checkpoint));
        }
    }

    fn parallel(&mut self, stmt: &Stmt, parallel: &Parallel) {
        let word = Span::new(stmt.span.start, parallel.body.span.start.max(stmt.span.start));
        self.around = Some(word);
        let broken = parallel.body.stmts.iter().any(|stmt| matches!(stmt.kind, StmtKind::Broken));
        if parallel.body.stmts.len() < 2 && !broken {
            self.out.push(lonely_parallel(self.cx, word, parallel.body.stmts.len()));
        }
        let mut seen: Vec<(EcoString, Span, usize)> = Vec::new();
        for (branch, inner) in parallel.body.stmts.iter().enumerate() {
            for name in published(std::slice::from_ref(inner)) {
                match seen.iter().find(|(other, _, from)| *other == name.text && *from != branch) {
                    Some((_, first, _)) => self.out.push(metric_race(self.cx, &name, *first)),
                    None => seen.push((name.text.clone(), name.span, branch)),
                }
            }
        }
    }

    fn each(&mut self, stmt: &Stmt, each: &For) {
        let word = Span::new(stmt.span.start, each.body.span.start.max(stmt.span.start));
        self.around = Some(word);
        for name in published(&each.body.stmts) {
            self.out.push(metric_race(self.cx, &name, word));
        }
    }
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

fn not_in_parallel(cx: &PassContext, span: Span, around: Span, what: &str, checkpoint: bool) -> Diagnostic {
    let help = if checkpoint {
        "a checkpoint is one state of the whole workspace: take it before or after the branches"
    } else {
        "the other branches are still running: give the value out of the branches and return after them"
    };
    Diagnostic::new(&flow::NOT_IN_PARALLEL, cx.at(span), format!("{what} in a branch that runs beside others"))
        .label(cx.at(around), "the branches of this run at once")
        .help(help)
}

fn metric_race(cx: &PassContext, name: &Name, first: Span) -> Diagnostic {
    let message = format!("metric `{}` would be published by two branches at once", name.text);
    Diagnostic::new(&flow::METRIC_RACE, cx.at(name.span), message)
        .label(cx.at(first), "also published here, at the same time")
        .help("which one stays would be chance: publish it once, after the branches")
}

fn lonely_parallel(cx: &PassContext, span: Span, branches: usize) -> Diagnostic {
    let message = if branches == 0 { "this `parallel` is empty" } else { "this `parallel` has only one branch" };
    Diagnostic::new(&lint::LONELY_PARALLEL, cx.at(span), message)
        .help("each statement in it is a branch: add another one, or take `parallel` away")
}
