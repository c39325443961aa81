//! Parsing: `tests/cases/parse/ok/*.wf` have no diagnostics and a blessed tree (`.tree`);
//! `tests/cases/parse/recover/*.wf` have blessed diagnostics (`.txt`), one per line with help and fix below.

use crate::{bless, dump};
use proptest::prelude::*;
use std::fs;
use std::sync::Arc;
use wf::diagnostic::Diagnostic;
use wf::source::{FileId, Source};
use wf::syntax::tree::{BinaryOp, ExprKind};
use wf::syntax::{Parsed, parse, parse_bytes, parse_expr, parse_type, reparse};

const FILE: FileId = FileId(0);

/// `line:col: severity[code]: message`, with help and fixes on lines of their own.
pub fn short(parsed: &Parsed, source: &Source, diagnostic: &Diagnostic) -> String {
    let at = |place| {
        let position = source.position(parsed.absolute(place).span.start);
        format!("{}:{}", position.line, position.column)
    };
    let code = diagnostic.code.name;
    let mut out = format!("{}: error[{code}]: {}\n", at(diagnostic.primary.place), diagnostic.message);
    for label in &diagnostic.secondary {
        out += &format!("    {}: {}\n", at(label.place), label.text);
    }
    if let Some(help) = &diagnostic.help {
        out += &format!("    help: {help}\n");
    }
    for fix in &diagnostic.fixes {
        let certain = if fix.certain { "fix" } else { "maybe" };
        for (place, text) in &fix.edits {
            let span = parsed.absolute(*place).span;
            out += &format!("    {certain}: {:?} -> {text:?}\n", span.of(source.text()));
        }
    }
    out
}

fn report(parsed: &Parsed) -> String {
    let source = Source::new("case.wf", parsed.text().clone());
    parsed.diagnostics.iter().map(|diagnostic| short(parsed, &source, diagnostic)).collect()
}

#[test]
fn valid_files_have_the_blessed_tree() {
    let mut differences = Vec::new();
    for case in bless::cases("parse/ok", "wf") {
        let text = fs::read_to_string(&case).unwrap();
        let parsed = parse(FILE, &text);
        assert_eq!(report(&parsed), "", "{}", case.display());
        differences.extend(bless::compare(&case.with_extension("tree"), &dump::tree(&parsed.tree)));
    }
    bless::assert_none(differences);
}

#[test]
fn mistakes_are_reported_where_they_are() {
    let mut differences = Vec::new();
    for case in bless::cases("parse/recover", "wf") {
        let bytes = fs::read(&case).unwrap();
        let parsed = parse_bytes(FILE, &bytes);
        let report = report(&parsed);
        assert_ne!(report, "", "{} has no mistake", case.display());
        differences.extend(bless::compare(&case.with_extension("txt"), &report));
    }
    bless::assert_none(differences);
}

/// The texts of all cases.
fn corpus() -> Vec<String> {
    let cases = bless::cases("parse/ok", "wf").into_iter().chain(bless::cases("parse/recover", "wf"));
    cases.map(|case| String::from_utf8_lossy(&fs::read(case).unwrap()).into_owned()).collect()
}

/// What holds for every text: places lie in it, on character boundaries.
fn check_places(text: &str) {
    let parsed = parse(FILE, text);
    let text = parsed.text();
    for (index, slot) in parsed.tree.items.iter().enumerate() {
        assert!(slot.start <= slot.end && slot.end as usize <= text.len());
        let length = slot.end - slot.start;
        for (item, span) in dump::spans(&parsed.tree).into_iter().filter(|(item, _)| *item == index) {
            assert!(
                span.start <= span.end && span.end <= length,
                "{span:?} of item {item} of {length} bytes: {text:?}"
            );
            assert!(text.is_char_boundary((slot.start + span.start) as usize), "{span:?}: {text:?}");
            assert!(text.is_char_boundary((slot.start + span.end) as usize), "{span:?}: {text:?}");
        }
    }
    for diagnostic in &parsed.diagnostics {
        let mut diagnostic = diagnostic.clone();
        for place in diagnostic.places_mut() {
            let span = parsed.absolute(*place).span;
            assert!(span.start <= span.end && span.end as usize <= text.len(), "{span:?}: {text:?}");
            assert!(text.is_char_boundary(span.start as usize) && text.is_char_boundary(span.end as usize), "{text:?}");
        }
    }
}

#[test]
fn places_lie_in_the_text() {
    corpus().iter().for_each(|text| check_places(text));
}

#[test]
fn no_message_shows_a_rule() {
    for text in corpus() {
        let report = report(&parse(FILE, &text));
        for part in ["need_", "head_", "_stmt", "one_", "text_plain"] {
            assert!(!report.contains(part), "{part} in {report}");
        }
    }
}

/// The tokens of a text as byte ranges, roughly: words, numbers and single signs.
fn tokens(text: &str) -> Vec<(usize, usize)> {
    let mut tokens = Vec::new();
    let mut letters = text.char_indices().peekable();
    while let Some((start, letter)) = letters.next() {
        if letter.is_whitespace() {
            continue;
        }
        let mut end = start + letter.len_utf8();
        let word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-';
        while word(letter) && letters.peek().is_some_and(|(_, next)| word(*next)) {
            end += letters.next().map_or(0, |(_, next)| next.len_utf8());
        }
        tokens.push((start, end));
    }
    tokens
}

