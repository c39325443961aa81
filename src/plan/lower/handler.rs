//! Handlers of failures, and verdicts.

use ecow::EcoString;

use super::Lower;
use crate::plan::ir::{self, HandlerIx, Verdict};
use crate::source::Span;
use crate::syntax::tree::{self, HandlerBody, OnFailure};

impl<'a> Lower<'a> {
    /// An `on failure` clause; `None` where its handler is not known (a fault has been reported).
    pub(super) fn handler(&mut self, handler: &'a OnFailure) -> Option<HandlerIx> {
        let mut max = self.maybe(handler.max.as_ref());
        let mark = self.cx.mark();
        let kinds = self.kinds(&handler.kinds);
        let (slot, body) = match &handler.body {
            HandlerBody::Use(path, most) => {
                let most = self.maybe(most.as_ref());
                let id = self.item_at(path)?;
                let (body, declared) = self.use_handler(id);
                max = most.or(max).or(declared);
                (None, body)
            }
            HandlerBody::Block(block) => {
                let (slot, block) = self.handling(handler, |lower| lower.block(&block.stmts));
                (Some(slot), ir::HandlerBody::Block(block))
            }
            HandlerBody::Verdict(verdict) => {
                let (slot, block) = self.handling(handler, |lower| lower.block(std::slice::from_ref(verdict)));
                (Some(slot), ir::HandlerBody::Block(block))
            }
        };
        let fresh = self.cx.fresh(mark);
        self.plan.handlers.push(ir::Handler { kinds, slot, max, body, fresh });
        Some(HandlerIx(self.plan.handlers.len() as u32 - 1))
    }

    /// Does something where the failure has a slot.
    fn handling<R>(&mut self, handler: &OnFailure, work: impl FnOnce(&mut Self) -> R) -> (u32, R) {
        match &handler.binding {
            Some(name) => {
                let slot = self.declare(name);
                (slot, work(self))
            }
            None => {
                let slot = self.cx.unnamed();
                self.cx.failures.push(slot);
                let result = work(self);
                self.cx.failures.pop();
                (slot.slot, result)
            }
        }
    }

    pub(super) fn verdict(&mut self, verdict: &'a tree::Verdict, span: Span) -> Verdict {
        match verdict {
            tree::Verdict::Retry(count) => Verdict::Retry(self.maybe(count.as_ref())),
            tree::Verdict::Continue(args) => {
                let outputs = self.continued();
                let mut values = Vec::with_capacity(args.len());
                for (at, arg) in args.iter().enumerate() {
                    let value = self.expr(&arg.value);
                    match (&arg.name, outputs.get(at)) {
                        (Some(name), _) => values.push((name.text.clone(), value)),
                        (None, Some(name)) => values.push((name.clone(), value)),
                        (None, None) => self.fault(span, "a value for an output that is not declared"),
                    }
                }
                Verdict::Continue(values)
            }
            tree::Verdict::Abort => Verdict::Abort,
            tree::Verdict::Escalate(message) => Verdict::Escalate(self.text(message)),
            tree::Verdict::Rollback { to, then } => {
                Verdict::Rollback { to: to.as_ref().map(|name| name.text.clone()), then: *then }
            }
        }
    }

    /// Names of the outputs that a `continue` here gives, in order.
    fn continued(&self) -> Vec<EcoString> {
        match self.cx.step_outputs {
            Some(record) => record.fields.iter().map(|field| field.name.clone()).collect(),
            None => self.cx.outputs.iter().map(|(name, _)| name.clone()).collect(),
        }
    }
}
