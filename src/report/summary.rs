//! The report of a run: what came of it, from facts of its journal and its snapshots only.

mod again;
mod html;
mod markdown;
mod text;
mod timeline;

use serde::Serialize;

use super::history::{Handled, History, Question, StepOutcome, StepStory, gate_word};
use crate::engine::event::Body;
use crate::machine::notice::Notice;
use crate::plan::ir::{EmitKind, GateSeverity, Plan};
use crate::syntax::tree::GateOutcome;
use crate::value::{Failure, Fields, Value};

/// The report of a run. As JSON it is what `wf report --format json` prints.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// Version of this form: 1.
    pub version: u32,
    /// Id of the run.
    pub run: String,
    /// Name of the workflow.
    pub workflow: String,
    /// Its documentation.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// `running`, `paused`, `interrupted`, `succeeded`, `failed`, `cancelled`, `rolled-back`, `rollback-incomplete`.
    pub status: String,
    /// Why it failed, or why it was rolled back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// Why it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits: Option<String>,
    /// When it began.
    pub started: String,
    /// When the last thing happened.
    pub last: String,
    /// Milliseconds between them.
    pub duration: i64,
    /// Steps that began, in that order.
    pub steps: Vec<StepStory>,
    /// Attempts that another one followed, or that a handler answered with `retry`.
    pub retries: usize,
    /// Failures that handlers took.
    pub handled: Vec<Handled>,
    /// Files that differ from the start, where snapshots say so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<Files>,
    /// The last value of each metric.
    pub metrics: Vec<Metric>,
    /// Gates, as judged last.
    pub gates: Vec<Gate>,
    /// Questions to people.
    pub questions: Vec<Question>,
    /// `emit` lines without a word.
    pub notes: Vec<String>,
    /// `emit achieved`
    pub achieved: Vec<String>,
    /// `emit recommend`
    pub recommend: Vec<String>,
    /// `emit decision`
    pub decisions: Vec<String>,
    /// `emit next`
    pub next: Vec<String>,
    /// What the workflow returned.
    pub outputs: Fields,
    /// The command that goes on with the run, or runs the same again.
    pub command: String,
    /// When it began and when the last thing happened, in milliseconds since 1970.
    #[serde(skip)]
    pub span: (i64, i64),
}

/// Files that differ from the start of the run: paths below the workspace.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Files {
    /// They were not there.
    pub created: Vec<String>,
    /// They were there and differ.
    pub modified: Vec<String>,
    /// They are gone.
    pub removed: Vec<String>,
}

/// A metric.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Metric {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Value,
    /// `measured` by a process, or `claimed` by an agent.
    pub provenance: &'static str,
}

/// A gate.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Gate {
    /// Its name.
    pub name: String,
    /// How it was judged.
    pub outcome: GateOutcome,
    /// How bad a failure is.
    pub severity: GateSeverity,
    /// The condition as written.
    pub condition: String,
    /// What it read.
    pub operands: Fields,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

impl Summary {
    /// The report of the run of that id and status (as the list of runs says it).
    pub fn of(plan: &Plan, history: &History, run: &str, status: &str, files: Option<Files>) -> Self {
        let (first, last) = (history.started(), history.last());
        let mut summary = Self {
            version: 1,
            run: run.to_owned(),
            workflow: plan.name.to_string(),
            about: plan.about.docs.to_string(),
            status: status.to_owned(),
            failure: history.finished.as_ref().and_then(|finished| finished.failure.clone()),
            waits: history.paused.clone(),
            started: crate::value::text::time(first),
            last: crate::value::text::time(last),
            duration: last - first,
            steps: history.steps.values().cloned().collect(),
            retries: 0,
            handled: history.handled.clone(),
            files,
            metrics: Vec::new(),
            gates: Vec::new(),
            questions: history.asks.values().cloned().collect(),
            notes: Vec::new(),
            achieved: Vec::new(),
            recommend: Vec::new(),
            decisions: Vec::new(),
            next: Vec::new(),
            outputs: history.finished.as_ref().map(|finished| finished.outputs.clone()).unwrap_or_default(),
            command: again::command(plan, history, run, status),
            span: (first, last),
        };
        for (_, body) in &history.events {
            if let Body::Notice(notice) = body {
                summary.take(notice);
            }
        }
        summary
    }

    fn take(&mut self, notice: &Notice) {
        match notice {
            Notice::StepRetrying { .. } => self.retries += 1,
            Notice::HandlerAnswered { verdict, .. } if verdict == "retry" => self.retries += 1,
            Notice::MetricPublished { name, value, claimed } => {
                let provenance = if *claimed { "claimed" } else { "measured" };
                self.metrics.retain(|metric| metric.name != *name);
                self.metrics.push(Metric { name: name.to_string(), value: value.clone(), provenance });
            }
            Notice::GateJudged { name, outcome, severity, condition, operands, advice } => {
                self.gates.retain(|gate| gate.name != *name);
                self.gates.push(Gate {
                    name: name.to_string(),
                    outcome: *outcome,
                    severity: *severity,
                    condition: condition.to_string(),
                    operands: operands.clone(),
                    advice: advice.clone(),
                });
            }
            Notice::Emitted { kind, text } => {
                let list = match kind {
                    EmitKind::Note => &mut self.notes,
                    EmitKind::Achieved => &mut self.achieved,
                    EmitKind::Recommend => &mut self.recommend,
                    EmitKind::Decision => &mut self.decisions,
                    EmitKind::Next => &mut self.next,
                };
                list.push(text.clone());
            }
            _ => {}
        }
    }

