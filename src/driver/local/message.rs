//! What goes in and out of the driver's loop: what happened, what subscribers are told, how a stretch of a run ended.

use std::sync::Arc;

use crate::engine::event::Event;
use crate::journal::JournalError;
use crate::machine::command::{Ask, Outcome};
use crate::machine::input::{Input, Raw, Usage};

/// Something that happened, on its way to the machine.
#[derive(Debug)]
pub enum Message {
    /// An input as it is: an answer, a cancellation, a request.
    Input(Input),
    /// Start nothing new, ask running steps to end, and leave the run resumable.
    Interrupt,
    /// Kill what is running.
    Kill,
    /// An attempt ended: what was seen of it.
    Ended {
        /// Its number.
        attempt: u64,
        /// What was seen.
        raw: Box<Raw>,
        /// What it used.
        usage: Usage,
    },
    /// A step reported how far a part of it is: percent and name.
    Progress {
        /// Its number.
        attempt: u64,
        /// Percent.
        percent: u8,
        /// Name of the part.
        part: String,
    },
    /// A line that a step printed, while it runs.
    Line {
        /// Its number.
        attempt: u64,
        /// Without the line break.
        text: String,
    },
}

/// What subscribers see.
#[derive(Clone, Debug)]
pub enum Update {
    /// An event, durable.
    Event(Arc<Event>),
    /// A question is open.
    Asked(Arc<Ask>),
    /// A part of a running step is so far; not in the journal.
    Progress {
        /// Path of the step.
        step: String,
        /// Percent.
        percent: u8,
        /// Name of the part.
        part: String,
    },
    /// A running step printed a line; not in the journal.
    Line {
        /// Path of the step.
        step: String,
        /// Without the line break.
        text: String,
    },
}

/// How a stretch of a run in this process ended.
#[derive(Clone, PartialEq, Debug)]
pub enum Ended {
    /// The run is over.
    Finished(Outcome),
    /// It needs a person; nothing is held.
    Paused(Vec<Arc<Ask>>),
    /// It was asked to stop; it can be resumed.
    Interrupted,
}

/// Why a stretch of a run could not go on. Nothing that was recorded is lost.
#[derive(Debug)]
pub enum DriverError {
    /// The journal could not be written.
    Journal(JournalError),
    /// The machine refused what the driver said: a bug, or a journal of another plan.
    Refused(String),
}

impl std::fmt::Display for DriverError {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Self::Journal(error) => write!(out, "{error}"),
            Self::Refused(why) => write!(out, "the journal does not fit the plan: {why}"),
        }
    }
}

impl std::error::Error for DriverError {}

impl From<JournalError> for DriverError {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}
