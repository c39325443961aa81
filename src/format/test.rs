//! The inside of `test` items.

use super::Printer;
use super::doc::Token;
use super::sequence::Layout;
use crate::source::Span;
use crate::syntax::tree::{
    Expect, GateOutcome, MockResponse, MockTarget, StepPath, Test, TestEntry, TestEntryKind, TestFor,
};

impl<'a> Printer<'a> {
    pub(super) fn test(&mut self, test: &'a Test) {
        self.told("test ", &test.title);
        self.word(" ");
        self.block(self.absolute(test.body), &test.entries, Layout::Own, |entry| entry.span, Self::test_entry);
    }

    fn test_entry(&mut self, entry: &'a TestEntry) {
        match &entry.kind {
            TestEntryKind::Broken => self.verbatim(entry.span),
            TestEntryKind::Mock(target, responses) => self.mock(entry, target, responses),
            TestEntryKind::Answer(path, answer) => {
                self.word("answer ");
                self.step_path(path);
                self.keyword(" ", answer);
            }
            TestEntryKind::Advance(duration) => self.keyword("advance ", duration),
            TestEntryKind::CrashAfter(path) => {
                self.word("crash after step ");
                self.step_path(path);
            }
            TestEntryKind::File(parts) => {
                self.keyword("file ", &parts.0);
                self.keyword(" ", &parts.1);
            }
            TestEntryKind::For(found) => self.test_for(entry, found),
            TestEntryKind::Run(run) => {
                self.word("run ");
                self.callee(&run.0);
                let after = self.absolute(run.0.span).end;
                if !run.1.is_empty() || self.absolute(entry.span).end > after {
                    self.args(&run.1, after);
                }
            }
            TestEntryKind::Expect(expect) => {
                self.word("expect ");
                self.expect(expect);
            }
        }
    }

    fn mock(&mut self, entry: &'a TestEntry, target: &'a MockTarget, responses: &'a [MockResponse]) {
        self.word("mock ");
        match target {
            MockTarget::All => self.word("all"),
            MockTarget::Command(callee) => self.callee(callee),
            MockTarget::Step(path) => {
                self.word("step ");
                self.step_path(path);
            }
            MockTarget::Agent(agent) => {
                self.word("agent");
                if let Some(agent) = agent {
                    self.word(" ");
                    self.path(agent);
                }
            }
        }
        let mut at = self.absolute(entry.span).start;
        self.push(Token::Open);
        self.push(Token::Indent);
        for (i, response) in responses.iter().enumerate() {
            if i > 0 {
                self.push(Token::Line);
                self.word("then ");
            } else {
                self.word(" ");
            }
            at = self.response(response, at);
        }
        self.push(Token::Dedent);
        self.push(Token::Close);
    }

    /// Writes a response that begins after absolute offset `at`; gives where it ended.
    fn response(&mut self, response: &'a MockResponse, at: u32) -> u32 {
        match response {
            MockResponse::Outputs(args) => {
                self.word("-> ");
                let arrow = at + self.text.get(at as usize..).and_then(|rest| rest.find("->")).unwrap_or(0) as u32;
                self.args(args, arrow);
                args.last().map_or(arrow + 2, |arg| self.absolute(arg.span).end)
            }
            MockResponse::Succeeds => {
                self.word("succeeds");
                at
            }
            MockResponse::Fails(kind, message) => {
                self.word("fails ");
                self.name(kind);
                if let Some(message) = message {
                    self.told(" ", message);
                }
                self.absolute(message.as_ref().map_or(kind.span, |message| message.span)).end
            }
        }
    }

    fn test_for(&mut self, entry: &'a TestEntry, found: &'a TestFor) {
        self.word("for ");
        self.name(&found.name);
        self.word(" in ");
        self.head(&found.list);
        self.word(" ");
        let open = self.find('{', self.absolute(found.list.span).end);
        let body = Span::new(open, self.absolute(entry.span).end);
        self.block(body, &found.entries, Layout::Own, |entry| entry.span, Self::test_entry);
    }

    fn step_path(&mut self, path: &'a StepPath) {
        for (i, (name, key)) in path.segments.iter().enumerate() {
            if i > 0 {
                self.word("/");
            }
            self.name(name);
            if let Some(key) = key {
                self.word("[");
                self.expr(key);
                self.word("]");
            }
        }
    }

    fn expect(&mut self, expect: &'a Expect) {
        match expect {
            Expect::Succeeded => self.word("succeeded"),
            Expect::Failed(kind) => {
                self.word("failed");
                if let Some(kind) = kind {
                    self.word(" ");
                    self.name(kind);
                }
            }
            Expect::Paused => self.word("paused"),
            Expect::RolledBack(to) => {
                self.word("rolled-back");
                if let Some(to) = to {
                    self.word(" to ");
                    self.name(to);
                }
            }
            Expect::Ran { step, negated, times } => {
                self.word("step ");
                self.step_path(step);
                self.word(if *negated { " not ran" } else { " ran" });
                self.optional(" ", times.as_ref());
            }
            Expect::Before(first, second) => {
                self.word("step ");
                self.step_path(first);
                self.word(" before step ");
                self.step_path(second);
            }
            Expect::Output(condition) => self.keyword("output ", condition),
            Expect::Metric(condition) => self.keyword("metric ", condition),
            Expect::Gate(name, outcome) => {
                self.word("gate ");
                self.name(name);
                self.word(match outcome {
                    GateOutcome::Passed => " passed",
                    GateOutcome::Warned => " warned",
                    GateOutcome::Failed => " failed",
                    GateOutcome::Waived => " waived",
                });
            }
            Expect::Checkpoint(name, negated) => {
                self.word("checkpoint ");
                self.name(name);
                self.word(if *negated { " not taken" } else { " taken" });
            }
            Expect::FileExists(path, negated) => {
                self.keyword("file ", path);
                self.word(if *negated { " not exists" } else { " exists" });
            }
            Expect::FileContains(path, negated, text) => {
                self.keyword("file ", path);
                self.word(if *negated { " not contains " } else { " contains " });
                self.expr(text);
            }
            Expect::Emitted(text) => self.keyword("emitted ", text),
        }
    }
}
