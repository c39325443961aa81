//! Documentation is true: every ```wf block of the README and of `docs/` is a file that checks, and every example too.

use std::fs;
use std::path::{Path, PathBuf};

use wf::check::check_text;
use wf::diagnostic::render::{Format, Style, render};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(root().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no .{extension} in {folder}");
    files
}

/// The fenced blocks of a language, each with the line that it begins on.
fn blocks(markdown: &str, language: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut lines = markdown.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if line.trim() != format!("```{language}") {
            continue;
        }
        let body = lines.by_ref().map(|(_, line)| line).take_while(|line| line.trim() != "```");
        found.push((number + 2, body.map(|line| format!("{line}\n")).collect()));
    }
    found
}

/// What checking a text says, in the short form.
fn findings(name: &str, text: &str) -> String {
    let checked = check_text(name, text);
    let worst: Vec<_> = checked.diagnostics.iter().filter(|found| found.is_error()).cloned().collect();
    let mut out = Vec::new();
    render(&mut out, Format::Short, Style::default(), &checked.sources, &worst).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn blocks_of_the_documentation_check() {
    let mut problems = String::new();
    let mut seen = 0;
    for path in files("docs", "md").into_iter().chain([root().join("README.md")]) {
        let markdown = fs::read_to_string(&path).unwrap();
        let shown = path.strip_prefix(root()).unwrap().display();
        for (line, text) in blocks(&markdown, "wf") {
            seen += 1;
            problems += &findings(&format!("{shown} (block at line {line})"), &text);
        }
    }
    assert!(seen >= 12, "only {seen} blocks were found");
    assert_eq!(problems, "");
}

#[test]
fn examples_check_without_errors() {
    let problems: String = files("examples", "wf")
        .iter()
        .map(|path| findings(&path.file_name().unwrap().to_string_lossy(), &fs::read_to_string(path).unwrap()))
        .collect();
    assert_eq!(problems, "");
}
