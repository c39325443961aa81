//! Approvals, questions, escalation, modes, gates, timers.

use super::build::*;
use crate::machine::input::{Answer, Input, Options};
use crate::plan::ir::*;
use crate::value::Value;

fn approve(b: &mut Build, within: Option<i64>) -> NodeIx {
    let question = b.str("Merge?");
    let slot = Some(b.slot());
    let within = within.map(|within| b.ms(within));
    b.node(Node::Approve(Box::new(Approve { name: "ok".into(), slot, question, show: Vec::new(), within, by: None })))
}

#[test]
fn an_approval_waits_pauses_and_goes_on() {
    let mut b = Build::new();
    let ok = approve(&mut b, None);
    let last = b.step("last");
    let plan = b.sequence(&[ok, last]);
    let (mut sim, lines) = run(&plan, Script::default());
    assert_eq!(lines.last().unwrap(), "paused: waiting for a person: ok");
    let answer = Input::Answered { ask: 1, answer: Answer::Approve, by: "me".into(), comment: None };
    sim.input(answer).unwrap();
    sim.go().unwrap();
    assert!(matches!(sim.outcome(), Some(crate::machine::command::Outcome::Succeeded(_))));
}

#[test]
fn an_approval_is_rejected_or_expires() {
    for (script, kind) in [
        (Script::default().answer("ok", Answer::Reject, 5), "rejected"),
        (Script::default().answer("ok", Answer::Approve, 500), "expired"),
    ] {
        let mut b = Build::new();
        let ok = approve(&mut b, Some(100));
        let plan = b.sequence(&[ok]);
        let (sim, _) = run(&plan, script);
        assert_eq!(failed_kind(&sim), kind);
    }
}

#[test]
fn nobody_is_asked_where_pausing_is_not_allowed() {
    let mut b = Build::new();
    let ok = approve(&mut b, None);
    let plan = b.sequence(&[ok]);
    let sim = simulate(&plan, Script::default(), Options { no_pause: true, ..Options::default() });
    assert_eq!(failed_kind(&sim), "rejected");
}

#[test]
fn waiting_for_people_does_not_count_for_a_timeout() {
    let mut b = Build::new();
    let ok = approve(&mut b, None);
    let work = b.step("work");
    let mut scope = b.scope(&[ok, work]);
    scope.timeout = Some(b.ms(100));
    let plan = b.plan(scope);
    let script = Script::default().answer("ok", Answer::Approve, 10_000).on("work", &[(0, "", 60)]);
    let (_, lines) = run(&plan, script);
    assert_eq!(lines.last().unwrap(), "succeeded");
    let script = Script::default().answer("ok", Answer::Approve, 10_000).on("work", &[(0, "", 160)]);
    let (sim, _) = run(&plan, script);
    assert_eq!(failed_kind(&sim), "timeout");
}

#[test]
fn an_escalation_retries_continues_or_aborts() {
    for (answer, last) in [
        (Answer::Retry, "succeeded"),
        (Answer::Continue(fields(&[("n", Value::Int(3))])), "succeeded"),
        (Answer::Abort, "failed: exit exit code 1"),
    ] {
        let mut b = Build::new();
        let message = b.str("help");
        let escalate = b.verdict(Verdict::Escalate(message));
        let handler = b.handler(&[], &[escalate]);
        let bad = b.step_with("bad", |_, step| step.handlers = vec![handler]);
        let plan = b.sequence(&[bad]);
        let script = Script::default().on("bad", &[(1, "", 1), (0, "", 1)]).answer("bad", answer, 5);
        let (_, lines) = run(&plan, script);
        assert!(lines.contains(&"bad asks help".to_string()), "{lines:?}");
        assert_eq!(lines.last().unwrap(), last);
    }
}

#[test]
fn an_ask_gives_values() {
    let mut b = Build::new();
    let question = b.str("How many?");
    let work = b.work(Action::Ask { question });
    b.plan.works[work.index()].outputs.push(Output { name: "answer".into(), ty: TypeIx(0), value: None });
    let slot = b.slot();
    let ask = b.node(Node::Step(Box::new(plain_step("how-many", slot, Does::Work(work)))));
    let plan = b.sequence(&[ask]);
    let answer = Answer::Values(fields(&[("answer", Value::Int(9))]));
    let (_, lines) = run(&plan, Script::default().answer("how-many", answer, 5));
    assert_eq!(
        ends(&lines)[1..],
        ["paused: waiting for a person: how-many", "how-many succeeded 1 5ms answer=9", "succeeded"]
    );
}

