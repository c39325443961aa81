//! Failure kinds: what each construct can raise, and the handlers that nothing can reach.

use super::PassContext;
use super::kinds::Kinds;
use super::step::Parts;
use crate::check::facts::Def;
use crate::check::failure::BUILTIN;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint;
use crate::source::Span;
use crate::syntax::tree::*;

/// The analysis of one item.
pub struct Raises<'c> {
    cx: &'c PassContext<'c>,
    /// What each step can raise before its handlers.
    pub steps: Vec<(NodeId, Kinds)>,
    /// Findings.
    pub found: Vec<Diagnostic>,
}

impl<'c> Raises<'c> {
    /// Begins.
    pub fn new(cx: &'c PassContext<'c>) -> Self {
        Self { cx, steps: Vec::new(), found: Vec::new() }
    }

    /// What a call of the item can raise.
    pub fn item(&mut self) -> Kinds {
        match &self.cx.view.item.kind {
            ItemKind::Command(command) => {
                let parts = Parts::of(&command.clauses);
                let who = format!("command `{}`", command.name.text);
                let raised = self.action(&parts, &command.outputs);
                self.steps.push((NodeId(0), raised.clone()));
                self.retry(&who, &raised, &parts);
                self.handlers(&who, raised, &command.clauses)
            }
            ItemKind::Workflow(workflow) => {
                let mut raised = self.body(&workflow.body);
                let limited = raised.may("timeout");
                raised.insert("timeout"); // `--timeout` sets one from outside
                let who = format!("workflow `{}`", workflow.name.text);
                let mut left = self.handlers(&who, raised, &workflow.body.clauses);
                if !limited {
                    left.remove("timeout");
                }
                left
            }
            ItemKind::Handler(handler) => self.stmts(&handler.body.stmts),
            _ => Kinds::default(),
        }
    }

    /// The statements and clauses of a scope, before its handlers.
    fn body(&mut self, body: &Body) -> Kinds {
        let mut raised = self.stmts(&body.stmts);
        for clause in &body.clauses {
            match &clause.kind {
                ClauseKind::Timeout(_) => raised.insert("timeout"),
                ClauseKind::Budget(_) => raised.insert("budget"),
                ClauseKind::GateUse(_) => raised.insert("gate"),
                ClauseKind::OnSuccess(block) | ClauseKind::Finally(block) | ClauseKind::OnRollback(block) => {
                    let more = self.stmts(&block.stmts);
                    raised.join(&more);
                }
                ClauseKind::Broken => raised.any = true,
                _ => {}
            }
        }
        raised
    }

    fn stmts(&mut self, stmts: &[Stmt]) -> Kinds {
        let mut raised = Kinds::default();
        for stmt in stmts {
            let more = self.stmt(stmt);
            raised.join(&more);
        }
        raised
    }

    fn stmt(&mut self, stmt: &Stmt) -> Kinds {
        match &stmt.kind {
            StmtKind::Broken => Kinds::unknown(),
            StmtKind::Step(step) => self.step(stmt.id, step),
            StmtKind::Let(bind) => match &bind.value {
                LetValue::Expr(_) => Kinds::default(),
                LetValue::For(each) => self.collected(each.policy, &each.body.stmts),
                LetValue::Parallel(parallel) => self.collected(parallel.policy, &parallel.body.stmts),
            },
            StmtKind::For(each) => self.collected(each.policy, &each.body.stmts),
            StmtKind::Parallel(parallel) => self.collected(parallel.policy, &parallel.body.stmts),
            StmtKind::If(branching) => {
                let blocks = branching.branches.iter().map(|(_, block)| block).chain(&branching.otherwise);
                self.blocks(blocks)
            }
            StmtKind::Match(matching) => self.blocks(matching.arms.iter().map(|(_, block)| block)),
            StmtKind::Repeat(repeat) => {
                let mut raised = self.stmts(&repeat.body.stmts);
                raised.insert("repeat");
                raised
            }
            StmtKind::Scope(scope) => {
                let raised = self.body(&scope.body);
                self.handlers("this scope", raised, &scope.body.clauses)
            }
            StmtKind::Gate(_) => Kinds::of(&["gate"]),
            StmtKind::Approve(approve) => {
                let within = approve.entries.iter().any(|entry| matches!(entry, ApproveEntry::Within(_)));
                if within { Kinds::of(&["rejected", "expired"]) } else { Kinds::of(&["rejected"]) }
            }
            StmtKind::Fail(kind, _) => match kind {
                Some(kind) => Kinds::of(&[&kind.text]),
                None => Kinds::of(&["fail"]),
            },
            _ => Kinds::default(),
        }
    }

