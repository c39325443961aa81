//! `test` items: mocks, answers and expectations against the workflows that the test runs.

use std::sync::Arc;

use ecow::EcoString;
use indexmap::IndexMap;
use rustc_hash::FxHashSet;

use super::checker::Checker;
use super::env::Env;
use super::errors;
use super::expr::{Callee as Called, Slot};
use super::facts::{Def, Facts, GlobalId, GlobalKind, LocalKind};
use super::names::{Binding, Role};
use super::outline;
use super::ty::{RecordTy, Ty};
use crate::source::{FileId, Span};
use crate::suggest;
use crate::syntax::tree::{
    Action, Clause, Expect, Expr, ExprKind, Gate, ItemKind, MockResponse, MockTarget, Name, StepPath, Stmt, StmtKind,
    Test, TestEntry, TestEntryKind, actions,
};

/// Everything about a test; `facts` are those of all items that are no tests.
pub fn check(env: &Env, facts: &[Vec<Arc<Facts>>], file: FileId, index: u32) -> Facts {
    let mut cx = Checker::new(env, file, index);
    if let Some(ItemKind::Test(test)) = env.item_at(file, index).map(|item| &item.kind) {
        cx.text(&test.title);
        let mut subject = Subject::default();
        for id in workflows(&mut cx, test) {
            subject.add(env, facts, id);
        }
        cx.names.enter();
        cx.entries(&test.entries, &subject);
        cx.names.leave();
    }
    cx.facts
}

/// What the workflows that a test runs are made of, those that they run themselves included.
#[derive(Default)]
struct Subject {
    seen: FxHashSet<GlobalId>,
    steps: IndexMap<EcoString, Option<Arc<RecordTy>>>,
    questions: IndexMap<EcoString, Ty>,
    gates: FxHashSet<EcoString>,
    checkpoints: IndexMap<EcoString, ()>,
    outputs: IndexMap<EcoString, Ty>,
    metrics: IndexMap<EcoString, Ty>,
}

impl Subject {
    /// Adds a workflow that the test runs: its outputs and metrics too.
    fn add(&mut self, env: &Env, facts: &[Vec<Arc<Facts>>], id: GlobalId) {
        if let GlobalKind::Workflow(signature) = env.kind(id) {
            self.outputs.extend(signature.outputs.iter().cloned());
        }
        self.inside(env, facts, id);
    }

    fn inside(&mut self, env: &Env, facts: &[Vec<Arc<Facts>>], id: GlobalId) {
        let (Some(place), Some(item)) = (env.place(id), env.item(id)) else { return };
        let facts_of = facts.get(place.file.0 as usize).and_then(|file| file.get(place.item as usize));
        let (Some(known), true) = (facts_of, self.seen.insert(id)) else { return };
        self.metrics.extend(known.metrics.iter().map(|(name, metric)| (name.clone(), metric.ty.clone())));
        match &item.kind {
            ItemKind::Workflow(workflow) => {
                outline::each_in_body(&workflow.body, &mut |stmt| self.stmt(stmt, known));
            }
            ItemKind::Handler(handler) => outline::each(&handler.body.stmts, &mut |stmt| self.stmt(stmt, known)),
            ItemKind::Gates(gates) => gates.entries.iter().for_each(|gate| self.gate(gate)),
            _ => {}
        }
        for (target, _) in &known.uses {
            if matches!(env.kind(*target), GlobalKind::Workflow(_) | GlobalKind::Handler | GlobalKind::Gates) {
                self.inside(env, facts, *target);
            }
        }
    }

    fn gate(&mut self, gate: &Gate) {
        self.gates.extend(gate.name.iter().map(|name| name.text.clone()));
    }

    fn stmt(&mut self, stmt: &Stmt, facts: &Facts) {
        match &stmt.kind {
            StmtKind::Step(step) => {
                let record = facts.steps.get(&stmt.id).and_then(|facts| facts.outputs.clone());
                if let Some(ty) = asked(&step.clauses, facts) {
                    self.questions.entry(step.name.text.clone()).or_insert(ty);
                }
                self.steps.entry(step.name.text.clone()).or_insert(record);
            }
            StmtKind::Approve(approve) => {
                if let Some(name) = &approve.name {
                    self.questions.entry(name.text.clone()).or_insert(Ty::Unknown);
                }
            }
            StmtKind::Gate(gate) => self.gate(gate),
            StmtKind::Checkpoint(checkpoint) => {
                self.checkpoints.insert(checkpoint.name.text.clone(), ());
            }
            _ => {}
        }
    }
}

