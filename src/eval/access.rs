//! Fields and elements.

use std::sync::Arc;

use serde_json::Value as Json;

use super::EvalError;
use super::evaluator::Evaluator;
use crate::plan::ir::{Expr, ExprIx};
use crate::value::{Failure, Value};

type Done = Result<Value, EvalError>;

impl Evaluator<'_> {
    pub(super) fn field(&mut self, base: ExprIx, name: &str, optional: bool) -> Done {
        let value = self.eval(base)?;
        let found = match &value {
            Value::None if optional => Some(Value::None),
            Value::Record(fields) => fields.get(name).cloned(),
            Value::Map(fields) => Some(fields.get(name).cloned().unwrap_or_default()),
            Value::Json(json) => Some(member(json, name)),
            Value::Failure(failure) => failure_field(failure, name),
            Value::Ok(inner) if name == "ok" => Some((**inner).clone()),
            Value::Err(failure) if name == "err" => Some(Value::Failure(failure.clone())),
            Value::Ok(_) | Value::Err(_) if matches!(name, "ok" | "err") => Some(Value::None),
            _ => None,
        };
        found.ok_or_else(|| match value {
            Value::None => EvalError::value(format!("there is nothing to take `{name}` from: the value is none")),
            other => EvalError::internal(format!("{} has no field `{name}`", other.type_name())),
        })
    }

    pub(super) fn index(&mut self, base: ExprIx, index: ExprIx) -> Done {
        let (value, index) = (self.eval(base)?, self.eval(index)?);
        match (&value, &index) {
            (Value::List(values), Value::Int(at)) => {
                let found = usize::try_from(*at).ok().and_then(|at| values.get(at));
                let length = values.len();
                found.cloned().ok_or_else(|| {
                    EvalError::value(format!("no element {at} in a list of {length}; `.get({at})` gives none there"))
                })
            }
            (Value::Json(json), Value::Int(at)) => {
                let found = usize::try_from(*at).ok().and_then(|at| json.get(at));
                Ok(Value::Json(Arc::new(found.cloned().unwrap_or(Json::Null))))
            }
            (Value::Map(fields), key) if key.as_text().is_some() => {
                Ok(key.as_text().and_then(|key| fields.get(key)).cloned().unwrap_or_default())
            }
            (Value::Json(json), key) if key.as_text().is_some() => Ok(member(json, key.as_text().unwrap_or(""))),
            _ => Err(EvalError::internal(format!("{} has no element {index}", value.type_name()))),
        }
    }

    /// How an expression walked into JSON: `data[0].totals`; with how far there was something to walk into.
    pub(super) fn json_path(&mut self, mut ix: ExprIx) -> (String, Option<String>) {
        let plan = self.plan;
        let mut steps = Vec::new();
        while steps.len() < crate::limits::MAX_DEPTH {
            let (base, step) = match plan.exprs.get(ix.index()) {
                Some(Expr::Field { base, name, .. }) => (*base, Json::from(name.as_str())),
                Some(Expr::Index { base, index }) => match self.eval(*index) {
                    Ok(at) => (*base, at.to_plain_json()),
                    Err(_) => break,
                },
                _ => break,
            };
            match self.eval(base) {
                Ok(Value::Json(json)) => steps.push((step, json)),
                _ => break,
            }
            ix = base;
        }
        let mut path = String::new();
        let mut missing = None;
        for (step, json) in steps.iter().rev() {
            let there = match step {
                Json::String(name) => {
                    path.push_str(if path.is_empty() { "" } else { "." });
                    path.push_str(name);
                    json.get(name)
                }
                at => {
                    path.push_str(&format!("[{at}]"));
                    at.as_u64().and_then(|at| json.get(usize::try_from(at).ok()?))
                }
            };
            if there.is_none() && missing.is_none() {
                missing = Some(path.clone());
            }
        }
        (path, missing)
    }
}

fn member(json: &Json, name: &str) -> Value {
    Value::Json(Arc::new(json.get(name).cloned().unwrap_or(Json::Null)))
}

fn failure_field(failure: &Failure, name: &str) -> Option<Value> {
    Some(match name {
        "kind" => Value::Kind(failure.kind.clone()),
        "message" => Value::str(failure.message.as_str()),
        "step" => Value::str(failure.step.as_str()),
        "exit" => failure.exit.map_or(Value::None, |code| Value::Int(code.into())),
        "stdout" => Value::str(failure.stdout.as_str()),
        "stderr" => Value::str(failure.stderr.as_str()),
        "attempts" => Value::Int(failure.attempts.into()),
        _ => return None,
    })
}
