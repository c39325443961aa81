//! Why a step has not run.

use crate::plan::ir::BlockIx;
use crate::report::history::{Handled, StepOutcome, StepStory};
use crate::report::places::Via;
use crate::testing::path::RunPath;

use super::way::Decision;
use super::{Teller, Why, handler, said};

type Line = (Option<i64>, String);

impl Teller<'_> {
    /// Of a step that never began.
    pub(super) fn absent(&self, wanted: &str) -> Why {
        let names = self.place.names.join("/");
        let step = if wanted.contains('[') { wanted.to_owned() } else { names };
        let mut lines = Vec::new();
        let missing = (1..self.place.names.len()).find(|depth| self.begun(*depth).is_none());
        if let Some(missing) = missing {
            let around = self.place.names.iter().take(missing).map(|name| name.as_str()).collect::<Vec<_>>().join("/");
            lines.push((None, format!("`{around}`, which it is part of, did not run")));
        }
        let most = missing.map_or(usize::MAX, |missing| missing - 1);
        let turned = self.place.vias.iter().filter(|(depth, _)| *depth <= most).find_map(|(depth, via)| {
            let (at, line) = self.turned(*depth, via)?;
            Some((at, line))
        });
        lines.extend(turned.or_else(|| self.stopped()).or_else(|| self.unreached(most)));
        let outcome = if self.history.finished.is_some() { "did not run" } else { "has not run" };
        Why { step, outcome: outcome.to_owned(), lines }
    }

    /// The step that so many names lead to, if it began.
    fn begun(&self, depth: usize) -> Option<&StepStory> {
        let names = || self.place.names.iter().take(depth).map(|name| name.as_str());
        self.history.steps.values().rfind(|story| RunPath::parse(&story.step).names().eq(names()))
    }

    /// Why the run did not go in there; `None` where it did or never came to it.
    fn turned(&self, depth: usize, via: &Via) -> Option<Line> {
        match via {
            Via::Branch { at, branch, conditions } => {
                let decisions: Vec<Decision> = self.decisions(*at, usize::MAX).collect();
                let last = decisions.last()?;
                if decisions.iter().any(|decision| decision.branch == *branch) {
                    return None;
                }
                let said = match (last.branch, branch) {
                    (taken, _) if taken >= *conditions => "did not hold",
                    (0, _) => "held, so another branch was taken",
                    (taken, branch) if taken < *branch => "did not hold, but one before this branch's did",
                    _ => "did not hold, but a later one did",
                };
                let times = match decisions.len() {
                    1 => String::new(),
                    times => format!(" (the last of {times} decisions)"),
                };
                Some((Some(last.at), self.decided(*at, said, last.operands) + &times))
            }
            Via::Handler { step, kinds } => self.no_failure(depth, *step, kinds),
            Via::Ending(word) => {
                let finished = self.history.finished.as_ref()?;
                Some((Some(finished.at), format!("it stands in `{word}`, and the run {}", finished.status)))
            }
            Via::Arm { .. } | Via::Pass { .. } | Via::Repeat { .. } => None,
        }
    }

    /// Why a handler had nothing to do.
    fn no_failure(&self, depth: usize, step: bool, kinds: &[ecow::EcoString]) -> Option<Line> {
        let for_kinds = || match kinds {
            [] => String::new(),
            kinds => format!(" ({})", kinds.join(", ")),
        };
        let whose = self.place.names.iter().take(depth).map(|name| name.as_str()).collect::<Vec<_>>().join("/");
        let whose = if step || depth > 0 { format!("`{whose}`") } else { "the workflow".to_owned() };
        let mut failures: Vec<(i64, String, &str)> = Vec::new();
        for story in self.history.steps.values() {
            let own = RunPath::parse(&story.step);
            let inside = own.segments.len() >= depth
                && own.names().zip(self.place.names.iter().take(depth)).all(|(name, wanted)| name == wanted);
            let fits = if step { own.segments.len() == depth && inside } else { inside };
            for failure in story.failures.iter().filter(|_| fits) {
                failures.push((story.ended.unwrap_or(story.started), said(failure), failure.kind.as_str()));
            }
        }
        let last = failures.last();
        if let Some((at, said, kind)) = last {
            let fits = kinds.is_empty() || kinds.iter().any(|wanted| wanted == kind);
            let line =
                format!("it stands in `on failure{}` of {whose}, and the failure was another: {said}", for_kinds());
            return (!fits).then_some((Some(*at), line));
        }
        if step && self.begun(depth).is_none_or(|story| story.outcome == StepOutcome::Running) {
            return None;
        }
        Some((None, format!("it stands in `on failure{}` of {whose}, and nothing failed there", for_kinds())))
    }

    /// The failure whose handler went on behind the scope that it stands in.
    fn stopped(&self) -> Option<Line> {
        let handled = self.history.handled.iter().enumerate().rfind(|(at, handled)| {
            let scope = self.guarding(*at, handled);
            handled.verdict.as_deref() == Some("continue")
                && scope.is_some_and(|scope| self.place.scopes.contains(&scope))
        });
        let handled = handled?.1;
        let step = match handled.failure.step.as_str() {
            "" => String::new(),
            step => format!("`{step}` failed, "),
        };
        let failure = said(&handled.failure);
        let line = format!("{step}{failure}; {} answered `continue`, which skips the rest", handler(&handled.handler));
        Some((Some(handled.at), line))
    }

    /// The scope whose handler took a failure; `None` where it was the step's own.
    fn guarding(&self, at: usize, handled: &Handled) -> Option<BlockIx> {
        if handled.handler == handled.failure.step && !handled.handler.is_empty() {
            return None;
        }
        let failed = RunPath::parse(&handled.failure.step);
        let place = self.places.iter().find(|place| failed.names().eq(place.names.iter().map(|name| name.as_str())))?;
        let passed_on =
            |earlier: &&Handled| earlier.failure == handled.failure && earlier.handler != handled.failure.step;
        let inner = self.history.handled.iter().take(at).rev().take_while(passed_on).count();
        place.scopes.iter().rev().nth(inner).copied()
    }

    /// Why the run never came there.
    fn unreached(&self, depth: usize) -> Option<Line> {
        let history = self.history;
        let Some(finished) = &history.finished else {
            let running: Vec<String> = history
                .steps
                .values()
                .filter(|story| story.outcome == StepOutcome::Running)
                .map(|story| format!("`{}`", story.step))
                .collect();
            return Some(match &history.paused {
                Some(reason) => (None, format!("the run has not come to it: it is paused, {reason}")),
                None if running.is_empty() => (None, "the run has not come to it".to_owned()),
                None => (None, format!("the run has not come to it: it is at {}", running.join(", "))),
            });
        };
        if let Some(failure) = &finished.failure {
            let step = match failure.step.as_str() {
                "" => String::new(),
                step => format!("`{step}` failed, "),
            };
            return Some((Some(finished.at), format!("the run ended before: {step}{}", said(failure))));
        }
        if finished.status != "succeeded" {
            return Some((Some(finished.at), format!("the run ended before: it was {}", finished.status)));
        }
        let inner = self.place.vias.iter().rfind(|(at, _)| *at <= depth).map(|(_, via)| via);
        Some(match inner {
            Some(Via::Arm { at }) => {
                (None, format!("another arm of the `match` at {} was taken", self.texts.place(*at)))
            }
            Some(Via::Pass { at }) => (None, format!("no pass of the `for` at {} came to it", self.texts.place(*at))),
            _ => (Some(finished.at), "the run succeeded without coming to it: it returned before".to_owned()),
        })
    }
}
