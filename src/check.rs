//! Names, types and effects: what a tree means, and everything that is wrong with it. Pure.
//!
//! ```text
//! load ─→ env (items, scopes, signatures) ─→ item (one checker for each: types, names, flow) ─→ passes (analyses)
//! ```
//!
//! An item is checked by itself against what the others declare ([`mod@env`]), so that its [`facts`] can be kept when only
//! another item changes. What is expected of an expression flows inwards; what is [`ty::Ty::Unknown`] because of an
//! error is silent, so that nothing derived is reported. Words stand in [`errors`], one small function each.

mod assign;
mod checker;
pub(crate) mod env;
mod errors;
mod expr;
pub mod facts;
mod failure;
mod item;
pub mod load;
mod names;
mod outline;
pub mod passes;
mod pasted;
mod recursion;
mod scheme;
mod signature;
mod stmt;
mod tests;
pub mod ty;
mod types;

use std::sync::Arc;

use ecow::EcoString;

use crate::diagnostic::{Code, Diagnostic, Place, Severity, codes};
use crate::source::FileId;
use crate::syntax::tree::ItemKind;
use env::Env;
use facts::{Checked, CheckedFile, Facts, GlobalKind, Signature};
pub use load::{LoadError, Loader, NoFiles, Root};
use passes::{ItemView, PassContext};

/// What a check needs beside its sources.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// Reads what `use` names.
    pub loader: &'a dyn Loader,
    /// Commands of the host program: name and signature.
    pub host: &'a [(EcoString, Signature)],
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { loader: &NoFiles, host: &[] }
    }
}

/// Checks `roots` and all that they import. Total: whatever the text, there are facts and diagnostics.
pub fn check(roots: Vec<Root>, options: Options) -> Checked {
    let count = roots.len();
    let mut files = load::load(roots, options.loader);
    let mut found = std::mem::take(&mut files.diagnostics);
    let mut declared = Vec::new();
    let env = Env::new(files, options.host, &mut declared);
    let mut facts = items(&env);
    declared.extend(recursion::check(&env, &facts));
    for diagnostic in declared {
        let place = diagnostic.primary.place;
        match facts.get_mut(place.file.0 as usize).and_then(|file| file.get_mut(place.item as usize)) {
            Some(facts) => facts.diagnostics.push(diagnostic),
            None => found.push(diagnostic),
        }
    }
    let globals = env.globals();
    let mut checked = Checked { sources: env.files.sources.clone(), roots: count, globals, ..Checked::default() };
    analyse(&env, &mut checked, &mut facts);
    pasted::explain(&env, &mut facts);
    found.extend(facts.iter().flatten().flat_map(|facts| facts.diagnostics.iter().cloned()));
    checked.diagnostics = placed(&env, found);
    for (at, (unit, facts)) in env.files.units.iter().zip(facts).enumerate() {
        checked.files.push(CheckedFile {
            file: FileId(at as u32),
            tree: unit.tree.clone(),
            facts: facts.into_iter().map(Arc::new).collect(),
            scope: env.scopes.get(at).cloned().unwrap_or_default(),
        });
    }
    checked
}

/// Checks one file that imports nothing but the standard library.
pub fn check_text(name: &str, text: &str) -> Checked {
    let source = Arc::new(crate::source::Source::new(name, text));
    check(vec![Root { source, parsed: None }], Options::default())
}

/// Facts of every item: tests last, which look at what was found out about the workflows that they run.
fn items(env: &Env) -> Vec<Vec<Facts>> {
    let mut facts: Vec<Vec<Facts>> = Vec::with_capacity(env.files.units.len());
    for (at, unit) in env.files.units.iter().enumerate() {
        let of = |index: usize| match unit.tree.items.get(index).map(|slot| &slot.item.kind) {
            Some(ItemKind::Test(_)) => Facts::default(),
            _ => item::check(env, FileId(at as u32), index as u32),
        };
        facts.push((0..unit.tree.items.len()).map(of).collect());
    }
    let mut later = Vec::new();
    for (at, unit) in env.files.units.iter().enumerate() {
        for (index, slot) in unit.tree.items.iter().enumerate() {
            if let ItemKind::Test(_) = &slot.item.kind {
                later.push((at, index, tests::check(env, &facts, FileId(at as u32), index as u32)));
            }
        }
    }
    for (at, index, found) in later {
        if let Some(slot) = facts.get_mut(at).and_then(|file| file.get_mut(index)) {
            *slot = found;
        }
    }
    facts
}

