//! Rollback: siblings are cancelled and awaited, a rescue snapshot is taken, undo actions run in reverse order of
//! completion, files are restored, then `on rollback` and `finally` run on the way to where the run goes on.

use std::collections::BTreeSet;

use ecow::EcoString;
use serde::{Deserialize, Serialize};

use super::checkpoint::{Checkpoint, UndoEntry};
use super::command::{Command, Outcome};
use super::notice::Notice;
use super::run::{Run, descends, failure};
use super::scope::{ScopeOf, ScopePhase, ScopeRun};
use super::state::{Phase, Request};
use super::step::{StepOf, StepRun};
use super::task::{Completion, Entry, Flow, NOBODY, On, Task, TaskId, Why};
use crate::plan::ir::AfterRollback;
use crate::value::Failure;

/// A rollback under way, or one that could not be completed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Rollback {
    /// Who rolls back.
    task: TaskId,
    to: Checkpoint,
    then: AfterRollback,
    failure: Option<Failure>,
    force: bool,
    /// How deep the task's stack was, with the construct that failed on top.
    depth: usize,
    phase: RollbackPhase,
    /// Tasks that have to end first.
    awaited: BTreeSet<TaskId>,
    /// The undo being run.
    undoing: Option<(TaskId, UndoEntry)>,
    remains: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
enum RollbackPhase {
    Quiesce,
    Rescue,
    Undo,
    Restore,
    Unwind,
    /// Something could not be undone.
    Stuck,
}

impl<'a> Run<'a> {
    /// The task rolls back: `failure` is what made it, with the construct that failed on top of the stack.
    pub fn roll_back(&mut self, t: TaskId, to: Option<EcoString>, then: AfterRollback, failed: Option<Failure>) {
        let Some(target) = self.target(t, to.as_deref()).and_then(|at| self.s.checkpoints.get(at).cloned()) else {
            let name = to.as_deref().unwrap_or("any checkpoint");
            let message = format!("cannot roll back to {name}: it was not taken, or lies before what cannot be undone");
            let fault = failure("rollback", message);
            return match self.task(t).stack.last() {
                Some(Entry::Step(_) | Entry::Scope(_)) if failed.is_some() => self.rollback_refused(t, fault),
                _ => self.fail(t, fault),
            };
        };
        let depth = self.task(t).stack.len() - usize::from(failed.is_some());
        let rollback = Rollback::new(t, target, then, failed, depth);
        self.wait(t, On::Parked);
        if self.s.rollback.is_some() {
            self.s.rollbacks_waiting.push_back((t, Box::new(rollback)));
        } else {
            self.start_rollback(rollback);
        }
    }

    fn rollback_refused(&mut self, t: TaskId, fault: Failure) {
        match self.task(t).stack.last() {
            Some(Entry::Step(_)) => {
                self.close_step(t);
                self.fail(t, fault);
            }
            _ => self.leave_scope(t, Completion::Fail(Box::new(fault))),
        }
    }

    /// A person asks for a rollback of whatever the run is doing, or did.
    pub fn rollback_requested(&mut self, to: Option<&EcoString>, force: bool) {
        if self.s.rollback.as_ref().is_some_and(|rollback| rollback.phase == RollbackPhase::Stuck) {
            return self.rollback_again(force);
        }
        let root = match self.s.phase {
            Phase::Finished => self.revive(),
            _ => 0,
        };
        self.s.phase = Phase::Running;
        self.s.outcome = None;
        let target = match to {
            Some(name) => self.s.checkpoints.iter().rposition(|checkpoint| checkpoint.name == *name),
            None => self.s.checkpoints.iter().rposition(|checkpoint| checkpoint.task == 0),
        };
        let Some(mut target) = target.and_then(|at| self.s.checkpoints.get(at).cloned()) else {
            let name = to.map_or("any checkpoint", EcoString::as_str);
            return self.finish(Outcome::RollbackIncomplete {
                remains: vec![format!("everything: there is no way back to {name}")],
            });
        };
        target.task = 0;
        let depth = self.task(root).stack.len();
        let mut rollback = Rollback::new(root, target, AfterRollback::End, None, depth);
        rollback.force = force;
        self.start_rollback(rollback);
    }

