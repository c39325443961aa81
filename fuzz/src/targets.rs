//! What is fuzzed.

use wf::import::{Input, Signatures};
use wf::plan::ir::Plan;
use wf::source::{FileId, Source};

/// Something that takes any bytes and must neither panic nor take long.
pub struct Target {
    /// Its name on the command line.
    pub name: &'static str,
    /// Endings of the files that inputs are made from.
    pub endings: &'static [&'static str],
    /// What is done.
    pub run: fn(&[u8]),
}

/// All of them.
pub static TARGETS: &[Target] = &[
    Target { name: "parse", endings: &["wf"], run: parse },
    Target { name: "check", endings: &["wf"], run: checks },
    Target { name: "format", endings: &["wf"], run: format },
    Target { name: "import", endings: &["json", "yaml"], run: import },
    Target { name: "plan", endings: &["json"], run: plan },
];

fn parse(input: &[u8]) {
    let parsed = wf::syntax::parse_bytes(FileId(0), input);
    let length = parsed.text().len() as u32;
    for diagnostic in &parsed.diagnostics {
        let span = parsed.absolute(diagnostic.primary.place).span;
        assert!(span.start <= span.end && span.end <= length, "a span out of range");
    }
}

fn checks(input: &[u8]) {
    let checked = wf::check::check_text("fuzz.wf", &String::from_utf8_lossy(input));
    if !checked.is_ok() {
        return;
    }
    for (index, global) in checked.globals.iter().enumerate() {
        let own = global.place.file == FileId(0);
        if own && matches!(global.kind, wf::check::facts::GlobalKind::Workflow(_)) {
            let entry = wf::check::facts::GlobalId(index as u32);
            if let Ok(plan) = wf::plan::lower::compile(&checked, entry) {
                let text = plan.to_json();
                let again = Plan::from_json(&text).expect("a compiled plan loads");
                assert_eq!(again.to_json(), text, "a plan reads back as it was written");
            }
        }
    }
}

fn format(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    if let Ok(once) = wf::format::format(&text) {
        let twice = wf::format::format(&once).expect("what was formatted parses");
        assert_eq!(once, twice, "formatting is idempotent");
    }
}

fn import(input: &[u8]) {
    let text = String::from_utf8_lossy(input).into_owned();
    let source = Source::new("fuzz.json", text);
    let imported = wf::import::import(Input { file: FileId(0), source: &source }, &[], &Signatures::default());
    if imported.is_usable() {
        let parsed = wf::syntax::parse(FileId(0), &imported.text);
        assert!(parsed.diagnostics.iter().all(|found| !found.is_error()), "what is imported is of the language");
    }
}

fn plan(input: &[u8]) {
    let _ = Plan::from_json(&String::from_utf8_lossy(input));
}
