//! Timers that the machine asked for, by deadline.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

/// Open timers. Deadlines are milliseconds since 1970.
#[derive(Debug, Default)]
pub(super) struct Timers {
    order: BTreeSet<(i64, u64)>,
    deadlines: FxHashMap<u64, i64>,
}

impl Timers {
    /// Adds a timer, or moves it.
    pub fn set(&mut self, timer: u64, at: i64) {
        self.forget(timer);
        self.deadlines.insert(timer, at);
        self.order.insert((at, timer));
    }

    /// Forgets a timer.
    pub fn forget(&mut self, timer: u64) {
        if let Some(at) = self.deadlines.remove(&timer) {
            self.order.remove(&(at, timer));
        }
    }

    /// The deadline of the first one.
    pub fn next(&self) -> Option<i64> {
        self.order.first().map(|(at, _)| *at)
    }

    /// Takes out the first one whose time has come at `now`.
    pub fn due(&mut self, now: i64) -> Option<u64> {
        let &(at, timer) = self.order.first()?;
        if at > now {
            return None;
        }
        self.forget(timer);
        Some(timer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fires_in_order_of_deadlines_and_forgets() {
        let mut timers = Timers::default();
        timers.set(1, 30);
        timers.set(2, 10);
        timers.set(3, 20);
        timers.set(1, 5);
        timers.forget(3);
        assert_eq!(timers.next(), Some(5));
        assert_eq!(timers.due(4), None);
        assert_eq!(timers.due(10), Some(1));
        assert_eq!(timers.due(10), Some(2));
        assert_eq!(timers.due(100), None);
    }
}
