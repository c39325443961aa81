//! Reading text: the values of flags, answers, and lines of `$WF_OUTPUT`.

use std::sync::Arc;

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
}
