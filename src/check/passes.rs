//! The analyses that run over typed items: effects and their conflicts, failure kinds, rollback, gates, lints.
//!
//! In order: [`summarize`] looks at all commands and workflows and says what a call of each can do; [`run`] analyses
//! one item; [`learn`] gives what later phases want to know about it; [`program`] finds what only all items together
//! show; [`silence`] takes away, at the very end, what `allow(…)` allows.

mod allow;
mod branches;
mod conditions;
mod conflicts;
mod control;
mod declared;
mod effects;
mod exec;
mod gates;
mod glob;
mod habits;
mod kinds;
mod print;
mod provenance;
mod raises;
mod rollback;
mod scripts;
mod secrets;
mod shadow;
mod step;
mod summary;
mod tests;
mod unreachable;
mod unused;
mod walk;

pub use effects::Effects;
pub use kinds::Kinds;
pub use summary::{Before, Summaries, Summary, summarize};
pub use unused::Used;

use super::facts::{Def, Facts, FileScope, Global, GlobalId, GlobalKind, LocalId, LocalKind, Signature, StepFacts};
use super::ty::Ty;
use crate::diagnostic::{Diagnostic, Place};
use crate::source::{FileId, Span};
use crate::syntax::tree::{Callee, Expr, Item, ItemKind, NodeId, Path};
use ecow::EcoString;

/// A typed item and where it stands.
#[derive(Clone, Copy)]
pub struct ItemView<'a> {
    /// Its file.
    pub file: FileId,
    /// Its index in that file.
    pub index: u32,
    /// The item.
    pub item: &'a Item,
    /// What typing found out about it.
    pub facts: &'a Facts,
    /// What the items of its file see.
    pub scope: &'a FileScope,
}

/// What an analysis of one item looks at.
#[derive(Clone, Copy)]
pub struct PassContext<'a> {
    /// The item.
    pub view: ItemView<'a>,
    /// All declared items.
    pub globals: &'a [Global],
    /// What calls can do.
    pub summaries: &'a Summaries,
}

/// What the analyses of an item found out, to be kept in its [`Facts`].
#[derive(Clone, Default, Debug)]
pub struct Learnt {
    /// Kinds, risk and reason of each step and command; `outputs` is left empty.
    pub steps: Vec<(NodeId, StepFacts)>,
    /// The metrics into which an agent's words flow.
    pub claimed: Vec<EcoString>,
}

impl Learnt {
    /// Writes it into the facts of its item.
    pub fn store(self, facts: &mut Facts) {
        for (id, found) in self.steps {
            let step = facts.steps.entry(id).or_default();
            step.raises = found.raises;
            step.risk = found.risk;
            step.reason = found.reason;
        }
        for metric in facts.metrics.values_mut() {
            metric.claimed = false;
        }
        for name in self.claimed {
            if let Some(metric) = facts.metrics.get_mut(&name) {
                metric.claimed = true;
            }
        }
    }
}

impl<'c> PassContext<'c> {
    /// The place of a span of the item.
    fn at(&self, span: Span) -> Place {
        Place { file: self.view.file, item: self.view.index, span }
    }

    /// What the name that begins where `span` begins means.
    fn def(&self, span: Span) -> Option<&'c Def> {
        self.view.facts.defs.get(&span.start)
    }

    /// The type of an expression.
    fn ty(&self, e: &Expr) -> Option<&'c Ty> {
        self.view.facts.types.get(e.id.0 as usize)
    }

    /// The command or workflow that is called.
    fn callee(&self, callee: &Callee) -> Option<GlobalId> {
        match self.def(callee.path.name.span).or_else(|| self.def(callee.span)) {
            Some(Def::Global(id)) => Some(*id),
            _ => summary::lookup(self.view.scope, &callee.path, callee.command),
        }
    }

    /// The item that a path names.
    fn global(&self, path: &Path) -> Option<GlobalId> {
        match self.def(path.name.span) {
            Some(Def::Global(id)) => Some(*id),
            _ => summary::lookup(self.view.scope, path, false),
        }
    }

    /// The signature of a command or workflow.
    fn signature(&self, id: GlobalId) -> Option<&'c Signature> {
        match &self.globals.get(id.0 as usize)?.kind {
            GlobalKind::Command(signature) | GlobalKind::Workflow(signature) => Some(signature),
            _ => None,
        }
    }

    /// The local that `id` shares its slot with, or `id`.
    fn slot(&self, id: LocalId) -> LocalId {
        let mut id = id;
        for _ in 0..self.view.facts.locals.len() {
            match self.view.facts.locals.get(id.0 as usize).and_then(|local| local.joined) {
                Some(joined) if joined != id => id = joined,
                _ => break,
            }
        }
        id
    }

    /// Whether a local is a step.
    fn is_step(&self, id: LocalId) -> bool {
        self.view.facts.locals.get(id.0 as usize).is_some_and(|local| local.kind == LocalKind::Step)
    }

    /// Whether an agent's words can come in anywhere in the item.
    fn may_claim(&self) -> bool {
        summary::has_agent(self)
    }
}

/// Everything the analyses have to say about one item; the places are relative to it.
pub fn run(cx: &PassContext, out: &mut Vec<Diagnostic>) {
    match &cx.view.item.kind {
        ItemKind::Test(_) => tests::run(cx, out),
        ItemKind::Workflow(_) | ItemKind::Command(_) | ItemKind::Handler(_) => {
            let mut raises = raises::Raises::new(cx);
            raises.item();
            out.append(&mut raises.found);
            declared::run(cx, out);
            conflicts::run(cx, out);
            branches::run(cx, out);
            rollback::run(cx, out);
            gates::run(cx, out);
            provenance::gates(cx, &provenance::claims(cx), out);
            scripts::run(cx, out);
            shadow::run(cx, out);
            unreachable::run(cx, out);
            habits::run(cx, out);
            secrets::run(cx, out);
            exec::run(cx, out);
        }
        _ => {}
    }
    conditions::run(cx, out);
    unused::locals(cx, out);
}

/// What later phases want to know about one item.
pub fn learn(cx: &PassContext) -> Learnt {
    let mut raises = raises::Raises::new(cx);
    raises.item();
    let mut learnt = Learnt::default();
    let mut effects = effects::by_step(cx);
    for (id, kinds) in raises.steps {
        let found = effects.remove(&id).unwrap_or_default();
        let step = StepFacts { outputs: None, raises: kinds.listed(), risk: found.risk, reason: found.reason };
        learnt.steps.push((id, step));
    }
    learnt.claimed = provenance::claims(cx).metrics.into_keys().collect();
    learnt
}

/// What only all items together show (what is never used); the places are relative to items.
pub fn program(items: &[Whole], globals: &[Global], out: &mut Vec<Diagnostic>) {
    unused::items(items, globals, out);
}

/// What [`program`] looks at of one item.
#[derive(Clone, Copy)]
pub struct Whole<'a> {
    /// The item.
    pub view: ItemView<'a>,
    /// The items and imports that it uses.
    pub used: &'a Used,
    /// Whether something is wrong in it, so that what it uses is not known.
    pub wrong: bool,
}

/// Drops from `found` (all diagnostics of one item, relative to it) the lints that an `allow` of the item or of a
/// statement in it silences, and adds what is wrong with the `allow`s themselves.
pub fn silence(file: FileId, index: u32, item: &Item, found: &mut Vec<Diagnostic>) {
    allow::silence(file, index, item, found);
}
