//! One run of a test: the machine in virtual time against a world.

use std::sync::Arc;

use indexmap::IndexMap;

use super::outline::Outline;
use super::sample::START;
use super::world::{Event, TestWorld, What};
use crate::driver::sim::Sim;
use crate::machine::Machine;
use crate::machine::command::Outcome;
use crate::machine::input::{Answer, Input, Start};
use crate::machine::notice::Notice;
use crate::plan::ir::{Does, Node, NodeIx, Output, Plan, Risk, Work, WorkIx};
use crate::value::{Fields, Value};

/// Most things that may happen in a run.
const MOST: usize = 1_000_000;

/// Most steps that a failure lists.
const SHOWN: usize = 24;

/// A run under way, or over.
pub(super) struct TestRun {
    pub sim: Sim<TestWorld>,
    pub outline: Arc<Outline>,
    events: usize,
}

impl TestRun {
    /// Starts a run and goes on until it is over or only a person or time lets it go on.
    pub fn start(world: TestWorld, outline: Arc<Outline>, inputs: Fields) -> Self {
        let plan = world.plan.clone();
        let start = Start { run: "test".into(), plan: plan.digest.clone(), inputs, ..Start::default() };
        let mut run = Self { sim: Sim::new(Machine::new(plan), START, world), outline, events: 0 };
        if let Err(why) = run.sim.input(Input::Start(Box::new(start))) {
            run.sim.world.trouble.get_or_insert(why);
        }
        run.go();
        run
    }

    /// Goes on until the run is over, waits, or cannot go on.
    pub fn go(&mut self) {
        while !self.sim.is_waiting() && self.step() {}
    }

    /// Lets time pass, in milliseconds, and what falls due happen.
    pub fn advance(&mut self, time: i64) {
        let until = self.sim.now.saturating_add(time.max(0));
        while self.sim.due_at().is_some_and(|at| at <= until) && self.step() {}
        if self.sim.outcome().is_none() {
            self.sim.now = self.sim.now.max(until);
        }
        self.go();
    }

    /// Answers the open questions that have an answer now.
    pub fn answer(&mut self) {
        use crate::driver::sim::World;
        for ask in self.sim.machine.status().asks {
            let Some((answer, _)) = self.sim.world.ask(&ask) else { continue };
            self.give(ask.ask, answer);
        }
        self.go();
    }

    fn give(&mut self, ask: u64, answer: Answer) {
        let input = Input::Answered { ask, answer, by: "someone".into(), comment: None };
        if let Err(why) = self.sim.input(input) {
            self.sim.world.trouble.get_or_insert(why);
        }
    }

    fn step(&mut self) -> bool {
        self.events += 1;
        if self.events > MOST {
            self.sim.world.trouble.get_or_insert_with(|| format!("the run does not end: {MOST} things have happened"));
        }
        if self.sim.world.trouble.is_some() {
            return false;
        }
        self.sim.step().unwrap_or_else(|why| {
            self.sim.world.trouble.get_or_insert(why);
            false
        })
    }

    /// Whether it waits for a person.
    pub fn is_paused(&self) -> bool {
        self.sim.outcome().is_none() && self.sim.machine.is_paused()
    }

    /// The latest values of metrics, by name.
    pub fn metrics(&self) -> IndexMap<&str, &Value> {
        let published = self.sim.notices.iter().filter_map(|notice| match notice {
            Notice::MetricPublished { name, value, .. } => Some((name.as_str(), value)),
            _ => None,
        });
        published.collect()
    }

    /// How it ended, in words.
    pub fn ending(&self) -> String {
        match self.sim.outcome() {
            None if self.is_paused() => {
                let asks = self.sim.machine.status().asks;
                let questions: Vec<String> =
                    asks.iter().map(|ask| format!("{} \"{}\"", ask.name, ask.question)).collect();
                format!("the run is paused and waits for an answer to {}", questions.join(", "))
            }
            None => "the run has not ended".into(),
            Some(Outcome::Succeeded(_)) => "the run succeeded".into(),
            Some(Outcome::Failed(failure)) => format!("the run failed: {}", told(failure)),
            Some(Outcome::Cancelled(why)) => format!("the run was cancelled: {why}"),
            Some(Outcome::RolledBack { to, failure: Some(failure) }) => {
                format!("the run was rolled back to {to}, after {}", told(failure))
            }
            Some(Outcome::RolledBack { to, failure: None }) => format!("the run was rolled back to {to}"),
            Some(Outcome::RollbackIncomplete { remains }) => {
                format!("the rollback is incomplete: {}", remains.join("; "))
            }
        }
    }

    /// The steps that ran, in order, each with what came of it.
    pub fn steps(&self) -> Vec<String> {
        let ends = self.sim.world.log.iter().filter_map(|Event { text, what, .. }| match what {
            What::Again(kind) => Some(format!("{text}: failed ({kind}), tried again")),
            What::Ended(how) => Some(format!("{text}: {how}")),
            What::Began | What::Attempted => None,
        });
        let mut lines: Vec<String> = ends.collect();
        if lines.len() > SHOWN {
            let more = lines.len() - SHOWN;
            lines.truncate(SHOWN);
            lines.push(format!("and {more} more"));
        }
        lines
    }
}

fn told(failure: &crate::value::Failure) -> String {
    let step = if failure.step.is_empty() { String::new() } else { format!(" in {}", failure.step) };
    format!("{}{step}: {}", failure.kind, failure.message)
}

/// The plan with steps that do nothing themselves in place of steps that run workflows: what stands in for them answers.
pub(super) fn without_workflows(plan: &Plan, steps: &[NodeIx]) -> Plan {
    let mut plan = plan.clone();
    for node in steps {
        let outputs = match plan.nodes.get(node.index()) {
            Some(Node::Step(step)) => match &step.does {
                Does::Workflow { body, .. } => plan.bodies.get(body.index()).map(|body| body.outputs.clone()),
                _ => None,
            },
            _ => None,
        };
        let Some(outputs) = outputs else { continue };
        let work = WorkIx(plan.works.len() as u32);
        plan.works.push(blank(outputs.into_iter().map(|(name, ty)| Output { name, ty, value: None }).collect()));
        if let Some(Node::Step(step)) = plan.nodes.get_mut(node.index()) {
            step.does = Does::Work(work);
        }
    }
    plan
}

fn blank(outputs: Vec<Output>) -> Work {
    let effects = crate::plan::ir::Effects { risk: Risk::Safe, ..Default::default() };
    Work {
        action: crate::plan::ir::Action::Host { name: "mock".into(), args: Vec::new() },
        outputs,
        timeout: None,
        total: None,
        retry: None,
        fails_as: Vec::new(),
        exits: Vec::new(),
        env: Vec::new(),
        args: None,
        stdin: None,
        cwd: None,
        undo: None,
        cache: None,
        effects,
        queue: None,
    }
}
