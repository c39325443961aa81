//! Typed values from JSON and from text: flags, `$WF_OUTPUT`, agents' replies, `json as T`.
//!
//! JSON numbers are read in the unit that [`super::plain`] writes (points, seconds, bytes); text needs its unit (`80%`).
//! Unknown keys of objects are ignored; a missing one takes its default, `none` where it is optional, or does not fit.

use std::sync::Arc;

use serde_json::Value as Json;

use super::{Failure, Fields, FileRef, Value, units};
use crate::plan::ir::{ExprIx, RecordField, Type, TypeIx};

pub mod text;

/// Why something did not fit a type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DecodeError {
    /// Where in the JSON: `data[0].totals.lines`; empty for the whole.
    pub path: String,
    /// What was expected: `float`, `percent such as 80%`.
    pub expected: String,
    /// What was found: `string "x"`, `nothing`.
    pub found: String,
}

impl std::fmt::Display for DecodeError {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        let Self { path, expected, found } = self;
        let colon = if path.is_empty() { "" } else { ": " };
        write!(out, "{path}{colon}expected {expected}, found {found}")
    }
}

impl std::error::Error for DecodeError {}

impl DecodeError {
    fn new(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { path: String::new(), expected: expected.into(), found: found.into() }
    }

    /// The same below `key` of an object.
    #[must_use]
    pub fn under(mut self, key: &str) -> Self {
        let simple = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
        let head = if simple { key.to_owned() } else { format!("[{}]", Json::from(key)) };
        let dot = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{head}{dot}{}", self.path);
        self
    }

    /// The same below an element of a list.
    #[must_use]
    pub fn at(mut self, index: usize) -> Self {
        let dot = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("[{index}]{dot}{}", self.path);
        self
    }
}

/// Evaluates the default of a record's field.
pub type Default<'a> = &'a dyn Fn(ExprIx) -> Result<Value, String>;

/// Reads values of a plan's types.
#[derive(Clone, Copy)]
pub struct Decoder<'a> {
    types: &'a [Type],
    default: Default<'a>,
}

impl<'a> Decoder<'a> {
    /// A decoder for `types`, whose record defaults `default` evaluates.
    pub fn new(types: &'a [Type], default: Default<'a>) -> Self {
        Self { types, default }
    }

    /// Reads plain JSON.
    pub fn json(&self, json: &Json, ty: TypeIx) -> Result<Value, DecodeError> {
        let fail = || Err(DecodeError::new(type_text(self.types, ty), describe(json)));
        let Some(shape) = self.types.get(ty.index()) else { return fail() };
        let value = match (shape, json) {
            (Type::Json, _) => Some(Value::Json(Arc::new(json.clone()))),
            (Type::None, Json::Null) => Some(Value::None),
            (Type::Optional(_), Json::Null) => Some(Value::None),
            (Type::Optional(inner), _) => return self.json(json, *inner),
            (Type::Bool, Json::Bool(value)) => Some(Value::Bool(*value)),
            (_, Json::Number(number)) => from_number(shape, number),
            (Type::String, Json::String(text)) => Some(Value::str(text.as_str())),
            (Type::Kind, Json::String(text)) => Some(Value::Kind(text.as_str().into())),
            (_, Json::String(text)) => text::scalar(shape, text),
            (Type::List(of), Json::Array(items)) => return self.list(items, *of),
            (Type::Map(of), Json::Object(object)) => return self.map(object, *of),
            (Type::Record { fields, .. }, Json::Object(object)) => return self.record(fields, object),
            (Type::Result(of), Json::Object(object)) => return self.result(*of, object, ty),
            (Type::Failure, Json::Object(_)) => failure(json).map(|failure| Value::Failure(Arc::new(failure))),
            _ => None,
        };
        value.map_or_else(fail, Ok)
    }

    fn list(&self, items: &[Json], of: TypeIx) -> Result<Value, DecodeError> {
        let read = |(at, item)| self.json(item, of).map_err(|error| error.at(at));
        items.iter().enumerate().map(read).collect::<Result<Vec<_>, _>>().map(Value::list)
    }

    fn map(&self, object: &serde_json::Map<String, Json>, of: TypeIx) -> Result<Value, DecodeError> {
        let read = |(key, item): (&String, &Json)| {
            let value = self.json(item, of).map_err(|error| error.under(key))?;
            Ok((key.as_str().into(), value))
        };
        object.iter().map(read).collect::<Result<Fields, _>>().map(|fields| Value::Map(Arc::new(fields)))
    }

    fn record(&self, declared: &[RecordField], object: &serde_json::Map<String, Json>) -> Result<Value, DecodeError> {
        let read = |field: &RecordField| {
            let value = match object.get(field.name.as_str()) {
                Some(json) => self.json(json, field.ty).map_err(|error| error.under(&field.name))?,
                None => self.missing(field)?,
            };
            Ok((field.name.clone(), value))
        };
        declared.iter().map(read).collect::<Result<Fields, _>>().map(Value::record)
    }

