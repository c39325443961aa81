//! Calls that do not fit what is called.

use super::{item_word, listed};
use crate::check::facts::GlobalKind;
use crate::check::ty::Ty;
use crate::diagnostic::codes::check as codes;
use crate::diagnostic::{Diagnostic, Place};
use crate::suggest::Near;

/// A function or method that does not exist.
pub fn unknown_function(
    place: Place,
    name: &str,
    receiver: Option<&Ty>,
    near: Option<Near>,
    elsewhere: &[String],
) -> Diagnostic {
    let message = match receiver {
        Some(ty) => format!("{} has no function `{name}`", ty.described()),
        None => format!("no function is called `{name}`"),
    };
    let found = Diagnostic::new(&codes::UNKNOWN_FUNCTION, place, message);
    match near.filter(|near| near.word != name) {
        Some(near) => found.near(Some(near)),
        None if !elsewhere.is_empty() => found.help(format!("`{name}` is for {}", listed(elsewhere))),
        None => found,
    }
}

/// A call of a value.
pub fn not_callable(place: Place, got: &Ty) -> Diagnostic {
    Diagnostic::new(&codes::NOT_CALLABLE, place, format!("{} cannot be called", got.described()))
}

/// A call of an item that is run in another way.
pub fn not_callable_item(place: Place, name: &str, kind: &GlobalKind, declared: Option<Place>) -> Diagnostic {
    let found =
        Diagnostic::new(&codes::NOT_CALLABLE, place, format!("`{name}` is {} and cannot be called", item_word(kind)));
    let found = found.because(declared);
    match kind {
        GlobalKind::Workflow(_) => found.help(format!("run it in a step: `run {name}(…)`")),
        GlobalKind::Command(_) => found.help(format!("run it in a step: `run @{name}(…)`")),
        _ => found,
    }
}

/// Parameters that were not given.
pub fn missing_arguments(place: Place, callee: &str, missing: &[&str], declared: Option<Place>) -> Diagnostic {
    let message = match missing {
        [one] => format!("`{callee}` needs `{one}`"),
        many => format!("`{callee}` needs {}", listed(many)),
    };
    let example: Vec<String> = missing.iter().map(|name| format!("{name}: …")).collect();
    Diagnostic::new(&codes::MISSING_ARGUMENT, place, message)
        .because(declared)
        .help(format!("add `{}`", example.join(", ")))
}

/// Fields that were not given.
pub fn missing_fields(place: Place, missing: &[&str], of: &Ty, declared: Option<Place>) -> Diagnostic {
    Diagnostic::new(&codes::MISSING_ARGUMENT, place, format!("{} needs {}", of.described(), listed(missing)))
        .because(declared)
}

/// More arguments than parameters.
pub fn too_many_arguments(place: Place, callee: &str, most: usize, declared: Option<Place>) -> Diagnostic {
    let many = match most {
        0 => "no arguments".to_owned(),
        1 => "one argument".to_owned(),
        n => format!("{n} arguments"),
    };
    Diagnostic::new(&codes::EXTRA_ARGUMENT, place, format!("`{callee}` takes {many}")).because(declared)
}

/// A named argument without a parameter.
pub fn unknown_argument(
    place: Place,
    name: &str,
    callee: &str,
    near: Option<Near>,
    declared: Option<Place>,
) -> Diagnostic {
    Diagnostic::new(&codes::UNKNOWN_ARGUMENT, place, format!("`{callee}` has no parameter `{name}`"))
        .because(declared)
        .near(near)
}

/// The same parameter twice.
pub fn duplicate_argument(place: Place, name: &str) -> Diagnostic {
    Diagnostic::new(&codes::DUPLICATE_ARGUMENT, place, format!("`{name}` is given twice")).help("remove one of them")
}

/// A positional argument after a named one.
pub fn argument_order(place: Place) -> Diagnostic {
    Diagnostic::new(&codes::ARGUMENT_ORDER, place, "arguments without a name come before those with one")
        .help("name it, or move it to the front")
}

/// A lambda where none can be.
pub fn misplaced_lambda(place: Place) -> Diagnostic {
    Diagnostic::new(&codes::MISPLACED_LAMBDA, place, "`x => …` stands only as an argument of a built-in function")
        .help("declare a function: `fn name(x: …) = …`")
}

/// Something else where a lambda is needed.
pub fn lambda_expected(place: Place, callee: &str) -> Diagnostic {
    Diagnostic::new(&codes::TYPE_MISMATCH, place, format!("`{callee}` wants a function here")).help("write `x => …`")
}

/// A lambda that gives the wrong type.
pub fn lambda_gives(place: Place, callee: &str, got: &Ty, want: &Ty) -> Diagnostic {
    let found =
        Diagnostic::new(&codes::TYPE_MISMATCH, place, format!("`{callee}` cannot work with {}", got.described()));
    if want.is_silent() { found } else { found.help(format!("it wants {}", want.described())) }
}

/// `env(…)` outside of defaults and constants.
pub fn misplaced_env(place: Place) -> Diagnostic {
    Diagnostic::new(&codes::MISPLACED_FORM, place, "`env(…)` is read once, at the start")
        .help("use it as the default of a parameter or in a constant: `let token = env(\"TOKEN\")`")
}

/// `env(x)`.
pub fn env_argument(place: Place) -> Diagnostic {
    Diagnostic::new(&codes::MISPLACED_FORM, place, "`env` wants the name of one variable, written out")
        .help("write `env(\"NAME\")`")
}

/// `raw(x)` outside of a script.
pub fn misplaced_raw(place: Place) -> Diagnostic {
    Diagnostic::new(&codes::MISPLACED_FORM, place, "`raw(…)` stands only as the whole of a `${…}` in a shell script")
}

/// `baseline(x)` of something that is no metric.
pub fn baseline_argument(place: Place) -> Diagnostic {
    Diagnostic::new(&codes::MISPLACED_FORM, place, "`baseline` wants the name of one metric")
        .help("write `baseline(test_coverage)`, for example")
}

/// Items that call each other.
pub fn recursion(place: Place, chain: &[String], back: Place) -> Diagnostic {
    let message = match chain {
        [_, _] => format!("`{}` calls itself", chain.first().map_or("", String::as_str)),
        _ => "these call each other in a circle".to_owned(),
    };
    Diagnostic::new(&codes::RECURSION, place, message)
        .label(back, chain.join(" → "))
        .help("use a loop: `for` or `repeat`, or a list function")
}