    /// A task for what is left to do in a run that has ended: `on rollback` of the workflow.
    fn revive(&mut self) -> TaskId {
        let mut task = Task::new(NOBODY, 0, 0);
        task.flow = Flow::Wait(On::Parked);
        task.stack.push(Entry::Scope(Box::new(ScopeRun {
            of: ScopeOf::Body(self.plan.entry),
            serial: u64::MAX,
            phase: ScopePhase::Body,
            clock: None,
            retries: Vec::new(),
            round: 1,
            mode: task.mode,
            suffix: EcoString::new(),
            outer: None,
            pending: Completion::Normal,
            undo: 0,
            over: true,
        })));
        self.spawn(task)
    }

    fn start_rollback(&mut self, mut rollback: Rollback) {
        self.notices.push(Notice::RollbackStarted { to: rollback.to.name.clone() });
        let t = rollback.task;
        rollback.phase = RollbackPhase::Quiesce;
        let mut stop = Vec::new();
        let mut next = t;
        while next != NOBODY && next != rollback.to.task {
            let parent = self.task(next).parent;
            if parent == NOBODY {
                break;
            }
            self.close_children(parent);
            stop.extend(self.live_children(parent).into_iter().filter(|child| *child != next));
            next = parent;
        }
        rollback.awaited.extend(stop.iter().copied());
        let busy = !matches!(self.task(t).flow, Flow::Wait(On::Parked));
        if busy {
            rollback.awaited.insert(t);
        }
        self.s.rollback = Some(Box::new(rollback));
        for child in stop {
            self.cancel(child, Why::Stopped);
        }
        if busy {
            self.cancel(t, Why::Park);
        }
        self.rollback_awaited(NOBODY);
    }

    /// A task stays where it is until the rollback goes on.
    pub fn hold(&mut self, t: TaskId) {
        self.task_mut(t).cancel = None;
        self.wait(t, On::Parked);
        self.rollback_awaited(t);
    }

    /// A task has ended or holds still: the rollback may go on.
    pub fn rollback_awaited(&mut self, t: TaskId) {
        let Some(rollback) = &mut self.s.rollback else { return };
        rollback.awaited.remove(&t);
        if rollback.phase != RollbackPhase::Quiesce || !rollback.awaited.is_empty() {
            return;
        }
        rollback.phase = RollbackPhase::Rescue;
        if rollback.to.reference.is_ok() {
            self.snapshot(Request::Rescue, "rescue".into(), Vec::new());
        } else {
            self.undo_next();
        }
    }

    /// The rescue snapshot is there, or is not.
    pub fn rescued(&mut self, reference: &Result<String, String>) {
        match reference {
            Ok(_) => self.undo_next(),
            Err(why) => self.stuck(format!("files: {why}")),
        }
    }

    /// Runs the next undo action, the latest first; then restores files.
    fn undo_next(&mut self) {
        let Some(rollback) = &mut self.s.rollback else { return };
        rollback.phase = RollbackPhase::Undo;
        let (from, root) = (rollback.to.undo, rollback.to.task);
        let lineage = &self.s.lineage;
        let everything = root == 0;
        let mine = |entry: &UndoEntry| entry.number >= from && (everything || descends(lineage, entry.task, root));
        let Some(entry) = self.s.undo.iter().rposition(mine).map(|at| self.s.undo.remove(at)) else {
            return self.restore();
        };
        self.s.frames.rewind(entry.trail, |task| everything || descends(lineage, task, root));
        let mut task = Task::new(NOBODY, 0, entry.frame);
        let mut run = StepRun::new(StepOf::Undo(entry.site), entry.path.clone(), 0, self.s.now);
        run.outputs = entry.outputs.clone();
        task.prefix = EcoString::from(format!("{}!undo", entry.path));
        task.stack.push(Entry::Step(Box::new(run)));
        let t = self.spawn(task);
        if let Some(rollback) = &mut self.s.rollback {
            rollback.undoing = Some((t, entry));
        }
        self.begin(t);
        self.s.ready.push_back(t);
    }

