//! Retry, handlers, scopes, timeouts, judging.

use super::build::*;
use crate::machine::Machine;
use crate::machine::input::{Ending, Input, Options, Raw};
use crate::plan::ir::*;
use crate::value::Value;

#[test]
fn retry_pauses_twice_as_long_each_time_up_to_its_most() {
    let mut b = Build::new();
    let flaky = b.step_with("flaky", |b, step| {
        let (count, backoff, most) = (b.int(3), Some(b.ms(100)), Some(b.ms(150)));
        step.retry = Some(Retry { count, kinds: Vec::new(), backoff, most });
    });
    let plan = b.sequence(&[flaky]);
    let plays = [(1, "", 1), (1, "", 1), (1, "", 1), (0, "", 1)];
    let (_, lines) = run(&plan, Script::default().on("flaky", &plays));
    assert_eq!(
        ends(&lines),
        [
            "flaky retrying 100ms",
            "flaky retrying 150ms",
            "flaky retrying 150ms",
            "flaky succeeded 4 404ms",
            "succeeded"
        ]
    );
}

#[test]
fn retry_is_only_for_its_kinds() {
    let mut b = Build::new();
    let flaky = b.step_with("flaky", |b, step| {
        let count = b.int(3);
        step.retry = Some(Retry { count, kinds: vec!["signal".into()], backoff: None, most: None });
    });
    let plan = b.sequence(&[flaky]);
    let (_, lines) = run(&plan, Script::default().on("flaky", &[(1, "", 1)]));
    assert_eq!(ends(&lines), ["flaky failed exit", "failed: exit exit code 1"]);
}

#[test]
fn a_handler_mends_and_retries_and_its_steps_have_their_own_paths() {
    let mut b = Build::new();
    let fix = b.step("fix");
    let retry = b.verdict(Verdict::Retry(None));
    let handler = b.handler(&["exit"], &[fix, retry]);
    let unit = b.step_with("unit", |_, step| step.handlers = vec![handler]);
    let plan = b.sequence(&[unit]);
    let (_, lines) = run(&plan, Script::default().on("unit", &[(1, "", 1), (1, "", 1), (0, "", 1)]));
    assert_eq!(
        ends(&lines),
        [
            "unit failed exit",
            "unit handles exit",
            "unit!exit.1/fix succeeded 1 10ms",
            "unit answers retry",
            "unit failed exit",
            "unit handles exit",
            "unit!exit.2/fix succeeded 1 10ms",
            "unit answers retry",
            "unit succeeded 3 23ms",
            "succeeded"
        ]
    );
}

#[test]
fn a_handler_answers_retry_three_times_if_unsaid() {
    let mut b = Build::new();
    let retry = b.verdict(Verdict::Retry(None));
    let handler = b.handler(&[], &[retry]);
    let bad = b.step_with("bad", |_, step| step.handlers = vec![handler]);
    let plan = b.sequence(&[bad]);
    let (_, lines) = run(&plan, Script::default().on("bad", &[(1, "", 1)]));
    assert_eq!(lines.iter().filter(|line| *line == "bad answers retry").count(), 3);
    assert_eq!(lines.last().unwrap(), "failed: exit exit code 1");
}

#[test]
fn one_line_retry_is_bounded_by_its_count_then_the_next_handler_is_asked() {
    let mut b = Build::new();
    let one = b.int(1);
    let retry = b.verdict(Verdict::Retry(Some(one)));
    let first = b.handler(&[], &[retry]);
    let go_on = b.verdict(Verdict::Continue(Vec::new()));
    let second = b.handler(&[], &[go_on]);
    let bad = b.step_with("bad", |_, step| step.handlers = vec![first, second]);
    let plan = b.sequence(&[bad]);
    let (_, lines) = run(&plan, Script::default().on("bad", &[(1, "", 1)]));
    assert_eq!(
        ends(&lines),
        [
            "bad failed exit",
            "bad handles exit",
            "bad answers retry",
            "bad failed exit",
            "bad handles exit",
            "bad answers continue",
            "bad continued",
            "succeeded"
        ]
    );
}

#[test]
fn continue_gives_values_for_outputs() {
    let mut b = Build::new();
    let five = b.int(5);
    let go_on = b.verdict(Verdict::Continue(vec![("n".into(), five)]));
    let handler = b.handler(&["exit"], &[go_on]);
    let count = b.step_with("count", |b, step| {
        b.output(step, "n");
        step.handlers = vec![handler];
    });
    let record = b.local(0);
    let n = b.expr(Expr::Field { base: record, name: "n".into(), optional: false });
    let say = b.emit_value(n);
    let plan = b.sequence(&[count, say]);
    let (_, lines) = run(&plan, Script::default().on("count", &[(1, "", 1)]));
    assert_eq!(ends(&lines)[3..], ["count continued n=5", "emitted 5", "succeeded"]);
}

