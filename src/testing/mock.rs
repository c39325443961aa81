//! Mocks: what stands in for which action, and what it answers next.

use ecow::EcoString;

use super::outline::{Found, Outline, Resolved};
use super::path::{Pattern, RunPath};
use crate::plan::ir::BodyIx;
use crate::value::Fields;

/// A `mock` line.
#[derive(Clone, Debug)]
pub(super) struct Mock {
    pub target: Target,
    /// In sequence; the last repeats. Empty: succeeds.
    pub replies: Vec<Reply>,
    /// How many were given in this run.
    pub used: usize,
    /// The step that it is for in the workflow being run.
    pub step: Option<Resolved>,
}

/// What a mock stands in for.
#[derive(Clone, Debug)]
pub(super) enum Target {
    All,
    Command(BodyIx),
    Step(Pattern),
    Agent(Option<EcoString>),
}

/// What a mock answers.
#[derive(Clone, Debug, Default)]
pub(super) struct Reply {
    /// Outputs that are given.
    pub outputs: Fields,
    /// Kind and message, where it fails.
    pub fails: Option<(EcoString, String)>,
}

/// What an attempt is, as far as mocks look at it.
#[derive(Debug)]
pub(super) struct Subject<'a> {
    pub path: &'a RunPath,
    pub command: Option<BodyIx>,
    /// The agent that is asked, by its name if it has one.
    pub agent: Option<Option<&'a str>>,
    pub undo: bool,
    /// Whether a person is asked: only a mock of the step stands in for them.
    pub person: bool,
}

impl Mock {
    /// Makes it ready for a run.
    ///
    /// # Errors
    /// That its path stands for several steps.
    pub fn prepare(&mut self, outline: &Outline) -> Result<(), String> {
        (self.used, self.step) = (0, None);
        let Target::Step(pattern) = &self.target else { return Ok(()) };
        match outline.find(pattern) {
            Found::Step(step) => self.step = Some(step),
            Found::None => {}
            Found::Several(paths) => return Err(several(pattern, &paths)),
        }
        Ok(())
    }

    /// How exactly it fits: not at all, or the more the better.
    fn fits(&self, subject: &Subject) -> Option<usize> {
        match &self.target {
            Target::Step(_) => {
                let step = self.step.as_ref().filter(|step| !subject.undo && step.fits(subject.path))?;
                Some(10 + step.keys())
            }
            Target::Command(body) => (subject.command == Some(*body)).then_some(4),
            Target::Agent(wanted) => match (wanted, subject.agent) {
                (_, None) => None,
                (None, Some(_)) => Some(2),
                (Some(wanted), Some(asked)) => (asked == Some(wanted.as_str())).then_some(3),
            },
            Target::All => (!subject.person).then_some(1),
        }
    }
}

/// The next answer of the mock that fits best; of several the one written last.
pub(super) fn reply(mocks: &mut [Mock], subject: &Subject) -> Option<Reply> {
    let best = mocks.iter().enumerate().filter_map(|(at, mock)| Some((mock.fits(subject)?, at))).max()?.1;
    let mock = mocks.get_mut(best)?;
    let at = mock.used.min(mock.replies.len().saturating_sub(1));
    mock.used += 1;
    Some(mock.replies.get(at).cloned().unwrap_or_default())
}

/// That an end of a path is not enough.
pub(super) fn several(pattern: &Pattern, paths: &[String]) -> String {
    format!("step {pattern} stands for several steps: {}; write more of the path", paths.join(", "))
}
