//! A plan that uses every kind of statement, action and clause, made by hand for tests.

use super::ir::*;
use indexmap::IndexMap;

/// Collects expressions.
#[derive(Default)]
struct Exprs(Vec<Expr>);

impl Exprs {
    fn add(&mut self, expr: Expr) -> ExprIx {
        self.0.push(expr);
        ExprIx(self.0.len() as u32 - 1)
    }

    fn text(&mut self, text: &str) -> ExprIx {
        self.add(Expr::Str(text.into()))
    }
}

fn work(action: Action) -> Work {
    Work {
        action,
        outputs: vec![],
        timeout: None,
        total: None,
        retry: None,
        fails_as: vec![],
        exits: vec![],
        env: vec![],
        args: None,
        stdin: None,
        cwd: None,
        undo: None,
        cache: None,
        effects: Effects::default(),
        queue: None,
    }
}

fn step(name: &str, slot: u32, does: Does) -> Step {
    Step {
        name: name.into(),
        title: None,
        slot,
        does,
        outputs: vec![],
        timeout: None,
        total: None,
        retry: None,
        handlers: vec![],
        undo: None,
        risky: None,
        after: vec![],
        queue: None,
        session: None,
        budget: vec![],
        needs: vec![],
    }
}

fn scope(block: BlockIx) -> Scope {
    Scope {
        title: None,
        block,
        timeout: None,
        budget: vec![],
        mode: None,
        handlers: vec![],
        on_success: vec![],
        on_rollback: vec![],
        finally: vec![],
        gates: vec![],
        fresh: vec![],
    }
}

/// The forms of expressions that nothing else here uses.
fn others(text: ExprIx, two: ExprIx, yes: ExprIx, list: ExprIx, bound: ExprIx) -> Vec<Expr> {
    vec![
        Expr::None,
        Expr::Float(0.5),
        Expr::Size(1),
        Expr::Time(0),
        Expr::Path("a".into()),
        Expr::File { path: "a".into(), dir: true },
        Expr::Url("a:b".into()),
        Expr::Variant("low".into()),
        Expr::Kind("exit".into()),
        Expr::Concat(vec![text]),
        Expr::Record(vec![("a".into(), text)]),
        Expr::Map(vec![("a b".into(), text)]),
        Expr::Env("HOME".into()),
        Expr::Baseline(MetricIx(0)),
        Expr::Run(RunVar::Started),
        Expr::Index { base: list, index: two },
        Expr::Neg(two),
        Expr::Not(yes),
        Expr::If { condition: yes, yes: two, no: two },
        Expr::Comprehension { list, value: bound, condition: Some(yes) },
    ]
}

