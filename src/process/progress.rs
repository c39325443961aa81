//! Reading the file that `$WF_PROGRESS` names, while it is written.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;

/// The most that is read of it at a time, in bytes; longer lines are cut.
const MAX_READ: u64 = 64 << 10;

/// A sub-item that a process reported.
#[derive(Clone, PartialEq, Debug)]
pub struct Progress {
    /// How much of it is done, from 0 to 100.
    pub percent: Option<f64>,
    /// Which; empty when the percentage is that of the whole step.
    pub item: String,
}

/// Reads a line `80% UserService`, `80%` or `UserService`; a blank one says nothing.
pub fn parse_progress(line: &str) -> Option<Progress> {
    let line = line.trim();
    let (first, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let percent = first.strip_suffix('%').and_then(|number| number.parse::<f64>().ok()).filter(|p| p.is_finite());
    let item = if percent.is_some() { rest.trim_start() } else { line };
    let percent = percent.map(|percent| percent.clamp(0.0, 100.0));
    (!line.is_empty()).then(|| Progress { percent, item: item.to_owned() })
}

/// Follows a file that may not be there yet.
pub(super) struct Watch {
    path: PathBuf,
    file: Option<File>,
    /// How far it was read: up to here all lines were whole.
    at: u64,
}

impl Watch {
    pub fn new(path: PathBuf) -> Self {
        Self { path, file: None, at: 0 }
    }

    /// Reports lines that came since the last time; at the `last` one also one without its line break.
    pub fn read(&mut self, last: bool, report: &mut impl FnMut(&Progress)) {
        loop {
            if self.file.is_none() {
                self.file = File::open(&self.path).ok();
            }
            let Some(file) = &mut self.file else { return };
            let mut bytes = Vec::new();
            let read = file.seek(SeekFrom::Start(self.at)).and_then(|_| file.take(MAX_READ).read_to_end(&mut bytes));
            let full = bytes.len() as u64 == MAX_READ;
            let whole = match memchr::memrchr(b'\n', &bytes) {
                Some(end) => end + 1,
                None if last || full => bytes.len(),
                None => 0,
            };
            if read.is_err() || whole == 0 {
                return;
            }
            self.at += whole as u64;
            for line in String::from_utf8_lossy(&bytes[..whole]).lines() {
                if let Some(progress) = parse_progress(line) {
                    report(&progress);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_understood() {
        let progress = |line| parse_progress(line).map(|progress| (progress.percent, progress.item));
        assert_eq!(progress("80% UserService"), Some((Some(80.0), "UserService".to_owned())));
        assert_eq!(progress(" 12.5%\n"), Some((Some(12.5), String::new())));
        assert_eq!(progress("300% a  b"), Some((Some(100.0), "a  b".to_owned())));
        assert_eq!(progress("linking x"), Some((None, "linking x".to_owned())));
        assert_eq!(progress("nan% x"), Some((None, "nan% x".to_owned())));
        assert_eq!(progress("  "), None);
    }

    #[test]
    fn a_file_is_followed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("progress");
        let mut watch = Watch::new(path.clone());
        let mut seen = Vec::new();
        let mut read = |last, text: &str| {
            if !text.is_empty() {
                let old = std::fs::read(&path).unwrap_or_default();
                std::fs::write(&path, [&old, text.as_bytes()].concat()).unwrap();
            }
            watch.read(last, &mut |progress| seen.push(progress.item.clone()));
            std::mem::take(&mut seen)
        };
        assert!(read(false, "").is_empty());
        assert_eq!(read(false, "1% a\n2% b\n3% c"), ["a", "b"]);
        assert!(read(false, "").is_empty());
        assert_eq!(read(false, "cc\n"), ["ccc"]);
        assert_eq!(read(true, "4% d"), ["d"]);
        let long = "x".repeat(200_000);
        assert!(read(true, &long).concat().len() == 200_000);
    }
}
