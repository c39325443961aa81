//! Where the steps of a plan stand: what must have happened for a run to come to each.

use ecow::EcoString;

use crate::plan::ir::{BlockIx, BodyKind, Condition, Does, HandlerBody, HandlerIx, Node, NodeIx, Plan, Scope, Step};

/// Most steps that are looked at.
const MOST: usize = 20_000;

/// A step with the way to it.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Place {
    /// Names of the steps that lead to it, and its own; outermost first.
    pub names: Vec<EcoString>,
    /// What leads to it, outermost first, each with how many names stand before it.
    pub vias: Vec<(usize, Via)>,
    /// Scopes around it that have handlers, outermost first.
    pub scopes: Vec<BlockIx>,
}

/// Something that a run may or may not enter.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Via {
    /// A branch of an `if`: where its condition stands, which branch, how many conditions there are.
    Branch { at: [u32; 5], branch: u32, conditions: u32 },
    /// An arm of a `match`.
    Arm { at: [u32; 5] },
    /// A pass of a `for`.
    Pass { at: [u32; 5] },
    /// A pass of a `repeat`; where its `until` stands.
    Repeat { at: [u32; 5] },
    /// An `on failure` of the step (or, where there is none, of a workflow or scope), for these kinds.
    Handler { step: bool, kinds: Vec<EcoString> },
    /// `on success`, `on rollback`, `finally`.
    Ending(&'static str),
}

/// The steps of the plan.
pub(super) fn places(plan: &Plan) -> Vec<Place> {
    let mut walk = Walk { plan, found: Vec::new(), names: Vec::new(), vias: Vec::new(), scopes: Vec::new() };
    if let Some(BodyKind::Workflow(scope)) = plan.bodies.get(plan.entry.index()).map(|body| &body.kind) {
        walk.scope(scope);
    }
    walk.found
}

/// Plans come from checked sources: blocks form a tree as deep as the parser allows, and no workflow calls itself.
struct Walk<'a> {
    plan: &'a Plan,
    found: Vec<Place>,
    names: Vec<EcoString>,
    vias: Vec<(usize, Via)>,
    scopes: Vec<BlockIx>,
}

impl Walk<'_> {
    fn via(&mut self, via: Via, block: BlockIx) {
        self.vias.push((self.names.len(), via));
        self.block(block);
        self.vias.pop();
    }

    fn scope(&mut self, scope: &Scope) {
        let guarded = !scope.handlers.is_empty();
        if guarded {
            self.scopes.push(scope.block);
        }
        self.block(scope.block);
        if guarded {
            self.scopes.pop();
        }
        self.handlers(&scope.handlers, false);
        let endings =
            [("on success", &scope.on_success), ("on rollback", &scope.on_rollback), ("finally", &scope.finally)];
        for (word, blocks) in endings {
            blocks.iter().for_each(|block| self.via(Via::Ending(word), *block));
        }
    }

    fn handlers(&mut self, handlers: &[HandlerIx], step: bool) {
        for handler in handlers.iter().filter_map(|ix| self.plan.handlers.get(ix.index())) {
            let block = match handler.body {
                HandlerBody::Block(block) => Some(block),
                HandlerBody::Use(body) => match self.plan.bodies.get(body.index()).map(|body| &body.kind) {
                    Some(BodyKind::Handler(block)) => Some(*block),
                    _ => None,
                },
            };
            if let Some(block) = block {
                self.via(Via::Handler { step, kinds: handler.kinds.clone() }, block);
            }
        }
    }

    fn block(&mut self, block: BlockIx) {
        for ix in self.plan.blocks.get(block.index()).into_iter().flatten() {
            if let Some(node) = self.plan.nodes.get(ix.index()) {
                self.node(*ix, node);
            }
        }
    }

    fn node(&mut self, ix: NodeIx, node: &Node) {
        let spans = &self.plan.spans;
        let here = spans.nodes.get(ix.index()).copied().unwrap_or_default();
        match node {
            Node::Step(step) => self.step(step),
            Node::Scope(scope) => self.scope(scope),
            Node::If { branches, otherwise } => {
                let first = branches.first().map(|(condition, _)| match condition {
                    Condition::Holds(expr) | Condition::Some { value: expr, .. } => *expr,
                });
                let at = first.and_then(|expr| spans.exprs.get(expr.index())).copied().unwrap_or(here);
                let conditions = branches.len() as u32;
                let blocks = branches.iter().map(|(_, block)| *block).chain(*otherwise);
                for (branch, block) in (0..).zip(blocks) {
                    self.via(Via::Branch { at, branch, conditions }, block);
                }
            }
            Node::Match { arms, .. } => arms.iter().for_each(|arm| self.via(Via::Arm { at: here }, arm.block)),
            Node::For(each) => self.via(Via::Pass { at: here }, each.body),
            Node::Repeat { until, body, .. } => {
                let at = spans.exprs.get(until.index()).copied().unwrap_or(here);
                self.via(Via::Repeat { at }, *body);
            }
            node => node.blocks(|block| self.block(block)),
        }
    }

    fn step(&mut self, step: &Step) {
        if self.found.len() >= MOST {
            return;
        }
        self.names.push(step.name.clone());
        self.found.push(Place { names: self.names.clone(), vias: self.vias.clone(), scopes: self.scopes.clone() });
        if let Does::Workflow { body, .. } = &step.does
            && let Some(BodyKind::Workflow(scope)) = self.plan.bodies.get(body.index()).map(|body| &body.kind)
        {
            self.scope(scope);
        }
        self.handlers(&step.handlers, true);
        self.names.pop();
    }
}
