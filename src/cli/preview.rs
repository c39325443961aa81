//! `wf plan` and `wf run --dry-run`

use std::io::Write;

use super::args::{Output, RunOptions};
use super::{Context, Exit, Outcome};
use crate::plan::ir::Plan;
use crate::report::preview::preview;
use crate::value::Fields;

pub(super) fn print(plan: &Plan, inputs: &Fields, options: &RunOptions, _: Context) -> Outcome {
    let preview = preview(plan, inputs);
    let mut out = std::io::stdout().lock();
    if options.watch.output == Output::Json {
        serde_json::to_writer_pretty(&mut out, &preview)?;
        writeln!(out)?;
    } else {
        out.write_all(preview.to_text().as_bytes())?;
    }
    Ok(Exit::Success)
}
