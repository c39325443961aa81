//! From what the command line names to a checked source or a plan.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::project::{self, Project};
use super::{Context, Exit, Usage};
use crate::check::facts::{GlobalId, GlobalKind};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::render::{self, Format};
use crate::driver;
use crate::import::workset::Workset;
use crate::plan::ir::Plan;
use crate::source::{FileId, Sources};

/// What a name on the command line turned out to be.
pub(super) enum Loaded {
    /// A compiled plan.
    Plan(Box<Plan>),
    /// A source, checked.
    Source(Box<Source>),
}

/// A checked source with the workflow that was named.
pub(super) struct Source {
    /// What was found.
    workset: Workset,
    /// The file that was named.
    file: FileId,
    /// The workflow that was named.
    workflow: Option<String>,
    /// How it was written on the command line.
    given: String,
}

/// The folder of the project, or the working directory.
pub(super) fn workspace() -> Result<PathBuf, Usage> {
    Ok(Project::find()?.root)
}

/// Finds, reads and checks what `given` names.
pub(super) fn load(given: &str, with: &[PathBuf]) -> Result<Loaded, Usage> {
    let project = Project::find()?;
    let found = project.resolve(given)?;
    if found.path.to_string_lossy().ends_with(".plan.json") || is_plan(&found.path) {
        let text = project::read(&found.path)?;
        let plan = Plan::from_json(&text).map_err(|error| format!("{}: {error}", found.path.display()))?;
        return Ok(Loaded::Plan(Box::new(plan)));
    }
    let workset = project.check(&[found.path], with)?;
    let source = Source { workset, file: FileId(0), workflow: found.workflow, given: given.to_owned() };
    Ok(Loaded::Source(Box::new(source)))
}

/// Whether a JSON file is a plan: its first key is the format.
fn is_plan(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json")
        && std::fs::read_to_string(path).is_ok_and(|text| {
            text.trim_start().strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with("\"format\""))
        })
}

impl Source {
    /// Compiles the workflow that was named. Prints what is wrong, and gives the exit, where it does not check.
    pub fn compile(&self, context: Context) -> Result<Result<Plan, Exit>, Usage> {
        let checked = &self.workset.checked;
        if !checked.is_ok() {
            let (errors, others): (Vec<_>, Vec<_>) =
                checked.diagnostics.iter().cloned().partition(Diagnostic::is_error);
            print(&checked.sources, &errors, context)?;
            if let Some(others) = render::summary(&others) {
                writeln!(std::io::stderr(), "`wf check` shows {others} as well")?;
            }
            return Ok(Err(Exit::Usage));
        }
        let entry = self.entry()?;
        match self.workset.compile(entry) {
            Ok(plan) => Ok(Ok(plan)),
            Err(diagnostics) => {
                print(&checked.sources, &diagnostics, context)?;
                Ok(Err(Exit::Usage))
            }
        }
    }

    /// The workflow that was named, else the only one, else `main`.
    pub fn entry(&self) -> Result<GlobalId, Usage> {
        let workflows: Vec<(GlobalId, &str)> = self
            .workset
            .checked
            .globals
            .iter()
            .enumerate()
            .filter(|(_, global)| global.place.file == self.file && matches!(global.kind, GlobalKind::Workflow(_)))
            .map(|(index, global)| (GlobalId(index as u32), global.name.as_str()))
            .collect();
        let names = || workflows.iter().map(|(_, name)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        if let Some(wanted) = &self.workflow {
            let found = workflows.iter().find(|(_, name)| name == wanted);
            return found.map(|(id, _)| *id).ok_or_else(|| {
                let close =
                    crate::suggest::nearest(wanted, workflows.iter().map(|(_, name)| *name)).map(|near| near.word);
                let hint =
                    close.map_or_else(|| format!("it has {}", names()), |close| format!("did you mean `{close}`?"));
                format!("{} has no workflow `{wanted}`; {hint}", self.given).into()
            });
        }
        match workflows.as_slice() {
            [] => Err(format!("{} has no workflow", self.given).into()),
            [(only, _)] => Ok(*only),
            several => match several.iter().find(|(_, name)| *name == "main") {
                Some((main, _)) => Ok(*main),
                None => Err(format!("{0} has several workflows ({1}); name one: {0}:NAME", self.given, names()).into()),
            },
        }
    }
}

/// Prints diagnostics for people on standard error, with a count.
pub(super) fn print(sources: &Sources, diagnostics: &[Diagnostic], context: Context) -> std::io::Result<()> {
    let mut out = std::io::stderr().lock();
    render::render(&mut out, Format::Human, context.terminal.error_style(), sources, diagnostics)?;
    if let Some(summary) = render::summary(diagnostics) {
        writeln!(out, "{summary}")?;
    }
    Ok(())
}

/// Refuses to run what this version checks but cannot run yet, with the reason.
pub(super) fn refuse(plan: &Plan, _context: Context) -> Result<Option<Exit>, Usage> {
    let reasons = driver::local::unsupported(plan);
    if reasons.is_empty() {
        return Ok(None);
    }
    let mut err = std::io::stderr().lock();
    for reason in &reasons {
        writeln!(err, "error[not-runnable]: {reason}")?;
    }
    writeln!(err, "The workflow checks, but this version cannot run it. `wf explain not-runnable` says more.")?;
    Ok(Some(Exit::Usage))
}
