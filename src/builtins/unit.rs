//! Built-ins of durations, sizes, times, optionals and results.

use std::sync::Arc;

use super::Scheme::{Duration, Float, Int, Optional, Result as ResultOf, Size, String as Text, Time, Var};
use super::{Call, param};
use crate::eval::EvalError;
use crate::value::decode::quoted;
use crate::value::{Value, text, units};

type Done = Result<Value, EvalError>;

super::builtins! {
    "to-milliseconds" Duration, () -> Int, "In milliseconds.", "2s.to-milliseconds() == 2000", milliseconds;
    "to-seconds" Duration, () -> Float, "In seconds.", "1m30s.to-seconds() == 90.0", |call| parts(call, 1000.0);
    "to-minutes" Duration, () -> Float, "In minutes.", "1m30s.to-minutes() == 1.5", |call| parts(call, 60_000.0);
    "to-hours" Duration, () -> Float, "In hours.", "1h30m.to-hours() == 1.5", |call| parts(call, 3_600_000.0);
    "to-bytes" Size, () -> Int, "In bytes.", "4KiB.to-bytes() == 4096", bytes;
    "bytes" Int, () -> Size, "So many bytes.", "4096.bytes() == 4KiB", |call| Ok(Value::Size(call.int(0)?));
    "time" Text, () -> Time, "The point in time that it spells in RFC 3339, with an offset.",
        r#"time("2026-01-01T00:00Z") < time("2026-01-01T00:00:01Z")"#, time;
    "date" Time, () -> Text, "The day in UTC.", r#"time("2026-01-01T12:00Z").date() == "2026-01-01""#, date;
    "to-unix" Time, () -> Int, "Seconds since 1970.", r#"time("1970-01-01T00:01Z").to-unix() == 60"#, to_unix;
    "require" Optional(&Var(0)), (param("why", Text)) -> Var(0),
        "The value that is there; where there is none, a failure of kind `value` with the reason.",
        r#"[1].first().require("the list is empty") == 1"#, require;
    "ok" Var(0), () -> ResultOf(&Var(0)), "A result that succeeded with it.", "ok(1).ok == 1",
        |call| Ok(Value::Ok(Arc::new(call.arg(0).clone())));
}

fn raw(call: &Call) -> Result<i64, EvalError> {
    match call.arg(0) {
        Value::Duration(value) | Value::Size(value) | Value::Time(value) => Ok(*value),
        other => Err(EvalError::internal(format!("a unit expected, found {}", other.type_name()))),
    }
}

fn milliseconds(call: &mut Call) -> Done {
    Ok(Value::Int(raw(call)?))
}

fn bytes(call: &mut Call) -> Done {
    Ok(Value::Int(raw(call)?))
}

fn parts(call: &mut Call, unit: f64) -> Done {
    Ok(Value::Float(raw(call)? as f64 / unit))
}

fn to_unix(call: &mut Call) -> Done {
    Ok(Value::Int(raw(call)?.div_euclid(1000)))
}

fn time(call: &mut Call) -> Done {
    let text = call.text(0)?;
    let wrong = || EvalError::value(format!("{} is not a time such as 2026-01-31T12:00Z", quoted(text)));
    units::time(text.trim()).map(Value::Time).ok_or_else(wrong)
}

fn date(call: &mut Call) -> Done {
    let written = text::time(raw(call)?);
    Ok(Value::str(written.split('T').next().unwrap_or("")))
}

fn require(call: &mut Call) -> Done {
    match call.arg(0) {
        Value::None => Err(EvalError::value(call.text(1)?)),
        value => Ok(value.clone()),
    }
}
