//! Names, types and effects: what a tree means, and everything that is wrong with it. Pure.

pub mod facts;
pub mod passes;
pub mod ty;
