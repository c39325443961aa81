//! Text form of values: `80%`, `1h30m`, `10MB`, RFC 3339, a path as given, JSON for lists, maps and records.
//!
//! It is what interpolation, environment variables, arguments and logs hold, and what [`super::decode`] reads back.

use std::fmt::Write;

use super::{Failure, Value, units};

impl Value {
    /// The text form. A secret shows its name only; who may not even show that asks [`Value::holds_secret`] before.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        self.write_text(&mut text);
        text
    }

    /// Appends the text form.
    pub fn write_text(&self, out: &mut String) {
        match self {
            Value::None => out.push_str("none"),
            Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Value::Int(value) => push(out, value),
            Value::Float(value) => out.push_str(&float(*value)),
            Value::Str(text) | Value::Path(text) | Value::Url(text) | Value::Variant(text) | Value::Kind(text) => {
                out.push_str(text);
            }
            Value::Percent(value) => out.push_str(&percent(*value)),
            Value::Duration(value) => out.push_str(&duration(*value)),
            Value::Size(value) => out.push_str(&size(*value)),
            Value::Time(value) => out.push_str(&time(*value)),
            Value::File(file) => out.push_str(&file.path),
            Value::Secret(secret) => push(out, format_args!("[secret {}]", secret.name)),
            Value::Json(json) => match &**json {
                serde_json::Value::String(text) => out.push_str(text),
                other => push(out, other),
            },
            Value::Failure(failure) => push(out, failure),
            Value::List(_) | Value::Map(_) | Value::Record(_) | Value::Ok(_) | Value::Err(_) => {
                push(out, self.to_plain_json());
            }
        }
    }

    /// Whether it is a secret or holds one.
    pub fn holds_secret(&self) -> bool {
        match self {
            Value::Secret(_) => true,
            Value::List(values) => values.iter().any(Value::holds_secret),
            Value::Map(fields) | Value::Record(fields) => fields.values().any(Value::holds_secret),
            Value::Ok(value) => value.holds_secret(),
            _ => false,
        }
    }

    /// The name of its type, as far as the value shows it: `list`, `record`, `int`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::None => "none",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Float(_) => "float",
            Value::Str(_) => "string",
            Value::Percent(_) => "percent",
            Value::Duration(_) => "duration",
            Value::Size(_) => "size",
            Value::Time(_) => "time",
            Value::Path(_) => "path",
            Value::File(file) if file.dir => "dir",
            Value::File(_) => "file",
            Value::Url(_) => "url",
            Value::Secret(_) => "secret",
            Value::List(_) => "list",
            Value::Map(_) => "map",
            Value::Record(_) => "record",
            Value::Variant(_) => "enum",
            Value::Json(_) => "json",
            Value::Kind(_) => "failure kind",
            Value::Ok(_) | Value::Err(_) => "result",
            Value::Failure(_) => "failure",
        }
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        out.write_str(&self.to_text())
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(out, "{}: {}", self.kind, self.message)
    }
}

/// Writing to a string cannot fail.
fn push(out: &mut String, value: impl std::fmt::Display) {
    let _ = write!(out, "{value}");
}

/// `2.0`, `0.25`: a literal of the language, never with an exponent.
pub fn float(value: f64) -> String {
    let mut text = number(value);
    if !text.contains('.') {
        text.push_str(".0");
    }
    text
}

/// Shortest decimal form; there is no negative zero.
fn number(value: f64) -> String {
    (value + 0.0).to_string()
}

/// `87.5%`, from points.
pub fn percent(points: f64) -> String {
    number(points) + "%"
}

/// `1h30m`, from milliseconds.
pub fn duration(milliseconds: i64) -> String {
    if milliseconds == 0 {
        return "0s".to_owned();
    }
    let mut text = String::from(if milliseconds < 0 { "-" } else { "" });
    let mut rest = milliseconds.unsigned_abs();
    for (unit, worth) in units::DURATIONS {
        let worth = worth.unsigned_abs();
        if rest >= worth {
            push(&mut text, format_args!("{}{unit}", rest / worth));
            rest %= worth;
        }
    }
    text
}

/// `10MB`, `1.5GB`, `4KiB`, from bytes: always exact, in the unit that makes it shortest.
pub fn size(bytes: i64) -> String {
    let mut best = format!("{bytes}B");
    for (unit, worth) in units::SIZES {
        if bytes == 0 || bytes.unsigned_abs() < worth.unsigned_abs() {
            continue;
        }
        let hundredths = i128::from(bytes) * 100;
        if hundredths % i128::from(worth) != 0 {
            continue;
        }
        let count = hundredths / i128::from(worth);
        let (whole, part) = (count / 100, (count % 100).abs());
        let text = match part {
            0 => format!("{whole}{unit}"),
            tenths if tenths % 10 == 0 => format!("{whole}.{}{unit}", tenths / 10),
            part => format!("{whole}.{part:02}{unit}"),
        };
        if text.len() < best.len() {
            best = text;
        }
    }
    best
}

/// RFC 3339 in UTC, from milliseconds since 1970; the number itself where no calendar reaches.
pub fn time(milliseconds: i64) -> String {
    match jiff::Timestamp::from_millisecond(milliseconds) {
        Ok(time) => time.to_string(),
        Err(_) => milliseconds.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_forms() {
        let cases: &[(Value, &str)] = &[
            (Value::Percent(80.0), "80%"),
            (Value::Percent(-0.0), "0%"),
            (Value::Percent(12.5), "12.5%"),
            (Value::Duration(5_400_000), "1h30m"),
            (Value::Duration(0), "0s"),
            (Value::Duration(-1500), "-1s500ms"),
            (Value::Duration(i64::MIN), "-106751991167d7h12m55s808ms"),
            (Value::Size(10_000_000), "10MB"),
            (Value::Size(1_500_000_000), "1.5GB"),
            (Value::Size(4096), "4KiB"),
            (Value::Size(1_234_567), "1234567B"),
            (Value::Size(0), "0B"),
            (Value::Float(2.0), "2.0"),
            (Value::Time(0), "1970-01-01T00:00:00Z"),
            (Value::Time(i64::MAX), "9223372036854775807"),
            (Value::list(vec![Value::str("a\"b"), Value::Int(1), Value::Percent(80.0)]), r#"["a\"b",1,80]"#),
            (Value::Json(std::sync::Arc::new(serde_json::json!("x"))), "x"),
        ];
        for (value, text) in cases {
            assert_eq!(value.to_text(), *text);
        }
    }

    #[test]
    fn sizes_and_durations_read_back() {
        for bytes in [0, 1, 999, 1000, 1024, 1536, 1_050_000, 123_456_789, i64::MAX, -4096] {
            assert_eq!(units::size(&size(bytes)), Some(bytes), "{}", size(bytes));
        }
        for time in [0, 1, 999, 1000, 61_001, 86_400_000 * 400 + 7, -5] {
            assert_eq!(units::duration(&duration(time)), Some(time));
        }
    }
}
