//! Checking: each `tests/cases/check/**/*.wf` is a case, and so is each folder that holds a `main.wf` (the other files
//! are what it imports). What is reported stands beside it (`.diag`, empty for a clean file): one line each,
//! `line:col severity[code] message`, with labels, help and fixes below.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use crate::bless;
use wf::check::{Options, Root, check};
use wf::diagnostic::Place;
use wf::source::Source;

fn load(case: &Path) -> io::Result<(Vec<Root>, BTreeMap<String, String>)> {
    let mut files = BTreeMap::new();
    let text = fs::read_to_string(case)?;
    if case.file_name().is_some_and(|name| name == "main.wf") {
        for entry in fs::read_dir(case.parent().unwrap_or(case))? {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == "wf") {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                files.insert(name, fs::read_to_string(&path)?);
            }
        }
    }
    let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok((vec![Root { source: Arc::new(Source::new(name, text)), parsed: None }], files))
}

fn report(roots: Vec<Root>, files: &BTreeMap<String, String>) -> String {
    let checked = check(roots, Options { loader: files, ..Options::default() });
    let at = |place: Place| {
        let source = checked.sources.get(place.file);
        let position = source.position(place.span.start);
        let file = if place.file.0 == 0 { String::new() } else { format!("{}:", source.name()) };
        format!("{file}{}:{}", position.line, position.column)
    };
    let mut out = String::new();
    for found in &checked.diagnostics {
        let severity = format!("{:?}", found.severity).to_lowercase();
        let _ = writeln!(out, "{} {severity}[{}] {}", at(found.primary.place), found.code.name, found.message);
        if !found.primary.text.is_empty() {
            let _ = writeln!(out, "    here: {}", found.primary.text);
        }
        for label in &found.secondary {
            let _ = writeln!(out, "    {}: {}", at(label.place), label.text);
        }
        if let Some(help) = &found.help {
            let _ = writeln!(out, "    help: {help}");
        }
        for fix in &found.fixes {
            let certain = if fix.certain { "fix" } else { "maybe" };
            for (place, text) in &fix.edits {
                let old = place.span.of(checked.sources.get(place.file).text());
                let _ = writeln!(out, "    {certain}: {old:?} -> {text:?}");
            }
        }
    }
    out
}

/// The cases below `folder`, sorted.
fn cases(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    let main = folder.join("main.wf");
    if entries.contains(&main) {
        return vec![main];
    }
    let mut all = Vec::new();
    for entry in entries {
        if entry.is_dir() {
            all.extend(cases(&entry));
        } else if entry.extension().is_some_and(|ending| ending == "wf") {
            all.push(entry);
        }
    }
    all
}

#[test]
fn cases_report_what_is_blessed() {
    let mut differences = Vec::new();
    for case in cases(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/check")) {
        let (roots, files) = load(&case).unwrap_or_else(|error| panic!("{}: {error}", case.display()));
        differences.extend(bless::compare(&case.with_extension("diag"), &report(roots, &files)));
    }
    bless::assert_none(differences);
}

#[test]
fn the_standard_library_is_clean() {
    for (name, text) in wf::check::load::STD {
        let checked = wf::check::check_text(&format!("{name}.wf"), text);
        let errors: Vec<_> = checked.diagnostics.iter().filter(|found| found.is_error()).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}

#[test]
fn examples_have_no_errors() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut problems = String::new();
    for case in cases(&folder) {
        let (roots, files) = load(&case).unwrap();
        for line in report(roots, &files).lines().filter(|line| line.contains(" error[")) {
            let _ = writeln!(problems, "{}: {line}", case.display());
        }
    }
    assert!(problems.is_empty(), "{problems}");
}

/// Both blocks of a page: the text between the fences after `## Wrong` and `## Right`.
fn blocks(page: &str) -> Option<(&str, &str)> {
    let block = |title: &str| {
        let rest = page.split_once(title)?.1.split_once("```wf\n")?.1;
        Some(rest.split_once("```")?.0)
    };
    Some((block("## Wrong")?, block("## Right")?))
}

#[test]
fn pages_show_what_is_wrong_and_right() {
    let mut problems = String::new();
    for code in wf::diagnostic::codes::check::ALL {
        let Some((wrong, right)) = blocks(code.page) else {
            let _ = writeln!(problems, "{}: no two blocks", code.name);
            continue;
        };
        let codes = |text: &str| -> Vec<&'static str> {
            let mut files = BTreeMap::new();
            let name = format!("{}.wf", code.name);
            files.insert(name.clone(), text.to_owned());
            let source = Arc::new(Source::new(name, text));
            let checked = check(vec![Root { source, parsed: None }], Options { loader: &files, ..Options::default() });
            checked.diagnostics.iter().map(|found| found.code.name).collect()
        };
        let (wrong, right) = (codes(wrong), codes(right));
        if !wrong.contains(&code.name) {
            let _ = writeln!(problems, "{}: the wrong example gives {wrong:?}", code.name);
        }
        if right.contains(&code.name) {
            let _ = writeln!(problems, "{}: the right example gives {right:?}", code.name);
        }
    }
    assert!(problems.is_empty(), "{problems}");
}
