//! Writes the `.wf` text of a resolved workflow.

use super::actions::Actions;
use super::condition::Part;
use super::errors::{choose, report};
use super::failure::Failures;
use super::model::{At, Model};
use super::names::identifier;
use super::resolve::{Condition, Resolved, Unit, Value};
use super::signature::Signatures;
use super::text::{Writer, quote};
use crate::diagnostic::codes::import as codes;
use crate::diagnostic::{Diagnostic, Place};

/// What writing needs to know.
pub(super) struct Emitter<'a> {
    pub model: &'a Model,
    pub resolved: Resolved,
    pub signatures: &'a Signatures,
    pub found: &'a mut Vec<Diagnostic>,
    /// The name of the workflow.
    pub name: String,
    /// How many units have been written.
    pub reached: usize,
    pub out: Writer,
}

/// Writes everything; `file` is the name of the imported file without its folder.
pub(super) fn emit(emitter: &mut Emitter<'_>, file: &str, root: Place) {
    let model = emitter.model;
    let failures = Failures::resolve(emitter);
    let mut writer = std::mem::take(&mut emitter.out);
    writer.at(root, |writer| {
        writer.line("wf 1");
        writer.end_line();
        let file: String = file.chars().filter(|character| !character.is_control()).collect();
        writer.line(&format!("// Imported from {file}."));
        writer.end_line();
        if let Some(description) = &model.description {
            writer.at(description.place, |writer| writer.comment("///", &description.value));
        }
        emitter.workflow(writer, &failures);
        failures.items(emitter, writer);
        emitter.locals(writer);
    });
    emitter.out = writer;
}

