//! Types as written: what they mean.

use std::sync::Arc;

use super::checker::Checker;
use super::env::BUILTIN_TYPES;
use super::errors;
use super::facts::{Def, GlobalKind};
use super::ty::{FieldTy, RecordTy, Ty};
use crate::source::Span;
use crate::suggest;
use crate::syntax::tree::{Name, Type, TypeKind};

impl Checker<'_> {
    /// What a written type means; [`Ty::Unknown`] where it means nothing, which has been reported then.
    pub fn ty(&mut self, written: &Type) -> Ty {
        let ty = match &written.kind {
            TypeKind::Broken => Ty::Unknown,
            TypeKind::Name(name) => self.named_type(name, written.span),
            TypeKind::Path(path) => self.module_type(&path.0, &path.1),
            TypeKind::Optional(inner) => self.ty(inner).optional(),
            TypeKind::Apply(apply) => self.applied_type(&apply.0, &apply.1),
            TypeKind::Record(fields) => self.record_type(fields),
        };
        self.facts.written.insert(written.span.start, ty.clone());
        ty
    }

    fn named_type(&mut self, name: &str, span: Span) -> Ty {
        if let Some(ty) = builtin(name) {
            self.refer(span, Def::Type(ty.clone()));
            return ty;
        }
        if matches!(name, "list" | "map" | "result") {
            self.report(errors::type_needs_argument(self.at(span), name));
            return Ty::Unknown;
        }
        let scope = self.scope;
        match scope.names.get(name) {
            Some(id) => self.global_type(*id, span),
            None => self.unknown_type(name, span),
        }
    }

    fn module_type(&mut self, module: &Name, name: &Name) -> Ty {
        if module.is_missing() || name.is_missing() {
            return Ty::Unknown;
        }
        let scope = self.scope;
        let Some(offers) = scope.modules.get(&module.text) else {
            return self.unknown_type(&module.text, module.span);
        };
        self.refer(module.span, Def::Module(module.text.clone()));
        match offers.names.get(&name.text) {
            Some(id) => self.global_type(*id, name.span),
            None => {
                self.unknown_member(module, offers, name);
                Ty::Unknown
            }
        }
    }

    fn global_type(&mut self, id: super::facts::GlobalId, span: Span) -> Ty {
        let env = self.env;
        let busy = env.is_busy(id);
        self.refer(span, Def::Global(id));
        match env.kind(id) {
            GlobalKind::Type(ty) => ty.clone(),
            _ if busy => Ty::Unknown,
            other => {
                let name = env.name(id);
                self.report(errors::not_a_type(self.at(span), &name, other, env.place(id)));
                Ty::Unknown
            }
        }
    }

    fn applied_type(&mut self, constructor: &Name, argument: &Type) -> Ty {
        let inner = self.ty(argument);
        let ty = match constructor.text.as_str() {
            "list" => Ty::List(Arc::new(inner.clone())),
            "map" => Ty::Map(Arc::new(inner.clone())),
            "result" => Ty::Result(Arc::new(inner.clone())),
            name => {
                self.report(errors::not_generic(self.at(constructor.span), name));
                return Ty::Unknown;
            }
        };
        if inner == Ty::Secret {
            self.report(errors::secret_in(self.at(argument.span), &format!("a `{}`", constructor.text)));
        }
        self.refer(constructor.span, Def::Type(ty.clone()));
        ty
    }

    fn record_type(&mut self, fields: &[(Name, Type)]) -> Ty {
        let mut known: Vec<FieldTy> = Vec::with_capacity(fields.len());
        for (name, ty) in fields {
            let ty = self.ty(ty);
            if let Some(first) =
                fields.iter().find(|(other, _)| other.text == name.text && other.span.start < name.span.start)
            {
                let first = self.at(first.0.span);
                self.report(errors::duplicate(self.at(name.span), &name.text, Some(first)));
            } else if !name.is_missing() {
                known.push(FieldTy { name: name.text.clone(), ty, default: false });
            }
        }
        Ty::Record(Arc::new(RecordTy { name: None, fields: known }))
    }

    fn unknown_type(&mut self, name: &str, span: Span) -> Ty {
        let near = if self.may_suggest() {
            let declared = self.scope.names.iter().filter(|(_, id)| matches!(self.env.kind(**id), GlobalKind::Type(_)));
            suggest::nearest(name, BUILTIN_TYPES.iter().copied().chain(declared.map(|(name, _)| name.as_str())))
        } else {
            None
        };
        self.report(errors::unknown_type(self.at(span), name, near));
        Ty::Unknown
    }
}

/// The type of that name that needs no declaration and no argument.
pub fn builtin(name: &str) -> Option<Ty> {
    Some(match name {
        "bool" => Ty::Bool,
        "int" => Ty::Int,
        "float" => Ty::Float,
        "string" => Ty::String,
        "percent" => Ty::Percent,
        "duration" => Ty::Duration,
        "size" => Ty::Size,
        "time" => Ty::Time,
        "path" => Ty::Path,
        "file" => Ty::File,
        "dir" => Ty::Dir,
        "url" => Ty::Url,
        "json" => Ty::Json,
        "secret" => Ty::Secret,
        "failure" => Ty::Failure,
        _ => return None,
    })
}
