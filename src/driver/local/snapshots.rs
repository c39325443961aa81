//! Snapshots of the workspace, taken and restored on a thread of their own.

use std::path::PathBuf;
use std::sync::Arc;

use crate::journal::Journal;
use crate::machine::input::Input;
use crate::snapshot::{Options, SnapshotError, SnapshotId, Store};

/// So many runs that are over keep their snapshots.
const RUNS: usize = 10;

/// What the snapshots of a run need.
#[derive(Clone)]
pub(super) struct Place {
    run: Arc<str>,
    journal: Journal,
    workspace: PathBuf,
}

/// Where a run stands with its snapshots.
pub(super) struct Snapshots {
    place: Place,
    /// Whether anything may ever want files back; otherwise none are saved.
    pub needed: bool,
    /// Snapshots and restores under way.
    pub pending: usize,
    /// Whether this process has started something that may have changed files.
    worked: bool,
    /// Whether what others changed is overwritten.
    pub force: bool,
    /// The number of the snapshot taken before a rollback touches anything.
    rescue: Option<u64>,
    /// What the workspace looks like: nothing was started since it was saved.
    seen: Option<SnapshotId>,
}

impl Snapshots {
    pub fn new(run: Arc<str>, journal: Journal, workspace: PathBuf) -> Self {
        let place = Place { run, journal, workspace };
        Self { place, needed: true, pending: 0, worked: false, force: false, rescue: None, seen: None }
    }

    /// What to do for `Command::Snapshot`; the answer is an input.
    pub fn take(&mut self, number: u64, name: &str, include: Vec<String>) -> impl FnOnce() -> Input + Send + use<> {
        self.pending += 1;
        let rescue = name == "rescue";
        self.rescue = rescue.then_some(number);
        let (place, needed) = (self.place.clone(), self.needed);
        let compare = rescue && !self.worked && !self.force;
        move || {
            let reference = if needed { place.take(&include, compare) } else { Ok(String::new()) };
            Input::SnapshotTaken { snapshot: number, reference }
        }
    }

    /// What to do for `Command::Restore`; the answer is an input.
    pub fn restore(&mut self, number: u64, reference: String, force: bool) -> impl FnOnce() -> Input + Send + use<> {
        self.pending += 1;
        self.worked = true;
        let (place, seen) = (self.place.clone(), self.seen.take());
        move || {
            let outcome = place.restore(&reference, force, seen.as_ref());
            Input::SnapshotRestored { snapshot: number, outcome }
        }
    }

    /// An answer has come.
    pub fn answered(&mut self, input: &Input) {
        match input {
            Input::SnapshotTaken { snapshot, reference } => {
                self.pending = self.pending.saturating_sub(1);
                if self.rescue == Some(*snapshot) {
                    self.seen = reference.as_deref().ok().and_then(SnapshotId::parse);
                }
            }
            Input::SnapshotRestored { .. } => self.pending = self.pending.saturating_sub(1),
            _ => {}
        }
    }

    /// A step is about to start. What to do before the first one: from now on the workspace is not as it was left.
    pub fn works(&mut self) -> Option<impl FnOnce() + Send + use<>> {
        self.seen = None;
        if std::mem::replace(&mut self.worked, true) || !self.needed {
            return None;
        }
        let place = self.place.clone();
        Some(move || drop(place.store().map(|store| store.leave(&place.run, None))))
    }

    /// What to do when this process leaves the run alone; `over`: nothing of it can go on.
    pub fn leave(&self, over: bool) -> Option<impl FnOnce() + Send + use<>> {
        let place = self.place.clone();
        (self.needed && self.worked).then_some(move || place.leave(over))
    }
}

impl Place {
    fn store(&self) -> Result<Store, String> {
        let folder = self.journal.folder().ok_or("the journal is in memory: files have nowhere to be saved")?;
        Store::open(folder).map_err(words)
    }

    fn take(&self, include: &[String], compare: bool) -> Result<String, String> {
        let store = self.store()?;
        let taken = store.take(&self.workspace, include).map_err(words)?;
        store.keep_for(&self.run, &taken.id).map_err(words)?;
        if let Some(left) = store.left(&self.run).filter(|_| compare) {
            let mut others = store.changed(&left, &taken.id).map_err(words)?;
            others.retain(|path| !taken.printed.contains(path));
            if !others.is_empty() {
                return Err(words(SnapshotError::ChangedByOthers(others)));
            }
        }
        Ok(taken.id.to_string())
    }

    fn restore(&self, reference: &str, force: bool, expected: Option<&SnapshotId>) -> Result<(), String> {
        let Some(id) = SnapshotId::parse(reference) else {
            return Err("none were saved: nothing in the workflow could have asked for them back".to_owned());
        };
        let options = Options { force, expected };
        self.store()?.restore(&self.workspace, &id, options).map(drop).map_err(words)
    }

    /// Remembers what the workspace looks like, so that a later rollback notices what others change; drops the
    /// snapshots of old runs. Neither is worth failing for.
    fn leave(&self, over: bool) {
        let Ok(store) = self.store() else { return };
        let taken = store.take(&self.workspace, &[]).ok().map(|taken| taken.id);
        let _ = store.leave(&self.run, taken.as_ref());
        if !over {
            return;
        }
        let Ok(runs) = self.journal.runs() else { return };
        let open = |status: &str| matches!(status, "running" | "paused" | "interrupted" | "rollback-incomplete");
        let mut ended = 0;
        let mut needed = vec![self.run.to_string()];
        for run in runs {
            ended += usize::from(!open(&run.status));
            if open(&run.status) || ended <= RUNS {
                needed.push(run.id);
            }
        }
        let _ = store.forget_runs(|run| needed.iter().any(|needed| needed == run));
    }
}

fn words(error: SnapshotError) -> String {
    error.to_string()
}
