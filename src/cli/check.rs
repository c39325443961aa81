//! `wf check`

use std::io::Write;
use std::path::PathBuf;

use super::args::CheckArgs;
use super::project::Project;
use super::{Context, Exit, Outcome, Usage};
use crate::check::facts::Checked;
use crate::diagnostic::render::{self, Format};
use crate::diagnostic::{Severity, fix};

pub(super) fn run(args: &CheckArgs, context: Context) -> Outcome {
    if args.watch {
        return watch(args, context);
    }
    let checked = once(args)?;
    report(args, context, &checked)
}

fn once(args: &CheckArgs) -> Result<Checked, Usage> {
    let project = Project::find()?;
    let files = project.expand(&args.paths)?;
    if files.is_empty() {
        return Err(format!("there is no .wf file below {}", project.root.display()).into());
    }
    let checked = project.check(&files, &args.with)?.checked;
    if !args.fix {
        return Ok(checked);
    }
    let mended = mend(&checked)?;
    if mended == 0 { Ok(checked) } else { Ok(project.check(&files, &args.with)?.checked) }
}

/// Applies all certain fixes; how many.
fn mend(checked: &Checked) -> Result<usize, Usage> {
    let mut total = 0;
    for (file, source) in checked.sources.iter() {
        let Some((text, applied)) = fix::apply(file, source.text(), &checked.diagnostics) else { continue };
        let path = PathBuf::from(source.name());
        if path.is_file() {
            crate::cli::fmt::replace(&path, &text)?;
            total += applied;
        }
    }
    let _ = writeln!(std::io::stderr(), "mended {total} {}", if total == 1 { "place" } else { "places" });
    Ok(total)
}

fn report(args: &CheckArgs, context: Context, checked: &Checked) -> Outcome {
    let mut out = std::io::stdout().lock();
    render::render(&mut out, args.format, context.terminal.style(), &checked.sources, &checked.diagnostics)?;
    out.flush()?;
    if args.format == Format::Human {
        let text = match render::summary(&checked.diagnostics) {
            Some(summary) => summary,
            None => {
                let files = checked.sources.iter().filter(|(_, source)| !source.name().starts_with("std/")).count();
                format!("{files} {} checked, nothing to say", if files == 1 { "file" } else { "files" })
            }
        };
        writeln!(std::io::stderr(), "{text}")?;
    }
    let limit = if args.deny.is_some() { Severity::Warning } else { Severity::Error };
    let failed = checked.diagnostics.iter().any(|diagnostic| diagnostic.severity >= limit);
    Ok(if failed { Exit::Failure } else { Exit::Success })
}

/// Checks again whenever the text of a file changes, until interrupted.
fn watch(args: &CheckArgs, context: Context) -> Outcome {
    let mut before = None;
    loop {
        let now = stamp(args)?;
        if before.as_ref() != Some(&now) {
            before = Some(now);
            let checked = once(args)?;
            report(args, context, &checked)?;
            writeln!(std::io::stderr(), "watching for changes; Ctrl-C ends")?;
        }
        std::thread::sleep(std::time::Duration::from_millis(300));
    }
}

/// Paths, sizes and times of change of what is checked.
fn stamp(args: &CheckArgs) -> Result<Vec<(PathBuf, u64, Option<std::time::SystemTime>)>, Usage> {
    let files = Project::find()?.expand(&args.paths)?;
    let look = |path: PathBuf| {
        let meta = std::fs::metadata(&path).ok();
        let size = meta.as_ref().map_or(0, std::fs::Metadata::len);
        (path, size, meta.and_then(|meta| meta.modified().ok()))
    };
    Ok(files.into_iter().map(look).collect())
}
