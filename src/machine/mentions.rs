//! Which facts of an attempt expressions look at: what nobody looks at need not be kept.

use ecow::EcoString;

use super::command::Wanted;
use crate::plan::ir::{Action, AttemptVar, Does, Expr, ExprIx, Plan, ScriptPiece, Step, Undo, Work};

/// Under which name the outputs that an undo sees hold a fact of the attempt; no output can be called so.
pub(crate) fn hidden(var: AttemptVar) -> EcoString {
    EcoString::inline(match var {
        AttemptVar::Stdout => "$stdout",
        AttemptVar::Stderr => "$stderr",
        AttemptVar::Exit => "$exit",
        AttemptVar::Duration => "$duration",
        AttemptVar::Attempt => "$attempt",
    })
}

/// The outputs that judging an attempt of `work` (of `step`), or undoing it, looks at.
pub(crate) fn wanted(plan: &Plan, work: &Work, step: Option<&Step>) -> Wanted {
    let mut wanted = Wanted::default();
    let mut see = |var| match var {
        AttemptVar::Stdout => wanted.stdout = true,
        AttemptVar::Stderr => wanted.stderr = true,
        AttemptVar::Exit | AttemptVar::Duration | AttemptVar::Attempt => {}
    };
    let outputs = work.outputs.iter().chain(step.into_iter().flat_map(|step| &step.outputs));
    let judged = outputs.filter_map(|output| output.value).chain(work.fails_as.iter().map(|clause| clause.condition));
    for root in judged.chain(work.exits.iter().copied()) {
        facts(plan, root, &mut see);
    }
    in_undo(plan, work, step, &mut see);
    wanted
}

/// Calls `see` with each fact of the attempt that undoing it looks at.
pub(crate) fn in_undo(plan: &Plan, work: &Work, step: Option<&Step>, see: &mut impl FnMut(AttemptVar)) {
    let undos = step.and_then(|step| step.undo.as_deref()).into_iter().chain(work.undo.as_deref());
    for Undo { does, .. } in undos {
        match does {
            Does::Work(does) => {
                if let Some(does) = plan.works.get(does.index()) {
                    started(does, &mut |root| facts(plan, root, see));
                }
            }
            Does::Command { args, .. } | Does::Workflow { args, .. } => {
                args.iter().flatten().for_each(|arg| facts(plan, *arg, see));
            }
        }
    }
}

/// Calls `visit` with each expression that starting an action evaluates.
fn started(work: &Work, visit: &mut impl FnMut(ExprIx)) {
    match &work.action {
        Action::Exec { argv } => argv.iter().copied().for_each(&mut *visit),
        Action::Script { pieces, .. } => pieces.iter().for_each(|piece| match piece {
            ScriptPiece::Text(_) => {}
            ScriptPiece::Hole { value, .. } | ScriptPiece::Raw(value) => visit(*value),
        }),
        Action::Agent { prompt: one, .. } | Action::Ask { question: one } | Action::Wait { value: one, .. } => {
            visit(*one)
        }
        Action::Host { args, .. } => args.iter().for_each(|(_, arg)| visit(*arg)),
    }
    work.env.iter().for_each(|(_, value)| visit(*value));
    work.args.iter().chain(&work.stdin).chain(&work.cwd).copied().for_each(visit);
}

fn facts(plan: &Plan, root: ExprIx, see: &mut impl FnMut(AttemptVar)) {
    let mut open = vec![root];
    while let Some(expr) = open.pop().and_then(|expr| plan.exprs.get(expr.index())) {
        if let Expr::Attempt(var) = expr {
            see(*var);
        }
        expr.operands(|operand| open.push(operand));
    }
}
