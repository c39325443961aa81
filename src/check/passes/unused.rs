//! Names that are declared and never used.

use super::walk::{Visit, walk_clause, walk_expr, walk_item, walk_stmt};
use super::{ItemView, PassContext, Whole};
use crate::check::facts::{Def, Facts, Global, GlobalId, GlobalKind, LocalId, LocalKind};
use crate::check::ty::Ty;
use crate::diagnostic::codes::lint;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::source::Span;
use crate::syntax::tree::*;
use ecow::EcoString;
use rustc_hash::FxHashSet;

/// Reports what is unused in one item.
pub fn locals(cx: &PassContext, out: &mut Vec<Diagnostic>) {
    let facts = cx.view.facts;
    let mut assigned = Assigned { cx, names: FxHashSet::default(), locals: FxHashSet::default(), broken: false };
    walk_item(&mut assigned, cx.view.item);
    if assigned.broken {
        return; // what could not be read may well use it
    }
    let declared: FxHashSet<u32> = facts.locals.iter().map(|local| local.span.start).collect();
    let mut used = vec![false; facts.locals.len()];
    for (at, def) in &facts.defs {
        let Def::Local(id) = def else { continue };
        if !declared.contains(at) && !assigned.names.contains(at) {
            mark(cx, &mut used, *id);
        }
    }
    spread(cx, &mut used);
    for (at, local) in facts.locals.iter().enumerate() {
        let id = LocalId(at as u32);
        if local.name.starts_with('_') || local.joined.is_some() || local.name.is_empty() {
            continue;
        }
        if !used.get(at).copied().unwrap_or(true) {
            let assigned = assigned.locals.contains(&cx.slot(id));
            out.extend(unused_local(cx, (&local.name, local.span), local.kind, assigned));
        } else if local.kind == LocalKind::Var && !assigned.locals.contains(&cx.slot(id)) {
            out.push(never_assigned(cx, &local.name, local.span));
        }
    }
    outputs(cx, out);
}

fn mark(cx: &PassContext, used: &mut [bool], id: LocalId) {
    for id in [id, cx.slot(id)] {
        if let Some(slot) = used.get_mut(id.0 as usize) {
            *slot = true;
        }
    }
}

/// A name that shares its slot with a used one is used.
fn spread(cx: &PassContext, used: &mut [bool]) {
    for at in 0..used.len() {
        if used.get(at) == Some(&true) || used.get(cx.slot(LocalId(at as u32)).0 as usize) == Some(&true) {
            mark(cx, used, LocalId(at as u32));
        }
    }
}

/// The names on the left of assignments.
struct Assigned<'c> {
    cx: &'c PassContext<'c>,
    names: FxHashSet<u32>,
    locals: FxHashSet<LocalId>,
    broken: bool,
}

impl<'a> Visit<'a> for Assigned<'_> {
    fn stmt(&mut self, stmt: &'a Stmt) {
        self.broken |= matches!(stmt.kind, StmtKind::Broken);
        if let StmtKind::Assign(assign) = &stmt.kind {
            self.names.insert(assign.0.span.start);
            if let Some(Def::Local(id)) = self.cx.def(assign.0.span) {
                self.locals.insert(self.cx.slot(*id));
            }
        }
        walk_stmt(self, stmt);
    }
    fn clause(&mut self, clause: &'a Clause) {
        self.broken |= matches!(clause.kind, ClauseKind::Broken);
        walk_clause(self, clause);
    }
    fn expr(&mut self, e: &'a Expr) {
        self.broken |= matches!(e.kind, ExprKind::Broken);
        walk_expr(self, e);
    }
}

/// Outputs that a step computes and nobody reads.
fn outputs(cx: &PassContext, out: &mut Vec<Diagnostic>) {
    let mut read = Read { cx, fields: FxHashSet::default(), whole: FxHashSet::default() };
    walk_item(&mut read, cx.view.item);
    struct Steps<'c, 'o>(&'c PassContext<'c>, Read<'c>, &'o mut Vec<Diagnostic>);
    impl<'a> Visit<'a> for Steps<'_, '_> {
        fn stmt(&mut self, stmt: &'a Stmt) {
            if let StmtKind::Step(step) = &stmt.kind
                && let Some(Def::Local(id)) = self.0.def(step.name.span)
                && !self.1.whole.contains(&self.0.slot(*id))
            {
                let id = self.0.slot(*id);
                for clause in &step.clauses {
                    if let ClauseKind::Output(output) = &clause.kind
                        && !output.name.text.starts_with('_')
                        && !self.1.fields.contains(&(id, output.name.text.clone()))
                    {
                        self.2.push(unused_output(self.0, step, &output.name, clause.span));
                    }
                }
            }
            walk_stmt(self, stmt);
        }
        fn expr(&mut self, _: &'a Expr) {}
    }
    walk_item(&mut Steps(cx, read, out), cx.view.item);
}

/// Which outputs of which steps are read.
struct Read<'c> {
    cx: &'c PassContext<'c>,
    fields: FxHashSet<(LocalId, EcoString)>,
    whole: FxHashSet<LocalId>,
}

