//! A test being run, line by line.

use std::collections::VecDeque;
use std::sync::Arc;

use indexmap::IndexMap;

use super::expect;
use super::mock::{Mock, Reply, Target, several};
use super::outline::{Found, Outline};
use super::path::Pattern;
use super::run::{TestRun, without_workflows};
use super::sample::START;
use super::world::{AnswerLine, AnswerWord, Crash, Files, TestWorld};
use super::{Mismatch, Reached};
use crate::eval::{self, Context, EvalError};
use crate::plan::ir::{BodyIx, ConstIx, ExprIx, MetricIx, NodeIx, Plan, RunVar};
use crate::plan::test::{MockResponse, MockTarget, StepPath, TestAnswer, TestEntry, TestEntryKind, TestPlan};
use crate::value::{Fields, Value};

/// A test being run.
pub(super) struct Bench<'a> {
    test: &'a TestPlan,
    /// The text that the test stands in.
    source: &'a str,
    slots: Vec<Value>,
    constants: Vec<Value>,
    mocks: Vec<Mock>,
    answers: Vec<AnswerLine>,
    /// For the next run.
    advances: VecDeque<i64>,
    /// For the next run.
    crashes: Vec<(Pattern, [u32; 5])>,
    files: Files,
    plans: IndexMap<BodyIx, (Arc<Plan>, Arc<Outline>)>,
    run: Option<TestRun>,
    /// Whether the run went wrong in a way that makes its expectations pointless.
    broken: bool,
    /// Elements of the loops around.
    passes: Vec<String>,
    mismatches: Vec<Mismatch>,
    reached: Reached,
}

/// What the expressions of a test see.
pub(super) struct Sight<'a> {
    pub bench: &'a Bench<'a>,
    pub outputs: Option<&'a Fields>,
    pub metrics: Option<&'a IndexMap<&'a str, &'a Value>>,
}

impl Context for Sight<'_> {
    fn local(&self, up: u32, slot: u32) -> Option<Value> {
        if up == 0 { self.bench.slots.get(slot as usize).cloned() } else { None }
    }

    fn constant(&self, constant: ConstIx) -> Option<Value> {
        self.bench.constants.get(constant.index()).cloned()
    }

    fn environment(&self, _name: &str) -> Option<Value> {
        Some(Value::None)
    }

    fn output(&self, name: &str) -> Option<Value> {
        self.outputs?.get(name).cloned()
    }

    fn metric(&self, metric: MetricIx) -> Option<Value> {
        let name = &self.bench.plan().metrics.get(metric.index())?.name;
        Some(self.metrics?.get(name.as_str()).map_or(Value::None, |value| (*value).clone()))
    }

    fn run(&self, var: RunVar) -> Option<Value> {
        Some(match var {
            RunVar::Id => Value::str("test"),
            RunVar::Started => Value::Time(START),
            RunVar::Priority => Value::str("normal"),
            RunVar::Workflow => Value::Str(self.bench.plan().name.clone()),
            RunVar::Mode => Value::str("autopilot"),
        })
    }
}

type Done<T = ()> = Result<T, EvalError>;

impl<'a> Bench<'a> {
    /// A test that has not begun; `source` is the text that it stands in.
    pub fn new(test: &'a TestPlan, source: &'a str) -> Self {
        Self {
            test,
            source,
            slots: vec![Value::None; test.slots as usize],
            constants: Vec::new(),
            mocks: Vec::new(),
            answers: Vec::new(),
            advances: VecDeque::new(),
            crashes: Vec::new(),
            files: Files::new(),
            plans: IndexMap::new(),
            run: None,
            broken: false,
            passes: Vec::new(),
            mismatches: Vec::new(),
            reached: Reached::default(),
        }
    }

    /// Runs the whole test: what did not hold, and what its runs reached.
    pub fn execute(mut self) -> (Vec<Mismatch>, Reached) {
        let test = self.test;
        match eval::constants(&test.plan, &|_| None) {
            Ok(constants) => {
                self.constants = constants;
                self.entries(&test.entries);
            }
            Err(error) => {
                if let Some(first) = test.entries.first() {
                    self.mismatch(first.place, error.message, Vec::new());
                }
            }
        }
        self.put_away();
        (self.mismatches, self.reached)
    }

