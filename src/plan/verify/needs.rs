//! What expressions need around them: slots of frames, and values that lambdas and the like have bound.

use rustc_hash::FxHashMap;

use super::{Checked, Problem, within};
use crate::limits;
use crate::plan::ir::*;

/// For each expression what it needs, so that a use is judged in constant time.
pub(super) struct Needs {
    exprs: Vec<Need>,
    /// Distinct sets of slots: for each frame outwards how many slots it must have. The first is empty.
    frames: Vec<Vec<u32>>,
    known: FxHashMap<Vec<u32>, u32>,
}

#[derive(Clone, Copy, Default)]
struct Need {
    /// How many values must be bound around it.
    bound: u32,
    /// Index into the sets.
    frames: u32,
}

impl Needs {
    /// Looks at every expression once, operands first.
    pub(super) fn of(plan: &Plan) -> Result<Self, Problem> {
        let mut needs =
            Self { exprs: Vec::with_capacity(plan.exprs.len()), frames: vec![Vec::new()], known: FxHashMap::default() };
        for (ix, expr) in plan.exprs.iter().enumerate() {
            indices(plan, ix, expr)?;
            let need = needs.need(ix, expr)?;
            needs.exprs.push(need);
        }
        Ok(needs)
    }

    fn need(&mut self, ix: usize, expr: &Expr) -> Result<Need, Problem> {
        let mut late = None;
        expr.operands(|operand| {
            if operand.index() >= ix {
                late = Some(operand.0);
            }
        });
        if let Some(late) = late {
            return Err(format!("expression {ix} refers to expression {late}, which does not stand before it"));
        }
        let mut need = match expr {
            Expr::Local { up, slot } => self.local(ix, *up, *slot)?,
            Expr::Bound(depth) => Need { bound: depth.saturating_add(1), frames: 0 },
            _ => Need::default(),
        };
        match expr {
            Expr::Lambda(body) => self.add(&mut need, *body, 1),
            Expr::Comprehension { list, value, condition } => {
                self.add(&mut need, *list, 0);
                self.add(&mut need, *value, 1);
                condition.iter().for_each(|condition| self.add(&mut need, *condition, 1));
            }
            Expr::Match { subject, arms } => {
                self.add(&mut need, *subject, 0);
                for (pattern, value) in arms {
                    let binds = matches!(pattern, Pattern::Some | Pattern::Ok | Pattern::Err);
                    self.add(&mut need, *value, binds.into());
                    if let Pattern::Equals(literal) = pattern {
                        self.add(&mut need, *literal, 0);
                    }
                }
            }
            other => other.operands(|operand| self.add(&mut need, operand, 0)),
        }
        Ok(need)
    }

    fn local(&mut self, ix: usize, up: u32, slot: u32) -> Result<Need, Problem> {
        if up as usize > limits::MAX_NESTING {
            return Err(format!("expression {ix} reaches {up} frames outwards"));
        }
        let mut frames = vec![0; up as usize];
        frames.push(slot.saturating_add(1));
        Ok(Need { bound: 0, frames: self.intern(frames) })
    }

    /// Adds what an operand needs that has `binds` values bound by its parent.
    fn add(&mut self, need: &mut Need, operand: ExprIx, binds: u32) {
        let Some(inner) = self.exprs.get(operand.index()).copied() else { return };
        need.bound = need.bound.max(inner.bound.saturating_sub(binds));
        need.frames = self.merged(need.frames, inner.frames);
    }

    fn merged(&mut self, a: u32, b: u32) -> u32 {
        if a == b || b == 0 {
            return a;
        }
        if a == 0 {
            return b;
        }
        let (left, right) = (self.set(a), self.set(b));
        let most = |at: usize| left.get(at).max(right.get(at)).copied().unwrap_or(0);
        let both: Vec<u32> = (0..left.len().max(right.len())).map(most).collect();
        self.intern(both)
    }

    fn set(&self, at: u32) -> &[u32] {
        self.frames.get(at as usize).map_or(&[], Vec::as_slice)
    }

    fn intern(&mut self, frames: Vec<u32>) -> u32 {
        if let Some(known) = self.known.get(&frames) {
            return *known;
        }
        let at = self.frames.len() as u32;
        self.frames.push(frames.clone());
        self.known.insert(frames, at);
        at
    }

    /// Whether `expr` may be evaluated inside of `frames` (slot counts, innermost first) with `bound` values bound.
    pub(super) fn fits(
        &self,
        expr: ExprIx,
        mut frames: impl Iterator<Item = u32>,
        bound: u32,
        whose: &dyn std::fmt::Display,
    ) -> Checked {
        within(expr.index(), self.exprs.len(), "expression", whose)?;
        let need = self.exprs.get(expr.index()).copied().unwrap_or_default();
        if need.bound > bound {
            return Err(format!("expression {} of {whose} needs {} bound values, not {bound}", expr.0, need.bound));
        }
        for (up, slots) in self.set(need.frames).iter().enumerate() {
            let have = frames.next().unwrap_or(0);
            if *slots > have {
                return Err(format!(
                    "expression {} of {whose} reads slot {} of a frame of {have}, {up} outwards",
                    expr.0,
                    slots.saturating_sub(1)
                ));
            }
        }
        Ok(())
    }
}

/// Checks what an expression refers to outside of the expressions.
fn indices(plan: &Plan, ix: usize, expr: &Expr) -> Checked {
    let whose = format_args!("expression {ix}");
    match expr {
        Expr::Const(at) => within(at.index(), plan.constants.len(), "constant", whose),
        Expr::Metric(at) | Expr::Baseline(at) => within(at.index(), plan.metrics.len(), "metric", whose),
        Expr::Convert { to, .. } => within(to.index(), plan.types.len(), "type", whose),
        Expr::Call { function, args } => {
            within(function.index(), plan.functions.len(), "function", whose)?;
            let takes = plan.functions.get(function.index()).map_or(0, |function| function.params as usize);
            let gives = args.len();
            if takes == gives {
                Ok(())
            } else {
                Err(format!("{whose} gives {gives} arguments where {takes} are taken"))
            }
        }
        Expr::Float(number) | Expr::Percent(number) if !number.is_finite() => {
            Err(format!("{whose} is a number that is not finite"))
        }
        _ => Ok(()),
    }
}
