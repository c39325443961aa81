//! Values that do not fit.

use super::listed;
use crate::check::ty::Ty;
use crate::diagnostic::codes::check as codes;
use crate::diagnostic::{Diagnostic, Place};

/// A value of one type where another is wanted.
pub fn mismatch(place: Place, got: &Ty, want: &Ty, because: Option<Place>) -> Diagnostic {
    let message = format!("expected {}, found {}", want.described(), got.described());
    Diagnostic::new(&codes::TYPE_MISMATCH, place, message).because(because)
}

/// A bare number where a unit is needed.
pub fn no_unit(place: Place, got: &Ty, want: &Ty, number: Option<String>, because: Option<Place>) -> Diagnostic {
    let units: &[&str] = match want {
        Ty::Percent => &["%"],
        Ty::Duration => &["s", "m", "h"],
        _ => &["MB", "KiB"],
    };
    let message = format!("expected {}, found {} without a unit", want.described(), got.described());
    let found = Diagnostic::new(&codes::MISSING_UNIT, place, message).because(because);
    match (number, want) {
        (Some(number), Ty::Percent) => {
            let with = format!("{number}%");
            found.help(format!("write `{with}`")).fix(format!("write `{with}`"), place, with, true)
        }
        (Some(number), _) => {
            let options: Vec<String> = units.iter().map(|unit| format!("{number}{unit}")).collect();
            found.help(format!("say in what: {}", listed(&options)))
        }
        (None, Ty::Percent) => found.help("a number of percent is made by `percent(…)`"),
        (None, Ty::Size) => found.help("a size is made by `bytes(…)`"),
        (None, _) => found.help("multiply it with one of them: `1s * …`"),
    }
}

/// A condition that is no `bool`.
pub fn not_bool(place: Place, got: &Ty) -> Diagnostic {
    let help = match got {
        Ty::Optional(_) => "compare it, `… != none`, or open it, `if let x = … { }`",
        Ty::String | Ty::List(_) | Ty::Map(_) => "ask what you want to know: `not ….is-empty()`",
        Ty::Int | Ty::Float => "compare it: `… != 0`",
        Ty::Json => "say what it is: `… as bool`",
        Ty::Result(_) => "ask which it is: `….ok != none`",
        _ => "compare it with something",
    };
    Diagnostic::new(&codes::NOT_A_CONDITION, place, format!("a condition is a `bool`, and this is {}", got.described()))
        .help(help)
}

/// An optional where a plain value is wanted.
pub fn may_be_none(place: Place, got: &Ty, want: &Ty, because: Option<Place>) -> Diagnostic {
    Diagnostic::new(&codes::MAYBE_NONE, place, format!("expected {}, and this may be `none`", want.described()))
        .here(format!("`{got}`"))
        .because(because)
        .help("give a value for that case, `… ?? other`, or open it: `if let x = … { }`, `require(…, \"why\")`")
}

/// An optional on which something is done; `dot` is where a `?` would help.
pub fn may_be_none_here(place: Place, got: &Ty, dot: Option<Place>) -> Diagnostic {
    let step = matches!(got.plain(), Ty::Step(_));
    let message = if step { "this step may not have run" } else { "this may be `none`" };
    let found = Diagnostic::new(&codes::MAYBE_NONE, place, message);
    let found = if step { found } else { found.here(format!("`{got}`")) };
    match dot {
        Some(dot) => found.help("write `?.` to get `none` in that case, or open it first: `if let x = … { }`").fix(
            "write `?.`",
            dot,
            "?",
            false,
        ),
        None => found.help("give a value for that case, `… ?? other`, or open it: `if let x = … { }`"),
    }
}

/// `none` where a plain value is wanted.
pub fn none_where(place: Place, want: &Ty, because: Option<Place>) -> Diagnostic {
    Diagnostic::new(&codes::MAYBE_NONE, place, format!("expected {}, and `none` is not one", want.described()))
        .because(because)
        .help(format!("where it may be missing the type is `{want}?`"))
}

