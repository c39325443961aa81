//! The wording of what the grammar did not expect: what stands there, what belongs there, and what was probably meant.

use super::build::Context;
use super::lexeme::{self, Kind, Token};
use super::{errors, keywords, words};
use crate::diagnostic::codes::syntax as codes;
use crate::diagnostic::{Diagnostic, Place};
use crate::source::Span;
use crate::suggest::{Near, nearest};
use wf_grammar::Rule;

/// What stands around the place where a match failed.
struct Scene<'s> {
    text: &'s str,
    /// The token that did not fit.
    found: Token,
    /// The one before it, in the same part.
    before: Option<Token>,
    /// The innermost bracket that is open there.
    open: Option<Token>,
    /// The word that the part begins with.
    keyword: &'s str,
}

/// The diagnostic of a part that began at `start` and failed at `failed`, where `expected` would have fitted.
pub(super) fn token(text: &str, start: u32, failed: u32, expected: &[Rule], place: Place) -> Diagnostic {
    let scene = scene(text, start, failed);
    let at = |span: Span| Place { span, ..place };
    let wanted = wanted(expected, &scene);
    let found = scene.found;
    let missing_here = found.new_line || found.kind == Kind::End;
    // What is missing at the end of a line is missing there, not where the next line begins.
    let span = match scene.before {
        Some(before) if missing_here => Span::at(before.span.end),
        _ if found.kind == Kind::Text => {
            Span::new(found.span.start, found.span.start + first_line(found.span.of(text)))
        }
        _ => found.span,
    };
    let message = match (wanted.as_str(), missing_here) {
        ("", true) if matches!(scene.keyword, "if" | "for" | "repeat" | "match" | "parallel") => {
            "`{` is missing here".to_owned()
        }
        ("", true) => "this is not complete".to_owned(),
        ("", false) => format!("{} is not expected here", describe(&scene)),
        (wanted, true) => format!("{wanted} is missing here"),
        (wanted, false) => format!("expected {wanted}, found {}", describe(&scene)),
    };
    let mut diagnostic = Diagnostic::new(&codes::UNEXPECTED_TOKEN, at(span), message);
    if let Some(open) =
        scene.open.filter(|open| text[open.span.end as usize..span.start.max(open.span.end) as usize].contains('\n'))
    {
        diagnostic = diagnostic.label(at(open.span), "inside this");
    }
    if let Some(near) = near_word(&scene, expected) {
        return mean(diagnostic, at(found.span), near);
    }
    match habit(&scene, expected) {
        Some(habit) => habit.apply(diagnostic, at(habit.span)),
        None => match words::form(scene.keyword) {
            Some(form) if scene.open.is_none() && !inside_value(&scene, expected) => {
                diagnostic.help(format!("it is written `{form}`"))
            }
            _ => diagnostic,
        },
    }
}

/// Whether the mistake is in a value, so that the form of the whole statement would say nothing.
fn inside_value(scene: &Scene<'_>, expected: &[Rule]) -> bool {
    let value = [Rule::need_value, Rule::need_then, Rule::need_else, Rule::need_in, Rule::field, Rule::need_item_end];
    let before = scene.before.map_or("", |before| before.span.of(scene.text));
    matches!(scene.keyword, "let" | "var" | "fn" | "metric" | "output")
        && before != scene.keyword
        && (before == "." || value.iter().any(|rule| expected.contains(rule)))
}

/// The word that was mistyped where one of a few has to stand.
fn near_word<'w>(scene: &Scene<'_>, expected: &[Rule]) -> Option<Near<'w>> {
    if scene.found.kind != Kind::Word || scene.found.new_line && scene.before.is_some() {
        return None;
    }
    let options = expected.iter().flat_map(|rule| words::options(*rule));
    let after = expected.contains(&Rule::need_end) || expected.contains(&Rule::need_lbrace);
    let followers = if after { words::followers(scene.keyword) } else { &[] };
    let gate = if after && words::form(scene.keyword).is_none() { words::followers("gate") } else { &[] };
    let found = scene.found.span.of(scene.text);
    nearest(found, options.chain(followers).chain(gate).copied()).filter(|near| near.word != found)
}

