//! From text to the end of a run, without a world: each `tests/cases/flow/*.wf` is parsed, checked, compiled and run by
//! the machine. What steps answer stands beside it (`.json`: `inputs`, and for each path of a step its answers in
//! order, the last again and again: `exit stdout stderr written returned`; `answers` by name), what is started and
//! concluded in the `.flow` file. Time is virtual: timers fire when nothing else is left to do.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::sync::Arc;

use ecow::EcoString;
use indexmap::IndexMap;
use serde::Deserialize;

use crate::{bless, plan};
use wf::machine::Machine;
use wf::machine::command::{Attempt, Command, Resolved};
use wf::machine::input::{Answer, Ending, Input, Options, Raw, Start, Usage};
use wf::value::{Fields, Value};

/// What the world answers.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Script {
    inputs: Fields,
    steps: BTreeMap<String, Vec<Reply>>,
    answers: BTreeMap<String, Answer>,
    options: Options,
}

#[derive(Deserialize, Default, Clone)]
#[serde(default, deny_unknown_fields)]
struct Reply {
    exit: i32,
    stdout: EcoString,
    stderr: EcoString,
    written: IndexMap<EcoString, Value>,
    returned: Option<Fields>,
}

struct World {
    machine: Machine,
    script: Script,
    asked: BTreeMap<String, usize>,
    waiting: Vec<Arc<Attempt>>,
    timers: BTreeMap<u64, i64>,
    inputs: Vec<Input>,
    now: i64,
    log: String,
}

impl World {
    fn apply(&mut self, input: &Input) {
        let step = self.machine.apply(self.now, input).unwrap_or_else(|refused| panic!("{refused}: {input:?}"));
        for notice in &step.notices {
            let _ = writeln!(self.log, "{}", serde_json::to_string(notice).unwrap());
        }
        for command in step.commands {
            self.take(command);
        }
    }

    fn take(&mut self, command: Command) {
        match command {
            Command::Start(attempt) => {
                let what = match &attempt.action {
                    Resolved::Exec(argv) => format!("exec {argv:?}"),
                    Resolved::Script { language, script, args } => format!("{language:?} {script:?} {args:?}"),
                    Resolved::Agent { agent, .. } => format!("agent {}", agent.as_deref().unwrap_or("-")),
                    Resolved::Host { name, args } => format!("host {name} {args:?}"),
                };
                let env: String = attempt.env.iter().map(|(name, value)| format!(" {name}={value:?}")).collect();
                let undo = if attempt.undo { "undo " } else { "" };
                let _ = writeln!(self.log, "> {undo}{} #{} {what}{env}", attempt.step, attempt.number);
                self.waiting.push(attempt);
            }
            Command::Stop { attempt, .. } => {
                let _ = writeln!(self.log, "> stop {attempt}");
            }
            Command::Timer { timer, at } => {
                self.timers.insert(timer, at);
            }
            Command::Forget { timer } => {
                self.timers.remove(&timer);
            }
            Command::Snapshot { snapshot, name, .. } => {
                let _ = writeln!(self.log, "> snapshot {name}");
                let reference = Ok(format!("snapshot-{snapshot}"));
                self.inputs.push(Input::SnapshotTaken { snapshot, reference });
            }
            Command::Restore { snapshot, reference, .. } => {
                let _ = writeln!(self.log, "> restore {reference}");
                self.inputs.push(Input::SnapshotRestored { snapshot, outcome: Ok(()) });
            }
            Command::Ask(ask) => {
                let _ = writeln!(self.log, "> ask {} {:?}", ask.name, ask.question);
                if let Some(answer) = self.script.answers.get(&ask.name).cloned() {
                    self.inputs.push(Input::Answered { ask: ask.ask, answer, by: "me".into(), comment: None });
                }
            }
            Command::Withdraw { ask } => {
                let _ = writeln!(self.log, "> withdraw {ask}");
            }
            Command::Finish(outcome) => {
                let _ = writeln!(self.log, "> {outcome:?}");
            }
        }
    }

    fn attempt(&mut self, attempt: &Attempt) {
        self.apply(&Input::AttemptStarted { attempt: attempt.attempt });
        let name = if attempt.undo { format!("undo {}", attempt.step) } else { attempt.step.clone() };
        let count = self.asked.entry(name.clone()).or_default();
        let replies = self.script.steps.get(&name).map_or(&[][..], Vec::as_slice);
        let reply = replies.get(*count).or(replies.last()).cloned().unwrap_or_default();
        *count += 1;
        self.now += 1000;
        let Reply { exit, stdout, stderr, written, returned } = reply;
        let raw = Raw { ending: Ending::Exit(exit), stdout, stderr, masked: false, duration: 1000, written, returned };
        let result = self.machine.judge(attempt.attempt, &raw);
        self.apply(&Input::AttemptFinished { attempt: attempt.attempt, result, usage: Usage::default() });
    }

    /// Runs until nothing is left to do; what was started and concluded.
    fn run(mut self) -> String {
        let start = Start {
            run: "r1".into(),
            plan: self.machine.plan().digest.clone(),
            inputs: self.script.inputs.clone(),
            options: self.script.options.clone(),
            ..Start::default()
        };
        self.apply(&Input::Start(Box::new(start)));
        for _ in 0..10_000 {
            if !self.inputs.is_empty() {
                let input = self.inputs.remove(0);
                self.apply(&input);
            } else if !self.waiting.is_empty() {
                let attempt = self.waiting.remove(0);
                self.attempt(&attempt);
            } else if self.machine.outcome().is_some() {
                break;
            } else if let Some((&timer, &at)) = self.timers.iter().min_by_key(|(timer, at)| (**at, **timer)) {
                self.timers.remove(&timer);
                self.now = self.now.max(at);
                self.apply(&Input::TimerFired { timer });
            } else {
                break;
            }
        }
        self.log
    }
}

#[test]
fn cases_run_as_blessed() {
    let mut differences = Vec::new();
    for case in bless::cases("flow", "wf") {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&case).unwrap();
        let script = fs::read_to_string(case.with_extension("json")).unwrap_or_else(|_| "{}".into());
        let script: Script = serde_json::from_str(&script).unwrap_or_else(|error| panic!("{name}: {error}"));
        let plan = plan::compiled(&name, &text, &BTreeMap::new());
        let world = World {
            machine: Machine::new(Arc::new(plan)),
            script,
            asked: BTreeMap::new(),
            waiting: Vec::new(),
            timers: BTreeMap::new(),
            inputs: Vec::new(),
            now: 0,
            log: String::new(),
        };
        differences.extend(bless::compare(&case.with_extension("flow"), &world.run()));
    }
    bless::assert_none(differences);
}
