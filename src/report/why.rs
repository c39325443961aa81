//! Why a step ran, did not run, was tried again, failed or went on, from the journal of its run.

mod absent;
mod named;
mod way;

use crate::engine::event::Body;
use crate::machine::input::Input;
use crate::machine::notice::Notice;
use crate::testing::path::RunPath;
use crate::value::{Failure, Fields, text};

use super::history::{History, StepOutcome, StepStory};
use super::places::{Place, places};
use super::texts::Texts;
use crate::plan::ir::Plan;

/// Most passes of one step that are explained at once.
const MOST: usize = 20;

/// What is known about a step of a run.
#[derive(Clone, PartialEq, Debug)]
pub struct Why {
    /// Its path.
    pub step: String,
    /// What became of it, in words.
    pub outcome: String,
    /// What led to it and what happened then; each with its time (milliseconds since 1970) where it has one.
    pub lines: Vec<(Option<i64>, String)>,
}

impl Why {
    /// A line for what became of it, and one for each reason.
    pub fn to_text(&self) -> String {
        let mut out = format!("{} {}\n", self.step, self.outcome);
        for (at, line) in &self.lines {
            match at {
                Some(at) => out += &format!("  {}  {line}\n", text::time(*at)),
                None => out += &format!("  {line}\n"),
            }
        }
        out
    }
}

/// Explains the step whose path is `wanted` or alone ends with it: every pass of it, where it stands in a loop; else the gate
/// or approval of that name. Errors: the plan has no such step, or several; in words.
pub fn why(plan: &Plan, texts: &Texts, history: &History, wanted: &str) -> Result<Vec<Why>, String> {
    let places = places(plan);
    let place = match find(&places, wanted) {
        Found::Place(place) => place,
        Found::None => {
            return named::named(history, wanted).map(|why| vec![why]).ok_or_else(|| unknown(plan, &places, wanted));
        }
        Found::Several(paths) => return Err(format!("`{wanted}` is several steps: {}", paths.join(", "))),
    };
    let teller = Teller { texts, history, places: &places, place };
    let path = RunPath::parse(wanted);
    let fits = |story: &&StepStory| {
        let own = RunPath::parse(&story.step);
        own.names().eq(place.names.iter().map(|name| name.as_str()))
            && own
                .segments
                .iter()
                .rev()
                .zip(path.segments.iter().rev())
                .all(|((_, keys), (_, wanted))| wanted.iter().all(|key| keys.contains(key)))
            && (!exact(wanted) || story.step == wanted)
    };
    let found: Vec<&StepStory> = history.steps.values().filter(fits).collect();
    if found.is_empty() {
        return Ok(vec![teller.absent(wanted)]);
    }
    let rest = found.len().saturating_sub(MOST);
    let mut all: Vec<Why> = found.into_iter().take(MOST).map(|story| teller.story(story)).collect();
    if rest > 0
        && let Some(last) = all.last_mut()
    {
        last.lines.push((None, format!("… and {rest} more; name one by the key of its pass")));
    }
    Ok(all)
}

/// Whether it names one restart or one handling.
fn exact(wanted: &str) -> bool {
    wanted.contains(['#', '!'])
}

enum Found<'a> {
    Place(&'a Place),
    Several(Vec<String>),
    None,
}

/// The one place in the plan that is meant.
fn find<'a>(places: &'a [Place], wanted: &str) -> Found<'a> {
    let path = RunPath::parse(wanted);
    let ends = |place: &&Place| {
        !path.segments.is_empty()
            && path.segments.len() <= place.names.len()
            && path.names().rev().eq(place.names.iter().rev().take(path.segments.len()).map(|name| name.as_str()))
    };
    let found: Vec<&Place> = places.iter().filter(ends).collect();
    let whole = found.iter().find(|place| place.names.len() == path.segments.len()).or(found.first());
    let mut paths: Vec<String> = found.iter().map(|place| place.names.join("/")).collect();
    paths.dedup();
    match whole {
        None => Found::None,
        Some(place) if paths.len() == 1 || place.names.len() == path.segments.len() => Found::Place(place),
        Some(_) => Found::Several(paths),
    }
}

fn unknown(plan: &Plan, places: &[Place], wanted: &str) -> String {
    let names = places.iter().filter_map(|place| place.names.last()).map(|name| name.as_str());
    let near = crate::suggest::nearest(wanted, names).map(|near| format!("; did you mean `{}`?", near.word));
    format!("workflow {} has no step `{wanted}`{}", plan.name, near.unwrap_or_default())
}

pub(super) struct Teller<'a> {
    texts: &'a Texts,
    history: &'a History,
    places: &'a [Place],
    place: &'a Place,
}

