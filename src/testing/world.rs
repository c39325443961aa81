//! The world of a simulated run: mocks, answers, a model of the workspace, and a log of what happened.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::mock::{self, Mock, Subject};
use super::outline::Resolved;
use super::path::{Pattern, RunPath};
use super::sample::{literal, sample};
use crate::driver::sim::World;
use crate::eval;
use crate::machine::command::{Ask, AskKind, Attempt, Resolved as Action};
use crate::machine::input::{Answer, AttemptResult, Raw};
use crate::machine::notice::Notice;
use crate::machine::{Machine, Site};
use crate::plan::ir::{BodyIx, BodyKind, Plan, TypeIx};
use crate::value::{Failure, Fields, Value};

/// How long a mocked action takes, milliseconds.
const TAKES: i64 = 1;

/// A model of the workspace: paths and contents.
pub(super) type Files = BTreeMap<String, String>;

/// What a simulated run meets.
pub(super) struct TestWorld {
    pub plan: Arc<Plan>,
    pub mocks: Vec<Mock>,
    pub answers: Vec<AnswerLine>,
    pub crashes: Vec<Crash>,
    pub files: Files,
    pub log: Vec<Event>,
    /// What makes going on pointless.
    pub trouble: Option<String>,
    snapshots: BTreeMap<String, Files>,
}

/// An `answer` line.
#[derive(Clone, Debug)]
pub(super) struct AnswerLine {
    pub name: Pattern,
    pub reply: AnswerWord,
    /// Whether it was given in this run.
    pub used: bool,
}

/// What is answered.
#[derive(Clone, Debug)]
pub(super) enum AnswerWord {
    Word(&'static str),
    Value(Value),
}

/// A `crash after step` line.
#[derive(Clone, Debug)]
pub(super) struct Crash {
    pub step: Resolved,
    pub path: Pattern,
    pub done: bool,
    /// The place of the line.
    pub place: [u32; 5],
}

/// Something that happened to a step.
#[derive(Debug)]
pub(super) struct Event {
    pub path: RunPath,
    /// As the machine writes it.
    pub text: String,
    pub what: What,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum What {
    Began,
    Attempted,
    /// An attempt failed and another one follows: the kind.
    Again(String),
    /// It ended: how.
    Ended(String),
}

impl TestWorld {
    /// A world in which nothing has happened.
    pub fn new(plan: Arc<Plan>, mocks: Vec<Mock>, answers: Vec<AnswerLine>, crashes: Vec<Crash>, files: Files) -> Self {
        let (log, trouble, snapshots) = (Vec::new(), None, BTreeMap::new());
        Self { plan, mocks, answers, crashes, files, log, trouble, snapshots }
    }

    fn note(&mut self, step: &str, what: What) {
        self.log.push(Event { path: RunPath::parse(step), text: step.to_owned(), what });
    }

    fn command(&self, site: Site) -> Option<BodyIx> {
        let at = self.plan.bodies.iter().position(|body| body.kind == BodyKind::Command(site.work))?;
        Some(BodyIx(at as u32))
    }

    /// What to write so that the attempt has an answer.
    fn advice(&self, attempt: &Attempt, command: Option<BodyIx>, site: Site) -> String {
        let outputs = self.plan.works.get(site.work.index()).map_or(&[][..], |work| &work.outputs);
        let values: Vec<String> = outputs
            .iter()
            .map(|output| format!("{}: {}", output.name, literal(&sample(&self.plan, &output.name, output.ty))))
            .collect();
        let reply = if values.is_empty() { "succeeds".to_owned() } else { format!("-> ({})", values.join(", ")) };
        let path: Vec<String> = RunPath::parse(&attempt.step).names().map(str::to_owned).collect();
        let (step, path) = (&attempt.step, path.join("/"));
        let command = command.and_then(|body| self.plan.bodies.get(body.index())).map(|body| &body.name);
        match command {
            Some(name) => format!(
                "step {step} runs @{name}, and nothing stands in for it: write `mock @{name} {reply}`, \
                 `mock step {path} {reply}` or `mock all`"
            ),
            None => format!("nothing stands in for step {step}: write `mock step {path} {reply}` or `mock all`"),
        }
    }

