//! Plans: each `tests/cases/plan/*.wf` is compiled — its only workflow, or the one with the name of the file, or the
//! first — and printed. The text stands beside it (`.plan`). What a case imports stands in folders below.
//!
//! Every plan must also pass the verifier, read back from JSON as it was, keep its digest when comments and blank
//! lines come in, and be the same when compiled again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use crate::bless;
use wf::check::facts::{Checked, GlobalId, GlobalKind};
use wf::check::{Options, Root, check};
use wf::plan::ir::Plan;
use wf::source::{FileId, Source};
use wf::syntax::parse;

const FOLDER: &str = "tests/cases/plan";

/// Files below the folder of the cases, by their path from there.
fn imported(folder: &Path, files: &mut BTreeMap<String, String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            imported(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "wf") {
            let name = path.strip_prefix(FOLDER).unwrap_or(&path).to_string_lossy().into_owned();
            files.insert(name, fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

/// Errors of a check, one line each.
fn errors(checked: &Checked) -> Vec<String> {
    let line = |found: &wf::diagnostic::Diagnostic| {
        let source = checked.sources.get(found.primary.place.file);
        let at = source.position(found.primary.place.span.start);
        format!("{}:{}:{} {}: {}", source.name(), at.line, at.column, found.code.name, found.message)
    };
    checked.diagnostics.iter().filter(|found| found.is_error()).map(line).collect()
}

/// The text checked, and the workflow that is compiled.
pub fn checked(name: &str, text: &str, files: &BTreeMap<String, String>) -> (Checked, GlobalId) {
    let root = Root { source: Arc::new(Source::new(name, text)), parsed: None };
    let checked = check(vec![root], Options { loader: files, ..Options::default() });
    let errors = errors(&checked);
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    let stem = name.trim_end_matches(".wf");
    let workflows: Vec<GlobalId> = (0..checked.globals.len() as u32)
        .map(GlobalId)
        .filter(|id| {
            let global = checked.global(*id).unwrap();
            global.place.file == FileId(0) && matches!(global.kind, GlobalKind::Workflow(_))
        })
        .collect();
    let named = workflows.iter().find(|id| checked.global(**id).unwrap().name == stem);
    let entry = *named.or(workflows.first()).unwrap_or_else(|| panic!("{name} has no workflow"));
    (checked, entry)
}

/// Compiles a text that checks.
pub fn compiled(name: &str, text: &str, files: &BTreeMap<String, String>) -> Plan {
    let (checked, entry) = checked(name, text, files);
    wf::plan::compile(&checked, entry).unwrap_or_else(|errors| panic!("{name}: {errors:#?}"))
}

/// The same program with a comment and a blank line wherever one may stand: where a line begins outside of a string.
fn reformatted(text: &str) -> String {
    let tree = parse(FileId(0), text).tree;
    let mut out = String::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let begins_item = tree.items.iter().any(|slot| slot.start as usize == at);
        let statement =
            ["step ", "let ", "if ", "for ", "emit ", "parallel ", "repeat ", "checkpoint ", "gate ", "approve "]
                .iter()
                .any(|word| line.trim_start().starts_with(word));
        let in_item = tree.items.iter().any(|slot| (slot.start as usize) < at && at < slot.end as usize);
        if begins_item || (in_item && statement && !in_string(text, at)) {
            let indent = if begins_item { "" } else { "  " };
            out.push_str(&format!("\n      // a comment — with letters beyond ASCII\n\n{indent}"));
        }
        out.push_str(line);
        at += line.len();
    }
    out
}

/// Whether byte `at` stands between `"""` and `"""`.
fn in_string(text: &str, at: usize) -> bool {
    text[..at].matches("\"\"\"").count() % 2 == 1
}

/// The plan as text without the commands of the standard library, which have words of their own.
fn printed(plan: &Plan) -> String {
    let text = wf::plan::print::print(plan);
    let std = wf::check::check_text("nothing.wf", "");
    let standard = |section: &&str| {
        let name = section.strip_prefix("command ").and_then(|rest| rest.split('(').next());
        name.is_none_or(|name| std.globals.iter().all(|global| global.name != name))
    };
    text.split("\n\n")
        .filter(standard)
        .map(|section| section.trim_end().to_owned() + "\n")
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn cases_compile_to_the_blessed_plans() {
    let mut files = BTreeMap::new();
    imported(Path::new(FOLDER), &mut files).unwrap();
    let mut differences = Vec::new();
    let cases: Vec<(PathBuf, String, String)> = bless::cases("plan", "wf")
        .into_iter()
        .filter(|case| case.parent().is_some_and(|folder| folder.ends_with(FOLDER)))
        .map(|case| {
            let name = case.file_name().unwrap().to_string_lossy().into_owned();
            let text = fs::read_to_string(&case).unwrap();
            (case, name, text)
        })
        .collect();
    let root = |name: &str, text: &str| Root { source: Arc::new(Source::new(name, text)), parsed: None };
    let options = Options { loader: &files, ..Options::default() };
    let wrong: Vec<String> =
        cases.iter().flat_map(|(_, name, text)| errors(&check(vec![root(name, text)], options))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (case, name, text) in cases {
        let plan = compiled(&name, &text, &files);
        assert_eq!(wf::plan::verify(&plan), Ok(()), "{name}");
        assert_eq!(plan.spans.exprs.len(), plan.exprs.len(), "{name}");
        assert_eq!(plan.spans.nodes.len(), plan.nodes.len(), "{name}");
        let json = plan.to_json();
        assert_eq!(json, compiled(&name, &text, &files).to_json(), "{name}: not the same again");
        assert_eq!(Plan::from_json(&json).unwrap_or_else(|error| panic!("{name}: {error}")), plan, "{name}");
        let other = reformatted(&text);
        assert_ne!(other, text);
        assert_eq!(compiled(&name, &other, &files).digest, plan.digest, "{name}: the layout changes the digest");
        differences.extend(bless::compare(&case.with_extension("plan"), &printed(&plan)));
    }
    bless::assert_none(differences);
}

#[test]
fn places_point_at_the_source() {
    let text = "workflow a(b: int) {\n  let ä = 1; let c = b + ä\n}\n";
    let plan = compiled("a.wf", text, &BTreeMap::new());
    let at = |[source, start, end, line, column]: [u32; 5]| (source, &text[start as usize..end as usize], line, column);
    let nodes: Vec<_> = plan.spans.nodes.iter().map(|place| at(*place)).collect();
    assert_eq!(nodes, [(0, "let ä = 1", 2, 3), (0, "let c = b + ä", 2, 14)]);
    let exprs: Vec<_> = plan.spans.exprs.iter().map(|place| at(*place)).collect();
    assert_eq!(exprs, [(0, "1", 2, 11), (0, "b", 2, 22), (0, "ä", 2, 26), (0, "b + ä", 2, 22)]);
    assert_eq!(plan.about.sources[0].0, "a.wf");
}

#[test]
fn what_is_not_reached_is_not_in_the_plan() {
    let base = "workflow a(x: int = used) -> (y: int) { return (y: x) }\nlet used = 1\n";
    let more = "let unused = 2\ncommand c() { exec [\"x\"] }\nworkflow b() { step s { run @c() } }\nenum E { x }\n";
    let plan = compiled("a.wf", &format!("{base}{more}"), &BTreeMap::new());
    assert_eq!(plan.digest, compiled("a.wf", base, &BTreeMap::new()).digest);
    assert_ne!(plan.digest, compiled("a.wf", &base.replace("used = 1", "used = 2"), &BTreeMap::new()).digest);
}

#[test]
fn errors_of_the_check_stop_it() {
    let checked = wf::check::check_text("a.wf", "workflow a() { let x = nothing }");
    let found = wf::plan::compile(&checked, GlobalId(0)).unwrap_err();
    assert!(found.iter().all(wf::diagnostic::Diagnostic::is_error));
    let checked = wf::check::check_text("a.wf", "let a = 1\nworkflow w() { }");
    let found = wf::plan::compile(&checked, GlobalId(0)).unwrap_err();
    assert_eq!(found[0].code.name, "not-runnable");
}

/// Chains of items as long as a file need no stack, and a large workflow is no problem.
#[test]
fn size_is_no_problem() {
    use std::fmt::Write;
    let mut text = String::from("let c0 = 1\nfn f0(x: int) -> int = x\n");
    for at in 1..3000 {
        let _ = writeln!(text, "let c{at} = c{} + 1", at - 1);
        let _ = writeln!(text, "fn f{at}(x: int) -> int = f{}(x) + c{at}", at - 1);
    }
    text += "workflow size() -> (y: int) {\n";
    for at in 0..2000 {
        let _ = writeln!(text, "  step s{at} {{ exec [\"true\", \"${{c{at}}}\"] }}");
    }
    text += "  return (y: f2999(1))\n}\n";
    let plan = compiled("size.wf", &text, &BTreeMap::new());
    assert_eq!((plan.constants.len(), plan.functions.len(), plan.bodies[0].slots), (3000, 3000, 2000));
    assert_eq!(wf::plan::verify(&plan), Ok(()));
}

/// The test of the first example, with every line of it.
#[test]
fn test_items_are_compiled() {
    use wf::plan::test::{MockResponse, MockTarget, TestAnswer, TestEntryKind, TestExpect};
    let text = fs::read_to_string(Path::new(FOLDER).join("ship-feature.wf")).unwrap();
    let (checked, _) = checked("ship-feature.wf", &text, &BTreeMap::new());
    let index = checked.files[0].tree.items.len() as u32 - 1;
    let test = wf::plan::lower_test(&checked, FileId(0), index).unwrap();
    assert_eq!(test.title, "failing tests are mended and run again");
    assert_eq!(wf::plan::verify(&test.plan), Ok(()));
    assert_eq!(test.plan.name, "ship-feature");
    let kinds: Vec<&TestEntryKind> = test.entries.iter().map(|entry| &entry.kind).collect();
    assert!(matches!(kinds[0], TestEntryKind::Mock(MockTarget::All, _)));
    let TestEntryKind::Mock(MockTarget::Step(path), replies) = kinds[1] else { panic!("{:?}", kinds[1]) };
    assert_eq!(path[0].0, "unit");
    assert!(matches!(&replies[..], [MockResponse::Fails(kind, None), MockResponse::Outputs(none)]
        if kind == "test-failure" && none.is_empty()));
    assert!(matches!(kinds[3], TestEntryKind::Answer(path, TestAnswer::Approve) if path[0].0 == "merge-ok"));
    assert!(matches!(kinds[4], TestEntryKind::Run { body, args } if *body == test.plan.entry && args[0].is_some()));
    let TestEntryKind::Expect(TestExpect::Output(condition)) = kinds[8] else { panic!("{:?}", kinds[8]) };
    struct Outputs;
    impl wf::eval::Context for Outputs {
        fn output(&self, name: &str) -> Option<wf::value::Value> {
            (name == "coverage").then_some(wf::value::Value::Percent(91.0))
        }
    }
    assert_eq!(wf::eval::eval(&test.plan, *condition, &Outputs).unwrap(), wf::value::Value::Bool(true));
}
