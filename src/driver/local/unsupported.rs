//! What the language has and this driver cannot do yet: refused before a run begins, never pretended.

use crate::plan::ir::{Action, BodyKind, Node, NodeIx, Plan, Step};

/// Why `plan` cannot be run here, a line for each reason with its place; empty if it can.
pub fn unsupported(plan: &Plan) -> Vec<String> {
    let mut reasons = Vec::new();
    for work in &plan.works {
        if let Action::Agent { prompt, .. } = &work.action {
            let place = plan.place(*prompt).unwrap_or_default();
            reasons.push(format!("{place}: `agent` needs a coding agent, which this version cannot talk to"));
        }
    }
    for (index, node) in plan.nodes.iter().enumerate() {
        let found = match node {
            Node::Step(step) => step_needs(plan, step),
            Node::Scope(scope) if !scope.budget.is_empty() => Some("budget"),
            _ => None,
        };
        if let Some(clause) = found {
            let place = plan.node_place(NodeIx(index as u32)).unwrap_or_default();
            reasons.push(format!("{place}: `{clause}` is checked, but this version does not carry it out"));
        }
    }
    for body in &plan.bodies {
        if matches!(&body.kind, BodyKind::Workflow(scope) if !scope.budget.is_empty()) {
            reasons
                .push(format!("workflow {}: `budget` is checked, but this version does not carry it out", body.name));
        }
    }
    reasons
}

/// The clause of a step, or of the command it runs, that nobody would carry out.
fn step_needs(plan: &Plan, step: &Step) -> Option<&'static str> {
    if plan.work_of(&step.does).is_some_and(|work| work.cache.is_some()) {
        return Some("cache");
    }
    if step.session.is_some() {
        return Some("session");
    }
    (!step.budget.is_empty()).then_some("budget")
}
