//! Names of inputs and notices, as their JSON spells them (`event`), and the step each is about.

use super::input::Input;
use super::notice::Notice;

impl Input {
    /// The name of the event, `noun.verb`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Start(_) => "run.started",
            Self::AttemptStarted { .. } => "attempt.started",
            Self::AttemptFinished { .. } => "attempt.finished",
            Self::TimerFired { .. } => "timer.fired",
            Self::Answered { .. } => "ask.answered",
            Self::SnapshotTaken { .. } => "snapshot.taken",
            Self::SnapshotRestored { .. } => "snapshot.restored",
            Self::RollbackRequested { .. } => "rollback.requested",
            Self::Cancel { .. } => "run.cancelled",
            Self::Drain => "run.draining",
            Self::Resumed => "run.resumed",
        }
    }

    /// Whether events of that name are inputs.
    pub fn is_input(kind: &str) -> bool {
        matches!(
            kind,
            "run.started"
                | "attempt.started"
                | "attempt.finished"
                | "timer.fired"
                | "ask.answered"
                | "snapshot.taken"
                | "snapshot.restored"
                | "rollback.requested"
                | "run.cancelled"
                | "run.draining"
                | "run.resumed"
        )
    }
}

impl Notice {
    /// The name of the event, `noun.verb`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::StepStarted { .. } => "step.started",
            Self::StepSucceeded { .. } => "step.succeeded",
            Self::StepRetrying { .. } => "step.retrying",
            Self::StepFailed { .. } => "step.failed",
            Self::StepContinued { .. } => "step.continued",
            Self::StepCached { .. } => "step.cached",
            Self::StepCancelled { .. } => "step.cancelled",
            Self::Decided { .. } => "condition.decided",
            Self::HandlerStarted { .. } => "handler.started",
            Self::HandlerAnswered { .. } => "handler.answered",
            Self::AskOpened { .. } => "ask.opened",
            Self::CheckpointTaken { .. } => "checkpoint.taken",
            Self::MetricPublished { .. } => "metric.published",
            Self::GateJudged { .. } => "gate.judged",
            Self::Emitted { .. } => "line.emitted",
            Self::RollbackStarted { .. } => "rollback.started",
            Self::UndoFinished { .. } => "undo.finished",
            Self::RollbackFinished { .. } => "rollback.finished",
            Self::Paused { .. } => "run.paused",
            Self::Finished { .. } => "run.finished",
        }
    }

    /// Path of the step that it is about, where there is one.
    pub fn step(&self) -> Option<&str> {
        match self {
            Self::StepStarted { step, .. }
            | Self::StepSucceeded { step, .. }
            | Self::StepRetrying { step, .. }
            | Self::StepFailed { step, .. }
            | Self::StepContinued { step, .. }
            | Self::StepCached { step, .. }
            | Self::StepCancelled { step }
            | Self::HandlerStarted { step, .. }
            | Self::HandlerAnswered { step, .. }
            | Self::AskOpened { step, .. }
            | Self::UndoFinished { step, .. }
            | Self::Decided { step, .. } => Some(step),
            _ => None,
        }
    }
}
