//! Built-ins of maps.

use std::sync::Arc;

use super::Scheme::{Bool, Int, Lambda, List, Map, Optional, Record, String as Text, Var};
use super::{Call, Scheme, param};
use crate::eval::EvalError;
use crate::value::{Fields, Value};

type Done = Result<Value, EvalError>;

const MAP: Scheme = Map(&Var(0));
const ENTRY: Scheme = Record(&[("key", Text), ("value", Var(0))]);

super::builtins! {
    "len" MAP, () -> Int, "The number of keys.", r#"{"a": 1}.len() == 1"#,
        |call| Ok(Value::Int(i64::try_from(call.map(0)?.len()).unwrap_or(i64::MAX)));
    "is-empty" MAP, () -> Bool, "Whether it has no keys.", r#"not {"a": 1}.is-empty()"#,
        |call| Ok(Value::Bool(call.map(0)?.is_empty()));
    "keys" MAP, () -> List(&Text), "Its keys in order.", r#"{"a": 1, "b": 2}.keys() == ["a", "b"]"#,
        |call| Ok(Value::list(call.map(0)?.keys().map(|key| Value::Str(key.clone())).collect()));
    "values" MAP, () -> List(&Var(0)), "Its values in the order of the keys.",
        r#"{"a": 1, "b": 2}.values() == [1, 2]"#, |call| Ok(Value::list(call.map(0)?.values().cloned().collect()));
    "entries" MAP, () -> List(&ENTRY), "Its keys with their values.",
        r#"{"a": 1}.entries()[0].key == "a""#, entries;
    "get" MAP, (param("key", Text)) -> Optional(&Var(0)), "The value of a key, or `none`.",
        r#"{"a": 1}.get("b") == none"#, |call| Ok(call.map(0)?.get(call.text(1)?).cloned().unwrap_or_default());
    "contains-key" MAP, (param("key", Text)) -> Bool, "Whether it has the key.", r#"{"a": 1}.contains-key("a")"#,
        |call| Ok(Value::Bool(call.map(0)?.contains_key(call.text(1)?)));
    "with" MAP, (param("key", Text), param("value", Var(0))) -> MAP, "The same with one more key, or another value.",
        r#"{"a": 1}.with("b", 2).len() == 2"#, with;
    "without" MAP, (param("key", Text)) -> MAP, "The same without a key.", r#"{"a": 1}.without("a").is-empty()"#,
        without;
    "merge" MAP, (param("other", MAP)) -> MAP, "The keys of both, with the other's values where both have one.",
        r#"{"a": 1, "b": 1}.merge({"b": 2}).values() == [1, 2]"#, merge;
    "map-values" MAP, (param("f", Lambda(&Var(0), &Var(1)))) -> Map(&Var(1)),
        "The same keys with what the function gives for each value.",
        r#"{"a": 1}.map-values(x => x + 1).values() == [2]"#, map_values;
}

fn entries(call: &mut Call) -> Done {
    let entry = |(key, value): (&ecow::EcoString, &Value)| {
        Value::record(Fields::from_iter([("key".into(), Value::Str(key.clone())), ("value".into(), value.clone())]))
    };
    Ok(Value::list(call.map(0)?.iter().map(entry).collect()))
}

fn with(call: &mut Call) -> Done {
    let mut fields = (**call.map(0)?).clone();
    fields.insert(call.text(1)?.into(), call.arg(2).clone());
    Ok(Value::Map(Arc::new(fields)))
}

fn without(call: &mut Call) -> Done {
    let mut fields = (**call.map(0)?).clone();
    fields.shift_remove(call.text(1)?);
    Ok(Value::Map(Arc::new(fields)))
}

fn merge(call: &mut Call) -> Done {
    let mut fields = (**call.map(0)?).clone();
    fields.extend(call.map(1)?.iter().map(|(key, value)| (key.clone(), value.clone())));
    Ok(Value::Map(Arc::new(fields)))
}

fn map_values(call: &mut Call) -> Done {
    let old = call.map(0)?;
    let new = old.iter().map(|(key, value)| Ok((key.clone(), call.apply(value)?)));
    let fields = new.collect::<Result<Fields, EvalError>>()?;
    Ok(Value::Map(Arc::new(fields)))
}
