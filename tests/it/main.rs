//! The integration tests: one binary, one module per runner, cases as files under `tests/cases/`.

mod bless;
mod check;
mod dump;
mod format;
mod import;
mod parse;
