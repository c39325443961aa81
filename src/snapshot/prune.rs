//! What the store holds, and dropping what nobody needs.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rustc_hash::FxHashSet;

use super::error::SnapshotError;
use super::manifest::{Content, Digest};
use super::objects::{Objects, hex};
use super::{SnapshotId, Store};

/// More packs than this are made one.
const PACKS: usize = 64;

/// What a store holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Usage {
    /// Bytes on disk.
    pub bytes: u64,
    /// Snapshots.
    pub snapshots: usize,
}

impl Store {
    /// What the store holds.
    pub fn usage(&self) -> Result<Usage, SnapshotError> {
        let mut usage = Usage { bytes: 0, snapshots: self.ids()?.len() };
        let mut open = vec![self.folder.clone()];
        while let Some(folder) = open.pop() {
            let entries = fs::read_dir(&folder).map_err(|error| SnapshotError::io(&folder, &error))?;
            for entry in entries.flatten() {
                match entry.metadata() {
                    Ok(meta) if meta.is_dir() => open.push(entry.path()),
                    Ok(meta) => usage.bytes += meta.len(),
                    Err(_) => {}
                }
            }
        }
        Ok(usage)
    }

    fn ids(&self) -> Result<Vec<SnapshotId>, SnapshotError> {
        let folder = self.folder.join("manifests");
        let entries = fs::read_dir(&folder).map_err(|error| SnapshotError::io(&folder, &error))?;
        Ok(entries.flatten().filter_map(|entry| SnapshotId::parse(entry.file_name().to_str()?)).collect())
    }

    /// Forgets the runs that `needed` does not name, with the snapshots that no other run needs.
    pub fn forget_runs(&self, needed: impl Fn(&str) -> bool) -> Result<(), SnapshotError> {
        let folder = self.folder.join("runs");
        let mut keep = BTreeSet::new();
        let mut forgotten = false;
        let entries = fs::read_dir(&folder).map_err(|error| SnapshotError::io(&folder, &error))?;
        for entry in entries.flatten() {
            let name = entry.file_name();
            let Some(run) = name.to_str() else { continue };
            if needed(run) {
                keep.extend(self.snapshots_of(run)?);
            } else {
                forgotten = true;
                fs::remove_file(entry.path()).map_err(|error| SnapshotError::io(&entry.path(), &error))?;
            }
        }
        if forgotten { self.prune(&keep) } else { Ok(()) }
    }

    /// Drops all snapshots but those in `keep`, and the contents that only they had.
    pub fn prune(&self, keep: &BTreeSet<SnapshotId>) -> Result<(), SnapshotError> {
        let _held = self.lock()?;
        let mut live: FxHashSet<Digest> = FxHashSet::default();
        let mut drop = Vec::new();
        for id in self.ids()? {
            if !keep.contains(&id) {
                drop.push(self.manifest_path(&id));
                continue;
            }
            let manifest = self.read(&id)?;
            live.extend(manifest.items.iter().filter_map(|item| match manifest.content(item) {
                Content::File { digest, .. } => Some(digest),
                _ => None,
            }));
        }
        for path in drop {
            fs::remove_file(&path).map_err(|error| SnapshotError::io(&path, &error))?;
        }
        self.prune_packs(&live)?;
        self.prune_loose(&live)
    }

    /// Drops packs of which nothing is needed, and writes anew those of which little is, or all when there are many.
    fn prune_packs(&self, live: &FxHashSet<Digest>) -> Result<(), SnapshotError> {
        let old = Objects::load(&self.folder)?;
        let mut new = Objects::empty(&self.folder);
        let mut superseded = Vec::new();
        for pack in &old.packs {
            let total: u64 = pack.index.iter().map(|(_, _, length)| length).sum();
            let needed = pack.index.iter().filter(|(digest, ..)| live.contains(digest));
            let used: u64 = needed.clone().map(|(_, _, length)| length).sum();
            if used * 2 > total && old.packs.len() <= PACKS {
                continue;
            }
            for (digest, ..) in needed {
                // A damaged content is left out: it is named when somebody needs it.
                if let Some(content) = old.get(digest) {
                    new.put(&content)?;
                }
            }
            superseded.push(&pack.path);
        }
        new.finish()?;
        new.settle()?;
        for path in superseded {
            if new.packs.iter().all(|pack| pack.path != *path) {
                fs::remove_file(path).map_err(|error| SnapshotError::io(path, &error))?;
            }
        }
        Ok(())
    }

    fn prune_loose(&self, live: &FxHashSet<Digest>) -> Result<(), SnapshotError> {
        let live: FxHashSet<String> = live.iter().map(|digest| hex(digest)).collect();
        let names = |path: &Path| fs::read_dir(path).map(Iterator::flatten);
        let folder = self.folder.join("objects");
        for part in names(&folder).map_err(|error| SnapshotError::io(&folder, &error))? {
            let Ok(objects) = names(&part.path()) else { continue };
            for object in objects {
                let digest = format!("{}{}", part.file_name().display(), object.file_name().display());
                if !live.contains(&digest) {
                    let path = object.path();
                    fs::remove_file(&path).map_err(|error| SnapshotError::io(&path, &error))?;
                }
            }
        }
        Ok(())
    }
}