fn first_line(text: &str) -> u32 {
    text.lines().next().unwrap_or("").len() as u32
}

fn scene(text: &str, start: u32, failed: u32) -> Scene<'_> {
    let (mut before, mut open, mut at) = (None, Vec::new(), start as usize);
    loop {
        let token = lexeme::token(text, at);
        if token.span.end > failed
            && token.span.start <= failed
            && token.kind == Kind::Text
            && token.span.start < failed
        {
            // Inside a hole of a string: look at it as text of its own.
            return Scene {
                found: lexeme::token(text, failed as usize),
                before,
                open: None,
                ..word_scene(text, start)
            };
        }
        if token.span.start >= failed || token.kind == Kind::End {
            let last = open.last().copied();
            return Scene { found: token, before, open: last, ..word_scene(text, start) };
        }
        match token.kind {
            Kind::Open(_) => open.push(token),
            Kind::Close(_) => drop(open.pop()),
            _ => {}
        }
        before = Some(token);
        at = token.span.end.max(at as u32 + 1) as usize;
    }
}

fn word_scene(text: &str, start: u32) -> Scene<'_> {
    let first = lexeme::token(text, start as usize);
    Scene { text, found: first, before: None, open: None, keyword: lexeme::word(first.span.of(text)) }
}

/// What would have fitted, in words.
fn wanted(expected: &[Rule], scene: &Scene<'_>) -> String {
    let mandatory: Vec<Rule> = expected.iter().copied().filter(|rule| words::is_mandatory(*rule)).collect();
    let rules = if mandatory.is_empty() { expected } else { &mandatory };
    let mut wanted: Vec<&str> = Vec::new();
    for word in rules.iter().filter_map(|rule| words::expected(*rule)) {
        if !wanted.contains(&word) {
            wanted.push(word);
        }
    }
    let closers = ["`)`", "`]`", "`}`"];
    let list = scene.open.is_some() && wanted.len() == 1 && closers.contains(&wanted[0]);
    let after_value =
        scene.before.is_some_and(|before| !matches!(before.kind, Kind::Open(_)) && before.span.of(scene.text) != ",");
    if list && after_value {
        wanted.insert(0, "`,`");
    }
    if scene.found.span.of(scene.text) == "," {
        wanted.retain(|word| *word != "`,`");
    }
    wanted.truncate(4);
    match wanted.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

fn describe(scene: &Scene<'_>) -> String {
    let text = scene.found.span.of(scene.text);
    match scene.found.kind {
        Kind::End => "the end".to_owned(),
        Kind::Text => "a text".to_owned(),
        Kind::Sign if text.chars().all(char::is_control) => {
            format!("the character U+{:04X}", text.chars().next().map_or(0, u32::from))
        }
        _ if text.chars().count() > 30 => format!("`{}…`", text.chars().take(29).collect::<String>()),
        _ => format!("`{text}`"),
    }
}

/// A habit from another language: what to do instead, and the change where one is sure.
struct Habit {
    help: String,
    span: Span,
    /// Replacement, and whether it is certain.
    fix: Option<(String, bool)>,
}

impl Habit {
    fn apply(&self, diagnostic: Diagnostic, place: Place) -> Diagnostic {
        let diagnostic = diagnostic.help(self.help.clone());
        match &self.fix {
            Some((text, certain)) if text.is_empty() => diagnostic.fix("remove it", place, "", *certain),
            Some((text, certain)) => diagnostic.fix(format!("write `{}`", text.trim()), place, text.clone(), *certain),
            None => diagnostic,
        }
    }
}

fn habit(scene: &Scene<'_>, expected: &[Rule]) -> Option<Habit> {
    let found = scene.found;
    let text = found.span.of(scene.text);
    let before = scene.before.map(|before| before.span.of(scene.text)).unwrap_or_default();
    let rest = scene.text.get(found.span.start as usize..).unwrap_or("");
    let wants = |rule: Rule| expected.contains(&rule);
    let say = |help: &str, fix: Option<(&str, bool)>| {
        Some(Habit { help: help.to_owned(), span: found.span, fix: fix.map(|(text, sure)| (text.to_owned(), sure)) })
    };
    let touching = scene.before.is_some_and(|before| before.span.end == found.span.start);
    match text {
        "&&" => return say("`and` joins two conditions", Some(if touching { (" and ", true) } else { ("and", true) })),
        "||" => return say("`or` joins two conditions", Some(if touching { (" or ", true) } else { ("or", true) })),
        "!" if wants(Rule::need_value) || wants(Rule::expr) || wants(Rule::head_expr) => {
            return say("`not` is the opposite of a condition", Some(("not ", true)));
        }
        "'" | "`" | "\u{2018}" | "\u{2019}" | "\u{201c}" | "\u{201d}" => {
            return say("texts stand in double quotes: `\"…\"`", None);
        }
        "=" if !wants(Rule::name) && matches!(scene.keyword, "if" | "gate" | "repeat" | "fails" | "else") => {
            return say("`==` compares; `=` only gives a name its value", Some(("==", true)));
        }
        "," if wants(Rule::need_rparen) && scene.keyword != "run" => {
            return say("a list is written `[a, b]`, a record `{name: value}`", None);
        }
        "=" if before == "==" || before == "!=" => return say("`==` and `!=` compare", Some(("", true))),
        "=" if wants(Rule::need_end) => {
            return say("`==` compares; `=` only gives a name its value", Some(("==", false)));
        }
        "==" if rest.starts_with("===") => return say("`==` compares", None),
        "!=" if rest.starts_with("!==") => return say("`!=` compares", None),
        "%" => {
            return say(
                "there is no `%` operator: `a.mod(b)` is the remainder; a percentage touches its number: `80%`",
                None,
            );
        }
        "?" => return say("a choice is written `if condition then a else b`; a type's `?` touches it", None),
        "++" => return say("write `x = x + 1`, for a name declared with `var`", None),
        "**" => return say("there is no power operator", None),
        "->" if wants(Rule::need_fat) => return say("an arm of a `match` has `=>`", Some(("=>", true))),
        "=>" if wants(Rule::need_end) && matches!(scene.keyword, "let" | "var" | "fn" | "metric" | "output") => {
            return say(
                "a function `x => …` stands only in the brackets of a built-in such as `map` or `filter`",
                None,
            );
        }
        "=>" if wants(Rule::need_arrow) => return say("outputs come after `->`", Some(("->", true))),
        ":" if wants(Rule::need_eq) => return say("a value comes after `=`; `:` gives a type", None),
        "=" if wants(Rule::need_colon) => return say("a key and its value are separated by `:`", Some((":", true))),
        "=" if scene.open.is_some_and(|open| open.kind == Kind::Open(b'(')) => {
            return say("arguments are named with `:`, as in `(name: value)`", Some((":", true)));
        }
        "elif" | "elseif" | "elsif" => return say("another condition is written `else if`", Some(("else if", true))),
        "#" => return say("a comment begins with `//`", Some(("//", true))),
        ";" if [Rule::need_comma, Rule::need_separator, Rule::need_rparen, Rule::need_rbracket]
            .iter()
            .any(|rule| wants(*rule)) =>
        {
            return say("what stands in brackets is separated by `,`", Some((",", true)));
        }
        ":" if before == scene.keyword => {
            return say(&format!("no `:` stands after `{before}`"), Some(("", true)));
        }
        ":" if wants(Rule::need_lbrace) => return say("a block stands in `{ }`; layout means nothing", None),
        "," if wants(Rule::need_gt) && before == "string" => {
            return say("the keys of a map are always strings: write `map<int>`, for example", None);
        }
        "[" if touching && in_type(scene) => return Some(list_type(scene)),
        "+" if scene.open.is_none() && scene.before.is_some_and(|before| before.kind == Kind::Text) => {
            return say("texts are not joined by `+`: write the value into the text, `\"… ${value}\"`", None);
        }
        _ if line_before(scene).contains("${{") => {
            return say("a value is written with one pair of braces, by its name alone: `${name}`", None);
        }
        "{" if scene.keyword == "for" && line_before(scene).contains("..") => {
            return say("there are no ranges: write the list, `[1, 2, 3]`", None);
        }
        "do" if wants(Rule::need_lbrace) => return say("a block stands in `{ }`", None),
        "+" | "-" | "*" | "/" if rest[1..].starts_with('=') => {
            return say(&format!("write the whole: `x = x {text} …`"), None);
        }
        "{" if found.new_line && wants(Rule::need_lbrace) => {
            return say("the `{` of a block stands on the line of its head", None);
        }
        _ => {}
    }
    if !found.new_line
        && let (Some(number), Some(unit)) = (scene.before.filter(|token| token.kind == Kind::Number), unit(text))
    {
        return Some(Habit {
            help: format!("a unit touches its number: `{before}{unit}`"),
            span: number.span.to(found.span),
            fix: Some((format!("{before}{unit}"), true)),
        });
    }
    if found.kind == Kind::Text && before == scene.keyword && wants(Rule::name) {
        return name_from_title(scene);
    }
    if before == "," && (found.new_line || matches!(found.kind, Kind::Close(_) | Kind::End)) && scene.open.is_none() {
        return say("a list of a clause has no comma at its end", None);
    }
    if found.kind == Kind::Text
        && matches!(scene.before, Some(token) if token.kind == Kind::Text)
        && scene.open.is_none()
    {
        return say("values are separated by commas", None);
    }
    missing_comma(scene, expected).or_else(|| {
        let reserved = keywords::is_reserved(text) && (wants(Rule::name) || wants(Rule::need_value));
        let reserved = reserved && !found.new_line;
        reserved.then(|| say(&format!("`{text}` is a word of the language"), None)).flatten()
    })
}

/// Two values, or a name and its type, with nothing between them.
fn missing_comma(scene: &Scene<'_>, expected: &[Rule]) -> Option<Habit> {
    let (found, before) = (scene.found, scene.before?);
    let closers = [Rule::need_rparen, Rule::need_rbracket, Rule::need_rbrace, Rule::need_comma, Rule::need_separator];
    let inside = scene.open.is_some_and(|open| open.span.end <= before.span.start)
        || [Rule::need_comma, Rule::need_separator].iter().any(|rule| expected.contains(rule));
    let starts_value = matches!(found.kind, Kind::Word | Kind::Number | Kind::Text | Kind::Open(_));
    if !inside || !starts_value || !closers.iter().any(|rule| expected.contains(rule)) {
        return None;
    }
    let span = Span::at(before.span.end);
    let declares = expected.contains(&Rule::need_comma)
        || matches!(scene.keyword, "workflow" | "command" | "fn" | "record" | "ask");
    let typed = scene.text[..before.span.start as usize].trim_end().ends_with([':', '<', '.']);
    if declares && !typed && found.kind == Kind::Word && before.kind == Kind::Word && !found.new_line {
        let (name, ty) = (before.span.of(scene.text), found.span.of(scene.text));
        if is_builtin_type(name) && !is_builtin_type(ty) {
            let help = format!("the name comes first, then its type: `{ty}: {name}`");
            let fix = Some((format!("{ty}: {name}"), true));
            return Some(Habit { help, span: before.span.to(found.span), fix });
        }
        let help = format!("a name and its type are separated by `:`: `{name}: {ty}`");
        return Some(Habit { help, span, fix: Some((":".into(), false)) });
    }
    Some(Habit { help: "a `,` is missing between the two".into(), span, fix: Some((",".into(), false)) })
}

/// The unit that a word behind a number means.
fn unit(text: &str) -> Option<&str> {
    Some(match text {
        "ms" | "s" | "m" | "h" | "d" | "%" | "B" | "KB" | "MB" | "GB" | "TB" | "KiB" | "MiB" | "GiB" | "TiB" => text,
        "milliseconds" | "millis" | "msec" => "ms",
        "second" | "seconds" | "sec" | "secs" => "s",
        "minute" | "minutes" | "min" | "mins" => "m",
        "hour" | "hours" | "hr" | "hrs" => "h",
        "day" | "days" => "d",
        "percent" => "%",
        "bytes" => "B",
        _ => return None,
    })
}

fn is_builtin_type(name: &str) -> bool {
    let plain = ["bool", "int", "float", "string", "percent", "duration", "size", "time", "path", "file", "dir", "url"];
    plain.contains(&name) || matches!(name, "json" | "secret")
}

/// What stands before the token on its line.
fn line_before<'s>(scene: &Scene<'s>) -> &'s str {
    let before = scene.text.get(..scene.found.span.start as usize).unwrap_or("");
    before.rsplit('\n').next().unwrap_or("")
}