#[test]
fn a_wait_takes_its_time() {
    let mut b = Build::new();
    let value = b.ms(5000);
    let work = b.work(Action::Wait { until: false, value });
    let slot = b.slot();
    let wait = b.node(Node::Step(Box::new(plain_step("nap", slot, Does::Work(work)))));
    let plan = b.sequence(&[wait]);
    let (sim, lines) = run(&plan, Script::default());
    assert_eq!(ends(&lines), ["nap succeeded 1 5000ms", "succeeded"]);
    assert_eq!(sim.now, 6000);
}

#[test]
fn supervised_asks_before_every_step() {
    let mut b = Build::new();
    let (a, c) = (b.step("a"), b.step("c"));
    let plan = b.sequence(&[a, c]);
    let script = Script::default().answer("a", Answer::Yes, 1).answer("c", Answer::No, 1);
    let sim = simulate(&plan, script, Options { mode: Some("supervised".into()), ..Options::default() });
    assert_eq!(failed_kind(&sim), "rejected");
    let lines = lines(&sim.notices);
    assert!(lines.contains(&"a succeeded 1 11ms".to_string()), "{lines:?}");
}

#[test]
fn hybrid_asks_once_for_all_unknown_steps() {
    let mut b = Build::new();
    let (a, c) = (b.step("a"), b.step("c"));
    let both = b.parallel(&[a, c], Policy::Cancel);
    let last = b.step("last");
    let plan = b.sequence(&[both, last]);
    let script = Script::default().answer("main", Answer::Yes, 1);
    let sim = simulate(&plan, script, Options { mode: Some("hybrid".into()), ..Options::default() });
    let lines = lines(&sim.notices);
    assert_eq!(lines.iter().filter(|line| line.contains("asks")).count(), 1);
    assert_eq!(lines.last().unwrap(), "succeeded");
}

fn gate(b: &mut Build, severity: GateSeverity) -> GateIx {
    b.plan.metrics.push(Metric { name: "coverage".into(), ty: TypeIx(0), claimed: false });
    let (metric, goal) = (b.expr(Expr::Metric(MetricIx(0))), b.int(80));
    let condition = b.binary(metric, BinaryOp::Ge, goal);
    b.plan.gates.push(Gate {
        name: "covered".into(),
        title: None,
        condition,
        text: "coverage >= 80".into(),
        severity,
        waivable: None,
        advice: None,
        metrics: vec![MetricIx(0)],
    });
    GateIx(b.plan.gates.len() as u32 - 1)
}

#[test]
fn gates_judge_by_severity_and_flags() {
    let strict = Options { strict: true, ..Options::default() };
    let lenient = Options { lenient: true, ..Options::default() };
    for (severity, options, outcome) in [
        (GateSeverity::Warn, Options::default(), "Warned"),
        (GateSeverity::Warn, strict, "Failed"),
        (GateSeverity::Fail, Options::default(), "Failed"),
        (GateSeverity::Fail, lenient.clone(), "Warned"),
        (GateSeverity::Critical, lenient, "Failed"),
    ] {
        let mut b = Build::new();
        let gate = gate(&mut b, severity);
        let value = b.int(70);
        let publish = b.node(Node::Metric { metric: MetricIx(0), value });
        let judge = b.node(Node::Gate(gate));
        let plan = b.sequence(&[publish, judge]);
        let sim = simulate(&plan, Script::default(), options);
        let lines = lines(&sim.notices);
        assert!(lines.contains(&format!("gate covered {outcome}")), "{lines:?}");
        assert_eq!(outcome == "Failed", lines.last().unwrap().starts_with("failed: gate"), "{lines:?}");
    }
}

#[test]
fn attached_gates_judge_at_the_end_and_critical_ones_at_publication() {
    for (severity, judged_before) in [(GateSeverity::Fail, false), (GateSeverity::Critical, true)] {
        let mut b = Build::new();
        let gate = gate(&mut b, severity);
        let value = b.int(70);
        let publish = b.node(Node::Metric { metric: MetricIx(0), value });
        let after = b.emit("after");
        let mut scope = b.scope(&[publish, after]);
        scope.gates = vec![gate];
        let plan = b.plan(scope);
        let (sim, lines) = run(&plan, Script::default());
        assert_eq!(failed_kind(&sim), "gate");
        assert_eq!(lines.contains(&"emitted after".to_string()), !judged_before);
    }
}
