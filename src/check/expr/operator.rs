//! Operators.

use crate::builtins::Scheme;
use crate::builtins::operators::{ARITHMETIC, Operation};
use crate::check::assign::join;
use crate::check::checker::Checker;
use crate::check::errors;
use crate::check::ty::Ty;
use crate::source::Span;
use crate::syntax::tree::BinaryOp::{self, Add, And, Coalesce, Eq, Ge, Gt, In, Le, Lt, Matches, Ne, Or};
use crate::syntax::tree::{Expr, ExprKind, UnaryOp};

impl Checker<'_> {
    pub(super) fn unary(&mut self, op: UnaryOp, operand: &Expr) -> Ty {
        match op {
            UnaryOp::Not => {
                self.condition(operand);
                Ty::Bool
            }
            UnaryOp::Neg => {
                let ty = self.infer(operand, &Ty::Unknown);
                match ty {
                    Ty::Int | Ty::Float | Ty::Percent | Ty::Duration | Ty::Unknown | Ty::Never => ty,
                    _ => {
                        let diagnostic = self.operand(operand, &ty, "`-`");
                        self.report(diagnostic);
                        Ty::Unknown
                    }
                }
            }
        }
    }

    pub(super) fn binary(&mut self, op: BinaryOp, left: &Expr, right: &Expr, hint: &Ty, span: Span) -> Ty {
        match op {
            And | Or => {
                self.condition(left);
                self.condition(right);
                Ty::Bool
            }
            Coalesce => self.coalesce(left, right, hint),
            Eq | Ne | Lt | Le | Gt | Ge => {
                self.comparison(op, left, right);
                Ty::Bool
            }
            In => {
                self.membership(left, right);
                Ty::Bool
            }
            Matches => {
                self.matches(left, right);
                Ty::Bool
            }
            _ => self.arithmetic(op, left, right, span),
        }
    }

    fn coalesce(&mut self, left: &Expr, right: &Expr, hint: &Ty) -> Ty {
        let held = self.infer(left, &hint.clone().optional());
        let inner = match &held {
            Ty::Optional(inner) => (**inner).clone(),
            Ty::None => Ty::Never,
            other => other.clone(),
        };
        if let Ty::Step(_) = inner {
            self.report(errors::step_as_value(self.at(left.span)));
            self.infer(right, &Ty::Unknown);
            return Ty::Unknown;
        }
        let wanted = if inner.is_silent() { hint.clone() } else { inner.clone() };
        let other = self.infer(right, &wanted);
        match join(&inner, &other) {
            Some(whole) => {
                self.coerce(right, &other, &whole, None);
                whole
            }
            None => {
                let first = self.at(left.span);
                self.report(errors::no_common_type(self.at(right.span), &inner, &other, Some(first)));
                Ty::Unknown
            }
        }
    }

    /// Both sides of a comparison; a bare variant takes its meaning from the other side.
    fn sides(&mut self, left: &Expr, right: &Expr) -> (Ty, Ty) {
        let bare = |cx: &Self, expr: &Expr| matches!(&expr.kind, ExprKind::Name(name) if cx.names.get(name).is_none());
        if bare(self, left) && !bare(self, right) {
            let second = self.infer(right, &Ty::Unknown);
            let first = self.infer(left, &second);
            return (first, second);
        }
        let first = self.infer(left, &Ty::Unknown);
        let text = matches!(first, Ty::String) && matches!(left.kind, ExprKind::Text(_));
        let second = self.infer(right, &first);
        if text && !matches!(second, Ty::String) {
            let again = self.infer(left, &second);
            return (again, second);
        }
        (first, second)
    }

    fn comparison(&mut self, op: BinaryOp, left: &Expr, right: &Expr) {
        let (first, second) = self.sides(left, right);
        if matches!(&left.kind, ExprKind::Binary(inner, _) if matches!(inner, Eq | Ne | Lt | Le | Gt | Ge | In | Matches))
        {
            return; // a chain, which the parser has reported
        }
        for (expr, ty) in [(left, &first), (right, &second)] {
            match ty.plain() {
                Ty::Secret => return self.report(errors::secret_compared(self.at(expr.span))),
                Ty::Step(_) if matches!(ty, Ty::Step(_)) || !matches!(op, Eq | Ne) => {
                    return self.report(errors::step_as_value(self.at(expr.span)));
                }
                _ => {}
            }
        }
        if first.is_silent() || second.is_silent() {
            return;
        }
        if matches!(op, Eq | Ne) {
            return self.equality(left, right, &first, &second);
        }
        for (expr, ty) in [(left, &first), (right, &second)] {
            if !ordered(ty) {
                let diagnostic = self.operand(expr, ty, op_text(op));
                return self.report(diagnostic);
            }
        }
        match join(&first, &second) {
            Some(whole) => self.both(left, right, &first, &second, &whole),
            None => self.incomparable(left, right, &first, &second),
        }
    }

    fn equality(&mut self, left: &Expr, right: &Expr, first: &Ty, second: &Ty) {
        if *first == Ty::Json || *second == Ty::Json {
            if first != second {
                let json = if *first == Ty::Json { left } else { right };
                let other = if *first == Ty::Json { second } else { first };
                self.report(errors::json_as_is(self.at(json.span), other, None));
            }
            return;
        }
        match join(first, second) {
            Some(whole) => self.both(left, right, first, second, &whole),
            None => self.incomparable(left, right, first, second),
        }
    }

    fn both(&mut self, left: &Expr, right: &Expr, first: &Ty, second: &Ty, whole: &Ty) {
        self.coerce(left, first, whole, None);
        self.coerce(right, second, whole, None);
    }

    fn incomparable(&mut self, left: &Expr, right: &Expr, first: &Ty, second: &Ty) {
        let unit = |ty: &Ty| matches!(ty.plain(), Ty::Percent | Ty::Duration | Ty::Size);
        let place = self.at(left.span.to(right.span));
        if unit(first) && second.is_number() {
            self.coerce(right, second, first, None);
        } else if unit(second) && first.is_number() {
            self.coerce(left, first, second, None);
        } else {
            let (a, b) = (self.at(left.span), self.at(right.span));
            self.report(errors::incomparable(place, (a, first), (b, second)));
        }
    }

    fn membership(&mut self, left: &Expr, right: &Expr) {
        let holder = self.infer(right, &Ty::Unknown);
        let element = match &holder {
            Ty::List(element) => (**element).clone(),
            Ty::Map(_) => Ty::String,
            _ => Ty::Unknown,
        };
        let got = self.infer(left, &element);
        if got == Ty::Secret {
            return self.report(errors::secret_compared(self.at(left.span)));
        }
        match &holder {
            Ty::List(_) | Ty::Map(_) => {
                if join(&got, &element).is_none() {
                    let (a, b) = (self.at(left.span), self.at(right.span));
                    self.report(errors::incomparable(a, (a, &got), (b, &holder)));
                }
            }
            ty if ty.is_silent() => {}
            ty => {
                let diagnostic = errors::not_in(self.at(right.span), ty);
                self.report(diagnostic);
            }
        }
    }

    fn matches(&mut self, left: &Expr, right: &Expr) {
        let got = self.infer(left, &Ty::String);
        if !matches!(got, Ty::String | Ty::Path | Ty::File | Ty::Dir | Ty::Url) && !got.is_silent() {
            let diagnostic = self.operand(left, &got, "`matches`");
            self.report(diagnostic);
        }
        self.expect(right, &Ty::String, None);
        if let ExprKind::Text(text) = &right.kind
            && let Some(pattern) = text.literal()
            && let Err(problem) = crate::builtins::pattern::compile(pattern)
        {
            self.report(errors::bad_pattern(self.at(text.span), &problem));
        }
    }

    fn arithmetic(&mut self, op: BinaryOp, left: &Expr, right: &Expr, span: Span) -> Ty {
        let first = self.infer(left, &Ty::Unknown);
        let hint = if matches!(first, Ty::List(_)) { first.clone() } else { Ty::Unknown };
        let second = self.infer(right, &hint);
        if first.is_silent() || second.is_silent() {
            return Ty::Unknown;
        }
        if let (Add, Ty::List(_), Ty::List(_)) = (op, &first, &second) {
            return match join(&first, &second) {
                Some(whole) => {
                    self.both(left, right, &first, &second, &whole);
                    whole
                }
                None => {
                    let (a, b) = (self.at(left.span), self.at(right.span));
                    self.report(errors::no_common_type(b, &first, &second, Some(a)));
                    Ty::Unknown
                }
            };
        }
        if let Some(row) = operation(op, &first, &second) {
            for (expr, ty, wanted) in [(left, &first, row.left), (right, &second, row.right)] {
                if *ty == Ty::Int && wanted == Scheme::Float {
                    self.facts.converted.insert(expr.id, Ty::Float);
                }
            }
            return simple(row.result);
        }
        self.bad_operands(op, (left, &first), (right, &second), span);
        Ty::Unknown
    }

    fn bad_operands(&mut self, op: BinaryOp, left: (&Expr, &Ty), right: (&Expr, &Ty), span: Span) {
        let texts = matches!(left.1, Ty::String) || matches!(right.1, Ty::String);
        if op == Add && texts {
            let fix = interpolation(left.0, right.0);
            return self.report(errors::join_strings(self.at(span), fix));
        }
        for (expr, ty) in [left, right] {
            if matches!(ty, Ty::Optional(_) | Ty::None | Ty::Secret | Ty::Step(_) | Ty::Json) {
                let diagnostic = self.operand(expr, ty, op_text(op));
                return self.report(diagnostic);
            }
        }
        let unit = |ty: &Ty| matches!(ty, Ty::Percent | Ty::Duration | Ty::Size);
        if matches!(op, Add | BinaryOp::Sub) && unit(left.1) && right.1.is_number() {
            self.coerce(right.0, right.1, left.1, None);
        } else if matches!(op, Add | BinaryOp::Sub) && unit(right.1) && left.1.is_number() {
            self.coerce(left.0, left.1, right.1, None);
        } else {
            let (a, b) = (self.at(left.0.span), self.at(right.0.span));
            self.report(errors::bad_operands(self.at(span), op_text(op), (a, left.1), (b, right.1)));
        }
    }

    /// What to say of an operand that an operator cannot take.
    fn operand(&self, expr: &Expr, ty: &Ty, op: &str) -> crate::diagnostic::Diagnostic {
        let place = self.at(expr.span);
        match ty {
            Ty::Optional(_) | Ty::None => errors::may_be_none_here(place, ty, None),
            Ty::Secret => errors::secret_compared(place),
            Ty::Step(_) => errors::step_as_value(place),
            Ty::Json => errors::json_as_is(place, &Ty::Unknown, None),
            _ => errors::bad_operand(place, ty, op),
        }
    }
}