/// Whether the token stands behind a word that stands where a type does.
fn in_type(scene: &Scene<'_>) -> bool {
    let word = scene.before.filter(|before| before.kind == Kind::Word);
    word.is_some_and(|word| scene.text[..word.span.start as usize].trim_end().ends_with([':', '<']))
}

/// `string[]` and `list[string]`.
fn list_type(scene: &Scene<'_>) -> Habit {
    let word = scene.before.map_or(scene.found.span, |before| before.span);
    let name = word.of(scene.text);
    let rest = scene.text.get(scene.found.span.end as usize..).unwrap_or("");
    let close = rest.find(']').unwrap_or(0);
    let inner = rest[..close].trim();
    let ty = match (name, inner) {
        ("list" | "map" | "result", "") => format!("{name}<string>"),
        ("list" | "map" | "result", inner) => format!("{name}<{inner}>"),
        _ => format!("list<{name}>"),
    };
    let span = Span::new(word.start, scene.found.span.end + close as u32 + u32::from(rest[close..].starts_with(']')));
    let certain = inner.is_empty() || inner.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
    Habit { help: format!("this type is written `{ty}`"), span, fix: Some((ty, certain)) }
}

/// `step "Run the tests" {`: the name is missing, and the title says what it could be.
fn name_from_title(scene: &Scene<'_>) -> Option<Habit> {
    let span = scene.found.span;
    let title = span.of(scene.text).trim_matches('"');
    let words = title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let name = words.map(str::to_lowercase).collect::<Vec<_>>().join("-");
    if !name.starts_with(char::is_alphabetic) || keywords::is_reserved(&name) || title.contains('$') {
        return None;
    }
    if scene.keyword == "step" {
        let help = format!("a name comes before the title: `step {name} \"{title}\"`");
        return Some(Habit { help, span: Span::at(span.start), fix: Some((format!("{name} "), true)) });
    }
    let help = format!("a name has no quotes: `{} {name}`", scene.keyword);
    Some(Habit { help, span, fix: Some((name, false)) })
}

