//! What led to a step: conditions with the values that decided them.

use crate::engine::event::Body;
use crate::machine::notice::Notice;
use crate::report::history::StepStory;
use crate::report::places::Via;
use crate::value::Fields;

use super::{Teller, handler, said, values};

/// A decision of a condition.
#[derive(Clone, Copy)]
pub(super) struct Decision<'a> {
    /// When.
    pub at: i64,
    /// Path of where it stands in this pass.
    pub around: &'a str,
    /// Which branch was taken.
    pub branch: u32,
    /// What it read.
    pub operands: &'a Fields,
}

impl Teller<'_> {
    /// The decisions of the condition at a place, in order, among the first `most` events.
    pub(super) fn decisions(&self, place: [u32; 5], most: usize) -> impl DoubleEndedIterator<Item = Decision<'_>> {
        self.history.events.iter().take(most).filter_map(move |(time, body)| match body {
            Body::Notice(Notice::Decided { step, at, branch, operands }) if *at == place => {
                Some(Decision { at: *time, around: step, branch: *branch, operands })
            }
            _ => None,
        })
    }

    /// What a condition said: its text and place, and the values it read.
    pub(super) fn decided(&self, place: [u32; 5], said: &str, operands: &Fields) -> String {
        let shown = self.texts.text(place).map_or_else(String::new, |text| format!(" `{text}`"));
        let values = if operands.is_empty() { String::new() } else { format!(", with {}", values(operands)) };
        format!("the condition{shown} at {} {said}{values}", self.texts.place(place))
    }

    /// What led to a step that began.
    pub(super) fn way(&self, story: &StepStory) -> Vec<(Option<i64>, String)> {
        let mut lines = Vec::new();
        for (depth, via) in &self.place.vias {
            let line = match via {
                Via::Branch { at, branch, conditions } => {
                    let mut decisions = self.decisions(*at, story.index).rev();
                    let found = decisions.find(|decision| leads(decision.around, &story.step));
                    found.map(|found| (Some(found.at), self.decided(*at, took(*branch, *conditions), found.operands)))
                }
                Via::Repeat { at } => {
                    let mut decisions = self.decisions(*at, story.index).rev();
                    let again = decisions.find(|decision| decision.branch != 0 && leads(decision.around, &story.step));
                    again.map(|found| (Some(found.at), self.decided(*at, "did not end the loop", found.operands)))
                }
                Via::Handler { .. } => {
                    let before = |handled: &&crate::report::history::Handled| {
                        handled.at <= story.started && self.owns(*depth, &handled.handler)
                    };
                    let found = self.history.handled.iter().rfind(before);
                    found.map(|found| {
                        let step = match found.failure.step.as_str() {
                            "" => String::new(),
                            step => format!("`{step}`: "),
                        };
                        let line =
                            format!("{} took a failure, {step}{}", handler(&found.handler), said(&found.failure));
                        (Some(found.at), line)
                    })
                }
                Via::Ending(word) => Some((None, format!("it stands in `{word}`"))),
                Via::Arm { at } => Some((None, format!("an arm of the `match` at {} fitted", self.texts.place(*at)))),
                Via::Pass { .. } => None,
            };
            lines.extend(line);
        }
        lines
    }

    /// Whether a handler of that path is the one that so many names of the place lead to.
    pub(super) fn owns(&self, depth: usize, handler: &str) -> bool {
        let own = crate::testing::path::RunPath::parse(handler);
        own.names().eq(self.place.names.iter().take(depth).map(|name| name.as_str()))
    }
}

/// What a condition did whose branch was taken.
const fn took(branch: u32, conditions: u32) -> &'static str {
    if branch == 0 {
        "held"
    } else if branch < conditions {
        "did not hold, and a later one did"
    } else {
        "did not hold"
    }
}

/// Whether a condition decided in this pass is on the way to the step: `around` is `a/b` or, in a pass, `a/["key"]`.
fn leads(around: &str, step: &str) -> bool {
    let (front, pass) = match around.rfind('/') {
        _ if !around.ends_with(']') => (around, ""),
        Some(at) => around.split_at(at + 1),
        None => ("", around),
    };
    step.strip_prefix(front.trim_end_matches('/')).is_some_and(|rest| rest.contains(pass))
}

#[cfg(test)]
mod tests {
    use super::leads;

    #[test]
    fn a_condition_leads_to_steps_of_its_pass() {
        assert!(leads("", "lint") && leads("outer", "outer/lint"));
        assert!(leads("[0]", "test[0]") && !leads("[1]", "test[0]"));
        assert!(leads("outer/[\"api\"]", "outer/test[\"api\"]") && !leads("other", "outer/test"));
    }
}
