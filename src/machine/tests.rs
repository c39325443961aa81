//! Small plans, built by hand, run by the simulated driver.

mod build;
mod control;
mod durable;
mod failure;
mod nesting;
mod people;
mod undo;
