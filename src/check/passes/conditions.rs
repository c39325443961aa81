//! Conditions that always come out the same.

use super::PassContext;
use super::print::{peel, print};
use super::walk::{Visit, walk_expr, walk_gate, walk_item, walk_stmt};
use crate::check::facts::Def;
use crate::check::ty::Ty;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint;
use crate::plan::ir::AttemptVar;
use crate::source::Span;
use crate::syntax::tree::*;

/// Reports them.
pub fn run(cx: &PassContext, out: &mut Vec<Diagnostic>) {
    walk_item(&mut Conditions { cx, out }, cx.view.item);
}

struct Conditions<'c, 'o> {
    cx: &'c PassContext<'c>,
    out: &'o mut Vec<Diagnostic>,
}

impl<'a> Visit<'a> for Conditions<'_, '_> {
    fn stmt(&mut self, stmt: &'a Stmt) {
        match &stmt.kind {
            StmtKind::If(branching) => self.branching(branching),
            StmtKind::Repeat(repeat) => self.repeat(repeat),
            _ => {}
        }
        walk_stmt(self, stmt);
    }

    fn clause(&mut self, clause: &'a Clause) {
        if let ClauseKind::FailsAs(fails) = &clause.kind {
            self.constant(&fails.condition, "this failure kind");
        }
        super::walk::walk_clause(self, clause);
    }

    fn gate(&mut self, gate: &'a Gate) {
        self.constant(&gate.condition, "this gate");
        walk_gate(self, gate);
    }

    fn expr(&mut self, e: &'a Expr) {
        match &e.kind {
            ExprKind::Binary(op, pair) => self.binary(e, *op, &pair.0, &pair.1),
            ExprKind::If(parts) => self.constant(&parts.0, "this `if`"),
            _ => {}
        }
        walk_expr(self, e);
    }
}

impl Conditions<'_, '_> {
    fn branching(&mut self, branching: &If) {
        let mut seen: Vec<(String, Span)> = Vec::new();
        for (condition, _) in &branching.branches {
            let Condition::Expr(e) = condition else { continue };
            self.constant(e, "this `if`");
            let text = print(e);
            match seen.iter().find(|(other, _)| *other == text) {
                Some((_, first)) => self.out.push(duplicate_condition(self.cx, e.span, *first)),
                None => seen.push((text, e.span)),
            }
        }
    }

    fn constant(&mut self, e: &Expr, what: &str) {
        if let Some(value) = constant(e) {
            self.out.push(constant_condition(self.cx, e.span, what, value));
        }
    }

    fn binary(&mut self, e: &Expr, op: BinaryOp, a: &Expr, b: &Expr) {
        use BinaryOp::{And, Coalesce, Eq, Ge, Gt, Le, Lt, Ne, Or};
        match op {
            Eq | Ne | Lt | Le | Gt | Ge if is_same(a, b) => {
                self.out.push(self_comparison(self.cx, e.span, op, matches!(op, Eq | Le | Ge)));
            }
            And | Or if is_same(a, b) => self.out.push(same_operands(self.cx, e.span, op)),
            Lt | Le | Gt | Ge => {
                if let Some((holds, why)) = self.bounded(op, a, b) {
                    self.out.push(impossible_comparison(self.cx, e.span, holds, why));
                }
            }
            Coalesce => self.coalesce(a, b),
            _ => {}
        }
    }

    fn coalesce(&mut self, a: &Expr, b: &Expr) {
        let plain = self.cx.ty(a).is_some_and(|ty| {
            !matches!(ty, Ty::Optional(_) | Ty::None | Ty::Unknown | Ty::Never | Ty::Json | Ty::Step(_) | Ty::Raw)
        });
        if plain {
            self.out.push(needless_default(self.cx, a, b));
        }
    }

    /// Whether a comparison with a number always or never holds, and why.
    fn bounded(&self, op: BinaryOp, a: &Expr, b: &Expr) -> Option<(bool, &'static str)> {
        use BinaryOp::{Ge, Gt, Le, Lt};
        let (value, op, limit) = match (number(a), number(b)) {
            (None, Some(limit)) => (a, op, limit),
            (Some(limit), None) => {
                let turned = match op {
                    Lt => Gt,
                    Le => Ge,
                    Gt => Lt,
                    _ => Le,
                };
                (b, turned, limit)
            }
            _ => return None,
        };
        let (least, why) = self.least(value)?;
        match op {
            Lt if limit <= least => Some((false, why)),
            Le if limit < least => Some((false, why)),
            Ge if limit <= least => Some((true, why)),
            Gt if limit < least => Some((true, why)),
            _ => None,
        }
    }

