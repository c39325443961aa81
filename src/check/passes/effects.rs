//! What actions touch: declared effects, the trust they need, and why.

use super::PassContext;
use super::glob::{Glob, GlobPart};
use super::print::{peel, print, print_text, shorten};
use super::step::Parts;
use super::walk::{Visit, walk_expr, walk_item, walk_stmt};
use crate::check::facts::{Def, LocalId};
use crate::plan::ir::Risk;
use crate::syntax::tree::*;
use ecow::EcoString;
use rustc_hash::FxHashMap;

/// The most globs that are kept of a command or workflow as a whole; one with more counts as undeclared to its callers.
const MOST_GLOBS: usize = 100;

/// What an action, or all actions of a command or workflow, touch.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Effects {
    /// Files that are read, as far as declared.
    pub reads: Vec<Glob>,
    /// Files that are written, as far as declared.
    pub writes: Vec<Glob>,
    /// Whether some action declares nothing of files.
    pub unknown: bool,
    /// Whether the network is used, by declaration.
    pub net: bool,
    /// Whether it can be done again without harm: only reads, `idempotent`, or writes that can be restored.
    pub repeatable: bool,
    /// Why nothing before it can be undone any more: an `irreversible` action without `undo`, or a `seal`.
    pub barrier: Option<EcoString>,
    /// How much trust is needed.
    pub risk: Risk,
    /// Why, in words.
    pub reason: EcoString,
}

impl Effects {
    /// The effects of nothing at all.
    pub fn none() -> Self {
        Self { risk: Risk::Safe, reason: "touches nothing".into(), repeatable: true, ..Self::default() }
    }

    /// Adds the effects of another action; `who` names it in the reason.
    pub fn join(&mut self, other: &Self, who: &str) {
        let fits = add(&mut self.reads, &other.reads) && add(&mut self.writes, &other.writes);
        self.unknown |= other.unknown || !fits;
        self.net |= other.net;
        self.repeatable &= other.repeatable;
        if self.barrier.is_none() {
            self.barrier.clone_from(&other.barrier);
        }
        if other.risk > self.risk {
            self.risk = other.risk;
            self.reason = format!("{who}: {}", other.reason).into();
        }
    }
}

/// Adds `more` to `globs`, each once; whether they all found room.
fn add(globs: &mut Vec<Glob>, more: &[Glob]) -> bool {
    for glob in more {
        if globs.contains(glob) {
            continue;
        }
        if globs.len() >= MOST_GLOBS {
            return false;
        }
        globs.push(glob.clone());
    }
    true
}

/// The effects of an action with its clauses.
pub fn of_parts(cx: &PassContext, parts: &Parts) -> Effects {
    match parts.action {
        Some(Action::Run(run)) => of_run(cx, run, parts),
        Some(Action::Wait(_) | Action::WaitUntil(_) | Action::Ask(..)) => {
            Effects { reason: "only waits".into(), ..Effects::none() }
        }
        _ => of_action(cx, parts),
    }
}

fn of_action(cx: &PassContext, parts: &Parts) -> Effects {
    let globs =
        |list: &Option<Vec<&Expr>>| -> Vec<Glob> { list.iter().flatten().filter_map(|e| of_expr(cx, e)).collect() };
    let declared = parts.reads.is_some() || parts.writes.is_some();
    let mut effects = Effects {
        reads: globs(&parts.reads),
        writes: globs(&parts.writes),
        unknown: !declared,
        net: parts.hosts().is_some(),
        ..Effects::default()
    };
    let undoable = parts.undo.is_some();
    effects.repeatable = parts.irreversible.is_none()
        && (parts.idempotent.is_some() || (declared && !effects.net && !effects.writes.iter().any(Glob::is_outside)));
    if let (Some((_, why)), false) = (parts.irreversible, undoable) {
        effects.barrier = Some(print_text(why).into());
    }
    (effects.risk, effects.reason) = judge(parts, &effects);
    effects
}

/// Risk and its reason, as the reference defines them.
fn judge(parts: &Parts, effects: &Effects) -> (Risk, EcoString) {
    if let Some((_, why)) = parts.irreversible {
        return (Risk::Risky, format!("cannot be undone: {}", shorten(&print_text(why))).into());
    }
    if let Some((_, why)) = parts.risky {
        return (Risk::Risky, format!("said to be risky: {}", shorten(&print_text(why))).into());
    }
    if let Some(outside) = effects.writes.iter().find(|glob| glob.is_outside()) {
        return (Risk::Risky, format!("writes outside the workspace ({})", outside.shown()).into());
    }
    if let Some((_, hosts)) = parts.hosts()
        && parts.idempotent.is_none()
        && parts.undo.is_none()
    {
        let hosts: Vec<_> = hosts.iter().map(name_of).collect();
        let reason = format!("uses the network ({}) and is neither idempotent nor undoable", hosts.join(", "));
        return (Risk::Risky, reason.into());
    }
    if parts.reads.is_none() && parts.writes.is_none() && parts.net.is_empty() {
        return (Risk::Unknown, "declares no effects".into());
    }
    let reason = match (effects.writes.is_empty(), effects.net) {
        (true, false) => "only reads",
        (false, false) => "writes only inside the workspace",
        (_, true) => "uses the network in a way that can be repeated or undone",
    };
    (Risk::Safe, reason.into())
}

