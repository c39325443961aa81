//! `for` and `repeat`.

use std::collections::BTreeSet;
use std::sync::Arc;

use ecow::EcoString;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::frame::FrameId;
use super::path::{index_suffix, key_suffix};
use super::run::{Run, failure};
use super::task::{Completion, Entry, TaskId};
use crate::plan::ir::{For, Node, NodeIx};
use crate::value::{Failure, Value};

/// A sequential `for` being run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ForRun {
    pub node: NodeIx,
    pub list: Arc<Vec<Value>>,
    /// Keys of the passes; absent: the index.
    pub keys: Option<Arc<Vec<EcoString>>>,
    /// Which element each pass takes; absent: in order.
    pub order: Option<Arc<Vec<u32>>>,
    /// Passes begun.
    pub next: u32,
    /// One slot for each element: what its pass yielded.
    pub results: Option<FrameId>,
    /// What stood in the task before.
    pub suffix: EcoString,
}

/// A `repeat` being run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RepeatRun {
    pub node: NodeIx,
    pub max: i64,
    /// Passes begun.
    pub pass: i64,
    pub suffix: EcoString,
}

/// What names and orders the passes of a loop.
pub(crate) struct Passes {
    pub list: Arc<Vec<Value>>,
    pub keys: Option<Arc<Vec<EcoString>>>,
    /// For each element, those that come before it.
    pub after: Option<Vec<Vec<u32>>>,
}

impl<'a> Run<'a> {
    fn for_of(&self, node: NodeIx) -> Option<&'a For> {
        match self.node(node) {
            Some(Node::For(each)) => Some(each),
            _ => None,
        }
    }

    pub fn start_for(&mut self, t: TaskId, node: NodeIx, each: &'a For) {
        let passes = match self.passes(t, each) {
            Ok(passes) => passes,
            Err(failure) => return self.fail(t, failure),
        };
        let count = passes.list.len();
        self.s.planned += self.facts.steps_in(each.body) * count as u64;
        if each.parallel.is_some() {
            return self.start_parallel_for(t, node, each, passes);
        }
        let order = match passes.after.map(|after| sorted(&after)) {
            None => None,
            Some(Some(order)) => Some(Arc::new(order)),
            Some(None) => return self.fail(t, cycle()),
        };
        let results = matches!(each.result, Some((_, Some(_)))).then(|| self.s.frames.make(count as u32, None));
        let suffix = self.task(t).suffix.clone();
        let run = ForRun { node, list: passes.list, keys: passes.keys, order, next: 0, results, suffix };
        self.push(t, Entry::For(Box::new(run)));
        self.next_pass(t, each);
    }

    /// Evaluates the list, the keys and what comes after what.
    fn passes(&mut self, t: TaskId, each: &For) -> Result<Passes, Failure> {
        let list = self.list(t, each.list)?;
        let after = each.parallel.as_ref().map_or(each.after, |parallel| parallel.after);
        if each.key.is_none() && after.is_none() {
            return Ok(Passes { list, keys: None, after: None });
        }
        let around = self.task(t).frame;
        let (frame, old) = match &each.parallel {
            Some(parallel) => (self.s.frames.make(parallel.slots, Some(around)), None),
            None => (around, self.s.frames.get(around, each.slot).cloned()),
        };
        let passes = self.named_passes(t, each, list, frame, after);
        match old {
            Some(old) => self.s.frames.set(t, around, each.slot, old),
            None => self.s.frames.release(frame),
        }
        passes
    }

    fn named_passes(
        &mut self,
        t: TaskId,
        each: &For,
        list: Arc<Vec<Value>>,
        frame: FrameId,
        after: Option<crate::plan::ir::ExprIx>,
    ) -> Result<Passes, Failure> {
        let mut keys: IndexMap<EcoString, ()> = IndexMap::with_capacity(list.len());
        let mut waits = Vec::with_capacity(list.len());
        for (index, element) in list.iter().enumerate() {
            self.s.frames.set(t, frame, each.slot, element.clone());
            let key = match each.key {
                Some(key) => self.text_in(frame, key)?,
                None => EcoString::from(index.to_string()),
            };
            if keys.insert(key.clone(), ()).is_some() {
                let at = each.key.and_then(|key| self.place(key));
                let twice = failure("value", format!("two passes of the loop have the key \"{key}\""));
                return Err(Failure { at, ..twice });
            }
            if let Some(after) = after {
                waits.push(self.texts_in(frame, after)?);
            }
        }
        let number = |key: &EcoString| {
            keys.get_index_of(key).map(|index| index as u32).ok_or_else(|| {
                failure("value", format!("a pass of the loop waits for \"{key}\", which is the key of none"))
            })
        };
        let after = match after {
            Some(_) => Some(
                waits
                    .iter()
                    .map(|keys| keys.iter().map(&number).collect::<Result<Vec<_>, _>>())
                    .collect::<Result<Vec<_>, _>>()?,
            ),
            None => None,
        };
        let keys = each.key.map(|_| Arc::new(keys.into_keys().collect()));
        Ok(Passes { list, keys, after })
    }

    fn next_pass(&mut self, t: TaskId, each: &'a For) {
        let Some(Entry::For(run)) = self.task_mut(t).stack.last_mut() else { return };
        let at = run.next;
        let element = run.order.as_ref().map_or(Some(at), |order| order.get(at as usize).copied());
        let Some((element, value)) = element.and_then(|at| Some((at, run.list.get(at as usize)?.clone()))) else {
            return self.for_ends(t, each);
        };
        run.next += 1;
        let suffix = pass_suffix(&run.suffix, run.keys.as_ref(), element);
        self.task_mut(t).suffix = suffix;
        self.unset(t, &each.fresh);
        self.set(t, each.slot, value);
        self.push_block(t, each.body);
    }

    fn for_ends(&mut self, t: TaskId, each: &For) {
        let Some(Entry::For(run)) = self.task_mut(t).stack.pop() else { return };
        self.task_mut(t).suffix = run.suffix;
        if let Some((slot, _)) = each.result {
            let values = run.results.map(|frame| self.taken(frame)).unwrap_or_default();
            self.set(t, slot, Value::list(values));
        }
        self.done(t, Completion::Normal);
    }

    /// The values of a frame of results, which is not needed any more.
    pub fn taken(&mut self, frame: FrameId) -> Vec<Value> {
        let values = self.s.frames.all.get(frame as usize).map(|frame| frame.slots.clone()).unwrap_or_default();
        self.s.frames.release(frame);
        values
    }

    pub fn for_delivered(&mut self, t: TaskId, completion: Completion) {
        let Some(Entry::For(run)) = self.task(t).stack.last() else { return };
        let Some(each) = self.for_of(run.node) else { return };
        let (results, next) = (run.results, run.next);
        let element = run.order.as_ref().and_then(|order| order.get(next as usize - 1).copied()).unwrap_or(next - 1);
        if !matches!(completion, Completion::Normal) {
            let suffix = run.suffix.clone();
            let task = self.task_mut(t);
            task.suffix = suffix;
            task.stack.pop();
            if let Some(frame) = results {
                self.s.frames.release(frame);
            }
            return self.done(t, completion);
        }
        if let (Some(frame), Some((_, Some(value)))) = (results, each.result) {
            match self.eval(t, value) {
                Ok(value) => self.s.frames.set(t, frame, element, value),
                Err(failure) => return self.fail(t, failure),
            }
        }
        self.next_pass(t, each);
    }

    pub fn start_repeat(&mut self, t: TaskId, node: NodeIx) {
        let Some(Node::Repeat { max, .. }) = self.node(node) else { return };
        let max = match self.int(t, *max) {
            Ok(max) => max,
            Err(failure) => return self.fail(t, failure),
        };
        let suffix = self.task(t).suffix.clone();
        self.push(t, Entry::Repeat(Box::new(RepeatRun { node, max, pass: 0, suffix })));
        self.next_repeat(t);
    }

    fn next_repeat(&mut self, t: TaskId) {
        let Some(Entry::Repeat(run)) = self.task_mut(t).stack.last_mut() else { return };
        let (node, max) = (run.node, run.max);
        if run.pass >= max {
            let message = format!("the condition did not come true in {max} passes");
            let mut out = failure("repeat", message);
            out.at = self.node_place(node);
            return self.repeat_delivered(t, Completion::Fail(Box::new(out)));
        }
        run.pass += 1;
        let suffix = index_suffix(&run.suffix, run.pass as u64);
        self.task_mut(t).suffix = suffix;
        if let Some(Node::Repeat { body, fresh, .. }) = self.node(node) {
            self.s.planned += self.facts.steps_in(*body);
            self.unset(t, fresh);
            self.push_block(t, *body);
        }
    }

    pub fn repeat_delivered(&mut self, t: TaskId, completion: Completion) {
        let Some(Entry::Repeat(run)) = self.task(t).stack.last() else { return };
        let (node, suffix) = (run.node, run.suffix.clone());
        let completion = match (completion, self.node(node)) {
            (Completion::Normal, Some(Node::Repeat { until, .. })) => match self.condition(t, node, *until) {
                Ok(true) => Completion::Normal,
                Ok(false) => return self.next_repeat(t),
                Err(failure) => Completion::Fail(Box::new(failure)),
            },
            (completion, _) => completion,
        };
        let task = self.task_mut(t);
        task.suffix = suffix;
        task.stack.pop();
        self.done(t, completion);
    }
}

