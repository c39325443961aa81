//! The wording of everything that can be wrong with a text, apart from what the grammar did not expect
//! (see [`super::unexpected`]).

use crate::diagnostic::codes::syntax as codes;
use crate::diagnostic::{Diagnostic, Place};
use crate::limits::{MAX_CHAIN, MAX_NESTING, MAX_SOURCE, MAX_SYNTAX_ERRORS};
use crate::source::{FileId, Span};
use crate::suggest::nearest;

pub fn unclosed(file: FileId, open: Span, bracket: &str, end: Option<u32>) -> Diagnostic {
    let closer = match bracket {
        "(" => ")",
        "[" => "]",
        _ => "}",
    };
    let place = Place::absolute(file, open);
    let mut diagnostic = Diagnostic::new(&codes::UNCLOSED_BRACKET, place, format!("`{bracket}` is never closed"))
        .here("opened here")
        .help(format!("add the `{closer}` that belongs to it"));
    if let Some(end) = end {
        diagnostic =
            diagnostic.label(Place::absolute(file, Span::at(end)), format!("`{closer}` is missing at the latest here"));
    }
    diagnostic
}

pub fn unopened(file: FileId, at: Span, byte: u8) -> Diagnostic {
    let bracket = byte as char;
    Diagnostic::new(&codes::UNOPENED_BRACKET, Place::absolute(file, at), format!("`{bracket}` closes nothing"))
        .help("remove it, or add the bracket that it closes")
}

pub fn mismatched(file: FileId, open: Span, close: Span, text: &str) -> Diagnostic {
    let (open_text, close_text) = (open.of(text), close.of(text));
    let closer = if open_text == "(" { ")" } else { "]" };
    let place = Place::absolute(file, close);
    Diagnostic::new(&codes::UNCLOSED_BRACKET, place, format!("`{open_text}` is closed by `{close_text}`"))
        .here(format!("`{closer}` was expected"))
        .label(Place::absolute(file, open), "opened here")
        .fix(format!("write `{closer}`"), place, closer, false)
}

pub fn unterminated(file: FileId, at: Span, closer: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(&codes::UNTERMINATED_STRING, Place::absolute(file, at), "this string has no end")
        .here("starts here");
    match closer {
        "\"" => diagnostic.help("close it with `\"` on the same line; text of several lines stands in `\"\"\"`"),
        _ => diagnostic.help(format!("close it with `{closer}`")),
    }
}

pub fn unclosed_hole(file: FileId, hole: Span, string: u32) -> Diagnostic {
    Diagnostic::new(&codes::UNTERMINATED_STRING, Place::absolute(file, hole), "`${` is not closed on its line")
        .here("the value starts here")
        .label(Place::absolute(file, Span::new(string, string + 1)), "in this string")
        .help("close it with `}`; `\\${` (or `$${`) is the text itself, and `\"\"\"` takes several lines")
}

pub fn too_deep(file: FileId, at: Span) -> Diagnostic {
    let message = format!("nested more than {MAX_NESTING} levels deep");
    Diagnostic::new(&codes::NESTING_TOO_DEEP, Place::absolute(file, at), message)
        .here("one level too many")
        .help("give the inner parts names: a `let`, a `fn`, or a workflow of their own")
}

pub fn unknown_version(file: FileId, at: Span, version: &str) -> Diagnostic {
    let message = format!("version {version} of the language is not known");
    Diagnostic::new(&codes::UNKNOWN_VERSION, Place::absolute(file, at), message)
        .here("this `wf` knows version 1")
        .help("write `wf 1`, or use a newer `wf`")
}

pub fn not_utf8(file: FileId, at: Span) -> Diagnostic {
    Diagnostic::new(&codes::NOT_TEXT, Place::absolute(file, at), "the file is not UTF-8 text")
        .here("the first byte that is not")
        .help("save the file as UTF-8")
}

pub fn nul(file: FileId, at: Span) -> Diagnostic {
    Diagnostic::new(&codes::NOT_TEXT, Place::absolute(file, at), "the file has NUL bytes, so it is not text")
        .here("the first of them")
        .help("save the file as UTF-8")
}

