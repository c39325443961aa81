//! The state folder `.wf`.

use std::fs;
use std::path::{Path, PathBuf};

use super::JournalError;

/// The database in a state folder.
pub(super) fn database(folder: &Path) -> PathBuf {
    folder.join("wf.db")
}

/// The folder of the files that runs are locked with.
pub(super) fn locks(folder: &Path) -> PathBuf {
    folder.join("locks")
}

/// Creates the folder if it is missing, with a `.gitignore` that keeps all of it out of version control.
pub(super) fn prepare(folder: &Path) -> Result<(), JournalError> {
    fs::create_dir_all(folder).map_err(|error| JournalError::io(folder, &error))?;
    let ignore = folder.join(".gitignore");
    match fs::File::create_new(&ignore) {
        Ok(mut file) => std::io::Write::write_all(&mut file, b"*\n").map_err(|error| JournalError::io(&ignore, &error)),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(JournalError::io(&ignore, &error)),
    }
}
