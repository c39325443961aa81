//! `wf status`

use std::io::Write;
use std::time::Duration;

use super::args::StatusArgs;
use super::watch::{how_to_answer, short};
use super::{Context, Exit, Outcome, Usage, latest};
use crate::journal::{Journal, Record, RunInfo};
use crate::machine::Status;
use crate::machine::notice::Notice;
use crate::value::text;

/// How often a followed run is looked at.
const PAUSE: Duration = Duration::from_millis(500);

pub(super) fn run(args: &StatusArgs, _: Context) -> Outcome {
    let engine = super::engine()?;
    loop {
        let journal = engine.journal();
        let run = match &args.run {
            Some(prefix) => journal.find_run(prefix)?,
            None => latest(journal)?,
        };
        let status = engine.inspect(&run)?.status();
        if args.json {
            print_json(journal, &run, &status)?
        } else {
            print(journal, &run, &status)?
        }
        if !args.follow || journal.holder(&run.id).is_none() {
            return Ok(Exit::Success);
        }
        std::thread::sleep(PAUSE);
    }
}

/// The word for a run: one whose process died is neither running nor over.
fn word(journal: &Journal, run: &RunInfo) -> String {
    match (run.status.as_str(), journal.holder(&run.id)) {
        ("running", None) => "interrupted: its process is gone".to_owned(),
        ("running", Some(holder)) => format!("running in {holder}"),
        (other, _) => other.to_owned(),
    }
}

fn print(journal: &Journal, run: &RunInfo, status: &Status) -> Result<(), Usage> {
    let mut out = std::io::stdout().lock();
    let id = short(&run.id);
    writeln!(out, "run {id} of {}: {}", run.workflow, word(journal, run))?;
    writeln!(out, "started {}, {}/{} steps", text::time(run.created_ms), status.done, status.planned)?;
    for line in journal.records(&run.id, 1)?.iter().filter_map(line) {
        writeln!(out, "{line}")?;
    }
    for (attempt, _) in &status.running {
        writeln!(out, "→ {} (attempt {})", attempt.step, attempt.number)?;
    }
    for ask in &status.asks {
        how_to_answer(&mut out, id, ask)?;
    }
    if status.asks.is_empty() && matches!(word(journal, run).split(':').next(), Some("interrupted")) {
        writeln!(out, "`wf resume {id}` goes on")?;
    }
    Ok(())
}

/// The line of a step that ended.
fn line(record: &Record) -> Option<String> {
    if !record.kind.starts_with("step.") {
        return None;
    }
    let ended = |mark: &str, step: &str, more: String| Some(format!("{mark} {step}{more}"));
    match serde_json::from_str(&record.data).ok()? {
        Notice::StepSucceeded { step, duration, .. } => ended("✓", &step, format!(" ({})", text::duration(duration))),
        Notice::StepCached { step, .. } => ended("✓", &step, " (cached)".to_owned()),
        Notice::StepContinued { step, .. } => ended("↷", &step, " (continued)".to_owned()),
        Notice::StepFailed { step, failure } => ended("✗", &step, format!(": {} ({})", failure.message, failure.kind)),
        Notice::StepCancelled { step } => ended("■", &step, " (cancelled)".to_owned()),
        _ => None,
    }
}

fn print_json(journal: &Journal, run: &RunInfo, status: &Status) -> Result<(), Usage> {
    let running: Vec<_> = status
        .running
        .iter()
        .map(|(attempt, _)| serde_json::json!({ "step": attempt.step, "attempt": attempt.number }))
        .collect();
    let asks: Vec<_> = status
        .asks
        .iter()
        .map(|ask| serde_json::json!({ "ask": ask.ask, "name": ask.name, "question": ask.question }))
        .collect();
    let object = serde_json::json!({
        "run": run.id,
        "workflow": run.workflow,
        "status": run.status,
        "held": journal.holder(&run.id).is_some(),
        "done": status.done,
        "planned": status.planned,
        "running": running,
        "asks": asks,
        "created": text::time(run.created_ms),
        "updated": text::time(run.updated_ms),
    });
    writeln!(std::io::stdout(), "{object}")?;
    Ok(())
}
