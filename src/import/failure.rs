//! The five forms of `on_failure`, and the handlers of `error_handlers`.

use super::actions::{Actions, FAILURE};
use super::emit::Emitter;
use super::errors::{list, report};
use super::model::{At, Handler, Step};
use super::names::{Names, identifier, step_name};
use super::text::{Writer, quote};
use crate::diagnostic::Place;
use crate::diagnostic::codes::import as codes;
use crate::suggest::nearest;

/// What each step does about failure, and the handlers to declare.
pub(super) struct Failures {
    /// By step.
    answers: Vec<Answer>,
    /// Index in the model, name, and how it ends.
    handlers: Vec<(usize, String, Verdict)>,
}

enum Answer {
    /// Nothing is said.
    None,
    Abort(Place),
    Retry(Place),
    /// Native `rollback`.
    Rollback(Place),
    /// A person decides; the message as a string literal.
    Escalate(Place, String),
    /// The handler of that name.
    Use(Place, String),
}

#[derive(Clone, Copy, PartialEq)]
enum Verdict {
    Abort,
    /// So often at most.
    Retry(u64),
    Escalate,
}

const FORMS: &[&str] = &["abort", "retry", "rollback", "fix_and_retry", "escalate"];

impl Failures {
    /// Finds the handler of each step.
    pub fn resolve(emitter: &mut Emitter<'_>) -> Self {
        let model = emitter.model;
        let mut failures = Self { answers: Vec::new(), handlers: Vec::new() };
        let mut names = Names::default();
        names.fresh(&emitter.name);
        let mut declared: Vec<Option<String>> = vec![None; model.handlers.len()];
        for step in &model.steps {
            let answer = match &step.on_failure {
                None => Answer::None,
                Some(form) => failures.answer(emitter, step, form, &mut declared, &mut names),
            };
            failures.answers.push(answer);
        }
        for (handler, declared) in model.handlers.iter().zip(&declared) {
            let used = model.steps.iter().filter_map(|step| step.on_failure.as_ref());
            if declared.is_none() && !used.into_iter().any(|form| form.value == handler.name.value) {
                let message = format!("no step uses the handler `{}`, so it is not carried over", handler.name.value);
                report(emitter.found, &codes::IMPORT_NOTE, handler.name.place, message);
            }
        }
        failures
    }

    fn answer(
        &mut self,
        emitter: &mut Emitter<'_>,
        step: &Step,
        form: &At<String>,
        declared: &mut [Option<String>],
        names: &mut Names,
    ) -> Answer {
        let model = emitter.model;
        let defined = model.handlers.iter().position(|handler| handler.name.value == form.value);
        let Some(index) = defined else {
            let checkpoints = model.rollback.is_some();
            return match form.value.as_str() {
                "abort" => Answer::Abort(form.place),
                "retry" => Answer::Retry(form.place),
                "rollback" if checkpoints => Answer::Rollback(form.place),
                "escalate" => {
                    let title = step.title.as_ref().map_or(&step.id.value, |title| &title.value);
                    Answer::Escalate(form.place, quote(&format!("{title} failed.")))
                }
                _ => {
                    unknown(emitter, form);
                    Answer::None
                }
            };
        };
        let handler = &model.handlers[index];
        let verdict = verdict(handler);
        let asks = handler.action.as_ref().is_none_or(|action| action.value == "request_user_input");
        if verdict == Verdict::Escalate && asks && !handler.notify.as_ref().is_some_and(|notify| notify.value) {
            let message = handler.message.as_ref();
            let text = message.map_or(format!("{} failed.", step.id.value), |message| message.value.clone());
            return Answer::Escalate(message.map_or(form.place, |message| message.place), quote(&text));
        }
        let name = declared[index].get_or_insert_with(|| {
            let wanted = identifier(&form.value);
            let free = step_name(&form.value) == wanted;
            let name = names.fresh(&if free { wanted } else { format!("on-{wanted}") });
            self.handlers.push((index, name.clone(), verdict));
            name
        });
        Answer::Use(form.place, name.clone())
    }

    /// Whether a step has clauses of its own about failure.
    pub fn has_clauses(&self, index: usize, step: &Step) -> bool {
        step.retry_count.is_some() || !matches!(self.answers.get(index), None | Some(Answer::None))
    }

