//! Questions to people: approvals, values, permissions, escalations.

use std::sync::Arc;

use ecow::EcoString;

use super::command::{Ask, AskKind, Command};
use super::input::Answer;
use super::notice::Notice;
use super::run::{Run, failure};
use super::state::{AskOf, Consent, Mode, OpenAsk, TimerOf};
use super::step::StepOf;
use super::task::{Completion, Flow, On, TaskId};
use crate::plan::ir::{Approve, ExprIx, Node, NodeIx, Risk, Work};
use crate::value::{Failure, Fields, Value};

impl<'a> Run<'a> {
    /// Asks a person; the task waits.
    #[allow(clippy::too_many_arguments, reason = "each is a part of the question")]
    pub fn ask(
        &mut self,
        t: TaskId,
        of: AskOf,
        name: String,
        kind: AskKind,
        question: String,
        show: Vec<(EcoString, Value)>,
        by: Option<String>,
        expires: Option<i64>,
    ) {
        if self.s.start.options.no_pause {
            let message = format!("a person is needed, and pausing is not allowed: {question}");
            let nobody = Failure { step: name, ..failure("rejected", message) };
            return match of {
                AskOf::Values(_) | AskOf::Permission(_) => self.step_fails(t, nobody),
                _ => self.fail(t, nobody),
            };
        }
        let number = self.open_ask(of, Ask { ask: 0, name, kind, question, show, by, expires });
        self.wait(t, On::Ask(number));
    }

    fn open_ask(&mut self, of: AskOf, mut ask: Ask) -> u64 {
        self.s.last.ask += 1;
        let number = self.s.last.ask;
        ask.ask = number;
        let timer = ask.expires.map(|at| self.set_timer(at, TimerOf::Expiry(number)));
        self.notices.push(Notice::AskOpened { ask: number, step: ask.name.clone(), question: ask.question.clone() });
        let ask = Arc::new(ask);
        self.commands.push(Command::Ask(ask.clone()));
        self.s.asks.insert(number, OpenAsk { ask, of, timer });
        number
    }

    /// Nobody needs to answer any more.
    pub fn withdraw(&mut self, number: u64) {
        if let Some(open) = self.s.asks.remove(&number) {
            if let Some(timer) = open.timer {
                self.forget_timer(timer);
            }
            self.commands.push(Command::Withdraw { ask: number });
        }
    }

    pub fn approve(&mut self, t: TaskId, node: NodeIx, approve: &Approve) {
        match self.approval(t, approve) {
            Ok((question, show, by, expires)) => {
                let name = self.path(t, &approve.name).to_string();
                self.ask(t, AskOf::Approve(t, node), name, AskKind::Approval, question, show, by, expires);
            }
            Err(failure) => self.fail(t, failure),
        }
    }

    #[allow(clippy::type_complexity, reason = "the parts of a question")]
    fn approval(
        &self,
        t: TaskId,
        approve: &Approve,
    ) -> Result<(String, Vec<(EcoString, Value)>, Option<String>, Option<i64>), Failure> {
        let question = self.text(t, approve.question)?.into();
        let show = approve
            .show
            .iter()
            .map(|(source, value)| Ok((source.clone(), self.eval(t, *value)?)))
            .collect::<Result<_, Failure>>()?;
        let by = approve.by.map(|by| self.text(t, by).map(String::from)).transpose()?;
        let within = approve.within.map(|within: ExprIx| self.duration(t, within)).transpose()?;
        Ok((question, show, by, within.map(|within| self.s.now.saturating_add(within))))
    }

