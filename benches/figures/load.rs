//! Many steps: loaded and checked as a whole process beside build tools that only load, and compiled in this one.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use wf::plan::lower::compile;

use crate::table::{Goal, Row};
use crate::{inputs, measure, memory, text};

const MIB: f64 = 1024.0 * 1024.0;

/// Loading.
pub fn figures() -> Vec<Row> {
    let mut rows = Vec::new();
    rows.extend(processes());
    for (kind, make) in [("independent", inputs::independent as fn(usize) -> String), ("chained", inputs::chained)] {
        let small = compiled(&make(10_000)).0;
        let (spent, peak) = compiled(&make(100_000));
        let seconds = spent.as_secs_f64();
        rows.push(Row {
            figure: format!("100,000 {kind} steps, check and compile"),
            value: seconds,
            unit: "s",
            beside: Some(("ten times 10,000 steps", small.as_secs_f64() * 10.0)),
            goal: Goal::AtMost(1.0),
        });
        rows.push(Row {
            figure: format!("100,000 {kind} steps, memory at most"),
            value: peak as f64 / 1e6,
            unit: "MB",
            beside: None,
            goal: Goal::AtMost(300.0),
        });
    }
    rows
}

/// The best time, and the most memory, of a check and compilation of the workflow `all`.
fn compiled(text: &str) -> (Duration, usize) {
    let work = || {
        let checked = text::checked(text);
        let entry = checked.workflow("all").expect("the text has a workflow `all`");
        compile(&checked, entry).map_err(|errors| format!("{errors:?}")).expect("what checks compiles")
    };
    let spent = measure::best(3, work);
    let (plan, taken) = memory::of(work);
    drop(plan);
    (spent, taken.peak)
}

fn processes() -> Vec<Row> {
    let Ok(folder) = tempfile::tempdir() else { return Vec::new() };
    let folder = folder.path();
    let mut rows = Vec::new();
    rows.extend(start(folder));
    for chain in [false, true] {
        let kind = if chain { "chained" } else { "independent" };
        let own = if chain { inputs::chained(10_000) } else { inputs::independent(10_000) };
        let files =
            [("all.wf", own), ("build.ninja", inputs::ninja(10_000, chain)), ("Makefile", inputs::make(10_000, chain))];
        for (name, text) in files {
            std::fs::write(folder.join(name), text).expect("the temporary folder can be written");
        }
        let Some(used) = measure::process(7, || wf(folder, &["check", "all.wf"])) else { continue };
        let ninja = measure::process(7, || program(folder, "ninja", &["-t", "rules"]));
        let make = measure::process(7, || program(folder, "make", &["-n", "-q"]));
        let peer = ninja.map(|used| ("ninja", used)).or_else(|| make.map(|used| ("make", used)));
        let beside = |of: fn(&measure::Used) -> f64| peer.as_ref().map(|(name, used)| (*name, of(used)));
        let processor: fn(&measure::Used) -> f64 = |used| used.processor.as_secs_f64() * 1e3;
        let memory: fn(&measure::Used) -> f64 = |used| used.memory as f64 / MIB;
        rows.push(Row {
            figure: format!("wf check, 10,000 {kind} steps, processor"),
            value: processor(&used),
            unit: "ms",
            beside: beside(processor),
            goal: Goal::AtMost(40.0),
        });
        rows.push(Row {
            figure: format!("wf check, 10,000 {kind} steps, memory"),
            value: memory(&used),
            unit: "MiB",
            beside: beside(memory),
            goal: Goal::AtMost(20.0),
        });
    }
    rows
}

/// What a process takes that has next to nothing to do.
fn start(folder: &Path) -> Option<Row> {
    std::fs::write(folder.join("one.wf"), inputs::independent(1)).ok()?;
    let used = measure::process(15, || wf(folder, &["check", "one.wf"]))?;
    let bare = measure::process(15, || program(folder, "true", &[]))?;
    Some(Row {
        figure: "wf check, one step, processor".into(),
        value: used.processor.as_secs_f64() * 1e3,
        unit: "ms",
        beside: Some(("/bin/true", bare.processor.as_secs_f64() * 1e3)),
        goal: Goal::AtMost(8.0),
    })
}

fn wf(folder: &Path, args: &[&str]) -> Command {
    program(folder, env!("CARGO_BIN_EXE_wf"), args)
}

fn program(folder: &Path, name: &str, args: &[&str]) -> Command {
    let mut command = Command::new(name);
    command.args(args).current_dir(folder);
    command
}
