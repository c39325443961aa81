//! Steps: from the first attempt to a value in a slot, and undo actions, which are attempts of the same kind.

use std::sync::Arc;

use ecow::EcoString;
use serde::{Deserialize, Serialize};

use super::command::{AskKind, Command, StopReason};
use super::frame::FrameId;
use super::input::AttemptResult;
use super::notice::Notice;
use super::path::restart_suffix;
use super::run::{Run, failure};
use super::scope::ScopeOf;
use super::state::{AskOf, InFlight, TimerOf};
use super::task::{Completion, Entry, Flow, On, TaskId, Why};
use crate::plan::ir::{
    Action, BodyIx, BodyKind, Does, ExprIx, Node, NodeIx, Output, Plan, Retry, Step, TypeIx, Undo, Work, WorkIx,
};
use crate::value::{Failure, Fields, Value};

/// Where an undo action stands in a plan.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum UndoSite {
    Step(NodeIx),
    Work(WorkIx),
}

/// What is attempted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum StepOf {
    Node(NodeIx),
    Undo(UndoSite),
}

/// A step being run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StepRun {
    pub of: StepOf,
    pub path: EcoString,
    /// Frame of the callee; the task's own for an action of the step itself.
    pub inner: Option<FrameId>,
    pub work: Option<WorkIx>,
    pub phase: StepPhase,
    /// Attempts begun.
    pub attempt: u32,
    /// Attempts that `retry` has cost so far.
    pub tries: u32,
    /// How often a handler started it over.
    pub round: u32,
    pub started: i64,
    /// The timer of `total`.
    pub total: Option<u64>,
    /// The clock of a sub-workflow.
    pub clock: Option<u32>,
    /// Whether the time of `total` is over.
    pub late: bool,
    pub permitted: bool,
    /// How often each handler answered `retry`.
    pub retries: Vec<u32>,
    /// What `undo` actions see.
    pub outputs: Fields,
}

/// Where a step is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum StepPhase {
    /// Attempts are made.
    Acting,
    /// It failed; from which handler on to look next.
    Failed(u32),
}

impl StepRun {
    pub fn new(of: StepOf, path: EcoString, handlers: usize, now: i64) -> Self {
        Self {
            of,
            path,
            inner: None,
            work: None,
            phase: StepPhase::Acting,
            attempt: 0,
            tries: 0,
            round: 1,
            started: now,
            total: None,
            clock: None,
            late: false,
            permitted: false,
            retries: vec![0; handlers],
            outputs: Fields::new(),
        }
    }
}

/// The undo that stands there.
pub(crate) fn undo_at(plan: &Plan, site: UndoSite) -> Option<&Undo> {
    match site {
        UndoSite::Step(node) => match plan.nodes.get(node.index())? {
            Node::Step(step) => step.undo.as_deref(),
            _ => None,
        },
        UndoSite::Work(work) => plan.works.get(work.index())?.undo.as_deref(),
    }
}