    /// A question was answered.
    pub fn ask_answered(&mut self, number: u64, answer: &Answer, by: &str, comment: Option<&String>) {
        let Some(open) = self.s.asks.remove(&number) else { return };
        if let Some(timer) = open.timer {
            self.forget_timer(timer);
        }
        match open.of {
            AskOf::Approve(t, _)
            | AskOf::Values(t)
            | AskOf::Escalation(t)
            | AskOf::Permission(t)
            | AskOf::Waiver(t, _) => self.rouse(t),
            AskOf::Unknown => {}
        }
        let t = match open.of {
            AskOf::Approve(t, node) => {
                self.approval_answered(t, node, answer, by, comment);
                t
            }
            AskOf::Values(t) => {
                match answer {
                    Answer::Values(values) | Answer::Done(values) | Answer::Continue(values) => {
                        self.values_answered(t, values.clone());
                    }
                    _ => self.step_fails(t, failure("rejected", format!("{by} gave no answer"))),
                }
                t
            }
            AskOf::Escalation(t) => {
                self.escalation_answered(t, &open.ask.show, answer);
                t
            }
            AskOf::Permission(t) => {
                self.permission_answered(t, answer, by);
                t
            }
            AskOf::Waiver(t, gate) => {
                self.waiver_answered(t, gate, answer);
                t
            }
            AskOf::Unknown => return self.consent_answered(answer, by),
        };
        if !matches!(self.try_task(t).map(|task| &task.flow), None | Some(Flow::Wait(_))) {
            self.s.ready.push_back(t);
        }
    }

    fn approval_answered(&mut self, t: TaskId, node: NodeIx, answer: &Answer, by: &str, comment: Option<&String>) {
        let Some(Node::Approve(approve)) = self.node(node) else { return };
        if matches!(answer, Answer::Approve | Answer::Yes | Answer::Always) {
            if let Some(slot) = approve.slot {
                let mut fields = Fields::new();
                fields.insert("by".into(), Value::str(by));
                fields.insert("comment".into(), comment.map_or(Value::None, |comment| Value::str(comment.as_str())));
                self.set(t, slot, Value::record(fields));
            }
            return self.done(t, Completion::Normal);
        }
        let why = comment.map(|comment| format!(": {comment}")).unwrap_or_default();
        let step = self.path(t, &approve.name).to_string();
        let at = self.node_place(node);
        self.fail(t, Failure { step, at, ..failure("rejected", format!("{by} rejected it{why}")) });
    }

    /// The time to answer is over.
    pub fn ask_expired(&mut self, number: u64) {
        let Some(open) = self.s.asks.remove(&number) else { return };
        self.commands.push(Command::Withdraw { ask: number });
        let expired = Failure { step: open.ask.name.clone(), ..failure("expired", "nobody answered in time") };
        match open.of {
            AskOf::Values(t) => {
                self.rouse(t);
                self.step_fails(t, Failure { kind: "timeout".into(), ..expired });
                self.s.ready.push_back(t);
            }
            AskOf::Approve(t, _) => self.wake(t, Flow::Done(Completion::Fail(Box::new(expired)))),
            _ => {}
        }
    }

    /// A person gave the values of an `ask` action: the other outputs are computed from them.
    fn values_answered(&mut self, t: TaskId, mut values: Fields) {
        let Some(run) = self.step_run(t) else { return };
        let (inner, work) = (run.inner.unwrap_or(self.task(t).frame), self.work(run.work));
        for output in work.map_or(&[][..], |work| &work.outputs) {
            let value = match output.value {
                Some(value) => self.eval_seeing(inner, value, &values),
                None if values.contains_key(&output.name) => continue,
                None => Err(failure("output", format!("the answer has no {}", output.name))),
            };
            match value {
                Ok(value) => {
                    values.insert(output.name.clone(), value);
                }
                Err(fault) => return self.step_fails(t, Failure { kind: "output".into(), ..fault }),
            }
        }
        self.workflow_returned(t, values);
    }

    /// Whether the step on top may run now; else it waits for a person.
    pub fn may_run(&mut self, t: TaskId, work: &Work) -> bool {
        let Some(run) = self.step_run(t) else { return true };
        let StepOf::Node(node) = run.of else { return true };
        let mode = self.task(t).mode;
        if run.permitted || mode == Mode::Autopilot || self.s.always.contains(&node) {
            return true;
        }
        let risky = self.step_of(run.of).is_some_and(|step| step.risky.is_some());
        let risk = if risky { Risk::Risky } else { work.effects.risk };
        match (mode, risk) {
            (Mode::Hybrid, Risk::Safe) => true,
            (Mode::Hybrid, Risk::Unknown) => self.ask_consent(t),
            _ => {
                self.ask_permission(t, work);
                false
            }
        }
    }

