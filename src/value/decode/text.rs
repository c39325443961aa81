//! Reading text: the values of flags, answers, and lines of `$WF_OUTPUT`.

use std::sync::Arc;

use ecow::EcoString;
use indexmap::IndexMap;
use serde_json::Value as Json;

use super::{DecodeError, Decoder, file, quoted, type_text};
use crate::plan::ir::{Type, TypeIx};
use crate::value::{Fields, Value, units};

/// A value of a type that is written as one word; `None` where it does not fit or the type is none of these.
pub(super) fn scalar(shape: &Type, text: &str) -> Option<Value> {
    let place = || !text.is_empty() && !text.contains('\0');
    match shape {
        Type::Percent => units::percent(text).map(Value::Percent),
        Type::Duration => units::duration(text).map(Value::Duration),
        Type::Size => units::size(text).map(Value::Size),
        Type::Time => units::time(text).map(Value::Time),
        Type::Path => place().then(|| Value::Path(text.into())),
        Type::File => place().then(|| file(text, false)),
        Type::Dir => place().then(|| file(text, true)),
        Type::Url => units::is_url(text).then(|| Value::Url(text.into())),
        Type::Enum { variants, .. } => variants.iter().find(|name| *name == text).cloned().map(Value::Variant),
        _ => None,
    }
}

/// An example of what to write, for types where the name alone does not say it.
fn example(shape: &Type) -> &'static str {
    match shape {
        Type::Bool => " (true or false)",
        Type::Percent => " such as 80%",
        Type::Duration => " such as 1h30m",
        Type::Size => " such as 10MB",
        Type::Time => " such as 2026-01-31T12:00Z",
        Type::Url => " such as https://example.org",
        Type::Record { .. } | Type::Failure | Type::Result(_) => " as a JSON object",
        Type::Map(_) => " as a JSON object or key=value,key=value",
        _ => "",
    }
}

impl Decoder<'_> {
    /// Reads text. Lists take commas, maps `key=value` with commas, and both take JSON, as records do; the text of a
    /// `string` stands for itself; for an optional type the empty text is `none` unless it holds a string.
    pub fn text(&self, text: &str, ty: TypeIx) -> Result<Value, DecodeError> {
        let fail = |found: String| {
            let hint = self.types.get(ty.index()).map_or("", example);
            Err(DecodeError::new(type_text(self.types, ty) + hint, found))
        };
        let Some(shape) = self.types.get(ty.index()) else { return fail(quoted(text)) };
        let word = text.trim();
        let value = match shape {
            Type::String => Some(Value::str(text)),
            Type::Bool => match word {
                "true" => Some(Value::Bool(true)),
                "false" => Some(Value::Bool(false)),
                _ => None,
            },
            Type::Int => units::int(word).map(Value::Int),
            Type::Float => units::float(word).map(Value::Float),
            Type::Kind => (!word.is_empty()).then(|| Value::Kind(word.into())),
            Type::None => matches!(word, "" | "none").then_some(Value::None),
            Type::Optional(inner) => return self.optional(text, *inner),
            Type::List(of) if !word.starts_with('[') => return self.commas(word, *of),
            Type::Map(of) if !word.starts_with('{') => return self.pairs(word, *of, ty),
            Type::Json | Type::List(_) | Type::Map(_) | Type::Record { .. } | Type::Result(_) | Type::Failure => {
                return match serde_json::from_str::<Json>(word) {
                    Ok(json) => self.json(&json, ty),
                    Err(error) => fail(format!("{}, which is not JSON: {error}", quoted(text))),
                };
            }
            other => scalar(other, word),
        };
        value.map_or_else(|| fail(quoted(text)), Ok)
    }

    fn optional(&self, text: &str, inner: TypeIx) -> Result<Value, DecodeError> {
        let blank = text.trim().is_empty() && !matches!(self.types.get(inner.index()), Some(Type::String));
        if blank { Ok(Value::None) } else { self.text(text, inner) }
    }

    fn commas(&self, text: &str, of: TypeIx) -> Result<Value, DecodeError> {
        if text.is_empty() {
            return Ok(Value::list(Vec::new()));
        }
        let read = |(at, part): (usize, &str)| self.text(part.trim(), of).map_err(|error| error.at(at));
        text.split(',').enumerate().map(read).collect::<Result<Vec<_>, _>>().map(Value::list)
    }

    fn pairs(&self, text: &str, of: TypeIx, ty: TypeIx) -> Result<Value, DecodeError> {
        let mut fields = Fields::new();
        for part in text.split(',').filter(|_| !text.is_empty()) {
            let Some((key, value)) = part.split_once('=') else {
                return Err(DecodeError::new(
                    format!("{} as key=value,key=value or a JSON object", type_text(self.types, ty)),
                    quoted(part),
                ));
            };
            let value = self.text(value.trim(), of).map_err(|error| error.under(key.trim()))?;
            fields.insert(key.trim().into(), value);
        }
        Ok(Value::Map(Arc::new(fields)))
    }

    /// Reads what a process wrote to `$WF_OUTPUT` (see [`written_outputs`]) as the `declared` outputs, in their order.
    /// Names that nobody declared are ignored; a missing one is `none` where it is optional.
    pub fn outputs(&self, written: &str, declared: &[(EcoString, TypeIx)]) -> Result<Fields, DecodeError> {
        let written = written_outputs(written)?;
        let mut fields = Fields::new();
        for (name, ty) in declared {
            let value = match written.get(name) {
                Some(Written::Text(text)) => self.text(text, *ty),
                Some(Written::Json(json)) => self.json(json, *ty),
                None if matches!(self.types.get(ty.index()), Some(Type::Optional(_))) => Ok(Value::None),
                None => Err(DecodeError::new(type_text(self.types, *ty), "nothing in $WF_OUTPUT")),
            };
            fields.insert(name.clone(), value.map_err(|error| error.under(name))?);
        }
        Ok(fields)
    }
}

