//! What people read about plans and runs, made from facts.

pub mod preview;
