//! The story of a run, told again from its journal: steps with their attempts, failures with who answered them, questions.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::Serialize;

use crate::engine::event::Body;
use crate::journal::Record;
use crate::machine::Machine;
use crate::machine::command::Command;
use crate::machine::input::{Answer, AttemptResult, Input, Start, Usage};
use crate::machine::notice::Notice;
use crate::plan::ir::Plan;
use crate::syntax::tree::GateOutcome;
use crate::value::{Failure, Fields};

/// The story of a run.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// How it began.
    pub start: Start,
    /// What happened, in order; times in milliseconds since 1970.
    pub events: Vec<(i64, Body)>,
    /// Steps by path, in the order in which they began.
    pub steps: IndexMap<String, StepStory>,
    /// Failures that handlers took, in order.
    pub handled: Vec<Handled>,
    /// Questions by number.
    pub asks: IndexMap<u64, Question>,
    /// How it ended, if it did.
    pub finished: Option<Finished>,
    /// Why it waits, if it does.
    pub paused: Option<String>,
}

/// A step that began.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct StepStory {
    /// Its path.
    pub step: String,
    /// Its title, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// How it ended.
    pub outcome: StepOutcome,
    /// When it began.
    #[serde(serialize_with = "moment")]
    pub started: i64,
    /// When it ended.
    #[serde(serialize_with = "perhaps", skip_serializing_if = "Option::is_none")]
    pub ended: Option<i64>,
    /// The attempts of its action.
    pub attempts: Vec<Try>,
    /// Its failures that no attempt followed, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Failure>,
    /// Number of its first event.
    #[serde(skip)]
    pub index: usize,
}

/// How a step ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "each is its word")]
pub enum StepOutcome {
    Running,
    Succeeded,
    Cached,
    Failed,
    Continued,
    Cancelled,
}

impl StepOutcome {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Cached => "cached",
            Self::Failed => "failed",
            Self::Continued => "continued",
            Self::Cancelled => "cancelled",
        }
    }
}

/// An attempt.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Try {
    /// Its number in the run.
    #[serde(skip)]
    pub attempt: u64,
    /// When it began.
    #[serde(serialize_with = "moment")]
    pub started: i64,
    /// When it ended.
    #[serde(serialize_with = "perhaps", skip_serializing_if = "Option::is_none")]
    pub ended: Option<i64>,
    /// `running`, `succeeded`, `failed`, `cancelled`, `interrupted`.
    pub outcome: &'static str,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// What it used.
    pub usage: Usage,
}

/// A failure that a handler took.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Handled {
    /// Path of the step whose handler it was; empty: that of the workflow or of a scope at its top.
    pub handler: String,
    /// The failure, with the path of the step that failed.
    pub failure: Failure,
    /// `retry`, `continue`, `abort`, `escalate`, `rollback`; absent while it is at work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<String>,
    /// When it took over.
    #[serde(serialize_with = "moment")]
    pub at: i64,
}

/// A question to a person.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Question {
    /// Name of the approval, or path of the step.
    pub name: String,
    /// In words.
    pub question: String,
    /// When it was asked.
    #[serde(serialize_with = "moment")]
    pub asked: i64,
    /// `approve`, `reject`, `retry`, …; `values` where values were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<&'static str>,
    /// Who answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// In words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// When it was answered.
    #[serde(serialize_with = "perhaps", skip_serializing_if = "Option::is_none")]
    pub answered: Option<i64>,
}

/// How a run ended.
#[derive(Clone, PartialEq, Debug)]
pub struct Finished {
    /// As in `run.finished`.
    pub status: String,
    /// Outputs.
    pub outputs: Fields,
    /// Why.
    pub failure: Option<Failure>,
    /// When.
    pub at: i64,
}

fn moment<S: serde::Serializer>(at: &i64, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&crate::value::text::time(*at))
}

fn perhaps<S: serde::Serializer>(at: &Option<i64>, to: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => moment(at, to),
        None => to.serialize_none(),
    }
}

impl History {
    /// Reads the records of a run of the plan. Errors: a record that cannot be read, in words.
    pub fn of(plan: &Arc<Plan>, records: &[Record]) -> Result<Self, String> {
        let mut teller =
            Teller { history: Self::default(), machine: Machine::new(plan.clone()), steps: IndexMap::new() };
        for record in records {
            let body: Body =
                serde_json::from_str(&record.data).map_err(|error| format!("record {}: {error}", record.seq))?;
            match &body {
                Body::Input(input) => {
                    teller.input(record.at_ms, input).map_err(|why| format!("record {}: {why}", record.seq))?;
                }
                Body::Notice(notice) => teller.notice(record.at_ms, notice),
            }
            teller.history.events.push((record.at_ms, body));
        }
        Ok(teller.history)
    }

    /// When the run began.
    pub fn started(&self) -> i64 {
        self.events.first().map_or(0, |(at, _)| *at)
    }

    /// When the last thing happened.
    pub fn last(&self) -> i64 {
        self.events.last().map_or(0, |(at, _)| *at)
    }
}

struct Teller {
    history: History,
    /// Knows which attempt is which step's.
    machine: Machine,
    /// Path of the step of each attempt; absent for what undoes.
    steps: IndexMap<u64, String>,
}

