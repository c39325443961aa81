//! Formatting: `tests/cases/format/*.wf` become their `.out`, or stay as they are where there is none. Whatever is
//! formatted keeps its tree and comments, and formatting it again changes nothing; so do the cases of the parser.

use crate::{bless, dump};
use std::fs;
use std::path::{Path, PathBuf};
use wf::format::format;
use wf::source::FileId;
use wf::syntax::parse;

/// What formatting must not change: the tree without spans, and the texts of the comments.
fn essence(text: &str) -> String {
    let parsed = parse(FileId(0), text);
    assert!(parsed.diagnostics.is_empty(), "{text}\n{:?}", parsed.diagnostics);
    let tree = dump::tree(&parsed.tree);
    let mut kept: Vec<&str> =
        tree.lines().filter(|line| !line.starts_with("comment own_line") && *line != "wf 1").collect();
    let comments = parsed.tree.comments.iter().map(|comment| comment.span.of(parsed.text()));
    kept.extend(comments.flat_map(|comment| comment.split_inclusive("//")).map(str::trim));
    kept.join("\n")
}

/// Formats `text` and checks what holds for every file.
fn formatted(case: &Path, text: &str) -> String {
    let once = format(text).unwrap_or_else(|errors| panic!("{}: {errors:?}", case.display()));
    let (before, after) = (essence(text), essence(&once));
    let diff = similar::TextDiff::from_lines(before.as_str(), after.as_str()).unified_diff().to_string();
    assert!(before == after, "{} says something else:\n{once}\n{diff}", case.display());
    let twice = format(&once).unwrap();
    let diff = similar::TextDiff::from_lines(once.as_str(), twice.as_str()).unified_diff().to_string();
    assert!(once == twice, "{} is not stable:\n{diff}", case.display());
    once
}

#[test]
fn files_take_the_one_style() {
    let mut differences = Vec::new();
    for case in bless::cases("format", "wf") {
        let text = fs::read_to_string(&case).unwrap();
        let out = formatted(&case, &text);
        let expected = case.with_extension("out");
        if expected.exists() || out != text {
            differences.extend(bless::compare(&expected, &out));
        }
    }
    bless::assert_none(differences);
}

#[test]
fn formatting_keeps_the_tree_of_every_valid_case() {
    let mut cases = bless::cases("parse/ok", "wf");
    for folder in ["examples", "stdlib"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let files = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
        cases.extend(files.filter(|path: &PathBuf| path.extension().is_some_and(|found| found == "wf")));
    }
    for case in cases {
        let text = fs::read_to_string(&case).unwrap();
        // Whether examples are valid is for their own tests to say.
        if parse(FileId(0), &text).diagnostics.is_empty() {
            formatted(&case, &text);
        }
    }
}

#[test]
fn comments_and_line_breaks_anywhere_are_kept() {
    for case in bless::cases("parse/ok", "wf").into_iter().chain(bless::cases("format", "wf")) {
        let text = fs::read_to_string(&case).unwrap().replace('\r', "");
        let before = dump::tree(&parse(FileId(0), &text).tree);
        let tree = |dump: &str| {
            dump.lines().filter(|line| !line.starts_with("comment ")).map(str::to_owned).collect::<Vec<_>>()
        };
        let gaps: Vec<usize> = text.match_indices([' ', '\n', '(', '[', ',', '.']).map(|(at, _)| at).collect();
        let step = (gaps.len() / 16).max(1);
        for at in gaps.into_iter().step_by(step) {
            for insert in [" // zz\n", "\n// zz\n", "\n\n// zz\n\n", "\n"] {
                let changed = format!("{}{insert}{}", &text[..at + 1], &text[at + 1..]);
                let parsed = parse(FileId(0), &changed);
                let same = parsed.diagnostics.is_empty() && tree(&dump::tree(&parsed.tree)) == tree(&before);
                if same
                    && parsed.tree.comments.len()
                        == changed.matches("//").count() - text.matches("//").count()
                            + parse(FileId(0), &text).tree.comments.len()
                {
                    formatted(&case, &changed);
                }
            }
        }
    }
}

#[test]
fn the_first_example_is_in_the_one_style() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/parse/ok/ship-feature.wf");
    let text = fs::read_to_string(&case).unwrap();
    let diff =
        similar::TextDiff::from_lines(text.as_str(), formatted(&case, &text).as_str()).unified_diff().to_string();
    assert_eq!(diff, "");
}

#[test]
fn a_file_with_mistakes_is_left_alone() {
    let errors = format("wf 1\n\nworkflow w {\n  step {\n}\n").unwrap_err();
    assert!(errors.iter().all(|error| error.primary.place.item == wf::diagnostic::Place::ABSOLUTE));
}

#[test]
fn windows_line_ends_and_empty_files_are_fine() {
    assert_eq!(format("").unwrap(), "wf 1\n");
    assert_eq!(format("// only this\r\n").unwrap(), "wf 1\n\n// only this\n");
    assert_eq!(format("error a\r\nerror b // x\r\n").unwrap(), "wf 1\n\nerror a\nerror b // x\n");
}

#[test]
fn formatting_takes_time_in_proportion_to_the_file() {
    let file = |steps: usize| {
        let mut text = "workflow w {\n".to_owned();
        for at in 0..steps {
            text += &format!("  step s{at} {{ run @c(a: [1, 2, {{b: {at}}}], c: x.y(z).map(q => q + 1)) }} // note\n");
        }
        text + "}\n"
    };
    let time = |text: &str| {
        let start = std::time::Instant::now();
        format(text).unwrap();
        start.elapsed()
    };
    let (small, large) = (file(500), file(8000));
    let (small, large) = (time(&small).max(time(&small)), time(&large));
    assert!(large < small * 16 * 6, "{small:?} for 500 steps, {large:?} for 8000");
}