/// Words of other languages that begin a statement there, with what is written here.
const FOREIGN: &[(&str, &str)] = &[
    ("elif", "`else if`, after the `}`"),
    ("elsif", "`else if`, after the `}`"),
    ("elseif", "`else if`, after the `}`"),
    ("else", "`else` after the `}` of an `if`"),
    ("const", "`let`"),
    ("val", "`let`"),
    ("set", "`let`, or `name = value` for a `var`"),
    ("def", "`fn`, outside workflows"),
    ("func", "`fn`, outside workflows"),
    ("function", "`fn`, outside workflows"),
    ("switch", "`match`"),
    ("case", "`match`"),
    ("foreach", "`for`"),
    ("loop", "`repeat max n until condition { … }`"),
    ("print", "`emit`"),
    ("echo", "`emit`, or `sh` in a step"),
    ("log", "`emit`"),
    ("task", "`step`"),
    ("job", "`step`"),
    ("stage", "`step`, or `scope` for several"),
    ("raise", "`fail`"),
    ("exit", "`return`, or `fail`"),
    ("needs", "the order of the lines; `after step` orders what `--parallel` might overlap"),
    ("depends_on", "the order of the lines; `after step` orders what `--parallel` might overlap"),
    ("depends-on", "the order of the lines; `after step` orders what `--parallel` might overlap"),
    ("on_failure", "`on failure …`, in two words"),
    ("on-failure", "`on failure …`, in two words"),
    ("on_error", "`on failure …`"),
    ("on_success", "`on success { … }`, at the top of a workflow or `scope`"),
    ("retries", "`retry 2`"),
    ("retry_count", "`retry 2`"),
    ("uses", "`run @command(…)`"),
    ("call", "`run @command(…)`"),
    ("script", "`sh \"…\"`"),
    ("shell", "`sh \"…\"`"),
    ("cmd", "`sh \"…\"`, or `exec [\"program\", \"argument\"]`"),
    ("command", "`sh \"…\"`, or `exec [\"program\", \"argument\"]`"),
    ("sleep", "`wait 5s`, in a step"),
    ("when", "`if condition { … }`"),
    ("unless", "`if not condition { … }`"),
    ("steps", "nothing: steps stand one after another"),
    ("jobs", "nothing: steps stand one after another"),
    ("inputs", "a parameter: `workflow name(parameter: type)`"),
    ("outputs", "`output name: type = value`, one for each"),
    ("working-directory", "`cwd`"),
    ("workdir", "`cwd`"),
];

