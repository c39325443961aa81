//! `wf why`

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use super::args::WhyArgs;
use super::{Context, Exit, Outcome, Usage, latest, source};
use crate::journal::{Journal, RunInfo};
use crate::plan::ir::Plan;
use crate::report::history::History;
use crate::report::texts::Texts;
use crate::report::why::why;

pub(super) fn run(args: &WhyArgs, _: Context) -> Outcome {
    let workspace = source::workspace()?;
    let journal = super::open(&workspace.join(".wf"))?;
    let (run, step) = match args.what.as_slice() {
        [run, step, ..] => (journal.find_run(run)?, step),
        [step] => (latest(&journal)?, step),
        [] => return Err("name a step".to_owned().into()),
    };
    let told = tell(&journal, &run)?;
    let texts = texts(&told.plan, &workspace);
    let mut out = std::io::stdout().lock();
    for (index, why) in why(&told.plan, &texts, &told.history, step)?.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        out.write_all(why.to_text().as_bytes())?;
    }
    Ok(Exit::Success)
}

/// A run with its plan.
pub(super) struct Told {
    pub plan: Arc<Plan>,
    pub history: History,
}

/// Reads a run from the journal.
pub(super) fn tell(journal: &Journal, run: &RunInfo) -> Result<Told, Usage> {
    let damaged = |why: String| Usage(format!("run {} cannot be read: {why}", run.id));
    let plan = journal.plan(&run.plan_digest)?.ok_or_else(|| damaged("its plan is missing".to_owned()))?;
    let plan = Arc::new(Plan::from_json(&plan).map_err(|error| damaged(format!("its plan: {error}")))?);
    let history = History::of(&plan, &journal.records(&run.id, 1)?).map_err(damaged)?;
    Ok(Told { plan, history })
}

/// The sources of a plan that are still as they were.
pub(super) fn texts(plan: &Plan, workspace: &Path) -> Texts {
    Texts::of(plan, |name| {
        std::fs::read_to_string(workspace.join(name)).or_else(|_| std::fs::read_to_string(name)).ok()
    })
}
