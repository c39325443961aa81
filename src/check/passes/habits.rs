//! Good practice: limits, fallbacks, and effects that are repeated or swallowed without a thought.

use super::effects::{self, Effects};
use super::print::{print, print_text};
use super::step::Parts;
use super::walk::{Visit, walk_expr, walk_item, walk_stmt};
use super::{PassContext, scripts};
use crate::check::facts::{Def, LocalId};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint;
use crate::source::Span;
use crate::syntax::tree::*;
use rustc_hash::FxHashMap;

/// A workflow with so many steps without any limit of time is told so.
const LONG_CHAIN: usize = 6;
/// A `repeat` that may make so many passes needs a limit of time.
const MANY_PASSES: i64 = 100;
/// A script of more lines belongs into a file.
const LONG_SCRIPT: usize = 40;
/// An action at least so long is worth sharing.
const WORTH_SHARING: usize = 80;

/// Reports them.
pub fn run(cx: &PassContext, out: &mut Vec<Diagnostic>) {
    let mut pass = Habits {
        cx,
        out,
        limited: false,
        fallback: false,
        unlimited: 0,
        written: None,
        checkpoint: false,
        actions: FxHashMap::default(),
        silent: Vec::new(),
    };
    match &cx.view.item.kind {
        ItemKind::Workflow(workflow) => {
            pass.within(&workflow.body.clauses, |pass| walk_item(pass, cx.view.item));
            if pass.unlimited >= LONG_CHAIN {
                pass.out.push(no_timeout(cx, &workflow.name, pass.unlimited));
            }
            let silent = std::mem::take(&mut pass.silent);
            silent_steps(cx, &silent, pass.out);
        }
        ItemKind::Command(command) => {
            let parts = Parts::of(&command.clauses);
            let effects = effects::of_parts(cx, &parts);
            pass.retries(&parts, &effects);
            walk_item(&mut pass, cx.view.item);
        }
        ItemKind::Handler(_) => walk_item(&mut pass, cx.view.item),
        _ => {}
    }
}

struct Habits<'c, 'o> {
    cx: &'c PassContext<'c>,
    out: &'o mut Vec<Diagnostic>,
    /// Whether something around limits the time.
    limited: bool,
    /// Whether something around handles failures otherwise than by `abort`.
    fallback: bool,
    /// Steps that may run for ever.
    unlimited: usize,
    /// An earlier step that changes something.
    written: Option<&'c Name>,
    /// Whether there is a checkpoint before.
    checkpoint: bool,
    /// Long actions seen so far, with where.
    actions: FxHashMap<String, &'c Name>,
    /// Steps whose every failure is passed over: the step, and where it says so.
    silent: Vec<(&'c Step, Span)>,
}

impl<'c> Habits<'c, '_> {
    /// Does something inside a scope with these clauses.
    fn within(&mut self, clauses: &'c [Clause], inner: impl FnOnce(&mut Self)) {
        let outer = (self.limited, self.fallback);
        for clause in clauses {
            match &clause.kind {
                ClauseKind::Timeout(_) => self.limited = true,
                ClauseKind::OnFailure(handler) => self.fallback |= !gives_up(handler),
                _ => {}
            }
        }
        inner(self);
        (self.limited, self.fallback) = outer;
    }

    fn step(&mut self, step: &'c Step) {
        let parts = Parts::of(&step.clauses);
        let effects = effects::of_parts(self.cx, &parts);
        if parts.broken {
            return;
        }
        self.time(&parts);
        self.network(step, &parts);
        self.retries(&parts, &effects);
        self.point_of_no_return(step, &parts, &effects);
        self.repeated(step, &parts);
        for (clause, handler) in &parts.handlers {
            if handler.kinds.is_empty() && only_continues(handler) {
                self.silent.push((step, clause.span));
            }
        }
        if !effects.writes.is_empty()
            || (effects.unknown && !matches!(parts.action, Some(Action::Ask(..) | Action::Wait(_))))
        {
            self.written = Some(&step.name);
        }
    }

    fn time(&mut self, parts: &Parts) {
        let own = match parts.action {
            Some(Action::Run(run)) => {
                let callee = self.cx.callee(&run.callee).and_then(|id| self.cx.summaries.get(id));
                callee.is_none_or(|summary| summary.limited)
            }
            Some(Action::Exec(_) | Action::Script(..) | Action::Agent(..)) => false,
            _ => true,
        };
        if !own && !self.limited && parts.timeout.is_none() {
            self.unlimited += 1;
        }
    }

