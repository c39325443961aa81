//! Which clause belongs where, and what each takes.

use rustc_hash::FxHashMap;

use crate::check::checker::Checker;
use crate::check::errors;
use crate::check::facts::LocalKind;
use crate::check::names::Role;
use crate::check::ty::Ty;
use crate::suggest;
use crate::syntax::tree::{Action, Clause, ClauseKind, Expr, ExprKind, Language, Name, actions};

/// What clauses stand in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// A step with an action of its own.
    Step,
    /// A step that runs a command or workflow.
    Run,
    /// A command.
    Command,
    /// An `undo`.
    Undo,
    /// A scope or workflow.
    Scope,
}

impl Place {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Place::Step => "a step",
            Place::Run => "a step that runs a command or workflow",
            Place::Command => "a command",
            Place::Undo => "an `undo`",
            Place::Scope => "a scope or workflow",
        }
    }
}

/// The word that a clause begins with.
pub fn word(kind: &ClauseKind) -> &'static str {
    match kind {
        ClauseKind::Broken => "",
        ClauseKind::Action(action) => match &**action {
            Action::Run(_) => "run",
            Action::Exec(_) => "exec",
            Action::Script(Language::Sh, _) => "sh",
            Action::Script(Language::Bash, _) => "bash",
            Action::Script(Language::Python, _) => "python",
            Action::Script(Language::Node, _) => "node",
            Action::Agent(..) => "agent",
            Action::Ask(..) => "ask",
            Action::Wait(_) | Action::WaitUntil(_) => "wait",
        },
        ClauseKind::Output(_) => "output",
        ClauseKind::Timeout(_) => "timeout",
        ClauseKind::Retry(_) => "retry",
        ClauseKind::OnFailure(_) => "on failure",
        ClauseKind::FailsAs(_) => "fails as",
        ClauseKind::Exits(_) => "exits",
        ClauseKind::Undo(_) => "undo",
        ClauseKind::Cache(_) => "cache",
        ClauseKind::Reads(_) => "reads",
        ClauseKind::Writes(_) => "writes",
        ClauseKind::Net(_) => "net",
        ClauseKind::Idempotent => "idempotent",
        ClauseKind::Irreversible(_) => "irreversible",
        ClauseKind::Risky(_) => "risky",
        ClauseKind::Env(_) => "env",
        ClauseKind::Args(_) => "args",
        ClauseKind::Stdin(_) => "stdin",
        ClauseKind::Cwd(_) => "cwd",
        ClauseKind::After(_) => "after",
        ClauseKind::Queue(_) => "queue",
        ClauseKind::Session(_) => "session",
        ClauseKind::Budget(_) => "budget",
        ClauseKind::Mode(_) => "mode",
        ClauseKind::OnSuccess(_) => "on success",
        ClauseKind::OnRollback(_) => "on rollback",
        ClauseKind::Finally(_) => "finally",
        ClauseKind::GateUse(_) => "gate use",
    }
}

fn belongs(word: &str, place: Place) -> bool {
    let scope = matches!(
        word,
        "timeout" | "budget" | "mode" | "on failure" | "on success" | "on rollback" | "finally" | "gate use"
    );
    match place {
        Place::Scope => scope,
        Place::Run => matches!(
            word,
            "run"
                | "output"
                | "timeout"
                | "retry"
                | "on failure"
                | "undo"
                | "risky"
                | "queue"
                | "session"
                | "budget"
                | "after"
        ),
        Place::Step => !matches!(word, "mode" | "on success" | "on rollback" | "finally" | "gate use"),
        Place::Command => !matches!(
            word,
            "mode" | "on success" | "on rollback" | "finally" | "gate use" | "on failure" | "after" | "session"
        ),
        Place::Undo => !matches!(
            word,
            "mode"
                | "on success"
                | "on rollback"
                | "finally"
                | "gate use"
                | "on failure"
                | "after"
                | "session"
                | "output"
                | "undo"
                | "cache"
                | "fails as"
                | "irreversible"
                | "budget"
        ),
    }
}

