//! One character typed into a file of 5,000 lines: how long until everything about it is known again.

use std::sync::Arc;
use std::time::Instant;

use wf::check::{Options, Root, Session};
use wf::source::Source;

use crate::table::{Goal, Row};
use crate::{inputs, measure};

/// Items of the file: about 5,000 lines.
const ITEMS: usize = 282;

/// How many edits.
const EDITS: usize = 150;

/// Places at which a digit is typed and taken out again: after a digit inside an item.
fn places(text: &str) -> Vec<usize> {
    let digits: Vec<usize> = text.match_indices("timeout 10m").map(|(at, found)| at + found.len() - 1).collect();
    (0..EDITS).map(|number| digits[number * 7919 % digits.len()]).collect()
}

/// Re-checking after an edit.
pub fn figures() -> Vec<Row> {
    let text = inputs::realistic(ITEMS);
    let mut session = Session::default();
    let mut times = Vec::new();
    for at in places(&text) {
        let mut edited = text.clone();
        edited.insert(at, '0');
        let clock = Instant::now();
        let source = Arc::new(Source::new("bench.wf", edited.as_str()));
        let checked = session.check(vec![Root { source, parsed: None }], Options::default());
        times.push(clock.elapsed());
        assert!(checked.is_ok());
    }
    let full = measure::best(5, || wf::check::check_text("bench.wf", &text));
    let lines = text.lines().count();
    vec![Row {
        figure: format!("re-check after one character, {lines} lines, median"),
        value: measure::median(times).as_secs_f64() * 1e3,
        unit: "ms",
        beside: Some(("a check from scratch, best", full.as_secs_f64() * 1e3)),
        goal: Goal::AtMost(1.0),
    }]
}
