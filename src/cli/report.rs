//! `wf report`

use std::io::Write;
use std::path::Path;

use super::args::{ReportArgs, ReportFormat};
use super::why::tell;
use super::{Context, Exit, Outcome, Usage, latest, source};
use crate::engine::event::Body;
use crate::journal::Journal;
use crate::machine::input::Input;
use crate::machine::notice::Notice;
use crate::report::history::History;
use crate::report::summary::{Files, Summary};
use crate::snapshot::{How, SnapshotId, Store};

pub(super) fn run(args: &ReportArgs, _: Context) -> Outcome {
    let folder = source::workspace()?.join(".wf");
    let journal = super::open(&folder)?;
    let run = match &args.run {
        Some(prefix) => journal.find_run(prefix)?,
        None => latest(&journal)?,
    };
    let told = tell(&journal, &run)?;
    let status = word(&journal, &run.id, &run.status);
    let files = files(&folder, &run.id, &told.history)?;
    let summary = Summary::of(&told.plan, &told.history, &run.id, status, files);
    let text = match args.format {
        ReportFormat::Text => summary.to_text(),
        ReportFormat::Md => summary.to_markdown(),
        ReportFormat::Html => summary.to_html(),
        ReportFormat::Json => summary.to_json(),
    };
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(Exit::Success)
}

/// The status of a run: one whose process died is neither running nor over.
fn word<'a>(journal: &Journal, run: &str, status: &'a str) -> &'a str {
    if status == "running" && journal.holder(run).is_none() { "interrupted" } else { status }
}

/// What differs between the start of the run and when it was left alone, where both were saved and still are.
fn files(folder: &Path, run: &str, history: &History) -> Result<Option<Files>, Usage> {
    if !folder.join("store").is_dir() {
        return Ok(None);
    }
    let store = Store::open(folder)?;
    let (Some(start), Some(left)) = (start(history), store.left(run)) else { return Ok(None) };
    if !store.snapshots_of(run)?.contains(&start) {
        return Ok(None);
    }
    let mut files = Files::default();
    for change in store.diff(&start, &left)? {
        let path = change.path.display().to_string();
        // Of repositories only what is checked out is the work of a run.
        if path.split('/').any(|part| part == ".git") {
            continue;
        }
        match change.how {
            How::Created => files.created.push(path),
            How::Modified => files.modified.push(path),
            How::Removed => files.removed.push(path),
        }
    }
    Ok(Some(files))
}

/// The snapshot of the checkpoint `start`.
fn start(history: &History) -> Option<SnapshotId> {
    let mut last = None;
    for (_, body) in &history.events {
        match body {
            Body::Input(Input::SnapshotTaken { reference, .. }) => last = reference.as_deref().ok(),
            Body::Notice(Notice::CheckpointTaken { name }) if name == "start" => return SnapshotId::parse(last?),
            _ => {}
        }
    }
    None
}
