//! Tasks: threads of control with explicit stacks.

use ecow::EcoString;
use serde::{Deserialize, Serialize};

use super::frame::FrameId;
use super::handler::HandlerRun;
use super::loops::{ForRun, RepeatRun};
use super::parallel::ParallelRun;
use super::scope::ScopeRun;
use super::state::Mode;
use super::step::StepRun;
use crate::plan::ir::{AfterRollback, BlockIx, GateIx};
use crate::value::{Failure, Fields};

/// A task's number in the run.
pub(crate) type TaskId = u32;

/// No task: the parent of the first.
pub(crate) const NOBODY: TaskId = u32::MAX;

/// A thread of control.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Task {
    pub parent: TaskId,
    /// Which branch or pass of its parent it is.
    pub branch: u32,
    pub frame: FrameId,
    /// Path of what it is in: steps of sub-workflows, handlers.
    pub prefix: EcoString,
    /// Loop keys and restarts since then.
    pub suffix: EcoString,
    pub mode: Mode,
    /// Innermost clock.
    pub clock: Option<u32>,
    /// Whether it counts as busy for its clocks.
    pub busy: bool,
    pub stack: Vec<Entry>,
    pub flow: Flow,
    /// Being cancelled.
    pub cancel: Option<Why>,
    /// How many `finally` blocks it is in: they are not cancelled.
    pub shield: u32,
}

/// Where a task is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Flow {
    /// It goes on with the block on top.
    Go,
    /// What stood on top ended.
    Done(Completion),
    /// It waits.
    Wait(On),
}

/// What a task waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum On {
    /// A place among the running attempts.
    Queue,
    Attempt(u64),
    /// The pause before an attempt, or a `wait`.
    Timer(u64),
    Ask(u64),
    /// The answer about unknown steps.
    Consent,
    Snapshot(u64),
    Children,
    /// A rollback, or a resume.
    Parked,
}

/// How a construct ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Completion {
    Normal,
    Fail(Box<Failure>),
    Return(Box<Fields>),
    /// On the way to its handler.
    Verdict(Box<Answered>),
    Cancel(Why),
    /// After a rollback, on the way to where the run goes on.
    RolledBack,
}

/// Why something is cancelled.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum Why {
    /// A sibling failed, or the run is cancelled.
    Stopped,
    /// The clock of a scope ran out.
    Clock(u32),
    /// A rollback begins: the task stays where it is.
    Park,
}

/// A verdict, evaluated.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Answered {
    Retry(Option<u32>),
    Continue(Fields),
    Abort,
    Escalate(String),
    Rollback { to: Option<EcoString>, then: AfterRollback },
}

/// One level of a task's stack.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Entry {
    /// Statements before `alone` do not run together with their neighbours.
    Block {
        block: BlockIx,
        next: u32,
        alone: u32,
    },
    Step(Box<StepRun>),
    Scope(Box<ScopeRun>),
    For(Box<ForRun>),
    Repeat(Box<RepeatRun>),
    Parallel(Box<ParallelRun>),
    Handler(Box<HandlerRun>),
    /// Gates still to be judged, then what follows.
    Gates {
        gates: Vec<GateIx>,
        next: u32,
        then: Box<Completion>,
    },
}

impl Task {
    pub fn new(parent: TaskId, branch: u32, frame: FrameId) -> Self {
        Self {
            parent,
            branch,
            frame,
            prefix: EcoString::new(),
            suffix: EcoString::new(),
            mode: Mode::Autopilot,
            clock: None,
            busy: false,
            stack: Vec::with_capacity(4),
            flow: Flow::Go,
            cancel: None,
            shield: 0,
        }
    }
}