impl Teller<'_> {
    /// Of a step that began.
    fn story(&self, story: &StepStory) -> Why {
        let mut lines = self.way(story);
        lines.push((Some(story.started), "began".to_owned()));
        lines.extend(self.events(story));
        Why { step: story.step.clone(), outcome: outcome(story), lines }
    }

    /// What happened to it once it had begun.
    fn events(&self, story: &StepStory) -> Vec<(Option<i64>, String)> {
        let mut lines = Vec::new();
        let mut open = Vec::new();
        for (at, body) in self.history.events.iter().skip(story.index) {
            let line = match body {
                Body::Input(Input::AttemptFinished { attempt, .. }) => attempt_line(story, *attempt),
                Body::Input(Input::Answered { ask, .. }) => self.answer_line(story, *ask),
                Body::Input(Input::Resumed) if story.ended.is_none_or(|ended| ended > *at) => {
                    Some("another process went on with the run".to_owned())
                }
                Body::Input(_) => None,
                Body::Notice(notice) => notice_line(story, notice, &mut open),
            };
            lines.extend(line.map(|line| (Some(*at), line)));
        }
        lines
    }

    fn answer_line(&self, story: &StepStory, ask: u64) -> Option<String> {
        let question = self.history.asks.get(&ask).filter(|question| question.name == story.step)?;
        let comment = question.comment.as_ref().map(|comment| format!(": {comment}")).unwrap_or_default();
        Some(format!("{} answered {}{comment}", question.by.as_deref()?, question.answer?))
    }
}

fn attempt_line(story: &StepStory, attempt: u64) -> Option<String> {
    let at = story.attempts.iter().position(|made| made.attempt == attempt)?;
    let made = story.attempts.get(at)?;
    let took = text::duration(made.ended.unwrap_or(made.started) - made.started);
    let why = made.failure.as_ref().map(|failure| format!(": {}", said(failure))).unwrap_or_default();
    Some(format!("attempt {} {} ({took}){why}", at + 1, made.outcome))
}

/// `open`: whether each handler at work has to do with the step, by whose it is.
fn notice_line(story: &StepStory, notice: &Notice, open: &mut Vec<String>) -> Option<String> {
    let own = |step: &str| step == story.step;
    match notice {
        Notice::StepRetrying { step, pause, .. } if own(step) => Some(match pause {
            0 => "tried again, as its `retry` says".to_owned(),
            pause => format!("tried again after a pause of {}, as its `retry` says", text::duration(*pause)),
        }),
        Notice::StepFailed { step, failure } if own(step) => Some(format!("failed: {}", said(failure))),
        Notice::HandlerStarted { step, failure } if own(step) || failure.step == story.step => {
            open.push(step.clone());
            None
        }
        Notice::HandlerAnswered { step, verdict } => {
            let at = open.iter().rposition(|handler| handler == step)?;
            open.remove(at);
            Some(format!("{} answered `{verdict}`", handler(step)))
        }
        Notice::StepSucceeded { step, .. } if own(step) => Some("succeeded".to_owned()),
        Notice::StepCached { step, .. } if own(step) => Some("its result was reused: nothing was executed".to_owned()),
        Notice::StepContinued { step, outputs } if own(step) => Some(match outputs.is_empty() {
            true => "the run went on without it".to_owned(),
            false => format!("the run went on with {}", values(outputs)),
        }),
        Notice::StepCancelled { step } if own(step) => Some("was cancelled".to_owned()),
        Notice::AskOpened { step, question, .. } if own(step) => Some(format!("a person was asked: {question}")),
        Notice::UndoFinished { step, failure } if own(step) => Some(match failure {
            None => "was undone".to_owned(),
            Some(failure) => format!("could not be undone: {}", said(failure)),
        }),
        _ => None,
    }
}

/// Whose `on failure` it is.
fn handler(step: &str) -> String {
    if step.is_empty() { "`on failure` of the scope around".to_owned() } else { format!("`on failure` of `{step}`") }
}

/// A failure in words, with its kind.
fn said(failure: &Failure) -> String {
    format!("{} ({})", failure.message, failure.kind)
}

/// `a = 1, b = "x"`
fn values(fields: &Fields) -> String {
    let shown = |value: &crate::value::Value| match value {
        crate::value::Value::Str(text) => format!("{text:?}"),
        other => other.to_text(),
    };
    fields.iter().map(|(name, value)| format!("{name} = {}", shown(value))).collect::<Vec<_>>().join(", ")
}

fn outcome(story: &StepStory) -> String {
    let tries = match story.attempts.len() {
        0 | 1 => String::new(),
        tries => format!(" at attempt {tries}"),
    };
    match story.outcome {
        StepOutcome::Running => "has begun and is not over".to_owned(),
        StepOutcome::Succeeded => format!("ran and succeeded{tries}"),
        StepOutcome::Cached => "did not need to run".to_owned(),
        StepOutcome::Failed => format!("ran and failed{tries}"),
        StepOutcome::Continued => "failed, and the run went on".to_owned(),
        StepOutcome::Cancelled => "was cancelled".to_owned(),
    }
}
