//! Checkpoints, undo, rollback.

use super::build::*;
use crate::machine::command::{Command, Outcome};
use crate::machine::input::{Answer, Input, Options};
use crate::plan::ir::*;

fn undoable(b: &mut Build, name: &str) -> NodeIx {
    b.step_with(name, |b, step| step.undo = Some(b.undo(&format!("undo-{name}"))))
}

fn checkpoint(b: &mut Build, name: &str) -> NodeIx {
    b.node(Node::Checkpoint { name: name.into(), include: Vec::new() })
}

fn rolls_back(b: &mut Build, name: &str, to: Option<&str>, then: AfterRollback) -> NodeIx {
    let verdict = b.verdict(Verdict::Rollback { to: to.map(Into::into), then });
    let handler = b.handler(&[], &[verdict]);
    b.step_with(name, |_, step| step.handlers = vec![handler])
}

#[test]
fn a_rollback_undoes_in_reverse_order_then_restores_then_runs_on_rollback_and_finally() {
    let mut b = Build::new();
    let (a, c) = (undoable(&mut b, "a"), undoable(&mut b, "c"));
    let bad = rolls_back(&mut b, "bad", None, AfterRollback::End);
    let (back, finally) = (b.emit("on rollback"), b.emit("finally"));
    let mut scope = b.scope(&[a, c, bad]);
    scope.on_rollback = vec![b.block(&[back])];
    scope.finally = vec![b.block(&[finally])];
    let plan = b.plan(scope);
    let (sim, lines) = run(&plan, Script::default().on("bad", &[(1, "", 1)]));
    assert_eq!(
        ends(&lines)[3..],
        [
            "bad handles exit",
            "bad answers rollback",
            "rollback to start",
            "c undone",
            "a undone",
            "rolled back to start, remains []",
            "emitted on rollback",
            "emitted finally",
            "rolled-back: exit exit code 1"
        ]
    );
    let snapshots: Vec<_> = sim
        .commands
        .iter()
        .filter_map(|command| match command {
            Command::Snapshot { name, .. } => Some(format!("take {name}")),
            Command::Restore { reference, .. } => Some(format!("restore {reference}")),
            _ => None,
        })
        .collect();
    assert_eq!(snapshots, ["take start", "take rescue", "restore start@1"]);
}

#[test]
fn a_rollback_with_retry_goes_on_after_the_checkpoint_with_variables_as_they_were() {
    let mut b = Build::new();
    let (slot, one, two) = (b.slot(), b.int(1), b.int(2));
    let first = b.set(slot, one);
    let point = checkpoint(&mut b, "c");
    let value = b.local(slot);
    let say = b.emit_value(value);
    let second = b.set(slot, two);
    let a = undoable(&mut b, "a");
    let bad = rolls_back(&mut b, "bad", Some("c"), AfterRollback::Retry);
    let plan = b.sequence(&[first, point, say, second, a, bad]);
    let (_, lines) = run(&plan, Script::default().on("bad", &[(1, "", 1), (0, "", 1)]));
    assert_eq!(
        ends(&lines),
        [
            "checkpoint c",
            "emitted 1",
            "a succeeded 1 10ms",
            "bad failed exit",
            "bad handles exit",
            "bad answers rollback",
            "rollback to c",
            "a undone",
            "rolled back to c, remains []",
            "emitted 1",
            "a succeeded 1 10ms",
            "bad succeeded 1 1ms",
            "succeeded"
        ]
    );
}

#[test]
fn a_rollback_with_continue_goes_on_after_what_failed() {
    let mut b = Build::new();
    let a = undoable(&mut b, "a");
    let bad = rolls_back(&mut b, "bad", None, AfterRollback::Continue);
    let last = b.step("last");
    let plan = b.sequence(&[a, bad, last]);
    let (_, lines) = run(&plan, Script::default().on("bad", &[(1, "", 1)]));
    assert_eq!(
        ends(&lines)[5..],
        ["a undone", "rolled back to start, remains []", "bad continued", "last succeeded 1 10ms", "succeeded"]
    );
}

#[test]
fn a_rollback_out_of_a_branch_cancels_its_siblings_first() {
    let mut b = Build::new();
    let a = undoable(&mut b, "a");
    let (bad, long) = (rolls_back(&mut b, "bad", None, AfterRollback::End), b.step("long"));
    let both = b.parallel(&[bad, long], Policy::KeepGoing);
    let plan = b.sequence(&[a, both]);
    let script = Script::default().on("bad", &[(1, "", 5)]).on("long", &[(0, "", 500)]);
    let (_, lines) = run(&plan, script);
    assert_eq!(
        ends(&lines)[3..],
        [
            "bad answers rollback",
            "rollback to start",
            "long cancelled",
            "a undone",
            "rolled back to start, remains []",
            "rolled-back: exit exit code 1"
        ]
    );
}

