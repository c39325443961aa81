//! What the language has and this driver cannot do yet: refused before a run begins, never pretended.

use crate::plan::ir::{Action, Plan};

/// Why `plan` cannot be run here, a line for each reason with its place; empty if it can.
pub fn unsupported(plan: &Plan) -> Vec<String> {
    let mut reasons = Vec::new();
    for work in &plan.works {
        if let Action::Agent { prompt, .. } = &work.action {
            let place = plan.place(*prompt).unwrap_or_default();
            reasons.push(format!("{place}: `agent` needs a coding agent, which this version cannot talk to"));
        }
    }
    reasons
}
