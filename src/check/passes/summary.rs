//! What a call of a command or workflow can do.

use super::ItemView;
use crate::check::facts::{Global, GlobalId};
use crate::plan::ir::Risk;
use ecow::EcoString;
use rustc_hash::FxHashMap;

/// What a call can do, as far as its caller has to know.
#[derive(Clone, Default, Debug)]
pub struct Summary {
    /// Failure kinds that a call can raise, sorted.
    pub raises: Vec<EcoString>,
    /// How much trust a call needs.
    pub risk: Risk,
    /// Why, in words.
    pub reason: EcoString,
}

/// The summaries of all commands and workflows.
#[derive(Clone, Default, Debug)]
pub struct Summaries {
    by_global: FxHashMap<GlobalId, Summary>,
}

impl Summaries {
    /// What a call of the command or workflow `id` can do.
    pub fn get(&self, id: GlobalId) -> Option<&Summary> {
        self.by_global.get(&id)
    }
}

/// Summarizes every command and workflow among `items`.
pub fn summarize(items: &[ItemView], globals: &[Global]) -> Summaries {
    let _ = (items, globals);
    Summaries::default()
}