/// The keyword under which what a foreign word begins can be parsed.
fn meant_by(word: &str) -> Option<&'static str> {
    match word {
        "switch" => Some("match"),
        "foreach" => Some("for"),
        "task" | "job" | "stage" => Some("step"),
        _ => None,
    }
}

/// A statement, clause or line that begins with `word`, which none does; and the keyword that was probably meant.
pub(super) fn member(text: &str, place: Place, word: &str, context: Context) -> (Diagnostic, Option<&'static str>) {
    let known = || -> Box<dyn Iterator<Item = &'static str>> {
        let statements = keywords::STATEMENTS.iter().chain(&keywords::VERDICTS);
        let scope = keywords::SCOPE_CLAUSES.iter();
        match context {
            Context::Clauses => Box::new(keywords::CLAUSES.iter().copied()),
            Context::Stmts => Box::new(statements.copied()),
            Context::Body => Box::new(statements.chain(scope).copied()),
        }
    };
    // No statement stands among clauses.
    let elsewhere = || (context != Context::Clauses).then(|| nearest(word, keywords::CLAUSES.iter().copied()));
    if keywords::is_future(word) {
        return (later(place, word), None);
    }
    if word.is_empty() {
        return (token(text, place.span.start, place.span.start, &[Rule::need_member], place), None);
    }
    if matches!(word, "elif" | "elsif" | "elseif") && text[..place.span.start as usize].trim_end().ends_with('}') {
        let message = format!("no statement begins with `{word}`");
        let error = Diagnostic::new(&codes::UNKNOWN_KEYWORD, place, message).help("another condition is `else if`");
        return (error.fix("replace with `else if`", place, "else if", true), None);
    }
    let what = if context == Context::Clauses { "clause" } else { "statement" };
    if let Some((_, here)) = FOREIGN.iter().find(|(foreign, _)| *foreign == word) {
        let message = format!("no {what} begins with `{word}`");
        return (
            Diagnostic::new(&codes::UNKNOWN_KEYWORD, place, message).help(format!("here that is {here}")),
            meant_by(word),
        );
    }
    let rest = text[place.span.end as usize..].trim_start_matches(' ');
    let message = format!("no statement begins with `{word}`");
    if let Some(sign) = ["++", "--", "+=", "-=", "*=", "/="].into_iter().find(|sign| rest.starts_with(sign)) {
        let operator = &sign[..1];
        let help =
            format!("there is no `{sign}`: write `{word} = {word} {operator} …`, for a name declared with `var`");
        return (Diagnostic::new(&codes::UNKNOWN_KEYWORD, place, message).help(help), None);
    }
    if rest.starts_with(": ") {
        let help = format!("a new name is declared by `let {word}: type = value`");
        return (Diagnostic::new(&codes::UNKNOWN_KEYWORD, place, message).help(help), None);
    }
    let called = text[place.span.end as usize..].starts_with(['(', '.', '[']);
    let near = if called { None } else { nearest(word, known()).or_else(|| elsewhere().flatten()) };
    let diagnostic = Diagnostic::new(&codes::UNKNOWN_KEYWORD, place, format!("no {what} begins with `{word}`"));
    let diagnostic = match near {
        Some(near) => mean(diagnostic, place, near),
        None if called => diagnostic
            .help("a value alone does nothing: name it with `let`; commands are run by `run @name(…)` in a step"),
        None if context == Context::Clauses => {
            diagnostic.help("a step holds one action (`run`, `exec`, `sh`, …) and clauses about it")
        }
        None => diagnostic.help("a value is named by `let name = …`, and work is done in `step name { … }`"),
    };
    (diagnostic, near.map(|near| near.word))
}

