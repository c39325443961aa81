//! Built-ins of `json`. Fields and elements are reached by `.name` and `[i]`; what is not there is JSON `null`.

use std::sync::Arc;

use serde_json::Value as Json;

use super::Scheme::{Bool, Int, Json as Dynamic, List, String as Text, Var};
use super::{Call, param};
use crate::eval::EvalError;
use crate::value::Value;
use crate::value::decode::describe;

type Done = Result<Value, EvalError>;

super::builtins! {
    "len" Dynamic, () -> Int, "The number of elements, keys or characters.", r#""[1, 2]".json().len() == 2"#, len;
    "keys" Dynamic, () -> List(&Text), "The keys of an object.", r#""{\"a\": 1}".json().keys() == ["a"]"#, keys;
    "items" Dynamic, () -> List(&Dynamic), "The elements of a list, the values of an object.",
        r#""[1, 2]".json().items().map(x => x as int) == [1, 2]"#, items;
    "get" Dynamic, (param("key", Text)) -> Dynamic, "The value of a key that need not be a name.",
        r#""{\"a b\": 1}".json().get("a b") as int == 1"#, get;
    "is-null" Dynamic, () -> Bool, "Whether it is `null`, or was not there.", r#""{}".json().a.is-null()"#,
        |call| Ok(Value::Bool(call.json(0)?.is_null()));
    "to-json" Var(0), () -> Dynamic, "The value as plain JSON.", r#"[1, 2].to-json().len() == 2"#, to_json;
}

fn wrong(json: &Json, expected: &str) -> EvalError {
    EvalError::output(format!("expected {expected}, found {}", describe(json)))
}

fn len(call: &mut Call) -> Done {
    let count = match call.json(0)? {
        Json::Array(items) => items.len(),
        Json::Object(fields) => fields.len(),
        Json::String(text) => text.chars().count(),
        other => return Err(wrong(other, "list, object or string")),
    };
    Ok(Value::Int(i64::try_from(count).unwrap_or(i64::MAX)))
}

fn keys(call: &mut Call) -> Done {
    match call.json(0)? {
        Json::Object(fields) => Ok(Value::list(fields.keys().map(|key| Value::str(key.as_str())).collect())),
        other => Err(wrong(other, "object")),
    }
}

fn items(call: &mut Call) -> Done {
    let wrap = |json: &Json| Value::Json(Arc::new(json.clone()));
    match call.json(0)? {
        Json::Array(items) => Ok(Value::list(items.iter().map(wrap).collect())),
        Json::Object(fields) => Ok(Value::list(fields.values().map(wrap).collect())),
        other => Err(wrong(other, "list or object")),
    }
}

fn get(call: &mut Call) -> Done {
    let found = call.json(0)?.get(call.text(1)?).cloned().unwrap_or(Json::Null);
    Ok(Value::Json(Arc::new(found)))
}

fn to_json(call: &mut Call) -> Done {
    if call.arg(0).holds_secret() {
        return Err(EvalError::value("a secret has no JSON"));
    }
    Ok(Value::Json(Arc::new(call.arg(0).to_plain_json())))
}