    /// The least value that `e` can have, when its form says so.
    fn least(&self, e: &Expr) -> Option<(f64, &'static str)> {
        let e = peel(e);
        match &e.kind {
            ExprKind::Call(call) => {
                let name = match &call.callee.kind {
                    ExprKind::Field(field) => &field.name.text,
                    ExprKind::Name(name) => name,
                    _ => return None,
                };
                (name == "len").then_some((0.0, "a length is never negative"))
            }
            ExprKind::Field(field) => match self.cx.ty(&field.base)? {
                Ty::Step(_) if field.name.text == "attempts" => Some((0.0, "attempts are counted from 0")),
                Ty::Step(_) if field.name.text == "duration" => Some((0.0, "time never runs backwards")),
                _ => self.share(e, &field.name.text),
            },
            ExprKind::Name(name) => match self.cx.def(e.span) {
                Some(Def::Attempt(AttemptVar::Attempt)) => Some((1.0, "attempts are counted from 1")),
                Some(Def::Attempt(AttemptVar::Duration)) => Some((0.0, "time never runs backwards")),
                _ => self.share(e, name),
            },
            _ => None,
        }
    }

    /// A share of something, which what is called coverage or the like is, is not negative. A change may be.
    fn share(&self, e: &Expr, name: &str) -> Option<(f64, &'static str)> {
        let known = ["coverage", "progress", "share", "ratio", "completion", "usage"];
        let share = self.cx.ty(e) == Some(&Ty::Percent) && known.iter().any(|word| name.contains(word));
        let change = ["delta", "change", "diff", "growth", "gain", "loss"];
        (share && !change.iter().any(|word| name.contains(word))).then_some((0.0, "a share is never negative"))
    }

    fn repeat(&mut self, repeat: &Repeat) {
        let Some(until) = &repeat.until else { return };
        if let Some(value) = constant(until) {
            self.out.push(constant_condition(self.cx, until.span, "this `until`", value));
            return;
        }
        let mut reads = Changing { cx: self.cx, body: repeat, changes: false };
        reads.expr(until);
        if !reads.changes {
            self.out.push(endless_repeat(self.cx, until.span, repeat.body.span));
        }
    }
}

/// Whether something that an expression reads changes in the passes of a loop.
struct Changing<'c> {
    cx: &'c PassContext<'c>,
    body: &'c Repeat,
    changes: bool,
}

impl<'a> Visit<'a> for Changing<'_> {
    fn expr(&mut self, e: &'a Expr) {
        if let ExprKind::Name(name) = &e.kind {
            self.changes |= match self.cx.def(e.span) {
                Some(Def::Local(id)) => self.local(*id, name),
                Some(Def::Metric(_)) => {
                    super::branches::published(&self.body.body.stmts).iter().any(|metric| metric.text == *name)
                }
                Some(Def::Global(_) | Def::Builtin(_) | Def::Special(_) | Def::Variant(..)) => false,
                _ => true,
            };
        }
        walk_expr(self, e);
    }
}

impl Changing<'_> {
    fn local(&self, id: crate::check::facts::LocalId, name: &str) -> bool {
        let body = self.body.body.span;
        let inside = |span: Span| body.start <= span.start && span.end <= body.end;
        let locals = &self.cx.view.facts.locals;
        let until = self.body.until.as_ref().map_or(body, |until| until.span);
        let declared = locals.get(id.0 as usize).is_none_or(|local| inside(local.span));
        let bound = locals
            .get(id.0 as usize)
            .is_some_and(|local| until.start <= local.span.start && local.span.end <= until.end);
        let assigned = super::control::any(
            &self.body.body.stmts,
            &|stmt| matches!(&stmt.kind, StmtKind::Assign(assign) if assign.0.text == name),
        );
        let shared = locals.iter().any(|local| inside(local.span) && local.name == name);
        !bound && (declared || assigned || shared)
    }
}

