//! The thread that writes: everything queued becomes one transaction, and one sync.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use tokio::sync::oneshot;

use super::schema::SEQ_BITS;
use super::{Ack, JournalError, Record, RunInfo};

/// The most writes that share a transaction: bounds how long the first of them waits.
const MAX_GROUP: usize = 4096;

/// One thing to write.
#[derive(Debug)]
pub(super) enum Write {
    Run { run: RunInfo, plan: Arc<str> },
    Records { run: String, records: Vec<Record> },
    Status { run: String, status: String, at_ms: i64 },
    Nothing,
}

type Reply = oneshot::Sender<Result<(), JournalError>>;

/// The handle of the thread.
#[derive(Debug)]
pub(super) struct Writer {
    queue: Option<mpsc::Sender<(Write, Reply)>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub fn start(connection: Connection, path: PathBuf) -> Result<Self, JournalError> {
        let (queue, requests) = mpsc::channel();
        let mut state = State { connection, path: path.clone(), numbers: HashMap::new() };
        let thread = std::thread::Builder::new().name("journal".to_owned()).stack_size(256 * 1024);
        let thread = thread.spawn(move || state.serve(&requests)).map_err(|error| JournalError::io(&path, &error))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    pub fn send(&self, write: Write) -> Ack {
        let (reply, receiver) = oneshot::channel();
        if let Some(queue) = &self.queue {
            // When the thread has ended the reply is dropped, and the acknowledgement says `Closed`.
            let _ = queue.send((write, reply));
        }
        Ack { receiver }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct State {
    connection: Connection,
    path: PathBuf,
    /// Numbers of runs by id.
    numbers: HashMap<String, i64>,
}

/// Why a write was refused, before it is put into words.
enum Refused {
    Sqlite(rusqlite::Error),
    Said(JournalError),
}

impl From<rusqlite::Error> for Refused {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl State {
    fn serve(&mut self, requests: &mpsc::Receiver<(Write, Reply)>) {
        while let Ok(first) = requests.recv() {
            let mut group = vec![first];
            group.extend(requests.try_iter().take(MAX_GROUP));
            self.write_group(group);
        }
    }

    fn write_group(&mut self, group: Vec<(Write, Reply)>) {
        if self.write(group.iter().map(|(write, _)| write)).is_ok() {
            for (_, reply) in group {
                let _ = reply.send(Ok(()));
            }
            return;
        }
        // One of them cannot be written: each on its own, so that it alone is refused.
        for (write, reply) in group {
            let result = self.write(std::iter::once(&write)).map_err(|refused| match refused {
                Refused::Sqlite(error) => JournalError::sqlite(&self.path, &error),
                Refused::Said(error) => error,
            });
            let _ = reply.send(result);
        }
    }

    fn write<'a>(&mut self, writes: impl Iterator<Item = &'a Write>) -> Result<(), Refused> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for write in writes {
            if let Err(error) = write_one(&transaction, &mut self.numbers, write) {
                drop(transaction);
                // Numbers that were given out in this transaction are taken back.
                self.numbers.clear();
                return Err(error);
            }
        }
        Ok(transaction.commit()?)
    }
}

fn write_one(transaction: &Transaction<'_>, numbers: &mut HashMap<String, i64>, write: &Write) -> Result<(), Refused> {
    match write {
        Write::Run { run, plan } => create_run(transaction, run, plan),
        Write::Records { run, records } => {
            let number = number(transaction, numbers, run)?;
            append(transaction, number, run, records)
        }
        Write::Status { run, status, at_ms } => {
            let sql = "UPDATE runs SET status = ?2, updated_ms = ?3 WHERE id = ?1";
            let changed = transaction.prepare_cached(sql)?.execute(params![run, status, at_ms])?;
            if changed == 0 { Err(unknown(run)) } else { Ok(()) }
        }
        Write::Nothing => Ok(()),
    }
}

fn create_run(transaction: &Transaction<'_>, run: &RunInfo, plan: &str) -> Result<(), Refused> {
    let known = "SELECT 1 FROM runs WHERE id = ?1";
    if transaction.prepare_cached(known)?.exists([&run.id])? {
        return Err(Refused::Said(JournalError::RunExists { run: run.id.clone() }));
    }
    let store = "INSERT INTO plans (digest, json) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    transaction.prepare_cached(store)?.execute(params![run.plan_digest, plan])?;
    let insert = "INSERT INTO runs (id, workflow, plan_digest, status, created_ms, updated_ms)
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let RunInfo { id, workflow, plan_digest, status, created_ms, updated_ms } = run;
    let row = params![id, workflow, plan_digest, status, created_ms, updated_ms];
    transaction.prepare_cached(insert)?.execute(row)?;
    Ok(())
}

fn append(transaction: &Transaction<'_>, number: i64, run: &str, records: &[Record]) -> Result<(), Refused> {
    let insert = "INSERT INTO records (id, run, seq, at, kind, step, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let mut statement = transaction.prepare_cached(insert)?;
    for Record { seq, at_ms, kind, step, data } in records {
        let id = (number << SEQ_BITS) | i64::from(*seq);
        match statement.execute(params![id, run, seq, at_ms, kind, step, data]) {
            Ok(_) => {}
            Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation) => {
                return Err(Refused::Said(JournalError::Duplicate { run: run.to_owned(), seq: *seq }));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn number(transaction: &Transaction<'_>, numbers: &mut HashMap<String, i64>, run: &str) -> Result<i64, Refused> {
    if let Some(number) = numbers.get(run) {
        return Ok(*number);
    }
    let sql = "SELECT number FROM runs WHERE id = ?1";
    let found = transaction.prepare_cached(sql)?.query_row([run], |row| row.get(0)).optional()?;
    let number = found.ok_or_else(|| unknown(run))?;
    numbers.insert(run.to_owned(), number);
    Ok(number)
}

fn unknown(run: &str) -> Refused {
    Refused::Said(JournalError::UnknownRun { run: run.to_owned() })
}