    /// Whether the task that ended was an undo.
    pub fn undo_ends(&mut self, t: TaskId, completion: &Completion) -> bool {
        let Some(rollback) = &mut self.s.rollback else { return false };
        if rollback.undoing.as_ref().is_none_or(|(undo, _)| *undo != t) {
            return false;
        }
        let Some((_, entry)) = rollback.undoing.take() else { return false };
        let fault = match completion {
            Completion::Fail(fault) => Some((**fault).clone()),
            Completion::Cancel(_) => Some(failure("cancelled", "was cancelled")),
            _ => None,
        };
        let step = entry.path.to_string();
        self.notices.push(Notice::UndoFinished { step: step.clone(), failure: fault.clone() });
        match fault {
            None => self.undo_next(),
            Some(fault) => {
                self.s.undo.push(entry);
                self.stuck(format!("{step}: {}", fault.message));
            }
        }
        true
    }

    fn restore(&mut self) {
        let Some(rollback) = &mut self.s.rollback else { return };
        rollback.phase = RollbackPhase::Restore;
        let force = rollback.force;
        match rollback.to.reference.clone() {
            Ok(reference) => {
                self.s.last.snapshot += 1;
                let snapshot = self.s.last.snapshot;
                self.s.snapshots.insert(snapshot, Request::Restore { reference: reference.clone(), force });
                self.commands.push(Command::Restore { snapshot, reference, force });
            }
            Err(why) => {
                rollback.remains.push(format!("files: {why}"));
                self.unwind();
            }
        }
    }

    /// The workspace is as it was, or is not.
    pub fn restored(&mut self, snapshot: u64, outcome: &Result<(), String>) {
        if !matches!(self.s.snapshots.remove(&snapshot), Some(Request::Restore { .. })) {
            return;
        }
        match outcome {
            Ok(()) => self.unwind(),
            Err(why) => self.stuck(format!("files: {why}")),
        }
    }

    /// Something cannot be undone: the run ends, and can be taken up again here.
    fn stuck(&mut self, what: String) {
        let Some(rollback) = &mut self.s.rollback else { return };
        rollback.phase = RollbackPhase::Stuck;
        let from = rollback.to.undo;
        let (to, mut remains) = (rollback.to.name.clone(), vec![what]);
        let restores = rollback.to.reference.is_ok() && !remains.iter().any(|what| what.starts_with("files"));
        let left = self.s.undo.iter().rev().filter(|entry| entry.number >= from).skip(1);
        remains.extend(left.map(|entry| entry.path.to_string()));
        if restores {
            remains.push("files".into());
        }
        self.notices.push(Notice::RollbackFinished { to, remains: remains.clone() });
        self.finish(Outcome::RollbackIncomplete { remains });
    }

    /// Goes on with a rollback that could not be completed.
    pub fn rollback_again(&mut self, force: bool) {
        let Some(rollback) = &mut self.s.rollback else { return };
        if rollback.phase != RollbackPhase::Stuck {
            return;
        }
        rollback.force |= force;
        rollback.phase = RollbackPhase::Quiesce;
        self.s.phase = Phase::Running;
        self.s.outcome = None;
        self.rollback_awaited(NOBODY);
    }

