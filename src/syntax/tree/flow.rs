//! Statements.

use super::{Action, Allow, Arg, Block, Clause, ClauseKind, Doc, Expr, Name, NodeId, Pattern, Text, Type};
use crate::source::Span;

/// A statement.
#[derive(Clone, PartialEq, Debug)]
pub struct Stmt {
    /// Its number in the item.
    pub id: NodeId,
    /// Without documentation and `allow`s.
    pub span: Span,
    /// Its `///` lines.
    pub docs: Option<Box<Doc>>,
    /// Its `allow(…)`s.
    pub allows: Box<[Allow]>,
    /// What.
    pub kind: StmtKind,
}

/// The forms of statements.
#[derive(Clone, PartialEq, Debug)]
pub enum StmtKind {
    /// Could not be parsed; already reported.
    Broken,
    /// `step name "Title" { … }`
    Step(Box<Step>),
    /// `let x = …`, `var x = …`
    Let(Box<Let>),
    /// `x = e`
    Assign(Box<(Name, Expr)>),
    /// `if c { } else if … else { }`
    If(Box<If>),
    /// `match e { p => { } … }`
    Match(Box<MatchStmt>),
    /// `[parallel] for x in xs … { }`
    For(Box<For>),
    /// `parallel … { }`
    Parallel(Box<Parallel>),
    /// `repeat max n until c { }`
    Repeat(Box<Repeat>),
    /// `scope "Title" { }`
    Scope(Box<Scope>),
    /// `checkpoint name include globs`
    Checkpoint(Box<Checkpoint>),
    /// `seal`
    Seal,
    /// `metric name: T = e`
    Metric(Box<Metric>),
    /// `gate …`
    Gate(Box<Gate>),
    /// `approve name "Question" { … }`
    Approve(Box<Approve>),
    /// `emit kind "text"`
    Emit(EmitKind, Box<Text>),
    /// `fail kind "message"`
    Fail(Option<Name>, Box<Text>),
    /// `return (name: value)`; `return` alone has no arguments
    Return(Box<[Arg]>),
    /// `retry`, `continue`, `abort`, `escalate`, `rollback`: what a handler answers. `rollback` may stand anywhere.
    Verdict(Box<Verdict>),
    /// `yield e`, the last statement of a loop whose value is bound
    Yield(Box<Expr>),
}

/// `step name "Title" { clauses }`
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// The name.
    pub name: Name,
    /// The title; may interpolate.
    pub title: Option<Text>,
    /// The action and clauses in source order.
    pub clauses: Box<[Clause]>,
    /// From the opening brace to the closing one.
    pub body: Span,
}

/// The actions among `clauses`: exactly one in a step that checks.
pub fn actions(clauses: &[Clause]) -> impl Iterator<Item = (&Clause, &Action)> {
    clauses.iter().filter_map(|clause| match &clause.kind {
        ClauseKind::Action(action) => Some((clause, &**action)),
        _ => None,
    })
}

/// `let name: T = value`, `var name: T = value`
#[derive(Clone, PartialEq, Debug)]
pub struct Let {
    /// Whether it may be assigned again.
    pub mutable: bool,
    /// The name.
    pub name: Name,
    /// The type where one was written.
    pub ty: Option<Type>,
    /// What it is bound to.
    pub value: LetValue,
}

/// What a `let` binds.
#[derive(Clone, PartialEq, Debug)]
pub enum LetValue {
    /// A value.
    Expr(Expr),
    /// `let rs = [parallel] for … { …; yield e }`
    For(Box<For>),
    /// `let r = parallel … collect { }`
    Parallel(Box<Parallel>),
}

/// `if … { } else if … { } else { }`
#[derive(Clone, PartialEq, Debug)]
pub struct If {
    /// Conditions with what they guard, in order.
    pub branches: Box<[(Condition, Block)]>,
    /// The last `else`.
    pub otherwise: Option<Block>,
}

/// What an `if` asks.
#[derive(Clone, PartialEq, Debug)]
pub enum Condition {
    /// A `bool`.
    Expr(Expr),
    /// `let x = e`: whether `e` is there.
    Let(Name, Expr),
}

/// `match subject { pattern => { } … }`
#[derive(Clone, PartialEq, Debug)]
pub struct MatchStmt {
    /// What is looked at.
    pub subject: Expr,
    /// The arms in order.
    pub arms: Box<[(Pattern, Block)]>,
}

/// What a failure of one branch or pass does to the others.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// Cancels them.
    Cancel,
    /// `keep-going`: lets running ones end.
    KeepGoing,
    /// `collect`: is a value like the others.
    Collect,
}

