//! `test` items.

use std::rc::Rc;

use ecow::EcoString;
use rustc_hash::FxHashMap;

use super::context::Context;
use super::{Lower, errors};
use crate::check::facts::{Checked, GlobalKind};
use crate::diagnostic::Diagnostic;
use crate::plan::ir::{BodyIx, MetricIx};
use crate::plan::test::{
    MockResponse, MockTarget, StepPath, TestAnswer, TestEntry, TestEntryKind, TestExpect, TestPlan,
};
use crate::source::FileId;
use crate::syntax::tree::{self, Arg, Callee, Expect, ExprKind, Item, ItemKind};

/// Compiles the `test` item at `index` of `file`, with all that it runs.
///
/// # Errors
/// The errors of the check, if there are any; or that there is no test at that place, or one that runs nothing.
pub fn lower_test(checked: &Checked, file: FileId, index: u32) -> Result<TestPlan, Vec<Diagnostic>> {
    if !checked.is_ok() {
        return Err(checked.diagnostics.iter().filter(|found| found.is_error()).cloned().collect());
    }
    let nothing = || vec![errors::no_test(file)];
    let unit = checked.files.get(file.0 as usize).ok_or_else(nothing)?;
    let slot = unit.tree.items.get(index as usize).ok_or_else(nothing)?;
    let facts = unit.facts.get(index as usize).ok_or_else(nothing)?;
    let item: &Item = &slot.item;
    let ItemKind::Test(test) = &item.kind else { return Err(nothing()) };
    let mut lower = Lower::new(checked, EcoString::new());
    lower.entry_file = Some(file);
    lower.cx = Context::of(file, slot.start, facts);
    lower.prepare_facts(facts);
    let entry = lower.first_run(&test.entries);
    let entries = lower.entries(&test.entries);
    lower.plan.entry = entry.ok_or_else(nothing)?;
    lower.plan.name = lower.plan.bodies.get(lower.plan.entry.index()).map(|body| body.name.clone()).unwrap_or_default();
    let slots = lower.cx.count();
    let title = test.title.literal().map_or_else(|| super::written::text(&test.title), EcoString::from);
    Ok(TestPlan { title, plan: lower.finish()?, slots, entries })
}

impl<'a> Lower<'a> {
    /// The workflow of the first `run`, whose metrics are in scope from the start.
    fn first_run(&mut self, entries: &'a [tree::TestEntry]) -> Option<BodyIx> {
        entries.iter().find_map(|entry| match &entry.kind {
            tree::TestEntryKind::Run(run) => self.ran(&run.0, &[]).map(|(body, _)| body),
            tree::TestEntryKind::For(each) => self.first_run(&each.entries),
            _ => None,
        })
    }

    fn entries(&mut self, entries: &'a [tree::TestEntry]) -> Vec<TestEntry> {
        let mut lowered = Vec::with_capacity(entries.len());
        for entry in entries {
            let place = self.places.place(self.cx.file, entry.span.shift(self.cx.start));
            match self.entry(entry) {
                Some(kind) => lowered.push(TestEntry { place, kind }),
                None => self.fault(entry.span, "a line of a test that was not resolved"),
            }
        }
        lowered
    }

    fn entry(&mut self, entry: &'a tree::TestEntry) -> Option<TestEntryKind> {
        Some(match &entry.kind {
            tree::TestEntryKind::Broken => return None,
            tree::TestEntryKind::Mock(target, responses) => {
                let target = self.mock_target(target)?;
                TestEntryKind::Mock(target, responses.iter().map(|response| self.response(response)).collect())
            }
            tree::TestEntryKind::Answer(path, answer) => {
                let answer = match &answer.kind {
                    ExprKind::Name(word) if word == "approve" => TestAnswer::Approve,
                    ExprKind::Name(word) if word == "reject" => TestAnswer::Reject,
                    ExprKind::Name(word) if word == "retry" => TestAnswer::Retry,
                    ExprKind::Name(word) if word == "continue" => TestAnswer::Continue,
                    ExprKind::Name(word) if word == "rollback" => TestAnswer::Rollback,
                    ExprKind::Name(word) if word == "abort" => TestAnswer::Abort,
                    _ => TestAnswer::Value(self.expr(answer)),
                };
                TestEntryKind::Answer(self.step_path(path), answer)
            }
            tree::TestEntryKind::Advance(time) => TestEntryKind::Advance(self.expr(time)),
            tree::TestEntryKind::CrashAfter(path) => TestEntryKind::CrashAfter(self.step_path(path)),
            tree::TestEntryKind::File(parts) => {
                TestEntryKind::File { path: self.expr(&parts.0), content: self.expr(&parts.1) }
            }
            tree::TestEntryKind::For(each) => {
                let list = self.expr(&each.list);
                let slot = self.declare(&each.name);
                TestEntryKind::For { slot, list, entries: self.entries(&each.entries) }
            }
            tree::TestEntryKind::Run(run) => {
                let (body, args) = self.ran(&run.0, &run.1)?;
                TestEntryKind::Run { body, args }
            }
            tree::TestEntryKind::Expect(expect) => TestEntryKind::Expect(self.expectation(expect)),
        })
    }

