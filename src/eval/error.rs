//! What goes wrong in an evaluation.

use crate::plan::ir::{ExprIx, Plan};
use crate::value::Failure;
use crate::value::decode::DecodeError;

/// Why an expression has no value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EvalError {
    /// Kind of the failure that it becomes: `value`, `output`, or `internal` where the plan does not fit its types.
    pub kind: &'static str,
    /// In words.
    pub message: String,
    /// The expression at fault, innermost.
    pub expr: Option<ExprIx>,
}

impl EvalError {
    /// An operation that its operands do not allow.
    pub fn value(message: impl Into<String>) -> Self {
        Self { kind: "value", message: message.into(), expr: None }
    }

    /// A result of a program that is not of the type it should be.
    pub fn output(message: impl Into<String>) -> Self {
        Self { kind: "output", message: message.into(), expr: None }
    }

    /// Something that a checked plan does not do.
    pub fn internal(message: impl Into<String>) -> Self {
        Self { kind: "internal", message: message.into(), expr: None }
    }

    /// A number past the bounds of its type.
    pub fn overflow(unit: &str) -> Self {
        Self::value(format!("the result is too large for {unit}"))
    }

    /// The same at `expr`, unless it has a place already.
    #[must_use]
    pub fn at(mut self, expr: ExprIx) -> Self {
        self.expr.get_or_insert(expr);
        self
    }

    /// The failure that it is in a run of `plan`, with the place in its source.
    pub fn failure(&self, plan: &Plan) -> Failure {
        Failure {
            kind: self.kind.into(),
            message: self.message.clone(),
            at: self.expr.and_then(|expr| plan.place(expr)),
            ..Failure::default()
        }
    }
}

impl std::fmt::Display for EvalError {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(out, "{}: {}", self.kind, self.message)
    }
}

impl std::error::Error for EvalError {}

impl From<DecodeError> for EvalError {
    fn from(error: DecodeError) -> Self {
        Self::output(error.to_string())
    }
}
