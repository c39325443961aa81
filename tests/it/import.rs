//! Importing: each folder under `tests/cases/import/` holds `in.json` or `in.yaml`, companions (`with*.yaml`), and what
//! comes of them: `out.wf`, formatted, where the file can be imported, and `out.diag`, the diagnostics with their places
//! in the originals. `signatures.wf` beside the folders stands for the commands in scope.

use crate::bless;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use wf::diagnostic::{Diagnostic, Place};
use wf::import::{Imported, Input, Signatures, import};
use wf::source::{FileId, Source, Sources, Span};
use wf::syntax::parse;

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/import");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    cases.sort();
    assert!(cases.len() > 5);
    cases
}

fn signatures() -> Signatures {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/import/signatures.wf");
    let text = fs::read_to_string(path).unwrap();
    let parsed = parse(FileId(0), &text);
    assert!(parsed.diagnostics.is_empty());
    Signatures::of(&parsed.tree, parsed.text())
}

/// The files of a case: the workflow first, then its companions.
fn sources(case: &Path) -> Sources {
    let mut files: Vec<PathBuf> = fs::read_dir(case).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "json" || end == "yaml"));
    files.sort_by_key(|path| (path.file_stem().is_none_or(|stem| stem != "in"), path.clone()));
    let mut sources = Sources::default();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        sources.add(Arc::new(Source::new(name, fs::read_to_string(&file).unwrap())));
    }
    sources
}

fn run(sources: &Sources, signatures: &Signatures) -> Imported {
    let inputs: Vec<Input<'_>> = sources.iter().map(|(file, source)| Input { file, source }).collect();
    import(inputs[0], &inputs[1..], signatures)
}

/// `file:line:col: severity[code]: message`, with labels, help and fixes on lines of their own.
fn short(sources: &Sources, diagnostic: &Diagnostic) -> String {
    let at = |place: Place| {
        let source = sources.get(place.file);
        assert!(place.span.end as usize <= source.text().len() && place.span.start <= place.span.end);
        let position = source.position(place.span.start);
        format!("{}:{}:{} {:?}", source.name(), position.line, position.column, place.span.of(source.text()))
    };
    let (severity, code) = (diagnostic.severity, diagnostic.code.name);
    let mut out = format!("{}: {severity:?}[{code}]: {}\n", at(diagnostic.primary.place), diagnostic.message);
    for label in &diagnostic.secondary {
        out += &format!("    {}: {}\n", at(label.place), label.text);
    }
    if let Some(help) = &diagnostic.help {
        out += &format!("    help: {help}\n");
    }
    for fix in &diagnostic.fixes {
        out += &format!("    fix: {} ({})\n", fix.title, if fix.certain { "certain" } else { "maybe" });
    }
    out
}

#[test]
fn files_become_workflows() {
    let signatures = signatures();
    let mut differences = Vec::new();
    for case in cases() {
        let sources = sources(&case);
        let imported = run(&sources, &signatures);
        let diagnostics: String = imported.diagnostics.iter().map(|found| short(&sources, found)).collect();
        differences.extend(bless::compare(&case.join("out.diag"), &diagnostics));
        let out = case.join("out.wf");
        if imported.is_usable() {
            let formatted = wf::format::format(&imported.text)
                .unwrap_or_else(|errors| panic!("{}:\n{}\n{errors:?}", case.display(), imported.text));
            differences.extend(bless::compare(&out, &formatted));
        } else {
            assert!(!out.exists(), "{} cannot be imported", case.display());
        }
    }
    bless::assert_none(differences);
}

#[test]
fn places_in_the_text_lead_back_to_the_original() {
    let mut sources = Sources::default();
    let text = r#"{"name": "w", "steps": [{"id": "build", "command": "@context-analyzer", "inputs": ["spec"]}]}"#;
    sources.add(Arc::new(Source::new("w.json", text)));
    let imported = run(&sources, &signatures());
    let at = imported.text.rfind("spec)").unwrap() as u32;
    let origin = imported.map.origin(Span::new(at, at + 4)).unwrap();
    assert_eq!(origin.span.of(text), "\"spec\"");
    let generated = FileId(7);
    let code = &wf::diagnostic::codes::import::IMPORT_NOTE;
    let place = Place::absolute(generated, Span::new(at, at + 4));
    let mut diagnostic = Diagnostic::new(code, place, "x").fix("edit", place, "y", true);
    imported.map.place_back(generated, &mut diagnostic);
    assert_eq!(diagnostic.primary.place, origin);
    assert!(diagnostic.fixes.is_empty());
}

#[test]
fn the_samples_of_the_format_are_cases() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    for (sample, case) in [
        ("custom-workflow.json", "seed-sample/in.json"),
        ("conditions.yaml", "seed-conditions/with.yaml"),
        ("parallel-groups.yaml", "seed-parallel-groups/with.yaml"),
        ("rollback.yaml", "seed-rollback/with.yaml"),
    ] {
        let sample = fs::read_to_string(root.join("examples").join(sample)).unwrap();
        assert_eq!(sample, fs::read_to_string(root.join("cases/import").join(case)).unwrap());
    }
}

