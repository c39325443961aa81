//! The intermediate representation: flat arenas, indices instead of pointers, no recursion.
//!
//! Invariants that lowering guarantees and [`crate::plan`]'s loader verifies: every index is in range; expressions
//! refer only to expressions before them; blocks form a tree; slots are below their frame's count.
//!
//! **Frames.** A workflow, a command, a named handler and each pass of a `parallel for` has a frame of slots of its own;
//! everything else uses the frame it stands in. `Expr::Local { up, slot }` reaches `up` frames outwards (a pass of a
//! `parallel for` sees the frame it stands in as 1). What `fn`, lambdas, comprehensions and `match` expressions bind
//! lives on the evaluation stack: `Expr::Bound(0)` is the innermost.

use std::collections::BTreeMap;

use ecow::EcoString;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

pub use crate::syntax::tree::{AfterRollback, BinaryOp, EmitKind, GateSeverity, Language, Policy};

/// The plan format written and read by this version.
pub const FORMAT: u32 = 1;

macro_rules! index {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u32);
        impl $name {
            /// As an index.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}
index! {
    /// Into [`Plan::exprs`].
    ExprIx
    /// Into [`Plan::nodes`].
    NodeIx
    /// Into [`Plan::blocks`].
    BlockIx
    /// Into [`Plan::types`].
    TypeIx
    /// Into [`Plan::bodies`].
    BodyIx
    /// Into [`Plan::works`].
    WorkIx
    /// Into [`Plan::handlers`].
    HandlerIx
    /// Into [`Plan::functions`].
    FunctionIx
    /// Into [`Plan::constants`].
    ConstIx
    /// Into [`Plan::metrics`].
    MetricIx
    /// Into [`Plan::gates`].
    GateIx
}

/// A compiled workflow with all that it calls.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Plan {
    /// [`FORMAT`].
    pub format: u32,
    /// `sha256:` and the digest of everything but `digest`, `about` and `spans`, in canonical JSON.
    pub digest: EcoString,
    /// Language version of the source.
    pub language: u32,
    /// Name of the workflow that it runs.
    pub name: EcoString,
    /// That workflow.
    pub entry: BodyIx,
    /// Workflows, commands and named handlers.
    pub bodies: Vec<Body>,
    /// Statement lists.
    pub blocks: Vec<Vec<NodeIx>>,
    /// Statements.
    pub nodes: Vec<Node>,
    /// What steps and commands do.
    pub works: Vec<Work>,
    /// `on failure` clauses.
    pub handlers: Vec<Handler>,
    /// Gates, attached ones too.
    pub gates: Vec<Gate>,
    /// Metrics of all bodies.
    pub metrics: Vec<Metric>,
    /// `fn` items.
    pub functions: Vec<Function>,
    /// `let` items, evaluated once at start, in order.
    pub constants: Vec<Constant>,
    /// Expressions.
    pub exprs: Vec<Expr>,
    /// Types.
    pub types: Vec<Type>,
    /// Agents that the source declares.
    pub agents: IndexMap<EcoString, Vec<(EcoString, ExprIx)>>,
    /// Environment variables that `env("X")` reads, resolved once at start.
    pub environment: Vec<EcoString>,
    /// For people: titles, documentation, sources. Not in the digest.
    pub about: About,
    /// Where expressions and nodes came from. Not in the digest.
    pub spans: Spans,
}

/// What people read about a plan.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct About {
    /// Documentation of the entry workflow.
    pub docs: EcoString,
    /// Documentation of its parameters, by name.
    pub params: IndexMap<EcoString, EcoString>,
    /// Names of the source files with the SHA-256 of each.
    pub sources: Vec<(EcoString, EcoString)>,
    /// For each [`Expr::Local`] that a condition reads, by its index: the name that the source gives it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<u32, EcoString>,
}

/// Where things came from.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Spans {
    /// For each expression `[source, start, end, line, column]`; bytes from 0, line and column from 1.
    pub exprs: Vec<[u32; 5]>,
    /// For each node.
    pub nodes: Vec<[u32; 5]>,
}