impl<'a> Visit<'a> for Read<'_> {
    fn clause(&mut self, clause: &'a Clause) {
        // The outputs of a step are names in its own clauses.
        walk_clause(self, clause);
    }
    fn stmt(&mut self, stmt: &'a Stmt) {
        if let StmtKind::Step(step) = &stmt.kind
            && let Some(Def::Local(id)) = self.cx.def(step.name.span)
        {
            struct Own<'c>(&'c PassContext<'c>, Vec<EcoString>);
            impl<'a> Visit<'a> for Own<'_> {
                fn expr(&mut self, e: &'a Expr) {
                    if let Some(Def::Output(name)) = self.0.def(e.span) {
                        self.1.push(name.clone());
                    }
                    walk_expr(self, e);
                }
                fn stmt(&mut self, stmt: &'a Stmt) {
                    if let StmtKind::Verdict(verdict) = &stmt.kind
                        && let Verdict::Continue(args) = &**verdict
                    {
                        self.1.extend(args.iter().filter_map(|arg| arg.name.as_ref()).map(|name| name.text.clone()));
                    }
                    walk_stmt(self, stmt);
                }
            }
            let mut own = Own(self.cx, Vec::new());
            step.clauses.iter().for_each(|clause| own.clause(clause));
            let id = self.cx.slot(*id);
            self.fields.extend(own.1.into_iter().map(|name| (id, name)));
        }
        if let StmtKind::Let(of) = &stmt.kind
            && let LetValue::Parallel(parallel) = &of.value
        {
            let steps = parallel.body.stmts.iter().filter_map(|branch| match &branch.kind {
                StmtKind::Step(step) => self.cx.def(step.name.span),
                _ => None,
            });
            let ids = steps.filter_map(|def| if let Def::Local(id) = def { Some(self.cx.slot(*id)) } else { None });
            self.whole.extend(ids); // their outputs are fields of what is bound
        }
        walk_stmt(self, stmt);
    }
    fn expr(&mut self, e: &'a Expr) {
        if let ExprKind::Field(field) = &e.kind
            && let ExprKind::Name(_) = field.base.kind
            && let Some(Def::Local(id)) = self.cx.def(field.base.span)
        {
            self.fields.insert((self.cx.slot(*id), field.name.text.clone()));
            return;
        }
        if let (ExprKind::Name(_), Some(Def::Local(id))) = (&e.kind, self.cx.def(e.span)) {
            self.whole.insert(self.cx.slot(*id));
        }
        walk_expr(self, e);
    }
}

/// Reports items and imports that no item uses. Workflows and commands are there to be called from outside; a file
/// without a workflow is a library, and all its items are.
pub fn items(items: &[Whole], globals: &[Global], out: &mut Vec<Diagnostic>) {
    let used = All::of(items);
    let views = || items.iter().map(|whole| &whole.view);
    let has_workflow: FxHashSet<u32> =
        views().filter(|view| matches!(view.item.kind, ItemKind::Workflow(_))).map(|view| view.file.0).collect();
    let broken: FxHashSet<u32> = items
        .iter()
        .filter(|whole| matches!(whole.view.item.kind, ItemKind::Broken) || whole.wrong)
        .map(|whole| whole.view.file.0)
        .collect();
    for (at, global) in globals.iter().enumerate() {
        let id = GlobalId(at as u32);
        let file = global.place.file.0;
        let checked = has_workflow.contains(&file) && !broken.contains(&file);
        if checked && !used.is_used(id, global) && !global.name.starts_with('_') {
            out.extend(unused_item(global));
        }
    }
    for view in views() {
        if let ItemKind::Use(import) = &view.item.kind
            && !broken.contains(&view.file.0)
        {
            imports(view, import, &used, globals, out);
        }
    }
}

