//! The interpreter's loop: each ready task goes on until it waits.

use ecow::EcoString;

use super::command::{Command, Outcome};
use super::facts::Facts;
use super::frame::FrameId;
use super::notice::Notice;
use super::state::{Phase, Request, State};
use super::task::{Completion, Entry, Flow, NOBODY, On, Task, TaskId, Why};
use crate::plan::ir::{BlockIx, Node, NodeIx, Plan};
use crate::value::{Failure, Value};

/// One input being applied.
pub(crate) struct Run<'a> {
    pub plan: &'a Plan,
    pub facts: &'a Facts,
    pub s: &'a mut State,
    pub notices: Vec<Notice>,
    pub commands: Vec<Command>,
}

impl<'a> Run<'a> {
    /// Lets every ready task go on until it waits.
    pub fn settle(&mut self) {
        loop {
            while let Some(t) = self.s.ready.pop_front() {
                self.go(t);
            }
            if !self.fill_places() {
                break;
            }
        }
        self.notice_pause();
    }

    fn go(&mut self, t: TaskId) {
        if self.try_task(t).is_some_and(|task| task.clock.is_some()) {
            self.set_busy(t, true);
        }
        while let Some(task) = self.s.tasks.get_mut(t as usize).and_then(|task| task.as_deref_mut()) {
            match std::mem::replace(&mut task.flow, Flow::Go) {
                Flow::Go => self.advance(t),
                Flow::Done(completion) => self.deliver(t, completion),
                Flow::Wait(on) => {
                    task.flow = Flow::Wait(on);
                    self.settle_busy(t);
                    return;
                }
            }
        }
    }

    /// Executes the next statement of the block on top.
    fn advance(&mut self, t: TaskId) {
        let plan = self.plan;
        let task = self.task_mut(t);
        if let Some(why) = task.cancel
            && task.shield == 0
        {
            task.cancel = None;
            return self.done(t, Completion::Cancel(why));
        }
        let Some(Entry::Block { block, next, alone }) = task.stack.last_mut() else {
            return self.done(t, Completion::Normal);
        };
        let block = *block;
        let at = *next as usize;
        let nodes = plan.blocks.get(block.index()).map_or(&[][..], Vec::as_slice);
        let Some(node) = nodes.get(at) else {
            task.stack.pop();
            return self.done(t, Completion::Normal);
        };
        *next += 1;
        let together = *alone as usize <= at;
        if together && self.s.start.options.parallel && self.overlap(t, block, at) {
            return;
        }
        self.execute(t, *node);
    }

    /// Tells the construct on top of the stack how what stood above it ended.
    fn deliver(&mut self, t: TaskId, completion: Completion) {
        if matches!(completion, Completion::RolledBack) && self.rollback_arrives(t) {
            return;
        }
        let Some(top) = self.task(t).stack.last() else {
            return self.task_ends(t, completion);
        };
        match top {
            Entry::Block { .. } => {
                if !matches!(completion, Completion::Normal) {
                    self.task_mut(t).stack.pop();
                    self.done(t, completion);
                }
            }
            Entry::Step(_) => self.step_delivered(t, completion),
            Entry::Scope(_) => self.scope_delivered(t, completion),
            Entry::For(_) => self.for_delivered(t, completion),
            Entry::Repeat(_) => self.repeat_delivered(t, completion),
            Entry::Parallel(_) => self.parallel_delivered(t, completion),
            Entry::Handler(_) => self.handler_delivered(t, completion),
            Entry::Gates { .. } => self.gates_delivered(t, completion),
        }
    }

    /// The task's construct on top ended.
    pub fn done(&mut self, t: TaskId, completion: Completion) {
        self.task_mut(t).flow = Flow::Done(completion);
    }

    /// The construct on top failed.
    pub fn fail(&mut self, t: TaskId, failure: Failure) {
        self.done(t, Completion::Fail(Box::new(failure)));
    }

    pub fn wait(&mut self, t: TaskId, on: On) {
        self.task_mut(t).flow = Flow::Wait(on);
    }

    /// What a task waited for has happened: it goes on with this.
    pub fn wake(&mut self, t: TaskId, flow: Flow) {
        self.task_mut(t).flow = flow;
        self.s.ready.push_back(t);
    }

    /// What a task waited for has happened: whatever is done about it decides how it goes on.
    pub fn rouse(&mut self, t: TaskId) {
        if let Some(task) = self.s.tasks.get_mut(t as usize).and_then(|task| task.as_deref_mut()) {
            task.flow = Flow::Go;
        }
    }