/// A host as written.
fn name_of(e: &Expr) -> String {
    match &peel(e).kind {
        ExprKind::Text(text) => print_text(text),
        _ => print(e),
    }
}

/// The effects of a call: the callee's, with its parameters replaced.
fn of_run(cx: &PassContext, run: &Run, parts: &Parts) -> Effects {
    let callee = cx.callee(&run.callee);
    let mut effects = match callee.and_then(|id| cx.summaries.get(id)) {
        Some(summary) => {
            let call = Call::new(cx, run, &summary.params);
            let place = |globs: &[Glob]| globs.iter().map(|glob| call.place(glob)).collect();
            Effects {
                reads: place(&summary.effects.reads),
                writes: place(&summary.effects.writes),
                ..summary.effects.clone()
            }
        }
        None => {
            let signature = callee.and_then(|id| cx.signature(id));
            let risk = signature.map_or(Risk::Unknown, |signature| signature.risk);
            Effects { unknown: true, risk, reason: "declares no effects".into(), ..Effects::default() }
        }
    };
    if parts.undo.is_some() {
        effects.barrier = None;
    }
    if let Some((_, why)) = parts.risky {
        effects.risk = Risk::Risky;
        effects.reason = format!("said to be risky: {}", shorten(&print_text(why))).into();
    }
    effects
}

/// What a call gives for the parameters of its callee.
struct Call<'a> {
    values: Vec<(EcoString, &'a Expr)>,
    mentions: Vec<LocalId>,
    text: String,
}

impl<'a> Call<'a> {
    fn new(cx: &PassContext, run: &'a Run, params: &[EcoString]) -> Self {
        let mut text = String::new();
        super::print::args(&mut text, &run.args);
        let mut mentions = Vec::new();
        let mut values = Vec::new();
        for (i, arg) in run.args.iter().enumerate() {
            mentions.extend(mentioned(cx, &arg.value));
            if let Some(name) = arg.name.as_ref().map(|name| &name.text).or(params.get(i)) {
                values.push((name.clone(), &arg.value));
            }
        }
        Self { values, mentions, text }
    }

    /// A glob of the callee as the caller sees it.
    fn place(&self, glob: &Glob) -> Glob {
        let parts = glob.parts.iter().map(|part| match part {
            GlobPart::Text(_) => part.clone(),
            GlobPart::Hole { key, .. } => match self.values.iter().find(|(name, _)| name == key) {
                Some((_, value)) => match &peel(value).kind {
                    ExprKind::Text(text) if text.literal().is_some() => {
                        GlobPart::Text(text.literal().unwrap_or_default().into())
                    }
                    _ => GlobPart::Hole { key: print(value).into(), mentions: self.mentions.clone() },
                },
                None => GlobPart::Hole { key: format!("{key}{}", self.text).into(), mentions: self.mentions.clone() },
            },
        });
        Glob { parts: parts.collect() }
    }
}

/// The glob that `e` is.
pub fn of_expr(cx: &PassContext, e: &Expr) -> Option<Glob> {
    let hole = |e: &Expr| GlobPart::Hole { key: print(e).into(), mentions: mentioned(cx, e) };
    match &peel(e).kind {
        ExprKind::Broken => None,
        ExprKind::Text(text) => {
            let part = |part: &TextPart| match part {
                TextPart::Literal(text, _) => GlobPart::Text(text.clone()),
                TextPart::Hole(e) => hole(e),
            };
            Some(Glob { parts: text.parts.iter().map(part).collect() })
        }
        _ => Some(Glob { parts: vec![hole(e)] }),
    }
}

/// The local names in `e`.
pub fn mentioned(cx: &PassContext, e: &Expr) -> Vec<LocalId> {
    struct Mentions<'c>(&'c PassContext<'c>, Vec<LocalId>);
    impl<'a> Visit<'a> for Mentions<'_> {
        fn expr(&mut self, e: &'a Expr) {
            if let (ExprKind::Name(_), Some(Def::Local(id))) = (&e.kind, self.0.def(e.span)) {
                self.1.push(*id);
            }
            walk_expr(self, e);
        }
    }
    let mut mentions = Mentions(cx, Vec::new());
    mentions.expr(e);
    mentions.1
}

/// The effects of every step of the item, and of a command as a whole under node 0.
pub fn by_step(cx: &PassContext) -> FxHashMap<NodeId, Effects> {
    struct Steps<'c>(&'c PassContext<'c>, FxHashMap<NodeId, Effects>);
    impl<'a> Visit<'a> for Steps<'_> {
        fn stmt(&mut self, stmt: &'a Stmt) {
            if let StmtKind::Step(step) = &stmt.kind {
                self.1.insert(stmt.id, of_parts(self.0, &Parts::of(&step.clauses)));
            }
            walk_stmt(self, stmt);
        }
        fn expr(&mut self, _: &'a Expr) {}
    }
    let mut steps = Steps(cx, FxHashMap::default());
    if let ItemKind::Command(command) = &cx.view.item.kind {
        steps.1.insert(NodeId(0), of_parts(cx, &Parts::of(&command.clauses)));
    }
    walk_item(&mut steps, cx.view.item);
    steps.1
}
