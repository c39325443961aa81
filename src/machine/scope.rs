//! Scopes, and workflows with them: clocks, handlers, `on success`, `on rollback`, `finally`.

use ecow::EcoString;
use serde::{Deserialize, Serialize};

use super::frame::FrameId;
use super::path::restart_suffix;
use super::run::{Run, failure};
use super::state::Mode;
use super::task::{Completion, Entry, TaskId, Why};
use crate::plan::ir::{BlockIx, BodyIx, BodyKind, Node, NodeIx, Scope};
use crate::value::text::duration;

/// Which scope.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum ScopeOf {
    Node(NodeIx),
    Body(BodyIx),
}

/// A scope being run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ScopeRun {
    pub of: ScopeOf,
    /// Unique in the run.
    pub serial: u64,
    pub phase: ScopePhase,
    pub clock: Option<u32>,
    /// How often each handler answered `retry`.
    pub retries: Vec<u32>,
    /// Which time its block runs, from 1.
    pub round: u32,
    /// What the task had before: restored when the scope is left.
    pub mode: Mode,
    pub suffix: EcoString,
    /// For a workflow: frame and prefix around.
    pub outer: Option<(FrameId, EcoString)>,
    /// How it ends once its `finally` blocks have run.
    pub pending: Completion,
    /// How many undo entries there had been.
    pub undo: u64,
    /// It ended before: only `on rollback` is left to run.
    pub over: bool,
}

/// Where a scope is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum ScopePhase {
    Body,
    /// Attached gates at its end.
    Gates,
    /// A handler runs above it, or a person is asked: from which handler on to look next.
    Failed(u32),
    OnRollback(u32),
    Finally(u32),
    OnSuccess(u32),
}

