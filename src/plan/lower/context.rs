//! What is known while the inside of one item is lowered: its facts, frames and slots.

use std::rc::Rc;

use ecow::EcoString;
use rustc_hash::FxHashMap;

use super::Lower;
use crate::check::facts::{Def, Facts, GlobalId, LocalId, LocalKind};
use crate::check::ty::{RecordTy, Ty};
use crate::plan::ir::{Expr, MetricIx};
use crate::source::{FileId, Span};
use crate::syntax::tree::{Item, Name, NodeId};

/// A slot with the frame it belongs to: 0 is the body's, each pass of a `parallel for` around is one more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Slot {
    pub(super) depth: u32,
    pub(super) slot: u32,
}

/// How many slots there were when something began.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    count: u32,
    shared: usize,
}

/// The item that is being lowered.
#[derive(Default)]
pub(super) struct Context<'a> {
    pub(super) file: FileId,
    /// Where the item begins in its file.
    pub(super) start: u32,
    pub(super) facts: Option<&'a Facts>,
    /// Slots given out so far, for each open frame.
    frames: Vec<u32>,
    slots: Vec<Option<Slot>>,
    /// What stands on the evaluation stack, innermost last; `None` where no name refers to it.
    pub(super) bound: Vec<Option<LocalId>>,
    /// Slots of failures that no name was given to: a use of `failure` means the innermost.
    pub(super) failures: Vec<Slot>,
    pub(super) metrics: Rc<FxHashMap<EcoString, MetricIx>>,
    /// Outputs of the workflow, for `return`.
    pub(super) outputs: &'a [(EcoString, Ty)],
    /// Outputs of the step around, for `continue`.
    pub(super) step_outputs: Option<&'a RecordTy>,
    /// Slots of an alternative branch that were given out once more.
    shared: Vec<Slot>,
    /// How many steps the present place lies in.
    pub(super) steps: u32,
    /// Slots read since the outermost of them began.
    pub(super) reads: Vec<Slot>,
    /// Metrics read since a gate began.
    pub(super) metric_reads: Vec<MetricIx>,
    /// Whether an output of the action was read since this was last reset.
    pub(super) reads_output: bool,
    /// Whether what is lowered decides something, so that its locals are named for people.
    pub(super) deciding: bool,
    /// How many approvals without a name there were.
    pub(super) approvals: u32,
}

impl<'a> Context<'a> {
    /// The context of an item with an empty frame.
    pub(super) fn of(file: FileId, start: u32, facts: &'a Facts) -> Self {
        let slots = vec![None; facts.locals.len()];
        Self { file, start, facts: Some(facts), frames: vec![0], slots, ..Self::default() }
    }

    /// How deep the current frame lies.
    pub(super) fn depth(&self) -> u32 {
        self.frames.len().saturating_sub(1) as u32
    }

    /// How many slots the current frame has so far.
    pub(super) fn count(&self) -> u32 {
        self.frames.last().copied().unwrap_or(0)
    }

    /// Opens the frame of a pass.
    pub(super) fn open(&mut self) {
        self.frames.push(0);
    }

    /// Closes the innermost frame: how many slots it has.
    pub(super) fn close(&mut self) -> u32 {
        self.frames.pop().unwrap_or(0)
    }

    /// A slot that no name refers to.
    pub(super) fn unnamed(&mut self) -> Slot {
        let depth = self.depth();
        let Some(count) = self.frames.last_mut() else { return Slot { depth, slot: 0 } };
        *count += 1;
        Slot { depth, slot: *count - 1 }
    }

    fn root(&self, mut id: LocalId) -> LocalId {
        let locals = self.facts.map_or(&[][..], |facts| &facts.locals);
        for _ in 0..locals.len() {
            match locals.get(id.0 as usize).and_then(|local| local.joined) {
                Some(joined) => id = joined,
                None => break,
            }
        }
        id
    }

    /// Gives a local name that is declared here its slot; it shares that of the name it is joined with.
    pub(super) fn declare(&mut self, id: LocalId) -> Slot {
        let root = self.root(id);
        let slot = match self.slot(root) {
            Some(slot) if slot.depth == self.depth() => {
                self.shared.push(slot);
                slot
            }
            _ => self.unnamed(),
        };
        self.assign(root, slot);
        self.assign(id, slot);
        slot
    }

    pub(super) fn assign(&mut self, id: LocalId, slot: Slot) {
        if let Some(known) = self.slots.get_mut(id.0 as usize) {
            *known = Some(slot);
        }
    }