#[test]
fn without_any_one_token_a_file_is_valid_or_wrong_near_it() {
    let text = fs::read_to_string("tests/cases/parse/ok/ship-feature.wf").unwrap();
    let source = Source::new("case.wf", text.as_str());
    for (start, end) in tokens(&text) {
        let without = format!("{}{}", &text[..start], &text[end..]);
        let parsed = parse(FILE, &without);
        let errors = parsed.diagnostics.len();
        assert!(errors <= 4, "without {:?} at {start}: {}", &text[start..end], report(&parsed));
        let line = source.position(start as u32).line;
        let lines = source.line_count();
        let changed = Source::new("case.wf", parsed.text().clone());
        for diagnostic in &parsed.diagnostics {
            let at = changed.position(parsed.absolute(diagnostic.primary.place).span.start).line;
            // A bracket may be missed as far as its item reaches; everything else within a few lines.
            let bracket = diagnostic.code.name.contains("bracket") || "()[]{}\"".contains(&text[start..end]);
            assert!(bracket || at.abs_diff(line) <= 4 || at + 2 >= lines, "line {line}: {}", report(&parsed));
        }
    }
}

#[test]
fn a_re_parse_is_the_same_as_a_parse_and_keeps_what_is_unchanged() {
    let old = fs::read_to_string("tests/cases/parse/ok/items.wf").unwrap();
    let before = parse(FILE, &old);
    let new = old.replace("low, normal", "low, , normal").replace("// A comment", "// Another, longer comment");
    let again = reparse(FILE, &before, &new);
    let fresh = parse(FILE, &new);
    assert_eq!(report(&again), report(&fresh));
    assert_eq!(dump::tree(&again.tree), dump::tree(&fresh.tree));
    let kept = |slot: &wf::syntax::tree::Slot| before.tree.items.iter().any(|old| Arc::ptr_eq(&old.item, &slot.item));
    let lost = again.tree.items.iter().filter(|slot| !kept(slot)).count();
    assert_eq!(lost, 1, "only the enum has changed");
    let third = reparse(FILE, &again, &format!("// moved\n{new}"));
    assert_eq!(third.tree.items.len(), again.tree.items.len());
    assert_eq!(third.diagnostics.len(), again.diagnostics.len(), "errors of kept items are kept");
}

#[test]
fn deep_nesting_is_an_ordinary_error() {
    for (opener, head) in [
        ("(", "let x = "),
        ("[", "let x = "),
        ("{a: ", "let x = "),
        ("\"${", "let x = "),
        ("f(", "let x = "),
        ("not ", "let x = "),
        ("- ", "let x = "),
        ("if a then ", "let x = "),
        ("if ", "let x = "),
        ("list<", "fn f(a: "),
        ("{a: ", "fn f(a: "),
        ("a.", "let x = "),
        ("a + ", "let x = "),
        ("a ?? ", "let x = "),
        ("if a then b else ", "let x = "),
        ("x as int ", "let x = "),
        ("if a { ", "workflow w() { "),
        ("scope {\n", "workflow w() { "),
        ("step a {\n", "workflow w() {\n"),
        ("match x { 1 => ", "let x = "),
        ("on failure { ", "workflow w() { "),
        ("let a = for x in y { ", "workflow w() { "),
        ("\"\"\" ${", "let x = "),
        ("}", ""),
        ("for x in [1] { ", "test \"x\" { "),
    ] {
        let text = format!("{head}{}", opener.repeat(100_000));
        let parsed = parse(FILE, &text);
        assert!(!parsed.diagnostics.is_empty(), "{opener}");
        assert!(parsed.diagnostics.len() <= 101, "{opener}");
    }
}

#[test]
fn errors_are_limited() {
    let text = format!("workflow w() {{\n{}}}\n", "  emit 5\n".repeat(1000));
    let parsed = parse(FILE, &text);
    assert_eq!(parsed.diagnostics.len(), 101);
    assert_eq!(parsed.diagnostics[100].code.name, "too-many-errors");
}

#[test]
fn a_large_item_is_the_same_part_by_part() {
    let text = fs::read_to_string("tests/cases/parse/ok/ship-feature.wf").unwrap();
    let padding = format!("\n  // {}\n  on rollback {{", "x".repeat(5000));
    let large = text.replacen("\n  on rollback {", &padding, 1);
    assert_eq!(report(&parse(FILE, &large)), "");
    let dump = |text: &str| dump::tree(&parse(FILE, text).tree).replace("comment own_line=true\n", "");
    assert_eq!(dump(&large), dump(&text));
}

