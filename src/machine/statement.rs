//! Statements.

use super::notice::Notice;
use super::run::{Run, failure};
use super::scope::ScopeOf;
use super::state::Request;
use super::task::{Answered, Completion, Entry, On, TaskId};
use crate::plan::ir::{BlockIx, Condition, ExprIx, MatchArm, Node, NodeIx};
use crate::value::{Failure, Fields, Value};

impl<'a> Run<'a> {
    pub fn execute(&mut self, t: TaskId, ix: NodeIx) {
        let Some(node) = self.node(ix) else {
            return self.fail(t, failure("internal", "the plan names a statement that is none"));
        };
        let outcome = match node {
            Node::Step(step) => return self.start_step(t, ix, step),
            Node::For(each) => return self.start_for(t, ix, each),
            Node::Parallel(parallel) => return self.start_parallel(t, ix, parallel),
            Node::Repeat { .. } => return self.start_repeat(t, ix),
            Node::Scope(_) => return self.enter_scope(t, ScopeOf::Node(ix), None),
            Node::Seal => return self.seal(t),
            Node::Gate(gate) => return self.judge_gates(t, vec![*gate], Completion::Normal),
            Node::Approve(approve) => return self.approve(t, ix, approve),
            Node::Set { up, slot, value } => self.assign(t, *up, *slot, *value),
            Node::If { branches, otherwise } => self.decide(t, ix, branches, *otherwise),
            Node::Match { subject, arms } => self.choose(t, *subject, arms),
            Node::Checkpoint { name, include } => self.include(t, include).map(|include| {
                let request = Request::Take { task: t, name: name.clone(), include: include.clone(), implied: false };
                let snapshot = self.snapshot(request, name.clone(), include);
                self.wait(t, On::Snapshot(snapshot));
            }),
            Node::Metric { metric, value } => self.eval(t, *value).map(|value| self.publish(t, *metric, value)),
            Node::Emit { kind, text } => self.text(t, *text).map(|text| {
                self.notices.push(Notice::Emitted { kind: *kind, text: text.into() });
            }),
            Node::Fail { kind, message } => self.text(t, *message).and_then(|message| {
                let at = self.node_place(ix);
                Err(Failure { at, step: self.task(t).prefix.to_string(), ..failure(kind, message) })
            }),
            Node::Return { values } => self.returned(t, values).map(|fields| self.start_return(t, fields)),
            Node::Verdict(verdict) => self.verdict(t, verdict).map(|answer| self.take_verdict(t, answer)),
        };
        if let Err(mut fault) = outcome {
            if fault.at.is_none() {
                fault.at = self.node_place(ix);
            }
            self.fail(t, fault);
        }
    }

    fn assign(&mut self, t: TaskId, up: u32, slot: u32, value: ExprIx) -> Result<(), Failure> {
        let value = self.eval(t, value)?;
        let frame = self.s.frames.outwards(self.task(t).frame, up);
        self.s.frames.set(t, frame, slot, value);
        Ok(())
    }

    fn include(&self, t: TaskId, globs: &[ExprIx]) -> Result<Vec<String>, Failure> {
        globs.iter().map(|glob| self.text(t, *glob).map(String::from)).collect()
    }

    fn returned(&self, t: TaskId, values: &[(ecow::EcoString, ExprIx)]) -> Result<Fields, Failure> {
        values.iter().map(|(name, value)| Ok((name.clone(), self.eval(t, *value)?))).collect()
    }

    fn enter_branch(&mut self, t: TaskId, block: BlockIx) {
        self.s.planned += self.facts.steps_in(block);
        self.push_block(t, block);
    }

    fn decide(
        &mut self,
        t: TaskId,
        ix: NodeIx,
        branches: &[(Condition, BlockIx)],
        otherwise: Option<BlockIx>,
    ) -> Result<(), Failure> {
        let mut operands = Fields::new();
        let mut place = None;
        let mut taken = None;
        for (index, (condition, block)) in branches.iter().enumerate() {
            let holds = match condition {
                Condition::Holds(condition) => {
                    self.operands(t, *condition, &mut operands);
                    place.get_or_insert(*condition);
                    self.bool(t, *condition)?
                }
                Condition::Some { slot, value } => {
                    self.operands(t, *value, &mut operands);
                    place.get_or_insert(*value);
                    let value = self.eval(t, *value)?;
                    let there = !matches!(value, Value::None);
                    if there {
                        self.set(t, *slot, value);
                    }
                    there
                }
            };
            if holds {
                taken = Some((index as u32, *block));
                break;
            }
        }
        let branch = taken.map_or(branches.len() as u32, |(index, _)| index);
        self.decided(t, ix, place, branch, operands);
        if let Some(block) = taken.map(|(_, block)| block).or(otherwise) {
            self.enter_branch(t, block);
        }
        Ok(())
    }

    fn decided(&mut self, t: TaskId, ix: NodeIx, place: Option<ExprIx>, branch: u32, operands: Fields) {
        let spans = &self.plan.spans;
        let at = place.and_then(|expr| spans.exprs.get(expr.index())).or_else(|| spans.nodes.get(ix.index()));
        let step = self.place_path(t).to_string();
        self.notices.push(Notice::Decided { step, at: at.copied().unwrap_or_default(), branch, operands });
    }

    /// The condition of a `repeat`, noted as decided.
    pub fn condition(&mut self, t: TaskId, ix: NodeIx, condition: ExprIx) -> Result<bool, Failure> {
        let mut operands = Fields::new();
        self.operands(t, condition, &mut operands);
        let holds = self.bool(t, condition)?;
        self.decided(t, ix, Some(condition), u32::from(!holds), operands);
        Ok(holds)
    }

    fn choose(&mut self, t: TaskId, subject: ExprIx, arms: &[MatchArm]) -> Result<(), Failure> {
        let value = self.eval(t, subject)?;
        for arm in arms {
            let Some(bound) = self.fits(t, &arm.pattern, &value)? else { continue };
            if let Some(slot) = arm.slot {
                self.set(t, slot, bound);
            }
            self.enter_branch(t, arm.block);
            return Ok(());
        }
        Err(failure("value", format!("no arm of the match fits {}", value.to_text())))
    }

    fn take_verdict(&mut self, t: TaskId, answer: Answered) {
        let handled = self.task(t).stack.iter().rev().any(|entry| matches!(entry, Entry::Handler(_)));
        match answer {
            Answered::Rollback { to, then } if !handled => self.roll_back(t, to, then, None),
            answer => self.done(t, Completion::Verdict(Box::new(answer))),
        }
    }

    /// Judges the gates attached to the scopes that a `return` leaves, then leaves them.
    fn start_return(&mut self, t: TaskId, fields: Fields) {
        let mut gates = Vec::new();
        for entry in self.task(t).stack.iter().rev() {
            let Entry::Scope(run) = entry else { continue };
            if matches!(run.phase, super::scope::ScopePhase::Body)
                && let Some(scope) = self.scope_of(run.of)
            {
                gates.extend(scope.gates.iter().copied());
            }
            if matches!(run.of, ScopeOf::Body(_)) {
                break;
            }
        }
        let then = Completion::Return(Box::new(fields));
        if gates.is_empty() { self.done(t, then) } else { self.judge_gates(t, gates, then) }
    }
}
