//! What the language has and this driver cannot do yet: refused before a run begins, never pretended.

use crate::plan::ir::{Action, Node, Plan, Verdict};

/// Why `plan` cannot be run here, a line for each reason with its place; empty if it can.
pub fn unsupported(plan: &Plan) -> Vec<String> {
    let mut reasons = Vec::new();
    for (index, node) in plan.nodes.iter().enumerate() {
        if let Node::Verdict(Verdict::Rollback { .. }) = node {
            let place = plan.node_place(crate::plan::ir::NodeIx(index as u32)).unwrap_or_default();
            reasons.push(format!("{place}: `rollback` needs snapshots of files, which this version does not take"));
        }
    }
    for work in &plan.works {
        if let Action::Agent { prompt, .. } = &work.action {
            let place = plan.place(*prompt).unwrap_or_default();
            reasons.push(format!("{place}: `agent` needs a coding agent, which this version cannot talk to"));
        }
    }
    reasons
}