fn views<'a>(env: &'a Env, facts: &'a [Vec<Facts>]) -> Vec<ItemView<'a>> {
    let mut views = Vec::new();
    for (at, ((unit, scope), facts)) in env.files.units.iter().zip(&env.scopes).zip(facts).enumerate() {
        for (index, (slot, facts)) in unit.tree.items.iter().zip(facts).enumerate() {
            let file = FileId(at as u32);
            views.push(ItemView { file, index: index as u32, item: &slot.item, facts, scope });
        }
    }
    views
}

/// Runs the analyses over typed items and adds what they find to the facts.
fn analyse(env: &Env, checked: &mut Checked, facts: &mut [Vec<Facts>]) {
    let own = |file: FileId| env.unit(file).is_some_and(|unit| unit.std.is_none());
    let mut results = Vec::new();
    let mut whole = Vec::new();
    {
        let views = views(env, facts);
        let summaries = passes::summarize(&views, &checked.globals);
        for (id, global) in checked.globals.iter_mut().enumerate() {
            let Some(summary) = summaries.get(facts::GlobalId(id as u32)) else { continue };
            if let GlobalKind::Command(signature) | GlobalKind::Workflow(signature) = &mut global.kind {
                let known = Signature { raises: summary.raises(), risk: summary.effects.risk, ..(**signature).clone() };
                *signature = Arc::new(known);
            }
        }
        for view in &views {
            let cx = PassContext { view: *view, globals: &checked.globals, summaries: &summaries };
            let mut found = Vec::new();
            if own(view.file) {
                passes::run(&cx, &mut found);
            }
            results.push((view.file, view.index, found, passes::learn(&cx)));
        }
        passes::program(&views, &checked.globals, &mut whole);
    }
    for (file, index, found, learnt) in results {
        if let Some(facts) = facts.get_mut(file.0 as usize).and_then(|all| all.get_mut(index as usize)) {
            facts.diagnostics.extend(found);
            learnt.store(facts);
        }
    }
    for diagnostic in whole {
        let place = diagnostic.primary.place;
        if let Some(facts) = facts.get_mut(place.file.0 as usize).and_then(|all| all.get_mut(place.item as usize)) {
            facts.diagnostics.push(diagnostic);
        }
    }
    for (at, (unit, all)) in env.files.units.iter().zip(facts).enumerate() {
        for (index, (slot, facts)) in unit.tree.items.iter().zip(all).enumerate() {
            if unit.std.is_some() {
                facts.diagnostics.retain(Diagnostic::is_error);
            }
            passes::silence(FileId(at as u32), index as u32, &slot.item, &mut facts.diagnostics);
        }
    }
}

/// All diagnostics with absolute places, in order.
fn placed(env: &Env, mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    for place in found.iter_mut().flat_map(Diagnostic::places_mut) {
        if place.item != Place::ABSOLUTE
            && let Some(unit) = env.unit(place.file)
        {
            *place = unit.tree.absolute(*place);
        }
    }
    let order =
        |d: &Diagnostic| (d.primary.place.file, d.primary.place.span, std::cmp::Reverse(severity(d)), d.code.name);
    found.sort_by_key(order);
    let reserved: Vec<Place> = of_code(&found, &codes::check::RESERVED_NAME);
    let words = &codes::syntax::RESERVED_WORD;
    found.retain(|d| d.code.name != words.name || !reserved.contains(&d.primary.place)); // one of the two is enough
    found
}

fn of_code(found: &[Diagnostic], code: &Code) -> Vec<Place> {
    found.iter().filter(|d| d.code.name == code.name).map(|d| d.primary.place).collect()
}

fn severity(diagnostic: &Diagnostic) -> Severity {
    diagnostic.severity
}
