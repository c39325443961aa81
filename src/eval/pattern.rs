//! Patterns of `match`, in expressions and statements.

use super::evaluator::Evaluator;
use super::{Context, EvalError};
use crate::plan::ir::{Pattern, Plan};
use crate::value::Value;

/// Whether a pattern accepts a value.
#[derive(Clone, PartialEq, Debug)]
pub enum Fit {
    /// It does not.
    No,
    /// It does; `some x`, `ok x` and `err f` bind what is inside.
    Yes(Option<Value>),
}

/// Whether `pattern` accepts `subject`.
pub fn fits(plan: &Plan, pattern: &Pattern, subject: &Value, context: &dyn Context) -> Result<Fit, EvalError> {
    Evaluator::new(plan, context).fit(pattern, subject)
}

impl Evaluator<'_> {
    pub(super) fn fit(&mut self, pattern: &Pattern, subject: &Value) -> Result<Fit, EvalError> {
        let holds = |holds: bool| if holds { Fit::Yes(None) } else { Fit::No };
        Ok(match (pattern, subject) {
            (Pattern::Any, _) => Fit::Yes(None),
            (Pattern::None, value) => holds(*value == Value::None),
            (Pattern::Some, Value::None) => Fit::No,
            (Pattern::Some, value) => Fit::Yes(Some(value.clone())),
            (Pattern::Ok, Value::Ok(value)) => Fit::Yes(Some((**value).clone())),
            (Pattern::Err, Value::Err(failure)) => Fit::Yes(Some(Value::Failure(failure.clone()))),
            (Pattern::Ok | Pattern::Err, _) => Fit::No,
            (Pattern::Equals(value), subject) => {
                let value = self.eval(*value)?;
                holds(!subject.holds_secret() && subject.equals(&value))
            }
            (Pattern::Variant(name), Value::Variant(variant)) => holds(variant == name),
            (Pattern::Kind(name), Value::Kind(kind)) => holds(kind == name),
            (Pattern::Kind(name), Value::Failure(failure) | Value::Err(failure)) => holds(failure.kind == *name),
            (Pattern::Variant(_) | Pattern::Kind(_), _) => Fit::No,
        })
    }
}