    fn network(&mut self, step: &Step, parts: &Parts) {
        let cared =
            parts.retry.is_some() || self.fallback || parts.handlers.iter().any(|(_, handler)| !gives_up(handler));
        if let (Some((clause, _)), false) = (parts.hosts(), cared) {
            let repeatable = parts.idempotent.is_some() || parts.writes.as_ref().is_none_or(Vec::is_empty);
            self.out.push(network_no_fallback(self.cx, step, clause.span, repeatable));
        }
    }

    fn retries(&mut self, parts: &Parts, effects: &Effects) {
        let Some((retry, _)) = parts.retry else { return };
        let again = parts.undo.is_some_and(|(_, undo)| undo.on_attempt);
        if effects.repeatable || again || (effects.unknown && effects.risk != crate::plan::ir::Risk::Risky) {
            return;
        }
        let cause = parts.irreversible.map(|(clause, _)| clause.span).or(parts.hosts().map(|(clause, _)| clause.span));
        let cause = cause.unwrap_or(parts.action_span);
        self.out.push(retry_not_repeatable(self.cx, retry.span, cause, &effects.reason));
    }

    fn point_of_no_return(&mut self, step: &Step, parts: &Parts, effects: &Effects) {
        if let (Some((clause, _)), Some(_), Some(written), false) =
            (parts.irreversible, &effects.barrier, self.written, self.checkpoint)
        {
            self.out.push(no_checkpoint(self.cx, step, clause.span, written));
        }
    }

    /// Long actions that stand in two steps.
    fn repeated(&mut self, step: &'c Step, parts: &Parts) {
        let text = match parts.action {
            Some(Action::Exec(e)) => print(e),
            Some(Action::Script(_, text)) => print_text(text),
            _ => return,
        };
        if let Some((_, text)) = parts.shell().or(match parts.action {
            Some(Action::Script(language, text)) => Some((*language, text)),
            _ => None,
        }) {
            let lines = print_text(text).lines().filter(|line| !line.trim().is_empty()).count();
            if lines > LONG_SCRIPT {
                self.out.push(long_script(self.cx, text.span, lines));
            }
        }
        if text.len() < WORTH_SHARING {
            return;
        }
        match self.actions.get(&text) {
            Some(first) => self.out.push(duplicate_action(self.cx, &step.name, first)),
            None => drop(self.actions.insert(text, &step.name)),
        }
    }
}

impl<'c> Visit<'c> for Habits<'c, '_> {
    fn stmt(&mut self, stmt: &'c Stmt) {
        match &stmt.kind {
            StmtKind::Step(step) => {
                self.step(step);
                walk_stmt(self, stmt);
            }
            StmtKind::Checkpoint(_) => self.checkpoint = true,
            StmtKind::Scope(scope) => self.within(&scope.body.clauses, |pass| walk_stmt(pass, stmt)),
            StmtKind::Repeat(repeat) => {
                if let Some(max) = &repeat.max
                    && let ExprKind::Int(passes) = max.kind
                    && passes >= MANY_PASSES
                    && !self.limited
                {
                    self.out.push(many_passes(self.cx, max.span, passes));
                }
                walk_stmt(self, stmt);
            }
            _ => walk_stmt(self, stmt),
        }
    }

    fn expr(&mut self, e: &'c Expr) {
        if scripts::is_raw(e) && !matches!(self.cx.def(e.span), Some(Def::Global(_) | Def::Local(_))) {
            self.out.push(raw_text(self.cx, e));
        }
        walk_expr(self, e);
    }
}

/// Whether a handler only hands the failure on.
fn gives_up(handler: &OnFailure) -> bool {
    match &handler.body {
        HandlerBody::Verdict(stmt) => matches!(&stmt.kind, StmtKind::Verdict(v) if matches!(**v, Verdict::Abort)),
        _ => false,
    }
}

/// Whether a handler goes on without a word, a value or a deed.
fn only_continues(handler: &OnFailure) -> bool {
    let silent = |stmt: &Stmt| matches!(&stmt.kind, StmtKind::Verdict(v) if matches!(&**v, Verdict::Continue(args) if args.is_empty()));
    match &handler.body {
        HandlerBody::Verdict(stmt) => silent(stmt),
        HandlerBody::Block(block) => matches!(&*block.stmts, [stmt] if silent(stmt)),
        HandlerBody::Use(..) => false,
    }
}

