//! From a [`Model`] to what the workflow will be: which step produces what, in which order, with which arguments.

use super::condition::{self, Test};
use super::errors::{choose, report};
use super::model::{At, Model};
use super::names::{Names, identifier, step_name};
use super::signature::Signatures;
use crate::diagnostic::codes::import as codes;
use crate::diagnostic::{Code, Diagnostic, Place};
use rustc_hash::FxHashMap;

/// A workflow resolved.
#[derive(Default)]
pub(super) struct Resolved {
    pub steps: Vec<Step>,
    /// Steps and groups in the order in which they run.
    pub units: Vec<Unit>,
    pub params: Vec<Param>,
    pub conditions: Vec<Condition>,
    /// Commands to be declared in the file: index of the first step that runs each.
    pub locals: Vec<Local>,
    /// Names of steps, parameters and whatever else shares their scope.
    pub names: Names,
}

/// A step; its index is that in the model.
pub(super) struct Step {
    pub name: String,
    /// The name of its command in scope; `None` for a command line.
    pub command: Option<String>,
    /// Parameter and what it is given.
    pub args: Vec<(String, Place, Value)>,
    /// Inputs that its command has no parameter for: it only waits for them.
    pub waits: Vec<(Place, Value)>,
    /// Output as the file calls it, its type, and what the command calls it.
    pub outputs: Vec<Output>,
    /// Remarks to stand above it.
    pub remarks: Vec<String>,
}

/// An output of a step.
pub(super) struct Output {
    pub name: String,
    pub ty: String,
    pub place: Place,
    /// What the command calls it, where that differs.
    pub from: Option<String>,
}

/// Where a value comes from.
#[derive(Clone, PartialEq)]
pub(super) enum Value {
    Param(usize),
    /// Output `.1` of step `.0`, converted to a type where it is `json` and something else is wanted.
    Output(usize, usize, Option<String>),
}

/// One statement of the body: a step or a group of steps.
pub(super) struct Unit {
    pub steps: Vec<usize>,
    pub max: Option<u64>,
    /// The name and place of the group, where it has one.
    pub group: Option<(String, Place)>,
}

/// A parameter of the workflow.
pub(super) struct Param {
    pub name: String,
    pub ty: String,
    pub place: Place,
    pub doc: String,
}

/// A condition resolved; its index is that in the model.
pub(super) struct Condition {
    pub test: Test,
    /// The step that runs only if it holds; else `then` is an action.
    pub step: Option<usize>,
    /// What each name in it stands for.
    pub values: Vec<Value>,
    /// Index of the unit it is judged after; `None`: at the end.
    pub after: Option<usize>,
}

/// A command that the file runs and nobody declares.
pub(super) struct Local {
    pub name: String,
    pub place: Place,
    pub title: String,
}

/// Resolves `model`; what is wrong goes to `found`. Commands that nobody declares are added to `signatures`.
pub(super) fn resolve(model: &Model, signatures: &mut Signatures, found: &mut Vec<Diagnostic>) -> Resolved {
    let mut resolver = Resolver {
        model,
        found,
        out: Resolved::default(),
        producers: FxHashMap::default(),
        params: FxHashMap::default(),
        indices: FxHashMap::default(),
        links: Vec::new(),
    };
    resolver.steps();
    resolver.producers();
    resolver.conditions();
    super::matching::arguments(&mut resolver, signatures);
    resolver.condition_values();
    resolver.links();
    resolver.cycles();
    resolver.units();
    resolver.place_conditions();
    resolver.out
}

/// Why a step must come after another.
#[derive(Clone)]
pub(super) struct Link {
    pub from: usize,
    pub what: String,
    pub place: Place,
}

pub(super) struct Resolver<'a> {
    pub model: &'a Model,
    pub found: &'a mut Vec<Diagnostic>,
    pub out: Resolved,
    /// Which output of which step each name is.
    pub producers: FxHashMap<String, (usize, usize)>,
    /// Which parameter each name is that nothing produces.
    params: FxHashMap<String, usize>,
    /// The first step of each id.
    indices: FxHashMap<&'a str, usize>,
    /// For each step what it needs.
    pub links: Vec<Vec<Link>>,
}

