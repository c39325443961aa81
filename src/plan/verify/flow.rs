//! Statements: a tree of blocks, each in a frame that has the slots which it uses.

use std::fmt::Display;

use super::needs::Needs;
use super::{Checked, within};
use crate::limits;
use crate::plan::ir::*;

/// A frame: how many slots, and the frame around it.
#[derive(Clone, Copy)]
struct Frame {
    slots: u32,
    outer: Option<usize>,
}

/// Where something stands: its frame (an index) and how many blocks are around it.
#[derive(Clone, Copy)]
struct At {
    frame: usize,
    depth: usize,
}

/// The walk over all bodies.
pub(super) struct Flow<'a> {
    plan: &'a Plan,
    needs: &'a Needs,
    frames: Vec<Frame>,
    /// Blocks still to be looked at.
    open: Vec<(BlockIx, At)>,
    blocks: Vec<bool>,
    nodes: Vec<bool>,
    works: Vec<bool>,
    handlers: Vec<bool>,
}

/// Marks what belongs to one place only.
fn once(seen: &mut [bool], at: usize, what: &str, whose: &dyn Display) -> Checked {
    match seen.get_mut(at) {
        Some(seen) if !*seen => {
            *seen = true;
            Ok(())
        }
        Some(_) => Err(format!("{what} {at} is used twice, by {whose} again")),
        None => Err(format!("{whose} refers to {what} {at} of {}", seen.len())),
    }
}

impl<'a> Flow<'a> {
    pub(super) fn new(plan: &'a Plan, needs: &'a Needs) -> Self {
        Self {
            plan,
            needs,
            frames: Vec::new(),
            open: Vec::new(),
            blocks: vec![false; plan.blocks.len()],
            nodes: vec![false; plan.nodes.len()],
            works: vec![false; plan.works.len()],
            handlers: vec![false; plan.handlers.len()],
        }
    }

    /// Looks at everything that a body holds.
    pub(super) fn bodies(mut self) -> Checked {
        let plan = self.plan;
        match plan.bodies.get(plan.entry.index()) {
            Some(Body { kind: BodyKind::Workflow(_), .. }) => {}
            _ => return Err(format!("the entry {} is no workflow", plan.entry.0)),
        }
        for body in &plan.bodies {
            let whose = format!("`{}`", body.name);
            let least = if matches!(body.kind, BodyKind::Handler(_)) { 1 } else { body.params.len() };
            within(least, body.slots as usize + 1, "slot", &whose)?;
            let at = At { frame: self.frame(body.slots, None), depth: 0 };
            for param in &body.params {
                self.ty(param.ty, &whose)?;
                self.maybe(param.default, at, &whose)?;
            }
            for (_, ty) in &body.outputs {
                self.ty(*ty, &whose)?;
            }
            match &body.kind {
                BodyKind::Workflow(scope) => self.scope(scope, at, &whose)?,
                BodyKind::Command(work) => self.work(*work, at, &whose)?,
                BodyKind::Handler(block) => self.block(*block, at, &whose)?,
            }
            while let Some((block, at)) = self.open.pop() {
                for node in plan.blocks.get(block.index()).into_iter().flatten() {
                    once(&mut self.nodes, node.index(), "statement", &format_args!("block {}", block.0))?;
                    if let Some(statement) = plan.nodes.get(node.index()) {
                        self.node(statement, at, &format_args!("statement {}", node.0))?;
                    }
                }
            }
        }
        Ok(())
    }

    fn frame(&mut self, slots: u32, outer: Option<usize>) -> usize {
        self.frames.push(Frame { slots, outer });
        self.frames.len() - 1
    }

    /// The frames around, innermost first.
    fn around(&self, at: At) -> impl Iterator<Item = u32> {
        let mut next = Some(at.frame);
        std::iter::from_fn(move || {
            let frame = self.frames.get(next?)?;
            next = frame.outer;
            Some(frame.slots)
        })
    }

    fn slot(&self, up: u32, slot: u32, at: At, whose: &dyn Display) -> Checked {
        let have = self.around(at).nth(up as usize).unwrap_or(0);
        within(slot as usize, have as usize, "slot", whose)
    }

    fn maybe_slot(&self, slot: Option<u32>, at: At, whose: &dyn Display) -> Checked {
        slot.map_or(Ok(()), |slot| self.slot(0, slot, at, whose))
    }

