//! What a driver needs that stands in for actions: what an attempt is of, and a result without an action.

use super::Machine;
use super::input::AttemptResult;
use super::judge::complete;
use super::step::StepOf;
use super::task::Entry;
use crate::plan::ir::{NodeIx, TypeIx, WorkIx};
use crate::value::{Fields, Value};

/// What an attempt is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Site {
    /// The step; absent for an undo action.
    pub step: Option<NodeIx>,
    /// What is done: an action of the step, or of the command that it runs.
    pub work: WorkIx,
}

impl Machine {
    /// What an attempt is of that was asked for and has not ended.
    pub fn site(&self, attempt: u64) -> Option<Site> {
        let s = &self.state;
        let task = s.tasks.get(s.attempts.get(&attempt)?.task as usize)?.as_deref()?;
        let Entry::Step(run) = task.stack.last()? else { return None };
        let step = if let StepOf::Node(node) = run.of { Some(node) } else { None };
        Some(Site { step, work: run.work? })
    }

    /// The result of an attempt that succeeds with these outputs: those of the action that are not given are sampled,
    /// those that the step adds are computed.
    pub fn complete(&self, attempt: u64, given: &Fields, sample: &dyn Fn(&str, TypeIx) -> Value) -> AttemptResult {
        complete(&self.plan, &self.state, attempt, given, sample)
    }

    /// Whether nothing can go on without a person or a resume.
    pub fn is_paused(&self) -> bool {
        self.state.paused
    }
}
