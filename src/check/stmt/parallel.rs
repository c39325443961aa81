//! `parallel`: branches that see nothing of each other.

use std::sync::Arc;

use ecow::EcoString;
use rustc_hash::FxHashMap;

use crate::check::checker::{Checker, Within};
use crate::check::errors;
use crate::check::names::{Binding, Role};
use crate::check::ty::{FieldTy, RecordTy, Ty};
use crate::source::Span;
use crate::syntax::tree::{Parallel, Policy, Stmt, StmtKind};

impl Checker<'_> {
    /// Checks the branches; the type of the record of results where `collect` was written.
    pub(super) fn parallel(&mut self, of: &Parallel) -> Ty {
        if let Some(max) = &of.max {
            self.expect(max, &Ty::Int, None);
        }
        let collect = of.policy == Policy::Collect;
        let within = Within { branches: self.within.branches + 1, ..self.within };
        let mut all: Vec<Binding> = Vec::new();
        let mut results: Vec<FieldTy> = Vec::new();
        for (at, stmt) in of.body.stmts.iter().enumerate() {
            let (_, bound) = self.in_context(within, |cx| cx.block_of(|cx| cx.stmts(std::slice::from_ref(stmt))));
            if collect {
                results.push(result(stmt, at, &bound));
            }
            all.extend(bound.into_iter().filter(Binding::outlives));
        }
        self.refuse_twice(&all);
        self.export(all, collect);
        if collect { Ty::Record(Arc::new(RecordTy { name: None, fields: results })) } else { Ty::Unknown }
    }

    /// Names that two branches bind.
    fn refuse_twice(&mut self, all: &[Binding]) {
        let mut seen: FxHashMap<&EcoString, (Span, Role)> = FxHashMap::default();
        for binding in all {
            let Some((first, role)) = seen.insert(&binding.name, (binding.span, binding.role)) else { continue };
            if binding.role != Role::Metric || role != Role::Metric {
                let (place, first) = (self.at(binding.span), self.at(first));
                self.report(errors::duplicate(place, &binding.name, Some(first)));
            }
        }
    }
}

fn result(stmt: &Stmt, at: usize, bound: &[Binding]) -> FieldTy {
    let (name, ty) = match &stmt.kind {
        StmtKind::Step(step) => {
            let record = bound.iter().find(|binding| binding.name == step.name.text);
            let ty = match record.map(|binding| &binding.ty) {
                Some(Ty::Step(record)) => Ty::Record(record.clone()),
                _ => Ty::Unknown,
            };
            (step.name.text.clone(), ty)
        }
        _ => (ecow::eco_format!("branch-{}", at + 1), Ty::None),
    };
    FieldTy { name, ty: Ty::Result(Arc::new(ty)), default: false }
}
