//! A walk over all statements, clauses and expressions of an item, in source order.

use crate::syntax::tree::*;

/// What is done at each node; a method that is overridden goes on with the `walk_…` function of its name.
pub trait Visit<'a> {
    /// A statement.
    fn stmt(&mut self, stmt: &'a Stmt) {
        walk_stmt(self, stmt);
    }
    /// A clause.
    fn clause(&mut self, clause: &'a Clause) {
        walk_clause(self, clause);
    }
    /// An expression.
    fn expr(&mut self, expr: &'a Expr) {
        walk_expr(self, expr);
    }
    /// The statements of a block, branch or body.
    fn stmts(&mut self, stmts: &'a [Stmt]) {
        for stmt in stmts {
            self.stmt(stmt);
        }
    }
    /// A line of a test.
    fn entry(&mut self, entry: &'a TestEntry) {
        walk_entry(self, entry);
    }
    /// A gate, as a statement or in a `gates` item.
    fn gate(&mut self, gate: &'a Gate) {
        walk_gate(self, gate);
    }
}

/// Visits everything in `item`.
pub fn walk_item<'a, V: Visit<'a> + ?Sized>(v: &mut V, item: &'a Item) {
    match &item.kind {
        ItemKind::Record(record) => params(v, &record.fields),
        ItemKind::Const(constant) => v.expr(&constant.value),
        ItemKind::Fn(function) => {
            params(v, &function.params);
            v.expr(&function.body);
        }
        ItemKind::Command(command) => {
            params(v, &command.params);
            clauses(v, &command.clauses);
        }
        ItemKind::Handler(handler) => {
            options(v, handler.max.iter());
            v.stmts(&handler.body.stmts);
        }
        ItemKind::Gates(gates) => gates.entries.iter().for_each(|gate| v.gate(gate)),
        ItemKind::Agent(agent) => agent.entries.iter().for_each(|(_, value)| v.expr(value)),
        ItemKind::Workflow(workflow) => {
            params(v, &workflow.params);
            clauses(v, &workflow.body.clauses);
            v.stmts(&workflow.body.stmts);
        }
        ItemKind::Test(test) => test.entries.iter().for_each(|entry| v.entry(entry)),
        ItemKind::Broken | ItemKind::Use(_) | ItemKind::Enum(_) | ItemKind::Error(_) => {}
    }
}

/// Visits the parts of a statement.
pub fn walk_stmt<'a, V: Visit<'a> + ?Sized>(v: &mut V, stmt: &'a Stmt) {
    match &stmt.kind {
        StmtKind::Broken | StmtKind::Seal => {}
        StmtKind::Step(step) => {
            options(v, step.title.iter().flat_map(Text::holes));
            clauses(v, &step.clauses);
        }
        StmtKind::Let(bind) => match &bind.value {
            LetValue::Expr(value) => v.expr(value),
            LetValue::For(each) => walk_for(v, each),
            LetValue::Parallel(parallel) => walk_parallel(v, parallel),
        },
        StmtKind::Assign(assign) => v.expr(&assign.1),
        StmtKind::If(branching) => {
            for (condition, block) in &branching.branches {
                let (Condition::Expr(e) | Condition::Let(_, e)) = condition;
                v.expr(e);
                v.stmts(&block.stmts);
            }
            branching.otherwise.iter().for_each(|block| v.stmts(&block.stmts));
        }
        StmtKind::Match(matching) => {
            v.expr(&matching.subject);
            matching.arms.iter().for_each(|(_, block)| v.stmts(&block.stmts));
        }
        StmtKind::For(each) => walk_for(v, each),
        StmtKind::Parallel(parallel) => walk_parallel(v, parallel),
        StmtKind::Repeat(repeat) => {
            options(v, repeat.max.iter());
            v.stmts(&repeat.body.stmts);
            options(v, repeat.until.iter());
        }
        StmtKind::Scope(scope) => {
            options(v, scope.title.iter().flat_map(Text::holes));
            clauses(v, &scope.body.clauses);
            v.stmts(&scope.body.stmts);
        }
        StmtKind::Checkpoint(checkpoint) => options(v, checkpoint.include.iter()),
        StmtKind::Metric(metric) => v.expr(&metric.value),
        StmtKind::Gate(gate) => v.gate(gate),
        StmtKind::Approve(approve) => walk_approve(v, approve),
        StmtKind::Emit(_, text) | StmtKind::Fail(_, text) => options(v, text.holes()),
        StmtKind::Return(list) => args(v, list),
        StmtKind::Verdict(verdict) => match &**verdict {
            Verdict::Retry(max) => options(v, max.iter()),
            Verdict::Continue(list) => args(v, list),
            Verdict::Escalate(text) => options(v, text.holes()),
            Verdict::Abort | Verdict::Rollback { .. } => {}
        },
        StmtKind::Yield(value) => v.expr(value),
    }
}

