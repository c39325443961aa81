//! Inputs and outputs of steps against the signatures of commands: by name, else by position where the counts agree.

use super::model::Step;
use super::names::{identifier, same};
use super::resolve::{Local, Resolver, Value};
use super::signature::{Parameter, Signature, Signatures};
use crate::diagnostic::codes::import as codes;
use crate::suggest::nearest;

/// Gives every step its command, arguments and outputs.
pub(super) fn arguments(resolver: &mut Resolver<'_>, signatures: &mut Signatures) {
    let model = resolver.model;
    // Outputs first: the types of what later steps are given come from them.
    for (index, step) in model.steps.iter().enumerate() {
        let Some(name) = step.command.value.strip_prefix('@') else { continue };
        if signatures.get(name).is_none() {
            declare(resolver, signatures, step, name);
        }
        if let Some((name, signature)) = signatures.get(name) {
            resolver.out.steps[index].command = Some(name.to_owned());
            outputs(resolver, index, signature);
        }
    }
    for (index, step) in model.steps.iter().enumerate() {
        match resolver.out.steps[index].command.as_deref().and_then(|name| signatures.get(name)) {
            Some((_, signature)) => inputs(resolver, index, signature),
            None => {
                for input in &step.inputs {
                    let name = identifier(&input.value);
                    give(resolver, index, &name.clone(), "json", &name, input.place);
                }
            }
        }
    }
}

/// Declares a command that nobody knows, with the names that `step` uses.
fn declare(resolver: &mut Resolver<'_>, signatures: &mut Signatures, step: &Step, name: &str) {
    let help = match nearest(name, signatures.names()) {
        Some(near) => format!("did you mean `@{}`? Else declare it: `command {name}(…) {{ … }}`", near.word),
        None => format!("declare it in `workflows/`: `command {name}(…) {{ … }}`"),
    };
    let message = format!("no command is called `@{name}`; it is taken with the names used here, as `json`");
    resolver.report(&codes::IMPORT_UNKNOWN_COMMAND, step.command.place, message).help(help);
    let own = identifier(name);
    let params = step.inputs.iter().map(|input| Parameter {
        name: identifier(&input.value),
        ty: "json".to_owned(),
        required: true,
    });
    let outputs = step.outputs.iter().map(|output| (identifier(&output.value), "json".to_owned()));
    signatures.add(own.as_str(), Signature { params: params.collect(), outputs: outputs.collect() });
    let title = step.title.as_ref().map_or(&step.id.value, |title| &title.value).clone();
    resolver.out.locals.push(Local { name: own, place: step.command.place, title });
}

/// Which output of `signature` each output of the step is.
fn outputs(resolver: &mut Resolver<'_>, index: usize, signature: &Signature) {
    let mut free: Vec<usize> = (0..signature.outputs.len()).collect();
    let mut open = Vec::new();
    for at in 0..resolver.out.steps[index].outputs.len() {
        let name = resolver.out.steps[index].outputs[at].name.clone();
        match free.iter().position(|&which| same(&signature.outputs[which].0, &name)) {
            Some(found) => take(resolver, index, at, &signature.outputs[free.remove(found)]),
            None => open.push(at),
        }
    }
    if open.len() > free.len() {
        let step = &resolver.model.steps[index];
        let has: Vec<&str> = signature.outputs.iter().map(|(name, _)| name.as_str()).collect();
        let message = format!(
            "`{}` gives {}, but the step names {}",
            step.command.value,
            count(has.len(), "output"),
            count(step.outputs.len(), "output")
        );
        let help = match has.is_empty() {
            true => "leave `outputs` out".to_owned(),
            false => format!("it gives {}", super::errors::list(&has)),
        };
        let place = resolver.out.steps[index].outputs[open[free.len()]].place;
        resolver.report(&codes::IMPORT_ARGUMENTS, place, message).help(help);
    }
    for (at, which) in open.into_iter().zip(free) {
        let found = &signature.outputs[which];
        let output = &resolver.out.steps[index].outputs[at];
        let (name, place) = (output.name.clone(), output.place);
        let remark = format!("`{name}` is the output `{}` of `{}`", found.0, resolver.model.steps[index].command.value);
        resolver.note(place, format!("{remark}, by its position"));
        take(resolver, index, at, found);
    }
}