    /// What a field holds that was not given.
    pub(crate) fn missing(&self, field: &RecordField) -> Result<Value, DecodeError> {
        if let Some(default) = field.default {
            return (self.default)(default).map_err(|why| {
                DecodeError::new(type_text(self.types, field.ty), format!("a default that fails: {why}"))
                    .under(&field.name)
            });
        }
        match self.types.get(field.ty.index()) {
            Some(Type::Optional(_) | Type::None) => Ok(Value::None),
            _ => Err(DecodeError::new(type_text(self.types, field.ty), "nothing").under(&field.name)),
        }
    }

    fn result(&self, of: TypeIx, object: &serde_json::Map<String, Json>, ty: TypeIx) -> Result<Value, DecodeError> {
        if let Some(json) = object.get("ok") {
            return self.json(json, of).map(|value| Value::Ok(Arc::new(value))).map_err(|error| error.under("ok"));
        }
        match object.get("err").map(failure) {
            Some(Some(failure)) => Ok(Value::Err(Arc::new(failure))),
            _ => Err(DecodeError::new(type_text(self.types, ty), "object without \"ok\" or \"err\"")),
        }
    }
}

fn failure(json: &Json) -> Option<Failure> {
    serde_json::from_value(json.clone()).ok()
}

/// What a JSON number is in a type.
fn from_number(shape: &Type, number: &serde_json::Number) -> Option<Value> {
    let float = || number.as_f64().filter(|value| value.is_finite());
    let whole = || number.as_i64().or_else(|| float().filter(|value| value.fract() == 0.0).and_then(units::whole));
    match shape {
        Type::Int => whole().map(Value::Int),
        Type::Float => float().map(Value::Float),
        Type::Percent => float().map(Value::Percent),
        Type::Size => whole().map(Value::Size),
        Type::Duration => match number.as_i64() {
            Some(seconds) => seconds.checked_mul(1000).map(Value::Duration),
            None => float().and_then(|seconds| units::whole(seconds * 1000.0)).map(Value::Duration),
        },
        _ => None,
    }
}

/// A file or folder that nobody has looked at.
pub(crate) fn file(path: &str, dir: bool) -> Value {
    Value::File(Arc::new(FileRef { path: path.into(), digest: "".into(), dir }))
}

/// JSON in a few words: `string "x"`, `number 3`, `object`.
pub fn describe(json: &Json) -> String {
    match json {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => value.to_string(),
        Json::Number(number) => format!("number {number}"),
        Json::String(text) => format!("string {}", quoted(text)),
        Json::Array(items) => format!("list of {}", items.len()),
        Json::Object(_) => "object".to_owned(),
    }
}

/// At most 60 characters of `text`, quoted.
pub(crate) fn quoted(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{:?}…", text.get(..end).unwrap_or("")),
        None => format!("{text:?}"),
    }
}

/// A type as the language writes it: `list<percent>?`; an enum with its variants.
pub fn type_text(types: &[Type], ty: TypeIx) -> String {
    written(types, ty, 8)
}

fn written(types: &[Type], ty: TypeIx, depth: usize) -> String {
    let Some(shape) = types.get(ty.index()).filter(|_| depth > 0) else { return "…".to_owned() };
    let inner = |ty: &TypeIx| written(types, *ty, depth - 1);
    match shape {
        Type::List(of) => format!("list<{}>", inner(of)),
        Type::Map(of) => format!("map<{}>", inner(of)),
        Type::Result(of) => format!("result<{}>", inner(of)),
        Type::Optional(of) => format!("{}?", inner(of)),
        Type::Record { name, .. } if !name.is_empty() => name.to_string(),
        Type::Record { fields, .. } => {
            let fields: Vec<_> = fields.iter().map(|field| format!("{}: {}", field.name, inner(&field.ty))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        Type::Enum { name, variants } => {
            let head = if name.is_empty() { "enum" } else { name };
            format!("{head} ({})", variants.join(" | "))
        }
        Type::Bool => "bool".to_owned(),
        Type::Int => "int".to_owned(),
        Type::Float => "float".to_owned(),
        Type::String => "string".to_owned(),
        Type::Percent => "percent".to_owned(),
        Type::Duration => "duration".to_owned(),
        Type::Size => "size".to_owned(),
        Type::Time => "time".to_owned(),
        Type::Path => "path".to_owned(),
        Type::File => "file".to_owned(),
        Type::Dir => "dir".to_owned(),
        Type::Url => "url".to_owned(),
        Type::Json => "json".to_owned(),
        Type::Secret => "secret".to_owned(),
        Type::Failure => "failure".to_owned(),
        Type::Kind => "failure kind".to_owned(),
        Type::None => "none".to_owned(),
    }
}

#[cfg(test)]
mod tests;
