//! Unification of the types of built-ins with the types of a call.

use std::sync::Arc;

use super::assign::join;
use super::ty::{RecordTy, Ty, field};
use crate::builtins::Scheme;

/// What the type variables of one call stand for; [`Ty::Unknown`] where that is still open.
#[derive(Clone, Default, Debug)]
pub struct Vars([Ty; 4]);

impl Vars {
    /// Makes `scheme` cover `ty`; whether it can.
    pub fn unify(&mut self, scheme: &Scheme, ty: &Ty) -> bool {
        if ty.is_silent() {
            return true;
        }
        match (scheme, ty) {
            (Scheme::Var(at), _) => is_plain(ty) && self.bind(*at, ty),
            (Scheme::Numeric(at), _) => is_numeric(ty) && self.bind(*at, ty),
            (Scheme::Ordered(at), _) => is_ordered(ty) && self.bind(*at, ty),
            (Scheme::Scalar(at), _) => {
                (is_ordered(ty) || matches!(ty, Ty::Bool | Ty::Enum(_) | Ty::Kind)) && self.bind(*at, ty)
            }
            (Scheme::List(inner), Ty::List(ty))
            | (Scheme::Map(inner), Ty::Map(ty))
            | (Scheme::Optional(inner), Ty::Optional(ty))
            | (Scheme::Result(inner), Ty::Result(ty)) => self.unify(inner, ty),
            (Scheme::Optional(_), Ty::None) => true,
            (Scheme::Optional(inner), ty) => self.unify(inner, ty),
            (Scheme::Record(fields), Ty::Record(record)) => fields
                .iter()
                .all(|(name, scheme)| record.field(name).is_some_and(|field| self.unify(scheme, &field.ty))),
            (Scheme::Place, Ty::Path | Ty::File | Ty::Dir) | (Scheme::Float, Ty::Int) => true,
            (Scheme::Lambda(..), _) => false,
            _ => self.apply(scheme) == *ty,
        }
    }

    fn bind(&mut self, at: u8, ty: &Ty) -> bool {
        let Some(held) = self.0.get_mut(usize::from(at)) else { return true };
        match join(held, ty) {
            Some(joined) => {
                *held = joined;
                true
            }
            None => false,
        }
    }

    /// The type that `scheme` stands for now.
    pub fn apply(&self, scheme: &Scheme) -> Ty {
        match scheme {
            Scheme::Bool => Ty::Bool,
            Scheme::Int => Ty::Int,
            Scheme::Float => Ty::Float,
            Scheme::String => Ty::String,
            Scheme::Percent => Ty::Percent,
            Scheme::Duration => Ty::Duration,
            Scheme::Size => Ty::Size,
            Scheme::Time => Ty::Time,
            Scheme::Path | Scheme::Place => Ty::Path,
            Scheme::File => Ty::File,
            Scheme::Dir => Ty::Dir,
            Scheme::Url => Ty::Url,
            Scheme::Json => Ty::Json,
            Scheme::Failure => Ty::Failure,
            Scheme::Var(at) | Scheme::Numeric(at) | Scheme::Ordered(at) | Scheme::Scalar(at) => {
                self.0.get(usize::from(*at)).cloned().unwrap_or_default()
            }
            Scheme::List(inner) => Ty::List(Arc::new(self.apply(inner))),
            Scheme::Map(inner) => Ty::Map(Arc::new(self.apply(inner))),
            Scheme::Optional(inner) => self.apply(inner).optional(),
            Scheme::Result(inner) => Ty::Result(Arc::new(self.apply(inner))),
            Scheme::Record(fields) => {
                let fields = fields.iter().map(|(name, scheme)| field(name, self.apply(scheme))).collect();
                Ty::Record(Arc::new(RecordTy { name: None, fields }))
            }
            Scheme::Lambda(_, to) => self.apply(to),
        }
    }
}

fn is_plain(ty: &Ty) -> bool {
    !matches!(ty, Ty::Secret | Ty::Step(_) | Ty::Raw)
}

fn is_numeric(ty: &Ty) -> bool {
    matches!(ty, Ty::Int | Ty::Float | Ty::Percent | Ty::Duration | Ty::Size)
}

fn is_ordered(ty: &Ty) -> bool {
    is_numeric(ty) || matches!(ty, Ty::Time | Ty::String | Ty::Path | Ty::File | Ty::Dir | Ty::Url)
}
