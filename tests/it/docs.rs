//! Documentation is true: every ```wf block of the README and of `docs/` is a file that checks, and every example too.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

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

/// What every command of the tutorial's console blocks does, in a folder that holds the files it shows.
#[test]
fn the_tutorial_works_as_it_is_written() {
    let tutorial = fs::read_to_string(root().join("docs/tutorial.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (_, text) in blocks(&tutorial, "wf") {
        let after = text.split("\nworkflow ").nth(1).unwrap();
        let name = after.split('(').next().unwrap();
        assert!(tutorial.contains(&format!("`{name}.wf`")), "{name}.wf is named");
        fs::write(folder.path().join(format!("{name}.wf")), &text).unwrap();
    }
    let bin = Path::new(env!("CARGO_BIN_EXE_wf")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let mut said = String::new();
    for line in blocks(&tutorial, "console").iter().flat_map(|(_, block)| block.lines()) {
        let command = line.strip_prefix("$ ").unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-c", command]).current_dir(folder.path()).env("PATH", &path).stdin(Stdio::null());
        let output = shell.output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        said = String::from_utf8_lossy(&text).into_owned();
        assert!(output.status.success(), "{command}\n{said}");
    }
    assert!(said.contains("digest") && !said.contains("→ fetch"), "only what was not done is done again\n{said}");
}
