//! The plan: a compiled workflow, self-contained, serialisable, reproducible byte for byte.

pub mod ir;
