//! Bringing the workspace back: first what is there is saved, then what was created since is removed, then folders, files
//! and links are put in place, each whole or not at all, and at last the modes and times of folders. Doing it again after a
//! crash goes on where it stopped.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Timestamps};

use super::diff::{differs, each, is_index};
use super::error::SnapshotError;
use super::manifest::{Content, Item, Manifest};
use super::meta::{Meta, Time};
use super::objects::{Objects, hex};
use super::{SnapshotId, Store};

/// From so many files on, one sync of the whole file system is cheaper than one for each.
const MANY: usize = 64;
/// Syncs that wait side by side.
const SYNCS: usize = 8;

/// How a restore treats what others did.
#[derive(Clone, Copy, Default, Debug)]
pub struct Options<'a> {
    /// Overwrite and remove what others changed, and locks of git.
    pub force: bool,
    /// The snapshot that the workspace should look like now: where it does not, somebody else changed it.
    pub expected: Option<&'a SnapshotId>,
}

/// What a restore did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Restored {
    /// Files, links and folders that were written or made.
    pub written: usize,
    /// Those that were removed.
    pub removed: usize,
    /// Those whose mode or time alone was set.
    pub adjusted: usize,
    /// What was there before: restoring it undoes the restore.
    pub before: SnapshotId,
}

/// What is to be done, in the order of paths.
#[derive(Default)]
struct Work<'a> {
    remove: Vec<&'a Item>,
    write: Vec<&'a Item>,
    adjust: Vec<&'a Item>,
}

impl Store {
    /// Brings the workspace back to the snapshot: contents, modes, times, links and folders. What was created since is
    /// removed, unless the ignore files in the snapshot ignore it. Nothing is touched when an error says that others
    /// changed files or that contents are missing.
    pub fn restore(&self, workspace: &Path, id: &SnapshotId, options: Options) -> Result<Restored, SnapshotError> {
        let mut target = self.read(id)?;
        let expected = options.expected.map(|expected| self.read(expected)).transpose()?;
        let held = self.lock()?;
        let mut objects = Objects::load(&self.folder)?;
        let scanned = self.scan(&held, workspace, &target.include, Some(&target), &mut objects)?;
        for path in &scanned.taken.printed {
            target.forget(path.as_os_str().as_bytes());
        }
        let now = &scanned.manifest;
        if !options.force && !scanned.locks.is_empty() {
            return Err(SnapshotError::Locked(scanned.locks));
        }
        let work = plan(now, &target);
        if let Some(expected) = expected.as_ref().filter(|_| !options.force) {
            let others = changed_by_others(now, &target, expected, &work);
            if !others.is_empty() {
                return Err(SnapshotError::ChangedByOthers(others));
            }
        }
        for item in &work.write {
            if let Content::File { size, digest } = target.content(item)
                && !objects.has(&digest, size)
            {
                return Err(SnapshotError::DamagedContent(to_path(target.path(item)), hex(&digest)));
            }
        }
        for lock in &scanned.locks {
            let _ = fs::remove_file(workspace.join(lock));
        }
        let mut restore =
            Restore { store: self, workspace, objects: &objects, opened: BTreeMap::new(), synced: Vec::new() };
        let done = restore.perform(now, &target, &work, options.force);
        restore.close();
        done?;
        let adjusted = work.adjust.len() + restore.folders(&target)?;
        restore.sync()?;
        let (written, removed) = (work.write.len(), work.remove.len());
        Ok(Restored { written, removed, adjusted, before: scanned.taken.id })
    }
}

fn plan<'a>(now: &'a Manifest, target: &'a Manifest) -> Work<'a> {
    let mut work = Work::default();
    each(now, target, |before, after| match (before, after) {
        (Some(before), None) => work.remove.push(before),
        (None, Some(after)) => work.write.push(after),
        (Some(before), Some(after)) => {
            let same = now.content(before) == target.content(after);
            let folder = target.content(after).is_folder();
            if !same {
                if now.content(before).is_folder() || folder {
                    work.remove.push(before);
                }
                work.write.push(after);
            } else if !folder && (before.mode != after.mode || before.modified != after.modified) {
                work.adjust.push(after);
            }
        }
        (None, None) => {}
    });
    work
}

