//! What a test expects, held against what happened in a run.

use ecow::EcoString;

use super::bench::{Bench, Sight};
use super::difference::{difference, nearest};
use super::mock::several;
use super::outline::{Found, Resolved};
use super::path::Pattern;
use super::run::TestRun;
use super::world::What;
use crate::eval::{self, EvalError};
use crate::machine::command::Outcome;
use crate::machine::notice::Notice;
use crate::plan::ir::{BinaryOp, Expr, ExprIx};
use crate::plan::test::TestExpect;
use crate::syntax::tree::GateOutcome;
use crate::value::Value;

/// What happened instead, and lines that show it.
pub(super) struct Otherwise {
    pub happened: String,
    pub detail: Vec<String>,
}

/// Whether it holds, or what happened instead.
pub(super) type Held = Result<(), Otherwise>;

fn otherwise<T>(happened: impl Into<String>) -> Result<T, Otherwise> {
    Err(Otherwise { happened: happened.into(), detail: Vec::new() })
}

fn holds(holds: bool, happened: impl FnOnce() -> String) -> Held {
    if holds { Ok(()) } else { otherwise(happened()) }
}

impl From<EvalError> for Otherwise {
    fn from(error: EvalError) -> Self {
        Self { happened: format!("it has no value: {}", error.message), detail: Vec::new() }
    }
}

/// Judges an expectation.
pub(super) fn judge(bench: &Bench, run: &TestRun, expect: &TestExpect) -> Held {
    match expect {
        TestExpect::Succeeded => holds(matches!(run.sim.outcome(), Some(Outcome::Succeeded(_))), || run.ending()),
        TestExpect::Failed(kind) => holds(failed(run, kind.as_ref()), || run.ending()),
        TestExpect::Paused => holds(run.is_paused(), || run.ending()),
        TestExpect::RolledBack(to) => rolled_back(run, to.as_ref()),
        TestExpect::Ran { step, negated, times } => {
            let times = times.map(|times| bench.int(times)).transpose()?;
            ran(run, &bench.pattern(step)?, *negated, times)
        }
        TestExpect::Before(first, second) => before(run, &bench.pattern(first)?, &bench.pattern(second)?),
        TestExpect::Output(condition) => {
            let Some(Outcome::Succeeded(outputs)) = run.sim.outcome() else {
                return otherwise(format!("there are no outputs: {}", run.ending()));
            };
            condition_holds(bench, &Sight { outputs: Some(outputs), ..bench.sight() }, *condition)
        }
        TestExpect::Metric(condition) => {
            let metrics = run.metrics();
            condition_holds(bench, &Sight { metrics: Some(&metrics), ..bench.sight() }, *condition)
        }
        TestExpect::Gate(name, outcome) => gate(run, name, *outcome),
        TestExpect::Checkpoint { name, negated } => checkpoint(run, name, *negated),
        TestExpect::FileExists { path, negated } => {
            let path = bench.path(*path)?;
            let there = run.sim.world.files.contains_key(&path);
            holds(there != *negated, || if there { format!("{path} exists") } else { no_file(run, &path) })
        }
        TestExpect::FileContains { path, negated, text } => {
            file_contains(run, &bench.path(*path)?, *negated, &bench.text(*text)?)
        }
        TestExpect::Emitted(text) => emitted(run, &bench.text(*text)?),
    }
}

fn failed(run: &TestRun, kind: Option<&EcoString>) -> bool {
    let failure = match run.sim.outcome() {
        Some(Outcome::Failed(failure)) | Some(Outcome::RolledBack { failure: Some(failure), .. }) => failure,
        Some(Outcome::RollbackIncomplete { .. }) => return kind.is_none_or(|kind| kind == "rollback"),
        _ => return false,
    };
    kind.is_none_or(|kind| *kind == failure.kind)
}

fn rolled_back(run: &TestRun, to: Option<&EcoString>) -> Held {
    let mut targets = run.sim.notices.iter().filter_map(|notice| match notice {
        Notice::RollbackFinished { to, remains } if remains.is_empty() => Some(to),
        _ => None,
    });
    match to {
        None => holds(targets.next().is_some(), || run.ending()),
        Some(to) => {
            let targets: Vec<&EcoString> = targets.collect();
            holds(targets.contains(&to), || match targets.last() {
                Some(other) => format!("it was rolled back to {other}"),
                None => run.ending(),
            })
        }
    }
}

fn resolve(run: &TestRun, pattern: &Pattern) -> Result<Resolved, Otherwise> {
    match run.outline.find(pattern) {
        Found::Step(step) => Ok(step),
        Found::Several(paths) => otherwise(several(pattern, &paths)),
        Found::None => {
            let last = pattern.segments.last().map_or("", |(name, _)| name.as_str());
            let paths = run.outline.named(last);
            let hint = if paths.is_empty() { String::new() } else { format!("; there is {}", paths.join(", ")) };
            otherwise(format!("the workflow has no step {pattern}{hint}"))
        }
    }
}

/// How often a step ran: attempts of an action; beginnings of anything else.
fn count(run: &TestRun, step: &Resolved) -> i64 {
    let what = if step.acts { What::Attempted } else { What::Began };
    run.sim.world.log.iter().filter(|event| event.what == what && step.fits(&event.path)).count() as i64
}

fn ran(run: &TestRun, pattern: &Pattern, negated: bool, times: Option<i64>) -> Held {
    let count = count(run, &resolve(run, pattern)?);
    let fits = match times {
        Some(times) => (count == times) != negated,
        None => (count > 0) != negated,
    };
    holds(fits, || match count {
        0 => format!("step {pattern} did not run"),
        1 => format!("step {pattern} ran once"),
        count => format!("step {pattern} ran {count} times"),
    })
}

