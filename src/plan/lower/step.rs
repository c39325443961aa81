//! Steps.

use ecow::EcoString;

use super::Lower;
use super::work::Owner;
use crate::plan::ir::{self, Does};
use crate::source::Span;
use crate::syntax::tree::{Action, Clause, ClauseKind, Name, Step, Stmt, actions};

impl<'a> Lower<'a> {
    pub(super) fn step(&mut self, stmt: &'a Stmt, step: &'a Step) -> ir::Step {
        let slot = self.declare(&step.name);
        let facts = self.cx.facts.and_then(|facts| facts.steps.get(&stmt.id));
        let risk = facts.map(|facts| facts.risk).unwrap_or_default();
        let title = self.maybe_text(step.title.as_ref());
        let owner = Owner { facts, declared: &[], risk, whole: false };
        let lowered = self.step_body(&step.name.text, slot, &step.clauses, stmt.span, &owner);
        ir::Step { title, ..lowered }
    }

    /// The inside of a step. What it reads from other steps and variables is noted.
    pub(super) fn step_body(
        &mut self,
        name: &EcoString,
        slot: u32,
        clauses: &'a [Clause],
        span: Span,
        owner: &Owner<'a>,
    ) -> ir::Step {
        let outer = std::mem::take(&mut self.cx.reads);
        let (depth, count) = (self.cx.depth(), self.cx.count());
        self.cx.steps += 1;
        let does = match actions(clauses).next() {
            Some((_, Action::Run(run))) => self.run(run),
            _ => Some(Does::Work(self.work(clauses, span, &Owner { whole: false, ..*owner }))),
        };
        let does = does.unwrap_or(Does::Work(ir::WorkIx(0)));
        let mut step = empty(name.clone(), slot, does);
        let outputs = owner.facts.and_then(|facts| facts.outputs.as_deref());
        let around = std::mem::replace(&mut self.cx.step_outputs, outputs);
        for clause in clauses {
            self.step_clause(clause, &mut step, owner);
        }
        self.cx.step_outputs = around;
        self.cx.steps -= 1;
        let reads = std::mem::replace(&mut self.cx.reads, outer);
        let needed = reads.iter().filter(|read| read.depth == depth && read.slot < count && read.slot != slot);
        step.needs = needed.map(|read| read.slot).collect();
        step.needs.sort_unstable();
        step.needs.dedup();
        if self.cx.steps > 0 {
            self.cx.reads.extend(reads);
        }
        step
    }

    fn step_clause(&mut self, clause: &'a Clause, step: &mut ir::Step, owner: &Owner<'a>) {
        match &clause.kind {
            ClauseKind::Timeout(timeout) => {
                step.timeout = Some(self.expr(&timeout.each));
                step.total = self.maybe(timeout.total.as_ref());
            }
            ClauseKind::Retry(retry) => step.retry = Some(self.retry(retry)),
            ClauseKind::OnFailure(handler) => {
                let handler = self.handler(handler);
                step.handlers.extend(handler);
            }
            ClauseKind::Undo(undo) => step.undo = self.undo(undo, clause.span),
            ClauseKind::Risky(why) => step.risky = Some(self.text(why)),
            ClauseKind::After(names) => step.after = self.steps(names),
            ClauseKind::Queue(queue) => step.queue = Some(self.expr(queue)),
            ClauseKind::Session(name) => step.session = self.steps(std::slice::from_ref(name)).first().copied(),
            ClauseKind::Budget(entries) => step.budget.extend(self.named(entries)),
            ClauseKind::Output(output) if !matches!(step.does, Does::Work(_)) => {
                let output = self.output(output, owner);
                step.outputs.push(output);
            }
            _ => {}
        }
    }

    /// Slots of steps.
    fn steps(&mut self, names: &[Name]) -> Vec<u32> {
        let mut slots = Vec::with_capacity(names.len());
        for name in names {
            match self.local_at(name) {
                Some(id) => slots.push(self.reach(id, name.span).1),
                None => self.fault(name.span, "the name of a step that was not resolved"),
            }
        }
        slots
    }
}

fn empty(name: EcoString, slot: u32, does: Does) -> ir::Step {
    ir::Step {
        name,
        title: None,
        slot,
        does,
        outputs: Vec::new(),
        timeout: None,
        total: None,
        retry: None,
        handlers: Vec::new(),
        undo: None,
        risky: None,
        after: Vec::new(),
        queue: None,
        session: None,
        budget: Vec::new(),
        needs: Vec::new(),
    }
}
