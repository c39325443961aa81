//! Contents by digest: small ones in packs, a pack for each snapshot that had something new; large ones a file each.
//!
//! A pack is `wf-pack 1\n`, the contents one after the other, then an index (digest, offset, length) in the order of the
//! contents, and at the end the number of entries and the SHA-256 of the index.

use std::fs::{self, File};
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;
use sha2::{Digest as _, Sha256};

use super::error::SnapshotError;
use super::manifest::{Digest, Reader};

const MAGIC: &[u8] = b"wf-pack 1\n";
const INDEXED: usize = 48;
/// From this size on a content is a file of its own.
pub(super) const LARGE: u64 = 1 << 20;

/// Hexadecimal digits of a digest.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0'));
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The contents of a store.
pub(super) struct Objects {
    folder: PathBuf,
    pub packs: Vec<Pack>,
    known: FxHashMap<Digest, Place>,
    writing: Option<Writing>,
    /// Folders in which contents were put, to be synced.
    unsettled: Vec<PathBuf>,
}

/// A pack on disk.
pub(super) struct Pack {
    pub path: PathBuf,
    file: File,
    /// Digest, offset, length.
    pub index: Vec<(Digest, u64, u64)>,
}

#[derive(Clone, Copy)]
enum Place {
    Pack {
        pack: usize,
        offset: u64,
        length: u64,
    },
    /// In the pack that is being written.
    New,
}

/// A pack that is being written.
struct Writing {
    out: BufWriter<File>,
    aside: PathBuf,
    offset: u64,
    index: Vec<u8>,
}

