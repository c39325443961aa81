//! `wf compile`

use std::io::Write;

use super::args::CompileArgs;
use super::source::{self, Loaded};
use super::{Context, Exit, Outcome};

pub(super) fn run(args: &CompileArgs, context: Context) -> Outcome {
    let plan = match source::load(&args.workflow, &args.with)? {
        Loaded::Plan(plan) => *plan,
        Loaded::Source(source) => match source.compile(context)? {
            Ok(plan) => plan,
            Err(_) => return Ok(Exit::Failure),
        },
    };
    let text = plan.to_json();
    match &args.output {
        Some(path) => super::fmt::replace(path, &text)?,
        None => std::io::stdout().lock().write_all(text.as_bytes())?,
    }
    Ok(Exit::Success)
}
