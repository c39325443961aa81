//! The deterministic machine: a plan, a fold over inputs, and what it wants done next. It performs no IO and reads no
//! clock; a driver tells it what happened and does what it asks.

pub mod command;
pub mod input;
mod kind;
pub mod notice;
