//! Statements: what they bind, and whether anything comes after them.

mod approve;
mod branch;
mod clause;
mod handler;
mod parallel;
mod returning;
mod step;
mod verdict;

use super::checker::Checker;
use super::errors;
use super::facts::{Def, LocalKind, MetricFacts};
use super::names::{Binding, Role};
use super::ty::Ty;
use crate::syntax::is_taken;
use crate::syntax::tree::{
    Block, Checkpoint, Expr, Gate, Let, LetValue, Metric, Name, Policy, Repeat, Scope, Stmt, StmtKind, Text,
};

impl Checker<'_> {
    /// Checks statements in the block we are in. Whether the end is never reached.
    pub fn stmts(&mut self, stmts: &[Stmt]) -> bool {
        let mut ended = false;
        for stmt in stmts {
            ended |= self.stmt(stmt);
        }
        ended
    }

    /// A block with names of its own: whether its end is never reached, and what it bound.
    pub fn block(&mut self, block: &Block) -> (bool, Vec<Binding>) {
        self.block_of(|cx| cx.stmts(&block.stmts))
    }

    fn stmt(&mut self, stmt: &Stmt) -> bool {
        match &stmt.kind {
            StmtKind::Broken => {}
            StmtKind::Step(step) => self.step(stmt, step),
            StmtKind::Let(of) => self.let_stmt(of),
            StmtKind::Assign(assign) => self.assign(&assign.0, &assign.1),
            StmtKind::If(of) => return self.if_stmt(of),
            StmtKind::Match(of) => return self.match_stmt(of),
            StmtKind::For(of) => {
                self.for_loop(of, false);
            }
            StmtKind::Parallel(of) => {
                if of.policy == Policy::Collect {
                    self.report(errors::collect_unused(self.at(stmt.span)));
                }
                self.parallel(of);
            }
            StmtKind::Repeat(of) => return self.repeat(stmt, of),
            StmtKind::Scope(of) => return self.scope_stmt(of),
            StmtKind::Checkpoint(of) => self.checkpoint(of),
            StmtKind::Seal => {}
            StmtKind::Metric(of) => self.metric(of),
            StmtKind::Gate(of) => self.gate(of),
            StmtKind::Approve(of) => self.approve(stmt, of),
            StmtKind::Emit(_, text) => self.text(text),
            StmtKind::Fail(kind, text) => {
                if let Some(kind) = kind {
                    self.kind(kind);
                }
                self.text(text);
                return true;
            }
            StmtKind::Return(args) => {
                self.return_stmt(args, stmt.span);
                return true;
            }
            StmtKind::Verdict(verdict) => return self.verdict(verdict, stmt.span),
            StmtKind::Yield(value) => {
                self.infer(value, &Ty::Unknown);
                self.report(errors::misplaced_yield(self.at(stmt.span)));
            }
        }
        false
    }

    fn let_stmt(&mut self, of: &Let) {
        let wanted = of.ty.as_ref().map(|written| (self.ty(written), self.at(written.span)));
        let got = match &of.value {
            LetValue::Expr(value) => match &wanted {
                Some((want, because)) => {
                    self.expect(value, want, Some(*because));
                    want.clone()
                }
                None => self.value(value),
            },
            LetValue::For(of) => self.for_loop(of, true),
            LetValue::Parallel(parallel) => {
                if parallel.policy != Policy::Collect {
                    self.report(errors::not_collected(self.at(of.name.span)));
                }
                self.parallel(parallel)
            }
        };
        let ty = match wanted {
            Some((want, because)) if !matches!(of.value, LetValue::Expr(_)) => {
                if super::assign::fit(&got, &want) == super::assign::Fit::No {
                    self.report(errors::mismatch(self.at(of.name.span), &got, &want, Some(because)));
                }
                want
            }
            _ => got,
        };
        self.declare(&of.name, if of.mutable { LocalKind::Var } else { LocalKind::Let }, ty);
    }

    /// An expression whose value is kept under a name.
    fn value(&mut self, value: &Expr) -> Ty {
        let got = self.infer(value, &Ty::Unknown);
        match got.plain() {
            Ty::Step(_) => {
                self.report(errors::step_as_value(self.at(value.span)));
                Ty::Unknown
            }
            _ => got,
        }
    }

    fn assign(&mut self, name: &Name, value: &Expr) {
        let Some(binding) = self.names.get(&name.text) else {
            self.infer(value, &Ty::Unknown);
            if !name.is_missing() {
                let variables = self.names.all().filter(|binding| binding.role == Role::Local(LocalKind::Var));
                let names: Vec<_> = variables.map(|binding| binding.name.clone()).collect();
                let near = crate::suggest::nearest(&name.text, names.iter().map(ecow::EcoString::as_str));
                self.report(errors::assign_to_unknown(self.at(name.span), &name.text, near));
            }
            return;
        };
        let (ty, def, role, branches) = (binding.ty.clone(), binding.def.clone(), binding.role, binding.branches);
        let declared = self.at(binding.span);
        if role != Role::Local(LocalKind::Var) {
            self.report(errors::not_a_variable(self.at(name.span), &name.text, declared));
        } else if branches < self.within.branches {
            self.report(errors::assign_across(self.at(name.span), &name.text, declared));
        }
        self.refer(name.span, def);
        self.expect(value, &ty, Some(declared));
    }

    fn repeat(&mut self, stmt: &Stmt, of: &Repeat) -> bool {
        match &of.max {
            Some(max) => {
                self.expect(max, &Ty::Int, None);
            }
            None => self.report(errors::repeat_without(self.at(stmt.span), "max")),
        }
        if of.until.is_none() {
            self.report(errors::repeat_without(self.at(stmt.span), "until"));
        }
        let within = super::checker::Within { loops: self.within.loops + 1, ..self.within };
        let (ends, bound) = self.in_context(within, |cx| {
            cx.block_of(|cx| {
                let ends = cx.stmts(&of.body.stmts);
                if let Some(until) = &of.until {
                    cx.condition(until);
                }
                ends
            })
        });
        self.export(bound, false);
        ends
    }

    fn scope_stmt(&mut self, of: &Scope) -> bool {
        if let Some(title) = &of.title {
            self.text(title);
        }
        let before = std::mem::replace(&mut self.target, super::checker::Target::Scope);
        let ((ends, continues), bound) = self.block_of(|cx| {
            let ends = cx.stmts(&of.body.stmts);
            (ends, cx.scope_clauses(&of.body))
        });
        self.target = before;
        self.export(bound, continues);
        ends && !continues
    }

    fn checkpoint(&mut self, of: &Checkpoint) {
        for glob in &of.include {
            self.glob(glob);
        }
        if of.name.is_missing() {
            return;
        }
        let place = self.at(of.name.span);
        if is_taken(&of.name.text) || of.name.text == "start" {
            self.report(errors::reserved_checkpoint(place, &of.name.text));
        }
        self.refer(of.name.span, Def::Checkpoint(Some(of.name.span.start)));
        if let Some(first) = self.checkpoints.insert(of.name.text.clone(), of.name.span) {
            let first = self.at(first);
            self.report(errors::duplicate(place, &of.name.text, Some(first)));
        }
    }

    fn metric(&mut self, of: &Metric) {
        let ty = self.ty(&of.ty);
        let because = self.at(of.ty.span);
        self.expect(&of.value, &ty, Some(because));
        if of.name.is_missing() {
            return;
        }
        match ty.plain() {
            Ty::Secret => self.report(errors::secret_in(self.at(of.ty.span), "a metric")),
            _ if !matches!(ty, Ty::Unknown) && !is_metric(&ty) => {
                self.report(errors::metric_of(self.at(of.ty.span), &ty));
            }
            _ => {}
        }
        let name = of.name.text.clone();
        match self.facts.metrics.get(&name) {
            Some(known) if known.ty != ty && !ty.is_silent() && !known.ty.is_silent() => {
                let (held, first) = (known.ty.clone(), self.at(known.span));
                self.report(errors::metric_type(self.at(of.ty.span), &name, &ty, &held, first));
            }
            Some(_) => {}
            None => {
                let facts = MetricFacts { ty: ty.clone(), claimed: false, span: of.name.span };
                self.facts.metrics.insert(name.clone(), facts);
            }
        }
        self.refer(of.name.span, Def::Metric(name.clone()));
        self.bind(Binding::new(name.clone(), Def::Metric(name), ty, Role::Metric, of.name.span));
    }

    /// A gate, in a workflow or in a `gates` item.
    pub fn gate(&mut self, of: &Gate) {
        let texts: [Option<&Text>; 2] = [of.title.as_ref(), of.advice.as_ref()];
        for text in texts.into_iter().flatten() {
            self.text(text);
        }
        self.condition(&of.condition);
        if let Some((role, time)) = &of.waivable {
            self.text(role);
            self.expect(time, &Ty::Duration, None);
        }
    }
}

/// Whether something can be measured in it.
fn is_metric(ty: &Ty) -> bool {
    matches!(
        ty,
        Ty::Int | Ty::Float | Ty::Percent | Ty::Duration | Ty::Size | Ty::Bool | Ty::String | Ty::Time | Ty::Enum(_)
    )
}
