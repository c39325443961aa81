//! Checking again after an edit gives what a check from scratch gives: diagnostics, types, uses, signatures.
//!
//! Files of the other cases are edited at random, edit after edit, in one session; one of them imports another.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use wf::check::facts::{Checked, Facts};
use wf::check::{Options, Root, Session, check};
use wf::source::Source;

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

/// Everything about an item that does not depend on the order of a hash map.
fn facts(facts: &Facts) -> String {
    let sorted = |mut lines: Vec<String>| {
        lines.sort();
        lines.join("\n")
    };
    let mut text = format!("{:?}\n{:?}\n{:?}\n{:?}\n", facts.types, facts.uses, facts.locals, facts.metrics);
    for lines in [
        facts.converted.iter().map(|entry| format!("{entry:?}")).collect(),
        facts.defs.iter().map(|entry| format!("{entry:?}")).collect(),
        facts.written.iter().map(|entry| format!("{entry:?}")).collect(),
        facts.steps.iter().map(|entry| format!("{entry:?}")).collect(),
    ] {
        text.push_str(&sorted(lines));
    }
    let _ = writeln!(text, "{:?}", facts.diagnostics);
    text
}

fn same(again: &Checked, fresh: &Checked, context: &str) {
    let words = |checked: &Checked| checked.diagnostics.iter().map(|found| format!("{found:?}\n")).collect::<String>();
    assert_eq!(words(again), words(fresh), "diagnostics differ after\n{context}");
    assert_eq!(format!("{:?}", again.globals), format!("{:?}", fresh.globals), "items differ after\n{context}");
    assert_eq!(again.files.len(), fresh.files.len());
    for (one, other) in again.files.iter().zip(&fresh.files) {
        assert_eq!(one.scope, other.scope, "scopes differ after\n{context}");
        assert_eq!(one.facts.len(), other.facts.len());
        for (one, other) in one.facts.iter().zip(&other.facts) {
            assert_eq!(facts(one), facts(other), "facts differ after\n{context}");
        }
    }
}

/// A text with one small thing changed.
fn edited(text: &str, random: &mut Random) -> String {
    let cuts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    if cuts.is_empty() {
        return "workflow w() { }\n".to_owned();
    }
    let at = cuts[random.below(cuts.len())];
    let words = ["x", " ", "1", "\n", "\"", "}", "string", "// note\n", ".len()", "(", "step", "?"];
    match random.below(10) {
        0 => {
            let line = random.below(lines.len());
            lines.iter().enumerate().filter(|(number, _)| *number != line).map(|(_, line)| *line).collect()
        }
        1 => {
            let (from, to) = (random.below(lines.len()), random.below(lines.len()));
            lines.iter().enumerate().flat_map(|(n, line)| [*line, if n == to { lines[from] } else { "" }]).collect()
        }
        2..5 => {
            let mut changed = text.to_owned();
            changed.remove(at);
            changed
        }
        // A name or a type for another one, so that much stays right.
        5..7 => {
            let pairs = [("string", "int"), ("int", "string"), ("timeout", "// timeout"), ("\"s", "\"t"), ("_", "")];
            let (from, to) = pairs[random.below(pairs.len())];
            match text.match_indices(from).nth(random.below(6)) {
                Some((at, _)) => format!("{}{to}{}", &text[..at], &text[at + from.len()..]),
                None => text.to_owned(),
            }
        }
        _ => {
            let mut changed = text.to_owned();
            changed.insert_str(at, words[random.below(words.len())]);
            changed
        }
    }
}

fn below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            below(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "wf") {
            found.push(path);
        }
    }
}

fn texts() -> Vec<(String, String)> {
    let mut paths = Vec::new();
    for folder in ["examples", "tests/cases/check", "tests/cases/plan", "tests/cases/flow"] {
        below(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut paths);
    }
    paths.sort();
    let file = |path: &PathBuf| (path.display().to_string(), fs::read_to_string(path).unwrap_or_default());
    let found: Vec<_> = paths.iter().map(file).filter(|(_, text)| text.len() < 6_000).collect();
    assert!(found.len() > 100, "{}", found.len());
    found
}

