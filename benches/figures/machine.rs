//! The machine alone: inputs a second, whatever the size of the plan.

use std::sync::Arc;

use wf::machine::Machine;
use wf::machine::command::Command;
use wf::machine::input::{AttemptResult, Input, Options, Start, Usage};
use wf::plan::ir::Plan;
use wf::plan::lower::compile;

use crate::table::{Goal, Row};
use crate::{inputs, measure, text};

/// A plan of so many steps.
pub fn plan(steps: usize) -> Arc<Plan> {
    let checked = text::checked(&inputs::independent(steps));
    let entry = checked.workflow("all").expect("the text has a workflow `all`");
    Arc::new(compile(&checked, entry).map_err(|errors| format!("{errors:?}")).expect("what checks compiles"))
}

/// How a run of it begins.
pub fn start(plan: &Plan) -> Input {
    let start =
        Start { run: "bench".into(), plan: plan.digest.clone(), options: Options::default(), ..Start::default() };
    Input::Start(Box::new(start))
}

/// What the world answers to a command when everything succeeds at once.
pub fn answers(command: &Command) -> Vec<Input> {
    match command {
        Command::Start(attempt) => {
            let attempt = attempt.attempt;
            let result = AttemptResult::Succeeded { outputs: Default::default() };
            vec![Input::AttemptStarted { attempt }, Input::AttemptFinished { attempt, result, usage: Usage::default() }]
        }
        Command::Snapshot { snapshot, .. } => {
            vec![Input::SnapshotTaken { snapshot: *snapshot, reference: Ok(String::new()) }]
        }
        _ => Vec::new(),
    }
}

/// Runs a plan to its end; how many inputs it took.
pub fn run(plan: &Arc<Plan>, mut each: impl FnMut(Input, wf::machine::Step)) -> usize {
    let mut machine = Machine::new(plan.clone());
    let mut todo = std::collections::VecDeque::from([start(plan)]);
    let mut count = 0;
    while let Some(input) = todo.pop_front() {
        let step = machine.apply(0, &input).expect("the machine accepts what it asked for");
        todo.extend(step.commands.iter().flat_map(answers));
        each(input, step);
        count += 1;
    }
    assert!(machine.outcome().is_some(), "the run is over");
    count
}

/// Inputs a second.
pub fn figures() -> Vec<Row> {
    let rate = |steps: usize, rounds: usize| {
        let plan = plan(steps);
        let mut count = 0;
        let spent = measure::best(rounds, || count = run(&plan, |_, _| ()));
        count as f64 / spent.as_secs_f64()
    };
    let small = rate(1_000, 30);
    vec![Row {
        figure: "the machine alone, 100,000 steps".into(),
        value: rate(100_000, 4),
        unit: "inputs/s",
        beside: Some(("with 1,000 steps", small)),
        goal: Goal::AtLeast(2_000_000.0),
    }]
}
