//! Where the values of secrets come from. They are looked up when a process needs them and are held nowhere else.

use std::fmt;

use std::sync::Arc;

use crate::value::{Fields, SecretRef, Value};

/// Why a secret could not be had. Never holds its value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SecretError(String);

impl fmt::Display for SecretError {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for SecretError {}

/// The secrets among the inputs of a run.
pub(super) fn among(inputs: &Fields) -> Vec<Arc<SecretRef>> {
    let secret = |value: &Value| if let Value::Secret(secret) = value { Some(secret.clone()) } else { None };
    inputs.values().filter_map(secret).collect()
}

/// The value of a secret: `env:VAR` or `file:PATH` (one trailing line break is dropped).
pub(super) fn resolve(secret: &SecretRef) -> Result<String, SecretError> {
    let error = |why: String| SecretError(format!("the secret `{}` cannot be read: {why}", secret.name));
    match secret.from.split_once(':') {
        Some(("env", name)) => match std::env::var(name) {
            Ok(value) => Ok(value),
            Err(std::env::VarError::NotPresent) => Err(error(format!("the variable {name} is not set"))),
            Err(std::env::VarError::NotUnicode(_)) => Err(error(format!("the variable {name} is not UTF-8"))),
        },
        Some(("file", path)) => match std::fs::read_to_string(path) {
            Ok(mut text) => {
                if text.ends_with('\n') {
                    text.pop();
                    if text.ends_with('\r') {
                        text.pop();
                    }
                }
                Ok(text)
            }
            Err(why) => Err(error(format!("{path}: {why}"))),
        },
        _ => Err(error(format!("`{}` is neither env:VAR nor file:PATH", secret.from))),
    }
}
