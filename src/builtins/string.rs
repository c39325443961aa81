//! Built-ins of strings.

use serde_json::Value as Json;
use std::sync::Arc;

use super::Scheme::{Bool, Float, Int, List, Optional, String as Text};
use super::call::{bounded, check_length};
use super::{Call, Scheme, option, param, pattern};
use crate::eval::EvalError;
use crate::value::decode::quoted;
use crate::value::{Value, units};

type Done = Result<Value, EvalError>;

const TEXTS: Scheme = List(&Text);
const MAYBE: Scheme = Optional(&Text);

super::builtins! {
    "len" Text, () -> Int, "The number of characters.", r#""naïve".len() == 5"#, len;
    "is-empty" Text, () -> Bool, "Whether it has no characters.", r#""".is-empty()"#, is_empty;
    "lower" Text, () -> Text, "In lower case.", r#""Hello".lower() == "hello""#, lower;
    "upper" Text, () -> Text, "In upper case.", r#""Hello".upper() == "HELLO""#, upper;
    "trim" Text, () -> Text, "Without white space at both ends.", r#""  x ".trim() == "x""#, trim;
    "trim-start" Text, () -> Text, "Without white space at the start.", r#""  x ".trim-start() == "x ""#, trim_start;
    "trim-end" Text, () -> Text, "Without white space at the end.", r#""  x ".trim-end() == "  x""#, trim_end;
    "lines" Text, () -> TEXTS, "Its lines, without line ends.", r#""a\nb\n".lines() == ["a", "b"]"#, lines;
    "words" Text, () -> TEXTS, "Its words, split at white space.", r#"" a  b ".words() == ["a", "b"]"#, words;
    "split" Text, (param("separator", Text)) -> TEXTS,
        "The parts between separators; the characters where the separator is empty.",
        r#""a,b".split(",") == ["a", "b"]"#, split;
    "replace" Text, (param("from", Text), param("to", Text)) -> Text,
        "With every occurrence of one text replaced by another.", r#""a-b-c".replace("-", "+") == "a+b+c""#, replace;
    "contains" Text, (param("part", Text)) -> Bool, "Whether the text occurs in it.", r#""workflow".contains("flow")"#,
        |call| Ok(Value::Bool(call.text(0)?.contains(call.text(1)?)));
    "starts-with" Text, (param("prefix", Text)) -> Bool, "Whether it begins with the text.",
        r#""v1.2".starts-with("v")"#, |call| Ok(Value::Bool(call.text(0)?.starts_with(call.text(1)?)));
    "ends-with" Text, (param("suffix", Text)) -> Bool, "Whether it ends with the text.",
        r#""a.rs".ends-with(".rs")"#, |call| Ok(Value::Bool(call.text(0)?.ends_with(call.text(1)?)));
    "strip-prefix" Text, (param("prefix", Text)) -> Text,
        "Without the text at its start; the same where it does not begin with it.",
        r#""v1.2".strip-prefix("v") == "1.2""#, strip_prefix;
    "strip-suffix" Text, (param("suffix", Text)) -> Text,
        "Without the text at its end; the same where it does not end with it.",
        r#""a.rs".strip-suffix(".rs") == "a""#, strip_suffix;
    "slice" Text, (param("from", Int), option("to", Int)) -> Text,
        "The characters from one index up to, not including, another; what lies outside is left out.",
        r#""abcdef".slice(1, 3) == "bc""#, slice;
    "repeat" Text, (param("times", Int)) -> Text, "The text so many times.", r#""ab".repeat(2) == "abab""#, repeat;
    "pad-start" Text, (param("width", Int), option("with", Text)) -> Text,
        "Filled at the start with spaces, or another character, to a width.",
        r#""7".pad-start(3, "0") == "007""#, |call| pad(call, true);
    "pad-end" Text, (param("width", Int), option("with", Text)) -> Text,
        "Filled at the end with spaces, or another character, to a width.",
        r#""ab".pad-end(4) == "ab  ""#, |call| pad(call, false);
    "index-of" Text, (param("part", Text)) -> Optional(&Int),
        "The index of the character where the text first occurs.", r#""abc".index-of("c") == 2"#, index_of;
    "capture" Text, (param("pattern", Text)) -> MAYBE,
        "What the first group of a regular expression (or all of it, where it has none) matches first.",
        r#""12 passed, 3 failed".capture(r"(\d+) passed") == "12""#, capture;
    "replace-all" Text, (param("pattern", Text), param("to", Text)) -> Text,
        "With every match of a regular expression replaced; `$1` in the replacement is the first group.",
        r#""a1b22".replace-all(r"\d+", "-") == "a-b-""#, replace_all;
    "to-int" Text, () -> Int, "The integer that it spells; anything else is a failure.", r#"" 42 ".to-int() == 42"#,
        to_int;
    "to-float" Text, () -> Float, "The number that it spells; anything else is a failure.",
        r#""2.5".to-float() == 2.5"#, to_float;
    "json" Text, () -> Scheme::Json, "The JSON that it spells; anything else is a failure of kind `output`.",
        r#""[1, 2]".json().len() == 2"#, json;
}

fn len(call: &mut Call) -> Done {
    let count = call.text(0)?.chars().count();
    Ok(Value::Int(i64::try_from(count).unwrap_or(i64::MAX)))
}

fn is_empty(call: &mut Call) -> Done {
    Ok(Value::Bool(call.text(0)?.is_empty()))
}

