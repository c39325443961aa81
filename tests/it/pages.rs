//! The pages of `docs/diagnostics/`: the example under `## Wrong` gives the code of the page, the one under `## Right`
//! gives it no more and has no error. Only examples marked `wf` are compiled.

use crate::compile;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use wf::diagnostic::codes;

/// The first block marked `wf` under the heading `## <heading>`.
pub fn example<'p>(page: &'p str, heading: &str) -> Option<&'p str> {
    let (_, rest) = page.split_once(&format!("\n## {heading}\n"))?;
    let section = rest.split("\n## ").next()?;
    let (_, rest) = section.split_once("```wf\n")?;
    rest.split("\n```").next()
}

/// Whether there is an example under `## Right`; that of an import is JSON or YAML, which the tests of imports read.
fn right_has_example(page: &str) -> bool {
    let right = page.split_once("\n## Right\n").map_or("", |(_, rest)| rest);
    ["```wf\n", "```json\n", "```yaml\n"].iter().any(|fence| right.contains(fence))
}

#[test]
fn wrong_examples_give_their_code_and_right_ones_do_not() {
    let mut mistakes = Vec::new();
    for code in codes::all() {
        if let Some(wrong) = example(code.page, "Wrong") {
            let found = compile::codes(code.name, wrong);
            if !found.iter().any(|(name, _)| *name == code.name) {
                mistakes.push(format!("{}: the wrong example gives {found:?}", code.name));
            }
        }
        if let Some(right) = example(code.page, "Right") {
            let found = compile::codes(code.name, right);
            if found.iter().any(|(name, error)| *error || *name == code.name) {
                mistakes.push(format!("{}: the right example gives {found:?}", code.name));
            }
        }
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let mut mistakes = Vec::new();
    for code in codes::all() {
        if !code.page.starts_with(&format!("# {}\n\n", code.name)) {
            mistakes.push(format!("{} has no page, or its first line is not its name", code.name));
        } else if !right_has_example(code.page) || !code.page.contains("\n## Wrong\n") {
            mistakes.push(format!("the page of {} has no wrong or no right example", code.name));
        }
    }
    let known: BTreeSet<&str> = codes::all().map(|code| code.name).collect();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/diagnostics")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.strip_suffix(".md").is_none_or(|name| !known.contains(name)) {
            mistakes.push(format!("docs/diagnostics/{name} is the page of no code"));
        }
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}
