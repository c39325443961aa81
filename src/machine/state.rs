//! Everything the machine remembers: plain data, a fold over the inputs.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use ecow::EcoString;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::checkpoint::{Checkpoint, UndoEntry};
use super::clock::Clocks;
use super::command::{Ask, Attempt, Outcome, StopReason};
use super::frame::Frames;
use super::input::Start;
use super::rollback::Rollback;
use super::task::{Task, TaskId};
use crate::plan::ir::{GateIx, NodeIx};
use crate::value::Value;

/// The state of a run.
#[derive(Clone, Default, Debug, Serialize, Deserialize)]
pub(crate) struct State {
    /// Time of the input being applied.
    pub now: i64,
    /// Time of the first input.
    pub started: i64,
    pub start: Start,
    pub phase: Phase,
    pub mode: Mode,
    /// Whether nothing new is started.
    pub draining: bool,
    /// Whether a `Paused` notice holds.
    pub paused: bool,
    pub constants: Vec<Value>,
    pub frames: Frames,
    /// By id; ids are never used twice.
    pub tasks: Vec<Option<Box<Task>>>,
    /// How many tasks there are.
    pub live: u32,
    /// For each task ever: its parent.
    pub lineage: Vec<u32>,
    pub ready: VecDeque<TaskId>,
    /// Tasks that wait for one of `max_parallel` places.
    pub queue: VecDeque<TaskId>,
    pub attempts: BTreeMap<u64, InFlight>,
    pub timers: BTreeMap<u64, Timer>,
    pub asks: BTreeMap<u64, OpenAsk>,
    pub snapshots: BTreeMap<u64, Request>,
    pub last: Numbers,
    pub clocks: Clocks,
    pub checkpoints: Vec<Checkpoint>,
    pub undo: Vec<UndoEntry>,
    /// Number of undo entries ever.
    pub undone: u64,
    pub rollback: Option<Box<Rollback>>,
    pub rollbacks_waiting: VecDeque<(TaskId, Box<Rollback>)>,
    /// How many rollbacks there have been: part of idempotency keys.
    pub generation: u32,
    /// How often a handler ran, by its path.
    pub handled: IndexMap<String, u32>,
    /// The question about all steps that declare nothing.
    pub unknown: Consent,
    /// Steps that may always run.
    pub always: BTreeSet<NodeIx>,
    /// Gates that somebody waived, until when.
    pub waived: BTreeMap<GateIx, i64>,
    /// Attempts that were lost while draining.
    pub lost: Vec<TaskId>,
    pub outcome: Option<Outcome>,
    /// Why the run is being cancelled.
    pub cancelled: Option<String>,
    /// Steps that will run as far as is known, and steps that are over.
    pub planned: u64,
    pub done: u64,
}

/// Where a run is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Not started.
    #[default]
    New,
    /// Under way.
    Running,
    /// Over.
    Finished,
}

/// Whom steps ask before they run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Nobody.
    #[default]
    Autopilot,
    /// A person before each step.
    Supervised,
    /// A person before each risky step, and once for all unknown ones.
    Hybrid,
}

impl Mode {
    /// The mode of that name; autopilot for any other.
    pub fn named(name: &str) -> Self {
        match name {
            "supervised" => Self::Supervised,
            "hybrid" => Self::Hybrid,
            _ => Self::Autopilot,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Autopilot => "autopilot",
            Self::Supervised => "supervised",
            Self::Hybrid => "hybrid",
        }
    }
}

/// Last numbers given.
#[derive(Clone, Copy, Default, Debug, Serialize, Deserialize)]
pub(crate) struct Numbers {
    pub attempt: u64,
    pub timer: u64,
    pub ask: u64,
    pub snapshot: u64,
    pub scope: u64,
}

/// An attempt asked for and not ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct InFlight {
    pub task: TaskId,
    pub attempt: Arc<Attempt>,
    /// When it was reported as started.
    pub started: Option<i64>,
    pub stop: Option<StopReason>,
    /// Its timeout.
    pub timer: Option<u64>,
}

/// A timer asked for.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Timer {
    pub at: i64,
    pub of: TimerOf,
}

/// Whose timer it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum TimerOf {
    /// The timeout of an attempt.
    Attempt(u64),
    /// `timeout … total` of the step on top of a task.
    Total(TaskId),
    /// The pause before an attempt.
    Pause(TaskId),
    /// A `wait`.
    Wait(TaskId),
    /// The clock of a scope.
    Clock(u32),
    /// The `within` of a question.
    Expiry(u64),
}

/// A question asked and not answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct OpenAsk {
    pub ask: Arc<Ask>,
    pub of: AskOf,
    pub timer: Option<u64>,
}

/// Who asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum AskOf {
    /// `approve`.
    Approve(TaskId, NodeIx),
    /// The action `ask` of the step on top.
    Values(TaskId),
    /// A failed construct.
    Escalation(TaskId),
    /// A step before it runs.
    Permission(TaskId),
    /// All steps that declare nothing.
    Unknown,
    /// A failed gate that may be waived.
    Waiver(TaskId, GateIx),
}

/// A snapshot or restore asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Request {
    /// A checkpoint to be added.
    Take { task: TaskId, name: EcoString, include: Vec<String>, implied: bool },
    /// Before a rollback touches files.
    Rescue,
    /// Files back to a snapshot.
    Restore { reference: String, force: bool },
}

/// What was said about the steps that declare nothing.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) enum Consent {
    #[default]
    Unasked,
    Asked {
        waiting: Vec<TaskId>,
    },
    Given,
    Refused,
}
