//! The local driver: real processes on this machine, one thread, a durable journal.
//!
//! One loop takes what happened (attempts that ended, timers, requests of people), applies it to the machine, makes the
//! events durable, and only then does what the machine asks for next. What ended and what starts next share one commit.

mod attempt;
mod files;
mod logs;
mod message;
mod secrets;
mod snapshots;
mod timers;
mod unsupported;

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustc_hash::FxHashMap;
use tokio::sync::{mpsc, watch};

use crate::engine::event::{Body, Event};
use crate::engine::host::Hosts;
use crate::journal::{Journal, JournalError, Record, RunLock};
use crate::machine::Machine;
use crate::machine::command::{Ask, Attempt, Command, Outcome};
use crate::machine::input::{AttemptResult, Ending, Input};
use crate::process::{Scratch, kill_strays};
use crate::value::SecretRef;

pub use logs::{Made, log_path};
pub use message::{DriverError, Ended, Message, Update};
pub use secrets::SecretError;
use snapshots::Snapshots;
use timers::Timers;
pub use unsupported::unsupported;

/// Milliseconds since 1970: the one place where a run's time comes from.
pub(crate) fn clock() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

/// Where a run takes place, and who is told.
pub(crate) struct Surroundings {
    /// The run's id.
    pub run: Arc<str>,
    /// Where it is recorded.
    pub journal: Journal,
    /// Held as long as this process goes on with it.
    pub _lock: RunLock,
    /// The folder that steps run in.
    pub workspace: PathBuf,
    /// Functions of the host program.
    pub hosts: Hosts,
    /// Secrets of the run: masked in what any step prints.
    pub secrets: Vec<Arc<SecretRef>>,
    /// Makes the private files of attempts.
    pub scratch: Scratch,
    /// Folders of logs that exist.
    pub made: Made,
    /// Whether somebody is there to answer; otherwise an open question pauses the run.
    pub attended: bool,
    /// Whether what steps print is passed on line by line.
    pub echo: bool,
    /// Where messages of others arrive.
    pub inbox: mpsc::UnboundedReceiver<Message>,
    /// The other end of `inbox`, for attempts.
    pub sender: mpsc::UnboundedSender<Message>,
    /// Who is told.
    pub updates: mpsc::UnboundedSender<Update>,
}

/// One run in this process.
pub(crate) struct Local {
    machine: Machine,
    around: Surroundings,
    /// Number of the last record.
    seq: u32,
    /// Time of the last record: the journal's clock never goes back.
    last_at: i64,
    running: FxHashMap<u64, Running>,
    timers: Timers,
    snapshots: Snapshots,
    asks: BTreeMap<u64, Arc<Ask>>,
    finished: Option<Outcome>,
    draining: bool,
    /// Attempts that end now are not recorded as failed: a resume sees them as interrupted.
    interrupted: bool,
}

/// An attempt that is being made.
struct Running {
    step: Arc<str>,
    halt: watch::Sender<Halt>,
}

/// What a running attempt is told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Halt {
    /// Nothing yet.
    No,
    /// To end: it is asked to, and killed after a grace.
    End,
    /// To be killed.
    Kill,
}

/// What one turn of the loop has collected.
#[derive(Default)]
struct Turn {
    events: Vec<Arc<Event>>,
    commands: VecDeque<Command>,
    live: Vec<Update>,
}

impl Local {
    /// A driver for `machine`, whose last record has number `seq` and time `last_at`.
    pub fn new(machine: Machine, around: Surroundings, seq: u32, last_at: i64) -> Self {
        let snapshots = Snapshots::new(around.run.clone(), around.journal.clone(), around.workspace.clone());
        Self {
            machine,
            around,
            snapshots,
            seq,
            last_at,
            running: FxHashMap::default(),
            timers: Timers::default(),
            asks: BTreeMap::new(),
            finished: None,
            draining: false,
            interrupted: false,
        }
    }

    /// Goes on until the run is over, needs a person who is not there, or was told to stop.
    ///
    /// `first` is what begins this stretch: `Start`, or `Resumed` and what is known by then.
    pub async fn drive(mut self, first: Vec<Input>) -> Result<Ended, DriverError> {
        self.around.secrets = match first.first() {
            Some(Input::Start(start)) => secrets::among(&start.inputs),
            _ => secrets::among(self.machine.inputs()),
        };
        if first.contains(&Input::Resumed) {
            self.end_strays();
        }
        let mut messages: Vec<Message> = first.into_iter().map(Message::Input).collect();
        loop {
            self.turn(messages).await?;
            if let Some(ended) = self.ended().await? {
                return Ok(ended);
            }
            messages = self.wait().await;
        }
    }

