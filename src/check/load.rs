//! The files of a check: the roots, what they import, and the standard library. Reading is left to a [`Loader`].

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use ecow::EcoString;
use rustc_hash::FxHashMap;

use super::errors;
use crate::diagnostic::{Diagnostic, Place};
use crate::source::{FileId, Source, Sources, Span};
use crate::syntax::tree::{ItemKind, Tree, Use, UseFrom};

/// Reads the files that `use` names.
pub trait Loader {
    /// The text of `path`, which is relative in the way that the names of the root sources are.
    fn load(&self, path: &str) -> Result<String, LoadError>;
}

/// Why a file could not be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LoadError {
    /// There is none.
    Missing,
    /// In words, without a full stop.
    Unreadable(String),
}

/// Knows no file.
#[derive(Clone, Copy, Debug)]
pub struct NoFiles;

impl Loader for NoFiles {
    fn load(&self, _: &str) -> Result<String, LoadError> {
        Err(LoadError::Missing)
    }
}

/// Files in memory: texts by path.
impl Loader for BTreeMap<String, String> {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        self.get(path).cloned().ok_or(LoadError::Missing)
    }
}

/// The standard library: module name and text.
pub const STD: &[(&str, &str)] = &[
    ("errors", include_str!("../../stdlib/errors.wf")),
    ("commands", include_str!("../../stdlib/commands.wf")),
    ("git", include_str!("../../stdlib/git.wf")),
];

/// A source that a check begins with.
#[derive(Clone, Debug)]
pub struct Root {
    /// Its text and name.
    pub source: Arc<Source>,
    /// Its tree with what parsing reported, where it is parsed already (or was imported from JSON or YAML).
    pub parsed: Option<(Arc<Tree>, Vec<Diagnostic>)>,
}

/// A file with its imports resolved.
#[derive(Debug)]
pub struct Unit {
    /// Its tree.
    pub tree: Arc<Tree>,
    /// For each `use`, in order: the index of the item and the file, `None` where it could not be read.
    pub uses: Vec<(u32, Option<FileId>)>,
    /// The module name where it is one of the standard library.
    pub std: Option<&'static str>,
    /// What parsing reported.
    pub found: Arc<[Diagnostic]>,
}

/// The files of the last check, whose trees are kept where the text is the same.
pub type Past<'a> = &'a [(Arc<Source>, Arc<Tree>, Arc<[Diagnostic]>)];

/// All files of a check: the roots first, then what they import, then the rest of the standard library.
#[derive(Default, Debug)]
pub struct Files {
    /// The texts.
    pub sources: Sources,
    /// By [`FileId`].
    pub units: Vec<Unit>,
    /// What parsing and importing reported; places absolute or relative to items.
    pub diagnostics: Vec<Diagnostic>,
}

impl Files {
    /// The files of the standard library that every file sees.
    pub fn prelude(&self) -> impl Iterator<Item = FileId> {
        self.units
            .iter()
            .enumerate()
            .filter(|(_, unit)| matches!(unit.std, Some("errors" | "commands")))
            .map(|(at, _)| FileId(at as u32))
    }
}

/// Where a file is in the walk over imports.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Open,
    Done,
}

struct Walk<'a> {
    loader: &'a dyn Loader,
    past: Past<'a>,
    files: Files,
    known: FxHashMap<EcoString, FileId>,
    states: Vec<State>,
    trail: Vec<FileId>,
}

/// Loads everything that `roots` need.
pub fn load(roots: Vec<Root>, loader: &dyn Loader, past: Past) -> Files {
    let (files, known) = (Files::default(), FxHashMap::default());
    let mut walk = Walk { loader, past, files, known, states: Vec::new(), trail: Vec::new() };
    let ids: Vec<FileId> = roots.into_iter().map(|root| walk.add(root, None)).collect();
    for id in ids {
        walk.visit(id);
    }
    for name in ["errors", "commands"] {
        if let Some(id) = walk.std(name) {
            walk.visit(id);
        }
    }
    walk.files
}

