//! What a walk meets becomes a manifest; contents that are new become objects.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::os::fd::BorrowedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;
use rustix::fs::{FileType, Mode, OFlags};
use rustix::io::Errno;

use super::cache::{self, Cache};
use super::error::SnapshotError;
use super::manifest::{Content, Digest, Manifest};
use super::meta::{Meta, Time};
use super::objects::{LARGE, Objects};
use super::walk::Visit;

/// How often a file is read that changes meanwhile.
const ATTEMPTS: usize = 4;

/// A snapshot being taken.
pub(super) struct Scan<'a> {
    workspace: &'a Path,
    objects: &'a mut Objects,
    cache: &'a Cache,
    now: Time,
    pub manifest: Manifest,
    /// What the next snapshot may rely on.
    next: Vec<(Meta, Digest)>,
    /// Files with more than one name, read in this snapshot.
    linked: FxHashMap<(u64, u64), (Meta, Digest)>,
    buffer: Vec<u8>,
    read: usize,
    stored: usize,
    skipped: Vec<PathBuf>,
    unstable: Vec<PathBuf>,
    locks: Vec<PathBuf>,
    printed: Vec<PathBuf>,
}

/// A snapshot whose contents are durable.
pub(super) struct Finished {
    pub manifest: Manifest,
    /// The new cache, if it differs from the old one.
    pub cache: Option<Vec<u8>>,
    pub read: usize,
    pub stored: usize,
    pub skipped: Vec<PathBuf>,
    pub unstable: Vec<PathBuf>,
    pub locks: Vec<PathBuf>,
    pub printed: Vec<PathBuf>,
}

impl<'a> Scan<'a> {
    /// `now` is the file system's time.
    pub fn new(workspace: &'a Path, objects: &'a mut Objects, cache: &'a Cache, now: Time) -> Self {
        Self {
            workspace,
            objects,
            cache,
            now,
            manifest: Manifest::default(),
            next: Vec::with_capacity(cache.len()),
            linked: FxHashMap::default(),
            buffer: Vec::new(),
            read: 0,
            stored: 0,
            skipped: Vec::new(),
            unstable: Vec::new(),
            locks: Vec::new(),
            printed: Vec::new(),
        }
    }

    /// Makes contents durable.
    pub fn finish(self) -> Result<Finished, SnapshotError> {
        self.objects.finish()?;
        let changed = self.read > 0 || self.next.len() != self.cache.len();
        Ok(Finished {
            manifest: self.manifest,
            cache: changed.then(|| cache::encode(&self.next)),
            read: self.read,
            stored: self.stored,
            skipped: self.skipped,
            unstable: self.unstable,
            locks: self.locks,
            printed: self.printed,
        })
    }

    fn file(&mut self, root: BorrowedFd, path: &[u8], meta: &Meta) -> Result<(), SnapshotError> {
        let linked = self.linked.get(&(meta.device, meta.inode));
        let known =
            self.cache.digest(meta).or_else(|| linked.filter(|(seen, _)| seen == meta).map(|(_, known)| *known));
        if let Some(digest) = known.filter(|digest| self.objects.has(digest, meta.size)) {
            self.next.push((*meta, digest));
            self.add(path, meta, digest);
            return Ok(());
        }
        let whole = self.workspace.join(OsStr::from_bytes(path));
        for attempt in 1..=ATTEMPTS {
            let Some((seen, size, digest, new)) = self.content(root, path, &whole)? else { return Ok(()) };
            self.stored += usize::from(new);
            let stable = seen.is_some_and(|seen| seen.size == size);
            if !stable && attempt < ATTEMPTS {
                continue;
            }
            self.read += 1;
            let meta = Meta { size, ..seen.unwrap_or(*meta) };
            if !stable {
                self.unstable.push(PathBuf::from(OsStr::from_bytes(path)));
            } else if !cache::racy(&meta, self.now) {
                self.next.push((meta, digest));
            }
            if stable {
                self.linked.insert((meta.device, meta.inode), (meta, digest));
            }
            self.add(path, &meta, digest);
            return Ok(());
        }
        Ok(())
    }

    fn add(&mut self, path: &[u8], meta: &Meta, digest: Digest) {
        let content = Content::File { size: meta.size, digest };
        self.manifest.push(path, meta.permissions(), meta.modified, content);
    }

    /// Reads the file once: what `fstat` said, if it said the same before and after; size, digest, whether it is new.
    /// `None` if it is there no more.
    #[allow(clippy::type_complexity, reason = "used once")]
    fn content(
        &mut self,
        root: BorrowedFd,
        path: &[u8],
        whole: &Path,
    ) -> Result<Option<(Option<Meta>, u64, Digest, bool)>, SnapshotError> {
        let fail = |error: std::io::Error| SnapshotError::io(whole, &error);
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let mut file = match rustix::fs::openat(root, OsStr::from_bytes(path), flags, Mode::empty()) {
            Ok(file) => File::from(file),
            Err(Errno::NOENT | Errno::LOOP | Errno::NOTDIR) => return Ok(None),
            Err(error) => return Err(fail(error.into())),
        };
        let stat =
            |file: &File| rustix::fs::fstat(file).map(|stat| Meta::from(&stat)).map_err(|error| fail(error.into()));
        let before = stat(&file)?;
        if before.kind() != FileType::RegularFile {
            return Ok(None);
        }
        let (digest, size, new) = if before.size >= LARGE {
            self.objects.put_stream(&mut file, whole)?
        } else {
            self.buffer.clear();
            file.read_to_end(&mut self.buffer).map_err(fail)?;
            let (digest, new) = self.objects.put(&self.buffer)?;
            (digest, self.buffer.len() as u64, new)
        };
        let after = stat(&file)?;
        Ok(Some(((before == after).then_some(after), size, digest, new)))
    }
}

impl Visit for Scan<'_> {
    fn visit(&mut self, root: BorrowedFd, path: &[u8], meta: &Meta) -> Result<(), SnapshotError> {
        match meta.kind() {
            FileType::RegularFile => self.file(root, path, meta)?,
            FileType::Directory => self.manifest.push(path, meta.permissions(), meta.modified, Content::Folder),
            FileType::Symlink => match rustix::fs::readlinkat(root, OsStr::from_bytes(path), Vec::new()) {
                Ok(target) => self.manifest.push(path, 0, meta.modified, Content::Link(target.as_bytes())),
                Err(Errno::NOENT | Errno::INVAL) => {}
                Err(error) => return Err(SnapshotError::io(Path::new(OsStr::from_bytes(path)), &error.into())),
            },
            _ => self.skipped.push(PathBuf::from(OsStr::from_bytes(path))),
        }
        Ok(())
    }

    fn locked(&mut self, path: &[u8]) {
        self.locks.push(PathBuf::from(OsStr::from_bytes(path)));
    }

    fn printed(&mut self, path: &[u8]) {
        self.printed.push(PathBuf::from(OsStr::from_bytes(path)));
    }
}