    /// Ends what still runs of attempts that were in flight when an earlier process of the run died: they may run again,
    /// and must not do so beside themselves.
    fn end_strays(&self) {
        for command in self.machine.commands() {
            if let Command::Start(attempt) = command {
                kill_strays(format!("WF_KEY={}", attempt.key).as_bytes());
            }
        }
    }

    async fn turn(&mut self, messages: Vec<Message>) -> Result<(), DriverError> {
        let now = clock().max(self.last_at);
        let mut turn = Turn::default();
        let mut resumed = false;
        for message in messages {
            let resumes = matches!(message, Message::Input(Input::Resumed));
            self.take(message, now, &mut turn)?;
            if resumes {
                resumed = true;
                self.take_overdue(now, &mut turn)?;
            }
        }
        self.snapshots.needed = self.machine.may_roll_back();
        if resumed {
            turn.commands = self.machine.commands().into();
            self.asks = open_asks(&self.machine);
        }
        let mut commands = Vec::new();
        while let Some(command) = turn.commands.pop_front() {
            if let Command::Start(attempt) = &command {
                let started = Input::AttemptStarted { attempt: attempt.attempt };
                self.apply(started, now, &mut turn)?;
            }
            commands.push(command);
        }
        self.record(&turn.events).await?;
        self.tell(turn);
        if commands.iter().any(|command| matches!(command, Command::Start(_)))
            && let Some(work) = self.snapshots.works()
        {
            let _ = tokio::task::spawn_blocking(work).await;
        }
        for command in commands {
            self.perform(command);
        }
        Ok(())
    }

    /// Fires the timers whose time came while nobody went on with the run, before anything else that is known by now: an
    /// answer given after an approval has expired comes too late.
    fn take_overdue(&mut self, now: i64, turn: &mut Turn) -> Result<(), DriverError> {
        let mut overdue = Timers::default();
        for command in self.machine.commands() {
            if let Command::Timer { timer, at } = command {
                overdue.set(timer, at);
            }
        }
        while let Some(timer) = overdue.due(now) {
            self.take(Message::Input(Input::TimerFired { timer }), now, turn)?;
        }
        Ok(())
    }

    fn take(&mut self, message: Message, now: i64, turn: &mut Turn) -> Result<(), DriverError> {
        match message {
            Message::Input(input) => {
                self.draining |= input == Input::Drain;
                self.snapshots.answered(&input);
                if let Input::RollbackRequested { force, .. } = &input {
                    self.snapshots.force = *force;
                }
                let fatal = matches!(input, Input::Start(_) | Input::Resumed | Input::RollbackRequested { .. });
                let answered = if let Input::Answered { ask, .. } = &input { Some(*ask) } else { None };
                match self.apply(input, now, turn) {
                    Ok(()) => {
                        answered.map(|ask| self.asks.remove(&ask));
                        Ok(())
                    }
                    // Somebody else was faster: what is no longer asked needs no answer.
                    Err(DriverError::Refused(_)) if !fatal => Ok(()),
                    result => result,
                }
            }
            Message::Interrupt => {
                self.interrupted = true;
                self.halt_all(Halt::End);
                if std::mem::replace(&mut self.draining, true) { Ok(()) } else { self.apply(Input::Drain, now, turn) }
            }
            Message::Kill => {
                self.halt_all(Halt::Kill);
                Ok(())
            }
            Message::Ended { attempt, raw, usage } => {
                self.running.remove(&attempt);
                if self.interrupted && raw.ending != Ending::Exit(0) {
                    return Ok(());
                }
                let mut result = self.machine.judge(attempt, &raw);
                if let AttemptResult::Succeeded { outputs } = &mut result
                    && let Err(failure) = files::seal(&self.around.workspace, outputs)
                {
                    result = AttemptResult::Failed(Box::new(failure));
                }
                self.apply(Input::AttemptFinished { attempt, result, usage }, now, turn)
            }
            Message::Progress { attempt, percent, part } => {
                if let Some(running) = self.running.get(&attempt) {
                    turn.live.push(Update::Progress { step: running.step.to_string(), percent, part });
                }
                Ok(())
            }
            Message::Line { attempt, text } => {
                if let Some(running) = self.running.get(&attempt) {
                    turn.live.push(Update::Line { step: running.step.to_string(), text });
                }
                Ok(())
            }
        }
    }

    fn apply(&mut self, input: Input, now: i64, turn: &mut Turn) -> Result<(), DriverError> {
        let step = self.machine.apply(now, &input).map_err(|refused| DriverError::Refused(refused.to_string()))?;
        let bodies = std::iter::once(Body::Input(input)).chain(step.notices.into_iter().map(Body::Notice));
        for body in bodies {
            self.seq += 1;
            let run = self.around.run.clone();
            turn.events.push(Arc::new(Event { run, seq: u64::from(self.seq), at: now, body }));
        }
        turn.commands.extend(step.commands);
        self.last_at = now;
        Ok(())
    }

