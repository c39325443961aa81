//! One attempt: from what the machine resolved to a process, and from what came of it to [`Raw`].

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ecow::EcoString;
use indexmap::IndexMap;
use tokio::sync::{mpsc, watch};

use super::{Halt, Message, Surroundings, log_path, secrets};
use crate::machine::command::{Attempt, EnvValue, Resolved, Wanted};
use crate::machine::input::{Ending, Raw, Usage};
use crate::plan::ir::Language;
use crate::process::{self, AttemptFiles, Captured, End, Mask, Notice, Outcome, OutputValue, Spec, Stream};
use crate::value::{Fields, Value};

/// How long a process and its descendants have to end after SIGTERM.
const GRACE: Duration = Duration::from_secs(5);

/// The most that is read from `$WF_OUTPUT`, in bytes.
const OUTPUT_LIMIT: u64 = 16 << 20;

/// Starts an attempt on the runtime. It ends with a [`Message::Ended`], also when `halt` says that it shall.
pub(super) fn start(attempt: &Attempt, around: &Surroundings, halt: watch::Receiver<Halt>) {
    let to = around.sender.clone();
    if let Resolved::Host { name, args } = &attempt.action {
        let call = around.hosts.call(name, args.iter().cloned().collect());
        let missing = format!("the host program has no function `{name}`");
        tokio::spawn(host(attempt.attempt, call, missing, to, halt));
        return;
    }
    let number = attempt.attempt;
    let started = prepare(attempt, around).and_then(|(spec, files)| {
        let mask = spec.mask.clone();
        let running = process::spawn(spec).map_err(|error| error.to_string())?;
        Ok((running, files, mask))
    });
    match started {
        Ok((running, files, mask)) => {
            let echo = around.echo.then(|| Echo { attempt: number, to: to.clone(), partial: Default::default() });
            let keeping = Keeping { files, mask, wanted: attempt.wanted };
            tokio::spawn(run(number, running, keeping, echo, to, halt));
        }
        Err(why) => end(&to, number, Raw { ending: Ending::Spawn(why), ..Raw::default() }, Usage::default()),
    }
}

fn end(to: &mpsc::UnboundedSender<Message>, attempt: u64, raw: Raw, usage: Usage) {
    let _ = to.send(Message::Ended { attempt, raw: Box::new(raw), usage });
}

async fn host(
    number: u64,
    call: Option<crate::engine::host::HostFuture>,
    missing: String,
    to: mpsc::UnboundedSender<Message>,
    mut halt: watch::Receiver<Halt>,
) {
    let began = Instant::now();
    let mut raw = Raw::default();
    match call {
        None => raw.ending = Ending::Spawn(missing),
        Some(call) => tokio::select! {
            result = call => match result {
                Ok(outputs) => raw.returned = Some(outputs),
                Err(failure) => raw.ending = Ending::Failed(failure.kind.clone(), failure.message),
            },
            Ok(_) = halt.wait_for(|halt| *halt != Halt::No) => raw.ending = Ending::Failed("cancelled".into(), "it was stopped".to_owned()),
        },
    }
    raw.duration = began.elapsed().as_millis() as i64;
    let usage = Usage { wall: raw.duration, ..Usage::default() };
    end(&to, number, raw, usage);
}

