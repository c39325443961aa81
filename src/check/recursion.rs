//! Items that need themselves: functions, commands, workflows and handlers that call each other in a circle, and
//! constants that are defined by each other.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::env::Env;
use super::errors;
use super::facts::{Facts, GlobalId, GlobalKind};
use crate::diagnostic::{Diagnostic, Place};
use crate::source::Span;

/// Where a walk over the calls is.
struct Frame {
    id: GlobalId,
    next: usize,
}

/// Reports each circle once, at the call that closes it.
pub fn check(env: &Env, facts: &[Vec<Arc<Facts>>]) -> Vec<Diagnostic> {
    let uses: Vec<&[(GlobalId, Span)]> = (0..env.decls.len()).map(|at| uses(env, facts, GlobalId(at as u32))).collect();
    let mut done: FxHashSet<GlobalId> = FxHashSet::default();
    let mut found = Vec::new();
    for start in (0..env.decls.len()).map(|at| GlobalId(at as u32)) {
        let mut open: Vec<Frame> = Vec::new();
        let mut on_path: FxHashSet<GlobalId> = FxHashSet::default();
        if done.insert(start) && callable(env, start) {
            on_path.insert(start);
            open.push(Frame { id: start, next: 0 });
        }
        while let Some(frame) = open.last_mut() {
            let id = frame.id;
            let Some((target, span)) = uses.get(id.0 as usize).and_then(|all| all.get(frame.next)).copied() else {
                on_path.remove(&id);
                open.pop();
                continue;
            };
            frame.next += 1;
            if env.place(id).is_some_and(|place| place.span == span) || !callable(env, target) {
                continue;
            }
            if on_path.contains(&target) {
                found.extend(report(env, &open, target, span));
            } else if done.insert(target) {
                on_path.insert(target);
                open.push(Frame { id: target, next: 0 });
            }
        }
    }
    found
}

fn uses<'f>(env: &Env, facts: &'f [Vec<Arc<Facts>>], id: GlobalId) -> &'f [(GlobalId, Span)] {
    let Some(place) = env.place(id) else { return &[] };
    let facts = facts.get(place.file.0 as usize).and_then(|file| file.get(place.item as usize));
    facts.map_or(&[], |facts| &facts.uses)
}

fn callable(env: &Env, id: GlobalId) -> bool {
    matches!(
        env.kind(id),
        GlobalKind::Fn(_)
            | GlobalKind::Command(_)
            | GlobalKind::Workflow(_)
            | GlobalKind::Handler
            | GlobalKind::Const(_)
    )
}

fn report(env: &Env, open: &[Frame], target: GlobalId, span: Span) -> Option<Diagnostic> {
    let from = open.iter().position(|frame| frame.id == target)?;
    let chain: Vec<GlobalId> = open.get(from..)?.iter().map(|frame| frame.id).chain([target]).collect();
    let names: Vec<String> = chain.iter().map(|id| env.name(*id).to_string()).collect();
    let last = env.place(open.last()?.id)?;
    let back = Place { span, ..last };
    Some(errors::recursion(env.place(target)?, &names, back))
}
