//! What can go wrong with the journal, in the user's words.

use std::fmt;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use super::{Holder, salvage};

/// Why the journal could not be opened, read or written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum JournalError {
    /// The folder or file may not be written.
    ReadOnly {
        /// Which.
        path: PathBuf,
    },
    /// No space is left where the journal lies.
    Full {
        /// The database.
        path: PathBuf,
    },
    /// The file is something else than a journal.
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// A later version of `wf` made it.
    NewerFormat {
        /// The database.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format that this version reads.
        supported: i64,
    },
    /// Pages of it are damaged.
    Corrupt {
        /// The database.
        path: PathBuf,
        /// What SQLite found.
        what: String,
        /// Where everything that could still be read was written, as JSON lines.
        salvaged: Option<PathBuf>,
    },
    /// Other processes kept it busy for longer than anybody waits.
    Busy {
        /// The database.
        path: PathBuf,
    },
    /// Any other failure of the file system or of SQLite.
    Other {
        /// What was accessed.
        path: PathBuf,
        /// What the system said.
        what: String,
    },
    /// A record with this position exists already in the run.
    Duplicate {
        /// The run.
        run: String,
        /// The position.
        seq: u32,
    },
    /// No run has such an id.
    UnknownRun {
        /// What was looked for.
        run: String,
    },
    /// Several runs have ids that begin so.
    AmbiguousRun {
        /// What was looked for.
        prefix: String,
        /// Their ids, the latest first.
        matches: Vec<String>,
    },
    /// A run of this id exists already.
    RunExists {
        /// The id.
        run: String,
    },
    /// Another process goes on with the run.
    Locked {
        /// The run.
        run: String,
        /// Who holds it.
        holder: Holder,
    },
    /// The thread that writes has ended.
    Closed,
}

impl JournalError {
    pub(super) fn io(path: &Path, error: &std::io::Error) -> Self {
        let path = path.to_owned();
        match error.kind() {
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path },
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::Full { path },
            _ => Self::Other { path, what: error.to_string() },
        }
    }

    /// Puts an error of SQLite into words; what a damaged database still holds is rescued first.
    pub(super) fn sqlite(path: &Path, error: &rusqlite::Error) -> Self {
        let owned = path.to_owned();
        match error.sqlite_error_code() {
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly { path: owned },
            Some(ErrorCode::CannotOpen) if !path.exists() => Self::ReadOnly { path: owned },
            Some(ErrorCode::DiskFull) => Self::Full { path: owned },
            Some(ErrorCode::NotADatabase) => Self::NotADatabase { path: owned },
            Some(ErrorCode::DatabaseCorrupt) => Self::corrupt(path, error.to_string()),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { path: owned },
            _ => Self::Other { path: owned, what: error.to_string() },
        }
    }

    pub(super) fn corrupt(path: &Path, what: String) -> Self {
        Self::Corrupt { path: path.to_owned(), what, salvaged: salvage::rescue(path) }
    }

    /// What to do next, where that is known.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::ReadOnly { path } => format!("make `{}` writable; runs are recorded there", path.display()),
            Self::Full { .. } => "free some space, then `wf resume`: everything recorded so far is intact".to_owned(),
            Self::NotADatabase { path } => format!("move `{}` away and run again; a new one is made", path.display()),
            Self::NewerFormat { .. } => "use the newer `wf`, or move the file away to begin a new journal".to_owned(),
            Self::Corrupt { path, salvaged: Some(salvaged), .. } => format!(
                "what could be read is in `{}`; keep a copy of `{path}`, then move it away to begin a new journal \
                 (`sqlite3 {path} .recover` may get more out of it)",
                salvaged.display(),
                path = path.display(),
            ),
            Self::Corrupt { path, .. } => format!("nothing could be read; try `sqlite3 {} .recover`", path.display()),
            Self::Busy { .. } => "try again when the other `wf` processes of this project are less busy".to_owned(),
            Self::UnknownRun { .. } => "`wf runs` lists the runs of this project".to_owned(),
            Self::AmbiguousRun { matches, .. } => format!("write more of it: {}", matches.join(", ")),
            Self::Locked { .. } => "wait for it to end, or stop it with `wf cancel`".to_owned(),
            Self::Other { .. } | Self::Duplicate { .. } | Self::RunExists { .. } | Self::Closed => return None,
        })
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReadOnly { path } => write!(f, "the journal cannot be written: `{}` is read-only", path.display()),
            Self::Full { path } => write!(f, "no space is left for the journal `{}`", path.display()),
            Self::NotADatabase { path } => write!(f, "`{}` is not a journal", path.display()),
            Self::NewerFormat { path, found, supported } => {
                write!(f, "`{}` has format {found}; this `wf` reads up to {supported}", path.display())
            }
            Self::Corrupt { path, what, .. } => write!(f, "the journal `{}` is damaged: {what}", path.display()),
            Self::Busy { path } => write!(f, "the journal `{}` is kept busy by others", path.display()),
            Self::Other { path, what } => write!(f, "the journal `{}`: {what}", path.display()),
            Self::Duplicate { run, seq } => write!(f, "record {seq} of run {run} exists already"),
            Self::UnknownRun { run } => write!(f, "there is no run `{run}`"),
            Self::AmbiguousRun { prefix, matches } => write!(f, "`{prefix}` fits {} runs", matches.len()),
            Self::RunExists { run } => write!(f, "a run `{run}` exists already"),
            Self::Locked { run, holder } => write!(f, "run {run} is being run by {holder}"),
            Self::Closed => f.write_str("the journal is closed"),
        }
    }
}

impl std::error::Error for JournalError {}
