//! Which values fit where: silent conversions, what two types have in common, and what to say of the rest.

use std::sync::Arc;

use super::checker::Checker;
use super::errors;
use super::ty::{FieldTy, RecordTy, Ty};
use crate::diagnostic::Place;
use crate::syntax::tree::{Expr, ExprKind, UnaryOp};

/// Whether a value of one type may stand where another is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fit {
    /// As it is.
    Same,
    /// After a silent conversion.
    Convert,
    /// Not.
    No,
}

impl Fit {
    fn and(self, other: Fit) -> Fit {
        match (self, other) {
            (Fit::No, _) | (_, Fit::No) => Fit::No,
            (Fit::Convert, _) | (_, Fit::Convert) => Fit::Convert,
            _ => Fit::Same,
        }
    }
}

/// Whether a value of type `got` may stand where a `want` is expected.
pub fn fit(got: &Ty, want: &Ty) -> Fit {
    match (got, want) {
        (Ty::Unknown | Ty::Never, _) | (_, Ty::Unknown | Ty::Never) => Fit::Same,
        (Ty::None, Ty::Optional(_)) => Fit::Same,
        (Ty::Int, Ty::Float) | (Ty::File | Ty::Dir, Ty::Path) | (Ty::Path, Ty::File | Ty::Dir) => Fit::Convert,
        (Ty::Optional(got), Ty::Optional(want)) => fit(got, want),
        (Ty::Json, Ty::Json) => Fit::Same,
        (got, Ty::Json) if becomes_json(got) => Fit::Convert,
        (Ty::Optional(_), _) => Fit::No,
        (got, Ty::Optional(want)) => fit(got, want),
        (Ty::List(got), Ty::List(want)) | (Ty::Map(got), Ty::Map(want)) | (Ty::Result(got), Ty::Result(want)) => {
            fit(got, want)
        }
        (Ty::Record(got), Ty::Record(want)) => fit_record(got, want),
        (got, want) if got == want => Fit::Same,
        _ => Fit::No,
    }
}

fn fit_record(got: &Arc<RecordTy>, want: &Arc<RecordTy>) -> Fit {
    if Arc::ptr_eq(got, want) || got == want {
        return Fit::Same;
    }
    if got.name.is_some() && want.name.is_some() || got.fields.len() != want.fields.len() {
        return Fit::No;
    }
    let each = |field: &FieldTy| got.field(&field.name).map_or(Fit::No, |held| fit(&held.ty, &field.ty));
    want.fields.iter().map(each).fold(Fit::Same, Fit::and)
}

fn becomes_json(ty: &Ty) -> bool {
    match ty {
        Ty::Secret | Ty::Step(_) | Ty::Raw | Ty::Result(_) | Ty::Failure => false,
        Ty::List(inner) | Ty::Map(inner) | Ty::Optional(inner) => becomes_json(inner),
        Ty::Record(record) => record.fields.iter().all(|field| becomes_json(&field.ty)),
        _ => true,
    }
}

/// The least type that values of both fit, if there is one.
pub fn join(a: &Ty, b: &Ty) -> Option<Ty> {
    Some(match (a, b) {
        _ if a == b => a.clone(),
        (Ty::Unknown | Ty::Never, other) | (other, Ty::Unknown | Ty::Never) => other.clone(),
        (Ty::None, other) | (other, Ty::None) => other.clone().optional(),
        (Ty::Optional(a), Ty::Optional(b)) => join(a, b)?.optional(),
        (Ty::Optional(inner), other) | (other, Ty::Optional(inner)) => join(inner, other)?.optional(),
        (Ty::List(a), Ty::List(b)) => Ty::List(Arc::new(join(a, b)?)),
        (Ty::Map(a), Ty::Map(b)) => Ty::Map(Arc::new(join(a, b)?)),
        (Ty::File | Ty::Dir | Ty::Path, Ty::File | Ty::Dir | Ty::Path) => Ty::Path,
        (Ty::Record(x), Ty::Record(y)) if x.name.is_none() && y.name.is_none() => join_records(x, y)?,
        _ if fit(a, b) != Fit::No => b.clone(),
        _ if fit(b, a) != Fit::No => a.clone(),
        _ => return None,
    })
}

fn join_records(a: &RecordTy, b: &RecordTy) -> Option<Ty> {
    if a.fields.len() != b.fields.len() {
        return None;
    }
    let mut fields = Vec::with_capacity(a.fields.len());
    for field in &a.fields {
        let ty = join(&field.ty, &b.field(&field.name)?.ty)?;
        fields.push(FieldTy { name: field.name.clone(), ty, default: false });
    }
    Some(Ty::Record(Arc::new(RecordTy { name: None, fields })))
}

impl Checker<'_> {
    /// Checks `expr` where a `want` is expected; `because` is where that was said.
    pub fn expect(&mut self, expr: &Expr, want: &Ty, because: Option<Place>) -> Ty {
        let got = self.infer(expr, want);
        self.coerce(expr, &got, want, because);
        got
    }

    /// Notes the conversion of `expr` from `got` to `want`, or reports that there is none. Whether it fits.
    pub fn coerce(&mut self, expr: &Expr, got: &Ty, want: &Ty, because: Option<Place>) -> bool {
        match fit(got, want) {
            Fit::Same => true,
            Fit::Convert => {
                let plain = if matches!(got, Ty::Optional(_)) { want.clone() } else { want.plain().clone() };
                self.facts.converted.insert(expr.id, plain);
                true
            }
            Fit::No => {
                let diagnostic = self.mismatch(expr, got, want, because);
                self.report(diagnostic);
                false
            }
        }
    }

    /// A condition: no truthiness.
    pub fn condition(&mut self, expr: &Expr) {
        let got = self.infer(expr, &Ty::Bool);
        if !got.is_silent() && got != Ty::Bool {
            let place = self.at(expr.span);
            let step = matches!(got.plain(), Ty::Step(_));
            self.report(if step { errors::step_as_value(place) } else { errors::not_bool(place, &got) });
        }
    }

    fn mismatch(&self, expr: &Expr, got: &Ty, want: &Ty, because: Option<Place>) -> crate::diagnostic::Diagnostic {
        let place = self.at(expr.span);
        let plain = want.plain();
        match (got, plain) {
            (Ty::Step(_), _) => errors::step_as_value(place),
            (Ty::Secret, _) => errors::secret_as(place, want, because),
            (Ty::Optional(inner), _) if fit(inner, want) != Fit::No => errors::may_be_none(place, got, want, because),
            (Ty::None, _) => errors::none_where(place, want, because),
            (Ty::Int | Ty::Float, Ty::Percent | Ty::Duration | Ty::Size) => {
                errors::no_unit(place, got, plain, number(expr), because)
            }
            (Ty::Json, _) => errors::json_as_is(place, want, because),
            (Ty::String, Ty::Path | Ty::File | Ty::Dir | Ty::Url | Ty::Time | Ty::Int | Ty::Float | Ty::Enum(_)) => {
                errors::text_as(place, plain, because)
            }
            (_, Ty::String) => errors::not_text(place, got, because),
            _ => errors::mismatch(place, got, want, because),
        }
    }
}

/// The text of a number as written, for suggesting it with a unit.
fn number(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Int(n) => Some(n.to_string()),
        ExprKind::Float(n) => Some(n.to_string()),
        ExprKind::Paren(inner) => number(inner),
        ExprKind::Unary(UnaryOp::Neg, inner) => number(inner).map(|text| format!("-{text}")),
        _ => None,
    }
}
