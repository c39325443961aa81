//! Snapshots of the workspace: what checkpoints save and what a rollback brings back.
//!
//! A store of our own under the state folder, addressed by content; no git is needed and none is called. A snapshot is a
//! manifest, a sorted list of paths with kind, mode, modification time and digest; contents are stored once, small ones
//! together in packs, so that a snapshot costs one write and one sync however many files there are. A cache of what
//! `lstat` says makes the next snapshot cost little more than a walk.
//!
//! Saved is what git would not ignore (also where there is no repository), and of repositories everything but their
//! objects: `HEAD`, refs, index, configuration, hooks. Restoring never touches objects, ignored files, or owners.

mod cache;
mod diff;
mod error;
mod manifest;
mod meta;
mod objects;
mod prune;
mod repository;
mod restore;
mod rules;
mod runs;
mod scan;
#[cfg(test)]
mod tests;
mod walk;

use std::fs::{self, File};
use std::path::{Path, PathBuf};

pub use diff::{Change, How};
pub use error::SnapshotError;
pub use prune::Usage;
pub use restore::{Options, Restored};

use cache::Cache;
use manifest::Manifest;
use objects::Objects;
use rules::Source;
use scan::Scan;
use walk::Walk;

/// The name of a snapshot: hexadecimal digits, a digest of all it says. Equal workspaces have equal names.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SnapshotId(String);

impl SnapshotId {
    /// Reads a name, as [`SnapshotId::as_str`] wrote it.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        fits.then(|| Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for SnapshotId {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

/// A snapshot that was taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Taken {
    /// Its name.
    pub id: SnapshotId,
    /// Files, folders and links in it.
    pub entries: usize,
    /// Files that had to be read.
    pub read: usize,
    /// Contents that were not in the store before.
    pub stored: usize,
    /// FIFOs, sockets and devices, which are not saved: paths below the workspace.
    pub skipped: Vec<PathBuf>,
    /// Files that changed each time they were read: what was read last is saved.
    pub unstable: Vec<PathBuf>,
    /// Files that this process prints into (`wf run … > log`): they are neither saved nor restored.
    pub printed: Vec<PathBuf>,
}

/// Where snapshots are kept: the folder `store` of a state folder. One at a time takes, restores or prunes; others wait.
#[derive(Clone, Debug)]
pub struct Store {
    state: PathBuf,
    folder: PathBuf,
    #[cfg(test)]
    fault: std::sync::Arc<std::sync::atomic::AtomicI64>,
}

/// Holds the store's lock.
struct Held {
    _file: File,
}

impl Store {
    /// The store of a state folder (`.wf`); made when it is missing.
    pub fn open(state: &Path) -> Result<Self, SnapshotError> {
        let folder = state.join("store");
        for part in ["manifests", "packs", "objects", "runs", "tmp"] {
            let part = folder.join(part);
            fs::create_dir_all(&part).map_err(|error| SnapshotError::io(&part, &error))?;
        }
        let state = state.canonicalize().map_err(|error| SnapshotError::io(state, &error))?;
        Ok(Self {
            folder: state.join("store"),
            state,
            #[cfg(test)]
            fault: std::sync::Arc::new(i64::MAX.into()),
        })
    }

    /// Saves the workspace. `include` are globs, relative to it, of ignored files that are saved as well. All of it is
    /// durable on return.
    pub fn take(&self, workspace: &Path, include: &[String]) -> Result<Taken, SnapshotError> {
        let held = self.lock()?;
        let mut objects = Objects::load(&self.folder)?;
        let scanned = self.scan(&held, workspace, include, None, &mut objects)?;
        Ok(scanned.taken)
    }

    /// Takes a snapshot by the ignore rules on disk, or by those that another one saved.
    fn scan(
        &self,
        _held: &Held,
        workspace: &Path,
        include: &[String],
        rules: Option<&Manifest>,
        objects: &mut Objects,
    ) -> Result<Scanned, SnapshotError> {
        let saved = rules.map(|manifest| Objects::load(&self.folder).map(|objects| (manifest, objects))).transpose()?;
        let source = match &saved {
            Some((manifest, objects)) => Source::Saved { manifest, objects },
            None => Source::Disk,
        };
        let cache = Cache::load(&self.folder.join("cache"));
        let mut scan = Scan::new(workspace, objects, &cache, self.now()?);
        scan.manifest.include = include.to_vec();
        Walk::new(workspace, &self.state, source, include)?.run(&mut scan)?;
        self.step("objects")?;
        let scan = scan.finish()?;
        self.step("manifest")?;
        let id = self.write_manifest(&scan.manifest)?;
        objects.settle()?;
        if let Some(bytes) = &scan.cache {
            // Without it the next snapshot reads everything again: no reason to fail.
            let _ = write_aside(&self.folder, "cache", bytes, false);
        }
        let taken = Taken {
            id,
            entries: scan.manifest.items.len(),
            read: scan.read,
            stored: scan.stored,
            skipped: scan.skipped,
            unstable: scan.unstable,
            printed: scan.printed,
        };
        Ok(Scanned { taken, manifest: scan.manifest, locks: scan.locks })
    }