/// The value of a condition that is written in constants only.
fn constant(e: &Expr) -> Option<bool> {
    match &peel(e).kind {
        ExprKind::Bool(value) => Some(*value),
        ExprKind::Unary(UnaryOp::Not, e) => constant(e).map(|value| !value),
        ExprKind::Binary(BinaryOp::And, pair) => match (constant(&pair.0), constant(&pair.1)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        },
        ExprKind::Binary(BinaryOp::Or, pair) => match (constant(&pair.0), constant(&pair.1)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        },
        ExprKind::Binary(op, pair) => {
            let (a, b) = (number(&pair.0)?, number(&pair.1)?);
            match op {
                BinaryOp::Eq => Some(a == b),
                BinaryOp::Ne => Some(a != b),
                BinaryOp::Lt => Some(a < b),
                BinaryOp::Le => Some(a <= b),
                BinaryOp::Gt => Some(a > b),
                BinaryOp::Ge => Some(a >= b),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The value of a literal number with or without a unit.
fn number(e: &Expr) -> Option<f64> {
    match &peel(e).kind {
        ExprKind::Int(value) | ExprKind::Duration(value) | ExprKind::Size(value) => Some(*value as f64),
        ExprKind::Float(value) | ExprKind::Percent(value) => Some(*value),
        ExprKind::Unary(UnaryOp::Neg, e) => number(e).map(|value| -value),
        _ => None,
    }
}

fn is_same(a: &Expr, b: &Expr) -> bool {
    let literal = number(a).is_some() || matches!(peel(a).kind, ExprKind::Broken);
    !literal && print(a) == print(b)
}

fn always(value: bool) -> &'static str {
    if value { "always true" } else { "always false" }
}

fn constant_condition(cx: &PassContext, span: Span, what: &str, value: bool) -> Diagnostic {
    Diagnostic::new(&lint::CONSTANT_CONDITION, cx.at(span), format!("the condition of {what} is {}", always(value)))
        .help("compare something that can change, or take it out")
}

fn self_comparison(cx: &PassContext, span: Span, op: BinaryOp, value: bool) -> Diagnostic {
    let message = format!("both sides of `{}` are the same, so this is {}", op.symbol(), always(value));
    Diagnostic::new(&lint::SELF_COMPARISON, cx.at(span), message)
        .help("one side was probably meant to be something else")
}

fn same_operands(cx: &PassContext, span: Span, op: BinaryOp) -> Diagnostic {
    Diagnostic::new(&lint::SELF_COMPARISON, cx.at(span), format!("both sides of `{}` are the same", op.symbol()))
        .help("one side was probably meant to be something else")
}

fn impossible_comparison(cx: &PassContext, span: Span, value: bool, why: &str) -> Diagnostic {
    Diagnostic::new(&lint::IMPOSSIBLE_COMPARISON, cx.at(span), format!("this is {}: {why}", always(value)))
        .help("check the direction of the comparison and the number")
}

fn duplicate_condition(cx: &PassContext, span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(
        &lint::DUPLICATE_CONDITION,
        cx.at(span),
        "this branch can never run: its condition was asked before",
    )
    .label(cx.at(first), "the same condition, which goes first")
    .help("change one of the conditions, or take this branch out")
}

fn needless_default(cx: &PassContext, a: &Expr, b: &Expr) -> Diagnostic {
    let message = format!("`{}` is never `none`, so what follows `??` is never used", print(a));
    Diagnostic::new(&lint::NEEDLESS_DEFAULT, cx.at(Span::new(a.span.end, b.span.end)), message)
        .help("take `??` and what follows it out")
        .fix("take it out", cx.at(Span::new(a.span.end, b.span.end)), "", true)
}

fn endless_repeat(cx: &PassContext, until: Span, body: Span) -> Diagnostic {
    Diagnostic::new(&lint::ENDLESS_REPEAT, cx.at(until), "nothing in this loop changes what `until` asks")
        .label(cx.at(Span::at(body.start)), "this block neither assigns nor publishes any of it")
        .help("after the first pass the answer stays the same: read an output of a step in the loop, a metric it publishes or a `var` it assigns")
}
