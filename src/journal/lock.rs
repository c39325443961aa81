//! One process at a time goes on with a run.
//!
//! The lock is the kernel's, on a file: it ends with the process that holds it, however that ends. The file says who
//! holds it and since when, for the message to others.

use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{fmt, process};

use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

use super::JournalError;
use super::memory::{self, Memory};

/// How long a lock whose holder is dead may still be held, and how often that is looked at.
const PATIENCE: Duration = Duration::from_millis(500);
const GLANCE: Duration = Duration::from_millis(10);

/// Who holds a lock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Holder {
    /// Its process; 0 when it is not known yet.
    pub pid: u32,
    /// Since when, in milliseconds since 1970 (UTC); 0 when it is not known yet.
    pub since_ms: i64,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.pid, jiff::Timestamp::from_millisecond(self.since_ms)) {
            (0, _) => f.write_str("another process"),
            (pid, Ok(since)) => write!(f, "process {pid} since {since:.0}"),
            (pid, Err(_)) => write!(f, "process {pid}"),
        }
    }
}

/// The right to go on with a run; given back when dropped.
#[derive(Debug)]
pub struct RunLock {
    held: Held,
}

#[derive(Debug)]
enum Held {
    File { path: PathBuf, _file: File },
    Memory { store: Arc<Mutex<Memory>>, run: String },
}

impl Drop for RunLock {
    fn drop(&mut self) {
        match &self.held {
            // Removed while still locked: whoever opened it meanwhile sees that it is gone, and opens it anew.
            Held::File { path, .. } => drop(fs::remove_file(path)),
            Held::Memory { store, run } => memory::guard(store).unlock(run),
        }
    }
}

/// Takes the lock of a run, or says who has it.
pub(super) fn acquire(folder: &Path, run: &str, now_ms: i64) -> Result<RunLock, JournalError> {
    fs::create_dir_all(folder).map_err(|error| JournalError::io(folder, &error))?;
    let path = folder.join(run);
    let failed = |error: &std::io::Error| JournalError::io(&path, error);
    let mut patience = PATIENCE;
    loop {
        let mut file = open(&path).map_err(|error| failed(&error))?;
        match file.try_lock() {
            Ok(()) if is_at(&file, &path) => {
                write_holder(&mut file, now_ms).map_err(|error| failed(&error))?;
                return Ok(RunLock { held: Held::File { path, _file: file } });
            }
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder = read_holder(&mut file);
                if wait_for_the_dead(holder, &mut patience) {
                    continue;
                }
                return Err(JournalError::Locked { run: run.to_owned(), holder });
            }
            Err(TryLockError::Error(error)) => return Err(failed(&error)),
        }
    }
}

/// Whether it is worth to look again, after a moment: a process that was killed while it started another leaves the lock
/// to that for as long as it takes to replace itself by its program. A holder elsewhere (another container) seems dead too,
/// so that patience ends.
fn wait_for_the_dead(holder: Holder, patience: &mut Duration) -> bool {
    let pid = i32::try_from(holder.pid).ok().and_then(Pid::from_raw);
    let dead = pid.is_some_and(|pid| test_kill_process(pid) == Err(Errno::SRCH));
    if !dead || patience.is_zero() {
        return false;
    }
    std::thread::sleep(GLANCE);
    *patience = patience.saturating_sub(GLANCE);
    true
}

/// Who holds the lock of a run.
pub(super) fn holder(folder: &Path, run: &str) -> Option<Holder> {
    let mut patience = PATIENCE;
    loop {
        let mut file = File::open(folder.join(run)).ok()?;
        let Err(TryLockError::WouldBlock) = file.try_lock_shared() else { return None };
        let holder = read_holder(&mut file);
        if !wait_for_the_dead(holder, &mut patience) {
            return Some(holder);
        }
    }
}

pub(super) fn acquire_in_memory(store: &Arc<Mutex<Memory>>, run: &str, now_ms: i64) -> Result<RunLock, JournalError> {
    let holder = Holder { pid: process::id(), since_ms: now_ms };
    memory::guard(store).lock(run, holder)?;
    Ok(RunLock { held: Held::Memory { store: Arc::clone(store), run: run.to_owned() } })
}

fn open(path: &Path) -> std::io::Result<File> {
    File::options().read(true).write(true).create(true).truncate(false).open(path)
}

/// Whether the file is still the one at its path: another process may have removed it.
fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::metadata(path)) {
        (Ok(ours), Ok(there)) => ours.ino() == there.ino() && ours.dev() == there.dev(),
        _ => false,
    }
}

fn write_holder(file: &mut File, now_ms: i64) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{} {now_ms}", process::id())
}

fn read_holder(file: &mut File) -> Holder {
    let mut text = String::new();
    let _ = file.read_to_string(&mut text);
    let mut words = text.split_whitespace();
    let pid = words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
    let since_ms = words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
    Holder { pid, since_ms }
}
