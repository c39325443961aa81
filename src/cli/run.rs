//! `wf run` and `wf plan`: find the workflow first, then parse its parameters with the options.

use std::ffi::OsString;
use std::sync::Arc;

use clap::{Args, Command, FromArgMatches};

use super::args::{ColorArgs, RunArgs, RunOptions};
use super::source::{self, Loaded};
use super::{Context, Exit, Outcome, params, preview, watch};
use crate::engine::Engine;
use crate::machine::input::Options;
use crate::plan::ir::Plan;
use crate::value::Fields;

/// A command line of `wf run` or `wf plan`, understood.
struct Request {
    plan: Plan,
    inputs: Fields,
    options: RunOptions,
}

pub(super) fn run(args: &RunArgs, context: Context) -> Outcome {
    let request = match understand("run", args, context)? {
        Ok(request) => request,
        Err(exit) => return Ok(exit),
    };
    if request.options.dry_run {
        return preview::print(&request.plan, &request.inputs, &request.options, context);
    }
    if let Some(exit) = source::refuse(&request.plan, context)? {
        return Ok(exit);
    }
    let workspace = source::workspace()?;
    let options = machine_options(&request.options)?;
    let attended = context.terminal.interactive && request.options.watch.output != super::args::Output::Json;
    let engine =
        Engine::open(&workspace)?.attended(attended && !request.options.yes).echo(request.options.watch.verbose);
    watch::with_runtime(async {
        let run = engine.start(Arc::new(request.plan), request.inputs, options)?;
        watch::watch(run, &request.options.watch, context).await
    })
}

pub(super) fn plan(args: &RunArgs, context: Context) -> Outcome {
    match understand("plan", args, context)? {
        Ok(request) => preview::print(&request.plan, &request.inputs, &request.options, context),
        Err(exit) => Ok(exit),
    }
}

fn machine_options(options: &RunOptions) -> Result<Options, super::Usage> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from) as u32;
    Ok(Options {
        mode: options.mode.as_deref().map(Into::into),
        parallel: options.parallel,
        max_parallel: options.max_parallel.unwrap_or(cores),
        timeout: options.timeout.as_deref().map(timeout).transpose()?,
        checkpoint: false,
        strict: options.strict,
        lenient: options.lenient,
        priority: options.priority.as_str().into(),
        no_pause: options.yes,
    })
}

/// `--timeout`: a duration as the language writes it, or bare minutes. Milliseconds.
fn timeout(text: &str) -> Result<i64, super::Usage> {
    let minutes = text.parse::<i64>().ok().and_then(|minutes| minutes.checked_mul(60_000));
    let given = minutes.or_else(|| crate::value::units::duration(text));
    given
        .filter(|time| *time > 0)
        .ok_or_else(|| format!("--timeout {text}: not a duration such as 90m or 1h30m").into())
}

/// Finds and compiles the workflow that the command line names, then reads its parameters. The inner error is an
/// exit: help was printed, or the source does not check.
fn understand(verb: &'static str, args: &RunArgs, context: Context) -> Result<Result<Request, Exit>, super::Usage> {
    let bare = command(verb);
    let Some(name) = find_workflow(&bare, &args.rest) else {
        return Ok(Err(print(bare.clone().try_get_matches_from(line(verb, &args.rest)).err(), verb)));
    };
    let with = find_values(&args.rest, "--with");
    let plan = match source::load(&name, &with)? {
        Loaded::Plan(plan) => *plan,
        Loaded::Source(source) => match source.compile(context)? {
            Ok(plan) => plan,
            Err(exit) => return Ok(Err(exit)),
        },
    };
    let command = of_workflow(params::add(bare, &plan), &plan, verb, &name);
    let matches = match command.clone().try_get_matches_from(line(verb, &args.rest)) {
        Ok(matches) => matches,
        Err(error) => return Ok(Err(print(Some(error), verb))),
    };
    let options = RunOptions::from_arg_matches(&matches)?;
    match params::values(&command, &matches, &plan, &options.watch.secret, &source::workspace()?) {
        Ok(inputs) => Ok(Ok(Request { plan, inputs, options })),
        Err(error) => Ok(Err(print(Some(error), verb))),
    }
}