fn lower(call: &mut Call) -> Done {
    bounded(call.text(0)?.to_lowercase())
}

fn upper(call: &mut Call) -> Done {
    bounded(call.text(0)?.to_uppercase())
}

fn trim(call: &mut Call) -> Done {
    Ok(Value::str(call.text(0)?.trim()))
}

fn trim_start(call: &mut Call) -> Done {
    Ok(Value::str(call.text(0)?.trim_start()))
}

fn trim_end(call: &mut Call) -> Done {
    Ok(Value::str(call.text(0)?.trim_end()))
}

fn texts<'a>(parts: impl Iterator<Item = &'a str>) -> Done {
    Ok(Value::list(parts.map(Value::str).collect()))
}

fn lines(call: &mut Call) -> Done {
    texts(call.text(0)?.lines())
}

fn words(call: &mut Call) -> Done {
    texts(call.text(0)?.split_whitespace())
}

fn split(call: &mut Call) -> Done {
    let (text, separator) = (call.text(0)?, call.text(1)?);
    if separator.is_empty() {
        return Ok(Value::list(text.chars().map(|c| Value::str(c.encode_utf8(&mut [0; 4]) as &str)).collect()));
    }
    texts(text.split(separator))
}

fn replace(call: &mut Call) -> Done {
    let (text, from, to) = (call.text(0)?, call.text(1)?, call.text(2)?);
    if to.len() > from.len() {
        let count = text.matches(from).count();
        check_length(text.len().saturating_add(count.saturating_mul(to.len())))?;
    }
    Ok(Value::str(text.replace(from, to)))
}

fn strip_prefix(call: &mut Call) -> Done {
    let text = call.text(0)?;
    Ok(Value::str(text.strip_prefix(call.text(1)?).unwrap_or(text)))
}

fn strip_suffix(call: &mut Call) -> Done {
    let text = call.text(0)?;
    Ok(Value::str(text.strip_suffix(call.text(1)?).unwrap_or(text)))
}

fn slice(call: &mut Call) -> Done {
    let (text, from) = (call.text(0)?, call.count(1)?);
    let to = if call.has(2) { call.count(2)? } else { usize::MAX };
    Ok(Value::str(text.chars().skip(from).take(to.saturating_sub(from)).collect::<ecow::EcoString>()))
}

fn repeat(call: &mut Call) -> Done {
    let (text, times) = (call.text(0)?, call.count(1)?);
    check_length(text.len().saturating_mul(times))?;
    Ok(Value::str(text.repeat(if text.is_empty() { 0 } else { times })))
}

fn pad(call: &mut Call, start: bool) -> Done {
    let (text, width) = (call.text(0)?, call.count(1)?);
    let fill = if call.has(2) { call.text(2)? } else { " " };
    let mut letters = fill.chars();
    let (Some(letter), None) = (letters.next(), letters.next()) else {
        return Err(EvalError::value(format!("padding takes one character, not {}", quoted(fill))));
    };
    let missing = width.saturating_sub(text.chars().count());
    check_length(text.len().saturating_add(missing.saturating_mul(letter.len_utf8())))?;
    let padding: String = std::iter::repeat_n(letter, missing).collect();
    Ok(Value::str(if start { padding + text } else { text.to_owned() + &padding }))
}

fn index_of(call: &mut Call) -> Done {
    let text = call.text(0)?;
    let before = text.find(call.text(1)?).and_then(|at| text.get(..at));
    Ok(before.map_or(Value::None, |before| Value::Int(i64::try_from(before.chars().count()).unwrap_or(i64::MAX))))
}

fn capture(call: &mut Call) -> Done {
    let regex = pattern::compile(call.text(1)?).map_err(EvalError::value)?;
    let Some(groups) = regex.captures(call.text(0)?) else { return Ok(Value::None) };
    let group = if groups.len() > 1 { groups.get(1) } else { groups.get(0) };
    Ok(group.map_or(Value::None, |found| Value::str(found.as_str())))
}

fn replace_all(call: &mut Call) -> Done {
    let (text, to) = (call.text(0)?, call.text(2)?);
    let regex = pattern::compile(call.text(1)?).map_err(EvalError::value)?;
    let mut out = String::new();
    let mut rest = 0;
    for groups in regex.captures_iter(text) {
        let Some(all) = groups.get(0) else { continue };
        out.push_str(text.get(rest..all.start()).unwrap_or(""));
        groups.expand(to, &mut out);
        check_length(out.len())?;
        rest = all.end();
    }
    out.push_str(text.get(rest..).unwrap_or(""));
    bounded(out)
}

fn to_int(call: &mut Call) -> Done {
    let text = call.text(0)?;
    let number = units::int(text.trim());
    number.map(Value::Int).ok_or_else(|| EvalError::value(format!("{} is not an int", quoted(text))))
}

fn to_float(call: &mut Call) -> Done {
    let text = call.text(0)?;
    let number = units::float(text.trim());
    number.map(Value::Float).ok_or_else(|| EvalError::value(format!("{} is not a float", quoted(text))))
}

fn json(call: &mut Call) -> Done {
    let text = call.text(0)?;
    match serde_json::from_str::<Json>(text) {
        Ok(json) => Ok(Value::Json(Arc::new(json))),
        Err(error) => Err(EvalError::output(format!("not JSON: {error}, in {}", quoted(text)))),
    }
}