/// A frame of slots with something to do in it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Body {
    /// The name (`module.name` where it came from another file).
    pub name: EcoString,
    /// Which kind.
    pub kind: BodyKind,
    /// Parameters; the first slots.
    pub params: Vec<Param>,
    /// Declared outputs.
    pub outputs: Vec<(EcoString, TypeIx)>,
    /// How many slots a frame of it has.
    pub slots: u32,
}

/// Kinds of bodies.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BodyKind {
    /// A workflow: its scope.
    Workflow(Box<Scope>),
    /// A command.
    Command(WorkIx),
    /// A named handler: slot 0 holds the failure.
    Handler(BlockIx),
}

/// A parameter.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Param {
    /// The name.
    pub name: EcoString,
    /// The type.
    #[serde(rename = "type")]
    pub ty: TypeIx,
    /// Evaluated in the new frame, after the parameters before it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub default: Option<ExprIx>,
}

/// A statement.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "a variant says what its fields are")]
pub enum Node {
    /// A step.
    Step(Box<Step>),
    /// `let`, `var` and assignments: `up` as in [`Expr::Local`].
    Set { up: u32, slot: u32, value: ExprIx },
    /// `if`: the first branch whose condition holds.
    If { branches: Vec<(Condition, BlockIx)>, otherwise: Option<BlockIx> },
    /// `match`: the first arm that fits.
    Match { subject: ExprIx, arms: Vec<MatchArm> },
    /// `for`, `parallel for`.
    For(Box<For>),
    /// `parallel`: each branch is a block of one statement.
    Parallel(Box<Parallel>),
    /// `repeat`. `fresh`: slots that a pass declares, as ranges `[from, to)`; unset whenever a pass begins.
    Repeat {
        max: ExprIx,
        until: ExprIx,
        body: BlockIx,
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        fresh: Vec<[u32; 2]>,
    },
    /// `scope`.
    Scope(Box<Scope>),
    /// `checkpoint`.
    Checkpoint { name: EcoString, include: Vec<ExprIx> },
    /// `seal`.
    Seal,
    /// `metric`.
    Metric { metric: MetricIx, value: ExprIx },
    /// `gate`.
    Gate(GateIx),
    /// `approve`.
    Approve(Box<Approve>),
    /// `emit`.
    Emit { kind: EmitKind, text: ExprIx },
    /// `fail`.
    Fail { kind: EcoString, message: ExprIx },
    /// `return`.
    Return { values: Vec<(EcoString, ExprIx)> },
    /// What a handler answers; `rollback` anywhere.
    Verdict(Verdict),
}

/// What an `if` asks.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "a variant says what its fields are")]
pub enum Condition {
    /// A `bool`.
    Holds(ExprIx),
    /// `if let`: whether the value is there; it goes to the slot.
    Some { slot: u32, value: ExprIx },
}

/// An arm of a `match` statement.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct MatchArm {
    /// What it accepts.
    pub pattern: Pattern,
    /// Where what the pattern binds goes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub slot: Option<u32>,
    /// What it does.
    pub block: BlockIx,
}

/// What an arm accepts.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pattern {
    /// `_`
    Any,
    /// `none`
    None,
    /// `some x`
    Some,
    /// `ok x`
    Ok,
    /// `err f`
    Err,
    /// A literal.
    Equals(ExprIx),
    /// A variant of an enum.
    Variant(EcoString),
    /// A failure kind.
    Kind(EcoString),
}

/// A loop over a list.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct For {
    /// Slot of the element: of the pass's own frame when `parallel`, of the frame around otherwise.
    pub slot: u32,
    /// The list.
    pub list: ExprIx,
    /// Names the pass (sees the element); the index if absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub key: Option<ExprIx>,
    /// Keys (a list) of passes that must have ended before; sees the element. Only where not `parallel` (which has its
    /// own): it orders the passes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub after: Option<ExprIx>,
    /// One pass.
    pub body: BlockIx,
    /// Slots that a pass declares in the frame around, as ranges `[from, to)`: unset whenever a pass begins.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub fresh: Vec<[u32; 2]>,
    /// What a pass yields, and the slot (of the frame around) that gets the list.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub result: Option<(u32, Option<ExprIx>)>,
    /// For `parallel for`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub parallel: Option<ParallelFor>,
}

