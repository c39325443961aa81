//! What has to be known of git's files: where they are, and which paths the index tracks.

use std::fs;
use std::path::{Path, PathBuf};

/// Paths that a repository tracks, below it, sorted by bytes.
#[derive(Default, Debug)]
pub(super) struct Index {
    names: Vec<u8>,
    ends: Vec<usize>,
}

impl Index {
    /// Reads git's index, versions 2 to 4; empty where it is something else.
    pub fn parse(bytes: &[u8]) -> Self {
        let mut index = Self::default();
        if index.read(bytes).is_none() {
            return Self::default();
        }
        index
    }

    fn read(&mut self, bytes: &[u8]) -> Option<()> {
        let long = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        if bytes.get(..4)? != b"DIRC" {
            return None;
        }
        let (version, count) = (long(4)?, long(8)?);
        let mut at = 12;
        let mut last: Vec<u8> = Vec::new();
        for _ in 0..count {
            let start = at;
            let flags = u16::from_be_bytes(bytes.get(at + 60..at + 62)?.try_into().ok()?);
            at += if flags & 0x4000 != 0 { 64 } else { 62 };
            if version == 4 {
                let mut strip = usize::from(bytes.get(at)? & 0x7f);
                while bytes.get(at)? & 0x80 != 0 {
                    at += 1;
                    strip = ((strip + 1) << 7) | usize::from(bytes.get(at)? & 0x7f);
                }
                at += 1;
                last.truncate(last.len().checked_sub(strip)?);
            } else {
                last.clear();
            }
            let rest = bytes.get(at..)?;
            let length = rest.iter().position(|byte| *byte == 0)?;
            last.extend_from_slice(rest.get(..length)?);
            at += length + 1;
            if version != 4 {
                at = start + (at - 1 - start) / 8 * 8 + 8;
            }
            self.names.extend_from_slice(&last);
            self.ends.push(self.names.len());
        }
        Some(())
    }

    fn name(&self, at: usize) -> &[u8] {
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(at).and_then(|end| self.names.get(start..*end)).unwrap_or_default()
    }

    /// Whether the file is tracked.
    pub fn has(&self, path: &[u8]) -> bool {
        let at = self.first_from(path);
        at < self.ends.len() && self.name(at) == path
    }

    /// Whether anything below the folder is tracked.
    pub fn has_below(&self, folder: &[u8]) -> bool {
        let mut prefix = folder.to_vec();
        prefix.push(b'/');
        let at = self.first_from(&prefix);
        at < self.ends.len() && self.name(at).starts_with(&prefix)
    }

    fn first_from(&self, path: &[u8]) -> usize {
        let (mut low, mut high) = (0, self.ends.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.name(middle) < path { low = middle + 1 } else { high = middle }
        }
        low
    }
}

/// A repository around the workspace: its root, when that is a folder above, and git files that lie outside.
#[derive(Default, Debug)]
pub(super) struct Outside {
    /// The folder above the workspace that the repository begins in.
    pub above: Option<PathBuf>,
    /// A folder of git's outside the workspace: `.git` of the repository above, or the private one of a work tree.
    pub git: Option<PathBuf>,
    /// The branch of a work tree, a file in the folder that work trees share.
    pub branch: Option<PathBuf>,
}

/// Looks for the repository that the workspace is in.
pub(super) fn outside(workspace: &Path) -> Outside {
    for (depth, folder) in workspace.ancestors().enumerate() {
        let git = folder.join(".git");
        let Ok(meta) = fs::symlink_metadata(&git) else { continue };
        let above = (depth > 0).then(|| folder.to_owned());
        if meta.is_dir() {
            return Outside { git: above.is_some().then_some(git), above, branch: None };
        }
        let linked = fs::read_to_string(&git).ok();
        let linked =
            linked.as_deref().and_then(|text| text.strip_prefix("gitdir:")).map(|path| folder.join(path.trim()));
        let linked = linked.and_then(|path| path.canonicalize().ok()).filter(|path| !path.starts_with(workspace));
        let branch = linked.as_deref().and_then(branch);
        return Outside { above, git: linked, branch };
    }
    Outside::default()
}

/// The file of the branch that a linked work tree is on.
fn branch(git: &Path) -> Option<PathBuf> {
    let common = git.join(fs::read_to_string(git.join("commondir")).ok()?.trim()).canonicalize().ok()?;
    let head = fs::read_to_string(git.join("HEAD")).ok()?;
    let branch = head.strip_prefix("ref:")?.trim();
    (branch.starts_with("refs/heads/") && !branch.contains("..")).then(|| common.join(branch))
}

/// What becomes of an entry at the top of a folder of git's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Part {
    /// Objects, logs of what was: neither saved nor restored.
    Leave,
    /// Saved with all that is in it.
    Save,
    /// Folders of submodules.
    Modules,
    /// Logs: only that of the stash, which is what the stash consists of.
    Logs,
}

/// What becomes of an entry of that name at the top of a folder of git's.
pub(super) fn part(name: &[u8], folder: bool) -> Part {
    match (name, folder) {
        (b"refs" | b"hooks" | b"info" | b"reftable" | b"rebase-merge" | b"rebase-apply" | b"sequencer", true) => {
            Part::Save
        }
        (b"modules", true) => Part::Modules,
        (b"logs", true) => Part::Logs,
        (_, true) | (b"COMMIT_EDITMSG" | b"FETCH_HEAD" | b"gc.pid" | b"gc.log", false) => Part::Leave,
        _ => Part::Save,
    }
}
