//! Built-ins of lists.

use std::cmp::Ordering;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::Scheme::{Bool, Int, Lambda, List, Map, Numeric, Optional, Ordered, Record, Scalar, String as Text, Var};
use super::call::check_length;
use super::{Call, Scheme, option, param};
use crate::eval::{EvalError, arithmetic};
use crate::value::{Fields, Value};

type Done = Result<Value, EvalError>;

const A: Scheme = Var(0);
const LIST: Scheme = List(&A);
const TEST: Scheme = Lambda(&A, &Bool);
const MAYBE: Scheme = Optional(&A);
const INDEXED: Scheme = Record(&[("index", Int), ("value", A)]);
const PAIR: Scheme = Record(&[("first", A), ("second", Var(1))]);

super::builtins! {
    "len" LIST, () -> Int, "The number of elements.", "[1, 2, 3].len() == 3", len;
    "is-empty" LIST, () -> Bool, "Whether it has no elements.", "not [1].is-empty()",
        |call| Ok(Value::Bool(call.list(0)?.is_empty()));
    "map" LIST, (param("f", Lambda(&A, &Var(1)))) -> List(&Var(1)), "What the function gives for each element.",
        "[1, 2].map(x => x * 10) == [10, 20]", map;
    "filter" LIST, (param("test", TEST)) -> LIST, "The elements that pass.",
        "[1, 2, 3].filter(x => x > 1) == [2, 3]", filter;
    "any" LIST, (param("test", TEST)) -> Bool, "Whether some element passes.", "[1, 2].any(x => x == 2)", any;
    "all" LIST, (param("test", TEST)) -> Bool, "Whether every element passes.", "[1, 2].all(x => x > 0)", all;
    "count" LIST, (param("test", TEST)) -> Int, "How many elements pass.", "[1, 2, 3].count(x => x > 1) == 2", count;
    "find" LIST, (param("test", TEST)) -> MAYBE, "The first element that passes.",
        "[1, 2, 3].find(x => x > 1) == 2", find;
    "flat-map" LIST, (param("f", Lambda(&A, &List(&Var(1))))) -> List(&Var(1)),
        "The elements of the lists that the function gives.",
        r#"["a b", "c"].flat-map(x => x.split(" ")) == ["a", "b", "c"]"#, flat_map;
    "sum" List(&Numeric(0)), () -> Numeric(0), "The sum; of no elements, nought.", "[1, 2, 3].sum() == 6", sum;
    "min" List(&Ordered(0)), () -> Optional(&Ordered(0)), "The least element.", "[3, 1, 2].min() == 1",
        |call| extreme(call, Ordering::Less);
    "max" List(&Ordered(0)), () -> Optional(&Ordered(0)), "The greatest element.", "[3, 1, 2].max() == 3",
        |call| extreme(call, Ordering::Greater);
    "sort" List(&Ordered(0)), () -> List(&Ordered(0)), "In ascending order.", "[3, 1, 2].sort() == [1, 2, 3]", sort;
    "sort-by" LIST, (param("key", Lambda(&A, &Ordered(1)))) -> LIST,
        "In ascending order of what the function gives; equal ones stay as they are.",
        r#"["bb", "a"].sort-by(x => x.len()) == ["a", "bb"]"#, sort_by;
    "group-by" LIST, (param("key", Lambda(&A, &Scalar(1)))) -> Map(&LIST),
        "The elements in lists, by the text of what the function gives.",
        r#"["apple", "ant", "bee"].group-by(x => x.slice(0, 1))["a"] == ["apple", "ant"]"#, group_by;
    "unique" LIST, () -> LIST, "Without repeated elements.", "[1, 2, 1].unique() == [1, 2]", unique;
    "reverse" LIST, () -> LIST, "From the last to the first.", "[1, 2].reverse() == [2, 1]",
        |call| Ok(Value::list(call.list(0)?.iter().rev().cloned().collect()));
    "flatten" List(&LIST), () -> LIST, "The elements of its lists.", "[[1], [2, 3]].flatten() == [1, 2, 3]", flatten;
    "zip" LIST, (param("other", List(&Var(1)))) -> List(&PAIR),
        "Pairs of the elements of two lists, as many as the shorter one has.",
        r#"[1, 2].zip(["a", "b"])[1].second == "b""#, zip;
    "enumerate" LIST, () -> List(&INDEXED), "The elements with their indices.",
        r#"["a", "b"].enumerate()[1].index == 1"#, enumerate;
    "first" LIST, () -> MAYBE, "The first element.", "[1, 2].first() == 1",
        |call| Ok(call.list(0)?.first().cloned().unwrap_or_default());
    "last" LIST, () -> MAYBE, "The last element.", "[1, 2].last() == 2",
        |call| Ok(call.list(0)?.last().cloned().unwrap_or_default());
    "get" LIST, (param("index", Int)) -> MAYBE, "The element at an index from 0, or `none`.",
        "[1, 2].get(5) == none", get;
    "take" LIST, (param("count", Int)) -> LIST, "The first elements, at most so many.", "[1, 2, 3].take(2) == [1, 2]",
        take;
    "drop" LIST, (param("count", Int)) -> LIST, "Without the first elements.", "[1, 2, 3].drop(2) == [3]", drop_first;
    "slice" LIST, (param("from", Int), option("to", Int)) -> LIST,
        "The elements from one index up to, not including, another; what lies outside is left out.",
        "[1, 2, 3].slice(1, 2) == [2]", slice;
    "contains" LIST, (param("element", A)) -> Bool, "Whether some element equals it.", "[1, 2].contains(2)", contains;
    "index-of" LIST, (param("element", A)) -> Optional(&Int), "The index of the first element that equals it.",
        "[5, 6].index-of(6) == 1", index_of;
    "join" List(&Scalar(0)), (param("separator", Text)) -> Text, "The texts of its elements with a text between.",
        r#"["a", "b"].join(", ") == "a, b""#, join;
}