/// `[parallel] for name in list by key after deps max n { }`
#[derive(Clone, PartialEq, Debug)]
pub struct For {
    /// Whether `parallel` was written.
    pub parallel: bool,
    /// The name of an element.
    pub name: Name,
    /// The list.
    pub list: Expr,
    /// What names a pass; the index if unsaid.
    pub key: Option<Expr>,
    /// Keys of the passes that must have ended before.
    pub after: Option<Expr>,
    /// How many passes at once.
    pub max: Option<Expr>,
    /// What a failure does.
    pub policy: Policy,
    /// One pass.
    pub body: Block,
}

/// `parallel max n policy { }`: each statement is a branch.
#[derive(Clone, PartialEq, Debug)]
pub struct Parallel {
    /// How many branches at once.
    pub max: Option<Expr>,
    /// What a failure does.
    pub policy: Policy,
    /// The branches.
    pub body: Block,
}

/// `repeat max n until condition { }`
#[derive(Clone, PartialEq, Debug)]
pub struct Repeat {
    /// At most so many passes; `None` where it was left out (the checker reports it).
    pub max: Option<Expr>,
    /// When it is done; sees the names of the pass. `None` where it was left out.
    pub until: Option<Expr>,
    /// One pass.
    pub body: Block,
}

/// `scope "Title" { clauses, statements }`
#[derive(Clone, PartialEq, Debug)]
pub struct Scope {
    /// The title.
    pub title: Option<Text>,
    /// What it holds.
    pub body: Body,
}

/// The inside of a scope or workflow: clauses first, then statements.
#[derive(Clone, PartialEq, Debug)]
pub struct Body {
    /// With the braces.
    pub span: Span,
    /// In source order; the checker reports one that stands after a statement.
    pub clauses: Box<[Clause]>,
    /// In order.
    pub stmts: Box<[Stmt]>,
}

/// `checkpoint name include globs`
#[derive(Clone, PartialEq, Debug)]
pub struct Checkpoint {
    /// The name.
    pub name: Name,
    /// Ignored files to save as well.
    pub include: Box<[Expr]>,
}

/// `metric name: T = value`
#[derive(Clone, PartialEq, Debug)]
pub struct Metric {
    /// The name.
    pub name: Name,
    /// The type; `Broken` where it was left out (reported).
    pub ty: Type,
    /// The value.
    pub value: Expr,
}

/// How bad a failing gate is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GateSeverity {
    /// `warn`: it is said.
    Warn,
    /// Nothing written: the run fails, or warns under `--lenient`.
    Fail,
    /// `critical`: the run fails, whatever the flags.
    Critical,
}

/// `gate name "Title" condition severity waivable … else "advice"`; also an entry of a `gates` item.
#[derive(Clone, PartialEq, Debug)]
pub struct Gate {
    /// The name.
    pub name: Option<Name>,
    /// The title.
    pub title: Option<Text>,
    /// What must hold.
    pub condition: Expr,
    /// How bad it is if it does not.
    pub severity: GateSeverity,
    /// `waivable by "role" for d`
    pub waivable: Option<(Text, Expr)>,
    /// `else "advice"`
    pub advice: Option<Text>,
    /// The whole.
    pub span: Span,
}

/// `approve name "Question" { entries }`
#[derive(Clone, PartialEq, Debug)]
pub struct Approve {
    /// The name.
    pub name: Option<Name>,
    /// The question.
    pub question: Text,
    /// In source order.
    pub entries: Box<[ApproveEntry]>,
}

/// A line of an `approve`.
#[derive(Clone, PartialEq, Debug)]
pub enum ApproveEntry {
    /// `show e, …`
    Show(Box<[Expr]>),
    /// `within d`
    Within(Expr),
    /// `by "role"`
    By(Text),
}

/// What an `emit` line is in the report.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EmitKind {
    /// No word: a plain line.
    Note,
    /// `achieved`
    Achieved,
    /// `recommend`
    Recommend,
    /// `next`
    Next,
    /// `decision`
    Decision,
}

/// What a handler answers.
#[derive(Clone, PartialEq, Debug)]
pub enum Verdict {
    /// `retry`, `retry n`
    Retry(Option<Expr>),
    /// `continue (output: value)`
    Continue(Box<[Arg]>),
    /// `abort`
    Abort,
    /// `escalate "message"`
    Escalate(Text),
    /// `rollback to c retry`
    Rollback {
        /// The checkpoint; the nearest if unsaid.
        to: Option<Name>,
        /// What comes after.
        then: AfterRollback,
    },
}

/// How a run goes on after a rollback.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AfterRollback {
    /// It ends.
    End,
    /// `retry`: right after the checkpoint.
    Retry,
    /// `continue`: after the statement that failed.
    Continue,
}
