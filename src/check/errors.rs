//! The words of the checker: one small function for each thing that can be wrong.

mod calls;
mod flow;
mod imports;
mod names;
mod steps;
mod types;

pub use calls::*;
pub use flow::*;
pub use imports::*;
pub use names::*;
pub use steps::*;
pub use types::*;

use crate::diagnostic::{Diagnostic, Place};
use crate::suggest::Near;

/// What the clauses of an action see.
pub const ATTEMPT: &[&str] = &["stdout", "stderr", "exit", "duration", "attempt"];

impl Diagnostic {
    /// Points at the place where what is at odds with it was declared.
    #[must_use]
    pub fn because(self, declared: Option<Place>) -> Self {
        match declared {
            Some(place) if place != self.primary.place => self.label(place, "declared here"),
            _ => self,
        }
    }

    /// Says that what was meant is a command.
    #[must_use]
    pub fn command_without_at(self, name: &str) -> Self {
        let place = self.primary.place;
        let start = Place { span: crate::source::Span::at(place.span.start), ..place };
        self.help(format!("a command is run with `@`: `run @{name}(…)`")).fix(
            format!("write `@{name}`"),
            start,
            "@",
            true,
        )
    }

    /// Offers the nearest known word instead.
    #[must_use]
    fn near(self, near: Option<Near>) -> Self {
        let Some(near) = near else { return self };
        let place = self.primary.place;
        self.help(format!("did you mean `{}`?", near.word)).fix(
            format!("replace it with `{}`", near.word),
            place,
            near.word,
            near.certain,
        )
    }
}

/// Words in back-ticks, joined by commas.
fn listed<T: AsRef<str>>(words: &[T]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{}`", word.as_ref())).collect();
    quoted.join(", ")
}

/// What an item is, in words.
fn item_word(kind: &super::facts::GlobalKind) -> &'static str {
    use super::facts::GlobalKind;
    use super::ty::Ty;
    match kind {
        GlobalKind::Type(Ty::Enum(_)) => "an enum",
        GlobalKind::Type(_) => "a record",
        GlobalKind::Error => "a failure kind",
        GlobalKind::Const(_) => "a constant",
        GlobalKind::Fn(_) => "a function",
        GlobalKind::Command(_) => "a command",
        GlobalKind::Workflow(_) => "a workflow",
        GlobalKind::Handler => "a handler",
        GlobalKind::Gates => "a set of gates",
        GlobalKind::Agent => "an agent",
    }
}
