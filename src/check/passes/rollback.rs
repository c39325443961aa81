//! Whether the checkpoint that a `rollback to` names has surely been taken, and can still be reached.

use super::PassContext;
use super::control::{any, leaves};
use super::effects;
use super::print::shorten;
use super::step::Parts;
use super::walk::{Visit, walk_item, walk_stmt};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::flow;
use crate::source::Span;
use crate::syntax::tree::*;
use ecow::EcoString;
use rustc_hash::FxHashMap;

/// What nothing can be undone past: where, and why.
type Barrier = (Span, EcoString);

/// What is known where a statement stands.
#[derive(Clone, Default)]
struct State {
    /// Checkpoints that every path to here has taken, with what lies between.
    taken: Vec<(EcoString, Option<Barrier>)>,
    /// What lies between `start` and here.
    start: Option<Barrier>,
}

impl State {
    fn bar(&mut self, barrier: Option<Barrier>) {
        let Some(barrier) = barrier else { return };
        for (_, between) in &mut self.taken {
            between.get_or_insert_with(|| barrier.clone());
        }
        self.start.get_or_insert(barrier);
    }

    fn take(&mut self, name: &EcoString) {
        self.taken.retain(|(other, _)| other != name);
        self.taken.push((name.clone(), None));
    }

    /// What holds whichever of the two paths was taken.
    fn meet(&mut self, other: &Self) {
        self.taken.retain_mut(|(name, between)| {
            let found = other.taken.iter().find(|(theirs, _)| theirs == name);
            if let (None, Some((_, Some(barrier)))) = (&between, found) {
                *between = Some(barrier.clone());
            }
            found.is_some()
        });
        if self.start.is_none() {
            self.start.clone_from(&other.start);
        }
    }
}

/// Reports `rollback to` that cannot be done.
pub fn run(cx: &PassContext, out: &mut Vec<Diagnostic>) {
    let ItemKind::Workflow(workflow) = &cx.view.item.kind else { return };
    let mut declared = Declared::default();
    walk_item(&mut declared, cx.view.item);
    if !declared.rolls_back {
        return;
    }
    let mut pass = Rollback { cx, out, declared: declared.checkpoints };
    let mut state = State::default();
    pass.body(&workflow.body, &mut state);
}

/// Checkpoints of an item, and whether anything rolls back to one.
#[derive(Default)]
struct Declared {
    checkpoints: FxHashMap<EcoString, Span>,
    rolls_back: bool,
}

impl<'a> Visit<'a> for Declared {
    fn stmt(&mut self, stmt: &'a Stmt) {
        match &stmt.kind {
            StmtKind::Checkpoint(checkpoint) => {
                self.checkpoints.entry(checkpoint.name.text.clone()).or_insert(checkpoint.name.span);
            }
            StmtKind::Verdict(verdict) => {
                self.rolls_back |= matches!(**verdict, Verdict::Rollback { to: Some(_), .. });
            }
            _ => {}
        }
        walk_stmt(self, stmt);
    }
    fn expr(&mut self, _: &'a Expr) {}
}

struct Rollback<'c, 'o> {
    cx: &'c PassContext<'c>,
    out: &'o mut Vec<Diagnostic>,
    declared: FxHashMap<EcoString, Span>,
}

impl Rollback<'_, '_> {
    fn body(&mut self, body: &Body, state: &mut State) {
        let mut anywhere = state.clone(); // what holds wherever in the body a failure comes from
        anywhere.bar(self.barrier(&body.stmts));
        self.stmts(&body.stmts, state);
        let mut may_continue = false;
        for clause in &body.clauses {
            match &clause.kind {
                ClauseKind::OnFailure(handler) => {
                    self.handler(handler, &anywhere);
                    may_continue |= continues(handler);
                }
                ClauseKind::OnSuccess(block) => self.stmts(&block.stmts, &mut state.clone()),
                ClauseKind::Finally(block) => self.stmts(&block.stmts, &mut anywhere.clone()),
                _ => {}
            }
        }
        if may_continue {
            state.meet(&anywhere);
        }
    }

    fn stmts(&mut self, stmts: &[Stmt], state: &mut State) {
        for stmt in stmts {
            self.stmt(stmt, state);
        }
    }

    fn stmt(&mut self, stmt: &Stmt, state: &mut State) {
        match &stmt.kind {
            StmtKind::Step(step) => self.step(step, state),
            StmtKind::Checkpoint(checkpoint) => state.take(&checkpoint.name.text),
            StmtKind::Seal => state.bar(Some((stmt.span, "`seal`".into()))),
            StmtKind::If(branching) => {
                let blocks: Vec<&Block> = branching.branches.iter().map(|(_, block)| block).collect();
                self.branches(&blocks, branching.otherwise.as_ref(), state);
            }
            StmtKind::Match(matching) => {
                let blocks: Vec<&Block> = matching.arms.iter().map(|(_, block)| block).collect();
                if let Some((last, rest)) = blocks.split_last() {
                    self.branches(rest, Some(last), state);
                }
            }
            StmtKind::For(each) => self.each(&each.body, state),
            StmtKind::Let(bind) => match &bind.value {
                LetValue::For(each) => self.each(&each.body, state),
                LetValue::Parallel(parallel) => self.parallel(parallel, state),
                LetValue::Expr(_) => {}
            },
            StmtKind::Repeat(repeat) => {
                state.bar(self.barrier(&repeat.body.stmts));
                self.stmts(&repeat.body.stmts, state);
            }
            StmtKind::Parallel(parallel) => self.parallel(parallel, state),
            StmtKind::Scope(scope) => self.body(&scope.body, state),
            StmtKind::Verdict(verdict) => {
                if let Verdict::Rollback { to: Some(name), .. } = &**verdict {
                    self.target(name, state);
                }
            }
            _ => {}
        }
    }

