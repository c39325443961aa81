//! From text to facts: megabytes a second of one core, and bytes of memory for each byte of source.

use wf::check::facts::Checked;
use wf::source::FileId;
use wf::syntax::{Parsed, parse};

use crate::table::{Goal, Row};
use crate::{inputs, measure, memory};

/// Items of the file that is measured.
const ITEMS: usize = 77;

/// Parses as everybody does.
pub fn parsed(text: &str) -> Parsed {
    parse(FileId(0), text)
}

/// Checks a text that has no errors.
pub fn checked(text: &str) -> Checked {
    let checked = wf::check::check_text("bench.wf", text);
    let error = checked.diagnostics.iter().find(|found| found.is_error());
    assert!(error.is_none(), "what is measured must check: {error:?}");
    checked
}

/// Parsing and checking.
pub fn figures() -> Vec<Row> {
    let text = inputs::realistic(ITEMS);
    let size = text.len() as f64;
    let rate = |spent: std::time::Duration| size / 1e6 / spent.as_secs_f64();
    let json = serde_json::to_string(&text.split_inclusive([' ', '\n', '(', '.']).collect::<Vec<_>>());
    let json = json.unwrap_or_default();
    let peer = measure::best(40, || serde_json::from_str::<serde_json::Value>(&json).map(|value| value.is_array()));
    let peer = json.len() as f64 / 1e6 / peer.as_secs_f64();
    let beside = Some(("its words as a JSON array, read by serde_json", peer));
    let parse = rate(measure::best(60, || parsed(&text)));
    let check = rate(measure::best(30, || checked(&text)));
    let (tree, tree_taken) = memory::of(|| parsed(&text));
    drop(tree);
    let (facts, facts_taken) = memory::of(|| checked(&text));
    drop(facts);
    let (value, json_taken) = memory::of(|| serde_json::from_str::<serde_json::Value>(&json).ok());
    drop(value);
    let per_byte = |bytes: usize| bytes as f64 / size;
    let beside_memory = Some(("the serde_json value", json_taken.live as f64 / json.len() as f64));
    let row = |figure: &str, value, unit, beside, goal| Row { figure: figure.into(), value, unit, beside, goal };
    vec![
        row("parse", parse, "MB/s", beside, Goal::AtLeast(20.0)),
        row("full check", check, "MB/s", beside, Goal::AtLeast(12.0)),
        row("memory of a parsed file, at most", per_byte(tree_taken.peak), "B/B", beside_memory, Goal::AtMost(10.0)),
        row("memory of a parsed file, kept", per_byte(tree_taken.live), "B/B", beside_memory, Goal::None),
        row("memory of a check, at most", per_byte(facts_taken.peak), "B/B", beside_memory, Goal::None),
        row("memory of a check, kept", per_byte(facts_taken.live), "B/B", beside_memory, Goal::None),
    ]
}
