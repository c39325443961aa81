//! Text to tree. Total: any bytes give a tree and diagnostics, never an error or a panic.

pub mod tree;
