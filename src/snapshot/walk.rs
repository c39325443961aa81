//! The walk through the workspace: one open folder at a time, one `lstat` for each thing that is saved.

use std::ffi::OsStr;
use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::error::SnapshotError;
use super::meta::Meta;
use super::repository::{Part, outside, part};
use super::rules::{Include, Level, Repository, Source, ignored};

/// Who is told what a walk meets: folders right before what is in them, in the order of paths.
pub(super) trait Visit {
    /// A file, folder, link or something else.
    fn visit(&mut self, root: BorrowedFd, path: &[u8], meta: &Meta) -> Result<(), SnapshotError>;
    /// A lock of git.
    fn locked(&mut self, path: &[u8]);
    /// A file that this process prints into: it is no part of the workspace.
    fn printed(&mut self, path: &[u8]);
}

/// A walk.
pub(super) struct Walk<'a> {
    workspace: &'a Path,
    root: OwnedFd,
    /// Device and inode of the state folder, which is never saved.
    state: (u64, u64),
    /// Those of the files that this process prints into.
    printed: Vec<(u64, u64)>,
    source: Source<'a>,
    include: Include,
    user: Option<Rc<Level>>,
    frames: Vec<Frame>,
    path: Vec<u8>,
    /// Ignored folders that are saved only if something in them is: length of path, and what `lstat` said.
    pending: Vec<(usize, Meta)>,
}

/// What a folder is to the walk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Within {
    /// Part of the workspace.
    Tree,
    /// Ignored: only what is tracked or included is saved.
    Ignored,
    /// `.git`, or a submodule's folder in it.
    Git,
    /// `.git/modules`, or a folder in it above submodules' folders.
    Modules,
    /// A folder in `.git` that is saved whole.
    Whole,
    /// `.git/logs` and `.git/logs/refs`.
    Logs,
}

/// A folder whose entries are being walked through.
struct Frame {
    names: Vec<u8>,
    entries: Vec<Listed>,
    next: usize,
    /// Length of its path.
    length: usize,
    rules: Option<Rc<Level>>,
    repository: Option<Rc<Repository>>,
}

struct Listed {
    name: Range<usize>,
    meta: Meta,
    fate: Fate,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fate {
    Skip,
    /// Saved, whatever it is; a folder is walked as `Within` says.
    Save(Within),
    /// A folder that is saved only if something in it is.
    Perhaps,
    /// A folder that is walked and not saved.
    Through(Within),
    Locked,
    Printed,
}

impl<'a> Walk<'a> {
    /// A walk through `workspace` that leaves out the folder `state`.
    pub fn new(
        workspace: &'a Path,
        state: &Path,
        source: Source<'a>,
        include: &[String],
    ) -> Result<Self, SnapshotError> {
        let fail = |path: &Path, error: Errno| SnapshotError::io(path, &error.into());
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = rustix::fs::open(workspace, flags, Mode::empty()).map_err(|error| fail(workspace, error))?;
        let state = Meta::from(&rustix::fs::stat(state).map_err(|error| fail(state, error))?);
        Ok(Self {
            workspace,
            root,
            state: (state.device, state.inode),
            printed: printed(),
            source,
            include: Include::new(include),
            user: Level::user(),
            frames: Vec::new(),
            path: Vec::new(),
            pending: Vec::new(),
        })
    }

