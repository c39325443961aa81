//! The declared items of all files, and what each file sees of them.

use std::cell::{Cell, OnceCell, RefCell};
use std::sync::Arc;

use ecow::EcoString;
use indexmap::IndexMap;
use rustc_hash::{FxHashMap, FxHashSet};

use super::checker::Checker;
use super::facts::{FileScope, Global, GlobalId, GlobalKind, Signature};
use super::load::{Files, Unit, module_name};
use super::ty::Ty;
use super::{errors, signature};
use crate::diagnostic::{Diagnostic, Place};
use crate::source::{FileId, Span};
use crate::suggest;
use crate::syntax::declared_name;
use crate::syntax::tree::{Item, ItemKind, Name, Use};

/// A declared item; what it is is found out when somebody asks.
#[derive(Debug)]
pub struct Decl {
    /// Its name.
    pub name: EcoString,
    /// Where its name stands.
    pub place: Place,
    /// Whether it is a command of the host program (and stands nowhere).
    pub host: bool,
    kind: OnceCell<(GlobalKind, Asked)>,
    busy: Cell<bool>,
}

/// What was asked about other items while one was looked at: when the answers stay the same, so does what was found.
#[derive(Clone, Default, Debug)]
pub struct Asked {
    /// Those of which the kind, name or place was asked.
    pub shapes: FxHashSet<GlobalId>,
    /// Those into which it looked.
    pub insides: FxHashSet<GlobalId>,
}

/// Everything that items see of each other.
#[derive(Debug)]
pub struct Env {
    /// The files.
    pub files: Files,
    /// The declared items, by [`GlobalId`].
    pub decls: Vec<Decl>,
    /// What each file sees, by [`FileId`].
    pub scopes: Vec<Arc<FileScope>>,
    items: FxHashMap<(u32, u32), GlobalId>,
    asked: RefCell<Vec<Asked>>,
    circular: Cell<bool>,
}

/// Stands in for the kind of an item that is just being looked at: silent wherever it is used.
static PENDING: GlobalKind = GlobalKind::Const(Ty::Unknown);

impl Env {
    /// Declares the items of `files` and the host's commands, and builds the scope of each file.
    pub fn new(files: Files, host: &[(EcoString, Signature)], out: &mut Vec<Diagnostic>) -> Self {
        let mut env = Self {
            files,
            decls: Vec::new(),
            scopes: Vec::new(),
            items: FxHashMap::default(),
            asked: RefCell::default(),
            circular: Cell::new(false),
        };
        let count = env.files.units.iter().map(|unit| unit.tree.items.len()).sum();
        env.items.reserve(count);
        env.decls.reserve(count);
        let mut host_scope = FileScope::default();
        for (name, signature) in host {
            let id = env.declare(name.clone(), Place::absolute(FileId(0), Span::at(0)), true);
            let signature = Signature { host: true, ..signature.clone() };
            if let Some(decl) = env.decls.get(id.0 as usize) {
                let _ = decl.kind.set((GlobalKind::Command(Arc::new(signature)), Asked::default()));
            }
            host_scope.commands.insert(name.clone(), id);
        }
        let own: Vec<FileScope> = (0..env.files.units.len()).map(|at| env.own(FileId(at as u32), out)).collect();
        let own: Vec<Arc<FileScope>> = own.into_iter().map(Arc::new).collect();
        let mut prelude = FileScope::default();
        for file in env.files.prelude() {
            extend(&mut prelude, &own[file.0 as usize]);
        }
        extend(&mut prelude, &host_scope);
        env.scopes = (0..own.len()).map(|at| Arc::new(env.scope(FileId(at as u32), &own, &prelude, out))).collect();
        env
    }

    fn declare(&mut self, name: EcoString, place: Place, host: bool) -> GlobalId {
        let id = GlobalId(self.decls.len() as u32);
        self.decls.push(Decl { name, place, host, kind: OnceCell::new(), busy: Cell::new(false) });
        id
    }

    /// Declares the items of one file; what it offers to others.
    fn own(&mut self, file: FileId, out: &mut Vec<Diagnostic>) -> FileScope {
        let mut scope = FileScope::default();
        let Some(tree) = self.files.units.get(file.0 as usize).map(|unit| unit.tree.clone()) else { return scope };
        for (index, slot) in tree.items.iter().enumerate() {
            let text = || Span::new(slot.start, slot.end).of(self.files.sources.get(file).text());
            match slot.item.kind {
                ItemKind::Broken => scope.lost.extend(text().lines().filter_map(declared_name).map(EcoString::from)),
                ItemKind::Record(_) | ItemKind::Enum(_) if !slot.errors.is_empty() => {
                    let parts = text().split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-')));
                    scope.lost.extend(parts.map(EcoString::from));
                }
                _ => scope.lost.extend(slot.errors.iter().filter_map(|error| bound_near(text(), error))),
            }
            let Some(name) = slot.item.name().filter(|name| !name.is_missing()) else { continue };
            let place = Place { file, item: index as u32, span: name.span };
            let id = self.declare(name.text.clone(), place, false);
            self.items.insert((file.0, index as u32), id);
            let command = matches!(slot.item.kind, ItemKind::Command(_));
            let table = if command { &mut scope.commands } else { &mut scope.names };
            if let Some(first) = table.get(&name.text) {
                out.push(errors::duplicate(place, &name.text, self.place(*first)));
            } else {
                table.insert(name.text.clone(), id);
            }
            if BUILTIN_TYPES.contains(&name.text.as_str())
                && matches!(slot.item.kind, ItemKind::Record(_) | ItemKind::Enum(_))
            {
                out.push(errors::builtin_type_name(place, &name.text));
            }
        }
        scope
    }

