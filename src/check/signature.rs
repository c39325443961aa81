//! What an item is to others: its type or signature.

use std::sync::Arc;

use ecow::EcoString;
use rustc_hash::FxHashSet;

use super::checker::Checker;
use super::facts::{GlobalId, GlobalKind, ParamTy, Signature};
use super::ty::{EnumTy, FieldTy, RecordTy, Ty};
use crate::syntax::tree::{Enum, Item, ItemKind, Param, Record};

/// What `item` is. What is wrong in it is reported when the item itself is checked.
pub fn kind(cx: &mut Checker, id: GlobalId, item: &Item) -> GlobalKind {
    match &item.kind {
        ItemKind::Record(record) => GlobalKind::Type(record_ty(cx, id, record)),
        ItemKind::Enum(of) => GlobalKind::Type(enum_ty(id, of)),
        ItemKind::Error(_) => GlobalKind::Error,
        ItemKind::Const(constant) => GlobalKind::Const(match &constant.ty {
            Some(written) => cx.ty(written),
            None => cx.infer(&constant.value, &Ty::Unknown),
        }),
        ItemKind::Fn(function) => {
            let params = cx.param_types(&function.params);
            let result = match &function.result {
                Some(written) => cx.ty(written),
                None => cx.function_result(function),
            };
            let outputs = vec![(EcoString::new(), result)];
            GlobalKind::Fn(Arc::new(Signature { params, outputs, ..Signature::default() }))
        }
        ItemKind::Command(command) => GlobalKind::Command(callable(cx, &command.params, &command.outputs)),
        ItemKind::Workflow(workflow) => GlobalKind::Workflow(callable(cx, &workflow.params, &workflow.outputs)),
        ItemKind::Handler(_) => GlobalKind::Handler,
        ItemKind::Gates(_) => GlobalKind::Gates,
        ItemKind::Agent(_) => GlobalKind::Agent,
        ItemKind::Use(_) | ItemKind::Test(_) | ItemKind::Broken => GlobalKind::Const(Ty::Unknown),
    }
}

fn callable(cx: &mut Checker, params: &[Param], outputs: &[Param]) -> Arc<Signature> {
    let params = cx.param_types(params);
    let outputs = cx.output_types(outputs);
    Arc::new(Signature { params, outputs, ..Signature::default() })
}

/// The type that a `record` declares.
pub fn record_ty(cx: &mut Checker, id: GlobalId, record: &Record) -> Ty {
    let mut seen = FxHashSet::default();
    let mut fields = Vec::with_capacity(record.fields.len());
    for field in &record.fields {
        let ty = cx.ty(&field.ty);
        if !field.name.is_missing() && seen.insert(&field.name.text) {
            fields.push(FieldTy { name: field.name.text.clone(), ty, default: field.default.is_some() });
        }
    }
    Ty::Record(Arc::new(RecordTy { name: Some((id, record.name.text.clone())), fields }))
}

fn enum_ty(id: GlobalId, of: &Enum) -> Ty {
    let mut variants: Vec<EcoString> = Vec::with_capacity(of.variants.len());
    for (_, name) in &of.variants {
        if !name.is_missing() && !variants.contains(&name.text) {
            variants.push(name.text.clone());
        }
    }
    Ty::Enum(Arc::new(EnumTy { id: Some(id), name: of.name.text.clone(), variants }))
}

impl Checker<'_> {
    /// The parameters of a callable.
    pub fn param_types(&mut self, params: &[Param]) -> Vec<ParamTy> {
        let each = |param: &Param| ParamTy {
            name: param.name.text.clone(),
            ty: self.ty(&param.ty),
            default: param.default.is_some(),
            docs: param.docs.as_ref().map(|docs| docs.text.clone()).unwrap_or_default(),
        };
        params.iter().map(each).collect()
    }

    /// The declared outputs of a callable, the first of each name.
    pub fn output_types(&mut self, outputs: &[Param]) -> Vec<(EcoString, Ty)> {
        let mut known: Vec<(EcoString, Ty)> = Vec::with_capacity(outputs.len());
        for output in outputs {
            let ty = self.ty(&output.ty);
            if !output.name.is_missing() && known.iter().all(|(name, _)| *name != output.name.text) {
                known.push((output.name.text.clone(), ty));
            }
        }
        known
    }
}
