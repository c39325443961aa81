//! What the machine concluded from an input: the readable half of the journal, and what `--output json` prints. A replay
//! produces the same notices again.

use ecow::EcoString;
use serde::{Deserialize, Serialize};

use crate::plan::ir::{EmitKind, GateSeverity};
use crate::syntax::tree::GateOutcome;
use crate::value::{Failure, Fields, Value};

/// A conclusion.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "event")]
pub enum Notice {
    /// A step begins (its first attempt follows).
    #[serde(rename = "step.started")]
    StepStarted {
        /// Path.
        step: String,
        /// Title, where it has one.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        title: Option<String>,
    },
    /// A step succeeded.
    #[serde(rename = "step.succeeded")]
    StepSucceeded {
        /// Path.
        step: String,
        /// Outputs.
        outputs: Fields,
        /// Attempts made.
        attempts: u32,
        /// Wall milliseconds, all attempts.
        duration: i64,
    },
    /// An attempt failed and another one follows.
    #[serde(rename = "step.retrying")]
    StepRetrying {
        /// Path.
        step: String,
        /// What failed.
        failure: Failure,
        /// Pause, in milliseconds.
        pause: i64,
    },
    /// A step failed; its handlers come next.
    #[serde(rename = "step.failed")]
    StepFailed {
        /// Path.
        step: String,
        /// What failed.
        failure: Failure,
    },
    /// A step failed and a handler went on.
    #[serde(rename = "step.continued")]
    StepContinued {
        /// Path.
        step: String,
        /// Outputs that the handler gave.
        outputs: Fields,
    },
    /// A step's result was reused.
    #[serde(rename = "step.cached")]
    StepCached {
        /// Path.
        step: String,
        /// Outputs.
        outputs: Fields,
    },
    /// A step was cancelled.
    #[serde(rename = "step.cancelled")]
    StepCancelled {
        /// Path.
        step: String,
    },
    /// A condition was decided: for `wf why`.
    #[serde(rename = "condition.decided")]
    Decided {
        /// Path of the block it stands in, empty at the top.
        step: String,
        /// `[source, start, end, line, column]` of the condition, from the plan's spans.
        at: [u32; 5],
        /// Which branch was taken: its index, or the number of branches for `else` and for none.
        branch: u32,
        /// Values of what the condition reads, by source name.
        operands: Fields,
    },
    /// A handler took over.
    #[serde(rename = "handler.started")]
    HandlerStarted {
        /// Path of the step or scope that failed.
        step: String,
        /// The failure.
        failure: Failure,
    },
    /// A handler answered.
    #[serde(rename = "handler.answered")]
    HandlerAnswered {
        /// Path of the step or scope that failed.
        step: String,
        /// `retry`, `continue`, `abort`, `escalate`, `rollback`.
        verdict: EcoString,
    },
    /// A person is asked.
    #[serde(rename = "ask.opened")]
    AskOpened {
        /// Its number.
        ask: u64,
        /// Its name or path.
        step: String,
        /// The question.
        question: String,
    },
    /// A checkpoint exists.
    #[serde(rename = "checkpoint.taken")]
    CheckpointTaken {
        /// Its name.
        name: EcoString,
    },
    /// A metric has a value.
    #[serde(rename = "metric.published")]
    MetricPublished {
        /// Its name.
        name: EcoString,
        /// Its value.
        value: Value,
        /// Whether an agent said it.
        claimed: bool,
    },
    /// A gate was judged.
    #[serde(rename = "gate.judged")]
    GateJudged {
        /// Its name.
        name: EcoString,
        /// How.
        outcome: GateOutcome,
        /// How bad a failure is.
        severity: GateSeverity,
        /// The condition as written.
        condition: EcoString,
        /// Values of what it reads.
        operands: Fields,
        /// What to do.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        advice: Option<String>,
    },
    /// A line for the report.
    #[serde(rename = "line.emitted")]
    Emitted {
        /// Which list.
        kind: EmitKind,
        /// The text.
        text: String,
    },
    /// A rollback begins.
    #[serde(rename = "rollback.started")]
    RollbackStarted {
        /// To this checkpoint.
        to: EcoString,
    },
    /// One step is undone.
    #[serde(rename = "undo.finished")]
    UndoFinished {
        /// Path of the step.
        step: String,
        /// Why not.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        failure: Option<Failure>,
    },
    /// A rollback is over.
    #[serde(rename = "rollback.finished")]
    RollbackFinished {
        /// The checkpoint.
        to: EcoString,
        /// What remains to be undone.
        remains: Vec<String>,
    },
    /// Nothing can go on without a person or a resume.
    #[serde(rename = "run.paused")]
    Paused {
        /// In words.
        reason: String,
    },
    /// The run is over.
    #[serde(rename = "run.finished")]
    Finished {
        /// `succeeded`, `failed`, `cancelled`, `rolled-back`, `rollback-incomplete`.
        status: EcoString,
        /// Outputs.
        #[serde(skip_serializing_if = "Fields::is_empty", default)]
        outputs: Fields,
        /// Why.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        failure: Option<Failure>,
    },
}
