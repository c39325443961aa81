//! What the checker found out, for those who come after it: the lowering to a plan, and editors.
//!
//! Facts are kept by item, so that those of an item whose text and surroundings did not change can be kept. A name is
//! identified by the byte (in its item) where it begins, an expression by its [`NodeId`].

use std::collections::BTreeSet;
use std::sync::Arc;

use ecow::EcoString;
use indexmap::IndexMap;
use rustc_hash::FxHashMap;

use super::ty::{RecordTy, Ty};
use crate::diagnostic::{Diagnostic, Place};
use crate::plan::ir::{AttemptVar, Risk, RunVar};
use crate::source::{FileId, Sources, Span};
use crate::syntax::tree::{NodeId, Tree};

/// Number of a declared item, over all files.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct GlobalId(pub u32);

/// Number of a local name in its item.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LocalId(pub u32);

/// A checked set of files.
#[derive(Clone, Default, Debug)]
pub struct Checked {
    /// The texts, by [`FileId`].
    pub sources: Sources,
    /// How many of the files, from the first, were asked for; the others were imported.
    pub roots: usize,
    /// The files, by [`FileId`].
    pub files: Vec<CheckedFile>,
    /// Declared items, by [`GlobalId`].
    pub globals: Vec<Global>,
    /// Everything found, with absolute places, sorted by file and place.
    pub diagnostics: Vec<Diagnostic>,
}

impl Checked {
    /// Whether it can be compiled.
    pub fn is_ok(&self) -> bool {
        !self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// The workflow of that name in the first file.
    pub fn workflow(&self, name: &str) -> Option<GlobalId> {
        let found = self.globals.iter().position(|global| {
            global.name == name && global.place.file == FileId(0) && matches!(global.kind, GlobalKind::Workflow(_))
        });
        found.map(|index| GlobalId(index as u32))
    }

    /// The item of that number.
    pub fn global(&self, id: GlobalId) -> Option<&Global> {
        self.globals.get(id.0 as usize)
    }
}

/// One file of a check.
#[derive(Clone, Debug)]
pub struct CheckedFile {
    /// Its number.
    pub file: FileId,
    /// Its tree.
    pub tree: Arc<Tree>,
    /// What was found out about each item, beside `tree.items`.
    pub facts: Vec<Arc<Facts>>,
    /// The names that its items see without a module, and its modules.
    pub scope: Arc<FileScope>,
}

/// What the items of a file see.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct FileScope {
    /// Types, constants, functions, handlers, gates, agents, workflows, failure kinds.
    pub names: IndexMap<EcoString, GlobalId>,
    /// Commands: a name space of their own (`@name`).
    pub commands: IndexMap<EcoString, GlobalId>,
    /// `use … as module`: what each module offers.
    pub modules: IndexMap<EcoString, Arc<FileScope>>,
    /// Names whose declaration could not be read, which is reported where it stands: uses of them are not.
    pub lost: BTreeSet<EcoString>,
}

/// A declared item.
#[derive(Clone, Debug)]
pub struct Global {
    /// Its name.
    pub name: EcoString,
    /// The file, the index of the item in it, and where its name stands.
    pub place: Place,
    /// What it is.
    pub kind: GlobalKind,
}

/// Kinds of items, with what others need to know of them.
#[derive(Clone, PartialEq, Debug)]
pub enum GlobalKind {
    /// A record or an enum.
    Type(Ty),
    /// A failure kind.
    Error,
    /// A constant.
    Const(Ty),
    /// A function.
    Fn(Arc<Signature>),
    /// A command.
    Command(Arc<Signature>),
    /// A workflow.
    Workflow(Arc<Signature>),
    /// A named handler.
    Handler,
    /// A set of gates.
    Gates,
    /// An agent.
    Agent,
}

/// What a callable takes and gives.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Signature {
    /// Its parameters in order.
    pub params: Vec<ParamTy>,
    /// Its outputs (one unnamed output for a function).
    pub outputs: Vec<(EcoString, Ty)>,
    /// Failure kinds that a call can raise, sorted.
    pub raises: Vec<EcoString>,
    /// How much trust a call needs.
    pub risk: Risk,
    /// Whether it is an async function of the host program.
    pub host: bool,
}

/// A parameter.
#[derive(Clone, PartialEq, Debug)]
pub struct ParamTy {
    /// The name.
    pub name: EcoString,
    /// The type.
    pub ty: Ty,
    /// Whether it may be left out.
    pub default: bool,
    /// Its documentation.
    pub docs: EcoString,
}