impl Walk<'_> {
    fn add(&mut self, root: Root, std: Option<&'static str>) -> FileId {
        let id = self.files.sources.add(root.source.clone());
        let (tree, found) = root.parsed.unwrap_or_else(|| self.parse(&root.source, id));
        self.push(root.source.name(), id, tree, found, std);
        id
    }

    /// Parses what has changed since the last check.
    fn parse(&self, source: &Source, file: FileId) -> (Arc<Tree>, Vec<Diagnostic>) {
        let parsed = match self.past.iter().find(|(past, ..)| past.name() == source.name()) {
            Some((past, tree, found)) if past.text() == source.text() => return (tree.clone(), found.to_vec()),
            Some((past, tree, _)) => crate::syntax::reparse_tree(file, tree, past.text(), source.text()),
            None => crate::syntax::parse(file, source.text()),
        };
        (Arc::new(parsed.tree), parsed.diagnostics)
    }

    fn push(&mut self, name: &str, id: FileId, tree: Arc<Tree>, found: Vec<Diagnostic>, std: Option<&'static str>) {
        let mut found = found;
        found.iter_mut().flat_map(Diagnostic::places_mut).for_each(|place| place.file = id);
        self.files.diagnostics.extend(found.iter().cloned());
        let key = match std {
            Some(name) => format!("std/{name}").into(),
            None => normal("", name),
        };
        self.known.insert(key, id);
        self.files.units.push(Unit { tree, uses: Vec::new(), std, found: found.into() });
        self.states.push(State::Done);
    }

    fn visit(&mut self, id: FileId) {
        let at = id.0 as usize;
        let Some(unit) = self.files.units.get(at) else { return };
        if !unit.uses.is_empty() || self.trail.len() > crate::limits::MAX_NESTING {
            return;
        }
        let tree = unit.tree.clone();
        self.states[at] = State::Open;
        self.trail.push(id);
        for (index, slot) in tree.items.iter().enumerate() {
            if let ItemKind::Use(item) = &slot.item.kind {
                let file = self.import(id, index as u32, item);
                self.files.units[at].uses.push((index as u32, file));
            }
        }
        self.trail.pop();
        self.states[at] = State::Done;
    }

    fn import(&mut self, from: FileId, index: u32, item: &Use) -> Option<FileId> {
        let place = |span| Place { file: from, item: index, span };
        let found = match &item.from {
            UseFrom::Std(name) if name.is_missing() => return None,
            UseFrom::Std(name) => self.std(&name.text).ok_or_else(|| errors::unknown_std(place(name.span), &name.text)),
            UseFrom::File(text) => match text.literal() {
                None => Err(errors::computed_import(place(text.span))),
                Some(path) => self.file(from, path, place(text.span)),
            },
        };
        let id = match found {
            Ok(id) => id,
            Err(diagnostic) => {
                self.files.diagnostics.push(diagnostic);
                return None;
            }
        };
        if self.states.get(id.0 as usize) == Some(&State::Open) {
            let span = match &item.from {
                UseFrom::Std(name) => name.span,
                UseFrom::File(text) => text.span,
            };
            self.files.diagnostics.push(errors::import_cycle(place(span), &self.cycle(id)));
            return None;
        }
        self.visit(id);
        Some(id)
    }

    fn cycle(&self, to: FileId) -> Vec<String> {
        let name = |id: &FileId| self.files.sources.get(*id).name().to_owned();
        let start = self.trail.iter().position(|id| *id == to).unwrap_or(0);
        self.trail.iter().skip(start).chain([&to]).map(name).collect()
    }

    fn std(&mut self, name: &str) -> Option<FileId> {
        if let Some(id) = self.known.get(format!("std/{name}").as_str()) {
            return Some(*id);
        }
        let index = STD.iter().position(|(known, _)| *known == name)?;
        let (name, _) = STD.get(index)?;
        let (source, tree, found) = standard(index)?;
        let root = Root { source: source.clone(), parsed: Some((tree.clone(), found.to_vec())) };
        Some(self.add(root, Some(name)))
    }

    fn file(&mut self, from: FileId, path: &str, place: Place) -> Result<FileId, Diagnostic> {
        if !path.starts_with("./") && !path.starts_with("../") {
            return Err(errors::import_not_relative(place, path));
        }
        let key = normal(self.files.sources.get(from).name(), path);
        if let Some(id) = self.known.get(&key) {
            return Ok(*id);
        }
        match self.loader.load(&key) {
            Ok(text) => {
                let source = Arc::new(Source::new(key.as_str(), text));
                Ok(self.add(Root { source, parsed: None }, None))
            }
            Err(error) => Err(errors::missing_file(place, path, &error)),
        }
    }
}

/// `path` as seen from the folder of `from`, without `.` and `..` where they can be resolved.
fn normal(from: &str, path: &str) -> EcoString {
    let folder = from.rfind('/').map_or("", |at| &from[..at]);
    let folder = if path.starts_with('/') { "" } else { folder };
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let absolute = if path.starts_with('/') || folder.starts_with('/') { "/" } else { "" };
    format!("{absolute}{}", parts.join("/")).into()
}

/// The name that a module goes by without `as`: the file's name without its ending.
pub fn module_name(item: &Use) -> Option<(EcoString, Span)> {
    if let Some(alias) = &item.alias {
        return (!alias.is_missing()).then(|| (alias.text.clone(), alias.span));
    }
    match &item.from {
        UseFrom::Std(name) => (!name.is_missing()).then(|| (name.text.clone(), name.span)),
        UseFrom::File(text) => {
            let path = text.literal()?;
            let name = path.rsplit('/').next().unwrap_or(path);
            let name = name.strip_suffix(".wf").unwrap_or(name);
            (!name.is_empty()).then(|| (name.into(), text.span))
        }
    }
}

/// A text, its tree, and what parsing found.
type Module = (Arc<Source>, Arc<Tree>, Arc<[Diagnostic]>);

/// A module of the standard library, parsed once in a process.
fn standard(index: usize) -> Option<&'static Module> {
    static PARSED: [OnceLock<Module>; STD.len()] = [const { OnceLock::new() }; STD.len()];
    let (name, text) = STD.get(index)?;
    Some(PARSED.get(index)?.get_or_init(|| {
        let source = Source::new(format!("std/{name}.wf"), *text);
        let parsed = crate::syntax::parse(FileId(0), source.text());
        (Arc::new(source), Arc::new(parsed.tree), parsed.diagnostics.into())
    }))
}