impl Objects {
    /// Reads the indexes of all packs. A damaged pack counts as missing: what it held is named when it is needed.
    pub fn load(folder: &Path) -> Result<Self, SnapshotError> {
        let mut objects = Self::empty(folder);
        let packs = folder.join("packs");
        let entries = fs::read_dir(&packs).map_err(|error| SnapshotError::io(&packs, &error))?;
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            if let Some(pack) = Pack::open(path) {
                objects.add(pack);
            }
        }
        Ok(objects)
    }

    /// No contents yet; what is put goes into a pack of the store.
    pub fn empty(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            packs: Vec::new(),
            known: FxHashMap::default(),
            writing: None,
            unsettled: Vec::new(),
        }
    }

    fn add(&mut self, pack: Pack) {
        let number = self.packs.len();
        self.known.reserve(pack.index.len());
        for (digest, offset, length) in &pack.index {
            self.known.insert(*digest, Place::Pack { pack: number, offset: *offset, length: *length });
        }
        self.packs.push(pack);
    }

    /// Where a large content is.
    pub fn loose_path(&self, digest: &Digest) -> PathBuf {
        let hex = hex(digest);
        let (head, tail) = hex.split_at(2);
        self.folder.join("objects").join(head).join(tail)
    }

    /// Whether the content is there.
    pub fn has(&self, digest: &Digest, size: u64) -> bool {
        self.known.contains_key(digest)
            || (size >= LARGE && fs::metadata(self.loose_path(digest)).is_ok_and(|meta| meta.len() == size))
    }

    /// Stores a content that is in memory; says whether it is new.
    pub fn put(&mut self, content: &[u8]) -> Result<(Digest, bool), SnapshotError> {
        let digest: Digest = Sha256::digest(content).into();
        if self.has(&digest, content.len() as u64) {
            return Ok((digest, false));
        }
        let aside = self.folder.join("tmp").join("pack");
        let fail = |error: std::io::Error| SnapshotError::io(&self.folder, &error);
        let writing = match &mut self.writing {
            Some(writing) => writing,
            none => {
                let mut out = BufWriter::with_capacity(256 << 10, File::create(&aside).map_err(fail)?);
                out.write_all(MAGIC).map_err(fail)?;
                none.insert(Writing { out, aside, offset: MAGIC.len() as u64, index: Vec::new() })
            }
        };
        writing.out.write_all(content).map_err(fail)?;
        writing.index.extend_from_slice(&digest);
        writing.index.extend_from_slice(&writing.offset.to_le_bytes());
        writing.index.extend_from_slice(&(content.len() as u64).to_le_bytes());
        writing.offset += content.len() as u64;
        self.known.insert(digest, Place::New);
        Ok((digest, true))
    }

    /// Stores what `from` yields without holding it in memory; says its size and whether it is new.
    pub fn put_stream(&mut self, from: &mut dyn Read, path: &Path) -> Result<(Digest, u64, bool), SnapshotError> {
        let aside = self.folder.join("tmp").join("large");
        let unwritable = |error: std::io::Error| SnapshotError::io(&self.folder, &error);
        let mut out = File::create(&aside).map_err(unwritable)?;
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 256 << 10];
        let mut size = 0;
        loop {
            let read = match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(SnapshotError::io(path, &error)),
            };
            let chunk = buffer.get(..read).unwrap_or_default();
            hash.update(chunk);
            out.write_all(chunk).map_err(unwritable)?;
            size += read as u64;
        }
        let digest: Digest = hash.finalize().into();
        if self.has(&digest, size) {
            fs::remove_file(&aside).map_err(unwritable)?;
            return Ok((digest, size, false));
        }
        if size < LARGE {
            // It shrank while it was read.
            let content = fs::read(&aside).map_err(unwritable)?;
            return self.put(&content).map(|(digest, new)| (digest, size, new));
        }
        out.sync_data().map_err(unwritable)?;
        let place = self.loose_path(&digest);
        if let Some(parent) = place.parent() {
            fs::create_dir_all(parent).map_err(unwritable)?;
            self.unsettled.extend([parent.to_owned(), self.folder.join("objects")]);
        }
        fs::rename(&aside, &place).map_err(unwritable)?;
        Ok((digest, size, true))
    }

    /// Makes durable that what was put is where it is: after the manifest, whose own sync makes this one cheap.
    pub fn settle(&mut self) -> Result<(), SnapshotError> {
        self.unsettled.sort();
        self.unsettled.dedup();
        for folder in std::mem::take(&mut self.unsettled) {
            let synced = File::open(&folder).and_then(|folder| folder.sync_all());
            synced.map_err(|error| SnapshotError::io(&folder, &error))?;
        }
        Ok(())
    }

    /// Makes durable what was put, but for its names in their folders.
    pub fn finish(&mut self) -> Result<(), SnapshotError> {
        let Some(mut writing) = self.writing.take() else { return Ok(()) };
        let sum: Digest = Sha256::digest(&writing.index).into();
        let packs = self.folder.join("packs");
        let path = packs.join(format!("{}.pack", hex(&sum)));
        let mut write = || -> std::io::Result<()> {
            writing.out.write_all(&writing.index)?;
            writing.out.write_all(&((writing.index.len() / INDEXED) as u64).to_le_bytes())?;
            writing.out.write_all(&sum)?;
            writing.out.flush()?;
            writing.out.get_ref().sync_data()?;
            fs::rename(&writing.aside, &path)
        };
        write().map_err(|error| SnapshotError::io(&path, &error))?;
        self.unsettled.push(packs);
        let damaged = || SnapshotError::Io(path.clone(), "could not be read back".to_owned());
        let pack = Pack::open(path.clone()).ok_or_else(damaged)?;
        self.add(pack);
        Ok(())
    }

    /// The content; `None` if it is missing or damaged.
    pub fn get(&self, digest: &Digest) -> Option<Vec<u8>> {
        let content = match self.known.get(digest) {
            Some(Place::Pack { pack, offset, length }) => {
                let mut content = vec![0; usize::try_from(*length).ok()?];
                self.packs.get(*pack)?.file.read_exact_at(&mut content, *offset).ok()?;
                content
            }
            Some(Place::New) => return None,
            None => fs::read(self.loose_path(digest)).ok()?,
        };
        let found: Digest = Sha256::digest(&content).into();
        (found == *digest).then_some(content)
    }

    /// Writes the content of the file `path` to `out`, and makes sure that it is what was saved.
    pub fn copy(&self, digest: &Digest, size: u64, out: &mut File, path: &Path) -> Result<(), SnapshotError> {
        let damaged = || SnapshotError::DamagedContent(path.to_owned(), hex(digest));
        let unwritable = |error: std::io::Error| SnapshotError::io(path, &error);
        if self.known.contains_key(digest) {
            let content = self.get(digest).filter(|content| content.len() as u64 == size).ok_or_else(damaged)?;
            return out.write_all(&content).map_err(unwritable);
        }
        let mut from = File::open(self.loose_path(digest)).map_err(|_| damaged())?;
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 256 << 10];
        loop {
            let read = from.read(&mut buffer).map_err(|_| damaged())?;
            let chunk = buffer.get(..read).unwrap_or_default();
            if chunk.is_empty() {
                break;
            }
            hash.update(chunk);
            out.write_all(chunk).map_err(unwritable)?;
        }
        let found: Digest = hash.finalize().into();
        if found == *digest { Ok(()) } else { Err(damaged()) }
    }
}

impl Pack {
    fn open(path: PathBuf) -> Option<Self> {
        let mut file = File::open(&path).ok()?;
        let length = file.metadata().ok()?.len();
        file.seek(SeekFrom::Start(length.checked_sub(40)?)).ok()?;
        let mut end = [0; 40];
        file.read_exact(&mut end).ok()?;
        let mut reader = Reader(&end);
        let count = u64::from_le_bytes(reader.bytes(8)?.try_into().ok()?);
        let indexed = count.checked_mul(INDEXED as u64)?;
        file.seek(SeekFrom::Start(length.checked_sub(40)?.checked_sub(indexed)?)).ok()?;
        let mut bytes = vec![0; usize::try_from(indexed).ok()?];
        file.read_exact(&mut bytes).ok()?;
        let sum: Digest = Sha256::digest(&bytes).into();
        if sum != reader.0 {
            return None;
        }
        let mut reader = Reader(&bytes);
        let mut index = Vec::with_capacity(bytes.len() / INDEXED);
        while !reader.0.is_empty() {
            let digest = reader.bytes(32)?.try_into().ok()?;
            let offset = u64::from_le_bytes(reader.bytes(8)?.try_into().ok()?);
            let length = u64::from_le_bytes(reader.bytes(8)?.try_into().ok()?);
            index.push((digest, offset, length));
        }
        Some(Self { path, file, index })
    }
}
