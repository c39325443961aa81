use super::*;
use crate::plan::sample;

/// What is wrong after `change`.
fn broken(change: impl FnOnce(&mut Plan)) -> String {
    let mut plan = sample::plan();
    change(&mut plan);
    verify(&plan).err().unwrap_or_default()
}

#[test]
fn a_whole_plan_is_fine() {
    assert_eq!(broken(|_| {}), "");
}

#[test]
fn every_promise_is_checked() {
    type Change = fn(&mut Plan);
    let cases: &[(Change, &str)] = &[
        (|plan| plan.entry = BodyIx(1), "the entry 1 is no workflow"),
        (|plan| plan.entry = BodyIx(9), "the entry 9 is no workflow"),
        (|plan| plan.exprs[1] = Expr::Not(ExprIx(5)), "expression 1 refers to expression 5"),
        (|plan| plan.exprs[0] = Expr::Metric(MetricIx(4)), "expression 0 refers to metric 4 of 1"),
        (|plan| plan.exprs[3] = Expr::Local { up: 0, slot: 99 }, "reads slot 99"),
        (|plan| plan.exprs[3] = Expr::Local { up: u32::MAX, slot: 0 }, "frames outwards"),
        (|plan| plan.exprs[3] = Expr::Bound(0), "needs 1 bound values"),
        (|plan| plan.exprs[3] = Expr::Float(f64::NAN), "not finite"),
        (|plan| plan.types[0] = Type::List(TypeIx(2)), "type 0 refers to type 2"),
        (|plan| plan.types[4] = Type::Optional(TypeIx(4)), "type 4 refers to type 4"),
        (|plan| plan.blocks[1].push(NodeIx(0)), "statement 0 is used twice"),
        (|plan| plan.blocks[1].push(NodeIx(99)), "statement 99 of"),
        (|plan| plan.nodes[4] = Node::Set { up: 0, slot: 9, value: ExprIx(0) }, "slot 9 of 9"),
        (|plan| plan.nodes[4] = Node::Set { up: 1, slot: 0, value: ExprIx(0) }, "slot 0 of 0"),
        (|plan| plan.nodes[4] = Node::Gate(GateIx(1)), "gate 1 of 1"),
        (|plan| plan.bodies[1].slots = 1, "`lint` refers to slot 2"),
        (|plan| plan.bodies[2].slots = 0, "`mend` refers to slot 1"),
        (|plan| plan.functions[0].params = 0, "expression 15 gives 1 arguments where 0 are taken"),
        (|plan| plan.functions[0].body = ExprIx(5), "reads slot 0"),
        (|plan| plan.spans.exprs.truncate(3), "places for"),
        (|plan| plan.works[1].undo = plan.works[0].undo.clone(), "work 1 is used twice"),
        (|plan| plan.handlers[1].body = HandlerBody::Use(BodyIx(0)), "is no handler"),
    ];
    for (change, message) in cases {
        let problem = broken(change);
        assert!(problem.contains(message), "{message:?} expected, found {problem:?}");
    }
}

#[test]
fn blocks_form_a_tree() {
    let problem = broken(|plan| {
        if let Node::Repeat { body, .. } = &mut plan.nodes[17] {
            *body = BlockIx(0);
        }
    });
    assert!(problem.contains("block 0 is used twice"), "{problem}");
}

#[test]
fn nothing_runs_itself() {
    let problem = broken(|plan| {
        if let Node::Step(step) = &mut plan.nodes[1] {
            step.does = Does::Workflow { body: BodyIx(0), args: vec![Some(ExprIx(0))] };
        }
    });
    assert_eq!(problem, "`ship` runs itself");
    let problem = broken(|plan| plan.functions[0].body = ExprIx(15));
    assert!(
        problem.contains("bound values") || problem.contains("calls itself") || problem.contains("slot"),
        "{problem}"
    );
    let problem = broken(|plan| {
        plan.exprs[14] = Expr::Int(1);
        plan.functions[0].body = ExprIx(15);
    });
    assert_eq!(problem, "function `same` calls itself");
}

#[test]
fn missing_arguments_are_seen() {
    let problem = broken(|plan| {
        if let Node::Step(step) = &mut plan.nodes[1] {
            step.does = Does::Command { body: BodyIx(1), args: vec![None, None] };
        }
    });
    assert!(problem.contains("no `what`"), "{problem}");
}

/// Every number of a plan, one after the other, made another one: what is accepted can be evaluated without a panic.
#[test]
fn no_number_breaks_the_reader() {
    let text = sample::plan().to_json();
    let whole: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut paths = Vec::new();
    numbers(&whole, String::new(), &mut paths);
    let mut refused = 0;
    for path in paths.iter().filter(|path| !path.starts_with("/spans") && !path.starts_with("/format")) {
        for number in [0u32, 1, 7, u32::MAX] {
            let mut changed = whole.clone();
            *changed.pointer_mut(path).unwrap() = number.into();
            let Ok(plan) = serde_json::from_value::<Plan>(changed) else { continue };
            match Plan::from_json(&plan.sealed().to_json()) {
                Ok(plan) => (0..plan.exprs.len()).for_each(|ix| {
                    let _ = crate::eval::eval(&plan, ExprIx(ix as u32), &crate::eval::Nothing);
                }),
                Err(error) => {
                    assert_eq!(error.code.name, "plan-invalid", "{path} {number}");
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 300, "{refused}");
}

fn numbers(json: &serde_json::Value, path: String, found: &mut Vec<String>) {
    match json {
        serde_json::Value::Number(_) => found.push(path),
        serde_json::Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| numbers(item, format!("{path}/{at}"), found));
        }
        serde_json::Value::Object(fields) => {
            fields.iter().for_each(|(key, item)| numbers(item, format!("{path}/{key}"), found));
        }
        _ => {}
    }
}
