//! What the named actions of the format do: the table of `docs/importing.md`.

use super::emit::Emitter;
use super::errors::{choose, report};
use super::model::At;
use super::names::{identifier, same};
use super::signature::Signature;
use super::text::{Writer, quote};
use crate::diagnostic::codes::import as codes;

/// The text that stands for the failure a handler is about.
pub(super) const FAILURE: &str = "\"${failure.message}\"";

/// What an action becomes.
enum Meaning {
    /// A command; where it is not in scope, a line of the report.
    Command(&'static str),
    /// A script, with the clauses behind it.
    Script(&'static str, &'static [&'static str]),
    /// An executable of the project, `workflows/hooks/NAME`.
    Hook,
    /// A recommendation in the report.
    Recommend,
    /// The run fails.
    Fail,
    /// A person is asked.
    Ask,
}

/// Every action by its name.
const TABLE: &[(&str, Meaning)] = &[
    (
        "commit_changes",
        Meaning::Script(
            "git add --all && { git diff --cached --quiet || git commit --quiet --message ${message}; }",
            &[],
        ),
    ),
    ("update_documentation", Meaning::Command("update-documentation")),
    ("notify_completion", Meaning::Command("notify-stakeholders")),
    ("notify_team", Meaning::Command("notify-stakeholders")),
    ("remove_temp_files", Meaning::Script("rm -rf -- tmp .tmp", &["writes \"tmp/**\", \".tmp/**\"", "idempotent"])),
    ("reset_test_data", Meaning::Hook),
    ("add_more_tests", Meaning::Command("generate-tests")),
    ("suggest_refactoring", Meaning::Recommend),
    ("abort_workflow", Meaning::Fail),
    ("request_user_input", Meaning::Ask),
];

/// Writing actions; `text` is a string literal that says for people why.
pub(super) trait Actions {
    /// An action of `success_actions`, `cleanup_actions` or a condition.
    fn action(&mut self, writer: &mut Writer, action: &At<String>, text: &str);
    /// A step that runs command `name`.
    fn command(&mut self, writer: &mut Writer, action: &At<String>, name: &str, text: &str);
    /// A notification, of which `text` is the message.
    fn notify(&mut self, writer: &mut Writer, action: &At<String>, text: &str);
    /// A step that runs a command line.
    fn script(&mut self, writer: &mut Writer, name: &str, title: &str, script: &str, clauses: &[&str]);
}

impl Actions for Emitter<'_> {
    fn action(&mut self, writer: &mut Writer, action: &At<String>, text: &str) {
        let name = action.value.as_str();
        let title = super::emit::capital(&name.replace('_', " "));
        writer.at(action.place, |writer| {
            if let Some(command) = name.strip_prefix('@') {
                return self.command(writer, action, command, text);
            }
            if let Some((_, meaning)) = TABLE.iter().find(|(known, _)| same(known, name)) {
                return match meaning {
                    Meaning::Command("notify-stakeholders") => self.notify(writer, action, text),
                    Meaning::Command(command) => self.command(writer, action, command, text),
                    Meaning::Script(script, clauses) => {
                        let script = script.replace("${message}", &format!("'{}'", self.name));
                        self.script(writer, name, &title, &script, clauses);
                    }
                    Meaning::Hook => self.hook(writer, name, &title),
                    Meaning::Recommend => writer.line(&format!("emit recommend {}", prefixed(&title, text))),
                    Meaning::Fail => writer.line(&format!("fail {}", prefixed("Stopped", text))),
                    Meaning::Ask => {
                        let ask = self.resolved.names.fresh("go-on");
                        writer.line(&format!("approve {ask} {}", prefixed("Go on", text)));
                    }
                };
            }
            if name.contains([' ', '/']) {
                return self.script(writer, "run_command", name, name, &[]);
            }
            let known: Vec<&str> = TABLE.iter().map(|(name, _)| *name).collect();
            let stub = identifier(name);
            let near = or(choose(name, known.iter().copied()));
            report(self.found, &codes::IMPORT_UNKNOWN_ACTION, action.place, format!("no action is called `{name}`"))
                .help(format!(
                    "{near}; or declare `command {stub}() {{ sh \"…\" }}` in `workflows/` and write \"@{stub}\""
                ));
        });
    }

    fn command(&mut self, writer: &mut Writer, action: &At<String>, name: &str, text: &str) {
        let Some((command, signature)) = self.signatures.get(name) else {
            let help = or(choose(name, self.signatures.names()));
            let message = format!("no command is called `@{name}`");
            report(self.found, &codes::IMPORT_UNKNOWN_ACTION, action.place, message)
                .help(format!("{help}declare `command {}() {{ sh \"…\" }}` in `workflows/`", identifier(name)));
            return;
        };
        let (command, args) = (command.to_owned(), self.fill(signature, text));
        let step = self.resolved.names.fresh(&identifier(action.value.trim_start_matches('@')));
        writer.inline(&format!("step {step}"), &format!("run @{command}({args})"));
    }

    fn notify(&mut self, writer: &mut Writer, action: &At<String>, text: &str) {
        if self.signatures.get("notify-stakeholders").is_none() {
            return writer.line(&format!("emit {text}"));
        }
        self.command(writer, action, "notify-stakeholders", text);
    }

    fn script(&mut self, writer: &mut Writer, name: &str, title: &str, script: &str, clauses: &[&str]) {
        let step = self.resolved.names.fresh(&super::names::step_name(name));
        let head = format!("step {step} {}", quote(title));
        let action = format!("sh {}", quote(script));
        if clauses.is_empty() {
            return writer.inline(&head, &action);
        }
        writer.block(&head, |writer| {
            writer.line(&action);
            for clause in clauses {
                writer.line(clause);
            }
        });
    }
}

impl Emitter<'_> {
    /// A step that runs the project's executable for the event `name`, one of the table.
    fn hook(&mut self, writer: &mut Writer, name: &str, title: &str) {
        let step = self.resolved.names.fresh(name);
        let hook = format!("workflows/hooks/{name}");
        writer.block(&format!("step {step} {}", quote(title)), |writer| {
            writer.line("sh \"\"\"");
            writer.indented(|writer| {
                writer.line(&format!("if [ -x {hook} ]; then exec {hook}; fi"));
                writer.line(&format!("echo 'There is no {hook}: nothing was done.'"));
            });
            writer.line("\"\"\"");
        });
    }

    /// Arguments for the parameters of `signature` that need one: values of the same name, else of the same type, the
    /// newest first; else, for text, `text`. What nothing fits is left out, and the checker says so.
    fn fill(&self, signature: &Signature, text: &str) -> String {
        let mut args = Vec::new();
        for param in signature.params.iter().filter(|param| param.required) {
            let named = self.resolved.params.iter().find(|have| same(&have.name, &param.name));
            let value = match named {
                Some(have) => Some(have.name.clone()),
                None if param.ty == "string" => Some(fitting(&param.name, text)),
                None => self.newest(&param.ty),
            };
            args.extend(value.map(|value| format!("{}: {value}", param.name)));
        }
        args.join(", ")
    }

    /// The last output of that type.
    fn newest(&self, ty: &str) -> Option<String> {
        let before = self.resolved.units.get(..self.reached).unwrap_or(&[]);
        let steps = before.iter().rev().flat_map(|unit| unit.steps.iter().rev());
        steps
            .filter_map(|&step| self.resolved.steps.get(step))
            .find_map(|step| step.outputs.iter().find(|output| output.ty == ty).map(|output| (step, output)))
            .map(|(step, output)| format!("{}.{}", step.name, output.name))
    }
}

/// What parameter `name` is given: in a handler, a log is the failed step's errors rather than the message.
fn fitting(name: &str, text: &str) -> String {
    let is_log = ["log", "stderr", "output", "errors"].iter().any(|word| name.contains(word));
    match text {
        FAILURE if is_log => "failure.stderr".to_owned(),
        FAILURE => "failure.message".to_owned(),
        text => text.to_owned(),
    }
}

/// The string literal `text` with `words: ` before what it says.
fn prefixed(words: &str, text: &str) -> String {
    let rest = text.strip_prefix('"').unwrap_or(text);
    format!("\"{words}: {rest}")
}

/// A suggestion that something else follows.
fn or(suggestion: String) -> String {
    if suggestion.ends_with('?') { format!("{suggestion} Or ") } else { format!("{suggestion}; or ") }
}