/// What one item refers to.
#[derive(Clone, Default, Debug)]
pub struct Used {
    globals: FxHashSet<GlobalId>,
    kinds: FxHashSet<EcoString>,
    modules: FxHashSet<EcoString>,
}

impl Used {
    /// What `item` refers to.
    pub fn of(item: &Item, facts: &Facts) -> Self {
        let mut used = Self::default();
        if matches!(item.kind, ItemKind::Use(_)) {
            return used;
        }
        let own = item.name().map(|name| name.span.start);
        for (at, def) in &facts.defs {
            if own == Some(*at) {
                continue;
            }
            match def {
                Def::Global(id) => drop(used.globals.insert(*id)),
                Def::Variant(ty, _) | Def::Type(ty) => used.ty(ty),
                Def::Kind(name) => drop(used.kinds.insert(name.clone())),
                Def::Module(name) => drop(used.modules.insert(name.clone())),
                _ => {}
            }
        }
        facts.written.values().for_each(|ty| used.ty(ty));
        facts.types.iter().chain(facts.converted.values()).for_each(|ty| used.ty(ty));
        used
    }

    fn ty(&mut self, ty: &Ty) {
        match ty {
            Ty::List(inner) | Ty::Map(inner) | Ty::Optional(inner) | Ty::Result(inner) => self.ty(inner),
            Ty::Record(record) => {
                if let Some((id, _)) = &record.name
                    && !self.globals.insert(*id)
                {
                    return;
                }
                record.fields.iter().for_each(|field| self.ty(&field.ty));
            }
            Ty::Enum(of) => self.globals.extend(of.id),
            _ => {}
        }
    }
}

/// What the items of all files refer to.
#[derive(Default)]
struct All<'a> {
    globals: FxHashSet<GlobalId>,
    /// By file, since an import is used by its own file.
    by_file: FxHashSet<(u32, GlobalId)>,
    kinds: FxHashSet<&'a str>,
    modules: FxHashSet<(u32, &'a str)>,
}

impl<'a> All<'a> {
    fn of(items: &[Whole<'a>]) -> Self {
        let mut all = Self::default();
        all.by_file.reserve(items.iter().map(|whole| whole.used.globals.len()).sum());
        all.globals.reserve(items.len());
        for Whole { view, used, .. } in items {
            let file = view.file.0;
            all.globals.extend(&used.globals);
            all.by_file.extend(used.globals.iter().map(|id| (file, *id)));
            all.kinds.extend(used.kinds.iter().map(EcoString::as_str));
            all.modules.extend(used.modules.iter().map(|name| (file, name.as_str())));
        }
        all
    }

    fn is_used(&self, id: GlobalId, global: &Global) -> bool {
        let kind = || matches!(global.kind, GlobalKind::Error) && self.kinds.contains(global.name.as_str());
        self.globals.contains(&id) || kind()
    }
}

fn imports(view: &ItemView, import: &Use, used: &All, globals: &[Global], out: &mut Vec<Diagnostic>) {
    let file = view.file.0;
    let place = |span| Place { file: view.file, item: view.index, span };
    let Some(names) = &import.names else {
        let module = match (&import.alias, &import.from) {
            (Some(alias), _) => alias.clone(),
            (None, UseFrom::Std(name)) => {
                Name { text: name.text.rsplit('/').next().unwrap_or_default().into(), span: name.span }
            }
            (None, UseFrom::File(_)) => return,
        };
        if !used.modules.contains(&(file, module.text.as_str())) {
            out.push(unused_import(place(view.item.span), &module.text, place(view.item.span)));
        }
        return;
    };
    let all = names.iter().all(|name| !is_import_used(view, name, used, globals));
    for name in names {
        if !is_import_used(view, name, used, globals) {
            let remove = if all { view.item.span } else { name.span };
            out.push(unused_import(place(name.span), &name.text, place(remove)));
        }
    }
}

fn is_import_used(view: &ItemView, name: &Name, used: &All, globals: &[Global]) -> bool {
    let by_def = match view.facts.defs.get(&name.span.start) {
        Some(Def::Global(id)) => Some(*id),
        _ => None,
    };
    let ids = [by_def, view.scope.names.get(&name.text).copied(), view.scope.commands.get(&name.text).copied()];
    let mut found = ids.into_iter().flatten().peekable();
    if found.peek().is_none() {
        return true; // not resolved: reported elsewhere
    }
    found.any(|id| {
        let error = globals.get(id.0 as usize).is_some_and(|global| matches!(global.kind, GlobalKind::Error));
        used.by_file.contains(&(view.file.0, id)) || (error && used.kinds.contains(name.text.as_str()))
    })
}

fn unused_local(cx: &PassContext, (name, span): (&str, Span), kind: LocalKind, assigned: bool) -> Option<Diagnostic> {
    let (code, what): (&'static Code, _) = match kind {
        LocalKind::Param => match cx.view.item.kind {
            ItemKind::Command(_) | ItemKind::Workflow(_) | ItemKind::Fn(_) => (&lint::UNUSED_PARAMETER, "parameter"),
            _ => return None,
        },
        LocalKind::Let | LocalKind::Var => (&lint::UNUSED_VARIABLE, "variable"),
        LocalKind::Each | LocalKind::EachParallel => (&lint::UNUSED_VARIABLE, "loop variable"),
        LocalKind::Binding | LocalKind::Bound => match &cx.view.item.kind {
            ItemKind::Fn(function) if function.params.iter().any(|param| param.name.span == span) => {
                (&lint::UNUSED_PARAMETER, "parameter")
            }
            _ => (&lint::UNUSED_VARIABLE, "name"),
        },
        LocalKind::Step | LocalKind::Approval | LocalKind::Failure => return None,
    };
    let help = match what {
        "parameter" => "use it, or take it out; callers need not give what nothing reads".to_owned(),
        _ => format!("use it, take it out, or call it `_{name}` to say that this is meant"),
    };
    let message = if assigned {
        format!("{what} `{name}` is assigned and never read")
    } else {
        format!("{what} `{name}` is never used")
    };
    Some(Diagnostic::new(code, cx.at(span), message).help(help))
}

fn never_assigned(cx: &PassContext, name: &str, span: Span) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(&lint::NEVER_ASSIGNED, cx.at(span), format!("variable `{name}` is never assigned again"))
            .help("`let` says that it stays as it is");
    match declaration(cx.view.item, span) {
        Some(start) => diagnostic.fix("write `let`", cx.at(Span::new(start, start + 3)), "let", true),
        None => diagnostic,
    }
}

