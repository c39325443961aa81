//! Progress as lines: one when a step begins to wait or fails, one when it ends.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::cli::terminal::Terminal;
use crate::driver::local::Update;
use crate::engine::event::Body;
use crate::machine::input::Input;
use crate::machine::notice::Notice;
use crate::syntax::tree::GateOutcome;
use crate::value::text;

/// Prints what happens to a run on standard error.
pub(super) struct Plain {
    terminal: Terminal,
    verbose: bool,
    run: String,
}

impl Plain {
    pub fn new(terminal: Terminal, verbose: bool, run: &str) -> Self {
        Self { terminal, verbose, run: run.to_owned() }
    }

    fn paint(&self, color: AnsiColor) -> Style {
        if self.terminal.err_color { color.on_default() } else { Style::new() }
    }

    fn line(&self, color: AnsiColor, mark: &str, text: &str) -> io::Result<()> {
        let style = self.paint(color);
        writeln!(io::stderr(), "{style}{mark}{style:#} {text}")
    }

    pub fn update(&mut self, update: &Update) -> io::Result<()> {
        match update {
            Update::Event(event) => match &event.body {
                Body::Input(input) => self.input(input),
                Body::Notice(notice) => self.notice(notice),
            },
            Update::Asked(ask) => self.line(AnsiColor::Yellow, "?", &format!("{}: {}", ask.name, ask.question)),
            Update::Progress { step, percent, part } => {
                self.line(AnsiColor::Cyan, "·", &format!("{step}: {part} {percent}%"))
            }
            Update::Line { step, text } if self.verbose => writeln!(io::stderr(), "  {step} | {text}"),
            Update::Line { .. } => Ok(()),
        }
    }

    fn input(&self, input: &Input) -> io::Result<()> {
        match input {
            Input::Start(_) => self.line(AnsiColor::Cyan, "▶", &format!("run {}", super::short(&self.run))),
            Input::Resumed => self.line(AnsiColor::Cyan, "▶", &format!("run {} goes on", super::short(&self.run))),
            Input::Answered { by, .. } => self.line(AnsiColor::Cyan, "·", &format!("answered by {by}")),
            _ => Ok(()),
        }
    }

    fn notice(&self, notice: &Notice) -> io::Result<()> {
        let titled = |step: &str, title: &Option<String>| match title {
            Some(title) => format!("{step}: {title}"),
            None => step.to_owned(),
        };
        match notice {
            Notice::StepStarted { step, title } => self.line(AnsiColor::Cyan, "→", &titled(step, title)),
            Notice::StepSucceeded { step, attempts, duration, .. } => {
                let tries = if *attempts > 1 { format!(", attempt {attempts}") } else { String::new() };
                self.line(AnsiColor::Green, "✓", &format!("{step} ({}{tries})", text::duration(*duration)))
            }
            Notice::StepRetrying { step, failure, pause } => {
                let when = if *pause > 0 { format!(" in {}", text::duration(*pause)) } else { String::new() };
                self.line(AnsiColor::Yellow, "↻", &format!("{step}: {}; again{when}", failure.message))
            }
            Notice::StepFailed { step, failure } => {
                self.line(AnsiColor::Red, "✗", &format!("{step}: {} ({})", failure.message, failure.kind))?;
                tail(&failure.stderr, &failure.stdout)
            }
            Notice::StepContinued { step, .. } => self.line(AnsiColor::Yellow, "↷", &format!("{step}: goes on")),
            Notice::StepCached { step, .. } => self.line(AnsiColor::Green, "✓", &format!("{step} (cached)")),
            Notice::StepCancelled { step } => self.line(AnsiColor::Yellow, "■", &format!("{step}: cancelled")),
            Notice::MetricPublished { name, value, claimed } => {
                let claimed = if *claimed { " (claimed)" } else { "" };
                self.line(AnsiColor::Cyan, "·", &format!("{name} = {}{claimed}", value.to_text()))
            }
            Notice::GateJudged { name, outcome, condition, operands, advice, .. } => {
                let values: Vec<String> =
                    operands.iter().map(|(name, value)| format!("{name} = {}", value.to_text())).collect();
                let (color, mark) = match outcome {
                    GateOutcome::Passed => (AnsiColor::Green, "✓"),
                    GateOutcome::Warned | GateOutcome::Waived => (AnsiColor::Yellow, "!"),
                    GateOutcome::Failed => (AnsiColor::Red, "✗"),
                };
                let advice = match advice {
                    Some(advice) if *outcome != GateOutcome::Passed => format!("; {advice}"),
                    _ => String::new(),
                };
                self.line(color, mark, &format!("gate {name}: {condition} ({}){advice}", values.join(", ")))
            }
            Notice::Emitted { kind, text } => {
                let kind = serde_json::to_value(kind).ok().and_then(|kind| kind.as_str().map(str::to_owned));
                let kind = kind.filter(|kind| kind != "note").map_or(String::new(), |kind| format!("{kind}: "));
                self.line(AnsiColor::Cyan, "»", &format!("{kind}{text}"))
            }
            Notice::Finished { status, .. } => {
                let color = if status == "succeeded" { AnsiColor::Green } else { AnsiColor::Red };
                self.line(color, "■", status)
            }
            _ => Ok(()),
        }
    }
}

/// The last lines of what a failed step printed: of its errors, else of its output.
fn tail(stderr: &str, stdout: &str) -> io::Result<()> {
    let text = if stderr.trim().is_empty() { stdout } else { stderr };
    let lines: Vec<&str> = text.trim_end().lines().collect();
    let mut err = io::stderr().lock();
    lines.iter().skip(lines.len().saturating_sub(20)).try_for_each(|line| writeln!(err, "    {line}"))
}
