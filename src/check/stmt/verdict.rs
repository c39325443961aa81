//! Verdicts: what a handler answers.

use crate::check::checker::{Checker, Target};
use crate::check::errors;
use crate::check::expr::{Callee, Slot};
use crate::check::facts::Def;
use crate::check::ty::Ty;
use crate::source::Span;
use crate::suggest;
use crate::syntax::tree::{AfterRollback, Arg, Name, Verdict};

impl Checker<'_> {
    /// Checks a verdict; nothing comes after it.
    pub(super) fn verdict(&mut self, verdict: &Verdict, span: Span) -> bool {
        let place = self.at(span);
        let word = match verdict {
            Verdict::Retry(_) => "retry",
            Verdict::Continue(_) => "continue",
            Verdict::Abort => "abort",
            Verdict::Escalate(_) => "escalate",
            Verdict::Rollback { .. } => "rollback",
        };
        if word != "rollback" && !self.within.handler {
            self.report(errors::misplaced_verdict(place, word));
        }
        if self.within.epilogue {
            self.report(errors::verdict_in_epilogue(place, word));
        }
        match verdict {
            Verdict::Retry(count) => {
                if let Some(count) = count {
                    self.expect(count, &Ty::Int, None);
                }
            }
            Verdict::Continue(args) => self.continue_with(args, span),
            Verdict::Abort => {}
            Verdict::Escalate(text) => self.text(text),
            Verdict::Rollback { to, then } => {
                if let Some(name) = to {
                    self.rollback_to(name);
                }
                if *then == AfterRollback::Continue {
                    self.continued.push(Vec::new());
                }
                if *then != AfterRollback::End && !self.within.handler {
                    self.report(errors::misplaced_verdict(place, "rollback … retry"));
                }
            }
        }
        true
    }

    fn continue_with(&mut self, args: &[Arg], span: Span) {
        let given = args.iter().filter_map(|arg| arg.name.as_ref()).map(|name| name.text.clone()).collect();
        self.continued.push(given);
        let outputs = match &self.target {
            Target::Step(outputs) => outputs.clone(),
            Target::Workflow => self.outputs.clone(),
            Target::Scope if args.is_empty() => return,
            Target::Scope => {
                self.arguments_of_unknown(args);
                return self.report(errors::scope_without_outputs(self.at(span)));
            }
            Target::Nothing | Target::Anything => return self.arguments_of_unknown(args),
        };
        let required = matches!(self.target, Target::Workflow);
        let slots: Vec<Slot> = outputs.iter().map(|(name, ty)| Slot { name, ty, default: !required }).collect();
        self.arguments(&slots, args, Callee { name: "continue", span, declared: None });
    }

    fn rollback_to(&mut self, name: &Name) {
        if name.is_missing() {
            return;
        }
        if name.text == "start" {
            return self.refer(name.span, Def::Checkpoint(None));
        }
        match self.checkpoints.get(&name.text) {
            Some(span) => {
                let at = span.start;
                self.refer(name.span, Def::Checkpoint(Some(at)));
            }
            None => {
                let mut known: Vec<_> = self.checkpoints.keys().cloned().collect();
                known.sort();
                let near = suggest::nearest(&name.text, known.iter().map(ecow::EcoString::as_str).chain(["start"]));
                let named = matches!(self.target, Target::Anything);
                self.report(errors::unknown_checkpoint(self.at(name.span), &name.text, near, named));
            }
        }
    }
}
