//! Types, each once.

use super::Lower;
use crate::check::ty::{RecordTy, Ty};
use crate::plan::ir::{RecordField, Type, TypeIx};

impl Lower<'_> {
    /// The number of a type.
    pub(super) fn intern(&mut self, ty: &Ty) -> TypeIx {
        let lowered = match ty {
            Ty::Unknown | Ty::Never | Ty::None => Type::None,
            Ty::Bool => Type::Bool,
            Ty::Int => Type::Int,
            Ty::Float => Type::Float,
            Ty::String | Ty::Raw => Type::String,
            Ty::Percent => Type::Percent,
            Ty::Duration => Type::Duration,
            Ty::Size => Type::Size,
            Ty::Time => Type::Time,
            Ty::Path => Type::Path,
            Ty::File => Type::File,
            Ty::Dir => Type::Dir,
            Ty::Url => Type::Url,
            Ty::Json => Type::Json,
            Ty::Secret => Type::Secret,
            Ty::Failure => Type::Failure,
            Ty::Kind => Type::Kind,
            Ty::List(of) => Type::List(self.intern(of)),
            Ty::Map(of) => Type::Map(self.intern(of)),
            Ty::Optional(of) => Type::Optional(self.intern(of)),
            Ty::Result(of) => Type::Result(self.intern(of)),
            Ty::Record(record) | Ty::Step(record) => return self.intern_record(record),
            Ty::Enum(of) => Type::Enum { name: of.name.clone(), variants: of.variants.clone() },
        };
        self.number(lowered)
    }

    fn intern_record(&mut self, record: &RecordTy) -> TypeIx {
        let id = record.name.as_ref().map(|(id, _)| *id);
        if let Some(known) = id.and_then(|id| self.records.get(&id)) {
            return *known;
        }
        if let Some(id) = id {
            self.reached.insert(id);
            self.prepare(id);
        }
        let mut fields = Vec::with_capacity(record.fields.len());
        for (at, field) in record.fields.iter().enumerate() {
            let ty = self.intern(&field.ty);
            let default = id.filter(|_| field.default).and_then(|id| self.field_default(id, at as u32));
            fields.push(RecordField { name: field.name.clone(), ty, default });
        }
        let name = record.name.as_ref().map(|(_, name)| name.clone()).unwrap_or_default();
        let ix = self.number(Type::Record { name, fields });
        if let Some(id) = id {
            self.records.insert(id, ix);
        }
        ix
    }

    fn number(&mut self, ty: Type) -> TypeIx {
        if let Some(known) = self.types.get(&ty) {
            return *known;
        }
        let ix = TypeIx(self.plan.types.len() as u32);
        self.plan.types.push(ty.clone());
        self.types.insert(ty, ix);
        ix
    }
}
