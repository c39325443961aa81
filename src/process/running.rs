//! A process while it runs: one future that reads, writes and watches, without a thread or a task of its own.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::process::{Child, ExitStatus};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use rustix::process::{Signal, WaitId, WaitIdOptions, waitid};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::process::{ChildStderr, ChildStdin, ChildStdout};
use tokio::time::{Sleep, sleep_until};
use wait4::Wait4;

use super::capture::Capture;
use super::log::OutputLog;
use super::mask::Masker;
use super::progress::Watch;
use super::tree::Tree;
use super::{Captured, End, Notice, Outcome, Spec, Stream};

/// Bytes read at a time.
const CHUNK: usize = 32 << 10;

/// Reads in a row before other futures get a turn.
const TURNS: u32 = 16;

/// How often the progress file is looked at.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(250);

/// How often descendants that ignore the end are looked for and killed.
const KILL_INTERVAL: Duration = Duration::from_millis(20);

/// After so many rounds what cannot be killed (a process stuck in the kernel) is left behind.
const MAX_KILL_ROUNDS: u32 = 250;

/// A started process. Dropping it kills the process and all its descendants.
pub struct Running {
    child: Child,
    tree: Tree,
    started: Instant,
    exits: tokio::signal::unix::Signal,
    stdin: Option<(ChildStdin, Arc<[u8]>, usize)>,
    outputs: [Output; 2],
    log: OutputLog,
    progress: Option<Watch>,
    buffer: Box<[u8]>,
    /// When it was seen to have exited.
    exited: Option<Instant>,
    linger: Duration,
    stopping: Stopping,
    tick: Option<Pin<Box<Sleep>>>,
    reaped: bool,
}

enum Pipe {
    Stdout(ChildStdout),
    Stderr(ChildStderr),
    Closed,
}

struct Output {
    stream: Stream,
    pipe: Pipe,
    masker: Masker,
    capture: Capture,
}

/// How far ending it has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stopping {
    No,
    /// Asked to end; killed at this time.
    Asked(Instant),
    /// Being killed, for this many rounds.
    Killing(u32),
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("pid", &self.pid()).finish_non_exhaustive()
    }
}

impl Running {
    pub(super) fn new(mut child: Child, spec: Spec, exits: tokio::signal::unix::Signal) -> io::Result<Self> {
        let started = Instant::now();
        let mut tree = Tree::new(child.id(), marker(&spec))?;
        let pipes = pipes(&mut child, &spec);
        let (stdin, stdout, stderr) = match pipes {
            Ok(pipes) => pipes,
            Err(error) => {
                tree.kill();
                let _ = child.wait();
                return Err(error);
            }
        };
        let output = |stream, pipe, spill| {
            let (masker, capture) = (Masker::new(&spec.mask), Capture::new(spill, spec.limits));
            Output { stream, pipe, masker, capture }
        };
        let [spill, spill_error] = spec.spill;
        let outputs = [output(Stream::Stdout, stdout, spill), output(Stream::Stderr, stderr, spill_error)];
        Ok(Self {
            child,
            tree,
            started,
            exits,
            stdin: stdin.zip(spec.stdin).map(|(pipe, bytes)| (pipe, bytes, 0)),
            outputs,
            log: OutputLog::new(spec.log, started),
            progress: spec.progress.map(Watch::new),
            buffer: Box::default(),
            exited: None,
            linger: spec.limits.linger,
            stopping: Stopping::No,
            tick: None,
            reaped: false,
        })
    }