fn walk_for<'a, V: Visit<'a> + ?Sized>(v: &mut V, each: &'a For) {
    v.expr(&each.list);
    options(v, each.key.iter().chain(&each.after).chain(&each.max));
    v.stmts(&each.body.stmts);
}

fn walk_parallel<'a, V: Visit<'a> + ?Sized>(v: &mut V, parallel: &'a Parallel) {
    options(v, parallel.max.iter());
    v.stmts(&parallel.body.stmts);
}

fn walk_approve<'a, V: Visit<'a> + ?Sized>(v: &mut V, approve: &'a Approve) {
    options(v, approve.question.holes());
    for entry in &approve.entries {
        match entry {
            ApproveEntry::Show(shown) => options(v, shown.iter()),
            ApproveEntry::Within(within) => v.expr(within),
            ApproveEntry::By(text) => options(v, text.holes()),
        }
    }
}

/// Visits the parts of a gate.
pub fn walk_gate<'a, V: Visit<'a> + ?Sized>(v: &mut V, gate: &'a Gate) {
    options(v, gate.title.iter().flat_map(Text::holes));
    v.expr(&gate.condition);
    if let Some((by, within)) = &gate.waivable {
        options(v, by.holes());
        v.expr(within);
    }
    options(v, gate.advice.iter().flat_map(Text::holes));
}

/// Visits the parts of a clause.
pub fn walk_clause<'a, V: Visit<'a> + ?Sized>(v: &mut V, clause: &'a Clause) {
    match &clause.kind {
        ClauseKind::Action(action) => walk_action(v, action),
        ClauseKind::Output(output) => options(v, output.value.iter()),
        ClauseKind::Timeout(timeout) => {
            v.expr(&timeout.each);
            options(v, timeout.total.iter());
        }
        ClauseKind::Retry(retry) => {
            v.expr(&retry.count);
            options(v, retry.backoff.iter().chain(&retry.most));
        }
        ClauseKind::OnFailure(handler) => {
            options(v, handler.max.iter());
            match &handler.body {
                HandlerBody::Block(block) => v.stmts(&block.stmts),
                HandlerBody::Verdict(stmt) => v.stmt(stmt),
                HandlerBody::Use(_, max) => options(v, max.iter()),
            }
        }
        ClauseKind::FailsAs(fails) => v.expr(&fails.condition),
        ClauseKind::Exits(list) | ClauseKind::Reads(list) | ClauseKind::Writes(list) | ClauseKind::Net(list) => {
            options(v, list.iter());
        }
        ClauseKind::Undo(undo) => clauses(v, &undo.clauses),
        ClauseKind::Cache(lasting) => options(v, lasting.iter().map(|e| &**e)),
        ClauseKind::Irreversible(text) | ClauseKind::Risky(text) => options(v, text.holes()),
        ClauseKind::Env(entries) | ClauseKind::Budget(entries) => options(v, entries.iter().map(|(_, e)| e)),
        ClauseKind::Args(e) | ClauseKind::Stdin(e) | ClauseKind::Cwd(e) | ClauseKind::Queue(e) => v.expr(e),
        ClauseKind::OnSuccess(block) | ClauseKind::OnRollback(block) | ClauseKind::Finally(block) => {
            v.stmts(&block.stmts);
        }
        ClauseKind::Broken
        | ClauseKind::Idempotent
        | ClauseKind::After(_)
        | ClauseKind::Session(_)
        | ClauseKind::Mode(_)
        | ClauseKind::GateUse(_) => {}
    }
}

