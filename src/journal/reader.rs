//! Reading, on a connection of its own.

use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::schema::{SEQ_BITS, open_to_read};
use super::{JournalError, RecordRef, RunInfo};

/// The connection that reads, opened when first needed.
#[derive(Debug)]
pub(super) struct Reader {
    path: PathBuf,
    connection: Option<Connection>,
}

impl Reader {
    pub fn new(path: PathBuf) -> Self {
        Self { path, connection: None }
    }

    fn query<T>(&mut self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, JournalError> {
        let connection = match self.connection.take() {
            Some(connection) => Ok(connection),
            None => open_to_read(&self.path),
        };
        let result = connection.and_then(|connection| {
            let result = query(&connection);
            self.connection = Some(connection);
            result
        });
        result.map_err(|error| JournalError::sqlite(&self.path, &error))
    }

    pub fn records(&mut self, run: &str, from: u32, take: &mut dyn FnMut(RecordRef<'_>)) -> Result<(), JournalError> {
        let found = self.query(|connection| {
            let sql = "SELECT number FROM runs WHERE id = ?1";
            let number: Option<i64> = connection.query_row(sql, [run], |row| row.get(0)).optional()?;
            let Some(number) = number else { return Ok(false) };
            let sql = "SELECT seq, at, kind, step, data FROM records WHERE id >= ?1 AND id < ?2 ORDER BY id";
            let first = (number << SEQ_BITS) | i64::from(from);
            let mut statement = connection.prepare_cached(sql)?;
            let mut rows = statement.query(params![first, (number + 1) << SEQ_BITS])?;
            while let Some(row) = rows.next()? {
                take(record(row)?);
            }
            Ok(true)
        })?;
        if found { Ok(()) } else { Err(JournalError::UnknownRun { run: run.to_owned() }) }
    }

    pub fn runs(&mut self) -> Result<Vec<RunInfo>, JournalError> {
        self.query(|connection| {
            let sql = "SELECT id, workflow, plan_digest, status, created_ms, updated_ms FROM runs ORDER BY number DESC";
            connection.prepare_cached(sql)?.query_map([], run_info)?.collect()
        })
    }

    pub fn plan(&mut self, digest: &str) -> Result<Option<String>, JournalError> {
        self.query(|connection| {
            let sql = "SELECT json FROM plans WHERE digest = ?1";
            connection.query_row(sql, [digest], |row| row.get(0)).optional()
        })
    }

    pub fn verify(&mut self) -> Result<(), JournalError> {
        let said: Vec<String> = self.query(|connection| {
            connection.prepare("PRAGMA integrity_check(10)")?.query_map([], |row| row.get(0))?.collect()
        })?;
        if said == ["ok"] {
            return Ok(());
        }
        Err(JournalError::corrupt(&self.path, said.join("; ")))
    }
}

pub(super) fn record<'a>(row: &'a Row<'_>) -> rusqlite::Result<RecordRef<'a>> {
    Ok(RecordRef {
        seq: row.get(0)?,
        at_ms: row.get(1)?,
        kind: row.get_ref(2)?.as_str()?,
        step: row.get_ref(3)?.as_str_or_null()?,
        data: row.get_ref(4)?.as_str()?,
    })
}

fn run_info(row: &Row<'_>) -> rusqlite::Result<RunInfo> {
    Ok(RunInfo {
        id: row.get(0)?,
        workflow: row.get(1)?,
        plan_digest: row.get(2)?,
        status: row.get(3)?,
        created_ms: row.get(4)?,
        updated_ms: row.get(5)?,
    })
}
