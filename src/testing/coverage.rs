//! What the runs of tests reached: steps, branches and handlers.

use std::collections::{BTreeMap, BTreeSet};

use super::run::TestRun;
use super::world::What;
use crate::machine::notice::Notice;
use crate::plan::ir::{Condition, Handler, Node, Plan};

/// What was reached, by place in the source.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Reached {
    /// Everything that a run could have reached, by file, line, column and kind, and whether one did.
    pub places: BTreeMap<(String, u32, u32, Point), bool>,
}

/// What can be reached.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Point {
    /// A step: its path.
    Step(String),
    /// A branch of an `if`: its number from 1, and how many there are, `else` (written or not) among them.
    Branch(u32, u32),
    /// An `on failure` clause: its kinds, or `any`.
    Handler(String),
}

impl Point {
    /// The word for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Step(_) => "step",
            Self::Branch(..) => "branch",
            Self::Handler(_) => "handler",
        }
    }
}

impl std::fmt::Display for Point {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Self::Step(path) => write!(out, "step {path}"),
            Self::Branch(number, count) => write!(out, "branch {number} of {count}"),
            Self::Handler(kinds) => write!(out, "on failure ({kinds})"),
        }
    }
}

impl Reached {
    /// Joins what others reached.
    pub fn join(&mut self, other: &Self) {
        for (place, reached) in &other.places {
            *self.places.entry(place.clone()).or_default() |= reached;
        }
    }

    /// Adds what a run could reach, and did.
    pub(super) fn add(&mut self, run: &TestRun) {
        let plan = &run.sim.world.plan;
        let began: BTreeSet<Vec<&str>> = run
            .sim
            .world
            .log
            .iter()
            .filter(|event| event.what == What::Began && !event.path.undo)
            .map(|event| event.path.names().collect())
            .collect();
        for step in run.outline.steps() {
            let path: Vec<&str> = step.names.iter().map(|name| name.as_str()).collect();
            self.put(plan, plan.spans.nodes.get(step.node.index()), Point::Step(path.join("/")), began.contains(&path));
            if let Some(Node::Step(node)) = plan.nodes.get(step.node.index()) {
                let handlers = node.handlers.iter().filter_map(|ix| plan.handlers.get(ix.index()));
                self.handlers(run, step.node.index(), &path, &handlers.collect::<Vec<_>>());
            }
        }
        self.branches(run);
    }

    fn handlers(&mut self, run: &TestRun, node: usize, path: &[&str], handlers: &[&Handler]) {
        let failures: Vec<&str> = run
            .sim
            .notices
            .iter()
            .filter_map(|notice| match notice {
                Notice::HandlerStarted { step, failure }
                    if super::path::RunPath::parse(step).names().eq(path.iter().copied()) =>
                {
                    Some(failure.kind.as_str())
                }
                _ => None,
            })
            .collect();
        let fits = |handler: &Handler, kind: &str| handler.kinds.is_empty() || handler.kinds.iter().any(|k| k == kind);
        for (at, handler) in handlers.iter().enumerate() {
            let first = |kind: &str| handlers.iter().position(|other| fits(other, kind)) == Some(at);
            let kinds = if handler.kinds.is_empty() { "any".to_owned() } else { handler.kinds.join(", ") };
            let point = Point::Handler(format!("{kinds} of {}", path.join("/")));
            let plan = &run.sim.world.plan;
            self.put(plan, plan.spans.nodes.get(node), point, failures.iter().any(|kind| first(kind)));
        }
    }

    fn branches(&mut self, run: &TestRun) {
        let plan = &run.sim.world.plan;
        let decided: BTreeSet<([u32; 5], u32)> = run
            .sim
            .notices
            .iter()
            .filter_map(|notice| match notice {
                Notice::Decided { at, branch, .. } => Some((*at, *branch)),
                _ => None,
            })
            .collect();
        for node in &plan.nodes {
            let Node::If { branches, .. } = node else { continue };
            let Some((Condition::Holds(first) | Condition::Some { value: first, .. }, _)) = branches.first() else {
                continue;
            };
            let Some(place) = plan.spans.exprs.get(first.index()) else { continue };
            let count = branches.len() as u32 + 1;
            for branch in 0..count {
                let reached = decided.contains(&(*place, branch));
                self.put(plan, Some(place), Point::Branch(branch + 1, count), reached);
            }
        }
    }

    fn put(&mut self, plan: &Plan, place: Option<&[u32; 5]>, point: Point, reached: bool) {
        let Some([source, _, _, line, column]) = place else { return };
        let Some((name, _)) = plan.about.sources.get(*source as usize) else { return };
        *self.places.entry((name.to_string(), *line, *column, point)).or_default() |= reached;
    }
}