    fn step(&mut self, step: &Step, state: &mut State) {
        let parts = Parts::of(&step.clauses);
        for (_, handler) in &parts.handlers {
            self.handler(handler, state);
        }
        let barrier = effects::of_parts(self.cx, &parts).barrier;
        state.bar(barrier.map(|why| (step.name.span, format!("step `{}` ({})", step.name.text, shorten(&why)).into())));
    }

    fn handler(&mut self, handler: &OnFailure, state: &State) {
        match &handler.body {
            HandlerBody::Block(block) => self.stmts(&block.stmts, &mut state.clone()),
            HandlerBody::Verdict(stmt) => self.stmt(stmt, &mut state.clone()),
            HandlerBody::Use(..) => {}
        }
    }

    fn branches(&mut self, blocks: &[&Block], otherwise: Option<&Block>, state: &mut State) {
        let mut after: Option<State> = if otherwise.is_some() { None } else { Some(state.clone()) };
        for block in blocks.iter().copied().chain(otherwise) {
            let mut inner = state.clone();
            self.stmts(&block.stmts, &mut inner);
            if block.stmts.iter().any(leaves) {
                continue;
            }
            match &mut after {
                Some(after) => {
                    let own = inner.clone();
                    inner.meet(after);
                    *after = inner;
                    after.meet(&own);
                }
                None => after = Some(inner),
            }
        }
        if let Some(after) = after {
            *state = after;
        }
    }

    fn each(&mut self, body: &Block, state: &mut State) {
        state.bar(self.barrier(&body.stmts)); // an earlier pass may have got there
        self.stmts(&body.stmts, &mut state.clone());
    }

    fn parallel(&mut self, parallel: &Parallel, state: &mut State) {
        let barriers: Vec<_> =
            parallel.body.stmts.iter().map(|stmt| self.barrier(std::slice::from_ref(stmt))).collect();
        for (at, stmt) in parallel.body.stmts.iter().enumerate() {
            let mut inner = state.clone();
            for (_, barrier) in barriers.iter().enumerate().filter(|(other, _)| *other != at) {
                inner.bar(barrier.clone());
            }
            self.stmt(stmt, &mut inner);
        }
        barriers.into_iter().for_each(|barrier| state.bar(barrier));
    }

    /// The first thing in `stmts` that nothing can be undone past.
    fn barrier(&self, stmts: &[Stmt]) -> Option<Barrier> {
        struct Find<'c>(&'c PassContext<'c>, Option<Barrier>);
        impl<'a> Visit<'a> for Find<'_> {
            fn stmt(&mut self, stmt: &'a Stmt) {
                let found = match &stmt.kind {
                    StmtKind::Seal => Some((stmt.span, "`seal`".into())),
                    StmtKind::Step(step) => effects::of_parts(self.0, &Parts::of(&step.clauses))
                        .barrier
                        .map(|why| (step.name.span, format!("step `{}` ({})", step.name.text, shorten(&why)).into())),
                    _ => None,
                };
                self.1 = self.1.take().or(found);
                walk_stmt(self, stmt);
            }
            fn expr(&mut self, _: &'a Expr) {}
        }
        let mut find = Find(self.cx, None);
        find.stmts(stmts);
        find.1
    }

    fn target(&mut self, name: &Name, state: &State) {
        let between = if name.text == "start" {
            &state.start
        } else if let Some((_, between)) = state.taken.iter().find(|(taken, _)| *taken == name.text) {
            between
        } else {
            if let Some(declared) = self.declared.get(&name.text) {
                self.out.push(rollback_target(self.cx, name, *declared));
            }
            return;
        };
        if let Some(barrier) = between {
            self.out.push(past_irreversible(self.cx, name, barrier));
        }
    }
}

fn continues(handler: &OnFailure) -> bool {
    let is = |stmt: &Stmt| matches!(&stmt.kind, StmtKind::Verdict(v) if matches!(**v, Verdict::Continue(_)));
    match &handler.body {
        HandlerBody::Block(block) => any(&block.stmts, &is),
        HandlerBody::Verdict(stmt) => is(stmt),
        HandlerBody::Use(..) => true,
    }
}

fn rollback_target(cx: &PassContext, name: &Name, declared: Span) -> Diagnostic {
    let (why, help) = if declared.start > name.span.start {
        (
            "it is taken only later, if at all",
            "a failure may come before it: put what follows the checkpoint into a `scope` with this handler, or use \
             `rollback` alone, which goes to the latest checkpoint that was taken",
        )
    } else {
        (
            "only some paths lead through here",
            "take the checkpoint where every path passes, or use `rollback` alone, which goes to the latest checkpoint \
             that was taken",
        )
    };
    let message = format!("checkpoint `{}` may not have been taken when this rolls back", name.text);
    Diagnostic::new(&flow::ROLLBACK_TARGET, cx.at(name.span), message).label(cx.at(declared), why).help(help)
}

fn past_irreversible(cx: &PassContext, name: &Name, (at, why): &Barrier) -> Diagnostic {
    let message = format!("`{}` cannot be reached any more: {why} lies between", name.text);
    Diagnostic::new(&flow::ROLLBACK_PAST_IRREVERSIBLE, cx.at(name.span), message)
        .label(cx.at(*at), "what was done before this stays done")
        .help(
            "give that step an `undo`, roll back to a checkpoint after it, or use `rollback` alone, which stops there",
        )
}
