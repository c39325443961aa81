//! `wf log`: the journal of a run, or what a step printed.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::time::Duration;

use super::args::LogArgs;
use super::{Context, Exit, Outcome, Usage, latest, source};
use crate::driver::local::log_path;
use crate::engine::event::{Body, Event};
use crate::journal::{Journal, Record, RunInfo};
use crate::process::parse_log_line;
use crate::value::text;

/// How often a followed log is looked at.
const PAUSE: Duration = Duration::from_millis(200);

pub(super) fn run(args: &LogArgs, _: Context) -> Outcome {
    let folder = source::workspace()?.join(".wf");
    let journal = super::open(&folder)?;
    let (run, step) = what(&journal, &args.what)?;
    match step {
        Some(step) => print_step(&folder, &journal, &run, &step, args.follow),
        None => print_journal(&journal, &run, args),
    }
}

/// One word is a step of the latest run where it has such a step, else a run.
fn what(journal: &Journal, words: &[String]) -> Result<(RunInfo, Option<String>), Usage> {
    match words {
        [] => Ok((latest(journal)?, None)),
        [run, step, ..] => Ok((journal.find_run(run)?, Some(step.clone()))),
        [word] => {
            let last = latest(journal)?;
            let mut steps = journal.records(&last.id, 1)?.into_iter().filter_map(|record| record.step);
            if steps.any(|step| is_step(&step, word)) {
                return Ok((last, Some(word.clone())));
            }
            match journal.find_run(word) {
                Ok(run) => Ok((run, None)),
                Err(_) => Err(format!("the latest run has no step `{word}`, and no run id begins with it").into()),
            }
        }
    }
}

/// Whether `wanted` is the path of a step or an end of it.
fn is_step(path: &str, wanted: &str) -> bool {
    path == wanted || path.strip_suffix(wanted).is_some_and(|front| front.ends_with('/'))
}

fn print_journal(journal: &Journal, run: &RunInfo, args: &LogArgs) -> Outcome {
    let mut next = 1;
    loop {
        let over = journal.holder(&run.id).is_none();
        for record in journal.records(&run.id, next)? {
            next = record.seq + 1;
            print_record(run, &record, args.json)?;
        }
        if !args.follow || over {
            return Ok(Exit::Success);
        }
        std::thread::sleep(PAUSE);
    }
}

fn print_record(run: &RunInfo, record: &Record, json: bool) -> Result<(), Usage> {
    let mut out = std::io::stdout().lock();
    if json {
        let body: Body = serde_json::from_str(&record.data)?;
        let event = Event { run: run.id.as_str().into(), seq: u64::from(record.seq), at: record.at_ms, body };
        writeln!(out, "{}", event.to_json())?;
        return Ok(());
    }
    let mut data: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&record.data)?;
    data.shift_remove("event");
    data.shift_remove("step");
    let rest: Vec<String> = data.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let step = record.step.as_deref().unwrap_or("");
    writeln!(out, "{} {:18} {step} {}", text::time(record.at_ms), record.kind, rest.join(" "))?;
    Ok(())
}

fn print_step(folder: &Path, journal: &Journal, run: &RunInfo, step: &str, follow: bool) -> Outcome {
    let run_folder = folder.join("runs").join(&run.id);
    let mut paths: Vec<String> = Vec::new();
    for record in journal.records(&run.id, 1)? {
        if let Some(path) = record.step.filter(|path| is_step(path, step) && !paths.contains(path)) {
            paths.push(path);
        }
    }
    let path = match paths.as_slice() {
        [] => return Err(format!("run {} has no step `{step}`", run.id).into()),
        [one] => one,
        several => return Err(format!("`{step}` is several steps: {}", several.join(", ")).into()),
    };
    let mut printed = false;
    for number in 1.. {
        let file = log_path(&run_folder, path, number);
        if !file.is_file() {
            // An attempt that printed nothing leaves no log; a later one may.
            if !log_path(&run_folder, path, number + 1).is_file() {
                break;
            }
            continue;
        }
        let last = !log_path(&run_folder, path, number + 1).is_file();
        copy(&file, follow && last, journal, &run.id)?;
        printed = true;
    }
    if !printed {
        writeln!(std::io::stderr(), "{path} printed nothing")?;
    }
    Ok(Exit::Success)
}

/// Prints what a log holds, and what comes to it as long as it is followed.
fn copy(path: &Path, follow: bool, journal: &Journal, run: &str) -> Result<(), Usage> {
    let mut log = BufReader::new(std::fs::File::open(path)?);
    let mut line = Vec::new();
    loop {
        let over = journal.holder(run).is_none();
        while log.read_until(b'\n', &mut line)? > 0 && line.ends_with(b"\n") {
            print_line(&line)?;
            line.clear();
        }
        if !follow || over {
            print_line(&line)?;
            return Ok(());
        }
        std::thread::sleep(PAUSE);
    }
}

/// A line of a log without what the log adds to it.
fn print_line(line: &[u8]) -> std::io::Result<()> {
    let text = line.strip_suffix(b"\n").unwrap_or(line);
    let Some(parsed) = parse_log_line(text) else { return Ok(()) };
    let mut out = std::io::stdout().lock();
    out.write_all(parsed.text)?;
    if parsed.continues { Ok(()) } else { out.write_all(b"\n") }
}
