//! Where the output of attempts is kept: `.wf/runs/RUN/logs/STEP.N.log`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashSet;

/// The log of attempt `number` of the step at `path`, below the run's folder. Slashes of the path become folders; every byte
/// that is not a letter, digit, `-` or `_` is written `%XX`, so that different steps never share a file.
pub fn log_path(run_folder: &Path, path: &str, number: u32) -> PathBuf {
    let mut name = String::with_capacity(path.len() + 8);
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'/' => name.push(byte as char),
            _ => {
                let _ = write!(name, "%{byte:02X}");
            }
        }
    }
    let _ = write!(name, ".{number}.log");
    run_folder.join("logs").join(name)
}

/// Remembers which folders exist, so that a thousand steps do not ask the file system a thousand times.
#[derive(Debug, Default)]
pub struct Made(Mutex<FxHashSet<PathBuf>>);

impl Made {
    /// Makes a folder with those above it unless that was done before.
    pub fn make(&self, folder: &Path) -> std::io::Result<()> {
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !made.contains(folder) {
            std::fs::create_dir_all(folder)?;
            made.insert(folder.to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_steps_apart_and_inside_the_folder() {
        let path = |step| log_path(Path::new("r"), step, 2).to_string_lossy().into_owned();
        assert_eq!(path("build/test"), "r/logs/build/test.2.log");
        assert_eq!(path("build[\"a/../..\"]"), "r/logs/build%5B%22a/%2E%2E/%2E%2E%22%5D.2.log");
        assert_ne!(path("a%2Eb"), path("a.b"));
    }
}
