//! What drivers call.

use std::sync::Arc;

use super::Machine;
use super::command::{Ask, AskKind, Command, Outcome};
use super::facts::Facts;
use super::input::{Answer, AttemptResult, Input, Raw, Start};
use super::judge::judge;
use super::notice::Notice;
use super::run::{Run, failure};
use super::scope::ScopeOf;
use super::state::{Consent, Mode, Phase, Request, State, TimerOf};
use super::status::Status;
use super::task::{Flow, NOBODY, On, Task, TaskId, Why};
use crate::plan::ir::{BodyKind, Plan};
use crate::value::{Failure, Value};

/// What an input led to.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Step {
    /// What the machine concluded, in order.
    pub notices: Vec<Notice>,
    /// What it wants done, in order.
    pub commands: Vec<Command>,
}

/// Why an input was not accepted; the state is as before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused {
    /// In words.
    pub reason: String,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        out.write_str(&self.reason)
    }
}

impl std::error::Error for Refused {}

impl Machine {
    /// A run that has not started.
    pub fn new(plan: Arc<Plan>) -> Self {
        let facts = Arc::new(Facts::of(&plan));
        Self { plan, facts, state: State::default() }
    }

    /// The plan.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// Takes what happened at a time (milliseconds since 1970). Errors: an input that answers nothing that was asked, or
    /// that does not fit the phase of the run; it changes nothing and must not be journaled.
    pub fn apply(&mut self, at: i64, input: &Input) -> Result<Step, Refused> {
        self.admit(input)?;
        let last = self.state.now;
        self.state.now = at.max(last);
        let mut run =
            Run { plan: &self.plan, facts: &self.facts, s: &mut self.state, notices: Vec::new(), commands: Vec::new() };
        run.take_input(last, input);
        run.settle();
        Ok(Step { notices: run.notices, commands: run.commands })
    }

    /// What came of an attempt, from what the driver saw.
    pub fn judge(&self, attempt: u64, raw: &Raw) -> AttemptResult {
        judge(&self.plan, &self.state, attempt, raw)
    }

    /// Everything asked for and not answered, by kind and number: what a driver does after a replay. Attempts are in it
    /// whether or not they were reported as started ([`Self::is_started`]); after `Resumed` none was.
    pub fn commands(&self) -> Vec<Command> {
        let s = &self.state;
        let mut all = Vec::new();
        for (attempt, flight) in &s.attempts {
            all.push(Command::Start(flight.attempt.clone()));
            if let Some(reason) = flight.stop {
                all.push(Command::Stop { attempt: *attempt, reason });
            }
        }
        for (timer, set) in &s.timers {
            all.push(Command::Timer { timer: *timer, at: set.at });
        }
        for (snapshot, request) in &s.snapshots {
            let snapshot = *snapshot;
            let command = match request {
                Request::Take { name, include, .. } => {
                    Command::Snapshot { snapshot, name: name.clone(), include: include.clone() }
                }
                Request::Rescue => Command::Snapshot { snapshot, name: "rescue".into(), include: Vec::new() },
                Request::Restore { reference, force } => {
                    Command::Restore { snapshot, reference: reference.clone(), force: *force }
                }
            };
            all.push(command);
        }
        for open in s.asks.values() {
            all.push(Command::Ask(open.ask.clone()));
        }
        if let Some(outcome) = &s.outcome {
            all.push(Command::Finish(Box::new(outcome.clone())));
        }
        all
    }

    /// Whether an attempt that has not ended was reported as started.
    pub fn is_started(&self, attempt: u64) -> bool {
        self.state.attempts.get(&attempt).is_some_and(|flight| flight.started.is_some())
    }