/// What makes a `for` parallel.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ParallelFor {
    /// Slots of a pass's frame.
    pub slots: u32,
    /// Keys (a list) of passes that must have ended before; evaluated in the frame of the pass.
    pub after: Option<ExprIx>,
    /// How many at once.
    pub max: Option<ExprIx>,
    /// What a failure does.
    pub policy: Policy,
}

/// Branches that run at once.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Parallel {
    /// Each a block of one statement.
    pub branches: Vec<BlockIx>,
    /// Names of the branches, for the record of results; the step's name, or `branch-N`.
    pub names: Vec<EcoString>,
    /// How many at once.
    pub max: Option<ExprIx>,
    /// What a failure does.
    pub policy: Policy,
    /// Slot of the record of results.
    pub result: Option<u32>,
}

/// Statements that share clauses.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Scope {
    /// A string.
    pub title: Option<ExprIx>,
    /// What it does.
    pub block: BlockIx,
    /// Wall time, without waiting for people.
    pub timeout: Option<ExprIx>,
    /// Tokens, dollars, time: name and value.
    pub budget: Vec<(EcoString, ExprIx)>,
    /// `autopilot`, `supervised`, `hybrid`.
    pub mode: Option<EcoString>,
    /// In order.
    pub handlers: Vec<HandlerIx>,
    /// Runs after success.
    pub on_success: Vec<BlockIx>,
    /// Runs after a rollback.
    pub on_rollback: Vec<BlockIx>,
    /// Runs whatever happened.
    pub finally: Vec<BlockIx>,
    /// Gates that `gate use` attached.
    pub gates: Vec<GateIx>,
    /// Slots that its statements declare, as ranges `[from, to)`: unset when a handler restarts it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub fresh: Vec<[u32; 2]>,
}

/// A step: what it does, and what is done about it.
///
/// Where a step has an action of its own ([`Does::Work`]), its `timeout total retry undo queue` stand here and not in
/// the [`Work`]; `outputs` stand in the `Work`. In the `Work` of a command all of them are the command's.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Step {
    /// The name.
    pub name: EcoString,
    /// A string.
    pub title: Option<ExprIx>,
    /// Slot of its record of outputs (with `status`, `duration`, `attempts`).
    pub slot: u32,
    /// What it does.
    pub does: Does,
    /// Outputs that a `run` step adds to its callee's; their expressions see the callee's outputs by
    /// [`Expr::Output`] and the frame of the step.
    pub outputs: Vec<Output>,
    /// Per attempt.
    pub timeout: Option<ExprIx>,
    /// For all attempts with their pauses.
    pub total: Option<ExprIx>,
    /// Retries.
    pub retry: Option<Retry>,
    /// In order.
    pub handlers: Vec<HandlerIx>,
    /// The inverse, where the step itself (not its callee) declares one.
    pub undo: Option<Box<Undo>>,
    /// Why it is risky, if the step says so.
    pub risky: Option<ExprIx>,
    /// Slots of steps (of the same frame) that must have ended before, under `--parallel`.
    pub after: Vec<u32>,
    /// Where a distributed engine runs it.
    pub queue: Option<ExprIx>,
    /// Slot of the step whose agent session it continues.
    pub session: Option<u32>,
    /// Tokens, dollars, time.
    pub budget: Vec<(EcoString, ExprIx)>,
    /// Slots that its expressions read and whose values come from other steps or variables: what `--parallel` goes by.
    pub needs: Vec<u32>,
}

/// What a step does.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "a variant says what its fields are")]
pub enum Does {
    /// An action of its own, in the frame of the step.
    Work(WorkIx),
    /// A command, in a new frame: a value for each parameter, absent where the default holds.
    Command { body: BodyIx, args: Vec<Option<ExprIx>> },
    /// A workflow, in a new frame.
    Workflow { body: BodyIx, args: Vec<Option<ExprIx>> },
}