impl<'a> Run<'a> {
    pub fn step_of(&self, of: StepOf) -> Option<&'a Step> {
        match of {
            StepOf::Node(node) => match self.node(node) {
                Some(Node::Step(step)) => Some(step),
                _ => None,
            },
            StepOf::Undo(_) => None,
        }
    }

    fn does(&self, of: StepOf) -> Option<&'a Does> {
        match of {
            StepOf::Node(_) => self.step_of(of).map(|step| &step.does),
            StepOf::Undo(site) => undo_at(self.plan, site).map(|undo| &undo.does),
        }
    }

    pub fn work(&self, work: Option<WorkIx>) -> Option<&'a Work> {
        self.plan.works.get(work?.index())
    }

    /// The step on top.
    pub fn step_run(&self, t: TaskId) -> Option<&StepRun> {
        match self.try_task(t)?.stack.last() {
            Some(Entry::Step(run)) => Some(run),
            _ => None,
        }
    }

    pub fn step_mut(&mut self, t: TaskId) -> Option<&mut StepRun> {
        match self.task_mut(t).stack.last_mut() {
            Some(Entry::Step(run)) => Some(run),
            _ => None,
        }
    }

    pub fn start_step(&mut self, t: TaskId, node: NodeIx, step: &Step) {
        let path = self.path(t, &step.name);
        let title = step.title.and_then(|title| self.text(t, title).ok()).map(String::from);
        self.notices.push(Notice::StepStarted { step: path.to_string(), title });
        let run = StepRun::new(StepOf::Node(node), path, step.handlers.len(), self.s.now);
        self.push(t, Entry::Step(Box::new(run)));
        let calls = matches!(step.does, Does::Workflow { .. });
        if let Some(total) = self.least(t, step.total.filter(|_| !calls), None) {
            match total {
                Ok(total) => {
                    let timer = self.set_timer(self.s.now.saturating_add(total), TimerOf::Total(t));
                    if let Some(run) = self.step_mut(t) {
                        run.total = Some(timer);
                    }
                }
                Err(failure) => return self.step_fails(t, failure),
            }
        }
        self.begin(t);
    }

    /// The lesser of two durations: one in the frame of the task, one in the callee's.
    fn least(&self, t: TaskId, own: Option<ExprIx>, callee: Option<ExprIx>) -> Option<Result<i64, Failure>> {
        let own = own.map(|own| self.duration(t, own));
        let inner = self.step_run(t).and_then(|run| run.inner).unwrap_or(self.task(t).frame);
        let callee = callee.map(|callee| self.duration_in(inner, callee));
        match (own, callee) {
            (Some(Ok(a)), Some(Ok(b))) => Some(Ok(a.min(b))),
            (Some(Err(failure)), _) | (_, Some(Err(failure))) => Some(Err(failure)),
            (only, None) | (None, only) => only,
        }
    }

    /// Makes the frame of the callee where there is one, and begins an attempt.
    pub fn begin(&mut self, t: TaskId) {
        let Some(run) = self.step_run(t) else { return };
        let (of, inner) = (run.of, run.inner);
        let frame = self.task(t).frame;
        let Some(does) = self.does(of) else {
            return self.step_fails(t, failure("internal", "the plan has no action here"));
        };
        let (inner, work) = match does {
            Does::Work(work) => (Ok(frame), Some(*work)),
            Does::Command { body, args } => {
                let work = match self.plan.bodies.get(body.index()).map(|body| &body.kind) {
                    Some(BodyKind::Command(work)) => Some(*work),
                    _ => None,
                };
                (inner.map_or_else(|| self.callee_frame(t, *body, args), Ok), work)
            }
            Does::Workflow { body, args } => (self.callee_frame(t, *body, args), None),
        };
        match inner {
            Ok(inner) => {
                if let Some(run) = self.step_mut(t) {
                    (run.inner, run.work) = (Some(inner), work);
                }
            }
            Err(failure) => return self.step_fails(t, failure),
        }
        match does {
            Does::Workflow { body, .. } => self.begin_workflow(t, *body),
            _ => self.begin_attempt(t),
        }
    }

    /// A frame for a call, its parameters bound.
    fn callee_frame(&mut self, t: TaskId, body: BodyIx, args: &[Option<ExprIx>]) -> Result<FrameId, Failure> {
        let Some(callee) = self.plan.bodies.get(body.index()) else {
            return Err(failure("internal", "the plan calls a body that is none"));
        };
        let outer = self.task(t).frame;
        let outputs = self.step_run(t).map(|run| run.outputs.clone()).unwrap_or_default();
        let frame = self.s.frames.make(callee.slots, None);
        for (slot, param) in callee.params.iter().enumerate() {
            let value = match (args.get(slot).copied().flatten(), param.default) {
                (Some(arg), _) => self.eval_seeing(outer, arg, &outputs)?,
                (None, Some(default)) => self.eval_in(frame, default)?,
                (None, None) => Value::None,
            };
            self.s.frames.set(t, frame, slot as u32, value);
        }
        Ok(frame)
    }

    fn begin_workflow(&mut self, t: TaskId, body: BodyIx) {
        let step = self.step_run(t).and_then(|run| self.step_of(run.of));
        let limit = match self.least(t, step.and_then(|step| step.timeout.or(step.total)), None) {
            Some(Ok(limit)) => Some(self.clock_start(t, limit)),
            Some(Err(failure)) => return self.step_fails(t, failure),
            None => None,
        };
        let Some(run) = self.step_mut(t) else { return };
        run.clock = limit;
        run.attempt += 1;
        let inner = run.inner.unwrap_or_default();
        let path = if run.attempt > 1 { restart_suffix(&run.path, run.attempt) } else { run.path.clone() };
        let task = self.task_mut(t);
        let outer = (task.frame, std::mem::replace(&mut task.prefix, path));
        task.frame = inner;
        self.enter_scope(t, ScopeOf::Body(body), Some(outer));
        self.task_mut(t).suffix = EcoString::new();
    }

    /// Begins an attempt of an action: a timer, a question, or something a driver does.
    pub fn begin_attempt(&mut self, t: TaskId) {
        let Some(work) = self.step_run(t).and_then(|run| self.work(run.work)) else {
            return self.step_fails(t, failure("internal", "the plan has no action here"));
        };
        let inner = self.step_run(t).and_then(|run| run.inner).unwrap_or(self.task(t).frame);
        match &work.action {
            Action::Wait { until, value } => {
                let at = match until {
                    true => self.time_in(inner, *value),
                    false => self.duration_in(inner, *value).map(|pause| self.s.now.saturating_add(pause)),
                };
                match at {
                    Ok(at) => {
                        self.count_attempt(t);
                        let timer = self.set_timer(at, TimerOf::Wait(t));
                        self.wait(t, On::Timer(timer));
                    }
                    Err(failure) => self.step_fails(t, failure),
                }
            }
            Action::Ask { question } => match self.text_in(inner, *question) {
                Ok(question) => {
                    self.count_attempt(t);
                    let outputs = work.outputs.iter().filter(|output| output.value.is_none());
                    let kind = AskKind::Values(outputs.map(|output| (output.name.clone(), output.ty)).collect());
                    let name = self.step_run(t).map(|run| run.path.to_string()).unwrap_or_default();
                    let step = self.step_run(t).and_then(|run| self.step_of(run.of));
                    let within = self.least(t, step.and_then(|step| step.timeout), work.timeout);
                    let expires = within.and_then(Result::ok).map(|within| self.s.now.saturating_add(within));
                    self.ask(t, AskOf::Values(t), name, kind, question.into(), Vec::new(), None, expires);
                }
                Err(failure) => self.step_fails(t, failure),
            },
            _ => {
                if self.may_run(t, work) {
                    self.wait(t, On::Queue);
                    self.s.queue.push_back(t);
                }
            }
        }
    }

    fn count_attempt(&mut self, t: TaskId) {
        if let Some(run) = self.step_mut(t) {
            run.attempt += 1;
        }
    }

    /// Gives waiting steps the places that are free; whether any task can go on now.
    pub fn fill_places(&mut self) -> bool {
        let most = self.s.start.options.max_parallel.max(1) as usize;
        while self.s.attempts.len() < most && !self.s.draining {
            let Some(t) = self.s.queue.pop_front() else { break };
            let Some(task) = self.try_task(t).filter(|task| matches!(task.flow, Flow::Wait(On::Queue))) else {
                continue;
            };
            match task.cancel {
                Some(_) if task.shield == 0 => {
                    self.rouse(t);
                    self.step_fails(t, failure("cancelled", "was cancelled"));
                    self.s.ready.push_back(t);
                }
                _ => self.issue(t),
            }
        }
        !self.s.ready.is_empty()
    }

    /// Asks the driver for an attempt.
    fn issue(&mut self, t: TaskId) {
        self.s.last.attempt += 1;
        let number = self.s.last.attempt;
        self.count_attempt(t);
        match self.resolve(t, number) {
            Ok(attempt) => {
                self.register_on_attempt(t);
                let attempt = Arc::new(attempt);
                let flight = InFlight { task: t, attempt: attempt.clone(), started: None, stop: None, timer: None };
                self.s.attempts.insert(number, flight);
                self.commands.push(Command::Start(attempt));
                self.wait(t, On::Attempt(number));
            }
            Err(failure) => {
                self.rouse(t);
                self.step_fails(t, failure);
                self.s.ready.push_back(t);
            }
        }
    }

    pub fn attempt_started(&mut self, number: u64) {
        let now = self.s.now;
        let Some(flight) = self.s.attempts.get_mut(&number) else { return };
        flight.started = Some(now);
        let t = flight.task;
        let step = self.step_run(t).and_then(|run| self.step_of(run.of));
        let work = self.step_run(t).and_then(|run| self.work(run.work));
        let limit = self.least(t, step.and_then(|step| step.timeout), work.and_then(|work| work.timeout));
        if let Some(Ok(limit)) = limit {
            let timer = self.set_timer(now.saturating_add(limit), TimerOf::Attempt(number));
            if let Some(flight) = self.s.attempts.get_mut(&number) {
                flight.timer = Some(timer);
            }
        }
    }

    /// Asks the driver to stop an attempt.
    pub fn stop_attempt(&mut self, number: u64) {
        self.stop_for(number, StopReason::Cancelled);
    }

    fn stop_for(&mut self, number: u64, reason: StopReason) {
        if let Some(flight) = self.s.attempts.get_mut(&number)
            && flight.stop.is_none()
        {
            flight.stop = Some(reason);
            self.commands.push(Command::Stop { attempt: number, reason });
        }
    }

    pub fn attempt_times_out(&mut self, number: u64) {
        if let Some(flight) = self.s.attempts.get_mut(&number) {
            flight.timer = None;
        }
        self.stop_for(number, StopReason::Timeout);
    }

    /// The time of `total` is over.
    pub fn total_is_over(&mut self, t: TaskId) {
        let Some(task) = self.s.tasks.get_mut(t as usize).and_then(|task| task.as_deref_mut()) else { return };
        let flow = task.flow.clone();
        let Some(run) = task.stack.iter_mut().rev().find_map(|entry| match entry {
            Entry::Step(run) if run.total.is_some() => Some(run),
            _ => None,
        }) else {
            return;
        };
        (run.late, run.total) = (true, None);
        match flow {
            Flow::Wait(On::Attempt(number)) => self.stop_for(number, StopReason::Timeout),
            Flow::Wait(On::Timer(timer)) => {
                self.forget_timer(timer);
                self.rouse(t);
                self.step_fails(t, failure("timeout", "the time for all attempts is over"));
                self.s.ready.push_back(t);
            }
            _ => {}
        }
    }

    pub fn attempt_finished(&mut self, number: u64, result: &AttemptResult) {
        let Some(flight) = self.s.attempts.remove(&number) else { return };
        if let Some(timer) = flight.timer {
            self.forget_timer(timer);
        }
        let t = flight.task;
        self.rouse(t);
        match result {
            AttemptResult::Interrupted if self.s.draining => {
                self.s.lost.push(t);
                return self.wait(t, On::Parked);
            }
            AttemptResult::Interrupted => self.interrupted(t, flight.attempt.effects.repeatable),
            AttemptResult::Succeeded { outputs } => self.step_succeeds(t, outputs.clone()),
            AttemptResult::Failed(failure) => self.step_fails(t, (**failure).clone()),
            AttemptResult::Cancelled => match self.task(t).cancel {
                Some(_) => self.step_fails(t, failure("cancelled", "was cancelled")),
                None => self.step_fails(t, failure("cancelled", "was cancelled from outside")),
            },
        }
        self.s.ready.push_back(t);
    }

    /// An attempt was lost: it runs again where that is safe, else its handlers or a person decide.
    pub fn interrupted(&mut self, t: TaskId, repeatable: bool) {
        if repeatable && self.task(t).cancel.is_none() {
            return self.begin_attempt(t);
        }
        let message = "was interrupted; whether it took effect is not known";
        self.step_fails(t, failure("interrupted", message));
    }

    /// The pause before an attempt is over.
    pub fn pause_is_over(&mut self, t: TaskId) {
        self.rouse(t);
        self.begin_again(t);
        self.s.ready.push_back(t);
    }

    fn begin_again(&mut self, t: TaskId) {
        if let Some(run) = self.step_mut(t) {
            run.phase = StepPhase::Acting;
        }
        self.begin(t);
    }

    /// The step on top failed: `retry`, else its handlers.
    pub fn step_fails(&mut self, t: TaskId, mut failure: Failure) {
        let Some(run) = self.step_mut(t) else { return self.fail(t, failure) };
        if failure.step.is_empty() {
            failure.step = run.path.to_string();
        }
        failure.attempts = run.attempt;
        let (of, late, tries) = (run.of, run.late, run.tries);
        if let Some(why) = self.take_cancel(t) {
            return self.step_cancelled(t, why);
        }
        let step = self.step_of(of);
        if late || failure.kind == "interrupted" || !self.retries(t, step, &failure, tries) {
            return self.step_failed(t, failure);
        }
        let pause = match self.pause(t, step, tries) {
            Ok(pause) => pause,
            Err(failure) => return self.step_failed(t, failure),
        };
        let path = self.step_run(t).map(|run| run.path.to_string()).unwrap_or_default();
        self.notices.push(Notice::StepRetrying { step: path, failure, pause });
        if let Some(run) = self.step_mut(t) {
            run.tries += 1;
        }
        if pause == 0 {
            return self.begin_again(t);
        }
        let timer = self.set_timer(self.s.now.saturating_add(pause), TimerOf::Pause(t));
        self.wait(t, On::Timer(timer));
    }

    /// The retry clause that holds, and the frame it is to be evaluated in.
    fn retry(&self, t: TaskId, step: Option<&'a Step>) -> Option<(&'a Retry, FrameId)> {
        if let Some(retry) = step.and_then(|step| step.retry.as_ref()) {
            return Some((retry, self.task(t).frame));
        }
        let run = self.step_run(t)?;
        Some((self.work(run.work)?.retry.as_ref()?, run.inner?))
    }

    fn retries(&self, t: TaskId, step: Option<&'a Step>, failure: &Failure, tries: u32) -> bool {
        let Some((retry, frame)) = self.retry(t, step) else { return false };
        (retry.kinds.is_empty() || retry.kinds.contains(&failure.kind))
            && self.int_in(frame, retry.count).is_ok_and(|count| i64::from(tries) < count)
    }

    fn pause(&self, t: TaskId, step: Option<&'a Step>, tries: u32) -> Result<i64, Failure> {
        let Some((Retry { backoff: Some(backoff), most, .. }, frame)) = self.retry(t, step) else { return Ok(0) };
        let first = self.duration_in(frame, *backoff)?.max(0);
        let pause = first.saturating_mul(1i64.checked_shl(tries.min(40)).unwrap_or(i64::MAX));
        match most {
            Some(most) => Ok(pause.min(self.duration_in(frame, *most)?.max(first))),
            None => Ok(pause),
        }
    }

    fn step_failed(&mut self, t: TaskId, failure: Failure) {
        let Some(run) = self.step_mut(t) else { return };
        run.phase = StepPhase::Failed(0);
        let (of, path, total) = (run.of, run.path.to_string(), run.total.take());
        if let Some(total) = total {
            self.forget_timer(total);
        }
        if matches!(of, StepOf::Node(_)) {
            self.notices.push(Notice::StepFailed { step: path, failure: failure.clone() });
        }
        self.handle(t, failure);
    }

    fn step_cancelled(&mut self, t: TaskId, why: Why) {
        if why == Why::Park {
            return self.hold(t);
        }
        if let Some(run) = self.close_step(t) {
            self.notices.push(Notice::StepCancelled { step: run.path.to_string() });
        }
        self.done(t, Completion::Cancel(why));
    }

    /// What stood above the step on top ended: its sub-workflow, or a handler that had no answer.
    pub fn step_delivered(&mut self, t: TaskId, completion: Completion) {
        let acting = self.step_run(t).is_some_and(|run| run.phase == StepPhase::Acting);
        let clock = self.step_mut(t).and_then(|run| run.clock.take());
        if let Some(clock) = clock {
            self.clock_drop(t, clock);
        }
        match completion {
            Completion::Cancel(Why::Clock(id)) if Some(id) == clock => {
                self.step_fails(t, failure("timeout", "did not end in time"));
            }
            Completion::Return(outputs) if acting => self.workflow_returned(t, *outputs),
            Completion::Normal if acting => self.workflow_returned(t, Fields::new()),
            Completion::Fail(failure) if acting => self.step_fails(t, *failure),
            Completion::Cancel(why) => self.step_cancelled(t, why),
            completion => {
                self.close_step(t);
                self.done(t, completion);
            }
        }
    }

    /// A sub-workflow ended: the step's own outputs are added to its.
    pub fn workflow_returned(&mut self, t: TaskId, mut outputs: Fields) {
        let frame = self.task(t).frame;
        let step = self.step_run(t).and_then(|run| self.step_of(run.of));
        for output in step.map_or(&[][..], |step| &step.outputs) {
            let Some(value) = output.value else { continue };
            match self.eval_seeing(frame, value, &outputs) {
                Ok(value) => {
                    outputs.insert(output.name.clone(), value);
                }
                Err(fault) => return self.step_fails(t, Failure { kind: "output".into(), ..fault }),
            }
        }
        self.step_succeeds(t, outputs);
    }

    pub fn step_succeeds(&mut self, t: TaskId, mut outputs: Fields) {
        self.register_undo(t, &outputs);
        outputs.retain(|name, _| !name.starts_with('$'));
        let Some(run) = self.close_step(t) else { return };
        let Some(step) = self.step_of(run.of) else {
            return self.done(t, Completion::Normal);
        };
        let duration = self.s.now - run.started;
        let value = step_value(outputs.clone(), "succeeded", duration, run.attempt);
        self.set(t, step.slot, value);
        let notice = Notice::StepSucceeded { step: run.path.to_string(), outputs, attempts: run.attempt, duration };
        self.notices.push(notice);
        let irreversible = self.is_irreversible(step, run.work);
        match self.take_cancel(t) {
            Some(Why::Park) => {
                self.done(t, Completion::Normal);
                self.hold(t);
            }
            Some(why) => self.done(t, Completion::Cancel(why)),
            None => self.after_step(t, &run.path, irreversible),
        }
    }

    /// The step on top goes on with these outputs, although it failed.
    pub fn step_continues(&mut self, t: TaskId, given: Fields) {
        let Some(run) = self.close_step(t) else { return };
        let Some(step) = self.step_of(run.of) else { return self.done(t, Completion::Normal) };
        let mut outputs = Fields::new();
        for (name, _) in self.outputs_of(step) {
            outputs.insert(name, Value::None);
        }
        outputs.extend(given);
        let duration = self.s.now - run.started;
        self.set(t, step.slot, step_value(outputs.clone(), "continued", duration, run.attempt));
        self.notices.push(Notice::StepContinued { step: run.path.to_string(), outputs });
        self.done(t, Completion::Normal);
    }

    /// The outputs of a step with their types.
    pub fn outputs_of(&self, step: &'a Step) -> Vec<(EcoString, TypeIx)> {
        let typed =
            |outputs: &[Output]| outputs.iter().map(|output| (output.name.clone(), output.ty)).collect::<Vec<_>>();
        let body = match &step.does {
            Does::Work(work) => return self.work(Some(*work)).map_or_else(Vec::new, |work| typed(&work.outputs)),
            Does::Command { body, .. } | Does::Workflow { body, .. } => self.plan.bodies.get(body.index()),
        };
        let mut outputs = body.map_or_else(Vec::new, |body| body.outputs.clone());
        outputs.extend(typed(&step.outputs));
        outputs
    }

    /// A handler starts the step on top over.
    pub fn step_again(&mut self, t: TaskId) {
        let Some(run) = self.step_mut(t) else { return };
        run.phase = StepPhase::Acting;
        run.tries = 0;
        run.round += 1;
        let inner = run.inner.take();
        if let Some(inner) = inner
            && inner != self.task(t).frame
        {
            self.s.frames.release(inner);
        }
        self.begin(t);
    }

    /// Takes the step on top from the stack.
    pub fn close_step(&mut self, t: TaskId) -> Option<Box<StepRun>> {
        let run = match self.task_mut(t).stack.pop() {
            Some(Entry::Step(run)) => run,
            _ => return None,
        };
        if let Some(timer) = run.total {
            self.forget_timer(timer);
        }
        if let Some(inner) = run.inner
            && inner != self.task(t).frame
        {
            self.s.frames.release(inner);
        }
        self.s.done += u64::from(matches!(run.of, StepOf::Node(_)));
        Some(run)
    }
}

/// The value of a step: its outputs, and what is known about it.
pub(crate) fn step_value(mut outputs: Fields, status: &str, duration: i64, attempts: u32) -> Value {
    outputs.reserve(3);
    for (name, value) in [
        ("status", Value::Variant(status.into())),
        ("duration", Value::Duration(duration)),
        ("attempts", Value::Int(attempts.into())),
    ] {
        outputs.entry(name.into()).or_insert(value);
    }
    Value::record(outputs)
}