/// The plan, sealed.
pub(crate) fn plan() -> Plan {
    let mut e = Exprs::default();
    let yes = e.add(Expr::Bool(true));
    let two = e.add(Expr::Int(2));
    let minute = e.add(Expr::Duration(60_000));
    let text = e.text("cargo");
    let list = e.add(Expr::List(vec![text, text]));
    let param = e.add(Expr::Local { up: 0, slot: 0 });
    let outer = e.add(Expr::Local { up: 1, slot: 0 });
    let goal = e.add(Expr::Percent(80.0));
    let covered = e.add(Expr::Metric(MetricIx(0)));
    let good = e.add(Expr::Binary { op: BinaryOp::Ge, left: covered, right: goal });
    let bound = e.add(Expr::Bound(0));
    let lambda = e.add(Expr::Lambda(bound));
    let mapped = e.add(Expr::Builtin { name: "map".into(), args: vec![list, lambda], optional: false });
    let arms = vec![(Pattern::Some, bound), (Pattern::None, text)];
    let matched = e.add(Expr::Match { subject: param, arms });
    let lines = e.add(Expr::Field { base: param, name: "lines".into(), optional: true });
    let called = e.add(Expr::Call { function: FunctionIx(0), args: vec![lines] });
    let constant = e.add(Expr::Const(ConstIx(0)));
    let float = e.add(Expr::Convert { value: two, to: TypeIx(1) });
    let out = e.add(Expr::Output("lines".into()));
    let exit = e.add(Expr::Attempt(AttemptVar::Exit));
    for expr in others(text, two, yes, list, bound) {
        e.add(expr);
    }

    let exec = Work {
        outputs: vec![Output { name: "lines".into(), ty: TypeIx(1), value: Some(float) }],
        fails_as: vec![FailsAs { kind: "test-failure".into(), condition: yes, late: false }],
        exits: vec![two],
        env: vec![("NAME".into(), text)],
        stdin: Some(text),
        undo: Some(Box::new(Undo { on_attempt: true, does: Does::Work(WorkIx(1)) })),
        cache: Some(Cache { hold: Some(minute) }),
        effects: Effects { reads: Some(vec![text]), writes: Some(vec![]), risk: Risk::Safe, ..Effects::default() },
        ..work(Action::Exec { argv: vec![text, mapped] })
    };
    let pieces = vec![ScriptPiece::Text("echo ".into()), ScriptPiece::Hole { value: out, style: HoleStyle::Word }];
    let script = work(Action::Script { language: Language::Sh, pieces });
    let in_command = work(Action::Agent { agent: Some("reviewer".into()), prompt: param });
    let asked = work(Action::Ask { question: text });
    let waited = work(Action::Wait { until: false, value: minute });
    let hosted = work(Action::Host { name: "notify".into(), args: vec![("text".into(), outer)] });

    let retry = Retry { count: two, kinds: vec!["exit".into()], backoff: Some(minute), most: None };
    let first = Step {
        title: Some(text),
        retry: Some(retry),
        handlers: vec![HandlerIx(0), HandlerIx(1)],
        timeout: Some(minute),
        budget: vec![("tokens".into(), two)],
        needs: vec![0],
        ..step("first", 1, Does::Work(WorkIx(0)))
    };
    let second = step("second", 2, Does::Command { body: BodyIx(1), args: vec![Some(text), None] });
    let hosted_step = step("host", 1, Does::Work(WorkIx(5)));
    let parallel_for = For {
        slot: 0,
        list,
        key: Some(param),
        after: None,
        body: BlockIx(4),
        fresh: vec![],
        result: Some((3, Some(outer))),
        parallel: Some(ParallelFor { slots: 2, after: None, max: Some(two), policy: Policy::Collect }),
    };
    let each = For {
        slot: 4,
        list,
        key: None,
        after: None,
        body: BlockIx(5),
        fresh: vec![[4, 5]],
        result: None,
        parallel: None,
    };
    let parallel = Parallel {
        branches: vec![BlockIx(6), BlockIx(7)],
        names: vec!["a".into(), "b".into()],
        max: None,
        policy: Policy::KeepGoing,
        result: None,
    };
    let approve = Approve {
        name: "merge-ok".into(),
        slot: Some(5),
        question: text,
        show: vec![("design".into(), param)],
        within: Some(minute),
        by: Some(text),
    };
    let arm = MatchArm { pattern: Pattern::Variant("low".into()), slot: None, block: BlockIx(8) };
    let nodes = vec![
        Node::Step(Box::new(first)),
        Node::Step(Box::new(second)),
        Node::Set { up: 0, slot: 3, value: matched },
        Node::If {
            branches: vec![
                (Condition::Holds(good), BlockIx(1)),
                (Condition::Some { slot: 3, value: lines }, BlockIx(2)),
            ],
            otherwise: Some(BlockIx(3)),
        },
        Node::Emit { kind: EmitKind::Next, text },
        Node::Seal,
        Node::Checkpoint { name: "c".into(), include: vec![text] },
        Node::For(Box::new(parallel_for)),
        Node::Step(Box::new(hosted_step)),
        Node::For(Box::new(each)),
        Node::Metric { metric: MetricIx(0), value: goal },
        Node::Parallel(Box::new(parallel)),
        Node::Step(Box::new(step("ask", 6, Does::Work(WorkIx(3))))),
        Node::Step(Box::new(step("wait", 7, Does::Work(WorkIx(4))))),
        Node::Approve(Box::new(approve)),
        Node::Match { subject: text, arms: vec![arm] },
        Node::Fail { kind: "fail".into(), message: text },
        Node::Repeat { max: two, until: good, body: BlockIx(9), fresh: vec![] },
        Node::Gate(GateIx(0)),
        Node::Scope(Box::new(scope(BlockIx(10)))),
        Node::Return { values: vec![("coverage".into(), goal)] },
        Node::Verdict(Verdict::Continue(vec![("lines".into(), float)])),
        Node::Verdict(Verdict::Rollback { to: Some("c".into()), then: AfterRollback::Retry }),
        Node::Set { up: 0, slot: 3, value: called },
        Node::Set { up: 0, slot: 3, value: constant },
        Node::Verdict(Verdict::Retry(Some(two))),
        Node::Verdict(Verdict::Escalate(text)),
    ];
    let ix = |nodes: &[u32]| nodes.iter().copied().map(NodeIx).collect::<Vec<_>>();
    let blocks = vec![
        ix(&[0, 1, 2, 3, 6, 7, 9, 11, 14, 15, 17, 18, 19, 20]),
        ix(&[4]),
        ix(&[5]),
        ix(&[]),
        ix(&[8]),
        ix(&[10]),
        ix(&[12]),
        ix(&[13]),
        ix(&[16]),
        ix(&[23]),
        ix(&[24]),
        ix(&[21]),
        ix(&[22]),
        ix(&[25]),
        ix(&[26]),
    ];
    let handler = |kinds: &[&str], slot, body| Handler {
        kinds: kinds.iter().map(|k| (*k).into()).collect(),
        slot,
        max: None,
        body,
        fresh: vec![],
    };
    let handlers = vec![
        handler(&["exit"], Some(8), HandlerBody::Block(BlockIx(11))),
        handler(&[], None, HandlerBody::Use(BodyIx(2))),
        handler(&[], Some(8), HandlerBody::Block(BlockIx(13))),
    ];
    let entry = Scope {
        title: Some(text),
        timeout: Some(minute),
        handlers: vec![HandlerIx(2)],
        finally: vec![BlockIx(14)],
        gates: vec![GateIx(0)],
        mode: Some("hybrid".into()),
        ..scope(BlockIx(0))
    };
    let param = |name: &str, ty, default| Param { name: name.into(), ty: TypeIx(ty), default };
    let body = |name: &str, kind, params: Vec<Param>, slots| Body {
        name: name.into(),
        kind,
        params,
        outputs: vec![("coverage".into(), TypeIx(2))],
        slots,
    };
    let bodies = vec![
        body("ship", BodyKind::Workflow(Box::new(entry)), vec![param("spec", 0, None)], 9),
        body("lint", BodyKind::Command(WorkIx(2)), vec![param("what", 0, None), param("n", 0, Some(text))], 2),
        body("mend", BodyKind::Handler(BlockIx(12)), vec![], 1),
    ];
    let gate = Gate {
        name: "covered".into(),
        title: None,
        condition: good,
        text: "test_coverage >= 80%".into(),
        severity: GateSeverity::Critical,
        waivable: Some((text, minute)),
        advice: Some(text),
        metrics: vec![MetricIx(0)],
    };
    let fields = vec![
        RecordField { name: "lines".into(), ty: TypeIx(1), default: Some(float) },
        RecordField { name: "rest".into(), ty: TypeIx(4), default: None },
    ];
    let mut spans = Spans { exprs: vec![[0, 0, 1, 1, 1]; e.0.len()], nodes: vec![[0, 0, 1, 1, 1]; nodes.len()] };
    spans.exprs[exit.index()] = [0, 40, 44, 3, 7];
    Plan {
        format: FORMAT,
        digest: "".into(),
        language: 1,
        name: "ship".into(),
        entry: BodyIx(0),
        bodies,
        blocks,
        nodes,
        works: vec![exec, script, in_command, asked, waited, hosted],
        handlers,
        gates: vec![gate],
        metrics: vec![Metric { name: "test_coverage".into(), ty: TypeIx(2), claimed: false }],
        functions: vec![Function { name: "same".into(), params: 1, body: bound }],
        constants: vec![Constant { name: "dir".into(), value: text }],
        exprs: e.0,
        types: vec![
            Type::String,
            Type::Float,
            Type::Percent,
            Type::Record { name: "R".into(), fields },
            Type::Optional(TypeIx(3)),
            Type::Enum { name: "E".into(), variants: vec!["low".into()] },
            Type::Bool,
            Type::Int,
            Type::Duration,
            Type::Size,
            Type::Time,
            Type::Path,
            Type::File,
            Type::Dir,
            Type::Url,
            Type::Json,
            Type::Secret,
            Type::Failure,
            Type::Kind,
            Type::None,
            Type::List(TypeIx(0)),
            Type::Map(TypeIx(0)),
            Type::Result(TypeIx(0)),
        ],
        agents: IndexMap::from_iter([("reviewer".into(), vec![("model".into(), text)])]),
        environment: vec!["HOME".into()],
        about: About {
            docs: "Ships.".into(),
            params: IndexMap::from_iter([("spec".into(), "What to build.".into())]),
            sources: vec![("ship.wf".into(), "00".into())],
            names: [(5, "spec".into())].into(),
        },
        spans,
    }
    .sealed()
}