    /// Walks.
    pub fn run(mut self, visit: &mut dyn Visit) -> Result<(), SnapshotError> {
        let whole = self.workspace.canonicalize().unwrap_or_else(|_| self.workspace.to_owned());
        let around = outside(&whole);
        let mut apart: Vec<(PathBuf, bool)> = around.git.iter().map(|path| (path.clone(), true)).collect();
        apart.extend(around.branch.iter().map(|path| (path.clone(), false)));
        apart.sort();
        for (path, folder) in apart {
            self.path = path.into_os_string().into_encoded_bytes();
            if folder {
                self.open(Within::Git, None, None)?;
                self.go(visit)?;
            } else if let Ok(stat) = rustix::fs::statat(&self.root, self.os(), AtFlags::SYMLINK_NOFOLLOW) {
                visit.visit(self.root.as_fd(), &self.path, &Meta::from(&stat))?;
            }
        }
        self.path.clear();
        let (mut rules, mut repository) = (self.user.clone(), None);
        if let Some(above) = &around.above {
            let prepend =
                whole.strip_prefix(above).map(|path| path.as_os_str().as_bytes().to_vec()).unwrap_or_default();
            let read = |path: &Path| std::fs::read(path).unwrap_or_default();
            let prepend = [prepend.as_slice(), b"/"].concat();
            if let Some(git) = &around.git {
                rules = Level::parse(&read(&git.join("info/exclude")), 0, &prepend, rules);
                let index = git.join("index").into_os_string().into_encoded_bytes();
                repository = Some(Rc::new(Repository::new(0, prepend, index)));
            }
            let folders: Vec<&Path> =
                whole.ancestors().skip(1).take_while(|folder| folder.starts_with(above)).collect();
            for folder in folders.into_iter().rev() {
                let below = whole.strip_prefix(folder).map(|path| path.as_os_str().as_bytes()).unwrap_or_default();
                let prepend = [below, b"/"].concat();
                rules = Level::parse(&read(&folder.join(".gitignore")), 0, &prepend, rules);
            }
        } else if let Some(git) = &around.git {
            let index = git.join("index").into_os_string().into_encoded_bytes();
            repository = Some(Rc::new(Repository::new(0, Vec::new(), index)));
        }
        self.open(Within::Tree, rules, repository)?;
        self.go(visit)
    }

