//! `exec` lists that are written as if a shell read them.

use super::PassContext;
use super::print::{print, shorten};
use super::walk::{Visit, walk_clause, walk_item};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint;
use crate::source::Span;
use crate::syntax::tree::*;

/// Reports them.
pub fn run(cx: &PassContext, out: &mut Vec<Diagnostic>) {
    struct Lists<'c, 'o>(&'c PassContext<'c>, &'o mut Vec<Diagnostic>);
    impl<'a> Visit<'a> for Lists<'_, '_> {
        fn clause(&mut self, clause: &'a Clause) {
            if let ClauseKind::Action(action) = &clause.kind
                && let Action::Exec(list) = &**action
            {
                exec(self.0, list, self.1);
            }
            walk_clause(self, clause);
        }
        fn expr(&mut self, _: &'a Expr) {}
    }
    walk_item(&mut Lists(cx, out), cx.view.item);
}

fn exec(cx: &PassContext, list: &Expr, out: &mut Vec<Diagnostic>) {
    let ExprKind::List(elements) = &list.kind else { return };
    let literal = |e: &Expr| match &e.kind {
        ExprKind::Text(text) => text.literal().map(str::to_owned),
        _ => None,
    };
    let Some(first) = elements.first() else { return };
    let program = literal(first).unwrap_or_default();
    if elements.len() == 1 && program.contains(char::is_whitespace) {
        out.push(exec_one_text(cx, first, &program));
        return;
    }
    if matches!(
        program.as_str(),
        "cd" | "export" | "source" | "." | "alias" | "set" | "unset" | "umask" | "ulimit" | "eval"
    ) {
        out.push(exec_builtin(cx, first.span, &program));
        return;
    }
    if matches!(program.as_str(), "sh" | "bash" | "dash" | "zsh" | "ksh") {
        let script =
            elements.iter().position(|e| literal(e).is_some_and(|text| text.starts_with('-') && text.ends_with('c')));
        if let Some(hole) = script.and_then(|at| elements.get(at + 1)).and_then(first_hole) {
            out.push(exec_inner_shell(cx, hole, &program));
        }
        return;
    }
    for e in elements.iter().skip(1) {
        let text = literal(e).unwrap_or_default();
        if matches!(
            text.as_str(),
            "|" | "||" | "&&" | ";" | ">" | ">>" | "<" | "2>" | "2>&1" | "&" | ">/dev/null" | "2>/dev/null"
        ) {
            out.push(exec_operator(cx, e.span, &text));
        } else if is_expansion(&text) {
            out.push(exec_expansion(cx, e.span, &text));
        }
    }
}

fn first_hole(e: &Expr) -> Option<&Expr> {
    match &e.kind {
        ExprKind::Text(text) => text.holes().next(),
        _ => None,
    }
}

/// `$NAME` or `~/…`: what only a shell expands.
fn is_expansion(text: &str) -> bool {
    let name = text.strip_prefix('$').is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
            && rest.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '/')
    });
    name || text.starts_with("~/")
}

fn exec_one_text(cx: &PassContext, first: &Expr, program: &str) -> Diagnostic {
    let words: Vec<String> = program.split_whitespace().map(|word| format!("\"{word}\"")).collect();
    let simple = program.chars().all(|c| c.is_ascii_alphanumeric() || " -_./=:,+@".contains(c));
    let diagnostic = Diagnostic::new(
        &lint::EXEC_AS_SHELL,
        cx.at(first.span),
        format!("no program is called `{}`", shorten(program)),
    )
    .help("`exec` takes the program and each argument as a text of its own; `sh` takes a command line");
    if simple { diagnostic.fix("split it into words", cx.at(first.span), words.join(", "), true) } else { diagnostic }
}

fn exec_builtin(cx: &PassContext, at: Span, program: &str) -> Diagnostic {
    let help = match program {
        "cd" => "the clause `cwd` sets the folder of a step",
        "export" | "set" | "unset" => "the clause `env` sets variables of a step",
        _ => "run it inside a `sh` script, together with what depends on it",
    };
    Diagnostic::new(
        &lint::EXEC_AS_SHELL,
        cx.at(at),
        format!("`{program}` is built into shells and changes nothing outside them"),
    )
    .help(help)
}

fn exec_operator(cx: &PassContext, at: Span, text: &str) -> Diagnostic {
    Diagnostic::new(
        &lint::EXEC_AS_SHELL,
        cx.at(at),
        format!("`{text}` is handed to the program as it stands: no shell reads this"),
    )
    .help("use `sh` for pipes, redirections and lists of commands")
}

fn exec_expansion(cx: &PassContext, at: Span, text: &str) -> Diagnostic {
    Diagnostic::new(
        &lint::EXEC_AS_SHELL,
        cx.at(at),
        format!("`{text}` is handed to the program as it stands: no shell expands it"),
    )
    .help("take the value from a parameter (`= env(\"NAME\") ?? \"…\"`), or use `sh`")
}

fn exec_inner_shell(cx: &PassContext, hole: &Expr, program: &str) -> Diagnostic {
    let message = format!("the value of `{}` becomes part of the script that `{program}` runs", print(hole));
    Diagnostic::new(&lint::EXEC_INNER_SHELL, cx.at(hole.span), message)
        .help("use `sh \"…\"`, where values stay values, or pass it after the script: `[\"sh\", \"-c\", \"… \\\"$1\\\"\", \"sh\", value]`")
}
