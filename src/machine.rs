//! The deterministic machine: a plan, a fold over inputs, and what it wants done next. It performs no IO and reads no
//! clock; a driver tells it what happened and does what it asks.
//!
//! - [`Machine::apply`] takes an [`input`] and gives [`notice`]s and [`command`]s. State is a fold over inputs: the same
//!   inputs give the same notices and commands, byte for byte, so the journal holds inputs and a resume replays them.
//! - [`Machine::commands`] is everything asked for and not answered: what a driver does after a replay.
//! - [`Machine::judge`] turns what a driver saw of an attempt into its result, before that is journaled.
//!
//! Inside, a [`task`] is a thread of control with an explicit stack of entries (blocks, steps, scopes, loops, handlers);
//! [`run`] lets ready tasks go on until they wait. One event costs what its own statements cost, whatever the plan's size.

use std::sync::Arc;

use crate::plan::ir::Plan;

mod apply;
mod ask;
mod attempt;
mod checkpoint;
mod clock;
pub mod command;
mod evaluate;
mod facts;
mod frame;
mod gate;
mod handler;
pub mod input;
mod judge;
mod kind;
mod loops;
mod mentions;
pub mod notice;
mod parallel;
mod path;
mod rollback;
mod run;
mod scope;
mod stand_in;
mod state;
mod statement;
mod status;
mod step;
mod task;
#[cfg(test)]
mod tests;

pub use apply::{Refused, Step};
pub use stand_in::Site;
pub use state::{Mode, Phase};
pub use status::Status;

/// A run of a plan.
#[derive(Clone, Debug)]
pub struct Machine {
    plan: Arc<Plan>,
    facts: Arc<facts::Facts>,
    state: state::State,
}
