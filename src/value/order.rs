//! Equality and order of values as the language sees them: numbers by worth, texts by characters, the rest deeply.

use std::cmp::Ordering;

use super::Value;

impl Value {
    /// `==`. An `int` equals a `float` of its worth; what may be written as a string (path, file, URL, variant, kind)
    /// equals that string; `json` equals the plain form of the other side. Secrets equal nothing.
    pub fn equals(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Secret(_), _) | (_, Value::Secret(_)) => false,
            (Value::Int(a), Value::Float(b)) | (Value::Float(b), Value::Int(a)) => compare_mixed(*a, *b).is_eq(),
            (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.equals(b)),
            (Value::Map(a) | Value::Record(a), Value::Map(b) | Value::Record(b)) => {
                a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| a.equals(b)))
            }
            (Value::Ok(a), Value::Ok(b)) => a.equals(b),
            (Value::Json(a), Value::Json(b)) => a == b,
            (Value::Json(json), plain) | (plain, Value::Json(json)) => **json == plain.to_plain_json(),
            (Value::Failure(failure), Value::Kind(kind)) | (Value::Kind(kind), Value::Failure(failure)) => {
                failure.kind == *kind
            }
            _ => match (self.as_text(), other.as_text()) {
                (Some(a), Some(b)) => a == b,
                _ => self == other,
            },
        }
    }

    /// `<` and its kin: numbers, values of one unit, times, and texts (by code point). `None` for everything else.
    pub fn order(&self, other: &Value) -> Option<Ordering> {
        match (self, other) {
            (Value::Int(a), Value::Int(b))
            | (Value::Duration(a), Value::Duration(b))
            | (Value::Size(a), Value::Size(b))
            | (Value::Time(a), Value::Time(b)) => Some(a.cmp(b)),
            (Value::Float(a), Value::Float(b)) | (Value::Percent(a), Value::Percent(b)) => a.partial_cmp(b),
            (Value::Int(a), Value::Float(b)) => Some(compare_mixed(*a, *b)),
            (Value::Float(a), Value::Int(b)) => Some(compare_mixed(*b, *a).reverse()),
            _ => Some(self.as_text()?.cmp(other.as_text()?)),
        }
    }

    /// The text of what is written as a string: strings, paths, files, URLs, variants, kinds.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Str(text) | Value::Path(text) | Value::Url(text) | Value::Variant(text) | Value::Kind(text) => {
                Some(text)
            }
            Value::File(file) => Some(&file.path),
            _ => None,
        }
    }
}

/// Compares exactly, although `f64` cannot hold every `i64`.
fn compare_mixed(int: i64, float: f64) -> Ordering {
    let rounded = int as f64;
    if rounded != float {
        return rounded.partial_cmp(&float).unwrap_or(Ordering::Equal);
    }
    i128::from(int).cmp(&(float as i128))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_exactly() {
        assert!(Value::Int(1).equals(&Value::Float(1.0)));
        assert_eq!(Value::Int(i64::MAX).order(&Value::Float(9_223_372_036_854_775_808.0)), Some(Ordering::Less));
        assert!(!Value::Int(9_007_199_254_740_993).equals(&Value::Float(9_007_199_254_740_992.0)));
        assert_eq!(Value::Percent(1.0).order(&Value::Int(1)), None);
    }

    #[test]
    fn variants_equal_their_names() {
        assert!(Value::Variant("low".into()).equals(&Value::str("low")));
        assert!(!Value::None.equals(&Value::str("none")));
    }
}
