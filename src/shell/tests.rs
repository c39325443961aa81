//! Runs the cases of `tests/cases/shell`: `.sh` with `sh`, `dash` and `bash`, `.bash` with `bash` alone.
//!
//! A case begins with `=== title`, then comes a script with `${value}`, `${name}` (a value without `/`), `${list}` and
//! `${raw}` as its holes. `--- output` is what it prints, run once with every hostile value; `--- holes:` what the
//! scanner says of each hole, `--- unclosed:` what is open at the end and where; `--- skip NAME` leaves a value out and
//! `--- only NAME` takes no other.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::*;

const VALUES: &[(&str, &str)] = &[
    ("a", "a"),
    ("empty-value", ""),
    ("space", " a  b "),
    ("substitution", "$(touch pwned)"),
    ("backticks", "`touch pwned`"),
    ("semicolon", "; touch pwned #"),
    ("newline", "a\ntouch pwned\n"),
    ("here-end", "x\nEND\ntouch pwned\nONE"),
    ("only-newlines", "\n\n"),
    ("single", "'; touch pwned; '"),
    ("double", "\"; touch pwned; \""),
    ("reopened", "'\"'\"'$(touch pwned)'\"'\"'"),
    ("closing", ")}]]; touch pwned; (("),
    ("option", "-rf"),
    ("ends-options", "--"),
    ("glob", "*?[a-z]"),
    ("tilde", "~/x"),
    ("backslash", "\\"),
    ("backslashes", "\\\\n\\'\\\"\\$"),
    ("variable", "$HOME ${x} $1 $$"),
    ("parameter", "x}${y:-$(touch pwned)}"),
    ("subscript", "a[$(touch pwned)]"),
    ("history", "!! !$ ^a^b"),
    ("ampersand", "& && | || > x < y"),
    ("unicode", "Ё ā … 😁 \u{81}\u{88}\u{fffc}"),
    ("control", "\u{1}\u{2}\t\r\u{7f}\u{1b}[0m"),
    ("comment", "# x"),
    ("assignment", "x=1"),
    ("test", "! -f = ("),
    ("percent", "%s%n\\c"),
    ("braces", "{a,b}{1..3}"),
    ("quoted", "qu'ot\"ed"),
];

const RAW: &str = "printf 'raw %s' words";

struct Case {
    file: String,
    title: String,
    script: String,
    output: Option<String>,
    holes: Option<String>,
    unclosed: Option<String>,
    skipped: Vec<String>,
    only: Option<String>,
}

fn cases(extension: &str) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/shell");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|found| found == extension));
    files.sort();
    files.iter().flat_map(|path| parse(path)).collect()
}

fn parse(path: &Path) -> Vec<Case> {
    let text = std::fs::read_to_string(path).unwrap();
    let file = path.file_name().unwrap().to_string_lossy().into_owned();
    text.split("=== ").skip(1).map(|text| parse_case(&file, text)).collect()
}

fn parse_case(file: &str, text: &str) -> Case {
    let (title, body) = text.split_once('\n').unwrap();
    let mut parts = body.split("--- ");
    let script = parts.next().unwrap().to_owned();
    let (file, title) = (file.to_owned(), title.to_owned());
    let (skipped, only) = (Vec::new(), None);
    let mut case = Case { file, title, script, output: None, holes: None, unclosed: None, skipped, only };
    for part in parts {
        let (head, rest) = part.split_once('\n').unwrap();
        match head.split_once(' ').unwrap_or((head, "")) {
            ("output", _) => case.output = Some(rest.strip_suffix('\n').unwrap_or(rest).to_owned()),
            ("skip", name) => case.skipped.push(name.to_owned()),
            ("only", name) => case.only = Some(name.to_owned()),
            ("unclosed:", what) => case.unclosed = Some(what.to_owned()),
            ("holes:", names) => case.holes = Some(names.to_owned()),
            other => panic!("{}: {}: unknown section {other:?}", case.file, case.title),
        }
    }
    case
}

