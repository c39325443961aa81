//! The list of what a snapshot holds, and its form on disk.
//!
//! `wf-snapshot 1\n`, the `include` globs, then the entries sorted so that a folder comes right before what is in it, each
//! with the number of leading bytes that its path shares with the one before. Numbers are variable-length. At the end
//! stands the SHA-256 of all before, which is also the snapshot's name.

use std::cmp::Ordering;
use std::ops::Range;

use sha2::{Digest as _, Sha256};

use super::meta::Time;

/// SHA-256 of a content.
pub(super) type Digest = [u8; 32];

const MAGIC: &[u8] = b"wf-snapshot 1\n";

/// What a snapshot holds.
#[derive(Clone, Default, Debug)]
pub(super) struct Manifest {
    /// Paths and targets of links, all in one piece.
    bytes: Vec<u8>,
    pub items: Vec<Item>,
    /// Globs of ignored files that are saved as well.
    pub include: Vec<String>,
}

/// A file, folder or link.
#[derive(Clone, Debug)]
pub(super) struct Item {
    path: Range<usize>,
    pub mode: u32,
    pub modified: Time,
    pub kind: Kind,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    File { size: u64, digest: Digest },
    Folder,
    Link { target: Range<usize> },
}

/// Order of paths: by component, so that a folder comes right before what is in it.
pub(super) fn order(a: &[u8], b: &[u8]) -> Ordering {
    let key = |byte: &u8| if *byte == b'/' { 0 } else { *byte };
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    match (a.get(same), b.get(same)) {
        (Some(a), Some(b)) => key(a).cmp(&key(b)),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

impl Manifest {
    /// Adds an entry; they come in order.
    pub fn push(&mut self, path: &[u8], mode: u32, modified: Time, content: Content) {
        let path = self.keep(path);
        let kind = match content {
            Content::File { size, digest } => Kind::File { size, digest },
            Content::Folder => Kind::Folder,
            Content::Link(target) => Kind::Link { target: self.keep(target) },
        };
        self.items.push(Item { path, mode, modified, kind });
    }

    fn keep(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        start..self.bytes.len()
    }

    /// Path below the workspace, or an absolute one of a repository that lies outside.
    pub fn path(&self, item: &Item) -> &[u8] {
        self.bytes.get(item.path.clone()).unwrap_or_default()
    }

    /// What kind of thing it is, with its content.
    pub fn content(&self, item: &Item) -> Content<'_> {
        match &item.kind {
            Kind::File { size, digest } => Content::File { size: *size, digest: *digest },
            Kind::Folder => Content::Folder,
            Kind::Link { target } => Content::Link(self.bytes.get(target.clone()).unwrap_or_default()),
        }
    }

    /// The entry of that path.
    pub fn find(&self, path: &[u8]) -> Option<&Item> {
        let at = self.items.binary_search_by(|item| order(self.path(item), path)).ok()?;
        self.items.get(at)
    }

    /// Drops the entry of that path.
    pub fn forget(&mut self, path: &[u8]) {
        if let Ok(at) = self.items.binary_search_by(|item| order(self.path(item), path)) {
            self.items.remove(at);
        }
    }

    /// What the file of that path holds.
    pub fn digest(&self, path: &[u8]) -> Option<Digest> {
        match self.find(path)?.kind {
            Kind::File { digest, .. } => Some(digest),
            _ => None,
        }
    }

    /// The form on disk, and the digest at its end.
    pub fn encode(&self) -> (Vec<u8>, Digest) {
        let mut out = Vec::with_capacity(64 + self.items.len() * 72);
        out.extend_from_slice(MAGIC);
        number(&mut out, self.include.len() as u64);
        for glob in &self.include {
            text(&mut out, glob.as_bytes());
        }
        number(&mut out, self.items.len() as u64);
        let mut last: &[u8] = &[];
        for item in &self.items {
            let path = self.path(item);
            let shared = path.iter().zip(last).take_while(|(a, b)| a == b).count();
            number(&mut out, shared as u64);
            text(&mut out, path.get(shared..).unwrap_or_default());
            last = path;
            number(&mut out, item.mode.into());
            out.extend_from_slice(&item.modified.seconds.to_le_bytes());
            number(&mut out, item.modified.nanos.into());
            match self.content(item) {
                Content::File { size, digest } => {
                    out.push(b'f');
                    number(&mut out, size);
                    out.extend_from_slice(&digest);
                }
                Content::Folder => out.push(b'd'),
                Content::Link(target) => {
                    out.push(b'l');
                    text(&mut out, target);
                }
            }
        }
        let digest: Digest = Sha256::digest(&out).into();
        out.extend_from_slice(&digest);
        (out, digest)
    }

    /// Reads the form on disk of the snapshot `id`; `None` if it is damaged or of a later version.
    pub fn decode(bytes: &[u8], id: &str) -> Option<Self> {
        let (body, sum) = bytes.split_at_checked(bytes.len().checked_sub(32)?)?;
        let digest: Digest = Sha256::digest(body).into();
        if digest != sum || super::objects::hex(&digest) != id {
            return None;
        }
        let mut reader = Reader(body.strip_prefix(MAGIC)?);
        let mut manifest = Self::default();
        for _ in 0..reader.number()? {
            manifest.include.push(String::from_utf8(reader.text()?.to_vec()).ok()?);
        }
        let mut path = Vec::new();
        for _ in 0..reader.number()? {
            path.truncate(usize::try_from(reader.number()?).ok()?);
            path.extend_from_slice(reader.text()?);
            let mode = u32::try_from(reader.number()?).ok()?;
            let seconds = i64::from_le_bytes(reader.bytes(8)?.try_into().ok()?);
            let modified = Time { seconds, nanos: u32::try_from(reader.number()?).ok()? };
            let content = match reader.bytes(1)? {
                b"f" => Content::File { size: reader.number()?, digest: reader.bytes(32)?.try_into().ok()? },
                b"d" => Content::Folder,
                b"l" => Content::Link(reader.text()?),
                _ => return None,
            };
            manifest.push(&path, mode, modified, content);
        }
        Some(manifest)
    }
}

/// What an entry is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Content<'a> {
    File { size: u64, digest: Digest },
    Folder,
    Link(&'a [u8]),
}

fn number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number as u8) | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn text(out: &mut Vec<u8>, bytes: &[u8]) {
    number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Takes one thing after the other from the front.
pub(super) struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    pub fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = *self.bytes(1)?.first()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn text(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        self.bytes(length)
    }
}
