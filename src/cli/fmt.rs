//! `wf fmt`

use std::io::Write;
use std::path::Path;

use super::args::FmtArgs;
use super::project::{self, Project};
use super::{Context, Exit, Outcome, Usage, diff, source};
use crate::format;
use crate::source::{Source, Sources};

pub(super) fn run(args: &FmtArgs, context: Context) -> Outcome {
    let project = Project::find()?;
    let files = project.expand(&args.paths)?;
    let mut changed = 0;
    let mut broken = false;
    for path in files.iter().filter(|path| !project::is_import(path)) {
        let text = project::read(path)?;
        let formatted = match format::format(&text) {
            Ok(formatted) => formatted,
            Err(diagnostics) => {
                let mut sources = Sources::default();
                sources.add(std::sync::Arc::new(Source::new(path.display().to_string(), text)));
                source::print(&sources, &diagnostics, context)?;
                broken = true;
                continue;
            }
        };
        let stdin = path.as_os_str() == "-";
        if args.check || args.diff {
            if formatted != text {
                changed += 1;
                diff::print(&path.display().to_string(), &text, &formatted, context)?;
            }
        } else if stdin {
            std::io::stdout().lock().write_all(formatted.as_bytes())?;
        } else if formatted != text {
            replace(path, &formatted)?;
        }
    }
    if changed > 0 {
        writeln!(std::io::stderr(), "{changed} {} not formatted", if changed == 1 { "file is" } else { "files are" })?;
    }
    Ok(if broken || (args.check && changed > 0) { Exit::Failure } else { Exit::Success })
}

/// Replaces a file in one move, so that nobody ever sees half of it; its permissions stay. What is no regular file
/// (`/dev/stdout`, a pipe) is written to.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), Usage> {
    if std::fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
        std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        return Ok(());
    }
    let path = if path.is_symlink() { std::fs::canonicalize(path)? } else { path.to_owned() };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let say = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut file = tempfile::Builder::new().prefix(".wf-").tempfile_in(folder).map_err(say)?;
    file.write_all(text.as_bytes()).map_err(say)?;
    let mode = match std::fs::metadata(&path) {
        Ok(meta) => meta.permissions(),
        Err(_) => std::os::unix::fs::PermissionsExt::from_mode(0o644),
    };
    std::fs::set_permissions(file.path(), mode).map_err(say)?;
    file.persist(&path).map_err(|error| say(error.error))?;
    Ok(())
}
