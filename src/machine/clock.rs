//! Clocks of scopes: they count wall time except while everything in the scope waits for people, or the run is paused.

use serde::{Deserialize, Serialize};

use super::command::Command;
use super::run::Run;
use super::state::{Timer, TimerOf};
use super::task::{Flow, On, TaskId, Why};

/// All clocks; a number is never used twice.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Clocks {
    all: Vec<Clock>,
    /// Those that have not been dropped.
    live: std::collections::BTreeSet<u32>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Clock {
    outer: Option<u32>,
    /// Tasks in it that do not wait for people.
    busy: u32,
    /// Milliseconds left when it last stopped.
    left: i64,
    /// When it was last set going, and its timer.
    running: Option<(i64, u64)>,
    rang: bool,
    owner: TaskId,
}

impl Run<'_> {
    /// Starts a clock for the task, inside its present one.
    pub fn clock_start(&mut self, t: TaskId, milliseconds: i64) -> u32 {
        let outer = self.task(t).clock;
        let id = self.s.clocks.all.len() as u32;
        let left = milliseconds.max(0);
        self.s.clocks.all.push(Clock { outer, busy: 0, left, running: None, rang: false, owner: t });
        self.s.clocks.live.insert(id);
        self.task_mut(t).clock = Some(id);
        if self.task(t).busy {
            self.clock_count(id, true);
        } else {
            self.set_busy(t, true);
        }
        id
    }

    /// The scope is left.
    pub fn clock_drop(&mut self, t: TaskId, id: u32) {
        if let Some(clock) = self.s.clocks.all.get_mut(id as usize) {
            let outer = clock.outer;
            let timer = clock.running.take();
            clock.busy = 0;
            if let Some((_, timer)) = timer {
                self.forget_timer(timer);
            }
            let task = self.task_mut(t);
            task.clock = outer;
            if task.cancel == Some(Why::Clock(id)) {
                task.cancel = None;
            }
        }
        self.s.clocks.live.remove(&id);
    }

    /// Counts a task as busy, or no longer, for the clocks around it.
    pub fn set_busy(&mut self, t: TaskId, busy: bool) {
        let task = self.task_mut(t);
        if task.busy == busy {
            return;
        }
        task.busy = busy;
        let mut next = task.clock;
        while let Some(id) = next {
            self.clock_count(id, busy);
            next = self.s.clocks.all.get(id as usize).and_then(|clock| clock.outer);
        }
    }

    /// Whether the clocks care about what the task waits for.
    pub fn settle_busy(&mut self, t: TaskId) {
        if self.task(t).clock.is_none() {
            return;
        }
        let busy = !matches!(self.task(t).flow, Flow::Wait(On::Ask(_) | On::Consent | On::Children | On::Parked));
        self.set_busy(t, busy);
    }

    fn clock_count(&mut self, id: u32, more: bool) {
        let Some(clock) = self.s.clocks.all.get_mut(id as usize) else { return };
        clock.busy = if more { clock.busy + 1 } else { clock.busy.saturating_sub(1) };
        let busy = clock.busy;
        match busy {
            0 => self.clock_stop(id),
            1 if more => self.clock_go(id),
            _ => {}
        }
    }

    fn clock_go(&mut self, id: u32) {
        let now = self.s.now;
        let Some(clock) = self.s.clocks.all.get(id as usize) else { return };
        if clock.running.is_some() || clock.rang {
            return;
        }
        let at = now.saturating_add(clock.left);
        let timer = self.set_timer(at, TimerOf::Clock(id));
        if let Some(clock) = self.s.clocks.all.get_mut(id as usize) {
            clock.running = Some((now, timer));
        }
    }

    fn clock_stop(&mut self, id: u32) {
        let now = self.s.now;
        let Some(clock) = self.s.clocks.all.get_mut(id as usize) else { return };
        if let Some((since, timer)) = clock.running.take() {
            clock.left = (clock.left - (now - since)).max(0);
            self.forget_timer(timer);
        }
    }

    /// The run is paused: no clock runs.
    pub fn clocks_pause(&mut self) {
        for id in self.s.clocks.live.iter().copied().collect::<Vec<_>>() {
            self.clock_stop(id);
        }
    }

    /// The run goes on: time since `last` does not count.
    pub fn clocks_resume(&mut self, last: i64) {
        let now = std::mem::replace(&mut self.s.now, last);
        self.clocks_pause();
        self.s.now = now;
        for id in self.s.clocks.live.iter().copied().collect::<Vec<_>>() {
            if self.s.clocks.all.get(id as usize).is_some_and(|clock| clock.busy > 0) {
                self.clock_go(id);
            }
        }
    }

    /// The time of a clock is up: what is above its scope is cancelled.
    pub fn clock_rings(&mut self, id: u32) {
        if let Some(clock) = self.s.clocks.all.get_mut(id as usize) {
            (clock.running, clock.rang) = (None, true);
        }
        if self.s.clocks.live.contains(&id)
            && let Some(t) = self.s.clocks.all.get(id as usize).map(|clock| clock.owner)
        {
            self.cancel(t, Why::Clock(id));
        }
    }

    /// Asks for a timer.
    pub fn set_timer(&mut self, at: i64, of: TimerOf) -> u64 {
        self.s.last.timer += 1;
        let timer = self.s.last.timer;
        self.s.timers.insert(timer, Timer { at, of });
        self.commands.push(Command::Timer { timer, at });
        timer
    }

    /// Takes a timer back.
    pub fn forget_timer(&mut self, timer: u64) {
        if self.s.timers.remove(&timer).is_some() {
            self.commands.push(Command::Forget { timer });
        }
    }
}
