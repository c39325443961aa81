//! The fold: the same inputs, the same notices and commands; replay, resume, interruption.

use super::build::*;
use crate::machine::Machine;
use crate::machine::input::{Answer, Input, Options};
use crate::plan::ir::*;
use std::sync::Arc;

/// A plan with some of everything.
fn busy_plan() -> Arc<Plan> {
    let mut b = Build::new();
    let fix = b.step("fix");
    let retry = b.verdict(Verdict::Retry(None));
    let mend = b.handler(&["exit"], &[fix, retry]);
    let unit = b.step_with("unit", |_, step| step.handlers = vec![mend]);
    let flaky = b.step_with("flaky", |b, step| {
        let (count, backoff) = (b.int(3), Some(b.ms(100)));
        step.retry = Some(Retry { count, kinds: Vec::new(), backoff, most: None });
    });
    let both = b.parallel(&[unit, flaky], Policy::Cancel);
    let a = b.step_with("a", |b, step| step.undo = Some(b.undo("undo-a")));
    let point = b.node(Node::Checkpoint { name: "c".into(), include: Vec::new() });
    let back = b.verdict(Verdict::Rollback { to: Some("c".into()), then: AfterRollback::Retry });
    let handler = b.handler(&[], &[back]);
    let risky = b.step_with("risky", |_, step| step.handlers = vec![handler]);
    let question = b.str("?");
    let (slot, within) = (Some(b.slot()), Some(b.ms(60_000)));
    let ok = b.node(Node::Approve(Box::new(Approve {
        name: "ok".into(),
        slot,
        question,
        show: Vec::new(),
        within,
        by: None,
    })));
    let last = b.emit("finally");
    let mut scope = b.scope(&[both, point, a, risky, ok]);
    scope.timeout = Some(b.ms(500_000));
    scope.finally = vec![b.block(&[last])];
    b.plan(scope)
}

fn script() -> Script {
    Script::default()
        .on("unit", &[(1, "", 5), (0, "", 5)])
        .on("flaky", &[(1, "", 3), (1, "", 3), (0, "", 3)])
        .on("risky", &[(1, "", 5), (0, "", 5)])
        .answer("ok", Answer::Approve, 30)
}

#[test]
fn the_same_inputs_give_the_same_notices_and_commands() {
    let plan = busy_plan();
    let sim = simulate(&plan, script(), Options::default());
    assert_eq!(lines(&sim.notices).last().unwrap(), "succeeded", "{:#?}", lines(&sim.notices));
    let mut machine = Machine::new(plan);
    let (mut notices, mut commands) = (Vec::new(), Vec::new());
    for (at, input) in &sim.inputs {
        let step = machine.apply(*at, input).unwrap();
        notices.extend(step.notices);
        commands.extend(step.commands);
    }
    assert_eq!(notices, sim.notices);
    // The simulated driver answers some commands while it obeys others: compare them regardless of nesting.
    let key = |command: &crate::machine::command::Command| format!("{command:?}");
    let (mut a, mut c): (Vec<_>, Vec<_>) = (commands.iter().map(key).collect(), sim.commands.iter().map(key).collect());
    a.sort();
    c.sort();
    assert_eq!(a, c);
}

#[test]
fn a_replay_cut_anywhere_goes_on_to_the_same_end() {
    let plan = busy_plan();
    let whole = simulate(&plan, script(), Options::default());
    for cut in 1..whole.inputs.len() {
        let mut machine = Machine::new(plan.clone());
        let mut notices = Vec::new();
        for (at, input) in &whole.inputs[..cut] {
            notices.extend(machine.apply(*at, input).unwrap().notices);
        }
        // A checkpoint of the state itself goes on like the state.
        let state = serde_json::to_string(&machine.state).unwrap();
        machine.state = serde_json::from_str(&state).unwrap();
        for (at, input) in &whole.inputs[cut..] {
            notices.extend(machine.apply(*at, input).unwrap().notices);
        }
        assert_eq!(notices, whole.notices, "cut at {cut}");
        assert_eq!(machine.outcome(), whole.outcome());
    }
}