    /// How the run ended; `None` while it has not.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.state.outcome.as_ref()
    }

    /// Whether somebody allowed the steps that declare nothing to run, in this run or before it.
    pub fn consented(&self) -> bool {
        self.state.unknown == Consent::Given
    }

    /// Values of the entry workflow's parameters, as the run was started with them.
    pub fn inputs(&self) -> &crate::value::Fields {
        &self.state.start.inputs
    }

    /// Whether the run may ever want files back: the plan has a checkpoint, an undo, a `rollback` or an `escalate`. Where
    /// it has none, snapshots need not be taken, unless the run was started with checkpoints after every step.
    pub fn may_roll_back(&self) -> bool {
        self.facts.returning || self.state.start.options.checkpoint
    }

    /// Where the run stands.
    pub fn status(&self) -> Status {
        Status::of(&self.state)
    }

    fn admit(&self, input: &Input) -> Result<(), Refused> {
        let s = &self.state;
        let known = |there: bool, what: &str| if there { Ok(()) } else { refuse(format!("nobody asked for {what}")) };
        match (s.phase, input) {
            (Phase::New, Input::Start(start)) => self.admit_start(start),
            (_, Input::Start(_)) => refuse("the run has started already"),
            (Phase::New, _) => refuse("the run has not started"),
            (_, Input::AttemptStarted { attempt }) => match s.attempts.get(attempt) {
                Some(flight) if flight.started.is_some() => refuse(format!("attempt {attempt} has started already")),
                flight => known(flight.is_some(), &format!("attempt {attempt}")),
            },
            (_, Input::AttemptFinished { attempt, .. }) => {
                known(s.attempts.contains_key(attempt), &format!("attempt {attempt}"))
            }
            (_, Input::TimerFired { timer }) => known(s.timers.contains_key(timer), &format!("timer {timer}")),
            (_, Input::Answered { ask, answer, .. }) => match s.asks.get(ask) {
                Some(open) => self.admit_answer(&open.ask, answer),
                None => refuse(format!("nobody asked for question {ask}")),
            },
            (_, Input::SnapshotTaken { snapshot, .. }) => match s.snapshots.get(snapshot) {
                Some(Request::Restore { .. }) => refuse(format!("snapshot {snapshot} is one to be restored")),
                request => known(request.is_some(), &format!("snapshot {snapshot}")),
            },
            (_, Input::SnapshotRestored { snapshot, .. }) => {
                let there = matches!(s.snapshots.get(snapshot), Some(Request::Restore { .. }));
                known(there, &format!("restore {snapshot}"))
            }
            (phase, Input::RollbackRequested { .. }) => {
                let stuck = matches!(s.outcome, Some(Outcome::RollbackIncomplete { .. }));
                match s.rollback {
                    Some(_) if !(phase == Phase::Finished && stuck) => refuse("a rollback is under way"),
                    _ if matches!(s.outcome, Some(Outcome::RolledBack { .. })) => {
                        refuse("the run was rolled back already")
                    }
                    _ => Ok(()),
                }
            }
            (Phase::Finished, Input::Cancel { .. } | Input::Drain) => refuse("the run is over"),
            (Phase::Running, Input::Cancel { .. }) if s.rollback.is_some() => {
                refuse("a rollback is under way: it ends first")
            }
            _ => Ok(()),
        }
    }

    /// What goes on after a step may count on its outputs: who answers `continue` gives those that may not be `none`.
    fn admit_answer(&self, ask: &Ask, answer: &Answer) -> Result<(), Refused> {
        let (AskKind::Escalation(outputs), Answer::Continue(given)) = (&ask.kind, answer) else { return Ok(()) };
        let missing = outputs.iter().find(|(name, ty)| !self.plan.is_optional(*ty) && !given.contains_key(name));
        match missing {
            Some((name, _)) => refuse(format!("to continue after `{}`, give its output: {name}=VALUE", ask.name)),
            None => Ok(()),
        }
    }

    fn admit_start(&self, start: &Start) -> Result<(), Refused> {
        if start.plan != self.plan.digest {
            return refuse(format!("the run was started with another plan: {}", start.plan));
        }
        match self.plan.bodies.get(self.plan.entry.index()).map(|body| &body.kind) {
            Some(BodyKind::Workflow(_)) => Ok(()),
            _ => refuse("the plan has no workflow to run"),
        }
    }
}

fn refuse<T>(reason: impl Into<String>) -> Result<T, Refused> {
    Err(Refused { reason: reason.into() })
}

impl<'a> Run<'a> {
    fn take_input(&mut self, last: i64, input: &Input) {
        match input {
            Input::Start(start) => self.start_run(start),
            Input::AttemptStarted { attempt } => self.attempt_started(*attempt),
            Input::AttemptFinished { attempt, result, .. } => self.attempt_finished(*attempt, result),
            Input::TimerFired { timer } => self.timer_fired(*timer),
            Input::Answered { ask, answer, by, comment } => self.ask_answered(*ask, answer, by, comment.as_ref()),
            Input::SnapshotTaken { snapshot, reference } => self.snapshot_taken(*snapshot, reference),
            Input::SnapshotRestored { snapshot, outcome } => self.restored(*snapshot, outcome),
            Input::RollbackRequested { to, force } => self.rollback_requested(to.as_ref(), *force),
            Input::Cancel { reason } => self.cancel_run(reason.clone()),
            Input::Drain => {
                self.s.draining = true;
                self.clocks_pause();
            }
            Input::Resumed => self.resume(last),
        }
    }

