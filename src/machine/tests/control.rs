//! Sequence, branches, loops, parallel.

use super::build::*;
use crate::machine::input::Options;
use crate::plan::ir::*;

#[test]
fn steps_run_in_order_and_pass_values_on() {
    let mut b = Build::new();
    let count = b.step_with("count", |b, step| b.output(step, "n"));
    let slot = 0;
    let record = b.local(slot);
    let n = b.expr(Expr::Field { base: record, name: "n".into(), optional: false });
    let say = b.emit_value(n);
    let status = b.expr(Expr::Field { base: record, name: "status".into(), optional: false });
    let say_status = b.emit_value(status);
    let last = b.step("last");
    let plan = b.sequence(&[count, say, say_status, last]);
    let (_, lines) = run(&plan, Script::default().on("count", &[(0, "41", 7)]));
    assert_eq!(
        lines,
        [
            "checkpoint start",
            "count started",
            "count succeeded 1 7ms n=41",
            "emitted 41",
            "emitted succeeded",
            "last started",
            "last succeeded 1 10ms",
            "succeeded"
        ]
    );
}

#[test]
fn an_if_takes_the_first_branch_that_holds() {
    let mut b = Build::new();
    let (no, yes) = (b.expr(Expr::Bool(false)), b.expr(Expr::Bool(true)));
    let (first, second, third) = (b.step("first"), b.step("second"), b.step("third"));
    let branches = vec![(Condition::Holds(no), b.block(&[first])), (Condition::Holds(yes), b.block(&[second]))];
    let otherwise = Some(b.block(&[third]));
    let decide = b.node(Node::If { branches, otherwise });
    let plan = b.sequence(&[decide]);
    let (_, lines) = run(&plan, Script::default());
    assert_eq!(ends(&lines), ["second succeeded 1 10ms", "succeeded"]);
    assert!(lines.contains(&"decided 1".to_string()));
}

fn for_over(
    b: &mut Build,
    keys: &[&str],
    parallel: Option<ParallelFor>,
    body: impl FnOnce(&mut Build, u32) -> Vec<NodeIx>,
) -> For {
    let list = b.strs(keys);
    let slot = if parallel.is_some() { 0 } else { b.slot() };
    let key = Some(b.local(slot));
    let nodes = body(b, slot);
    let body = b.block(&nodes);
    For { slot, list, key, after: None, body, fresh: Vec::new(), result: None, parallel }
}

#[test]
fn passes_are_named_by_their_keys() {
    let mut b = Build::new();
    let each = for_over(&mut b, &["api", "web"], None, |b, _| vec![b.step("test")]);
    let each = b.node(Node::For(Box::new(each)));
    let plan = b.sequence(&[each]);
    let (_, lines) = run(&plan, Script::default());
    assert_eq!(ends(&lines), ["test[\"api\"] succeeded 1 10ms", "test[\"web\"] succeeded 1 10ms", "succeeded"]);
}

#[test]
fn two_passes_with_one_key_fail_before_the_first() {
    let mut b = Build::new();
    let each = for_over(&mut b, &["api", "api"], None, |b, _| vec![b.step("test")]);
    let each = b.node(Node::For(Box::new(each)));
    let plan = b.sequence(&[each]);
    let (sim, lines) = run(&plan, Script::default());
    assert_eq!(failed_kind(&sim), "value");
    assert!(!lines.iter().any(|line| line.contains("test")));
}

fn parallel_for(max: Option<ExprIx>, policy: Policy) -> Option<ParallelFor> {
    Some(ParallelFor { slots: 8, after: None, max, policy })
}

#[test]
fn a_parallel_for_yields_in_input_order() {
    let mut b = Build::new();
    let mut each = for_over(&mut b, &["slow", "fast"], parallel_for(None, Policy::Cancel), |b, slot| {
        let program = b.local(slot);
        let work = b.work(Action::Exec { argv: vec![program] });
        vec![b.node(Node::Step(Box::new(plain_step("go", 1, Does::Work(work)))))]
    });
    let element = b.local(0);
    let result = b.slot();
    each.result = Some((result, Some(element)));
    let each = b.node(Node::For(Box::new(each)));
    let result = b.local(result);
    let say = b.emit_value(result);
    let plan = b.sequence(&[each, say]);
    let script = Script::default().on("slow", &[(0, "", 50)]).on("fast", &[(0, "", 5)]);
    let (_, lines) = run(&plan, script);
    assert_eq!(
        ends(&lines),
        ["go[\"fast\"] succeeded 1 5ms", "go[\"slow\"] succeeded 1 50ms", "emitted [\"slow\",\"fast\"]", "succeeded"]
    );
}

#[test]
fn after_orders_parallel_passes_and_max_bounds_them() {
    let mut b = Build::new();
    let max = b.int(2);
    let mut each = for_over(&mut b, &["a", "b", "c"], parallel_for(Some(max), Policy::Cancel), |b, _| {
        vec![b.step_with("go", |_, step| step.slot = 1)]
    });
    let (element, a) = (b.local(0), b.str("a"));
    let last = b.binary(element, BinaryOp::Eq, a);
    let (deps, none) = (b.strs(&["b", "c"]), b.strs(&[]));
    let after = b.expr(Expr::If { condition: last, yes: deps, no: none });
    if let Some(parallel) = &mut each.parallel {
        parallel.after = Some(after);
    }
    let each = b.node(Node::For(Box::new(each)));
    let plan = b.sequence(&[each]);
    let (_, lines) = run(&plan, Script::default());
    let started: Vec<_> = lines.iter().filter(|line| line.ends_with("started")).map(String::as_str).collect();
    assert_eq!(started, ["go[\"b\"] started", "go[\"c\"] started", "go[\"a\"] started"]);
    let at = |what: &str| lines.iter().position(|line| line.starts_with(what)).unwrap();
    assert!(at("go[\"c\"] succeeded") < at("go[\"a\"] started"));
}

