//! From the journal back to a machine: the inputs of a run, applied again.

use std::sync::Arc;

use crate::engine::EngineError;
use crate::journal::{Journal, RunInfo};
use crate::machine::Machine;
use crate::machine::input::{Input, Options};
use crate::machine::notice::Notice;
use crate::plan::ir::{Expr, Plan, Risk};
use crate::value::Fields;

/// A machine as its journal leaves it.
pub(super) struct Replayed {
    /// The machine.
    pub machine: Machine,
    /// Number of the last record.
    pub seq: u32,
    /// Time of the last record.
    pub at: i64,
}

/// Applies the inputs of a run to a new machine.
pub(super) fn replay(journal: &Journal, run: &RunInfo) -> Result<Replayed, EngineError> {
    let damaged = |why: String| EngineError::Damaged(format!("run {} cannot be read: {why}", run.id));
    let plan = journal.plan(&run.plan_digest)?.ok_or_else(|| damaged("its plan is missing".into()))?;
    let plan = Plan::from_json(&plan).map_err(|error| damaged(format!("its plan: {error}")))?;
    let mut machine = Machine::new(Arc::new(plan));
    let (mut seq, mut at, mut problem) = (0, 0, None);
    journal.for_each_record(&run.id, 1, |record| {
        if problem.is_some() {
            return;
        }
        if record.seq != seq + 1 {
            problem = Some(format!("record {} is missing", seq + 1));
            return;
        }
        (seq, at) = (record.seq, record.at_ms);
        if Input::is_input(record.kind) {
            problem = apply(&mut machine, at, record.data).err().map(|why| format!("record {seq}: {why}"));
        }
    })?;
    match problem {
        Some(why) => Err(damaged(why)),
        None => Ok(Replayed { machine, seq, at }),
    }
}

fn apply(machine: &mut Machine, at: i64, data: &str) -> Result<(), String> {
    let input: Input = serde_json::from_str(data).map_err(|error| error.to_string())?;
    machine.apply(at, &input).map_err(|refused| refused.to_string())?;
    Ok(())
}

/// The last values of metrics in the latest successful run of the same workflow; empty where the plan has no use for them.
pub fn baselines(journal: &Journal, plan: &Plan) -> Result<Fields, EngineError> {
    let mut values = Fields::new();
    if !plan.exprs.iter().any(|expr| matches!(expr, Expr::Baseline(_))) {
        return Ok(values);
    }
    let runs = journal.runs()?;
    let Some(last) = runs.iter().find(|run| run.workflow == plan.name && run.status == "succeeded") else {
        return Ok(values);
    };
    journal.for_each_record(&last.id, 1, |record| {
        if record.kind == "metric.published"
            && let Ok(Notice::MetricPublished { name, value, .. }) = serde_json::from_str(record.data)
        {
            values.insert(name, value);
        }
    })?;
    Ok(values)
}

/// Whether the latest run of the same plan was allowed to run the steps that declare nothing: it is asked once per plan.
pub(super) fn consented(journal: &Journal, plan: &Plan, options: &Options) -> Result<bool, EngineError> {
    let asks = options.mode.as_ref().is_none_or(|mode| mode == "hybrid");
    if !asks || plan.works.iter().all(|work| work.effects.risk != Risk::Unknown) {
        return Ok(false);
    }
    let runs = journal.runs()?;
    let Some(last) = runs.iter().find(|run| run.plan_digest == plan.digest) else { return Ok(false) };
    let (mut carried, mut answered) = (false, false);
    journal.for_each_record(&last.id, 1, |record| match record.kind {
        "run.started" => {
            let input = serde_json::from_str(record.data);
            carried = matches!(input, Ok(Input::Start(start)) if start.consented);
        }
        "ask.answered" => answered = true,
        _ => {}
    })?;
    // A run whose records cannot be read allows nothing.
    Ok(carried || answered && replay(journal, last).is_ok_and(|replayed| replayed.machine.consented()))
}