    fn write_manifest(&self, manifest: &Manifest) -> Result<SnapshotId, SnapshotError> {
        let (bytes, digest) = manifest.encode();
        let id = SnapshotId(objects::hex(&digest));
        let path = self.manifest_path(&id);
        let there = fs::metadata(&path).is_ok_and(|meta| meta.len() == bytes.len() as u64);
        if !there {
            write_aside(&self.folder, &format!("manifests/{id}"), &bytes, true)?;
        }
        Ok(id)
    }

    fn manifest_path(&self, id: &SnapshotId) -> PathBuf {
        self.folder.join("manifests").join(id.as_str())
    }

    fn read(&self, id: &SnapshotId) -> Result<Manifest, SnapshotError> {
        let path = self.manifest_path(id);
        let bytes = fs::read(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => SnapshotError::Unknown(id.to_string()),
            _ => SnapshotError::io(&path, &error),
        })?;
        Manifest::decode(&bytes, id.as_str()).ok_or(SnapshotError::DamagedSnapshot(path))
    }

    /// Waits until nobody else uses the store, and clears away what a crash has left.
    fn lock(&self) -> Result<Held, SnapshotError> {
        let path = self.folder.join("lock");
        let fail = |error: std::io::Error| SnapshotError::io(&path, &error);
        let file = File::options().create(true).append(true).open(&path).map_err(fail)?;
        loop {
            match rustix::fs::flock(&file, rustix::fs::FlockOperation::LockExclusive) {
                Err(rustix::io::Errno::INTR) => {}
                result => break result.map_err(|error| fail(error.into()))?,
            }
        }
        for left in fs::read_dir(self.folder.join("tmp")).map_err(fail)?.flatten() {
            let _ = fs::remove_file(left.path());
        }
        Ok(Held { _file: file })
    }

    /// What the file system takes for the time now: its clock is the one that files are compared with.
    fn now(&self) -> Result<meta::Time, SnapshotError> {
        let path = self.folder.join("tmp").join("now");
        let file = File::create(&path).map_err(|error| SnapshotError::io(&path, &error))?;
        let stat = rustix::fs::fstat(&file).map_err(|error| SnapshotError::io(&path, &error.into()))?;
        Ok(meta::Meta::from(&stat).changed)
    }

    /// Where tests let an operation fail as if the process had been killed.
    #[cfg_attr(not(test), expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "fails in tests only"))]
    fn step(&self, what: &str) -> Result<(), SnapshotError> {
        #[cfg(test)]
        if self.fault.fetch_sub(1, std::sync::atomic::Ordering::Relaxed) <= 0 {
            return Err(SnapshotError::io(Path::new(what), &std::io::Error::other("killed")));
        }
        let _ = what;
        Ok(())
    }
}

/// A snapshot that was taken, and what it says.
struct Scanned {
    taken: Taken,
    manifest: Manifest,
    /// Locks of git in repositories.
    locks: Vec<PathBuf>,
}

/// Writes a file of the store so that it is there whole or not at all.
fn write_aside(folder: &Path, name: &str, bytes: &[u8], durable: bool) -> Result<(), SnapshotError> {
    let path = folder.join(name);
    let aside = folder.join("tmp").join(name.replace('/', "-"));
    let write = || -> std::io::Result<()> {
        let mut file = File::create(&aside)?;
        std::io::Write::write_all(&mut file, bytes)?;
        if durable {
            file.sync_data()?;
        }
        fs::rename(&aside, &path)?;
        match path.parent() {
            Some(parent) if durable => File::open(parent)?.sync_all(),
            _ => Ok(()),
        }
    };
    write().map_err(|error| SnapshotError::io(&path, &error))
}
