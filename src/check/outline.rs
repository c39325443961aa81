//! Walks over statements without types: where something is declared, what returns, what continues.

use ecow::EcoString;

use crate::source::Span;
use crate::syntax::tree::{
    AfterRollback, Block, Body, Clause, ClauseKind, HandlerBody, Item, ItemKind, LetValue, Stmt, StmtKind, Verdict,
};

/// Calls `f` for every statement in `stmts` and in the blocks of them, handlers and the like included.
pub fn each<'t>(stmts: &'t [Stmt], f: &mut dyn FnMut(&'t Stmt)) {
    for stmt in stmts {
        f(stmt);
        match &stmt.kind {
            StmtKind::Step(step) => each_in_clauses(&step.clauses, f),
            StmtKind::Let(of) => match &of.value {
                LetValue::For(of) => each(&of.body.stmts, f),
                LetValue::Parallel(of) => each(&of.body.stmts, f),
                LetValue::Expr(_) => {}
            },
            StmtKind::If(of) => {
                of.branches.iter().for_each(|(_, block)| each(&block.stmts, f));
                of.otherwise.iter().for_each(|block| each(&block.stmts, f));
            }
            StmtKind::Match(of) => of.arms.iter().for_each(|(_, block)| each(&block.stmts, f)),
            StmtKind::For(of) => each(&of.body.stmts, f),
            StmtKind::Parallel(of) => each(&of.body.stmts, f),
            StmtKind::Repeat(of) => each(&of.body.stmts, f),
            StmtKind::Scope(of) => each_in_body(&of.body, f),
            _ => {}
        }
    }
}

/// The same for a body: its statements, then those of its clauses.
pub fn each_in_body<'t>(body: &'t Body, f: &mut dyn FnMut(&'t Stmt)) {
    each(&body.stmts, f);
    each_in_clauses(&body.clauses, f);
}

fn each_in_clauses<'t>(clauses: &'t [Clause], f: &mut dyn FnMut(&'t Stmt)) {
    for clause in clauses {
        match &clause.kind {
            ClauseKind::OnFailure(handler) => match &handler.body {
                HandlerBody::Block(block) => each(&block.stmts, f),
                HandlerBody::Verdict(stmt) => each(std::slice::from_ref(&**stmt), f),
                HandlerBody::Use(..) => {}
            },
            ClauseKind::OnSuccess(block) | ClauseKind::OnRollback(block) | ClauseKind::Finally(block) => {
                each(&block.stmts, f);
            }
            _ => {}
        }
    }
}

/// Where the item declares a step, variable, metric or approval called `name`.
pub fn declaration(item: &Item, name: &str) -> Option<Span> {
    let mut found = None;
    let mut look = |stmt: &Stmt| {
        let declared = match &stmt.kind {
            StmtKind::Step(step) => Some(&step.name),
            StmtKind::Let(of) => Some(&of.name),
            StmtKind::Metric(of) => Some(&of.name),
            StmtKind::Approve(of) => of.name.as_ref(),
            StmtKind::For(of) => Some(&of.name),
            _ => None,
        };
        if let Some(declared) = declared.filter(|declared| declared.text == name && found.is_none()) {
            found = Some(declared.span);
        }
    };
    match &item.kind {
        ItemKind::Workflow(of) => each_in_body(&of.body, &mut look),
        ItemKind::Handler(of) => each(&of.body.stmts, &mut look),
        _ => {}
    }
    found
}

/// Whether a `return` stands in `stmts`.
pub fn returns(stmts: &[Stmt]) -> bool {
    let mut found = false;
    each(stmts, &mut |stmt| found |= matches!(stmt.kind, StmtKind::Return(_)));
    found
}

/// The names given by each `continue` of a handler's body.
pub fn continues(body: &Block) -> Vec<Vec<EcoString>> {
    let mut all = Vec::new();
    each(&body.stmts, &mut |stmt| {
        let StmtKind::Verdict(verdict) = &stmt.kind else { return };
        match &**verdict {
            Verdict::Continue(args) => {
                all.push(args.iter().filter_map(|arg| arg.name.as_ref()).map(|name| name.text.clone()).collect());
            }
            Verdict::Rollback { then: AfterRollback::Continue, .. } => all.push(Vec::new()),
            _ => {}
        }
    });
    all
}
