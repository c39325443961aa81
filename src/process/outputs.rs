//! Reading the file that `$WF_OUTPUT` names.

use std::fmt;

use indexmap::IndexMap;
use serde_json::Value;

/// An output as the process wrote it.
#[derive(Clone, PartialEq, Debug)]
pub enum OutputValue {
    /// From `name=value` or `name<<END`: text, to be decoded as its type says.
    Text(String),
    /// From a JSON object.
    Json(Value),
}

/// What is wrong with the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutputFileError {
    /// Which line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: String,
}

impl fmt::Display for OutputFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} of $WF_OUTPUT: {}", self.line, self.what)
    }
}

impl std::error::Error for OutputFileError {}

/// Reads outputs in the order of their first mention; the last value of a name counts. The file holds either one JSON
/// object or lines `name=value`, and for values of several lines `name<<END`, the lines, `END`.
pub fn parse_outputs(bytes: &[u8]) -> Result<IndexMap<String, OutputValue>, OutputFileError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        OutputFileError { line, what: "it is not valid UTF-8".to_owned() }
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().starts_with('{') { parse_json(text) } else { parse_lines(text) }
}

fn parse_json(text: &str) -> Result<IndexMap<String, OutputValue>, OutputFileError> {
    let object: IndexMap<String, Value> = serde_json::from_str(text)
        .map_err(|error| OutputFileError { line: error.line(), what: format!("it is not valid JSON: {error}") })?;
    Ok(object.into_iter().map(|(name, value)| (name, OutputValue::Json(value))).collect())
}

fn parse_lines(text: &str) -> Result<IndexMap<String, OutputValue>, OutputFileError> {
    let mut outputs = IndexMap::new();
    let mut lines = text.split('\n').enumerate();
    while let Some((index, line)) = lines.next() {
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.trim().is_empty() {
            continue;
        }
        let wrong = |what: String| OutputFileError { line: index + 1, what };
        let (name, value) = match (line.find('='), line.find("<<")) {
            (equals, Some(here)) if equals.is_none_or(|equals| here < equals) => {
                let delimiter = line[here + 2..].trim();
                if delimiter.is_empty() {
                    return Err(wrong("`<<` needs a word that ends the value".to_owned()));
                }
                let value = here_value(&mut lines, delimiter)
                    .ok_or_else(|| wrong(format!("no line `{delimiter}` ends the value that begins here")))?;
                (&line[..here], value)
            }
            (Some(equals), _) => (&line[..equals], line[equals + 1..].to_owned()),
            (None, _) => return Err(wrong(format!("`{}` is not `name=value`", shorten(line)))),
        };
        let name = name.trim();
        if !is_name(name) {
            return Err(wrong(format!("`{}` is not a name", shorten(name))));
        }
        outputs.insert(name.to_owned(), OutputValue::Text(value));
    }
    Ok(outputs)
}

fn here_value<'a>(lines: &mut impl Iterator<Item = (usize, &'a str)>, delimiter: &str) -> Option<String> {
    let mut value = Vec::new();
    for (_, line) in lines {
        if line.strip_suffix('\r').unwrap_or(line) == delimiter {
            return Some(value.join("\n"));
        }
        value.push(line);
    }
    None
}

fn is_name(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || letter == '_' || letter == '-')
}

fn shorten(text: &str) -> String {
    let short: String = text.chars().take(60).collect();
    if short.len() < text.len() { short + "…" } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<(String, String)> {
        let outputs = parse_outputs(text.as_bytes()).unwrap();
        let show = |value| match value {
            OutputValue::Text(text) => text,
            OutputValue::Json(json) => format!("json {json}"),
        };
        outputs.into_iter().map(|(name, value)| (name, show(value))).collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn lines_and_blocks() {
        let text = "b=1\n\na = x=y <<z\nlog<<END\none\n\n two \nEND\r\nb=2\r\nempty=\n";
        assert_eq!(texts(text), pairs(&[("b", "2"), ("a", " x=y <<z"), ("log", "one\n\n two "), ("empty", "")]));
        assert_eq!(texts(""), []);
        assert_eq!(texts("x<<E\nE"), pairs(&[("x", "")]));
    }

    #[test]
    fn json() {
        let text = "\u{feff}\n {\"z\": [1, 2], \"a\": \"t\", \"n\": null}\n";
        assert_eq!(texts(text), pairs(&[("z", "json [1,2]"), ("a", "json \"t\""), ("n", "json null")]));
    }

    #[test]
    fn mistakes_name_their_line() {
        for (text, line, what) in [
            ("a=1\nnonsense", 2, "is not `name=value`"),
            ("a=1\n\n1a=2", 3, "is not a name"),
            ("a<<\n", 1, "needs a word"),
            ("b=1\na<<E\nx\n", 2, "no line `E`"),
            ("{\"a\": 1,\n}", 2, "not valid JSON"),
        ] {
            let error = parse_outputs(text.as_bytes()).unwrap_err();
            assert_eq!((error.line, error.what.contains(what)), (line, true), "{text:?}: {error}");
        }
        assert_eq!(parse_outputs(b"a=1\nb=\xff").unwrap_err().line, 2);
    }
}
