//! Alternatives and what is bound after them: plain where every way binds it, `T?` where not every way does.

use std::sync::Arc;

use ecow::EcoString;
use indexmap::IndexMap;

use crate::check::assign::join;
use crate::check::checker::{Checker, Within};
use crate::check::errors;
use crate::check::expr::Arms;
use crate::check::facts::{Def, LocalId, LocalKind};
use crate::check::names::{Binding, Role};
use crate::check::ty::{RecordTy, Ty};
use crate::syntax::tree::{Condition, Expr, For, If, MatchStmt, Policy, Stmt, StmtKind};

impl Checker<'_> {
    pub(super) fn if_stmt(&mut self, of: &If) -> bool {
        let mut ways = Vec::with_capacity(of.branches.len() + 1);
        for (condition, block) in &of.branches {
            let (ends, bound) = self.block_of(|cx| {
                match condition {
                    Condition::Expr(expr) => cx.condition(expr),
                    Condition::Let(name, value) => {
                        let ty = cx.unwrapped(value);
                        cx.declare(name, LocalKind::Binding, ty);
                    }
                }
                cx.stmts(&block.stmts)
            });
            if !ends {
                ways.push(bound);
            }
        }
        match &of.otherwise {
            Some(block) => {
                let (ends, bound) = self.block(block);
                if !ends {
                    ways.push(bound);
                }
            }
            None => ways.push(Vec::new()),
        }
        self.merge(ways)
    }

    /// What `if let` finds in a value that may be missing.
    fn unwrapped(&mut self, value: &Expr) -> Ty {
        let ty = self.infer(value, &Ty::Unknown);
        match &ty {
            Ty::Optional(inner) => (**inner).clone(),
            ty if ty.is_silent() => Ty::Unknown,
            Ty::None => Ty::Never,
            _ => {
                self.report(errors::needless_if_let(self.at(value.span), &ty));
                ty
            }
        }
    }

    pub(super) fn match_stmt(&mut self, of: &MatchStmt) -> bool {
        let subject = self.subject(&of.subject);
        let mut arms = Arms::new(subject);
        let mut ways = Vec::with_capacity(of.arms.len());
        for (pattern, block) in &of.arms {
            let (ends, bound) = self.block_of(|cx| {
                cx.pattern(pattern, &mut arms, LocalKind::Binding);
                cx.stmts(&block.stmts)
            });
            if !ends {
                ways.push(bound);
            }
        }
        self.exhausted(&arms, of.subject.span);
        !of.arms.is_empty() && self.merge(ways)
    }

    /// Binds what the ways through a statement bound. Whether there is no way through it.
    fn merge(&mut self, ways: Vec<Vec<Binding>>) -> bool {
        let count = ways.len();
        let mut joined: IndexMap<EcoString, Vec<Binding>> = IndexMap::new();
        for way in ways {
            let mut last: IndexMap<EcoString, Binding> = IndexMap::new();
            for binding in way.into_iter().filter(Binding::outlives) {
                last.insert(binding.name.clone(), binding);
            }
            for (name, binding) in last {
                joined.entry(name).or_default().push(binding);
            }
        }
        for all in joined.into_values() {
            self.rejoin(all, count);
        }
        count == 0
    }

    fn rejoin(&mut self, mut all: Vec<Binding>, ways: usize) {
        let everywhere = all.len() == ways;
        let maybe = all.iter().any(|binding| binding.maybe);
        let rest = all.split_off(1.min(all.len()));
        let Some(mut first) = all.pop() else { return };
        let variable = matches!(first.role, Role::Local(LocalKind::Let | LocalKind::Var));
        if variable && !everywhere {
            return;
        }
        let mut alike = true;
        for other in rest {
            alike &= other.ty == first.ty;
            match common(&first.ty, &other.ty) {
                Some(ty) => first.ty = ty,
                None if variable => return,
                None => first.ty = Ty::Unknown,
            }
            if let (Def::Local(main), Def::Local(other)) = (&first.def, &other.def) {
                self.share(*main, *other);
            }
        }
        first.maybe = maybe || !everywhere || !(alike || variable);
        self.leak(first);
    }

    fn share(&mut self, main: LocalId, other: LocalId) {
        let main = self.facts.locals.get(main.0 as usize).and_then(|local| local.joined).unwrap_or(main);
        if let Some(local) = self.facts.locals.get_mut(other.0 as usize) {
            local.joined = Some(main);
        }
    }

    /// Binds in the block we are in what came out of one that has ended.
    fn leak(&mut self, mut binding: Binding) {
        binding.leaked = true;
        let published = binding.role == Role::Metric
            && binding.maybe
            && self.names.get(&binding.name).is_some_and(|held| held.role == Role::Metric && !held.maybe);
        if !published {
            self.bind(binding);
        }
    }

    /// Binds what a block that always runs bound; `maybe` where it may have ended early.
    pub(super) fn export(&mut self, bound: Vec<Binding>, maybe: bool) {
        for mut binding in bound.into_iter().filter(Binding::outlives) {
            binding.maybe |= maybe;
            self.leak(binding);
        }
    }

    /// A loop over a list: the type of what `let` binds it to.
    pub(super) fn for_loop(&mut self, of: &For, bound: bool) -> Ty {
        let element = self.elements(&of.list);
        if let Some(max) = &of.max {
            self.expect(max, &Ty::Int, None);
        }
        if of.policy == Policy::Collect && !(of.parallel && bound) {
            self.report(errors::collect_unused(self.at(of.name.span)));
        }
        let within = Within {
            loops: self.within.loops + 1,
            branches: self.within.branches + u32::from(of.parallel),
            ..self.within
        };
        let kind = if of.parallel { LocalKind::EachParallel } else { LocalKind::Each };
        let (yielded, left) = self.in_context(within, |cx| {
            cx.block_of(|cx| {
                cx.declare(&of.name, kind, element);
                cx.loop_head(of);
                cx.loop_body(&of.body.stmts, bound)
            })
        });
        self.export(left.into_iter().filter(|binding| binding.role == Role::Metric).collect(), true);
        match yielded {
            Some(ty) if of.policy == Policy::Collect => Ty::list(Ty::Result(Arc::new(ty))),
            Some(ty) => Ty::list(ty),
            None if bound && of.policy == Policy::Collect => Ty::list(Ty::Result(Arc::new(Ty::None))),
            None => {
                if bound {
                    self.report(errors::missing_yield(self.at(of.body.span)));
                }
                Ty::Unknown
            }
        }
    }

    fn loop_head(&mut self, of: &For) {
        let mut key = Ty::Int;
        if let Some(by) = &of.key {
            key = self.infer(by, &Ty::Unknown);
            if !is_key(&key) {
                self.report(errors::bad_key(self.at(by.span), &key));
                key = Ty::Unknown;
            }
        }
        if let Some(after) = &of.after {
            self.expect(after, &Ty::list(key), None);
        }
    }

    fn loop_body(&mut self, stmts: &[Stmt], bound: bool) -> Option<Ty> {
        match stmts.split_last() {
            Some((Stmt { kind: StmtKind::Yield(value), span, .. }, before)) => {
                self.stmts(before);
                let got = self.infer(value, &Ty::Unknown);
                if !bound {
                    self.report(errors::misplaced_yield(self.at(*span)));
                }
                match got.plain() {
                    Ty::Step(_) => self.report(errors::step_as_value(self.at(value.span))),
                    Ty::Secret => self.report(errors::secret_in(self.at(value.span), "a list")),
                    _ => return Some(got),
                }
                Some(Ty::Unknown)
            }
            _ => {
                self.stmts(stmts);
                None
            }
        }
    }
}

/// What two ways that bind one name have in common.
fn common(a: &Ty, b: &Ty) -> Option<Ty> {
    match (a, b) {
        _ if a == b => Some(a.clone()),
        (Ty::Step(x), Ty::Step(y)) => {
            let shared = x.fields.iter().filter(|field| y.field(&field.name).is_some_and(|other| other.ty == field.ty));
            Some(Ty::Step(Arc::new(RecordTy { name: None, fields: shared.cloned().collect() })))
        }
        _ => join(a, b),
    }
}

fn is_key(ty: &Ty) -> bool {
    use Ty::{Bool, Dir, Enum, File, Int, Path, Percent, Size, String, Time, Url};
    matches!(ty, Int | String | Path | File | Dir | Url | Bool | Percent | Size | Time | Ty::Duration | Enum(_))
        || ty.is_silent()
}
