//! The command that goes on with a run, or runs the same again.

use crate::plan::ir::{BodyKind, Plan};
use crate::report::history::History;
use crate::value::Value;

/// Options of `wf run`: a parameter of such a name is written `--param.NAME`.
const OPTIONS: [&str; 15] = [
    "color",
    "dry-run",
    "help",
    "lenient",
    "max-parallel",
    "mode",
    "no-color",
    "output",
    "parallel",
    "priority",
    "secret",
    "strict",
    "timeout",
    "verbose",
    "yes",
];

/// The exact command.
pub(super) fn command(plan: &Plan, history: &History, run: &str, status: &str) -> String {
    match status {
        "running" | "paused" | "interrupted" | "cancelled" => {
            match history.asks.values().find(|question| question.answer.is_none()) {
                Some(open) if status == "paused" => format!("wf answer {run} {} …", quote(&open.name)),
                _ => format!("wf resume {run}"),
            }
        }
        "rollback-incomplete" => format!("wf rollback {run}"),
        _ => repeat(plan, history),
    }
}

fn repeat(plan: &Plan, history: &History) -> String {
    let mut words = vec!["wf".to_owned(), "run".to_owned(), source(plan)];
    for (name, value) in &history.start.inputs {
        let flag =
            if OPTIONS.contains(&name.as_str()) || name == "with" { format!("param.{name}") } else { name.to_string() };
        argument(&mut words, &flag, value);
    }
    let options = &history.start.options;
    let flags = [
        ("parallel", options.parallel),
        ("strict", options.strict),
        ("lenient", options.lenient),
        ("yes", options.no_pause),
    ];
    words.extend(flags.iter().filter(|(_, set)| *set).map(|(name, _)| format!("--{name}")));
    words.extend(options.mode.iter().flat_map(|mode| ["--mode".to_owned(), mode.to_string()]));
    if options.priority != "normal" {
        words.extend(["--priority".to_owned(), options.priority.to_string()]);
    }
    if let Some(timeout) = options.timeout {
        words.extend(["--timeout".to_owned(), crate::value::text::duration(timeout)]);
    }
    words.iter().map(|word| quote(word)).collect::<Vec<_>>().join(" ")
}

/// The file of the workflow, with its name where a file may have several.
fn source(plan: &Plan) -> String {
    let block = match plan.bodies.get(plan.entry.index()).map(|body| &body.kind) {
        Some(BodyKind::Workflow(scope)) => plan.blocks.get(scope.block.index()),
        _ => None,
    };
    let node = block.and_then(|block| block.first()).and_then(|node| plan.spans.nodes.get(node.index()));
    let file = plan.about.sources.get(node.map_or(0, |at| at[0] as usize)).map(|(name, _)| name.as_str());
    match file {
        Some(file) if file.ends_with(".wf") => format!("{file}:{}", plan.name),
        Some(file) => file.to_owned(),
        None => plan.name.to_string(),
    }
}

fn argument(words: &mut Vec<String>, name: &str, value: &Value) {
    match value {
        Value::None => {}
        Value::Bool(true) => words.push(format!("--{name}")),
        Value::Bool(false) => words.push(format!("--no-{name}")),
        Value::List(items) if !items.is_empty() => {
            items.iter().for_each(|item| words.push(format!("--{name}={}", item.to_text())))
        }
        Value::Secret(secret) => words.extend(["--secret".to_owned(), format!("{name}={}", secret.from)]),
        Value::Record(_) | Value::Map(_) | Value::Json(_) => words.push(format!("--{name}={}", value.to_plain_json())),
        other => words.push(format!("--{name}={}", other.to_text())),
    }
}

/// A word as a shell reads it.
fn quote(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=,+@%".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_they_were() {
        assert_eq!(quote("--a=b"), "--a=b");
        assert_eq!(quote("it's $HOME"), "'it'\\''s $HOME'");
        let mut words = Vec::new();
        argument(&mut words, "fast", &Value::Bool(false));
        argument(&mut words, "name", &Value::list(vec![Value::str("a"), Value::str("b c")]));
        assert_eq!(words, ["--no-fast", "--name=a", "--name=b c"]);
    }
}
