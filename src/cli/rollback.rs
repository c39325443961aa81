//! `wf rollback`

use super::args::{Output, RollbackArgs};
use super::watch::short;
use super::{Context, Exit, Outcome, Usage, watch};
use crate::engine::Engine;
use crate::journal::RunInfo;

pub(super) fn run(args: &RollbackArgs, context: Context) -> Outcome {
    let attended = context.terminal.interactive && args.watch.output != Output::Json;
    let engine = super::engine()?.attended(attended).echo(args.watch.verbose);
    let run = match args.run.as_deref() {
        Some(prefix) => engine.journal().find_run(prefix)?,
        None => super::latest(engine.journal())?,
    };
    if let Some(to) = args.to.as_deref() {
        known(&engine, &run, to)?;
    }
    let exit = watch::with_runtime(async {
        let run = engine.roll_back(&run.id, args.to.as_deref(), args.force)?;
        watch::watch(run, &args.watch, context).await
    })?;
    // It is what was asked for, not how a failure ended.
    Ok(if exit == Exit::RolledBack { Exit::Success } else { exit })
}

/// Names the checkpoints there are where `to` is none of them.
fn known(engine: &Engine, run: &RunInfo, to: &str) -> Result<(), Usage> {
    let checkpoints = engine.inspect(run)?.status().checkpoints;
    if checkpoints.iter().any(|name| name == to) {
        return Ok(());
    }
    let names: Vec<String> = checkpoints.iter().map(|name| format!("`{name}`")).collect();
    let there = if names.is_empty() { "it has none".to_owned() } else { format!("it has {}", names.join(", ")) };
    Err(format!("run {} has no checkpoint `{to}` that it can go back to: {there}", short(&run.id)).into())
}
