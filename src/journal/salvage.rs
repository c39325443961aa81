//! Getting out of a damaged database what can still be read.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use serde_json::{Map, Value};

use super::schema::open_to_read;

/// Reads each table from its beginning and from its end up to the damage, and writes the rows as JSON lines beside
/// the database. `None` when not a single row could be had.
pub(super) fn rescue(database: &Path) -> Option<PathBuf> {
    let connection = open_to_read(database).ok()?;
    let path = database.with_extension("salvaged.jsonl");
    let mut out = BufWriter::new(File::create(&path).ok()?);
    let mut rows = 0;
    for (table, key) in [("runs", "number"), ("plans", "rowid"), ("records", "id")] {
        let (last, read) = copy(&connection, &mut out, table, key, "ASC", i64::MIN);
        let (_, behind) = copy(&connection, &mut out, table, key, "DESC", last);
        rows += read + behind;
    }
    out.flush().ok()?;
    if rows == 0 {
        let _ = std::fs::remove_file(&path);
        return None;
    }
    Some(path)
}

/// Copies rows whose key is above `floor` until the first that cannot be read; gives the last key and their number.
fn copy(
    connection: &Connection,
    out: &mut impl Write,
    table: &str,
    key: &str,
    direction: &str,
    floor: i64,
) -> (i64, u64) {
    let sql = format!("SELECT {key} AS salvage_key, * FROM {table} WHERE {key} > ?1 ORDER BY {key} {direction}");
    let (mut last, mut count) = (floor, 0);
    let Ok(mut statement) = connection.prepare(&sql) else { return (last, count) };
    let names: Vec<String> = statement.column_names().map(ToString::to_string).collect();
    let Ok(mut rows) = statement.query([floor]) else { return (last, count) };
    while let Ok(Some(row)) = rows.next() {
        let mut object = Map::new();
        object.insert("table".to_owned(), table.into());
        for (index, name) in names.iter().enumerate().skip(1) {
            object.insert(name.clone(), row.get_ref(index).map_or(Value::Null, json));
        }
        if writeln!(out, "{}", Value::Object(object)).is_err() {
            break;
        }
        last = row.get(0).unwrap_or(last);
        count += 1;
    }
    (last, count)
}

fn json(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) | ValueRef::Blob(text) => String::from_utf8_lossy(text).into(),
    }
}
