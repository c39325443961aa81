//! Actions with their clauses.

use ecow::EcoString;

use super::Lower;
use crate::check::facts::StepFacts;
use crate::check::ty::Ty;
use crate::plan::ir::{self, Effects, ExprIx, Risk, WorkIx};
use crate::source::Span;
use crate::syntax::tree::{self, Action, Clause, ClauseKind, Expr, ExprKind, actions};

/// What an action belongs to.
#[derive(Default)]
pub(super) struct Owner<'a> {
    pub(super) facts: Option<&'a StepFacts>,
    /// Outputs of the signature.
    pub(super) declared: &'a [(EcoString, Ty)],
    pub(super) risk: Risk,
    /// Whether `timeout retry undo queue` belong to the action and not to a step around it.
    pub(super) whole: bool,
}

/// An action without clauses.
pub(super) fn empty(action: ir::Action) -> ir::Work {
    ir::Work {
        action,
        outputs: Vec::new(),
        timeout: None,
        total: None,
        retry: None,
        fails_as: Vec::new(),
        exits: Vec::new(),
        env: Vec::new(),
        args: None,
        stdin: None,
        cwd: None,
        undo: None,
        cache: None,
        effects: Effects::default(),
        queue: None,
    }
}

impl<'a> Lower<'a> {
    pub(super) fn push_work(&mut self, work: ir::Work) -> WorkIx {
        self.plan.works.push(work);
        WorkIx(self.plan.works.len() as u32 - 1)
    }

    /// The action among the clauses with what the others say about it. Clauses are lowered in source order, outputs
    /// that are read from `$WF_OUTPUT` because only the signature declares them come first.
    pub(super) fn work(&mut self, clauses: &'a [Clause], span: Span, owner: &Owner<'a>) -> WorkIx {
        let Some((_, action)) = actions(clauses).next() else {
            self.fault(span, "a step without an action");
            return WorkIx(0);
        };
        let action_ir = self.action(action);
        let mut work = empty(action_ir);
        work.effects.risk = owner.risk;
        self.written_outputs(&mut work, action, clauses, owner);
        for clause in clauses {
            self.work_clause(clause, &mut work, owner);
        }
        self.push_work(work)
    }

    fn written_outputs(&mut self, work: &mut ir::Work, action: &'a Action, clauses: &'a [Clause], owner: &Owner<'a>) {
        let given = |name: &EcoString| {
            clauses.iter().any(|clause| matches!(&clause.kind, ClauseKind::Output(out) if out.name.text == *name))
        };
        for (name, ty) in owner.declared.iter().filter(|(name, _)| !given(name)) {
            let ty = self.intern(ty);
            work.outputs.push(ir::Output { name: name.clone(), ty, value: None });
        }
        if let Action::Ask(_, answers) = action {
            for answer in
                answers.iter().filter(|answer| owner.declared.iter().all(|(name, _)| *name != answer.name.text))
            {
                let ty = self.output_type(&answer.name.text, Some(&answer.ty), None, owner);
                work.outputs.push(ir::Output { name: answer.name.text.clone(), ty, value: None });
            }
        }
    }

