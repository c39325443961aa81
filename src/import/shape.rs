//! From a document to a [`Model`]: which keys there are, of which types.

use super::document::{Key, Node, Value};
use super::errors::Report;
use super::model::{At, Checkpoint, Condition, Group, Handler, Model, Rollback, Step};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};

const WORKFLOW: &[&str] =
    &["name", "description", "steps", "error_handlers", "success_actions", "conditions", "parallel_groups", "rollback"];
const STEP: &[&str] =
    &["id", "name", "description", "command", "inputs", "outputs", "on_failure", "retry_count", "parallel"];

/// Reads the workflow in `root`.
pub(super) fn workflow(root: &Node, file: FileId, found: &mut Vec<Diagnostic>) -> Model {
    let mut reader = Reader { report: Report { file, found } };
    let mut model = Model::default();
    let Some(entries) = reader.map(root, "a workflow") else { return model };
    for (key, node) in entries {
        match key.text.as_str() {
            "name" => model.name = reader.text(key, node),
            "description" => model.description = reader.text(key, node),
            "steps" => model.steps = reader.each(key, node, Reader::step),
            "error_handlers" => model.handlers = reader.handlers(node),
            "success_actions" => model.success = reader.texts(key, node),
            "$schema" => {}
            _ => reader.section(&mut model, key, node),
        }
    }
    let place = Span::new(root.span.start, (root.span.start + 1).min(root.span.end));
    if !entries.iter().any(|(key, _)| key.text == "steps") {
        let sections =
            entries.iter().any(|(key, _)| ["conditions", "parallel_groups", "rollback"].contains(&&*key.text));
        reader.report.shape(place, "a workflow needs `steps`").help(match sections {
            true => "these sections belong to a workflow: give that file, and this one by `--with`",
            false => "add `steps`, a list of what is done",
        });
    } else if model.steps.is_empty() && !reader.report.failed() {
        reader.report.shape(place, "the workflow has no steps").help("give `steps` at least one");
    }
    model
}

/// Reads the sections in `root`, a file beside the workflow, into `model`.
pub(super) fn companion(root: &Node, file: FileId, model: &mut Model, found: &mut Vec<Diagnostic>) {
    let mut reader = Reader { report: Report { file, found } };
    let Some(entries) = reader.map(root, "a file beside a workflow") else { return };
    for (key, node) in entries {
        reader.section(model, key, node);
    }
}

struct Reader<'a> {
    report: Report<'a>,
}

