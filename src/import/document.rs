//! A JSON or YAML document as data, each key and value with its bytes.

use crate::source::Span;

/// A value where it stands.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Node {
    pub span: Span,
    pub value: Value,
}

/// The forms of values.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Value {
    /// Could not be read; already reported.
    Broken,
    Null,
    Bool(bool),
    /// A number as written.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key of a map.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Key {
    pub text: String,
    pub span: Span,
}

impl Value {
    /// What it is, in words: `a list`.
    pub fn describe(&self) -> &'static str {
        match self {
            Value::Broken => "something unreadable",
            Value::Null => "nothing",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }
}
