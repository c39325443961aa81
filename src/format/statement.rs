//! Statements.

use super::Printer;
use super::doc::Token;
use super::sequence::{CURLY, Layout};
use crate::source::Span;
use crate::syntax::tree::{
    AfterRollback, Allow, Approve, ApproveEntry, Block, Condition, EmitKind, Expr, For, Gate, GateSeverity, If, Let,
    LetValue, MatchStmt, Parallel, Pattern, Policy, Stmt, StmtKind, Verdict,
};

/// From the first `allow` of a statement to its end.
pub(super) fn extent(stmt: &Stmt) -> Span {
    stmt.allows.first().map_or(stmt.span, |allow| allow.span.to(stmt.span))
}

impl<'a> Printer<'a> {
    pub(super) fn stmt(&mut self, stmt: &'a Stmt) {
        self.allows(&stmt.allows, stmt.span);
        match &stmt.kind {
            StmtKind::Broken => self.verbatim(stmt.span),
            StmtKind::Step(step) => {
                self.word("step ");
                self.name(&step.name);
                self.word(" ");
                if let Some(title) = &step.title {
                    self.string(title);
                    self.word(" ");
                }
                self.clauses(step.body, &step.clauses);
            }
            StmtKind::Let(binding) => self.binding(binding),
            StmtKind::Assign(parts) => {
                self.name(&parts.0);
                self.keyword(" = ", &parts.1);
            }
            StmtKind::If(choice) => self.if_stmt(stmt, choice),
            StmtKind::Match(found) => self.match_stmt(stmt, found),
            StmtKind::For(found) => self.for_stmt(found),
            StmtKind::Parallel(found) => self.parallel(found),
            StmtKind::Repeat(repeat) => {
                self.word("repeat ");
                self.limit("max ", repeat.max.as_ref());
                self.limit("until ", repeat.until.as_ref());
                self.statements(&repeat.body);
            }
            StmtKind::Scope(scope) => {
                self.word("scope ");
                if let Some(title) = &scope.title {
                    self.string(title);
                    self.word(" ");
                }
                self.body(&scope.body);
            }
            StmtKind::Checkpoint(checkpoint) => {
                self.word("checkpoint ");
                self.name(&checkpoint.name);
                if !checkpoint.include.is_empty() {
                    self.word(" include ");
                    self.bare_list(&checkpoint.include, Self::expr);
                }
            }
            StmtKind::Seal => self.word("seal"),
            StmtKind::Metric(metric) => {
                self.word("metric ");
                self.name(&metric.name);
                self.annotation(Some(&metric.ty));
                self.keyword(" = ", &metric.value);
            }
            StmtKind::Gate(gate) => {
                self.word("gate ");
                self.gate(gate);
            }
            StmtKind::Approve(approve) => self.approve(stmt, approve),
            StmtKind::Emit(kind, text) => self.told(emit(*kind), text),
            StmtKind::Fail(kind, message) => {
                self.word("fail ");
                if let Some(kind) = kind {
                    self.name(kind);
                    self.word(" ");
                }
                self.string(message);
            }
            StmtKind::Return(args) if args.is_empty() => self.word("return"),
            StmtKind::Return(args) => {
                self.word("return ");
                self.args(args, self.absolute(stmt.span).start);
            }
            StmtKind::Verdict(verdict) => self.verdict(stmt, verdict),
            StmtKind::Yield(value) => self.keyword("yield ", value),
        }
    }

    /// The `allow`s before a statement or item at `span`, each on a line of its own.
    pub(super) fn allows(&mut self, allows: &'a [Allow], span: Span) {
        for (i, allow) in allows.iter().enumerate() {
            self.word("allow(");
            self.joined(&allow.lints);
            self.word(")");
            if let Some(reason) = &allow.reason {
                self.told(" ", reason);
            }
            let next = allows.get(i + 1).map_or(span, |allow| allow.span);
            self.before(self.absolute(allow.span).end, self.absolute(next).start, true, Token::Hard);
        }
    }

    fn binding(&mut self, binding: &'a Let) {
        self.word(if binding.mutable { "var " } else { "let " });
        self.name(&binding.name);
        self.annotation(binding.ty.as_ref());
        self.word(" = ");
        match &binding.value {
            LetValue::Expr(value) => self.expr(value),
            LetValue::For(found) => self.for_stmt(found),
            LetValue::Parallel(found) => self.parallel(found),
        }
    }

    fn if_stmt(&mut self, stmt: &'a Stmt, choice: &'a If) {
        let blocks = choice.branches.iter().map(|(_, block)| block).chain(&choice.otherwise);
        let most = blocks.map(|block| block.stmts.len()).max().unwrap_or(0);
        let grouped = self.may_stay_on_one_line(self.absolute(stmt.span), most);
        // The branches of one `if` look alike: when one needs several lines, all have them.
        let layout = match grouped {
            true => Layout::Grouped,
            false if choice.branches.len() == 1 && choice.otherwise.is_none() => Layout::Own,
            false => Layout::Spread,
        };
        if grouped {
            self.push(Token::Open);
        }
        for (i, (condition, block)) in choice.branches.iter().enumerate() {
            self.word(if i == 0 { "if " } else { " else if " });
            match condition {
                Condition::Expr(condition) => self.head(condition),
                Condition::Let(name, value) => {
                    self.word("let ");
                    self.name(name);
                    self.word(" = ");
                    self.head(value);
                }
            }
            self.word(" ");
            self.branch(block, layout);
        }
        if let Some(block) = &choice.otherwise {
            self.word(" else ");
            self.branch(block, layout);
        }
        if grouped {
            self.push(Token::Close);
        }
    }