    /// The clauses of a step.
    pub fn clauses(&self, writer: &mut Writer, index: usize, step: &Step) {
        let answer = self.answers.get(index).unwrap_or(&Answer::None);
        match (&step.retry_count, answer) {
            (Some(count), _) if count.value > 0 => {
                writer.at(count.place, |writer| writer.line(&format!("retry {}", count.value)));
            }
            (None, Answer::Retry(place)) => writer.at(*place, |writer| writer.line("retry 1")),
            _ => {}
        }
        match answer {
            Answer::None | Answer::Retry(_) => {}
            Answer::Abort(place) => writer.at(*place, |writer| writer.line("on failure abort")),
            Answer::Rollback(place) => writer.at(*place, |writer| writer.line("on failure rollback")),
            Answer::Escalate(place, text) => {
                writer.at(*place, |writer| writer.line(&format!("on failure escalate {text}")));
            }
            Answer::Use(place, name) => writer.at(*place, |writer| writer.line(&format!("on failure use {name}"))),
        }
    }

    /// The handlers as items.
    pub fn items(&self, emitter: &mut Emitter<'_>, writer: &mut Writer) {
        let model = emitter.model;
        for (index, name, verdict) in &self.handlers {
            let handler = &model.handlers[*index];
            writer.end_line();
            writer.at(handler.name.place, |writer| self.item(emitter, writer, handler, name, *verdict));
        }
    }

    fn item(&self, emitter: &mut Emitter<'_>, writer: &mut Writer, handler: &Handler, name: &str, verdict: Verdict) {
        if handler.name.value == "rollback" {
            let hint = "`on failure rollback` would restore the files as they were at a checkpoint, \
                        without a command of its own";
            report(emitter.found, &codes::IMPORT_NOTE, handler.name.place, "this handler runs its command and aborts")
                .help(hint);
            writer.comment("//", "`on failure rollback` would restore the files as they were at a checkpoint instead.");
        }
        let head = match verdict {
            Verdict::Retry(max) => format!("handler {name} max {max}"),
            _ => format!("handler {name}"),
        };
        writer.block(&head, |writer| {
            if let Some(action) = &handler.action {
                self.action(emitter, writer, action);
            }
            if let Some(notify) = handler.notify.as_ref().filter(|notify| notify.value) {
                let text = format!("\"${{failure.step}} failed in {}: ${{failure.message}}\"", emitter.name);
                let action = At { value: "notify".to_owned(), place: notify.place };
                writer.at(notify.place, |writer| emitter.notify(writer, &action, &text));
            }
            match (verdict, &handler.message) {
                (Verdict::Abort, Some(message)) => {
                    writer.at(message.place, |writer| writer.line(&format!("emit {}", quote(&message.value))));
                    writer.line("abort");
                }
                (Verdict::Abort, None) => writer.line("abort"),
                (Verdict::Retry(_), _) => writer.line("retry"),
                (Verdict::Escalate, message) => {
                    let text = message.as_ref().map_or("A step failed.", |message| message.value.as_str());
                    writer.line(&format!("escalate {}", quote(text)));
                }
            }
        });
    }

    fn action(&self, emitter: &mut Emitter<'_>, writer: &mut Writer, action: &At<String>) {
        if action.value == "request_user_input" {
            return;
        }
        let is_command_line = !action.value.starts_with('@') && action.value.contains([' ', '/']);
        if is_command_line {
            writer.at(action.place, |writer| {
                emitter.script(writer, "recover", &action.value, &action.value, &[]);
            });
            return;
        }
        emitter.action(writer, action, FAILURE);
    }
}

fn verdict(handler: &Handler) -> Verdict {
    let attempts = handler.max_attempts.as_ref().map(|max| max.value);
    let asks = handler.action.as_ref().is_some_and(|action| action.value == "request_user_input");
    match (handler.name.value.as_str(), attempts) {
        ("escalate", _) => Verdict::Escalate,
        ("fix_and_retry" | "retry", attempts) => Verdict::Retry(attempts.unwrap_or(3)),
        (_, Some(attempts)) => Verdict::Retry(attempts),
        _ if asks => Verdict::Escalate,
        _ => Verdict::Abort,
    }
}

fn unknown(emitter: &mut Emitter<'_>, form: &At<String>) {
    let model = emitter.model;
    let word = form.value.as_str();
    let declared: Vec<&str> = model.handlers.iter().map(|handler| handler.name.value.as_str()).collect();
    let known: Vec<&str> = FORMS.iter().copied().chain(declared.iter().copied()).collect();
    let help = if FORMS.contains(&word) {
        format!("describe it: \"error_handlers\": {{ \"{word}\": {{ \"action\": \"…\" }} }}")
    } else {
        match nearest(word, known.iter().copied()) {
            Some(near) => format!("did you mean `{}`?", near.word),
            None => format!("there is {}", list(&known)),
        }
    };
    report(emitter.found, &codes::IMPORT_UNKNOWN_HANDLER, form.place, format!("no error handler is called `{word}`"))
        .help(help);
}
