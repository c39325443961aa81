//! Expressions whose type is known: what the machine asks for most.

use std::sync::Arc;

use super::{Context, EvalError, eval};
use crate::plan::ir::{ExprIx, Plan};
use crate::value::Value;

fn wrong<T>(expected: &str, found: &Value, expr: ExprIx) -> Result<T, EvalError> {
    Err(EvalError::internal(format!("{expected} expected, found {}", found.type_name())).at(expr))
}

/// A condition.
pub fn bool_of(plan: &Plan, expr: ExprIx, context: &dyn Context) -> Result<bool, EvalError> {
    match eval(plan, expr, context)? {
        Value::Bool(value) => Ok(value),
        other => wrong("bool", &other, expr),
    }
}

/// A count.
pub fn int_of(plan: &Plan, expr: ExprIx, context: &dyn Context) -> Result<i64, EvalError> {
    match eval(plan, expr, context)? {
        Value::Int(value) => Ok(value),
        other => wrong("int", &other, expr),
    }
}

/// A duration, in milliseconds; at least 0.
pub fn duration_of(plan: &Plan, expr: ExprIx, context: &dyn Context) -> Result<i64, EvalError> {
    match eval(plan, expr, context)? {
        Value::Duration(value) => Ok(value.max(0)),
        other => wrong("duration", &other, expr),
    }
}

/// The text form of any value; a secret has none.
pub fn text_of(plan: &Plan, expr: ExprIx, context: &dyn Context) -> Result<String, EvalError> {
    let value = eval(plan, expr, context)?;
    if value.holds_secret() {
        return Err(EvalError::value("a secret cannot be part of a text; hand it over by `env` or `stdin`").at(expr));
    }
    Ok(value.to_text())
}

/// A list.
pub fn list_of(plan: &Plan, expr: ExprIx, context: &dyn Context) -> Result<Arc<Vec<Value>>, EvalError> {
    match eval(plan, expr, context)? {
        Value::List(values) => Ok(values),
        other => wrong("list", &other, expr),
    }
}