impl<'a> Run<'a> {
    pub fn scope_of(&self, of: ScopeOf) -> Option<&'a Scope> {
        match of {
            ScopeOf::Node(node) => match self.node(node) {
                Some(Node::Scope(scope)) => Some(scope),
                _ => None,
            },
            ScopeOf::Body(body) => match &self.plan.bodies.get(body.index())?.kind {
                BodyKind::Workflow(scope) => Some(scope),
                _ => None,
            },
        }
    }

    /// Enters a scope; for a workflow the task already is in its frame, and `outer` is the one around.
    pub fn enter_scope(&mut self, t: TaskId, of: ScopeOf, outer: Option<(FrameId, EcoString)>) {
        let Some(scope) = self.scope_of(of) else {
            return self.fail(t, failure("internal", "the plan names a scope that is none"));
        };
        self.s.last.scope += 1;
        let (serial, undo) = (self.s.last.scope, self.s.undone);
        let entry = self.s.last.scope == 1;
        let task = self.task(t);
        let run = ScopeRun {
            of,
            serial,
            phase: ScopePhase::Body,
            clock: None,
            retries: vec![0; scope.handlers.len()],
            round: 1,
            mode: task.mode,
            suffix: task.suffix.clone(),
            outer,
            pending: Completion::Normal,
            undo,
            over: false,
        };
        if self.s.start.options.mode.is_none()
            && let Some(mode) = &scope.mode
        {
            self.task_mut(t).mode = Mode::named(mode);
        }
        self.push(t, Entry::Scope(Box::new(run)));
        if entry {
            self.s.planned += self.facts.steps_in(scope.block);
        }
        self.start_scope(t, scope, entry);
    }

    fn start_scope(&mut self, t: TaskId, scope: &'a Scope, entry: bool) {
        let limit = match scope.timeout {
            None => None,
            Some(timeout) => match self.duration(t, timeout) {
                Ok(limit) => Some(limit),
                Err(failure) => return self.fail(t, failure),
            },
        };
        let whole = if entry { self.s.start.options.timeout } else { None };
        if let Some(limit) = limit.into_iter().chain(whole).min() {
            let clock = self.clock_start(t, limit);
            self.scope_mut(t, |run| run.clock = Some(clock));
        }
        self.push_block(t, scope.block);
    }

    /// Changes the scope on top.
    pub fn scope_mut<T: Default>(&mut self, t: TaskId, change: impl FnOnce(&mut ScopeRun) -> T) -> T {
        match self.task_mut(t).stack.last_mut() {
            Some(Entry::Scope(run)) => change(run),
            _ => T::default(),
        }
    }

    pub fn scope_delivered(&mut self, t: TaskId, completion: Completion) {
        let Some(Entry::Scope(run)) = self.task(t).stack.last() else { return };
        let (of, phase, clock) = (run.of, run.phase, run.clock);
        let Some(scope) = self.scope_of(of) else { return };
        match phase {
            ScopePhase::Body | ScopePhase::Gates => match completion {
                Completion::Normal if phase == ScopePhase::Body && !scope.gates.is_empty() => {
                    self.scope_mut(t, |run| run.phase = ScopePhase::Gates);
                    self.push(
                        t,
                        Entry::Gates { gates: scope.gates.clone(), next: 0, then: Box::new(Completion::Normal) },
                    );
                }
                Completion::Fail(failure) => self.scope_fails(t, *failure),
                Completion::Cancel(Why::Clock(id)) if Some(id) == clock => {
                    self.scope_out_of_time(t, scope);
                }
                completion => self.leave_scope(t, completion),
            },
            ScopePhase::Failed(_) => match completion {
                Completion::Cancel(Why::Clock(id)) if Some(id) == clock => {
                    self.scope_out_of_time(t, scope);
                }
                completion => self.leave_scope(t, completion),
            },
            ScopePhase::OnRollback(next) => {
                self.merge_pending(t, completion);
                self.rollback_block(t, scope, next);
            }
            ScopePhase::Finally(next) => {
                self.merge_pending(t, completion);
                self.finally_block(t, scope, next);
            }
            ScopePhase::OnSuccess(next) => match completion {
                Completion::Normal => self.success_block(t, scope, next),
                completion => {
                    self.scope_mut(t, |run| run.pending = completion);
                    self.close_scope(t);
                }
            },
        }
    }

    fn scope_out_of_time(&mut self, t: TaskId, scope: &Scope) {
        let limit = scope.timeout.and_then(|timeout| self.duration(t, timeout).ok());
        let limit = limit.into_iter().chain(self.s.start.options.timeout).min().unwrap_or(0);
        let mut time_out = failure("timeout", format!("did not end within {}", duration(limit)));
        time_out.step = self.task(t).prefix.to_string();
        self.scope_fails(t, time_out);
    }

    fn scope_fails(&mut self, t: TaskId, failure: crate::value::Failure) {
        self.scope_mut(t, |run| run.phase = ScopePhase::Failed(0));
        self.handle(t, failure);
    }

    /// What an `on rollback` or `finally` block came to is added to what is pending: a failure before it outweighs.
    fn merge_pending(&mut self, t: TaskId, completion: Completion) {
        self.scope_mut(t, |run| {
            if matches!(run.pending, Completion::Normal | Completion::Return(_))
                && !matches!(completion, Completion::Normal)
            {
                run.pending = completion;
            }
        });
    }

    /// The scope ends like this, after `on rollback`, `finally` and `on success`.
    pub fn leave_scope(&mut self, t: TaskId, completion: Completion) {
        let Some(Entry::Scope(run)) = self.task(t).stack.last() else { return };
        let (of, clock) = (run.of, run.clock);
        let Some(scope) = self.scope_of(of) else { return };
        if let Some(clock) = clock {
            self.clock_drop(t, clock);
        }
        let back = matches!(completion, Completion::RolledBack);
        self.task_mut(t).shield += 1;
        self.scope_mut(t, |run| (run.pending, run.clock) = (completion, None));
        if back { self.rollback_block(t, scope, 0) } else { self.finally_block(t, scope, 0) }
    }

    fn rollback_block(&mut self, t: TaskId, scope: &Scope, next: u32) {
        match scope.on_rollback.get(next as usize) {
            Some(block) => self.scope_block(t, *block, ScopePhase::OnRollback(next + 1)),
            None => self.finally_block(t, scope, 0),
        }
    }

    fn finally_block(&mut self, t: TaskId, scope: &Scope, next: u32) {
        let over = self.scope_mut(t, |run| run.over);
        if let Some(block) = scope.finally.get(next as usize).filter(|_| !over) {
            return self.scope_block(t, *block, ScopePhase::Finally(next + 1));
        }
        self.task_mut(t).shield = self.task(t).shield.saturating_sub(1);
        let Some(Entry::Scope(run)) = self.task(t).stack.last() else { return };
        let succeeded = match &run.pending {
            Completion::Normal => true,
            Completion::Return(_) => matches!(run.of, ScopeOf::Body(_)),
            _ => false,
        };
        if succeeded { self.success_block(t, scope, 0) } else { self.close_scope(t) }
    }

    fn success_block(&mut self, t: TaskId, scope: &Scope, next: u32) {
        match scope.on_success.get(next as usize) {
            Some(block) => self.scope_block(t, *block, ScopePhase::OnSuccess(next + 1)),
            None => self.close_scope(t),
        }
    }

    fn scope_block(&mut self, t: TaskId, block: BlockIx, phase: ScopePhase) {
        self.s.planned += self.facts.steps_in(block);
        self.scope_mut(t, |run| run.phase = phase);
        self.push_block(t, block);
    }

    fn close_scope(&mut self, t: TaskId) {
        let Some(Entry::Scope(run)) = self.task_mut(t).stack.pop() else { return };
        let ScopeRun { mut pending, mode, suffix, outer, of, clock, .. } = *run;
        if let Some(clock) = clock {
            self.clock_drop(t, clock);
        }
        let task = self.task_mut(t);
        (task.mode, task.suffix) = (mode, suffix);
        if let ScopeOf::Body(_) = of {
            if let Some((frame, prefix)) = outer {
                let inner = std::mem::replace(&mut task.frame, frame);
                task.prefix = prefix;
                self.forget_checkpoints_in(inner);
            }
            if matches!(pending, Completion::Normal) {
                pending = Completion::Return(Box::default());
            }
        }
        if matches!(pending, Completion::Normal | Completion::Return(_))
            && let Some(why) = self.take_cancel(t)
        {
            pending = Completion::Cancel(why);
        }
        self.done(t, pending);
    }

    /// The block of the scope on top runs again, with fresh names and a fresh clock.
    pub fn restart_scope(&mut self, t: TaskId) {
        let Some(Entry::Scope(run)) = self.task_mut(t).stack.last_mut() else { return };
        run.phase = ScopePhase::Body;
        run.round += 1;
        let (of, round, clock) = (run.of, run.round, run.clock.take());
        let suffix = restart_suffix(&run.suffix, round);
        self.task_mut(t).suffix = suffix;
        if let Some(clock) = clock {
            self.clock_drop(t, clock);
        }
        if let Some(scope) = self.scope_of(of) {
            self.unset(t, &scope.fresh);
            self.s.planned += self.facts.steps_in(scope.block);
            self.start_scope(t, scope, false);
        }
    }
}
