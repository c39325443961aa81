//! JSON form of values: self-describing, so that a journal reads back exactly what was written.
//!
//! `none`, booleans, integers, floats, strings and lists are the JSON of that name; a record is an object; every other
//! type is an object with one key that begins with `$`, which no field name does: `{"$percent": 80.0}`.

use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Fields, Value};

fn tagged<S: Serializer, T: Serialize + ?Sized>(to: S, tag: &'static str, value: &T) -> Result<S::Ok, S::Error> {
    let mut map = to.serialize_map(Some(1))?;
    map.serialize_entry(tag, value)?;
    map.end()
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::None => to.serialize_unit(),
            Value::Bool(value) => to.serialize_bool(*value),
            Value::Int(value) => to.serialize_i64(*value),
            Value::Float(value) => to.serialize_f64(*value),
            Value::Str(text) => to.serialize_str(text),
            Value::List(values) => to.collect_seq(values.iter()),
            Value::Record(fields) => fields.serialize(to),
            Value::Percent(value) => tagged(to, "$percent", value),
            Value::Duration(value) => tagged(to, "$duration", value),
            Value::Size(value) => tagged(to, "$size", value),
            Value::Time(value) => tagged(to, "$time", value),
            Value::Path(text) => tagged(to, "$path", text),
            Value::File(file) => tagged(to, "$file", &**file),
            Value::Url(text) => tagged(to, "$url", text),
            Value::Secret(secret) => tagged(to, "$secret", &**secret),
            Value::Map(fields) => tagged(to, "$map", &**fields),
            Value::Variant(name) => tagged(to, "$variant", name),
            Value::Json(json) => tagged(to, "$json", &**json),
            Value::Kind(name) => tagged(to, "$kind", name),
            Value::Ok(value) => tagged(to, "$ok", &**value),
            Value::Err(failure) => tagged(to, "$err", &**failure),
            Value::Failure(failure) => tagged(to, "$failure", &**failure),
        }
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::None)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Int(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        i64::try_from(value).map(Value::Int).map_err(|_| E::custom("an integer past 64 bits"))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Float(value))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::str(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = from.next_element()? {
            values.push(value);
        }
        Ok(Value::list(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut fields = Fields::new();
        while let Some(key) = from.next_key::<ecow::EcoString>()? {
            if key.starts_with('$') && fields.is_empty() {
                return visit_tagged(&key, from);
            }
            let value = from.next_value()?;
            fields.insert(key, value);
        }
        Ok(Value::record(fields))
    }
}

fn visit_tagged<'de, A: MapAccess<'de>>(tag: &str, mut from: A) -> Result<Value, A::Error> {
    Ok(match tag {
        "$percent" => Value::Percent(from.next_value()?),
        "$duration" => Value::Duration(from.next_value()?),
        "$size" => Value::Size(from.next_value()?),
        "$time" => Value::Time(from.next_value()?),
        "$path" => Value::Path(from.next_value()?),
        "$file" => Value::File(Arc::new(from.next_value()?)),
        "$url" => Value::Url(from.next_value()?),
        "$secret" => Value::Secret(Arc::new(from.next_value()?)),
        "$map" => Value::Map(Arc::new(from.next_value()?)),
        "$variant" => Value::Variant(from.next_value()?),
        "$json" => Value::Json(Arc::new(from.next_value()?)),
        "$kind" => Value::Kind(from.next_value()?),
        "$ok" => Value::Ok(Arc::new(from.next_value()?)),
        "$err" => Value::Err(Arc::new(from.next_value()?)),
        "$failure" => Value::Failure(Arc::new(from.next_value()?)),
        other => return Err(A::Error::custom(format_args!("a value of the unknown type `{other}`"))),
    })
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ValueVisitor)
    }
}
