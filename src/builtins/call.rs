//! The arguments of one call of a built-in.

use std::sync::Arc;

use crate::eval::EvalError;
use crate::limits;
use crate::value::{Fields, Value};

/// Applies the lambda among the arguments to a value.
type Apply<'a> = &'a mut dyn FnMut(Value) -> Result<Value, EvalError>;

/// One call. The receiver is argument 0; a lambda holds its place with `none`.
pub struct Call<'a> {
    args: &'a [Value],
    lambda: Apply<'a>,
}

impl<'a> Call<'a> {
    /// A call with these arguments.
    pub fn new(args: &'a [Value], lambda: Apply<'a>) -> Self {
        Self { args, lambda }
    }

    /// Argument `at`; `none` where it was left out.
    pub fn arg(&self, at: usize) -> &'a Value {
        self.args.get(at).unwrap_or(&Value::None)
    }

    /// Whether argument `at` was given.
    pub fn has(&self, at: usize) -> bool {
        *self.arg(at) != Value::None
    }

    fn wrong<T>(&self, at: usize, expected: &str) -> Result<T, EvalError> {
        let found = self.arg(at).type_name();
        Err(EvalError::internal(format!("argument {at} should be {expected} and is {found}")))
    }

    /// Argument `at` as text: a string, or what is written as one.
    pub fn text(&self, at: usize) -> Result<&'a str, EvalError> {
        self.arg(at).as_text().map_or_else(|| self.wrong(at, "a string"), Ok)
    }

    /// Argument `at` as an integer.
    pub fn int(&self, at: usize) -> Result<i64, EvalError> {
        if let Value::Int(value) = self.arg(at) { Ok(*value) } else { self.wrong(at, "an int") }
    }

    /// Argument `at` as a count: an integer from 0.
    pub fn count(&self, at: usize) -> Result<usize, EvalError> {
        let value = self.int(at)?;
        usize::try_from(value).map_err(|_| EvalError::value(format!("{value} is negative; a count begins at 0")))
    }

    /// Argument `at` as a number.
    pub fn float(&self, at: usize) -> Result<f64, EvalError> {
        match self.arg(at) {
            Value::Int(value) => Ok(*value as f64),
            Value::Float(value) | Value::Percent(value) => Ok(*value),
            _ => self.wrong(at, "a number"),
        }
    }

    /// Argument `at` as a list.
    pub fn list(&self, at: usize) -> Result<&'a Arc<Vec<Value>>, EvalError> {
        if let Value::List(values) = self.arg(at) { Ok(values) } else { self.wrong(at, "a list") }
    }

    /// Argument `at` as a map.
    pub fn map(&self, at: usize) -> Result<&'a Arc<Fields>, EvalError> {
        match self.arg(at) {
            Value::Map(fields) | Value::Record(fields) => Ok(fields),
            _ => self.wrong(at, "a map"),
        }
    }

    /// Argument `at` as JSON.
    pub fn json(&self, at: usize) -> Result<&'a serde_json::Value, EvalError> {
        if let Value::Json(json) = self.arg(at) { Ok(json) } else { self.wrong(at, "json") }
    }

    /// The lambda's value for `value`.
    pub fn apply(&mut self, value: &Value) -> Result<Value, EvalError> {
        (self.lambda)(value.clone())
    }

    /// The lambda's verdict on `value`.
    pub fn test(&mut self, value: &Value) -> Result<bool, EvalError> {
        match self.apply(value)? {
            Value::Bool(holds) => Ok(holds),
            other => Err(EvalError::internal(format!("a condition should be bool and is {}", other.type_name()))),
        }
    }
}

/// `text` as a value, unless it is longer than texts may be.
pub fn bounded(text: String) -> Result<Value, EvalError> {
    check_length(text.len())?;
    Ok(Value::str(text))
}

/// Refuses texts longer than [`limits::MAX_TEXT`].
pub fn check_length(bytes: usize) -> Result<(), EvalError> {
    if bytes > limits::MAX_TEXT {
        return Err(EvalError::value(format!("a text of {bytes} bytes; at most {} are possible", limits::MAX_TEXT)));
    }
    Ok(())
}
