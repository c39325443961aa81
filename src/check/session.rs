//! Checking again after an edit: what was found about an item is kept while nothing that it depends on changes.
//!
//! An item is looked at anew when its text has changed, when the kind, name or place of an item that it asked about has,
//! or when the text of an item has that it looked into ([`Asked`]). The analyses of an item run anew when the summary
//! of something that it calls has changed. What only all items together show is cheap and found anew each time.
//! Everything is found anew when items come, go or change their names, since the numbers of items change then, and where
//! items depend on each other in a circle, since the order of questions matters there.

use std::sync::Arc;

use ecow::EcoString;
use rustc_hash::FxHashSet;

use super::env::{Asked, Env};
use super::facts::{Checked, CheckedFile, Facts, FileScope, Global, GlobalId, GlobalKind, Signature};
use super::load::{self, Root};
use super::passes::{self, Before, ItemView, PassContext, Summaries, Used, Whole};
use super::{Options, item, pasted, recursion, tests};
use crate::diagnostic::{Code, Diagnostic, Place, codes};
use crate::source::{FileId, Source};
use crate::syntax::tree::{ItemKind, Tree};

/// Checks the same files again and again, each time at the cost of what has changed.
#[derive(Default, Debug)]
pub struct Session {
    last: Option<Last>,
}

impl Session {
    /// Like [`check`](super::check()); the result is the same as of a check from scratch. Roots need not be parsed: of a
    /// text that has changed, the items that have are parsed.
    pub fn check(&mut self, roots: Vec<Root>, options: Options) -> Checked {
        let past: Vec<_> = self.last.iter().flat_map(Last::past).collect();
        let files = |past| load::load(roots.clone(), options.loader, past);
        let last = self.last.take();
        if let Some(last) = last
            && let Some((checked, next)) = Check::new(files(&past), roots.len(), options, Some(last)).run()
        {
            self.last = next;
            return checked;
        }
        let result = Check::new(files(&past), roots.len(), options, None).run();
        let (checked, next) = result.unwrap_or_default();
        self.last = next;
        checked
    }
}

/// What the last check knew.
#[derive(Debug)]
struct Last {
    sources: Vec<Arc<Source>>,
    units: Vec<load::Unit>,
    scopes: Vec<Arc<FileScope>>,
    decls: Vec<(EcoString, Place, bool)>,
    kinds: Vec<(GlobalKind, Asked)>,
    host: Vec<(EcoString, Signature)>,
    entries: Vec<Vec<Entry>>,
    summaries: Summaries,
    globals: Vec<Global>,
}

/// What was found about one item.
#[derive(Clone, Default, Debug)]
struct Entry {
    facts: Arc<Facts>,
    asked: Asked,
    /// What typing reported, then the analyses.
    typed: Vec<Diagnostic>,
    analysed: Vec<Diagnostic>,
    /// The items whose summaries the analyses asked for.
    summaries: FxHashSet<GlobalId>,
    used: Used,
    /// Whether the diagnostics in `facts` are those two and no more.
    alone: bool,
}

impl Last {
    fn past(&self) -> impl Iterator<Item = (Arc<Source>, Arc<Tree>, Arc<[Diagnostic]>)> {
        let file =
            |(source, unit): (&Arc<Source>, &load::Unit)| (source.clone(), unit.tree.clone(), unit.found.clone());
        self.sources.iter().zip(&self.units).filter(|(_, unit)| unit.std.is_none()).map(file)
    }

    /// Whether items have the numbers that they had.
    fn fits(&self, env: &Env, host: &[(EcoString, Signature)]) -> bool {
        let units = self.units.iter().zip(&env.files.units);
        let decls = self.decls.iter().zip(&env.decls);
        self.host == host
            && self.units.len() == env.files.units.len()
            && self.decls.len() == env.decls.len()
            && self.scopes == env.scopes
            && units.into_iter().all(|(old, new)| {
                old.std == new.std && old.uses == new.uses && old.tree.items.len() == new.tree.items.len()
            })
            && decls.into_iter().all(|((name, place, host), new)| {
                let same = place.file == new.place.file && place.item == new.place.item;
                *name == new.name && *host == new.host && same
            })
    }
}

/// One check.
struct Check<'a> {
    env: Env,
    roots: usize,
    host: &'a [(EcoString, Signature)],
    last: Option<Last>,
    entries: Vec<Vec<Entry>>,
    /// Which items have been looked at anew, beside `entries`.
    redone: Vec<Vec<bool>>,
    /// Diagnostics of no item, and of items beyond their own.
    found: Vec<Diagnostic>,
    beyond: Vec<Diagnostic>,
}