#[test]
fn a_failing_branch_cancels_its_siblings() {
    let mut b = Build::new();
    let (bad, long) = (b.step("bad"), b.step("long"));
    let both = b.parallel(&[bad, long], Policy::Cancel);
    let after = b.step("after");
    let plan = b.sequence(&[both, after]);
    let script = Script::default().on("bad", &[(3, "", 5)]).on("long", &[(0, "", 1000)]);
    let (sim, lines) = run(&plan, script);
    assert_eq!(ends(&lines), ["bad failed exit", "long cancelled", "failed: exit exit code 3"]);
    assert_eq!(sim.now, 1006);
}

#[test]
fn keep_going_lets_running_branches_end() {
    let mut b = Build::new();
    let (bad, long) = (b.step("bad"), b.step("long"));
    let both = b.parallel(&[bad, long], Policy::KeepGoing);
    let plan = b.sequence(&[both]);
    let script = Script::default().on("bad", &[(3, "", 5)]).on("long", &[(0, "", 1000)]);
    let (_, lines) = run(&plan, script);
    assert_eq!(ends(&lines), ["bad failed exit", "long succeeded 1 1000ms", "failed: exit exit code 3"]);
}

#[test]
fn collect_gives_a_record_of_results() {
    let mut b = Build::new();
    let (bad, good) = (b.step("bad"), b.step("good"));
    let both = b.parallel(&[bad, good], Policy::Collect);
    let slot = b.slot();
    if let Node::Parallel(parallel) = &mut b.plan.nodes[both.index()] {
        parallel.result = Some(slot);
    }
    let record = b.local(slot);
    let subject = b.expr(Expr::Field { base: record, name: "branch-1".into(), optional: false });
    let said = b.emit("it failed");
    let arms = vec![
        MatchArm { pattern: Pattern::Ok, slot: None, block: b.block(&[]) },
        MatchArm { pattern: Pattern::Err, slot: Some(40), block: b.block(&[said]) },
    ];
    let choose = b.node(Node::Match { subject, arms });
    let plan = b.sequence(&[both, choose]);
    let (_, lines) = run(&plan, Script::default().on("bad", &[(3, "", 5)]));
    assert_eq!(ends(&lines), ["bad failed exit", "good succeeded 1 10ms", "emitted it failed", "succeeded"]);
}

#[test]
fn a_repeat_runs_out_of_passes() {
    let mut b = Build::new();
    let (max, until) = (b.int(2), b.expr(Expr::Bool(false)));
    let step = b.step("again");
    let body = b.block(&[step]);
    let repeat = b.node(Node::Repeat { max, until, body, fresh: Vec::new() });
    let plan = b.sequence(&[repeat]);
    let (sim, lines) = run(&plan, Script::default());
    assert_eq!(failed_kind(&sim), "repeat");
    assert_eq!(ends(&lines)[..2], ["again[1] succeeded 1 10ms", "again[2] succeeded 1 10ms"]);
}

#[test]
fn a_workflow_in_a_step_has_its_own_frame_and_path() {
    let mut b = Build::new();
    let inner = b.step_with("test", |_, step| step.slot = 0);
    let seven = b.int(7);
    let back = b.node(Node::Return { values: vec![("n".into(), seven)] });
    let scope = b.scope(&[inner, back]);
    let body = b.body("sub", BodyKind::Workflow(Box::new(scope)), 4);
    let slot = b.slot();
    let call = b.node(Node::Step(Box::new(plain_step("build", slot, Does::Workflow { body, args: Vec::new() }))));
    let plan = b.sequence(&[call]);
    let (_, lines) = run(&plan, Script::default());
    assert_eq!(ends(&lines), ["build/test succeeded 1 10ms", "build succeeded 1 10ms n=7", "succeeded"]);
}

#[test]
fn parallel_mode_overlaps_what_is_independent() {
    let mut b = Build::new();
    let (src, out, docs) = (b.str("src/**"), b.str("out/**"), b.str("docs/**"));
    let touching = |b: &mut Build, name: &str, reads: ExprIx, writes: ExprIx| {
        let step = b.step(name);
        let work = b.plan.works.last_mut().unwrap();
        (work.effects.reads, work.effects.writes) = (Some(vec![reads]), Some(vec![writes]));
        step
    };
    let build = touching(&mut b, "build", src, out);
    let book = touching(&mut b, "book", src, docs);
    let pack = touching(&mut b, "pack", out, docs);
    let plan = b.sequence(&[build, book, pack]);
    let script = Script::default().on("build", &[(0, "", 20)]).on("book", &[(0, "", 30)]);
    let sim = simulate(&plan, script, Options { parallel: true, ..Options::default() });
    assert_eq!(
        lines(&sim.notices)[1..],
        [
            "build started",
            "book started",
            "build succeeded 1 20ms",
            "book succeeded 1 30ms",
            "pack started",
            "pack succeeded 1 10ms",
            "succeeded"
        ]
    );
}

#[test]
fn max_parallel_bounds_attempts() {
    let mut b = Build::new();
    let steps: Vec<_> = (0..6).map(|at| b.step(&format!("s{at}"))).collect();
    let all = b.parallel(&steps, Policy::Cancel);
    let plan = b.sequence(&[all]);
    let sim = simulate(&plan, Script::default(), Options { max_parallel: 2, ..Options::default() });
    assert_eq!(sim.now, 1030);
    assert_eq!(sim.machine.status().done, 6);
    assert_eq!(sim.machine.status().planned, 6);
}
