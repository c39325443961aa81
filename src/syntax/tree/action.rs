//! Actions and the clauses of steps, commands and scopes.

use super::{Arg, Doc, Expr, Name, NodeId, Stmt, Text, Type};
use crate::source::Span;

/// One clause of a step, command, `undo` or scope; the action of a step is a clause too. The grammar takes any clause
/// anywhere; the checker says which belong where.
#[derive(Clone, PartialEq, Debug)]
pub struct Clause {
    /// Its number in the item.
    pub id: NodeId,
    /// Where.
    pub span: Span,
    /// What.
    pub kind: ClauseKind,
}

/// The forms of clauses.
#[derive(Clone, PartialEq, Debug)]
pub enum ClauseKind {
    /// Could not be parsed; already reported.
    Broken,
    /// What the step does.
    Action(Box<Action>),
    /// `output name: T = e`
    Output(Box<Output>),
    /// `timeout d total t`
    Timeout(Box<Timeout>),
    /// `retry n if (kinds) backoff d to d`
    Retry(Box<Retry>),
    /// `on failure …`
    OnFailure(Box<OnFailure>),
    /// `fails as kind if e`
    FailsAs(Box<FailsAs>),
    /// `exits 0, 3`
    Exits(Box<[Expr]>),
    /// `undo { … }`, `undo on attempt { … }`
    Undo(Box<Undo>),
    /// `cache`, `cache for d`
    Cache(Option<Box<Expr>>),
    /// `reads "src/**", …`
    Reads(Box<[Expr]>),
    /// `writes "target/**", …`
    Writes(Box<[Expr]>),
    /// `net "host", …`; `net none` is the empty list
    Net(Box<[Expr]>),
    /// `idempotent`
    Idempotent,
    /// `irreversible "why"`
    Irreversible(Box<Text>),
    /// `risky "why"`
    Risky(Box<Text>),
    /// `env { NAME: value }`
    Env(Box<[(Name, Expr)]>),
    /// `args [..]`
    Args(Box<Expr>),
    /// `stdin e`
    Stdin(Box<Expr>),
    /// `cwd dir`
    Cwd(Box<Expr>),
    /// `after step, …`
    After(Box<[Name]>),
    /// `queue "name"`
    Queue(Box<Expr>),
    /// `session step`
    Session(Name),
    /// `budget tokens n, usd n, time d`
    Budget(Box<[(Name, Expr)]>),
    /// `mode autopilot` (scopes)
    Mode(Name),
    /// `on success { … }` (scopes)
    OnSuccess(Block),
    /// `on rollback { … }` (scopes)
    OnRollback(Block),
    /// `finally { … }` (scopes)
    Finally(Block),
    /// `gate use NAME`, `gate use module.NAME` (scopes)
    GateUse(Box<Path>),
}

/// Statements between braces.
#[derive(Clone, PartialEq, Debug)]
pub struct Block {
    /// With the braces.
    pub span: Span,
    /// In order.
    pub stmts: Box<[Stmt]>,
}

/// What a step does.
#[derive(Clone, PartialEq, Debug)]
pub enum Action {
    /// `run @command(…)`, `run workflow(…)`
    Run(Run),
    /// `exec ["program", arg]`: the list
    Exec(Expr),
    /// `sh "…"` and its like
    Script(Language, Text),
    /// `agent NAME "prompt"`
    Agent(Option<Path>, Text),
    /// `ask "question" -> (answer: T)`
    Ask(Text, Box<[Param]>),
    /// `wait 5m`
    Wait(Expr),
    /// `wait until TIME`
    WaitUntil(Expr),
}

/// Languages of scripts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// POSIX `sh -eu`
    Sh,
    /// `bash -eu`
    Bash,
    /// `python3`
    Python,
    /// `node`
    Node,
}

/// A call of a command or workflow.
#[derive(Clone, PartialEq, Debug)]
pub struct Run {
    /// What is called.
    pub callee: Callee,
    /// The arguments in source order.
    pub args: Box<[Arg]>,
}

/// The name of a command (`@name`, `@module.name`) or workflow (`name`, `module.name`).
#[derive(Clone, PartialEq, Debug)]
pub struct Callee {
    /// Whether `@` was written.
    pub command: bool,
    /// The name.
    pub path: Path,
    /// With the `@`.
    pub span: Span,
}

/// `name` or `module.name`.
#[derive(Clone, PartialEq, Debug)]
pub struct Path {
    /// What stands before the dot.
    pub module: Option<Name>,
    /// The name.
    pub name: Name,
}

/// A parameter, field or declared output: `name: T = default`.
#[derive(Clone, PartialEq, Debug)]
pub struct Param {
    /// Its `///` lines.
    pub docs: Option<Box<Doc>>,
    /// The name.
    pub name: Name,
    /// The type; `Broken` where it was left out (reported).
    pub ty: Type,
    /// The default; outputs have none.
    pub default: Option<Expr>,
    /// From the name to the end.
    pub span: Span,
}

/// `output name: T = e`
#[derive(Clone, PartialEq, Debug)]
pub struct Output {
    /// The name.
    pub name: Name,
    /// The type where one was written.
    pub ty: Option<Type>,
    /// The value; without one it is read from `$WF_OUTPUT`.
    pub value: Option<Expr>,
}

/// `timeout each total all`
#[derive(Clone, PartialEq, Debug)]
pub struct Timeout {
    /// For each attempt, or for the scope.
    pub each: Expr,
    /// For all attempts and the pauses between them.
    pub total: Option<Expr>,
}

/// `retry count if (kinds) backoff first to most`
#[derive(Clone, PartialEq, Debug)]
pub struct Retry {
    /// Further attempts after the first.
    pub count: Expr,
    /// Failure kinds it is for; empty: all.
    pub kinds: Box<[Name]>,
    /// The first pause.
    pub backoff: Option<Expr>,
    /// The longest pause.
    pub most: Option<Expr>,
}

/// `on failure (kinds) as name max n …`
#[derive(Clone, PartialEq, Debug)]
pub struct OnFailure {
    /// Failure kinds it is for; empty: all.
    pub kinds: Box<[Name]>,
    /// What the failure is called in it; `failure` if unsaid.
    pub binding: Option<Name>,
    /// How often it may answer `retry`.
    pub max: Option<Expr>,
    /// What it does.
    pub body: HandlerBody,
}

/// What a handler does.
#[derive(Clone, PartialEq, Debug)]
pub enum HandlerBody {
    /// `{ …; VERDICT }`: a verdict is the last statement ([`super::StmtKind::Verdict`]), or `abort` is meant.
    Block(Block),
    /// `on failure abort`
    Verdict(Box<Stmt>),
    /// `use handler max n`
    Use(Path, Option<Expr>),
}

/// `fails as kind if condition`
#[derive(Clone, PartialEq, Debug)]
pub struct FailsAs {
    /// The failure kind.
    pub kind: Name,
    /// When.
    pub condition: Expr,
}

/// `undo { action; clauses }`
#[derive(Clone, PartialEq, Debug)]
pub struct Undo {
    /// Whether `on attempt` was written.
    pub on_attempt: bool,
    /// Its action and clauses.
    pub clauses: Box<[Clause]>,
}
