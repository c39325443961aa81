//! What is known before a run: the inputs, defaults and constants.

use crate::eval::{self, Context};
use crate::plan::ir::{ConstIx, ExprIx, Plan, RunVar};
use crate::value::{Fields, Value};

use super::brief;

/// A frame of which some slots are known.
#[derive(Clone)]
pub(super) struct Frame<'a> {
    plan: &'a Plan,
    /// Frames from the innermost outwards; `None`: not known.
    slots: Vec<Vec<Option<Value>>>,
    constants: Vec<Value>,
}

impl<'a> Frame<'a> {
    /// The frame of the entry workflow, with its inputs and their defaults.
    pub fn entry(plan: &'a Plan, inputs: &Fields) -> Self {
        let constants = eval::constants(plan, &|_| None).unwrap_or_default();
        let mut frame = Self { plan, slots: vec![Vec::new()], constants };
        let params = plan.bodies.get(plan.entry.index()).map_or(&[][..], |body| &body.params);
        for param in params {
            let given = inputs.get(&param.name).cloned();
            let value = given.or_else(|| param.default.and_then(|default| frame.value(default)));
            frame.slots[0].push(value);
        }
        frame
    }

    /// A frame of which nothing is known.
    pub fn unknown(plan: &'a Plan) -> Self {
        Self { plan, slots: vec![Vec::new()], constants: eval::constants(plan, &|_| None).unwrap_or_default() }
    }

    /// A frame inside this one, of which nothing is known.
    pub fn below(&self) -> Self {
        let mut inner = self.clone();
        inner.slots.insert(0, Vec::new());
        inner
    }

    fn value(&self, expr: ExprIx) -> Option<Value> {
        eval::eval(self.plan, expr, self).ok()
    }

    /// The value of an expression in a few characters, `…` where it is not known yet.
    pub fn show(&self, expr: ExprIx) -> String {
        self.value(expr).map_or_else(|| "…".to_owned(), |value| brief(&value))
    }
}

impl Context for Frame<'_> {
    fn local(&self, up: u32, slot: u32) -> Option<Value> {
        self.slots.get(up as usize)?.get(slot as usize)?.clone()
    }

    fn constant(&self, constant: ConstIx) -> Option<Value> {
        self.constants.get(constant.index()).cloned()
    }

    fn run(&self, _: RunVar) -> Option<Value> {
        None
    }
}
