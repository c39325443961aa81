//! The machine: each `tests/cases/machine/*.wf` is compiled and run by the simulated driver; its notices, one JSON
//! object a line, are in the `.out` beside it. Lines `//~ NAME: play, play` say what attempts of
//! the program or steps of that name come to (`exit N`, `stdout TEXT`, `after MS`; the last play repeats), or what a person
//! answers to the question of that name (`approve`, `reject`).

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::sync::Arc;

use wf::check::facts::{Global, GlobalId, GlobalKind};
use wf::driver::sim::{Sim, World};
use wf::machine::Machine;
use wf::machine::command::{Ask, Attempt, Resolved};
use wf::machine::input::{Answer, Ending, Options, Raw, Start};
use wf::plan::ir::Plan;

use crate::bless;

#[derive(Default, Clone)]
struct Script {
    plays: BTreeMap<String, Vec<String>>,
}

impl Script {
    fn of(text: &str) -> Self {
        let mut plays = BTreeMap::new();
        for line in text.lines().filter_map(|line| line.strip_prefix("//~ ")) {
            let (name, list) = line.split_once(": ").unwrap_or_else(|| panic!("no colon in {line}"));
            plays.insert(name.to_string(), list.split(", ").map(str::to_string).collect());
        }
        Self { plays }
    }

    fn next(&mut self, name: &str) -> Option<String> {
        let plays = self.plays.get_mut(name)?;
        if plays.len() > 1 { Some(plays.remove(0)) } else { plays.first().cloned() }
    }
}

impl World for Script {
    fn attempt(&mut self, attempt: &Attempt) -> (Raw, i64) {
        let Resolved::Exec(argv) = &attempt.action else { return (Raw::default(), 10) };
        let play = self.next(&argv[0]).unwrap_or_default();
        let (mut raw, mut after) = (Raw::default(), 10);
        let mut words = play.split(' ');
        while let (Some(word), Some(value)) = (words.next(), words.next()) {
            match word {
                "exit" => raw.ending = Ending::Exit(value.parse().unwrap()),
                "stdout" => raw.stdout = value.into(),
                "after" => after = value.parse().unwrap(),
                other => panic!("no play is called {other}"),
            }
        }
        (raw, after)
    }

    fn ask(&mut self, ask: &Ask) -> Option<(Answer, i64)> {
        match self.next(&ask.name)?.as_str() {
            "approve" => Some((Answer::Approve, 1000)),
            "reject" => Some((Answer::Reject, 1000)),
            other => panic!("no answer is called {other}"),
        }
    }
}

fn compiled(name: &str, text: &str) -> Arc<Plan> {
    let checked = wf::check::check_text(name, text);
    let errors: Vec<_> = checked.diagnostics.iter().filter(|found| found.is_error()).collect();
    assert!(errors.is_empty(), "{name}: {errors:#?}");
    let workflow = |global: &&Global| global.place.file.0 == 0 && matches!(global.kind, GlobalKind::Workflow(_));
    let entry = checked.globals.iter().position(|global| workflow(&global)).map(|at| GlobalId(at as u32)).unwrap();
    Arc::new(wf::plan::lower::compile(&checked, entry).unwrap_or_else(|errors| panic!("{name}: {errors:#?}")))
}

#[test]
fn runs_give_the_same_notices() {
    let mut differences = Vec::new();
    for case in bless::cases("machine", "wf") {
        let text = fs::read_to_string(&case).unwrap();
        let plan = compiled("case.wf", &text);
        let mut sim = Sim::new(Machine::new(plan.clone()), 0, Script::of(&text));
        let options = Options { mode: Some("autopilot".into()), ..Options::default() };
        let start = Start { run: "run".into(), plan: plan.digest.clone(), options, ..Start::default() };
        sim.run(start).unwrap();
        let mut out = String::new();
        for notice in &sim.notices {
            writeln!(out, "{}", serde_json::to_string(notice).unwrap()).unwrap();
        }
        differences.extend(bless::compare(&case.with_extension("out"), &out));

        // Cut anywhere, replayed on a new machine, the rest leads to the same.
        for cut in 0..sim.inputs.len() {
            let (mut machine, mut notices) = (Machine::new(plan.clone()), Vec::new());
            for (at, input) in &sim.inputs[..cut] {
                notices.extend(machine.apply(*at, input).unwrap().notices);
            }
            let mut machine = machine.clone();
            for (at, input) in &sim.inputs[cut..] {
                notices.extend(machine.apply(*at, input).unwrap().notices);
            }
            assert!(notices == sim.notices, "{} cut at {cut}", case.display());
        }
    }
    bless::assert_none(differences);
}
