//! The order of constants, functions and types: each after what it uses.
//!
//! Items may use each other in chains as long as a file, so the walk keeps its own stack.

use super::Lower;
use crate::check::facts::{Def, Facts, GlobalId, GlobalKind};
use crate::plan::ir::{ConstIx, Constant, Function, FunctionIx};
use crate::syntax::tree::ItemKind;

impl<'a> Lower<'a> {
    fn facts_of(&self, id: GlobalId) -> Option<&'a Facts> {
        let place = self.checked.global(id)?.place;
        Some(&**self.checked.files.get(place.file.0 as usize)?.facts.get(place.item as usize)?)
    }

    /// Constants, functions and types that an item names, in source order.
    fn uses(&self, id: GlobalId) -> Vec<GlobalId> {
        self.facts_of(id).map(|facts| self.used(facts)).unwrap_or_default()
    }

    fn used(&self, facts: &Facts) -> Vec<GlobalId> {
        let kind = |id: GlobalId| self.checked.global(id).map(|global| &global.kind);
        let mut uses: Vec<(u32, GlobalId)> = facts
            .defs
            .iter()
            .filter_map(|(&at, def)| match def {
                Def::Global(id) => Some((at, *id)),
                _ => None,
            })
            .filter(|&(_, id)| matches!(kind(id), Some(GlobalKind::Const(_) | GlobalKind::Fn(_) | GlobalKind::Type(_))))
            .filter(|(_, id)| !self.reached.contains(id))
            .collect();
        uses.sort_unstable();
        uses.into_iter().map(|(_, id)| id).collect()
    }

    /// Lowers what the inside of an item needs before the item itself is lowered.
    pub(super) fn prepare(&mut self, id: GlobalId) {
        for id in self.uses(id) {
            self.ensure(id);
        }
    }

    /// Like [`Lower::prepare`], for an item that declares nothing.
    pub(super) fn prepare_facts(&mut self, facts: &Facts) {
        for id in self.used(facts) {
            self.ensure(id);
        }
    }

    /// Lowers a constant, function or type, and before it what it uses.
    pub(super) fn ensure(&mut self, id: GlobalId) {
        if !self.reached.insert(id) {
            return;
        }
        let mut open = vec![(id, self.uses(id).into_iter())];
        while let Some((id, uses)) = open.last_mut() {
            let id = *id;
            match uses.next() {
                Some(next) => {
                    if self.reached.insert(next) {
                        let uses = self.uses(next).into_iter();
                        open.push((next, uses));
                    }
                }
                None => {
                    open.pop();
                    self.define(id);
                }
            }
        }
    }

    fn define(&mut self, id: GlobalId) {
        let checked = self.checked;
        let Some(global) = checked.global(id) else { return };
        match &global.kind {
            GlobalKind::Type(ty) => {
                self.intern(ty);
            }
            GlobalKind::Const(_) => {
                let value = self.inside(id, |lower, item| match &item.kind {
                    ItemKind::Const(constant) => Some(lower.expr(&constant.value)),
                    _ => None,
                });
                if let Some(value) = value.flatten() {
                    self.constants.insert(id, ConstIx(self.plan.constants.len() as u32));
                    self.plan.constants.push(Constant { name: self.qualified(id), value });
                }
            }
            GlobalKind::Fn(_) => {
                let function = self.inside(id, |lower, item| match &item.kind {
                    ItemKind::Fn(function) => {
                        let bound = function.params.iter().map(|param| lower.local_at(&param.name)).collect();
                        lower.cx.bound = bound;
                        Some((function.params.len() as u32, lower.expr(&function.body)))
                    }
                    _ => None,
                });
                if let Some((params, body)) = function.flatten() {
                    self.functions.insert(id, FunctionIx(self.plan.functions.len() as u32));
                    self.plan.functions.push(Function { name: self.qualified(id), params, body });
                }
            }
            _ => {}
        }
    }
}
