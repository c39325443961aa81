//! Good practice: limits, fallbacks, and effects that are repeated or swallowed without a thought.

use super::effects::{self, Effects};
use super::print::{print, print_text, shorten};
use super::step::Parts;
use super::walk::{Visit, walk_clause, walk_expr, walk_item, walk_stmt};
use super::{PassContext, scripts};
use crate::check::facts::{Def, LocalId};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint;
use crate::source::Span;
use crate::syntax::tree::*;

/// A workflow with so many steps without any limit of time is told so.
const LONG_CHAIN: usize = 6;
/// A `repeat` that may make so many passes needs a limit of time.
const MANY_PASSES: i64 = 100;
/// A script of more lines belongs into a file.
const LONG_SCRIPT: usize = 40;
/// An action at least so long is worth sharing.
const WORTH_SHARING: usize = 80;

/// Reports them.
pub fn run(cx: &PassContext, out: &mut Vec<Diagnostic>) {
    let mut pass = Habits {
        cx,
        out,
        limited: false,
        fallback: false,
        unlimited: 0,
        written: None,
        checkpoint: false,
        actions: Vec::new(),
        silent: Vec::new(),
    };
    match &cx.view.item.kind {
        ItemKind::Workflow(workflow) => {
            pass.within(&workflow.body.clauses, |pass| walk_item(pass, cx.view.item));
            if pass.unlimited >= LONG_CHAIN {
                pass.out.push(no_timeout(cx, &workflow.name, pass.unlimited));
            }
            let silent = std::mem::take(&mut pass.silent);
            silent_steps(cx, &silent, pass.out);
        }
        ItemKind::Command(command) => {
            let parts = Parts::of(&command.clauses);
            let effects = effects::of_parts(cx, &parts);
            pass.retries(&parts, &effects);
            walk_item(&mut pass, cx.view.item);
        }
        ItemKind::Handler(_) => walk_item(&mut pass, cx.view.item),
        _ => {}
    }
}

struct Habits<'c, 'o> {
    cx: &'c PassContext<'c>,
    out: &'o mut Vec<Diagnostic>,
    /// Whether something around limits the time.
    limited: bool,
    /// Whether something around handles failures otherwise than by `abort`.
    fallback: bool,
    /// Steps that may run for ever.
    unlimited: usize,
    /// An earlier step that changes something.
    written: Option<&'c Name>,
    /// Whether there is a checkpoint before.
    checkpoint: bool,
    /// Long actions seen so far, with where.
    actions: Vec<(String, &'c Name)>,
    /// Steps whose every failure is passed over: the step, and where it says so.
    silent: Vec<(&'c Step, Span)>,
}

impl<'c> Habits<'c, '_> {
    /// Does something inside a scope with these clauses.
    fn within(&mut self, clauses: &'c [Clause], inner: impl FnOnce(&mut Self)) {
        let outer = (self.limited, self.fallback);
        for clause in clauses {
            match &clause.kind {
                ClauseKind::Timeout(_) => self.limited = true,
                ClauseKind::OnFailure(handler) => self.fallback |= !gives_up(handler),
                _ => {}
            }
        }
        inner(self);
        (self.limited, self.fallback) = outer;
    }

    fn step(&mut self, step: &'c Step) {
        let parts = Parts::of(&step.clauses);
        let effects = effects::of_parts(self.cx, &parts);
        if parts.broken {
            return;
        }
        self.time(&parts);
        self.network(step, &parts);
        self.retries(&parts, &effects);
        self.point_of_no_return(step, &parts, &effects);
        self.repeated(step, &parts);
        for (clause, handler) in &parts.handlers {
            if handler.kinds.is_empty() && only_continues(handler) {
                self.silent.push((step, clause.span));
            }
        }
        if !effects.writes.is_empty()
            || (effects.unknown && !matches!(parts.action, Some(Action::Ask(..) | Action::Wait(_))))
        {
            self.written = Some(&step.name);
        }
    }

    fn time(&mut self, parts: &Parts) {
        let own = match parts.action {
            Some(Action::Run(run)) => {
                let callee = self.cx.callee(&run.callee).and_then(|id| self.cx.summaries.get(id));
                callee.is_none_or(|summary| summary.limited)
            }
            Some(Action::Exec(_) | Action::Script(..) | Action::Agent(..)) => false,
            _ => true,
        };
        if !own && !self.limited && parts.timeout.is_none() {
            self.unlimited += 1;
        }
    }

    fn network(&mut self, step: &Step, parts: &Parts) {
        let cared =
            parts.retry.is_some() || self.fallback || parts.handlers.iter().any(|(_, handler)| !gives_up(handler));
        if let (Some((clause, _)), false) = (parts.hosts(), cared) {
            let repeatable = parts.idempotent.is_some() || parts.writes.as_ref().is_none_or(Vec::is_empty);
            self.out.push(network_no_fallback(self.cx, step, clause.span, repeatable));
        }
    }

    fn retries(&mut self, parts: &Parts, effects: &Effects) {
        let Some((retry, _)) = parts.retry else { return };
        let again = parts.undo.is_some_and(|(_, undo)| undo.on_attempt);
        if effects.repeatable || again || (effects.unknown && effects.risk != crate::plan::ir::Risk::Risky) {
            return;
        }
        let cause = parts.irreversible.map(|(clause, _)| clause.span).or(parts.hosts().map(|(clause, _)| clause.span));
        let cause = cause.unwrap_or(parts.action_span);
        self.out.push(retry_not_repeatable(self.cx, retry.span, cause, &effects.reason));
    }

    fn point_of_no_return(&mut self, step: &Step, parts: &Parts, effects: &Effects) {
        if let (Some((clause, _)), Some(_), Some(written), false) =
            (parts.irreversible, &effects.barrier, self.written, self.checkpoint)
        {
            self.out.push(no_checkpoint(self.cx, step, clause.span, written));
        }
    }

    /// Long actions that stand in two steps.
    fn repeated(&mut self, step: &'c Step, parts: &Parts) {
        let text = match parts.action {
            Some(Action::Exec(e)) => print(e),
            Some(Action::Script(_, text)) => print_text(text),
            _ => return,
        };
        if let Some((_, text)) = parts.shell().or(match parts.action {
            Some(Action::Script(language, text)) => Some((*language, text)),
            _ => None,
        }) {
            let lines = print_text(text).lines().filter(|line| !line.trim().is_empty()).count();
            if lines > LONG_SCRIPT {
                self.out.push(long_script(self.cx, text.span, lines));
            }
        }
        if text.len() < WORTH_SHARING {
            return;
        }
        match self.actions.iter().find(|(other, _)| *other == text) {
            Some((_, first)) => self.out.push(duplicate_action(self.cx, &step.name, first)),
            None => self.actions.push((text, &step.name)),
        }
    }
}

impl<'c> Visit<'c> for Habits<'c, '_> {
    fn stmt(&mut self, stmt: &'c Stmt) {
        match &stmt.kind {
            StmtKind::Step(step) => {
                self.step(step);
                walk_stmt(self, stmt);
            }
            StmtKind::Checkpoint(_) => self.checkpoint = true,
            StmtKind::Scope(scope) => self.within(&scope.body.clauses, |pass| walk_stmt(pass, stmt)),
            StmtKind::Repeat(repeat) => {
                if let Some(max) = &repeat.max
                    && let ExprKind::Int(passes) = max.kind
                    && passes >= MANY_PASSES
                    && !self.limited
                {
                    self.out.push(many_passes(self.cx, max.span, passes));
                }
                walk_stmt(self, stmt);
            }
            _ => walk_stmt(self, stmt),
        }
    }