fn len(call: &mut Call) -> Done {
    Ok(index(call.list(0)?.len()))
}

fn index(at: usize) -> Value {
    Value::Int(i64::try_from(at).unwrap_or(i64::MAX))
}

fn map(call: &mut Call) -> Done {
    let values = call.list(0)?.iter().map(|value| call.apply(value)).collect::<Result<Vec<_>, _>>()?;
    Ok(Value::list(values))
}

fn filter(call: &mut Call) -> Done {
    let mut kept = Vec::new();
    for value in call.list(0)?.iter() {
        if call.test(value)? {
            kept.push(value.clone());
        }
    }
    Ok(Value::list(kept))
}

/// The first element that passes, with its index.
fn position(call: &mut Call, wanted: bool) -> Result<Option<usize>, EvalError> {
    for (at, value) in call.list(0)?.iter().enumerate() {
        if call.test(value)? == wanted {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

fn any(call: &mut Call) -> Done {
    Ok(Value::Bool(position(call, true)?.is_some()))
}

fn all(call: &mut Call) -> Done {
    Ok(Value::Bool(position(call, false)?.is_none()))
}

fn count(call: &mut Call) -> Done {
    let mut passed = 0;
    for value in call.list(0)?.iter() {
        passed += i64::from(call.test(value)?);
    }
    Ok(Value::Int(passed))
}

fn find(call: &mut Call) -> Done {
    let at = position(call, true)?;
    Ok(at.and_then(|at| call.list(0).ok()?.get(at).cloned()).unwrap_or_default())
}

fn flat_map(call: &mut Call) -> Done {
    let lists = call.list(0)?.iter().map(|value| call.apply(value)).collect::<Result<Vec<_>, _>>()?;
    joined(&lists)
}

fn flatten(call: &mut Call) -> Done {
    joined(call.list(0)?)
}

fn joined(lists: &[Value]) -> Done {
    let mut values = Vec::new();
    for list in lists {
        match list {
            Value::List(inner) => values.extend(inner.iter().cloned()),
            other => return Err(EvalError::internal(format!("a list expected, found {}", other.type_name()))),
        }
        if values.len() > crate::limits::MAX_VALUE {
            return Err(EvalError::value("a list with too many elements"));
        }
    }
    Ok(Value::list(values))
}

fn sum(call: &mut Call) -> Done {
    let mut values = call.list(0)?.iter();
    let Some(first) = values.next() else { return Ok(Value::Int(0)) };
    values.try_fold(first.clone(), |sum, value| arithmetic::add(&sum, value))
}

fn ordered(a: &Value, b: &Value) -> Result<Ordering, EvalError> {
    let names = || EvalError::internal(format!("{} and {} have no order", a.type_name(), b.type_name()));
    a.order(b).ok_or_else(names)
}

fn extreme(call: &mut Call, wanted: Ordering) -> Done {
    let mut best: Option<&Value> = None;
    for value in call.list(0)?.iter() {
        let better = match best {
            Some(best) => ordered(value, best)? == wanted,
            None => true,
        };
        if better {
            best = Some(value);
        }
    }
    Ok(best.cloned().unwrap_or_default())
}

/// Sorts by keys, which must all have an order with the first.
fn sorted(mut keyed: Vec<(Value, Value)>) -> Done {
    if let Some((first, _)) = keyed.first() {
        for (key, _) in &keyed {
            ordered(first, key)?;
        }
    }
    keyed.sort_by(|(a, _), (b, _)| a.order(b).unwrap_or(Ordering::Equal));
    Ok(Value::list(keyed.into_iter().map(|(_, value)| value).collect()))
}

fn sort(call: &mut Call) -> Done {
    sorted(call.list(0)?.iter().map(|value| (value.clone(), value.clone())).collect())
}

fn sort_by(call: &mut Call) -> Done {
    let values = call.list(0)?;
    let keyed = values.iter().map(|value| Ok((call.apply(value)?, value.clone())));
    sorted(keyed.collect::<Result<Vec<_>, EvalError>>()?)
}

fn group_by(call: &mut Call) -> Done {
    let mut groups: indexmap::IndexMap<ecow::EcoString, Vec<Value>> = indexmap::IndexMap::new();
    for value in call.list(0)?.iter() {
        let key = call.apply(value)?.to_text();
        groups.entry(key.into()).or_default().push(value.clone());
    }
    let fields: Fields = groups.into_iter().map(|(key, values)| (key, Value::list(values))).collect();
    Ok(Value::Map(Arc::new(fields)))
}

fn unique(call: &mut Call) -> Done {
    let mut seen = FxHashSet::default();
    let mut kept = Vec::new();
    for value in call.list(0)?.iter() {
        let key = serde_json::to_string(value).map_err(|error| EvalError::internal(error.to_string()))?;
        if seen.insert(key) {
            kept.push(value.clone());
        }
    }
    Ok(Value::list(kept))
}

fn zip(call: &mut Call) -> Done {
    let pair = |(first, second): (&Value, &Value)| {
        Value::record(Fields::from_iter([("first".into(), first.clone()), ("second".into(), second.clone())]))
    };
    Ok(Value::list(call.list(0)?.iter().zip(call.list(1)?.iter()).map(pair).collect()))
}

fn enumerate(call: &mut Call) -> Done {
    let pair = |(at, value): (usize, &Value)| {
        Value::record(Fields::from_iter([("index".into(), index(at)), ("value".into(), value.clone())]))
    };
    Ok(Value::list(call.list(0)?.iter().enumerate().map(pair).collect()))
}

fn get(call: &mut Call) -> Done {
    let at = usize::try_from(call.int(1)?).ok();
    Ok(at.and_then(|at| call.list(0).ok()?.get(at).cloned()).unwrap_or_default())
}

fn range(call: &Call, from: usize, to: usize) -> Done {
    let values = call.list(0)?;
    let to = to.min(values.len());
    Ok(Value::list(values.get(from.min(to)..to).unwrap_or(&[]).to_vec()))
}

fn take(call: &mut Call) -> Done {
    range(call, 0, call.count(1)?)
}

fn drop_first(call: &mut Call) -> Done {
    range(call, call.count(1)?, usize::MAX)
}

fn slice(call: &mut Call) -> Done {
    range(call, call.count(1)?, if call.has(2) { call.count(2)? } else { usize::MAX })
}

fn contains(call: &mut Call) -> Done {
    Ok(Value::Bool(call.list(0)?.iter().any(|value| value.equals(call.arg(1)))))
}

fn index_of(call: &mut Call) -> Done {
    let at = call.list(0)?.iter().position(|value| value.equals(call.arg(1)));
    Ok(at.map_or(Value::None, index))
}

fn join(call: &mut Call) -> Done {
    let separator = call.text(1)?;
    let mut text = String::new();
    for (at, value) in call.list(0)?.iter().enumerate() {
        if value.holds_secret() {
            return Err(EvalError::value("a secret has no text"));
        }
        text.push_str(if at > 0 { separator } else { "" });
        value.write_text(&mut text);
        check_length(text.len())?;
    }
    Ok(Value::str(text))
}
