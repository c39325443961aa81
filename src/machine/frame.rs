//! Frames of slots, metrics, and the trail of what was overwritten: a rollback rewinds it.

use serde::{Deserialize, Serialize};

use super::task::TaskId;
use crate::plan::ir::MetricIx;
use crate::value::Value;

/// Index of a frame.
pub(crate) type FrameId = u32;

/// A frame of slots.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Frame {
    pub slots: Vec<Value>,
    /// The frame that a pass of `parallel for` stands in.
    pub up: Option<FrameId>,
    /// Latest values, sorted by metric; only in frames without `up`.
    pub metrics: Vec<(MetricIx, Value)>,
    /// Things that keep it alive after its body has ended: undo actions.
    pub kept: u32,
    /// How many checkpoints there had been when it was made.
    pub since: u64,
}

/// All frames, and the trail.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Frames {
    pub all: Vec<Frame>,
    free: Vec<FrameId>,
    /// Whether overwritten values are remembered.
    pub trailing: bool,
    trail: Vec<Change>,
    /// How many entries were dropped from the front.
    dropped: u64,
    /// How many checkpoints there have been.
    pub checkpoints: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Change {
    cell: Cell,
    owner: TaskId,
    old: Value,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum Cell {
    Slot(FrameId, u32),
    Metric(FrameId, MetricIx),
    Dead,
}

impl Frames {
    pub fn make(&mut self, slots: u32, up: Option<FrameId>) -> FrameId {
        let since = self.checkpoints;
        if let Some(id) = self.free.pop()
            && let Some(frame) = self.all.get_mut(id as usize)
        {
            frame.slots.clear();
            frame.slots.resize(slots as usize, Value::None);
            frame.metrics.clear();
            (frame.up, frame.kept, frame.since) = (up, 0, since);
            return id;
        }
        let slots = vec![Value::None; slots as usize];
        self.all.push(Frame { slots, up, metrics: Vec::new(), kept: 0, since });
        (self.all.len() - 1) as FrameId
    }

    /// The body that used it has ended; it stays while an undo or a checkpoint may need it.
    pub fn release(&mut self, id: FrameId) {
        let Some(frame) = self.all.get_mut(id as usize) else { return };
        if frame.kept == 0 && (!self.trailing || frame.since == self.checkpoints) {
            frame.slots.clear();
            frame.metrics.clear();
            self.free.push(id);
        }
    }

    pub fn keep(&mut self, id: FrameId) {
        let mut next = Some(id);
        while let Some(frame) = next.and_then(|id| self.all.get_mut(id as usize)) {
            frame.kept += 1;
            next = frame.up;
        }
    }

    /// The frame `up` frames outwards.
    pub fn outwards(&self, mut id: FrameId, up: u32) -> FrameId {
        for _ in 0..up {
            match self.all.get(id as usize).and_then(|frame| frame.up) {
                Some(outer) => id = outer,
                None => break,
            }
        }
        id
    }

    /// The frame of the body around.
    pub fn body(&self, id: FrameId) -> FrameId {
        self.outwards(id, u32::MAX)
    }

    pub fn get(&self, id: FrameId, slot: u32) -> Option<&Value> {
        self.all.get(id as usize)?.slots.get(slot as usize)
    }

    pub fn set(&mut self, owner: TaskId, id: FrameId, slot: u32, value: Value) {
        let Some(place) = self.all.get_mut(id as usize).and_then(|frame| frame.slots.get_mut(slot as usize)) else {
            return;
        };
        let old = std::mem::replace(place, value);
        if self.trailing {
            self.trail.push(Change { cell: Cell::Slot(id, slot), owner, old });
        }
    }

    pub fn metric(&self, id: FrameId, metric: MetricIx) -> Option<&Value> {
        let metrics = &self.all.get(self.body(id) as usize)?.metrics;
        let at = metrics.binary_search_by_key(&metric, |(ix, _)| *ix).ok()?;
        metrics.get(at).map(|(_, value)| value)
    }

    pub fn publish(&mut self, owner: TaskId, id: FrameId, metric: MetricIx, value: Value) {
        let id = self.body(id);
        let Some(frame) = self.all.get_mut(id as usize) else { return };
        let old = put_metric(frame, metric, value);
        if self.trailing {
            self.trail.push(Change { cell: Cell::Metric(id, metric), owner, old });
        }
    }

    /// The place in the trail to which [`Self::rewind`] goes back.
    pub fn mark(&self) -> u64 {
        self.dropped + self.trail.len() as u64
    }

    /// Undoes what the tasks for which `mine` holds changed since the mark.
    pub fn rewind(&mut self, mark: u64, mine: impl Fn(TaskId) -> bool) {
        let from = mark.saturating_sub(self.dropped) as usize;
        for at in (from..self.trail.len()).rev() {
            let Some(change) = self.trail.get_mut(at) else { continue };
            if !mine(change.owner) {
                continue;
            }
            let old = std::mem::take(&mut change.old);
            match std::mem::replace(&mut change.cell, Cell::Dead) {
                Cell::Slot(id, slot) => {
                    if let Some(place) =
                        self.all.get_mut(id as usize).and_then(|frame| frame.slots.get_mut(slot as usize))
                    {
                        *place = old;
                    }
                }
                Cell::Metric(id, metric) => {
                    if let Some(frame) = self.all.get_mut(id as usize) {
                        put_metric(frame, metric, old);
                    }
                }
                Cell::Dead => {}
            }
        }
        while self.trail.len() > from && matches!(self.trail.last(), Some(Change { cell: Cell::Dead, .. })) {
            self.trail.pop();
        }
    }

    /// Nothing before now is ever rewound.
    pub fn forget(&mut self) {
        self.dropped = self.mark();
        self.trail.clear();
    }
}

fn put_metric(frame: &mut Frame, metric: MetricIx, value: Value) -> Value {
    match frame.metrics.binary_search_by_key(&metric, |(ix, _)| *ix) {
        Ok(at) => match frame.metrics.get_mut(at) {
            Some((_, place)) => std::mem::replace(place, value),
            None => Value::None,
        },
        Err(at) => {
            frame.metrics.insert(at, (metric, value));
            Value::None
        }
    }
}