    fn ask_permission(&mut self, t: TaskId, work: &Work) {
        let attempt = match self.resolve(t, 0) {
            Ok(attempt) => attempt,
            Err(failure) => return self.step_fails(t, failure),
        };
        let mut show = vec![("runs".into(), Value::str(super::attempt::describe(&attempt.action)))];
        let globs = |globs: &[EcoString]| Value::list(globs.iter().cloned().map(Value::Str).collect());
        let effects = &attempt.effects;
        for (name, list) in [("reads", &effects.reads), ("writes", &effects.writes), ("net", &effects.net)] {
            if let Some(list) = list {
                show.push((name.into(), globs(list)));
            }
        }
        let step = self.step_run(t).and_then(|run| self.step_of(run.of));
        let why = step.and_then(|step| step.risky.and_then(|why| self.text(t, why).ok()));
        let inner = self.step_run(t).and_then(|run| run.inner).unwrap_or(self.task(t).frame);
        let declared = work.effects.risky.or(work.effects.irreversible);
        if let Some(why) = why.or_else(|| declared.and_then(|why| self.text_in(inner, why).ok())) {
            show.push(("risk".into(), Value::Str(why)));
        }
        let question = format!("Run the step {}?", attempt.step);
        self.ask(t, AskOf::Permission(t), attempt.step, AskKind::Permission, question, show, None, None);
    }

    fn permission_answered(&mut self, t: TaskId, answer: &Answer, by: &str) {
        let Some(run) = self.step_mut(t) else { return };
        match answer {
            Answer::Yes | Answer::Approve | Answer::Always => {
                run.permitted = true;
                let of = run.of;
                if let (Answer::Always, StepOf::Node(node)) = (answer, of) {
                    self.s.always.insert(node);
                }
                self.begin_attempt(t);
            }
            Answer::Done(outputs) | Answer::Values(outputs) => {
                let outputs = outputs.clone();
                run.attempt += 1;
                self.values_answered(t, outputs);
            }
            Answer::Abort => {
                self.cancel_run(format!("{by} aborted it"));
            }
            _ => self.step_fails(t, failure("rejected", format!("{by} did not let it run"))),
        }
    }

    /// Whether steps that declare nothing may run; asked once for all of them.
    fn ask_consent(&mut self, t: TaskId) -> bool {
        match &mut self.s.unknown {
            Consent::Given => return true,
            Consent::Refused => {
                self.step_fails(t, failure("rejected", "steps that declare no effects may not run"));
                return false;
            }
            Consent::Asked { waiting } => waiting.push(t),
            Consent::Unasked => {
                if self.s.start.options.no_pause {
                    let message = "it declares no effects, and pausing to ask is not allowed";
                    self.step_fails(t, failure("rejected", message));
                    return false;
                }
                self.s.unknown = Consent::Asked { waiting: vec![t] };
                let names = self.plan.nodes.iter().filter_map(|node| match node {
                    Node::Step(step)
                        if self.plan.work_of(&step.does).is_some_and(|work| work.effects.risk == Risk::Unknown) =>
                    {
                        Some(Value::Str(step.name.clone()))
                    }
                    _ => None,
                });
                let names: Vec<_> = names.collect();
                let question = match names.len() {
                    1 => "A step declares no effects. May it run?".to_string(),
                    count => format!("{count} steps declare no effects. May they run?"),
                };
                let show = vec![("steps".into(), Value::list(names))];
                let name = self.plan.name.to_string();
                let ask = Ask { ask: 0, name, kind: AskKind::Permission, question, show, by: None, expires: None };
                self.open_ask(AskOf::Unknown, ask);
            }
        }
        self.wait(t, On::Consent);
        false
    }

    fn consent_answered(&mut self, answer: &Answer, by: &str) {
        let given = matches!(answer, Answer::Yes | Answer::Always | Answer::Approve);
        let consent = if given { Consent::Given } else { Consent::Refused };
        let Consent::Asked { waiting } = std::mem::replace(&mut self.s.unknown, consent) else { return };
        if matches!(answer, Answer::Abort) {
            return self.cancel_run(format!("{by} aborted it"));
        }
        for t in waiting {
            if self.try_task(t).is_some_and(|task| matches!(task.flow, Flow::Wait(On::Consent))) {
                self.rouse(t);
                self.begin_attempt(t);
                if !matches!(self.task(t).flow, Flow::Wait(_)) {
                    self.s.ready.push_back(t);
                }
            }
        }
    }
}