/// An optional in a text, or sent to a process.
pub fn optional_hole(place: Place, got: &Ty) -> Diagnostic {
    let message = if *got == Ty::None { "`none` has no text" } else { "this may be `none`, which has no text" };
    Diagnostic::new(&codes::MAYBE_NONE, place, message).help("say what to write in that case: `… ?? \"\"`")
}

/// `?.` where nothing is missing.
pub fn needless_optional(place: Place, got: &Ty, op: &str) -> Diagnostic {
    Diagnostic::new(
        &codes::NEEDLESS_OPTIONAL,
        place,
        format!("`{op}` is not needed: {} is never `none`", got.described()),
    )
    .help("write `.`")
}

/// `if let` where nothing is missing.
pub fn needless_if_let(place: Place, got: &Ty) -> Diagnostic {
    Diagnostic::new(
        &codes::TYPE_MISMATCH,
        place,
        format!("`if let` opens what may be `none`, and {} never is", got.described()),
    )
    .help("use `let`")
}

/// `json` where a type is wanted.
pub fn json_as_is(place: Place, want: &Ty, because: Option<Place>) -> Diagnostic {
    let found = Diagnostic::new(&codes::JSON_AS_IS, place, "`json` can be anything: say what it is").because(because);
    if want.is_silent() || matches!(want, Ty::None | Ty::Raw) {
        found.help("write `… as int`, for example")
    } else {
        let end = Place { span: crate::source::Span::at(place.span.end), ..place };
        found.help(format!("write `… as {want}`")).fix(
            format!("read it as `{want}`"),
            end,
            format!(" as {want}"),
            false,
        )
    }
}

/// A method on `json`.
pub fn json_method(place: Place, name: &str) -> Diagnostic {
    Diagnostic::new(&codes::JSON_AS_IS, place, format!("`json` can be anything, so `{name}` cannot be called on it"))
        .help("say what it is first: `(… as list<string>)`, for example")
}

/// A computed text where something else is wanted.
pub fn text_as(place: Place, want: &Ty, because: Option<Place>) -> Diagnostic {
    let found =
        Diagnostic::new(&codes::TYPE_MISMATCH, place, format!("expected {}, found a `string`", want.described()))
            .because(because);
    match want {
        Ty::Int => found.help("a text is read as a number by `.to-int()`"),
        Ty::Float => found.help("a text is read as a number by `.to-float()`"),
        Ty::Enum(of) => found.help(format!("name a variant: {}", listed(&of.variants))),
        _ => found.help(format!("make one of it: `{want}(…)`")),
    }
}

/// Something else where text is wanted.
pub fn not_text(place: Place, got: &Ty, because: Option<Place>) -> Diagnostic {
    Diagnostic::new(&codes::TYPE_MISMATCH, place, format!("expected a `string`, found {}", got.described()))
        .because(because)
        .help("write it into a text: `\"${…}\"`")
}

/// A text that is not what it stands for.
pub fn bad_literal(place: Place, want: &Ty, problem: &str, because: Option<Place>) -> Diagnostic {
    Diagnostic::new(&codes::BAD_LITERAL, place, format!("this text is not {}", want.described()))
        .here(problem)
        .because(because)
}

/// A pattern of `matches` that does not compile.
pub fn bad_pattern(place: Place, problem: &str) -> Diagnostic {
    Diagnostic::new(&codes::BAD_LITERAL, place, "this is no regular expression").here(problem)
}

/// Values of which one is chosen, without a common type.
pub fn no_common_type(place: Place, whole: &Ty, ty: &Ty, first: Option<Place>) -> Diagnostic {
    let found = Diagnostic::new(
        &codes::TYPE_MISMATCH,
        place,
        format!("this is {}, and the others are {}", ty.described(), whole.described()),
    );
    match first {
        Some(first) if first != place => found.label(first, whole.described().to_string()),
        _ => found,
    }
}

/// Two values that cannot be compared.
pub fn incomparable(place: Place, left: (Place, &Ty), right: (Place, &Ty)) -> Diagnostic {
    let message = format!("{} cannot be compared with {}", left.1.described(), right.1.described());
    let found = Diagnostic::new(&codes::BAD_OPERANDS, place, message);
    found.label(left.0, format!("`{}`", left.1)).label(right.0, format!("`{}`", right.1))
}

