//! The checker of one item: what it knows where it stands, and what it has found out.

use std::sync::Arc;

use ecow::EcoString;
use rustc_hash::{FxHashMap, FxHashSet};

use super::env::Env;
use super::errors;
use super::facts::{Def, Facts, FileScope, GlobalId, Local, LocalId, LocalKind};
use super::names::{Binding, Names, Role};
use super::ty::{RecordTy, Ty};
use crate::diagnostic::codes::check as codes;
use crate::diagnostic::{Diagnostic, Place};
use crate::source::{FileId, Span};
use crate::syntax::is_taken;
use crate::syntax::tree::{Expr, Name};

/// Errors of unknown names in one item for which suggestions are looked up: the search is linear in the names.
const SUGGESTIONS: u32 = 50;

/// What statements may do where we are.
#[derive(Clone, Copy, Default, Debug)]
pub struct Within {
    /// Branches of `parallel` and passes of `parallel for` around.
    pub branches: u32,
    /// Loops around.
    pub loops: u32,
    /// Inside a handler, where verdicts may stand.
    pub handler: bool,
    /// Inside `finally`, `on success` or `on rollback`.
    pub epilogue: bool,
    /// Inside the body of a workflow, where `return` may stand.
    pub workflow: bool,
    /// Inside a lambda, comprehension or arm: a binding lives on the evaluation stack.
    pub shell: bool,
    /// In a parameter's default or a constant, where `env` may stand.
    pub constant: bool,
}

/// Checks one item.
#[derive(Debug)]
pub struct Checker<'a> {
    /// All items.
    pub env: &'a Env,
    /// The file.
    pub file: FileId,
    /// The index of the item in it.
    pub item: u32,
    /// What its file sees.
    pub scope: &'a FileScope,
    /// What has been found out.
    pub facts: Facts,
    /// Local names.
    pub names: Names,
    /// What may be done here.
    pub within: Within,
    /// Outputs that `return` must give, in order.
    pub outputs: Vec<(EcoString, Ty)>,
    /// Checkpoints declared so far, with where.
    pub checkpoints: FxHashMap<EcoString, Span>,
    /// `gate use`s, judged when all metrics are known.
    pub attached: Vec<(GlobalId, Span)>,
    /// `return` and its like: what a handler stands in for, for the values of `continue`.
    pub target: Target,
    /// The names given by each `continue` met since the construct began.
    pub continued: Vec<Vec<EcoString>>,
    /// Steps that a coding agent does: those whose session can go on.
    pub agents: FxHashSet<EcoString>,
    /// Whether the step being checked has outputs that cannot be known: nothing is said of them.
    pub silent: bool,
    /// Whether unknown names are metrics (in a `gates` item, which is judged where it is used).
    pub loose: bool,
    /// The records of steps by what they run, shared between steps.
    pub records: FxHashMap<GlobalId, Arc<RecordTy>>,
    suggestions: u32,
}

/// What a handler is attached to.
#[derive(Clone, Default, Debug)]
pub enum Target {
    /// Nothing: not in a handler.
    #[default]
    Nothing,
    /// A step with these outputs.
    Step(Vec<(EcoString, Ty)>),
    /// A scope in a workflow.
    Scope,
    /// A workflow: `continue` gives its outputs.
    Workflow,
    /// Whatever uses a named handler.
    Anything,
}

fn empty() -> &'static FileScope {
    static EMPTY: std::sync::LazyLock<FileScope> = std::sync::LazyLock::new(FileScope::default);
    &EMPTY
}

impl<'a> Checker<'a> {
    /// A checker of the item at `index` of `file`.
    pub fn new(env: &'a Env, file: FileId, index: u32) -> Self {
        let nodes = env.item_at(file, index).map_or(0, |item| item.nodes as usize);
        let scope = env.scopes.get(file.0 as usize).map_or(empty(), |scope| scope);
        Self {
            env,
            file,
            item: index,
            scope,
            facts: Facts { types: vec![Ty::Unknown; nodes], ..Facts::default() },
            names: Names::default(),
            within: Within::default(),
            outputs: Vec::new(),
            checkpoints: FxHashMap::default(),
            attached: Vec::new(),
            target: Target::Nothing,
            continued: Vec::new(),
            agents: FxHashSet::default(),
            silent: false,
            loose: false,
            records: FxHashMap::default(),
            suggestions: SUGGESTIONS,
        }
    }