    /// Its process id, which is also that of its group.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for it to end, telling `notice` what it does meanwhile. The future may be dropped and made again; once
    /// it has given the outcome it must not be.
    pub async fn wait(&mut self, mut notice: impl FnMut(Notice<'_>)) -> Outcome {
        poll_fn(|context| self.poll(context, &mut notice)).await;
        self.outcome(&mut notice)
    }

    /// Asks the process and its descendants to end (SIGTERM), kills those that have not after `grace`, and waits.
    pub async fn terminate(&mut self, grace: Duration, notice: impl FnMut(Notice<'_>)) -> Outcome {
        if self.stopping == Stopping::No {
            self.tree.signal(Signal::TERM);
            self.stopping = Stopping::Asked(Instant::now() + grace);
            self.tick = None;
        }
        self.wait(notice).await
    }

    /// Kills the process and its descendants without asking, and waits.
    pub async fn kill(&mut self, notice: impl FnMut(Notice<'_>)) -> Outcome {
        self.stopping = Stopping::Killing(0);
        self.tick = None;
        self.wait(notice).await
    }

    fn poll(&mut self, context: &mut Context<'_>, notice: &mut impl FnMut(Notice<'_>)) -> Poll<()> {
        for _ in 0..TURNS {
            let mut advanced = self.poll_outputs(context, notice);
            advanced |= self.poll_stdin(context);
            while matches!(self.exits.poll_recv(context), Poll::Ready(Some(()))) {}
            self.check_exit();
            advanced |= self.poll_tick(context, notice);
            if self.is_over() {
                return Poll::Ready(());
            }
            if !advanced {
                return Poll::Pending;
            }
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }

    /// Whether nothing more is to be waited for.
    fn is_over(&self) -> bool {
        let Some(exited) = self.exited else { return false };
        let drained = self.outputs.iter().all(Output::is_closed) || exited.elapsed() >= self.linger;
        match self.stopping {
            Stopping::No => drained,
            Stopping::Asked(_) => drained && !self.tree.is_alive(),
            Stopping::Killing(rounds) => rounds >= MAX_KILL_ROUNDS || (rounds > 0 && !self.tree.is_alive()),
        }
    }

    fn check_exit(&mut self) {
        if self.exited.is_some() {
            return;
        }
        // Seen, not collected: as long as it is not, its id and that of its group mean nobody else.
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        if !matches!(waitid(WaitId::Pid(self.tree.root()), options), Ok(None)) {
            self.exited = Some(Instant::now());
            self.stdin = None;
            self.tick = None;
        }
    }

    fn poll_outputs(&mut self, context: &mut Context<'_>, notice: &mut impl FnMut(Notice<'_>)) -> bool {
        let mut advanced = false;
        for output in &mut self.outputs {
            // The buffer is made when there is something to read for sure: most processes print little or nothing.
            if self.buffer.is_empty() && !output.is_closed() {
                self.buffer = vec![0; CHUNK].into_boxed_slice();
            }
            let mut read = ReadBuf::new(&mut self.buffer);
            match output.pipe.poll_read(context, &mut read) {
                Poll::Pending => {}
                Poll::Ready(Ok(())) if !read.filled().is_empty() => {
                    advanced = true;
                    output.take(read.filled(), &mut self.log, notice);
                }
                Poll::Ready(_) => {
                    advanced |= !output.is_closed();
                    output.pipe = Pipe::Closed;
                }
            }
        }
        advanced
    }

    fn poll_stdin(&mut self, context: &mut Context<'_>) -> bool {
        let Some((pipe, bytes, written)) = &mut self.stdin else { return false };
        match Pin::new(pipe).poll_write(context, bytes.get(*written..).unwrap_or_default()) {
            Poll::Pending => return false,
            Poll::Ready(Ok(count)) if count > 0 => *written += count,
            // It does not want any more of it, which is its right.
            Poll::Ready(_) => *written = bytes.len(),
        }
        if *written >= bytes.len() {
            self.stdin = None;
        }
        true
    }

    /// What is done at intervals: looking at the progress file, ending the grace, killing again, ending the linger.
    fn poll_tick(&mut self, context: &mut Context<'_>, notice: &mut impl FnMut(Notice<'_>)) -> bool {
        match &mut self.tick {
            None => {
                let Some(delay) = self.next_tick() else { return false };
                self.tick = Some(Box::pin(sleep_until((Instant::now() + delay).into())));
                true
            }
            Some(tick) => {
                if tick.as_mut().poll(context).is_pending() {
                    return false;
                }
                self.tick = None;
                self.on_tick(notice);
                true
            }
        }
    }

    fn next_tick(&mut self) -> Option<Duration> {
        let now = Instant::now();
        let after_exit = self.exited.map(|exited| self.linger.saturating_sub(now - exited));
        match self.stopping {
            Stopping::Killing(0) => {
                self.tree.kill();
                self.stopping = Stopping::Killing(1);
                Some(KILL_INTERVAL)
            }
            Stopping::Killing(_) => Some(KILL_INTERVAL),
            Stopping::Asked(deadline) => {
                let left = deadline.saturating_duration_since(now);
                // Once it has exited, only its descendants are waited for.
                Some(if self.exited.is_some() { left.min(KILL_INTERVAL) } else { left.min(PROGRESS_INTERVAL) })
            }
            Stopping::No => after_exit.or(self.progress.as_ref().map(|_| PROGRESS_INTERVAL)),
        }
    }

    fn on_tick(&mut self, notice: &mut impl FnMut(Notice<'_>)) {
        if let Some(watch) = &mut self.progress {
            watch.read(false, &mut |progress| notice(Notice::Progress(progress)));
        }
        match self.stopping {
            Stopping::Asked(deadline) if Instant::now() >= deadline => self.stopping = Stopping::Killing(0),
            Stopping::Killing(rounds) => {
                self.tree.kill();
                self.stopping = Stopping::Killing(rounds + 1);
            }
            Stopping::Asked(_) | Stopping::No => {}
        }
    }

    fn outcome(&mut self, notice: &mut impl FnMut(Notice<'_>)) -> Outcome {
        let lingering = self.stopping == Stopping::No && !self.outputs.iter().all(Output::is_closed);
        for output in &mut self.outputs {
            output.finish(&mut self.log, notice);
        }
        if let Some(watch) = &mut self.progress {
            watch.read(true, &mut |progress| notice(Notice::Progress(progress)));
        }
        let duration = self.exited.map_or_else(|| self.started.elapsed(), |exited| exited - self.started);
        let used = self.child.wait4();
        self.reaped = true;
        let (end, cpu_user, cpu_system, max_rss) = match used {
            Ok(used) => (end(used.status), used.rusage.utime, used.rusage.stime, used.rusage.maxrss),
            // Somebody else in this process collected it: its end is not known.
            Err(_) => (End::Exited(-1), Duration::ZERO, Duration::ZERO, 0),
        };
        self.tree.collect_orphans();
        let mut lost = self.log.finish();
        let mut captured = self.outputs.iter_mut().map(|output| output.capture.finish(&mut lost));
        let stdout = captured.next().unwrap_or_default();
        let stderr = captured.next().unwrap_or_default();
        drop(captured);
        Outcome { end, duration, cpu_user, cpu_system, max_rss, stdout, stderr, lingering, lost }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.reaped {
            return;
        }
        self.tree.kill();
        // It takes a moment to die; longer only when it is stuck in the kernel.
        for _ in 0..100 {
            if !matches!(self.child.try_wait(), Ok(None)) {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Output {
    fn is_closed(&self) -> bool {
        matches!(self.pipe, Pipe::Closed)
    }

    fn take(&mut self, bytes: &[u8], log: &mut OutputLog, notice: &mut impl FnMut(Notice<'_>)) {
        let Self { stream, masker, capture, .. } = self;
        masker.feed(bytes, &mut |masked| {
            log.write(*stream, masked);
            capture.write(masked);
            notice(Notice::Output(*stream, masked));
        });
    }

    fn finish(&mut self, log: &mut OutputLog, notice: &mut impl FnMut(Notice<'_>)) {
        let Self { stream, masker, capture, .. } = self;
        masker.finish(&mut |masked| {
            log.write(*stream, masked);
            capture.write(masked);
            notice(Notice::Output(*stream, masked));
        });
        capture.masked = masker.found;
    }
}

impl Pipe {
    fn poll_read(&mut self, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Stdout(pipe) => Pin::new(pipe).poll_read(context, into),
            Self::Stderr(pipe) => Pin::new(pipe).poll_read(context, into),
            Self::Closed => Poll::Ready(Ok(())),
        }
    }
}

fn pipes(child: &mut Child, spec: &Spec) -> io::Result<(Option<ChildStdin>, Pipe, Pipe)> {
    let stdin = child.stdin.take().filter(|_| spec.stdin.as_ref().is_some_and(|bytes| !bytes.is_empty()));
    let stdin = stdin.map(ChildStdin::from_std).transpose()?;
    let stdout = child.stdout.take().map(ChildStdout::from_std).transpose()?;
    let stderr = child.stderr.take().map(ChildStderr::from_std).transpose()?;
    Ok((stdin, stdout.map_or(Pipe::Closed, Pipe::Stdout), stderr.map_or(Pipe::Closed, Pipe::Stderr)))
}

fn marker(spec: &Spec) -> Option<Vec<u8>> {
    let name = spec.marker.as_ref()?;
    let (_, value) = spec.env.iter().rev().find(|(found, _)| found == name)?;
    Some([name.as_encoded_bytes(), b"=", value.as_encoded_bytes()].concat())
}

fn end(status: ExitStatus) -> End {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => End::Exited(code),
        (None, Some(signal)) => End::Signaled(signal),
        (None, None) => End::Exited(-1),
    }
}

impl Default for Captured {
    fn default() -> Self {
        Self::empty()
    }
}
