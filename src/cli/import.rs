//! `wf import`

use std::io::Write;

use super::args::ImportArgs;
use super::project::{self, Project};
use super::{Context, Exit, Outcome, source};

pub(super) fn run(args: &ImportArgs, context: Context) -> Outcome {
    if !project::is_import(&args.file) {
        return Err(format!("{}: only .json, .yaml and .yml files are imported", args.file.display()).into());
    }
    let workset = Project::find()?.check(std::slice::from_ref(&args.file), &args.with)?;
    let checked = &workset.checked;
    source::print(&checked.sources, &checked.diagnostics, context)?;
    if !checked.is_ok() {
        return Ok(Exit::Failure);
    }
    let text = workset.text().unwrap_or_default();
    match &args.output {
        Some(path) => super::fmt::replace(path, &text)?,
        None => std::io::stdout().lock().write_all(text.as_bytes())?,
    }
    Ok(Exit::Success)
}