/// The row of the table of arithmetic for these operands; exact ones before those that widen `int`.
fn operation(op: BinaryOp, left: &Ty, right: &Ty) -> Option<&'static Operation> {
    let rows = || ARITHMETIC.iter().filter(|row| row.op == op);
    let exact = |row: &&Operation| simple(row.left) == *left && simple(row.right) == *right;
    let wide = |scheme: Scheme, ty: &Ty| simple(scheme) == *ty || scheme == Scheme::Float && *ty == Ty::Int;
    rows().find(exact).or_else(|| rows().find(|row| wide(row.left, left) && wide(row.right, right)))
}

fn simple(scheme: Scheme) -> Ty {
    match scheme {
        Scheme::Int => Ty::Int,
        Scheme::Float => Ty::Float,
        Scheme::Percent => Ty::Percent,
        Scheme::Duration => Ty::Duration,
        Scheme::Size => Ty::Size,
        Scheme::Time => Ty::Time,
        _ => Ty::Raw,
    }
}

fn ordered(ty: &Ty) -> bool {
    use Ty::{Duration, Float, Int, Percent, Size, String, Time};
    matches!(ty, Int | Float | Percent | Duration | Size | Time | String | Ty::Path | Ty::File | Ty::Dir | Ty::Url)
        || ty.is_silent()
}

/// `"a" + b` as one string, where that is simple.
fn interpolation(left: &Expr, right: &Expr) -> Option<String> {
    let piece = |expr: &Expr| match &expr.kind {
        ExprKind::Name(name) => Some(format!("${{{name}}}")),
        ExprKind::Text(text) => match (text.quote, text.literal()) {
            (crate::syntax::tree::Quote::Plain, Some(text)) if !text.contains(['"', '\\', '$', '\n', '\t']) => {
                Some(text.to_owned())
            }
            _ => None,
        },
        _ => None,
    };
    Some(format!("\"{}{}\"", piece(left)?, piece(right)?))
}

/// An operator between back-ticks.
fn op_text(op: BinaryOp) -> &'static str {
    match op {
        Coalesce => "`??`",
        Or => "`or`",
        And => "`and`",
        Eq => "`==`",
        Ne => "`!=`",
        Lt => "`<`",
        Le => "`<=`",
        Gt => "`>`",
        Ge => "`>=`",
        In => "`in`",
        Matches => "`matches`",
        Add => "`+`",
        BinaryOp::Sub => "`-`",
        BinaryOp::Mul => "`*`",
        BinaryOp::Div => "`/`",
    }
}
