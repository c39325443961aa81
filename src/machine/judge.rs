//! What came of an attempt, from what a driver saw of it.

use ecow::EcoString;

use super::command::StopReason;
use super::evaluate::Place;
use super::input::{AttemptResult, Ending, Raw};
use super::mentions::{hidden, in_undo};
use super::run::failure;
use super::state::State;
use super::step::{StepOf, StepRun};
use super::task::Entry;
use crate::eval::{self, Context};
use crate::plan::ir::{FailsAs, Node, Output, Plan, Step, TypeIx, Work};
use crate::value::{Failure, Fields, Value};

/// How much of an output's end a failure shows, bytes.
const TAIL: usize = 4096;

/// Most bytes of an output that a message about it shows.
const SHOWN: usize = 120;

/// What stands where a secret was.
const MASKED: &str = "***";

/// Judges in the order of the language: signal, timeout, spawn; `fails as` that mentions no output; exit code; outputs
/// one by one; `fails as` that mentions outputs.
pub(crate) fn judge(plan: &Plan, s: &State, attempt: u64, raw: &Raw) -> AttemptResult {
    let Some(flight) = s.attempts.get(&attempt) else { return AttemptResult::Interrupted };
    if flight.stop == Some(StopReason::Cancelled) {
        return AttemptResult::Cancelled;
    }
    let task = s.tasks.get(flight.task as usize).and_then(Option::as_deref);
    let Some((frame, Entry::Step(run))) = task.and_then(|task| Some((task.frame, task.stack.last()?))) else {
        return AttemptResult::Interrupted;
    };
    let work = run.work.and_then(|work| plan.works.get(work.index()));
    let Some(work) = work else { return AttemptResult::Interrupted };
    let judging = Judging { plan, s, run, work, raw, frame };
    match judging.outputs(flight.stop.is_some()) {
        Ok(outputs) => AttemptResult::Succeeded { outputs },
        Err(fault) => {
            let exit = if let Ending::Exit(code) = raw.ending { Some(code) } else { None };
            let (step, attempts) = (run.path.to_string(), run.attempt);
            let (stdout, stderr) = (tail(&raw.stdout), tail(&raw.stderr));
            AttemptResult::Failed(Box::new(Failure { step, exit, stdout, stderr, attempts, ..*fault }))
        }
    }
}

/// A result made of given outputs: the callee's (or the action's) by `sample` where `given` has none, those that the
/// step adds computed from them.
pub(crate) fn complete(
    plan: &Plan,
    s: &State,
    attempt: u64,
    given: &Fields,
    sample: &dyn Fn(&str, TypeIx) -> Value,
) -> AttemptResult {
    let flight = s.attempts.get(&attempt);
    let task = flight.and_then(|flight| s.tasks.get(flight.task as usize)).and_then(Option::as_deref);
    let Some((frame, Entry::Step(run))) = task.and_then(|task| Some((task.frame, task.stack.last()?))) else {
        return AttemptResult::Interrupted;
    };
    let Some(work) = run.work.and_then(|work| plan.works.get(work.index())) else { return AttemptResult::Interrupted };
    let raw = Raw::default();
    let judging = Judging { plan, s, run, work, raw: &raw, frame };
    match judging.given(given, sample) {
        Ok(outputs) => AttemptResult::Succeeded { outputs },
        Err(fault) => {
            AttemptResult::Failed(Box::new(Failure { step: run.path.to_string(), attempts: run.attempt, ..*fault }))
        }
    }
}

struct Judging<'a> {
    plan: &'a Plan,
    s: &'a State,
    run: &'a StepRun,
    work: &'a Work,
    raw: &'a Raw,
    frame: u32,
}

type Verdict<T> = Result<T, Box<Failure>>;

fn fault<T>(kind: &str, message: impl Into<String>) -> Verdict<T> {
    Err(Box::new(failure(kind, message)))
}

impl<'a> Judging<'a> {
    fn outputs(&self, timed_out: bool) -> Verdict<Fields> {
        if timed_out {
            return fault("timeout", "did not end in time");
        }
        match &self.raw.ending {
            Ending::Signal(signal) => {
                return fault("signal", format!("was ended by signal {signal}{}", named(*signal)));
            }
            Ending::Spawn(why) => return fault("spawn", format!("could not be started: {why}")),
            Ending::Failed(kind, message) => return fault(kind, message.clone()),
            Ending::Exit(_) => {}
        }
        let nothing = Fields::new();
        self.fails_as(false, &nothing)?;
        self.exit()?;
        let mut outputs = Fields::with_capacity(self.work.outputs.len());
        for output in &self.work.outputs {
            let value = self.no_secret(output, self.output(output, &outputs)?)?;
            outputs.insert(output.name.clone(), value);
        }
        for output in self.step().map_or(&[][..], |step| &step.outputs) {
            let value = self.no_secret(output, self.value(self.frame, output, &outputs)?)?;
            outputs.insert(output.name.clone(), value);
        }
        self.fails_as(true, &outputs)?;
        self.keep_for_undo(&mut outputs);
        Ok(outputs)
    }

    /// What its undo will want to know of the attempt.
    fn keep_for_undo(&self, outputs: &mut Fields) {
        let mut wanted = Vec::new();
        in_undo(self.plan, self.work, self.step(), &mut |var| wanted.push(var));
        for var in wanted {
            let value = self.place(self.inner(), &Fields::new()).attempt(var);
            outputs.extend(value.map(|value| (hidden(var), value)));
        }
    }

