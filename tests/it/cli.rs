//! The command line: `tests/cases/cli/NAME/` holds the files of a project and a `transcript`.
//!
//! A transcript is lines that begin with `$ `, each run by `sh` in a copy of the folder with `wf` on its `PATH`, and below
//! each what it printed (standard output, then standard error behind `! `) and `[N]` where it exited with another code than 0.
//! Lines that begin with `# ` are comments. Times, durations, what was used and run ids are replaced by `TIME`, `N`, `N`
//! and `RUN`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bless;

/// The `wf` of this build.
const WF: &str = env!("CARGO_BIN_EXE_wf");

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/cli");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() > 10, "the cases are there");
    cases
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else if entry.file_name() != "transcript" {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Runs one line; what a transcript shows of it.
fn run(line: &str, folder: &Path) -> String {
    let bin = Path::new(WF).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let output = Command::new("sh")
        .args(["-c", line])
        .current_dir(folder)
        .env("PATH", path)
        .env("USER", "ada")
        .env_remove("CI")
        .env("NO_COLOR", "1")
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let mut shown = String::from_utf8_lossy(&output.stdout).into_owned();
    if !shown.is_empty() && !shown.ends_with('\n') {
        shown.push_str("\\\n");
    }
    for line in String::from_utf8_lossy(&output.stderr).lines() {
        shown += format!("! {line}").trim_end();
        shown.push('\n');
    }
    if output.status.code() != Some(0) {
        shown += &format!("[{}]\n", output.status.code().map_or("signal".to_owned(), |code| code.to_string()));
    }
    normal(&shown.replace(&folder.display().to_string(), "/project"))
}

/// Replaces what differs from run to run.
fn normal(text: &str) -> String {
    let mut out = String::new();
    for word in text.split_inclusive(|c: char| c.is_whitespace() || "\",;()'`".contains(c)) {
        let end = word.trim_end_matches(|c: char| c.is_whitespace() || "\",;()'`".contains(c));
        let tail = &word[end.len()..];
        if is_run(end) {
            out += "RUN";
        } else if is_time(end) {
            out += "TIME";
        } else if is_duration(end)
            && (out.ends_with('(') && tail.starts_with([')', ','])
                || ["cpu ", "duration: ", "| "].iter().any(|before| out.ends_with(before)))
            || is_memory(end, &out)
        {
            out += "N";
        } else {
            out += end;
        }
        out += tail;
    }
    out
}

fn is_run(word: &str) -> bool {
    let digits = word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    word.len() == 10 && word.starts_with("0t") && digits
}

/// A date and time as a word; its colons do not part it.
fn is_time(word: &str) -> bool {
    word.len() >= 20 && word.starts_with("20") && word.ends_with('Z') && word[10..].starts_with('T')
}

fn is_duration(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
        && word.ends_with(['s', 'm', 'h'])
        && word.chars().all(|c| c.is_ascii_digit() || "hms.".contains(c))
}

/// What a process used.
fn is_memory(word: &str, before: &str) -> bool {
    before.ends_with("memory ") && word.starts_with(|c: char| c.is_ascii_digit()) && word.ends_with('B')
}

#[test]
fn transcripts_hold() {
    let mut differences = Vec::new();
    for case in cases() {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap();
        copy(&case, &root);
        let transcript = fs::read_to_string(case.join("transcript")).unwrap();
        let mut found = String::new();
        for line in transcript.lines() {
            if let Some(command) = line.strip_prefix("$ ") {
                found += &format!("{line}\n{}", run(command, &root));
            } else if line.starts_with("# ") {
                found += &format!("{line}\n");
            }
        }
        differences.extend(bless::compare(&case.join("transcript"), &found));
    }
    bless::assert_none(differences);
}
