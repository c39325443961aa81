//! A builder of small plans, and a scripted world.

use std::collections::BTreeMap;
use std::sync::Arc;

use ecow::EcoString;

use crate::driver::sim::{Sim, World};
use crate::machine::Machine;
use crate::machine::command::{Ask, Attempt, Outcome};
use crate::machine::input::{Answer, Ending, Options, Raw, Start};
use crate::machine::notice::Notice;
use crate::plan::ir::*;
use crate::value::{Fields, Value};

/// A plan as it grows. Its workflow has 64 slots; steps take them in order.
pub struct Build {
    pub plan: Plan,
    slots: u32,
}

impl Build {
    pub fn new() -> Self {
        let plan = Plan {
            format: FORMAT,
            digest: "sha256:test".into(),
            language: 1,
            name: "main".into(),
            entry: BodyIx(0),
            bodies: vec![Body {
                name: "main".into(),
                kind: BodyKind::Handler(BlockIx(0)),
                params: Vec::new(),
                outputs: Vec::new(),
                slots: 64,
            }],
            blocks: Vec::new(),
            nodes: Vec::new(),
            works: Vec::new(),
            handlers: Vec::new(),
            gates: Vec::new(),
            metrics: Vec::new(),
            functions: Vec::new(),
            constants: Vec::new(),
            exprs: Vec::new(),
            types: vec![Type::Int],
            agents: Default::default(),
            environment: Vec::new(),
            about: About::default(),
            spans: Spans::default(),
        };
        Self { plan, slots: 0 }
    }

    pub fn slot(&mut self) -> u32 {
        self.slots += 1;
        self.slots - 1
    }

    pub fn expr(&mut self, expr: Expr) -> ExprIx {
        self.plan.exprs.push(expr);
        ExprIx(self.plan.exprs.len() as u32 - 1)
    }

    pub fn int(&mut self, value: i64) -> ExprIx {
        self.expr(Expr::Int(value))
    }

    pub fn str(&mut self, value: &str) -> ExprIx {
        self.expr(Expr::Str(value.into()))
    }

    pub fn ms(&mut self, value: i64) -> ExprIx {
        self.expr(Expr::Duration(value))
    }

    pub fn local(&mut self, slot: u32) -> ExprIx {
        self.expr(Expr::Local { up: 0, slot })
    }

    pub fn binary(&mut self, left: ExprIx, op: BinaryOp, right: ExprIx) -> ExprIx {
        self.expr(Expr::Binary { op, left, right })
    }

    pub fn strs(&mut self, values: &[&str]) -> ExprIx {
        let values = values.iter().map(|value| self.str(value)).collect();
        self.expr(Expr::List(values))
    }

    pub fn node(&mut self, node: Node) -> NodeIx {
        self.plan.nodes.push(node);
        NodeIx(self.plan.nodes.len() as u32 - 1)
    }

    pub fn block(&mut self, nodes: &[NodeIx]) -> BlockIx {
        self.plan.blocks.push(nodes.to_vec());
        BlockIx(self.plan.blocks.len() as u32 - 1)
    }

    pub fn work(&mut self, action: Action) -> WorkIx {
        self.plan.works.push(Work {
            action,
            outputs: Vec::new(),
            timeout: None,
            total: None,
            retry: None,
            fails_as: Vec::new(),
            exits: Vec::new(),
            env: Vec::new(),
            args: None,
            stdin: None,
            cwd: None,
            undo: None,
            cache: None,
            effects: Effects::default(),
            queue: None,
        });
        WorkIx(self.plan.works.len() as u32 - 1)
    }

    pub fn exec(&mut self, program: &str) -> WorkIx {
        let argv = vec![self.str(program)];
        self.work(Action::Exec { argv })
    }

    /// A step that executes the program of its name.
    pub fn step(&mut self, name: &str) -> NodeIx {
        self.step_with(name, |_, _| {})
    }

    pub fn step_with(&mut self, name: &str, change: impl FnOnce(&mut Self, &mut Step)) -> NodeIx {
        let work = self.exec(name);
        let mut step = plain_step(name, self.slot(), Does::Work(work));
        change(self, &mut step);
        self.node(Node::Step(Box::new(step)))
    }

    /// An output that is the attempt's standard output as an `int`.
    pub fn output(&mut self, step: &Step, name: &str) {
        let stdout = self.expr(Expr::Attempt(AttemptVar::Stdout));
        let value = self.expr(Expr::Builtin { name: "to-int".into(), args: vec![stdout], optional: false });
        if let Does::Work(work) = step.does {
            self.plan.works[work.index()].outputs.push(Output { name: name.into(), ty: TypeIx(0), value: Some(value) });
        }
    }

