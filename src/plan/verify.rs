//! Checks that a plan holds together, so that whoever walks it may index without fear: every index in range, operands
//! before their expressions, statements in a tree, slots within their frames, nothing that calls itself.
//!
//! Linear in the size of the plan and without recursion, whatever the plan says.

use super::ir::*;

mod calls;
mod flow;
mod needs;
mod tables;

/// What does not hold, in words: `expression 12 refers to expression 15`.
pub type Problem = String;

type Checked = Result<(), Problem>;

/// Verifies everything that [`super::ir`] promises about `plan`.
pub fn verify(plan: &Plan) -> Checked {
    tables::types(plan)?;
    let needs = needs::Needs::of(plan)?;
    tables::tables(plan, &needs)?;
    flow::Flow::new(plan, &needs).bodies()?;
    calls::acyclic(plan)
}

/// Refuses an index past the end of its table.
fn within(index: usize, length: usize, what: &str, whose: impl std::fmt::Display) -> Checked {
    if index < length { Ok(()) } else { Err(format!("{whose} refers to {what} {index} of {length}")) }
}

#[cfg(test)]
mod tests;
