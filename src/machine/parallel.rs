//! `parallel` and `parallel for`: children, policies, results in input order.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use ecow::EcoString;
use serde::{Deserialize, Serialize};

use super::facts::{independent, touched};
use super::frame::FrameId;
use super::loops::{Passes, cycle, dependents, pass_suffix};
use super::run::{Run, failure};
use super::task::{Completion, Entry, Flow, On, Task, TaskId, Why};
use crate::plan::ir::{BlockIx, For, Node, NodeIx, Parallel, Policy, Step, Work};
use crate::value::{Failure, Fields, Value};

/// Neighbouring steps that `--parallel` looks at together.
const WINDOW: usize = 64;

/// Children that run at once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ParallelRun {
    of: Children,
    policy: Policy,
    max: u32,
    /// May start, in order.
    ready: VecDeque<u32>,
    /// For each child how many it still waits for, and who waits for it; empty: nobody waits.
    waits: Vec<u32>,
    dependents: Vec<Vec<u32>>,
    live: BTreeSet<TaskId>,
    left: u32,
    /// One slot for each child.
    results: Option<FrameId>,
    failed: Option<Box<Failure>>,
    /// What a child asks of what is around (`return` and the like), or a cancellation.
    leaving: Option<Completion>,
    /// Nothing new starts.
    closed: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Children {
    /// Branches of a `parallel`.
    Branches(NodeIx),
    /// Passes of a `parallel for`.
    Passes { node: NodeIx, list: Arc<Vec<Value>>, keys: Option<Arc<Vec<EcoString>>> },
    /// Neighbouring steps of a block, from the given one on.
    Steps { block: BlockIx, from: u32 },
}

impl<'a> Run<'a> {
    pub fn start_parallel(&mut self, t: TaskId, node: NodeIx, parallel: &Parallel) {
        let max = match self.at_once(t, parallel.max) {
            Ok(max) => max,
            Err(failure) => return self.fail(t, failure),
        };
        let count = parallel.branches.len() as u32;
        let results = parallel.result.map(|_| self.s.frames.make(count, None));
        let run = ParallelRun::new(Children::Branches(node), parallel.policy, max, count, None, results);
        self.push(t, Entry::Parallel(Box::new(run)));
        self.start_children(t);
    }

    pub fn start_parallel_for(&mut self, t: TaskId, node: NodeIx, each: &For, passes: Passes) {
        let Some(parallel) = &each.parallel else { return };
        let max = match self.at_once(t, parallel.max) {
            Ok(max) => max,
            Err(failure) => return self.fail(t, failure),
        };
        let count = passes.list.len() as u32;
        let results = each.result.map(|_| self.s.frames.make(count, None));
        let of = Children::Passes { node, list: passes.list, keys: passes.keys };
        let run = ParallelRun::new(of, parallel.policy, max, count, passes.after.as_deref(), results);
        if run.ready.is_empty() && count > 0 {
            return self.fail(t, cycle());
        }
        self.push(t, Entry::Parallel(Box::new(run)));
        self.start_children(t);
    }

    fn at_once(&self, t: TaskId, max: Option<crate::plan::ir::ExprIx>) -> Result<u32, Failure> {
        match max {
            None => Ok(self.s.start.options.max_parallel.max(1)),
            Some(max) => Ok(self.int(t, max)?.clamp(1, i64::from(u32::MAX)) as u32),
        }
    }

    /// Under `--parallel`: runs the steps from `at` on together, as far as they are neighbours; whether it does.
    pub fn overlap(&mut self, t: TaskId, block: BlockIx, at: usize) -> bool {
        let plan = self.plan;
        let nodes = plan.blocks.get(block.index()).map_or(&[][..], Vec::as_slice);
        let steps: Vec<(&Step, &Work)> = nodes
            .iter()
            .skip(at)
            .take(WINDOW)
            .map_while(|node| match self.node(*node) {
                Some(Node::Step(step)) => Some((&**step, self.plan.work_of(&step.does)?)),
                _ => None,
            })
            .collect();
        if steps.len() < 2 {
            return false;
        }
        let mut after = Vec::with_capacity(steps.len());
        let touched: Vec<_> = steps.iter().map(|(_, work)| touched(plan, work)).collect();
        for ((index, (step, _)), touches) in steps.iter().enumerate().zip(&touched) {
            let waits = steps.iter().zip(&touched).take(index).enumerate().filter(|(_, ((earlier, _), before))| {
                step.needs.contains(&earlier.slot)
                    || step.after.contains(&earlier.slot)
                    || step.session == Some(earlier.slot)
                    || !independent(before, touches)
            });
            after.push(waits.map(|(index, _)| index as u32).collect::<Vec<_>>());
        }
        let count = steps.len() as u32;
        if after.iter().enumerate().all(|(index, waits)| waits.len() == index) {
            if let Some(Entry::Block { alone, .. }) = self.task_mut(t).stack.last_mut() {
                *alone = at as u32 + count;
            }
            return false;
        }
        if let Some(Entry::Block { next, .. }) = self.task_mut(t).stack.last_mut() {
            *next = at as u32 + count;
        }
        let max = self.s.start.options.max_parallel.max(1);
        let of = Children::Steps { block, from: at as u32 };
        let run = ParallelRun::new(of, Policy::Cancel, max, count, Some(&after), None);
        self.push(t, Entry::Parallel(Box::new(run)));
        self.start_children(t);
        true
    }