    /// The slot of a local name.
    pub(super) fn slot(&self, id: LocalId) -> Option<Slot> {
        self.slots.get(id.0 as usize).copied().flatten()
    }

    /// The present state, for [`Context::fresh`].
    pub(super) fn mark(&self) -> Mark {
        Mark { count: self.count(), shared: self.shared.len() }
    }

    /// Ranges of the slots of the current frame that were declared since `mark`.
    pub(super) fn fresh(&self, mark: Mark) -> Vec<[u32; 2]> {
        let (from, depth) = (mark.count, self.depth());
        let shared = self.shared.iter().skip(mark.shared).filter(|slot| slot.depth == depth && slot.slot < from);
        let mut ranges: Vec<[u32; 2]> = shared.map(|slot| [slot.slot, slot.slot + 1]).collect();
        ranges.sort_unstable();
        ranges.dedup();
        if from < self.count() {
            ranges.push([from, self.count()]);
        }
        ranges
    }

    pub(super) fn kind(&self, id: LocalId) -> Option<LocalKind> {
        Some(self.facts?.locals.get(id.0 as usize)?.kind)
    }
}

impl<'a> Lower<'a> {
    /// The item of that number with its facts.
    pub(super) fn item(&self, id: GlobalId) -> Option<&'a Item> {
        let place = self.checked.global(id)?.place;
        let file = self.checked.files.get(place.file.0 as usize)?;
        Some(&file.tree.items.get(place.item as usize)?.item)
    }

    /// Does something inside another item, with no frame of the present one in reach.
    pub(super) fn inside<R>(&mut self, id: GlobalId, work: impl FnOnce(&mut Self, &'a Item) -> R) -> Option<R> {
        let place = self.checked.global(id)?.place;
        let file = self.checked.files.get(place.file.0 as usize)?;
        let slot = file.tree.items.get(place.item as usize)?;
        let facts = &**file.facts.get(place.item as usize)?;
        let cx = Context::of(place.file, slot.start, facts);
        let before = std::mem::replace(&mut self.cx, cx);
        let result = work(self, &slot.item);
        self.cx = before;
        Some(result)
    }

    /// What the name that begins at this byte refers to.
    pub(super) fn def(&self, at: u32) -> Option<&'a Def> {
        self.cx.facts?.defs.get(&at)
    }

    /// The type of an expression.
    pub(super) fn ty(&self, id: NodeId) -> &'a Ty {
        const UNKNOWN: &Ty = &Ty::Unknown;
        self.cx.facts.and_then(|facts| facts.types.get(id.0 as usize)).unwrap_or(UNKNOWN)
    }

    /// Gives the name that is declared here a slot of the current frame.
    pub(super) fn declare(&mut self, name: &Name) -> u32 {
        match self.def(name.span.start) {
            Some(&Def::Local(id)) => self.cx.declare(id).slot,
            _ => {
                self.fault(name.span, "a declared name that was not resolved");
                0
            }
        }
    }

    /// The slot that a name refers to, and how many frames outwards it lies.
    pub(super) fn reach(&mut self, id: LocalId, span: Span) -> (u32, u32) {
        let slot = self.cx.slot(id).or_else(|| {
            let implied = self.cx.kind(id) == Some(LocalKind::Failure);
            let slot = self.cx.failures.last().copied().filter(|_| implied)?;
            self.cx.assign(id, slot);
            Some(slot)
        });
        let Some(slot) = slot else {
            self.fault(span, "a name that is used before it is declared");
            return (0, 0);
        };
        if self.cx.steps > 0 && self.cx.kind(id) != Some(LocalKind::Param) {
            self.cx.reads.push(slot);
        }
        (self.cx.depth().saturating_sub(slot.depth), slot.slot)
    }

    /// The expression for a local name.
    pub(super) fn local(&mut self, id: LocalId, span: Span) -> Expr {
        if let Some(at) = self.cx.bound.iter().rposition(|bound| *bound == Some(id)) {
            return Expr::Bound((self.cx.bound.len() - 1 - at) as u32);
        }
        let (up, slot) = self.reach(id, span);
        Expr::Local { up, slot }
    }

    /// Does something with a name on the evaluation stack.
    pub(super) fn binding<R>(&mut self, name: Option<&Name>, work: impl FnOnce(&mut Self) -> R) -> R {
        let id = name.and_then(|name| match self.def(name.span.start) {
            Some(&Def::Local(id)) => Some(id),
            _ => None,
        });
        self.cx.bound.push(id);
        let result = work(self);
        self.cx.bound.pop();
        result
    }
}
