//! Sub-workflows, commands, named handlers, timeouts and undo across frames; long plans.

use super::build::*;
use crate::machine::Machine;
use crate::machine::command::Outcome;
use crate::machine::input::{Answer, AttemptResult, Input, Options, Usage};
use crate::plan::ir::*;
use crate::value::Value;

#[test]
fn a_command_has_a_frame_with_its_parameters_and_gives_its_outputs() {
    let mut b = Build::new();
    let program = b.local(0);
    let work = b.work(Action::Exec { argv: vec![program] });
    let stdout = b.expr(Expr::Attempt(AttemptVar::Stdout));
    b.plan.works[work.index()].outputs.push(Output { name: "said".into(), ty: TypeIx(0), value: Some(stdout) });
    let body = b.body("say", BodyKind::Command(work), 1);
    b.plan.bodies[body.index()].params.push(Param { name: "program".into(), ty: TypeIx(0), default: None });
    let arg = Some(b.str("hello"));
    let slot = b.slot();
    let mut step = plain_step("call", slot, Does::Command { body, args: vec![arg] });
    let said = b.expr(Expr::Output("said".into()));
    let twice = b.expr(Expr::Concat(vec![said, said]));
    step.outputs.push(Output { name: "twice".into(), ty: TypeIx(0), value: Some(twice) });
    let call = b.node(Node::Step(Box::new(step)));
    let plan = b.sequence(&[call]);
    let (_, lines) = run(&plan, Script::default().on("hello", &[(0, "hi", 1)]));
    assert_eq!(ends(&lines), ["call succeeded 1 1ms said=hi twice=hihi", "succeeded"]);
}

#[test]
fn a_named_handler_sees_the_failure_in_a_frame_of_its_own() {
    let mut b = Build::new();
    let failed = b.local(0);
    let kind = b.expr(Expr::Field { base: failed, name: "kind".into(), optional: false });
    let say = b.emit_value(kind);
    let go_on = b.verdict(Verdict::Continue(Vec::new()));
    let block = b.block(&[say, go_on]);
    let body = b.body("mend", BodyKind::Handler(block), 1);
    b.plan.handlers.push(Handler {
        kinds: Vec::new(),
        slot: None,
        max: None,
        body: HandlerBody::Use(body),
        fresh: Vec::new(),
    });
    let bad = b.step_with("bad", |_, step| step.handlers = vec![HandlerIx(0)]);
    let last = b.step("last");
    let plan = b.sequence(&[bad, last]);
    let (_, lines) = run(&plan, Script::default().on("bad", &[(1, "", 1)]));
    assert_eq!(
        ends(&lines)[2..],
        ["emitted exit", "bad answers continue", "bad continued", "last succeeded 1 10ms", "succeeded"]
    );
}

fn calls(b: &mut Build, nodes: &[NodeIx], change: impl FnOnce(&mut Build, &mut Step)) -> NodeIx {
    let scope = b.scope(nodes);
    let body = b.body("sub", BodyKind::Workflow(Box::new(scope)), 64);
    let slot = b.slot();
    let mut step = plain_step("build", slot, Does::Workflow { body, args: Vec::new() });
    change(b, &mut step);
    b.node(Node::Step(Box::new(step)))
}

#[test]
fn a_sub_workflow_has_a_timeout_and_restarts_under_another_name() {
    let mut b = Build::new();
    let slow = b.step("slow");
    let retry = b.verdict(Verdict::Retry(None));
    let handler = b.handler(&["timeout"], &[retry]);
    let call = calls(&mut b, &[slow], |b, step| {
        step.timeout = Some(b.ms(100));
        step.handlers = vec![handler];
    });
    let plan = b.sequence(&[call]);
    let (_, lines) = run(&plan, Script::default().on("slow", &[(0, "", 500), (0, "", 5)]));
    assert_eq!(
        ends(&lines),
        [
            "build/slow cancelled",
            "build failed timeout",
            "build handles timeout",
            "build answers retry",
            "build#2/slow succeeded 1 5ms",
            "build succeeded 2 106ms",
            "succeeded"
        ]
    );
}

#[test]
fn what_a_sub_workflow_did_is_undone_with_its_caller_except_what_it_sealed() {
    let mut b = Build::new();
    let a = b.step_with("a", |b, step| step.undo = Some(b.undo("undo-a")));
    let seal = b.node(Node::Seal);
    let c = b.step_with("c", |b, step| step.undo = Some(b.undo("undo-c")));
    let before = b.step_with("before", |b, step| step.undo = Some(b.undo("undo-before")));
    let call = calls(&mut b, &[a, seal, c], |_, _| {});
    let verdict = b.verdict(Verdict::Rollback { to: None, then: AfterRollback::End });
    let handler = b.handler(&[], &[verdict]);
    let bad = b.step_with("bad", |_, step| step.handlers = vec![handler]);
    let plan = b.sequence(&[before, call, bad]);
    let (_, lines) = run(&plan, Script::default().on("bad", &[(1, "", 1)]));
    let undone: Vec<_> = lines.iter().filter(|line| line.ends_with("undone")).map(String::as_str).collect();
    assert_eq!(undone, ["build/c undone", "before undone"]);
}