    pub fn emit(&mut self, text: &str) -> NodeIx {
        let text = self.str(text);
        self.node(Node::Emit { kind: EmitKind::Note, text })
    }

    pub fn emit_value(&mut self, value: ExprIx) -> NodeIx {
        let text = self.expr(Expr::Concat(vec![value]));
        self.node(Node::Emit { kind: EmitKind::Note, text })
    }

    pub fn set(&mut self, slot: u32, value: ExprIx) -> NodeIx {
        self.node(Node::Set { up: 0, slot, value })
    }

    pub fn verdict(&mut self, verdict: Verdict) -> NodeIx {
        self.node(Node::Verdict(verdict))
    }

    /// `on failure (kinds) { nodes }`
    pub fn handler(&mut self, kinds: &[&str], nodes: &[NodeIx]) -> HandlerIx {
        let block = self.block(nodes);
        self.plan.handlers.push(Handler {
            kinds: kinds.iter().map(|kind| EcoString::from(*kind)).collect(),
            slot: None,
            max: None,
            body: HandlerBody::Block(block),
            fresh: Vec::new(),
        });
        HandlerIx(self.plan.handlers.len() as u32 - 1)
    }

    pub fn scope(&mut self, nodes: &[NodeIx]) -> Scope {
        let block = self.block(nodes);
        Scope {
            title: None,
            block,
            timeout: None,
            budget: Vec::new(),
            mode: None,
            handlers: Vec::new(),
            on_success: Vec::new(),
            on_rollback: Vec::new(),
            finally: Vec::new(),
            gates: Vec::new(),
            fresh: Vec::new(),
        }
    }

    pub fn parallel(&mut self, branches: &[NodeIx], policy: Policy) -> NodeIx {
        let names = (0..branches.len()).map(|at| EcoString::from(format!("branch-{}", at + 1))).collect();
        let branches = branches.iter().map(|branch| self.block(&[*branch])).collect();
        self.node(Node::Parallel(Box::new(Parallel { branches, names, max: None, policy, result: None })))
    }

    pub fn body(&mut self, name: &str, kind: BodyKind, slots: u32) -> BodyIx {
        let (params, outputs) = (Vec::new(), Vec::new());
        self.plan.bodies.push(Body { name: name.into(), kind, params, outputs, slots });
        BodyIx(self.plan.bodies.len() as u32 - 1)
    }

    pub fn undo(&mut self, program: &str) -> Box<Undo> {
        let work = self.exec(program);
        Box::new(Undo { on_attempt: false, does: Does::Work(work) })
    }

    /// The plan whose workflow is that scope.
    pub fn plan(mut self, scope: Scope) -> Arc<Plan> {
        self.plan.bodies[0].kind = BodyKind::Workflow(Box::new(scope));
        Arc::new(self.plan)
    }

    /// The plan whose workflow has these statements.
    pub fn sequence(mut self, nodes: &[NodeIx]) -> Arc<Plan> {
        let scope = self.scope(nodes);
        self.plan(scope)
    }
}

pub fn plain_step(name: &str, slot: u32, does: Does) -> Step {
    Step {
        name: name.into(),
        title: None,
        slot,
        does,
        outputs: Vec::new(),
        timeout: None,
        total: None,
        retry: None,
        handlers: Vec::new(),
        undo: None,
        risky: None,
        after: Vec::new(),
        queue: None,
        session: None,
        budget: Vec::new(),
        needs: Vec::new(),
    }
}

