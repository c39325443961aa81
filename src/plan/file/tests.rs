use super::*;
use crate::plan::sample;

fn code(text: &str) -> &'static str {
    Plan::from_json(text).map_or_else(|error| error.code.name, |_| "fine")
}

#[test]
fn a_plan_reads_back_byte_for_byte() {
    let plan = sample::plan();
    let text = plan.to_json();
    let again = Plan::from_json(&text).unwrap();
    assert_eq!(again, plan);
    assert_eq!(again.to_json(), text);
}

#[test]
fn the_digest_covers_what_runs_only() {
    let plan = sample::plan();
    let mut talk = plan.clone();
    talk.about.docs = "Other words.".into();
    assert_eq!(digest(&talk), plan.digest);
    let mut other = plan.clone();
    other.exprs[0] = crate::plan::ir::Expr::Bool(false);
    assert_ne!(digest(&other), plan.digest);
}

#[test]
fn floats_survive() {
    let mut plan = sample::plan();
    for number in [0.1 + 0.2, 1e300, 123_456_789.123_456_79, 5e-324, 35.4_f64.powi(7)] {
        plan.exprs[0] = crate::plan::ir::Expr::Float(number);
        plan = plan.sealed();
        assert_eq!(Plan::from_json(&plan.to_json()).unwrap(), plan);
    }
}

#[test]
fn what_is_not_the_compiled_plan_is_refused() {
    let text = sample::plan().to_json();
    assert_eq!(code(&text), "fine");
    assert_eq!(code("{}"), "plan-format");
    assert_eq!(code("[]"), "plan-format");
    assert_eq!(code("hello"), "plan-format");
    assert_eq!(code(""), "plan-truncated");
    assert_eq!(code(&text.replace("\"format\":1", "\"format\":2")), "plan-format");
    assert_eq!(code(&text.replace("\"format\":1", "\"format\":0")), "plan-format");
    assert_eq!(code("{\"format\":7,\"digest\":\"sha256:0\",\"new\":1}"), "plan-format");
    assert_eq!(code(&text.replace("cargo", "sudo")), "plan-edited");
    assert_eq!(code(&text.replace("\"language\":1", "\"language\":\"x\"")), "plan-invalid");
    for end in (1..text.trim_end().len()).step_by(7) {
        assert_eq!(code(&text[..end]), "plan-truncated", "{end}");
    }
}

#[test]
fn newer_and_older_are_told_apart() {
    let text = sample::plan().to_json();
    let message = |format: &str| Plan::from_json(&text.replace("\"format\":1", format)).unwrap_err().message;
    assert!(message("\"format\":9").contains("newer"));
    assert!(message("\"format\":0").contains("older"));
}

/// The published schema accepts what is written, and nothing more.
#[test]
fn the_schema_describes_plans() {
    let schema = serde_json::from_str(include_str!("../../../docs/plan.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let plan: serde_json::Value = serde_json::from_str(&sample::plan().to_json()).unwrap();
    let errors: Vec<_> = schema.iter_errors(&plan).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    let breaks: &[(&str, serde_json::Value)] = &[
        ("/format", 2.into()),
        ("/digest", "abc".into()),
        ("/exprs/0", serde_json::json!({"bool": "yes"})),
        ("/exprs/0", serde_json::json!({"nonsense": 1})),
        ("/nodes/5", "sealed".into()),
        ("/entry", serde_json::json!(-1)),
        ("/works/0/effects/risk", "some".into()),
    ];
    for (at, value) in breaks {
        let mut broken = plan.clone();
        *broken.pointer_mut(at).unwrap() = value.clone();
        assert!(!schema.is_valid(&broken), "{at} {value}");
    }
    let mut more = plan.clone();
    more["extra"] = 1.into();
    assert!(!schema.is_valid(&more));
}