    /// A place in this item.
    pub fn at(&self, span: Span) -> Place {
        Place { file: self.file, item: self.item, span }
    }

    /// Reports, but not that a name is unknown where what declares it could not be read.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        if !self.is_lost(&diagnostic) {
            self.facts.diagnostics.push(diagnostic);
        }
    }

    fn is_lost(&self, diagnostic: &Diagnostic) -> bool {
        let unknown = [
            &codes::UNKNOWN_NAME,
            &codes::UNKNOWN_TYPE,
            &codes::UNKNOWN_COMMAND,
            &codes::UNKNOWN_KIND,
            &codes::UNKNOWN_FUNCTION,
            &codes::UNKNOWN_SETTING,
            &codes::UNKNOWN_VARIANT,
            &codes::UNKNOWN_FIELD,
            &codes::UNKNOWN_ARGUMENT,
        ];
        !self.scope.lost.is_empty()
            && unknown.iter().any(|code| code.name == diagnostic.code.name)
            && self.env.text_at(diagnostic.primary.place).is_some_and(|name| self.scope.lost.contains(name))
    }

    /// Notes what the name at `span` refers to.
    pub fn refer(&mut self, span: Span, def: Def) {
        if let Def::Global(id) = def {
            self.facts.uses.push((id, span));
        }
        self.facts.defs.insert(span.start, def);
    }

    /// Notes the type of an expression.
    pub fn note(&mut self, expr: &Expr, ty: Ty) -> Ty {
        if let Some(slot) = self.facts.types.get_mut(expr.id.0 as usize) {
            slot.clone_from(&ty);
        }
        ty
    }

    /// Whether a suggestion may still be looked up.
    pub fn may_suggest(&mut self) -> bool {
        let may = self.suggestions > 0;
        self.suggestions = self.suggestions.saturating_sub(1);
        may
    }

    /// Declares a local name and binds it. A name that was left out is declared, but cannot be used.
    pub fn declare(&mut self, name: &Name, kind: LocalKind, ty: Ty) -> LocalId {
        self.refuse_duplicate(name, kind);
        let id = LocalId(self.facts.locals.len() as u32);
        self.facts.locals.push(Local { name: name.text.clone(), span: name.span, kind, ty: ty.clone(), joined: None });
        if !name.is_missing() {
            self.refer(name.span, Def::Local(id));
            self.bind(Binding::new(name.text.clone(), Def::Local(id), ty, Role::Local(kind), name.span));
        }
        id
    }

    /// Binds a name where we are.
    pub fn bind(&mut self, mut binding: Binding) {
        binding.branches = self.within.branches;
        self.names.bind(binding);
    }

    /// A local of that name may exist only where the new one may shadow it.
    fn refuse_duplicate(&mut self, name: &Name, kind: LocalKind) {
        use LocalKind::{Approval, Let, Param, Step, Var};
        if name.is_missing() || !matches!(kind, Step | Let | Var | Approval | Param) {
            return;
        }
        if kind != Param && is_taken(&name.text) {
            self.report(errors::reserved_name(self.at(name.span), &name.text, kind));
        }
        let Some(before) = self.names.get(&name.text) else { return };
        let Role::Local(old) = before.role else { return };
        if matches!(old, Let | Var) && before.leaked || matches!(old, LocalKind::Bound | LocalKind::Binding) {
            return;
        }
        let first = self.at(before.span);
        self.report(errors::duplicate(self.at(name.span), &name.text, Some(first)));
    }

    /// Runs `f` in a block of its own and says what it bound.
    pub fn block_of<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> (T, Vec<Binding>) {
        self.names.enter();
        let result = f(self);
        (result, self.names.leave())
    }

    /// Runs `f` with other permissions.
    pub fn in_context<T>(&mut self, within: Within, f: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.within, within);
        let result = f(self);
        self.within = before;
        result
    }
}