fn walk_action<'a, V: Visit<'a> + ?Sized>(v: &mut V, action: &'a Action) {
    match action {
        Action::Run(run) => args(v, &run.args),
        Action::Exec(e) | Action::Wait(e) | Action::WaitUntil(e) => v.expr(e),
        Action::Script(_, text) | Action::Agent(_, text) | Action::Ask(text, _) => options(v, text.holes()),
    }
}

/// Visits the parts of an expression.
pub fn walk_expr<'a, V: Visit<'a> + ?Sized>(v: &mut V, expr: &'a Expr) {
    match &expr.kind {
        ExprKind::Text(text) => options(v, text.holes()),
        ExprKind::List(list) => options(v, list.iter()),
        ExprKind::Record(entries) => options(v, entries.iter().map(|entry| &entry.value)),
        ExprKind::Paren(e) | ExprKind::Unary(_, e) => v.expr(e),
        ExprKind::Field(field) => v.expr(&field.base),
        ExprKind::Index(pair) | ExprKind::Binary(_, pair) => {
            v.expr(&pair.0);
            v.expr(&pair.1);
        }
        ExprKind::Call(call) => {
            v.expr(&call.callee);
            args(v, &call.args);
        }
        ExprKind::As(cast) => v.expr(&cast.0),
        ExprKind::If(parts) => {
            v.expr(&parts.0);
            v.expr(&parts.1);
            v.expr(&parts.2);
        }
        ExprKind::Match(matching) => {
            v.expr(&matching.subject);
            options(v, matching.arms.iter().map(|(_, e)| e));
        }
        ExprKind::Comprehension(c) => {
            v.expr(&c.list);
            options(v, c.condition.iter());
            v.expr(&c.value);
        }
        ExprKind::Lambda(lambda) => v.expr(&lambda.body),
        ExprKind::Broken
        | ExprKind::None
        | ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Percent(_)
        | ExprKind::Duration(_)
        | ExprKind::Size(_)
        | ExprKind::Name(_) => {}
    }
}

/// Visits the parts of a line of a test.
pub fn walk_entry<'a, V: Visit<'a> + ?Sized>(v: &mut V, entry: &'a TestEntry) {
    match &entry.kind {
        TestEntryKind::Mock(_, responses) => {
            for response in responses {
                match response {
                    MockResponse::Outputs(list) => args(v, list),
                    MockResponse::Fails(_, text) => options(v, text.iter().flat_map(Text::holes)),
                    MockResponse::Succeeds => {}
                }
            }
        }
        TestEntryKind::Answer(_, e) | TestEntryKind::Advance(e) => v.expr(e),
        TestEntryKind::File(pair) => {
            v.expr(&pair.0);
            v.expr(&pair.1);
        }
        TestEntryKind::For(each) => {
            v.expr(&each.list);
            each.entries.iter().for_each(|entry| v.entry(entry));
        }
        TestEntryKind::Run(run) => args(v, &run.1),
        TestEntryKind::Expect(expect) => match &**expect {
            Expect::Output(e) | Expect::Metric(e) | Expect::FileExists(e, _) | Expect::Emitted(e) => v.expr(e),
            Expect::FileContains(a, _, b) => {
                v.expr(a);
                v.expr(b);
            }
            Expect::Ran { times, .. } => options(v, times.iter()),
            _ => {}
        },
        TestEntryKind::Broken | TestEntryKind::CrashAfter(_) => {}
    }
}

fn params<'a, V: Visit<'a> + ?Sized>(v: &mut V, params: &'a [Param]) {
    options(v, params.iter().filter_map(|param| param.default.as_ref()));
}

fn clauses<'a, V: Visit<'a> + ?Sized>(v: &mut V, clauses: &'a [Clause]) {
    for clause in clauses {
        v.clause(clause);
    }
}

fn args<'a, V: Visit<'a> + ?Sized>(v: &mut V, args: &'a [Arg]) {
    for arg in args {
        v.expr(&arg.value);
    }
}

fn options<'a, V: Visit<'a> + ?Sized>(v: &mut V, exprs: impl Iterator<Item = &'a Expr>) {
    for expr in exprs {
        v.expr(expr);
    }
}