/// An action with its clauses.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Work {
    /// The action.
    pub action: Action,
    /// In order.
    pub outputs: Vec<Output>,
    /// Per attempt.
    pub timeout: Option<ExprIx>,
    /// For all attempts.
    pub total: Option<ExprIx>,
    /// Retries.
    pub retry: Option<Retry>,
    /// In order.
    pub fails_as: Vec<FailsAs>,
    /// Exit codes that succeed; 0 if empty.
    pub exits: Vec<ExprIx>,
    /// Environment variables.
    pub env: Vec<(EcoString, ExprIx)>,
    /// `args [..]`: a list.
    pub args: Option<ExprIx>,
    /// Standard input.
    pub stdin: Option<ExprIx>,
    /// Working directory.
    pub cwd: Option<ExprIx>,
    /// The inverse.
    pub undo: Option<Box<Undo>>,
    /// `cache`, with how long it holds.
    pub cache: Option<Cache>,
    /// What it touches.
    pub effects: Effects,
    /// `queue "name"`.
    pub queue: Option<ExprIx>,
}

/// `cache for d`
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Cache {
    /// How long a result holds.
    pub hold: Option<ExprIx>,
}

/// What an action touches.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Effects {
    /// Globs; `None`: not declared.
    pub reads: Option<Vec<ExprIx>>,
    /// Globs; `None`: not declared.
    pub writes: Option<Vec<ExprIx>>,
    /// Hosts; empty: `net none`; `None`: not declared.
    pub net: Option<Vec<ExprIx>>,
    /// May run again.
    pub idempotent: bool,
    /// Why it cannot be undone.
    pub irreversible: Option<ExprIx>,
    /// Why it is risky, said by the author.
    pub risky: Option<ExprIx>,
    /// As far as known when compiling.
    pub risk: Risk,
}

/// How much trust an action needs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Risk {
    /// Reads only, or writes inside the workspace only.
    Safe,
    /// Nothing declared.
    #[default]
    Unknown,
    /// Network without `idempotent` or `undo`, writes outside, irreversible, or said so.
    Risky,
}

/// What is executed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "a variant says what its fields are")]
pub enum Action {
    /// A program: one expression that gives a list, or one for each element (a list among them becomes several).
    Exec { argv: Vec<ExprIx> },
    /// A script: for `sh` and `bash` text and holes in turn; others have one literal.
    Script { language: Language, pieces: Vec<ScriptPiece> },
    /// A coding agent.
    Agent { agent: Option<EcoString>, prompt: ExprIx },
    /// A question to a person.
    Ask { question: ExprIx },
    /// A timer: a duration, or a time.
    Wait { until: bool, value: ExprIx },
    /// A function of the host program.
    Host { name: EcoString, args: Vec<(EcoString, ExprIx)> },
}

/// A piece of a shell script.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "a variant says what its fields are")]
pub enum ScriptPiece {
    /// Text as it stands.
    Text(EcoString),
    /// A value: travels as an environment variable, referred to in the way its place needs.
    Hole { value: ExprIx, style: HoleStyle },
    /// `raw(e)`: pasted.
    Raw(ExprIx),
}

/// How a value is referred to where it stands in a script.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HoleStyle {
    /// `"$V"`
    Word,
    /// `"$V1" "$V2" …`: a list that stands alone
    Words,
    /// `${V}` inside double quotes and here-documents
    Inside,
    /// `'"$V"'` inside single quotes
    Reopen,
    /// `'"$V"$'` inside `$'…'`
    Ansi,
}

/// An output of an action.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Output {
    /// The name.
    pub name: EcoString,
    /// The type.
    #[serde(rename = "type")]
    pub ty: TypeIx,
    /// The value; read from `$WF_OUTPUT` if absent.
    pub value: Option<ExprIx>,
}

