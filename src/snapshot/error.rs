//! What can go wrong with snapshots, in the user's words.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why a snapshot could not be taken, restored or read. What was in the workspace before is there or in the store.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SnapshotError {
    /// The disk, or the user's share of it, is full.
    Full(PathBuf),
    /// The disk cannot be written.
    ReadOnly(PathBuf),
    /// The file or folder may not be read or written.
    Denied(PathBuf),
    /// Another failure of a file or folder: which, and what the system says.
    Io(PathBuf, String),
    /// There is no snapshot of that name.
    Unknown(String),
    /// The list of files of a snapshot is not what was written.
    DamagedSnapshot(PathBuf),
    /// The content of a file is missing from the store or is not what was written: the file, and the content's digest.
    DamagedContent(PathBuf, String),
    /// Files that somebody else changed, and that would be overwritten or removed.
    ChangedByOthers(Vec<PathBuf>),
    /// Locks of git: a command of it is running, or was killed.
    Locked(Vec<PathBuf>),
    /// A folder that holds ignored files stands where a file belongs.
    InTheWay(PathBuf),
}

impl SnapshotError {
    pub(super) fn io(path: &Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full(path.to_owned()),
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly(path.to_owned()),
            io::ErrorKind::PermissionDenied => Self::Denied(path.to_owned()),
            _ => Self::Io(path.to_owned(), error.to_string()),
        }
    }
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Full(path) => write!(out, "the disk is full: {}", path.display()),
            Self::ReadOnly(path) => write!(out, "the disk is read-only: {}", path.display()),
            Self::Denied(path) => write!(
                out,
                "{} may not be read or written: change its permissions, or have git ignore it",
                path.display()
            ),
            Self::Io(path, why) => write!(out, "{}: {why}", path.display()),
            Self::Unknown(id) => write!(out, "there is no snapshot {id}: it was pruned, or belongs to another folder"),
            Self::DamagedSnapshot(path) => write!(out, "the snapshot {} is damaged", path.display()),
            Self::DamagedContent(path, digest) => {
                let short = digest.get(..12).unwrap_or(digest);
                write!(out, "the saved content of {} is missing or damaged ({short})", path.display())
            }
            Self::ChangedByOthers(paths) => {
                write!(out, "changed by somebody else meanwhile: {} (`--force` overwrites them)", Listed(paths))
            }
            Self::Locked(paths) => write!(
                out,
                "git is busy, or was killed, and left {} (remove them if no git is running, or use `--force`)",
                Listed(paths)
            ),
            Self::InTheWay(path) => {
                write!(out, "the folder {} holds ignored files and stands where a file belongs", path.display())
            }
        }
    }
}

impl std::error::Error for SnapshotError {}

/// The first few paths, and how many more there are.
struct Listed<'a>(&'a [PathBuf]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        const SHOWN: usize = 8;
        for (index, path) in self.0.iter().take(SHOWN).enumerate() {
            write!(out, "{}{}", if index == 0 { "" } else { ", " }, path.display())?;
        }
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(out, " and {more} more"),
        }
    }
}
