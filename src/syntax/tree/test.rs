//! The inside of `test` items.

use super::{Arg, Callee, Expr, Name, NodeId, Path, Text};
use crate::source::Span;

/// `test "title" { entries }`
#[derive(Clone, PartialEq, Debug)]
pub struct Test {
    /// What it shows.
    pub title: Text,
    /// In order.
    pub entries: Box<[TestEntry]>,
    /// From the opening brace to the closing one.
    pub body: Span,
}

/// A line of a test.
#[derive(Clone, PartialEq, Debug)]
pub struct TestEntry {
    /// Its number in the item.
    pub id: NodeId,
    /// Where.
    pub span: Span,
    /// What.
    pub kind: TestEntryKind,
}

/// The forms of lines of a test.
#[derive(Clone, PartialEq, Debug)]
pub enum TestEntryKind {
    /// Could not be parsed; already reported.
    Broken,
    /// `mock target response then response`
    Mock(MockTarget, Box<[MockResponse]>),
    /// `answer name approve`, `answer path value`
    Answer(StepPath, Box<Expr>),
    /// `advance 3d`
    Advance(Box<Expr>),
    /// `crash after step path`
    CrashAfter(StepPath),
    /// `file "p" "content"`
    File(Box<(Expr, Expr)>),
    /// `for case in [..] { }`
    For(Box<TestFor>),
    /// `run workflow(…)`
    Run(Box<(Callee, Box<[Arg]>)>),
    /// `expect …`
    Expect(Box<Expect>),
}

/// `for name in list { entries }`
#[derive(Clone, PartialEq, Debug)]
pub struct TestFor {
    /// The name of an element.
    pub name: Name,
    /// The list.
    pub list: Expr,
    /// What is done for each.
    pub entries: Box<[TestEntry]>,
}

/// What a `mock` stands in for.
#[derive(Clone, PartialEq, Debug)]
pub enum MockTarget {
    /// `mock all`
    All,
    /// `mock @command`
    Command(Callee),
    /// `mock step path`
    Step(StepPath),
    /// `mock agent`, `mock agent name`
    Agent(Option<Path>),
}

/// What a mock answers.
#[derive(Clone, PartialEq, Debug)]
pub enum MockResponse {
    /// `-> (output: value)`
    Outputs(Box<[Arg]>),
    /// `succeeds`
    Succeeds,
    /// `fails kind "message"`
    Fails(Name, Option<Text>),
}

/// Step names joined by `/`, each with `["key"]` where it stands in a loop.
#[derive(Clone, PartialEq, Debug)]
pub struct StepPath {
    /// Outermost first.
    pub segments: Box<[(Name, Option<Expr>)]>,
    /// The whole.
    pub span: Span,
}

/// What must hold after the run.
#[derive(Clone, PartialEq, Debug)]
pub enum Expect {
    /// `succeeded`
    Succeeded,
    /// `failed kind`
    Failed(Option<Name>),
    /// `paused`
    Paused,
    /// `rolled-back to c`
    RolledBack(Option<Name>),
    /// `step path [not] ran n`
    Ran {
        /// Which step.
        step: StepPath,
        /// Whether `not` was written.
        negated: bool,
        /// How often; at least once if unsaid.
        times: Option<Expr>,
    },
    /// `step a before step b`
    Before(StepPath, StepPath),
    /// `output e`
    Output(Expr),
    /// `metric e`
    Metric(Expr),
    /// `gate name passed`
    Gate(Name, GateOutcome),
    /// `checkpoint name [not] taken`: whether `not` was written.
    Checkpoint(Name, bool),
    /// `file "p" [not] exists`: whether `not` was written.
    FileExists(Expr, bool),
    /// `file "p" [not] contains "t"`: whether `not` was written.
    FileContains(Expr, bool, Expr),
    /// `emitted "t"`
    Emitted(Expr),
}

/// How a gate ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "each is its word")]
pub enum GateOutcome {
    Passed,
    Warned,
    Failed,
    Waived,
}