/// What was found out about one item.
#[derive(Clone, Default, Debug)]
pub struct Facts {
    /// Types of expressions, by [`NodeId`]; [`Ty::Unknown`] for nodes that are no expressions.
    pub types: Vec<Ty>,
    /// Expressions whose value is silently converted (`int` to `float`, text to `path`, a bare variant …): to what.
    /// Literals whose own type already is the target (`types` says `path` for a string literal) are not in it.
    pub converted: FxHashMap<NodeId, Ty>,
    /// What the name that begins at this byte of the item refers to: uses and declarations. The `failure` that an
    /// `on failure` without `as` binds stands where its clause begins; that of a `handler` item where its body does.
    pub defs: FxHashMap<u32, Def>,
    /// Uses and declarations of items, in the order they were met.
    pub uses: Vec<(GlobalId, Span)>,
    /// Local names, by [`LocalId`].
    pub locals: Vec<Local>,
    /// Written types, by the byte where they begin: what they mean.
    pub written: FxHashMap<u32, Ty>,
    /// What each step (by the [`NodeId`] of its statement), and a command item (by node 0), does.
    pub steps: FxHashMap<NodeId, StepFacts>,
    /// Metrics that the item publishes, with their types.
    pub metrics: IndexMap<EcoString, MetricFacts>,
    /// Everything found in the item; places may be relative to items.
    pub diagnostics: Vec<Diagnostic>,
}

/// What a name refers to.
#[derive(Clone, PartialEq, Debug)]
pub enum Def {
    /// A local name: parameter, `let`, `var`, step, loop variable, approval, binding of a handler or pattern, lambda …
    Local(LocalId),
    /// An item (also as the constructor of a record, and as the callee of a `run`).
    Global(GlobalId),
    /// A variant of an enum.
    Variant(Ty, EcoString),
    /// A field of a record, step, failure, result, or of `json`.
    Field(EcoString),
    /// A built-in function or method.
    Builtin(EcoString),
    /// A form that the lowering knows: `env`, `baseline`, `raw`.
    Special(EcoString),
    /// A failure kind, built-in or declared.
    Kind(EcoString),
    /// A metric of the workflow.
    Metric(EcoString),
    /// An output of the action declared before this place.
    Output(EcoString),
    /// `stdout`, `stderr`, `exit`, `duration`, `attempt`.
    Attempt(AttemptVar),
    /// `run`.
    Run,
    /// A field of `run`.
    RunField(RunVar),
    /// A module.
    Module(EcoString),
    /// A checkpoint: the byte where its name was declared in this item, or `None` for `start`.
    Checkpoint(Option<u32>),
    /// A type that is built in.
    Type(Ty),
}

/// A local name.
#[derive(Clone, Debug)]
pub struct Local {
    /// The name.
    pub name: EcoString,
    /// Where it is declared, in the item.
    pub span: Span,
    /// What it is.
    pub kind: LocalKind,
    /// Its type where it is declared. (Where it may not have run, a use of it has the optional type.)
    pub ty: Ty,
    /// The local that it shares its slot with: the same name in alternative branches.
    pub joined: Option<LocalId>,
}

/// What a local name is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LocalKind {
    /// A parameter of the item.
    Param,
    /// `let`
    Let,
    /// `var`
    Var,
    /// A step.
    Step,
    /// The variable of a `for`.
    Each,
    /// The variable of a `parallel for`, declared in the frame of its pass.
    EachParallel,
    /// `approve name`.
    Approval,
    /// What a handler calls the failure.
    Failure,
    /// What a pattern or `if let` binds, in a statement.
    Binding,
    /// What a lambda, comprehension, function parameter or `match` expression binds: lives on the evaluation stack.
    Bound,
}

/// What is known about a step or command.
#[derive(Clone, Default, Debug)]
pub struct StepFacts {
    /// Its outputs with `status duration attempts` (a [`Ty::Step`]'s record).
    pub outputs: Option<Arc<RecordTy>>,
    /// Failure kinds that it can raise, before its handlers.
    pub raises: Vec<EcoString>,
    /// How much trust it needs.
    pub risk: Risk,
    /// Why it is risky, in words.
    pub reason: EcoString,
}

/// What is known about a metric.
#[derive(Clone, Debug)]
pub struct MetricFacts {
    /// Its type.
    pub ty: Ty,
    /// Whether what an agent said flows into it.
    pub claimed: bool,
    /// Where it is published first.
    pub span: Span,
}
