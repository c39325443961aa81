//! Starting a process, in the cheapest way there is: `posix_spawn`, which the standard library uses as long as nothing
//! is asked for that needs a fork.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Running, SpawnError, Spec};

/// Starts a process in a process group of its own. Must be called in a tokio runtime with IO and time enabled.
pub fn spawn(spec: Spec) -> Result<Running, SpawnError> {
    let Some(program) = spec.argv.first() else { return Err(SpawnError::Empty) };
    let path = find_program(program, &search_path(&spec), spec.cwd.as_deref())?;
    let mut command = Command::new(&path);
    command.arg0(program).args(spec.argv.iter().skip(1)).process_group(0);
    for name in &spec.env_remove {
        command.env_remove(name);
    }
    command.envs(spec.env.iter().map(|(name, value)| (name, value)));
    if let Some(cwd) = &spec.cwd {
        command.current_dir(cwd);
    }
    command.stdin(if spec.stdin.is_some() { Stdio::piped() } else { Stdio::null() });
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    // Before the start, so that no exit is missed.
    let exits = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::child())
        .map_err(|error| SpawnError::Other { what: error.to_string() })?;
    match command.spawn() {
        Ok(child) => Running::new(child, spec, exits).map_err(|error| SpawnError::Other { what: error.to_string() }),
        Err(error) => Err(SpawnError::nul(&spec).unwrap_or_else(|| SpawnError::explain(&spec, &path, &error))),
    }
}

/// The `PATH` that the process will have.
fn search_path(spec: &Spec) -> std::ffi::OsString {
    let own = spec.env.iter().rev().find(|(name, _)| name == "PATH").map(|(_, value)| value.clone());
    own.or_else(|| std::env::var_os("PATH")).unwrap_or_else(|| "/usr/bin:/bin".into())
}

/// The file that running `program` would run: looked up in `path` unless it contains a `/`.
pub fn find_program(program: &OsStr, path: &OsStr, cwd: Option<&Path>) -> Result<PathBuf, SpawnError> {
    if program.as_bytes().contains(&b'/') {
        return Ok(cwd.map_or_else(|| PathBuf::from(program), |cwd| absolute(cwd).join(program)));
    }
    let mut refused = None;
    let base = || cwd.map_or_else(PathBuf::new, absolute);
    for folder in std::env::split_paths(path) {
        let folder = if folder.is_absolute() { folder } else { base().join(folder) };
        let candidate = folder.join(program);
        match rustix::fs::access(&candidate, rustix::fs::Access::EXEC_OK) {
            Ok(()) if candidate.is_file() => return Ok(candidate),
            Err(rustix::io::Errno::ACCESS) if refused.is_none() && candidate.is_file() => refused = Some(candidate),
            _ => {}
        }
    }
    if let Some(path) = refused {
        return Err(SpawnError::NotExecutable { path, reason: "permission denied".to_owned() });
    }
    let searched = std::env::split_paths(path).collect();
    Err(SpawnError::NotFound { program: program.to_string_lossy().into_owned(), searched })
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