#[test]
fn an_undo_sees_variables_as_they_were_when_its_step_ended() {
    let mut b = Build::new();
    let slot = b.slot();
    let (one, two) = (b.str("undo-one"), b.str("undo-two"));
    let first = b.set(slot, one);
    let a = b.step_with("a", |b, step| {
        let program = b.local(slot);
        let work = b.work(Action::Exec { argv: vec![program] });
        step.undo = Some(Box::new(Undo { on_attempt: false, does: Does::Work(work) }));
    });
    let second = b.set(slot, two);
    let verdict = b.verdict(Verdict::Rollback { to: None, then: AfterRollback::End });
    let plan = b.sequence(&[first, a, second, verdict]);
    let (sim, _) = run(&plan, Script::default());
    let undo = sim.commands.iter().find_map(|command| match command {
        crate::machine::command::Command::Start(attempt) if attempt.undo => Some(attempt.action.clone()),
        _ => None,
    });
    assert_eq!(undo, Some(crate::machine::command::Resolved::Exec(vec!["undo-one".into()])));
    assert!(matches!(sim.outcome(), Some(Outcome::RolledBack { failure: None, .. })));
}

#[test]
fn a_loop_with_a_checkpoint_goes_back_within_its_pass() {
    let mut b = Build::new();
    let list = b.strs(&["x", "y"]);
    let slot = b.slot();
    let key = Some(b.local(slot));
    let point = b.node(Node::Checkpoint { name: "c".into(), include: Vec::new() });
    let verdict = b.verdict(Verdict::Rollback { to: Some("c".into()), then: AfterRollback::Retry });
    let handler = b.handler(&[], &[verdict]);
    let go = b.step_with("go", |_, step| step.handlers = vec![handler]);
    let body = b.block(&[point, go]);
    let element = b.local(slot);
    let result = b.slot();
    let each = For {
        slot,
        list,
        key,
        after: None,
        body,
        fresh: Vec::new(),
        result: Some((result, Some(element))),
        parallel: None,
    };
    let each = b.node(Node::For(Box::new(each)));
    let result = b.local(result);
    let say = b.emit_value(result);
    let plan = b.sequence(&[each, say]);
    let plays = [(0, "", 1), (1, "", 1), (0, "", 1)];
    let (_, lines) = run(&plan, Script::default().on("go", &plays));
    let kept: Vec<_> =
        ends(&lines).into_iter().filter(|line| line.contains("succeeded") || line.contains("emitted")).collect();
    assert_eq!(kept, ["go[\"x\"] succeeded 1 1ms", "go[\"y\"] succeeded 1 1ms", "emitted [\"x\",\"y\"]", "succeeded"]);
}

#[test]
fn always_lets_every_later_pass_run() {
    let mut b = Build::new();
    let list = b.strs(&["x", "y"]);
    let slot = b.slot();
    let go = b.step("go");
    let body = b.block(&[go]);
    let each = For { slot, list, key: None, after: None, body, fresh: Vec::new(), result: None, parallel: None };
    let each = b.node(Node::For(Box::new(each)));
    let plan = b.sequence(&[each]);
    let script = Script::default().answer("go[0]", Answer::Always, 1);
    let sim = simulate(&plan, script, Options { mode: Some("supervised".into()), ..Options::default() });
    assert_eq!(lines(&sim.notices).last().unwrap(), "succeeded");
}

#[test]
fn scripts_refer_to_values_by_variables() {
    let mut b = Build::new();
    let (value, list) = (b.str("a b"), b.strs(&["x", "y"]));
    let work = b.work(Action::Script {
        language: Language::Sh,
        pieces: vec![
            ScriptPiece::Text("echo ".into()),
            ScriptPiece::Hole { value, style: HoleStyle::Word },
            ScriptPiece::Text(" ".into()),
            ScriptPiece::Hole { value: list, style: HoleStyle::Words },
        ],
    });
    let slot = b.slot();
    let step = b.node(Node::Step(Box::new(plain_step("s", slot, Does::Work(work)))));
    let plan = b.sequence(&[step]);
    let (sim, _) = run(&plan, Script::default());
    let attempt = sim.commands.iter().find_map(|command| match command {
        crate::machine::command::Command::Start(attempt) => Some(attempt.clone()),
        _ => None,
    });
    let attempt = attempt.unwrap();
    let crate::machine::command::Resolved::Script { script, .. } = &attempt.action else { panic!() };
    assert_eq!(script, "echo \"$WF_V1\" \"$WF_V2_1\" \"$WF_V2_2\"");
    assert_eq!(attempt.env.len(), 3);
}

/// Inputs of a run of `count` steps in a row.
#[test]
fn a_long_plan_runs_to_its_end_and_a_step_costs_the_same_whatever_its_size() {
    let count = 20_000;
    let mut b = Build::new();
    b.plan.bodies[0].slots = count;
    let steps: Vec<_> = (0..count).map(|at| b.step(&format!("s{at}"))).collect();
    let plan = b.sequence(&steps);
    let mut machine = Machine::new(plan);
    machine.apply(0, &Input::Start(Box::new(start(Options::default())))).unwrap();
    machine.apply(0, &Input::SnapshotTaken { snapshot: 1, reference: Ok("x".into()) }).unwrap();
    for attempt in 1..=u64::from(count) {
        machine.apply(0, &Input::AttemptStarted { attempt }).unwrap();
        let result = AttemptResult::Succeeded { outputs: Default::default() };
        let step = machine.apply(0, &Input::AttemptFinished { attempt, result, usage: Usage::default() }).unwrap();
        assert!(step.notices.len() <= 3 && step.commands.len() == 1);
    }
    assert!(matches!(machine.outcome(), Some(Outcome::Succeeded(_))));
    assert_eq!(machine.status().done, u64::from(count));
    assert_eq!(machine.state.frames.get(0, 7).map(|value| matches!(value, Value::Record(_))), Some(true));
}