#[test]
fn checking_again_is_checking() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for (name, original) in texts() {
        let mut session = Session::default();
        let mut text = original.clone();
        for round in 0..10 {
            let source = Arc::new(Source::new("main.wf", text.as_str()));
            let roots = vec![Root { source, parsed: None }];
            let again = session.check(roots.clone(), Options::default());
            same(&again, &check(roots, Options::default()), &format!("round {round} of {name}\n{text}"));
            text = if round % 4 == 3 { original.clone() } else { edited(&text, &mut random) };
        }
    }
}

const LIBRARY: &str = r#"wf 1
record Place { name: string, port: int = 80 }
error lost
let limit = 3
fn url-of(place: Place) -> string = "http://${place.name}:${place.port}"
fn twice(n: int) = n * 2
command fetch(place: Place) -> (text: string) {
  exec ["curl", url-of(place)]
  net "example.org"
  timeout 1m
  fails as lost if exit == 6
  output text = stdout
}
handler again max 2 { step wait { wait 1s }; retry }
gates good { coverage >= 80% }
"#;

const MAIN: &str = r#"wf 1
use "./library.wf" { Place, fetch, url-of, again, lost, twice, limit, good }
workflow inner(place: Place) -> (text: string) {
  step get { run @fetch(place: place); on failure(lost) use again }
  return (text: get.text)
}
workflow outer(names: list<string>) -> (count: int) {
  gate use good
  let texts = for name in names by name {
    step one { run inner(place: Place(name: name, port: twice(limit))) }
    yield one.text
  }
  metric coverage: percent = 81%
  emit next "${url-of(Place(name: "x"))}"
  return (count: texts.len())
}
test "it works" {
  mock @fetch -> (text: "x")
  run outer(names: ["a"])
  expect succeeded
  expect output count == 1
  expect step get ran 1
}
"#;

#[test]
fn what_is_imported_may_change_too() {
    let mut random = Random(0x0123_4567_89ab_cdef);
    let mut session = Session::default();
    let original = [MAIN.to_owned(), LIBRARY.to_owned()];
    let mut texts = original.clone();
    let mut right = 0;
    for round in 0..400 {
        let files = BTreeMap::from([("library.wf".to_owned(), texts[1].clone())]);
        let roots = vec![Root { source: Arc::new(Source::new("main.wf", texts[0].as_str())), parsed: None }];
        let options = Options { loader: &files, ..Options::default() };
        let again = session.check(roots.clone(), options);
        let fresh = check(roots, options);
        right += usize::from(fresh.is_ok());
        same(&again, &fresh, &format!("round {round}\n{}\n{}", texts[0], texts[1]));
        if round % 3 == 2 {
            texts = original.clone();
        } else {
            let which = random.below(2);
            texts[which] = edited(&texts[which], &mut random);
        }
    }
    assert!(right > 150, "{right}");
}

#[test]
fn an_edit_leaves_the_facts_of_other_items_as_they_are() {
    let mut session = Session::default();
    let mut check = |text: &str| {
        let source = Arc::new(Source::new("main.wf", text));
        session.check(vec![Root { source, parsed: None }], Options::default())
    };
    let text =
        "wf 1\n\nworkflow a() {\n  step s { exec [\"true\"] }\n}\n\nworkflow b() {\n  step t { exec [\"true\"] }\n}\n";
    let before = check(text);
    let after = check(&text.replace("step s { exec [\"true\"] }", "step s { exec [\"false\"] }"));
    let kept: Vec<bool> =
        before.files[0].facts.iter().zip(&after.files[0].facts).map(|(one, other)| Arc::ptr_eq(one, other)).collect();
    assert_eq!(kept, [false, true]);
    let std = before.files.iter().zip(&after.files).skip(1);
    assert!(
        std.flat_map(|(one, other)| one.facts.iter().zip(&other.facts)).all(|(one, other)| Arc::ptr_eq(one, other))
    );
}
