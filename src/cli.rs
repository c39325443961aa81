//! The `wf` command: thin. Each subcommand is a file: it reads, calls the library, prints.

mod args;
mod check;
mod compile;
mod completions;
mod exit;
mod explain;
mod fmt;
mod project;
mod terminal;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

pub use args::Cli;
pub use exit::Exit;
use terminal::Terminal;

/// What a subcommand needs to know besides its own arguments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context {
    terminal: Terminal,
}

/// Why a subcommand gave up before it could do its work: one line for standard error.
#[derive(Debug)]
pub(crate) struct Usage(String);

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
        Err(Usage(message)) => {
            let _ = writeln!(std::io::stderr(), "error: {message}");
            Exit::Usage.into()
        }
    }
}

fn dispatch(cli: &Cli, context: Context) -> Outcome {
    use args::Command;
    match &cli.command {
        Command::Check(args) => check::run(args, context),
        Command::Fmt(args) => fmt::run(args, context),
        Command::Compile(args) => compile::run(args, context),
        Command::Explain(args) => explain::run(args, context),
        Command::Completions(args) => completions::run(args),
    }
}
