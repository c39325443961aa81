//! What holds for the whole repository: sizes of files, names of codes, and what nothing committed may mention.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use wf::diagnostic::codes;

/// The most lines of a file of source.
const MOST_LINES: usize = 500;
/// Files that may be longer: one table or one contract, which would only be harder to read in pieces.
const LONGER: &[&str] = &["src/plan/ir.rs", "src/machine/step.rs", "src/syntax/unexpected.rs"];

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut todo = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn name(path: &Path) -> String {
    path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(path).to_string_lossy().into_owned()
}

#[test]
fn no_file_of_source_is_too_long() {
    let mut mistakes = Vec::new();
    for path in files("src", "rs") {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        let listed = LONGER.contains(&name(&path).as_str());
        if lines > MOST_LINES && !listed {
            mistakes.push(format!("{} has {lines} lines: split it by concept", name(&path)));
        } else if lines <= MOST_LINES && listed {
            mistakes.push(format!("{} need not be listed as long any more", name(&path)));
        }
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

#[test]
fn codes_are_kebab_case_words_and_stand_once() {
    let mut seen = BTreeMap::new();
    for code in codes::all() {
        let word = |word: &str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        assert!(code.name.split('-').all(word), "`{}` is not kebab-case", code.name);
        assert!(seen.insert(code.name, code.summary).is_none(), "`{}` is declared twice", code.name);
        let summary = code.summary;
        assert!(!summary.is_empty() && summary != "placeholder", "summary of {}", code.name);
    }
}

#[test]
fn messages_speak_the_words_of_users() {
    let words = ["unwrap", "AST", "NodeId", "token stream", "Rule::", "LocalId", "desugar"];
    for code in codes::all() {
        for word in words {
            assert!(!code.summary.contains(word) && !code.page.contains(word), "{} says `{word}`", code.name);
        }
    }
}

#[test]
fn every_code_that_is_declared_is_used() {
    let source: String = files("src", "rs")
        .iter()
        .filter(|path| !name(path).starts_with("src/diagnostic/codes/"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let mut unused = Vec::new();
    for code in codes::all() {
        let constant = code.name.replace('-', "_").to_uppercase();
        if !source.contains(&constant) {
            unused.push(code.name);
        }
    }
    assert!(unused.is_empty(), "nothing reports {unused:?}");
}
