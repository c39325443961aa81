//! Secrets that anybody can read: written into the file, or printed by a script.

use super::PassContext;
use super::print::print_text;
use super::step::Parts;
use super::walk::{Visit, walk_clause, walk_item, walk_stmt};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint;
use crate::source::Span;
use crate::syntax::tree::*;

/// Reports them.
pub fn run(cx: &PassContext, out: &mut Vec<Diagnostic>) {
    struct Texts<'c, 'o>(&'c PassContext<'c>, &'o mut Vec<Diagnostic>);
    impl<'a> Visit<'a> for Texts<'_, '_> {
        fn clause(&mut self, clause: &'a Clause) {
            match &clause.kind {
                ClauseKind::Action(action) => {
                    if let Action::Script(_, text) = &**action {
                        credentials(self.0, text, self.1);
                    }
                }
                ClauseKind::Env(entries) => {
                    entries.iter().for_each(|(name, e)| literal_secret(self.0, name, e, self.1))
                }
                _ => {}
            }
            walk_clause(self, clause);
        }
        fn expr(&mut self, _: &'a Expr) {}
    }
    walk_item(&mut Texts(cx, out), cx.view.item);
    traced_secrets(cx, out);
}

/// What the names of variables that hold secrets contain.
const SECRET_NAMES: [&str; 7] = ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "API_KEY", "APIKEY", "PRIVATE_KEY"];
/// How the credentials of well-known services begin, and how long they are at least.
const CREDENTIALS: [(&str, usize); 8] = [
    ("ghp_", 36),
    ("github_pat_", 40),
    ("glpat-", 20),
    ("sk-ant-", 40),
    ("sk_live_", 24),
    ("AKIA", 20),
    ("xoxb-", 30),
    ("npm_", 36),
];

fn literal_secret(cx: &PassContext, name: &Name, e: &Expr, out: &mut Vec<Diagnostic>) {
    let ExprKind::Text(text) = &e.kind else { return };
    let upper = name.text.to_uppercase();
    let named = SECRET_NAMES.iter().any(|word| upper.ends_with(word));
    let value = text.literal().unwrap_or_default();
    let plain = value.len() >= 8 && !value.contains([' ', '/', '<', '*']);
    if (named && plain) || credential(value) {
        out.push(secret_in_source(cx, text.span, &name.text));
    }
}

fn credentials(cx: &PassContext, text: &Text, out: &mut Vec<Diagnostic>) {
    for part in &text.parts {
        if let TextPart::Literal(literal, span) = part
            && credential(literal)
        {
            out.push(secret_in_source(cx, *span, "this script"));
        }
    }
}

fn credential(text: &str) -> bool {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'))
        .any(|word| CREDENTIALS.iter().any(|(start, len)| word.starts_with(start) && word.len() >= *len))
}

/// Scripts that print their commands while they hold a secret.
fn traced_secrets(cx: &PassContext, out: &mut Vec<Diagnostic>) {
    struct Traced<'c, 'o>(&'c PassContext<'c>, &'o mut Vec<Diagnostic>);
    impl Traced<'_, '_> {
        fn look(&mut self, clauses: &[Clause]) {
            let parts = Parts::of(clauses);
            let secret = parts.env.iter().find(|(_, e)| self.0.ty(e) == Some(&crate::check::ty::Ty::Secret));
            if let (Some((_, text)), Some((name, _))) = (parts.shell(), secret)
                && print_text(text).lines().any(traces)
            {
                self.1.push(secret_traced(self.0, text.span, name));
            }
        }
    }
    impl<'a> Visit<'a> for Traced<'_, '_> {
        fn stmt(&mut self, stmt: &'a Stmt) {
            if let StmtKind::Step(step) = &stmt.kind {
                self.look(&step.clauses);
            }
            walk_stmt(self, stmt);
        }
        fn expr(&mut self, _: &'a Expr) {}
    }
    let mut pass = Traced(cx, out);
    if let ItemKind::Command(command) = &cx.view.item.kind {
        pass.look(&command.clauses);
    }
    walk_item(&mut pass, cx.view.item);
}

/// Whether a line of a script turns tracing on.
fn traces(line: &str) -> bool {
    line.split([';', '&']).any(|command| {
        let mut words = command.split_whitespace();
        words.next() == Some("set")
            && words.any(|word| {
                word == "xtrace" || (word.starts_with('-') && word.contains('x') && !word.starts_with("--"))
            })
    })
}

fn secret_in_source(cx: &PassContext, at: Span, what: &str) -> Diagnostic {
    Diagnostic::new(&lint::SECRET_IN_SOURCE, cx.at(at), format!("`{what}` holds what looks like a credential, for everybody to read"))
        .help("make it a parameter of type `secret`, and give it with `--secret NAME=env:VAR`; replace a real one, since it is known now")
}

fn secret_traced(cx: &PassContext, at: Span, name: &Name) -> Diagnostic {
    Diagnostic::new(&lint::SECRET_TRACED, cx.at(at), "this script prints every command it runs, and it holds a secret")
        .label(cx.at(name.span), "the secret comes in here")
        .help("leave `set -x` out, or turn it off (`set +x`) and read the secret from `stdin`")
}
