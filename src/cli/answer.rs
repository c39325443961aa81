//! `wf answer`

use std::io::Write;
use std::time::Duration;

use super::args::{AnswerArgs, Output, WatchArgs};
use super::resume::go_on;
use super::watch::short;
use super::{Context, Exit, Outcome, Usage, latest, watch};
use crate::engine::Engine;
use crate::journal::RunInfo;
use crate::machine::Machine;
use crate::machine::command::Ask;
use crate::machine::input::Input;
use std::sync::Arc;

pub(super) fn run(args: &AnswerArgs, context: Context) -> Outcome {
    let engine = super::engine()?;
    let question = find(&engine, args)?;
    let answer = watch::prompt::parse(&question.ask, &question.words, question.machine.plan())?;
    let input = Input::Answered { ask: question.ask.ask, answer, by: super::who(), comment: args.comment.clone() };
    let run = &question.run;
    question.machine.clone().apply(crate::driver::local::clock(), &input)?;
    if engine.journal().holder(&run.id).is_some() {
        engine.leave(&run.id, &input)?;
        return confirm(&engine, run, question.ask.ask);
    }
    let watching = WatchArgs { output: Output::Plain, ..WatchArgs::default() };
    go_on(&engine, run, vec![input], &watching, context)
}

/// An open question, and the words that answer it.
struct Question {
    run: RunInfo,
    ask: Arc<Ask>,
    words: String,
    machine: Machine,
}

/// `[RUN] [ASK] ANSWER…`: what is left out must be clear without it.
fn find(engine: &Engine, args: &AnswerArgs) -> Result<Question, Usage> {
    let journal = engine.journal();
    let mut words = args.words.as_slice();
    let mut run = None;
    if words.len() > 1
        && let Ok(found) = journal.find_run(&words[0])
    {
        run = Some(found);
        words = &words[1..];
    }
    let run = match run {
        Some(run) => run,
        None => {
            let open = |run: &RunInfo| matches!(run.status.as_str(), "paused" | "running");
            match journal.runs()?.into_iter().find(open) {
                Some(run) => run,
                None => latest(journal)?,
            }
        }
    };
    let machine = engine.inspect(&run)?;
    let asks = machine.status().asks;
    let named = words.first().and_then(|word| {
        let found = asks.iter().find(|ask| ask.name == *word || ask.ask.to_string() == *word);
        found.filter(|_| words.len() > 1)
    });
    let (ask, words) = match (named, asks.as_slice()) {
        (Some(ask), _) => (ask.clone(), &words[1..]),
        (None, [only]) => (only.clone(), words),
        (None, []) => return Err(nothing_open(engine, &run)?.into()),
        (None, several) => {
            let names: Vec<&str> = several.iter().map(|ask| ask.name.as_str()).collect();
            return Err(format!("run {} asks several things: {}; name one", short(&run.id), names.join(", ")).into());
        }
    };
    Ok(Question { run, ask, words: words.join(" "), machine })
}

/// That nothing is asked, and who answered last.
fn nothing_open(engine: &Engine, run: &RunInfo) -> Result<String, Usage> {
    let records = engine.journal().records(&run.id, 1)?;
    let last = records.iter().rev().find(|record| record.kind == "ask.answered");
    let by = last.and_then(|record| match serde_json::from_str(&record.data) {
        Ok(Input::Answered { by, .. }) => Some(format!("; {by} answered last")),
        _ => None,
    });
    Ok(format!("run {} asks nothing{}", short(&run.id), by.unwrap_or_default()))
}

/// Waits until the process that goes on with the run has taken an answer.
fn confirm(engine: &Engine, run: &RunInfo, ask: u64) -> Outcome {
    for _ in 0..100 {
        std::thread::sleep(Duration::from_millis(50));
        let taken = engine.journal().records(&run.id, 1)?.iter().rev().any(|record| {
            record.kind == "ask.answered"
                && matches!(serde_json::from_str(&record.data), Ok(Input::Answered { ask: found, .. }) if found == ask)
        });
        if taken {
            writeln!(std::io::stderr(), "run {} goes on", short(&run.id))?;
            return Ok(Exit::Success);
        }
    }
    Err(format!("run {} has not taken the answer yet", short(&run.id)).into())
}