#[test]
fn any_text_is_read_without_panic() {
    let signatures = Signatures::default();
    for case in cases() {
        for (_, source) in sources(&case).iter() {
            let text = source.text().to_string();
            for cut in (0..text.len()).filter(|&cut| text.is_char_boundary(cut)).step_by(3) {
                for (name, text) in [
                    ("x.json", text[..cut].to_owned()),
                    ("x.yaml", format!("{}{}", &text[..cut], &text[cut..].trim_start())),
                ] {
                    let mut one = Sources::default();
                    one.add(Arc::new(Source::new(name, text)));
                    for found in &run(&one, &signatures).diagnostics {
                        short(&one, found);
                    }
                }
            }
        }
    }
    for text in
        ["", "\u{feff}", "[[[[", "{\"a\":", "\"\\ud800\"", "- - - -", "&a", "*a", "? [a]\n: b", "a: b: c", "\u{0}"]
    {
        for name in ["x.json", "x.yaml"] {
            let mut one = Sources::default();
            one.add(Arc::new(Source::new(name, text)));
            assert!(!run(&one, &signatures).is_usable(), "{text:?}");
        }
    }
}

/// The commands of the standard library.
fn standard() -> Signatures {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("stdlib/commands.wf")).unwrap();
    let parsed = parse(FileId(0), &text);
    Signatures::of(&parsed.tree, parsed.text())
}

#[test]
fn what_is_imported_checks() {
    let mut mistakes = Vec::new();
    for case in cases() {
        let sources = sources(&case);
        let imported = run(&sources, &standard());
        if !imported.is_usable() || case.join("out.wf").exists() != imported.is_usable() {
            continue;
        }
        let mut imported = imported;
        let mut checked = wf::check::check_text("out.wf", &imported.text);
        imported.renumber(checked.sources.len() as u32);
        for (_, source) in sources.iter() {
            checked.sources.add(source.clone());
        }
        for mut found in checked.diagnostics.into_iter().filter(Diagnostic::is_error) {
            imported.map.place_back(FileId(0), &mut found);
            assert_ne!(found.primary.place.file, FileId(0));
            mistakes.push(format!("{}: {}", case.display(), short(&checked.sources, &found)));
        }
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

/// The example under `## <heading>` with its format.
fn example<'p>(page: &'p str, heading: &str) -> Option<(&'p str, &'p str)> {
    let (_, rest) = page.split_once(&format!("\n## {heading}\n\n```"))?;
    let (format, rest) = rest.split_once('\n')?;
    Some((format, rest.split("\n```").next()?))
}

#[test]
fn a_type_error_points_at_the_line_of_the_original() {
    let text = "{\n\"name\": \"w\", \"steps\": [\n{\"id\": \"a\", \"command\": \"@context-analyzer\", \"inputs\": [\"x\"], \"outputs\": [\"r\"]},\n\
                {\"id\": \"b\", \"command\": \"@implement-feature\", \"inputs\": [\"r\"]}\n]}";
    let mut sources = Sources::default();
    sources.add(Arc::new(Source::new("w.json", text)));
    let mut imported = run(&sources, &standard());
    let mut checked = wf::check::check_text("out.wf", &imported.text);
    imported.renumber(checked.sources.len() as u32);
    checked.sources.add(sources.get(FileId(0)).clone());
    let mut found = checked.diagnostics.into_iter().find(Diagnostic::is_error).unwrap();
    imported.map.place_back(FileId(0), &mut found);
    assert!(
        short(&checked.sources, &found).starts_with("w.json:4:57 \"\\\"r\\\"\": Error["),
        "{}",
        short(&checked.sources, &found)
    );
}

#[test]
fn examples_of_the_pages_are_right() {
    let signatures = standard();
    let mut mistakes = Vec::new();
    for code in wf::diagnostic::codes::import::ALL {
        for (heading, wanted) in [("Wrong", true), ("Right", false)] {
            let (format, text) = example(code.page, heading).unwrap();
            let mut sources = Sources::default();
            sources.add(Arc::new(Source::new(format!("w.{format}"), text)));
            let found = run(&sources, &signatures).diagnostics;
            let has = found.iter().any(|found| found.code.name == code.name);
            if has != wanted || !wanted && found.iter().any(Diagnostic::is_error) {
                let found: Vec<_> = found.iter().map(|found| (found.code.name, &found.message)).collect();
                mistakes.push(format!("{} {heading}: {found:?}", code.name));
            }
        }
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

#[test]
fn the_example_stands_beside_what_it_was_imported_from() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let text = fs::read_to_string(examples.join("custom-workflow.json")).unwrap();
    let mut sources = Sources::default();
    sources.add(Arc::new(Source::new("custom-workflow.json", text)));
    let imported = run(&sources, &standard());
    assert!(imported.is_usable());
    let formatted = wf::format::format(&imported.text).unwrap();
    bless::assert_none(bless::compare(&examples.join("custom-workflow.wf"), &formatted).into_iter().collect());
}

#[test]
fn the_written_file_has_the_plan_of_the_original() {
    let digest = |text: &str| {
        let checked = wf::check::check_text("out.wf", text);
        let is_workflow = |at: &usize| matches!(checked.globals[*at].kind, wf::check::facts::GlobalKind::Workflow(_));
        let entry = (0..checked.globals.len()).find(is_workflow).unwrap();
        let plan = wf::plan::compile(&checked, wf::check::facts::GlobalId(entry as u32)).unwrap();
        (plan.name.clone(), plan.digest)
    };
    let mut digests = Vec::new();
    for case in cases() {
        let imported = run(&sources(&case), &standard());
        if imported.is_usable() {
            let of_original = digest(&imported.text);
            assert_eq!(of_original, digest(&wf::format::format(&imported.text).unwrap()), "{}", case.display());
            digests.push(of_original);
        }
    }
    digests.dedup();
    assert!(digests.len() >= 5, "{digests:?}");
}
