//! Running plans from a host program: [`Engine`] starts and resumes runs, [`Run`] watches and steers one.
//!
//! The command line is the first user of this module and uses nothing that another host could not.

pub mod event;
pub mod host;
mod mailbox;
mod replay;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::driver::local::{self, DriverError, Ended, Local, Made, Message, Surroundings, Update};
use crate::journal::{Journal, JournalError, RunInfo, new_run_id};
use crate::machine::Machine;
use crate::machine::input::{Answer, Input, Options, Start};
use crate::plan::ir::Plan;
use crate::process::Scratch;
use crate::value::Fields;
use host::{HostCommand, Hosts};

pub use replay::baselines;

/// Starts and resumes runs of one workspace.
#[derive(Clone, Debug)]
pub struct Engine {
    workspace: PathBuf,
    journal: Journal,
    hosts: Hosts,
    attended: bool,
    echo: bool,
}

/// Why a run could not be started or resumed.
#[derive(Debug)]
pub enum EngineError {
    /// The journal could not be opened, read or locked.
    Journal(JournalError),
    /// The stored plan or journal cannot be used.
    Damaged(String),
    /// What was asked for is not possible as the run stands.
    Refused(String),
    /// The run is over.
    Over {
        /// The run.
        run: String,
        /// How it ended.
        status: String,
    },
}

impl fmt::Display for EngineError {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Journal(error) => write!(out, "{error}"),
            Self::Damaged(why) | Self::Refused(why) => out.write_str(why),
            Self::Over { run, status } => write!(out, "run {run} is over: it {status}"),
        }
    }
}

impl std::error::Error for EngineError {}

impl From<JournalError> for EngineError {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

impl Engine {
    /// An engine for the workspace, with the journal in its `.wf` folder.
    pub fn open(workspace: &Path) -> Result<Self, EngineError> {
        Ok(Self::with_journal(workspace, Journal::open(&workspace.join(".wf"))?))
    }

    /// An engine with a journal of the host's choice; [`Journal::in_memory`] keeps nothing on disk.
    pub fn with_journal(workspace: &Path, journal: Journal) -> Self {
        Self { workspace: workspace.to_owned(), journal, hosts: Hosts::default(), attended: false, echo: false }
    }

    /// Says that somebody will answer questions while the run goes on; without it an open question pauses the run.
    #[must_use]
    pub fn attended(mut self, attended: bool) -> Self {
        self.attended = attended;
        self
    }

    /// Passes on what steps print, line by line, as [`Update::Line`].
    #[must_use]
    pub fn echo(mut self, echo: bool) -> Self {
        self.echo = echo;
        self
    }

    /// Registers a function of the host program as what its command does.
    #[must_use]
    pub fn command(mut self, command: HostCommand) -> Self {
        self.hosts.insert(command);
        self
    }

    /// The journal.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Starts a run of `plan`. `inputs` are values of its parameters, of their types; those left out take their
    /// defaults. Must be called on a tokio runtime with time and IO.
    pub fn start(&self, plan: Arc<Plan>, inputs: Fields, options: Options) -> Result<Run, EngineError> {
        let now = local::clock();
        let id = new_run_id(now);
        let start = Start {
            run: id.clone(),
            plan: plan.digest.clone(),
            inputs,
            environment: environment(&plan),
            baselines: baselines(&self.journal, &plan)?,
            consented: replay::consented(&self.journal, &plan, &options)?,
            options,
        };
        let info = RunInfo {
            id: id.clone(),
            workflow: plan.name.to_string(),
            plan_digest: plan.digest.to_string(),
            status: "running".to_owned(),
            created_ms: now,
            updated_ms: now,
        };
        // The first records are queued behind it and share its commit; a failure shows when they are awaited.
        drop(self.journal.create_run(info, plan.to_json()));
        let machine = Machine::new(plan);
        self.launch(id, machine, 0, now, vec![Input::Start(Box::new(start))])
    }

    /// Goes on with a run (a prefix of its id is enough) from its journal. Attempts that were in flight are
    /// interrupted: they run again where their effects allow it, and are handed to handlers otherwise.
    pub fn resume(&self, run: &str) -> Result<Run, EngineError> {
        self.resume_with(run, Vec::new())
    }

    /// Goes on with a run and tells it `inputs` (an answer, a cancellation) before anything else happens.
    pub fn resume_with(&self, run: &str, inputs: Vec<Input>) -> Result<Run, EngineError> {
        let info = self.journal.find_run(run)?;
        let replayed = replay::replay(&self.journal, &info)?;
        if replayed.machine.outcome().is_some() {
            return Err(EngineError::Over { run: info.id, status: info.status });
        }
        drop(self.journal.set_status(&info.id, "running", local::clock()));
        let first = std::iter::once(Input::Resumed).chain(inputs).collect();
        self.launch(info.id, replayed.machine, replayed.seq, replayed.at, first)
    }

