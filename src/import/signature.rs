//! The signatures that inputs and outputs are matched to.

use crate::syntax::tree::{ItemKind, Param, Tree};
use indexmap::IndexMap;

/// What a command takes and gives.
#[derive(Clone, Default, Debug)]
pub struct Signature {
    /// In order.
    pub params: Vec<Parameter>,
    /// Name and type as written, in order.
    pub outputs: Vec<(String, String)>,
}

/// A parameter of a command.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its type as written.
    pub ty: String,
    /// Whether it has no default.
    pub required: bool,
}

/// The commands in scope, by name without `@`.
#[derive(Clone, Default, Debug)]
pub struct Signatures(IndexMap<String, Signature>);

impl Signatures {
    /// The commands that `tree`, parsed from `text`, declares.
    pub fn of(tree: &Tree, text: &str) -> Self {
        let mut signatures = Self::default();
        for slot in &tree.items {
            let ItemKind::Command(command) = &slot.item.kind else { continue };
            let param = |param: &Param| Parameter {
                name: param.name.text.to_string(),
                ty: param.ty.span.shift(slot.start).of(text).to_owned(),
                required: param.default.is_none(),
            };
            let params: Vec<Parameter> = command.params.iter().map(param).collect();
            let outputs = command.outputs.iter().map(param).map(|output| (output.name, output.ty)).collect();
            signatures.add(command.name.text.as_str(), Signature { params, outputs });
        }
        signatures
    }

    /// Declares a command; one of that name that was there is replaced.
    pub fn add(&mut self, name: impl Into<String>, signature: Signature) {
        self.0.insert(name.into(), signature);
    }

    /// The command called `name`, up to `-` and `_`, as it is really called.
    pub fn get(&self, name: &str) -> Option<(&str, &Signature)> {
        let found = self.0.get_key_value(name);
        let found = found.or_else(|| self.0.iter().find(|(other, _)| super::names::same(other, name)));
        found.map(|(name, signature)| (name.as_str(), signature))
    }

    /// All names in order.
    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.0.keys().map(String::as_str)
    }
}