/// `retry n if (kinds) backoff d to d`
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Retry {
    /// Further attempts.
    pub count: ExprIx,
    /// Kinds it is for; empty: all.
    pub kinds: Vec<EcoString>,
    /// First pause; doubles.
    pub backoff: Option<ExprIx>,
    /// Longest pause.
    pub most: Option<ExprIx>,
}

/// `fails as kind if e`
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct FailsAs {
    /// The kind.
    pub kind: EcoString,
    /// When.
    pub condition: ExprIx,
    /// Whether it mentions outputs, so that it is judged after them.
    pub late: bool,
}

/// `on failure`
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Handler {
    /// Kinds it is for; empty: all.
    pub kinds: Vec<EcoString>,
    /// Slot of the failure in the frame around (absent for a named handler).
    pub slot: Option<u32>,
    /// How often it may answer `retry`; 3 if absent.
    pub max: Option<ExprIx>,
    /// What it does.
    pub body: HandlerBody,
    /// Slots that its statements declare, as ranges `[from, to)`: unset whenever it begins.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub fresh: Vec<[u32; 2]>,
}

/// What a handler does.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HandlerBody {
    /// Statements in the frame around, the last of them a verdict (or `abort` is meant).
    Block(BlockIx),
    /// A named handler, in a frame of its own.
    Use(BodyIx),
}

/// `undo { … }`
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Undo {
    /// Whether it is registered before each attempt.
    pub on_attempt: bool,
    /// What it does, in the frame of what it undoes; the outputs by [`Expr::Output`].
    pub does: Does,
}

/// A metric of a body.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Metric {
    /// The name.
    pub name: EcoString,
    /// The type.
    #[serde(rename = "type")]
    pub ty: TypeIx,
    /// Whether an agent said it (`claimed`), not a process (`measured`).
    pub claimed: bool,
}

/// A gate.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Gate {
    /// The name; from the source text of the condition where none was given.
    pub name: EcoString,
    /// A string.
    pub title: Option<ExprIx>,
    /// What must hold.
    pub condition: ExprIx,
    /// The condition as written, for messages.
    pub text: EcoString,
    /// How bad it is if it does not.
    pub severity: GateSeverity,
    /// Role and duration.
    pub waivable: Option<(ExprIx, ExprIx)>,
    /// A string.
    pub advice: Option<ExprIx>,
    /// Metrics that it reads.
    pub metrics: Vec<MetricIx>,
}

/// `approve`
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Approve {
    /// The name; from its place where none was given.
    pub name: EcoString,
    /// Slot of its record (`by`, `comment`).
    pub slot: Option<u32>,
    /// A string.
    pub question: ExprIx,
    /// What is shown: source text and value.
    pub show: Vec<(EcoString, ExprIx)>,
    /// When it expires.
    pub within: Option<ExprIx>,
    /// Who may answer.
    pub by: Option<ExprIx>,
}

/// What a handler answers.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "a variant says what its fields are")]
pub enum Verdict {
    /// Try the construct again, at most so often (the handler's `max` if absent).
    Retry(Option<ExprIx>),
    /// Go on after it, with these outputs.
    Continue(Vec<(EcoString, ExprIx)>),
    /// Hand the failure to the scope around.
    Abort,
    /// Ask a person.
    Escalate(ExprIx),
    /// Undo.
    Rollback { to: Option<EcoString>, then: AfterRollback },
}

/// A `fn`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Function {
    /// The name.
    pub name: EcoString,
    /// How many parameters: on entry `Bound(0)` is the last one.
    pub params: u32,
    /// The result.
    pub body: ExprIx,
}

/// A `let` item.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Constant {
    /// The name.
    pub name: EcoString,
    /// The value.
    pub value: ExprIx,
}