#[test]
fn a_crash_anywhere_runs_no_recorded_step_again() {
    let plan = {
        let mut b = Build::new();
        let steps: Vec<_> = (0..4)
            .map(|at| {
                let step = b.step(&format!("s{at}"));
                b.plan.works.last_mut().unwrap().effects.idempotent = true;
                step
            })
            .collect();
        let pair = b.parallel(&steps[1..3], Policy::Cancel);
        b.sequence(&[steps[0], pair, steps[3]])
    };
    let whole = simulate(&plan, Script::default(), Options::default());
    for cut in 1..whole.inputs.len() {
        let mut sim = crate::driver::sim::Sim::new(Machine::new(plan.clone()), 1000, Script::default());
        sim.input(Input::Start(Box::new(start(Options::default())))).unwrap();
        while sim.inputs.len() < cut && sim.step().unwrap() {}
        sim.crash(50).unwrap();
        sim.go().unwrap();
        let lines = lines(&sim.notices);
        assert_eq!(lines.last().unwrap(), "succeeded", "cut at {cut}: {lines:?}");
        for step in ["s0", "s1", "s2", "s3"] {
            let count = lines.iter().filter(|line| line.starts_with(&format!("{step} succeeded"))).count();
            assert_eq!(count, 1, "cut at {cut}: {step}");
        }
    }
}

#[test]
fn an_interrupted_step_that_may_not_repeat_asks_its_handlers_or_a_person() {
    for handled in [false, true] {
        let mut b = Build::new();
        let go_on = b.verdict(Verdict::Continue(Vec::new()));
        let handler = b.handler(&["interrupted"], &[go_on]);
        let a = b.step_with("a", |_, step| {
            if handled {
                step.handlers = vec![handler];
            }
        });
        let plan = b.sequence(&[a]);
        let mut sim = crate::driver::sim::Sim::new(Machine::new(plan), 0, Script::default());
        sim.input(Input::Start(Box::new(start(Options::default())))).unwrap();
        sim.step().unwrap();
        sim.crash(10).unwrap();
        sim.go().unwrap();
        let lines = lines(&sim.notices);
        assert_eq!(lines.contains(&"a continued".to_string()), handled, "{lines:?}");
        assert_eq!(lines.last().unwrap().starts_with("paused"), !handled, "{lines:?}");
    }
}

#[test]
fn draining_starts_nothing_new_and_a_resume_goes_on() {
    let mut b = Build::new();
    let (a, c) = (b.step("a"), b.step("c"));
    let plan = b.sequence(&[a, c]);
    let mut sim = crate::driver::sim::Sim::new(Machine::new(plan), 0, Script::default());
    sim.input(Input::Start(Box::new(start(Options::default())))).unwrap();
    sim.step().unwrap();
    sim.input(Input::Drain).unwrap();
    sim.go().unwrap();
    assert_eq!(lines(&sim.notices).last().unwrap(), "paused: interrupted");
    sim.crash(10).unwrap();
    sim.go().unwrap();
    assert_eq!(lines(&sim.notices).last().unwrap(), "succeeded");
}

#[test]
fn what_nobody_asked_for_is_refused_and_changes_nothing() {
    let mut b = Build::new();
    let a = b.step("a");
    let plan = b.sequence(&[a]);
    let mut machine = Machine::new(plan);
    assert!(machine.apply(0, &Input::Resumed).is_err());
    machine.apply(0, &Input::Start(Box::new(start(Options::default())))).unwrap();
    let before = serde_json::to_string(&machine.state).unwrap();
    assert!(machine.apply(5, &Input::AttemptStarted { attempt: 9 }).is_err());
    assert!(machine.apply(5, &Input::TimerFired { timer: 1 }).is_err());
    assert!(machine.apply(5, &Input::Start(Box::default())).is_err());
    assert_eq!(serde_json::to_string(&machine.state).unwrap(), before);
}
