//! Built-ins of numbers, with and without units.

use super::Scheme::{Float, Int, Numeric, Percent, String as Text};
use super::{Call, param};
use crate::eval::EvalError;
use crate::value::{Value, units};

type Done = Result<Value, EvalError>;

super::builtins! {
    "div" Int, (param("by", Int)) -> Int, "The integer quotient, rounded towards nought.", "7.div(2) == 3", div;
    "mod" Int, (param("by", Int)) -> Int, "The remainder of division, never negative.", "(-7).mod(3) == 2", modulo;
    "abs" Numeric(0), () -> Numeric(0), "Without its sign.", "(-3).abs() == 3", abs;
    "min" Numeric(0), (param("other", Numeric(0))) -> Numeric(0), "The lesser of two.", "3.min(2) == 2",
        |call| pick(call, std::cmp::Ordering::Less);
    "max" Numeric(0), (param("other", Numeric(0))) -> Numeric(0), "The greater of two.", "80%.max(90%) == 90%",
        |call| pick(call, std::cmp::Ordering::Greater);
    "clamp" Numeric(0), (param("low", Numeric(0)), param("high", Numeric(0))) -> Numeric(0),
        "The number, or the bound that it lies beyond.", "15.clamp(0, 10) == 10", clamp;
    "round" Float, () -> Int, "The nearest integer; halves go away from nought.", "2.5.round() == 3",
        |call| whole(call.float(0)?.round());
    "floor" Float, () -> Int, "The greatest integer that is not greater.", "2.7.floor() == 2",
        |call| whole(call.float(0)?.floor());
    "ceil" Float, () -> Int, "The least integer that is not less.", "2.1.ceil() == 3",
        |call| whole(call.float(0)?.ceil());
    "round-to" Float, (param("digits", Int)) -> Float, "Rounded to so many digits after the point.",
        "2.345.round-to(1) == 2.3", round_to;
    "percent" Float, () -> Percent, "So many percent.", "percent(87.5) == 87.5%",
        |call| Ok(Value::Percent(call.float(0)?));
    "points" Percent, () -> Float, "The number before the `%`.", "87.5%.points() == 87.5",
        |call| Ok(Value::Float(call.float(0)?));
    "to-float" Int, () -> Float, "The same as a float.", "3.to-float() == 3.0",
        |call| Ok(Value::Float(call.float(0)?));
    "text" super::Scheme::Scalar(0), () -> Text, "Its text, as interpolation writes it.", r#"80%.text() == "80%""#,
        |call| Ok(Value::str(call.arg(0).to_text()));
}

fn zero() -> EvalError {
    EvalError::value("division by zero")
}

fn div(call: &mut Call) -> Done {
    let (a, b) = (call.int(0)?, call.int(1)?);
    if b == 0 {
        return Err(zero());
    }
    a.checked_div(b).map(Value::Int).ok_or_else(|| EvalError::overflow("int"))
}

fn modulo(call: &mut Call) -> Done {
    let (a, b) = (call.int(0)?, call.int(1)?);
    if b == 0 {
        return Err(zero());
    }
    Ok(Value::Int(a.checked_rem_euclid(b).unwrap_or(0)))
}

fn abs(call: &mut Call) -> Done {
    let value = call.arg(0);
    let unit = || EvalError::overflow(value.type_name());
    Ok(match value {
        Value::Int(number) => Value::Int(number.checked_abs().ok_or_else(unit)?),
        Value::Duration(number) => Value::Duration(number.checked_abs().ok_or_else(unit)?),
        Value::Size(number) => Value::Size(number.checked_abs().ok_or_else(unit)?),
        Value::Percent(number) => Value::Percent(number.abs()),
        _ => Value::Float(call.float(0)?.abs()),
    })
}

fn order(a: &Value, b: &Value) -> Result<std::cmp::Ordering, EvalError> {
    let none = || EvalError::internal(format!("{} and {} have no order", a.type_name(), b.type_name()));
    a.order(b).ok_or_else(none)
}

fn pick(call: &mut Call, wanted: std::cmp::Ordering) -> Done {
    let (a, b) = (call.arg(0), call.arg(1));
    Ok(if order(b, a)? == wanted { b.clone() } else { a.clone() })
}

fn clamp(call: &mut Call) -> Done {
    let (value, low, high) = (call.arg(0), call.arg(1), call.arg(2));
    if order(low, high)?.is_gt() {
        return Err(EvalError::value(format!(
            "the bounds of clamp are the wrong way round: {low} is more than {high}"
        )));
    }
    Ok(if order(value, low)?.is_lt() {
        low.clone()
    } else if order(value, high)?.is_gt() {
        high.clone()
    } else {
        value.clone()
    })
}

fn whole(number: f64) -> Done {
    units::whole(number).map(Value::Int).ok_or_else(|| EvalError::overflow("int"))
}

fn round_to(call: &mut Call) -> Done {
    let (number, digits) = (call.float(0)?, call.count(1)?.min(20));
    let text = format!("{number:.digits$}");
    text.parse().map(Value::Float).map_err(|_| EvalError::overflow("float"))
}
