//! The complete output of a process: in memory while it is small, in a file beyond.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Limits;

/// Everything a process printed on one stream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Captured {
    /// All of it, or its end when `spilled`.
    kept: Vec<u8>,
    tail: usize,
    /// The file that holds all of it, where it was too large for memory.
    pub spilled: Option<PathBuf>,
    /// Its size in bytes.
    pub len: u64,
    /// A secret turned up in it, and was masked.
    pub masked: bool,
}

impl Captured {
    pub(super) const fn empty() -> Self {
        Self { kept: Vec::new(), tail: 0, spilled: None, len: 0, masked: false }
    }

    /// All of it, where it is in memory.
    pub fn in_memory(&self) -> Option<&[u8]> {
        (self.len == self.kept.len() as u64).then_some(&self.kept)
    }

    /// All of it, read from its file if need be.
    pub fn read(&self) -> io::Result<Vec<u8>> {
        match (self.in_memory(), &self.spilled) {
            (Some(bytes), _) => Ok(bytes.to_vec()),
            (None, Some(path)) => std::fs::read(path),
            (None, None) => Err(io::Error::other("the output was too large for memory and had no file to go to")),
        }
    }

    /// Its end.
    pub fn tail(&self) -> &[u8] {
        &self.kept[self.kept.len().saturating_sub(self.tail)..]
    }
}

/// Takes an output as it comes.
pub(super) struct Capture {
    path: Option<PathBuf>,
    limits: Limits,
    kept: Vec<u8>,
    file: Option<File>,
    len: u64,
    spilled: bool,
    failed: Option<String>,
    pub masked: bool,
}

impl Capture {
    pub fn new(path: Option<PathBuf>, limits: Limits) -> Self {
        Self { path, limits, kept: Vec::new(), file: None, len: 0, spilled: false, failed: None, masked: false }
    }

    pub fn write(&mut self, bytes: &[u8]) {
        self.len += bytes.len() as u64;
        if !self.spilled && self.kept.len() + bytes.len() > self.limits.memory {
            self.spill();
        }
        if self.spilled {
            self.write_file(bytes);
            self.keep_tail(bytes);
        } else {
            self.kept.extend_from_slice(bytes);
        }
    }

    /// From now on everything goes to the file, and only the end is kept.
    fn spill(&mut self) {
        self.spilled = true;
        if let Some(path) = &self.path {
            match File::create(path) {
                Ok(file) => self.file = Some(file),
                Err(error) => self.failed = Some(describe(path, &error)),
            }
        }
        let kept = std::mem::take(&mut self.kept);
        self.write_file(&kept);
        self.keep_tail(&kept);
    }

    fn write_file(&mut self, bytes: &[u8]) {
        let (Some(file), Some(path)) = (&mut self.file, &self.path) else { return };
        if let Err(error) = file.write_all(bytes) {
            self.failed = Some(describe(path, &error));
            self.file = None;
        }
    }

    fn keep_tail(&mut self, bytes: &[u8]) {
        let most = self.limits.tail;
        let fresh = &bytes[bytes.len().saturating_sub(most)..];
        // Moved only when twice the size has gathered, so that each byte is moved about once.
        if self.kept.len() + fresh.len() > 2 * most {
            let surplus = self.kept.len().saturating_sub(most - fresh.len());
            self.kept.drain(..surplus);
        }
        self.kept.extend_from_slice(fresh);
    }

    pub fn finish(&mut self, lost: &mut Option<String>) -> Captured {
        let mut kept = std::mem::take(&mut self.kept);
        if self.spilled {
            kept.drain(..kept.len().saturating_sub(self.limits.tail));
        }
        kept.shrink_to_fit();
        let whole = self.spilled && self.file.take().is_some();
        let spilled = if whole { self.path.take() } else { None };
        *lost = lost.take().or_else(|| self.failed.take());
        Captured { kept, tail: self.limits.tail, spilled, len: self.len, masked: self.masked }
    }
}

pub(super) fn describe(path: &Path, error: &io::Error) -> String {
    format!("`{}` could not be written: {error}", path.display())
}
