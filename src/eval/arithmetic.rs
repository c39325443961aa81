//! Operators on values: checked, within one unit.

use super::EvalError;
use crate::plan::ir::BinaryOp;
use crate::value::{Value, units};

type Done = Result<Value, EvalError>;

/// A number made a value, unless it is not finite.
pub fn finite(number: f64, unit: &str, wrap: fn(f64) -> Value) -> Done {
    if number.is_finite() { Ok(wrap(number + 0.0)) } else { Err(EvalError::overflow(unit)) }
}

fn whole(number: Option<i64>, unit: &str, wrap: fn(i64) -> Value) -> Done {
    number.map(wrap).ok_or_else(|| EvalError::overflow(unit))
}

/// `left op right`, but for `and`, `or`, `??` and `matches`, which need more than values.
pub fn binary(op: BinaryOp, left: &Value, right: &Value) -> Done {
    match op {
        BinaryOp::Eq => equal(left, right).map(Value::Bool),
        BinaryOp::Ne => equal(left, right).map(|same| Value::Bool(!same)),
        BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => compare(op, left, right),
        BinaryOp::In => contains(left, right),
        BinaryOp::Add => add(left, right),
        BinaryOp::Sub => subtract(left, right),
        BinaryOp::Mul => multiply(left, right),
        BinaryOp::Div => divide(left, right),
        BinaryOp::And | BinaryOp::Or | BinaryOp::Coalesce | BinaryOp::Matches => unfit(left, "combined", right),
    }
}

fn unfit(left: &Value, what: &str, right: &Value) -> Done {
    Err(EvalError::internal(format!("{} and {} cannot be {what}", left.type_name(), right.type_name())))
}

fn equal(left: &Value, right: &Value) -> Result<bool, EvalError> {
    if left.holds_secret() || right.holds_secret() {
        return Err(EvalError::value("a secret cannot be compared"));
    }
    Ok(left.equals(right))
}

fn compare(op: BinaryOp, left: &Value, right: &Value) -> Done {
    let Some(order) = left.order(right) else { return unfit(left, "compared", right) };
    Ok(Value::Bool(match op {
        BinaryOp::Lt => order.is_lt(),
        BinaryOp::Le => order.is_le(),
        BinaryOp::Gt => order.is_gt(),
        _ => order.is_ge(),
    }))
}

/// `in`: an element of a list, a key of a map or JSON object, a part of a string.
fn contains(left: &Value, right: &Value) -> Done {
    let found = match right {
        Value::List(values) => values.iter().any(|value| value.equals(left)),
        Value::Map(fields) => left.as_text().is_some_and(|key| fields.contains_key(key)),
        Value::Json(json) => match (&**json, left.as_text()) {
            (serde_json::Value::Object(fields), Some(key)) => fields.contains_key(key),
            (serde_json::Value::Array(items), _) => items.contains(&left.to_plain_json()),
            (serde_json::Value::String(text), Some(part)) => text.contains(part),
            _ => false,
        },
        _ => match (left.as_text(), right.as_text()) {
            (Some(part), Some(text)) => text.contains(part),
            _ => return unfit(left, "searched", right),
        },
    };
    Ok(Value::Bool(found))
}

/// The number of an `int` or `float`.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

/// `left + right`
pub fn add(left: &Value, right: &Value) -> Done {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => whole(a.checked_add(*b), "int", Value::Int),
        (Value::Percent(a), Value::Percent(b)) => finite(a + b, "percent", Value::Percent),
        (Value::Duration(a), Value::Duration(b)) => whole(a.checked_add(*b), "duration", Value::Duration),
        (Value::Size(a), Value::Size(b)) => whole(a.checked_add(*b), "size", Value::Size),
        (Value::Time(a), Value::Duration(b)) | (Value::Duration(a), Value::Time(b)) => {
            whole(a.checked_add(*b), "time", Value::Time)
        }
        (Value::List(a), Value::List(b)) => {
            if a.len().saturating_add(b.len()) > crate::limits::MAX_VALUE {
                return Err(EvalError::value("a list with too many elements"));
            }
            Ok(Value::list(a.iter().chain(b.iter()).cloned().collect()))
        }
        _ => match (number(left), number(right)) {
            (Some(a), Some(b)) => finite(a + b, "float", Value::Float),
            _ => unfit(left, "added", right),
        },
    }
}

fn subtract(left: &Value, right: &Value) -> Done {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => whole(a.checked_sub(*b), "int", Value::Int),
        (Value::Percent(a), Value::Percent(b)) => finite(a - b, "percent", Value::Percent),
        (Value::Duration(a), Value::Duration(b)) => whole(a.checked_sub(*b), "duration", Value::Duration),
        (Value::Size(a), Value::Size(b)) => whole(a.checked_sub(*b), "size", Value::Size),
        (Value::Time(a), Value::Duration(b)) => whole(a.checked_sub(*b), "time", Value::Time),
        (Value::Time(a), Value::Time(b)) => whole(a.checked_sub(*b), "duration", Value::Duration),
        _ => match (number(left), number(right)) {
            (Some(a), Some(b)) => finite(a - b, "float", Value::Float),
            _ => unfit(left, "subtracted", right),
        },
    }
}