impl Emitter<'_> {
    fn workflow(&mut self, writer: &mut Writer, failures: &Failures) {
        writer.put("workflow ");
        match &self.model.name {
            Some(name) => writer.put_at(name.place, &self.name),
            None => writer.put(&self.name),
        }
        if !self.resolved.params.is_empty() {
            writer.line("(");
            writer.indented(|writer| {
                for param in &self.resolved.params {
                    writer.at(param.place, |writer| {
                        writer.comment("///", &param.doc);
                        writer.line(&format!("{}: {},", param.name, param.ty));
                    });
                }
            });
            writer.put(")");
        }
        writer.block("", |writer| {
            self.ends(writer);
            for at in 0..self.resolved.units.len() {
                let unit =
                    std::mem::replace(&mut self.resolved.units[at], Unit { steps: Vec::new(), max: None, group: None });
                if at > 0 || writer.text.ends_with("}\n") {
                    writer.end_line();
                }
                self.checkpoints(writer, &unit, false);
                self.unit(writer, &unit, failures);
                self.checkpoints(writer, &unit, true);
                self.resolved.units[at] = unit;
                self.reached = at + 1;
                self.conditions(writer, Some(at));
            }
            self.conditions(writer, None);
        });
    }

    /// `on success` and `on rollback`.
    fn ends(&mut self, writer: &mut Writer) {
        let model = self.model;
        if !model.success.is_empty() {
            writer.block("on success", |writer| {
                for action in &model.success {
                    let text = quote(&format!("{} has completed.", self.name));
                    self.action(writer, action, &text);
                }
            });
        }
        let Some(rollback) = &model.rollback else { return };
        for checkpoint in &rollback.checkpoints {
            if !model.steps.iter().any(|step| step.id.value == checkpoint.step.value) {
                self.unknown_step(&checkpoint.step, "no step is called");
            }
        }
        if !rollback.cleanup.is_empty() {
            writer.block("on rollback", |writer| {
                for action in &rollback.cleanup {
                    let text = quote(&format!("{} was rolled back.", self.name));
                    self.action(writer, action, &text);
                }
            });
        }
    }

    fn unknown_step(&mut self, id: &At<String>, message: &str) {
        let model = self.model;
        let help = choose(&id.value, model.steps.iter().map(|step| step.id.value.as_str()));
        report(self.found, &codes::IMPORT_UNKNOWN_STEP, id.place, format!("{message} `{}`", id.value)).help(help);
    }

    /// The checkpoints after or before the steps of a unit.
    fn checkpoints(&mut self, writer: &mut Writer, unit: &Unit, after: bool) {
        let model = self.model;
        let Some(rollback) = &model.rollback else { return };
        for checkpoint in rollback.checkpoints.iter().filter(|checkpoint| checkpoint.after == after) {
            let id = &checkpoint.step;
            if !unit.steps.iter().any(|&step| model.steps[step].id.value == id.value) {
                continue;
            }
            let when = if after { "after" } else { "before" };
            if unit.steps.len() > 1 {
                let remark = format!("the checkpoint {when} `{}` is taken {when} the whole group", id.value);
                report(self.found, &codes::IMPORT_NOTE, id.place, remark.as_str());
                writer.comment("//", &format!("{}.", capital(&remark)));
            }
            let name = self.resolved.names.fresh(&identifier(&format!("{when}_{}", id.value)));
            writer.at(id.place, |writer| writer.line(&format!("checkpoint {name}")));
        }
    }

    fn unit(&mut self, writer: &mut Writer, unit: &Unit, failures: &Failures) {
        if let ([step], None) = (unit.steps.as_slice(), &unit.group) {
            return self.conditional_step(writer, *step, failures);
        }
        let max = unit.max.map_or(String::new(), |max| format!(" max {max}"));
        let mut write = |writer: &mut Writer| {
            if let Some((name, _)) = &unit.group {
                writer.comment("//", name);
            }
            writer.block(&format!("parallel{max}"), |writer| {
                for &step in &unit.steps {
                    self.conditional_step(writer, step, failures);
                }
            });
        };
        match unit.group {
            Some((_, place)) => writer.at(place, write),
            None => write(writer),
        }
    }

    /// A step, inside an `if` where a condition names it.
    fn conditional_step(&mut self, writer: &mut Writer, step: usize, failures: &Failures) {
        let model = self.model;
        let tests: Vec<(Place, String)> = self
            .resolved
            .conditions
            .iter()
            .zip(&model.conditions)
            .filter(|(condition, _)| condition.step == Some(step))
            .map(|(condition, given)| (given.test.place, self.test(condition)))
            .collect();
        if tests.is_empty() {
            return self.step(writer, step, failures);
        }
        let several = tests.len() > 1;
        writer.put("if ");
        for (at, (place, test)) in tests.into_iter().enumerate() {
            if at > 0 {
                writer.put(" or ");
            }
            writer.put_at(place, &if several { format!("({test})") } else { test });
        }
        writer.block("", |writer| self.step(writer, step, failures));
    }

    fn step(&mut self, writer: &mut Writer, index: usize, failures: &Failures) {
        let given = &self.model.steps[index];
        let step = &self.resolved.steps[index];
        writer.at(given.place, |writer| {
            for remark in &step.remarks {
                writer.comment("//", remark);
            }
            if let Some(description) = &given.description {
                writer.at(description.place, |writer| writer.comment("///", &description.value));
            }
            writer.put("step ");
            writer.put_at(given.id.place, &step.name);
            if let Some(title) = &given.title {
                writer.put(" ");
                writer.put_at(title.place, &quote(&title.value));
            }
            let alone = step.outputs.iter().all(|output| step.command.is_some() && output.from.is_none())
                && (step.args.is_empty() || step.command.is_some());
            if alone && !failures.has_clauses(index, given) {
                writer.put(" { ");
                writer.at(given.command.place, |writer| self.run(writer, index));
                return writer.line(" }");
            }
            writer.block("", |writer| {
                writer.at(given.command.place, |writer| self.run(writer, index));
                writer.end_line();
                for output in &step.outputs {
                    let clause = match (&step.command, &output.from) {
                        (Some(_), None) => continue,
                        (Some(_), Some(from)) => format!("output {} = {from}", output.name),
                        (None, _) => format!("output {}: {}", output.name, output.ty),
                    };
                    writer.at(output.place, |writer| writer.line(&clause));
                }
                failures.clauses(writer, index, given);
            });
        });
    }

    /// The action of a step.
    fn run(&self, writer: &mut Writer, index: usize) {
        let step = &self.resolved.steps[index];
        let Some(command) = &step.command else {
            writer.put(&format!("sh {}", quote(&self.model.steps[index].command.value)));
            if !step.args.is_empty() {
                writer.end_line();
                writer.put("env { ");
                for (at, (name, place, value)) in step.args.iter().enumerate() {
                    writer.put(if at > 0 { ", " } else { "" });
                    writer.put_at(*place, &format!("{name}: {}", self.value(value)));
                }
                writer.put(" }");
            }
            return;
        };
        writer.put(&format!("run @{command}("));
        for (at, (name, place, value)) in step.args.iter().enumerate() {
            writer.put(if at > 0 { ", " } else { "" });
            writer.put_at(*place, &format!("{name}: {}", self.value(value)));
        }
        writer.put(")");
    }

    /// A value as an expression.
    pub fn value(&self, value: &Value) -> String {
        match value {
            Value::Param(at) => self.resolved.params[*at].name.clone(),
            Value::Output(step, output, convert) => {
                let step = &self.resolved.steps[*step];
                let path = format!("{}.{}", step.name, step.outputs[*output].name);
                convert.as_ref().map_or(path.clone(), |ty| format!("{path} as {ty}"))
            }
        }
    }

    fn test(&self, condition: &Condition) -> String {
        let mut values = condition.values.iter();
        let mut out = String::new();
        for part in &condition.test.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Name { .. } => {
                    let value = values.next().map_or(String::new(), |value| self.value(value));
                    let converted = value.contains(" as ");
                    out.push_str(&if converted { format!("({value})") } else { value });
                }
            }
        }
        out
    }

    /// The conditions with an action that are judged after unit `after`, or at the end.
    fn conditions(&mut self, writer: &mut Writer, after: Option<usize>) {
        let model = self.model;
        for (at, given) in model.conditions.iter().enumerate() {
            let condition = &self.resolved.conditions[at];
            if condition.step.is_some() || condition.after != after || condition.test.parts.is_empty() {
                continue;
            }
            let test = self.test(condition);
            writer.put("if ");
            writer.put_at(given.test.place, &test);
            let text = quote(&given.test.value);
            writer.block("", |writer| self.action(writer, &given.then, &text));
        }
    }

    fn locals(&mut self, writer: &mut Writer) {
        for local in &self.resolved.locals {
            let Some((_, signature)) = self.signatures.get(&local.name) else { continue };
            writer.end_line();
            writer.at(local.place, |writer| {
                writer.comment("///", &format!("`@{}` is declared nowhere else: say here what it does.", local.name));
                let params: Vec<String> =
                    signature.params.iter().map(|param| format!("{}: {}", param.name, param.ty)).collect();
                let outputs: Vec<String> = signature.outputs.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
                let gives = if outputs.is_empty() { String::new() } else { format!(" -> ({})", outputs.join(", ")) };
                writer.block(&format!("command {}({}){gives}", local.name, params.join(", ")), |writer| {
                    writer.line(&format!(
                        "agent {}",
                        quote(&format!("{}: do what `@{}` stands for.", local.title, local.name))
                    ));
                });
            });
        }
    }
}

/// `text` with a capital first letter.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
