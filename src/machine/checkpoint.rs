//! Checkpoints, seals, and the undo stack.

use ecow::EcoString;
use serde::{Deserialize, Serialize};

use super::frame::FrameId;
use super::notice::Notice;
use super::run::{Run, failure};
use super::scope::ScopeOf;
use super::state::{Mode, Request};
use super::step::{StepOf, UndoSite, undo_at};
use super::task::{Completion, Entry, Flow, NOBODY, On, TaskId, Why};
use crate::plan::ir::{Step, WorkIx};
use crate::value::Fields;

/// Where the run can go back to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    pub name: EcoString,
    /// A seal, or an irreversible step: no `rollback to` names it.
    pub barrier: bool,
    pub task: TaskId,
    pub frame: FrameId,
    pub prefix: EcoString,
    pub suffix: EcoString,
    pub mode: Mode,
    /// The task's stack: the run goes on from here. Empty where nothing ever does.
    pub stack: Vec<Entry>,
    /// Place in the trail.
    pub trail: u64,
    /// Undo entries made before.
    pub undo: u64,
    /// Where the driver finds the files; or why it does not.
    pub reference: Result<String, String>,
}

/// What can be undone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UndoEntry {
    /// Entries made before.
    pub number: u64,
    pub path: EcoString,
    pub site: UndoSite,
    /// The frame its expressions are evaluated in.
    pub frame: FrameId,
    pub outputs: Fields,
    pub task: TaskId,
    pub trail: u64,
    /// Registered before an attempt that has not succeeded.
    pub partial: bool,
}

impl<'a> Run<'a> {
    /// A snapshot of the workspace is safe, or is not.
    pub fn snapshot_taken(&mut self, number: u64, reference: &Result<String, String>) {
        match self.s.snapshots.remove(&number) {
            Some(Request::Take { task, name, implied, .. }) => {
                self.checkpoint_taken(task, name, implied, reference.clone());
            }
            Some(Request::Rescue) => self.rescued(reference),
            Some(Request::Restore { .. }) | None => {}
        }
    }

    fn checkpoint_taken(&mut self, t: TaskId, name: EcoString, implied: bool, reference: Result<String, String>) {
        if self.try_task(t).is_none() {
            return;
        }
        let barrier = name == "seal" && implied;
        match &reference {
            Err(why) if !implied => {
                let message = format!("the checkpoint {name} could not be taken: {why}");
                self.fail(t, failure("rollback", message));
            }
            reference => {
                if reference.is_ok() && !barrier {
                    self.notices.push(Notice::CheckpointTaken { name: name.clone() });
                }
                self.task_mut(t).flow = Flow::Done(Completion::Normal);
                self.add_checkpoint(t, name, barrier, reference.clone());
            }
        }
        match self.task(t).cancel {
            Some(Why::Park) => self.hold(t),
            Some(why) if self.task(t).shield == 0 => {
                self.task_mut(t).cancel = None;
                self.wake(t, Flow::Done(Completion::Cancel(why)));
            }
            _ => self.s.ready.push_back(t),
        }
    }

    fn add_checkpoint(&mut self, t: TaskId, name: EcoString, barrier: bool, reference: Result<String, String>) {
        let task = self.task(t);
        let checkpoint = Checkpoint {
            name,
            barrier,
            task: t,
            frame: task.frame,
            prefix: task.prefix.clone(),
            suffix: task.suffix.clone(),
            mode: task.mode,
            stack: if self.s.frames.trailing { task.stack.clone() } else { Vec::new() },
            trail: self.s.frames.mark(),
            undo: self.s.undone,
            reference,
        };
        self.s.frames.checkpoints += 1;
        self.s.checkpoints.push(checkpoint);
    }

    /// A sub-workflow or handler is left: nobody goes back into it.
    pub fn forget_checkpoints_in(&mut self, frame: FrameId) {
        while self.s.checkpoints.last().is_some_and(|checkpoint| checkpoint.frame == frame && !checkpoint.barrier) {
            self.s.checkpoints.pop();
        }
    }

    /// Whether the task is one of several: nothing is taken or sealed for all of them.
    fn in_branch(&self, t: TaskId) -> bool {
        self.task(t).parent != NOBODY
    }

    /// After a step that succeeded: the point of no return, or the checkpoint that `--checkpoint` asks for.
    pub fn after_step(&mut self, t: TaskId, path: &EcoString, irreversible: bool) {
        self.done(t, Completion::Normal);
        if irreversible {
            self.forget_before(t, None);
            return self.take(t, "seal".into());
        }
        if self.s.start.options.checkpoint && !self.in_branch(t) {
            self.take(t, path.clone());
        }
    }

    fn take(&mut self, t: TaskId, name: EcoString) {
        let request = Request::Take { task: t, name: name.clone(), include: Vec::new(), implied: true };
        let snapshot = self.snapshot(request, name, Vec::new());
        self.wait(t, On::Snapshot(snapshot));
    }