    fn parallel_mut(&mut self, t: TaskId) -> Option<&mut ParallelRun> {
        match self.task_mut(t).stack.last_mut() {
            Some(Entry::Parallel(run)) => Some(run),
            _ => None,
        }
    }

    fn start_children(&mut self, t: TaskId) {
        while let Some(run) = self.parallel_mut(t) {
            if run.closed || run.live.len() >= run.max as usize {
                break;
            }
            let Some(child) = run.ready.pop_front() else { break };
            let of = run.of.clone();
            self.start_child(t, child, of);
        }
        let over = self.parallel_mut(t).is_none_or(|run| run.live.is_empty() && (run.closed || run.ready.is_empty()));
        if over { self.parallel_ends(t) } else { self.wait(t, On::Children) }
    }

    fn start_child(&mut self, t: TaskId, child: u32, of: Children) {
        let frame = self.task(t).frame;
        let id = match of {
            Children::Branches(node) => {
                let Some(Node::Parallel(parallel)) = self.node(node) else { return };
                let Some(block) = parallel.branches.get(child as usize) else { return };
                let id = self.spawn_child(t, child, frame);
                self.push_block(id, *block);
                id
            }
            Children::Passes { node, list, keys } => {
                let Some(Node::For(each)) = self.node(node) else { return };
                let slots = each.parallel.as_ref().map_or(0, |parallel| parallel.slots);
                let frame = self.s.frames.make(slots, Some(frame));
                let id = self.spawn_child(t, child, frame);
                let suffix = pass_suffix(&self.task(t).suffix, keys.as_ref(), child);
                self.task_mut(id).suffix = suffix;
                let value = list.get(child as usize).cloned().unwrap_or_default();
                self.set(id, each.slot, value);
                self.push_block(id, each.body);
                id
            }
            Children::Steps { block, from } => {
                let id = self.spawn_child(t, child, frame);
                let node = self.plan.blocks.get(block.index()).and_then(|nodes| nodes.get((from + child) as usize));
                if let Some(node) = node {
                    self.execute(id, *node);
                }
                id
            }
        };
        if let Some(run) = self.parallel_mut(t) {
            run.live.insert(id);
        }
        self.s.ready.push_back(id);
    }

    /// A child of the task has ended.
    pub fn child_ends(&mut self, child: TaskId, ended: Task, completion: Completion) {
        let t = ended.parent;
        let result = self.child_result(&ended, &completion);
        let Some(run) = self.parallel_mut(t) else { return };
        run.live.remove(&child);
        run.left = run.left.saturating_sub(1);
        let passes = matches!(run.of, Children::Passes { .. });
        let (mut stop, mut place) = (false, None);
        match (completion, result) {
            (Completion::Normal, Err(failure)) => stop = run.fails(failure),
            (Completion::Fail(failure), _) if run.policy != Policy::Collect => stop = run.fails(*failure),
            (Completion::Normal | Completion::Fail(_), Ok(value)) => place = run.child_done(ended.branch, value),
            (Completion::Fail(failure), Err(_)) => stop = run.fails(*failure),
            (Completion::Cancel(_), _) => {}
            (completion, _) => {
                stop = true;
                run.closed = true;
                run.leaving.get_or_insert(completion);
            }
        }
        if let Some((frame, value)) = place
            && let Some(place) =
                self.s.frames.all.get_mut(frame as usize).and_then(|frame| frame.slots.get_mut(ended.branch as usize))
        {
            *place = value;
        }
        if passes {
            self.s.frames.release(ended.frame);
        }
        if stop {
            self.cancel_children(t);
        }
        if matches!(self.task(t).flow, Flow::Wait(On::Children)) {
            self.start_children(t);
            if !matches!(self.task(t).flow, Flow::Wait(_)) {
                self.s.ready.push_back(t);
            }
        }
    }

    /// What a child adds to the results.
    fn child_result(&mut self, ended: &Task, completion: &Completion) -> Result<Option<Value>, Failure> {
        let Some(Entry::Parallel(run)) = self.task(ended.parent).stack.last() else { return Ok(None) };
        if run.results.is_none() {
            return Ok(None);
        }
        let collect = run.policy == Policy::Collect;
        if let Completion::Fail(failure) = completion {
            return Ok(collect.then(|| Value::Err(Arc::new((**failure).clone()))));
        }
        let value = match &run.of {
            Children::Passes { node, .. } => match self.node(*node) {
                Some(Node::For(each)) => match each.result {
                    Some((_, Some(value))) => self.eval_in(ended.frame, value)?,
                    _ => Value::None,
                },
                _ => Value::None,
            },
            Children::Branches(node) => self.branch_value(*node, ended),
            Children::Steps { .. } => Value::None,
        };
        Ok(Some(if collect { Value::Ok(Arc::new(value)) } else { value }))
    }

