//! The log of an attempt: both outputs in one file, line by line as they came.
//!
//! A line of the log is `<milliseconds since the start> <o|e> <text>`; `o+` and `e+` mark a text that the next line of
//! the same stream continues (a long line, or one that the other stream interrupted). Text is kept as bytes.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use super::Stream;
use super::capture::describe;

/// A line longer than this is logged in parts.
const MAX_LINE: usize = 16 << 10;

/// Bytes gathered before the file is written; at the end of each chunk it always is.
const MAX_PENDING: usize = 64 << 10;

/// A line of a log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LogLine<'a> {
    /// When it was read, in milliseconds since the attempt began.
    pub at_ms: u64,
    /// Where it was printed.
    pub stream: Stream,
    /// The next line of the stream continues it.
    pub continues: bool,
    /// What was printed, without the line break.
    pub text: &'a [u8],
}

/// Reads a line of a log, given without its line break. `None` when it is none.
pub fn parse_log_line(line: &[u8]) -> Option<LogLine<'_>> {
    let mut fields = line.splitn(3, |byte| *byte == b' ');
    let at_ms = std::str::from_utf8(fields.next()?).ok()?.parse().ok()?;
    let (stream, continues) = match fields.next()? {
        b"o" => (Stream::Stdout, false),
        b"o+" => (Stream::Stdout, true),
        b"e" => (Stream::Stderr, false),
        b"e+" => (Stream::Stderr, true),
        _ => return None,
    };
    Some(LogLine { at_ms, stream, continues, text: fields.next()? })
}

/// Writes a log; the file is made with the first byte.
pub(super) struct OutputLog {
    path: Option<PathBuf>,
    file: Option<File>,
    started: Instant,
    /// Lines not ended yet, one for each stream.
    partial: [Vec<u8>; 2],
    pending: Vec<u8>,
    failed: Option<String>,
}

impl OutputLog {
    pub fn new(path: Option<PathBuf>, started: Instant) -> Self {
        Self { path, file: None, started, partial: Default::default(), pending: Vec::new(), failed: None }
    }

    pub fn write(&mut self, stream: Stream, bytes: &[u8]) {
        if self.path.is_none() || self.failed.is_some() {
            return;
        }
        let mut partial = std::mem::take(&mut self.partial[stream as usize]);
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            match piece.strip_suffix(b"\n") {
                Some(end) if partial.is_empty() => self.line(stream, false, end),
                Some(end) => {
                    partial.extend_from_slice(end);
                    self.line(stream, false, &partial);
                    partial.clear();
                }
                None => partial.extend_from_slice(piece),
            }
        }
        if partial.len() > MAX_LINE {
            self.line(stream, true, &partial);
            partial.clear();
        }
        self.partial[stream as usize] = partial;
        self.flush();
    }

    fn line(&mut self, stream: Stream, continues: bool, text: &[u8]) {
        let at_ms = self.started.elapsed().as_millis();
        let tag = match (stream, continues) {
            (Stream::Stdout, false) => "o",
            (Stream::Stdout, true) => "o+",
            (Stream::Stderr, false) => "e",
            (Stream::Stderr, true) => "e+",
        };
        // Writing to memory cannot fail.
        let _ = write!(self.pending, "{at_ms} {tag} ");
        self.pending.extend_from_slice(text);
        self.pending.push(b'\n');
        if self.pending.len() >= MAX_PENDING {
            self.flush();
        }
    }

    fn flush(&mut self) {
        let Some(path) = self.path.as_ref().filter(|_| !self.pending.is_empty()) else { return };
        let opened = match self.file.take() {
            Some(file) => Ok(file),
            None => File::options().create(true).append(true).open(path),
        };
        let written = opened.and_then(|mut file| file.write_all(&self.pending).map(|()| file));
        match written {
            Ok(file) => self.file = Some(file),
            Err(error) => self.failed = Some(describe(path, &error)),
        }
        self.pending.clear();
    }

    /// Writes what is left; gives what went wrong, if anything did.
    pub fn finish(&mut self) -> Option<String> {
        for stream in [Stream::Stdout, Stream::Stderr] {
            let partial = std::mem::take(&mut self.partial[stream as usize]);
            if !partial.is_empty() {
                self.line(stream, true, &partial);
            }
        }
        self.flush();
        self.failed.take()
    }
}
