//! Declared effects that contradict each other, that the step cannot have, or that are no globs.

use super::PassContext;
use super::print::{peel, print_text};
use super::step::Parts;
use super::walk::{Visit, walk_clause, walk_item, walk_stmt};
use crate::check::ty::Ty;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::flow;
use crate::source::Span;
use crate::syntax::tree::*;

/// Reports them for every step, command and `undo`.
pub fn run(cx: &PassContext, out: &mut Vec<Diagnostic>) {
    let mut pass = Declared { cx, out };
    if let ItemKind::Command(command) = &cx.view.item.kind {
        pass.action(&command.clauses);
    }
    walk_item(&mut pass, cx.view.item);
}

struct Declared<'c, 'o> {
    cx: &'c PassContext<'c>,
    out: &'o mut Vec<Diagnostic>,
}

impl<'a> Visit<'a> for Declared<'_, '_> {
    fn stmt(&mut self, stmt: &'a Stmt) {
        if let StmtKind::Step(step) = &stmt.kind {
            self.action(&step.clauses);
        }
        walk_stmt(self, stmt);
    }

    fn clause(&mut self, clause: &'a Clause) {
        match &clause.kind {
            ClauseKind::Undo(undo) => self.action(&undo.clauses),
            ClauseKind::Reads(globs) | ClauseKind::Writes(globs) => globs.iter().for_each(|glob| self.glob(glob)),
            _ => {}
        }
        walk_clause(self, clause);
    }

    fn expr(&mut self, _: &'a Expr) {}
}

impl Declared<'_, '_> {
    fn action(&mut self, clauses: &[Clause]) {
        let parts = Parts::of(clauses);
        if let (Some(a), Some((b, _))) = (parts.idempotent, parts.irreversible) {
            self.out.push(idempotent_irreversible(self.cx, b.span, a.span));
        }
        if let (Some((some, _)), Some((none, _))) =
            (parts.hosts(), parts.net.iter().find(|(_, hosts)| hosts.is_empty()))
        {
            self.out.push(net_none(self.cx, none.span, some.span));
        }
        if let Some((clause, lasting)) = parts.cache {
            self.cache(&parts, clause.span, lasting.is_some());
        }
    }

    fn cache(&mut self, parts: &Parts, span: Span, limited: bool) {
        let secret = parts.env.iter().map(|(_, e)| e).chain(parts.stdin).find(|e| self.cx.ty(e) == Some(&Ty::Secret));
        let cause = match parts.action {
            Some(Action::Agent(..)) => Some((parts.action_span, "an agent does not answer the same twice")),
            Some(Action::Ask(..)) => Some((parts.action_span, "a person is asked for an answer of today")),
            Some(Action::Wait(_) | Action::WaitUntil(_)) => Some((parts.action_span, "waiting has no result")),
            _ => None,
        };
        let cause = cause
            .or(parts.undo.map(|(clause, _)| {
                (clause.span, "what is restored from the cache was never done, so it cannot be undone")
            }))
            .or(parts.irreversible.map(|(clause, _)| (clause.span, "what is restored from the cache was never done")))
            .or(secret.map(|e| (e.span, "a result that depends on a secret must not be kept")))
            .or(parts
                .hosts()
                .filter(|_| !limited)
                .map(|(clause, _)| (clause.span, "what the network gives can change")));
        if let Some((at, why)) = cause {
            self.out.push(cache_effects(self.cx, span, at, why, parts.hosts().is_some()));
        } else if parts.reads.is_none() && !matches!(parts.action, Some(Action::Run(_)) | None) {
            self.out.push(cache_undeclared(self.cx, span));
        }
    }

    fn glob(&mut self, e: &Expr) {
        let ExprKind::Text(text) = &peel(e).kind else { return };
        let mut pattern = String::new();
        for part in &text.parts {
            match part {
                TextPart::Literal(literal, _) => pattern.push_str(literal),
                TextPart::Hole(_) => pattern.push('x'), // any text that is no wildcard
            }
        }
        if pattern.trim().is_empty() {
            self.out.push(bad_glob(self.cx, e.span, "this glob is empty", "name files, as in `\"src/**\"`"));
        } else if let Err(error) = globset::Glob::new(&pattern) {
            let shown = print_text(text);
            self.out.push(bad_glob(
                self.cx,
                e.span,
                &format!("`{shown}` is no glob: {}", reason(error.kind())),
                "escape a special character with a backslash (`\\\\[` in a string), or close it",
            ));
        } else if pattern.trim_start_matches("../").split('/').any(|name| name == "..") {
            let shown = print_text(text);
            self.out.push(bad_glob(
                self.cx,
                e.span,
                &format!("`..` cannot stand inside a glob (`{shown}`)"),
                "write the path without it; at its beginning `../` leaves the workspace",
            ));
        }
    }
}

fn reason(kind: &globset::ErrorKind) -> &'static str {
    use globset::ErrorKind as K;
    match kind {
        K::UnclosedClass => "a `[` is not closed",
        K::InvalidRange(..) => "a range in `[…]` runs backwards",
        K::UnopenedAlternates => "a `}` closes nothing",
        K::UnclosedAlternates => "a `{` is not closed",
        K::NestedAlternates => "`{…}` cannot stand in `{…}`",
        K::DanglingEscape => "a backslash at the end escapes nothing",
        K::InvalidRecursive => "`**` must be a whole path component",
        _ => "it cannot be read",
    }
}

fn idempotent_irreversible(cx: &PassContext, at: Span, cause: Span) -> Diagnostic {
    Diagnostic::new(&flow::CONTRADICTORY_EFFECTS, cx.at(at), "a step cannot be `idempotent` and `irreversible`")
        .label(cx.at(cause), "says that doing it again changes nothing")
        .help("keep `irreversible` if its effect lasts (it is then never repeated unasked), `idempotent` if it may be done again")
}

fn net_none(cx: &PassContext, at: Span, cause: Span) -> Diagnostic {
    Diagnostic::new(&flow::CONTRADICTORY_EFFECTS, cx.at(at), "`net none` contradicts the hosts that this step names")
        .label(cx.at(cause), "names hosts")
        .help("take one of the two out")
}

fn cache_effects(cx: &PassContext, at: Span, cause: Span, why: &str, net: bool) -> Diagnostic {
    let help =
        if net { "say how long a result stays good (`cache for 1h`), or take `cache` out" } else { "take `cache` out" };
    Diagnostic::new(&flow::CACHE_EFFECTS, cx.at(at), "the result of this step cannot be cached")
        .label(cx.at(cause), why)
        .help(help)
}

fn cache_undeclared(cx: &PassContext, at: Span) -> Diagnostic {
    Diagnostic::new(&flow::CACHE_UNDECLARED, cx.at(at), "nobody can tell when this cached result is out of date")
        .here("the step does not declare what it reads")
        .help("add `reads` (and `writes`, if it writes files): the result is used again while those files are the same")
}

fn bad_glob(cx: &PassContext, at: Span, message: &str, help: &str) -> Diagnostic {
    Diagnostic::new(&flow::BAD_GLOB, cx.at(at), message).help(help)
}