    pub fn push(&mut self, t: TaskId, entry: Entry) {
        self.task_mut(t).stack.push(entry);
    }

    pub fn push_block(&mut self, t: TaskId, block: BlockIx) {
        self.push(t, Entry::Block { block, next: 0, alone: 0 });
    }

    pub fn try_task(&self, t: TaskId) -> Option<&Task> {
        self.s.tasks.get(t as usize)?.as_deref()
    }

    #[allow(clippy::expect_used, reason = "an invariant of this module: callers hold numbers of live tasks")]
    pub fn task(&self, t: TaskId) -> &Task {
        self.try_task(t).expect("a live task")
    }

    #[allow(clippy::expect_used, reason = "an invariant of this module: callers hold numbers of live tasks")]
    pub fn task_mut(&mut self, t: TaskId) -> &mut Task {
        self.s.tasks.get_mut(t as usize).and_then(|task| task.as_deref_mut()).expect("a live task")
    }

    /// A new task; it is not ready yet.
    pub fn spawn(&mut self, task: Task) -> TaskId {
        let id = self.s.tasks.len() as TaskId;
        self.s.live += 1;
        self.s.lineage.push(task.parent);
        self.s.tasks.push(Some(Box::new(task)));
        id
    }

    /// A task like its parent, in the given frame.
    pub fn spawn_child(&mut self, parent: TaskId, branch: u32, frame: FrameId) -> TaskId {
        let around = self.task(parent);
        let mut task = Task::new(parent, branch, frame);
        (task.prefix, task.suffix) = (around.prefix.clone(), around.suffix.clone());
        (task.mode, task.clock) = (around.mode, around.clock);
        self.spawn(task)
    }

    /// Whether a task is another, or a descendant of it.
    pub fn descends(&self, t: TaskId, from: TaskId) -> bool {
        descends(&self.s.lineage, t, from)
    }

    fn task_ends(&mut self, t: TaskId, completion: Completion) {
        self.set_busy(t, false);
        let Some(task) = self.s.tasks.get_mut(t as usize).and_then(Option::take) else { return };
        self.s.live = self.s.live.saturating_sub(1);
        if self.undo_ends(t, &completion) {
            return;
        }
        if task.parent == NOBODY {
            self.run_ends(completion);
        } else {
            self.child_ends(t, *task, completion);
        }
        self.rollback_awaited(t);
    }

    fn run_ends(&mut self, completion: Completion) {
        let outcome = match completion {
            Completion::Return(fields) => Outcome::Succeeded(*fields),
            Completion::Normal | Completion::Verdict(_) => Outcome::Succeeded(Default::default()),
            Completion::Fail(failure) => Outcome::Failed(*failure),
            Completion::Cancel(_) => Outcome::Cancelled(self.s.cancelled.clone().unwrap_or_default()),
            Completion::RolledBack => self.rolled_back(),
        };
        self.finish(outcome);
    }

    pub fn finish(&mut self, outcome: Outcome) {
        self.s.phase = Phase::Finished;
        self.s.outcome = Some(outcome.clone());
        let (status, outputs, failure) = match &outcome {
            Outcome::Succeeded(outputs) => ("succeeded", outputs.clone(), None),
            Outcome::Failed(failure) => ("failed", Default::default(), Some(failure.clone())),
            Outcome::Cancelled(_) => ("cancelled", Default::default(), None),
            Outcome::RolledBack { failure, .. } => ("rolled-back", Default::default(), failure.clone()),
            Outcome::RollbackIncomplete { .. } => ("rollback-incomplete", Default::default(), None),
        };
        self.notices.push(Notice::Finished { status: status.into(), outputs, failure });
        self.commands.push(Command::Finish(Box::new(outcome)));
    }

