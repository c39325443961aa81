//! Expressions. Operands come before what uses them.

use super::Lower;
use crate::check::facts::{Def, GlobalId, GlobalKind, LocalId, LocalKind};
use crate::check::ty::Ty;
use crate::plan::ir::{self, ExprIx, Pattern};
use crate::source::Span;
use crate::syntax::tree::{Expr, ExprKind, Field, MatchExpr, Name, PatternKind, UnaryOp};

impl<'a> Lower<'a> {
    /// An expression with its silent conversion.
    pub(super) fn expr(&mut self, expr: &'a Expr) -> ExprIx {
        let ix = self.bare(expr);
        self.converted(expr, ix)
    }

    /// An expression that may be left out.
    pub(super) fn maybe(&mut self, expr: Option<&'a Expr>) -> Option<ExprIx> {
        expr.map(|expr| self.expr(expr))
    }

    /// An expression that decides something.
    pub(super) fn deciding(&mut self, expr: &'a Expr) -> ExprIx {
        let before = std::mem::replace(&mut self.cx.deciding, true);
        let ix = self.expr(expr);
        self.cx.deciding = before;
        ix
    }

    /// Several expressions.
    pub(super) fn exprs(&mut self, exprs: &'a [Expr]) -> Vec<ExprIx> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    fn converted(&mut self, expr: &'a Expr, ix: ExprIx) -> ExprIx {
        match self.cx.facts.and_then(|facts| facts.converted.get(&expr.id)) {
            Some(to) => self.convert(ix, to, expr.span),
            None => ix,
        }
    }

    /// An expression as it stands.
    pub(super) fn bare(&mut self, expr: &'a Expr) -> ExprIx {
        let span = expr.span;
        let lowered = match &expr.kind {
            ExprKind::Broken => {
                self.fault(span, "an expression that was not parsed");
                ir::Expr::None
            }
            ExprKind::None => ir::Expr::None,
            ExprKind::Bool(value) => ir::Expr::Bool(*value),
            ExprKind::Float(value) => ir::Expr::Float(*value),
            ExprKind::Percent(value) => ir::Expr::Percent(*value),
            ExprKind::Duration(value) => ir::Expr::Duration(*value),
            ExprKind::Size(value) => ir::Expr::Size(*value),
            ExprKind::Int(value) => {
                let ix = self.push(ir::Expr::Int(*value), span);
                return self.literal_as(ix, expr);
            }
            ExprKind::Text(text) => {
                let ix = self.text(text);
                return self.literal_as(ix, expr);
            }
            ExprKind::List(elements) => ir::Expr::List(self.exprs(elements)),
            ExprKind::Record(entries) => return self.record_literal(expr, entries),
            ExprKind::Name(name) => {
                let lowered = self.name(span);
                if self.cx.deciding && matches!(lowered, ir::Expr::Local { .. }) {
                    self.plan.about.names.insert(self.plan.exprs.len() as u32, name.clone());
                }
                lowered
            }
            ExprKind::Paren(inner) => return self.expr(inner),
            ExprKind::Field(field) => return self.field(expr, field),
            ExprKind::Index(operands) => {
                let base = self.expr(&operands.0);
                let index = self.expr(&operands.1);
                ir::Expr::Index { base, index }
            }
            ExprKind::Call(call) => return self.call(expr, call),
            ExprKind::Unary(op, operand) => {
                let operand = self.expr(operand);
                match op {
                    UnaryOp::Neg => ir::Expr::Neg(operand),
                    UnaryOp::Not => ir::Expr::Not(operand),
                }
            }
            ExprKind::Binary(..) => return self.binary(expr),
            ExprKind::As(operands) => {
                let value = self.expr(&operands.0);
                let to = self.intern(self.ty(expr.id));
                ir::Expr::Convert { value, to }
            }
            ExprKind::If(parts) => {
                let condition = self.expr(&parts.0);
                let yes = self.expr(&parts.1);
                let no = self.expr(&parts.2);
                ir::Expr::If { condition, yes, no }
            }
            ExprKind::Match(matched) => self.match_expr(matched),
            ExprKind::Comprehension(parts) => {
                let list = self.expr(&parts.list);
                let (condition, value) = self.binding(Some(&parts.name), |lower| {
                    (lower.maybe(parts.condition.as_ref()), lower.expr(&parts.value))
                });
                ir::Expr::Comprehension { list, value, condition }
            }
            ExprKind::Lambda(lambda) => {
                ir::Expr::Lambda(self.binding(Some(&lambda.param), |lower| lower.expr(&lambda.body)))
            }
        };
        self.push(lowered, span)
    }

    /// Chains of operators lean to the left: walked by a loop, so that they cost no stack.
    fn binary(&mut self, expr: &'a Expr) -> ExprIx {
        let mut chain = Vec::new();
        let mut first = expr;
        while let ExprKind::Binary(op, operands) = &first.kind {
            chain.push((first, *op, &operands.1));
            first = &operands.0;
        }
        let mut left = self.expr(first);
        for (whole, op, right) in chain.into_iter().rev() {
            let right = self.expr(right);
            let ix = self.push(ir::Expr::Binary { op, left, right }, whole.span);
            // The outermost is converted by the caller.
            left = if whole.id == expr.id { ix } else { self.converted(whole, ix) };
        }
        left
    }

