//! Actions and clauses.

use super::Printer;
use super::doc::Token;
use super::sequence::{CURLY, LITERAL, Layout};
use crate::source::Span;
use crate::syntax::tree::{
    Action, Block, Callee, Clause, ClauseKind, Expr, HandlerBody, Language, Name, OnFailure, Output, Path, Retry, Stmt,
    Text, Undo,
};

impl<'a> Printer<'a> {
    /// ` { … }` of a step, command or `undo`.
    pub(super) fn clauses(&mut self, body: Span, clauses: &'a [Clause]) {
        let body = self.absolute(body);
        self.block(body, clauses, Layout::Own, |clause| clause.span, Self::clause);
    }

    /// ` { … }` around statements.
    pub(super) fn statements(&mut self, block: &'a Block) {
        self.block(self.absolute(block.span), &block.stmts, Layout::Own, super::statement::extent, Self::stmt);
    }

    pub(super) fn clause(&mut self, clause: &'a Clause) {
        match &clause.kind {
            ClauseKind::Broken => self.verbatim(clause.span),
            ClauseKind::Action(action) => self.action(clause, action),
            ClauseKind::Output(output) => self.output(output),
            ClauseKind::Timeout(timeout) => {
                self.keyword("timeout ", &timeout.each);
                self.optional(" total ", timeout.total.as_ref());
            }
            ClauseKind::Retry(retry) => self.retry(retry),
            ClauseKind::OnFailure(handler) => self.on_failure(handler),
            ClauseKind::FailsAs(fails) => {
                self.word("fails as ");
                self.name(&fails.kind);
                self.keyword(" if ", &fails.condition);
            }
            ClauseKind::Exits(codes) => self.list_clause("exits ", codes),
            ClauseKind::Undo(undo) => self.undo(clause, undo),
            ClauseKind::Cache(age) => {
                self.word("cache");
                self.optional(" for ", age.as_deref());
            }
            ClauseKind::Reads(globs) => self.list_clause("reads ", globs),
            ClauseKind::Writes(globs) => self.list_clause("writes ", globs),
            ClauseKind::Net(hosts) if hosts.is_empty() => self.word("net none"),
            ClauseKind::Net(hosts) => self.list_clause("net ", hosts),
            ClauseKind::Idempotent => self.word("idempotent"),
            ClauseKind::Irreversible(why) => self.told("irreversible ", why),
            ClauseKind::Risky(why) => self.told("risky ", why),
            ClauseKind::Env(entries) => self.env(clause, entries),
            ClauseKind::Args(args) => self.keyword("args ", args),
            ClauseKind::Stdin(value) => self.keyword("stdin ", value),
            ClauseKind::Cwd(dir) => self.keyword("cwd ", dir),
            ClauseKind::After(names) => {
                self.word("after ");
                self.joined(names);
            }
            ClauseKind::Queue(name) => self.keyword("queue ", name),
            ClauseKind::Session(step) => {
                self.word("session ");
                self.name(step);
            }
            ClauseKind::Budget(entries) => {
                self.word("budget ");
                self.bare_list(entries, |printer, (name, value)| {
                    printer.name(name);
                    printer.keyword(" ", value);
                });
            }
            ClauseKind::Mode(mode) => {
                self.word("mode ");
                self.name(mode);
            }
            ClauseKind::OnSuccess(block) => self.block_clause("on success ", block),
            ClauseKind::OnRollback(block) => self.block_clause("on rollback ", block),
            ClauseKind::Finally(block) => self.block_clause("finally ", block),
            ClauseKind::GateUse(path) => {
                self.word("gate use ");
                self.path(path);
            }
        }
    }

    fn action(&mut self, clause: &'a Clause, action: &'a Action) {
        match action {
            Action::Run(run) => {
                self.word("run ");
                self.callee(&run.callee);
                let after = self.absolute(run.callee.span).end;
                if !run.args.is_empty() || self.absolute(clause.span).end > after {
                    self.args(&run.args, after);
                }
            }
            Action::Exec(list) => self.keyword("exec ", list),
            Action::Script(language, script) => {
                self.word(match language {
                    Language::Sh => "sh ",
                    Language::Bash => "bash ",
                    Language::Python => "python ",
                    Language::Node => "node ",
                });
                self.string(script);
            }
            Action::Agent(agent, prompt) => {
                self.word("agent ");
                if let Some(agent) = agent {
                    self.path(agent);
                    self.word(" ");
                }
                self.string(prompt);
            }
            Action::Ask(question, answers) => {
                self.told("ask ", question);
                self.word(" -> ");
                self.params(answers, self.absolute(question.span).end);
            }
            Action::Wait(duration) => self.keyword("wait ", duration),
            Action::WaitUntil(time) => self.keyword("wait until ", time),
        }
    }

