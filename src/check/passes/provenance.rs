//! Which values come from what an agent said, and gates that trust them.

use super::PassContext;
use super::print::peel;
use super::step::Parts;
use super::walk::{Visit, walk_expr, walk_item, walk_stmt};
use crate::check::facts::{Def, LocalId};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint;
use crate::source::Span;
use crate::syntax::tree::*;
use ecow::EcoString;
use indexmap::IndexMap;
use rustc_hash::FxHashMap;

/// Where claimed values come from, by what holds them.
#[derive(Default)]
pub struct Claims {
    /// Locals whose value is claimed: where the words come in.
    locals: FxHashMap<LocalId, Span>,
    /// Single outputs of steps that call something: the claimed ones.
    outputs: FxHashMap<LocalId, Vec<EcoString>>,
    /// Claimed metrics: where the words come in.
    pub metrics: IndexMap<EcoString, Span>,
}

/// The outputs of a command or workflow that an agent's words flow into.
pub fn claimed_outputs(cx: &PassContext) -> Vec<EcoString> {
    match &cx.view.item.kind {
        ItemKind::Command(command) => {
            let parts = Parts::of(&command.clauses);
            let declared = command.outputs.iter().map(|output| &output.name.text);
            let own = parts.outputs.iter().map(|output| &output.name.text);
            match parts.action {
                Some(Action::Agent(..)) => declared.chain(own).cloned().collect(),
                Some(Action::Run(run)) => {
                    let callee = cx.callee(&run.callee).and_then(|id| cx.summaries.get(id));
                    callee.map(|summary| summary.claimed.clone()).unwrap_or_default()
                }
                _ => Vec::new(),
            }
        }
        ItemKind::Workflow(_) => {
            let claims = claims(cx);
            let mut returned = Returned { cx, claims: &claims, found: Vec::new() };
            walk_item(&mut returned, cx.view.item);
            returned.found.sort();
            returned.found.dedup();
            returned.found
        }
        _ => Vec::new(),
    }
}

struct Returned<'c> {
    cx: &'c PassContext<'c>,
    claims: &'c Claims,
    found: Vec<EcoString>,
}

impl<'a> Visit<'a> for Returned<'_> {
    fn stmt(&mut self, stmt: &'a Stmt) {
        if let (StmtKind::Return(args), ItemKind::Workflow(workflow)) = (&stmt.kind, &self.cx.view.item.kind) {
            for (i, arg) in args.iter().enumerate() {
                let name = arg.name.as_ref().or(workflow.outputs.get(i).map(|output| &output.name));
                if let (Some(name), Some(_)) = (name, source(self.cx, self.claims, &arg.value)) {
                    self.found.push(name.text.clone());
                }
            }
        }
        walk_stmt(self, stmt);
    }
    fn expr(&mut self, _: &'a Expr) {}
}

/// Follows an agent's words through the item until nothing new is found.
pub fn claims(cx: &PassContext) -> Claims {
    let mut claims = Claims::default();
    if !cx.may_claim() {
        return claims;
    }
    for _ in 0..8 {
        let before = (claims.locals.len(), claims.outputs.len(), claims.metrics.len());
        let mut follow = Follow { cx, claims };
        walk_item(&mut follow, cx.view.item);
        claims = follow.claims;
        if before == (claims.locals.len(), claims.outputs.len(), claims.metrics.len()) {
            break;
        }
    }
    claims
}

struct Follow<'c> {
    cx: &'c PassContext<'c>,
    claims: Claims,
}

impl Follow<'_> {
    fn bind(&mut self, name: &Name, value: Option<Span>) {
        if let (Some(span), Some(Def::Local(id))) = (value, self.cx.def(name.span)) {
            self.claims.locals.entry(self.cx.slot(*id)).or_insert(span);
        }
    }

    fn step(&mut self, step: &Step) {
        let Some(Def::Local(id)) = self.cx.def(step.name.span) else { return };
        let id = self.cx.slot(*id);
        let parts = Parts::of(&step.clauses);
        match parts.action {
            Some(Action::Agent(..)) => drop(self.claims.locals.entry(id).or_insert(step.name.span)),
            Some(Action::Run(run)) => {
                let callee = self.cx.callee(&run.callee).and_then(|callee| self.cx.summaries.get(callee));
                if let Some(summary) = callee.filter(|summary| !summary.claimed.is_empty()) {
                    self.claims.outputs.entry(id).or_insert_with(|| summary.claimed.clone());
                }
            }
            _ => {}
        }
    }

    fn source(&self, e: &Expr) -> Option<Span> {
        source(self.cx, &self.claims, e)
    }
}