#[test]
fn a_failure_inside_a_handler_goes_to_the_scope_around() {
    let mut b = Build::new();
    let worse = b.step("worse");
    let inner = b.handler(&[], &[worse]);
    let bad = b.step_with("bad", |_, step| step.handlers = vec![inner]);
    let note = b.emit("caught outside");
    let outer = b.handler(&[], &[note]);
    let mut scope = b.scope(&[bad]);
    scope.handlers = vec![outer];
    let plan = b.plan(scope);
    let (_, lines) = run(&plan, Script::default().on("bad", &[(1, "", 1)]).on("worse", &[(9, "", 1)]));
    assert_eq!(
        ends(&lines),
        [
            "bad failed exit",
            "bad handles exit",
            "bad!exit.1/worse failed exit",
            " handles exit",
            "emitted caught outside",
            " answers abort",
            "failed: exit exit code 9"
        ]
    );
}

#[test]
fn a_scope_restarts_from_its_top_with_a_new_identity() {
    let mut b = Build::new();
    let (first, second) = (b.step("first"), b.step("second"));
    let retry = b.verdict(Verdict::Retry(None));
    let handler = b.handler(&[], &[retry]);
    let mut scope = b.scope(&[first, second]);
    scope.handlers = vec![handler];
    let inner = b.node(Node::Scope(Box::new(scope)));
    let plan = b.sequence(&[inner]);
    let (_, lines) = run(&plan, Script::default().on("second", &[(1, "", 1), (0, "", 1)]));
    assert_eq!(
        ends(&lines),
        [
            "first succeeded 1 10ms",
            "second failed exit",
            " handles exit",
            " answers retry",
            "first#2 succeeded 1 10ms",
            "second#2 succeeded 1 1ms",
            "succeeded"
        ]
    );
}

#[test]
fn finally_runs_after_success_failure_and_return_and_on_success_after_it() {
    for (exit, returns, expected) in [
        (0, false, vec!["a succeeded 1 1ms", "emitted finally", "emitted on success", "succeeded"]),
        (1, false, vec!["a failed exit", "emitted finally", "failed: exit exit code 1"]),
        (0, true, vec!["a succeeded 1 1ms", "emitted finally", "emitted on success", "succeeded"]),
    ] {
        let mut b = Build::new();
        let a = b.step("a");
        let mut nodes = vec![a];
        if returns {
            nodes.push(b.node(Node::Return { values: Vec::new() }));
            nodes.push(b.emit("not reached"));
        }
        let (finally, success) = (b.emit("finally"), b.emit("on success"));
        let mut scope = b.scope(&nodes);
        scope.finally = vec![b.block(&[finally])];
        scope.on_success = vec![b.block(&[success])];
        let plan = b.plan(scope);
        let (_, lines) = run(&plan, Script::default().on("a", &[(exit, "", 1)]));
        assert_eq!(ends(&lines), expected);
    }
}

#[test]
fn an_attempt_times_out() {
    let mut b = Build::new();
    let slow = b.step_with("slow", |b, step| step.timeout = Some(b.ms(50)));
    let plan = b.sequence(&[slow]);
    let (sim, lines) = run(&plan, Script::default().on("slow", &[(0, "", 5000)]));
    assert_eq!(failed_kind(&sim), "timeout");
    assert_eq!(ends(&lines)[0], "slow failed timeout");
    assert_eq!(sim.now, 1051);
}

#[test]
fn total_ends_retrying() {
    let mut b = Build::new();
    let flaky = b.step_with("flaky", |b, step| {
        step.total = Some(b.ms(250));
        let (count, backoff) = (b.int(100), Some(b.ms(100)));
        step.retry = Some(Retry { count, kinds: Vec::new(), backoff, most: None });
    });
    let plan = b.sequence(&[flaky]);
    let (sim, _) = run(&plan, Script::default().on("flaky", &[(1, "", 1)]));
    assert_eq!(failed_kind(&sim), "timeout");
    assert_eq!(sim.now, 1250);
}

#[test]
fn a_scope_out_of_time_fails_as_a_whole_and_handles_that_itself() {
    let mut b = Build::new();
    let (a, c) = (b.step("a"), b.step("c"));
    let both = b.parallel(&[a, c], Policy::Cancel);
    let go_on = b.verdict(Verdict::Continue(Vec::new()));
    let handler = b.handler(&["timeout"], &[go_on]);
    let finally = b.emit("finally");
    let mut scope = b.scope(&[both]);
    scope.timeout = Some(b.ms(100));
    scope.handlers = vec![handler];
    scope.finally = vec![b.block(&[finally])];
    let inner = b.node(Node::Scope(Box::new(scope)));
    let last = b.step("last");
    let plan = b.sequence(&[inner, last]);
    let script = Script::default().on("a", &[(0, "", 500)]).on("c", &[(0, "", 20)]);
    let (_, lines) = run(&plan, script);
    assert_eq!(
        ends(&lines),
        [
            "c succeeded 1 20ms",
            "a cancelled",
            " handles timeout",
            " answers continue",
            "emitted finally",
            "last succeeded 1 10ms",
            "succeeded"
        ]
    );
}

