//! Parameters of a workflow as typed flags.

use clap::builder::StyledStr;
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::eval;
use crate::plan::ir::{Param, Plan, Type, TypeIx};
use crate::value::decode::type_text;
use crate::value::{Fields, SecretRef, Value};
use std::path::Path;
use std::sync::Arc;

/// Where flags of parameters stand in the help.
pub(super) const HEADING: &str = "Parameters of the workflow";

/// The parameters of the workflow that `plan` runs.
fn params(plan: &Plan) -> &[Param] {
    plan.bodies.get(plan.entry.index()).map_or(&[], |body| &body.params)
}

fn ty(plan: &Plan, ty: TypeIx) -> &Type {
    plan.types.get(ty.index()).unwrap_or(&Type::None)
}

/// The type below `?`.
fn core(plan: &Plan, mut at: TypeIx) -> &Type {
    while let Type::Optional(inner) = ty(plan, at) {
        at = *inner;
    }
    ty(plan, at)
}

fn id(param: &Param) -> String {
    format!("param.{}", param.name)
}

/// Adds a flag for each parameter to a command that has its own options already.
pub(super) fn add(mut command: Command, plan: &Plan) -> Command {
    let taken: Vec<String> = command.get_arguments().filter_map(|arg| arg.get_long().map(str::to_owned)).collect();
    let free = |name: &str| !taken.iter().any(|taken| taken == name || name == format!("no-{taken}"));
    for param in params(plan) {
        if matches!(core(plan, param.ty), Type::Secret) {
            continue;
        }
        let long = if free(&param.name) && param.name != "help" { param.name.to_string() } else { id(param) };
        let mut arg = Arg::new(id(param)).long(long.clone()).help_heading(HEADING).help(help(plan, param));
        arg = arg.aliases(other_spellings(&long));
        if matches!(core(plan, param.ty), Type::Bool) {
            let no = format!("no-{long}");
            let opposite = Arg::new(format!("no.{}", param.name))
                .aliases(other_spellings(&no))
                .long(no)
                .help_heading(HEADING)
                .help("The opposite")
                .action(ArgAction::SetTrue)
                .overrides_with(id(param));
            arg = arg.num_args(0..=1).require_equals(true).default_missing_value("true").value_name("bool");
            command = command.arg(arg).arg(opposite);
            continue;
        }
        let required = param.default.is_none() && !matches!(ty(plan, param.ty), Type::Optional(_));
        let ty = type_text(&plan.types, param.ty);
        // The variants stand in the help.
        let short = ty.split_once(" (").map_or(ty.as_str(), |(name, _)| name).to_owned();
        let plain = matches!(core(plan, param.ty), Type::Enum { .. });
        arg = arg.required(required).value_name(if plain { short } else { ty });
        arg = match core(plan, param.ty) {
            Type::List(_) | Type::Map(_) => arg.action(ArgAction::Append),
            _ => arg.action(ArgAction::Set),
        };
        command = command.arg(arg);
    }
    command
}

/// `-` and `_` are the same in flags.
fn other_spellings(long: &str) -> Vec<String> {
    [long.replace('_', "-"), long.replace('-', "_")].into_iter().filter(|other| other != long).collect()
}

fn help(plan: &Plan, param: &Param) -> StyledStr {
    let mut text = plan.about.params.get(&param.name).map(ToString::to_string).unwrap_or_default();
    if let Type::Enum { variants, .. } = core(plan, param.ty) {
        text = format!("{text} [choices: {}]", variants.join(", "));
    }
    let element = match core(plan, param.ty) {
        Type::List(element) | Type::Map(element) => core(plan, *element),
        plain => plain,
    };
    if matches!(element, Type::Record { .. }) {
        text = format!("{text} [as JSON]");
    }
    if let Some(default) = param.default.and_then(|default| eval::eval(plan, default, &eval::Nothing).ok()) {
        text = format!("{text} [default: {}]", default.to_text());
    }
    text.trim().to_owned().into()
}