    pub fn plan(&self) -> &'a Plan {
        &self.test.plan
    }

    pub fn sight(&self) -> Sight<'_> {
        Sight { bench: self, outputs: None, metrics: None }
    }

    fn value(&self, expr: ExprIx) -> Done<Value> {
        eval::eval(self.plan(), expr, &self.sight())
    }

    pub fn int(&self, expr: ExprIx) -> Done<i64> {
        eval::int_of(self.plan(), expr, &self.sight())
    }

    pub fn text(&self, expr: ExprIx) -> Done<String> {
        eval::text_of(self.plan(), expr, &self.sight())
    }

    /// A path of the model of the workspace.
    pub fn path(&self, expr: ExprIx) -> Done<String> {
        let text = self.text(expr)?;
        Ok(text.trim_start_matches("./").to_owned())
    }

    pub fn pattern(&self, path: &StepPath) -> Done<Pattern> {
        let segment = |(name, key): &(ecow::EcoString, Option<ExprIx>)| {
            Ok((name.clone(), key.map(|key| self.text(key)).transpose()?))
        };
        Ok(Pattern { segments: path.iter().map(segment).collect::<Done<_>>()? })
    }

    fn entries(&mut self, entries: &'a [TestEntry]) {
        for entry in entries {
            if let Err(error) = self.entry(entry) {
                self.mismatch(entry.place, error.message, Vec::new());
            }
        }
    }

    fn entry(&mut self, entry: &'a TestEntry) -> Done {
        match &entry.kind {
            TestEntryKind::Mock(target, responses) => {
                let mock = self.mock(target, responses)?;
                self.mocks.push(mock.clone());
                if let Some(run) = self.paused() {
                    let mut mock = mock;
                    let prepared = mock.prepare(&run.outline);
                    run.sim.world.mocks.push(mock);
                    if let Err(problem) = prepared {
                        self.mismatch(entry.place, problem, Vec::new());
                    }
                }
            }
            TestEntryKind::Answer(path, answer) => {
                let line = AnswerLine { name: self.pattern(path)?, reply: self.reply(answer)?, used: false };
                self.answers.push(line.clone());
                if let Some(run) = self.paused() {
                    run.sim.world.answers.push(line);
                    run.answer();
                    self.after_run(entry);
                }
            }
            TestEntryKind::Advance(time) => {
                let time = eval::duration_of(self.plan(), *time, &self.sight())?;
                match self.paused() {
                    Some(run) => run.advance(time),
                    None => self.advances.push_back(time),
                }
                self.after_run(entry);
            }
            TestEntryKind::CrashAfter(path) => {
                let path = self.pattern(path)?;
                self.crashes.push((path, entry.place));
                if let Some(outline) = self.paused().map(|run| run.outline.clone()) {
                    let crashes = self.crashes(&outline);
                    self.run.iter_mut().for_each(|run| run.sim.world.crashes.extend(crashes.iter().cloned()));
                }
            }
            TestEntryKind::File { path, content } => {
                let (path, content) = (self.path(*path)?, self.text(*content)?);
                if let Some(run) = &mut self.run {
                    run.sim.world.files.insert(path.clone(), content.clone());
                }
                self.files.insert(path, content);
            }
            TestEntryKind::For { slot, list, entries } => {
                for element in eval::list_of(self.plan(), *list, &self.sight())?.iter() {
                    self.pass(*slot, element, entries);
                }
            }
            TestEntryKind::Run { body, args } => self.start(entry, *body, args)?,
            TestEntryKind::Expect(expect) => match &self.run {
                _ if self.broken => {}
                None => self.mismatch(entry.place, "nothing has been run before it".into(), Vec::new()),
                Some(run) => {
                    if let Err(other) = expect::judge(self, run, expect) {
                        self.mismatch(entry.place, other.happened, other.detail);
                    }
                }
            },
        }
        Ok(())
    }

    /// One pass of a table: what it mocks, answers and writes is gone afterwards.
    fn pass(&mut self, slot: u32, element: &Value, entries: &'a [TestEntry]) {
        if let Some(place) = self.slots.get_mut(slot as usize) {
            *place = element.clone();
        }
        let (mocks, answers, files) = (self.mocks.len(), self.answers.len(), self.files.clone());
        self.passes.push(element.to_text());
        self.entries(entries);
        self.passes.pop();
        self.mocks.truncate(mocks);
        self.answers.truncate(answers);
        self.files = files;
    }

    fn paused(&mut self) -> Option<&mut TestRun> {
        self.run.as_mut().filter(|run| run.is_paused())
    }

    fn mock(&self, target: &MockTarget, responses: &[MockResponse]) -> Done<Mock> {
        let target = match target {
            MockTarget::All => Target::All,
            MockTarget::Command(body) => Target::Command(*body),
            MockTarget::Step(path) => Target::Step(self.pattern(path)?),
            MockTarget::Agent(name) => Target::Agent(name.clone()),
        };
        let reply = |response: &MockResponse| {
            Ok(match response {
                MockResponse::Outputs(values) => {
                    let value = |(name, value): &(ecow::EcoString, ExprIx)| Ok((name.clone(), self.value(*value)?));
                    Reply { outputs: values.iter().map(value).collect::<Done<_>>()?, fails: None }
                }
                MockResponse::Fails(kind, message) => {
                    let message = message.map(|message| self.text(message)).transpose()?;
                    let fails = Some((kind.clone(), message.unwrap_or_else(|| format!("{kind}, as the test says"))));
                    Reply { outputs: Fields::new(), fails }
                }
            })
        };
        Ok(Mock { target, replies: responses.iter().map(reply).collect::<Done<_>>()?, used: 0, step: None })
    }

    fn reply(&self, answer: &TestAnswer) -> Done<AnswerWord> {
        Ok(AnswerWord::Word(match answer {
            TestAnswer::Approve => "approve",
            TestAnswer::Reject => "reject",
            TestAnswer::Retry => "retry",
            TestAnswer::Continue => "continue",
            TestAnswer::Rollback => "rollback",
            TestAnswer::Abort => "abort",
            TestAnswer::Value(value) => return Ok(AnswerWord::Value(self.value(*value)?)),
        }))
    }

    fn start(&mut self, entry: &TestEntry, body: BodyIx, args: &[Option<ExprIx>]) -> Done {
        self.put_away();
        self.broken = false;
        let mut inputs = Fields::new();
        let params = self.plan().bodies.get(body.index()).map_or(&[][..], |body| &body.params);
        for (param, arg) in params.iter().zip(args) {
            if let Some(arg) = arg {
                inputs.insert(param.name.clone(), self.value(*arg)?);
            }
        }
        let (plan, outline) = self.prepared(body);
        let mut mocks = self.mocks.clone();
        let problems: Vec<String> = mocks.iter_mut().filter_map(|mock| mock.prepare(&outline).err()).collect();
        let calls: Vec<NodeIx> =
            mocks.iter().filter_map(|mock| mock.step.as_ref().and_then(|step| step.calls)).collect();
        let (plan, outline) = if calls.is_empty() { (plan, outline) } else { mocked(&plan, body, &calls) };
        for mock in &mut mocks {
            let _ = mock.prepare(&outline);
        }
        let crashes = self.crashes(&outline);
        let answers = self.answers.iter().map(|line| AnswerLine { used: false, ..line.clone() }).collect();
        let world = TestWorld::new(plan, mocks, answers, crashes, self.files.clone());
        for problem in problems {
            self.broken = true;
            self.mismatch(entry.place, problem, Vec::new());
        }
        if self.broken {
            return Ok(());
        }
        let mut run = TestRun::start(world, outline, inputs);
        while run.is_paused()
            && let Some(time) = self.advances.pop_front()
        {
            run.advance(time);
        }
        self.advances.clear();
        self.run = Some(run);
        self.after_run(entry);
        Ok(())
    }

    fn prepared(&mut self, body: BodyIx) -> (Arc<Plan>, Arc<Outline>) {
        let test = self.test;
        let made = self.plans.entry(body).or_insert_with(|| {
            let mut plan = test.plan.clone();
            plan.entry = body;
            let name = plan.bodies.get(body.index()).map(|body| body.name.clone());
            plan.name = name.unwrap_or_default();
            let outline = Outline::of(&plan, body);
            (Arc::new(plan), Arc::new(outline))
        });
        made.clone()
    }

    fn crashes(&mut self, outline: &Outline) -> Vec<Crash> {
        let mut crashes = Vec::new();
        for (path, place) in std::mem::take(&mut self.crashes) {
            match outline.find(&path) {
                Found::Step(step) => crashes.push(Crash { step, path, done: false, place }),
                Found::Several(paths) => self.mismatch(place, several(&path, &paths), Vec::new()),
                Found::None => self.mismatch(place, format!("the workflow has no step {path}"), Vec::new()),
            }
        }
        crashes
    }

    /// Reports what went wrong with the run itself.
    fn after_run(&mut self, entry: &TestEntry) {
        if let Some(trouble) = self.run.as_mut().and_then(|run| run.sim.world.trouble.take()) {
            self.broken = true;
            self.mismatch(entry.place, trouble, Vec::new());
        }
    }

    /// The run is done with: its crashes must have happened.
    fn put_away(&mut self) {
        let Some(run) = self.run.take() else { return };
        self.reached.add(&run);
        if !self.broken {
            for crash in run.sim.world.crashes.iter().filter(|crash| !crash.done) {
                self.mismatch(
                    crash.place,
                    format!("step {} did not succeed, so nothing crashed", crash.path),
                    Vec::new(),
                );
            }
        }
    }

    fn mismatch(&mut self, place: [u32; 5], happened: String, detail: Vec<String>) {
        let [_, start, end, line, column] = place;
        let expected = self.source.get(start as usize..end as usize).unwrap_or("");
        let expected = expected.lines().next().unwrap_or("").trim().to_owned();
        let steps = self.run.as_ref().map(TestRun::steps).unwrap_or_default();
        let pass = (!self.passes.is_empty()).then(|| self.passes.join(", "));
        self.mismatches.push(Mismatch { line, column, expected, happened, detail, steps, pass });
    }
}

fn mocked(plan: &Plan, body: BodyIx, calls: &[NodeIx]) -> (Arc<Plan>, Arc<Outline>) {
    let plan = without_workflows(plan, calls);
    let outline = Outline::of(&plan, body);
    (Arc::new(plan), Arc::new(outline))
}