/// Two values that an operator does not take together.
pub fn bad_operands(place: Place, op: &str, left: (Place, &Ty), right: (Place, &Ty)) -> Diagnostic {
    let message = format!("{op} has no meaning between {} and {}", left.1.described(), right.1.described());
    Diagnostic::new(&codes::BAD_OPERANDS, place, message)
        .label(left.0, format!("`{}`", left.1))
        .label(right.0, format!("`{}`", right.1))
}

/// A value that an operator does not take.
pub fn bad_operand(place: Place, got: &Ty, op: &str) -> Diagnostic {
    Diagnostic::new(&codes::BAD_OPERANDS, place, format!("{op} does not take {}", got.described()))
}

/// `in` something that holds nothing.
pub fn not_in(place: Place, got: &Ty) -> Diagnostic {
    let found = Diagnostic::new(
        &codes::BAD_OPERANDS,
        place,
        format!("`in` looks into a list or map, and this is {}", got.described()),
    );
    match got {
        Ty::String => found.help("for texts write `whole.contains(part)`"),
        Ty::Json => found.help("say what it is: `… as list<string>`"),
        _ => found,
    }
}

/// `"a" + b`.
pub fn join_strings(place: Place, text: Option<String>) -> Diagnostic {
    let found = Diagnostic::new(&codes::JOINED_STRINGS, place, "`+` does not join texts");
    match text {
        Some(text) => found.help(format!("write `{text}`")).fix("write one text", place, text, true),
        None => found.help("write one text with the values in it: `\"${a}${b}\"`"),
    }
}

/// `as` that cannot work.
pub fn bad_cast(place: Place, got: &Ty, to: &Ty) -> Diagnostic {
    let found = Diagnostic::new(
        &codes::BAD_CAST,
        place,
        format!("`as` does not turn {} into {}", got.described(), to.described()),
    );
    match (got, to) {
        (Ty::String, Ty::Int) => found.help("a text is read as a number by `.to-int()`"),
        (Ty::String, Ty::Float) => found.help("a text is read as a number by `.to-float()`"),
        (Ty::Float, Ty::Int) => found.help("say how: `.round()`, `.floor()` or `.ceil()`"),
        (_, Ty::String) => found.help("write it into a text: `\"${…}\"`"),
        _ => found.help("`as` opens `json` and turns an `int` into a `float`"),
    }
}

/// A value without text in a text.
pub fn hole_without_text(place: Place, got: &Ty) -> Diagnostic {
    let found = Diagnostic::new(&codes::NO_TEXT, place, format!("{} has no text", got.described()));
    match got {
        Ty::Failure => found.help("write `….message` or `….kind`"),
        _ => found.help("open it first with `match`, or write `….ok ?? …`"),
    }
}

/// Something that is no argument of a program.
pub fn not_a_word(place: Place, got: &Ty) -> Diagnostic {
    Diagnostic::new(&codes::NO_TEXT, place, format!("{} cannot be an argument of a program", got.described()))
        .help("pass its parts, or send it as JSON: `stdin …`")
}

/// Something that is looped over and is no list.
pub fn not_a_list(place: Place, got: &Ty) -> Diagnostic {
    let found = Diagnostic::new(&codes::TYPE_MISMATCH, place, format!("expected a list, found {}", got.described()));
    match got {
        Ty::Json => found.help("say of what: `… as list<json>`"),
        Ty::Map(_) => found.help("write `….keys()`, `….values()` or `….entries()`"),
        Ty::String => found.help("write `….lines()`, for example"),
        Ty::Optional(_) => found.help("say what to do without it: `… ?? []`"),
        _ => found,
    }
}

/// A command line where a program and its arguments are wanted.
pub fn words_in_one(place: Place, text: Option<&str>) -> Diagnostic {
    let found = Diagnostic::new(&codes::TYPE_MISMATCH, place, "expected a list, found one text");
    let plain = |c: char| c.is_alphanumeric() || " -_./:=@,+".contains(c);
    match text.filter(|text| !text.trim().is_empty() && text.chars().all(plain)) {
        Some(text) => {
            let words: Vec<String> =
                text.split(' ').filter(|word| !word.is_empty()).map(|word| format!("\"{word}\"")).collect();
            let list = format!("[{}]", words.join(", "));
            found.help(format!("a program and its arguments are a list: `{list}`; a command line is for `sh`")).fix(
                format!("write `{list}`"),
                place,
                list,
                true,
            )
        }
        None => found
            .help("a program and its arguments are a list: `[\"program\", \"argument\"]`; a command line is for `sh`"),
    }
}