    /// Rolls a run back that no process goes on with, whether it is over or not: to the checkpoint `to`, else the
    /// nearest. With `force`, what others changed since it was left alone is overwritten.
    pub fn roll_back(&self, run: &str, to: Option<&str>, force: bool) -> Result<Run, EngineError> {
        let info = self.journal.find_run(run)?;
        let replayed = replay::replay(&self.journal, &info)?;
        let over = replayed.machine.outcome().is_some();
        let request = Input::RollbackRequested { to: to.map(Into::into), force };
        let mut first = vec![request];
        if !over {
            first.insert(0, Input::Resumed);
        }
        let mut trial = replayed.machine.clone();
        for input in &first {
            let refused = |why| EngineError::Refused(format!("run {} cannot be rolled back: {why}", info.id));
            trial.apply(replayed.at, input).map_err(refused)?;
        }
        drop(self.journal.set_status(&info.id, "running", local::clock()));
        self.launch(info.id, replayed.machine, replayed.seq, replayed.at, first)
    }

    /// The machine of a run as its journal leaves it, to look at.
    pub fn inspect(&self, run: &RunInfo) -> Result<Machine, EngineError> {
        Ok(replay::replay(&self.journal, run)?.machine)
    }

    /// Leaves a message for the process that goes on with a run: `Cancel`, `Answered`.
    pub fn leave(&self, run: &str, input: &Input) -> Result<(), EngineError> {
        let folder = self.journal.folder().ok_or_else(|| EngineError::Damaged("the journal is in memory".into()))?;
        mailbox::leave(&folder.join("runs").join(run), input)
            .map_err(|error| EngineError::Damaged(format!("the message could not be left: {error}")))
    }

    fn scratch_folder(&self, run: &str) -> PathBuf {
        match self.journal.folder() {
            Some(folder) => folder.join("runs").join(run).join("tmp"),
            None => std::env::temp_dir().join(format!("wf-{run}")),
        }
    }

    fn launch(&self, id: String, machine: Machine, seq: u32, at: i64, first: Vec<Input>) -> Result<Run, EngineError> {
        let lock = self.journal.lock(&id, local::clock())?;
        let (sender, inbox) = mpsc::unbounded_channel();
        let (updates, receiver) = mpsc::unbounded_channel();
        let run: Arc<str> = id.into();
        let scratch = Scratch::new(self.scratch_folder(&run))
            .map_err(|error| EngineError::Damaged(format!("the folder for private files of steps: {error}")))?;
        let mailbox = self.journal.folder().map(|folder| {
            let folder = folder.join("runs").join(&*run);
            tokio::spawn(mailbox::watch(folder, sender.clone()))
        });
        let around = Surroundings {
            run: run.clone(),
            journal: self.journal.clone(),
            _lock: lock,
            workspace: self.workspace.clone(),
            hosts: self.hosts.clone(),
            secrets: Vec::new(),
            scratch,
            made: Made::default(),
            attended: self.attended,
            echo: self.echo,
            inbox,
            sender: sender.clone(),
            updates,
        };
        let plan = machine.plan().clone();
        let driver = Local::new(machine, around, seq, at);
        let task = tokio::spawn(async move {
            let ended = driver.drive(first).await;
            if let Some(mailbox) = mailbox {
                mailbox.abort();
            }
            ended
        });
        Ok(Run { id: run, plan, updates: receiver, sender, task })
    }
}

fn environment(plan: &Plan) -> indexmap::IndexMap<ecow::EcoString, String> {
    let value = |name: &ecow::EcoString| std::env::var(name.as_str()).ok().map(|value| (name.clone(), value));
    plan.environment.iter().filter_map(value).collect()
}

/// A run that goes on in this process.
#[derive(Debug)]
pub struct Run {
    id: Arc<str>,
    plan: Arc<Plan>,
    updates: mpsc::UnboundedReceiver<Update>,
    sender: mpsc::UnboundedSender<Message>,
    task: JoinHandle<Result<Ended, DriverError>>,
}

/// Steers a run from elsewhere, a signal handler or another task.
#[derive(Clone, Debug)]
pub struct Steering(mpsc::UnboundedSender<Message>);

impl Steering {
    /// Answers a question.
    pub fn answer(&self, ask: u64, answer: Answer, by: &str, comment: Option<String>) {
        self.say(Input::Answered { ask, answer, by: by.to_owned(), comment });
    }

    /// Cancels the run: what is running is stopped, `finally` blocks run, nothing is undone.
    pub fn cancel(&self, reason: &str) {
        self.say(Input::Cancel { reason: reason.to_owned() });
    }

    /// Starts nothing new, waits for what is running, and leaves the run resumable.
    pub fn drain(&self) {
        self.say(Input::Drain);
    }

    /// Like [`Steering::drain`], and asks running steps to end (SIGTERM, after a grace SIGKILL): they are
    /// interrupted, and run again or are judged by their effects when the run is resumed.
    pub fn interrupt(&self) {
        let _ = self.0.send(Message::Interrupt);
    }

    /// Kills what is running, at once.
    pub fn kill(&self) {
        let _ = self.0.send(Message::Kill);
    }

    fn say(&self, input: Input) {
        let _ = self.0.send(Message::Input(input));
    }
}

impl Run {
    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The plan that it runs.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// What happens next; `None` when this stretch of the run is over.
    pub async fn next(&mut self) -> Option<Update> {
        self.updates.recv().await
    }

    /// A handle to steer it with.
    pub fn steering(&self) -> Steering {
        Steering(self.sender.clone())
    }

    /// Waits until this stretch of the run is over. Updates that were not taken are dropped.
    pub async fn finish(self) -> Result<Ended, DriverError> {
        drop(self.updates);
        match self.task.await {
            Ok(ended) => ended,
            Err(error) => Err(DriverError::Refused(format!("the driver ended early: {error}"))),
        }
    }
}
