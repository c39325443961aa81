//! Asking the person at the terminal. Another terminal may answer first (`wf answer`): the first answer counts.

use std::io::{BufRead, Write};
use std::sync::Arc;

use crate::engine::Steering;
use crate::machine::command::{Ask, AskKind};
use crate::machine::input::Answer;

/// The answers that a question takes, for messages.
pub(in crate::cli) fn choices(ask: &Ask) -> &'static str {
    match ask.kind {
        AskKind::Approval => "approve|reject",
        AskKind::Values(_) => "name=value…",
        AskKind::Escalation => "retry|continue|rollback|abort",
        AskKind::Permission => "yes|no|always|abort",
    }
}

/// The answer that `words` give to a question, or what it takes.
pub(in crate::cli) fn parse(ask: &Ask, words: &str) -> Result<Answer, String> {
    let word = words.trim();
    Ok(match (&ask.kind, word) {
        (AskKind::Approval, "approve" | "yes" | "y") => Answer::Approve,
        (AskKind::Approval, "reject" | "no" | "n") => Answer::Reject,
        (AskKind::Escalation, "retry") => Answer::Retry,
        (AskKind::Escalation, "continue") => Answer::Continue(crate::value::Fields::new()),
        (AskKind::Escalation, "rollback") => Answer::Rollback,
        (AskKind::Escalation | AskKind::Permission, "abort") => Answer::Abort,
        (AskKind::Permission, "yes" | "y") => Answer::Yes,
        (AskKind::Permission, "no" | "n") => Answer::No,
        (AskKind::Permission, "always") => Answer::Always,
        _ => return Err(format!("`{word}` is no answer to `{}`: it takes {}", ask.name, choices(ask))),
    })
}

/// Reads answers from standard input on a thread of its own until one fits.
pub(super) fn ask(ask: Arc<Ask>, steering: Steering) {
    std::thread::spawn(move || {
        let mut lines = std::io::stdin().lock().lines();
        loop {
            for (name, value) in &ask.show {
                let _ = writeln!(std::io::stderr(), "  {name} = {}", value.to_text());
            }
            let _ = write!(std::io::stderr(), "  [{}] ", choices(&ask));
            let _ = std::io::stderr().flush();
            let Some(Ok(line)) = lines.next() else { return };
            match parse(&ask, &line) {
                Ok(answer) => {
                    steering.answer(ask.ask, answer, &super::super::who(), None);
                    return;
                }
                Err(why) => {
                    let _ = writeln!(std::io::stderr(), "  {why}");
                }
            }
        }
    });
}
