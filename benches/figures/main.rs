//! Speed and size as one table: `cargo bench`, or `cargo bench -- NAME` for the groups whose name holds NAME
//! (`text`, `edit`, `load`, `machine`, `journal`, `steps`).
//!
//! Each figure stands beside a limit or a peer that was measured in the same run, since a figure alone says as much of
//! the machine and its load as of the program. What is long is measured once, what is short as the best of many.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark ends at what it did not expect"
)]

mod edit;
mod inputs;
mod journal;
mod load;
mod machine;
mod measure;
mod memory;
mod steps;
mod table;
mod text;

/// A name and what it measures.
type Group = (&'static str, fn() -> Vec<table::Row>);

fn main() {
    // Groups that start processes come first: the memory of a child is counted from what its parent had when it started.
    let wanted = std::env::args().skip(1).find(|arg| !arg.starts_with('-')).unwrap_or_default();
    let groups: [Group; 6] = [
        ("steps", steps::figures),
        ("load", load::figures),
        ("text", text::figures),
        ("edit", edit::figures),
        ("machine", machine::figures),
        ("journal", journal::figures),
    ];
    let rows: Vec<table::Row> =
        groups.iter().filter(|(name, _)| name.contains(&wanted)).flat_map(|(_, figures)| figures()).collect();
    table::print(&rows);
}