    /// Everything is undone: variables are set back, and the task leaves its scopes.
    fn unwind(&mut self) {
        let Some(rollback) = &mut self.s.rollback else { return };
        rollback.phase = RollbackPhase::Unwind;
        let (t, to, root, remains) =
            (rollback.task, rollback.to.name.clone(), rollback.to.task, rollback.remains.clone());
        let (trail, undo) = (rollback.to.trail, rollback.to.undo);
        let lineage = &self.s.lineage;
        self.s.frames.rewind(trail, |task| root == 0 || descends(lineage, task, root));
        self.s.checkpoints.retain(|checkpoint| checkpoint.trail <= trail && checkpoint.undo <= undo);
        self.s.generation += 1;
        self.notices.push(Notice::RollbackFinished { to, remains });
        self.wake(t, Flow::Done(Completion::RolledBack));
    }

    /// Whether a rollback, on its way out of scopes, has come to where the run goes on.
    pub fn rollback_arrives(&mut self, t: TaskId) -> bool {
        let Some(rollback) = &self.s.rollback else { return false };
        let depth = self.task(t).stack.len();
        match rollback.then {
            AfterRollback::End => false,
            AfterRollback::Continue => {
                if rollback.task != t || depth > rollback.depth + 1 {
                    return false;
                }
                let above = depth > rollback.depth;
                self.end_rollback();
                if above {
                    self.continue_after(t)
                } else {
                    self.done(t, Completion::Normal)
                }
                true
            }
            AfterRollback::Retry => {
                let shared = shared_depth(&self.task(t).stack, &rollback.to.stack);
                if rollback.to.task != t || depth > shared {
                    return false;
                }
                let to = rollback.to.clone();
                let task = self.task_mut(t);
                task.stack = to.stack;
                (task.frame, task.prefix, task.suffix, task.mode) = (to.frame, to.prefix, to.suffix, to.mode);
                self.done(t, Completion::Normal);
                self.end_rollback();
                true
            }
        }
    }

    /// The construct that failed, on top, counts as continued.
    fn continue_after(&mut self, t: TaskId) {
        match self.task(t).stack.last() {
            Some(Entry::Step(_)) => self.step_continues(t, Default::default()),
            Some(Entry::Scope(_)) => self.leave_scope(t, Completion::Normal),
            _ => self.done(t, Completion::Normal),
        }
    }

    fn end_rollback(&mut self) {
        self.s.rollback = None;
        if let Some((t, rollback)) = self.s.rollbacks_waiting.pop_front() {
            match self.try_task(t) {
                Some(_) => self.start_rollback(*rollback),
                None => self.end_rollback(),
            }
        }
    }

    /// The outcome of a run that ends with a rollback.
    pub fn rolled_back(&mut self) -> Outcome {
        let Some(rollback) = self.s.rollback.take() else {
            return Outcome::Failed(failure("rollback", "the rollback was lost"));
        };
        if rollback.remains.is_empty() {
            Outcome::RolledBack { to: rollback.to.name, failure: rollback.failure }
        } else {
            Outcome::RollbackIncomplete { remains: rollback.remains }
        }
    }
}

impl Rollback {
    fn new(task: TaskId, to: Checkpoint, then: AfterRollback, failure: Option<Failure>, depth: usize) -> Self {
        Self {
            task,
            to,
            then,
            failure,
            force: false,
            depth,
            phase: RollbackPhase::Quiesce,
            awaited: BTreeSet::new(),
            undoing: None,
            remains: Vec::new(),
        }
    }
}

/// How many levels two stacks of a task have in common: up to the innermost scope that is in both.
fn shared_depth(now: &[Entry], then: &[Entry]) -> usize {
    let serials: Vec<u64> = then.iter().filter_map(serial).collect();
    now.iter().rposition(|entry| serial(entry).is_some_and(|serial| serials.contains(&serial))).map_or(0, |at| at + 1)
}

fn serial(entry: &Entry) -> Option<u64> {
    match entry {
        Entry::Scope(run) => Some(run.serial),
        _ => None,
    }
}