/// What the work would overwrite or remove and is not as expected.
fn changed_by_others(now: &Manifest, target: &Manifest, expected: &Manifest, work: &Work) -> Vec<PathBuf> {
    let touched = work.write.iter().chain(&work.adjust).map(|item| target.path(item));
    let mut paths: Vec<&[u8]> = touched.chain(work.remove.iter().map(|item| now.path(item))).collect();
    paths.sort_unstable();
    paths.dedup();
    paths.retain(|path| match (now.find(path), expected.find(path)) {
        _ if is_index(path) => false,
        (Some(there), Some(wanted)) => differs(now, there, expected, wanted),
        (there, wanted) => there.is_some() != wanted.is_some(),
    });
    paths.into_iter().map(to_path).collect()
}

fn to_path(path: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(path))
}

/// A restore under way.
struct Restore<'a> {
    store: &'a Store,
    workspace: &'a Path,
    objects: &'a Objects,
    /// Folders that were made writable, with the mode they had.
    opened: BTreeMap<PathBuf, u32>,
    /// Files to be synced.
    synced: Vec<PathBuf>,
}

impl Restore<'_> {
    fn perform(&mut self, now: &Manifest, target: &Manifest, work: &Work, force: bool) -> Result<(), SnapshotError> {
        for item in work.remove.iter().rev() {
            self.store.step("remove")?;
            self.remove(now, target, item, force)?;
        }
        for item in &work.write {
            self.store.step("write")?;
            self.write(target, item)?;
        }
        for item in &work.adjust {
            self.store.step("adjust")?;
            let path = self.workspace.join(OsStr::from_bytes(target.path(item)));
            if !matches!(target.content(item), Content::Link(_)) {
                set_mode(&path, item.mode)?;
            }
            set_time(&path, item.modified)?;
        }
        Ok(())
    }

    fn remove(&mut self, now: &Manifest, target: &Manifest, item: &Item, force: bool) -> Result<(), SnapshotError> {
        let name = now.path(item);
        let path = self.workspace.join(OsStr::from_bytes(name));
        self.make_writable(&path)?;
        if !now.content(item).is_folder() {
            return gone(fs::remove_file(&path), &path);
        }
        let needed = target.find(name).is_some();
        if force && needed || is_git_folder(name) {
            return gone(fs::remove_dir_all(&path), &path);
        }
        match fs::remove_dir(&path) {
            // Ignored files stay where they are, and their folders with them.
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty && needed => {
                Err(SnapshotError::InTheWay(to_path(name)))
            }
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(()),
            result => gone(result, &path),
        }
    }

    fn write(&mut self, target: &Manifest, item: &Item) -> Result<(), SnapshotError> {
        let name = target.path(item);
        let path = self.workspace.join(OsStr::from_bytes(name));
        self.make_writable(&path)?;
        let fail = |error: io::Error| SnapshotError::io(&path, &error);
        let aside = self.store.folder.join("tmp").join("restored");
        match target.content(item) {
            Content::Folder => {
                match fs::create_dir(&path) {
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
                    result => result.map_err(fail)?,
                }
                // The mode it is to have comes when all is in it.
                return set_mode(&path, item.mode | 0o700);
            }
            Content::Link(to) => {
                let _ = fs::remove_file(&aside);
                symlink(OsStr::from_bytes(to), &aside).map_err(fail)?;
                set_time(&aside, item.modified)?;
            }
            Content::File { size, digest } => {
                let mut file = File::create(&aside).map_err(fail)?;
                self.objects.copy(&digest, size, &mut file, Path::new(OsStr::from_bytes(name)))?;
                file.set_permissions(Permissions::from_mode(item.mode)).map_err(fail)?;
                let time = item.modified.to_timespec();
                let times = Timestamps { last_access: time, last_modification: time };
                rustix::fs::futimens(&file, &times).map_err(|error| fail(error.into()))?;
                self.synced.push(path.clone());
            }
        }
        self.store.step("rename")?;
        match fs::rename(&aside, &path) {
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                move_across(&aside, &path, item).map_err(fail)
            }
            result => result.map_err(fail),
        }
    }

    /// Makes sure that the folder of `path` is there and can be written.
    fn make_writable(&mut self, path: &Path) -> Result<(), SnapshotError> {
        let Some(folder) = path.parent() else { return Ok(()) };
        let meta = match fs::metadata(folder) {
            Ok(meta) => meta,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return fs::create_dir_all(folder).map_err(|error| SnapshotError::io(folder, &error));
            }
            Err(error) => return Err(SnapshotError::io(folder, &error)),
        };
        let mode = meta.permissions().mode() & 0o7777;
        if mode & 0o300 != 0o300 && !self.opened.contains_key(folder) {
            set_mode(folder, mode | 0o700)?;
            self.opened.insert(folder.to_owned(), mode);
        }
        Ok(())
    }

    /// Gives folders that were made writable the mode they had.
    fn close(&mut self) {
        for (folder, mode) in std::mem::take(&mut self.opened).into_iter().rev() {
            let _ = set_mode(&folder, mode);
        }
    }

    /// Sets modes and times of folders, the innermost first; says how many differed.
    fn folders(&mut self, target: &Manifest) -> Result<usize, SnapshotError> {
        let mut adjusted = 0;
        for item in target.items.iter().rev().filter(|item| target.content(item).is_folder()) {
            let path = self.workspace.join(OsStr::from_bytes(target.path(item)));
            let stat = rustix::fs::lstat(&path).map_err(|error| SnapshotError::io(&path, &error.into()))?;
            let meta = Meta::from(&stat);
            if meta.kind() != FileType::Directory || (meta.permissions(), meta.modified) == (item.mode, item.modified) {
                continue;
            }
            self.store.step("folder")?;
            set_time(&path, item.modified)?;
            set_mode(&path, item.mode)?;
            adjusted += 1;
        }
        Ok(adjusted)
    }

    /// Makes what was written durable.
    fn sync(&self) -> Result<(), SnapshotError> {
        let fail = |path: &Path, error: io::Error| SnapshotError::io(path, &error);
        if self.synced.len() >= MANY {
            let folder = File::open(self.workspace).map_err(|error| fail(self.workspace, error))?;
            return rustix::fs::syncfs(&folder).map_err(|error| fail(self.workspace, error.into()));
        }
        // Syncs that wait side by side share what the file system has to write.
        let sync = |path: &PathBuf| match File::open(path) {
            Ok(file) => file.sync_data().map_err(|error| fail(path, error)),
            // A file that may not be read cannot be opened for a sync; its rename is ordered after its content.
            Err(_) => Ok(()),
        };
        std::thread::scope(|scope| {
            let parts = self.synced.chunks(self.synced.len().div_ceil(SYNCS).max(1));
            let workers: Vec<_> = parts.map(|part| scope.spawn(move || part.iter().try_for_each(sync))).collect();
            workers.into_iter().try_for_each(|worker| worker.join().unwrap_or(Ok(())))
        })
    }
}