/// Of the steps that go on after any failure, those that nothing looks at afterwards.
fn silent_steps(cx: &PassContext, steps: &[(&Step, Span)], out: &mut Vec<Diagnostic>) {
    if steps.is_empty() {
        return;
    }
    let declared: Vec<u32> = steps.iter().map(|(step, _)| step.name.span.start).collect();
    let uses = |id: LocalId| {
        cx.view.facts.defs.iter().any(|(at, def)| {
            !declared.contains(at) && matches!(def, Def::Local(other) if cx.slot(*other) == cx.slot(id))
        })
    };
    for (step, at) in steps {
        if let Some(Def::Local(id)) = cx.def(step.name.span)
            && !uses(*id)
        {
            out.push(silent_continue(cx, step, *at));
        }
    }
}

fn no_timeout(cx: &PassContext, name: &Name, steps: usize) -> Diagnostic {
    let message = format!("{steps} steps of `{}` may each run for ever", name.text);
    Diagnostic::new(&lint::NO_TIMEOUT, cx.at(name.span), message).help(
        "begin its body with `timeout 2h` (or whatever is more than enough), so that a step that hangs ends the run",
    )
}

fn network_no_fallback(cx: &PassContext, step: &Step, clause: Span, repeatable: bool) -> Diagnostic {
    let message = format!("step `{}` needs the network and has no plan for when it fails", step.name.text);
    let help = if repeatable {
        "add `retry 2 backoff 5s to 1m`, or a handler (`on failure …`)"
    } else {
        "add a handler (`on failure …`); if it may be done again, say `idempotent` and add `retry 2 backoff 5s to 1m`"
    };
    Diagnostic::new(&lint::NETWORK_NO_FALLBACK, cx.at(step.name.span), message)
        .label(cx.at(clause), "uses the network")
        .help(help)
}

fn retry_not_repeatable(cx: &PassContext, at: Span, cause: Span, reason: &str) -> Diagnostic {
    Diagnostic::new(&lint::RETRY_NOT_REPEATABLE, cx.at(at), "each retry may do the same thing to the world once more")
        .label(cx.at(cause), reason.to_owned())
        .help("say `idempotent` if doing it twice is doing it once (`$WF_KEY` helps), or clean up with `undo on attempt { … }`")
}

fn no_checkpoint(cx: &PassContext, step: &Step, clause: Span, written: &Name) -> Diagnostic {
    let message = format!("no checkpoint before `{}`, which cannot be undone", step.name.text);
    Diagnostic::new(&lint::NO_CHECKPOINT, cx.at(step.name.span), message)
        .label(cx.at(clause), "the point of no return")
        .label(cx.at(written.span), "what was done since here is lost if it fails and the run is rolled back")
        .help("put `checkpoint NAME` before it: a failure can then go back to just there")
}

fn many_passes(cx: &PassContext, at: Span, passes: i64) -> Diagnostic {
    Diagnostic::new(
        &lint::MANY_PASSES,
        cx.at(at),
        format!("this loop may make {passes} passes, and nothing limits its time"),
    )
    .help("lower `max`, or put a `timeout` on the scope or workflow around it")
}

fn silent_continue(cx: &PassContext, step: &Step, at: Span) -> Diagnostic {
    let message = format!("whatever goes wrong in `{}` passes unnoticed", step.name.text);
    Diagnostic::new(&lint::SILENT_CONTINUE, cx.at(at), message)
        .help(format!("name the kinds that do not matter (`on failure (exit) continue`), `emit` a line in the handler, or ask `{}.status` later", step.name.text))
}

fn long_script(cx: &PassContext, at: Span, lines: usize) -> Diagnostic {
    Diagnostic::new(&lint::LONG_SCRIPT, cx.at(at), format!("this script has {lines} lines"))
        .help("move it to a file of the project and `exec` that: it can then be run, checked and tested by itself")
}

fn duplicate_action(cx: &PassContext, name: &Name, first: &Name) -> Diagnostic {
    Diagnostic::new(
        &lint::DUPLICATE_ACTION,
        cx.at(name.span),
        format!("`{}` does exactly what `{}` does", name.text, first.text),
    )
    .label(cx.at(first.span), "the same action")
    .help("declare a `command` with what differs as parameters, and `run` it twice")
}

fn raw_text(cx: &PassContext, e: &Expr) -> Diagnostic {
    Diagnostic::new(&lint::RAW_TEXT, cx.at(e.span), "`raw` pastes text that the shell reads as part of the script")
        .help(
            "give it as a value (`${…}` without `raw`); if it has to be script text, say why: `allow(raw-text) \"…\"`",
        )
}