    /// What one file sees: the standard library, its imports, its own items.
    fn scope(&self, file: FileId, own: &[Arc<FileScope>], prelude: &FileScope, out: &mut Vec<Diagnostic>) -> FileScope {
        let mut scope = prelude.clone();
        let Some(unit) = self.files.units.get(file.0 as usize) else { return scope };
        let mine = &own[file.0 as usize];
        scope.lost.clone_from(&mine.lost);
        for (index, target) in &unit.uses {
            let Some(ItemKind::Use(item)) = unit.tree.items.get(*index as usize).map(|slot| &slot.item.kind) else {
                continue;
            };
            let place = |span| Place { file, item: *index, span };
            match (&item.names, target) {
                (Some(names), Some(target)) => {
                    for name in names.iter().filter(|name| !name.is_missing()) {
                        self.import(&mut scope, mine, (item, name), (&own[target.0 as usize], place(name.span)), out);
                    }
                }
                (Some(names), None) => scope.lost.extend(names.iter().map(|name| name.text.clone())),
                (None, _) => {
                    let Some((name, span)) = module_name(item) else { continue };
                    let offers = target.map_or_else(Default::default, |target| own[target.0 as usize].clone());
                    if scope.modules.insert(name.clone(), offers).is_some() {
                        out.push(errors::duplicate(place(span), &name, None));
                    } else if let Some(id) = mine.names.get(&name) {
                        out.push(errors::duplicate(place(span), &name, self.place(*id)));
                    }
                }
            }
        }
        if unit.std.is_none() {
            self.shadows(mine, prelude, out);
        }
        extend(&mut scope, mine);
        scope
    }

    fn import(
        &self,
        scope: &mut FileScope,
        mine: &FileScope,
        (item, name): (&Use, &Name),
        (from, place): (&FileScope, Place),
        out: &mut Vec<Diagnostic>,
    ) {
        let mut found = false;
        for (table, own, offered) in
            [(&mut scope.names, &mine.names, &from.names), (&mut scope.commands, &mine.commands, &from.commands)]
        {
            let Some(id) = offered.get(&name.text) else { continue };
            found = true;
            if let Some(first) = own.get(&name.text) {
                out.push(errors::duplicate(place, &name.text, self.place(*first)));
            }
            table.insert(name.text.clone(), *id);
        }
        if !found && from.lost.contains(&name.text) {
            scope.lost.insert(name.text.clone());
        } else if !found {
            let offered = from.names.keys().chain(from.commands.keys()).map(EcoString::as_str);
            let module = module_name(item).map(|(name, _)| name).unwrap_or_default();
            out.push(errors::not_offered(place, &name.text, &module, suggest::nearest(&name.text, offered)));
        }
    }

    fn shadows(&self, mine: &FileScope, prelude: &FileScope, out: &mut Vec<Diagnostic>) {
        for (own, known) in [(&mine.names, &prelude.names), (&mine.commands, &prelude.commands)] {
            for (name, id) in known {
                let Some(place) = own.get(name).and_then(|id| self.place(*id)) else { continue };
                if !self.decls.get(id.0 as usize).is_some_and(|decl| decl.host) {
                    out.push(errors::shadowed_standard(place, name, self.place(*id)));
                }
            }
        }
    }

    /// The text at `place`.
    pub fn text_at(&self, place: Place) -> Option<&str> {
        let place = self.unit(place.file)?.tree.absolute(place);
        self.files.sources.get(place.file).text().get(place.span.start as usize..place.span.end as usize)
    }

    /// Where the item of that number declares its name; a host's command stands nowhere.
    pub fn place(&self, id: GlobalId) -> Option<Place> {
        self.ask_shape(id);
        self.decls.get(id.0 as usize).filter(|decl| !decl.host).map(|decl| decl.place)
    }

    /// Its name.
    pub fn name(&self, id: GlobalId) -> EcoString {
        self.ask_shape(id);
        self.decls.get(id.0 as usize).map(|decl| decl.name.clone()).unwrap_or_default()
    }