impl Resolver<'_> {
    pub fn report<'r>(
        &'r mut self,
        code: &'static Code,
        place: Place,
        message: impl Into<String>,
    ) -> super::errors::Reported<'r> {
        report(self.found, code, place, message)
    }

    pub fn note(&mut self, place: Place, message: impl Into<String>) {
        self.report(&codes::IMPORT_NOTE, place, message);
    }

    fn steps(&mut self) {
        let model = self.model;
        for (index, step) in model.steps.iter().enumerate() {
            let id = step.id.value.as_str();
            if let Some(&first) = self.indices.get(id) {
                let first = model.steps[first].id.place;
                self.report(&codes::IMPORT_DUPLICATE_STEP, step.id.place, format!("two steps have the id `{id}`"))
                    .here("again")
                    .label(first, "first here")
                    .help("give one of them another id");
            }
            self.indices.entry(id).or_insert(index);
            let wanted = step_name(id);
            let name = self.out.names.fresh(&wanted);
            let mut remarks = Vec::new();
            if wanted != id {
                let remark = format!("`{id}` cannot be the name of a step, so it is called `{name}`");
                self.note(step.id.place, remark.as_str());
                remarks.push(format!("{remark}."));
            }
            self.out.steps.push(Step {
                name,
                command: None,
                args: Vec::new(),
                waits: Vec::new(),
                outputs: Vec::new(),
                remarks,
            });
        }
    }

    /// The index of the step that the file calls `id`.
    pub fn step_called(&self, id: &str) -> Option<usize> {
        self.indices.get(id).copied()
    }

    pub fn unknown_step(&mut self, id: &At<String>) {
        let known: Vec<&str> = self.model.steps.iter().map(|step| step.id.value.as_str()).collect();
        let help = choose(&id.value, known.iter().copied());
        self.report(&codes::IMPORT_UNKNOWN_STEP, id.place, format!("no step is called `{}`", id.value)).help(help);
    }

    fn producers(&mut self) {
        let model = self.model;
        for (index, step) in model.steps.iter().enumerate() {
            for output in &step.outputs {
                let name = identifier(&output.value);
                let at = self.out.steps[index].outputs.len();
                if let Some(&(first, nth)) = self.producers.get(&name) {
                    let first = self.out.steps[first].outputs[nth].place;
                    self.report(
                        &codes::IMPORT_OUTPUT_TWICE,
                        output.place,
                        format!("`{}` is produced twice", output.value),
                    )
                    .here("again")
                    .label(first, "first here")
                    .help("give one of the two another name, and use that where it is meant");
                    continue;
                }
                self.producers.insert(name.clone(), (index, at));
                let ty = "json".to_owned();
                self.out.steps[index].outputs.push(Output { name, ty, place: output.place, from: None });
            }
        }
    }

    /// What `name` stands for; a parameter of type `ty` is made where nothing produces it.
    pub fn value(&mut self, name: &str, ty: &str, place: Place, doc: &str) -> (Value, bool) {
        if let Some(&(step, output)) = self.producers.get(name) {
            let held = &self.out.steps[step].outputs[output].ty;
            let convert = (held == "json" && ty != "json").then(|| ty.to_owned());
            return (Value::Output(step, output, convert), false);
        }
        if let Some(&at) = self.params.get(name) {
            return (Value::Param(at), false);
        }
        let wanted = step_name(name);
        let unique = self.out.names.fresh(&wanted);
        self.params.insert(name.to_owned(), self.out.params.len());
        self.out.params.push(Param { name: unique, ty: ty.to_owned(), place, doc: doc.to_owned() });
        (Value::Param(self.out.params.len() - 1), true)
    }

    fn conditions(&mut self) {
        let model = self.model;
        for given in &model.conditions {
            let test = condition::read(&given.test.value).unwrap_or_else(|error| {
                let message = format!("the condition cannot be read: {error}");
                self.report(&codes::IMPORT_CONDITION, given.test.place, message)
                    .help("write a comparison such as \"test_coverage < 80%\"; `and`, `or`, `not` join several");
                Test::default()
            });
            let step = self.step_called(&given.then.value);
            self.out.conditions.push(Condition { test, step, values: Vec::new(), after: None });
        }
    }

    fn condition_values(&mut self) {
        for index in 0..self.out.conditions.len() {
            let names: Vec<(String, &str)> =
                self.out.conditions[index].test.names().map(|(name, ty)| (name.to_owned(), ty)).collect();
            for (name, ty) in names {
                let place = self.model.conditions[index].test.place;
                let doc = format!("Compared in the condition `{}`.", self.model.conditions[index].test.value);
                let (value, new) = self.value(&name, ty, place, &doc);
                if new {
                    let message = format!("no step produces `{name}`, so it becomes a parameter of type `{ty}`");
                    self.report(&codes::IMPORT_FREE_NAME, place, message)
                        .here("judged with the parameter's value")
                        .help(format!("add `{name}` to the outputs of the step that finds it out"));
                }
                self.out.conditions[index].values.push(value);
            }
        }
    }
}
