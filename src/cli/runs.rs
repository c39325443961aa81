//! `wf runs`

use std::io::Write;

use super::args::RunsArgs;
use super::watch::short;
use super::{Context, Exit, Outcome, source};
use crate::journal::Journal;
use crate::value::text;

pub(super) fn run(args: &RunsArgs, _: Context) -> Outcome {
    let folder = source::workspace()?.join(".wf");
    let mut out = std::io::stdout().lock();
    let runs = if folder.is_dir() { Journal::open(&folder)?.runs()? } else { Vec::new() };
    if args.json {
        let rows: Vec<serde_json::Value> = runs
            .iter()
            .take(args.limit)
            .map(|run| {
                serde_json::json!({
                    "run": run.id,
                    "workflow": run.workflow,
                    "status": run.status,
                    "plan": run.plan_digest,
                    "created": text::time(run.created_ms),
                    "updated": text::time(run.updated_ms),
                })
            })
            .collect();
        serde_json::to_writer_pretty(&mut out, &rows)?;
        writeln!(out)?;
        return Ok(Exit::Success);
    }
    if runs.is_empty() {
        writeln!(std::io::stderr(), "no runs yet: `wf run WORKFLOW` starts one")?;
    }
    let width = runs.iter().take(args.limit).map(|run| run.workflow.len()).max().unwrap_or(0);
    for run in runs.iter().take(args.limit) {
        let took = text::duration((run.updated_ms - run.created_ms).max(0));
        let started = text::time(run.created_ms / 1000 * 1000);
        writeln!(out, "{}  {started}  {:width$}  {:12}  {took}", short(&run.id), run.workflow, run.status)?;
    }
    Ok(Exit::Success)
}
