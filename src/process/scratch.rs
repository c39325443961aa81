//! The private files of attempts.
//!
//! An attempt needs an empty folder (`$WF_TMP`) and two paths that it may write to (`$WF_OUTPUT`, `$WF_PROGRESS`).
//! Most never touch them, so a folder that was left empty is given to the next attempt: a run of a thousand steps
//! makes one.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Makes the files of attempts below one folder, which is removed with it.
#[derive(Clone, Debug)]
pub struct Scratch {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    root: PathBuf,
    slots: Mutex<Slots>,
}

#[derive(Debug, Default)]
struct Slots {
    made: u32,
    free: Vec<u32>,
}

/// The files of one attempt; removed when dropped.
#[derive(Debug)]
pub struct AttemptFiles {
    shared: Arc<Shared>,
    slot: u32,
    /// A folder, empty at first: `$WF_TMP`.
    pub folder: PathBuf,
    /// A path where there is no file yet: `$WF_OUTPUT`.
    pub output: PathBuf,
    /// A path where there is no file yet: `$WF_PROGRESS`.
    pub progress: PathBuf,
}

impl Scratch {
    /// Files below `root`, which nobody else may use and which is made when first needed. What an earlier process
    /// left there is removed.
    pub fn new(root: PathBuf) -> io::Result<Self> {
        match fs::remove_dir_all(&root) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        Ok(Self { shared: Arc::new(Shared { root, slots: Mutex::default() }) })
    }

    /// The files of a new attempt.
    pub fn attempt(&self) -> io::Result<AttemptFiles> {
        let free = self.shared.slots().free.pop();
        let slot = match free {
            Some(slot) => slot,
            None => self.make()?,
        };
        let path = |name: &str| self.shared.root.join(format!("{slot}{name}"));
        let (folder, output, progress) = (path(""), path(".output"), path(".progress"));
        Ok(AttemptFiles { shared: Arc::clone(&self.shared), slot, folder, output, progress })
    }

    fn make(&self) -> io::Result<u32> {
        let slot = {
            let mut slots = self.shared.slots();
            slots.made += 1;
            slots.made
        };
        let folder = self.shared.root.join(slot.to_string());
        match fs::create_dir(&folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => fs::create_dir_all(&folder)?,
            result => result?,
        }
        Ok(slot)
    }
}

impl Shared {
    fn slots(&self) -> std::sync::MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

impl AttemptFiles {
    /// What the process wrote to `$WF_OUTPUT`: nothing if there is no file. At most `limit` bytes are read; a longer
    /// file is an error.
    pub fn read_output(&self, limit: u64) -> io::Result<Vec<u8>> {
        use io::Read;
        let file = match fs::File::open(&self.output) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            result => result?,
        };
        let mut bytes = Vec::new();
        file.take(limit + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit {
            return Err(io::Error::new(ErrorKind::FileTooLarge, format!("$WF_OUTPUT holds more than {limit} bytes")));
        }
        Ok(bytes)
    }
}

impl Drop for AttemptFiles {
    fn drop(&mut self) {
        let gone = |path: &Path| match fs::remove_file(path) {
            Ok(()) => true,
            Err(error) => error.kind() == ErrorKind::NotFound,
        };
        let clean = gone(&self.output) && gone(&self.progress) && is_untouched(&self.folder);
        if clean {
            self.shared.slots().free.push(self.slot);
        } else {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// Whether a folder is still there and still empty.
fn is_untouched(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn untouched_folders_are_used_again() {
        let base = tempfile::tempdir().unwrap();
        let root = base.path().join("deep/tmp");
        fs::create_dir_all(root.join("1/left")).unwrap();
        let scratch = Scratch::new(root.clone()).unwrap();
        let first = scratch.attempt().unwrap();
        assert!(is_untouched(&first.folder) && !first.output.exists());
        let second = scratch.attempt().unwrap();
        assert_ne!(first.folder, second.folder);
        fs::write(second.folder.join("x"), "").unwrap();
        fs::write(&first.output, "a=1").unwrap();
        assert_eq!(first.read_output(3).unwrap(), b"a=1");
        assert!(first.read_output(2).is_err());
        assert_eq!(second.read_output(9).unwrap(), b"");
        let (first_folder, second_folder) = (first.folder.clone(), second.folder.clone());
        drop((first, second));
        assert!(first_folder.exists() && !second_folder.exists());
        let third = scratch.attempt().unwrap();
        assert_eq!(third.folder, first_folder);
        assert!(!third.output.exists());
        drop((third, scratch));
        assert!(!root.exists());
    }
}