/// The command with the parameters of a workflow first, and what is known of it in usage and help.
fn of_workflow(command: Command, plan: &Plan, verb: &'static str, name: &str) -> Command {
    let is_param = |arg: &&clap::Arg| arg.get_help_heading() == Some(params::HEADING);
    let required: String = command
        .get_arguments()
        .filter(is_param)
        .filter(|arg| arg.is_required_set())
        .filter_map(|arg| Some(format!(" --{} <{}>", arg.get_long()?, arg.get_value_names()?.first()?)))
        .collect();
    let about = match plan.about.docs.trim() {
        "" => command.get_about().cloned().unwrap_or_default(),
        docs => docs.to_owned().into(),
    };
    let mut own = Command::new(verb)
        .bin_name(format!("wf {verb} {name}"))
        .override_usage(format!("wf {verb} {name}{required} [OPTIONS]"))
        .about(about)
        .disable_help_flag(true);
    let (first, rest): (Vec<_>, Vec<_>) = command.get_arguments().partition(is_param);
    own = own.args(first.into_iter().cloned());
    for arg in rest {
        let hidden = arg.get_id() == "workflow";
        own = own.arg(arg.clone().hide(hidden).help_heading("Options"));
    }
    let help = clap::Arg::new("help").short('h').long("help").help("Print help").action(clap::ArgAction::Help);
    own.arg(help.help_heading("Options"))
}

/// Prints help or an error of the command line.
fn print(error: Option<clap::Error>, verb: &str) -> Exit {
    let Some(error) = error else {
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            format!("error: wf {verb} needs a workflow\n").as_bytes(),
        );
        return Exit::Usage;
    };
    let _ = error.print();
    if error.use_stderr() { Exit::Usage } else { Exit::Success }
}

fn command(verb: &'static str) -> Command {
    let about = match verb {
        "run" => "Run a workflow",
        _ => "Show what a run would do, and touch nothing",
    };
    let workflow = clap::Arg::new("workflow").value_name("WORKFLOW").required(true).help(
        "A workflow of the project, a `.wf` file (or file.wf:name), a JSON or YAML workflow, or a compiled plan; \
         its parameters become options",
    );
    let command = RunOptions::augment_args(Command::new(verb).bin_name(format!("wf {verb}")).arg(workflow));
    // Plain words for the values of `--color` keep the help in its short form.
    let command = ColorArgs::augment_args(command)
        .mut_arg("color", |arg| arg.value_parser(["auto", "always", "never"]))
        .mut_arg("dry_run", |arg| arg.hide(verb == "plan"));
    command.about(about).after_help(format!(
        "Examples:\n  wf {verb} verify\n  wf {verb} verify --help\n  wf {verb} examples/release.wf --version 1.2.0\n  \
             wf {verb} custom-workflow.json --with rollback.yaml --specification \"Add login\""
    ))
}

/// What `--color` and `--no-color` among the words after `run` say; nothing where they are not there, or wrong.
pub(super) fn color(args: &RunArgs) -> Option<ColorArgs> {
    let own = ColorArgs::augment_args(Command::new("wf").ignore_errors(true).disable_help_flag(true));
    let words = args.rest.iter().enumerate().filter(|(at, word)| {
        let value = *at > 0 && args.rest.get(at - 1).is_some_and(|before| before == "--color");
        value || word.to_str().is_some_and(|word| word == "--no-color" || word.starts_with("--color"))
    });
    let line = std::iter::once(OsString::from("wf")).chain(words.map(|(_, word)| word.clone()));
    ColorArgs::from_arg_matches(&own.try_get_matches_from(line).ok()?).ok()
}

fn line(verb: &str, rest: &[OsString]) -> Vec<OsString> {
    std::iter::once(OsString::from(verb)).chain(rest.iter().cloned()).collect()
}

/// The first word that is neither an option nor the value of one.
fn find_workflow(command: &Command, rest: &[OsString]) -> Option<String> {
    let takes_value = |word: &str| {
        let found = command.get_arguments().find(|arg| {
            arg.get_long().is_some_and(|long| word == format!("--{long}"))
                || arg.get_short().is_some_and(|short| word == format!("-{short}"))
        });
        found.is_some_and(|arg| arg.get_action().takes_values())
    };
    let mut words = rest.iter();
    while let Some(word) = words.next() {
        let word = word.to_str()?;
        if word == "--" {
            return words.next()?.to_str().map(str::to_owned);
        }
        if !word.starts_with('-') || word == "-" {
            return Some(word.to_owned());
        }
        if takes_value(word) {
            words.next();
        }
    }
    None
}

fn find_values(rest: &[OsString], flag: &str) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    let mut words = rest.iter();
    while let Some(word) = words.next() {
        let Some(text) = word.to_str() else { continue };
        if text == flag {
            found.extend(words.next().map(Into::into));
        } else if let Some(value) = text.strip_prefix(flag).and_then(|rest| rest.strip_prefix('=')) {
            found.push(value.into());
        }
    }
    found
}
