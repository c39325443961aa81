//! Watching a run: progress on standard error, results on standard output, signals, and the exit code.

mod plain;
pub(super) mod prompt;

use std::io::Write;

use tokio::signal::unix::{SignalKind, signal};

use super::args::{Output, WatchArgs};
use super::{Context, Exit, Outcome, Usage};
use crate::driver::local::{DriverError, Ended, Update};
use crate::engine::{Run, Steering};
use crate::machine::command::{Ask, Outcome as RunOutcome};
use crate::value::Fields;
use plain::Plain;

/// Runs `work` on a runtime of one thread.
pub(super) fn with_runtime(work: impl Future<Output = Outcome>) -> Outcome {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

/// Shows a run until this stretch of it is over.
pub(super) async fn watch(mut run: Run, args: &WatchArgs, context: Context) -> Outcome {
    let id = run.id().to_owned();
    let steering = run.steering();
    let interrupts = tokio::spawn(interrupts(steering.clone()));
    let plan = run.plan().clone();
    let mut plain = Plain::new(context.terminal, args.verbose, &id);
    while let Some(update) = run.next().await {
        match (&update, args.output) {
            (Update::Event(event), Output::Json) => writeln!(std::io::stdout(), "{}", event.to_json())?,
            (_, Output::Json) => {}
            (Update::Asked(ask), Output::Human) if context.terminal.interactive => {
                plain.update(&update)?;
                prompt::ask(ask.clone(), plan.clone(), steering.clone());
            }
            _ => plain.update(&update)?,
        }
    }
    let ended = run.finish().await;
    interrupts.abort();
    conclude(&id, ended, args)
}

/// The first interrupt lets running steps end and leaves the run resumable; the second kills.
async fn interrupts(steering: Steering) {
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return;
    };
    let mut asked = 0;
    loop {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        asked += 1;
        let mut err = std::io::stderr().lock();
        if asked == 1 {
            let _ = writeln!(err, "interrupted: waiting for running steps to end (once more to kill them)");
            steering.interrupt();
        } else {
            let _ = writeln!(err, "killed; `wf resume` goes on from the journal");
            steering.kill();
        }
    }
}

fn conclude(id: &str, ended: Result<Ended, DriverError>, args: &WatchArgs) -> Outcome {
    let mut err = std::io::stderr().lock();
    let short = short(id);
    let ended = match ended {
        Ok(ended) => ended,
        Err(error) => {
            writeln!(err, "error: {error}")?;
            writeln!(err, "Nothing that was recorded is lost: mend the cause, then `wf resume {short}`.")?;
            return Ok(Exit::Failure);
        }
    };
    Ok(match ended {
        Ended::Finished(RunOutcome::Succeeded(outputs)) => {
            if args.output != Output::Json {
                print_outputs(&outputs)?;
            }
            Exit::Success
        }
        Ended::Finished(RunOutcome::Failed(failure)) => {
            let printed = !failure.step.is_empty() && !matches!(failure.kind.as_str(), "rejected" | "expired");
            if !printed {
                let at = failure.at.as_ref().map_or(String::new(), |at| format!(" at {at}"));
                writeln!(err, "failed: {} ({}){at}", failure.message, failure.kind)?;
                writeln!(err, "`wf log {short}` shows what happened.")?;
            } else {
                writeln!(err, "failed: {}: {} ({})", failure.step, failure.message, failure.kind)?;
                writeln!(err, "`wf log {short} {}` shows what it printed.", failure.step)?;
            }
            if failure.kind == "timeout" && failure.step.is_empty() { Exit::TimedOut } else { Exit::Failure }
        }
        Ended::Finished(RunOutcome::Cancelled(reason)) => {
            writeln!(err, "cancelled: {reason}")?;
            Exit::Interrupted
        }
        Ended::Finished(RunOutcome::RolledBack { to, .. }) => {
            writeln!(err, "rolled back to `{to}`")?;
            Exit::RolledBack
        }
        Ended::Finished(RunOutcome::RollbackIncomplete { remains }) => {
            writeln!(err, "the rollback is incomplete:")?;
            remains.iter().try_for_each(|what| writeln!(err, "  {what}"))?;
            Exit::RollbackIncomplete
        }
        Ended::Paused(asks) => {
            writeln!(err, "paused: waiting for a person")?;
            asks.iter().try_for_each(|ask| how_to_answer(&mut err, short, ask))?;
            Exit::Paused
        }
        Ended::Interrupted => {
            writeln!(err, "interrupted; `wf resume {short}` goes on")?;
            Exit::Interrupted
        }
    })
}

/// How to answer a question from another command line.
pub(super) fn how_to_answer(out: &mut dyn Write, run: &str, ask: &Ask) -> std::io::Result<()> {
    writeln!(out, "  {}: {}", ask.name, ask.question)?;
    for (name, value) in &ask.show {
        writeln!(out, "    {name} = {}", value.to_text())?;
    }
    writeln!(out, "    wf answer {run} {} {}", ask.name, prompt::choices(ask))
}

fn print_outputs(outputs: &Fields) -> Result<(), Usage> {
    let mut out = std::io::stdout().lock();
    for (name, value) in outputs {
        writeln!(out, "{name} = {}", value.to_text())?;
    }
    Ok(())
}

/// The part of a run id that people type.
pub(super) fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}