    fn fresh(&self, ranges: &[[u32; 2]], at: At, whose: &dyn Display) -> Checked {
        let have = self.around(at).next().unwrap_or(0);
        match ranges.iter().find(|[from, to]| from > to || *to > have) {
            Some([from, to]) => Err(format!("{whose} unsets slots {from} to {to} of a frame of {have}")),
            None => Ok(()),
        }
    }

    fn ty(&self, ty: TypeIx, whose: &dyn Display) -> Checked {
        within(ty.index(), self.plan.types.len(), "type", whose)
    }

    fn expr(&self, expr: ExprIx, at: At, whose: &dyn Display) -> Checked {
        self.needs.fits(expr, self.around(at), 0, whose)
    }

    fn maybe(&self, expr: Option<ExprIx>, at: At, whose: &dyn Display) -> Checked {
        expr.map_or(Ok(()), |expr| self.expr(expr, at, whose))
    }

    fn each<'e>(&self, exprs: impl IntoIterator<Item = &'e ExprIx>, at: At, whose: &dyn Display) -> Checked {
        exprs.into_iter().try_for_each(|expr| self.expr(*expr, at, whose))
    }

    fn named<N>(&self, exprs: &[(N, ExprIx)], at: At, whose: &dyn Display) -> Checked {
        self.each(exprs.iter().map(|(_, expr)| expr), at, whose)
    }

    fn block(&mut self, block: BlockIx, at: At, whose: &dyn Display) -> Checked {
        once(&mut self.blocks, block.index(), "block", whose)?;
        if at.depth > 4 * limits::MAX_NESTING {
            return Err(format!("{whose} is nested deeper than anything that can be written"));
        }
        self.open.push((block, At { depth: at.depth + 1, ..at }));
        Ok(())
    }

    fn node(&mut self, node: &Node, at: At, whose: &dyn Display) -> Checked {
        match node {
            Node::Step(step) => self.step(step, at, whose),
            Node::Scope(scope) => self.scope(scope, at, whose),
            Node::For(each) => self.each_pass(each, at, whose),
            Node::Set { up, slot, value } => {
                self.slot(*up, *slot, at, whose)?;
                self.expr(*value, at, whose)
            }
            Node::If { branches, otherwise } => {
                for (condition, block) in branches {
                    let value = match condition {
                        Condition::Holds(value) => value,
                        Condition::Some { slot, value } => {
                            self.slot(0, *slot, at, whose)?;
                            value
                        }
                    };
                    self.expr(*value, at, whose)?;
                    self.block(*block, at, whose)?;
                }
                otherwise.map_or(Ok(()), |block| self.block(block, at, whose))
            }
            Node::Match { subject, arms } => {
                self.expr(*subject, at, whose)?;
                for arm in arms {
                    if let Pattern::Equals(literal) = arm.pattern {
                        self.expr(literal, at, whose)?;
                    }
                    self.maybe_slot(arm.slot, at, whose)?;
                    self.block(arm.block, at, whose)?;
                }
                Ok(())
            }
            Node::Parallel(parallel) => {
                if parallel.names.len() != parallel.branches.len() {
                    return Err(format!("{whose} has not a name for each branch"));
                }
                self.maybe(parallel.max, at, whose)?;
                self.maybe_slot(parallel.result, at, whose)?;
                parallel.branches.iter().try_for_each(|block| self.block(*block, at, whose))
            }
            Node::Repeat { max, until, body, fresh } => {
                self.each([max, until], at, whose)?;
                self.fresh(fresh, at, whose)?;
                self.block(*body, at, whose)
            }
            Node::Gate(gate) => self.gate(*gate, at, whose),
            Node::Metric { metric, value } => {
                within(metric.index(), self.plan.metrics.len(), "metric", whose)?;
                self.expr(*value, at, whose)
            }
            Node::Approve(approve) => {
                self.maybe_slot(approve.slot, at, whose)?;
                self.expr(approve.question, at, whose)?;
                self.named(&approve.show, at, whose)?;
                self.maybe(approve.within, at, whose)?;
                self.maybe(approve.by, at, whose)
            }
            Node::Checkpoint { include, .. } => self.each(include, at, whose),
            Node::Emit { text: value, .. } | Node::Fail { message: value, .. } => self.expr(*value, at, whose),
            Node::Return { values } => self.named(values, at, whose),
            Node::Verdict(verdict) => match verdict {
                Verdict::Retry(most) => self.maybe(*most, at, whose),
                Verdict::Continue(values) => self.named(values, at, whose),
                Verdict::Escalate(message) => self.expr(*message, at, whose),
                Verdict::Abort | Verdict::Rollback { .. } => Ok(()),
            },
            Node::Seal => Ok(()),
        }
    }

    fn each_pass(&mut self, each: &For, at: At, whose: &dyn Display) -> Checked {
        self.expr(each.list, at, whose)?;
        let pass = match &each.parallel {
            Some(parallel) => {
                self.maybe(parallel.max, at, whose)?;
                At { frame: self.frame(parallel.slots, Some(at.frame)), ..at }
            }
            None => at,
        };
        self.slot(0, each.slot, pass, whose)?;
        self.maybe(each.key, pass, whose)?;
        self.maybe(each.after, pass, whose)?;
        self.maybe(each.parallel.as_ref().and_then(|parallel| parallel.after), pass, whose)?;
        self.fresh(&each.fresh, at, whose)?;
        if let Some((slot, value)) = each.result {
            self.slot(0, slot, at, whose)?;
            self.maybe(value, pass, whose)?;
        }
        self.block(each.body, pass, whose)
    }

    fn scope(&mut self, scope: &Scope, at: At, whose: &dyn Display) -> Checked {
        self.maybe(scope.title, at, whose)?;
        self.maybe(scope.timeout, at, whose)?;
        self.named(&scope.budget, at, whose)?;
        self.fresh(&scope.fresh, at, whose)?;
        self.block(scope.block, at, whose)?;
        self.handlers(&scope.handlers, at, whose)?;
        for block in scope.on_success.iter().chain(&scope.on_rollback).chain(&scope.finally) {
            self.block(*block, at, whose)?;
        }
        scope.gates.iter().try_for_each(|gate| self.gate(*gate, at, whose))
    }

    fn gate(&self, gate: GateIx, at: At, whose: &dyn Display) -> Checked {
        within(gate.index(), self.plan.gates.len(), "gate", whose)?;
        let Some(gate) = self.plan.gates.get(gate.index()) else { return Ok(()) };
        self.expr(gate.condition, at, whose)?;
        self.maybe(gate.title, at, whose)?;
        self.maybe(gate.advice, at, whose)?;
        gate.waivable.iter().try_for_each(|(role, time)| self.each([role, time], at, whose))
    }

    fn handlers(&mut self, handlers: &[HandlerIx], at: At, whose: &dyn Display) -> Checked {
        for ix in handlers {
            once(&mut self.handlers, ix.index(), "handler", whose)?;
            let Some(handler) = self.plan.handlers.get(ix.index()) else { continue };
            let whose: &dyn Display = &format_args!("handler {}", ix.0);
            self.maybe_slot(handler.slot, at, whose)?;
            self.maybe(handler.max, at, whose)?;
            self.fresh(&handler.fresh, at, whose)?;
            match handler.body {
                HandlerBody::Block(block) => self.block(block, at, whose)?,
                HandlerBody::Use(body) => match self.plan.bodies.get(body.index()) {
                    Some(Body { kind: BodyKind::Handler(_), .. }) => {}
                    _ => return Err(format!("{whose} uses body {}, which is no handler", body.0)),
                },
            }
        }
        Ok(())
    }

    fn step(&mut self, step: &Step, at: At, whose: &dyn Display) -> Checked {
        self.slot(0, step.slot, at, whose)?;
        for expr in [step.title, step.timeout, step.total, step.risky, step.queue] {
            self.maybe(expr, at, whose)?;
        }
        self.named(&step.budget, at, whose)?;
        self.outputs(&step.outputs, at, whose)?;
        self.retry(step.retry.as_ref(), at, whose)?;
        for slot in step.after.iter().chain(&step.needs).chain(&step.session) {
            self.needed(*slot, at, whose)?;
        }
        self.handlers(&step.handlers, at, whose)?;
        self.undo(step.undo.as_deref(), at, whose)?;
        self.does(&step.does, at, whose)
    }

    /// A slot that a step waits for: of its own frame, or of one around it.
    fn needed(&self, slot: u32, at: At, whose: &dyn Display) -> Checked {
        let most = self.around(at).max().unwrap_or(0);
        within(slot as usize, most as usize, "slot", whose)
    }

    fn does(&mut self, does: &Does, at: At, whose: &dyn Display) -> Checked {
        let (body, args, workflow) = match does {
            Does::Work(work) => return self.work(*work, at, whose),
            Does::Command { body, args } => (body, args, false),
            Does::Workflow { body, args } => (body, args, true),
        };
        let Some(callee) = self.plan.bodies.get(body.index()) else {
            return within(body.index(), self.plan.bodies.len(), "body", whose);
        };
        match (&callee.kind, workflow) {
            (BodyKind::Workflow(_), true) | (BodyKind::Command(_), false) => {}
            _ => return Err(format!("{whose} runs `{}`, which is of another kind", callee.name)),
        }
        if args.len() > callee.params.len() {
            return Err(format!("{whose} gives `{}` too many arguments", callee.name));
        }
        for (at, param) in callee.params.iter().enumerate() {
            if param.default.is_none() && args.get(at).copied().flatten().is_none() {
                return Err(format!("{whose} gives `{}` no `{}`", callee.name, param.name));
            }
        }
        self.each(args.iter().flatten(), at, whose)
    }

    fn undo(&mut self, undo: Option<&Undo>, at: At, whose: &dyn Display) -> Checked {
        let Some(undo) = undo else { return Ok(()) };
        if at.depth > 4 * limits::MAX_NESTING {
            return Err(format!("{whose} is undone by what is undone, without end"));
        }
        self.does(&undo.does, At { depth: at.depth + 1, ..at }, whose)
    }

    fn retry(&self, retry: Option<&Retry>, at: At, whose: &dyn Display) -> Checked {
        let Some(retry) = retry else { return Ok(()) };
        self.expr(retry.count, at, whose)?;
        self.maybe(retry.backoff, at, whose)?;
        self.maybe(retry.most, at, whose)
    }

    fn outputs(&self, outputs: &[Output], at: At, whose: &dyn Display) -> Checked {
        for output in outputs {
            self.ty(output.ty, whose)?;
            self.maybe(output.value, at, whose)?;
        }
        Ok(())
    }

    fn work(&mut self, ix: WorkIx, at: At, whose: &dyn Display) -> Checked {
        once(&mut self.works, ix.index(), "work", whose)?;
        let Some(work) = self.plan.works.get(ix.index()) else { return Ok(()) };
        let whose: &dyn Display = &format_args!("work {}", ix.0);
        self.action(&work.action, at, whose)?;
        self.outputs(&work.outputs, at, whose)?;
        self.retry(work.retry.as_ref(), at, whose)?;
        self.each(work.fails_as.iter().map(|clause| &clause.condition), at, whose)?;
        self.each(&work.exits, at, whose)?;
        self.named(&work.env, at, whose)?;
        let hold = work.cache.as_ref().and_then(|cache| cache.hold);
        let Effects { reads, writes, net, irreversible, risky, idempotent: _, risk: _ } = &work.effects;
        let clauses = [work.timeout, work.total, work.args, work.stdin, work.cwd, work.queue, hold];
        for expr in clauses.into_iter().chain([*irreversible, *risky]) {
            self.maybe(expr, at, whose)?;
        }
        for globs in [reads, writes, net].into_iter().flatten() {
            self.each(globs, at, whose)?;
        }
        self.undo(work.undo.as_deref(), at, whose)
    }

    fn action(&self, action: &Action, at: At, whose: &dyn Display) -> Checked {
        match action {
            Action::Exec { argv } => self.each(argv, at, whose),
            Action::Script { pieces, .. } => pieces.iter().try_for_each(|piece| match piece {
                ScriptPiece::Text(_) => Ok(()),
                ScriptPiece::Hole { value, .. } | ScriptPiece::Raw(value) => self.expr(*value, at, whose),
            }),
            Action::Agent { prompt: value, .. } | Action::Ask { question: value } | Action::Wait { value, .. } => {
                self.expr(*value, at, whose)
            }
            Action::Host { args, .. } => self.named(args, at, whose),
        }
    }
}
