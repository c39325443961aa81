//! A `test` item, ready to be run: the workflows that it runs with what is answered, mocked and expected.

use ecow::EcoString;

use super::ir::{BodyIx, ExprIx, Plan};
use crate::syntax::tree::GateOutcome;

/// A compiled `test` item.
#[derive(Clone, PartialEq, Debug)]
pub struct TestPlan {
    /// What it shows.
    pub title: EcoString,
    /// Everything that it runs; `entry` is the workflow of its first `run`. The expressions of `entries` are in it.
    pub plan: Plan,
    /// How many slots the frame of the test has: the variables of its `for`s.
    pub slots: u32,
    /// In order.
    pub entries: Vec<TestEntry>,
}

/// A line of a test.
#[derive(Clone, PartialEq, Debug)]
pub struct TestEntry {
    /// `[source, start, end, line, column]`.
    pub place: [u32; 5],
    /// What it says.
    pub kind: TestEntryKind,
}

/// The forms of lines.
#[derive(Clone, PartialEq, Debug)]
pub enum TestEntryKind {
    /// `mock target response then response`
    Mock(MockTarget, Vec<MockResponse>),
    /// `answer path value`
    Answer(StepPath, TestAnswer),
    /// `advance 3d`
    Advance(ExprIx),
    /// `crash after step path`
    CrashAfter(StepPath),
    /// `file "p" "content"`
    File {
        /// Its path.
        path: ExprIx,
        /// What it holds.
        content: ExprIx,
    },
    /// `for name in list { }`
    For {
        /// Slot of the element in the frame of the test.
        slot: u32,
        /// The list.
        list: ExprIx,
        /// What is done for each.
        entries: Vec<TestEntry>,
    },
    /// `run workflow(…)`: a value for each parameter, absent where the default holds.
    Run {
        /// The workflow.
        body: BodyIx,
        /// Its arguments.
        args: Vec<Option<ExprIx>>,
    },
    /// `expect …`
    Expect(TestExpect),
}

/// What a `mock` stands in for.
#[derive(Clone, PartialEq, Debug)]
pub enum MockTarget {
    /// Every action that no other mock stands in for.
    All,
    /// A command.
    Command(BodyIx),
    /// A step.
    Step(StepPath),
    /// An agent: the one of that name, or every one.
    Agent(Option<EcoString>),
}

/// What a mock answers.
#[derive(Clone, PartialEq, Debug)]
pub enum MockResponse {
    /// These outputs; a sample of its type for each other.
    Outputs(Vec<(EcoString, ExprIx)>),
    /// A failure of that kind, with a message.
    Fails(EcoString, Option<ExprIx>),
}

/// What is answered to a question.
#[derive(Clone, PartialEq, Debug)]
pub enum TestAnswer {
    /// `approve`
    Approve,
    /// `reject`
    Reject,
    /// `retry`, to an escalation
    Retry,
    /// `continue`, to an escalation
    Continue,
    /// `rollback`, to an escalation
    Rollback,
    /// `abort`, to an escalation
    Abort,
    /// A value for the question's output, or a record of them.
    Value(ExprIx),
}

/// Step names, outermost first, each with the key of its pass. An unambiguous end of a path is enough.
pub type StepPath = Vec<(EcoString, Option<ExprIx>)>;

/// What must hold after the run.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs, reason = "each is its words in the language")]
pub enum TestExpect {
    Succeeded,
    /// Of that kind, or of any.
    Failed(Option<EcoString>),
    Paused,
    /// To that checkpoint, or to any.
    RolledBack(Option<EcoString>),
    /// So often; at least once where `times` is absent.
    Ran {
        step: StepPath,
        negated: bool,
        times: Option<ExprIx>,
    },
    Before(StepPath, StepPath),
    /// A `bool` over the outputs of the run, by [`super::ir::Expr::Output`].
    Output(ExprIx),
    /// A `bool` over metrics.
    Metric(ExprIx),
    Gate(EcoString, GateOutcome),
    Checkpoint {
        name: EcoString,
        negated: bool,
    },
    FileExists {
        path: ExprIx,
        negated: bool,
    },
    FileContains {
        path: ExprIx,
        negated: bool,
        text: ExprIx,
    },
    Emitted(ExprIx),
}
