//! `wf completions`

use clap::CommandFactory;

use super::args::{Cli, CompletionsArgs};
use super::{Exit, Outcome};

pub(super) fn run(args: &CompletionsArgs) -> Outcome {
    clap_complete::generate(args.shell, &mut Cli::command(), "wf", &mut std::io::stdout());
    Ok(Exit::Success)
}