pub fn too_large(file: FileId, size: usize) -> Diagnostic {
    let message = format!("the file has {size} bytes; at most {MAX_SOURCE} are read");
    Diagnostic::new(&codes::SOURCE_TOO_LARGE, Place::absolute(file, Span::at(0)), message)
        .help("split it into files that `use` each other, and keep data out of it")
}

pub fn too_many(place: Place, left: usize) -> Diagnostic {
    let message = format!("{left} more syntax errors after {MAX_SYNTAX_ERRORS} are not shown");
    Diagnostic::new(&codes::TOO_MANY_ERRORS, place, message).help("mend the first ones and check again")
}

pub fn reserved_name(place: Place, word: &str) -> Diagnostic {
    Diagnostic::new(
        &codes::RESERVED_WORD,
        place,
        format!("`{word}` is a word of the language and cannot be a name here"),
    )
    .help(format!("choose another name, such as `my-{word}`"))
}

pub fn reserved_value(place: Place, word: &str) -> Diagnostic {
    Diagnostic::new(&codes::RESERVED_WORD, place, format!("`{word}` is a word of the language, not a value"))
        .help("a value is missing before it, or a name was meant that is not reserved")
}

pub fn unknown_pattern(place: Place, word: &str) -> Diagnostic {
    let message = format!("`{word}` does not take a name in a pattern");
    Diagnostic::new(&codes::UNKNOWN_WORD, place, message).help(
        "the patterns with a name are `some x`, `ok x` and `err f`; others are a variant, a literal, `none` or `_`",
    )
}

pub fn unknown_word(place: Place, word: &str, what: &str, words: &[&str]) -> Diagnostic {
    let diagnostic = Diagnostic::new(&codes::UNKNOWN_WORD, place, format!("`{word}` is not {what}"));
    match nearest(word, words.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{}`?", near.word)).fix(
            format!("replace with `{}`", near.word),
            place,
            near.word,
            near.certain,
        ),
        None => diagnostic.help(format!("one of {}", list(words))),
    }
}

/// `a`, `b` or `c`
pub fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

pub fn unknown_escape(place: Place, text: &str) -> Diagnostic {
    let code = &codes::UNKNOWN_ESCAPE;
    if text.starts_with("\\u") {
        return Diagnostic::new(code, place, format!("`{text}` names no character"))
            .help("write `\\u{…}` with one to six hexadecimal digits, such as `\\u{1F600}`");
    }
    Diagnostic::new(code, place, format!("`{text}` is not an escape"))
        .help("the escapes are \\n \\t \\\" \\\\ \\u{…} and \\$; `r\"…\"` takes backslashes as they are")
        .fix("write the backslash itself", place, format!("\\{text}"), false)
}

pub fn hole_in_key(place: Place) -> Diagnostic {
    Diagnostic::new(&codes::MISPLACED_HOLE, place, "a key cannot hold `${…}`").help("write the key out")
}

pub fn hole_in_program(place: Place) -> Diagnostic {
    Diagnostic::new(&codes::MISPLACED_HOLE, place, "nothing is interpolated into `python` and `node` programs").help(
        "pass the value with `args`, `env` or `stdin`; where `${` belongs to the program, use `\"\"\"` or `r\"…\"`",
    )
}

pub fn long_chain(place: Place) -> Diagnostic {
    let message = format!("more than {MAX_CHAIN} operators and calls in one expression");
    Diagnostic::new(&codes::CHAIN_TOO_LONG, place, message).help("name parts of it with `let`, or use a list")
}

pub fn chained_comparison(place: Place) -> Diagnostic {
    Diagnostic::new(&codes::CHAINED_COMPARISON, place, "comparisons do not chain")
        .help("join two comparisons with `and`: `a < b and b < c`")
}

pub fn number_overflow(place: Place, text: &str) -> Diagnostic {
    Diagnostic::new(&codes::NUMBER_TOO_LARGE, place, format!("`{text}` does not fit into 64 bits"))
        .help("the largest int is 9223372036854775807; a `.0` makes it a float")
}

