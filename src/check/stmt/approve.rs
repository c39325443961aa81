//! `approve`.

use crate::check::checker::Checker;
use crate::check::errors;
use crate::check::facts::LocalKind;
use crate::check::ty::{APPROVAL, Ty};
use crate::syntax::tree::{Approve, ApproveEntry, Stmt};

impl Checker<'_> {
    pub(super) fn approve(&mut self, stmt: &Stmt, of: &Approve) {
        self.text(&of.question);
        for entry in &of.entries {
            match entry {
                ApproveEntry::Show(values) => {
                    for value in values {
                        let got = self.infer(value, &Ty::Unknown);
                        match got.plain() {
                            Ty::Secret => self.report(errors::secret_interpolated(self.at(value.span))),
                            Ty::Step(_) => self.report(errors::step_as_value(self.at(value.span))),
                            _ => {}
                        }
                    }
                }
                ApproveEntry::Within(time) => {
                    self.expect(time, &Ty::Duration, None);
                }
                ApproveEntry::By(role) => self.text(role),
            }
        }
        match &of.name {
            Some(name) => {
                self.declare(name, LocalKind::Approval, APPROVAL.clone());
            }
            None if self.within.loops > 0 => self.report(errors::unnamed_approval(self.at(stmt.span))),
            None => {}
        }
    }
}
