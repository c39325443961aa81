//! Which snapshots a run needs: a file for each run, a name in each line, the last of them first.

use std::fs;
use std::path::PathBuf;

use super::error::SnapshotError;
use super::{SnapshotId, Store, write_aside};

/// Marks the snapshot taken when a process last left the run alone.
const LEFT: &str = "left ";

impl Store {
    fn run_path(&self, run: &str) -> PathBuf {
        self.folder.join("runs").join(run)
    }

    /// Says that the run needs the snapshot until it is forgotten.
    pub fn keep_for(&self, run: &str, id: &SnapshotId) -> Result<(), SnapshotError> {
        let mut lines = self.lines(run)?;
        if lines.iter().any(|line| line == id.as_str()) {
            return Ok(());
        }
        lines.push(id.to_string());
        self.write_lines(run, &lines)
    }

    /// Says what the workspace looked like when the run was left alone; `None` when it goes on.
    pub fn leave(&self, run: &str, id: Option<&SnapshotId>) -> Result<(), SnapshotError> {
        let mut lines = self.lines(run)?;
        let before = lines.len();
        lines.retain(|line| !line.starts_with(LEFT));
        if before == lines.len() && id.is_none() {
            return Ok(());
        }
        lines.extend(id.map(|id| format!("{LEFT}{id}")));
        self.write_lines(run, &lines)
    }

    /// What the workspace looked like when the run was left alone.
    pub fn left(&self, run: &str) -> Option<SnapshotId> {
        let lines = self.lines(run).ok()?;
        lines.iter().find_map(|line| SnapshotId::parse(line.strip_prefix(LEFT)?))
    }

    pub(super) fn lines(&self, run: &str) -> Result<Vec<String>, SnapshotError> {
        let path = self.run_path(run);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(text.lines().map(str::to_owned).collect()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(SnapshotError::io(&path, &error)),
        }
    }

    fn write_lines(&self, run: &str, lines: &[String]) -> Result<(), SnapshotError> {
        let text: String = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
        let held = self.lock()?;
        let result = write_aside(&self.folder, &format!("runs/{run}"), text.as_bytes(), true);
        drop(held);
        result
    }

    /// The snapshots that the run needs.
    pub fn snapshots_of(&self, run: &str) -> Result<Vec<SnapshotId>, SnapshotError> {
        let lines = self.lines(run)?;
        Ok(lines.iter().filter_map(|line| SnapshotId::parse(line.strip_prefix(LEFT).unwrap_or(line))).collect())
    }
}
