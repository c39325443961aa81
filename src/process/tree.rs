//! A process with all that descends from it.
//!
//! Its group is reached with one call. What left the group (`setsid`, a daemon) is found through `/proc`: as a
//! child of a child, or, when its parents have died, by a variable in its environment that only this attempt has.
//! Where there is no `/proc` the group is all that is reached.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::time::Duration;

use rustix::process::{
    Pid, PidfdFlags, Signal, WaitOptions, kill_process_group, pidfd_open, pidfd_send_signal, waitpgid, waitpid,
};

/// How often strays are looked for, and how long the killed have to disappear in between.
const STRAY_ROUNDS: usize = 20;
const STRAY_PAUSE: Duration = Duration::from_millis(5);

/// The root and how to know its descendants.
pub(super) struct Tree {
    root: Pid,
    marker: Option<Vec<u8>>,
    /// Processes outside the group that were seen, to be collected should they have become our children.
    seen: BTreeSet<i32>,
}

/// A process as `/proc` shows it.
#[derive(Clone, Copy)]
struct Entry {
    parent: i32,
    group: i32,
    /// In clock ticks since the system started: tells two processes with one id apart.
    started: u64,
    dead: bool,
}

/// Makes this process the parent of orphans among its descendants, so that they stay in sight as long as it lives. For
/// programs of their own; a library leaves this to its host.
pub fn become_subreaper() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    Ok(())
}

/// Kills what an earlier process of this program started and left behind when it was killed itself: every process whose
/// environment holds `marker` (`NAME=value`), which the value must make unmistakable.
pub fn kill_strays(marker: &[u8]) {
    // More than once: one may start another while the list is gone through.
    for _ in 0..STRAY_ROUNDS {
        let own = i32::try_from(std::process::id()).unwrap_or(0);
        let mut strays = snapshot();
        strays.retain(|pid, entry| *pid > 1 && *pid != own && !entry.dead && holds(*pid, marker));
        if strays.is_empty() {
            return;
        }
        for (pid, entry) in strays {
            send(pid, entry, Signal::KILL);
        }
        std::thread::sleep(STRAY_PAUSE);
    }
}

fn holds(pid: i32, marker: &[u8]) -> bool {
    let Ok(environment) = fs::read(format!("/proc/{pid}/environ")) else { return false };
    environment.split(|byte| *byte == 0).any(|variable| variable == marker)
}

impl Tree {
    /// The tree of a child that was started as the leader of its own group.
    pub fn new(root: u32, marker: Option<Vec<u8>>) -> io::Result<Self> {
        // 1 and less would mean every process there is.
        let root = i32::try_from(root).ok().filter(|root| *root > 1).and_then(Pid::from_raw);
        let root = root.ok_or_else(|| io::Error::other("the process has no id of its own"))?;
        Ok(Self { root, marker, seen: BTreeSet::new() })
    }

    pub fn root(&self) -> Pid {
        self.root
    }

    /// Sends a signal to all of it. The root must not have been collected yet, so that its id is still its own.
    pub fn signal(&mut self, signal: Signal) {
        // Found before the group dies: children of the dead have no known parents.
        let outside = self.outside();
        let _ = kill_process_group(self.root, signal);
        // Who was stopped cannot end before it goes on.
        let _ = kill_process_group(self.root, Signal::CONT);
        for (pid, entry) in outside {
            send(pid, entry, signal);
            self.seen.insert(pid);
        }
    }

    /// Kills all of it that can be found now.
    pub fn kill(&mut self) {
        self.signal(Signal::KILL);
    }

    /// Whether any of it still runs.
    pub fn is_alive(&self) -> bool {
        self.members().values().any(|entry| !entry.dead)
    }

    /// Removes the remains of descendants that have become children of this process, after the root was collected.
    pub fn collect_orphans(&mut self) {
        while matches!(waitpgid(self.root, WaitOptions::NOHANG), Ok(Some(_))) {}
        for pid in std::mem::take(&mut self.seen) {
            let _ = waitpid(Pid::from_raw(pid), WaitOptions::NOHANG);
        }
    }

    /// Living members that the group does not reach.
    fn outside(&self) -> BTreeMap<i32, Entry> {
        let mut members = self.members();
        members.retain(|_, entry| !entry.dead && entry.group != self.root.as_raw_nonzero().get());
        members
    }

    fn members(&self) -> BTreeMap<i32, Entry> {
        let all = snapshot();
        let root = self.root.as_raw_nonzero().get();
        let own = i32::try_from(std::process::id()).unwrap_or(0);
        let since = all.get(&root).map_or(0, |entry| entry.started);
        let mut members: BTreeMap<i32, Entry> = BTreeMap::new();
        for (&pid, &entry) in all.iter().filter(|(pid, entry)| **pid > 1 && **pid != own && entry.started >= since) {
            if pid == root || entry.group == root || self.is_marked(pid) {
                members.insert(pid, entry);
            }
        }
        // Children of members, until there are no new ones; ids need not be in the order of descent.
        loop {
            let children = all.iter().filter(|(pid, entry)| {
                **pid > 1 && **pid != own && members.contains_key(&entry.parent) && !members.contains_key(pid)
            });
            let children: Vec<(i32, Entry)> = children.map(|(pid, entry)| (*pid, *entry)).collect();
            if children.is_empty() {
                return members;
            }
            members.extend(children);
        }
    }

    fn is_marked(&self, pid: i32) -> bool {
        self.marker.as_ref().is_some_and(|marker| holds(pid, marker))
    }
}

/// Sends a signal to a process unless its id belongs to another one by now.
fn send(pid: i32, entry: Entry, signal: Signal) {
    let Some(id) = Pid::from_raw(pid) else { return };
    let Ok(handle) = pidfd_open(id, PidfdFlags::empty()) else { return };
    // What is read after the handle was taken is about the process of the handle, or about nobody.
    if read_entry(pid).is_some_and(|now| now.started == entry.started) {
        let _ = pidfd_send_signal(handle, signal);
    }
}

/// All processes there are; none where there is no `/proc`.
fn snapshot() -> BTreeMap<i32, Entry> {
    let Ok(folder) = fs::read_dir("/proc") else { return BTreeMap::new() };
    let pids = folder.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
    pids.filter_map(|pid| Some((pid, read_entry(pid)?))).collect()
}

fn read_entry(pid: i32) -> Option<Entry> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, in parentheses, can hold anything.
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = fields.split_ascii_whitespace().collect();
    let number = |index: usize| fields.get(index)?.parse::<i64>().ok();
    let dead = matches!(*fields.first()?, "Z" | "X" | "x");
    let (parent, group) = (i32::try_from(number(1)?).ok()?, i32::try_from(number(2)?).ok()?);
    Some(Entry { parent, group, started: u64::try_from(number(19)?).ok()?, dead })
}