    fn branch(&mut self, block: &'a Block, layout: Layout) {
        self.block(self.absolute(block.span), &block.stmts, layout, extent, Self::stmt);
    }

    fn match_stmt(&mut self, stmt: &'a Stmt, found: &'a MatchStmt) {
        self.word("match ");
        self.head(&found.subject);
        self.word(" ");
        let open = self.find('{', self.absolute(found.subject.span).end);
        let body = Span::new(open, self.absolute(stmt.span).end);
        type Arm = (Pattern, Block);
        let span = |arm: &Arm| arm.0.span.to(arm.1.span);
        self.block(body, &found.arms, Layout::Own, span, |printer, (pattern, block)| {
            printer.pattern(pattern);
            printer.word(" => ");
            printer.statements(block);
        });
    }

    fn for_stmt(&mut self, found: &'a For) {
        self.word(if found.parallel { "parallel for " } else { "for " });
        self.name(&found.name);
        self.word(" in ");
        self.head(&found.list);
        self.word(" ");
        self.limit("by ", found.key.as_ref());
        self.limit("after ", found.after.as_ref());
        self.limit("max ", found.max.as_ref());
        self.word(policy(found.policy));
        self.statements(&found.body);
    }

    fn parallel(&mut self, found: &'a Parallel) {
        self.word("parallel ");
        self.limit("max ", found.max.as_ref());
        self.word(policy(found.policy));
        self.statements(&found.body);
    }

    /// `max 3 ` where it was written.
    pub(super) fn limit(&mut self, keyword: &'static str, value: Option<&'a Expr>) {
        if let Some(value) = value {
            self.word(keyword);
            self.head(value);
            self.word(" ");
        }
    }

    /// A gate without the word `gate`.
    pub(super) fn gate(&mut self, gate: &'a Gate) {
        if let Some(name) = &gate.name {
            self.name(name);
            self.word(" ");
        }
        if let Some(title) = &gate.title {
            self.string(title);
            self.word(" ");
        }
        self.expr(&gate.condition);
        self.word(match gate.severity {
            GateSeverity::Warn => " warn",
            GateSeverity::Fail => "",
            GateSeverity::Critical => " critical",
        });
        if let Some((role, age)) = &gate.waivable {
            self.told(" waivable by ", role);
            self.keyword(" for ", age);
        }
        if let Some(advice) = &gate.advice {
            self.push(Token::Open);
            self.push(Token::Indent);
            self.push(Token::Line);
            self.told("else ", advice);
            self.push(Token::Dedent);
            self.push(Token::Close);
        }
    }

    fn approve(&mut self, stmt: &'a Stmt, approve: &'a Approve) {
        self.word("approve ");
        if let Some(name) = &approve.name {
            self.name(name);
            self.word(" ");
        }
        self.string(&approve.question);
        let (question, end) = (self.absolute(approve.question.span).end, self.absolute(stmt.span).end);
        if end > question {
            self.word(" ");
            let body = Span::new(self.find('{', question), end);
            self.block(body, &approve.entries, Layout::Own, entry_span, |printer, entry| match entry {
                ApproveEntry::Show(values) => {
                    printer.word("show ");
                    printer.bare_list(values, Self::expr);
                }
                ApproveEntry::Within(age) => printer.keyword("within ", age),
                ApproveEntry::By(role) => printer.told("by ", role),
            });
        }
    }

    fn verdict(&mut self, stmt: &'a Stmt, verdict: &'a Verdict) {
        match verdict {
            Verdict::Retry(count) => {
                self.word("retry");
                self.optional(" ", count.as_ref());
            }
            Verdict::Continue(args) => {
                self.word("continue");
                if !args.is_empty() {
                    self.word(" ");
                    self.args(args, self.absolute(stmt.span).start);
                }
            }
            Verdict::Abort => self.word("abort"),
            Verdict::Escalate(message) => self.told("escalate ", message),
            Verdict::Rollback { to, then } => {
                self.word("rollback");
                if let Some(checkpoint) = to {
                    self.word(" to ");
                    self.name(checkpoint);
                }
                self.word(match then {
                    AfterRollback::End => "",
                    AfterRollback::Retry => " retry",
                    AfterRollback::Continue => " continue",
                });
            }
        }
    }

    /// Names in `{ a, b }` after an absolute offset.
    pub(super) fn names(&mut self, names: &'a [crate::syntax::tree::Name], after: u32) {
        self.brackets(CURLY, after, names, |name| name.span, Self::name);
    }
}

/// Where an entry of an `approve` stands, without its keyword.
fn entry_span(entry: &ApproveEntry) -> Span {
    match entry {
        ApproveEntry::Show(values) => match (values.first(), values.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => Span::default(),
        },
        ApproveEntry::Within(age) => age.span,
        ApproveEntry::By(role) => role.span,
    }
}

fn policy(policy: Policy) -> &'static str {
    match policy {
        Policy::Cancel => "",
        Policy::KeepGoing => "keep-going ",
        Policy::Collect => "collect ",
    }
}

fn emit(kind: EmitKind) -> &'static str {
    match kind {
        EmitKind::Note => "emit ",
        EmitKind::Achieved => "emit achieved ",
        EmitKind::Recommend => "emit recommend ",
        EmitKind::Next => "emit next ",
        EmitKind::Decision => "emit decision ",
    }
}
