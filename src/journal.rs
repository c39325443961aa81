//! The journal: what happened in every run, durable before it is reported.
//!
//! A run's records are opaque JSON to the journal. They lie in an SQLite database, `.wf/wf.db`, which the `sqlite3`
//! shell can read: tables `runs`, `records`, `plans`, `meta`, and a view `log` with readable times. It is kept in
//! write-ahead mode with full synchronisation: a record whose [`Ack`] has come survives a loss of power.
//!
//! One thread owns the connection that writes. It takes everything that was queued meanwhile into one transaction and
//! one sync, so that a hundred results that arrive at once cost about as much as one. Readers have a connection of
//! their own and never wait for it. [`Journal::in_memory`] behaves the same and keeps nothing.

mod error;
mod folder;
mod id;
mod lock;
mod memory;
mod reader;
mod salvage;
mod schema;
mod writer;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tokio::sync::oneshot;

pub use error::JournalError;
pub use id::new_run_id;
pub use lock::{Holder, RunLock};

use memory::Memory;
use reader::Reader;
use writer::{Write, Writer};

/// One thing that happened in a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// Position in the run, from 1, without gaps.
    pub seq: u32,
    /// When, in milliseconds since 1970 (UTC).
    pub at_ms: i64,
    /// What sort of event, `noun.verb`.
    pub kind: String,
    /// The path of the step it belongs to.
    pub step: Option<String>,
    /// The event as JSON.
    pub data: String,
}

/// A [`Record`] as it lies in the database.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RecordRef<'a> {
    /// Position in the run, from 1, without gaps.
    pub seq: u32,
    /// When, in milliseconds since 1970 (UTC).
    pub at_ms: i64,
    /// What sort of event, `noun.verb`.
    pub kind: &'a str,
    /// The path of the step it belongs to.
    pub step: Option<&'a str>,
    /// The event as JSON.
    pub data: &'a str,
}

impl RecordRef<'_> {
    /// A copy that lives on its own.
    pub fn to_record(self) -> Record {
        let Self { seq, at_ms, kind, step, data } = self;
        Record { seq, at_ms, kind: kind.to_owned(), step: step.map(str::to_owned), data: data.to_owned() }
    }
}

/// A run as the list of runs shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RunInfo {
    /// Its id, as [`new_run_id`] makes them: ids sort by the second of their creation.
    pub id: String,
    /// Name of the workflow.
    pub workflow: String,
    /// Digest of the plan that it runs.
    pub plan_digest: String,
    /// `running`, `paused`, `succeeded`, …; the engine's word.
    pub status: String,
    /// When it began, in milliseconds since 1970 (UTC).
    pub created_ms: i64,
    /// When its status changed last, likewise.
    pub updated_ms: i64,
}

/// Where runs are recorded. Cheap to clone; the last clone that goes writes what is queued.
#[derive(Clone, Debug)]
pub struct Journal {
    store: Store,
}

#[derive(Clone, Debug)]
enum Store {
    Database(Arc<Database>),
    Memory(Arc<Mutex<Memory>>),
}

#[derive(Debug)]
struct Database {
    folder: PathBuf,
    writer: Writer,
    reader: Mutex<Reader>,
}

impl Database {
    /// A panic elsewhere leaves the reader whole: it holds a connection or none.
    fn reader(&self) -> MutexGuard<'_, Reader> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Resolves when what it stands for is durable, or could not be written. Dropping it does not take the write back.
#[derive(Debug)]
#[must_use = "nothing may be reported before it is durable"]
pub struct Ack {
    receiver: oneshot::Receiver<Result<(), JournalError>>,
}

impl Ack {
    fn ready(result: Result<(), JournalError>) -> Self {
        let (sender, receiver) = oneshot::channel();
        let _ = sender.send(result);
        Self { receiver }
    }

    /// Waits on this thread. Must not be called from asynchronous code, which awaits instead.
    pub fn wait(self) -> Result<(), JournalError> {
        self.receiver.blocking_recv().unwrap_or(Err(JournalError::Closed))
    }
}

impl Future for Ack {
    type Output = Result<(), JournalError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.receiver).poll(context).map(|result| result.unwrap_or(Err(JournalError::Closed)))
    }
}

impl Journal {
    /// Opens the journal in a state folder (`.wf`), which is created, with its own `.gitignore`, if it is missing.
    pub fn open(folder: &Path) -> Result<Self, JournalError> {
        folder::prepare(folder)?;
        let path = folder::database(folder);
        let connection = schema::open(&path)?;
        let writer = Writer::start(connection, path.clone())?;
        let reader = Mutex::new(Reader::new(path));
        Ok(Self { store: Store::Database(Arc::new(Database { folder: folder.to_owned(), writer, reader })) })
    }

