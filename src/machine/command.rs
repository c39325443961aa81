//! What the machine asks a driver to do. Everything in it is resolved: no expression is left to evaluate.

use std::sync::Arc;

use ecow::EcoString;
use serde::{Deserialize, Serialize};

use crate::plan::ir::{Language, Risk};
use crate::value::{SecretRef, Value};

/// One thing to do. Numbers are unique in the run; an answer carries the same number.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Command {
    /// Start an attempt of an action; answer `AttemptStarted` (durable) first, then `AttemptFinished`.
    Start(Arc<Attempt>),
    /// Stop an attempt; it still ends with `AttemptFinished`.
    Stop {
        /// Which.
        attempt: u64,
        /// Why.
        reason: StopReason,
    },
    /// Say `TimerFired` at that time.
    Timer {
        /// Its number.
        timer: u64,
        /// Milliseconds since 1970.
        at: i64,
    },
    /// Forget a timer.
    Forget {
        /// Its number.
        timer: u64,
    },
    /// Take a snapshot of the workspace.
    Snapshot {
        /// Its number.
        snapshot: u64,
        /// Name of the checkpoint.
        name: EcoString,
        /// Globs of ignored files to save as well.
        include: Vec<String>,
    },
    /// Bring the workspace back to a snapshot.
    Restore {
        /// Number of this request.
        snapshot: u64,
        /// What `SnapshotTaken` said.
        reference: String,
        /// Whether files that others changed meanwhile are overwritten.
        force: bool,
    },
    /// Ask a person.
    Ask(Arc<Ask>),
    /// Nobody needs to answer that any more.
    Withdraw {
        /// Its number.
        ask: u64,
    },
    /// The run is over.
    Finish(Box<Outcome>),
}

/// Why an attempt is stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum StopReason {
    /// Its time is up.
    Timeout,
    /// A sibling failed, a scope's time is up, or the run is cancelled.
    Cancelled,
}

/// An attempt of an action, ready to be made.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Attempt {
    /// Its number in the run.
    pub attempt: u64,
    /// Path of the step: `build/test["api"]`, `unit!test-failure.2/fix`.
    pub step: String,
    /// Which attempt of the step it is, from 1.
    pub number: u32,
    /// Stable idempotency key.
    pub key: String,
    /// What is executed.
    pub action: Resolved,
    /// Environment variables besides the inherited ones.
    pub env: Vec<(EcoString, EnvValue)>,
    /// Standard input.
    pub stdin: Option<EnvValue>,
    /// Working directory, relative to the workspace.
    pub cwd: Option<String>,
    /// Globs and hosts.
    pub effects: ResolvedEffects,
    /// Where a distributed engine runs it.
    pub queue: Option<String>,
    /// Whether it is the undo of a step.
    pub undo: bool,
    /// What judging it looks at.
    #[serde(default)]
    pub wanted: Wanted,
}

/// Which outputs of a process must be kept whole for judging it; of the others an end is enough, for messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Wanted {
    /// Standard output.
    pub stdout: bool,
    /// Standard error.
    pub stderr: bool,
}

/// A value that goes into a process.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum EnvValue {
    /// Text.
    Text(EcoString),
    /// To be looked up when it is needed, and masked in what is printed.
    Secret(Arc<SecretRef>),
}

/// What is executed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Resolved {
    /// A program with its arguments.
    Exec(Vec<EcoString>),
    /// A script; `args` follow it (`python`, `node`).
    Script {
        /// Its language.
        language: Language,
        /// Its text; values are referred to as environment variables that stand in `Attempt::env`.
        script: String,
        /// Arguments.
        args: Vec<EcoString>,
    },
    /// A coding agent.
    Agent {
        /// Its name; the configured one if absent.
        agent: Option<EcoString>,
        /// What it is asked.
        prompt: String,
    },
    /// A function of the host program.
    Host {
        /// Its name.
        name: EcoString,
        /// Its arguments.
        args: Vec<(EcoString, Value)>,
    },
}

/// What an attempt may touch.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct ResolvedEffects {
    /// Globs; absent: not declared.
    pub reads: Option<Vec<EcoString>>,
    /// Globs; absent: not declared.
    pub writes: Option<Vec<EcoString>>,
    /// Hosts; absent: not declared.
    pub net: Option<Vec<EcoString>>,
    /// How much trust it needs.
    pub risk: Risk,
    /// Whether it may run again after a crash, as declared.
    pub repeatable: bool,
}

/// A question to a person.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Ask {
    /// Its number in the run.
    pub ask: u64,
    /// Path of the step or statement, or the name of the approval.
    pub name: String,
    /// What is asked for.
    pub kind: AskKind,
    /// In words.
    pub question: String,
    /// What is shown: source text and value.
    pub show: Vec<(EcoString, Value)>,
    /// Who may answer.
    pub by: Option<String>,
    /// When it expires, milliseconds since 1970.
    pub expires: Option<i64>,
}

/// What is asked for.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum AskKind {
    /// Approve or reject.
    Approval,
    /// Values for these outputs: name and index of the type in the plan.
    Values(Vec<(EcoString, crate::plan::ir::TypeIx)>),
    /// Retry, continue, roll back or abort. Outputs of the failed step, which `continue` may give: name and index of the
    /// type in the plan.
    Escalation(Vec<(EcoString, crate::plan::ir::TypeIx)>),
    /// Whether a step may run.
    Permission,
}

/// How a run ended.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Outcome {
    /// With these outputs.
    Succeeded(crate::value::Fields),
    /// With this failure.
    Failed(crate::value::Failure),
    /// Cancelled: why.
    Cancelled(String),
    /// Undone up to a checkpoint, after this failure (absent: on request).
    RolledBack {
        /// The checkpoint.
        to: EcoString,
        /// Why.
        failure: Option<crate::value::Failure>,
    },
    /// What could not be undone.
    RollbackIncomplete {
        /// In words, one entry for each thing that remains.
        remains: Vec<String>,
    },
}

impl Outcome {
    /// The word for it, as `run.finished` and the list of runs say it.
    pub const fn status(&self) -> &'static str {
        match self {
            Self::Succeeded(_) => "succeeded",
            Self::Failed(_) => "failed",
            Self::Cancelled(_) => "cancelled",
            Self::RolledBack { .. } => "rolled-back",
            Self::RollbackIncomplete { .. } => "rollback-incomplete",
        }
    }
}
