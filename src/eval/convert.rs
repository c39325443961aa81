//! `e as T` and the silent conversions.

use std::sync::Arc;

use super::evaluator::Evaluator;
use super::{EvalError, decoding};
use crate::plan::ir::{ExprIx, RecordField, Type, TypeIx};
use crate::value::decode::{self, type_text};
use crate::value::{Fields, Value, units};

type Done = Result<Value, EvalError>;

impl Evaluator<'_> {
    pub(super) fn convert(&mut self, ix: ExprIx, to: TypeIx) -> Done {
        let value = self.eval(ix)?;
        let error = match (&value, self.plan.types.get(to.index())) {
            (Value::Json(json), _) => match decoding(self.plan, self.context, |decoder| decoder.json(json, to)) {
                Ok(value) => return Ok(value),
                Err(error) => error,
            },
            _ => return self.converted(value, to),
        };
        let (path, missing) = self.json_path(ix);
        if let Some(missing) = missing {
            return Err(EvalError::output(format!("{missing}: expected {}, found nothing", error.expected)));
        }
        let dot = if path.is_empty() || error.path.is_empty() || error.path.starts_with('[') { "" } else { "." };
        let error = decode::DecodeError { path: format!("{path}{dot}{}", error.path), ..error };
        Err(error.into())
    }

    /// `value` as a value of type `to`, with what it holds.
    fn converted(&mut self, value: Value, to: TypeIx) -> Done {
        let plan = self.plan;
        self.spend(1)?;
        let fail = |value: &Value| {
            let found = match value.as_text() {
                Some(text) => format!("{} {}", value.type_name(), decode::quoted(text)),
                None => value.type_name().to_owned(),
            };
            Err(EvalError::value(format!("expected {}, found {found}", type_text(&plan.types, to))))
        };
        let Some(shape) = plan.types.get(to.index()) else { return fail(&value) };
        Ok(match (shape, value) {
            (Type::Optional(_) | Type::None, Value::None) => Value::None,
            (Type::Optional(inner), value) => return self.converted(value, *inner),
            (_, Value::Json(json)) => decoding(plan, self.context, |decoder| decoder.json(&json, to))?,
            (Type::Json, value) if value.holds_secret() => return fail(&value),
            (Type::Json, value) => Value::Json(Arc::new(value.to_plain_json())),
            (Type::Float, Value::Int(number)) => Value::Float(number as f64),
            // The sum of no elements.
            (Type::Percent, Value::Int(0)) => Value::Percent(0.0),
            (Type::Duration, Value::Int(0)) => Value::Duration(0),
            (Type::Size, Value::Int(0)) => Value::Size(0),
            (Type::List(of), Value::List(values)) => Value::list(self.list(&values, *of)?),
            (Type::Map(of), Value::Map(fields) | Value::Record(fields)) => {
                Value::Map(Arc::new(self.map(&fields, *of)?))
            }
            (Type::Record { fields, .. }, Value::Record(given) | Value::Map(given)) => self.record(fields, &given)?,
            (Type::Result(of), Value::Ok(inner)) => Value::Ok(Arc::new(self.converted((*inner).clone(), *of)?)),
            (_, value) => match simple(shape, &value) {
                Some(value) => value,
                None => return fail(&value),
            },
        })
    }

    fn list(&mut self, values: &[Value], of: TypeIx) -> Result<Vec<Value>, EvalError> {
        values.iter().map(|value| self.converted(value.clone(), of)).collect()
    }

    fn map(&mut self, fields: &Fields, of: TypeIx) -> Result<Fields, EvalError> {
        fields.iter().map(|(name, value)| Ok((name.clone(), self.converted(value.clone(), of)?))).collect()
    }

    fn record(&mut self, declared: &[RecordField], given: &Fields) -> Done {
        let mut fields = Fields::new();
        for field in declared {
            let value = match given.get(&field.name) {
                Some(value) => self.converted(value.clone(), field.ty)?,
                None => decoding(self.plan, self.context, |decoder| decoder.missing(field))
                    .map_err(|error| EvalError::value(error.to_string()))?,
            };
            fields.insert(field.name.clone(), value);
        }
        Ok(Value::record(fields))
    }
}

/// A conversion that looks at nothing else: the value itself where it is of the type, texts into what is written as
/// text and back.
fn simple(shape: &Type, value: &Value) -> Option<Value> {
    let same = match (shape, value) {
        (Type::File, Value::File(file)) => !file.dir,
        (Type::Dir, Value::File(file)) => file.dir,
        (Type::Bool, Value::Bool(_))
        | (Type::Int, Value::Int(_))
        | (Type::Float, Value::Float(_))
        | (Type::String, Value::Str(_))
        | (Type::Percent, Value::Percent(_))
        | (Type::Duration, Value::Duration(_))
        | (Type::Size, Value::Size(_))
        | (Type::Time, Value::Time(_))
        | (Type::Path, Value::Path(_))
        | (Type::Url, Value::Url(_))
        | (Type::Secret, Value::Secret(_))
        | (Type::Failure, Value::Failure(_))
        | (Type::Kind, Value::Kind(_))
        | (Type::Result(_), Value::Err(_)) => true,
        (Type::Enum { variants, .. }, Value::Variant(name)) => variants.contains(name),
        _ => false,
    };
    if same {
        return Some(value.clone());
    }
    let text = value.as_text()?;
    let spelled = || (!text.is_empty() && !text.contains('\0')).then_some(text);
    match shape {
        Type::String => Some(Value::str(text)),
        Type::Path => spelled().map(|text| Value::Path(text.into())),
        Type::File => spelled().map(|text| decode::file(text, false)),
        Type::Dir => spelled().map(|text| decode::file(text, true)),
        Type::Url => units::is_url(text).then(|| Value::Url(text.into())),
        Type::Time => units::time(text).map(Value::Time),
        Type::Kind => spelled().map(|text| Value::Kind(text.into())),
        Type::Enum { variants, .. } => variants.iter().find(|name| *name == text).cloned().map(Value::Variant),
        _ => None,
    }
}