pub fn unknown_unit(place: Place, text: &str, unit: &str) -> Diagnostic {
    const UNITS: [&str; 15] = ["ms", "s", "m", "h", "d", "%", "B", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB"];
    if ["d", "h", "m", "s", "ms"].contains(&unit) {
        return Diagnostic::new(&codes::UNKNOWN_UNIT, place, format!("`{text}` is not a duration"))
            .help("the units of a duration go from large to small, each once: `1d2h30m5s500ms`");
    }
    let words = [
        ("sec", "s"),
        ("secs", "s"),
        ("seconds", "s"),
        ("min", "m"),
        ("mins", "m"),
        ("minutes", "m"),
        ("hour", "h"),
        ("hours", "h"),
        ("hr", "h"),
        ("day", "d"),
        ("days", "d"),
        ("w", "d"),
        ("k", "KB"),
        ("K", "KB"),
        ("M", "MB"),
        ("G", "GB"),
        ("pct", "%"),
        ("percent", "%"),
    ];
    let near = words.iter().find(|(word, _)| *word == unit).map(|(_, near)| *near).filter(|_| unit != "w");
    let near = near.or_else(|| UNITS.into_iter().find(|known| known.eq_ignore_ascii_case(unit)));
    let diagnostic = Diagnostic::new(&codes::UNKNOWN_UNIT, place, format!("`{unit}` is not a unit"));
    match near {
        Some(near) => {
            let number = text.strip_suffix(unit).unwrap_or(text);
            diagnostic.help(format!("did you mean `{number}{near}`?")).fix(
                format!("replace with `{number}{near}`"),
                place,
                format!("{number}{near}"),
                false,
            )
        }
        None => diagnostic.help("durations have ms s m h d, sizes B KB MB GB TB KiB MiB GiB TiB, shares %"),
    }
}

pub fn fraction(place: Place, text: &str) -> Diagnostic {
    Diagnostic::new(&codes::MALFORMED_NUMBER, place, format!("`{text}` is a duration with a fraction"))
        .help("write it with a smaller unit: `1h30m` for an hour and a half")
}

pub fn underscore(place: Place) -> Diagnostic {
    Diagnostic::new(&codes::MALFORMED_NUMBER, place, "`_` stands between two digits of a number")
        .help("as in `1_000_000`")
}

pub fn missing_type(place: Place, name: &str) -> Diagnostic {
    Diagnostic::new(&codes::MISSING_TYPE, place, format!("`{name}` has no type"))
        .help(format!("write `{name}: string`, or whatever it is"))
}

pub fn misplaced_clause(place: Place, word: &str) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(&codes::MISPLACED_CLAUSE, place, format!("`{word}` cannot stand among statements"));
    match word {
        "run" | "exec" | "sh" | "bash" | "python" | "node" | "agent" | "ask" | "wait" => {
            diagnostic.here("an action belongs to a step").help(format!("put it into one: `step name {{ {word} … }}`"))
        }
        "timeout" | "budget" | "mode" | "on" | "finally" | "gate" => diagnostic
            .here("a clause of a scope")
            .help("put the statements it is for into `scope { … }`, and the clause at its beginning"),
        _ => diagnostic.here("a clause of a step or command").help("put it into the step that it is about"),
    }
}

pub fn misplaced_statement(place: Place, word: &str) -> Diagnostic {
    Diagnostic::new(&codes::MISPLACED_STATEMENT, place, format!("`{word}` cannot stand here"))
        .here("a statement, among the clauses of one action")
        .help("a step holds one action and its clauses; statements stand before, after or around it")
}

pub fn allow_before_nothing(place: Place) -> Diagnostic {
    Diagnostic::new(&codes::STRAY_ALLOW, place, "`allow` has to stand before the statement or item it is for")
        .help("move it there, or remove it")
}

pub fn given_twice(place: Place, word: &str) -> Diagnostic {
    Diagnostic::new(&codes::REPEATED_OPTION, place, format!("`{word}` is given twice")).help("keep one of them")
}

pub fn retry_options(place: Place) -> Diagnostic {
    Diagnostic::new(&codes::WRONG_OPTION, place, "as the answer of a handler, `retry` takes nothing but a number")
        .help("kinds belong to `on failure (kind, …)`; `backoff` to the step's own `retry`")
}

pub fn retry_count(place: Place) -> Diagnostic {
    Diagnostic::new(&codes::WRONG_OPTION, place, "`retry` does not say how often")
        .help("write the number of further attempts: `retry 2`")
}

pub fn net_none(place: Place) -> Diagnostic {
    Diagnostic::new(&codes::WRONG_OPTION, place, "`net none` stands alone").help("remove `none`, or the hosts")
}
