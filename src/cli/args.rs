//! The command line, declared. Parameters of workflows are added to `wf run` and `wf plan` at run time (`params.rs`).

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::terminal::ColorChoice;
use crate::diagnostic::render::Format;

/// A typed workflow language, and the engine that runs it durably on one machine.
#[derive(Parser, Debug)]
#[command(name = "wf", version, about, disable_help_subcommand = true, after_help = EXAMPLES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,

    #[command(flatten)]
    color: ColorArgs,
}

impl Cli {
    /// `--color` and `--no-color` together, wherever they stand.
    pub fn color(&self) -> ColorChoice {
        let later = match &self.command {
            Command::Run(args) | Command::Plan(args) => super::run::color(args),
            _ => None,
        };
        match later.map(ColorArgs::choice) {
            None | Some(ColorChoice::Auto) => self.color.choice(),
            Some(said) => said,
        }
    }
}

/// Whether to use colours.
#[derive(Args, Clone, Copy, Debug)]
pub struct ColorArgs {
    /// When to use colours
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t)]
    color: ColorChoice,

    /// The same as `--color never`
    #[arg(long, global = true)]
    no_color: bool,
}

impl ColorArgs {
    fn choice(self) -> ColorChoice {
        if self.no_color { ColorChoice::Never } else { self.color }
    }
}

const EXAMPLES: &str = "\
Examples:
  wf check                              check every workflow of the project
  wf run examples/verify.wf             run a workflow
  wf run release --version 1.2.0        run a workflow of the project by name, with a parameter
  wf resume                             go on with the latest run after a crash or an answer
  wf explain unknown-name               what a diagnostic means";

/// The subcommands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Check files or folders and say what is wrong
    Check(CheckArgs),
    /// Run a workflow
    #[command(disable_help_flag = true)]
    Run(RunArgs),
    /// Show what a run would do, and touch nothing
    #[command(disable_help_flag = true)]
    Plan(RunArgs),
    /// Run tests in virtual time
    Test(TestArgs),
    /// Format files in place
    Fmt(FmtArgs),
    /// Compile a workflow to its plan
    Compile(CompileArgs),
    /// Turn a JSON or YAML workflow into `.wf`
    Import(ImportArgs),
    /// List the workflows and commands in scope
    List(ListArgs),
    /// List the runs of this project
    Runs(RunsArgs),
    /// Show how far a run is
    Status(StatusArgs),
    /// Show what a step printed
    Log(LogArgs),
    /// Say why a step ran, did not run, was tried again or failed
    Why(WhyArgs),
    /// Report what came of a run
    Report(ReportArgs),
    /// Go on with a run from its journal
    Resume(ResumeArgs),
    /// Answer what a run asks, and go on with it
    Answer(AnswerArgs),
    /// Stop a run for good; an interrupt leaves it resumable instead
    Cancel(CancelArgs),
    /// Undo a run: its `undo` actions, then files
    Rollback(RollbackArgs),
    /// Make a workflow to start from, with tests
    New(NewArgs),
    /// Explain a diagnostic
    Explain(ExplainArgs),
    /// Print completions for a shell
    Completions(CompletionsArgs),
}

/// `wf check`
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  wf check\n  wf check release.wf --format json\n  wf check --fix\n  wf check --deny warnings workflows/\n  wf check old.json --with rollback.yaml"
)]
pub struct CheckArgs {
    /// Files or folders; the project if left out. `-` is standard input
    pub paths: Vec<PathBuf>,
    /// How to print diagnostics
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: Format,
    /// Apply the fixes that cannot change what was meant
    #[arg(long)]
    pub fix: bool,
    /// Fail on warnings as well
    #[arg(long, value_name = "WHAT", value_parser = ["warnings"])]
    pub deny: Option<String>,
    /// Check again whenever a file changes
    #[arg(long)]
    pub watch: bool,
    /// YAML or JSON with `conditions`, `parallel_groups` or `rollback` for an imported workflow
    #[arg(long, value_name = "FILE")]
    pub with: Vec<PathBuf>,
}

/// `wf run`, `wf plan`: what is known before the workflow is; the rest is parsed with its parameters.
#[derive(Args, Debug)]
pub struct RunArgs {
    /// The workflow, its parameters and the options, as they were written
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "WORKFLOW [OPTIONS]")]
    pub rest: Vec<std::ffi::OsString>,
}