/// An expression. Operands stand before it in the arena.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "a variant says what its fields are")]
pub enum Expr {
    /// `none`
    None,
    /// `bool`
    Bool(bool),
    /// `int`
    Int(i64),
    /// `float`
    Float(f64),
    /// `percent`
    Percent(f64),
    /// `duration`, milliseconds
    Duration(i64),
    /// `size`, bytes
    Size(i64),
    /// `time`, milliseconds since 1970
    Time(i64),
    /// `string`
    Str(EcoString),
    /// `path`
    Path(EcoString),
    /// `file` or `dir` by a literal
    File { path: EcoString, dir: bool },
    /// `url`
    Url(EcoString),
    /// A variant of an enum
    Variant(EcoString),
    /// A failure kind
    Kind(EcoString),
    /// Interpolation: the text forms of its parts joined
    Concat(Vec<ExprIx>),
    /// `[…]`
    List(Vec<ExprIx>),
    /// A record, defaults filled in
    Record(Vec<(EcoString, ExprIx)>),
    /// A map
    Map(Vec<(EcoString, ExprIx)>),
    /// A slot of a frame
    Local { up: u32, slot: u32 },
    /// What the n-th innermost lambda, comprehension, function or match arm bound
    Bound(u32),
    /// A constant
    Const(ConstIx),
    /// `env("X")`
    Env(EcoString),
    /// What is known about an attempt
    Attempt(AttemptVar),
    /// An output of the action declared before
    Output(EcoString),
    /// The latest value on the executed path
    Metric(MetricIx),
    /// The value in the last successful run, or `none`
    Baseline(MetricIx),
    /// What is known about the run
    Run(RunVar),
    /// `.name`, `?.name`
    Field { base: ExprIx, name: EcoString, optional: bool },
    /// `[i]`
    Index { base: ExprIx, index: ExprIx },
    /// A `fn`
    Call { function: FunctionIx, args: Vec<ExprIx> },
    /// A built-in; the first argument is the receiver. `optional`: `?.name(…)`, `none` stays `none`
    Builtin { name: EcoString, args: Vec<ExprIx>, optional: bool },
    /// An argument of a built-in: evaluated with `Bound(0)` set
    Lambda(ExprIx),
    /// `-e`
    Neg(ExprIx),
    /// `not e`
    Not(ExprIx),
    /// An infix operator; `and or ??` look at the right side only if needed
    Binary { op: BinaryOp, left: ExprIx, right: ExprIx },
    /// `if c then a else b`
    If { condition: ExprIx, yes: ExprIx, no: ExprIx },
    /// `match e { p => a }`; what a pattern binds (`some`, `ok`, `err`; the others bind nothing) is `Bound(0)` in its value
    Match { subject: ExprIx, arms: Vec<(Pattern, ExprIx)> },
    /// `[value for x in list if condition]`; x is `Bound(0)`
    Comprehension { list: ExprIx, value: ExprIx, condition: Option<ExprIx> },
    /// `e as T`, and the silent conversions (`int` to `float`, `string` to `path` …)
    Convert { value: ExprIx, to: TypeIx },
}

/// What is known about an attempt.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "each is its name")]
pub enum AttemptVar {
    Stdout,
    Stderr,
    Exit,
    Duration,
    Attempt,
}

/// What is known about the run.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "each is its name")]
pub enum RunVar {
    Id,
    Started,
    Priority,
    Workflow,
    Mode,
}

/// A type.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "each is its name in the language")]
pub enum Type {
    Bool,
    Int,
    Float,
    String,
    Percent,
    Duration,
    Size,
    Time,
    Path,
    File,
    Dir,
    Url,
    Json,
    Secret,
    Failure,
    Kind,
    None,
    List(TypeIx),
    Map(TypeIx),
    Optional(TypeIx),
    Result(TypeIx),
    /// Name (empty for a structural one) and fields with their defaults (constant expressions).
    Record {
        name: EcoString,
        fields: Vec<RecordField>,
    },
    /// Name and variants.
    Enum {
        name: EcoString,
        variants: Vec<EcoString>,
    },
}

/// A field of a record type.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct RecordField {
    /// The name.
    pub name: EcoString,
    /// The type.
    #[serde(rename = "type")]
    pub ty: TypeIx,
    /// The default.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub default: Option<ExprIx>,
}
