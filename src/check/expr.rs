//! Types of expressions, with what is expected of them flowing inwards.

mod access;
mod call;
mod literal;
mod name;
mod operator;
mod pattern;

pub use call::{Callee, Slot};
pub use pattern::Arms;

use std::sync::Arc;

use super::assign::join;
use super::checker::Checker;
use super::errors;
use super::facts::LocalKind;
use super::ty::{FieldTy, RecordTy, Ty};
use crate::source::Span;
use crate::suggest;
use crate::syntax::tree::{Comprehension, Entry, Expr, ExprKind, MatchExpr, Type};

impl Checker<'_> {
    /// The type of `expr`. `hint` is what would be welcome ([`Ty::Unknown`] for anything): it gives literals and bare
    /// variants their meaning, but that the result fits it is for the caller to see to.
    pub fn infer(&mut self, expr: &Expr, hint: &Ty) -> Ty {
        let ty = match &expr.kind {
            ExprKind::Broken => Ty::Unknown,
            ExprKind::None => Ty::None,
            ExprKind::Bool(_) => Ty::Bool,
            ExprKind::Int(_) => Ty::Int,
            ExprKind::Float(_) => Ty::Float,
            ExprKind::Percent(_) => Ty::Percent,
            ExprKind::Duration(_) => Ty::Duration,
            ExprKind::Size(_) => Ty::Size,
            ExprKind::Text(text) => self.string(text, hint.plain()),
            ExprKind::List(elements) => self.list(elements, hint.plain()),
            ExprKind::Record(entries) => self.record(entries, hint.plain(), expr.span),
            ExprKind::Name(name) => self.name(name, expr.span, hint.plain()),
            ExprKind::Paren(inner) => self.infer(inner, hint),
            ExprKind::Field(field) => self.field(field, hint.plain(), expr.span),
            ExprKind::Index(index) => self.index(&index.0, &index.1),
            ExprKind::Call(call) => self.call(call, expr, hint),
            ExprKind::Unary(op, operand) => self.unary(*op, operand),
            ExprKind::Binary(op, sides) => self.binary(*op, &sides.0, &sides.1, hint, expr.span),
            ExprKind::As(cast) => self.cast(&cast.0, &cast.1),
            ExprKind::If(parts) => {
                self.condition(&parts.0);
                self.alternatives(&[&parts.1, &parts.2], hint)
            }
            ExprKind::Match(of) => self.match_expr(of, hint),
            ExprKind::Comprehension(of) => self.comprehension(of, hint.plain()),
            ExprKind::Lambda(lambda) => {
                self.report(errors::misplaced_lambda(self.at(expr.span)));
                let _ = lambda;
                Ty::Unknown
            }
        };
        self.note(expr, ty)
    }

    /// Expressions of which one is the value: their common type.
    fn alternatives(&mut self, all: &[&Expr], hint: &Ty) -> Ty {
        let mut whole = Ty::Never;
        let mut types = Vec::with_capacity(all.len());
        for expr in all {
            let ty = self.infer(expr, hint);
            whole = self.joined(whole, &ty, expr.span, all.first().map(|first| first.span));
            types.push(ty);
        }
        for (expr, ty) in all.iter().zip(&types) {
            self.coerce(expr, ty, &whole, None);
        }
        whole
    }

    /// The common type of what came before and `ty`; reports where there is none.
    fn joined(&mut self, whole: Ty, ty: &Ty, span: Span, first: Option<Span>) -> Ty {
        match join(&whole, ty) {
            Some(joined) => joined,
            None => {
                let first = first.map(|span| self.at(span));
                self.report(errors::no_common_type(self.at(span), &whole, ty, first));
                Ty::Unknown
            }
        }
    }

    fn list(&mut self, elements: &[Expr], hint: &Ty) -> Ty {
        let wanted = match hint {
            Ty::List(element) => Some(&**element),
            Ty::Json => Some(&Ty::Json),
            _ => None,
        };
        let ty = match wanted {
            Some(wanted) if !wanted.is_silent() => {
                for element in elements {
                    self.expect(element, wanted, None);
                }
                if matches!(hint, Ty::Json) { Ty::list(Ty::Json) } else { hint.clone() }
            }
            _ => {
                let all: Vec<&Expr> = elements.iter().collect();
                Ty::list(self.alternatives(&all, &Ty::Unknown))
            }
        };
        for element in elements {
            if self.type_of(element) == Ty::Secret {
                self.report(errors::secret_in(self.at(element.span), "a list"));
            }
        }
        ty
    }

    /// The type that was found out for `expr`.
    pub fn type_of(&self, expr: &Expr) -> Ty {
        self.facts.types.get(expr.id.0 as usize).cloned().unwrap_or_default()
    }

    fn record(&mut self, entries: &[Entry], hint: &Ty, span: Span) -> Ty {
        self.duplicate_entries(entries);
        match hint {
            Ty::Record(record) => self.record_as(entries, record, span),
            Ty::Map(value) => {
                for entry in entries {
                    self.expect(&entry.value, value, None);
                }
                hint.clone()
            }
            Ty::Json => {
                for entry in entries {
                    self.expect(&entry.value, &Ty::Json, None);
                }
                Ty::Map(Arc::new(Ty::Json))
            }
            _ if entries.is_empty() || entries.iter().any(|entry| entry.quoted) => {
                let values: Vec<&Expr> = entries.iter().map(|entry| &entry.value).collect();
                Ty::Map(Arc::new(self.alternatives(&values, &Ty::Unknown)))
            }
            _ => {
                let mut fields = Vec::with_capacity(entries.len());
                for entry in entries {
                    let ty = self.infer(&entry.value, &Ty::Unknown);
                    if let Ty::Step(_) = ty.plain() {
                        self.report(errors::step_as_value(self.at(entry.value.span)));
                    }
                    fields.push(FieldTy { name: entry.key.text.clone(), ty, default: false });
                }
                Ty::Record(Arc::new(RecordTy { name: None, fields }))
            }
        }
    }

    fn duplicate_entries(&mut self, entries: &[Entry]) {
        let mut seen = rustc_hash::FxHashMap::default();
        for entry in entries {
            if let Some(first) = seen.insert(entry.key.text.as_str(), entry.key.span)
                && !entry.key.is_missing()
            {
                let first = self.at(first);
                self.report(errors::duplicate(self.at(entry.key.span), &entry.key.text, Some(first)));
            }
        }
    }

    /// A literal where a record is expected.
    fn record_as(&mut self, entries: &[Entry], record: &Arc<RecordTy>, span: Span) -> Ty {
        let declared = record.name.as_ref().and_then(|(id, _)| self.env.place(*id));
        for entry in entries {
            match record.field(&entry.key.text) {
                Some(field) => {
                    self.refer(entry.key.span, super::facts::Def::Field(field.name.clone()));
                    self.expect(&entry.value, &field.ty, declared);
                }
                None => {
                    self.infer(&entry.value, &Ty::Unknown);
                    let near = suggest::nearest(&entry.key.text, record.fields.iter().map(|field| field.name.as_str()));
                    let of = Ty::Record(record.clone());
                    if !entry.key.is_missing() {
                        self.report(errors::unknown_field(self.at(entry.key.span), &entry.key.text, &of, near));
                    }
                }
            }
        }
        let given = |name: &str| entries.iter().any(|entry| entry.key.text == name);
        let missing: Vec<&str> = record
            .fields
            .iter()
            .filter(|field| !field.default && !given(&field.name))
            .map(|f| f.name.as_str())
            .collect();
        if !missing.is_empty() {
            let of = Ty::Record(record.clone());
            self.report(errors::missing_fields(self.at(span), &missing, &of, declared));
        }
        Ty::Record(record.clone())
    }

    fn cast(&mut self, value: &Expr, to: &Type) -> Ty {
        let to_ty = self.ty(to);
        let hint = if matches!(value.kind, ExprKind::Text(_)) { to_ty.clone() } else { Ty::Unknown };
        let got = self.infer(value, &hint);
        let json = matches!(got, Ty::Json) && to_ty.is_data();
        let number = matches!((&got, &to_ty), (Ty::Int, Ty::Float));
        let same = super::assign::fit(&got, &to_ty) != super::assign::Fit::No;
        if !(json || number || same) {
            self.report(errors::bad_cast(self.at(value.span.to(to.span)), &got, &to_ty));
        }
        to_ty
    }

    fn match_expr(&mut self, of: &MatchExpr, hint: &Ty) -> Ty {
        let subject = self.subject(&of.subject);
        let mut arms = Arms::new(subject);
        let mut whole = Ty::Never;
        let mut types = Vec::with_capacity(of.arms.len());
        for (pattern, value) in &of.arms {
            let (ty, _) = self.block_of(|cx| {
                cx.pattern(pattern, &mut arms, LocalKind::Bound);
                cx.infer(value, hint)
            });
            whole = self.joined(whole, &ty, value.span, of.arms.first().map(|(_, first)| first.span));
            types.push(ty);
        }
        for ((_, value), ty) in of.arms.iter().zip(&types) {
            self.coerce(value, ty, &whole, None);
        }
        self.exhausted(&arms, of.subject.span);
        whole
    }

    /// What a `match` looks at.
    pub fn subject(&mut self, expr: &Expr) -> Ty {
        let ty = self.infer(expr, &Ty::Unknown);
        if let Ty::Secret = ty {
            self.report(errors::secret_compared(self.at(expr.span)));
            return Ty::Unknown;
        }
        ty
    }

    fn comprehension(&mut self, of: &Comprehension, hint: &Ty) -> Ty {
        let element = self.elements(&of.list);
        let wanted = match hint {
            Ty::List(element) => (**element).clone(),
            _ => Ty::Unknown,
        };
        let (value, _) = self.block_of(|cx| {
            cx.declare(&of.name, LocalKind::Bound, element);
            if let Some(condition) = &of.condition {
                cx.condition(condition);
            }
            cx.infer(&of.value, &wanted)
        });
        if matches!(value.plain(), Ty::Secret) {
            self.report(errors::secret_in(self.at(of.value.span), "a list"));
        }
        if !wanted.is_silent() && super::assign::fit(&value, &wanted) != super::assign::Fit::No {
            self.coerce(&of.value, &value, &wanted, None);
            return hint.clone();
        }
        Ty::list(value)
    }

    /// The type of the elements of what is looped over.
    pub fn elements(&mut self, list: &Expr) -> Ty {
        let ty = self.infer(list, &Ty::Unknown);
        match &ty {
            Ty::List(element) => (**element).clone(),
            ty if ty.is_silent() => Ty::Unknown,
            _ => {
                self.report(errors::not_a_list(self.at(list.span), &ty));
                Ty::Unknown
            }
        }
    }
}
