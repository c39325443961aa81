//! The tables, and opening a database that has them.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior};

use super::JournalError;

/// The format that this version writes, and the newest that it reads.
pub(super) const FORMAT: i64 = 1;

/// How long a process waits for others that write.
const PATIENCE: Duration = Duration::from_secs(20);

/// Bits of `records.id` that hold the position in the run; the number of the run stands above them.
pub(super) const SEQ_BITS: u32 = 32;

const TABLES: &str = "
    CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
    CREATE TABLE plans (digest TEXT PRIMARY KEY, json TEXT NOT NULL);
    CREATE TABLE runs (
        number INTEGER PRIMARY KEY,       -- in the order of creation
        id TEXT NOT NULL UNIQUE,
        workflow TEXT NOT NULL,
        plan_digest TEXT NOT NULL REFERENCES plans(digest),
        status TEXT NOT NULL,
        created_ms INTEGER NOT NULL,
        updated_ms INTEGER NOT NULL
    );
    CREATE TABLE records (
        id INTEGER PRIMARY KEY,           -- runs.number << 32 | seq
        run TEXT NOT NULL,
        seq INTEGER NOT NULL,
        at INTEGER NOT NULL,              -- milliseconds since 1970
        kind TEXT NOT NULL,
        step TEXT,
        data TEXT NOT NULL                -- JSON
    );
    CREATE VIEW log AS
        SELECT run, seq, strftime('%Y-%m-%d %H:%M:%f', at / 1000.0, 'unixepoch') AS time, kind, step, data
        FROM records ORDER BY id;
";

/// Opens a database to write, creating its tables if it is new.
pub(super) fn open(path: &Path) -> Result<Connection, JournalError> {
    let wrong = |error: rusqlite::Error| JournalError::sqlite(path, &error);
    let mut connection = Connection::open(path).map_err(wrong)?;
    connection.busy_timeout(PATIENCE).map_err(wrong)?;
    // The log of changes is folded into the database every 16 MB.
    let pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;";
    connection.execute_batch(pragmas).map_err(wrong)?;
    match format(&connection).map_err(wrong)? {
        Some(found) => check(path, found)?,
        None => create(&mut connection, path)?,
    }
    Ok(connection)
}

/// Opens an existing database to read.
pub(super) fn open_to_read(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.execute_batch("PRAGMA query_only = ON")?;
    Ok(connection)
}

fn create(connection: &mut Connection, path: &Path) -> Result<(), JournalError> {
    let wrong = |error: rusqlite::Error| JournalError::sqlite(path, &error);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(wrong)?;
    // Another process may have been first.
    if let Some(found) = format(&transaction).map_err(wrong)? {
        return check(path, found);
    }
    let tables: i64 =
        transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(wrong)?;
    if tables > 0 {
        return Err(JournalError::NotADatabase { path: path.to_owned() });
    }
    transaction.execute_batch(TABLES).map_err(wrong)?;
    transaction.execute("INSERT INTO meta VALUES ('format', ?1)", [FORMAT]).map_err(wrong)?;
    transaction.commit().map_err(wrong)
}

fn check(path: &Path, found: i64) -> Result<(), JournalError> {
    if found > FORMAT {
        return Err(JournalError::NewerFormat { path: path.to_owned(), found, supported: FORMAT });
    }
    Ok(())
}

fn format(connection: &Connection) -> rusqlite::Result<Option<i64>> {
    let table = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'meta'";
    if connection.query_row(table, [], |_| Ok(())).optional()?.is_none() {
        return Ok(None);
    }
    connection.query_row("SELECT value FROM meta WHERE key = 'format'", [], |row| row.get(0)).optional()
}