#[test]
fn an_undo_that_fails_leaves_the_rollback_incomplete_until_it_is_resumed() {
    let mut b = Build::new();
    let (a, c) = (undoable(&mut b, "a"), undoable(&mut b, "c"));
    let bad = rolls_back(&mut b, "bad", None, AfterRollback::End);
    let plan = b.sequence(&[a, c, bad]);
    let script = Script::default().on("bad", &[(1, "", 1)]).on("undo-c", &[(1, "", 1), (0, "", 1)]);
    let (mut sim, lines) = run(&plan, script);
    assert_eq!(lines.last().unwrap(), "rollback-incomplete");
    let Some(Outcome::RollbackIncomplete { remains }) = sim.outcome().cloned() else { panic!() };
    assert_eq!(remains, ["c: exit code 1", "a", "files"]);
    sim.input(Input::Resumed).unwrap();
    sim.go().unwrap();
    assert!(matches!(sim.outcome(), Some(Outcome::RolledBack { .. })), "{:?}", sim.outcome());
}

#[test]
fn a_seal_is_never_gone_behind() {
    let mut b = Build::new();
    let a = undoable(&mut b, "a");
    let seal = b.node(Node::Seal);
    let c = undoable(&mut b, "c");
    let bad = rolls_back(&mut b, "bad", None, AfterRollback::End);
    let plan = b.sequence(&[a, seal, c, bad]);
    let (_, lines) = run(&plan, Script::default().on("bad", &[(1, "", 1)]));
    assert!(lines.contains(&"c undone".to_string()) && !lines.contains(&"a undone".to_string()), "{lines:?}");
}

#[test]
fn undo_on_attempt_undoes_a_step_that_failed() {
    let mut b = Build::new();
    let verdict = b.verdict(Verdict::Rollback { to: None, then: AfterRollback::End });
    let handler = b.handler(&[], &[verdict]);
    let partial = b.step_with("partial", |b, step| {
        step.handlers = vec![handler];
        let mut undo = b.undo("undo-partial");
        undo.on_attempt = true;
        step.undo = Some(undo);
    });
    let plan = b.sequence(&[partial]);
    let (_, lines) = run(&plan, Script::default().on("partial", &[(1, "", 1)]));
    assert!(lines.contains(&"partial undone".to_string()), "{lines:?}");
}

#[test]
fn a_finished_run_can_be_rolled_back_from_outside() {
    let mut b = Build::new();
    let a = undoable(&mut b, "a");
    let back = b.emit("on rollback");
    let finally = b.emit("finally");
    let mut scope = b.scope(&[a]);
    scope.on_rollback = vec![b.block(&[back])];
    scope.finally = vec![b.block(&[finally])];
    let plan = b.plan(scope);
    let (mut sim, _) = run(&plan, Script::default());
    sim.input(Input::RollbackRequested { to: None, force: false }).unwrap();
    sim.go().unwrap();
    let lines = lines(&sim.notices);
    assert_eq!(
        ends(&lines)[2..],
        [
            "succeeded",
            "rollback to start",
            "a undone",
            "rolled back to start, remains []",
            "emitted on rollback",
            "rolled-back"
        ]
    );
}

#[test]
fn a_paused_or_running_run_can_be_rolled_back_from_outside() {
    for (program, answer) in [("slow", None), ("ask", Some(Answer::Approve))] {
        let mut b = Build::new();
        let a = undoable(&mut b, "a");
        let slow = b.step("slow");
        let question = b.str("?");
        let ok = b.node(Node::Approve(Box::new(Approve {
            name: "ok".into(),
            slot: None,
            question,
            show: Vec::new(),
            within: None,
            by: None,
        })));
        let both = b.parallel(&[slow, ok], Policy::Cancel);
        let plan = b.sequence(&[a, both]);
        let after = if program == "slow" { 5000 } else { 1 };
        let mut sim = crate::driver::sim::Sim::new(
            crate::machine::Machine::new(plan),
            0,
            Script::default().on("slow", &[(0, "", after)]),
        );
        sim.input(Input::Start(Box::new(start(Options::default())))).unwrap();
        for _ in 0..3 {
            sim.step().unwrap();
        }
        let _ = answer;
        sim.input(Input::RollbackRequested { to: None, force: false }).unwrap();
        sim.go().unwrap();
        let lines = lines(&sim.notices);
        assert!(lines.contains(&"a undone".to_string()), "{lines:?}");
        assert_eq!(lines.last().unwrap(), "rolled-back");
    }
}

#[test]
fn files_that_cannot_be_restored_are_said_to_remain() {
    let mut b = Build::new();
    let bad = rolls_back(&mut b, "bad", None, AfterRollback::End);
    let plan = b.sequence(&[bad]);
    let mut script = Script::default().on("bad", &[(1, "", 1)]);
    script.broken = true;
    let (sim, _) = run(&plan, script);
    let Some(Outcome::RollbackIncomplete { remains }) = sim.outcome() else { panic!() };
    assert_eq!(remains, &["files: the disk is full"]);
}
