//! Handlers of failures, their verdicts, and escalation to a person.

use std::sync::Arc;

use ecow::EcoString;
use serde::{Deserialize, Serialize};

use super::command::AskKind;
use super::frame::FrameId;
use super::input::Answer;
use super::notice::Notice;
use super::run::{Run, failure};
use super::scope::ScopePhase;
use super::state::AskOf;
use super::step::StepPhase;
use super::task::{Answered, Completion, Entry, TaskId};
use crate::plan::ir::{AfterRollback, BodyKind, Handler, HandlerBody, HandlerIx, Node, Verdict};
use crate::value::{Failure, Value};

/// How often a handler may answer `retry` if it does not say.
const RETRIES: i64 = 3;

/// A handler being run: the construct it is for stands below it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct HandlerRun {
    /// Its place among the construct's handlers.
    pub index: u32,
    pub failure: Box<Failure>,
    pub prefix: EcoString,
    pub suffix: EcoString,
    pub frame: FrameId,
}

impl<'a> Run<'a> {
    fn handlers_on_top(&self, t: TaskId) -> (&'a [HandlerIx], u32, String) {
        let handlers: &'a [HandlerIx] = match self.task(t).stack.last() {
            Some(Entry::Step(run)) => self.step_of(run.of).map_or(&[], |step| &step.handlers),
            Some(Entry::Scope(run)) => self.scope_of(run.of).map_or(&[], |scope| &scope.handlers),
            _ => &[],
        };
        match self.task(t).stack.last() {
            Some(Entry::Step(run)) => {
                let next = if let StepPhase::Failed(next) = run.phase { next } else { 0 };
                (handlers, next, run.path.to_string())
            }
            Some(Entry::Scope(run)) => {
                let next = if let ScopePhase::Failed(next) = run.phase { next } else { 0 };
                (handlers, next, self.place_path(t).into())
            }
            _ => (handlers, 0, String::new()),
        }
    }

    /// The construct on top failed: its next handler that fits, else the failure is handed outwards.
    pub fn handle(&mut self, t: TaskId, failure: Failure) {
        let (handlers, from, path) = self.handlers_on_top(t);
        for (index, ix) in handlers.iter().enumerate().skip(from as usize) {
            let Some(handler) = self.plan.handlers.get(ix.index()) else { continue };
            let fits = handler.kinds.is_empty() || handler.kinds.contains(&failure.kind);
            if fits && self.retries_left(t, index, handler) {
                self.failed_at(t, index as u32 + 1);
                return self.run_handler(t, index as u32, handler, failure, &path);
            }
        }
        self.failed_at(t, handlers.len() as u32);
        if failure.kind == "interrupted" && !self.handled_around(t, &failure) && self.step_run(t).is_some() {
            let question = failure.message.clone();
            return self.escalate(t, failure, question);
        }
        self.hand_on(t, failure);
    }

    fn failed_at(&mut self, t: TaskId, next: u32) {
        match self.task_mut(t).stack.last_mut() {
            Some(Entry::Step(run)) => run.phase = StepPhase::Failed(next),
            Some(Entry::Scope(run)) => run.phase = ScopePhase::Failed(next),
            _ => {}
        }
    }

    /// The construct on top ends with the failure.
    fn hand_on(&mut self, t: TaskId, failure: Failure) {
        let completion = Completion::Fail(Box::new(failure));
        match self.task(t).stack.last() {
            Some(Entry::Step(_)) => {
                self.close_step(t);
                self.done(t, completion);
            }
            Some(Entry::Scope(_)) => self.leave_scope(t, completion),
            _ => self.done(t, completion),
        }
    }

    /// Whether a scope around has a handler for the failure.
    fn handled_around(&self, t: TaskId, failure: &Failure) -> bool {
        let mut next = self.try_task(t);
        while let Some(task) = next {
            for entry in task.stack.iter().rev() {
                let handlers = match entry {
                    Entry::Scope(run) if matches!(run.phase, ScopePhase::Body) => {
                        self.scope_of(run.of).map_or(&[][..], |scope| &scope.handlers)
                    }
                    Entry::Step(run) if run.phase == StepPhase::Acting => {
                        self.step_of(run.of).map_or(&[][..], |step| &step.handlers)
                    }
                    _ => continue,
                };
                let fits = handlers.iter().filter_map(|ix| self.plan.handlers.get(ix.index()));
                if fits.into_iter().any(|handler| handler.kinds.is_empty() || handler.kinds.contains(&failure.kind)) {
                    return true;
                }
            }
            next = self.try_task(task.parent);
        }
        false
    }

    fn retries_left(&self, t: TaskId, index: usize, handler: &Handler) -> bool {
        let used = match self.task(t).stack.last() {
            Some(Entry::Step(run)) => run.retries.get(index).copied(),
            Some(Entry::Scope(run)) => run.retries.get(index).copied(),
            _ => None,
        };
        let most = match &handler.body {
            HandlerBody::Block(block) => match self.plan.blocks.get(block.index()).map(Vec::as_slice) {
                Some([only]) => match self.node(*only) {
                    Some(Node::Verdict(Verdict::Retry(Some(most)))) => Some(*most),
                    _ => None,
                },
                _ => None,
            },
            HandlerBody::Use(_) => None,
        };
        let most = most.or(handler.max).map_or(Ok(RETRIES), |most| self.int(t, most)).unwrap_or(0);
        used == Some(0) || i64::from(used.unwrap_or(0)) < most
    }

    fn run_handler(&mut self, t: TaskId, index: u32, handler: &'a Handler, failure: Failure, path: &str) {
        self.notices.push(Notice::HandlerStarted { step: path.to_string(), failure: failure.clone() });
        let inside = self.handler_path(path, &failure.kind);
        let value = Value::Failure(Arc::new(failure.clone()));
        let task = self.task_mut(t);
        let (prefix, suffix) = (std::mem::replace(&mut task.prefix, inside), std::mem::take(&mut task.suffix));
        let frame = task.frame;
        let run = HandlerRun { index, failure: Box::new(failure), prefix, suffix, frame };
        task.stack.push(Entry::Handler(Box::new(run)));
        let block = match handler.body {
            HandlerBody::Block(block) => {
                self.unset(t, &handler.fresh);
                if let Some(slot) = handler.slot {
                    self.set(t, slot, value);
                }
                block
            }
            HandlerBody::Use(body) => {
                let Some((BodyKind::Handler(block), slots)) =
                    self.plan.bodies.get(body.index()).map(|body| (&body.kind, body.slots))
                else {
                    return self.done(t, Completion::Normal);
                };
                let frame = self.s.frames.make(slots, None);
                self.task_mut(t).frame = frame;
                self.set(t, 0, value);
                *block
            }
        };
        self.s.planned += self.facts.steps_in(block);
        self.push_block(t, block);
    }

    /// A handler's body ended.
    pub fn handler_delivered(&mut self, t: TaskId, completion: Completion) {
        let Some(Entry::Handler(run)) = self.task_mut(t).stack.pop() else { return };
        let HandlerRun { index, failure, prefix, suffix, frame } = *run;
        let task = self.task_mut(t);
        (task.prefix, task.suffix) = (prefix, suffix);
        let inner = std::mem::replace(&mut task.frame, frame);
        if inner != frame {
            self.forget_checkpoints_in(inner);
            self.s.frames.release(inner);
        }
        let answer = match completion {
            Completion::Normal => Answered::Abort,
            Completion::Verdict(answer) => *answer,
            Completion::Fail(inside) => {
                return self.hand_on(t, *inside);
            }
            completion => return self.done(t, completion),
        };
        let (.., path) = self.handlers_on_top(t);
        self.notices.push(Notice::HandlerAnswered { step: path, verdict: verdict_name(&answer).into() });
        self.answered(t, Some(index), *failure, answer);
    }

    /// The verdict about the construct on top.
    fn answered(&mut self, t: TaskId, handler: Option<u32>, failure: Failure, answer: Answered) {
        match answer {
            Answered::Retry(most) => {
                let used = handler.map_or(0, |index| self.count_retry(t, index));
                if most.is_some_and(|most| used > most) {
                    return self.handle(t, failure);
                }
                match self.task(t).stack.last() {
                    Some(Entry::Step(_)) => self.step_again(t),
                    _ => self.restart_scope(t),
                }
            }
            Answered::Continue(values) => match self.task(t).stack.last() {
                Some(Entry::Step(_)) => self.step_continues(t, values),
                _ => self.leave_scope(t, Completion::Normal),
            },
            Answered::Abort => self.hand_on(t, failure),
            Answered::Escalate(message) => self.escalate(t, failure, message),
            Answered::Rollback { to, then } => self.roll_back(t, to, then, Some(failure)),
        }
    }

    fn count_retry(&mut self, t: TaskId, index: u32) -> u32 {
        let retries = match self.task_mut(t).stack.last_mut() {
            Some(Entry::Step(run)) => &mut run.retries,
            Some(Entry::Scope(run)) => &mut run.retries,
            _ => return 0,
        };
        match retries.get_mut(index as usize) {
            Some(used) => {
                *used += 1;
                *used
            }
            None => 0,
        }
    }

    /// Asks a person what is to be done about the construct on top.
    fn escalate(&mut self, t: TaskId, failure: Failure, message: String) {
        if self.s.start.options.no_pause {
            return self.hand_on(t, failure);
        }
        let (.., path) = self.handlers_on_top(t);
        let show = vec![("failure".into(), Value::Failure(Arc::new(failure)))];
        let outputs = match self.task(t).stack.last() {
            Some(Entry::Step(run)) => self.step_of(run.of).map(|step| self.outputs_of(step)).unwrap_or_default(),
            _ => Vec::new(),
        };
        self.ask(t, AskOf::Escalation(t), path, AskKind::Escalation(outputs), message, show, None, None);
    }

    /// A person decided about the construct on top.
    pub fn escalation_answered(&mut self, t: TaskId, shown: &[(EcoString, Value)], answer: &Answer) {
        let failed = match shown.first() {
            Some((_, Value::Failure(failure))) => (**failure).clone(),
            _ => failure("fail", "failed"),
        };
        let answer = match answer {
            Answer::Retry | Answer::Yes => Answered::Retry(None),
            Answer::Continue(values) | Answer::Done(values) | Answer::Values(values) => {
                Answered::Continue(values.clone())
            }
            Answer::Rollback => Answered::Rollback { to: None, then: AfterRollback::End },
            _ => Answered::Abort,
        };
        self.answered(t, None, failed, answer);
    }

    /// The verdict of a statement, evaluated where it stands.
    pub fn verdict(&mut self, t: TaskId, verdict: &Verdict) -> Result<Answered, Failure> {
        Ok(match verdict {
            Verdict::Retry(None) => Answered::Retry(None),
            Verdict::Retry(Some(most)) => {
                Answered::Retry(Some(self.int(t, *most)?.clamp(0, i64::from(u32::MAX)) as u32))
            }
            Verdict::Continue(values) => {
                let mut fields = crate::value::Fields::new();
                for (name, value) in values {
                    fields.insert(name.clone(), self.eval(t, *value)?);
                }
                Answered::Continue(fields)
            }
            Verdict::Abort => Answered::Abort,
            Verdict::Escalate(message) => Answered::Escalate(self.text(t, *message)?.into()),
            Verdict::Rollback { to, then } => Answered::Rollback { to: to.clone(), then: *then },
        })
    }
}

fn verdict_name(answer: &Answered) -> &'static str {
    match answer {
        Answered::Retry(_) => "retry",
        Answered::Continue(_) => "continue",
        Answered::Abort => "abort",
        Answered::Escalate(_) => "escalate",
        Answered::Rollback { .. } => "rollback",
    }
}
