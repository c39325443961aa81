//! Sets of failure kinds.

use ecow::EcoString;

use crate::check::failure::BUILTIN;

/// Kinds that nearly everything can raise: nothing is said about a handler for them, and no signature lists them.
const EVERYWHERE: [&str; 7] = ["value", "rejected", "cancelled", "interrupted", "sandbox", "rollback", "internal"];

/// A set of failure kinds.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Kinds {
    builtin: u32,
    declared: Vec<EcoString>,
    /// Whether anything may be in it, because something is not known.
    pub any: bool,
}

impl Kinds {
    /// The set of `names`.
    pub fn of(names: &[&str]) -> Self {
        let mut kinds = Self::default();
        names.iter().for_each(|name| kinds.insert(name));
        kinds
    }

    /// Everything, because something is not known.
    pub fn unknown() -> Self {
        Self { any: true, ..Self::default() }
    }

    /// Adds `name`.
    pub fn insert(&mut self, name: &str) {
        if let Some(at) = BUILTIN.iter().position(|builtin| *builtin == name) {
            self.builtin |= 1 << at;
        } else if let Err(at) = self.declared.binary_search_by(|have| have.as_str().cmp(name)) {
            self.declared.insert(at, name.into());
        }
    }

    /// Takes `name` out.
    pub fn remove(&mut self, name: &str) {
        if let Some(at) = BUILTIN.iter().position(|builtin| *builtin == name) {
            self.builtin &= !(1 << at);
        } else {
            self.declared.retain(|have| have != name);
        }
    }

    /// Adds all of `other`.
    pub fn join(&mut self, other: &Self) {
        self.builtin |= other.builtin;
        self.any |= other.any;
        if self.declared.is_empty() {
            self.declared.clone_from(&other.declared);
        } else {
            other.declared.iter().for_each(|name| self.insert(name));
        }
    }

    /// Whether a failure of kind `name` is possible, as far as is known.
    pub fn may(&self, name: &str) -> bool {
        self.any || EVERYWHERE.contains(&name) || self.names().any(|have| have == name)
    }

    /// The kinds by name, built-in ones first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let builtin = BUILTIN.iter().enumerate().filter(|(at, _)| self.builtin & (1 << at) != 0).map(|(_, name)| *name);
        builtin.chain(self.declared.iter().map(EcoString::as_str))
    }

    /// The names worth listing in a signature, sorted.
    pub fn listed(&self) -> Vec<EcoString> {
        let mut names: Vec<EcoString> =
            self.names().filter(|name| !EVERYWHERE.contains(name)).map(EcoString::from).collect();
        names.sort();
        names
    }
}
