//! The clauses of a step, command or `undo`, sorted by what they are.

use crate::source::Span;
use crate::syntax::tree::*;

/// Clauses by kind, each where it stands.
#[derive(Default)]
pub struct Parts<'a> {
    /// The action.
    pub action: Option<&'a Action>,
    /// Where the action stands.
    pub action_span: Span,
    /// `output …`
    pub outputs: Vec<&'a Output>,
    /// `timeout …`
    pub timeout: Option<&'a Clause>,
    /// `retry …`
    pub retry: Option<(&'a Clause, &'a Retry)>,
    /// `on failure …`
    pub handlers: Vec<(&'a Clause, &'a OnFailure)>,
    /// `fails as …`
    pub fails_as: Vec<&'a FailsAs>,
    /// `undo …`
    pub undo: Option<(&'a Clause, &'a Undo)>,
    /// `cache …`: where, and for how long.
    pub cache: Option<(&'a Clause, Option<&'a Expr>)>,
    /// `reads …`: every glob.
    pub reads: Option<Vec<&'a Expr>>,
    /// `writes …`: every glob.
    pub writes: Option<Vec<&'a Expr>>,
    /// `net …`: every clause.
    pub net: Vec<(&'a Clause, &'a [Expr])>,
    /// `idempotent`
    pub idempotent: Option<&'a Clause>,
    /// `irreversible …`
    pub irreversible: Option<(&'a Clause, &'a Text)>,
    /// `risky …`
    pub risky: Option<(&'a Clause, &'a Text)>,
    /// `env …`
    pub env: Vec<&'a (Name, Expr)>,
    /// `stdin …`
    pub stdin: Option<&'a Expr>,
    /// `budget …`
    pub budget: bool,
    /// Whether something in it could not be parsed.
    pub broken: bool,
}

impl<'a> Parts<'a> {
    /// Sorts `clauses`.
    pub fn of(clauses: &'a [Clause]) -> Self {
        let mut parts = Self::default();
        for clause in clauses {
            parts.take(clause);
        }
        parts
    }

    fn take(&mut self, clause: &'a Clause) {
        match &clause.kind {
            ClauseKind::Broken => self.broken = true,
            ClauseKind::Action(action) => {
                self.action = Some(action);
                self.action_span = clause.span;
            }
            ClauseKind::Output(output) => self.outputs.push(output),
            ClauseKind::Timeout(_) => self.timeout = Some(clause),
            ClauseKind::Retry(retry) => self.retry = Some((clause, retry)),
            ClauseKind::OnFailure(handler) => self.handlers.push((clause, handler)),
            ClauseKind::FailsAs(fails) => self.fails_as.push(fails),
            ClauseKind::Undo(undo) => self.undo = Some((clause, undo)),
            ClauseKind::Cache(lasting) => self.cache = Some((clause, lasting.as_deref())),
            ClauseKind::Reads(globs) => self.reads.get_or_insert_default().extend(globs.iter()),
            ClauseKind::Writes(globs) => self.writes.get_or_insert_default().extend(globs.iter()),
            ClauseKind::Net(hosts) => self.net.push((clause, hosts)),
            ClauseKind::Idempotent => self.idempotent = Some(clause),
            ClauseKind::Irreversible(why) => self.irreversible = Some((clause, why)),
            ClauseKind::Risky(why) => self.risky = Some((clause, why)),
            ClauseKind::Env(entries) => self.env.extend(entries.iter()),
            ClauseKind::Stdin(e) => self.stdin = Some(e),
            ClauseKind::Budget(_) => self.budget = true,
            _ => {}
        }
    }

    /// The first `net` clause that names a host.
    pub fn hosts(&self) -> Option<(&'a Clause, &'a [Expr])> {
        self.net.iter().copied().find(|(_, hosts)| !hosts.is_empty())
    }

    /// The script of a `sh` or `bash` action.
    pub fn shell(&self) -> Option<(Language, &'a Text)> {
        match self.action {
            Some(Action::Script(language @ (Language::Sh | Language::Bash), text)) => Some((*language, text)),
            _ => None,
        }
    }
}
