//! Metrics and gates.

use super::command::AskKind;
use super::input::Answer;
use super::notice::Notice;
use super::run::{Run, failure};
use super::scope::ScopeOf;
use super::state::AskOf;
use super::task::{Completion, Entry, TaskId};
use crate::plan::ir::{Gate, GateIx, GateSeverity, MetricIx};
use crate::syntax::tree::GateOutcome;
use crate::value::{Failure, Fields, Value};

impl<'a> Run<'a> {
    /// A metric has a value; critical gates that read it are judged at once.
    pub fn publish(&mut self, t: TaskId, metric: MetricIx, value: Value) {
        let Some(declared) = self.plan.metrics.get(metric.index()) else { return };
        let notice =
            Notice::MetricPublished { name: declared.name.clone(), value: value.clone(), claimed: declared.claimed };
        self.notices.push(notice);
        let frame = self.task(t).frame;
        self.s.frames.publish(t, frame, metric, value);
        let gates = self.critical_gates(t, metric);
        if !gates.is_empty() {
            self.judge_gates(t, gates, Completion::Normal);
        }
    }

    /// Critical gates attached to the scopes around that read the metric, and all of whose metrics have a value.
    fn critical_gates(&self, t: TaskId, metric: MetricIx) -> Vec<GateIx> {
        let mut found = Vec::new();
        let mut next = self.try_task(t);
        while let Some(task) = next {
            for entry in task.stack.iter().rev() {
                let Entry::Scope(run) = entry else { continue };
                let gates = self.scope_of(run.of).map_or(&[][..], |scope| &scope.gates);
                found.extend(gates.iter().copied().filter(|ix| {
                    self.plan.gates.get(ix.index()).is_some_and(|gate| {
                        gate.severity == GateSeverity::Critical
                            && gate.metrics.contains(&metric)
                            && gate.metrics.iter().all(|metric| {
                                self.s.frames.metric(task.frame, *metric).is_some_and(|value| *value != Value::None)
                            })
                    })
                }));
                if matches!(run.of, ScopeOf::Body(_)) {
                    return found;
                }
            }
            next = self.try_task(task.parent);
        }
        found
    }

    /// Judges gates one after the other, then goes on with `then`.
    pub fn judge_gates(&mut self, t: TaskId, gates: Vec<GateIx>, then: Completion) {
        self.push(t, Entry::Gates { gates, next: 0, then: Box::new(then) });
        self.done(t, Completion::Normal);
    }

    pub fn gates_delivered(&mut self, t: TaskId, completion: Completion) {
        let Some(Entry::Gates { gates, next, then }) = self.task_mut(t).stack.last_mut() else { return };
        if !matches!(completion, Completion::Normal) {
            self.task_mut(t).stack.pop();
            return self.done(t, completion);
        }
        let Some(gate) = gates.get(*next as usize).copied() else {
            let then = std::mem::replace(&mut **then, Completion::Normal);
            self.task_mut(t).stack.pop();
            return self.done(t, then);
        };
        *next += 1;
        self.judge_gate(t, gate);
    }

    fn judge_gate(&mut self, t: TaskId, ix: GateIx) {
        let Some(gate) = self.plan.gates.get(ix.index()) else { return self.done(t, Completion::Normal) };
        let holds = match self.bool(t, gate.condition) {
            Ok(holds) => holds,
            Err(failure) => return self.fail(t, failure),
        };
        if holds {
            self.judged(t, gate, GateOutcome::Passed);
            return self.done(t, Completion::Normal);
        }
        let options = &self.s.start.options;
        let warns = match gate.severity {
            GateSeverity::Warn => !options.strict,
            GateSeverity::Fail => options.lenient,
            GateSeverity::Critical => false,
        };
        if warns {
            self.judged(t, gate, GateOutcome::Warned);
            return self.done(t, Completion::Normal);
        }
        if self.s.waived.get(&ix).is_some_and(|until| *until > self.s.now) {
            self.judged(t, gate, GateOutcome::Waived);
            return self.done(t, Completion::Normal);
        }
        match (&gate.waivable, self.s.start.options.no_pause) {
            (Some((role, _)), false) => self.ask_waiver(t, ix, gate, *role),
            _ => self.gate_fails(t, gate),
        }
    }

    fn ask_waiver(&mut self, t: TaskId, ix: GateIx, gate: &Gate, role: crate::plan::ir::ExprIx) {
        let by = self.text(t, role).ok().map(String::from);
        let question = format!("Waive the gate {}? It failed: {}", gate.name, gate.text);
        let show = self.gate_operands(t, gate).into_iter().collect();
        let name = self.path(t, &gate.name).to_string();
        self.ask(t, AskOf::Waiver(t, ix), name, AskKind::Approval, question, show, by, None);
    }

    /// Somebody was asked to waive a gate.
    pub fn waiver_answered(&mut self, t: TaskId, ix: GateIx, answer: &Answer) {
        let Some(gate) = self.plan.gates.get(ix.index()) else { return };
        if !matches!(answer, Answer::Approve | Answer::Yes | Answer::Always) {
            return self.gate_fails(t, gate);
        }
        let holds = gate.waivable.as_ref().and_then(|(_, holds)| self.duration(t, *holds).ok());
        self.s.waived.insert(ix, self.s.now.saturating_add(holds.unwrap_or(0)));
        self.judged(t, gate, GateOutcome::Waived);
        self.done(t, Completion::Normal);
    }

    fn gate_fails(&mut self, t: TaskId, gate: &Gate) {
        self.judged(t, gate, GateOutcome::Failed);
        let operands: Vec<_> =
            self.gate_operands(t, gate).iter().map(|(name, value)| format!("{name} is {}", value.to_text())).collect();
        let seen = if operands.is_empty() { String::new() } else { format!(" ({})", operands.join(", ")) };
        let message = format!("gate {} failed: {}{seen}", gate.name, gate.text);
        let step = self.task(t).prefix.to_string();
        self.fail(t, Failure { step, at: self.place(gate.condition), ..failure("gate", message) });
    }

    fn gate_operands(&self, t: TaskId, gate: &Gate) -> Fields {
        let mut operands = Fields::new();
        self.operands(t, gate.condition, &mut operands);
        operands
    }

    fn judged(&mut self, t: TaskId, gate: &Gate, outcome: GateOutcome) {
        let operands = self.gate_operands(t, gate);
        let advice = gate.advice.filter(|_| outcome != GateOutcome::Passed);
        let advice = advice.and_then(|advice| self.text(t, advice).ok()).map(String::from);
        let (name, severity, condition) = (gate.name.clone(), gate.severity, gate.text.clone());
        self.notices.push(Notice::GateJudged { name, outcome, severity, condition, operands, advice });
    }
}
