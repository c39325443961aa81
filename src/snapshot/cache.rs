//! What `lstat` said of files when they were last read, with the digest of what they held: who says the same again is not
//! read again. A file that changed so shortly before it was read that a later change could carry the same time is not kept.

use std::path::Path;

use rustc_hash::FxHashMap;
use sha2::{Digest as _, Sha256};

use super::manifest::{Digest, Reader};
use super::meta::{Meta, Time};

const MAGIC: &[u8] = b"wf-statcache 1\n\0";

/// No clock that stamps files ticks slower, where it counts fractions of a second.
const TICK: i128 = 20_000_000;
/// File systems that count whole seconds.
const COARSE_TICK: i128 = 2_000_000_000;

/// The files of the last snapshot, by device and inode.
#[derive(Default, Debug)]
pub(super) struct Cache {
    files: FxHashMap<(u64, u64), (Meta, Digest)>,
}

impl Cache {
    /// What is on disk; empty if it is missing or damaged.
    pub fn load(path: &Path) -> Self {
        let read = || {
            let bytes = std::fs::read(path).ok()?;
            let (body, sum) = bytes.split_at_checked(bytes.len().checked_sub(32)?)?;
            let digest: Digest = Sha256::digest(body).into();
            (digest == sum).then_some(())?;
            let mut reader = Reader(body.strip_prefix(MAGIC)?);
            let mut files = FxHashMap::with_capacity_and_hasher(body.len() / 92, Default::default());
            while !reader.0.is_empty() {
                let (meta, digest) = decode(&mut reader)?;
                files.insert((meta.device, meta.inode), (meta, digest));
            }
            Some(Self { files })
        };
        read().unwrap_or_default()
    }

    /// The digest of the file, if it is still the one that was read.
    pub fn digest(&self, meta: &Meta) -> Option<Digest> {
        let (known, digest) = self.files.get(&(meta.device, meta.inode))?;
        (known == meta).then_some(*digest)
    }

    pub fn len(&self) -> usize {
        self.files.len()
    }
}

/// Whether a file that looked like `meta` when it was read at `now` can change without looking different.
pub(super) fn racy(meta: &Meta, now: Time) -> bool {
    let tick = if meta.changed.nanos == 0 { COARSE_TICK } else { TICK };
    now.since(meta.changed) < tick
}

/// The form on disk of what `files` says.
pub(super) fn encode(files: &[(Meta, Digest)]) -> Vec<u8> {
    let mut out = Vec::with_capacity(64 + files.len() * 92);
    out.extend_from_slice(MAGIC);
    for (meta, digest) in files {
        for number in [meta.device, meta.inode, meta.size] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.extend_from_slice(&meta.mode.to_le_bytes());
        for time in [meta.modified, meta.changed] {
            out.extend_from_slice(&time.seconds.to_le_bytes());
            out.extend_from_slice(&time.nanos.to_le_bytes());
        }
        out.extend_from_slice(digest);
    }
    let sum = Sha256::digest(&out);
    out.extend_from_slice(&sum);
    out
}

fn decode(reader: &mut Reader) -> Option<(Meta, Digest)> {
    let device = long(reader)?;
    let inode = long(reader)?;
    let size = long(reader)?;
    let mode = short(reader)?;
    let modified = Time { seconds: long(reader)? as i64, nanos: short(reader)? };
    let changed = Time { seconds: long(reader)? as i64, nanos: short(reader)? };
    let digest = reader.bytes(32)?.try_into().ok()?;
    Some((Meta { device, inode, mode, size, modified, changed }, digest))
}

fn long(reader: &mut Reader) -> Option<u64> {
    Some(u64::from_le_bytes(reader.bytes(8)?.try_into().ok()?))
}

fn short(reader: &mut Reader) -> Option<u32> {
    Some(u32::from_le_bytes(reader.bytes(4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_not_trusted_before_its_time_can_differ() {
        let file = |seconds, nanos| {
            let changed = Time { seconds, nanos };
            Meta { device: 1, inode: 2, mode: 0o100_644, size: 3, modified: Time::default(), changed }
        };
        let now = Time { seconds: 100, nanos: 500_000_000 };
        assert!(racy(&file(100, 495_000_000), now));
        assert!(racy(&file(101, 1), now), "from the future");
        assert!(!racy(&file(100, 400_000_000), now));
        assert!(racy(&file(99, 0), now), "a clock of whole seconds");
        assert!(!racy(&file(98, 0), now));
    }
}