fn mean(diagnostic: Diagnostic, place: Place, near: Near<'_>) -> Diagnostic {
    let word = near.word;
    diagnostic.help(format!("did you mean `{word}`?")).fix(format!("replace with `{word}`"), place, word, near.certain)
}

fn later(place: Place, word: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        &codes::RESERVED_FOR_LATER,
        place,
        format!("`{word}` is kept for a later version of the language"),
    );
    match word {
        "import" => diagnostic.help("files are used by `use \"./file.wf\" as name`"),
        "while" => diagnostic.help("`repeat max n until condition { … }` repeats"),
        "try" | "catch" | "throw" => diagnostic.help("failures are raised by `fail` and handled by `on failure { … }`"),
        "break" | "next" => diagnostic.help("`if` and `filter` choose what a loop does; `repeat … until` ends it"),
        "matrix" => diagnostic.help("`parallel for` runs over a list"),
        "async" | "await" | "spawn" => diagnostic.help("`parallel { … }` runs statements at once"),
        "export" | "pub" => diagnostic.help("every item of a file can be used from others"),
        "type" => diagnostic.help("`record` and `enum` declare types"),
        "assert" => diagnostic.help("`gate` judges a condition, `require(value, \"why\")` a value"),
        _ => diagnostic.help("no statement or item can begin with it"),
    }
}