    fn blocks<'a>(&mut self, blocks: impl Iterator<Item = &'a Block>) -> Kinds {
        let mut raised = Kinds::default();
        for block in blocks {
            let more = self.stmts(&block.stmts);
            raised.join(&more);
        }
        raised
    }

    fn collected(&mut self, policy: Policy, stmts: &[Stmt]) -> Kinds {
        let raised = self.stmts(stmts);
        if policy == Policy::Collect { Kinds::default() } else { raised }
    }

    fn step(&mut self, id: NodeId, step: &Step) -> Kinds {
        let parts = Parts::of(&step.clauses);
        let raised = self.action(&parts, &[]);
        self.steps.push((id, raised.clone()));
        let who = format!("step `{}`", step.name.text);
        self.retry(&who, &raised, &parts);
        self.handlers(&who, raised, &step.clauses)
    }

    /// What an action with its clauses can raise. `declared` are the outputs of a command's signature.
    fn action(&self, parts: &Parts, declared: &[Param]) -> Kinds {
        let mut raised = match parts.action {
            None => Kinds::unknown(),
            Some(Action::Run(run)) => self.call(run),
            Some(Action::Exec(_) | Action::Script(..)) => Kinds::of(&["exit", "signal", "spawn"]),
            Some(Action::Agent(..)) => Kinds::of(&["agent", "output", "spawn"]),
            Some(Action::Ask(..)) => Kinds::of(&["rejected"]),
            Some(Action::Wait(_) | Action::WaitUntil(_)) => Kinds::default(),
        };
        raised.any |= parts.broken;
        if !parts.outputs.is_empty() || !declared.is_empty() {
            raised.insert("output");
        }
        if parts.timeout.is_some() {
            raised.insert("timeout");
        }
        if parts.budget {
            raised.insert("budget");
        }
        parts.fails_as.iter().for_each(|fails| raised.insert(&fails.kind.text));
        raised
    }

    fn call(&self, run: &Run) -> Kinds {
        let Some(id) = self.cx.callee(&run.callee) else { return Kinds::unknown() };
        if let Some(summary) = self.cx.summaries.get(id) {
            return summary.kinds.clone();
        }
        match self.cx.signature(id) {
            Some(signature) if !signature.raises.is_empty() => {
                let mut kinds = Kinds::default();
                signature.raises.iter().for_each(|kind| kinds.insert(kind));
                kinds
            }
            _ => Kinds::unknown(),
        }
    }

    fn retry(&mut self, who: &str, raised: &Kinds, parts: &Parts) {
        let Some((_, retry)) = parts.retry else { return };
        for kind in &retry.kinds {
            if self.is_known(kind) && !raised.may(&kind.text) {
                self.found.push(impossible_retry(self.cx, who, kind, raised));
            }
        }
    }

    /// What is left of `raised` after the handlers among `clauses`, with what they raise themselves.
    fn handlers(&mut self, who: &str, raised: Kinds, clauses: &[Clause]) -> Kinds {
        let mut left = raised.clone();
        let mut own = Kinds::default();
        let mut earlier: Vec<(&OnFailure, Span)> = Vec::new();
        for clause in clauses {
            let ClauseKind::OnFailure(handler) = &clause.kind else { continue };
            self.reachable(who, &raised, handler);
            self.shadowed(handler, clause.span, &earlier);
            let answer = self.answer(&handler.body, &mut own);
            if answer == Answer::Continue {
                handler.kinds.iter().for_each(|kind| left.remove(&kind.text));
                if handler.kinds.is_empty() {
                    left = Kinds::default();
                }
            }
            if answer != Answer::Retry {
                earlier.push((handler, clause.span));
            }
        }
        left.join(&own);
        left
    }

    fn answer(&mut self, body: &HandlerBody, own: &mut Kinds) -> Answer {
        match body {
            HandlerBody::Block(block) => {
                let raised = self.stmts(&block.stmts);
                own.join(&raised);
                Answer::of(&block.stmts)
            }
            HandlerBody::Verdict(stmt) => Answer::of(std::slice::from_ref(&**stmt)),
            HandlerBody::Use(path, _) => {
                match self.cx.global(path).and_then(|id| self.cx.summaries.get(id)) {
                    Some(summary) => own.join(&summary.kinds),
                    None => own.any = true,
                }
                Answer::Retry // not seen from here: it may well be
            }
        }
    }

    fn reachable(&mut self, who: &str, raised: &Kinds, handler: &OnFailure) {
        for kind in &handler.kinds {
            if self.is_known(kind) && !raised.may(&kind.text) {
                self.found.push(unreachable_handler(self.cx, who, kind, raised));
            }
        }
    }

    fn shadowed(&mut self, handler: &OnFailure, span: Span, earlier: &[(&OnFailure, Span)]) {
        let all = earlier.iter().find(|(other, _)| other.kinds.is_empty());
        let each = |kind: &Name| earlier.iter().find(|(other, _)| other.kinds.iter().any(|k| k.text == kind.text));
        if let Some((_, cause)) = all {
            self.found.push(shadowed_handler(self.cx, span, *cause, None));
            return;
        }
        for kind in &handler.kinds {
            if let Some((_, cause)) = each(kind) {
                self.found.push(shadowed_handler(self.cx, kind.span, *cause, Some(&kind.text)));
            }
        }
    }

    /// Whether the name means a failure kind; others have been reported.
    fn is_known(&self, kind: &Name) -> bool {
        BUILTIN.contains(&kind.text.as_str()) || matches!(self.cx.def(kind.span), Some(Def::Kind(_) | Def::Global(_)))
    }
}

