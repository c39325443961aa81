//! Messages from other processes to the one that goes on with a run: files in `.wf/runs/RUN/inbox`.
//!
//! Each message is one JSON file that appears whole (written aside, then renamed). Its name sorts by time of arrival.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::mpsc;

use crate::driver::local::Message;
use crate::machine::input::Input;

/// How often the folder is looked at.
const PAUSE: Duration = Duration::from_millis(200);

fn inbox(run_folder: &Path) -> PathBuf {
    run_folder.join("inbox")
}

/// Leaves a message.
pub(super) fn leave(run_folder: &Path, input: &Input) -> std::io::Result<()> {
    let folder = inbox(run_folder);
    std::fs::create_dir_all(&folder)?;
    let file = tempfile::Builder::new().prefix(".new-").tempfile_in(&folder)?;
    serde_json::to_writer(&file, input)?;
    let name = format!("{:020}-{}.json", crate::driver::local::clock(), std::process::id());
    file.persist(folder.join(name))?;
    Ok(())
}

/// Passes on what arrives until it is aborted.
pub(super) async fn watch(run_folder: PathBuf, to: mpsc::UnboundedSender<Message>) {
    let folder = inbox(&run_folder);
    loop {
        for path in waiting(&folder) {
            let input = std::fs::read(&path).ok().and_then(|text| serde_json::from_slice::<Input>(&text).ok());
            let _ = std::fs::remove_file(&path);
            if let Some(input) = input
                && to.send(Message::Input(input)).is_err()
            {
                return;
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn waiting(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|ext| ext == "json")).collect();
    paths.sort();
    paths
}
