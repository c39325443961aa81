//! Why a gate or an approval ended as it did.

use crate::engine::event::Body;
use crate::machine::notice::Notice;
use crate::report::history::{History, gate_word};
use crate::syntax::tree::GateOutcome;

use super::{Why, values};

/// The gate or approval of that name, if the run came to it.
pub(super) fn named(history: &History, wanted: &str) -> Option<Why> {
    gate(history, wanted).or_else(|| question(history, wanted))
}

fn gate(history: &History, wanted: &str) -> Option<Why> {
    let mut last = None;
    let mut lines = Vec::new();
    for (at, body) in &history.events {
        let Body::Notice(Notice::GateJudged { name, outcome, condition, operands, advice, .. }) = body else {
            continue;
        };
        if name != wanted {
            continue;
        }
        last = Some(*outcome);
        lines.push((Some(*at), format!("`{condition}` {}, with {}", gate_word(*outcome), values(operands))));
        if let Some(advice) = advice
            && *outcome != GateOutcome::Passed
        {
            lines.push((None, advice.clone()));
        }
    }
    Some(Why { step: wanted.to_owned(), outcome: format!("is a gate and {}", gate_word(last?)), lines })
}

fn question(history: &History, wanted: &str) -> Option<Why> {
    let found = history.asks.values().rfind(|question| {
        question.name == wanted || question.name.strip_suffix(wanted).is_some_and(|front| front.ends_with('/'))
    })?;
    let mut lines = vec![(Some(found.asked), format!("a person was asked: {}", found.question))];
    let outcome = match (&found.by, found.answer) {
        (Some(by), Some(answer)) => {
            let comment = found.comment.as_ref().map(|comment| format!(": {comment}")).unwrap_or_default();
            lines.push((found.answered, format!("{by} answered {answer}{comment}")));
            "was answered"
        }
        _ => "was asked and not answered",
    };
    Some(Why { step: found.name.clone(), outcome: outcome.to_owned(), lines })
}