    /// The local that a declared name is.
    pub(super) fn local_at(&self, name: &Name) -> Option<LocalId> {
        match self.def(name.span.start) {
            Some(&Def::Local(id)) => Some(id),
            _ => None,
        }
    }

    fn name(&mut self, span: Span) -> ir::Expr {
        match self.def(span.start) {
            Some(def) => self.meaning(def, span),
            None => {
                self.fault(span, "a name that was not resolved");
                ir::Expr::None
            }
        }
    }

    /// What a name stands for as a value.
    fn meaning(&mut self, def: &'a Def, span: Span) -> ir::Expr {
        match def {
            Def::Local(id) => self.local(*id, span),
            Def::Variant(_, name) => ir::Expr::Variant(name.clone()),
            Def::Kind(name) => ir::Expr::Kind(name.clone()),
            Def::Metric(name) => self.read_metric(name, span),
            Def::Output(name) => {
                self.cx.reads_output = true;
                ir::Expr::Output(name.clone())
            }
            Def::Attempt(variable) => ir::Expr::Attempt(*variable),
            Def::RunField(variable) => ir::Expr::Run(*variable),
            Def::Global(id) => self.global_value(*id, span),
            _ => {
                self.fault(span, "a name that is not a value");
                ir::Expr::None
            }
        }
    }

    fn global_value(&mut self, id: GlobalId, span: Span) -> ir::Expr {
        match self.checked.global(id).map(|global| (&global.kind, &global.name)) {
            Some((GlobalKind::Const(_), _)) => {
                self.ensure(id);
                if let Some(&constant) = self.constants.get(&id) {
                    return ir::Expr::Const(constant);
                }
            }
            Some((GlobalKind::Error, name)) => return ir::Expr::Kind(name.clone()),
            _ => {}
        }
        self.fault(span, "an item that is not a value");
        ir::Expr::None
    }

    fn field(&mut self, expr: &'a Expr, field: &'a Field) -> ExprIx {
        match self.def(field.name.span.start) {
            None | Some(Def::Field(_)) => {}
            Some(def) => {
                let lowered = self.meaning(def, field.name.span);
                return self.push(lowered, expr.span);
            }
        }
        let base = self.expr(&field.base);
        // A step that may not have run gives `none` for each of its outputs.
        let skipped = matches!(self.ty(expr.id), Ty::Optional(_)) && self.is_step(&field.base);
        let optional = field.optional || skipped;
        self.push(ir::Expr::Field { base, name: field.name.text.clone(), optional }, expr.span)
    }

    fn is_step(&self, expr: &Expr) -> bool {
        match (&expr.kind, self.def(expr.span.start)) {
            (ExprKind::Name(_), Some(&Def::Local(id))) => {
                matches!(self.cx.kind(id), Some(LocalKind::Step | LocalKind::Approval))
            }
            _ => false,
        }
    }

    fn match_expr(&mut self, matched: &'a MatchExpr) -> ir::Expr {
        let subject = self.expr(&matched.subject);
        let mut arms = Vec::with_capacity(matched.arms.len());
        for (pattern, value) in &matched.arms {
            let (lowered, name) = self.pattern(pattern);
            let value = match name {
                Some(name) => self.binding(Some(name), |lower| lower.expr(value)),
                None => self.expr(value),
            };
            arms.push((lowered, value));
        }
        ir::Expr::Match { subject, arms }
    }

    /// A pattern with the name that it binds.
    pub(super) fn pattern(&mut self, pattern: &'a crate::syntax::tree::Pattern) -> (Pattern, Option<&'a Name>) {
        let at = match &pattern.kind {
            PatternKind::Any => return (Pattern::Any, None),
            PatternKind::None => return (Pattern::None, None),
            PatternKind::Some(name) => return (Pattern::Some, Some(name)),
            PatternKind::Ok(name) => return (Pattern::Ok, Some(name)),
            PatternKind::Err(name) => return (Pattern::Err, Some(name)),
            PatternKind::Literal(literal) => return (Pattern::Equals(self.expr(literal)), None),
            PatternKind::Name(_) => pattern.span.start,
            PatternKind::Path(path) => path.1.span.start,
            PatternKind::Broken => u32::MAX,
        };
        let lowered = match self.def(at) {
            Some(Def::Variant(_, name)) => Pattern::Variant(name.clone()),
            Some(Def::Kind(name)) => Pattern::Kind(name.clone()),
            Some(Def::Global(id)) => match self.checked.global(*id) {
                Some(global) => Pattern::Kind(global.name.clone()),
                None => Pattern::Any,
            },
            _ => {
                self.fault(pattern.span, "a pattern that was not resolved");
                Pattern::Any
            }
        };
        (lowered, None)
    }
}
