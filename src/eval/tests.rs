use std::sync::Arc;

use self::build::Build;
use super::*;
use crate::builtins;
use crate::plan::ir::{Constant, Expr, Function, FunctionIx};
use crate::plan::sample;
use crate::value::{Failure, Fields, SecretRef};

mod build;

/// Names with values.
struct Slots(Vec<(&'static str, Value)>);

impl Context for Slots {
    fn local(&self, up: u32, slot: u32) -> Option<Value> {
        self.0.get(slot as usize).filter(|_| up == 0).map(|(_, value)| value.clone())
    }
}

fn slots() -> Slots {
    let failure = Failure { kind: "exit".into(), message: "m".into(), exit: Some(3), ..Failure::default() };
    let json = serde_json::json!({"data": [{"totals": {"lines": "x", "percent": 87.5}}], "a-b": null});
    Slots(vec![
        ("doc", Value::Json(Arc::new(json))),
        ("failure", Value::Failure(Arc::new(failure.clone()))),
        ("bad", Value::Err(Arc::new(failure))),
        ("token", Value::Secret(Arc::new(SecretRef { name: "token".into(), from: "env:T".into() }))),
        ("nothing", Value::None),
        ("r", Value::record(Fields::from_iter([("lines".into(), Value::Percent(91.0))]))),
        ("big", Value::list((0..200_000).map(Value::Int).collect())),
    ])
}

fn empty() -> Plan {
    let mut plan = sample::plan();
    plan.exprs.clear();
    plan.types.clear();
    plan
}

fn built(text: &str) -> (Plan, ExprIx) {
    let names: Vec<_> = slots().0.iter().map(|(name, _)| *name).collect();
    Build::add(empty(), text, &names)
}

/// The value of an expression, as tests write it; or `kind: message`.
fn show(text: &str) -> String {
    let (plan, ix) = built(text);
    match eval(&plan, ix, &slots()) {
        Ok(value) => serde_json::to_string(&value).unwrap(),
        Err(error) => error.to_string(),
    }
}

/// Cases are lines `expression ==> value`, where the value is JSON as journals hold it, or `kind: message`.
/// `WF_BLESS=1` writes what is found.
#[test]
fn cases() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/eval/expressions.txt");
    let cases = std::fs::read_to_string(path).unwrap();
    let found = cases.lines().map(|line| match line.rsplit_once(" ==>") {
        Some((text, _)) if !line.starts_with('#') => format!("{text} ==> {}\n", show(text)),
        _ => format!("{line}\n"),
    });
    let found = found.collect::<String>();
    if std::env::var_os("WF_BLESS").is_some() {
        std::fs::write(path, &found).unwrap();
    } else {
        let differ = cases.lines().zip(found.lines()).filter(|(expected, found)| expected != found);
        let differ = differ.map(|(expected, found)| format!("  expected {expected}\n  found    {found}\n"));
        assert!(found == cases, "\n{}", differ.collect::<String>());
    }
}

#[test]
fn examples_of_builtins_hold() {
    for builtin in builtins::all() {
        assert_eq!(show(builtin.example), "true", "{}", builtin.example);
    }
}

/// What a built-in gives is of the type that its signature says.
#[test]
fn examples_call_their_builtin() {
    for builtin in builtins::all() {
        let (plan, _) = built(builtin.example);
        let called = plan.exprs.iter().any(|expr| matches!(expr, Expr::Builtin { name, .. } if name == builtin.name));
        assert!(called, "{}", builtin.example);
    }
}

#[test]
fn errors_say_where() {
    let (plan, ix) = built("1 + [1, 2][5]");
    let error = eval(&plan, ix, &slots()).unwrap_err();
    let at = error.expr.unwrap();
    assert!(matches!(plan.exprs[at.index()], Expr::Index { .. }));
    let mut placed = plan.clone();
    placed.spans.exprs = vec![[0, 0, 0, 3, 7]; plan.exprs.len()];
    assert_eq!(error.failure(&placed).at.as_deref(), Some("ship.wf:3:7"));
}

#[test]
fn endless_work_and_depth_are_stopped() {
    let nested = "big.map(x => big.map(y => y + x).sum()).sum()";
    assert!(show(nested).starts_with("value: the expression takes too long"), "{}", show(nested));
    assert_eq!(eval_nested(310), Ok(Value::Int(311)));
    assert!(eval_nested(330).unwrap_err().message.starts_with("an expression nested deeper"));
    assert!(eval_lambdas(300).is_ok());
    let doubled = (0..30).fold("[0]".to_owned(), |inner, _| format!("[{inner}].map(x => [x, x])"));
    assert!(show(&doubled).starts_with("value: a value of more than"), "{}", &show(&doubled)[..60]);
}

/// `1 + (1 + (1 …))`
fn eval_nested(depth: u32) -> Result<Value, EvalError> {
    let mut plan = empty();
    plan.exprs = vec![Expr::Int(1)];
    let add = |right| Expr::Binary { op: crate::plan::ir::BinaryOp::Add, left: ExprIx(0), right: ExprIx(right) };
    plan.exprs.extend((0..depth).map(add));
    eval(&plan, ExprIx(depth), &Nothing)
}

/// `[1].map(x => [1].map(x => …))`: what takes most of the stack.
fn eval_lambdas(depth: u32) -> Result<Value, EvalError> {
    let mut plan = empty();
    plan.exprs = vec![Expr::Int(1), Expr::List(vec![ExprIx(0)]), Expr::Int(2)];
    for _ in 0..depth {
        let last = ExprIx(plan.exprs.len() as u32 - 1);
        plan.exprs.push(Expr::Lambda(last));
        let args = vec![ExprIx(1), ExprIx(last.0 + 1)];
        plan.exprs.push(Expr::Builtin { name: "map".into(), args, optional: false });
    }
    eval(&plan, ExprIx(plan.exprs.len() as u32 - 1), &Nothing)
}

/// A plan that nobody verified.
#[test]
fn broken_plans_do_not_break_evaluation() {
    let mut plan = empty();
    plan.exprs = vec![
        Expr::Not(ExprIx(0)),
        Expr::Not(ExprIx(77)),
        Expr::Bound(3),
        Expr::Const(ConstIx(9)),
        Expr::Metric(MetricIx(9)),
        Expr::Convert { value: ExprIx(6), to: TypeIx(99) },
        Expr::Int(1),
        Expr::Call { function: FunctionIx(9), args: vec![] },
        Expr::Builtin { name: "map".into(), args: vec![], optional: false },
        Expr::Builtin { name: "nonsense".into(), args: vec![ExprIx(6)], optional: true },
        Expr::Lambda(ExprIx(6)),
        Expr::Local { up: 7, slot: 7 },
        Expr::Comprehension { list: ExprIx(6), value: ExprIx(6), condition: None },
        Expr::Match { subject: ExprIx(6), arms: vec![] },
        Expr::Float(f64::INFINITY),
        Expr::Builtin { name: "split".into(), args: vec![ExprIx(16)], optional: false },
        Expr::Str("x".into()),
    ];
    for ix in (0..plan.exprs.len() as u32).filter(|ix| ![6, 16].contains(ix)) {
        assert!(eval(&plan, ExprIx(ix), &Nothing).is_err(), "{:?}", plan.exprs[ix as usize]);
    }
}

#[test]
fn functions_see_their_arguments_only() {
    let mut plan = empty();
    plan.exprs = vec![
        Expr::Bound(1),
        Expr::Bound(0),
        Expr::Binary { op: crate::plan::ir::BinaryOp::Sub, left: ExprIx(0), right: ExprIx(1) },
        Expr::Int(7),
        Expr::Int(2),
        Expr::Call { function: FunctionIx(0), args: vec![ExprIx(3), ExprIx(4)] },
        Expr::Call { function: FunctionIx(1), args: vec![ExprIx(3)] },
    ];
    plan.functions = vec![
        Function { name: "minus".into(), params: 2, body: ExprIx(2) },
        Function { name: "leaky".into(), params: 1, body: ExprIx(0) },
    ];
    assert_eq!(eval(&plan, ExprIx(5), &Nothing), Ok(Value::Int(5)));
    assert_eq!(eval(&plan, ExprIx(6), &Nothing).unwrap_err().kind, "internal");
}

#[test]
fn constants_see_those_before_them() {
    let mut plan = empty();
    plan.exprs = vec![
        Expr::Env("HOME".into()),
        Expr::Const(ConstIx(0)),
        Expr::Str("none".into()),
        Expr::Binary { op: crate::plan::ir::BinaryOp::Coalesce, left: ExprIx(1), right: ExprIx(2) },
    ];
    plan.constants =
        vec![Constant { name: "home".into(), value: ExprIx(0) }, Constant { name: "either".into(), value: ExprIx(3) }];
    let values = constants(&plan, &|name| (name == "HOME").then(|| "/root".into())).unwrap();
    assert_eq!(values, [Value::str("/root"), Value::str("/root")]);
    assert_eq!(constants(&plan, &|_| None).unwrap(), [Value::None, Value::str("none")]);
}

#[test]
fn operands_are_told_as_written() {
    let (plan, ix) = built("r.lines >= 80% and not (nothing == none) and [x for x in [r.lines] if x > 1%].len() > 0");
    let told = operands(&plan, ix, &slots());
    let told: Vec<_> = told.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    assert_eq!(told, ["r.lines = 91%", "nothing = none"]);
    let (plan, ix) = built("token == nothing");
    assert_eq!(operands(&plan, ix, &slots()).keys().collect::<Vec<_>>(), ["nothing"]);
}

#[test]
fn texts_hold_no_secrets() {
    let (mut plan, ix) = built("token");
    plan.exprs.push(Expr::Concat(vec![ix]));
    let error = eval(&plan, ExprIx(plan.exprs.len() as u32 - 1), &slots()).unwrap_err();
    assert!(error.message.contains("a secret cannot be part of a text"));
    assert!(text_of(&plan, ix, &slots()).is_err());
}
