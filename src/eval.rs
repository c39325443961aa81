//! Evaluation of a plan's expressions: pure, total and bounded, whatever the plan says.
//!
//! What an expression may look at besides other expressions comes from a [`Context`]. What goes wrong is an
//! [`EvalError`] at the expression at fault. Depth and work are bounded by [`crate::limits`].

use ecow::EcoString;

use crate::plan::ir::{AttemptVar, ConstIx, ExprIx, MetricIx, Plan, RunVar, TypeIx};
use crate::value::Value;
use crate::value::decode::{DecodeError, Decoder};

mod access;
pub mod arithmetic;
mod convert;
mod error;
mod evaluator;
mod operands;
mod pattern;
mod types;

pub use error::EvalError;
pub use operands::operands;
pub use pattern::{Fit, fits};
pub use types::{bool_of, duration_of, int_of, list_of, text_of};

/// Where expressions find what is not in the plan. Every method answers `None` where there is nothing to be had, which
/// is a failure of the evaluation; a slot that was never filled because its step did not run is `Some(Value::None)`.
pub trait Context {
    /// A slot of the frame `up` frames outwards.
    fn local(&self, _up: u32, _slot: u32) -> Option<Value> {
        None
    }

    /// A constant, evaluated before.
    fn constant(&self, _constant: ConstIx) -> Option<Value> {
        None
    }

    /// An environment variable: [`Value::None`] where it is not set.
    fn environment(&self, _name: &str) -> Option<Value> {
        None
    }

    /// What is known about the attempt that an `output`, `fails as` or `undo` is about.
    fn attempt(&self, _var: AttemptVar) -> Option<Value> {
        None
    }

    /// An output of that attempt, declared before.
    fn output(&self, _name: &str) -> Option<Value> {
        None
    }

    /// The latest value of a metric on the executed path.
    fn metric(&self, _metric: MetricIx) -> Option<Value> {
        None
    }

    /// The value of a metric in the last successful run.
    fn baseline(&self, _metric: MetricIx) -> Option<Value> {
        None
    }

    /// What is known about the run.
    fn run(&self, _var: RunVar) -> Option<Value> {
        None
    }
}

/// A context without anything, for literals.
pub struct Nothing;

impl Context for Nothing {}

/// The value of an expression.
pub fn eval(plan: &Plan, expr: ExprIx, context: &dyn Context) -> Result<Value, EvalError> {
    evaluator::Evaluator::new(plan, context).whole(expr)
}

/// Evaluates all constants in order. `environment` is asked for the variables that they read.
pub fn constants(plan: &Plan, environment: &dyn Fn(&str) -> Option<EcoString>) -> Result<Vec<Value>, EvalError> {
    struct Before<'a>(&'a [Value], &'a dyn Fn(&str) -> Option<EcoString>);
    impl Context for Before<'_> {
        fn constant(&self, constant: ConstIx) -> Option<Value> {
            self.0.get(constant.index()).cloned()
        }
        fn environment(&self, name: &str) -> Option<Value> {
            Some((self.1)(name).map_or(Value::None, Value::Str))
        }
    }
    let mut values = Vec::with_capacity(plan.constants.len());
    for constant in &plan.constants {
        let value = eval(plan, constant.value, &Before(&values, environment))?;
        values.push(value);
    }
    Ok(values)
}

/// Does something with a decoder of the plan's types whose record defaults are evaluated in `context`.
pub fn decoding<R>(plan: &Plan, context: &dyn Context, act: impl FnOnce(Decoder) -> R) -> R {
    let default = |expr| eval(plan, expr, context).map_err(|error| error.message);
    act(Decoder::new(&plan.types, &default))
}

/// Plain JSON as a value of a type of the plan.
pub fn decode_json(
    plan: &Plan,
    json: &serde_json::Value,
    ty: TypeIx,
    context: &dyn Context,
) -> Result<Value, DecodeError> {
    decoding(plan, context, |decoder| decoder.json(json, ty))
}

/// Text (a flag, an answer) as a value of a type of the plan.
pub fn decode_text(plan: &Plan, text: &str, ty: TypeIx, context: &dyn Context) -> Result<Value, DecodeError> {
    decoding(plan, context, |decoder| decoder.text(text, ty))
}

#[cfg(test)]
mod tests;
