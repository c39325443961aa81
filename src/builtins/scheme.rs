//! Types of built-ins: types of the language with variables.

use std::fmt;

use crate::value::Value;

/// A type with variables. Equal variables of one signature stand for one type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "each is its name in the language")]
pub enum Scheme {
    Bool,
    Int,
    /// An `int` fits too.
    Float,
    String,
    Percent,
    Duration,
    Size,
    Time,
    Path,
    File,
    Dir,
    /// `path`, `file` or `dir`.
    Place,
    Url,
    Json,
    Failure,
    /// Any type but `secret`: 0 is `A`.
    Var(u8),
    /// A variable for types with a sum: `int float percent duration size`.
    Numeric(u8),
    /// A variable for types with an order: the numeric ones, `time`, `string`, `path`, `file`, `dir`, `url`.
    Ordered(u8),
    /// A variable for types with a text form in one line: the ordered ones, `bool` and enums.
    Scalar(u8),
    List(&'static Scheme),
    Map(&'static Scheme),
    Optional(&'static Scheme),
    Result(&'static Scheme),
    /// A structural record.
    Record(&'static [(&'static str, Scheme)]),
    /// `x => e`, only as a parameter.
    Lambda(&'static Scheme, &'static Scheme),
}

impl Scheme {
    /// Whether `value` is of this type, as far as it shows without looking into it.
    pub fn accepts(&self, value: &Value) -> bool {
        match self {
            Scheme::Bool => matches!(value, Value::Bool(_)),
            Scheme::Int => matches!(value, Value::Int(_)),
            Scheme::Float => matches!(value, Value::Int(_) | Value::Float(_)),
            Scheme::String => matches!(value, Value::Str(_)),
            Scheme::Percent => matches!(value, Value::Percent(_)),
            Scheme::Duration => matches!(value, Value::Duration(_)),
            Scheme::Size => matches!(value, Value::Size(_)),
            Scheme::Time => matches!(value, Value::Time(_)),
            Scheme::Path => matches!(value, Value::Path(_)),
            Scheme::File => matches!(value, Value::File(file) if !file.dir),
            Scheme::Dir => matches!(value, Value::File(file) if file.dir),
            Scheme::Place => matches!(value, Value::Path(_) | Value::File(_)),
            Scheme::Url => matches!(value, Value::Url(_)),
            Scheme::Json => matches!(value, Value::Json(_)),
            Scheme::Failure => matches!(value, Value::Failure(_)),
            Scheme::Var(_) => !matches!(value, Value::Secret(_)),
            Scheme::Numeric(_) => matches!(
                value,
                Value::Int(_) | Value::Float(_) | Value::Percent(_) | Value::Duration(_) | Value::Size(_)
            ),
            Scheme::Ordered(_) => {
                Scheme::Numeric(0).accepts(value)
                    || matches!(value, Value::Time(_) | Value::Str(_) | Value::Path(_) | Value::File(_) | Value::Url(_))
            }
            Scheme::Scalar(_) => {
                Scheme::Ordered(0).accepts(value) || matches!(value, Value::Bool(_) | Value::Variant(_))
            }
            Scheme::List(_) => matches!(value, Value::List(_)),
            Scheme::Map(_) => matches!(value, Value::Map(_)),
            Scheme::Optional(inner) => matches!(value, Value::None) || inner.accepts(value),
            Scheme::Result(_) => matches!(value, Value::Ok(_) | Value::Err(_)),
            Scheme::Record(_) => matches!(value, Value::Record(_)),
            Scheme::Lambda(..) => false,
        }
    }

    /// Whether some value is of both types, so that two receivers could not be told apart. The variable of an
    /// optional receiver takes everything.
    #[cfg(test)]
    pub(super) fn overlaps(&self, other: &Scheme) -> bool {
        use std::sync::Arc;
        let samples = [
            Value::Bool(true),
            Value::Int(1),
            Value::Float(1.0),
            Value::str("x"),
            Value::Percent(1.0),
            Value::Duration(1),
            Value::Size(1),
            Value::Time(1),
            Value::Path("x".into()),
            Value::Url("a:b".into()),
            Value::list(vec![]),
            Value::Map(Arc::default()),
            Value::Json(Arc::default()),
            Value::Variant("x".into()),
        ];
        samples.iter().any(|value| self.accepts(value) && other.accepts(value))
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Scheme::Bool => out.write_str("bool"),
            Scheme::Int => out.write_str("int"),
            Scheme::Float => out.write_str("float"),
            Scheme::String => out.write_str("string"),
            Scheme::Percent => out.write_str("percent"),
            Scheme::Duration => out.write_str("duration"),
            Scheme::Size => out.write_str("size"),
            Scheme::Time => out.write_str("time"),
            Scheme::Path | Scheme::Place => out.write_str("path"),
            Scheme::File => out.write_str("file"),
            Scheme::Dir => out.write_str("dir"),
            Scheme::Url => out.write_str("url"),
            Scheme::Json => out.write_str("json"),
            Scheme::Failure => out.write_str("failure"),
            Scheme::Var(n) | Scheme::Numeric(n) | Scheme::Ordered(n) | Scheme::Scalar(n) => {
                write!(out, "{}", char::from(b'A'.saturating_add(*n)))
            }
            Scheme::List(of) => write!(out, "list<{of}>"),
            Scheme::Map(of) => write!(out, "map<{of}>"),
            Scheme::Optional(of) => write!(out, "{of}?"),
            Scheme::Result(of) => write!(out, "result<{of}>"),
            Scheme::Record(fields) => {
                let fields: Vec<_> = fields.iter().map(|(name, scheme)| format!("{name}: {scheme}")).collect();
                write!(out, "{{{}}}", fields.join(", "))
            }
            Scheme::Lambda(from, to) => write!(out, "{from} => {to}"),
        }
    }
}