/// Options of `wf run` and `wf plan`, beside the parameters of the workflow.
#[derive(Args, Clone, Debug)]
pub struct RunOptions {
    /// Show what would happen, and touch nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Overlap neighbouring steps whose declared effects and data prove them independent
    #[arg(long)]
    pub parallel: bool,
    /// How many steps may run at once; the number of cores if left out
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_parallel: Option<u32>,
    /// Time for the whole run: a duration such as 1h30m, or bare minutes
    #[arg(long, value_name = "TIME")]
    pub timeout: Option<String>,
    /// Which steps ask before they run
    #[arg(long, value_name = "MODE", value_parser = ["autopilot", "supervised", "hybrid"])]
    pub mode: Option<String>,
    /// Warnings of gates fail the run
    #[arg(long, conflicts_with = "lenient")]
    pub strict: bool,
    /// Failing gates warn, except critical ones
    #[arg(long)]
    pub lenient: bool,
    /// `run.priority`
    #[arg(long, value_name = "PRIORITY", default_value = "normal", value_parser = ["low", "normal", "high"])]
    pub priority: String,
    /// Never pause: where a person is needed, the run fails
    #[arg(long)]
    pub yes: bool,
    /// YAML or JSON with `conditions`, `parallel_groups` or `rollback` for an imported workflow
    #[arg(long, value_name = "FILE")]
    pub with: Vec<PathBuf>,
    #[command(flatten)]
    pub watch: WatchArgs,
}

/// `wf test`
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  wf test\n  wf test release.wf --filter rejected\n  wf test --coverage\n  wf test --format junit > junit.xml"
)]
pub struct TestArgs {
    /// Files or folders; the project if left out
    pub paths: Vec<PathBuf>,
    /// Only tests whose `path:title` contains this
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// How to print the results
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: TestFormat,
    /// Show which steps, branches and handlers no test reached
    #[arg(long)]
    pub coverage: bool,
    /// YAML or JSON with `conditions`, `parallel_groups` or `rollback` for an imported workflow
    #[arg(long, value_name = "FILE")]
    pub with: Vec<PathBuf>,
}

/// `wf test --format`
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
#[allow(missing_docs, reason = "said in the help of the option")]
pub enum TestFormat {
    #[default]
    Human,
    Json,
    Junit,
}

/// `wf fmt`
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  wf fmt\n  wf fmt --check\n  wf fmt - < draft.wf")]
pub struct FmtArgs {
    /// Files or folders; the project if left out. `-` formats standard input to standard output
    pub paths: Vec<PathBuf>,
    /// Change nothing; print a diff and exit with 1 where something would change
    #[arg(long)]
    pub check: bool,
    /// Change nothing; print a diff
    #[arg(long, conflicts_with = "check")]
    pub diff: bool,
}

/// `wf compile`
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  wf compile release.wf -o release.plan.json\n  wf compile jobs.wf:nightly | jq .digest"
)]
pub struct CompileArgs {
    /// A workflow, as for `wf run`
    pub workflow: String,
    /// Where to write the plan; standard output if left out
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// YAML or JSON with `conditions`, `parallel_groups` or `rollback` for an imported workflow
    #[arg(long, value_name = "FILE")]
    pub with: Vec<PathBuf>,
}

/// `wf import`
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  wf import custom-workflow.json -o custom-workflow.wf\n  wf import flow.json --with conditions.yaml --with rollback.yaml"
)]
pub struct ImportArgs {
    /// A JSON or YAML workflow
    pub file: PathBuf,
    /// Where to write the `.wf`; standard output if left out
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// YAML or JSON with `conditions`, `parallel_groups` or `rollback`
    #[arg(long, value_name = "FILE")]
    pub with: Vec<PathBuf>,
}