/// What attempts come to, by the program that they execute: exit code, standard output, milliseconds; the last repeats.
#[derive(Clone, Default)]
pub struct Script {
    pub programs: BTreeMap<String, Vec<(i32, &'static str, i64)>>,
    pub answers: Vec<(&'static str, Answer, i64)>,
    pub broken: bool,
}

impl Script {
    pub fn on(mut self, program: &str, plays: &[(i32, &'static str, i64)]) -> Self {
        self.programs.insert(program.into(), plays.iter().rev().copied().collect());
        self
    }

    pub fn answer(mut self, name: &'static str, answer: Answer, after: i64) -> Self {
        self.answers.push((name, answer, after));
        self
    }
}

impl World for Script {
    fn attempt(&mut self, attempt: &Attempt) -> (Raw, i64) {
        let crate::machine::command::Resolved::Exec(argv) = &attempt.action else { return (Raw::default(), 0) };
        let plays = self.programs.get_mut(argv[0].as_str());
        let (exit, stdout, after) = match plays {
            Some(plays) if plays.len() > 1 => plays.pop().unwrap(),
            Some(plays) => plays[0],
            None => (0, "", 10),
        };
        (Raw { ending: Ending::Exit(exit), stdout: stdout.into(), ..Raw::default() }, after)
    }

    fn ask(&mut self, ask: &Ask) -> Option<(Answer, i64)> {
        let at = self.answers.iter().position(|(name, ..)| ask.name.ends_with(name))?;
        let (_, answer, after) = self.answers.remove(at);
        Some((answer, after))
    }

    fn restore(&mut self, _reference: &str) -> Result<(), String> {
        if self.broken { Err("the disk is full".into()) } else { Ok(()) }
    }
}

pub fn start(options: Options) -> Start {
    Start { run: "run-1".into(), plan: "sha256:test".into(), options, ..Start::default() }
}

pub fn simulate(plan: &Arc<Plan>, script: Script, options: Options) -> Sim<Script> {
    let mut sim = Sim::new(Machine::new(plan.clone()), 1000, script);
    sim.run(start(options)).unwrap();
    sim
}

/// A run with default options, its notices in short lines.
pub fn run(plan: &Arc<Plan>, script: Script) -> (Sim<Script>, Vec<String>) {
    let sim = simulate(plan, script, Options::default());
    let lines = lines(&sim.notices);
    (sim, lines)
}

pub fn lines(notices: &[Notice]) -> Vec<String> {
    notices.iter().map(line).collect()
}

fn line(notice: &Notice) -> String {
    match notice {
        Notice::StepStarted { step, .. } => format!("{step} started"),
        Notice::StepSucceeded { step, outputs, attempts, duration } => {
            let outputs: Vec<_> = outputs.iter().map(|(name, value)| format!(" {name}={}", value.to_text())).collect();
            format!("{step} succeeded {attempts} {duration}ms{}", outputs.join(""))
        }
        Notice::StepRetrying { step, pause, .. } => format!("{step} retrying {pause}ms"),
        Notice::StepFailed { step, failure } => format!("{step} failed {}", failure.kind),
        Notice::StepContinued { step, outputs } => {
            let outputs: Vec<_> = outputs.iter().map(|(name, value)| format!(" {name}={}", value.to_text())).collect();
            format!("{step} continued{}", outputs.join(""))
        }
        Notice::StepCancelled { step } => format!("{step} cancelled"),
        Notice::HandlerStarted { step, failure } => format!("{step} handles {}", failure.kind),
        Notice::HandlerAnswered { step, verdict } => format!("{step} answers {verdict}"),
        Notice::AskOpened { step, question, .. } => format!("{step} asks {question}"),
        Notice::CheckpointTaken { name } => format!("checkpoint {name}"),
        Notice::MetricPublished { name, value, .. } => format!("metric {name}={}", value.to_text()),
        Notice::GateJudged { name, outcome, .. } => format!("gate {name} {outcome:?}"),
        Notice::Emitted { text, .. } => format!("emitted {text}"),
        Notice::RollbackStarted { to } => format!("rollback to {to}"),
        Notice::UndoFinished { step, failure } => match failure {
            None => format!("{step} undone"),
            Some(failure) => format!("{step} not undone: {}", failure.kind),
        },
        Notice::RollbackFinished { to, remains } => format!("rolled back to {to}, remains {remains:?}"),
        Notice::Paused { reason } => format!("paused: {reason}"),
        Notice::Finished { status, failure, .. } => match failure {
            Some(failure) => format!("{status}: {} {}", failure.kind, failure.message),
            None => status.to_string(),
        },
        Notice::Decided { branch, .. } => format!("decided {branch}"),
        Notice::StepCached { step, .. } => format!("{step} cached"),
    }
}

/// Lines without `started`, `decided` and the like: what came of things.
pub fn ends(lines: &[String]) -> Vec<&str> {
    lines
        .iter()
        .map(String::as_str)
        .filter(|line| !line.ends_with(" started") && *line != "checkpoint start" && !line.starts_with("decided"))
        .collect()
}

pub fn failed_kind(sim: &Sim<Script>) -> &str {
    match sim.outcome() {
        Some(Outcome::Failed(failure)) => &failure.kind,
        other => panic!("not failed: {other:?}"),
    }
}

pub fn fields(pairs: &[(&str, Value)]) -> Fields {
    pairs.iter().map(|(name, value)| (EcoString::from(*name), value.clone())).collect()
}