impl Teller {
    fn input(&mut self, at: i64, input: &Input) -> Result<(), String> {
        let step = self.machine.apply(at, input).map_err(|refused| refused.to_string())?;
        for command in step.commands {
            if let Command::Start(attempt) = command
                && !attempt.undo
            {
                self.steps.insert(attempt.attempt, attempt.step.clone());
            }
        }
        match input {
            Input::Start(start) => self.history.start = (**start).clone(),
            Input::AttemptStarted { attempt } => self.begin(at, *attempt),
            Input::AttemptFinished { attempt, result, usage } => self.end(at, *attempt, result, *usage),
            Input::Answered { ask, answer, by, comment } => {
                if let Some(question) = self.history.asks.get_mut(ask) {
                    question.answer = Some(word(answer));
                    question.by = Some(by.clone());
                    question.comment.clone_from(comment);
                    question.answered = Some(at);
                }
                self.history.paused = None;
            }
            Input::Resumed => {
                self.history.paused = None;
                self.history.finished = None;
            }
            Input::RollbackRequested { .. } => self.history.finished = None,
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, at: i64, attempt: u64) {
        let story = self.steps.get(&attempt).and_then(|step| self.history.steps.get_mut(step));
        if let Some(story) = story {
            let usage = Usage::default();
            story.attempts.push(Try { attempt, started: at, ended: None, outcome: "running", failure: None, usage });
        }
    }

    fn end(&mut self, at: i64, attempt: u64, result: &AttemptResult, usage: Usage) {
        let story = self.steps.get(&attempt).and_then(|step| self.history.steps.get_mut(step));
        let Some(made) = story.and_then(|story| story.attempts.iter_mut().rfind(|made| made.attempt == attempt)) else {
            return;
        };
        made.ended = Some(at);
        made.usage = usage;
        (made.outcome, made.failure) = match result {
            AttemptResult::Succeeded { .. } => ("succeeded", None),
            AttemptResult::Failed(failure) => ("failed", Some((**failure).clone())),
            AttemptResult::Cancelled => ("cancelled", None),
            AttemptResult::Interrupted => ("interrupted", None),
        };
    }

    fn notice(&mut self, at: i64, notice: &Notice) {
        let history = &mut self.history;
        match notice {
            Notice::StepStarted { step, title } => {
                let index = history.events.len();
                let new = || StepStory {
                    step: step.clone(),
                    title: title.clone(),
                    outcome: StepOutcome::Running,
                    started: at,
                    ended: None,
                    attempts: Vec::new(),
                    failures: Vec::new(),
                    index,
                };
                let story = history.steps.entry(step.clone()).or_insert_with(new);
                (story.outcome, story.ended) = (StepOutcome::Running, None);
            }
            Notice::StepSucceeded { step, .. } => self.close(at, step, StepOutcome::Succeeded),
            Notice::StepCached { step, .. } => self.close(at, step, StepOutcome::Cached),
            Notice::StepContinued { step, .. } => self.close(at, step, StepOutcome::Continued),
            Notice::StepCancelled { step } => self.close(at, step, StepOutcome::Cancelled),
            Notice::StepFailed { step, failure } => {
                self.close(at, step, StepOutcome::Failed);
                if let Some(story) = self.history.steps.get_mut(step) {
                    story.failures.push(failure.clone());
                }
            }
            Notice::HandlerStarted { step, failure } => {
                let (handler, failure) = (step.clone(), failure.clone());
                history.handled.push(Handled { handler, failure, verdict: None, at });
            }
            Notice::HandlerAnswered { step, verdict } => {
                let open = |handled: &&mut Handled| handled.handler == *step && handled.verdict.is_none();
                if let Some(handled) = history.handled.iter_mut().rev().find(open) {
                    handled.verdict = Some(verdict.to_string());
                }
            }
            Notice::AskOpened { ask, step, question } => {
                let (name, question) = (step.clone(), question.clone());
                let new = Question { name, question, asked: at, answer: None, by: None, comment: None, answered: None };
                history.asks.insert(*ask, new);
            }
            Notice::Paused { reason } => history.paused = Some(reason.clone()),
            Notice::Finished { status, outputs, failure } => {
                let (status, outputs, failure) = (status.to_string(), outputs.clone(), failure.clone());
                history.finished = Some(Finished { status, outputs, failure, at });
                history.paused = None;
            }
            _ => {}
        }
    }

    fn close(&mut self, at: i64, step: &str, outcome: StepOutcome) {
        if let Some(story) = self.history.steps.get_mut(step) {
            (story.outcome, story.ended) = (outcome, Some(at));
        }
    }
}

/// The word for an answer.
const fn word(answer: &Answer) -> &'static str {
    match answer {
        Answer::Approve => "approve",
        Answer::Reject => "reject",
        Answer::Retry => "retry",
        Answer::Continue(_) => "continue",
        Answer::Rollback => "rollback",
        Answer::Abort => "abort",
        Answer::Yes => "yes",
        Answer::No => "no",
        Answer::Always => "always",
        Answer::Values(_) => "values",
        Answer::Done(_) => "done",
    }
}

/// The word for how a gate ended.
pub(super) const fn gate_word(outcome: GateOutcome) -> &'static str {
    match outcome {
        GateOutcome::Passed => "passed",
        GateOutcome::Warned => "warned",
        GateOutcome::Failed => "failed",
        GateOutcome::Waived => "was waived",
    }
}
