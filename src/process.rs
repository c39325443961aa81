//! One real process: started, watched, read, and ended with all its descendants.
//!
//! [`spawn`] starts a program without a shell, in a process group of its own. [`Running::wait`] reads what it prints
//! with bounded memory, feeds its standard input, and ends when it has exited; [`Running::terminate`] ends it as a
//! tree. Timeouts are the caller's: both are safe to drop and call again. No thread and no file is made for a process
//! that prints nothing.
//!
//! Also here: the private files of an attempt ([`Scratch`]: `$WF_TMP`, `$WF_OUTPUT`, `$WF_PROGRESS`) and how they are
//! read ([`parse_outputs`], [`parse_progress`]).

mod capture;
mod error;
mod log;
mod mask;
mod outputs;
mod progress;
mod running;
mod scratch;
mod spawn;
mod tree;

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use capture::Captured;
pub use error::SpawnError;
pub use log::{LogLine, parse_log_line};
pub use mask::Mask;
pub use outputs::{OutputFileError, OutputValue, parse_outputs};
pub use progress::{Progress, parse_progress};
pub use running::Running;
pub use scratch::{AttemptFiles, Scratch};
pub use spawn::{find_program, spawn};
pub use tree::{become_subreaper, kill_strays};

/// What to start, and how.
#[derive(Clone, Debug, Default)]
pub struct Spec {
    /// The program, looked up in `PATH` unless it contains a `/`, and its arguments. Never read by a shell.
    pub argv: Vec<OsString>,
    /// Variables set in addition to those of this process; a later one of the same name wins.
    pub env: Vec<(OsString, OsString)>,
    /// Variables of this process that are withheld.
    pub env_remove: Vec<OsString>,
    /// The working directory; this process's if absent. Relative program paths are relative to it.
    pub cwd: Option<PathBuf>,
    /// What is written to standard input, which is empty otherwise.
    pub stdin: Option<Arc<[u8]>>,
    /// Where everything printed is logged, line by line in order, as [`parse_log_line`] reads it. Made when the first
    /// byte is printed.
    pub log: Option<PathBuf>,
    /// Where complete outputs too large for memory go, standard output and standard error; of one that has no path only
    /// the end is kept then.
    pub spill: [Option<PathBuf>; 2],
    /// Where the process reports progress.
    pub progress: Option<PathBuf>,
    /// Byte strings that are shown as `***` in logs and outputs.
    pub mask: Arc<Mask>,
    /// Bounds of what is kept.
    pub limits: Limits,
    /// A variable of `env` whose value no other attempt has: descendants that left the process group are found by it.
    pub marker: Option<OsString>,
}

/// Bounds of what a process can make this one keep.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// The most of each output that is kept in memory, in bytes; beyond, it goes to a file.
    pub memory: usize,
    /// How much of the end of an output its tail holds, in bytes.
    pub tail: usize,
    /// How long outputs are read after the process has exited while others hold them open.
    pub linger: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory: 1 << 20, tail: 64 << 10, linger: Duration::from_millis(250) }
    }
}

/// Which output.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// What is told while a process runs.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Notice<'a> {
    /// It printed this (masked); not necessarily whole lines or characters.
    Output(Stream, &'a [u8]),
    /// It reported progress.
    Progress(&'a Progress),
}

/// How a process ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// By itself, with this code.
    Exited(i32),
    /// By this signal.
    Signaled(i32),
}

/// What came of a process.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How it ended.
    pub end: End,
    /// From its start to its exit.
    pub duration: Duration,
    /// Time on a processor in its own code, with that of descendants it waited for.
    pub cpu_user: Duration,
    /// Time on a processor in the kernel, likewise.
    pub cpu_system: Duration,
    /// The most memory that it or a descendant it waited for had at once, in bytes.
    pub max_rss: u64,
    /// Everything it printed on standard output, masked.
    pub stdout: Captured,
    /// Everything it printed on standard error, masked.
    pub stderr: Captured,
    /// Something that it started still holds its outputs open.
    pub lingering: bool,
    /// The log or an output could not be written in full: what the system said, with the path.
    pub lost: Option<String>,
}
