//! The steps that a run of a workflow can reach, by their paths, so that an end of a path can be told to be ambiguous.

use ecow::EcoString;
use rustc_hash::FxHashMap;

use super::path::{Pattern, RunPath};
use crate::plan::ir::{
    Action, BlockIx, BodyIx, BodyKind, Does, HandlerBody, HandlerIx, Node, NodeIx, Plan, Scope, Step,
};

/// Most steps that are looked at.
const MOST: usize = 20_000;

/// The steps of a workflow with all that it runs.
#[derive(Debug, Default)]
pub(super) struct Outline {
    steps: Vec<Place>,
    by_name: FxHashMap<EcoString, Vec<usize>>,
}

/// A step with the names that lead to it.
#[derive(Debug)]
pub(super) struct Place {
    /// Outermost first.
    pub names: Vec<EcoString>,
    /// Its statement.
    pub node: NodeIx,
    /// Whether it is done by attempts of an action (not by a workflow, a person or a timer).
    pub acts: bool,
    /// Whether it runs a workflow.
    pub calls: bool,
}

/// What a path of a test stands for.
#[derive(Clone, Debug)]
pub(super) enum Found {
    /// One step.
    Step(Resolved),
    /// Several: their paths.
    Several(Vec<String>),
    /// None.
    None,
}

/// A step that a path of a test stands for.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    names: Vec<EcoString>,
    keys: Vec<Option<String>>,
    /// As in [`Place`].
    pub acts: bool,
    /// Its statement, if it runs a workflow.
    pub calls: Option<NodeIx>,
}

impl Resolved {
    /// Whether a path of the run is this step.
    pub fn fits(&self, path: &RunPath) -> bool {
        !path.undo
            && path.segments.len() == self.names.len()
            && path.segments.iter().zip(&self.names).zip(&self.keys).all(|(((name, keys), wanted), key)| {
                name == wanted && key.as_ref().is_none_or(|key| keys.contains(key))
            })
    }

    /// How many keys it names: the more, the more exact it is.
    pub fn keys(&self) -> usize {
        self.keys.iter().flatten().count()
    }
}

impl Outline {
    /// The steps of the workflow.
    pub fn of(plan: &Plan, workflow: BodyIx) -> Self {
        let mut walk = Walk { plan, outline: Self::default(), path: Vec::new() };
        if let Some(BodyKind::Workflow(scope)) = plan.bodies.get(workflow.index()).map(|body| &body.kind) {
            walk.scope(scope);
        }
        walk.outline
    }

    /// All steps.
    pub fn steps(&self) -> &[Place] {
        &self.steps
    }

    /// The step whose path is, or alone ends with, the pattern.
    pub fn find(&self, pattern: &Pattern) -> Found {
        let last = pattern.segments.last().map_or("", |(name, _)| name.as_str());
        let ends = |place: &&Place| {
            let names = pattern.segments.iter().rev().map(|(name, _)| name);
            place.names.len() >= pattern.segments.len()
                && names.eq(place.names.iter().rev().take(pattern.segments.len()))
        };
        let named = self.by_name.get(last).into_iter().flatten().filter_map(|at| self.steps.get(*at));
        let mut found: Vec<&Place> = named.filter(ends).collect();
        if found.iter().any(|place| place.names.len() == pattern.segments.len()) {
            found.retain(|place| place.names.len() == pattern.segments.len());
        }
        let Some(first) = found.first() else { return Found::None };
        let mut paths: Vec<String> = found.iter().map(|place| place.names.join("/")).collect();
        paths.dedup();
        if paths.len() > 1 {
            return Found::Several(paths);
        }
        let mut keys = vec![None; first.names.len() - pattern.segments.len()];
        keys.extend(pattern.segments.iter().map(|(_, key)| key.clone()));
        let acts = found.iter().any(|place| place.acts);
        let calls = found.iter().find(|place| place.calls).map(|place| place.node);
        Found::Step(Resolved { names: first.names.clone(), keys, acts, calls })
    }

    /// The steps of that name, for a hint.
    pub fn named(&self, name: &str) -> Vec<String> {
        let places = self.by_name.get(name).into_iter().flatten().filter_map(|at| self.steps.get(*at));
        places.map(|place| place.names.join("/")).collect()
    }
}

/// Plans come from checked sources: blocks form a tree as deep as the parser allows, and no workflow calls itself.
struct Walk<'a> {
    plan: &'a Plan,
    outline: Outline,
    path: Vec<EcoString>,
}

impl Walk<'_> {
    fn scope(&mut self, scope: &Scope) {
        self.block(scope.block);
        self.handlers(&scope.handlers);
        let ends = scope.on_success.iter().chain(&scope.on_rollback).chain(&scope.finally);
        ends.for_each(|block| self.block(*block));
    }

    fn handlers(&mut self, handlers: &[HandlerIx]) {
        for handler in handlers.iter().filter_map(|ix| self.plan.handlers.get(ix.index())) {
            match handler.body {
                HandlerBody::Block(block) => self.block(block),
                HandlerBody::Use(body) => {
                    if let Some(BodyKind::Handler(block)) = self.plan.bodies.get(body.index()).map(|body| &body.kind) {
                        self.block(*block);
                    }
                }
            }
        }
    }

    fn block(&mut self, block: BlockIx) {
        for ix in self.plan.blocks.get(block.index()).into_iter().flatten() {
            match self.plan.nodes.get(ix.index()) {
                Some(Node::Step(step)) => self.step(*ix, step),
                Some(Node::Scope(scope)) => self.scope(scope),
                Some(node) => node.blocks(|block| self.block(block)),
                None => {}
            }
        }
    }

    fn step(&mut self, node: NodeIx, step: &Step) {
        if self.outline.steps.len() >= MOST {
            return;
        }
        self.path.push(step.name.clone());
        let work = match &step.does {
            Does::Work(work) => Some(*work),
            Does::Command { body, .. } => match self.plan.bodies.get(body.index()).map(|body| &body.kind) {
                Some(BodyKind::Command(work)) => Some(*work),
                _ => None,
            },
            Does::Workflow { .. } => None,
        };
        let work = work.and_then(|work| self.plan.works.get(work.index()));
        let acts = work.is_some_and(|work| !matches!(work.action, Action::Ask { .. } | Action::Wait { .. }));
        let calls = matches!(step.does, Does::Workflow { .. });
        self.outline.by_name.entry(step.name.clone()).or_default().push(self.outline.steps.len());
        self.outline.steps.push(Place { names: self.path.clone(), node, acts, calls });
        if let Does::Workflow { body, .. } = &step.does
            && let Some(BodyKind::Workflow(scope)) = self.plan.bodies.get(body.index()).map(|body| &body.kind)
        {
            self.scope(scope);
        }
        self.handlers(&step.handlers);
        self.path.pop();
    }
}