    /// The file of that number.
    pub fn unit(&self, file: FileId) -> Option<&Unit> {
        self.files.units.get(file.0 as usize)
    }

    /// The item of that number as it is written.
    pub fn item(&self, id: GlobalId) -> Option<&Item> {
        if let Some(asked) = self.asked.borrow_mut().last_mut() {
            asked.insides.insert(id);
        }
        self.written(id)
    }

    fn written(&self, id: GlobalId) -> Option<&Item> {
        let decl = self.decls.get(id.0 as usize).filter(|decl| !decl.host)?;
        self.item_at(decl.place.file, decl.place.item)
    }

    /// An item by its place.
    pub fn item_at(&self, file: FileId, index: u32) -> Option<&Item> {
        Some(&*self.unit(file)?.tree.items.get(index as usize)?.item)
    }

    /// The number of an item by its place.
    pub fn id_at(&self, file: FileId, index: u32) -> Option<GlobalId> {
        self.items.get(&(file.0, index)).copied()
    }

    /// What the item of that number is. Asked while that is being found out, it is a constant of unknown type.
    pub fn kind(&self, id: GlobalId) -> &GlobalKind {
        self.ask_shape(id);
        let Some(decl) = self.decls.get(id.0 as usize) else { return &PENDING };
        if let Some((kind, _)) = decl.kind.get() {
            return kind;
        }
        if decl.busy.replace(true) {
            self.circular.set(true);
            return &PENDING;
        }
        let (kind, asked) = self.watch(|| match self.written(id) {
            Some(item) => signature::kind(&mut Checker::new(self, decl.place.file, decl.place.item), id, item),
            None => PENDING.clone(),
        });
        decl.busy.set(false);
        &decl.kind.get_or_init(|| (kind, asked)).0
    }

    /// Does `work` and says what it asked about other items.
    pub fn watch<T>(&self, work: impl FnOnce() -> T) -> (T, Asked) {
        self.asked.borrow_mut().push(Asked::default());
        let result = work();
        (result, self.asked.borrow_mut().pop().unwrap_or_default())
    }

    fn ask_shape(&self, id: GlobalId) {
        if let Some(asked) = self.asked.borrow_mut().last_mut() {
            asked.shapes.insert(id);
        }
    }

    /// Says what an item is, as an earlier check found out.
    pub fn know(&self, id: GlobalId, kind: GlobalKind, asked: Asked) {
        if let Some(decl) = self.decls.get(id.0 as usize) {
            let _ = decl.kind.set((kind, asked));
        }
    }

    /// What an item is, with what was asked to find that out.
    pub fn known(&self, id: GlobalId) -> Option<&(GlobalKind, Asked)> {
        self.decls.get(id.0 as usize)?.kind.get()
    }

    /// Whether what some item is depends on itself, so that the order of questions matters.
    pub fn is_circular(&self) -> bool {
        self.circular.get()
    }

    /// Whether what the item of that number is, is just being found out.
    pub fn is_busy(&self, id: GlobalId) -> bool {
        let busy = self.decls.get(id.0 as usize).is_some_and(|decl| decl.busy.get() && decl.kind.get().is_none());
        self.circular.set(self.circular.get() || busy);
        busy
    }

    /// All items with what they are.
    pub fn globals(&self) -> Vec<Global> {
        let global = |(at, decl): (usize, &Decl)| Global {
            name: decl.name.clone(),
            place: decl.place,
            kind: self.kind(GlobalId(at as u32)).clone(),
        };
        self.decls.iter().enumerate().map(global).collect()
    }
}

/// The name that is bound on the line of a syntax error, which nothing else may have bound.
fn bound_near(item: &str, error: &Diagnostic) -> Option<EcoString> {
    let (before, after) = item.split_at_checked(error.primary.place.span.start as usize)?;
    let start = before.rfind(['\n', ';', '{', '}']).map_or(0, |at| at + 1);
    let mut words = before[start..].split_whitespace().chain(after.lines().next()?.split_whitespace());
    let keyword = words.next()?;
    let name = words.next()?.trim_end_matches(':');
    matches!(keyword, "let" | "var" | "step" | "metric" | "output" | "approve").then(|| name.into())
}

fn extend(scope: &mut FileScope, with: &FileScope) {
    let add = |table: &mut IndexMap<EcoString, GlobalId>, names: &IndexMap<EcoString, GlobalId>| {
        table.reserve(names.len());
        table.extend(names.iter().map(|(name, id)| (name.clone(), *id)));
    };
    add(&mut scope.names, &with.names);
    add(&mut scope.commands, &with.commands);
}

/// Types that need no declaration.
pub const BUILTIN_TYPES: &[&str] = &[
    "bool", "int", "float", "string", "percent", "duration", "size", "time", "path", "file", "dir", "url", "json",
    "secret", "failure", "list", "map", "result",
];
