//! What a call of a command, workflow or handler can do, computed callees first.

use super::effects::{self, Effects};
use super::kinds::Kinds;
use super::raises::Raises;
use super::step::Parts;
use super::walk::{Visit, walk_clause, walk_item, walk_stmt};
use super::{ItemView, PassContext, provenance};
use crate::check::facts::{FileScope, Global, GlobalId};
use crate::syntax::tree::*;
use ecow::EcoString;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;
use std::sync::Arc;

/// What a call can do, as far as its caller has to know.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Summary {
    /// The names of the parameters in order.
    pub params: Vec<EcoString>,
    /// Failure kinds that a call can raise.
    pub kinds: Kinds,
    /// What a call touches, with its risk and the reason.
    pub effects: Effects,
    /// The outputs into which an agent's words flow.
    pub claimed: Vec<EcoString>,
    /// What it calls itself: commands, workflows and handlers.
    pub calls: Vec<GlobalId>,
    /// Whether an agent acts in it.
    pub agent: bool,
    /// Whether it limits its own time.
    pub limited: bool,
}

impl Summary {
    /// The kinds worth listing in a signature, sorted.
    pub fn raises(&self) -> Vec<EcoString> {
        self.kinds.listed()
    }
}

/// The summaries of all commands, workflows and handlers.
#[derive(Clone, Default, Debug)]
pub struct Summaries {
    by_global: FxHashMap<GlobalId, Arc<Known>>,
    asked: RefCell<FxHashSet<GlobalId>>,
}

/// A summary, and the items whose summaries went into it.
#[derive(Debug)]
struct Known {
    summary: Summary,
    asked: FxHashSet<GlobalId>,
}

/// What an earlier check knows.
#[derive(Clone, Copy)]
pub struct Before<'a> {
    /// Its summaries.
    pub summaries: &'a Summaries,
    /// Beside the items: which have been looked at anew.
    pub redone: &'a [bool],
}

impl Summaries {
    /// What a call of the command, workflow or handler `id` can do.
    pub fn get(&self, id: GlobalId) -> Option<&Summary> {
        self.asked.borrow_mut().insert(id);
        self.by_global.get(&id).map(|known| &known.summary)
    }

    /// Does `work` and says of which items it asked the summaries.
    pub fn watch<T>(&self, work: impl FnOnce() -> T) -> (T, FxHashSet<GlobalId>) {
        self.asked.take();
        let result = work();
        (result, self.asked.take())
    }

    /// Everything that `roots` call, directly or not, with themselves; `None` where something is not known.
    pub fn reach(&self, roots: &[GlobalId]) -> Option<FxHashSet<GlobalId>> {
        let mut found: FxHashSet<GlobalId> = FxHashSet::default();
        let mut todo = roots.to_vec();
        while let Some(id) = todo.pop() {
            if found.insert(id) {
                todo.extend(&self.get(id)?.calls);
            }
        }
        Some(found)
    }
}

/// Summarizes every command, workflow and handler among `items`. Where calls go round in a circle (which the checker
/// reports elsewhere), what is not known yet counts as unknown. What is known from `before` is kept where nothing that it
/// depends on has changed. Beside the summaries: those that have.
pub fn summarize(items: &[ItemView], globals: &[Global], before: Option<Before>) -> (Summaries, FxHashSet<GlobalId>) {
    let mut by_place: FxHashMap<(u32, u32), GlobalId> = FxHashMap::default();
    for (id, global) in globals.iter().enumerate() {
        by_place.insert((global.place.file.0, global.place.item), GlobalId(id as u32));
    }
    let kept = |at: usize, id: GlobalId| {
        let before = before.filter(|before| before.redone.get(at) == Some(&false))?;
        before.summaries.by_global.get(&id)
    };
    let callables: Vec<Callable> = items
        .iter()
        .enumerate()
        .filter(|(_, view)| {
            matches!(view.item.kind, ItemKind::Command(_) | ItemKind::Workflow(_) | ItemKind::Handler(_))
        })
        .filter_map(|(at, view)| by_place.get(&(view.file.0, view.index)).map(|id| (at, *id, view)))
        .map(|(at, id, view)| Callable { id, view, kept: kept(at, id) })
        .collect();
    let mut summaries = Summaries::default();
    let mut changed = FxHashSet::default();
    for at in callees_first(&callables, globals) {
        let Some(callable) = callables.get(at) else { continue };
        let kept = callable.kept.filter(|known| known.asked.is_disjoint(&changed)).cloned();
        let known = kept.unwrap_or_else(|| {
            let cx = PassContext { view: *callable.view, globals, summaries: &summaries };
            let (summary, asked) = summaries.watch(|| of_item(&cx));
            let old = before.and_then(|before| before.summaries.by_global.get(&callable.id));
            if old.is_none_or(|old| old.summary != summary) {
                changed.insert(callable.id);
            }
            Arc::new(Known { summary, asked })
        });
        summaries.by_global.insert(callable.id, known);
    }
    (summaries, changed)
}

/// An item that can be called, and what an earlier check knows of it.
struct Callable<'a> {
    id: GlobalId,
    view: &'a ItemView<'a>,
    kept: Option<&'a Arc<Known>>,
}

