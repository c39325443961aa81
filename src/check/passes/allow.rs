//! `allow(lint) "reason"`: what it silences, and what is wrong with it.

use super::walk::{Visit, walk_item, walk_stmt};
use crate::diagnostic::codes::{self, flow, lint};
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::source::{FileId, Span};
use crate::suggest;
use crate::syntax::tree::*;

/// An `allow` and the range in which it holds.
struct Scope<'a> {
    allow: &'a Allow,
    over: Span,
    used: Vec<bool>,
}

/// See [`super::silence`].
pub fn silence(file: FileId, index: u32, item: &Item, found: &mut Vec<Diagnostic>) {
    let mut collect = Collect(Vec::new());
    let whole = Span::new(0, u32::MAX);
    item.allows.iter().for_each(|allow| collect.add(allow, whole));
    walk_item(&mut collect, item);
    let mut scopes = collect.0;
    if scopes.is_empty() {
        return;
    }
    found.retain(|diagnostic| diagnostic.is_error() || !is_silenced(&mut scopes, index, diagnostic));
    let doubt = found.iter().any(Diagnostic::is_error); // what an error hides may need the `allow`
    let at = |span| Place { file, item: index, span };
    for scope in &scopes {
        for (name, used) in scope.allow.lints.iter().zip(&scope.used) {
            match codes::find(&name.text) {
                None => found.push(unknown_lint(at(name.span), &name.text)),
                Some(code) if code.severity == Severity::Error => found.push(not_a_lint(at(name.span), code.name)),
                Some(code) if !used && !doubt => {
                    found.push(unused_allow(at(name.span), code.name, at(scope.allow.span)))
                }
                Some(_) => {}
            }
        }
        if scope.allow.reason.as_ref().is_none_or(|reason| reason.literal().is_some_and(|text| text.trim().is_empty()))
        {
            found.push(allow_without_reason(at(scope.allow.span)));
        }
    }
}

fn is_silenced(scopes: &mut [Scope], index: u32, diagnostic: &Diagnostic) -> bool {
    let place = diagnostic.primary.place;
    let mut silenced = false;
    for scope in scopes.iter_mut().rev() {
        let inside = place.item == index && scope.over.start <= place.span.start && place.span.end <= scope.over.end;
        let listed = scope.allow.lints.iter().position(|name| name.text == diagnostic.code.name);
        if let (true, Some(at)) = (inside, listed)
            && let Some(used) = scope.used.get_mut(at)
        {
            *used = true;
            silenced = true;
        }
    }
    silenced
}

struct Collect<'a>(Vec<Scope<'a>>);

impl<'a> Collect<'a> {
    fn add(&mut self, allow: &'a Allow, over: Span) {
        self.0.push(Scope { allow, over, used: vec![false; allow.lints.len()] });
    }
}

impl<'a> Visit<'a> for Collect<'a> {
    fn stmt(&mut self, stmt: &'a Stmt) {
        stmt.allows.iter().for_each(|allow| self.add(allow, stmt.span));
        walk_stmt(self, stmt);
    }
    fn expr(&mut self, _: &'a Expr) {}
}

fn unknown_lint(at: Place, name: &str) -> Diagnostic {
    let lints = codes::all().filter(|code| code.severity != Severity::Error).map(|code| code.name);
    let diagnostic = Diagnostic::new(&flow::UNKNOWN_LINT, at, format!("there is no lint called `{name}`"));
    match suggest::nearest(name, lints).map(|near| near.word) {
        Some(near) => {
            diagnostic.help(format!("did you mean `{near}`?")).fix(format!("replace with `{near}`"), at, near, true)
        }
        None => diagnostic.help("the name stands in brackets after the severity: `warning[unused-variable]`"),
    }
}

fn not_a_lint(at: Place, name: &str) -> Diagnostic {
    Diagnostic::new(&flow::UNKNOWN_LINT, at, format!("`{name}` is an error and cannot be allowed"))
        .help(format!("mend its cause; `wf explain {name}` says how"))
}

fn unused_allow(at: Place, name: &str, whole: Place) -> Diagnostic {
    Diagnostic::new(&lint::UNUSED_ALLOW, at, format!("nothing here is silenced by `allow({name})`"))
        .help("take it out: it would hide the next one")
        .fix("take it out", whole, "", false)
}

fn allow_without_reason(at: Place) -> Diagnostic {
    Diagnostic::new(&lint::ALLOW_WITHOUT_REASON, at, "this `allow` does not say why")
        .help("put the reason after it: `allow(…) \"why it is right here\"`")
}
