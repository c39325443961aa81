//! Snapshots of real trees in temporary folders.

mod git;
mod nasty;
mod store;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::*;

/// A workspace with a store in its `.wf`.
struct Place {
    folder: tempfile::TempDir,
    store: Store,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join(".wf")).unwrap();
        Self { folder, store }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn text(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.path().join(path)).ok()
    }

    fn take(&self) -> Taken {
        self.store.take(self.path(), &[]).unwrap()
    }

    fn back(&self, taken: &Taken) -> Restored {
        self.store.restore(self.path(), &taken.id, Options::default()).unwrap()
    }

    fn try_back(&self, taken: &Taken) -> Result<Restored, SnapshotError> {
        self.store.restore(self.path(), &taken.id, Options::default())
    }

    /// Changes that a snapshot taken now would show.
    fn changes(&self, since: &Taken) -> Vec<(String, How)> {
        let now = self.take();
        let changes = self.store.diff(&since.id, &now.id).unwrap();
        changes.into_iter().map(|change| (change.path.display().to_string(), change.how)).collect()
    }

    fn fail_after(&self, steps: i64) {
        self.store.fault.store(steps, std::sync::atomic::Ordering::Relaxed);
    }
}

/// What there is to see of a tree: kind and mode, time, content or target. `.wf` and git's objects and logs are left out.
fn look(root: &Path) -> BTreeMap<PathBuf, (u32, i64, i64, Vec<u8>)> {
    let mut seen = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_owned();
            if name == Path::new(".wf") || name.ends_with(".git/objects") || name.ends_with(".git/logs") {
                continue;
            }
            let meta = fs::symlink_metadata(&path).unwrap();
            let content = if meta.is_symlink() {
                fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes()
            } else if meta.is_dir() {
                open.push(path);
                Vec::new()
            } else if meta.is_file() {
                fs::read(&path).unwrap()
            } else {
                Vec::new()
            };
            seen.insert(name, (meta.mode(), meta.mtime(), meta.mtime_nsec(), content));
        }
    }
    seen
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn set_time(path: &Path, seconds: u64, nanos: u32) {
    let time = std::time::UNIX_EPOCH + std::time::Duration::new(seconds, nanos);
    fs::File::open(path).unwrap().set_modified(time).unwrap();
}

/// Long enough for files to count as settled.
fn settle() {
    std::thread::sleep(std::time::Duration::from_millis(40));
}

fn odd(bytes: &[u8]) -> &OsStr {
    OsStr::from_bytes(bytes)
}
