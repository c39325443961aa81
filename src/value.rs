//! Values of the language at run time, with their two written forms: text (for people and programs) and JSON (for the
//! journal and plans, which keeps every type apart).

use std::sync::Arc;

use ecow::EcoString;
use indexmap::IndexMap;

pub mod decode;
pub mod json;
pub mod order;
pub mod plain;
pub mod text;
pub mod units;

/// Names and values in order.
pub type Fields = IndexMap<EcoString, Value>;

/// A value. Cheap to clone.
#[derive(Clone, PartialEq, Debug, Default)]
pub enum Value {
    /// `none`
    #[default]
    None,
    /// `bool`
    Bool(bool),
    /// `int`
    Int(i64),
    /// `float`; never NaN or infinite
    Float(f64),
    /// `string`
    Str(EcoString),
    /// `percent`: 80.0 is `80%`
    Percent(f64),
    /// `duration` in milliseconds
    Duration(i64),
    /// `size` in bytes
    Size(i64),
    /// `time` in milliseconds since 1970, UTC
    Time(i64),
    /// `path`, as given
    Path(EcoString),
    /// `file` or `dir`: a path that existed where it crossed a step's border
    File(Arc<FileRef>),
    /// `url`
    Url(EcoString),
    /// `secret`: by name only
    Secret(Arc<SecretRef>),
    /// `list<T>`
    List(Arc<Vec<Value>>),
    /// `map<T>`
    Map(Arc<Fields>),
    /// A record, a step's outputs, or what `approve` gives
    Record(Arc<Fields>),
    /// A variant of an `enum`, by its name
    Variant(EcoString),
    /// `json`: dynamic
    Json(Arc<serde_json::Value>),
    /// A failure kind
    Kind(EcoString),
    /// `ok(v)`
    Ok(Arc<Value>),
    /// `err(f)`
    Err(Arc<Failure>),
    /// `failure`
    Failure(Arc<Failure>),
}

/// A file or folder with what it held when it was produced.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct FileRef {
    /// Relative to the workspace where it lies in it.
    pub path: EcoString,
    /// SHA-256 of the content (of the sorted listing for a folder) in hexadecimal; empty until a driver has looked.
    pub digest: EcoString,
    /// Whether it is a folder.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dir: bool,
}

/// A secret's name and where its value is to be had; the value itself is never held.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct SecretRef {
    /// The parameter's name.
    pub name: EcoString,
    /// `env:VAR`, `file:PATH` or `command:LINE`.
    pub from: EcoString,
}

/// What went wrong in a step or statement.
#[derive(Clone, PartialEq, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Failure {
    /// One of the built-in kinds or a declared one.
    pub kind: EcoString,
    /// In words.
    pub message: String,
    /// Path of the step, empty for a statement outside of steps.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub step: String,
    /// Exit code where a process ended with one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit: Option<i32>,
    /// The end of standard output.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub stdout: String,
    /// The end of standard error.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub stderr: String,
    /// How many attempts were made.
    pub attempts: u32,
    /// `file:line:column` of the expression or statement at fault, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

impl Value {
    /// A string value.
    pub fn str(text: impl Into<EcoString>) -> Self {
        Self::Str(text.into())
    }

    /// A list value.
    pub fn list(values: Vec<Value>) -> Self {
        Self::List(Arc::new(values))
    }

    /// A record value.
    pub fn record(fields: Fields) -> Self {
        Self::Record(Arc::new(fields))
    }
}
