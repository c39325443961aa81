//! Events of a run: what a driver told the machine, and what the machine concluded, in one sequence. The journal holds
//! them, `--output json` prints them, subscribers receive them.

use serde::{Deserialize, Serialize};

use crate::journal::Record;
use crate::machine::input::Input;
use crate::machine::notice::Notice;

/// One event.
#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    /// The run.
    pub run: std::sync::Arc<str>,
    /// Its number in the run, from 1, without gaps.
    pub seq: u64,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// What.
    pub body: Body,
}

/// What happened.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Body {
    /// Something outside: a replay feeds these to the machine again.
    Input(Input),
    /// A conclusion: a replay produces it again.
    Notice(Notice),
}

impl Body {
    /// Path of the step that it is about, where there is one.
    pub fn step(&self) -> Option<&str> {
        match self {
            Self::Input(_) => None,
            Self::Notice(notice) => notice.step(),
        }
    }
}

impl Event {
    /// As the journal keeps it.
    pub fn to_record(&self) -> Record {
        let data = serde_json::to_string(&self.body).unwrap_or_default();
        let kind = match &self.body {
            Body::Input(input) => input.kind(),
            Body::Notice(notice) => notice.kind(),
        };
        let step = self.body.step().map(str::to_owned);
        Record { seq: self.seq as u32, at_ms: self.at, kind: kind.to_owned(), step, data }
    }

    /// `{"event": "step.started", "run": …, "at": …, "seq": …, …}`: one line without its line break.
    pub fn to_json(&self) -> String {
        let mut object = serde_json::Map::new();
        let body = serde_json::to_value(&self.body).unwrap_or_default();
        let mut rest = match body {
            serde_json::Value::Object(rest) => rest,
            other => serde_json::Map::from_iter([("data".to_owned(), other)]),
        };
        object.insert("event".to_owned(), rest.shift_remove("event").unwrap_or_default());
        object.insert("run".to_owned(), self.run.as_ref().into());
        object.insert("at".to_owned(), crate::value::text::time(self.at).into());
        object.insert("seq".to_owned(), self.seq.into());
        object.append(&mut rest);
        serde_json::Value::Object(object).to_string()
    }
}