    fn clause(&mut self, clause: &'c Clause) {
        match &clause.kind {
            ClauseKind::Action(action) => match &**action {
                Action::Exec(e) => exec(self.cx, e, self.out),
                Action::Script(_, text) => credentials(self.cx, text, self.out),
                _ => {}
            },
            ClauseKind::Env(entries) => entries.iter().for_each(|(name, e)| literal_secret(self.cx, name, e, self.out)),
            _ => {}
        }
        walk_clause(self, clause);
    }

    fn expr(&mut self, e: &'c Expr) {
        if scripts::is_raw(e) && !matches!(self.cx.def(e.span), Some(Def::Global(_) | Def::Local(_))) {
            self.out.push(raw_text(self.cx, e));
        }
        walk_expr(self, e);
    }
}

/// Whether a handler only hands the failure on.
fn gives_up(handler: &OnFailure) -> bool {
    match &handler.body {
        HandlerBody::Verdict(stmt) => matches!(&stmt.kind, StmtKind::Verdict(v) if matches!(**v, Verdict::Abort)),
        _ => false,
    }
}

/// Whether a handler goes on without a word, a value or a deed.
fn only_continues(handler: &OnFailure) -> bool {
    let silent = |stmt: &Stmt| matches!(&stmt.kind, StmtKind::Verdict(v) if matches!(&**v, Verdict::Continue(args) if args.is_empty()));
    match &handler.body {
        HandlerBody::Verdict(stmt) => silent(stmt),
        HandlerBody::Block(block) => matches!(&*block.stmts, [stmt] if silent(stmt)),
        HandlerBody::Use(..) => false,
    }
}

/// Of the steps that go on after any failure, those that nothing looks at afterwards.
fn silent_steps(cx: &PassContext, steps: &[(&Step, Span)], out: &mut Vec<Diagnostic>) {
    if steps.is_empty() {
        return;
    }
    let declared: Vec<u32> = steps.iter().map(|(step, _)| step.name.span.start).collect();
    let uses = |id: LocalId| {
        cx.view.facts.defs.iter().any(|(at, def)| {
            !declared.contains(at) && matches!(def, Def::Local(other) if cx.slot(*other) == cx.slot(id))
        })
    };
    for (step, at) in steps {
        if let Some(Def::Local(id)) = cx.def(step.name.span)
            && !uses(*id)
        {
            out.push(silent_continue(cx, step, *at));
        }
    }
}

/// Lists of `exec` that are written as if a shell read them.
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
pub fn traced_secrets(cx: &PassContext, out: &mut Vec<Diagnostic>) {
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

fn no_timeout(cx: &PassContext, name: &Name, steps: usize) -> Diagnostic {
    let message = format!("{steps} steps of `{}` may each run for ever", name.text);
    Diagnostic::new(&lint::NO_TIMEOUT, cx.at(name.span), message).help(
        "begin its body with `timeout 2h` (or whatever is more than enough), so that a step that hangs ends the run",
    )
}

fn network_no_fallback(cx: &PassContext, step: &Step, clause: Span, repeatable: bool) -> Diagnostic {
    let message = format!("step `{}` needs the network and has no plan for when it fails", step.name.text);
    let help = if repeatable {
        "add `retry 2 backoff 5s to 1m`, or a handler (`on failure …`)"
    } else {
        "add a handler (`on failure …`); if it may be done again, say `idempotent` and add `retry 2 backoff 5s to 1m`"
    };
    Diagnostic::new(&lint::NETWORK_NO_FALLBACK, cx.at(step.name.span), message)
        .label(cx.at(clause), "uses the network")
        .help(help)
}

fn retry_not_repeatable(cx: &PassContext, at: Span, cause: Span, reason: &str) -> Diagnostic {
    Diagnostic::new(&lint::RETRY_NOT_REPEATABLE, cx.at(at), "each retry may do the same thing to the world once more")
        .label(cx.at(cause), reason.to_owned())
        .help("say `idempotent` if doing it twice is doing it once (`$WF_KEY` helps), or clean up with `undo on attempt { … }`")
}

fn no_checkpoint(cx: &PassContext, step: &Step, clause: Span, written: &Name) -> Diagnostic {
    let message = format!("no checkpoint before `{}`, which cannot be undone", step.name.text);
    Diagnostic::new(&lint::NO_CHECKPOINT, cx.at(step.name.span), message)
        .label(cx.at(clause), "the point of no return")
        .label(cx.at(written.span), "what was done since here is lost if it fails and the run is rolled back")
        .help("put `checkpoint NAME` before it: a failure can then go back to just there")
}

fn many_passes(cx: &PassContext, at: Span, passes: i64) -> Diagnostic {
    Diagnostic::new(
        &lint::MANY_PASSES,
        cx.at(at),
        format!("this loop may make {passes} passes, and nothing limits its time"),
    )
    .help("lower `max`, or put a `timeout` on the scope or workflow around it")
}

fn silent_continue(cx: &PassContext, step: &Step, at: Span) -> Diagnostic {
    let message = format!("whatever goes wrong in `{}` passes unnoticed", step.name.text);
    Diagnostic::new(&lint::SILENT_CONTINUE, cx.at(at), message)
        .help(format!("name the kinds that do not matter (`on failure (exit) continue`), `emit` a line in the handler, or ask `{}.status` later", step.name.text))
}

fn long_script(cx: &PassContext, at: Span, lines: usize) -> Diagnostic {
    Diagnostic::new(&lint::LONG_SCRIPT, cx.at(at), format!("this script has {lines} lines"))
        .help("move it to a file of the project and `exec` that: it can then be run, checked and tested by itself")
}

fn duplicate_action(cx: &PassContext, name: &Name, first: &Name) -> Diagnostic {
    Diagnostic::new(
        &lint::DUPLICATE_ACTION,
        cx.at(name.span),
        format!("`{}` does exactly what `{}` does", name.text, first.text),
    )
    .label(cx.at(first.span), "the same action")
    .help("declare a `command` with what differs as parameters, and `run` it twice")
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

fn secret_in_source(cx: &PassContext, at: Span, what: &str) -> Diagnostic {
    Diagnostic::new(&lint::SECRET_IN_SOURCE, cx.at(at), format!("`{what}` holds what looks like a credential, for everybody to read"))
        .help("make it a parameter of type `secret`, and give it with `--secret NAME=env:VAR`; replace a real one, since it is known now")
}

fn secret_traced(cx: &PassContext, at: Span, name: &Name) -> Diagnostic {
    Diagnostic::new(&lint::SECRET_TRACED, cx.at(at), "this script prints every command it runs, and it holds a secret")
        .label(cx.at(name.span), "the secret comes in here")
        .help("leave `set -x` out, or turn it off (`set +x`) and read the secret from `stdin`")
}

fn raw_text(cx: &PassContext, e: &Expr) -> Diagnostic {
    Diagnostic::new(&lint::RAW_TEXT, cx.at(e.span), "`raw` pastes text that the shell reads as part of the script")
        .help(
            "give it as a value (`${…}` without `raw`); if it has to be script text, say why: `allow(raw-text) \"…\"`",
        )
}
