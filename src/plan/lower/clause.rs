//! Clauses that steps, commands and scopes share.

use ecow::EcoString;

use super::Lower;
use crate::check::facts::Def;
use crate::plan::ir::{self, Does, ExprIx};
use crate::syntax::tree::{Action, Expr, Name, Retry, Run, Undo, actions};

impl<'a> Lower<'a> {
    /// `budget` and `env`: names with values.
    pub(super) fn named(&mut self, entries: &'a [(Name, Expr)]) -> Vec<(EcoString, ExprIx)> {
        entries.iter().map(|(name, value)| (name.text.clone(), self.expr(value))).collect()
    }

    /// The failure kind that a name means.
    pub(super) fn kind(&self, name: &Name) -> EcoString {
        match self.def(name.span.start) {
            Some(Def::Kind(kind)) => kind.clone(),
            _ => name.text.clone(),
        }
    }

    pub(super) fn kinds(&self, names: &[Name]) -> Vec<EcoString> {
        names.iter().map(|name| self.kind(name)).collect()
    }

    pub(super) fn retry(&mut self, retry: &'a Retry) -> ir::Retry {
        let count = self.expr(&retry.count);
        let backoff = self.maybe(retry.backoff.as_ref());
        let most = self.maybe(retry.most.as_ref());
        ir::Retry { count, kinds: self.kinds(&retry.kinds), backoff, most }
    }

    /// `run`: a command or workflow with its arguments.
    pub(super) fn run(&mut self, run: &'a Run) -> Option<Does> {
        use crate::check::facts::GlobalKind;
        let id = self.item_at(&run.callee.path)?;
        let checked = self.checked;
        match checked.global(id).map(|global| &global.kind) {
            Some(GlobalKind::Command(signature) | GlobalKind::Workflow(signature)) => {
                let args = self.run_arguments(&run.args, &signature.params);
                Some(self.callee(id, args))
            }
            _ => {
                self.fault(run.callee.span, "a `run` of something that cannot be run");
                None
            }
        }
    }

    pub(super) fn undo(&mut self, undo: &'a Undo, span: crate::source::Span) -> Option<Box<ir::Undo>> {
        let does = match actions(&undo.clauses).next() {
            Some((_, Action::Run(run))) => self.run(run)?,
            _ => {
                let owner = super::work::Owner { whole: true, ..super::work::Owner::default() };
                Does::Work(self.work(&undo.clauses, span, &owner))
            }
        };
        Some(Box::new(ir::Undo { on_attempt: undo.on_attempt, does }))
    }
}