impl<'a> Visit<'a> for Follow<'_> {
    fn stmt(&mut self, stmt: &'a Stmt) {
        match &stmt.kind {
            StmtKind::Step(step) => self.step(step),
            StmtKind::Let(bind) => match &bind.value {
                LetValue::Expr(value) => self.bind(&bind.name, self.source(value)),
                LetValue::For(each) => {
                    let given = each.body.stmts.iter().find_map(|stmt| match &stmt.kind {
                        StmtKind::Yield(value) => self.source(value),
                        _ => None,
                    });
                    self.bind(&bind.name, given);
                    self.bind(&each.name, self.source(&each.list));
                }
                LetValue::Parallel(_) => {}
            },
            StmtKind::Assign(assign) => self.bind(&assign.0, self.source(&assign.1)),
            StmtKind::For(each) => self.bind(&each.name, self.source(&each.list)),
            StmtKind::Metric(metric) => {
                if let Some(span) = self.source(&metric.value) {
                    self.claims.metrics.entry(metric.name.text.clone()).or_insert(span);
                }
            }
            StmtKind::If(branching) => {
                for (condition, _) in &branching.branches {
                    if let Condition::Let(name, e) = condition {
                        self.bind(name, self.source(e));
                    }
                }
            }
            _ => {}
        }
        walk_stmt(self, stmt);
    }
    fn expr(&mut self, _: &'a Expr) {}
}

/// Where the words of an agent that flow into `e` come in, if they do.
fn source(cx: &PassContext, claims: &Claims, e: &Expr) -> Option<Span> {
    struct Source<'c>(&'c PassContext<'c>, &'c Claims, Option<Span>);
    impl<'a> Visit<'a> for Source<'_> {
        fn expr(&mut self, e: &'a Expr) {
            if self.2.is_some() {
                return;
            }
            if let ExprKind::Field(field) = &e.kind
                && let ExprKind::Name(_) = &peel(&field.base).kind
                && let Some(Def::Local(id)) = self.0.def(peel(&field.base).span)
                && self.0.is_step(*id)
            {
                self.2 = self.output(self.0.slot(*id), &field.name.text);
                return;
            }
            match (&e.kind, self.0.def(e.span)) {
                (ExprKind::Name(_), Some(Def::Local(id))) => self.2 = self.1.locals.get(&self.0.slot(*id)).copied(),
                (ExprKind::Name(_), Some(Def::Metric(name))) => self.2 = self.1.metrics.get(name).copied(),
                _ => walk_expr(self, e),
            }
        }
    }
    impl Source<'_> {
        /// What is known about a step by observing it is not claimed.
        fn output(&self, id: LocalId, field: &str) -> Option<Span> {
            if matches!(field, "status" | "duration" | "attempts") {
                return None;
            }
            if let Some(span) = self.1.locals.get(&id) {
                return Some(*span);
            }
            let claimed = self.1.outputs.get(&id)?.iter().any(|name| name == field);
            claimed.then(|| self.0.view.facts.locals.get(id.0 as usize).map(|local| local.span)).flatten()
        }
    }
    let mut source = Source(cx, claims, None);
    source.expr(e);
    source.2
}

/// Reports gates on claimed metrics.
pub fn gates(cx: &PassContext, claims: &Claims, out: &mut Vec<Diagnostic>) {
    struct Gates<'c, 'o>(&'c PassContext<'c>, &'c Claims, &'o mut Vec<Diagnostic>);
    impl<'a> Visit<'a> for Gates<'_, '_> {
        fn gate(&mut self, gate: &'a Gate) {
            let mut read = MetricsRead::default();
            read.collect(self.0, &gate.condition);
            let said = read.names.iter().find_map(|(name, at)| self.1.metrics.get(name).map(|from| (name, *at, *from)));
            if let Some((name, at, from)) = said {
                self.2.push(claimed_gate(self.0, Some(name), at, from));
            } else if let Some(from) = source(self.0, self.1, &gate.condition) {
                self.2.push(claimed_gate(self.0, None, gate.condition.span, from));
            }
        }
    }
    walk_item(&mut Gates(cx, claims, out), cx.view.item);
}

/// The metrics that an expression reads, with where.
#[derive(Default)]
pub struct MetricsRead {
    /// In source order. Those in `baseline(…)` are left out: they are of earlier runs.
    pub names: Vec<(EcoString, Span)>,
}

impl MetricsRead {
    /// Adds those that `e` reads.
    pub fn collect(&mut self, cx: &PassContext, e: &Expr) {
        if let ExprKind::Call(call) = &e.kind
            && matches!(&call.callee.kind, ExprKind::Name(name) if name == "baseline")
        {
            return;
        }
        struct Reads<'c, 'r>(&'c PassContext<'c>, &'r mut MetricsRead);
        impl<'a> Visit<'a> for Reads<'_, '_> {
            fn expr(&mut self, e: &'a Expr) {
                self.1.collect(self.0, e);
            }
        }
        if let (ExprKind::Name(_), Some(Def::Metric(name))) = (&e.kind, cx.def(e.span)) {
            self.names.push((name.clone(), e.span));
        }
        walk_expr(&mut Reads(cx, self), e);
    }
}

fn claimed_gate(cx: &PassContext, metric: Option<&str>, at: Span, from: Span) -> Diagnostic {
    let message = match metric {
        Some(metric) => format!("this gate trusts what an agent says: `{metric}` is claimed, not measured"),
        None => "this gate trusts what an agent says".to_owned(),
    };
    Diagnostic::new(&lint::CLAIMED_GATE, cx.at(at), message)
        .label(cx.at(from), "the words of an agent come in here")
        .help("compute it from what a process prints (`stdout`, an exit code, a file that a tool wrote)")
}
