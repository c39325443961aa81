//! `wf new`

use std::io::Write;
use std::path::Path;

use super::args::NewArgs;
use super::{Context, Exit, Outcome, Usage};

/// The workflow that a new project begins with; `NAME` is replaced.
const WORKFLOW: &str = include_str!("new/workflow.wf");

/// Marks the folder of a project.
const MARK: &str = "# This folder is the workspace of its workflows: `wf` finds it from every folder below.\n";

pub(super) fn run(args: &NewArgs, _: Context) -> Outcome {
    let name = args.name.as_str();
    let fits =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let edges = name.starts_with(|c: char| !c.is_ascii_lowercase()) || name.ends_with('-') || name.contains("--");
    if !fits(name) || edges {
        return Err(format!(
            "`{name}` is no name of a workflow: letters, digits and single `-`, such as `deploy-docs`"
        )
        .into());
    }
    let mut made = Vec::new();
    if !Path::new("wf.toml").exists() {
        create(Path::new("wf.toml"), MARK)?;
        made.push("wf.toml".to_owned());
    }
    let path = format!("workflows/{name}.wf");
    std::fs::create_dir_all("workflows").map_err(|error| format!("workflows: {error}"))?;
    create(Path::new(&path), &WORKFLOW.replace("NAME", name))?;
    made.push(path);
    let mut err = std::io::stderr().lock();
    made.iter().try_for_each(|path| writeln!(err, "made {path}"))?;
    writeln!(err, "try: wf check, wf test, wf run {name}")?;
    Ok(Exit::Success)
}

/// Makes a file that is not there yet.
fn create(path: &Path, text: &str) -> Result<(), Usage> {
    let file = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = file.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => format!("{} is there already; choose another name", path.display()),
        _ => format!("{}: {error}", path.display()),
    })?;
    Ok(file.write_all(text.as_bytes())?)
}