#[test]
fn an_expression_at_fault_fails_with_kind_value() {
    let mut b = Build::new();
    let (one, zero) = (b.int(1), b.int(0));
    let broken = b.binary(one, BinaryOp::Div, zero);
    let set = b.set(3, broken);
    let plan = b.sequence(&[set]);
    let (sim, _) = run(&plan, Script::default());
    assert_eq!(failed_kind(&sim), "value");
}

#[test]
fn cancelling_stops_what_runs_and_runs_finally() {
    let mut b = Build::new();
    let a = b.step("a");
    let finally = b.step("clean");
    let mut scope = b.scope(&[a]);
    scope.finally = vec![b.block(&[finally])];
    let plan = b.plan(scope);
    let mut sim = crate::driver::sim::Sim::new(Machine::new(plan), 0, Script::default().on("a", &[(0, "", 500)]));
    sim.input(Input::Start(Box::new(start(Options::default())))).unwrap();
    sim.step().unwrap();
    sim.input(Input::Cancel { reason: "enough".into() }).unwrap();
    sim.go().unwrap();
    let lines = lines(&sim.notices);
    assert_eq!(ends(&lines), ["a cancelled", "clean succeeded 1 10ms", "cancelled"]);
}

/// Judges one attempt of a step.
fn judged(change: impl FnOnce(&mut Build, &mut Step), raw: Raw) -> Result<crate::value::Fields, (String, String)> {
    let mut b = Build::new();
    let step = b.step_with("s", change);
    let plan = b.sequence(&[step]);
    let mut machine = Machine::new(plan);
    machine.apply(0, &Input::Start(Box::new(start(Options::default())))).unwrap();
    machine.apply(0, &Input::SnapshotTaken { snapshot: 1, reference: Ok("x".into()) }).unwrap();
    match machine.judge(1, &raw) {
        crate::machine::input::AttemptResult::Succeeded { outputs } => Ok(outputs),
        crate::machine::input::AttemptResult::Failed(failure) => Err((failure.kind.to_string(), failure.message)),
        other => panic!("{other:?}"),
    }
}

fn with_work(b: &mut Build, step: &Step) -> usize {
    let Does::Work(work) = step.does else { panic!() };
    let _ = b;
    work.index()
}

#[test]
fn an_attempt_is_judged_in_order() {
    let fails_as = |late| {
        move |b: &mut Build, step: &mut Step| {
            let (exit, code) = (b.expr(Expr::Attempt(AttemptVar::Exit)), b.int(101));
            let condition = b.binary(exit, BinaryOp::Eq, code);
            let work = with_work(b, step);
            b.plan.works[work].fails_as.push(FailsAs { kind: "test-failure".into(), condition, late });
        }
    };
    let exit = |code| Raw { ending: Ending::Exit(code), ..Raw::default() };
    let kind = |result: Result<crate::value::Fields, (String, String)>| result.map_err(|(kind, _)| kind).unwrap_err();
    assert_eq!(kind(judged(fails_as(false), exit(101))), "test-failure");
    assert_eq!(kind(judged(fails_as(true), exit(101))), "exit");
    assert_eq!(kind(judged(fails_as(false), exit(1))), "exit");
    assert_eq!(kind(judged(|_, _| {}, Raw { ending: Ending::Signal(9), ..Raw::default() })), "signal");
    assert_eq!(
        kind(judged(|_, _| {}, Raw { ending: Ending::Spawn("no such file".into()), ..Raw::default() })),
        "spawn"
    );
    assert!(judged(|_, _| {}, exit(0)).is_ok());
    let allowed = |b: &mut Build, step: &mut Step| {
        let three = b.int(3);
        let work = with_work(b, step);
        b.plan.works[work].exits = vec![three];
    };
    assert!(judged(allowed, exit(3)).is_ok());
    assert_eq!(kind(judged(allowed, exit(0))), "exit");
}

#[test]
fn outputs_come_from_their_expressions_or_from_what_was_written() {
    let raw = |stdout: &str| Raw { stdout: stdout.into(), ..Raw::default() };
    let from_stdout = |b: &mut Build, step: &mut Step| b.output(step, "n");
    assert_eq!(judged(from_stdout, raw("12")).unwrap()["n"], Value::Int(12));
    let (kind, message) = judged(from_stdout, raw("twelve")).unwrap_err();
    assert_eq!(kind, "output");
    assert!(message.starts_with("output n:") && message.contains("twelve"), "{message}");
    let written = |b: &mut Build, step: &mut Step| {
        let work = with_work(b, step);
        b.plan.works[work].outputs.push(Output { name: "n".into(), ty: TypeIx(0), value: None });
    };
    let mut wrote = raw("");
    wrote.written.insert("n".into(), Value::str("7"));
    assert_eq!(judged(written, wrote).unwrap()["n"], Value::Int(7));
    assert_eq!(judged(written, raw("")).unwrap_err().0, "output");
}