    /// Values for the outputs of an `ask`.
    fn values(&self, outputs: &[(ecow::EcoString, TypeIx)], given: &Value) -> Fields {
        if let [(name, _)] = outputs
            && !matches!(given, Value::Record(fields) if fields.contains_key(name))
        {
            return Fields::from_iter([(name.clone(), given.clone())]);
        }
        let Value::Record(fields) = given else { return Fields::new() };
        let value = |(name, ty): &(ecow::EcoString, TypeIx)| {
            let value = fields.get(name)?;
            let decoded = eval::decode_json(&self.plan, &value.to_plain_json(), *ty, &eval::Nothing);
            Some((name.clone(), decoded.unwrap_or_else(|_| value.clone())))
        };
        outputs.iter().filter_map(value).collect()
    }

    /// The outputs that a mock of a step with an `ask` gives.
    fn mocked_values(&mut self, ask: &Ask, outputs: &[(ecow::EcoString, TypeIx)]) -> Option<Answer> {
        let path = RunPath::parse(&ask.name);
        let subject = Subject { path: &path, command: None, agent: None, undo: false, person: true };
        let reply = mock::reply(&mut self.mocks, &subject)?;
        if reply.fails.is_some() {
            return Some(Answer::Reject);
        }
        let value = |(name, ty): &(ecow::EcoString, TypeIx)| {
            let value = reply.outputs.get(name).cloned();
            (name.clone(), value.unwrap_or_else(|| sample(&self.plan, name, *ty)))
        };
        Some(Answer::Values(outputs.iter().map(value).collect()))
    }

    fn answered(&mut self, ask: &Ask) -> Option<AnswerWord> {
        let path = RunPath::parse(&ask.name);
        let failed = match ask.show.first() {
            Some((_, Value::Failure(failure))) if matches!(ask.kind, AskKind::Escalation(_)) => {
                RunPath::parse(&failure.step)
            }
            _ => RunPath::default(),
        };
        let fits = |line: &AnswerLine| path.ends_with(&line.name) || failed.ends_with(&line.name);
        let fresh = self.answers.iter().position(|line| !line.used && fits(line));
        let at = fresh.or_else(|| self.answers.iter().rposition(fits))?;
        let line = self.answers.get_mut(at)?;
        line.used = true;
        Some(line.reply.clone())
    }
}

impl World for TestWorld {
    fn attempt(&mut self, _attempt: &Attempt) -> (Raw, i64) {
        (Raw::default(), TAKES)
    }

    fn result(&mut self, machine: &Machine, attempt: &Attempt) -> Option<(AttemptResult, i64)> {
        let site = machine.site(attempt.attempt)?;
        let path = RunPath::parse(&attempt.step);
        if !attempt.undo {
            self.note(&attempt.step, What::Attempted);
        }
        let command = self.command(site);
        let agent = match &attempt.action {
            Action::Agent { agent, .. } => Some(agent.as_deref()),
            _ => None,
        };
        let subject = Subject { path: &path, command, agent, undo: attempt.undo, person: false };
        // No mock names an undo: it succeeds unless one of its command or agent says otherwise.
        let undo = attempt.undo.then(mock::Reply::default);
        let Some(reply) = mock::reply(&mut self.mocks, &subject).or(undo) else {
            let advice = self.advice(attempt, command, site);
            let failure = Failure { kind: "internal".into(), message: advice.clone(), ..Failure::default() };
            self.trouble.get_or_insert(advice);
            return Some((AttemptResult::Failed(Box::new(failure)), TAKES));
        };
        let result = match reply.fails {
            Some((kind, message)) => AttemptResult::Failed(Box::new(Failure {
                exit: (kind == "exit").then_some(1),
                kind,
                stderr: message.clone(),
                message,
                step: attempt.step.clone(),
                attempts: attempt.number,
                ..Failure::default()
            })),
            None => {
                let plan = &self.plan;
                machine.complete(attempt.attempt, &reply.outputs, &|name, ty| sample(plan, name, ty))
            }
        };
        Some((result, TAKES))
    }