/// A unit's count times a number: exact for integers, rounded otherwise.
fn scaled(count: i64, factor: &Value) -> Option<i64> {
    match factor {
        Value::Int(factor) => count.checked_mul(*factor),
        other => units::whole(count as f64 * number(other)?),
    }
}

fn multiply(left: &Value, right: &Value) -> Done {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => return whole(a.checked_mul(*b), "int", Value::Int),
        (Value::Int(_) | Value::Float(_), Value::Percent(_) | Value::Duration(_) | Value::Size(_)) => {
            return multiply(right, left);
        }
        _ => {}
    }
    let Some(factor) = number(right) else { return unfit(left, "multiplied", right) };
    match left {
        Value::Percent(points) => finite(points * factor, "percent", Value::Percent),
        Value::Duration(count) => whole(scaled(*count, right), "duration", Value::Duration),
        Value::Size(count) => whole(scaled(*count, right), "size", Value::Size),
        _ => match number(left) {
            Some(number) => finite(number * factor, "float", Value::Float),
            None => unfit(left, "multiplied", right),
        },
    }
}

fn divide(left: &Value, right: &Value) -> Done {
    let quotient = |a: f64, b: f64, unit: &str, wrap: fn(f64) -> Value| {
        if b == 0.0 { Err(EvalError::value("division by zero")) } else { finite(a / b, unit, wrap) }
    };
    let part = |count: i64, by: f64, unit: &str, wrap: fn(i64) -> Value| {
        if by == 0.0 {
            return Err(EvalError::value("division by zero"));
        }
        whole(units::whole(count as f64 / by), unit, wrap)
    };
    match (left, right, number(right)) {
        (Value::Percent(a), Value::Percent(b), _) => quotient(*a, *b, "float", Value::Float),
        (Value::Duration(a), Value::Duration(b), _) | (Value::Size(a), Value::Size(b), _) => {
            quotient(*a as f64, *b as f64, "float", Value::Float)
        }
        (Value::Percent(a), _, Some(b)) => quotient(*a, b, "percent", Value::Percent),
        (Value::Duration(a), _, Some(b)) => part(*a, b, "duration", Value::Duration),
        (Value::Size(a), _, Some(b)) => part(*a, b, "size", Value::Size),
        (_, _, Some(b)) => match number(left) {
            Some(a) => quotient(a, b, "float", Value::Float),
            None => unfit(left, "divided", right),
        },
        _ => unfit(left, "divided", right),
    }
}

/// `-value`
pub fn negate(value: &Value) -> Done {
    match value {
        Value::Int(number) => whole(number.checked_neg(), "int", Value::Int),
        Value::Duration(number) => whole(number.checked_neg(), "duration", Value::Duration),
        Value::Size(number) => whole(number.checked_neg(), "size", Value::Size),
        Value::Float(number) => finite(-number, "float", Value::Float),
        Value::Percent(number) => finite(-number, "percent", Value::Percent),
        other => Err(EvalError::internal(format!("{} cannot be negated", other.type_name()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::Scheme;
    use crate::builtins::operators::ARITHMETIC;

    fn samples() -> Vec<Value> {
        vec![
            Value::Int(6),
            Value::Float(1.5),
            Value::Percent(50.0),
            Value::Duration(2000),
            Value::Size(4096),
            Value::Time(10_000),
            Value::list(vec![Value::Int(1)]),
            Value::str("x"),
            Value::Bool(true),
            Value::None,
        ]
    }

    /// The table that the checker uses says exactly what works, and of what type the result is.
    #[test]
    fn the_table_of_operators_holds() {
        for op in [BinaryOp::Add, BinaryOp::Sub, BinaryOp::Mul, BinaryOp::Div] {
            for left in samples() {
                for right in samples() {
                    let row = ARITHMETIC
                        .iter()
                        .find(|row| row.op == op && row.left.accepts(&left) && row.right.accepts(&right));
                    match (row, binary(op, &left, &right)) {
                        (Some(row), Ok(value)) => {
                            let exact = row.result != Scheme::Float || matches!(value, Value::Float(_));
                            assert!(row.result.accepts(&value) && exact, "{left:?} {op:?} {right:?}: {value:?}");
                        }
                        (None, Err(error)) => assert_eq!(error.kind, "internal"),
                        (row, value) => panic!("{left:?} {op:?} {right:?}: {value:?}, table says {row:?}"),
                    }
                }
            }
        }
    }

    #[test]
    fn limits_are_failures() {
        let max = Value::Int(i64::MAX);
        assert_eq!(add(&max, &Value::Int(1)).unwrap_err().kind, "value");
        assert_eq!(negate(&Value::Int(i64::MIN)).unwrap_err().kind, "value");
        assert_eq!(divide(&max, &Value::Int(0)).unwrap_err().message, "division by zero");
        assert_eq!(multiply(&Value::Float(1e308), &Value::Int(10)).unwrap_err().kind, "value");
        assert_eq!(multiply(&Value::Duration(i64::MAX), &Value::Float(2.0)).unwrap_err().kind, "value");
    }
}