/// How a handler ends, as far as all its paths agree.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Continue,
    Retry,
    Other,
}

impl Answer {
    fn of(stmts: &[Stmt]) -> Self {
        if super::control::any(
            stmts,
            &|stmt| matches!(&stmt.kind, StmtKind::Verdict(v) if matches!(**v, Verdict::Retry(_))),
        ) {
            return Self::Retry;
        }
        let verdicts = super::control::count(stmts, &|stmt| matches!(stmt.kind, StmtKind::Verdict(_)));
        match stmts.last().map(|stmt| &stmt.kind) {
            Some(StmtKind::Verdict(verdict)) if verdicts == 1 && matches!(**verdict, Verdict::Continue(_)) => {
                Self::Continue
            }
            _ => Self::Other,
        }
    }
}

/// ``it can fail with `exit`, `signal` or `spawn` ``
fn possibilities(raised: &Kinds) -> String {
    let names: Vec<String> = raised.listed().iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        None => "nothing in it fails in a way of its own".into(),
        Some((one, [])) => format!("it can only fail with {one}"),
        Some((last, rest)) => format!("it can fail with {} or {last}", rest.join(", ")),
    }
}

/// What would make a kind possible.
fn remedy(kind: &str) -> &'static str {
    match kind {
        "timeout" => "; a `timeout` clause would set a limit",
        "budget" => "; a `budget` clause would set one",
        "output" => "; only declared outputs can be wrong",
        "expired" => "; `within` sets how long an approval may take",
        "exit" | "signal" | "spawn" | "agent" | "gate" | "repeat" | "fail" => "",
        _ => "; `fails as` turns an exit code or an output into a kind of its own",
    }
}

fn unreachable_handler(cx: &PassContext, who: &str, kind: &Name, raised: &Kinds) -> Diagnostic {
    Diagnostic::new(&lint::UNREACHABLE_HANDLER, cx.at(kind.span), format!("{who} never fails with `{}`", kind.text))
        .here("this handler cannot run for it")
        .help(format!("{}{}", possibilities(raised), remedy(&kind.text)))
}

fn impossible_retry(cx: &PassContext, who: &str, kind: &Name, raised: &Kinds) -> Diagnostic {
    let message = format!("{who} never fails with `{}`, so it is never retried for it", kind.text);
    Diagnostic::new(&lint::RETRY_NEVER, cx.at(kind.span), message).help(format!(
        "{}{}",
        possibilities(raised),
        remedy(&kind.text)
    ))
}

fn shadowed_handler(cx: &PassContext, span: Span, cause: Span, kind: Option<&str>) -> Diagnostic {
    let what =
        kind.map_or("this handler never runs".to_owned(), |kind| format!("this handler never runs for `{kind}`"));
    Diagnostic::new(&lint::SHADOWED_HANDLER, cx.at(span), what)
        .label(cx.at(cause), "this earlier handler takes the failure first")
        .help("handlers are tried in order: put the more specific one first, or take it out")
}
