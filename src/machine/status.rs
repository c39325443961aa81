//! Where a run stands, for those who watch it.

use std::sync::Arc;

use super::command::{Ask, Attempt};
use super::state::{Phase, State};

/// Where a run stands.
#[derive(Clone, Debug)]
pub struct Status {
    /// New, running or finished.
    pub phase: Phase,
    /// Whether nothing can go on without a person or a resume.
    pub paused: bool,
    /// Steps that are over.
    pub done: u64,
    /// Steps that will run as far as is known; passes of loops as they become known.
    pub planned: u64,
    /// Attempts asked for and not ended, with when each was reported as started (milliseconds since 1970).
    pub running: Vec<(Arc<Attempt>, Option<i64>)>,
    /// Open questions.
    pub asks: Vec<Arc<Ask>>,
    /// Checkpoints that a rollback can go to, in order.
    pub checkpoints: Vec<String>,
}

impl Status {
    pub(crate) fn of(s: &State) -> Self {
        let named = s.checkpoints.iter().filter(|checkpoint| !checkpoint.barrier);
        Self {
            phase: s.phase,
            paused: s.paused,
            done: s.done,
            planned: s.planned.max(s.done),
            running: s.attempts.values().map(|flight| (flight.attempt.clone(), flight.started)).collect(),
            asks: s.asks.values().map(|open| open.ask.clone()).collect(),
            checkpoints: named.map(|checkpoint| checkpoint.name.to_string()).collect(),
        }
    }
}
