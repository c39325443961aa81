//! Plain JSON of values: what programs and readers of `--output json` see.
//!
//! Unlike the journal's form it carries no tags: a percent is its number of points (`80% -> 80`), a duration seconds
//! (`1m30s -> 90`), a size bytes, a time RFC 3339, a file its path, a variant its name, a result `{"ok": …}` or
//! `{"err": …}`. [`super::decode`] reads all of it back where the type is known.

use serde_json::{Map, Number, Value as Json};

use super::{Failure, Fields, Value, text, units};

impl Value {
    /// The plain JSON form. A secret shows its name only.
    pub fn to_plain_json(&self) -> Json {
        match self {
            Value::None => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Int(value) | Value::Size(value) => Json::from(*value),
            Value::Float(value) => Number::from_f64(*value).map_or(Json::Null, Json::Number),
            Value::Percent(value) => number(*value),
            Value::Duration(value) => seconds(*value),
            Value::Time(value) => Json::String(text::time(*value)),
            Value::Str(text) | Value::Path(text) | Value::Url(text) | Value::Variant(text) | Value::Kind(text) => {
                Json::String(text.to_string())
            }
            Value::File(file) => Json::String(file.path.to_string()),
            Value::Secret(_) => Json::String(self.to_text()),
            Value::List(values) => values.iter().map(Value::to_plain_json).collect(),
            Value::Map(fields) | Value::Record(fields) => plain_fields(fields),
            Value::Json(json) => (**json).clone(),
            Value::Ok(value) => object("ok", value.to_plain_json()),
            Value::Err(failure) => object("err", plain_failure(failure)),
            Value::Failure(failure) => plain_failure(failure),
        }
    }
}

/// The plain JSON of named values, such as a run's outputs.
pub fn plain_fields(fields: &Fields) -> Json {
    fields.iter().map(|(name, value)| (name.to_string(), value.to_plain_json())).collect()
}

fn plain_failure(failure: &Failure) -> Json {
    serde_json::to_value(failure).unwrap_or(Json::Null)
}

fn object(key: &str, value: Json) -> Json {
    Json::Object(Map::from_iter([(key.to_owned(), value)]))
}

/// Whole numbers without a fraction.
fn number(value: f64) -> Json {
    match units::whole(value) {
        Some(whole) if whole as f64 == value => Json::from(whole),
        _ => Number::from_f64(value).map_or(Json::Null, Json::Number),
    }
}

fn seconds(milliseconds: i64) -> Json {
    if milliseconds % 1000 == 0 { Json::from(milliseconds / 1000) } else { number(milliseconds as f64 / 1000.0) }
}
