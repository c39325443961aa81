//! What people read about plans and runs, made from facts.

pub mod history;
mod places;
pub mod preview;
pub mod summary;
pub mod texts;
pub mod why;