    async fn record(&self, events: &[Arc<Event>]) -> Result<(), JournalError> {
        if events.is_empty() {
            return Ok(());
        }
        let records = events.iter().map(|event| event.to_record()).collect::<Vec<Record>>();
        self.around.journal.append(&self.around.run, records).await
    }

    fn tell(&self, turn: Turn) {
        let events = turn.events.into_iter().map(Update::Event);
        for update in events.chain(turn.live) {
            let _ = self.around.updates.send(update);
        }
    }

    fn perform(&mut self, command: Command) {
        match command {
            Command::Start(attempt) => self.start(&attempt),
            Command::Stop { attempt, .. } => {
                if let Some(running) = self.running.get(&attempt) {
                    running.halt.send_replace(Halt::End);
                }
            }
            Command::Timer { timer, at } => self.timers.set(timer, at),
            Command::Forget { timer } => self.timers.forget(timer),
            Command::Snapshot { snapshot, name, include } => {
                let take = self.snapshots.take(snapshot, &name, include);
                if self.snapshots.needed {
                    self.answer_later(take);
                } else {
                    let _ = self.around.sender.send(Message::Input(take()));
                }
            }
            Command::Restore { snapshot, reference, force } => {
                let restore = self.snapshots.restore(snapshot, reference, force);
                self.answer_later(restore);
            }
            Command::Ask(ask) => {
                let _ = self.around.updates.send(Update::Asked(ask.clone()));
                self.asks.insert(ask.ask, ask);
            }
            Command::Withdraw { ask } => {
                self.asks.remove(&ask);
            }
            Command::Finish(outcome) => self.finished = Some(*outcome),
        }
    }

    /// Does what takes its time on a thread of its own.
    fn answer_later(&self, work: impl FnOnce() -> Input + Send + 'static) {
        let sender = self.around.sender.clone();
        tokio::task::spawn_blocking(move || sender.send(Message::Input(work())));
    }

    fn start(&mut self, attempt: &Attempt) {
        let (halt, halted) = watch::channel(Halt::No);
        let running = Running { step: attempt.step.as_str().into(), halt };
        self.running.insert(attempt.attempt, running);
        attempt::start(attempt, &self.around, halted);
    }

    fn halt_all(&self, how: Halt) {
        for running in self.running.values() {
            running.halt.send_if_modified(|halt| std::mem::replace(halt, how.max(*halt)) < how);
        }
    }

    /// Whether this stretch is over, and how; the status that the list of runs shows is durable then.
    async fn ended(&mut self) -> Result<Option<Ended>, DriverError> {
        let ended = if let Some(outcome) = self.finished.take() {
            Ended::Finished(outcome)
        } else if !self.running.is_empty() || self.snapshots.pending > 0 {
            return Ok(None);
        } else if self.draining {
            Ended::Interrupted
        } else if !self.asks.is_empty()
            && !self.around.attended
            && self.timers.next().is_none_or(|at| at > self.last_at)
        {
            Ended::Paused(self.asks.values().cloned().collect())
        } else {
            return Ok(None);
        };
        let status = match &ended {
            Ended::Finished(outcome) => outcome.status(),
            Ended::Paused(_) => "paused",
            Ended::Interrupted => "interrupted",
        };
        self.around.journal.set_status(&self.around.run, status, self.last_at).await?;
        if let Some(work) = self.snapshots.leave(matches!(ended, Ended::Finished(_))) {
            let _ = tokio::task::spawn_blocking(work).await;
        }
        Ok(Some(ended))
    }

    /// Waits for something to happen, and takes all that happened meanwhile.
    async fn wait(&mut self) -> Vec<Message> {
        let mut messages = Vec::new();
        let deadline = self.timers.next();
        let pause = async move {
            match deadline {
                Some(at) => tokio::time::sleep(Duration::from_millis((at - clock()).max(0) as u64)).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            message = self.around.inbox.recv() => messages.extend(message),
            () = pause => {}
        }
        while let Ok(message) = self.around.inbox.try_recv() {
            messages.push(message);
        }
        let now = clock();
        while let Some(timer) = self.timers.due(now) {
            messages.push(Message::Input(Input::TimerFired { timer }));
        }
        messages
    }
}

fn open_asks(machine: &Machine) -> BTreeMap<u64, Arc<Ask>> {
    let asks = machine.commands().into_iter().filter_map(|command| match command {
        Command::Ask(ask) => Some((ask.ask, ask)),
        _ => None,
    });
    asks.collect()
}
