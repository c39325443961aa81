//! Actions and effects in a few words.

use crate::plan::ir::{Action, Does, ExprIx, Plan, ScriptPiece, Work};

use super::frame::Frame;

/// What a step does.
pub(super) fn text(plan: &Plan, does: &Does, frame: &Frame) -> String {
    let call = |mark: &str, body: &crate::plan::ir::BodyIx, args: &[Option<ExprIx>]| {
        let Some(body) = plan.bodies.get(body.index()) else { return String::new() };
        let args = body.params.iter().zip(args);
        let args = args.filter_map(|(param, arg)| Some(format!("{}: {}", param.name, frame.show((*arg)?))));
        format!("{mark}{}({})", body.name, args.collect::<Vec<_>>().join(", "))
    };
    match does {
        Does::Work(work) => plan.works.get(work.index()).map_or(String::new(), |work| action(&work.action, frame)),
        Does::Workflow { body, args } => call("run ", body, args),
        Does::Command { body, args } => {
            let what = plan.work_of(does).map_or("", |work| word(&work.action));
            format!("{} ({what})", call("@", body, args))
        }
    }
}

fn word(action: &Action) -> &'static str {
    match action {
        Action::Exec { .. } => "a program",
        Action::Script { .. } => "a script",
        Action::Agent { .. } => "an agent",
        Action::Ask { .. } => "a person",
        Action::Wait { .. } => "a timer",
        Action::Host { .. } => "the host program",
    }
}

fn action(action: &Action, frame: &Frame) -> String {
    match action {
        Action::Exec { argv } => {
            format!("exec {}", argv.iter().map(|arg| frame.show(*arg)).collect::<Vec<_>>().join(" "))
        }
        Action::Script { language, pieces } => {
            let name = serde_json::to_value(language).ok().and_then(|name| name.as_str().map(str::to_owned));
            format!("{} {}", name.unwrap_or_default(), script(pieces, frame))
        }
        Action::Agent { agent, prompt } => {
            let agent = agent.as_ref().map_or(String::new(), |agent| format!(" {agent}"));
            format!("agent{agent} {}", frame.show(*prompt))
        }
        Action::Ask { question } => format!("ask {}", frame.show(*question)),
        Action::Wait { until, value } => format!("wait {}{}", if *until { "until " } else { "" }, frame.show(*value)),
        Action::Host { name, .. } => format!("host function {name}"),
    }
}

/// The first line of a script, with what is known of its values.
fn script(pieces: &[ScriptPiece], frame: &Frame) -> String {
    let mut out = String::new();
    for piece in pieces {
        match piece {
            ScriptPiece::Text(text) => out.push_str(text),
            ScriptPiece::Hole { value, .. } | ScriptPiece::Raw(value) => {
                out.push_str(&format!("${{{}}}", frame.show(*value)));
            }
        }
    }
    let text = out.trim();
    let first = text.lines().next().unwrap_or("");
    let short: String = first.chars().take(90).collect();
    if short.len() < text.len() { format!("{short} …") } else { short }
}

/// What it touches.
pub(super) fn effects(work: &Work, frame: &Frame) -> String {
    let list = |word: &str, globs: &Option<Vec<ExprIx>>| {
        let globs = globs.as_ref()?;
        let shown: Vec<String> = globs.iter().map(|glob| frame.show(*glob)).collect();
        Some(if shown.is_empty() { format!("{word} none") } else { format!("{word} {}", shown.join(", ")) })
    };
    let effects = &work.effects;
    let mut parts: Vec<String> =
        [list("reads", &effects.reads), list("writes", &effects.writes), list("net", &effects.net)]
            .into_iter()
            .flatten()
            .collect();
    if effects.idempotent {
        parts.push("idempotent".to_owned());
    }
    if effects.irreversible.is_some() {
        parts.push("irreversible".to_owned());
    }
    parts.join("; ")
}
