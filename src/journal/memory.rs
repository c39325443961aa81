//! The journal that keeps nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::writer::Write;
use super::{Holder, JournalError, Record, RecordRef, RunInfo};

/// What the tables hold, in memory.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// In the order of creation.
    runs: Vec<RunInfo>,
    plans: BTreeMap<String, Arc<str>>,
    records: BTreeMap<String, BTreeMap<u32, Record>>,
    locks: BTreeMap<String, Holder>,
}

/// A panic elsewhere leaves the maps whole: each change is one insertion.
pub(super) fn guard(store: &Mutex<Memory>) -> MutexGuard<'_, Memory> {
    store.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Memory {
    pub fn apply(&mut self, write: Write) -> Result<(), JournalError> {
        match write {
            Write::Run { run, .. } if self.records.contains_key(&run.id) => {
                Err(JournalError::RunExists { run: run.id })
            }
            Write::Run { run, plan } => {
                self.plans.entry(run.plan_digest.clone()).or_insert(plan);
                self.records.insert(run.id.clone(), BTreeMap::new());
                self.runs.push(run);
                Ok(())
            }
            Write::Records { run, records } => self.append(run, records),
            Write::Status { run, status, at_ms } => {
                let Some(info) = self.runs.iter_mut().find(|info| info.id == run) else {
                    return Err(JournalError::UnknownRun { run });
                };
                (info.status, info.updated_ms) = (status, at_ms);
                Ok(())
            }
            Write::Nothing => Ok(()),
        }
    }

    fn append(&mut self, run: String, records: Vec<Record>) -> Result<(), JournalError> {
        let Some(kept) = self.records.get_mut(&run) else { return Err(JournalError::UnknownRun { run }) };
        let mut fresh = BTreeMap::new();
        for record in records {
            let seq = record.seq;
            if kept.contains_key(&seq) || fresh.insert(seq, record).is_some() {
                return Err(JournalError::Duplicate { run, seq });
            }
        }
        kept.append(&mut fresh);
        Ok(())
    }

    pub fn records(&self, run: &str, from: u32, mut take: impl FnMut(RecordRef<'_>)) -> Result<(), JournalError> {
        let kept = self.records.get(run).ok_or_else(|| JournalError::UnknownRun { run: run.to_owned() })?;
        for (_, Record { seq, at_ms, kind, step, data }) in kept.range(from..) {
            take(RecordRef { seq: *seq, at_ms: *at_ms, kind, step: step.as_deref(), data });
        }
        Ok(())
    }

    pub fn runs(&self) -> Vec<RunInfo> {
        self.runs.iter().rev().cloned().collect()
    }

    pub fn plan(&self, digest: &str) -> Option<String> {
        self.plans.get(digest).map(ToString::to_string)
    }

    pub fn lock(&mut self, run: &str, holder: Holder) -> Result<(), JournalError> {
        match self.locks.get(run) {
            Some(&holder) => Err(JournalError::Locked { run: run.to_owned(), holder }),
            None => {
                self.locks.insert(run.to_owned(), holder);
                Ok(())
            }
        }
    }

    pub fn unlock(&mut self, run: &str) {
        self.locks.remove(run);
    }

    pub fn holder(&self, run: &str) -> Option<Holder> {
        self.locks.get(run).copied()
    }
}
