//! What differs between two snapshots.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use super::error::SnapshotError;
use super::manifest::{Content, Item, Manifest, order};
use super::{SnapshotId, Store};

/// A file, folder or link that differs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// Path below the workspace.
    pub path: PathBuf,
    /// How.
    pub how: How,
}

/// How a path differs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    /// It is in the second snapshot alone.
    Created,
    /// Content, kind or mode differ.
    Modified,
    /// It is in the first snapshot alone.
    Removed,
}

impl Store {
    /// Paths that differ between two snapshots, but for the indexes of git: looking at a repository refreshes them.
    pub fn changed(&self, from: &SnapshotId, to: &SnapshotId) -> Result<Vec<PathBuf>, SnapshotError> {
        let mut changes = self.diff(from, to)?;
        changes.retain(|change| !is_index(change.path.as_os_str().as_bytes()));
        Ok(changes.into_iter().map(|change| change.path).collect())
    }

    /// What was created, modified and removed between two snapshots, in the order of paths. A time of modification alone
    /// is no difference.
    pub fn diff(&self, from: &SnapshotId, to: &SnapshotId) -> Result<Vec<Change>, SnapshotError> {
        let (from, to) = (self.read(from)?, self.read(to)?);
        let mut changes = Vec::new();
        each(&from, &to, |before, after| {
            let (manifest, item, how) = match (before, after) {
                (Some(before), Some(after)) if differs(&from, before, &to, after) => (&to, after, How::Modified),
                (Some(before), None) => (&from, before, How::Removed),
                (None, Some(after)) => (&to, after, How::Created),
                _ => return,
            };
            changes.push(Change { path: PathBuf::from(OsStr::from_bytes(manifest.path(item))), how });
        });
        Ok(changes)
    }
}

/// Whether the path is that of an index of git.
pub(super) fn is_index(path: &[u8]) -> bool {
    path.ends_with(b"/index") && path.windows(5).any(|part| part == b".git/")
}

/// Whether content, kind or mode differ.
pub(super) fn differs(a: &Manifest, before: &Item, b: &Manifest, after: &Item) -> bool {
    before.mode != after.mode || a.content(before) != b.content(after)
}

/// Goes through two snapshots side by side.
pub(super) fn each<'a>(a: &'a Manifest, b: &'a Manifest, mut pair: impl FnMut(Option<&'a Item>, Option<&'a Item>)) {
    let (mut left, mut right) = (a.items.iter().peekable(), b.items.iter().peekable());
    loop {
        let which = match (left.peek(), right.peek()) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(before), Some(after)) => order(a.path(before), b.path(after)),
        };
        match which {
            Ordering::Less => pair(left.next(), None),
            Ordering::Greater => pair(None, right.next()),
            Ordering::Equal => pair(left.next(), right.next()),
        }
    }
}

impl Content<'_> {
    pub(super) fn is_folder(&self) -> bool {
        matches!(self, Self::Folder)
    }
}