    /// Stops what a task does; `Why` says where the cancellation ends.
    pub fn cancel(&mut self, t: TaskId, why: Why) {
        let Some(task) = self.try_task(t) else { return };
        if task.shield > 0 && why != Why::Park {
            let task = self.task_mut(t);
            task.cancel = Some(task.cancel.map_or(why, |old| outermost(old, why)));
            return;
        }
        let flow = if why == Why::Park { Flow::Wait(On::Parked) } else { Flow::Done(Completion::Cancel(why)) };
        match task.flow {
            Flow::Wait(On::Attempt(attempt)) => {
                let task = self.task_mut(t);
                task.cancel = Some(task.cancel.map_or(why, |old| outermost(old, why)));
                self.stop_attempt(attempt);
            }
            Flow::Wait(On::Timer(timer)) => {
                self.forget_timer(timer);
                self.stopped(t, flow);
            }
            Flow::Wait(On::Ask(ask)) => {
                self.withdraw(ask);
                self.stopped(t, flow);
            }
            Flow::Wait(On::Snapshot(_)) => self.task_mut(t).cancel = Some(why),
            Flow::Wait(On::Children) => {
                self.task_mut(t).cancel = Some(why);
                self.cancel_children(t);
            }
            Flow::Wait(On::Queue | On::Consent | On::Parked) => self.stopped(t, flow),
            Flow::Go | Flow::Done(_) => self.task_mut(t).cancel = Some(why),
        }
    }

    fn stopped(&mut self, t: TaskId, flow: Flow) {
        match flow {
            Flow::Wait(on) => {
                self.wait(t, on);
                self.settle_busy(t);
                self.rollback_awaited(t);
            }
            flow => self.wake(t, flow),
        }
    }

    /// What the task did while it was being cancelled has ended: takes the request, if it holds here.
    pub fn take_cancel(&mut self, t: TaskId) -> Option<Why> {
        let task = self.task_mut(t);
        if task.shield > 0 && task.cancel != Some(Why::Park) { None } else { task.cancel.take() }
    }

    pub fn set(&mut self, t: TaskId, slot: u32, value: Value) {
        let frame = self.task(t).frame;
        self.s.frames.set(t, frame, slot, value);
    }

    /// Unsets slots of the task's frame.
    pub fn unset(&mut self, t: TaskId, fresh: &[[u32; 2]]) {
        let frame = self.task(t).frame;
        for slot in fresh.iter().flat_map(|[from, to]| *from..*to) {
            if !matches!(self.s.frames.get(frame, slot), None | Some(Value::None)) {
                self.s.frames.set(t, frame, slot, Value::None);
            }
        }
    }

    pub fn node(&self, node: NodeIx) -> Option<&'a Node> {
        self.plan.nodes.get(node.index())
    }

    /// Asks for a snapshot.
    pub fn snapshot(&mut self, request: Request, name: EcoString, include: Vec<String>) -> u64 {
        self.s.last.snapshot += 1;
        let snapshot = self.s.last.snapshot;
        self.s.snapshots.insert(snapshot, request);
        self.commands.push(Command::Snapshot { snapshot, name, include });
        snapshot
    }

    fn notice_pause(&mut self) {
        let s = &*self.s;
        let moving = || {
            !s.attempts.is_empty()
                || !s.snapshots.is_empty()
                || (!s.draining && !s.queue.is_empty())
                || s.timers.values().any(|timer| !matches!(timer.of, super::state::TimerOf::Expiry(_)))
        };
        let reason = match () {
            () if s.phase != Phase::Running => None,
            () if s.draining && s.attempts.is_empty() && s.snapshots.is_empty() => Some("interrupted".to_string()),
            () if s.asks.is_empty() || moving() => None,
            () => {
                let names: Vec<_> = s.asks.values().map(|open| open.ask.name.as_str()).take(3).collect();
                Some(format!("waiting for a person: {}", names.join(", ")))
            }
        };
        match reason {
            Some(reason) if !s.paused => {
                self.s.paused = true;
                self.notices.push(Notice::Paused { reason });
            }
            Some(_) => {}
            None => self.s.paused = false,
        }
    }
}

/// Of two reasons the one that reaches further out.
fn outermost(old: Why, new: Why) -> Why {
    match (old, new) {
        (Why::Park, _) | (_, Why::Park) => Why::Park,
        (Why::Clock(a), Why::Clock(b)) => Why::Clock(a.min(b)),
        _ => Why::Stopped,
    }
}

/// Whether a task is another, or a descendant of it.
pub(crate) fn descends(lineage: &[u32], mut t: TaskId, from: TaskId) -> bool {
    while t != NOBODY {
        if t == from {
            return true;
        }
        t = lineage.get(t as usize).copied().unwrap_or(NOBODY);
    }
    false
}

/// A failure of a kind.
pub(crate) fn failure(kind: &str, message: impl Into<String>) -> Failure {
    Failure { kind: kind.into(), message: message.into(), attempts: 0, ..Failure::default() }
}
