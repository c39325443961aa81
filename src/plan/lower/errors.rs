//! What can go wrong although everything checks.

use super::Lower;
use crate::check::facts::{Checked, GlobalId};
use crate::diagnostic::{Diagnostic, Place, codes};
use crate::source::{FileId, Span};

/// The entry is not a workflow.
pub(super) fn no_workflow(checked: &Checked, entry: GlobalId) -> Diagnostic {
    match checked.global(entry) {
        Some(global) => {
            Diagnostic::new(&codes::run::NOT_RUNNABLE, global.place, format!("`{}` is not a workflow", global.name))
                .here("this is declared as something else")
                .help("name a `workflow` of the file")
        }
        None => {
            let place = Place::absolute(FileId::default(), Span::default());
            Diagnostic::new(&codes::run::NOT_RUNNABLE, place, "there is no workflow to run")
        }
    }
}

/// There is no test that runs something.
pub(super) fn no_test(file: FileId) -> Diagnostic {
    let place = Place::absolute(file, Span::default());
    Diagnostic::new(&codes::run::NOT_RUNNABLE, place, "there is no test here that runs a workflow")
        .help("a `test` item has a line `run workflow(…)`")
}

impl Lower<'_> {
    /// Reports what the checker should have found out. A fault of this program, not of the source.
    pub(super) fn fault(&mut self, span: Span, what: &str) {
        let place = Place::absolute(self.cx.file, span.shift(self.cx.start));
        let text = format!("wf cannot compile this, although it checks: {what}");
        let found = Diagnostic::new(&codes::run::NOT_RUNNABLE, place, text)
            .help("this is a fault of wf, not of the workflow: please report it with the source");
        self.faults.push(found);
    }
}
