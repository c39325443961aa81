//! The analyses that run over typed items: effects and their conflicts, failure kinds, rollback, gates, lints.
//!
//! In order: [`summarize`] looks at all commands and workflows and says what a call of each can do; [`run`] analyses
//! one item; [`learn`] gives what later phases want to know about it; [`program`] finds what only all items together
//! show; [`silence`] takes away, at the very end, what `allow(…)` allows.

mod summary;

pub use summary::{Summaries, Summary, summarize};

use super::facts::{Facts, FileScope, Global, StepFacts};
use crate::diagnostic::Diagnostic;
use crate::source::FileId;
use crate::syntax::tree::{Item, NodeId};
use ecow::EcoString;

/// A typed item and where it stands.
#[derive(Clone, Copy)]
pub struct ItemView<'a> {
    /// Its file.
    pub file: FileId,
    /// Its index in that file.
    pub index: u32,
    /// The item.
    pub item: &'a Item,
    /// What typing found out about it.
    pub facts: &'a Facts,
    /// What the items of its file see.
    pub scope: &'a FileScope,
}

/// What an analysis of one item looks at.
#[derive(Clone, Copy)]
pub struct PassContext<'a> {
    /// The item.
    pub view: ItemView<'a>,
    /// All declared items.
    pub globals: &'a [Global],
    /// What calls can do.
    pub summaries: &'a Summaries,
}

/// What the analyses of an item found out, to be kept in its [`Facts`].
#[derive(Clone, Default, Debug)]
pub struct Learnt {
    /// Kinds, risk and reason of each step and command; `outputs` is left empty.
    pub steps: Vec<(NodeId, StepFacts)>,
    /// The metrics into which an agent's words flow.
    pub claimed: Vec<EcoString>,
}

impl Learnt {
    /// Writes it into the facts of its item.
    pub fn store(self, facts: &mut Facts) {
        for (id, found) in self.steps {
            let step = facts.steps.entry(id).or_default();
            step.raises = found.raises;
            step.risk = found.risk;
            step.reason = found.reason;
        }
        for name in self.claimed {
            if let Some(metric) = facts.metrics.get_mut(&name) {
                metric.claimed = true;
            }
        }
    }
}

/// Everything the analyses have to say about one item; the places are relative to it.
pub fn run(cx: &PassContext, out: &mut Vec<Diagnostic>) {
    let _ = (cx, out);
}

/// What later phases want to know about one item.
pub fn learn(cx: &PassContext) -> Learnt {
    let _ = cx;
    Learnt::default()
}

/// What only all items together show (what is never used); the places are relative to items.
pub fn program(items: &[ItemView], globals: &[Global], out: &mut Vec<Diagnostic>) {
    let _ = (items, globals, out);
}

/// Drops from `found` (all diagnostics of one item, relative to it) the lints that an `allow` of the item or of a
/// statement in it silences, and adds what is wrong with the `allow`s themselves.
pub fn silence(file: FileId, index: u32, item: &Item, found: &mut Vec<Diagnostic>) {
    let _ = (file, index, item, found);
}