    /// `seal`: nothing of this workflow before it is undone any more.
    pub fn seal(&mut self, t: TaskId) {
        let since = self.task(t).stack.iter().rev().find_map(|entry| match entry {
            Entry::Scope(run) if matches!(run.of, ScopeOf::Body(_)) && run.outer.is_some() => Some(run.undo),
            _ => None,
        });
        let whole = since.is_none() && !self.in_branch(t);
        self.forget_before(t, if whole { None } else { Some(since.unwrap_or(self.s.undone)) });
        if whole { self.take(t, "seal".into()) } else { self.done(t, Completion::Normal) }
    }

    /// Drops what could be undone: everything, or this task's since a number.
    fn forget_before(&mut self, t: TaskId, since: Option<u64>) {
        let Some(since) = since else {
            self.s.checkpoints.clear();
            self.s.undo.clear();
            if self.s.live == 1 {
                self.s.frames.forget();
            }
            return;
        };
        let lineage = std::mem::take(&mut self.s.lineage);
        self.s.undo.retain(|entry| entry.number < since || !super::run::descends(&lineage, entry.task, t));
        self.s.lineage = lineage;
        let frame = self.task(t).frame;
        self.s.checkpoints.retain(|checkpoint| checkpoint.frame != frame || checkpoint.task != t);
    }

    pub fn is_irreversible(&self, step: &Step, work: Option<WorkIx>) -> bool {
        self.work(work)
            .is_some_and(|work| work.effects.irreversible.is_some() && work.undo.is_none() && step.undo.is_none())
    }

    /// Where the undo of the step on top stands, and the frame it is evaluated in.
    fn undo_site(&self, t: TaskId) -> Option<(UndoSite, FrameId)> {
        let run = self.step_run(t)?;
        let StepOf::Node(node) = run.of else { return None };
        if self.step_of(run.of)?.undo.is_some() {
            return Some((UndoSite::Step(node), self.task(t).frame));
        }
        let work = run.work?;
        self.work(Some(work))?.undo.as_ref()?;
        Some((UndoSite::Work(work), run.inner?))
    }

    /// Before an attempt: its undo, if it wants to be there already.
    pub fn register_on_attempt(&mut self, t: TaskId) {
        let Some((site, frame)) = self.undo_site(t) else { return };
        if !undo_at(self.plan, site).is_some_and(|undo| undo.on_attempt)
            || self.step_run(t).is_none_or(|run| run.attempt > 1)
        {
            return;
        }
        self.add_undo(t, site, frame, Fields::new(), true);
    }

    /// The step on top succeeded: its undo joins the stack.
    pub fn register_undo(&mut self, t: TaskId, outputs: &Fields) {
        let Some((site, frame)) = self.undo_site(t) else { return };
        if let Some(run) = self.step_run(t) {
            let path = run.path.clone();
            if undo_at(self.plan, site).is_some_and(|undo| undo.on_attempt) {
                let before = self.s.undo.iter().rposition(|entry| entry.partial && entry.path == path);
                if let Some(before) = before {
                    let entry = self.s.undo.remove(before);
                    self.unkeep(entry.frame);
                }
            }
        }
        self.add_undo(t, site, frame, outputs.clone(), false);
    }

    fn unkeep(&mut self, frame: FrameId) {
        if let Some(frame) = self.s.frames.all.get_mut(frame as usize) {
            frame.kept = frame.kept.saturating_sub(1);
        }
    }

    fn add_undo(&mut self, t: TaskId, site: UndoSite, frame: FrameId, outputs: Fields, partial: bool) {
        let Some(path) = self.step_run(t).map(|run| run.path.clone()) else { return };
        self.s.frames.keep(frame);
        let entry = UndoEntry {
            number: self.s.undone,
            path,
            site,
            frame,
            outputs,
            task: t,
            trail: self.s.frames.mark(),
            partial,
        };
        self.s.undone += 1;
        self.s.undo.push(entry);
    }

    /// The checkpoint that a rollback of the task goes to.
    pub fn target(&self, t: TaskId, to: Option<&str>) -> Option<usize> {
        let mine = |checkpoint: &Checkpoint| self.descends(t, checkpoint.task);
        match to {
            None => self.s.checkpoints.iter().rposition(mine),
            Some(name) => {
                let body = self.s.frames.body(self.task(t).frame);
                let here = |checkpoint: &&Checkpoint| self.s.frames.body(checkpoint.frame) == body || name == "start";
                let named = |checkpoint: &Checkpoint| !checkpoint.barrier && checkpoint.name == name;
                let all = &self.s.checkpoints;
                all.iter()
                    .rposition(|checkpoint| named(checkpoint) && mine(checkpoint) && here(&checkpoint))
                    .or_else(|| all.iter().rposition(|checkpoint| named(checkpoint) && mine(checkpoint)))
            }
        }
    }
}