    fn branch_value(&self, node: NodeIx, ended: &Task) -> Value {
        let Some(Node::Parallel(parallel)) = self.node(node) else { return Value::None };
        let only = parallel.branches.get(ended.branch as usize).and_then(|block| self.plan.blocks.get(block.index()));
        match only.and_then(|nodes| nodes.first()).and_then(|node| self.node(*node)) {
            Some(Node::Step(step)) => self.s.frames.get(ended.frame, step.slot).cloned().unwrap_or_default(),
            _ => Value::None,
        }
    }

    /// Cancels the children of the construct on top; nothing new starts.
    pub fn cancel_children(&mut self, t: TaskId) {
        self.close_children(t);
        let Some(run) = self.parallel_mut(t) else { return };
        for child in run.live.iter().copied().collect::<Vec<_>>() {
            self.cancel(child, Why::Stopped);
        }
    }

    /// Nothing new starts.
    pub fn close_children(&mut self, t: TaskId) {
        if let Some(run) = self.parallel_mut(t) {
            run.closed = true;
        }
    }

    /// The children that have not ended.
    pub fn live_children(&self, t: TaskId) -> Vec<TaskId> {
        match self.task(t).stack.last() {
            Some(Entry::Parallel(run)) => run.live.iter().copied().collect(),
            _ => Vec::new(),
        }
    }

    fn parallel_ends(&mut self, t: TaskId) {
        if self.task(t).cancel == Some(Why::Park) {
            self.task_mut(t).cancel = None;
            self.wait(t, On::Parked);
            return self.rollback_awaited(t);
        }
        let Some(Entry::Parallel(run)) = self.task_mut(t).stack.pop() else { return };
        if let Some(why) = self.take_cancel(t) {
            return self.done(t, Completion::Cancel(why));
        }
        if let Some(leaving) = run.leaving {
            return self.done(t, leaving);
        }
        if let Some(failure) = run.failed {
            return self.done(t, Completion::Fail(failure));
        }
        if run.left > 0 {
            return self
                .fail(t, if run.closed { failure("cancelled", "the branches were cancelled") } else { cycle() });
        }
        self.parallel_results(t, &run);
        self.done(t, Completion::Normal);
    }

    fn parallel_results(&mut self, t: TaskId, run: &ParallelRun) {
        let values = run.results.map(|frame| self.taken(frame)).unwrap_or_default();
        let (slot, value) = match run.of {
            Children::Branches(node) => match self.node(node) {
                Some(Node::Parallel(parallel)) => {
                    let fields: Fields = parallel.names.iter().cloned().zip(values).collect();
                    (parallel.result, Value::record(fields))
                }
                _ => return,
            },
            Children::Passes { node, .. } => match self.node(node) {
                Some(Node::For(each)) => (each.result.map(|(slot, _)| slot), Value::list(values)),
                _ => return,
            },
            Children::Steps { .. } => return,
        };
        if let Some(slot) = slot {
            self.set(t, slot, value);
        }
    }

    /// After a rollback, on the way out.
    pub fn parallel_delivered(&mut self, t: TaskId, completion: Completion) {
        self.task_mut(t).stack.pop();
        self.done(t, completion);
    }
}

impl ParallelRun {
    fn new(
        of: Children,
        policy: Policy,
        max: u32,
        count: u32,
        after: Option<&[Vec<u32>]>,
        results: Option<FrameId>,
    ) -> Self {
        let waits: Vec<u32> =
            after.map(|after| after.iter().map(|list| list.len() as u32).collect()).unwrap_or_default();
        let ready = (0..count).filter(|at| waits.get(*at as usize).is_none_or(|left| *left == 0)).collect();
        let dependents = after.map(dependents).unwrap_or_default();
        Self {
            of,
            policy,
            max,
            ready,
            waits,
            dependents,
            live: BTreeSet::new(),
            left: count,
            results,
            failed: None,
            leaving: None,
            closed: false,
        }
    }

    /// A child failed; whether its siblings are to be cancelled.
    fn fails(&mut self, failure: Failure) -> bool {
        self.closed = true;
        self.failed.get_or_insert_with(|| Box::new(failure));
        self.policy == Policy::Cancel
    }

    /// A child ended: who waits for it may start. Gives the frame of results with its value.
    fn child_done(&mut self, child: u32, value: Option<Value>) -> Option<(FrameId, Value)> {
        for waiting in self.dependents.get(child as usize).into_iter().flatten() {
            if let Some(left) = self.waits.get_mut(*waiting as usize) {
                *left -= 1;
                if *left == 0 {
                    self.ready.push_back(*waiting);
                }
            }
        }
        Some((self.results?, value?))
    }
}