    fn work_clause(&mut self, clause: &'a Clause, work: &mut ir::Work, owner: &Owner<'a>) {
        match &clause.kind {
            ClauseKind::Output(output) => {
                let output = self.output(output, owner);
                work.outputs.push(output);
            }
            ClauseKind::FailsAs(fails) => {
                self.cx.reads_output = false;
                let condition = self.expr(&fails.condition);
                let late = self.cx.reads_output;
                work.fails_as.push(ir::FailsAs { kind: self.kind(&fails.kind), condition, late });
            }
            ClauseKind::Exits(codes) => work.exits.extend(self.exprs(codes)),
            ClauseKind::Env(entries) => work.env.extend(self.named(entries)),
            ClauseKind::Args(args) => work.args = Some(self.expr(args)),
            ClauseKind::Stdin(stdin) => work.stdin = Some(self.expr(stdin)),
            ClauseKind::Cwd(cwd) => work.cwd = Some(self.expr(cwd)),
            ClauseKind::Cache(hold) => {
                let hold = self.maybe(hold.as_deref());
                work.cache = Some(ir::Cache { hold });
            }
            ClauseKind::Timeout(timeout) if owner.whole => {
                work.timeout = Some(self.expr(&timeout.each));
                work.total = self.maybe(timeout.total.as_ref());
            }
            ClauseKind::Retry(retry) if owner.whole => work.retry = Some(self.retry(retry)),
            ClauseKind::Undo(undo) if owner.whole => work.undo = self.undo(undo, clause.span),
            ClauseKind::Queue(queue) if owner.whole => work.queue = Some(self.expr(queue)),
            _ => self.effect(clause, &mut work.effects),
        }
    }

    fn effect(&mut self, clause: &'a Clause, effects: &mut Effects) {
        match &clause.kind {
            ClauseKind::Reads(globs) => self.extend(&mut effects.reads, globs),
            ClauseKind::Writes(globs) => self.extend(&mut effects.writes, globs),
            ClauseKind::Net(hosts) => self.extend(&mut effects.net, hosts),
            ClauseKind::Idempotent => effects.idempotent = true,
            ClauseKind::Irreversible(why) => effects.irreversible = Some(self.text(why)),
            ClauseKind::Risky(why) => effects.risky = Some(self.text(why)),
            _ => {}
        }
    }

    fn extend(&mut self, declared: &mut Option<Vec<ExprIx>>, exprs: &'a [Expr]) {
        let exprs = self.exprs(exprs);
        declared.get_or_insert_default().extend(exprs);
    }

    /// An `output` clause.
    pub(super) fn output(&mut self, output: &'a tree::Output, owner: &Owner<'a>) -> ir::Output {
        let value = self.maybe(output.value.as_ref());
        let ty = self.output_type(&output.name.text, output.ty.as_ref(), output.value.as_ref(), owner);
        ir::Output { name: output.name.text.clone(), ty, value }
    }

    fn output_type(
        &mut self,
        name: &EcoString,
        written: Option<&tree::Type>,
        value: Option<&Expr>,
        owner: &Owner<'a>,
    ) -> ir::TypeIx {
        let facts = self.cx.facts;
        let written = written.and_then(|ty| facts?.written.get(&ty.span.start));
        let inferred = owner.facts.and_then(|facts| facts.outputs.as_ref());
        let inferred = inferred.and_then(|record| record.fields.iter().find(|field| field.name == *name));
        let declared = owner.declared.iter().find(|(known, _)| known == name).map(|(_, ty)| ty);
        let valued = value.map(|value| self.ty(value.id));
        let ty = declared.or(written).or(inferred.map(|field| &field.ty)).or(valued).unwrap_or(&Ty::String);
        self.intern(ty)
    }

    fn action(&mut self, action: &'a Action) -> ir::Action {
        match action {
            Action::Exec(argv) => {
                let argv = match &argv.kind {
                    ExprKind::List(elements) => self.exprs(elements),
                    _ => vec![self.expr(argv)],
                };
                ir::Action::Exec { argv }
            }
            Action::Script(language, text) => self.script(*language, text),
            Action::Agent(agent, prompt) => {
                let agent = agent.as_ref().map(|path| self.agent(path));
                ir::Action::Agent { agent, prompt: self.text(prompt) }
            }
            Action::Ask(question, _) => ir::Action::Ask { question: self.text(question) },
            Action::Wait(value) => ir::Action::Wait { until: false, value: self.expr(value) },
            Action::WaitUntil(value) => ir::Action::Wait { until: true, value: self.expr(value) },
            Action::Run(run) => {
                self.fault(run.callee.span, "a `run` where an action of its own was expected");
                ir::Action::Exec { argv: Vec::new() }
            }
        }
    }
}