    /// The workflow of a `run` with its arguments. It is lowered at once, so that its metrics are known.
    fn ran(&mut self, callee: &Callee, args: &'a [Arg]) -> Option<(BodyIx, Vec<Option<crate::plan::ir::ExprIx>>)> {
        let id = self.item_at(&callee.path)?;
        let checked = self.checked;
        let GlobalKind::Workflow(signature) = &checked.global(id)?.kind else { return None };
        let args = self.run_arguments(args, &signature.params);
        let body = self.body(id);
        self.drain();
        self.cx.metrics = Rc::new(self.metrics_of_run(id));
        Some((body, args))
    }

    /// The metrics of the workflow and of those that it runs; of the same name its own.
    fn metrics_of_run(&self, id: crate::check::facts::GlobalId) -> FxHashMap<EcoString, MetricIx> {
        let mut ids: Vec<_> = self.published.keys().copied().filter(|other| *other != id).collect();
        ids.sort_unstable();
        ids.push(id);
        let all = ids.iter().filter_map(|id| self.published.get(id));
        all.flat_map(|metrics| metrics.iter().map(|(name, metric)| (name.clone(), *metric))).collect()
    }

    fn mock_target(&mut self, target: &'a tree::MockTarget) -> Option<MockTarget> {
        Some(match target {
            tree::MockTarget::All => MockTarget::All,
            tree::MockTarget::Command(callee) => {
                let id = self.item_at(&callee.path)?;
                let body = self.body(id);
                self.drain();
                MockTarget::Command(body)
            }
            tree::MockTarget::Step(path) => MockTarget::Step(self.step_path(path)),
            tree::MockTarget::Agent(path) => MockTarget::Agent(path.as_ref().map(|path| self.agent(path))),
        })
    }

    fn response(&mut self, response: &'a tree::MockResponse) -> MockResponse {
        match response {
            tree::MockResponse::Succeeds => MockResponse::Outputs(Vec::new()),
            tree::MockResponse::Outputs(args) => {
                let named = args.iter().filter_map(|arg| Some((arg.name.as_ref()?, &arg.value)));
                MockResponse::Outputs(named.map(|(name, value)| (name.text.clone(), self.expr(value))).collect())
            }
            tree::MockResponse::Fails(kind, message) => {
                MockResponse::Fails(self.kind(kind), self.maybe_text(message.as_ref()))
            }
        }
    }

    fn step_path(&mut self, path: &'a tree::StepPath) -> StepPath {
        path.segments.iter().map(|(name, key)| (name.text.clone(), self.maybe(key.as_ref()))).collect()
    }

    fn expectation(&mut self, expect: &'a Expect) -> TestExpect {
        match expect {
            Expect::Succeeded => TestExpect::Succeeded,
            Expect::Failed(kind) => TestExpect::Failed(kind.as_ref().map(|kind| self.kind(kind))),
            Expect::Paused => TestExpect::Paused,
            Expect::RolledBack(to) => TestExpect::RolledBack(to.as_ref().map(|name| name.text.clone())),
            Expect::Ran { step, negated, times } => {
                let step = self.step_path(step);
                TestExpect::Ran { step, negated: *negated, times: self.maybe(times.as_ref()) }
            }
            Expect::Before(first, second) => TestExpect::Before(self.step_path(first), self.step_path(second)),
            Expect::Output(condition) => TestExpect::Output(self.deciding(condition)),
            Expect::Metric(condition) => TestExpect::Metric(self.deciding(condition)),
            Expect::Gate(name, outcome) => TestExpect::Gate(name.text.clone(), *outcome),
            Expect::Checkpoint(name, negated) => TestExpect::Checkpoint { name: name.text.clone(), negated: *negated },
            Expect::FileExists(path, negated) => TestExpect::FileExists { path: self.expr(path), negated: *negated },
            Expect::FileContains(path, negated, text) => {
                TestExpect::FileContains { path: self.expr(path), negated: *negated, text: self.expr(text) }
            }
            Expect::Emitted(text) => TestExpect::Emitted(self.expr(text)),
        }
    }
}

/// Metrics of the workflows that have been lowered.
pub(super) type Published = FxHashMap<crate::check::facts::GlobalId, Rc<FxHashMap<EcoString, MetricIx>>>;