    fn output(&mut self, output: &'a Output) {
        self.word("output ");
        self.name(&output.name);
        self.annotation(output.ty.as_ref());
        self.optional(" = ", output.value.as_ref());
    }

    fn retry(&mut self, retry: &'a Retry) {
        self.keyword("retry ", &retry.count);
        if !retry.kinds.is_empty() {
            self.word(" if (");
            self.joined(&retry.kinds);
            self.word(")");
        }
        self.optional(" backoff ", retry.backoff.as_ref());
        self.optional(" to ", retry.most.as_ref());
    }

    fn on_failure(&mut self, handler: &'a OnFailure) {
        self.word("on failure");
        if !handler.kinds.is_empty() {
            self.word("(");
            self.joined(&handler.kinds);
            self.word(")");
        }
        if let Some(binding) = &handler.binding {
            self.word(" as ");
            self.name(binding);
        }
        if let Some(max) = &handler.max {
            self.word(" max ");
            self.head(max);
        }
        self.word(" ");
        match &handler.body {
            HandlerBody::Block(block) => self.statements(block),
            HandlerBody::Verdict(verdict) => self.stmt(verdict),
            HandlerBody::Use(path, max) => {
                self.word("use ");
                self.path(path);
                self.optional(" max ", max.as_ref());
            }
        }
    }

    fn undo(&mut self, clause: &'a Clause, undo: &'a Undo) {
        self.word(if undo.on_attempt { "undo on attempt " } else { "undo " });
        let open = self.find('{', self.absolute(clause.span).start);
        let body = Span::new(open, self.absolute(clause.span).end);
        self.block(body, &undo.clauses, Layout::Own, |clause| clause.span, Self::clause);
    }

    fn env(&mut self, clause: &'a Clause, entries: &'a [(Name, Expr)]) {
        self.word("env ");
        let brackets = if entries.is_empty() { LITERAL } else { CURLY };
        let span = |entry: &(Name, Expr)| entry.0.span.to(entry.1.span);
        self.brackets(brackets, self.absolute(clause.span).start, entries, span, |printer, (name, value)| {
            printer.name(name);
            printer.keyword(": ", value);
        });
    }

    fn block_clause(&mut self, keyword: &'static str, block: &'a Block) {
        self.word(keyword);
        self.statements(block);
    }

    fn list_clause(&mut self, keyword: &'static str, elements: &'a [Expr]) {
        self.word(keyword);
        self.bare_list(elements, Self::expr);
    }

    pub(super) fn keyword(&mut self, keyword: &'static str, value: &'a Expr) {
        self.word(keyword);
        self.expr(value);
    }

    pub(super) fn optional(&mut self, keyword: &'static str, value: Option<&'a Expr>) {
        if let Some(value) = value {
            self.keyword(keyword, value);
        }
    }

    pub(super) fn told(&mut self, keyword: &'static str, text: &'a Text) {
        self.word(keyword);
        self.string(text);
    }

    pub(super) fn path(&mut self, path: &'a Path) {
        if let Some(module) = &path.module {
            self.name(module);
            self.word(".");
        }
        self.name(&path.name);
    }

    pub(super) fn callee(&mut self, callee: &'a Callee) {
        if callee.command {
            self.word("@");
        }
        self.path(&callee.path);
    }

    /// The clauses and statements of a scope or workflow, in source order.
    pub(super) fn body(&mut self, body: &'a crate::syntax::tree::Body) {
        let mut parts: Vec<Part<'a>> = body.clauses.iter().map(Part::Clause).collect();
        parts.extend(body.stmts.iter().map(Part::Stmt));
        parts.sort_by_key(|part| part.extent().start);
        let block = self.absolute(body.span);
        self.push(Token::Text("{"));
        if parts.is_empty() && self.may_stay_on_one_line(block, 0) {
            return self.word(" }");
        }
        let line = if self.may_stay_on_one_line(block, parts.len()) { Token::Line } else { Token::Hard };
        self.push(Token::Open);
        self.push(Token::Indent);
        let mut prev = block.start + 1;
        for (i, part) in parts.iter().enumerate() {
            let extent = self.absolute(part.extent());
            self.before(prev, extent.start, i == 0, line);
            match part {
                Part::Clause(clause) => self.clause(clause),
                Part::Stmt(stmt) => self.stmt(stmt),
            }
            prev = extent.end;
        }
        self.before_close(prev, block.end.saturating_sub(1), parts.is_empty(), line);
        self.push(Token::Close);
        self.word("}");
    }
}

/// A line of a scope's body.
enum Part<'a> {
    Clause(&'a Clause),
    Stmt(&'a Stmt),
}

impl Part<'_> {
    fn extent(&self) -> Span {
        match self {
            Part::Clause(clause) => clause.span,
            Part::Stmt(stmt) => super::statement::extent(stmt),
        }
    }
}