/// `wf list`
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wf list")]
pub struct ListArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `wf runs`
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wf runs --limit 5")]
pub struct RunsArgs {
    /// How many, latest first
    #[arg(long, default_value_t = 20)]
    pub limit: usize,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `wf status`
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  wf status\n  wf status 3f --follow")]
pub struct StatusArgs {
    /// A run id or a prefix of one; the latest if left out
    pub run: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Keep watching until the run ends
    #[arg(long)]
    pub follow: bool,
}

/// `wf log`
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  wf log\n  wf log unit\n  wf log 3f unit --follow")]
pub struct LogArgs {
    /// A run id (or prefix) and a step, or one of them; the latest run and the whole journal if left out
    #[arg(num_args = 0..=2, value_name = "RUN STEP")]
    pub what: Vec<String>,
    /// Keep printing until the run ends
    #[arg(long, short)]
    pub follow: bool,
    /// Print the journal as JSON, one event a line
    #[arg(long)]
    pub json: bool,
}

/// `wf why`
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  wf why deploy\n  wf why 3f build/test")]
pub struct WhyArgs {
    /// A run id (or prefix; the latest run if left out) and a step: its path or an end of it
    #[arg(required = true, num_args = 1..=2, value_name = "RUN STEP")]
    pub what: Vec<String>,
}

/// `wf report`
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  wf report\n  wf report 3f --format html > report.html")]
pub struct ReportArgs {
    /// A run id or a prefix of one; the latest if left out
    pub run: Option<String>,
    /// How to print the report
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: ReportFormat,
}

/// `wf report --format`
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
#[allow(missing_docs, reason = "said in the help of the option")]
pub enum ReportFormat {
    #[default]
    Text,
    Md,
    Html,
    Json,
}

/// `wf resume`
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  wf resume\n  wf resume 3f --output plain")]
pub struct ResumeArgs {
    /// A run id or a prefix of one; the latest unfinished one if left out
    pub run: Option<String>,
    #[command(flatten)]
    pub watch: WatchArgs,
}

/// `wf rollback`
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  wf rollback\n  wf rollback --to created\n  wf rollback 3f --force")]
pub struct RollbackArgs {
    /// A run id or a prefix of one; the latest one if left out
    pub run: Option<String>,
    /// Back to this checkpoint; the nearest if left out, `start` for everything
    #[arg(long, value_name = "CHECKPOINT")]
    pub to: Option<String>,
    /// Overwrite files that somebody else has changed since
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub watch: WatchArgs,
}

/// How a run is shown.
#[derive(Args, Clone, Debug, Default)]
pub struct WatchArgs {
    /// How to show the run: `human` draws on a terminal, `plain` prints lines, `json` prints events
    #[arg(long, value_enum, value_name = "HOW", default_value_t)]
    pub output: Output,
    /// Show what steps print as well
    #[arg(long, short)]
    pub verbose: bool,
    /// Where a secret parameter comes from: NAME=env:VAR or NAME=file:PATH
    #[arg(long, value_name = "NAME=SOURCE")]
    pub secret: Vec<String>,
}

/// `--output`
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
#[allow(missing_docs, reason = "said in the help of the option")]
pub enum Output {
    #[default]
    Human,
    Plain,
    Json,
}

/// `wf answer`
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  wf answer approve\n  wf answer 3f merge-ok reject --comment \"not on Friday\"\n  wf answer pick region=eu count=3"
)]
pub struct AnswerArgs {
    /// A run (latest if left out), a question (if there are several), and the answer: `approve reject`, `retry continue
    /// rollback abort`, `yes no always abort`, or `name=value` for each value asked for
    #[arg(required = true, num_args = 1.., value_name = "RUN ASK ANSWER")]
    pub words: Vec<String>,
    /// Why, for the journal
    #[arg(long, value_name = "TEXT")]
    pub comment: Option<String>,
}

/// `wf cancel`
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wf cancel 3f")]
pub struct CancelArgs {
    /// A run id or a prefix of one; the latest unfinished one if left out
    pub run: Option<String>,
}

/// `wf new`
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wf new deploy-docs")]
pub struct NewArgs {
    /// Name of the workflow; it is written to workflows/NAME.wf
    #[arg(default_value = "hello")]
    pub name: String,
}

/// `wf explain`
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  wf explain\n  wf explain unknown-name")]
pub struct ExplainArgs {
    /// A code; all of them in a list if left out
    pub code: Option<String>,
}

/// `wf completions`
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wf completions bash > ~/.local/share/bash-completion/completions/wf")]
pub struct CompletionsArgs {
    /// Which shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}
