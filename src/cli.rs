//! The `wf` command: thin. Each subcommand is a file: it reads, calls the library, prints.

mod answer;
mod args;
mod check;
mod compile;
mod completions;
mod diff;
mod exit;
mod explain;
mod fmt;
mod import;
mod list;
mod log;
mod new;
mod params;
mod preview;
mod project;
mod report;
mod resume;
mod rollback;
mod run;
mod runs;
mod source;
mod status;
mod terminal;
mod test;
mod watch;
mod why;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

use crate::engine::Engine;
use crate::journal::{Journal, RunInfo};
use args::Cli;
use exit::Exit;
use terminal::Terminal;

/// What a subcommand needs to know besides its own arguments.
#[derive(Clone, Copy, Debug)]
struct Context {
    terminal: Terminal,
}

/// Why a subcommand gave up before it could do its work: one line for standard error.
#[derive(Debug)]
struct Usage(String);

impl<T: std::fmt::Display> From<T> for Usage {
    fn from(error: T) -> Self {
        Self(error.to_string())
    }
}

type Outcome = Result<Exit, Usage>;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let context = Context { terminal: Terminal::detect(cli.color()) };
    match dispatch(&cli, context) {
        Ok(exit) => exit.into(),
        // Whoever read our output has seen enough, as in `wf explain | head`.
        Err(Usage(message)) if message.contains("Broken pipe") => Exit::Success.into(),
        Err(Usage(message)) => {
            let _ = writeln!(std::io::stderr(), "error: {}", message.strip_prefix("error: ").unwrap_or(&message));
            Exit::Usage.into()
        }
    }
}

fn dispatch(cli: &Cli, context: Context) -> Outcome {
    use args::Command;
    match &cli.command {
        Command::Check(args) => check::run(args, context),
        Command::Run(args) => run::run(args, context),
        Command::Plan(args) => run::plan(args, context),
        Command::Test(args) => test::run(args, context),
        Command::Fmt(args) => fmt::run(args, context),
        Command::Compile(args) => compile::run(args, context),
        Command::List(args) => list::run(args, context),
        Command::Runs(args) => runs::run(args, context),
        Command::Status(args) => status::run(args, context),
        Command::Log(args) => log::run(args, context),
        Command::Why(args) => why::run(args, context),
        Command::Report(args) => report::run(args, context),
        Command::Resume(args) => resume::resume(args, context),
        Command::Answer(args) => answer::run(args, context),
        Command::Cancel(args) => resume::cancel(args, context),
        Command::Rollback(args) => rollback::run(args, context),
        Command::Import(args) => import::run(args, context),
        Command::New(args) => new::run(args, context),
        Command::Explain(args) => explain::run(args, context),
        Command::Completions(args) => completions::run(args),
    }
}

/// The journal of a workspace that has one.
fn open(folder: &Path) -> Result<Journal, Usage> {
    if !folder.is_dir() {
        return Err("no run has been started here yet".to_owned().into());
    }
    Ok(Journal::open(folder)?)
}

/// The engine of a workspace that has a journal.
fn engine() -> Result<Engine, Usage> {
    let workspace = source::workspace()?;
    let journal = open(&workspace.join(".wf"))?;
    Ok(Engine::with_journal(&workspace, journal))
}

/// The latest run.
fn latest(journal: &Journal) -> Result<RunInfo, Usage> {
    journal.runs()?.into_iter().next().ok_or_else(|| "no run has been started here yet".to_owned().into())
}

/// Who sits at this terminal, for the journal.
fn who() -> String {
    let name = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    name.unwrap_or_else(|| "somebody".to_owned())
}