impl<'a> Check<'a> {
    fn new(mut files: load::Files, roots: usize, options: Options<'a>, last: Option<Last>) -> Self {
        let found = std::mem::take(&mut files.diagnostics);
        let mut beyond = Vec::new();
        let env = Env::new(files, options.host, &mut beyond);
        Self { env, roots, host: options.host, last, entries: Vec::new(), redone: Vec::new(), found, beyond }
    }

    /// The result, with what the next check can use; `None` where what the last one knew is of no use.
    fn run(mut self) -> Option<(Checked, Option<Last>)> {
        if self.last.as_ref().is_some_and(|last| !last.fits(&self.env, self.host)) {
            return None;
        }
        let mut last = self.last.take();
        self.items(last.as_mut());
        let facts: Vec<Vec<Arc<Facts>>> =
            self.entries.iter().map(|file| file.iter().map(|entry| entry.facts.clone()).collect()).collect();
        let circles = recursion::check(&self.env, &facts);
        drop(facts);
        let circular = self.env.is_circular() || !circles.is_empty();
        if circular && last.is_some() {
            return None;
        }
        self.beyond.extend(circles);
        let (globals, summaries) = self.analyse(last.as_ref());
        let checked = self.finish(&globals);
        let next = (!circular).then(|| self.into_last(globals, summaries));
        Some((checked, next))
    }

    /// Looks at the items that have changed, or that depend on some that have.
    fn items(&mut self, last: Option<&mut Last>) {
        let sizes = self.env.files.units.iter().map(|unit| unit.tree.items.len());
        let Some(last) = last else {
            self.redone = sizes.clone().map(|size| vec![true; size]).collect();
            self.entries = sizes.map(|size| vec![Entry::default(); size]).collect();
            self.redo();
            return;
        };
        let changed: Vec<Vec<bool>> = self
            .env
            .files
            .units
            .iter()
            .zip(&last.units)
            .map(|(new, old)| {
                let pairs = new.tree.items.iter().zip(&old.tree.items);
                pairs.map(|(new, old)| !Arc::ptr_eq(&new.item, &old.item)).collect()
            })
            .collect();
        let texts: FxHashSet<GlobalId> = self.ids().filter(|id| self.is_in(*id, &changed)).collect();
        let shapes = self.shapes(last, &texts);
        self.entries = std::mem::take(&mut last.entries);
        self.redone = changed;
        for (entries, redone) in self.entries.iter().zip(&mut self.redone) {
            for (entry, redone) in entries.iter().zip(redone) {
                *redone |= !entry.asked.shapes.is_disjoint(&shapes) || !entry.asked.insides.is_disjoint(&texts);
            }
        }
        // A test looks at what was found about the workflows that it runs.
        let anew: FxHashSet<GlobalId> = self.ids().filter(|id| self.is_in(*id, &self.redone)).collect();
        for ((entries, redone), unit) in self.entries.iter().zip(&mut self.redone).zip(&self.env.files.units) {
            for ((entry, redone), slot) in entries.iter().zip(redone).zip(&unit.tree.items) {
                *redone |= matches!(slot.item.kind, ItemKind::Test(_)) && !entry.asked.insides.is_disjoint(&anew);
            }
        }
        self.redo();
    }

    fn ids(&self) -> impl Iterator<Item = GlobalId> + use<> {
        (0..self.env.decls.len() as u32).map(GlobalId)
    }

    /// What is said of the item of that number in a table of all items.
    fn is_in(&self, id: GlobalId, table: &[Vec<bool>]) -> bool {
        let Some(decl) = self.env.decls.get(id.0 as usize).filter(|decl| !decl.host) else { return false };
        let file = table.get(decl.place.file.0 as usize);
        file.and_then(|file| file.get(decl.place.item as usize)).copied().unwrap_or(false)
    }

    /// The items that are something else to others than they were; what the others are is known from the last check.
    fn shapes(&self, last: &Last, texts: &FxHashSet<GlobalId>) -> FxHashSet<GlobalId> {
        let mut stale = texts.clone();
        loop {
            let before = stale.len();
            for (id, (_, asked)) in self.ids().zip(&last.kinds) {
                if !asked.shapes.is_disjoint(&stale) || !asked.insides.is_disjoint(texts) {
                    stale.insert(id);
                }
            }
            if stale.len() == before {
                break;
            }
        }
        for (id, (kind, asked)) in self.ids().zip(&last.kinds) {
            if !stale.contains(&id) {
                self.env.know(id, kind.clone(), asked.clone());
            }
        }
        let was = |id: &GlobalId| {
            let (kind, (_, place, _)) = (last.kinds.get(id.0 as usize)?, last.decls.get(id.0 as usize)?);
            Some((&kind.0, Some(*place)))
        };
        stale.retain(|id| was(id) != Some((self.env.kind(*id), self.env.place(*id))));
        stale
    }

