//! Sample values of types: what an action gives that `mock all` answers. The same type and name, the same value.

use std::sync::Arc;

use ecow::EcoString;

use crate::eval;
use crate::plan::ir::{Plan, Type, TypeIx};
use crate::value::{Failure, Fields, FileRef, SecretRef, Value};

/// Types inside each other are followed so far.
const DEEPEST: u32 = 16;

/// When every simulated run starts: 2026-01-01T00:00:00Z in milliseconds since 1970.
pub(super) const START: i64 = 1_767_225_600_000;

/// A value of the type for something of that name: a text is the name, a number 1, a list has one element, what is
/// optional is there.
pub(super) fn sample(plan: &Plan, name: &str, ty: TypeIx) -> Value {
    at_depth(plan, name, ty, 0)
}

fn at_depth(plan: &Plan, name: &str, ty: TypeIx, depth: u32) -> Value {
    let text = || EcoString::from(name);
    let file = |dir| Value::File(Arc::new(FileRef { path: text(), digest: EcoString::new(), dir }));
    let deep = depth >= DEEPEST;
    let inner = |ty: &TypeIx| at_depth(plan, name, *ty, depth + 1);
    match plan.types.get(ty.index()) {
        None | Some(Type::None) => Value::None,
        Some(Type::Bool) => Value::Bool(true),
        Some(Type::Int) => Value::Int(1),
        Some(Type::Float) => Value::Float(1.0),
        Some(Type::String) => Value::Str(text()),
        Some(Type::Percent) => Value::Percent(100.0),
        Some(Type::Duration) => Value::Duration(1000),
        Some(Type::Size) => Value::Size(1000),
        Some(Type::Time) => Value::Time(START),
        Some(Type::Path) => Value::Path(text()),
        Some(Type::File) => file(false),
        Some(Type::Dir) => file(true),
        Some(Type::Url) => Value::Url(EcoString::from(format!("https://example.org/{name}"))),
        Some(Type::Json) => Value::Json(Arc::new(serde_json::Value::Object(serde_json::Map::new()))),
        Some(Type::Secret) => Value::Secret(Arc::new(SecretRef { name: text(), from: "sample".into() })),
        Some(Type::Failure) => Value::Failure(Arc::new(Failure { kind: "fail".into(), ..Failure::default() })),
        Some(Type::Kind) => Value::Kind("fail".into()),
        Some(Type::Optional(_)) if deep => Value::None,
        Some(Type::List(_)) if deep => Value::list(Vec::new()),
        Some(Type::List(element)) => Value::list(vec![inner(element)]),
        Some(Type::Map(value)) => {
            let entries = if deep { Fields::new() } else { Fields::from_iter([(text(), inner(value))]) };
            Value::Map(Arc::new(entries))
        }
        Some(Type::Optional(some)) => inner(some),
        Some(Type::Result(value)) => Value::Ok(Arc::new(inner(value))),
        Some(Type::Record { fields, .. }) => {
            let value = |field: &crate::plan::ir::RecordField| {
                let default = field.default.and_then(|default| eval::eval(plan, default, &eval::Nothing).ok());
                default.unwrap_or_else(|| {
                    if deep { Value::None } else { at_depth(plan, &field.name, field.ty, depth + 1) }
                })
            };
            Value::record(fields.iter().map(|field| (field.name.clone(), value(field))).collect())
        }
        Some(Type::Enum { variants, .. }) => Value::Variant(variants.first().cloned().unwrap_or_default()),
    }
}

/// How a test would write a value, as far as a suggestion needs it.
pub(super) fn literal(value: &Value) -> String {
    match value {
        Value::Str(_) | Value::Path(_) | Value::Url(_) | Value::File(_) | Value::Time(_) => {
            format!("{:?}", value.to_text())
        }
        Value::List(values) => format!("[{}]", values.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::Record(fields) | Value::Map(fields) => {
            let parts: Vec<String> = fields.iter().map(|(name, value)| format!("{name}: {}", literal(value))).collect();
            format!("{{{}}}", parts.join(", "))
        }
        Value::Ok(value) => format!("ok({})", literal(value)),
        other => other.to_text(),
    }
}
