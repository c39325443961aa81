//! `wf resume` and `wf cancel`

use std::io::Write;
use std::time::Duration;

use super::args::{CancelArgs, Output, ResumeArgs, WatchArgs};
use super::watch::short;
use super::{Context, Exit, Outcome, Usage, watch};
use crate::engine::{Engine, EngineError};
use crate::journal::{Journal, RunInfo};
use crate::machine::input::Input;

/// The run that `prefix` names, else the latest one that is not over.
fn unfinished(journal: &Journal, prefix: Option<&str>) -> Result<RunInfo, Usage> {
    if let Some(prefix) = prefix {
        return Ok(journal.find_run(prefix)?);
    }
    let open = |run: &RunInfo| matches!(run.status.as_str(), "running" | "paused" | "interrupted");
    journal.runs()?.into_iter().find(open).ok_or_else(|| "every run of this project is over".to_owned().into())
}

pub(super) fn resume(args: &ResumeArgs, context: Context) -> Outcome {
    let attended = context.terminal.interactive && args.watch.output != Output::Json;
    let engine = super::engine()?.attended(attended).echo(args.watch.verbose);
    let run = unfinished(engine.journal(), args.run.as_deref())?;
    go_on(&engine, &run, Vec::new(), &args.watch, context)
}

/// Goes on with a run in this process.
pub(super) fn go_on(engine: &Engine, run: &RunInfo, first: Vec<Input>, args: &WatchArgs, context: Context) -> Outcome {
    watch::with_runtime(async {
        match engine.resume_with(&run.id, first) {
            Ok(run) => watch::watch(run, args, context).await,
            Err(EngineError::Over { run, status }) => Err(format!("run {} is over: it {status}", short(&run)).into()),
            Err(error) => Err(error.to_string().into()),
        }
    })
}

pub(super) fn cancel(args: &CancelArgs, context: Context) -> Outcome {
    let engine = super::engine()?;
    let run = unfinished(engine.journal(), args.run.as_deref())?;
    let cancel = Input::Cancel { reason: format!("cancelled by {}", super::who()) };
    if engine.journal().holder(&run.id).is_none() {
        let watching = WatchArgs { output: Output::Plain, ..WatchArgs::default() };
        return match go_on(&engine, &run, vec![cancel], &watching, context)? {
            Exit::Interrupted => Ok(Exit::Success),
            other => Ok(other),
        };
    }
    engine.leave(&run.id, &cancel)?;
    for _ in 0..300 {
        std::thread::sleep(Duration::from_millis(100));
        if engine.journal().holder(&run.id).is_none() {
            writeln!(std::io::stderr(), "run {} is cancelled", short(&run.id))?;
            return Ok(Exit::Success);
        }
    }
    writeln!(std::io::stderr(), "run {} was told to stop and is still ending its steps", short(&run.id))?;
    Ok(Exit::Success)
}
