//! Asking the person at the terminal. Another terminal may answer first (`wf answer`): the first answer counts.

use std::io::{BufRead, Write};
use std::sync::Arc;

use ecow::EcoString;

use crate::engine::Steering;
use crate::eval;
use crate::machine::command::{Ask, AskKind};
use crate::machine::input::Answer;
use crate::plan::ir::{Plan, TypeIx};
use crate::value::{Fields, Value};

/// The answers that a question takes, for messages.
pub(in crate::cli) fn choices(ask: &Ask) -> String {
    match &ask.kind {
        AskKind::Approval => "approve|reject".to_owned(),
        AskKind::Values(wanted) => wanted.iter().map(|(name, _)| format!("{name}=…")).collect::<Vec<_>>().join(" "),
        AskKind::Escalation(outputs) => {
            let given: String = outputs.iter().map(|(name, _)| format!(" {name}=…")).collect();
            format!("retry|continue{given}|rollback|abort")
        }
        AskKind::Permission => "yes|no|always|abort".to_owned(),
    }
}

/// The answer that `words` give to a question, or what it takes.
pub(in crate::cli) fn parse(ask: &Ask, words: &str, plan: &Plan) -> Result<Answer, String> {
    let word = words.trim();
    Ok(match (&ask.kind, word) {
        (AskKind::Approval, "approve" | "yes" | "y") => Answer::Approve,
        (AskKind::Approval, "reject" | "no" | "n") => Answer::Reject,
        (AskKind::Escalation(_), "retry") => Answer::Retry,
        (AskKind::Escalation(outputs), _) if word.split_whitespace().next() == Some("continue") => {
            Answer::Continue(given(outputs, word.trim_start_matches("continue"), plan)?)
        }
        (AskKind::Escalation(_), "rollback") => Answer::Rollback,
        (AskKind::Escalation(_) | AskKind::Permission, "abort") => Answer::Abort,
        (AskKind::Permission, "yes" | "y") => Answer::Yes,
        (AskKind::Permission, "no" | "n") => Answer::No,
        (AskKind::Permission, "always") => Answer::Always,
        (AskKind::Values(wanted), _) => Answer::Values(values(wanted, word, plan)?),
        _ => return Err(format!("`{word}` is no answer to `{}`: it takes {}", ask.name, choices(ask))),
    })
}

/// `name=value` for some of the values that may be given.
fn given(wanted: &[(EcoString, TypeIx)], words: &str, plan: &Plan) -> Result<Fields, String> {
    let mut fields = Fields::new();
    for word in words.split_whitespace() {
        let (name, text) = word.split_once('=').ok_or_else(|| format!("`{word}` is not name=value"))?;
        let found = wanted.iter().find(|(wanted, _)| wanted == name);
        let (name, ty) = found.ok_or_else(|| format!("`{name}` is not asked for"))?;
        fields.insert(name.clone(), read(text, *ty, plan).map_err(|why| format!("{name}: {why}"))?);
    }
    Ok(fields)
}

fn read(text: &str, ty: TypeIx, plan: &Plan) -> Result<Value, String> {
    eval::decode_text(plan, text, ty, &eval::Nothing).map_err(|why| why.to_string())
}

/// `name=value` for each value asked for; the value alone where there is one.
fn values(wanted: &[(EcoString, TypeIx)], words: &str, plan: &Plan) -> Result<Fields, String> {
    if let [(name, ty)] = wanted {
        let text = words.strip_prefix(&format!("{name}=")).unwrap_or(words);
        return Ok(Fields::from_iter([(name.clone(), read(text, *ty, plan)?)]));
    }
    let fields = given(wanted, words, plan)?;
    match wanted.iter().find(|(name, _)| !fields.contains_key(name)) {
        Some((name, _)) => Err(format!("`{name}` is missing: give {name}=value")),
        None => Ok(fields),
    }
}

/// Reads answers from standard input on a thread of its own until one fits.
pub(super) fn ask(ask: Arc<Ask>, plan: Arc<Plan>, steering: Steering) {
    std::thread::spawn(move || {
        let mut lines = std::io::stdin().lock().lines();
        loop {
            for (name, value) in &ask.show {
                let _ = writeln!(std::io::stderr(), "  {name} = {}", value.to_text());
            }
            let _ = write!(std::io::stderr(), "  [{}] ", choices(&ask));
            let _ = std::io::stderr().flush();
            let Some(Ok(line)) = lines.next() else { return };
            match parse(&ask, &line, &plan) {
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