/// The values that were given, decoded; parameters that were not given are left out.
pub(super) fn values(
    command: &Command,
    matches: &ArgMatches,
    plan: &Plan,
    secrets: &[String],
    workspace: &Path,
) -> Result<Fields, clap::Error> {
    check_secrets(command, plan, secrets)?;
    let mut fields = Fields::new();
    for param in params(plan) {
        if matches!(core(plan, param.ty), Type::Secret) {
            if let Some(value) = secret(param, secrets) {
                fields.insert(param.name.clone(), value);
            } else if param.default.is_none() && !matches!(ty(plan, param.ty), Type::Optional(_)) {
                let message = format!(
                    "the secret parameter `{0}` needs a source: --secret {0}=env:VARIABLE or {0}=file:PATH",
                    param.name
                );
                return Err(error(command, ErrorKind::MissingRequiredArgument, message));
            }
            continue;
        }
        if matches.get_flag_or_false(&format!("no.{}", param.name)) {
            fields.insert(param.name.clone(), Value::Bool(false));
            continue;
        }
        let Some(given) = matches.get_many::<String>(&id(param)) else { continue };
        let mut value: Option<Value> = None;
        for text in given {
            let refuse = |why: String| {
                let message = format!("invalid value '{text}' for '--{}': {why}", param.name);
                error(command, ErrorKind::ValueValidation, message)
            };
            let next =
                eval::decode_text(plan, text, param.ty, &eval::Nothing).map_err(|why| refuse(why.to_string()))?;
            if let Some(why) = absent(&next, workspace) {
                return Err(refuse(why));
            }
            value = Some(match value {
                Some(before) => join(before, next),
                None => next,
            });
        }
        fields.extend(value.map(|value| (param.name.clone(), value)));
    }
    Ok(fields)
}

/// What is wrong with a file or folder in `value`: it is checked to exist before anything runs.
fn absent(value: &Value, workspace: &Path) -> Option<String> {
    match value {
        Value::File(file) => {
            let (path, what) = (workspace.join(file.path.as_str()), if file.dir { "folder" } else { "file" });
            let there = if file.dir { path.is_dir() } else { path.is_file() };
            (!there).then(|| format!("there is no {what} {}", path.display()))
        }
        Value::List(values) => values.iter().find_map(|value| absent(value, workspace)),
        Value::Map(fields) | Value::Record(fields) => fields.values().find_map(|value| absent(value, workspace)),
        _ => None,
    }
}

fn error(command: &Command, kind: ErrorKind, message: String) -> clap::Error {
    clap::Error::raw(kind, format!("{message}\n")).with_cmd(command)
}

/// Refuses a `--secret` that names no secret parameter, or no place where a secret can come from.
fn check_secrets(command: &Command, plan: &Plan, secrets: &[String]) -> Result<(), clap::Error> {
    for given in secrets {
        let refuse = |why: String| {
            // What stands there may be the secret itself: only what precedes `=` is shown.
            let name = given.split_once('=').map_or("…", |(name, _)| name);
            Err(error(command, ErrorKind::ValueValidation, format!("invalid value '{name}=…' for '--secret': {why}")))
        };
        let source = given.split_once('=').map(|(name, from)| (name, from.split_once(':')));
        let Some((name, Some(("env" | "file", place)))) = source.filter(|(name, _)| !name.is_empty()) else {
            return refuse("it is NAME=env:VARIABLE or NAME=file:PATH".to_owned());
        };
        if place.is_empty() {
            return refuse("it does not say which".to_owned());
        }
        let mut known = params(plan).iter().filter(|param| matches!(core(plan, param.ty), Type::Secret));
        if !known.any(|param| spelled(&param.name) == spelled(name)) {
            return refuse(format!("there is no secret parameter `{name}`"));
        }
    }
    Ok(())
}

fn spelled(name: &str) -> String {
    name.replace('_', "-")
}

fn secret(param: &Param, secrets: &[String]) -> Option<Value> {
    let from = secrets.iter().find_map(|given| {
        let (name, from) = given.split_once('=')?;
        (spelled(name) == spelled(&param.name)).then_some(from)
    })?;
    Some(Value::Secret(Arc::new(SecretRef { name: param.name.clone(), from: from.into() })))
}

/// A flag that was repeated: lists are joined, of maps the last entry of a key wins, of anything else the last value.
fn join(before: Value, next: Value) -> Value {
    match (before, next) {
        (Value::List(before), Value::List(next)) => Value::list(before.iter().chain(next.iter()).cloned().collect()),
        (Value::Map(before), Value::Map(next)) => {
            let mut all = (*before).clone();
            all.extend(next.iter().map(|(key, value)| (key.clone(), value.clone())));
            Value::Map(Arc::new(all))
        }
        (_, next) => next,
    }
}

/// Flags that a command may not have.
trait FlagOrFalse {
    fn get_flag_or_false(&self, id: &str) -> bool;
}

impl FlagOrFalse for ArgMatches {
    fn get_flag_or_false(&self, id: &str) -> bool {
        self.try_get_one::<bool>(id).ok().flatten().copied().unwrap_or(false)
    }
}
