//! Failure kinds: the built-in ones and the declared ones.

use super::checker::Checker;
use super::env::Env;
use super::errors;
use super::facts::{Def, FileScope, GlobalKind};
use crate::suggest;
use crate::syntax::tree::Name;

/// Kinds that need no declaration.
pub const BUILTIN: &[&str] = &[
    "exit",
    "signal",
    "spawn",
    "timeout",
    "output",
    "value",
    "agent",
    "rejected",
    "expired",
    "gate",
    "budget",
    "cancelled",
    "interrupted",
    "sandbox",
    "repeat",
    "rollback",
    "fail",
    "internal",
];

/// Whether `name` is a failure kind in `scope`.
pub fn is_known(scope: &FileScope, env: &Env, name: &str) -> bool {
    BUILTIN.contains(&name) || scope.names.get(name).is_some_and(|id| matches!(env.kind(*id), GlobalKind::Error))
}

impl Checker<'_> {
    /// A failure kind where one is named.
    pub fn kind(&mut self, name: &Name) {
        if name.is_missing() {
            return;
        }
        if is_known(self.scope, self.env, &name.text) {
            self.refer(name.span, Def::Kind(name.text.clone()));
        } else {
            self.unknown_kind(name);
        }
    }

    /// Several of them, each once.
    pub fn kinds(&mut self, names: &[Name]) {
        for (at, name) in names.iter().enumerate() {
            self.kind(name);
            if let Some(first) = names.iter().take(at).find(|other| other.text == name.text && !name.is_missing()) {
                let first = self.at(first.span);
                self.report(errors::duplicate(self.at(name.span), &name.text, Some(first)));
            }
        }
    }

    /// Reports one that is not known.
    pub fn unknown_kind(&mut self, name: &Name) {
        let env = self.env;
        let near = if self.may_suggest() {
            let declared = self.scope.names.iter().filter(|(_, id)| matches!(env.kind(**id), GlobalKind::Error));
            suggest::nearest(&name.text, BUILTIN.iter().copied().chain(declared.map(|(name, _)| name.as_str())))
        } else {
            None
        };
        self.report(errors::unknown_kind(self.at(name.span), &name.text, near));
    }
}
