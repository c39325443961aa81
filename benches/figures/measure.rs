//! Time: the best of many rounds in this process, the processor time of another one.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4;

/// The shortest of `rounds` rounds. What else the machine does can only make a round longer.
pub fn best<T>(rounds: usize, mut work: impl FnMut() -> T) -> Duration {
    let once = |_| {
        let clock = Instant::now();
        let result = std::hint::black_box(work());
        let spent = clock.elapsed();
        drop(result);
        spent
    };
    (0..rounds).map(once).min().unwrap_or_default()
}

/// The middle of the given times.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// What a process used.
#[derive(Clone, Copy)]
pub struct Used {
    /// User and system time.
    pub processor: Duration,
    /// Most memory at any time, in bytes.
    pub memory: u64,
}

/// The best of `rounds` runs of a program; `None` where it is not installed or fails.
pub fn process(rounds: usize, make: impl Fn() -> Command) -> Option<Used> {
    let mut best: Option<Used> = None;
    for _ in 0..rounds {
        let mut child = make().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
        let ended = child.wait4().ok()?;
        // `make -q` says 1 where something is to be done.
        if ended.status.code().is_none_or(|code| code > 1) {
            return None;
        }
        let used = Used { processor: ended.rusage.utime + ended.rusage.stime, memory: ended.rusage.maxrss };
        let least = best.unwrap_or(used);
        best = Some(Used { processor: least.processor.min(used.processor), memory: least.memory.min(used.memory) });
    }
    best
}
