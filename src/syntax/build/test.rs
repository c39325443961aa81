//! Lines of tests.

use super::{Builder, Node};
use crate::source::Span;
use crate::syntax::errors;
use crate::syntax::tree::{
    Expect, Expr, GateOutcome, MockResponse, MockTarget, Name, StepPath, TestEntry, TestEntryKind, TestFor,
};
use wf_grammar::Rule;

impl<'s> Builder<'s> {
    /// The lines of a `test_block`.
    pub fn test_entries(&mut self, block: Node<'s>) -> Vec<TestEntry> {
        block.into_inner().map(|part| self.test_entry(part)).collect()
    }

    pub fn test_entry(&mut self, node: Node<'s>) -> TestEntry {
        let span = Span::new(self.keyword_start(&node), self.span(&node).end);
        let id = self.id();
        TestEntry { id, span, kind: self.test_kind(node) }
    }

    fn test_kind(&mut self, node: Node<'s>) -> TestEntryKind {
        let end = self.span(&node).end;
        let rule = node.as_rule();
        if rule == Rule::run {
            let run = self.run(node);
            return TestEntryKind::Run(Box::new((run.callee, run.args)));
        }
        let mut parts = node.into_inner();
        match rule {
            Rule::mock => self.mock(parts),
            Rule::answer => {
                let path = self.step_path(parts.next(), end);
                TestEntryKind::Answer(path, Box::new(self.expr_or_broken(parts.next(), end)))
            }
            Rule::advance => TestEntryKind::Advance(Box::new(self.expr_or_broken(parts.next(), end))),
            Rule::crash => TestEntryKind::CrashAfter(self.step_path(parts.next(), end)),
            Rule::file => {
                let path = self.expr_or_broken(parts.next(), end);
                TestEntryKind::File(Box::new((path, self.expr_or_broken(parts.next(), end))))
            }
            Rule::test_for => match (parts.next(), parts.next()) {
                (Some(head), Some(block)) => {
                    let entries = self.test_entries(block);
                    self.test_for(head, entries)
                }
                _ => TestEntryKind::Broken,
            },
            _ => match parts.next() {
                Some(part) => TestEntryKind::Expect(Box::new(self.expect(part))),
                None => TestEntryKind::Broken,
            },
        }
    }

    pub fn test_for(&mut self, head: Node<'s>, entries: Vec<TestEntry>) -> TestEntryKind {
        let span = self.span(&head);
        let mut parts = head.into_inner();
        let name = self.take_name(&mut parts, span.start);
        let name = self.binding(name);
        let list = self.expr_or_broken(parts.next(), span.end);
        TestEntryKind::For(Box::new(TestFor { name, list, entries: entries.into() }))
    }

    fn mock(&mut self, mut parts: impl Iterator<Item = Node<'s>>) -> TestEntryKind {
        let Some(target) = parts.next() else { return TestEntryKind::Broken };
        let end = self.span(&target).end;
        let target = match target.as_rule() {
            Rule::mock_all => MockTarget::All,
            Rule::mock_step => MockTarget::Step(self.step_path(target.into_inner().next(), end)),
            Rule::mock_agent => MockTarget::Agent(target.into_inner().next().map(|path| self.path(path))),
            _ => MockTarget::Command(self.callee(target)),
        };
        let responses = parts.map(|part| match part.as_rule() {
            Rule::mock_outputs => {
                let args = part.into_inner().next();
                MockResponse::Outputs(args.map(|args| self.args(args)).unwrap_or_default())
            }
            Rule::mock_succeeds => MockResponse::Succeeds,
            _ => {
                let mut parts = part.into_inner();
                let kind = self.take_name(&mut parts, end);
                MockResponse::Fails(kind, parts.next().map(|text| self.text(text)))
            }
        });
        let responses = responses.collect();
        TestEntryKind::Mock(target, responses)
    }

    fn step_path(&mut self, node: Option<Node<'s>>, at: u32) -> StepPath {
        let Some(node) = node else { return StepPath { segments: Box::default(), span: Span::at(at) } };
        let span = self.span(&node);
        let mut segments: Vec<(Name, Option<Expr>)> = Vec::new();
        for part in node.into_inner() {
            if part.as_rule() == Rule::name {
                segments.push((self.name(&part), None));
                continue;
            }
            let key = self.inner_expr(part);
            if let Some(last) = segments.last_mut() {
                last.1 = Some(key);
            }
        }
        StepPath { segments: segments.into(), span }
    }

    fn expect(&mut self, node: Node<'s>) -> Expect {
        let end = self.span(&node).end;
        let (rule, text) = (node.as_rule(), node.as_str());
        let mut parts = node.into_inner().peekable();
        let mut negated = false;
        match rule {
            Rule::expect_end if text == "paused" => Expect::Paused,
            Rule::expect_end => Expect::Succeeded,
            Rule::expect_failed => Expect::Failed(parts.next().map(|name| self.name(&name))),
            Rule::expect_rolled => Expect::RolledBack(parts.next().map(|name| self.name(&name))),
            Rule::expect_step => {
                let step = self.step_path(parts.next(), end);
                match parts.next() {
                    Some(part) if part.as_rule() == Rule::before => {
                        Expect::Before(step, self.step_path(part.into_inner().next(), end))
                    }
                    Some(part) => {
                        let mut parts = part.into_inner().peekable();
                        let negated = parts.next_if(|part| part.as_rule() == Rule::negated).is_some();
                        let times = parts.next().map(|part| self.expr(part));
                        Expect::Ran { step, negated, times }
                    }
                    None => Expect::Ran { step, negated: false, times: None },
                }
            }
            Rule::expect_output => Expect::Output(self.expr_or_broken(parts.next(), end)),
            Rule::expect_metric => Expect::Metric(self.expr_or_broken(parts.next(), end)),
            Rule::expect_gate => {
                let name = parts.next().map_or_else(|| self.missing_name(end), |part| self.name(&part));
                let outcome = parts.next().map_or(GateOutcome::Passed, |part| self.outcome(&part));
                Expect::Gate(name, outcome)
            }
            Rule::expect_checkpoint => {
                let name = parts.next().map_or_else(|| self.missing_name(end), |part| self.name(&part));
                negated |= parts.next().is_some();
                Expect::Checkpoint(name, negated)
            }
            Rule::expect_file => {
                let path = self.expr_or_broken(parts.next(), end);
                negated |= parts.next_if(|part| part.as_rule() == Rule::negated).is_some();
                match parts.next() {
                    Some(part) if part.as_rule() == Rule::contains => {
                        Expect::FileContains(path, negated, self.inner_expr(part))
                    }
                    _ => Expect::FileExists(path, negated),
                }
            }
            _ => Expect::Emitted(self.expr_or_broken(parts.next(), end)),
        }
    }

    fn outcome(&mut self, node: &Node<'s>) -> GateOutcome {
        match node.as_str() {
            "passed" => GateOutcome::Passed,
            "warned" => GateOutcome::Warned,
            "failed" => GateOutcome::Failed,
            "waived" => GateOutcome::Waived,
            other => {
                let place = self.place(self.span(node));
                let words = ["passed", "warned", "failed", "waived"];
                self.report(errors::unknown_word(place, other, "an outcome of a gate", &words));
                GateOutcome::Passed
            }
        }
    }
}