/// The type of the answer to an `ask`.
fn asked(clauses: &[Clause], facts: &Facts) -> Option<Ty> {
    actions(clauses).find_map(|(_, action)| match action {
        Action::Ask(_, outputs) => Some(match &**outputs {
            [one] => facts.written.get(&one.ty.span.start).cloned().unwrap_or_default(),
            _ => Ty::Unknown,
        }),
        _ => None,
    })
}

/// The workflows that a test runs.
fn workflows(cx: &mut Checker, test: &Test) -> Vec<GlobalId> {
    let mut found = Vec::new();
    let mut open: Vec<&[TestEntry]> = vec![&test.entries];
    while let Some(entries) = open.pop() {
        for entry in entries {
            match &entry.kind {
                TestEntryKind::For(of) => open.push(&of.entries),
                TestEntryKind::Run(run) => found.extend(cx.callee(&run.0).map(|(id, _)| id)),
                _ => {}
            }
        }
    }
    // The run itself is checked, and reported, where it stands.
    cx.facts.diagnostics.clear();
    found
}

impl Checker<'_> {
    fn entries(&mut self, entries: &[TestEntry], subject: &Subject) {
        for entry in entries {
            self.entry(entry, subject);
        }
    }

    fn entry(&mut self, entry: &TestEntry, subject: &Subject) {
        match &entry.kind {
            TestEntryKind::Broken => {}
            TestEntryKind::Mock(target, responses) => self.mock(target, responses, subject),
            TestEntryKind::Answer(path, value) => self.answer(path, value, subject),
            TestEntryKind::Advance(time) => {
                self.expect(time, &Ty::Duration, None);
            }
            TestEntryKind::CrashAfter(path) => {
                self.step_path(path, subject);
            }
            TestEntryKind::File(file) => {
                self.expect(&file.0, &Ty::Path, None);
                self.expect(&file.1, &Ty::String, None);
            }
            TestEntryKind::For(of) => {
                let element = self.elements(&of.list);
                self.block_of(|cx| {
                    cx.declare(&of.name, LocalKind::Each, element);
                    cx.entries(&of.entries, subject);
                });
            }
            TestEntryKind::Run(run) => {
                let (callee, args) = &**run;
                match self.callee(callee) {
                    Some((id, signature)) => {
                        let target =
                            Called { name: &callee.path.name.text, span: callee.span, declared: self.env.place(id) };
                        self.arguments(&Slot::of(&signature), args, target);
                    }
                    None => self.arguments_of_unknown(args),
                }
            }
            TestEntryKind::Expect(expect) => self.expectation(expect, subject),
        }
    }

    fn mock(&mut self, target: &MockTarget, responses: &[MockResponse], subject: &Subject) {
        let (name, span, outputs) = match target {
            MockTarget::All => ("all".into(), Span::at(0), None),
            MockTarget::Agent(path) => {
                if let Some(path) = path {
                    self.item_path(path, "an agent", |kind| matches!(kind, GlobalKind::Agent));
                }
                ("agent".into(), Span::at(0), None)
            }
            MockTarget::Command(callee) => {
                let found = self.callee(callee);
                let outputs = found.map(|(_, signature)| signature.outputs.clone());
                (callee.path.name.text.clone(), callee.span, outputs)
            }
            MockTarget::Step(path) => {
                let record = self.step_path(path, subject);
                let own = |name: &str| !matches!(name, "status" | "duration" | "attempts");
                let outputs = record.map(|record| {
                    let fields = record.fields.iter().filter(|field| own(&field.name));
                    fields.map(|field| (field.name.clone(), field.ty.plain().clone())).collect()
                });
                let name = path.segments.last().map(|(name, _)| name.text.clone()).unwrap_or_default();
                (name, path.span, outputs)
            }
        };
        for response in responses {
            match response {
                MockResponse::Succeeds => {}
                MockResponse::Fails(kind, text) => {
                    self.kind(kind);
                    text.iter().for_each(|text| self.text(text));
                }
                MockResponse::Outputs(args) => match &outputs {
                    Some(outputs) => {
                        let slots: Vec<Slot> =
                            outputs.iter().map(|(name, ty)| Slot { name, ty, default: true }).collect();
                        self.arguments(&slots, args, Called { name: &name, span, declared: None });
                    }
                    None => self.arguments_of_unknown(args),
                },
            }
        }
    }

    /// A step of what the test runs: its outputs.
    fn step_path(&mut self, path: &StepPath, subject: &Subject) -> Option<Arc<RecordTy>> {
        for (name, key) in &path.segments {
            if let Some(key) = key {
                self.infer(key, &Ty::Unknown);
            }
            if !name.is_missing() && !subject.steps.contains_key(&name.text) {
                self.unknown_subject(name, "step", subject.steps.keys());
                return None;
            }
        }
        let (last, _) = path.segments.last()?;
        subject.steps.get(&last.text)?.clone()
    }

    fn unknown_subject<'n>(&mut self, name: &Name, what: &str, known: impl Iterator<Item = &'n EcoString>) {
        if !name.is_missing() {
            let near = suggest::nearest(&name.text, known.map(EcoString::as_str));
            self.report(errors::unknown_mock(self.at(name.span), what, &name.text, near));
        }
    }

    fn answer(&mut self, path: &StepPath, value: &Expr, subject: &Subject) {
        let Some((name, _)) = path.segments.last() else { return };
        for (_, key) in &path.segments {
            key.iter().for_each(|key| {
                self.infer(key, &Ty::Unknown);
            });
        }
        let word = match &value.kind {
            ExprKind::Name(word) => {
                ["approve", "reject", "retry", "continue", "abort", "rollback"].contains(&word.as_str())
            }
            _ => false,
        };
        match subject.questions.get(&name.text) {
            Some(Ty::Unknown) | None if word => {}
            Some(ty) => {
                self.expect(value, ty, None);
            }
            None => {
                self.infer(value, &Ty::Unknown);
            }
        }
        let known = subject.questions.contains_key(&name.text) || subject.gates.contains(&name.text);
        if !known && !subject.steps.contains_key(&name.text) {
            self.unknown_subject(name, "question", subject.questions.keys().chain(subject.steps.keys()));
        }
    }

    fn expectation(&mut self, expect: &Expect, subject: &Subject) {
        match expect {
            Expect::Succeeded | Expect::Failed(None) | Expect::Paused | Expect::RolledBack(None) => {}
            Expect::Failed(Some(kind)) => self.kind(kind),
            Expect::RolledBack(Some(name)) | Expect::Checkpoint(name, _) => {
                if name.text != "start" && !subject.checkpoints.contains_key(&name.text) {
                    self.unknown_subject(name, "checkpoint", subject.checkpoints.keys());
                }
            }
            Expect::Ran { step, times, .. } => {
                self.step_path(step, subject);
                times.iter().for_each(|times| {
                    self.expect(times, &Ty::Int, None);
                });
            }
            Expect::Before(first, second) => {
                self.step_path(first, subject);
                self.step_path(second, subject);
            }
            Expect::Output(condition) => self.over(&subject.outputs, Def::Output, condition),
            Expect::Metric(condition) => self.over(&subject.metrics, Def::Metric, condition),
            Expect::Gate(name, _) => {
                if !subject.gates.contains(&name.text) {
                    let mut known: Vec<&EcoString> = subject.gates.iter().collect();
                    known.sort();
                    self.unknown_subject(name, "gate", known.into_iter());
                }
            }
            Expect::FileExists(path, _) => {
                self.expect(path, &Ty::Path, None);
            }
            Expect::FileContains(path, _, text) => {
                self.expect(path, &Ty::Path, None);
                self.expect(text, &Ty::String, None);
            }
            Expect::Emitted(text) => {
                self.expect(text, &Ty::String, None);
            }
        }
    }

    /// A condition over the outputs or metrics of the run.
    fn over(&mut self, names: &IndexMap<EcoString, Ty>, def: fn(EcoString) -> Def, condition: &Expr) {
        self.block_of(|cx| {
            for (name, ty) in names {
                let binding = Binding::new(name.clone(), def(name.clone()), ty.clone(), Role::Attempt, Span::at(0));
                cx.bind(binding);
            }
            cx.condition(condition);
        });
    }
}
