//! Branches and passes that run at once and touch the same files.

use super::PassContext;
use super::effects;
use super::glob::{Glob, GlobPart, Overlap, overlap};
use super::step::Parts;
use super::walk::{Visit, walk_item, walk_stmt};
use crate::diagnostic::codes::{flow, lint};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::*;
use ecow::EcoString;
use indexmap::IndexMap;
use rustc_hash::{FxHashMap, FxHashSet};

/// Reports conflicts in every `parallel` and `parallel for` of the item.
pub fn run(cx: &PassContext, out: &mut Vec<Diagnostic>) {
    walk_item(&mut Conflicts { cx, out }, cx.view.item);
}

struct Conflicts<'c, 'o> {
    cx: &'c PassContext<'c>,
    out: &'o mut Vec<Diagnostic>,
}

impl<'a> Visit<'a> for Conflicts<'_, '_> {
    fn stmt(&mut self, stmt: &'a Stmt) {
        match &stmt.kind {
            StmtKind::Parallel(parallel) => self.parallel(stmt.span, parallel),
            StmtKind::For(each) => self.each(stmt.span, each),
            StmtKind::Let(bind) => match &bind.value {
                LetValue::For(each) => self.each(stmt.span, each),
                LetValue::Parallel(parallel) => self.parallel(stmt.span, parallel),
                LetValue::Expr(_) => {}
            },
            _ => {}
        }
        walk_stmt(self, stmt);
    }
    fn expr(&mut self, _: &'a Expr) {}
}

/// One glob that a step of a branch reads or writes.
struct Access {
    glob: Glob,
    write: bool,
    branch: usize,
    step: Name,
}

/// What the branches touch.
struct Touched<'c> {
    cx: &'c PassContext<'c>,
    branch: usize,
    list: Vec<Access>,
    unknown: Vec<(usize, Name)>,
}

impl<'a> Visit<'a> for Touched<'_> {
    fn stmt(&mut self, stmt: &'a Stmt) {
        let StmtKind::Step(step) = &stmt.kind else { return walk_stmt(self, stmt) };
        let effects = effects::of_parts(self.cx, &Parts::of(&step.clauses));
        if effects.unknown {
            self.unknown.push((self.branch, step.name.clone()));
        }
        let (branch, step) = (self.branch, &step.name);
        let access = |glob, write| Access { glob, write, branch, step: step.clone() };
        self.list.extend(effects.writes.into_iter().map(|glob| access(glob, true)));
        self.list.extend(effects.reads.into_iter().map(|glob| access(glob, false)));
    }
    fn clause(&mut self, _: &'a Clause) {} // what handlers do is not what the branch normally does
    fn expr(&mut self, _: &'a Expr) {}
}

impl Conflicts<'_, '_> {
    fn touched(&self) -> Touched<'_> {
        Touched { cx: self.cx, branch: 0, list: Vec::new(), unknown: Vec::new() }
    }

    fn parallel(&mut self, span: Span, parallel: &Parallel) {
        if is_one(parallel.max.as_ref()) || parallel.body.stmts.len() < 2 {
            return;
        }
        let mut touched = self.touched();
        for (branch, stmt) in parallel.body.stmts.iter().enumerate() {
            touched.branch = branch;
            touched.stmt(stmt);
        }
        let Touched { list, unknown, .. } = touched;
        self.compare(&list);
        if !unknown.is_empty() {
            self.out.push(unknown_branches(self.cx, head(span, parallel.body.span), &unknown));
        }
    }

    /// Compares accesses of different branches, each pair of globs once.
    fn compare(&mut self, list: &[Access]) {
        let mut globs: IndexMap<(String, bool), Vec<&Access>> = IndexMap::new();
        for access in list {
            globs.entry((access.glob.shown(), access.write)).or_default().push(access);
        }
        let mut heads: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
        for (at, access) in globs.values().enumerate().filter_map(|(at, group)| Some((at, group.first()?))) {
            heads.entry(access.glob.fixed()).or_default().push(at);
        }
        let mut said: FxHashSet<(usize, usize)> = FxHashSet::default();
        for one in globs.values() {
            // Two globs can only meet where the fixed beginning of one begins that of the other.
            let fixed = one.first().map_or("", |access| access.glob.fixed());
            let shorter = (0..=fixed.len()).filter_map(|end| heads.get(fixed.get(..end)?));
            for other in shorter.flatten().filter_map(|at| globs.get_index(*at)).map(|(_, group)| group) {
                let Some((a, b)) = apart(one, other) else { continue };
                if (!a.write && !b.write) || said.contains(&(a.branch, b.branch)) {
                    continue;
                }
                let found = overlap(&a.glob, &b.glob);
                let worth = if found == Overlap::Never { None } else { conflict(self.cx, a, b, found) };
                if let Some(diagnostic) = worth {
                    said.insert((a.branch, b.branch));
                    self.out.push(diagnostic);
                }
            }
        }
    }

    fn each(&mut self, span: Span, each: &For) {
        if !each.parallel || is_one(each.max.as_ref()) {
            return;
        }
        let mut touched = self.touched();
        touched.stmts(&each.body.stmts);
        let list = touched.list;
        let mut said: Vec<EcoString> = Vec::new();
        for write in list.iter().filter(|access| access.write) {
            for other in &list {
                let moved = self.next_pass(&other.glob, each);
                if said.contains(&write.step.text) || overlap(&write.glob, &moved) != Overlap::Surely {
                    continue;
                }
                said.push(write.step.text.clone());
                self.out.push(pass_conflict(self.cx, write, other, each, head(span, each.body.span)));
            }
        }
    }

    /// `glob` as another pass means it: what depends on the pass has another value there.
    fn next_pass(&self, glob: &Glob, each: &For) -> Glob {
        let own = |id: &crate::check::facts::LocalId| {
            let local = self.cx.view.facts.locals.get(id.0 as usize);
            let body = each.body.span;
            local.is_some_and(|local| {
                local.span == each.name.span || (body.start <= local.span.start && local.span.end <= body.end)
            })
        };
        let parts = glob.parts.iter().map(|part| match part {
            GlobPart::Hole { key, mentions } if mentions.iter().any(own) => {
                GlobPart::Hole { key: format!("{key}'").into(), mentions: mentions.clone() }
            }
            _ => part.clone(),
        });
        Glob { parts: parts.collect() }
    }
}