fn take(resolver: &mut Resolver<'_>, index: usize, at: usize, found: &(String, String)) {
    let output = &mut resolver.out.steps[index].outputs[at];
    output.ty.clone_from(&found.1);
    output.from = (output.name != found.0).then(|| found.0.clone());
}

/// Which parameter of `signature` each input of the step fills.
fn inputs(resolver: &mut Resolver<'_>, index: usize, signature: &Signature) {
    let model = resolver.model;
    let step = &model.steps[index];
    let mut free: Vec<usize> = (0..signature.params.len()).collect();
    let mut given: Vec<(usize, usize)> = Vec::new();
    let mut open = Vec::new();
    for (at, input) in step.inputs.iter().enumerate() {
        let name = identifier(&input.value);
        match free.iter().position(|&which| same(&signature.params[which].name, &name)) {
            Some(found) => given.push((free.remove(found), at)),
            None => open.push(at),
        }
    }
    let required: Vec<usize> = free.iter().copied().filter(|&which| signature.params[which].required).collect();
    let places = match open.len() {
        n if n == required.len() => required,
        n if n == free.len() => free,
        n => {
            counts_disagree(resolver, index, signature, n, &required);
            if required.is_empty() {
                for at in open.drain(..) {
                    let input = &step.inputs[at];
                    if let Some(&(from, output)) = resolver.producers.get(&identifier(&input.value)) {
                        resolver.out.steps[index].waits.push((input.place, Value::Output(from, output, None)));
                    }
                }
            }
            Vec::new()
        }
    };
    for (&which, &at) in places.iter().zip(&open) {
        let input = &step.inputs[at];
        let (param, command) = (&signature.params[which].name, &step.command.value);
        resolver.note(input.place, format!("`{}` is given as `{param}` of `{command}`, by its position", input.value));
        given.push((which, at));
    }
    given.sort_unstable();
    for (which, at) in given {
        let (param, input) = (&signature.params[which], &step.inputs[at]);
        give(resolver, index, &param.name, &param.ty, &identifier(&input.value), input.place);
    }
}

fn counts_disagree(resolver: &mut Resolver<'_>, index: usize, signature: &Signature, open: usize, required: &[usize]) {
    let step = &resolver.model.steps[index];
    let command = &step.command.value;
    let params: Vec<String> = signature
        .params
        .iter()
        .map(|param| format!("`{}: {}`{}", param.name, param.ty, if param.required { "" } else { " (optional)" }))
        .collect();
    let help = match params.is_empty() {
        true => "leave `inputs` out".to_owned(),
        false => format!("it takes {}", params.join(", ")),
    };
    let place = step.inputs.first().map_or(step.command.place, |input| input.place);
    if let Some(&missing) = required.first() {
        let missing = &signature.params[missing].name;
        let message = match open < required.len() {
            true => format!("`{command}` needs `{missing}`, which the step does not give"),
            false => format!(
                "`{command}` takes {}, but the step gives {}",
                count(params.len(), "input"),
                count(step.inputs.len(), "input")
            ),
        };
        resolver.report(&codes::IMPORT_ARGUMENTS, place, message).help(help);
        return;
    }
    let message = format!(
        "`{command}` has no parameters for {} of this step, which only has to wait for them",
        count(open, "input")
    );
    resolver.report(&codes::IMPORT_UNUSED_INPUT, place, message).help(help);
}

/// Gives parameter `param` of type `ty` what the file calls `name`.
fn give(resolver: &mut Resolver<'_>, index: usize, param: &str, ty: &str, name: &str, place: crate::diagnostic::Place) {
    let id = &resolver.model.steps[index].id.value;
    let doc = format!("Needed by `{id}`.");
    let (value, new) = resolver.value(name, ty, place, &doc);
    if new {
        resolver.note(place, format!("no step produces `{name}`, so it becomes a parameter of type `{ty}`"));
    }
    resolver.out.steps[index].args.push((param.to_owned(), place, value));
}

/// `1 input`, `2 inputs`
fn count(number: usize, what: &str) -> String {
    match number {
        0 => format!("no {what}s"),
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}
