//! What git would not ignore: ignore files of folders, of repositories and of the user, and the index.

use std::cell::OnceCell;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::rc::Rc;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::manifest::Manifest;
use super::objects::Objects;
use super::repository::Index;

/// Where ignore files are read.
#[derive(Clone, Copy)]
pub(super) enum Source<'a> {
    /// In the workspace.
    Disk,
    /// In a snapshot, so that what counts as created since does not depend on ignore files changed since.
    Saved { manifest: &'a Manifest, objects: &'a Objects },
}

impl Source<'_> {
    /// The file's bytes; `None` if there is none.
    pub fn read(&self, workspace: &Path, path: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Disk => std::fs::read(workspace.join(OsStr::from_bytes(path))).ok(),
            Self::Saved { manifest, objects } => objects.get(&manifest.digest(path)?),
        }
    }
}

/// One ignore file, and the ones that come after it in precedence.
pub(super) struct Level {
    matcher: Gitignore,
    /// So many bytes at the start of paths lead to the ignore file's folder.
    strip: usize,
    /// Where the ignore file lies above the workspace: what leads from there.
    prepend: Vec<u8>,
    parent: Option<Rc<Level>>,
}

impl Level {
    /// The rules of an ignore file's text.
    pub fn parse(text: &[u8], strip: usize, prepend: &[u8], parent: Option<Rc<Self>>) -> Option<Rc<Self>> {
        let mut builder = GitignoreBuilder::new(".");
        for line in String::from_utf8_lossy(text).lines() {
            // A pattern that cannot be read matches nothing, as for git.
            let _ = builder.add_line(None, line);
        }
        match builder.build() {
            Ok(matcher) if !matcher.is_empty() => {
                Some(Rc::new(Self { matcher, strip, prepend: prepend.to_vec(), parent }))
            }
            _ => parent,
        }
    }

    /// The user's own ignore file.
    pub fn user() -> Option<Rc<Self>> {
        let (matcher, _) = Gitignore::global();
        (!matcher.is_empty()).then(|| Rc::new(Self { matcher, strip: 0, prepend: Vec::new(), parent: None }))
    }
}

/// Whether the path is ignored by the nearest rule that speaks of it.
pub(super) fn ignored(level: Option<&Rc<Level>>, path: &[u8], folder: bool) -> bool {
    let mut next = level;
    while let Some(level) = next {
        let below = path.get(level.strip..).unwrap_or(path);
        let found = if level.prepend.is_empty() {
            level.matcher.matched(Path::new(OsStr::from_bytes(below)), folder)
        } else {
            let whole = [level.prepend.as_slice(), below].concat();
            level.matcher.matched(Path::new(OsStr::from_bytes(&whole)), folder)
        };
        match found {
            Match::Ignore(_) => return true,
            Match::Whitelist(_) => return false,
            Match::None => next = level.parent.as_ref(),
        }
    }
    false
}

/// A repository: what it tracks is saved even where a rule says to ignore it.
pub(super) struct Repository {
    /// So many bytes at the start of paths lead to its root.
    pub strip: usize,
    /// Where its root lies above the workspace: what leads from there.
    pub prepend: Vec<u8>,
    /// Path of the index.
    pub index: Vec<u8>,
    tracked: OnceCell<Index>,
}

impl Repository {
    pub fn new(strip: usize, prepend: Vec<u8>, index: Vec<u8>) -> Self {
        Self { strip, prepend, index, tracked: OnceCell::new() }
    }

    /// Whether the file, or something below the folder, is tracked.
    pub fn tracks(&self, path: &[u8], folder: bool, read: impl FnOnce(&[u8]) -> Option<Vec<u8>>) -> bool {
        let index =
            self.tracked.get_or_init(|| read(&self.index).map(|bytes| Index::parse(&bytes)).unwrap_or_default());
        let path = [self.prepend.as_slice(), path.get(self.strip..).unwrap_or(path)].concat();
        if folder { index.has_below(&path) } else { index.has(&path) }
    }
}

/// Globs of ignored files that are saved as well.
#[derive(Default)]
pub(super) struct Include {
    globs: GlobSet,
    /// The part of each glob before anything that is not literal.
    beginnings: Vec<Vec<u8>>,
}

impl Include {
    /// Globs relative to the workspace; a folder stands for all that is in it.
    pub fn new(globs: &[String]) -> Self {
        let mut set = GlobSetBuilder::new();
        let mut beginnings = Vec::new();
        for glob in globs {
            let glob = glob.trim_start_matches("./").trim_end_matches('/');
            for text in [glob.to_owned(), format!("{glob}/**")] {
                if let Ok(glob) = GlobBuilder::new(&text).literal_separator(true).build() {
                    set.add(glob);
                }
            }
            let end = glob.find(['*', '?', '[', '{', '\\']).unwrap_or(glob.len());
            beginnings.push(glob.as_bytes().get(..end).unwrap_or_default().to_vec());
        }
        Self { globs: set.build().unwrap_or_default(), beginnings }
    }

    pub fn matches(&self, path: &[u8]) -> bool {
        !self.beginnings.is_empty() && self.globs.is_match(Path::new(OsStr::from_bytes(path)))
    }

    /// Whether something below the folder may match.
    pub fn reaches(&self, folder: &[u8]) -> bool {
        self.beginnings.iter().any(|beginning| beginning.starts_with(folder) || folder.starts_with(beginning))
            || self.matches(folder)
    }
}