/// Where the `var` statement begins whose name stands at `span`.
fn declaration(item: &Item, span: Span) -> Option<u32> {
    struct Find(Span, Option<u32>);
    impl<'a> Visit<'a> for Find {
        fn stmt(&mut self, stmt: &'a Stmt) {
            if let StmtKind::Let(bind) = &stmt.kind
                && bind.mutable
                && bind.name.span == self.0
            {
                self.1 = Some(stmt.span.start);
            }
            walk_stmt(self, stmt);
        }
        fn expr(&mut self, _: &'a Expr) {}
    }
    let mut find = Find(span, None);
    walk_item(&mut find, item);
    find.1
}

fn unused_output(cx: &PassContext, step: &Step, name: &Name, clause: Span) -> Diagnostic {
    let message = format!("nothing reads output `{}` of step `{}`", name.text, step.name.text);
    Diagnostic::new(&lint::UNUSED_OUTPUT, cx.at(name.span), message)
        .help(format!("use `{}.{}`, or take the output out", step.name.text, name.text))
        .fix("take the output out", cx.at(clause), "", false)
}

fn unused_item(global: &Global) -> Option<Diagnostic> {
    let what = match &global.kind {
        GlobalKind::Type(Ty::Enum(_)) => "enum",
        GlobalKind::Type(_) => "record",
        GlobalKind::Error => "failure kind",
        GlobalKind::Const(_) => "constant",
        GlobalKind::Fn(_) => "function",
        GlobalKind::Handler => "handler",
        GlobalKind::Gates => "set of gates",
        GlobalKind::Agent => "agent",
        GlobalKind::Command(_) | GlobalKind::Workflow(_) => return None,
    };
    let message = format!("{what} `{}` is never used", global.name);
    Some(Diagnostic::new(&lint::UNUSED_ITEM, global.place, message).help("use it or take it out"))
}

fn unused_import(place: Place, name: &str, remove: Place) -> Diagnostic {
    Diagnostic::new(&lint::UNUSED_IMPORT, place, format!("import `{name}` is never used")).help("take it out").fix(
        "take it out",
        remove,
        "",
        false,
    )
}
