//! From a [`Model`] to what the workflow will be: which step produces what, in which order, with which arguments.

use super::condition::{self, Test};
use super::errors::{choose, report};
use super::model::{At, Model};
use super::names::{Names, identifier, step_name};
use super::signature::Signatures;
use crate::diagnostic::codes::import as codes;
use crate::diagnostic::{Code, Diagnostic, Place};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

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
    links: Vec<Vec<Link>>,
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

    fn links(&mut self) {
        let mut links = vec![Vec::new(); self.out.steps.len()];
        for (index, step) in self.out.steps.iter().enumerate() {
            let args = step.args.iter().map(|(_, place, value)| (place, value));
            for (place, value) in args.chain(step.waits.iter().map(|(place, value)| (place, value))) {
                if let Value::Output(from, output, _) = value {
                    let what = self.out.steps[*from].outputs[*output].name.clone();
                    links[index].push(Link { from: *from, what, place: *place });
                }
            }
        }
        for (condition, given) in self.out.conditions.iter().zip(&self.model.conditions) {
            let Some(step) = condition.step else { continue };
            for value in &condition.values {
                if let Value::Output(from, output, _) = value {
                    let what = self.out.steps[*from].outputs[*output].name.clone();
                    links[step].push(Link { from: *from, what, place: given.test.place });
                }
            }
        }
        self.links = links;
    }

    /// Reports one cycle among the steps, and cuts it.
    fn cycles(&mut self) {
        // 0: not seen, 1: on the path, 2: done. Depth first, without recursion.
        let mut state = vec![0u8; self.links.len()];
        for root in 0..self.links.len() {
            if state[root] != 0 {
                continue;
            }
            let mut path: Vec<(usize, usize)> = vec![(root, 0)];
            state[root] = 1;
            while let Some((step, next)) = path.pop() {
                let Some(link) = self.links[step].get(next).cloned() else {
                    state[step] = 2;
                    continue;
                };
                path.push((step, next + 1));
                match state[link.from] {
                    0 => {
                        state[link.from] = 1;
                        path.push((link.from, 0));
                    }
                    1 => {
                        self.cycle(&path, &link);
                        if let Some(cut) = self.links[step].get_mut(next) {
                            cut.from = step;
                        }
                    }
                    _ => {}
                }
            }
        }
        for (step, links) in self.links.iter_mut().enumerate() {
            links.retain(|link| link.from != step);
        }
    }

    fn cycle(&mut self, path: &[(usize, usize)], last: &Link) {
        let start = path.iter().position(|(step, _)| *step == last.from).unwrap_or(0);
        let mut links: Vec<(usize, Link)> = Vec::new();
        for &(step, next) in &path[start..] {
            links.extend(next.checked_sub(1).and_then(|at| self.links[step].get(at)).map(|link| (step, link.clone())));
        }
        let id = |step: usize| self.model.steps[step].id.value.clone();
        let message = match links.as_slice() {
            [(step, link)] if *step == link.from => {
                format!("the step `{}` needs its own output `{}`", id(*step), link.what)
            }
            _ => {
                let ring: Vec<String> = links.iter().map(|(step, _)| format!("`{}`", id(*step))).collect();
                format!("the steps {} wait for each other", ring.join(", "))
            }
        };
        let labels: Vec<(Place, String)> = links
            .iter()
            .map(|(step, link)| (link.place, format!("`{}` needs `{}` of `{}`", id(*step), link.what, id(link.from))))
            .collect();
        let mut reported = self.report(&codes::IMPORT_CYCLE, last.place, message);
        for (place, text) in labels {
            reported = if place == last.place { reported.here(text) } else { reported.label(place, text) };
        }
        reported.help("let one of them do without, or split it into two steps");
    }

    /// Whether `step` needs `other` directly.
    fn needs(&self, step: usize, other: usize) -> Option<Link> {
        self.links[step].iter().find(|link| link.from == other).cloned()
    }

    fn units(&mut self) {
        let mut unit_of: Vec<Option<usize>> = vec![None; self.out.steps.len()];
        let mut units = self.groups(&mut unit_of);
        self.neighbours(&mut unit_of, &mut units);
        for (step, unit) in unit_of.iter_mut().enumerate() {
            if unit.is_none() {
                *unit = Some(units.len());
                units.push(Unit { steps: vec![step], max: None, group: None });
            }
        }
        let of = |step: usize| unit_of.get(step).copied().flatten().unwrap_or(0);
        let mut needs: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); units.len()];
        let mut needed_by: Vec<Vec<usize>> = vec![Vec::new(); units.len()];
        for (step, links) in self.links.iter().enumerate() {
            for link in links {
                if of(link.from) != of(step) && needs[of(step)].insert(of(link.from)) {
                    needed_by[of(link.from)].push(of(step));
                }
            }
        }
        // The first unit in source order of those that wait for nothing.
        let first = |unit: usize| units[unit].steps.first().copied().unwrap_or(0);
        let mut ready: BTreeSet<(usize, usize)> =
            (0..units.len()).filter(|&unit| needs[unit].is_empty()).map(|unit| (first(unit), unit)).collect();
        let mut order = Vec::with_capacity(units.len());
        while let Some((_, unit)) = ready.pop_first() {
            order.push(unit);
            for &next in &needed_by[unit] {
                needs[next].remove(&unit);
                if needs[next].is_empty() {
                    ready.insert((first(next), next));
                }
            }
        }
        // A unit has its place in the order exactly when nothing is left that it waits for.
        let stuck: Vec<usize> = (0..units.len()).filter(|&unit| !needs[unit].is_empty()).collect();
        for &unit in &stuck {
            if let Some((name, place)) = units[unit].group.clone() {
                let message = format!("the group `{name}` waits for a step that waits for one of its own");
                self.report(&codes::IMPORT_CYCLE, place, message)
                    .help("take the step that others wait for out of the group");
            }
        }
        order.extend(stuck);
        self.moved(&units, &order);
        let mut slots: Vec<Option<Unit>> = units.into_iter().map(Some).collect();
        self.out.units = order.into_iter().filter_map(|unit| slots[unit].take()).collect();
    }

    /// Notes steps that run before another that the file writes first.
    fn moved(&mut self, units: &[Unit], order: &[usize]) {
        let mut latest = 0;
        for &unit in order {
            for &step in &units[unit].steps {
                if step + 1 < latest && units[unit].group.is_none() {
                    let id = &self.model.steps[step].id;
                    let cause = self.links[step].iter().find(|link| link.from > step).cloned();
                    if let Some(link) = cause {
                        let after = &self.model.steps[link.from].id.value;
                        let remark = format!("`{}` runs after `{after}`, whose `{}` it needs", id.value, link.what);
                        let place = id.place;
                        self.note(place, remark.clone());
                        self.out.steps[step].remarks.push(format!("{remark}."));
                    }
                }
                latest = latest.max(step + 1);
            }
        }
    }

    /// The `parallel_groups`.
    fn groups(&mut self, unit_of: &mut [Option<usize>]) -> Vec<Unit> {
        let model = self.model;
        let mut units: Vec<Unit> = Vec::new();
        for group in &model.groups {
            let mut steps: Vec<usize> = Vec::new();
            for id in &group.steps {
                let Some(step) = self.step_called(&id.value) else {
                    self.unknown_step(id);
                    continue;
                };
                if let Some(other) = unit_of[step] {
                    let first = units.get(other).and_then(|unit| unit.group.clone()).map_or(group.name.place, |g| g.1);
                    self.report(
                        &codes::IMPORT_SHAPE,
                        id.place,
                        format!("the step `{}` is in a group already", id.value),
                    )
                    .label(first, "in this group")
                    .help("name each step in one group, once");
                    continue;
                }
                unit_of[step] = Some(units.len());
                steps.push(step);
            }
            self.independent(&steps);
            steps.sort_unstable();
            let max = group.max.as_ref().map(|max| max.value);
            units.push(Unit { steps, max, group: Some((group.name.value.clone(), group.name.place)) });
        }
        units
    }

    /// Reports steps of one group that need each other.
    fn independent(&mut self, steps: &[usize]) {
        let members: BTreeSet<usize> = steps.iter().copied().collect();
        for &step in steps {
            let Some(link) = self.links[step].iter().find(|link| members.contains(&link.from)).cloned() else {
                continue;
            };
            let (id, other) = (&self.model.steps[step].id.value, &self.model.steps[link.from].id);
            let message = format!("`{id}` needs `{}` of `{}`, which runs at the same time", link.what, other.value);
            let place = other.place;
            self.report(&codes::IMPORT_PARALLEL, link.place, message)
                .label(place, "produced by this step")
                .help("take one of the two out of the group");
        }
    }

    /// Neighbouring steps with `"parallel": true`.
    fn neighbours(&mut self, unit_of: &mut [Option<usize>], units: &mut Vec<Unit>) {
        let model = self.model;
        let wants = |step: usize| model.steps[step].parallel.as_ref().is_some_and(|flag| flag.value);
        let mut step = 0;
        while step < model.steps.len() {
            if !wants(step) || unit_of[step].is_some() {
                step += 1;
                continue;
            }
            let mut steps = vec![step];
            step += 1;
            while step < model.steps.len() && wants(step) && unit_of[step].is_none() {
                if steps.iter().any(|&member| self.needs(step, member).is_some() || self.needs(member, step).is_some())
                {
                    break;
                }
                steps.push(step);
                step += 1;
            }
            if let [lone] = steps[..] {
                self.lone(lone);
                continue;
            }
            for &member in &steps {
                unit_of[member] = Some(units.len());
            }
            units.push(Unit { steps, max: None, group: None });
        }
    }

    fn lone(&mut self, step: usize) {
        let given = &self.model.steps[step];
        let Some(flag) = &given.parallel else { return };
        let (id, place) = (given.id.value.clone(), flag.place);
        let message = format!("`{id}` is to run in parallel, but no neighbour of it can run at the same time");
        self.report(&codes::IMPORT_LONE_PARALLEL, place, message)
            .help("mark a neighbour that does not need its outputs as well, or run with `--parallel`");
        self.out.steps[step]
            .remarks
            .push("`parallel` had no effect: no neighbour can run at the same time.".to_owned());
    }

    fn place_conditions(&mut self) {
        let mut unit_of = vec![0; self.out.steps.len()];
        for (at, unit) in self.out.units.iter().enumerate() {
            for &step in &unit.steps {
                unit_of[step] = at;
            }
        }
        for condition in &mut self.out.conditions {
            condition.after = condition
                .values
                .iter()
                .filter_map(|value| match value {
                    Value::Output(step, ..) => unit_of.get(*step).copied(),
                    Value::Param(_) => None,
                })
                .max();
        }
    }
}