/// An output as a process wrote it.
#[derive(Clone, PartialEq, Debug)]
pub enum Written {
    /// After `name=`.
    Text(String),
    /// In an object.
    Json(Json),
}

/// Splits `$WF_OUTPUT`: one JSON object, or lines `name=value` (the last of a name wins), where
/// `name<<END` begins a value of several lines that a line `END` ends.
pub fn written_outputs(written: &str) -> Result<IndexMap<EcoString, Written>, DecodeError> {
    if written.trim_start().starts_with('{') {
        let object: serde_json::Map<String, Json> = serde_json::from_str(written)
            .map_err(|error| DecodeError::new("a JSON object in $WF_OUTPUT", format!("{error}")))?;
        return Ok(object.into_iter().map(|(name, json)| (name.into(), Written::Json(json))).collect());
    }
    let mut outputs = IndexMap::new();
    let mut lines = written.lines();
    while let Some(line) = lines.next() {
        if line.trim().is_empty() {
            continue;
        }
        let (name, value) = match (line.split_once('='), line.split_once("<<")) {
            (Some((name, _)), Some((other, end))) if other.len() < name.len() => (other, several(&mut lines, end)?),
            (None, Some((name, end))) => (name, several(&mut lines, end)?),
            (Some((name, value)), _) => (name, value.to_owned()),
            (None, None) => return Err(DecodeError::new("name=value in $WF_OUTPUT", quoted(line))),
        };
        outputs.insert(name.trim().into(), Written::Text(value));
    }
    Ok(outputs)
}

fn several(lines: &mut std::str::Lines, end: &str) -> Result<String, DecodeError> {
    let mut value = Vec::new();
    for line in lines.by_ref() {
        if line == end.trim() {
            return Ok(value.join("\n"));
        }
        value.push(line);
    }
    Err(DecodeError::new(format!("a line {} that ends the value in $WF_OUTPUT", quoted(end.trim())), "the end"))
}