#[test]
fn fragments_stand_alone() {
    let (expr, errors) = parse_expr(FILE, " test_coverage < 80% ");
    assert!(errors.is_empty());
    assert!(matches!(expr.kind, ExprKind::Binary(BinaryOp::Lt, _)));
    for text in ["", "1 +", "(", "\"abc", "a b", "then", "'x'"] {
        let (_, errors) = parse_expr(FILE, text);
        assert_eq!(errors.len(), 1, "{text:?}: {errors:?}");
    }
    assert!(parse_type(FILE, "list<{a: int?}>?").1.is_empty());
    assert_eq!(parse_type(FILE, "list<").1.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_give_a_tree(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let parsed = parse_bytes(FILE, &bytes);
        report(&parsed);
    }

    #[test]
    fn any_mixture_of_tokens_gives_a_tree(pieces in proptest::collection::vec(piece(), 0..60)) {
        check_places(&pieces.concat());
    }

    #[test]
    fn any_cut_of_a_case_gives_a_tree(case in 0_usize..64, from in 0_usize..4000, length in 0_usize..60) {
        let corpus = corpus();
        let text = &corpus[case % corpus.len()];
        let boundary = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let (from, to) = (boundary(from), boundary(from + length));
        check_places(&format!("{}{}", &text[..from], &text[to..]));
    }
}

/// A token of the language, or something that is none.
fn piece() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "workflow w(",
        "workflow x {",
        ") -> (",
        "step a {",
        "}\n",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "\n",
        "\n",
        " ",
        ";",
        "\"",
        "\"\"\"",
        "${",
        "$${",
        "r#\"",
        "\"#",
        "// c\n",
        "/// d\n",
        "//! e\n",
        "let x = ",
        "if ",
        "else ",
        "then ",
        "for x in ",
        "match ",
        "=> ",
        "parallel ",
        "repeat max 3 until ",
        "on failure ",
        "a",
        "b.c",
        "ä",
        "80%",
        "5s",
        "1_",
        "not ",
        "and ",
        "- ",
        "+ ",
        "?? ",
        "?.",
        ".",
        ",",
        ":",
        "= ",
        "@run",
        "run @x(",
        "sh \"x\"",
        "gate \"T\" ",
        "approve \"Q\" {",
        "show ",
        "allow(x)",
        "test \"t\" {\n",
        "expect ",
        "mock ",
        "record R {",
        "enum E {",
        "fn f(",
        "use ",
        "gates g {",
        "\r\n",
        "\u{feff}",
        "\0",
        "\\",
        "'",
        "as ",
        "list<",
        ">",
        "?",
        "env {",
        "undo {",
        "wf 1\n",
    ])
}

/// The first block after a heading of a page: its language and text.
fn block<'p>(page: &'p str, heading: &str) -> (&'p str, &'p str) {
    let (_, after) = page.split_once(heading).unwrap_or_else(|| panic!("no {heading} in {page}"));
    let (_, fenced) = after.split_once("```").unwrap();
    let (body, _) = fenced.split_once("```").unwrap();
    body.split_once('\n').unwrap()
}

#[test]
fn every_page_shows_its_mistake_and_its_cure() {
    for code in wf::diagnostic::codes::syntax::ALL {
        let (language, wrong) = block(code.page, "## Wrong");
        let found = parse(FILE, wrong).diagnostics;
        assert!(language != "wf" || found.iter().any(|found| found.code.name == code.name), "{}: {found:?}", code.name);
        let (_, right) = block(code.page, "## Right");
        assert_eq!(report(&parse(FILE, right)), "", "{}", code.name);
    }
}

#[test]
fn every_code_has_a_case() {
    let reports: String = corpus().iter().map(|text| report(&parse(FILE, text))).collect();
    // These need bytes or a length that no readable case has; tests of their own show them.
    let apart = ["source-too-large", "not-text", "too-many-errors", "nesting-too-deep", "chain-too-long"];
    for code in wf::diagnostic::codes::syntax::ALL.iter().filter(|code| !apart.contains(&code.name)) {
        assert!(reports.contains(&format!("[{}]", code.name)), "no case shows {}", code.name);
    }
}

/// Texts of one repeated mistake, long enough that a quadratic pass would be noticed.
#[test]
fn repeated_mistakes_take_linear_time() {
    for (head, part) in [
        ("workflow w() {\n", "  step a {\n    foo(\n  }\n"),
        ("workflow w() {\n", "  emit \"x\n"),
        ("workflow w() {\n", "  foo [\n  let x = 1\n"),
        ("workflow w() {\n", "  /// Documentation.\n"),
        ("workflow w() {\n", "  if x { } elif y { }\n"),
        ("workflow w() {\n", "()[]"),
        ("workflow w() {\n", ")"),
        ("workflow w() {\n", "allow(x)\n"),
        ("workflow w(", "a int, "),
        ("let x = [", "1 "),
        ("let x = \"\"\"", "${a} $${ "),
        ("test \"t\" {\n", "  run x(\n"),
        ("gates g {\n", "  a b\n"),
        ("", "step a\n"),
        ("", "\"\"\" r#\"\n"),
        ("", "\u{e9}\n"),
    ] {
        let text = format!("{head}{}", part.repeat((1 << 16) / part.len()));
        assert!(!parse(FILE, &text).diagnostics.is_empty(), "{part}");
    }
}
