use serde_json::json;

use super::*;

fn types() -> Vec<Type> {
    let field = |name: &str, ty: u32, default| RecordField { name: name.into(), ty: TypeIx(ty), default };
    vec![
        Type::Float,
        Type::List(TypeIx(0)),
        Type::Percent,
        Type::Duration,
        Type::Enum { name: "Priority".into(), variants: vec!["low".into(), "high".into()] },
        Type::Optional(TypeIx(0)),
        Type::Record {
            name: "R".into(),
            fields: vec![field("lines", 0, None), field("all", 1, Some(ExprIx(7))), field("rest", 5, None)],
        },
        Type::List(TypeIx(6)),
        Type::Int,
        Type::Map(TypeIx(8)),
        Type::Json,
        Type::Size,
        Type::Url,
        Type::Result(TypeIx(8)),
        Type::Bool,
        Type::String,
        Type::Optional(TypeIx(15)),
        Type::File,
        Type::List(TypeIx(15)),
    ]
}

fn default(expr: ExprIx) -> Result<Value, String> {
    if expr == ExprIx(7) { Ok(Value::list(vec![])) } else { Err("no".into()) }
}

fn read(json: Json, ty: u32) -> String {
    match Decoder::new(&types(), &default).json(&json, TypeIx(ty)) {
        Ok(value) => serde_json::to_string(&value).unwrap(),
        Err(error) => error.to_string(),
    }
}

fn word(text: &str, ty: u32) -> String {
    match Decoder::new(&types(), &default).text(text, TypeIx(ty)) {
        Ok(value) => serde_json::to_string(&value).unwrap(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn json_is_read_by_type() {
    assert_eq!(read(json!([{"lines": 1, "more": 2}]), 7), r#"[{"lines":1.0,"all":[],"rest":null}]"#);
    assert_eq!(read(json!([{"lines": "x"}]), 7), r#"[0].lines: expected float, found string "x""#);
    assert_eq!(read(json!([{}]), 7), "[0].lines: expected float, found nothing");
    assert_eq!(read(json!({"a b": "1"}), 9), r#"["a b"]: expected int, found string "1""#);
    assert_eq!(read(json!(87.5), 2), r#"{"$percent":87.5}"#);
    assert_eq!(read(json!("80%"), 2), r#"{"$percent":80.0}"#);
    assert_eq!(read(json!(1.5), 3), r#"{"$duration":1500}"#);
    assert_eq!(read(json!(3.0), 8), "3");
    assert_eq!(read(json!(3.5), 8), "expected int, found number 3.5");
    assert_eq!(read(json!("mid"), 4), r#"expected Priority (low | high), found string "mid""#);
    assert_eq!(read(json!(null), 5), "null");
    assert_eq!(
        read(json!({"err": {"kind": "exit", "message": "m"}}), 13).split(',').next().unwrap(),
        r#"{"$err":{"kind":"exit""#
    );
    assert_eq!(read(json!({"ok": "x"}), 13), r#"ok: expected int, found string "x""#);
    assert_eq!(read(json!(1), 99), "expected …, found number 1");
}

#[test]
fn text_is_read_by_type() {
    assert_eq!(word("1, 2.5", 1), "[1.0,2.5]");
    assert_eq!(word("", 1), "[]");
    assert_eq!(word("[1,2]", 1), "[1.0,2.0]");
    assert_eq!(word("1,x", 1), r#"[1]: expected float, found "x""#);
    assert_eq!(word("80", 2), r#"expected percent such as 80%, found "80""#);
    assert_eq!(word("a=1,b=2", 9), r#"{"$map":{"a":1,"b":2}}"#);
    assert_eq!(word("{\"a\": 1}", 9), r#"{"$map":{"a":1}}"#);
    assert_eq!(word("high", 4), r#"{"$variant":"high"}"#);
    assert_eq!(word(" x ", 15), r#"" x ""#);
    assert_eq!(word("", 16), r#""""#);
    assert_eq!(word("", 5), "null");
    assert_eq!(word("yes", 14), r#"expected bool (true or false), found "yes""#);
    assert_eq!(word("a b", 12), r#"expected url such as https://example.org, found "a b""#);
    assert!(word("{", 6).starts_with(r#"expected R as a JSON object, found "{", which is not JSON"#));
}

#[test]
fn plain_json_reads_back() {
    let values = [
        (Value::Percent(12.5), 2),
        (Value::Duration(90_500), 3),
        (Value::Size(4096), 11),
        (Value::Variant("low".into()), 4),
        (Value::Ok(Arc::new(Value::Int(3))), 13),
        (Value::None, 5),
        (file("a/b", false), 17),
    ];
    let types = types();
    let decoder = Decoder::new(&types, &default);
    for (value, ty) in values {
        assert_eq!(decoder.json(&value.to_plain_json(), TypeIx(ty)).as_ref(), Ok(&value));
    }
}