    /// A journal that is gone with its last clone, for tests and hosts that need no durability.
    pub fn in_memory() -> Self {
        Self { store: Store::Memory(Arc::default()) }
    }

    /// The state folder, unless it is in memory.
    pub fn folder(&self) -> Option<&Path> {
        match &self.store {
            Store::Database(database) => Some(&database.folder),
            Store::Memory(_) => None,
        }
    }

    /// Begins a run: its row, and its plan (JSON) under its digest unless a plan of that digest is stored already.
    pub fn create_run(&self, run: RunInfo, plan: impl Into<Arc<str>>) -> Ack {
        self.write(Write::Run { run, plan: plan.into() })
    }

    /// Adds records to a run. Records of one call become durable together or not at all; calls keep their order.
    pub fn append(&self, run: &str, records: Vec<Record>) -> Ack {
        self.write(Write::Records { run: run.to_owned(), records })
    }

    /// Changes the status that the list of runs shows.
    pub fn set_status(&self, run: &str, status: &str, at_ms: i64) -> Ack {
        self.write(Write::Status { run: run.to_owned(), status: status.to_owned(), at_ms })
    }

    /// Resolves when everything written before is durable.
    pub fn flush(&self) -> Ack {
        self.write(Write::Nothing)
    }

    /// Calls `take` with each record of a run from position `from` on, in order.
    pub fn for_each_record(
        &self,
        run: &str,
        from: u32,
        mut take: impl FnMut(RecordRef<'_>),
    ) -> Result<(), JournalError> {
        match &self.store {
            Store::Database(store) => store.reader().records(run, from, &mut take),
            Store::Memory(store) => memory::guard(store).records(run, from, take),
        }
    }

    /// The records of a run from position `from` on, in order.
    pub fn records(&self, run: &str, from: u32) -> Result<Vec<Record>, JournalError> {
        let mut records = Vec::new();
        self.for_each_record(run, from, |record| records.push(record.to_record()))?;
        Ok(records)
    }

    /// All runs, the latest first.
    pub fn runs(&self) -> Result<Vec<RunInfo>, JournalError> {
        self.read(Reader::runs, |memory| Ok(memory.runs()))
    }

    /// The run whose id is or begins with `prefix`; several or none are an error that lists them.
    pub fn find_run(&self, prefix: &str) -> Result<RunInfo, JournalError> {
        let wanted = prefix.to_ascii_lowercase();
        let mut matches: Vec<RunInfo> = self.runs()?.into_iter().filter(|run| run.id.starts_with(&wanted)).collect();
        if let Some(exact) = matches.iter().position(|run| run.id == wanted) {
            return Ok(matches.swap_remove(exact));
        }
        match (matches.pop(), matches.is_empty()) {
            (Some(only), true) => Ok(only),
            (None, _) => Err(JournalError::UnknownRun { run: prefix.to_owned() }),
            (Some(last), false) => {
                let ids = matches.into_iter().chain([last]).map(|run| run.id).collect();
                Err(JournalError::AmbiguousRun { prefix: prefix.to_owned(), matches: ids })
            }
        }
    }

    /// The stored plan (JSON) of a digest.
    pub fn plan(&self, digest: &str) -> Result<Option<String>, JournalError> {
        self.read(|reader| reader.plan(digest), |memory| Ok(memory.plan(digest)))
    }

    /// Makes this process the one that goes on with a run, until the lock is dropped or the process ends, however
    /// it ends. Fails with [`JournalError::Locked`] where somebody else is.
    pub fn lock(&self, run: &str, now_ms: i64) -> Result<RunLock, JournalError> {
        match &self.store {
            Store::Database(database) => lock::acquire(&folder::locks(&database.folder), run, now_ms),
            Store::Memory(memory) => lock::acquire_in_memory(memory, run, now_ms),
        }
    }

    /// Who goes on with a run at present.
    pub fn holder(&self, run: &str) -> Option<Holder> {
        match &self.store {
            Store::Database(database) => lock::holder(&folder::locks(&database.folder), run),
            Store::Memory(memory) => memory::guard(memory).holder(run),
        }
    }

    /// Reads every page of the database and fails with [`JournalError::Corrupt`] if one is damaged. Takes time in
    /// proportion to its size.
    pub fn verify(&self) -> Result<(), JournalError> {
        self.read(Reader::verify, |_| Ok(()))
    }

    fn write(&self, write: Write) -> Ack {
        match &self.store {
            Store::Database(database) => database.writer.send(write),
            Store::Memory(memory) => Ack::ready(memory::guard(memory).apply(write)),
        }
    }

    fn read<T>(
        &self,
        database: impl FnOnce(&mut Reader) -> Result<T, JournalError>,
        memory: impl FnOnce(&Memory) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        match &self.store {
            Store::Database(store) => database(&mut store.reader()),
            Store::Memory(store) => memory(&memory::guard(store)),
        }
    }
}