/// Indices into `callables`, each after those that it calls.
fn callees_first(callables: &[Callable], globals: &[Global]) -> Vec<usize> {
    let index: FxHashMap<GlobalId, usize> = callables.iter().enumerate().map(|(at, of)| (of.id, at)).collect();
    let none = Summaries::default();
    let calls: Vec<Vec<usize>> = callables
        .iter()
        .map(|of| {
            let found = match of.kept {
                Some(known) => known.summary.calls.clone(),
                None => calls(&PassContext { view: *of.view, globals, summaries: &none }),
            };
            found.iter().filter_map(|id| index.get(id).copied()).collect()
        })
        .collect();
    let mut order = Vec::with_capacity(callables.len());
    let mut state = vec![0usize; callables.len()]; // 0: new; n: its first n - 1 callees have been visited
    for root in 0..callables.len() {
        let mut stack = vec![root];
        while let Some(&at) = stack.last() {
            let next = calls.get(at).and_then(|calls| calls.get(state.get(at).copied().unwrap_or(0)));
            if state.get(at) == Some(&usize::MAX) {
                stack.pop();
            } else if let Some(&callee) = next {
                state[at] += 1;
                if state.get(callee) == Some(&0) {
                    stack.push(callee);
                }
            } else {
                state[at] = usize::MAX;
                order.push(at);
                stack.pop();
            }
        }
    }
    order
}

/// What an item calls: commands, workflows and handlers, in source order.
fn calls(cx: &PassContext) -> Vec<GlobalId> {
    let mut calls = Calls { cx, found: Vec::new(), agent: false };
    walk_item(&mut calls, cx.view.item);
    calls.found.sort();
    calls.found.dedup();
    calls.found
}

struct Calls<'c> {
    cx: &'c PassContext<'c>,
    found: Vec<GlobalId>,
    agent: bool,
}

impl<'a> Visit<'a> for Calls<'_> {
    fn clause(&mut self, clause: &'a Clause) {
        match &clause.kind {
            ClauseKind::Action(action) => match &**action {
                Action::Run(run) => self.found.extend(self.cx.callee(&run.callee)),
                Action::Agent(..) => self.agent = true,
                _ => {}
            },
            ClauseKind::OnFailure(handler) => {
                if let HandlerBody::Use(path, _) = &handler.body {
                    self.found.extend(self.cx.global(path));
                }
            }
            _ => {}
        }
        walk_clause(self, clause);
    }

    fn expr(&mut self, _: &'a Expr) {}
}

fn of_item(cx: &PassContext) -> Summary {
    let mut calls = Calls { cx, found: Vec::new(), agent: false };
    walk_item(&mut calls, cx.view.item);
    let mut summary = Summary { agent: calls.agent, ..Summary::default() };
    for id in calls.found {
        summary.calls.push(id);
        if let Some(callee) = cx.summaries.get(id) {
            summary.agent |= callee.agent;
        }
    }
    summary.calls.sort();
    summary.calls.dedup();
    let clauses: &[Clause] = match &cx.view.item.kind {
        ItemKind::Command(command) => &command.clauses,
        ItemKind::Workflow(workflow) => &workflow.body.clauses,
        _ => &[],
    };
    summary.limited = clauses.iter().any(|clause| matches!(clause.kind, ClauseKind::Timeout(_)));
    summary.kinds = Raises::new(cx).item();
    match &cx.view.item.kind {
        ItemKind::Command(command) => {
            summary.params = command.params.iter().map(|param| param.name.text.clone()).collect();
            summary.effects = effects::of_parts(cx, &Parts::of(&command.clauses));
        }
        ItemKind::Workflow(workflow) => {
            summary.params = workflow.params.iter().map(|param| param.name.text.clone()).collect();
            summary.effects = all_effects(cx, &workflow.body.stmts, &workflow.body.clauses);
        }
        ItemKind::Handler(handler) => summary.effects = all_effects(cx, &handler.body.stmts, &[]),
        _ => {}
    }
    summary.claimed = provenance::claimed_outputs(cx);
    summary
}

/// The effects of all steps in `stmts` and `clauses`.
pub fn all_effects(cx: &PassContext, stmts: &[Stmt], clauses: &[Clause]) -> Effects {
    struct All<'c> {
        cx: &'c PassContext<'c>,
        effects: Effects,
    }
    impl<'a> Visit<'a> for All<'_> {
        fn stmt(&mut self, stmt: &'a Stmt) {
            match &stmt.kind {
                StmtKind::Step(step) => {
                    let effects = effects::of_parts(self.cx, &Parts::of(&step.clauses));
                    self.effects.join(&effects, &format!("step `{}`", step.name.text));
                }
                StmtKind::Seal => self.effects.barrier = Some("it seals what was done before".into()),
                _ => {}
            }
            walk_stmt(self, stmt);
        }
        fn expr(&mut self, _: &'a Expr) {}
    }
    let mut all = All { cx, effects: Effects::none() };
    clauses.iter().for_each(|clause| all.clause(clause));
    all.stmts(stmts);
    all.effects
}

/// The names of a scope, for those who look up what an import means.
pub fn lookup(scope: &FileScope, path: &Path, command: bool) -> Option<GlobalId> {
    let scope = match &path.module {
        Some(module) => scope.modules.get(&module.text)?,
        None => scope,
    };
    let names = if command { &scope.commands } else { &scope.names };
    names.get(&path.name.text).copied()
}

/// Whether an agent acts in the item or in something that it calls.
pub fn has_agent(cx: &PassContext) -> bool {
    let mut calls = Calls { cx, found: Vec::new(), agent: false };
    walk_item(&mut calls, cx.view.item);
    calls.agent || calls.found.iter().any(|id| cx.summaries.get(*id).is_none_or(|summary| summary.agent))
}