    /// A secret that got into an output fails the step: what is in the journal stays there.
    fn no_secret(&self, output: &Output, value: Value) -> Verdict<Value> {
        if self.raw.masked && value.to_text().contains(MASKED) {
            return fault("output", format!("output {} holds a secret", output.name));
        }
        Ok(value)
    }

    fn given(&self, given: &Fields, sample: &dyn Fn(&str, TypeIx) -> Value) -> Verdict<Fields> {
        let mut outputs = Fields::new();
        for output in &self.work.outputs {
            let value = given.get(&output.name).cloned().unwrap_or_else(|| sample(&output.name, output.ty));
            outputs.insert(output.name.clone(), value);
        }
        for output in self.step().map_or(&[][..], |step| &step.outputs) {
            let value = match given.get(&output.name) {
                Some(value) => value.clone(),
                None => self.value(self.frame, output, &outputs)?,
            };
            outputs.insert(output.name.clone(), value);
        }
        Ok(outputs)
    }

    fn step(&self) -> Option<&'a Step> {
        match self.run.of {
            StepOf::Node(node) => match self.plan.nodes.get(node.index())? {
                Node::Step(step) => Some(step),
                _ => None,
            },
            StepOf::Undo(_) => None,
        }
    }

    fn place<'p>(&'p self, frame: u32, outputs: &'p Fields) -> Place<'p> {
        let attempt = Some((self.raw, self.run.attempt));
        Place { plan: self.plan, s: self.s, frame, attempt, outputs: Some(outputs) }
    }

    fn inner(&self) -> u32 {
        self.run.inner.unwrap_or(self.frame)
    }

    fn fails_as(&self, late: bool, outputs: &Fields) -> Verdict<()> {
        for FailsAs { kind, condition, .. } in self.work.fails_as.iter().filter(|clause| clause.late == late) {
            match eval::bool_of(self.plan, *condition, &self.place(self.inner(), outputs)) {
                Ok(false) => {}
                Ok(true) => {
                    let message = match self.raw.ending {
                        Ending::Exit(code) if code != 0 => format!("failed as {kind} (exit code {code})"),
                        _ => format!("failed as {kind}"),
                    };
                    return Err(Box::new(Failure { at: self.plan.place(*condition), ..failure(kind, message) }));
                }
                Err(error) => return Err(Box::new(error.failure(self.plan))),
            }
        }
        Ok(())
    }

    fn exit(&self) -> Verdict<()> {
        let Ending::Exit(code) = self.raw.ending else { return Ok(()) };
        if self.work.exits.is_empty() && code == 0 {
            return Ok(());
        }
        for exit in &self.work.exits {
            match eval::int_of(self.plan, *exit, &self.place(self.inner(), &Fields::new())) {
                Ok(allowed) if allowed == i64::from(code) => return Ok(()),
                Ok(_) => {}
                Err(error) => return Err(Box::new(error.failure(self.plan))),
            }
        }
        fault("exit", format!("exit code {code}"))
    }

    /// An output: its expression, or what the action gave under its name.
    fn output(&self, output: &Output, before: &Fields) -> Verdict<Value> {
        if output.value.is_some() {
            return self.value(self.inner(), output, before);
        }
        if let Some(value) = self.raw.returned.as_ref().and_then(|returned| returned.get(&output.name)) {
            return Ok(value.clone());
        }
        let Some(written) = self.raw.written.get(&output.name) else {
            if self.plan.is_optional(output.ty) {
                return Ok(Value::None);
            }
            return fault("output", format!("output {} was not written to $WF_OUTPUT", output.name));
        };
        self.decode(written, output.ty).or_else(|why| {
            fault("output", format!("output {}: {why}; seen: {}", output.name, shown(&written.to_text())))
        })
    }

    fn decode(&self, written: &Value, ty: TypeIx) -> Result<Value, String> {
        let nothing = Fields::new();
        let place = self.place(self.inner(), &nothing);
        match written {
            Value::Json(json) => eval::decode_json(self.plan, json, ty, &place),
            Value::Str(text) => eval::decode_text(self.plan, text, ty, &place),
            other => return Ok(other.clone()),
        }
        .map_err(|error| error.to_string())
    }

    fn value(&self, frame: u32, output: &Output, before: &Fields) -> Verdict<Value> {
        let Some(expr) = output.value else { return Ok(Value::None) };
        eval::eval(self.plan, expr, &self.place(frame, before)).map_err(|error| {
            let seen =
                if self.raw.stdout.is_empty() { String::new() } else { format!("; seen: {}", shown(&self.raw.stdout)) };
            let fault = error.failure(self.plan);
            let message = format!("output {}: {}{seen}", output.name, fault.message);
            Box::new(Failure { kind: EcoString::inline("output"), message, ..fault })
        })
    }
}

/// The beginning of what was seen, quoted.
fn shown(text: &str) -> String {
    let mut end = text.len().min(SHOWN);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let dots = if end < text.len() { "…" } else { "" };
    format!("{:?}{dots}", text.get(..end).unwrap_or(""))
}

/// The end of a text, from the beginning of a line where that leaves enough.
fn tail(text: &str) -> String {
    let mut from = text.len().saturating_sub(TAIL);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let end = text.get(from..).unwrap_or("");
    match end.find('\n') {
        Some(line) if from > 0 && line < TAIL / 2 => end.get(line + 1..).unwrap_or(end).to_string(),
        _ => end.to_string(),
    }
}

fn named(signal: i32) -> &'static str {
    match signal {
        1 => " (SIGHUP)",
        2 => " (SIGINT)",
        6 => " (SIGABRT)",
        9 => " (SIGKILL)",
        11 => " (SIGSEGV)",
        13 => " (SIGPIPE)",
        15 => " (SIGTERM)",
        _ => "",
    }
}