fn many(word: &str) -> bool {
    matches!(word, "output" | "on failure" | "fails as" | "gate use" | "on success" | "on rollback" | "finally")
}

impl Checker<'_> {
    /// Reports clauses that do not belong here, and those that may stand only once and stand twice.
    pub fn clause_places(&mut self, clauses: &[Clause], place: Place) {
        let mut seen = FxHashMap::default();
        for clause in clauses {
            let name = word(&clause.kind);
            if name.is_empty() {
                continue;
            }
            let at = self.at(clause.span);
            if !belongs(name, place) {
                self.report(errors::misplaced_clause(at, name, place.words()));
                continue;
            }
            if matches!(clause.kind, ClauseKind::Action(_)) || many(name) {
                continue;
            }
            if let Some(first) = seen.insert(name, clause.span) {
                let first = self.at(first);
                self.report(errors::duplicate_clause(at, name, first));
            }
        }
    }

    /// The one action among the clauses.
    pub(super) fn one_action<'t>(
        &mut self,
        clauses: &'t [Clause],
        whole: crate::source::Span,
        place: Place,
    ) -> Option<(&'t Clause, &'t Action)> {
        let mut all = actions(clauses);
        let first = all.next();
        if let (Some((first, _)), Some((second, _))) = (first, all.next()) {
            let first = self.at(first.span);
            self.report(errors::two_actions(self.at(second.span), place.words(), first));
        }
        let broken = clauses.iter().any(|clause| matches!(clause.kind, ClauseKind::Broken));
        if first.is_none() && !broken {
            self.report(errors::no_action(self.at(whole), place.words()));
        }
        first
    }

    /// The clauses that see only what is around: everything but outputs, `fails as`, `undo` and handlers.
    pub(super) fn plain_clause(&mut self, clause: &Clause, action: Option<&Action>) {
        match &clause.kind {
            ClauseKind::Timeout(_) | ClauseKind::Budget(_) => self.common_clause(clause),
            ClauseKind::Retry(retry) => {
                self.expect(&retry.count, &Ty::Int, None);
                self.kinds(&retry.kinds);
                for pause in [&retry.backoff, &retry.most].into_iter().flatten() {
                    self.expect(pause, &Ty::Duration, None);
                }
            }
            ClauseKind::Exits(codes) => codes.iter().for_each(|code| {
                self.expect(code, &Ty::Int, None);
            }),
            ClauseKind::Cache(Some(time)) => {
                self.expect(time, &Ty::Duration, None);
            }
            ClauseKind::Reads(globs) | ClauseKind::Writes(globs) => globs.iter().for_each(|glob| self.glob(glob)),
            ClauseKind::Net(hosts) => hosts.iter().for_each(|host| {
                self.expect(host, &Ty::String, None);
            }),
            ClauseKind::Irreversible(text) | ClauseKind::Risky(text) => self.text(text),
            ClauseKind::Env(entries) => self.environment(entries),
            ClauseKind::Args(list) => {
                self.words(list);
                if !matches!(action, Some(Action::Script(Language::Python | Language::Node, _)) | None) {
                    self.report(errors::args_without_script(self.at(clause.span)));
                }
            }
            ClauseKind::Stdin(value) => self.sent(value),
            ClauseKind::Cwd(dir) => {
                self.expect(dir, &Ty::Dir, None);
            }
            ClauseKind::After(names) => names.iter().for_each(|name| self.step_name(name)),
            ClauseKind::Session(name) => self.session(name, action),
            ClauseKind::Queue(name) => {
                self.expect(name, &Ty::String, None);
            }
            _ => {}
        }
        let process = matches!(action, Some(Action::Exec(_) | Action::Script(..)) | None);
        let needs = matches!(
            clause.kind,
            ClauseKind::Exits(_)
                | ClauseKind::Env(_)
                | ClauseKind::Stdin(_)
                | ClauseKind::Cwd(_)
                | ClauseKind::FailsAs(_)
        );
        let runs = matches!(action, Some(Action::Run(_)));
        if needs && !process && !runs {
            self.report(errors::clause_needs_process(self.at(clause.span), word(&clause.kind)));
        }
    }

    /// A glob of files: text, or a path.
    pub fn glob(&mut self, glob: &Expr) {
        let got = self.infer(glob, &Ty::String);
        if !got.is_silent() && !matches!(got, Ty::String | Ty::Path | Ty::File | Ty::Dir) {
            self.coerce(glob, &got, &Ty::String, None);
        }
    }

    fn environment(&mut self, entries: &[(Name, Expr)]) {
        let mut seen = FxHashMap::default();
        for (name, value) in entries {
            if let Some(first) = seen.insert(name.text.as_str(), name.span)
                && !name.is_missing()
            {
                let first = self.at(first);
                self.report(errors::duplicate(self.at(name.span), &name.text, Some(first)));
            }
            self.sent(value);
        }
    }

    /// A value that goes to a process: anything with a text form, or a secret.
    fn sent(&mut self, value: &Expr) {
        let got = self.infer(value, &Ty::Unknown);
        let place = self.at(value.span);
        match &got {
            Ty::Optional(_) | Ty::None => self.report(errors::optional_hole(place, &got)),
            Ty::Step(_) => self.report(errors::step_as_value(place)),
            Ty::Result(_) | Ty::Failure => self.report(errors::hole_without_text(place, &got)),
            _ => {}
        }
    }

    /// A list of arguments; an element that is a list becomes several.
    pub(super) fn words(&mut self, list: &Expr) {
        let ExprKind::List(elements) = &list.kind else {
            let got = self.infer(list, &Ty::list(Ty::String));
            match &got {
                Ty::List(element) if is_word(element) => {}
                ty if ty.is_silent() => {}
                Ty::String => self.report(match &list.kind {
                    ExprKind::Text(text) => errors::words_in_one(self.at(list.span), text.literal()),
                    _ => errors::words_in_one(self.at(list.span), None),
                }),
                _ => self.report(errors::not_words(self.at(list.span), &got)),
            }
            return;
        };
        for element in elements {
            let got = self.infer(element, &Ty::Unknown);
            let place = self.at(element.span);
            match &got {
                Ty::List(inner) if is_word(inner) => {}
                Ty::Optional(_) | Ty::None => self.report(errors::optional_hole(place, &got)),
                Ty::Secret => self.report(errors::secret_in(place, "an argument")),
                Ty::Step(_) => self.report(errors::step_as_value(place)),
                ty if !is_word(ty) => self.report(errors::not_a_word(place, ty)),
                _ => {}
            }
        }
        self.note(list, Ty::list(Ty::String));
    }

    fn step_name(&mut self, name: &Name) {
        if name.is_missing() {
            return;
        }
        match self.names.get(&name.text) {
            Some(binding) if binding.role == Role::Local(LocalKind::Step) => {
                let def = binding.def.clone();
                self.refer(name.span, def);
            }
            _ => {
                let steps = self.names.all().filter(|binding| binding.role == Role::Local(LocalKind::Step));
                let names: Vec<_> = steps.map(|binding| binding.name.clone()).collect();
                let near = suggest::nearest(&name.text, names.iter().map(ecow::EcoString::as_str));
                self.report(errors::unknown_step(self.at(name.span), &name.text, near));
            }
        }
    }

    fn session(&mut self, name: &Name, action: Option<&Action>) {
        self.step_name(name);
        let place = self.at(name.span);
        if !matches!(action, Some(Action::Agent(..) | Action::Run(_)) | None) {
            self.report(errors::session_without_agent(place));
        } else if self.names.get(&name.text).is_some() && !self.agents.contains(&name.text) {
            self.report(errors::session_of_no_agent(place, &name.text));
        }
    }
}

/// Whether it becomes one argument of a program.
fn is_word(ty: &Ty) -> bool {
    use Ty::{Bool, Dir, Duration, Enum, File, Float, Int, Path, Percent, Size, String, Time, Url};
    matches!(ty, Bool | Int | Float | String | Percent | Duration | Size | Time | Path | File | Dir | Url | Enum(_))
        || matches!(ty, Ty::Kind | Ty::Json)
        || ty.is_silent()
}
