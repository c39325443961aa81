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
    let outcome = report(args, context, &checked);
    std::mem::forget(checked); // the process ends: its memory need not be given back piece by piece
    outcome
}

fn once(args: &CheckArgs) -> Result<Checked, Usage> {
    let project = Project::find()?;
    let files = project.expand(&args.paths)?;
    if files.is_empty() {
        let below: Vec<String> = args.paths.iter().map(|path| path.display().to_string()).collect();
        let below = if below.is_empty() { project.root.display().to_string() } else { below.join(", ") };
        return Err(format!("there is no .wf file below {below}").into());
    }
    if (args.fix || args.watch) && files.iter().any(|file| file.as_os_str() == "-") {
        let option = if args.fix { "--fix" } else { "--watch" };
        return Err(format!("{option} needs files, and `-` is standard input").into());
    }
    let checked = project.check(&files, &args.with)?.checked;
    if !args.fix {
        return Ok(checked);
    }
    let mut checked = checked;
    let mut total = 0;
    // What a mistake of syntax hid is found once that one is mended.
    for _ in 0..ROUNDS {
        let mended = mend(&checked)?;
        if mended == 0 {
            break;
        }
        total += mended;
        checked = project.check(&files, &args.with)?.checked;
    }
    writeln!(std::io::stderr(), "mended {total} {}", if total == 1 { "place" } else { "places" })?;
    Ok(checked)
}

/// How often `--fix` looks again.
const ROUNDS: usize = 5;

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
        // Between two checks a file may be gone for a moment: editors write beside it and rename.
        let now = match stamp(args) {
            Err(error) if before.is_none() => return Err(error),
            now => now.unwrap_or_default(),
        };
        if !now.is_empty() && before.as_ref() != Some(&now) {
            match once(args) {
                Ok(checked) => drop(report(args, context, &checked)?),
                Err(error) if before.is_none() => return Err(error),
                Err(super::Usage(message)) => writeln!(std::io::stderr(), "error: {message}")?,
            }
            writeln!(std::io::stderr(), "watching for changes; Ctrl-C ends")?;
            before = Some(now);
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