/// An item that begins with `word`, which none does; and the keyword that was probably meant.
pub(super) fn item(text: &str, place: Place, word: &str) -> (Diagnostic, Option<&'static str>) {
    if keywords::is_future(word) {
        return (later(place, word), None);
    }
    if word.is_empty() {
        return (token(text, place.span.start, place.span.start, &[Rule::need_item], place), None);
    }
    let diagnostic = Diagnostic::new(&codes::UNKNOWN_KEYWORD, place, format!("no item begins with `{word}`"));
    if word == "wf" {
        return (diagnostic.help("the version, `wf 1`, is the first line of a file"), None);
    }
    let meant = |word| Some(Near { word, certain: false });
    let near = match word {
        "function" | "func" | "def" => meant("fn"),
        "const" | "val" => meant("let"),
        "struct" | "class" => meant("record"),
        "action" => meant("command"),
        "flow" | "pipeline" => meant("workflow"),
        _ => nearest(word, keywords::ITEMS),
    };
    let diagnostic = match near {
        Some(near) => mean(diagnostic, place, near),
        None if keywords::begins_member(word) => {
            diagnostic.help("statements stand in a workflow: `workflow name { … }`")
        }
        None => diagnostic.help(format!("an item begins with {}", errors::list(&keywords::ITEMS[..12]))),
    };
    (diagnostic, near.map(|near| near.word))
}