    /// Walks through the folders that are open.
    fn go(&mut self, visit: &mut dyn Visit) -> Result<(), SnapshotError> {
        while let Some(frame) = self.frames.last_mut() {
            self.path.truncate(frame.length);
            while self.pending.last().is_some_and(|(length, _)| *length > frame.length) {
                self.pending.pop();
            }
            let Some(entry) = frame.entries.get(frame.next) else {
                self.frames.pop();
                continue;
            };
            frame.next += 1;
            let (meta, fate) = (entry.meta, entry.fate);
            join(&mut self.path, frame.names.get(entry.name.clone()).unwrap_or_default());
            let (rules, repository) = (frame.rules.clone(), frame.repository.clone());
            let folder = meta.kind() == FileType::Directory;
            match fate {
                Fate::Skip => {}
                Fate::Locked => visit.locked(&self.path),
                Fate::Printed => visit.printed(&self.path),
                Fate::Perhaps => {
                    self.pending.push((self.path.len(), meta));
                    self.open(Within::Ignored, rules, repository)?;
                }
                Fate::Through(within) => self.open(within, rules, repository)?,
                Fate::Save(within) => {
                    for (length, meta) in self.pending.drain(..) {
                        visit.visit(self.root.as_fd(), self.path.get(..length).unwrap_or_default(), &meta)?;
                    }
                    visit.visit(self.root.as_fd(), &self.path, &meta)?;
                    if folder {
                        self.open(within, rules, repository)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn os(&self) -> &OsStr {
        if self.path.is_empty() { OsStr::new(".") } else { OsStr::from_bytes(&self.path) }
    }

    /// Lists the folder at `path`; one that has vanished is left out.
    fn open(
        &mut self,
        within: Within,
        mut rules: Option<Rc<Level>>,
        mut repository: Option<Rc<Repository>>,
    ) -> Result<(), SnapshotError> {
        let fail = |error: Errno, path: &OsStr| SnapshotError::io(Path::new(path), &error.into());
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let opened = rustix::fs::openat(&self.root, self.os(), flags, Mode::empty());
        let mut folder = match opened.and_then(Dir::new) {
            Ok(folder) => folder,
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => return Ok(()),
            Err(error) => return Err(fail(error, self.os())),
        };
        let mut names = Vec::new();
        let mut found: Vec<(Range<usize>, FileType)> = Vec::new();
        let (mut has_ignore, mut has_git) = (false, false);
        while let Some(entry) = folder.read() {
            let entry = entry.map_err(|error| fail(error, self.os()))?;
            let name = entry.file_name().to_bytes();
            if matches!(name, b"." | b"..") {
                continue;
            }
            has_ignore |= name == b".gitignore";
            has_git |= name == b".git";
            let start = names.len();
            names.extend_from_slice(name);
            found.push((start..names.len(), entry.file_type()));
        }
        let fd = folder.fd().map_err(|error| fail(error, self.os()))?;
        if within == Within::Tree {
            if has_git && (self.path.is_empty() || is_repository(fd)) {
                (rules, repository) = self.enter(rules, repository);
            }
            if has_ignore || matches!(self.source, Source::Saved { .. }) {
                rules = self.level(b".gitignore", rules);
            }
        }
        let mut frame = Frame {
            names,
            entries: Vec::with_capacity(found.len()),
            next: 0,
            length: self.path.len(),
            rules,
            repository,
        };
        for (name, kind) in found {
            self.list(fd, within, &mut frame, name, kind)?;
        }
        let names = std::mem::take(&mut frame.names);
        frame.entries.sort_unstable_by(|a, b| names.get(a.name.clone()).cmp(&names.get(b.name.clone())));
        frame.names = names;
        self.frames.push(frame);
        Ok(())
    }

    /// Adds an entry to the folder, unless it is left out.
    fn list(
        &mut self,
        fd: BorrowedFd,
        within: Within,
        frame: &mut Frame,
        name: Range<usize>,
        kind: FileType,
    ) -> Result<(), SnapshotError> {
        let text = frame.names.get(name.clone()).unwrap_or_default();
        let os = OsStr::from_bytes(text);
        let length = self.path.len();
        join(&mut self.path, text);
        let mut stat = None;
        if kind == FileType::Unknown {
            stat = rustix::fs::statat(fd, os, AtFlags::SYMLINK_NOFOLLOW).ok().map(|stat| Meta::from(&stat));
        }
        let folder = stat.map_or(kind, |meta| meta.kind()) == FileType::Directory;
        let fate = self.fate(fd, within, frame, text, folder);
        let mut result = Ok(());
        if fate != Fate::Skip {
            match rustix::fs::statat(fd, os, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) => {
                    let meta = Meta::from(&stat);
                    let number = (meta.device, meta.inode);
                    let fate = if self.printed.contains(&number) { Fate::Printed } else { fate };
                    if number != self.state {
                        frame.entries.push(Listed { name, meta, fate });
                    }
                }
                Err(Errno::NOENT) => {}
                Err(error) => result = Err(SnapshotError::io(Path::new(self.os()), &error.into())),
            }
        }
        self.path.truncate(length);
        result
    }

    fn fate(&self, fd: BorrowedFd, within: Within, frame: &Frame, name: &[u8], folder: bool) -> Fate {
        let locked = !folder && name.ends_with(b".lock");
        match within {
            Within::Tree if name == b".git" && folder => {
                if is_git(fd, b".git/HEAD") {
                    Fate::Save(Within::Git)
                } else {
                    Fate::Skip
                }
            }
            Within::Tree if frame.length == 0 && name == b".wf" => Fate::Skip,
            Within::Tree if !ignored(frame.rules.as_ref(), &self.path, folder) => Fate::Save(Within::Tree),
            Within::Tree | Within::Ignored => self.ignored_fate(frame, name, folder),
            Within::Git if locked => Fate::Locked,
            Within::Git => match part(name, folder) {
                Part::Leave => Fate::Skip,
                Part::Save => Fate::Save(Within::Whole),
                Part::Modules => Fate::Save(Within::Modules),
                Part::Logs => Fate::Through(Within::Logs),
            },
            Within::Whole if locked => Fate::Locked,
            Within::Whole => Fate::Save(Within::Whole),
            Within::Modules if !folder => Fate::Skip,
            Within::Modules => {
                let git = is_git(fd, &[name, b"/HEAD"].concat());
                Fate::Save(if git { Within::Git } else { Within::Modules })
            }
            Within::Logs if folder && name == b"refs" => Fate::Through(Within::Logs),
            Within::Logs if !folder && name == b"stash" => Fate::Save(Within::Whole),
            Within::Logs => Fate::Skip,
        }
    }

    fn ignored_fate(&self, frame: &Frame, name: &[u8], folder: bool) -> Fate {
        if name == b".git" {
            return Fate::Skip;
        }
        let read = |path: &[u8]| self.source.read(self.workspace, path);
        let tracked =
            || frame.repository.as_ref().is_some_and(|repository| repository.tracks(&self.path, folder, read));
        match folder {
            true if self.include.matches(&self.path) => Fate::Save(Within::Ignored),
            true if self.include.reaches(&self.path) || tracked() => Fate::Perhaps,
            false if self.include.matches(&self.path) || tracked() => Fate::Save(Within::Ignored),
            _ => Fate::Skip,
        }
    }

    /// The rules of a repository that begins here; those of one around it end.
    #[allow(clippy::type_complexity, reason = "two things that change together")]
    fn enter(
        &self,
        around: Option<Rc<Level>>,
        repository: Option<Rc<Repository>>,
    ) -> (Option<Rc<Level>>, Option<Rc<Repository>>) {
        let below = |name: &[u8]| {
            let mut path = self.path.clone();
            join(&mut path, name);
            path
        };
        let strip = self.strip();
        let rules = if self.path.is_empty() { around } else { self.user.clone() };
        let exclude = self.source.read(self.workspace, &below(b".git/info/exclude")).unwrap_or_default();
        let rules = Level::parse(&exclude, strip, b"", rules);
        let index = below(b".git/index");
        let linked = self.path.is_empty() && repository.is_some();
        let repository = if linked { repository } else { Some(Rc::new(Repository::new(strip, Vec::new(), index))) };
        (rules, repository)
    }

    fn level(&self, name: &[u8], parent: Option<Rc<Level>>) -> Option<Rc<Level>> {
        let mut path = self.path.clone();
        join(&mut path, name);
        match self.source.read(self.workspace, &path) {
            Some(text) => Level::parse(&text, self.strip(), b"", parent),
            None => parent,
        }
    }

    /// How many bytes lead into the folder.
    fn strip(&self) -> usize {
        if self.path.is_empty() { 0 } else { self.path.len() + 1 }
    }
}

/// Device and inode of standard output and standard error, where they are files.
fn printed() -> Vec<(u64, u64)> {
    let stats = [rustix::fs::fstat(std::io::stdout()), rustix::fs::fstat(std::io::stderr())];
    let files = stats.iter().flatten().map(Meta::from).filter(|meta| meta.kind() == FileType::RegularFile);
    files.map(|meta| (meta.device, meta.inode)).collect()
}

fn join(path: &mut Vec<u8>, name: &[u8]) {
    if !path.is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(name);
}

fn is_git(fd: BorrowedFd, head: &[u8]) -> bool {
    rustix::fs::statat(fd, OsStr::from_bytes(head), AtFlags::SYMLINK_NOFOLLOW).is_ok()
}

/// Whether `.git` in the folder is a repository or leads to one.
fn is_repository(fd: BorrowedFd) -> bool {
    match rustix::fs::statat(fd, ".git", AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => Meta::from(&stat).kind() == FileType::RegularFile || is_git(fd, b".git/HEAD"),
        Err(_) => false,
    }
}