/// Whether the folder is one of git's: as it was created since, its objects go with it.
fn is_git_folder(name: &[u8]) -> bool {
    name == b".git" || name.ends_with(b"/.git")
}

fn gone(result: io::Result<()>, path: &Path) -> Result<(), SnapshotError> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(SnapshotError::io(path, &error)),
        _ => Ok(()),
    }
}

fn set_mode(path: &Path, mode: u32) -> Result<(), SnapshotError> {
    fs::set_permissions(path, Permissions::from_mode(mode)).map_err(|error| SnapshotError::io(path, &error))
}

fn set_time(path: &Path, modified: Time) -> Result<(), SnapshotError> {
    let time = modified.to_timespec();
    let times = Timestamps { last_access: time, last_modification: time };
    let set = rustix::fs::utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW);
    set.map_err(|error| SnapshotError::io(path, &error.into()))
}

/// Moves a file or link onto another file system: written beside its place, then renamed.
fn move_across(aside: &Path, path: &Path, item: &Item) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".wf-restored");
    let beside = path.with_file_name(name);
    if fs::symlink_metadata(aside)?.is_symlink() {
        let _ = fs::remove_file(&beside);
        symlink(fs::read_link(aside)?, &beside)?;
    } else {
        fs::copy(aside, &beside)?;
        fs::set_permissions(&beside, Permissions::from_mode(item.mode))?;
    }
    set_time(&beside, item.modified).map_err(io::Error::other)?;
    fs::rename(&beside, path)?;
    fs::remove_file(aside)
}