/// Whether every run of the first had ended before the second began.
fn before(run: &TestRun, first: &Pattern, second: &Pattern) -> Held {
    let (one, two) = (resolve(run, first)?, resolve(run, second)?);
    let log = &run.sim.world.log;
    let ends = log.iter().position(|event| matches!(event.what, What::Ended(_)) && one.fits(&event.path));
    let begins = log.iter().position(|event| event.what == What::Began && two.fits(&event.path));
    match (ends, begins) {
        (Some(ends), Some(begins)) if ends < begins => Ok(()),
        (_, None) => otherwise(format!("step {second} did not run")),
        (None, _) if count(run, &one) == 0 => otherwise(format!("step {first} did not run")),
        _ => otherwise(format!("step {second} began before step {first} had ended")),
    }
}

fn condition_holds(bench: &Bench, sight: &Sight, condition: ExprIx) -> Held {
    let plan = bench.plan();
    if eval::bool_of(plan, condition, sight)? {
        return Ok(());
    }
    let operands = eval::operands(plan, condition, sight);
    let seen: Vec<String> = operands.iter().map(|(name, value)| format!("{name} is {}", one_line(value))).collect();
    let happened = if seen.is_empty() { "it does not hold".to_owned() } else { seen.join(", ") };
    let mut detail = Vec::new();
    if let Some(Expr::Binary { op: BinaryOp::Eq, left, right }) = plan.exprs.get(condition.index())
        && let (Ok(found), Ok(expected)) = (eval::eval(plan, *left, sight), eval::eval(plan, *right, sight))
    {
        let (expected, found) = (block(&expected), block(&found));
        if expected.contains('\n') || found.contains('\n') {
            detail = difference(&expected, &found);
        }
    }
    Err(Otherwise { happened, detail })
}

fn one_line(value: &Value) -> String {
    let text = match value {
        Value::Str(_) => format!("{:?}", value.to_text()),
        other => other.to_text(),
    };
    match text.char_indices().nth(120) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("")),
        None => text,
    }
}

/// A value over several lines where it has parts.
fn block(value: &Value) -> String {
    match value {
        Value::List(_) | Value::Map(_) | Value::Record(_) | Value::Json(_) => {
            serde_json::to_string_pretty(&value.to_plain_json()).unwrap_or_default()
        }
        other => other.to_text(),
    }
}

fn gate(run: &TestRun, wanted: &str, outcome: GateOutcome) -> Held {
    let mut judged = run.sim.notices.iter().rev().filter_map(|notice| match notice {
        Notice::GateJudged { name, outcome, condition, operands, .. } if name == wanted => {
            Some((*outcome, condition, operands))
        }
        _ => None,
    });
    let Some((found, condition, operands)) = judged.next() else {
        return otherwise(format!("gate {wanted} was not judged: {}", run.ending()));
    };
    holds(found == outcome, || {
        let seen: Vec<String> = operands.iter().map(|(name, value)| format!("{name} is {}", one_line(value))).collect();
        let seen = if seen.is_empty() { String::new() } else { format!(" ({})", seen.join(", ")) };
        format!("gate {wanted} {}: {condition}{seen}", word(found))
    })
}

fn word(outcome: GateOutcome) -> &'static str {
    match outcome {
        GateOutcome::Passed => "passed",
        GateOutcome::Warned => "warned",
        GateOutcome::Failed => "failed",
        GateOutcome::Waived => "was waived",
    }
}

fn checkpoint(run: &TestRun, wanted: &str, negated: bool) -> Held {
    let taken = run.sim.notices.iter().filter_map(|notice| match notice {
        Notice::CheckpointTaken { name } => Some(name.as_str()),
        _ => None,
    });
    let taken: Vec<&str> = taken.collect();
    let there = taken.contains(&wanted);
    holds(there != negated, || {
        if there { format!("checkpoint {wanted} was taken") } else { format!("taken were: {}", taken.join(", ")) }
    })
}

fn no_file(run: &TestRun, path: &str) -> String {
    let files: Vec<&str> = run.sim.world.files.keys().map(String::as_str).collect();
    match files.as_slice() {
        [] => format!("there is no file {path}; the workspace is empty"),
        files => format!("there is no file {path}; there is {}", files.join(", ")),
    }
}

fn file_contains(run: &TestRun, path: &str, negated: bool, text: &str) -> Held {
    let Some(content) = run.sim.world.files.get(path) else {
        return if negated { Ok(()) } else { otherwise(no_file(run, path)) };
    };
    if content.contains(text) != negated {
        return Ok(());
    }
    if negated {
        return otherwise(format!("{path} contains it"));
    }
    Err(Otherwise { happened: format!("{path} does not contain it"), detail: difference(text, content) })
}

fn emitted(run: &TestRun, text: &str) -> Held {
    let lines = run.sim.notices.iter().filter_map(|notice| match notice {
        Notice::Emitted { text, .. } => Some(text.as_str()),
        _ => None,
    });
    let lines: Vec<&str> = lines.collect();
    if lines.contains(&text) {
        return Ok(());
    }
    match nearest(text, &lines) {
        None => otherwise("nothing was emitted"),
        Some(nearest) => {
            let detail = difference(text, nearest);
            let happened = match lines.len() {
                1 => "another line was emitted".to_owned(),
                count => format!("{count} other lines were emitted; the most similar one:"),
            };
            Err(Otherwise { happened, detail })
        }
    }
}
