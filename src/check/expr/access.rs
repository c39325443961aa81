//! Fields and elements.

use std::sync::Arc;

use crate::check::checker::Checker;
use crate::check::errors;
use crate::check::facts::{Def, GlobalKind};
use crate::check::ty::{RecordTy, Ty};
use crate::source::Span;
use crate::suggest;
use crate::syntax::tree::{Expr, ExprKind, Field, Name};

impl Checker<'_> {
    pub(super) fn field(&mut self, field: &Field, hint: &Ty, span: Span) -> Ty {
        let _ = hint;
        if let Some(ty) = self.qualified(field) {
            return ty;
        }
        let base = self.infer(&field.base, &Ty::Unknown);
        self.field_of(field, &base, span)
    }

    /// `module.name`, `E.variant`, `module.E.variant` and `run.name`; `None` where the base is a value.
    fn qualified(&mut self, field: &Field) -> Option<Ty> {
        let scope = self.scope;
        if let ExprKind::Field(inner) = &field.base.kind
            && let ExprKind::Name(module) = &inner.base.kind
            && self.names.get(module).is_none()
            && let Some(offers) = scope.modules.get(module)
            && let Some(id) = offers.names.get(&inner.name.text)
            && let GlobalKind::Type(Ty::Enum(_)) = self.env.kind(*id)
        {
            self.refer(inner.base.span, Def::Module(module.clone()));
            self.refer(inner.name.span, Def::Global(*id));
            return Some(self.variant(*id, &field.name));
        }
        let ExprKind::Name(name) = &field.base.kind else { return None };
        if self.names.get(name).is_some() {
            return None;
        }
        if let Some(id) = scope.names.get(name) {
            if let GlobalKind::Type(Ty::Enum(_)) = self.env.kind(*id) {
                self.refer(field.base.span, Def::Global(*id));
                return Some(self.variant(*id, &field.name));
            }
            return None;
        }
        let base = Name { text: name.clone(), span: field.base.span };
        if let Some(offers) = scope.modules.get(name) {
            return Some(self.member(&base, offers, &field.name));
        }
        if name == "run" {
            self.refer(base.span, Def::Run);
            return Some(self.run_field(&field.name));
        }
        None
    }

    fn variant(&mut self, id: crate::check::facts::GlobalId, name: &Name) -> Ty {
        let env = self.env;
        let GlobalKind::Type(ty) = env.kind(id) else { return Ty::Unknown };
        let Ty::Enum(of) = ty else { return Ty::Unknown };
        if name.is_missing() {
            return ty.clone();
        }
        if of.variants.contains(&name.text) {
            self.refer(name.span, Def::Variant(ty.clone(), name.text.clone()));
        } else {
            let near = suggest::nearest(&name.text, of.variants.iter().map(|variant| variant.as_str()));
            self.report(errors::unknown_variant(self.at(name.span), &name.text, of, near, env.place(id)));
        }
        ty.clone()
    }

    fn field_of(&mut self, field: &Field, base: &Ty, span: Span) -> Ty {
        if base.is_silent() || field.name.is_missing() {
            return Ty::Unknown;
        }
        if let Ty::None = base {
            self.report(errors::may_be_none_here(self.at(field.base.span), base, None));
            return Ty::Unknown;
        }
        let Ty::Optional(inner) = base else {
            let ty = self.plain_field(&field.name, base);
            if field.optional && *base == Ty::Json {
                return ty.optional();
            }
            if field.optional {
                self.report(errors::needless_optional(self.at(span), base, "?."));
            }
            return ty;
        };
        let ty = self.plain_field(&field.name, inner);
        if !field.optional {
            let dot = Span::new(field.base.span.end, field.base.span.end);
            let cause = self.cause(&field.base);
            self.report(errors::may_be_none_here(self.at(field.base.span), base, Some(self.at(dot))).because(cause));
            return Ty::Unknown;
        }
        ty.optional()
    }

    /// Where the name that an expression is was declared, for saying why it may be missing.
    fn cause(&self, expr: &Expr) -> Option<crate::diagnostic::Place> {
        let ExprKind::Name(name) = &expr.kind else { return None };
        self.names.get(name).map(|binding| self.at(binding.span))
    }

    fn plain_field(&mut self, name: &Name, base: &Ty) -> Ty {
        let ty = match base {
            Ty::Unknown | Ty::Never => return Ty::Unknown,
            Ty::Record(record) | Ty::Step(record) => match record.field(&name.text) {
                Some(field) => field.ty.clone(),
                None => return self.unknown_field(name, base, Some(record)),
            },
            Ty::Failure => match failure_field(&name.text) {
                Some(ty) => ty,
                None => return self.unknown_field(name, base, None),
            },
            Ty::Result(inner) => match name.text.as_str() {
                "ok" => (**inner).clone().optional(),
                "err" => Ty::Failure.optional(),
                _ => return self.unknown_field(name, base, None),
            },
            Ty::Json => Ty::Json,
            _ => return self.unknown_field(name, base, None),
        };
        self.refer(name.span, Def::Field(name.text.clone()));
        ty
    }

    fn unknown_field(&mut self, name: &Name, base: &Ty, record: Option<&Arc<RecordTy>>) -> Ty {
        let fields: Vec<&str> = match (base, record) {
            (_, Some(record)) => record.fields.iter().map(|field| field.name.as_str()).collect(),
            (Ty::Failure, _) => FAILURE.to_vec(),
            (Ty::Result(_), _) => vec!["ok", "err"],
            _ => Vec::new(),
        };
        let place = self.at(name.span);
        if self.is_method(&name.text, base) {
            let takes = crate::builtins::named(&name.text).iter().all(|builtin| !builtin.params.is_empty());
            self.report(errors::method_without_call(place, &name.text, takes));
            return Ty::Unknown;
        }
        if let Some(here) = errors::foreign_function(&name.text).filter(|here| self.is_method(here, base)) {
            let found = errors::unknown_field(place, &name.text, base, None);
            self.report(found.help(format!("here that is `.{here}()`")).fix(
                format!("write `{here}()`"),
                place,
                format!("{here}()"),
                here == "len",
            ));
            return Ty::Unknown;
        }
        let near = suggest::nearest(&name.text, fields.iter().copied());
        self.report(match base {
            Ty::Map(_) => errors::map_field(place, &name.text),
            Ty::Step(_) => errors::unknown_output(place, &name.text, &fields, near),
            _ => errors::unknown_field(place, &name.text, base, near),
        });
        Ty::Unknown
    }

    pub(super) fn index(&mut self, base: &Expr, index: &Expr) -> Ty {
        let ty = self.infer(base, &Ty::Unknown);
        match &ty {
            Ty::List(element) => {
                self.expect(index, &Ty::Int, None);
                (**element).clone()
            }
            Ty::Map(value) => {
                self.expect(index, &Ty::String, None);
                (**value).clone().optional()
            }
            Ty::Json => {
                let got = self.infer(index, &Ty::Unknown);
                if !got.is_silent() && !matches!(got, Ty::Int | Ty::String) {
                    self.report(errors::mismatch(self.at(index.span), &got, &Ty::Int, None));
                }
                Ty::Json
            }
            Ty::Optional(_) => {
                self.infer(index, &Ty::Unknown);
                self.report(errors::may_be_none_here(self.at(base.span), &ty, None));
                Ty::Unknown
            }
            _ => {
                self.infer(index, &Ty::Unknown);
                if !ty.is_silent() {
                    self.report(errors::no_elements(self.at(base.span), &ty));
                }
                Ty::Unknown
            }
        }
    }
}

const FAILURE: &[&str] = &["kind", "message", "step", "exit", "stdout", "stderr", "attempts"];

fn failure_field(name: &str) -> Option<Ty> {
    Some(match name {
        "kind" => Ty::Kind,
        "message" | "step" | "stdout" | "stderr" => Ty::String,
        "exit" => Ty::Int.optional(),
        "attempts" => Ty::Int,
        _ => return None,
    })
}
