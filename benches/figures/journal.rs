//! Coming back to a run of 100,000 records, beside a scan of the same rows by SQLite alone.

use std::sync::Arc;

use wf::engine::Engine;
use wf::engine::event::{Body, Event};
use wf::journal::{Journal, RunInfo};

use crate::table::{Goal, Row};
use crate::{machine, measure};

const RECORDS: usize = 100_000;

/// Resuming.
pub fn figures() -> Vec<Row> {
    let Ok(folder) = tempfile::tempdir() else { return Vec::new() };
    let state = folder.path().join(".wf");
    let (info, records, steps) = write(&state);
    let spent = measure::best(5, || {
        let engine = Engine::open(folder.path()).expect("the journal opens");
        engine.inspect(&info).expect("the run is whole").outcome().is_some()
    });
    let scan = measure::best(5, || scan(&state.join("wf.db")));
    let plan = machine::plan(steps).to_json();
    let load = measure::best(5, || wf::plan::ir::Plan::from_json(&plan).map(|plan| plan.nodes.len()).unwrap_or(0));
    let row = |figure: String, spent: std::time::Duration, goal| Row {
        figure,
        value: spent.as_secs_f64() * 1e3,
        unit: "ms",
        beside: Some(("SQLite reads the same rows", scan.as_secs_f64() * 1e3)),
        goal,
    };
    vec![
        row(format!("resume of {records} records"), spent, Goal::AtMost(60.0)),
        row(format!("of that, reading the plan of {steps} steps"), load, Goal::None),
    ]
}

/// A journal with a run of about [`RECORDS`] records, as the driver writes them.
fn write(state: &std::path::Path) -> (RunInfo, usize, usize) {
    let probe = events(10).len();
    let per_step = (events(20).len() - probe) / 10;
    let steps = RECORDS / per_step;
    let (plan, events) = (machine::plan(steps), events(steps));
    let journal = Journal::open(state).expect("the journal opens");
    let info = RunInfo {
        id: "bench".into(),
        workflow: plan.name.to_string(),
        plan_digest: plan.digest.to_string(),
        status: "running".into(),
        created_ms: 0,
        updated_ms: 0,
    };
    journal.create_run(info.clone(), plan.to_json()).wait().expect("the run is stored");
    let records = events.iter().map(Event::to_record).collect();
    journal.append("bench", records).wait().expect("the records are stored");
    (info, events.len(), steps)
}

fn events(steps: usize) -> Vec<Event> {
    let run: Arc<str> = "bench".into();
    let mut events = Vec::new();
    machine::run(&machine::plan(steps), |input, step| {
        let bodies = std::iter::once(Body::Input(input)).chain(step.notices.into_iter().map(Body::Notice));
        for body in bodies {
            let seq = events.len() as u64 + 1;
            events.push(Event { run: run.clone(), seq, at: 0, body });
        }
    });
    events
}

/// Reads every row and looks at every byte.
fn scan(path: &std::path::Path) -> u64 {
    let connection = rusqlite::Connection::open(path).expect("the database opens");
    let mut statement =
        connection.prepare("SELECT seq, at, kind, step, data FROM records ORDER BY id").expect("the table is there");
    let mut rows = statement.query([]).expect("it can be read");
    let mut sum = 0;
    while let Ok(Some(row)) = rows.next() {
        let data = row.get_ref(4).expect("there is a fifth column");
        sum += data.as_str().map_or(0, |text| text.bytes().map(u64::from).sum());
    }
    sum
}
