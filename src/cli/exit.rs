//! Exit codes, as documented in `docs/cli.md`.

use std::process::ExitCode;

/// How the command ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Exit {
    /// It succeeded.
    Success = 0,
    /// The run failed, or the check found errors.
    Failure = 1,
    /// Wrong command line, unreadable file, or a source that does not check given to `run`.
    Usage = 2,
    /// The run failed and was rolled back.
    RolledBack = 3,
    /// The run failed and its rollback is incomplete.
    RollbackIncomplete = 4,
    /// The run is paused and waits for a person.
    Paused = 75,
    /// The workflow's time ran out.
    TimedOut = 124,
    /// Interrupted.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