/// Two accesses of different branches, in source order.
fn apart<'a>(one: &[&'a Access], other: &[&'a Access]) -> Option<(&'a Access, &'a Access)> {
    let a = one.first()?;
    let b = other.iter().find(|b| b.branch != a.branch).map(|b| (*a, *b));
    let (a, b) = b.or_else(|| {
        let b = other.first()?;
        one.iter().find(|a| a.branch != b.branch).map(|a| (*a, *b))
    })?;
    Some(if a.branch <= b.branch { (a, b) } else { (b, a) })
}

fn is_one(max: Option<&Expr>) -> bool {
    matches!(max.map(|e| &e.kind), Some(ExprKind::Int(1)))
}

/// The head of a statement, up to its block.
fn head(stmt: Span, body: Span) -> Span {
    Span::new(stmt.start, body.start.max(stmt.start))
}

fn conflict(cx: &PassContext, a: &Access, b: &Access, found: Overlap) -> Option<Diagnostic> {
    let both = a.write && b.write;
    let code: &'static Code = match (both, found) {
        (true, Overlap::Surely) => &flow::PARALLEL_CONFLICT,
        (false, Overlap::Surely) => &lint::PARALLEL_READ_WRITE,
        (true, _) => &lint::PARALLEL_UNKNOWN,
        (false, _) => return None,
    };
    let verb = |access: &Access| if access.write { "writes" } else { "reads" };
    let message = match (both, found) {
        (true, Overlap::Surely) => {
            format!("`{}` and `{}` write the same files at the same time", a.step.text, b.step.text)
        }
        (true, _) => format!("`{}` and `{}` may write the same files, depending on values", a.step.text, b.step.text),
        _ => {
            let (reader, writer) = if a.write { (b, a) } else { (a, b) };
            format!("`{}` reads what `{}` writes at the same time", reader.step.text, writer.step.text)
        }
    };
    let diagnostic = Diagnostic::new(code, cx.at(b.step.span), message)
        .here(format!("{} `{}`", verb(b), b.glob.shown()))
        .label(cx.at(a.step.span), format!("{} `{}`", verb(a), a.glob.shown()))
        .help("put one after the other, or let each have files of its own");
    Some(diagnostic)
}

fn pass_conflict(cx: &PassContext, write: &Access, other: &Access, each: &For, head: Span) -> Diagnostic {
    let code: &'static Code = if other.write { &flow::PARALLEL_CONFLICT } else { &lint::PARALLEL_READ_WRITE };
    let message = if other.write {
        format!("every pass of this loop writes `{}`, and passes run at the same time", write.glob.shown())
    } else {
        format!("one pass reads `{}` while another writes `{}`", other.glob.shown(), write.glob.shown())
    };
    let name = &each.name.text;
    Diagnostic::new(code, cx.at(write.step.span), message)
        .here(format!("writes `{}`", write.glob.shown()))
        .label(cx.at(head), "the passes of this loop run at once")
        .help(format!("let the path depend on `{name}` (`\"…/${{{name}}}/**\"`), or leave `parallel` out"))
}

fn unknown_branches(cx: &PassContext, span: Span, unknown: &[(usize, Name)]) -> Diagnostic {
    let mut names: Vec<String> = unknown.iter().map(|(_, name)| format!("`{}`", name.text)).collect();
    names.dedup();
    let more = names.len().saturating_sub(3);
    names.truncate(3);
    let mut who = names.join(", ");
    if more > 0 {
        who.push_str(&format!(" and {more} more"));
    }
    let verb = if unknown.len() == 1 { "does" } else { "do" };
    let mut diagnostic = Diagnostic::new(
        &lint::PARALLEL_UNKNOWN,
        cx.at(span),
        format!(
            "nobody can tell whether these branches get in each other's way: {who} {verb} not declare what they touch"
        ),
    )
    .help("add `reads` and `writes` to them");
    for (_, name) in unknown.iter().take(3) {
        diagnostic = diagnostic.label(cx.at(name.span), "declares neither `reads` nor `writes`");
    }
    diagnostic
}
