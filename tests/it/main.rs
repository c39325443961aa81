//! The integration tests: one binary, one module per runner, cases as files under `tests/cases/`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends at what it did not expect")]

mod bless;
mod check;
mod cli;
mod compile;
mod docs;
mod dump;
mod examples;
mod flow;
mod format;
mod import;
mod machine;
mod pages;
mod parse;
mod plan;
mod quick;
mod recheck;
mod schemas;
mod tidy;