    /// Looks at the items that are marked: tests last, which look at what was found about workflows.
    fn redo(&mut self) {
        let mut facts: Vec<Vec<Arc<Facts>>> =
            self.entries.iter().map(|file| file.iter().map(|entry| entry.facts.clone()).collect()).collect();
        for testing in [false, true] {
            for (at, unit) in self.env.files.units.iter().enumerate() {
                for (index, slot) in unit.tree.items.iter().enumerate() {
                    if matches!(slot.item.kind, ItemKind::Test(_)) != testing || !self.redone[at][index] {
                        continue;
                    }
                    let (file, number) = (FileId(at as u32), index as u32);
                    let (found, asked) = self.env.watch(|| match testing {
                        false => item::check(&self.env, file, number),
                        true => tests::check(&self.env, &facts, file, number),
                    });
                    let used = Used::of(&slot.item, &found);
                    let typed = found.diagnostics.clone();
                    facts[at][index] = Arc::new(found);
                    self.entries[at][index] = Entry { asked, typed, used, ..Entry::default() };
                }
            }
        }
        for (entries, facts) in self.entries.iter_mut().zip(facts) {
            entries.iter_mut().zip(facts).for_each(|(entry, facts)| entry.facts = facts);
        }
    }

    fn views(&self) -> Vec<ItemView<'_>> {
        let mut views = Vec::new();
        for (at, ((unit, scope), entries)) in
            self.env.files.units.iter().zip(&self.env.scopes).zip(&self.entries).enumerate()
        {
            for (index, (slot, entry)) in unit.tree.items.iter().zip(entries).enumerate() {
                let (file, index) = (FileId(at as u32), index as u32);
                views.push(ItemView { file, index, item: &slot.item, facts: &entry.facts, scope });
            }
        }
        views
    }

    /// Runs the analyses over the items of which the facts or the callees have changed.
    fn analyse(&mut self, last: Option<&Last>) -> (Vec<Global>, Summaries) {
        let views = self.views();
        let redone: Vec<bool> = self.redone.iter().flatten().copied().collect();
        let mut globals = self.env.globals();
        let before = last.map(|last| Before { summaries: &last.summaries, redone: &redone });
        let (summaries, changed) = passes::summarize(&views, &globals, before);
        for (id, global) in globals.iter_mut().enumerate() {
            let Some(summary) = summaries.get(GlobalId(id as u32)) else { continue };
            if let GlobalKind::Command(signature) | GlobalKind::Workflow(signature) = &mut global.kind {
                let (raises, risk) = (summary.raises(), summary.effects.risk);
                *signature = match last.and_then(|last| last.globals.get(id)).map(|global| &global.kind) {
                    Some(GlobalKind::Command(old) | GlobalKind::Workflow(old))
                        if old.raises == raises
                            && old.risk == risk
                            && old.params == signature.params
                            && old.outputs == signature.outputs =>
                    {
                        old.clone()
                    }
                    _ => Arc::new(Signature { raises, risk, ..(**signature).clone() }),
                };
            }
        }
        let mut results = Vec::new();
        for (view, redone) in views.iter().zip(&redone) {
            let entry = self.entries.get(view.file.0 as usize).and_then(|file| file.get(view.index as usize));
            if !redone && entry.is_some_and(|entry| entry.summaries.is_disjoint(&changed)) {
                continue;
            }
            let own = self.env.unit(view.file).is_some_and(|unit| unit.std.is_none());
            let cx = PassContext { view: *view, globals: &globals, summaries: &summaries };
            let mut found = Vec::new();
            let (learnt, asked) = summaries.watch(|| {
                if own {
                    passes::run(&cx, &mut found);
                }
                passes::learn(&cx)
            });
            results.push((view.file, view.index, found, learnt, asked));
        }
        drop(views);
        for (file, index, found, learnt, asked) in results {
            if let Some(entry) = self.entries.get_mut(file.0 as usize).and_then(|all| all.get_mut(index as usize)) {
                learnt.store(Arc::make_mut(&mut entry.facts));
                entry.analysed = found;
                entry.summaries = asked;
                entry.alone = false;
            }
        }
        (globals, summaries)
    }

    /// The diagnostics of each item, and all of them.
    fn finish(&mut self, globals: &[Global]) -> Checked {
        let mut beyond: Vec<Vec<(Diagnostic, bool)>> = Vec::new();
        beyond.resize_with(self.entries.iter().map(Vec::len).sum(), Vec::new);
        let starts: Vec<usize> =
            self.entries.iter().scan(0, |start, file| Some(std::mem::replace(start, *start + file.len()))).collect();
        let slot = |diagnostic: &Diagnostic| {
            let place = diagnostic.primary.place;
            let within = self.entries.get(place.file.0 as usize)?.len() > place.item as usize;
            within.then_some(starts.get(place.file.0 as usize)? + place.item as usize)
        };
        for diagnostic in std::mem::take(&mut self.beyond) {
            match slot(&diagnostic) {
                Some(at) => beyond[at].push((diagnostic, false)),
                None => self.found.push(diagnostic),
            }
        }
        let mut whole = Vec::new();
        {
            let wrong = |at: usize, entry: &Entry| {
                entry.typed.iter().chain(beyond[at].iter().map(|(found, _)| found)).any(Diagnostic::is_error)
            };
            let entries = self.entries.iter().flatten().enumerate();
            let wholes: Vec<Whole> = self
                .views()
                .into_iter()
                .zip(entries)
                .map(|(view, (at, entry))| Whole { view, used: &entry.used, wrong: wrong(at, entry) })
                .collect();
            passes::program(&wholes, globals, &mut whole);
        }
        for diagnostic in whole {
            if let Some(at) = slot(&diagnostic) {
                beyond[at].push((diagnostic, true));
            }
        }
        let mut beyond = beyond.into_iter();
        for (at, (unit, entries)) in self.env.files.units.iter().zip(&mut self.entries).enumerate() {
            for (index, (slot, entry)) in unit.tree.items.iter().zip(entries).enumerate() {
                let beyond = beyond.next().unwrap_or_default();
                if entry.alone && beyond.is_empty() {
                    continue;
                }
                entry.alone = beyond.is_empty();
                let (late, early): (Vec<_>, Vec<_>) = beyond.into_iter().partition(|(_, late)| *late);
                let mut found = entry.typed.clone();
                found.extend(early.into_iter().map(|(found, _)| found));
                found.extend(entry.analysed.iter().cloned());
                found.extend(late.into_iter().map(|(found, _)| found));
                if unit.std.is_some() {
                    found.retain(Diagnostic::is_error);
                }
                passes::silence(FileId(at as u32), index as u32, &slot.item, &mut found);
                pasted::explain(&self.env, FileId(at as u32), &mut found);
                if !(found.is_empty() && entry.facts.diagnostics.is_empty()) {
                    Arc::make_mut(&mut entry.facts).diagnostics = found;
                }
            }
        }
        self.checked(globals)
    }

    fn checked(&mut self, globals: &[Global]) -> Checked {
        let mut found = std::mem::take(&mut self.found);
        found.extend(self.entries.iter().flatten().flat_map(|entry| entry.facts.diagnostics.iter().cloned()));
        let units = self.env.files.units.iter().zip(&self.entries).zip(&self.env.scopes).enumerate();
        let files = units.map(|(at, ((unit, entries), scope))| CheckedFile {
            file: FileId(at as u32),
            tree: unit.tree.clone(),
            facts: entries.iter().map(|entry| entry.facts.clone()).collect(),
            scope: scope.clone(),
        });
        Checked {
            sources: self.env.files.sources.clone(),
            roots: self.roots,
            files: files.collect(),
            globals: globals.to_vec(),
            diagnostics: placed(&self.env, found),
        }
    }

    fn into_last(self, globals: Vec<Global>, summaries: Summaries) -> Last {
        let kinds = self.ids().map(|id| self.env.known(id).cloned());
        let unknown = || (GlobalKind::Const(super::ty::Ty::Unknown), Asked::default());
        let kinds = kinds.map(|kind| kind.unwrap_or_else(unknown)).collect();
        Last {
            kinds,
            sources: self.env.files.sources.iter().map(|(_, source)| source.clone()).collect(),
            decls: self.env.decls.iter().map(|decl| (decl.name.clone(), decl.place, decl.host)).collect(),
            scopes: self.env.scopes,
            units: self.env.files.units,
            host: self.host.to_vec(),
            entries: self.entries,
            summaries,
            globals,
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
        |d: &Diagnostic| (d.primary.place.file, d.primary.place.span, std::cmp::Reverse(d.severity), d.code.name);
    found.sort_by_key(order);
    let reserved: Vec<Place> = of_code(&found, &codes::check::RESERVED_NAME);
    let words = &codes::syntax::RESERVED_WORD;
    found.retain(|d| d.code.name != words.name || !reserved.contains(&d.primary.place)); // one of the two is enough
    found
}

fn of_code(found: &[Diagnostic], code: &Code) -> Vec<Place> {
    found.iter().filter(|d| d.code.name == code.name).map(|d| d.primary.place).collect()
}