/// The suffix of a pass.
pub(crate) fn pass_suffix(around: &EcoString, keys: Option<&Arc<Vec<EcoString>>>, element: u32) -> EcoString {
    match keys.and_then(|keys| keys.get(element as usize)) {
        Some(key) => key_suffix(around, key),
        None => index_suffix(around, element.into()),
    }
}

/// The elements in an order in which each comes after those it waits for, else as they stand; `None`: a cycle.
fn sorted(after: &[Vec<u32>]) -> Option<Vec<u32>> {
    let mut left: Vec<usize> = after.iter().map(Vec::len).collect();
    let dependents = dependents(after);
    let mut ready: BTreeSet<u32> = (0..after.len() as u32).filter(|at| left.get(*at as usize) == Some(&0)).collect();
    let mut order = Vec::with_capacity(after.len());
    while let Some(next) = ready.pop_first() {
        order.push(next);
        for waiting in dependents.get(next as usize).into_iter().flatten() {
            if let Some(left) = left.get_mut(*waiting as usize) {
                *left -= 1;
                if *left == 0 {
                    ready.insert(*waiting);
                }
            }
        }
    }
    (order.len() == after.len()).then_some(order)
}

/// For each element those that wait for it.
pub(crate) fn dependents(after: &[Vec<u32>]) -> Vec<Vec<u32>> {
    let mut dependents = vec![Vec::new(); after.len()];
    for (at, waits) in after.iter().enumerate() {
        for before in waits {
            if let Some(list) = dependents.get_mut(*before as usize) {
                list.push(at as u32);
            }
        }
    }
    dependents
}

/// The failure of a loop whose passes wait for each other.
pub(crate) fn cycle() -> Failure {
    failure("value", "passes of the loop wait for each other")
}