/// What to start, and the private files of the attempt.
fn prepare(attempt: &Attempt, around: &Surroundings) -> Result<(Spec, AttemptFiles), String> {
    let files = around.scratch.attempt().map_err(|error| format!("its private files: {error}"))?;
    // Every secret of the run, not only those that it gets: an earlier step may have left one where it finds it.
    let mut secrets: Vec<String> = around.secrets.iter().filter_map(|secret| secrets::resolve(secret).ok()).collect();
    let mut env = own_variables(attempt, around, &files);
    for (name, value) in &attempt.env {
        env.push((name.as_str().into(), resolve(value, &mut secrets)?.into()));
    }
    let stdin = match &attempt.stdin {
        Some(value) => Some(Arc::from(resolve(value, &mut secrets)?.into_bytes())),
        None => None,
    };
    let log = around
        .journal
        .folder()
        .map(|folder| log_path(&folder.join("runs").join(&*around.run), &attempt.step, attempt.number));
    if let Some(folder) = log.as_ref().and_then(|log| log.parent()) {
        around.made.make(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let spill = |wanted: bool, name: &str| log.as_ref().filter(|_| wanted).map(|log| log.with_extension(name));
    let Wanted { stdout, stderr } = attempt.wanted;
    let spec = Spec {
        argv: argv(&attempt.action),
        env,
        cwd: Some(attempt.cwd.as_ref().map_or_else(|| around.workspace.clone(), |cwd| around.workspace.join(cwd))),
        stdin,
        spill: [spill(stdout, "stdout"), spill(stderr, "stderr")],
        log,
        progress: Some(files.progress.clone()),
        mask: Arc::new(Mask::new(secrets.iter().map(String::as_bytes))),
        marker: Some("WF_KEY".into()),
        ..Spec::default()
    };
    Ok((spec, files))
}

fn own_variables(attempt: &Attempt, around: &Surroundings, files: &AttemptFiles) -> Vec<(OsString, OsString)> {
    let text = |value: &str| OsString::from(value);
    let path = |value: &PathBuf| value.clone().into_os_string();
    vec![
        (text("WF_RUN"), text(&around.run)),
        (text("WF_STEP"), text(&attempt.step)),
        (text("WF_ATTEMPT"), attempt.number.to_string().into()),
        (text("WF_KEY"), text(&attempt.key)),
        (text("WF_OUTPUT"), path(&files.output)),
        (text("WF_PROGRESS"), path(&files.progress)),
        (text("WF_TMP"), path(&files.folder)),
    ]
}

fn resolve(value: &EnvValue, secrets: &mut Vec<String>) -> Result<String, String> {
    match value {
        EnvValue::Text(text) => Ok(text.to_string()),
        EnvValue::Secret(secret) => {
            let value = secrets::resolve(secret).map_err(|error| error.to_string())?;
            secrets.push(value.clone());
            Ok(value)
        }
    }
}

/// The program and its arguments. Scripts are one argument of their interpreter.
fn argv(action: &Resolved) -> Vec<OsString> {
    let words = |words: &[&str], args: &[EcoString]| {
        let words = words.iter().map(|word| OsString::from(*word));
        words.chain(args.iter().map(|arg| OsString::from(arg.as_str()))).collect()
    };
    match action {
        Resolved::Exec(argv) => argv.iter().map(|arg| OsString::from(arg.as_str())).collect(),
        Resolved::Script { language, script, args } => match language {
            Language::Sh => words(&["sh", "-euc", script, "sh"], args),
            Language::Bash => words(&["bash", "-euc", script, "bash"], args),
            Language::Python => words(&["python3", "-c", script], args),
            // The last word stands where a script file would, so that `process.argv.slice(2)` holds the arguments.
            Language::Node => words(&["node", "-e", script, "--", "[eval]"], args),
        },
        Resolved::Agent { .. } | Resolved::Host { .. } => Vec::new(),
    }
}

/// Passes on what a process prints, line by line.
struct Echo {
    attempt: u64,
    to: mpsc::UnboundedSender<Message>,
    partial: [Vec<u8>; 2],
}

impl Echo {
    fn feed(&mut self, stream: Stream, bytes: &[u8]) {
        let partial = &mut self.partial[stream as usize];
        partial.extend_from_slice(bytes);
        while let Some(at) = memchr::memchr(b'\n', partial) {
            let line: Vec<u8> = partial.drain(..=at).collect();
            let text = String::from_utf8_lossy(&line[..at]).into_owned();
            let _ = self.to.send(Message::Line { attempt: self.attempt, text });
        }
    }
}

/// What is needed when an attempt has ended to tell what came of it.
struct Keeping {
    files: AttemptFiles,
    mask: Arc<Mask>,
    wanted: Wanted,
}

async fn run(
    number: u64,
    mut running: process::Running,
    keeping: Keeping,
    mut echo: Option<Echo>,
    to: mpsc::UnboundedSender<Message>,
    mut halt: watch::Receiver<Halt>,
) {
    let progress = to.clone();
    let mut notice = |notice: Notice<'_>| match notice {
        Notice::Output(stream, bytes) => {
            if let Some(echo) = &mut echo {
                echo.feed(stream, bytes);
            }
        }
        Notice::Progress(part) => {
            let percent = part.percent.unwrap_or(0.0) as u8;
            let part = String::from_utf8_lossy(&keeping.mask.apply(part.item.as_bytes())).into_owned();
            let _ = progress.send(Message::Progress { attempt: number, percent, part });
        }
    };
    let ended = tokio::select! {
        outcome = running.wait(&mut notice) => Some(outcome),
        Ok(_) = halt.wait_for(|halt| *halt != Halt::No) => None,
    };
    let ended = match ended {
        Some(outcome) => Some(outcome),
        None => tokio::select! {
            outcome = running.terminate(GRACE, &mut notice) => Some(outcome),
            Ok(_) = halt.wait_for(|halt| *halt == Halt::Kill) => None,
        },
    };
    let outcome = match ended {
        Some(outcome) => outcome,
        None => running.kill(&mut notice).await,
    };
    let usage = Usage {
        wall: outcome.duration.as_millis() as i64,
        cpu: Some((outcome.cpu_user + outcome.cpu_system).as_millis() as i64),
        memory: Some(outcome.max_rss as i64),
    };
    end(&to, number, raw(outcome, &keeping), usage);
}

fn raw(outcome: Outcome, keeping: &Keeping) -> Raw {
    let mut ending = match outcome.end {
        End::Exited(code) => Ending::Exit(code),
        End::Signaled(signal) => Ending::Signal(signal),
    };
    let mut text = |captured: &Captured, wanted: bool, name: &str| {
        let bytes = if wanted { whole(captured) } else { Ok(ending_of(captured)) };
        bytes.map(lossy).unwrap_or_else(|error| {
            ending = Ending::Failed("output".into(), format!("its {name} could not be kept: {error}"));
            lossy(captured.tail().to_vec())
        })
    };
    let stdout = text(&outcome.stdout, keeping.wanted.stdout, "standard output");
    let stderr = text(&outcome.stderr, keeping.wanted.stderr, "standard error");
    let mut masked = outcome.stdout.masked || outcome.stderr.masked;
    let written = match written(keeping, &mut masked) {
        Ok(written) => written,
        Err(why) => {
            if ending == Ending::Exit(0) {
                ending = Ending::Failed("output".into(), why);
            }
            IndexMap::new()
        }
    };
    let duration = outcome.duration.as_millis() as i64;
    Raw { ending, stdout, stderr, masked, duration, written, returned: None }
}

/// All of an output. The file that held it is not needed any more: the log has the text.
fn whole(captured: &Captured) -> std::io::Result<Vec<u8>> {
    let bytes = captured.read()?;
    if let Some(path) = &captured.spilled {
        let _ = std::fs::remove_file(path);
    }
    Ok(bytes)
}

fn ending_of(captured: &Captured) -> Vec<u8> {
    captured.in_memory().unwrap_or_else(|| captured.tail()).to_vec()
}

fn lossy(bytes: Vec<u8>) -> EcoString {
    match std::str::from_utf8(&bytes) {
        Ok(text) => text.into(),
        Err(_) => String::from_utf8_lossy(&bytes).into(),
    }
}

/// What was written to `$WF_OUTPUT`, secrets masked.
fn written(keeping: &Keeping, masked: &mut bool) -> Result<Fields, String> {
    let mut bytes = keeping.files.read_output(OUTPUT_LIMIT).map_err(|error| error.to_string())?;
    if bytes.is_empty() {
        return Ok(Fields::new());
    }
    if keeping.mask.is_in(&bytes) {
        *masked = true;
        bytes = keeping.mask.apply(&bytes);
    }
    let outputs = process::parse_outputs(&bytes).map_err(|error| error.to_string())?;
    let value = |value| match value {
        OutputValue::Text(text) => Value::str(text),
        OutputValue::Json(json) => Value::Json(Arc::new(json)),
    };
    Ok(outputs.into_iter().map(|(name, output)| (name.into(), value(output))).collect())
}