impl Reader<'_> {
    /// `conditions`, `parallel_groups` or `rollback`.
    fn section(&mut self, model: &mut Model, key: &Key, node: &Node) {
        match key.text.as_str() {
            "conditions" => model.conditions.extend(self.each(key, node, Self::condition)),
            "parallel_groups" => model.groups.extend(self.each(key, node, Self::group)),
            "rollback" => {
                let rollback = self.rollback(node);
                if let (Some(first), Some(_)) = (&model.rollback, &rollback) {
                    let first = first.place;
                    self.report
                        .shape(key.span, "`rollback` is described twice")
                        .label(first, "first here")
                        .help("keep one of the two");
                    return;
                }
                model.rollback = rollback.or(model.rollback.take());
            }
            _ => self.report.unknown_key(key, "a workflow", WORKFLOW),
        }
    }

    fn wrong(&mut self, node: &Node, wanted: &str) {
        if node.value != Value::Broken {
            let message = format!("{wanted}, not {}", node.value.describe());
            self.report.shape(node.span, message);
        }
    }

    fn map<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n [(Key, Node)]> {
        match &node.value {
            Value::Map(entries) => Some(entries),
            _ => {
                self.wrong(node, &format!("{what} is a map of keys to values"));
                None
            }
        }
    }

    fn text(&mut self, key: &Key, node: &Node) -> Option<At<String>> {
        match &node.value {
            Value::Text(text) => Some(At { value: text.clone(), place: self.report.place(node.span) }),
            _ => {
                self.wrong(node, &format!("`{}` is text", key.text));
                None
            }
        }
    }

    fn flag(&mut self, key: &Key, node: &Node) -> Option<At<bool>> {
        match &node.value {
            Value::Bool(value) => Some(At { value: *value, place: self.report.place(node.span) }),
            _ => {
                self.wrong(node, &format!("`{}` is true or false", key.text));
                None
            }
        }
    }

    fn count(&mut self, key: &Key, node: &Node, least: u64) -> Option<At<u64>> {
        let value = match &node.value {
            Value::Number(number) => number.parse().ok().filter(|value| (least..=1_000_000).contains(value)),
            Value::Broken => return None,
            _ => None,
        };
        let Some(value) = value else {
            let message = format!("`{}` is a whole number from {least}", key.text);
            self.report.shape(node.span, message);
            return None;
        };
        Some(At { value, place: self.report.place(node.span) })
    }

    fn elements<'n>(&mut self, key: &Key, node: &'n Node) -> &'n [Node] {
        match &node.value {
            Value::List(elements) => elements,
            _ => {
                self.wrong(node, &format!("`{}` is a list", key.text));
                &[]
            }
        }
    }

    fn each<T>(&mut self, key: &Key, node: &Node, read: fn(&mut Self, &Node) -> Option<T>) -> Vec<T> {
        self.elements(key, node).iter().filter_map(|element| read(self, element)).collect()
    }

    fn texts(&mut self, key: &Key, node: &Node) -> Vec<At<String>> {
        let mut texts = Vec::new();
        for element in self.elements(key, node) {
            match &element.value {
                Value::Text(text) => {
                    texts.push(At { value: text.clone(), place: self.report.place(element.span) });
                }
                _ => self.wrong(element, &format!("`{}` is a list of texts", key.text)),
            }
        }
        texts
    }

    /// Says that `what`, which begins at `node`, lacks `key`.
    fn missing(&mut self, node: &Node, what: &str, key: &str) {
        if self.report.is_unreadable() {
            return;
        }
        let start = Span::new(node.span.start, (node.span.start + 1).min(node.span.end));
        self.report.shape(start, format!("{what} needs `{key}`")).here("here");
    }

    fn step(&mut self, node: &Node) -> Option<Step> {
        let entries = self.map(node, "a step")?;
        let (mut id, mut title, mut description, mut command) = (None, None, None, None);
        let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
        let (mut on_failure, mut retry_count, mut parallel) = (None, None, None);
        for (key, value) in entries {
            match key.text.as_str() {
                "id" => id = self.text(key, value),
                "name" => title = self.text(key, value),
                "description" => description = self.text(key, value),
                "command" => command = self.text(key, value),
                "inputs" => inputs = self.texts(key, value),
                "outputs" => outputs = self.texts(key, value),
                "on_failure" => on_failure = self.text(key, value),
                "retry_count" => retry_count = self.count(key, value, 0),
                "parallel" => parallel = self.flag(key, value),
                _ => self.report.unknown_key(key, "a step", STEP),
            }
        }
        for key in ["id", "command"] {
            if !entries.iter().any(|(found, _)| found.text == key) {
                self.missing(node, "a step", key);
            }
        }
        let place = self.report.place(node.span);
        let (id, command) = (id?, command?);
        Some(Step { place, id, title, description, command, inputs, outputs, on_failure, retry_count, parallel })
    }

    fn handlers(&mut self, node: &Node) -> Vec<Handler> {
        let Some(entries) = self.map(node, "`error_handlers`") else { return Vec::new() };
        let mut handlers = Vec::new();
        for (name, node) in entries {
            let Some(entries) = self.map(node, "an error handler") else { continue };
            let name = At { value: name.text.clone(), place: self.report.place(name.span) };
            let mut handler = Handler { name, action: None, notify: None, max_attempts: None, message: None };
            for (key, value) in entries {
                match key.text.as_str() {
                    "action" => handler.action = self.text(key, value),
                    "notify" => handler.notify = self.flag(key, value),
                    "max_attempts" => handler.max_attempts = self.count(key, value, 1),
                    "message" => handler.message = self.text(key, value),
                    _ => self.report.unknown_key(
                        key,
                        "an error handler",
                        &["action", "notify", "max_attempts", "message"],
                    ),
                }
            }
            handlers.push(handler);
        }
        handlers
    }

    fn condition(&mut self, node: &Node) -> Option<Condition> {
        let entries = self.map(node, "a condition")?;
        let (mut test, mut then) = (None, None);
        for (key, value) in entries {
            match key.text.as_str() {
                "if" => test = self.text(key, value),
                "then" => then = self.text(key, value),
                _ => self.report.unknown_key(key, "a condition", &["if", "then"]),
            }
        }
        for key in ["if", "then"] {
            if !entries.iter().any(|(found, _)| found.text == key) {
                self.missing(node, "a condition", key);
            }
        }
        Some(Condition { test: test?, then: then? })
    }

    fn group(&mut self, node: &Node) -> Option<Group> {
        let entries = self.map(node, "a parallel group")?;
        let (mut name, mut steps, mut max) = (None, Vec::new(), None);
        for (key, value) in entries {
            match key.text.as_str() {
                "group" => name = self.text(key, value),
                "steps" => steps = self.texts(key, value),
                "max_parallel" => max = self.count(key, value, 1),
                _ => self.report.unknown_key(key, "a parallel group", &["group", "steps", "max_parallel"]),
            }
        }
        for key in ["group", "steps"] {
            if !entries.iter().any(|(found, _)| found.text == key) {
                self.missing(node, "a parallel group", key);
            }
        }
        Some(Group { name: name?, steps, max })
    }

    fn rollback(&mut self, node: &Node) -> Option<Rollback> {
        let entries = self.map(node, "`rollback`")?;
        let place = self.report.place(node.span);
        let mut rollback = Rollback { place, strategy: None, checkpoints: Vec::new(), cleanup: Vec::new() };
        for (key, value) in entries {
            match key.text.as_str() {
                "strategy" => {
                    rollback.strategy = self.text(key, value);
                    if rollback.strategy.as_ref().is_some_and(|strategy| strategy.value != "checkpoint") {
                        let message = "the only strategy is `checkpoint`";
                        self.report.shape(value.span, message).help("write \"checkpoint\"");
                    }
                }
                "checkpoints" => {
                    rollback.checkpoints =
                        self.elements(key, value).iter().flat_map(|node| self.checkpoints(node)).collect();
                }
                "cleanup_actions" => rollback.cleanup = self.texts(key, value),
                _ => self.report.unknown_key(key, "`rollback`", &["strategy", "checkpoints", "cleanup_actions"]),
            }
        }
        Some(rollback)
    }

    fn checkpoints(&mut self, node: &Node) -> Vec<Checkpoint> {
        let Some(entries) = self.map(node, "a checkpoint") else { return Vec::new() };
        let mut checkpoints = Vec::new();
        for (key, value) in entries {
            match key.text.as_str() {
                "after" | "before" => {
                    if let Some(step) = self.text(key, value) {
                        checkpoints.push(Checkpoint { after: key.text == "after", step });
                    }
                }
                _ => self.report.unknown_key(key, "a checkpoint", &["after", "before"]),
            }
        }
        if entries.is_empty() {
            self.report.shape(node.span, "a checkpoint is `after` or `before` a step");
        }
        checkpoints
    }
}
