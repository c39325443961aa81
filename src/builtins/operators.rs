//! Types of the arithmetic operators: what the checker goes by and [`crate::eval::arithmetic`] computes.

use super::Scheme;
use super::Scheme::{Duration, Float, Int, List, Percent, Size, Time, Var};
use crate::plan::ir::BinaryOp::{self, Add, Div, Mul, Sub};

/// `left op right` gives `result`. `int` widens to `float`: the rows of `int` come first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Operation {
    /// The operator.
    pub op: BinaryOp,
    /// Type of the left side.
    pub left: Scheme,
    /// Type of the right side.
    pub right: Scheme,
    /// Type of the value.
    pub result: Scheme,
}

const fn row(left: Scheme, op: BinaryOp, right: Scheme, result: Scheme) -> Operation {
    Operation { op, left, right, result }
}

/// Every combination that has a meaning.
pub static ARITHMETIC: &[Operation] = &[
    row(Int, Add, Int, Int),
    row(Int, Sub, Int, Int),
    row(Int, Mul, Int, Int),
    row(Int, Div, Int, Float),
    row(Float, Add, Float, Float),
    row(Float, Sub, Float, Float),
    row(Float, Mul, Float, Float),
    row(Float, Div, Float, Float),
    row(Percent, Add, Percent, Percent),
    row(Percent, Sub, Percent, Percent),
    row(Percent, Mul, Float, Percent),
    row(Float, Mul, Percent, Percent),
    row(Percent, Div, Float, Percent),
    row(Percent, Div, Percent, Float),
    row(Duration, Add, Duration, Duration),
    row(Duration, Sub, Duration, Duration),
    row(Duration, Mul, Float, Duration),
    row(Float, Mul, Duration, Duration),
    row(Duration, Div, Float, Duration),
    row(Duration, Div, Duration, Float),
    row(Size, Add, Size, Size),
    row(Size, Sub, Size, Size),
    row(Size, Mul, Float, Size),
    row(Float, Mul, Size, Size),
    row(Size, Div, Float, Size),
    row(Size, Div, Size, Float),
    row(Time, Add, Duration, Time),
    row(Duration, Add, Time, Time),
    row(Time, Sub, Duration, Time),
    row(Time, Sub, Time, Duration),
    row(List(&Var(0)), Add, List(&Var(0)), List(&Var(0))),
];
