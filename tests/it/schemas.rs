//! What machines read follows its published schema: SARIF that `wf check` prints, plans that `wf compile` writes.

use std::fs;
use std::path::Path;

use wf::check::check_text;
use wf::check::facts::{GlobalId, GlobalKind};
use wf::diagnostic::render::{Format, Style, render};

use crate::bless;

/// SARIF: the schema of OASIS, but for one pattern (`language`) that is no valid regular expression there.
fn schema(path: &str) -> jsonschema::Validator {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
}

fn problems(schema: &jsonschema::Validator, document: &serde_json::Value) -> Vec<String> {
    schema.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn sarif_follows_the_schema_of_oasis() {
    let schema = schema("tests/schemas/sarif-2.1.0.json");
    let mut results = 0;
    for case in bless::cases("check/lints", "wf").into_iter().chain(bless::cases("parse/recover", "wf")) {
        let text = String::from_utf8_lossy(&fs::read(&case).unwrap()).into_owned();
        let checked = check_text("a folder/é.wf", &text);
        let mut out = Vec::new();
        render(&mut out, Format::Sarif, Style::default(), &checked.sources, &checked.diagnostics).unwrap();
        let document: serde_json::Value = serde_json::from_slice(&out).unwrap();
        results += document["runs"][0]["results"].as_array().unwrap().len();
        assert_eq!(problems(&schema, &document), Vec::<String>::new(), "{}", case.display());
    }
    assert!(results > 100, "{results} results were looked at");
}

#[test]
fn compiled_plans_follow_their_schema() {
    let schema = schema("docs/plan.schema.json");
    let mut plans = 0;
    for case in bless::cases("plan", "wf").into_iter().chain(bless::cases("machine", "wf")) {
        let checked = check_text("case.wf", &fs::read_to_string(&case).unwrap());
        for (index, global) in checked.globals.iter().enumerate() {
            if !checked.is_ok() || global.place.file.0 != 0 || !matches!(global.kind, GlobalKind::Workflow(_)) {
                continue;
            }
            let plan = wf::plan::compile(&checked, GlobalId(index as u32)).unwrap();
            let document = serde_json::from_str(&plan.to_json()).unwrap();
            assert_eq!(problems(&schema, &document), Vec::<String>::new(), "{}", case.display());
            plans += 1;
        }
    }
    assert!(plans > 5, "{plans} plans were looked at");
}
