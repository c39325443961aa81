//! What is computed once from a plan, so that no event has to look at more than its own step.

use crate::plan::ir::{AfterRollback, BlockIx, BodyKind, Does, Expr, ExprIx, Node, Plan, Risk, Verdict, Work};

/// Facts about a plan.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    /// For each block: steps that run whenever it does.
    pub steps: Vec<u32>,
    /// Whether anything may look at overwritten values: an undo, or a rollback after which the run goes on.
    pub trailing: bool,
    /// Whether some step is risky.
    pub risky: bool,
    /// Whether something in the plan, or a person it asks, may want files back.
    pub returning: bool,
}

impl Facts {
    pub fn of(plan: &Plan) -> Self {
        let undo = plan.works.iter().any(|work| work.undo.is_some())
            || plan.nodes.iter().any(|node| matches!(node, Node::Step(step) if step.undo.is_some()));
        let returns = plan
            .nodes
            .iter()
            .any(|node| matches!(node, Node::Verdict(Verdict::Rollback { then, .. }) if *then != AfterRollback::End));
        let risky = plan.works.iter().any(|work| work.effects.risk == Risk::Risky)
            || plan.nodes.iter().any(|node| matches!(node, Node::Step(step) if step.risky.is_some()));
        let returning = undo
            || plan.nodes.iter().any(|node| {
                let asks = |verdict: &Verdict| matches!(verdict, Verdict::Rollback { .. } | Verdict::Escalate(_));
                matches!(node, Node::Checkpoint { .. }) || matches!(node, Node::Verdict(verdict) if asks(verdict))
            });
        let mut facts = Self { steps: vec![0; plan.blocks.len()], trailing: undo || returns, risky, returning };
        facts.count(plan);
        facts
    }

    /// Counts steps bottom-up with an explicit stack: blocks form a tree, and no workflow calls itself.
    fn count(&mut self, plan: &Plan) {
        let mut known = vec![false; plan.blocks.len()];
        for root in 0..plan.blocks.len() {
            let mut stack = vec![(root, false)];
            while let Some((block, ready)) = stack.pop() {
                if known.get(block).copied().unwrap_or(true) {
                    continue;
                }
                let Some(nodes) = plan.blocks.get(block) else { continue };
                if ready {
                    let mut total = 0u32;
                    for node in nodes.iter().filter_map(|ix| plan.nodes.get(ix.index())) {
                        if matches!(node, Node::Step(_)) {
                            total = total.saturating_add(1);
                        }
                        each_part(plan, node, |part| {
                            total = total.saturating_add(self.steps.get(part.index()).copied().unwrap_or(0));
                        });
                    }
                    if let (Some(place), Some(known)) = (self.steps.get_mut(block), known.get_mut(block)) {
                        (*place, *known) = (total, true);
                    }
                } else {
                    stack.push((block, true));
                    for node in nodes.iter().filter_map(|ix| plan.nodes.get(ix.index())) {
                        each_part(plan, node, |part| {
                            if stack.len() < 2 * plan.blocks.len() + 2
                                && !known.get(part.index()).copied().unwrap_or(true)
                            {
                                stack.push((part.index(), false));
                            }
                        });
                    }
                }
            }
        }
    }

    pub fn steps_in(&self, block: BlockIx) -> u64 {
        self.steps.get(block.index()).copied().unwrap_or(0).into()
    }
}

/// Blocks that run whenever the node does.
fn each_part(plan: &Plan, node: &Node, mut part: impl FnMut(BlockIx)) {
    match node {
        Node::Scope(scope) => part(scope.block),
        Node::Parallel(parallel) => parallel.branches.iter().copied().for_each(part),
        Node::Step(step) => {
            if let Does::Workflow { body, .. } = &step.does
                && let Some(BodyKind::Workflow(scope)) = plan.bodies.get(body.index()).map(|body| &body.kind)
            {
                part(scope.block);
            }
        }
        _ => {}
    }
}

/// Whether two actions may overlap: neither writes what the other reads or writes, as far as their globs tell.
pub(crate) fn independent(a: &Touches, b: &Touches) -> bool {
    let disjoint = |writes: &Touched, others: &Touched| match (writes, others) {
        (Touched::These(writes), _) if writes.is_empty() => true,
        (_, Touched::These(others)) if others.is_empty() => true,
        (Touched::These(writes), Touched::These(others)) => {
            writes.iter().all(|a| others.iter().all(|b| !a.starts_with(b.as_str()) && !b.starts_with(a.as_str())))
        }
        _ => false,
    };
    disjoint(&a.writes, &b.reads) && disjoint(&a.writes, &b.writes) && disjoint(&b.writes, &a.reads)
}

/// What an action touches, as far as its globs tell.
pub(crate) struct Touches {
    reads: Touched,
    writes: Touched,
}

enum Touched {
    Anything,
    /// Literal beginnings of globs.
    These(Vec<String>),
}

/// What an action touches.
pub(crate) fn touched(plan: &Plan, work: &Work) -> Touches {
    let effects = &work.effects;
    let of = |globs: &Vec<ExprIx>| Touched::These(globs.iter().map(|glob| beginning(plan, *glob)).collect());
    let reads = effects.reads.as_ref().map_or(Touched::Anything, of);
    let writes = match (&effects.writes, &effects.reads) {
        (Some(writes), _) => of(writes),
        (None, Some(_)) => Touched::These(Vec::new()),
        (None, None) => Touched::Anything,
    };
    Touches { reads, writes }
}

/// The part of a glob before anything that is not literal.
fn beginning(plan: &Plan, glob: ExprIx) -> String {
    let mut text = String::new();
    let parts = match plan.exprs.get(glob.index()) {
        Some(Expr::Concat(parts)) => parts.as_slice(),
        Some(_) => &[glob],
        None => return text,
    };
    for part in parts {
        let Some(Expr::Str(literal) | Expr::Path(literal)) = plan.exprs.get(part.index()) else { break };
        match literal.find(['*', '?', '[', '{']) {
            Some(end) => {
                text.push_str(literal.get(..end).unwrap_or(""));
                break;
            }
            None => text.push_str(literal),
        }
    }
    text.trim_start_matches("./").to_string()
}