    /// As JSON, with line breaks.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// What became of the run, in words.
    fn title(&self) -> String {
        let how = match self.status.as_str() {
            "succeeded" => "completed successfully",
            "failed" => "failed",
            "cancelled" => "was cancelled",
            "rolled-back" => "was rolled back",
            "rollback-incomplete" => "failed, and its rollback is incomplete",
            "paused" => "is paused",
            "running" => "is not over",
            other => return format!("{}: {other}", self.workflow),
        };
        format!("{} {how}", self.workflow)
    }

    /// The first lines of every report: name and value.
    fn facts(&self) -> Vec<(&'static str, String)> {
        let count = |outcome| self.steps.iter().filter(|step| step.outcome == outcome).count();
        let mut facts = vec![("Total duration", span(self.duration)), ("Started", self.started.clone())];
        let mut steps = format!("{} succeeded", count(StepOutcome::Succeeded) + count(StepOutcome::Cached));
        for outcome in [StepOutcome::Failed, StepOutcome::Continued, StepOutcome::Cancelled, StepOutcome::Running] {
            match count(outcome) {
                0 => {}
                some => steps += &format!(", {some} {}", outcome.word()),
            }
        }
        facts.push(("Steps", steps));
        if self.retries > 0 {
            facts.push(("Retries", self.retries.to_string()));
        }
        if let Some(files) = &self.files {
            facts.push(("Files created", files.created.len().to_string()));
            facts.push(("Files modified", files.modified.len().to_string()));
            facts.push(("Files removed", files.removed.len().to_string()));
        }
        facts
    }

    /// The lists of `emit` lines, with their headings.
    fn lists(&self) -> [(&'static str, &[String]); 5] {
        [
            ("Key achievements", &self.achieved),
            ("Decisions", &self.decisions),
            ("Notes", &self.notes),
            ("Recommendations", &self.recommend),
            ("Next steps", &self.next),
        ]
    }

    /// What the command at the end does.
    fn command_does(&self) -> &'static str {
        if self.command.starts_with("wf run") { "Run it again" } else { "Go on" }
    }
}

/// What a step took and used: `12s, cpu 3s, memory 20.2MiB, attempt 2`.
fn used(step: &StepStory) -> String {
    let mut parts = Vec::new();
    parts.extend(step.ended.map(|ended| span(ended - step.started)));
    let cpu: i64 = step.attempts.iter().filter_map(|made| made.usage.cpu).sum();
    if step.attempts.iter().any(|made| made.usage.cpu.is_some()) {
        parts.push(format!("cpu {}", span(cpu)));
    }
    parts.extend(
        step.attempts.iter().filter_map(|made| made.usage.memory).max().map(|most| format!("memory {}", size(most))),
    );
    if step.attempts.len() > 1 {
        parts.push(format!("{} attempts", step.attempts.len()));
    }
    parts.join(", ")
}

/// A mark for how a step ended.
const fn mark(outcome: StepOutcome) -> &'static str {
    match outcome {
        StepOutcome::Running => "→",
        StepOutcome::Succeeded | StepOutcome::Cached => "✓",
        StepOutcome::Failed => "✗",
        StepOutcome::Continued => "↷",
        StepOutcome::Cancelled => "■",
    }
}

/// A duration that people read: without milliseconds from ten seconds on.
fn span(milliseconds: i64) -> String {
    let shown = if milliseconds >= 10_000 { milliseconds / 1000 * 1000 } else { milliseconds };
    crate::value::text::duration(shown)
}

/// A size that people read.
fn size(bytes: i64) -> String {
    let mut amount = bytes as f64;
    for unit in ["B", "KiB", "MiB"] {
        if amount < 1024.0 {
            return format!("{amount:.1}{unit}");
        }
        amount /= 1024.0;
    }
    format!("{amount:.1}GiB")
}

/// A failure in words.
fn failed(failure: &Failure) -> String {
    let step = if failure.step.is_empty() { String::new() } else { format!("{}: ", failure.step) };
    format!("{step}{} ({})", failure.message, failure.kind)
}

/// Who took a failure and what came of it.
fn handled(handled: &Handled) -> String {
    let whose = match handled.handler.as_str() {
        "" => "the scope around".to_owned(),
        step => step.to_owned(),
    };
    let verdict = handled.verdict.as_deref().unwrap_or("nothing yet");
    format!("{} → `on failure` of {whose}: {verdict}", failed(&handled.failure))
}

/// A question and its answer.
fn asked(question: &Question) -> String {
    let comment = question.comment.as_ref().map(|comment| format!(" ({comment})")).unwrap_or_default();
    match (question.answer, &question.by, question.answered) {
        (Some(answer), Some(by), Some(at)) => {
            format!(
                "{}: {} {answer} by {by} at {}{comment}",
                question.name,
                question.question,
                crate::value::text::time(at)
            )
        }
        _ => format!("{}: {} (no answer)", question.name, question.question),
    }
}

/// A gate and how it was judged.
fn judged(gate: &Gate) -> String {
    let values = gate.operands.iter().map(|(name, value)| format!("{name} = {}", value.to_text())).collect::<Vec<_>>();
    let advice = match &gate.advice {
        Some(advice) if gate.outcome != GateOutcome::Passed => format!("; {advice}"),
        _ => String::new(),
    };
    let name = if gate.name == gate.condition { String::new() } else { format!("{}: ", gate.name) };
    format!("{name}{} {} ({}){advice}", gate.condition, gate_word(gate.outcome), values.join(", "))
}
