//! What a driver tells the machine. The inputs of a run, in order, determine everything else: they are what a resume
//! replays.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::value::{Fields, Value};
use ecow::EcoString;

/// Something that happened outside. The time at which it happened (milliseconds since 1970) travels beside it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "event")]
pub enum Input {
    /// The run begins: always the first.
    #[serde(rename = "run.started")]
    Start(Box<Start>),
    /// An attempt is about to be started: durable before anything happens.
    #[serde(rename = "attempt.started")]
    AttemptStarted {
        /// Number of the attempt in the run.
        attempt: u64,
    },
    /// An attempt ended.
    #[serde(rename = "attempt.finished")]
    AttemptFinished {
        /// Number of the attempt in the run.
        attempt: u64,
        /// What came of it.
        result: AttemptResult,
        /// What it used.
        #[serde(default)]
        usage: Usage,
    },
    /// A timer's time has come.
    #[serde(rename = "timer.fired")]
    TimerFired {
        /// Its number.
        timer: u64,
    },
    /// A question was answered.
    #[serde(rename = "ask.answered")]
    Answered {
        /// Its number.
        ask: u64,
        /// The answer.
        answer: Answer,
        /// Who.
        by: String,
        /// In words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
    },
    /// A snapshot of the workspace is safe.
    #[serde(rename = "snapshot.taken")]
    SnapshotTaken {
        /// Number of the request.
        snapshot: u64,
        /// Where the driver finds it again; or why there is none.
        reference: Result<String, String>,
    },
    /// The workspace is as it was.
    #[serde(rename = "snapshot.restored")]
    SnapshotRestored {
        /// Number of the request.
        snapshot: u64,
        /// Or why it is not.
        outcome: Result<(), String>,
    },
    /// A person asks for a rollback (`wf rollback`).
    #[serde(rename = "rollback.requested")]
    RollbackRequested {
        /// A checkpoint; the nearest if absent.
        to: Option<EcoString>,
        /// Whether files that others changed meanwhile are overwritten.
        force: bool,
    },
    /// A person asks for an end (`wf cancel`), or an interrupt came.
    #[serde(rename = "run.cancelled")]
    Cancel {
        /// In words.
        reason: String,
    },
    /// Start nothing new: what runs may end, then the run is paused.
    #[serde(rename = "run.draining")]
    Drain,
    /// Another process goes on with the run: attempts that were in flight have been lost.
    #[serde(rename = "run.resumed")]
    Resumed,
}

/// How a run begins.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Start {
    /// The run's id.
    pub run: String,
    /// Digest of the plan.
    pub plan: EcoString,
    /// Values of the entry workflow's parameters; defaults are evaluated for those that are absent.
    pub inputs: Fields,
    /// Values of the environment variables that the plan names; absent: not set.
    pub environment: IndexMap<EcoString, String>,
    /// Values of metrics in the last successful run.
    #[serde(default)]
    pub baselines: Fields,
    /// Whether an earlier run of the same plan was allowed to run the steps that declare nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub consented: bool,
    /// Options of the run.
    pub options: Options,
}

/// Options of a run that the machine knows about.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Options {
    /// `autopilot`, `supervised`, `hybrid`; absent: as the plan says.
    pub mode: Option<EcoString>,
    /// Overlap neighbouring steps that declared effects and data prove independent.
    pub parallel: bool,
    /// How many attempts at once.
    pub max_parallel: u32,
    /// Milliseconds for the whole run.
    pub timeout: Option<i64>,
    /// A checkpoint after every step.
    pub checkpoint: bool,
    /// Warnings fail.
    pub strict: bool,
    /// Failing gates warn, except critical ones.
    pub lenient: bool,
    /// `low`, `normal`, `high`.
    pub priority: EcoString,
    /// Fail instead of pausing where a person is needed.
    pub no_pause: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mode: None,
            parallel: false,
            max_parallel: 4,
            timeout: None,
            checkpoint: false,
            strict: false,
            lenient: false,
            priority: "normal".into(),
            no_pause: false,
        }
    }
}

/// What came of an attempt, judged by [`crate::machine::Machine::judge`] from what the driver saw.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttemptResult {
    /// It succeeded with these outputs.
    Succeeded {
        /// In declared order.
        outputs: Fields,
    },
    /// It failed.
    Failed(Box<crate::value::Failure>),
    /// It was cancelled, as asked for.
    Cancelled,
    /// Its driver died, or lost it.
    Interrupted,
}

/// What an attempt used.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Wall milliseconds.
    pub wall: i64,
    /// CPU milliseconds, user and system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<i64>,
    /// Peak resident bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<i64>,
}

/// An answer to an ask.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// Approvals.
    Approve,
    /// Approvals.
    Reject,
    /// Escalations.
    Retry,
    /// Escalations, with values for the outputs.
    Continue(Fields),
    /// Escalations.
    Rollback,
    /// Escalations and supervised steps.
    Abort,
    /// Supervised steps.
    Yes,
    /// Supervised steps.
    No,
    /// Supervised steps: yes, and to every later pass of this step in this run.
    Always,
    /// `ask`: the outputs.
    Values(Fields),
    /// The person did the step by hand: its outputs.
    Done(Fields),
}

/// What a driver saw of an attempt, before it is judged.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Raw {
    /// How it ended.
    pub ending: Ending,
    /// Standard output; complete where the attempt wants it, else perhaps only its end.
    pub stdout: EcoString,
    /// Standard error, in the same way.
    pub stderr: EcoString,
    /// A secret turned up in what it printed or wrote, and was replaced by `***`.
    pub masked: bool,
    /// Wall milliseconds.
    pub duration: i64,
    /// What it wrote to `$WF_OUTPUT`, by name: text to be parsed as the declared type, or JSON.
    pub written: IndexMap<EcoString, Value>,
    /// What a host command or agent returned, by name.
    pub returned: Option<Fields>,
}

/// How an attempt ended.
#[derive(Clone, PartialEq, Debug)]
pub enum Ending {
    /// With an exit code.
    Exit(i32),
    /// By a signal: its number.
    Signal(i32),
    /// It could not be started: why.
    Spawn(String),
    /// With a failure of a certain kind that the driver saw itself.
    Failed(EcoString, String),
}

impl Default for Ending {
    fn default() -> Self {
        Self::Exit(0)
    }
}