/// Splits a script at its holes.
fn pieces(script: &str) -> Vec<(Piece<'_>, &'static str)> {
    let kinds =
        [("{value}", Piece::hole()), ("{name}", Piece::hole()), ("{list}", Piece::list()), ("{raw}", Piece::raw())];
    let names = ["value", "name", "list", "raw"];
    let mut found = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(offset) = script[at..].find('$') {
        let here = at + offset;
        let after = &script[here + 1..];
        match kinds.iter().position(|(text, _)| after.starts_with(text)) {
            Some(kind) => {
                found.push((Piece::Text(&script[start..here]), ""));
                found.push((kinds[kind].1, names[kind]));
                at = here + 1 + kinds[kind].0.len();
                start = at;
            }
            None => at = here + 1,
        }
    }
    found.push((Piece::Text(&script[start..]), ""));
    found
}

fn installed(shell: &str) -> bool {
    let found = Command::new(shell).args(["-c", ":"]).status().is_ok_and(|status| status.success());
    if !found {
        eprintln!("SKIPPED: no `{shell}` on this machine; its part of the shell corpus was not run");
    }
    found
}

fn run(case: &Case, language: Language, shell: &str, value: &str, folder: &Path) -> Result<(), String> {
    let name = value.replace('/', "_");
    let list: Vec<String> = VALUES.iter().map(|(_, element)| (*element).to_owned()).chain([value.to_owned()]).collect();
    let list = if value.is_empty() { Vec::new() } else { list };
    let split = pieces(&case.script);
    let pieces: Vec<Piece<'_>> = split.iter().map(|(piece, _)| *piece).collect();
    let scan = scan(language, &pieces);
    if let Some(problem) = scan.holes.iter().find_map(|hole| hole.problem) {
        return Err(format!("refused: {problem:?}"));
    }
    let values: Vec<HoleValue> = (split.iter().filter(|(_, kind)| !kind.is_empty()))
        .map(|(_, kind)| match *kind {
            "list" => HoleValue::Many(list.clone()),
            "raw" => HoleValue::One(RAW.to_owned()),
            "name" => HoleValue::One(name.clone()),
            _ => HoleValue::One(value.to_owned()),
        })
        .collect();
    let rendered = Template::new(&pieces, &scan.holes).render(&values).map_err(|error| error.to_string())?;
    let words: String = list.iter().map(|element| format!("<{element}>")).collect();
    let expected = case.output.as_deref().unwrap_or_default().replace("${value}", "\0").replace("${list}", &words);
    let expected = expected.replace('\0', value);
    let output = Command::new(shell)
        .args(["-eu", "-c", &rendered.text])
        .envs(rendered.variables.iter().map(|(name, value)| (name, value)))
        .current_dir(folder)
        .output()
        .unwrap();
    let left: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    if !left.is_empty() {
        return Err(format!("something was executed, {left:?} appeared\n{}", rendered.text));
    }
    if output.stdout != expected.as_bytes() {
        let (got, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        return Err(format!("expected {expected:?}\n     got {got:?}\n{}{errors}", rendered.text));
    }
    Ok(())
}

fn run_all(language: Language, extension: &str, shells: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let mut failures = Vec::new();
    let mut ran = 0;
    for shell in shells.iter().filter(|shell| installed(shell)) {
        for case in cases(extension).iter().filter(|case| case.output.is_some()) {
            let chosen = |name: &str| {
                !case.skipped.iter().any(|skipped| skipped == name)
                    && case.only.as_deref().is_none_or(|only| only == name)
            };
            for (name, value) in VALUES.iter().filter(|(name, _)| chosen(name)) {
                ran += 1;
                if let Err(failure) = run(case, language, shell, value, folder.path()) {
                    failures.push(format!("{} · {} · {shell} · {name}: {failure}", case.file, case.title));
                }
            }
        }
    }
    let shown = failures.iter().take(12).cloned().collect::<Vec<_>>().join("\n");
    assert!(failures.is_empty(), "{} of {ran} failed\n{shown}", failures.len());
}

#[test]
fn values_arrive_in_posix_shells() {
    run_all(Language::Sh, "sh", &["sh", "dash"]);
}

#[test]
fn values_arrive_in_bash() {
    run_all(Language::Bash, "sh", &["bash"]);
    run_all(Language::Bash, "bash", &["bash"]);
}

fn judge(language: Language, extension: &str) {
    let mut failures = Vec::new();
    for case in cases(extension).iter().filter(|case| case.holes.is_some()) {
        let pieces: Vec<Piece<'_>> = pieces(&case.script).iter().map(|(piece, _)| *piece).collect();
        let scan = scan(language, &pieces);
        let name = |hole: &HoleContext| hole.problem.map(Problem::name).or(hole.lint.map(Lint::name)).unwrap_or("fine");
        let found = scan.holes.iter().map(name).collect::<Vec<_>>().join(", ");
        let unclosed = scan.unclosed.map(|open| format!("{:?} {}", open.opener, open.offset));
        if Some(&found) != case.holes.as_ref() || unclosed != case.unclosed {
            let (title, holes) = (&case.title, case.holes.as_deref().unwrap_or_default());
            failures.push(format!("{title}:\n  expected {holes} {:?}\n     found {found} {unclosed:?}", case.unclosed));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn holes_are_judged() {
    judge(Language::Sh, "sh");
    judge(Language::Bash, "bash");
}

#[test]
fn scripts_of_bash_judge_like_posix_ones_where_nothing_differs() {
    judge(Language::Bash, "sh");
}

#[test]
fn deep_nesting_is_refused_in_linear_time() {
    let opened = "$(".repeat(200_000);
    let pieces = [Piece::hole(), Piece::text(&opened), Piece::hole()];
    let scan = scan(Language::Bash, &pieces);
    assert_eq!(scan.holes[0].problem, None);
    assert_eq!(scan.holes[1].problem, Some(Problem::TooDeep));
}

#[test]
fn large_scripts_take_linear_time() {
    for line in ["echo \"$x\" 'y' | cat <<E\nE\n", "case a in b) c;; esac\n", "a ${b:-$(c)} ", "<<E ", "[[ a ]] "] {
        let text = line.repeat(2_000_000 / line.len());
        let begun = std::time::Instant::now();
        scan(Language::Bash, &[Piece::text(&text), Piece::hole()]);
        assert!(begun.elapsed().as_secs() < 5, "{line:?} took {:?}", begun.elapsed());
    }
}

#[test]
fn values_that_no_variable_holds_are_refused() {
    let pieces = [Piece::hole()];
    let template = Template::new(&pieces, &scan(Language::Sh, &pieces).holes);
    let refused = |value: String| template.render(&[HoleValue::One(value)]).unwrap_err();
    assert!(matches!(refused("x".repeat(131_072)), RenderError::TooLarge { hole: 0, bytes: 131_072, .. }));
    assert_eq!(refused("a\0b".to_owned()), RenderError::Nul { hole: 0 });
    assert_eq!(template.render(&[]).unwrap_err(), RenderError::Shape { hole: 0 });
    let largest = "x".repeat(131_072 - "WF_VALUE_1".len() - 2);
    let rendered = template.render(&[HoleValue::One(largest)]).unwrap();
    let status = Command::new("sh").args(["-c", ": \"$WF_VALUE_1\""]).envs(rendered.variables).status();
    assert!(status.unwrap().success());
}

proptest::proptest! {
    #[test]
    fn any_text_is_scanned(texts in proptest::collection::vec("[a-z \\\\$`\"'(){}<>|&;#\n\\[\\]=!-]{0,12}", 0..12)) {
        let pieces: Vec<Piece<'_>> = texts.iter().flat_map(|text| [Piece::text(text), Piece::hole()]).collect();
        for language in [Language::Sh, Language::Bash] {
            proptest::prop_assert_eq!(scan(language, &pieces).holes.len(), texts.len());
        }
    }
}

/// Bits of shell syntax that do no harm in whatever order.
const BITS: &[&str] = &[
    "\"",
    "\"",
    "'",
    "'",
    "\\",
    "$",
    "$(",
    ")",
    "(",
    "((",
    "))",
    "$((",
    "${x:-",
    "${x#",
    "${x/",
    "${x",
    "}",
    "{ ",
    "`",
    " ",
    " ",
    "\n",
    "\n",
    "<<E\n",
    "<<'E'\n",
    "<<-E ",
    "\nE\n",
    "\n\tE\n",
    "<<<",
    "cat ",
    "echo ",
    ": ",
    "x=",
    "#",
    " # ",
    ";",
    ";;",
    "&&",
    "|",
    "case a in ",
    "a) ",
    "esac ",
    "[[ ",
    " ]]",
    "if :; then ",
    "; fi",
    "for x in ",
    "; do ",
    "; done",
    "f() ",
    "$'",
    "$\"",
    "$x",
    "a",
    "a[",
    "]",
    "=",
    " == ",
    " -eq ",
    "<(",
    "sh -c ",
    "eval ",
    "-- ",
    "let ",
    "@(",
    "!",
    "+(",
    "\\\n",
    "$[",
    "\t",
    "\\\\",
    "a=(",
    "\\'",
    "\\\"",
    "$$",
    "${#",
    "${x[",
    "function f ",
    "&",
    ">/dev/null ",
    "2>&1 ",
    "\r",
    "é",
    "local ",
    "declare ",
    "-i ",
    "test ",
];

/// Whatever the script is: where the scanner sees no problem, nothing of a value is executed.
fn nothing_is_executed(bits: &[usize], shells: &[(Language, &str)]) -> Result<(), String> {
    const HOSTILE: &[&str] = &[
        "$(touch pwned)",
        "`touch pwned`",
        "a[$(touch pwned)]",
        "'\n touch pwned\n'",
        "\"\n touch pwned\n\"",
        "\nE\ntouch pwned\n",
        "x}\n touch pwned\n",
        ")\n touch pwned\n",
        "; touch pwned; ",
        "]]\n))\n;; esac\n touch pwned\n",
    ];
    let hole = BITS.len();
    for &(language, shell) in shells {
        let pieces: Vec<Piece<'_>> =
            bits.iter().map(|&bit| if bit >= hole { Piece::hole() } else { Piece::text(BITS[bit]) }).collect();
        let scan = scan(language, &pieces);
        if scan.holes.is_empty() || scan.holes.iter().any(|hole| hole.problem.is_some()) {
            continue;
        }
        for hostile in HOSTILE {
            let folder = tempfile::tempdir().unwrap();
            let values = vec![HoleValue::One((*hostile).to_owned()); scan.holes.len()];
            let rendered = Template::new(&pieces, &scan.holes).render(&values).unwrap();
            let mut command = Command::new("timeout");
            command.args(["5", shell, "-c", &rendered.text]).current_dir(folder.path()).envs(rendered.variables);
            command.stdin(std::process::Stdio::null()).output().unwrap();
            if folder.path().join("pwned").exists() {
                return Err(format!("{shell} executed {hostile:?} in\n{}", rendered.text));
            }
        }
    }
    Ok(())
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig {
        cases: std::env::var("SHELL_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(40),
        failure_persistence: None,
        ..Default::default()
    })]

    /// `SHELL_CASES=20000` looks longer.
    #[test]
    fn nothing_is_executed_in_scripts_of_any_shape(
        bits in proptest::collection::vec(proptest::prop_oneof![4 => 0..BITS.len(), 1 => proptest::strategy::Just(BITS.len())], 1..14)
    ) {
        let result = nothing_is_executed(&bits, &[(Language::Sh, "sh"), (Language::Bash, "bash")]);
        proptest::prop_assert!(result.is_ok(), "{}", result.unwrap_err());
    }
}