    fn noticed(&mut self, notices: &[Notice]) -> bool {
        let mut dies = false;
        for notice in notices {
            let (step, what) = match notice {
                Notice::StepStarted { step, .. } => (step, What::Began),
                Notice::StepRetrying { step, failure, .. } => (step, What::Again(failure.kind.to_string())),
                Notice::StepFailed { step, failure } => (step, What::Ended(format!("failed ({})", failure.kind))),
                Notice::StepSucceeded { step, .. } => (step, What::Ended("succeeded".into())),
                Notice::StepContinued { step, .. } => (step, What::Ended("continued".into())),
                Notice::StepCached { step, .. } => (step, What::Ended("cached".into())),
                Notice::StepCancelled { step } => (step, What::Ended("cancelled".into())),
                _ => continue,
            };
            self.note(step, what);
            let good = !matches!(notice, Notice::StepFailed { .. } | Notice::StepCancelled { .. });
            if let Some(Event { path, what: What::Ended(_), .. }) = self.log.last().filter(|_| good)
                && let Some(crash) = self.crashes.iter_mut().find(|crash| !crash.done && crash.step.fits(path))
            {
                crash.done = true;
                dies = true;
            }
        }
        dies
    }

    fn ask(&mut self, ask: &Ask) -> Option<(Answer, i64)> {
        let answer = match (self.answered(ask), &ask.kind) {
            (None, AskKind::Permission) => Answer::Yes,
            (None, AskKind::Values(outputs)) => self.mocked_values(ask, outputs)?,
            (None, _) => return None,
            (Some(AnswerWord::Word("reject")), AskKind::Permission) => Answer::No,
            (Some(AnswerWord::Word(word)), AskKind::Values(outputs)) if word != "reject" => {
                Answer::Values(self.values(outputs, &Value::Variant(word.into())))
            }
            (Some(AnswerWord::Word(word)), _) => match word {
                "approve" => Answer::Approve,
                "retry" => Answer::Retry,
                "continue" => Answer::Continue(Fields::new()),
                "rollback" => Answer::Rollback,
                "abort" => Answer::Abort,
                _ => Answer::Reject,
            },
            (Some(AnswerWord::Value(given)), AskKind::Values(outputs)) => Answer::Values(self.values(outputs, &given)),
            (Some(AnswerWord::Value(Value::Record(fields))), AskKind::Escalation(_)) => {
                Answer::Continue((*fields).clone())
            }
            (Some(AnswerWord::Value(Value::Record(fields))), AskKind::Permission) => Answer::Done((*fields).clone()),
            (Some(AnswerWord::Value(given)), kind) => {
                let words = match kind {
                    AskKind::Escalation(_) => "retry, continue, rollback, abort or a record of outputs",
                    _ => "approve or reject",
                };
                self.trouble.get_or_insert(format!("{} takes {words}, not {}", ask.name, literal(&given)));
                return None;
            }
        };
        Some((answer, 0))
    }

    fn snapshot(&mut self, number: u64, name: &str) -> Result<String, String> {
        let reference = format!("{name}@{number}");
        self.snapshots.insert(reference.clone(), self.files.clone());
        Ok(reference)
    }

    fn restore(&mut self, reference: &str) -> Result<(), String> {
        let files = self.snapshots.get(reference).ok_or_else(|| format!("there is no snapshot {reference}"))?;
        self.files = files.clone();
        Ok(())
    }
}