/// `[i]` of something without elements.
pub fn no_elements(place: Place, got: &Ty) -> Diagnostic {
    let found = Diagnostic::new(&codes::TYPE_MISMATCH, place, format!("{} has no elements", got.described()));
    match got {
        Ty::Record(_) => found.help("a field is read by `.name`; for keys that are computed make it a `map<…>`"),
        Ty::String => found.help("a part of a text is `….slice(from, to)`"),
        _ => found,
    }
}

/// A text where the arguments of a program are listed.
pub fn not_words(place: Place, got: &Ty) -> Diagnostic {
    Diagnostic::new(&codes::TYPE_MISMATCH, place, format!("expected a list, found {}", got.described()))
        .help("list the arguments: `[\"first\", second]`")
}

/// A step's name as a value.
pub fn step_as_value(place: Place) -> Diagnostic {
    Diagnostic::new(&codes::STEP_AS_VALUE, place, "a step is no value").help("name one of its outputs: `step.output`")
}

/// A secret where another type is wanted.
pub fn secret_as(place: Place, want: &Ty, because: Option<Place>) -> Diagnostic {
    secret(place, format!("a secret cannot be used as {}", want.described())).because(because)
}

/// A secret in something that is written down.
pub fn secret_in(place: Place, what: &str) -> Diagnostic {
    secret(place, format!("a secret cannot be put into {what}"))
}

/// A secret in a text.
pub fn secret_interpolated(place: Place) -> Diagnostic {
    secret(place, "a secret cannot be written into a text".into())
}

/// A secret in a comparison.
pub fn secret_compared(place: Place) -> Diagnostic {
    secret(place, "a secret cannot be looked at".into())
}

fn secret(place: Place, message: String) -> Diagnostic {
    Diagnostic::new(&codes::SECRET_EXPOSED, place, message)
        .help("hand it to a program, `env { TOKEN: … }` or `stdin …`, or to a `secret` parameter")
}

/// A `match` that does not accept everything.
pub fn non_exhaustive(place: Place, missing: &[String]) -> Diagnostic {
    let found = Diagnostic::new(&codes::NON_EXHAUSTIVE, place, "this `match` has no arm for some values");
    if missing == ["_"] {
        found.help("add an arm `_`")
    } else {
        found.here(format!("missing: {}", listed(missing))).help("add an arm for each, or `_`")
    }
}

/// An arm for what was accepted before.
pub fn unreachable_arm(place: Place) -> Diagnostic {
    Diagnostic::new(&codes::UNREACHABLE_ARM, place, "earlier arms accept everything that this one does")
        .help("remove it")
}

/// A pattern of the wrong type.
pub fn pattern_mismatch(place: Place, subject: &Ty) -> Diagnostic {
    let patterns = match subject {
        Ty::Optional(_) => "`none`, `some x` or `_`",
        Ty::Result(_) => "`ok x`, `err f` or `_`",
        Ty::Enum(_) => "its variants or `_`",
        _ => "literals or `_`",
    };
    Diagnostic::new(&codes::TYPE_MISMATCH, place, format!("{} never looks like this", subject.described()))
        .help(format!("the patterns for it are {patterns}"))
}

/// A bare name as a pattern of what is no enum.
pub fn name_pattern(place: Place, name: &str, subject: &Ty) -> Diagnostic {
    Diagnostic::new(&codes::TYPE_MISMATCH, place, format!("`{name}` is no pattern for {}", subject.described()))
        .help("a bare name is a variant of an enum; for anything else write `_`")
}

/// A record that holds itself.
pub fn recursive_type(place: Place, name: &str) -> Diagnostic {
    Diagnostic::new(&codes::RECURSIVE_TYPE, place, format!("`{name}` would hold itself"))
        .help("refer to the other one by a name or key of type `string`")
}