    fn start_run(&mut self, start: &Start) {
        self.s.start = start.clone();
        self.s.started = self.s.now;
        self.s.phase = Phase::Running;
        self.s.frames.trailing = self.facts.trailing;
        self.s.mode = self.first_mode(start);
        let entry = self.plan.entry;
        let slots = self.plan.bodies.get(entry.index()).map_or(0, |body| body.slots);
        let frame = self.s.frames.make(slots, None);
        self.s.frames.keep(frame);
        let mut task = Task::new(NOBODY, 0, frame);
        task.mode = self.s.mode;
        let t = self.spawn(task);
        if start.consented {
            self.s.unknown = Consent::Given;
        }
        match self.bind_inputs(t, start) {
            Ok(()) => {
                self.push_start(t);
            }
            Err(failure) => {
                self.fail(t, failure);
                self.s.ready.push_back(t);
            }
        }
    }

    /// `start` exists before the first step.
    fn push_start(&mut self, t: TaskId) {
        self.enter_scope(t, ScopeOf::Body(self.plan.entry), None);
        if matches!(self.task(t).flow, Flow::Go) {
            let request = Request::Take { task: t, name: "start".into(), include: Vec::new(), implied: true };
            let snapshot = self.snapshot(request, "start".into(), Vec::new());
            self.wait(t, On::Snapshot(snapshot));
        } else {
            self.s.ready.push_back(t);
        }
    }

    fn first_mode(&self, start: &Start) -> Mode {
        let said = start
            .options
            .mode
            .as_deref()
            .or_else(|| self.scope_of(ScopeOf::Body(self.plan.entry)).and_then(|scope| scope.mode.as_deref()));
        match said {
            Some(mode) => Mode::named(mode),
            None if self.facts.risky => Mode::Hybrid,
            None => Mode::Autopilot,
        }
    }

    fn bind_inputs(&mut self, t: TaskId, start: &Start) -> Result<(), Failure> {
        let environment = |name: &str| start.environment.get(name).map(|value| value.as_str().into());
        self.s.constants = crate::eval::constants(self.plan, &environment).map_err(|error| error.failure(self.plan))?;
        let plan: &Plan = self.plan;
        let body = plan.bodies.get(plan.entry.index());
        for (slot, param) in body.map_or(&[][..], |body| &body.params).iter().enumerate() {
            let value = match (start.inputs.get(&param.name), param.default) {
                (Some(value), _) => value.clone(),
                (None, Some(default)) => self.eval(t, default)?,
                (None, None) if plan.is_optional(param.ty) => Value::None,
                (None, None) => return Err(failure("value", format!("the parameter {} has no value", param.name))),
            };
            self.set(t, slot as u32, value);
        }
        Ok(())
    }

    fn timer_fired(&mut self, timer: u64) {
        let Some(set) = self.s.timers.remove(&timer) else { return };
        match set.of {
            TimerOf::Attempt(attempt) => self.attempt_times_out(attempt),
            TimerOf::Total(t) => self.total_is_over(t),
            TimerOf::Pause(t) => self.pause_is_over(t),
            TimerOf::Wait(t) => {
                self.rouse(t);
                self.workflow_returned(t, Default::default());
                self.s.ready.push_back(t);
            }
            TimerOf::Clock(clock) => self.clock_rings(clock),
            TimerOf::Expiry(ask) => self.ask_expired(ask),
        }
    }

    /// Ends the run: what runs is stopped, `finally` blocks run.
    pub fn cancel_run(&mut self, reason: String) {
        self.s.cancelled.get_or_insert(reason);
        self.cancel(0, Why::Stopped);
    }

    /// Another process goes on: attempts that were in flight are lost.
    fn resume(&mut self, last: i64) {
        self.s.draining = false;
        self.s.paused = false;
        self.clocks_resume(last);
        if matches!(self.s.outcome, Some(Outcome::RollbackIncomplete { .. })) {
            return self.rollback_again(false);
        }
        let started = self.s.attempts.iter().filter(|(_, flight)| flight.started.is_some());
        for attempt in started.map(|(attempt, _)| *attempt).collect::<Vec<_>>() {
            self.attempt_finished(attempt, &AttemptResult::Interrupted);
        }
        for t in std::mem::take(&mut self.s.lost) {
            if self.try_task(t).is_none_or(|task| !matches!(task.flow, Flow::Wait(On::Parked))) {
                continue;
            }
            let repeatable = self.step_run(t).and_then(|run| self.work(run.work)).is_some_and(|work| {
                let effects = &work.effects;
                effects.idempotent || (effects.reads.is_some() && effects.writes.as_ref().is_none_or(Vec::is_empty))
            });
            self.rouse(t);
            self.interrupted(t, repeatable);
            self.s.ready.push_back(t);
        }
    }
}
