//! Statements that cannot stand where they are, or do not fit.

use super::listed;
use crate::check::ty::Ty;
use crate::diagnostic::codes::check as codes;
use crate::diagnostic::{Diagnostic, Place};
use crate::suggest::Near;
use ecow::EcoString;

/// An assignment to nothing.
pub fn assign_to_unknown(place: Place, name: &str, near: Option<Near>) -> Diagnostic {
    let found = Diagnostic::new(&codes::UNKNOWN_NAME, place, format!("no variable is called `{name}` here"));
    if near.is_some() { found.near(near) } else { found.help(format!("declare it: `var {name} = …`")) }
}

/// An assignment to what is no `var`.
pub fn not_a_variable(place: Place, name: &str, declared: Place) -> Diagnostic {
    Diagnostic::new(&codes::NOT_A_VARIABLE, place, format!("`{name}` cannot be assigned again"))
        .because(Some(declared))
        .help("only what is declared with `var` can")
}

/// An assignment from inside a branch.
pub fn assign_across(place: Place, name: &str, declared: Place) -> Diagnostic {
    Diagnostic::new(&codes::ASSIGN_ACROSS, place, format!("a branch of `parallel` cannot assign `{name}`"))
        .because(Some(declared))
        .help("collect results instead: `let all = parallel for … { …; yield … }`")
}

/// `repeat` without `max` or `until`.
pub fn repeat_without(place: Place, word: &str) -> Diagnostic {
    let help = if word == "max" {
        "say how often at most: `repeat max 3 until …`"
    } else {
        "say when it is done: `repeat max 3 until …`"
    };
    Diagnostic::new(&codes::UNBOUNDED_REPEAT, place, format!("this `repeat` has no `{word}`")).help(help)
}

/// `yield` that nobody takes, or not at the end.
pub fn misplaced_yield(place: Place) -> Diagnostic {
    Diagnostic::new(&codes::MISPLACED_YIELD, place, "`yield` stands here without a use")
        .help("it is the last statement of a loop whose value is kept: `let all = for x in xs { …; yield … }`")
}

/// A loop that is kept and yields nothing.
pub fn missing_yield(place: Place) -> Diagnostic {
    Diagnostic::new(&codes::MISSING_YIELD, place, "the value of this loop is kept, and it yields none")
        .help("end its body with `yield …`")
}

/// `collect` that nobody takes.
pub fn collect_unused(place: Place) -> Diagnostic {
    Diagnostic::new(&codes::UNUSED_COLLECT, place, "`collect` gives results, and nothing takes them")
        .help("write `let results = parallel … collect { … }`")
}

/// `let r = parallel` without `collect`.
pub fn not_collected(place: Place) -> Diagnostic {
    Diagnostic::new(&codes::UNUSED_COLLECT, place, "this `parallel` has no value")
        .help("write `collect` before its `{`")
}

/// A key of a loop that is no scalar.
pub fn bad_key(place: Place, got: &Ty) -> Diagnostic {
    Diagnostic::new(&codes::TYPE_MISMATCH, place, format!("{} cannot name a pass", got.described()))
        .help("use a text, a number or a path")
}

/// A metric of a type that cannot be one.
pub fn metric_of(place: Place, got: &Ty) -> Diagnostic {
    Diagnostic::new(&codes::METRIC_TYPE, place, format!("{} is no metric", got.described()))
        .help("a metric is a number, percent, duration, size, time, text, `bool` or enum")
}

/// A metric published with another type.
pub fn metric_type(place: Place, name: &str, got: &Ty, held: &Ty, first: Place) -> Diagnostic {
    Diagnostic::new(
        &codes::METRIC_TYPE,
        place,
        format!("the metric `{name}` is {}, and {} here", held.described(), got.described()),
    )
    .label(first, format!("`{held}` here"))
}

/// A set of gates that does not fit the metrics of a workflow.
pub fn gates_do_not_fit(place: Place, gates: &str, found: Diagnostic) -> Diagnostic {
    Diagnostic::new(&codes::GATES_MISMATCH, place, format!("`{gates}` does not fit this workflow: {}", found.message))
        .label(found.primary.place, found.primary.text)
        .help("publish what it asks about with `metric`")
}

/// `return` where there is nothing to return from.
pub fn misplaced_return(place: Place) -> Diagnostic {
    Diagnostic::new(&codes::MISPLACED_RETURN, place, "`return` cannot stand here")
        .help("it ends a workflow, from its body or a handler in it")
}

/// A workflow whose end is reached without `return`.
pub fn missing_return(place: Place, name: &str, outputs: &[EcoString]) -> Diagnostic {
    let values: Vec<String> = outputs.iter().map(|name| format!("{name}: …")).collect();
    Diagnostic::new(&codes::MISSING_RETURN, place, format!("`{name}` may end without giving {}", listed(outputs)))
        .help(format!("end it with `return ({})`", values.join(", ")))
}

/// A `return` without some outputs.
pub fn missing_outputs(place: Place, missing: &[&str]) -> Diagnostic {
    let values: Vec<String> = missing.iter().map(|name| format!("{name}: …")).collect();
    Diagnostic::new(&codes::MISSING_OUTPUT, place, format!("this `return` does not give {}", listed(missing)))
        .help(format!("add `{}`", values.join(", ")))
}

/// A `return` of what is not declared.
pub fn extra_output(place: Place, name: &str, near: Option<Near>) -> Diagnostic {
    let message = if name.is_empty() {
        "this workflow declares no such output".into()
    } else {
        format!("this workflow declares no output `{name}`")
    };
    let found = Diagnostic::new(&codes::EXTRA_OUTPUT, place, message);
    if near.is_some() { found.near(near) } else { found.help("declare it after `->`, with its type") }
}

/// A verdict outside of a handler.
pub fn misplaced_verdict(place: Place, word: &str) -> Diagnostic {
    Diagnostic::new(&codes::MISPLACED_VERDICT, place, format!("`{word}` answers a failure, and there is none here"))
        .help("it stands in `on failure { … }`")
}

/// A verdict in `finally` and its like.
pub fn verdict_in_epilogue(place: Place, word: &str) -> Diagnostic {
    Diagnostic::new(
        &codes::MISPLACED_VERDICT,
        place,
        format!("`{word}` cannot stand in `finally`, `on success` or `on rollback`"),
    )
}

/// `continue (x: 1)` after a scope.
pub fn scope_without_outputs(place: Place) -> Diagnostic {
    Diagnostic::new(&codes::EXTRA_OUTPUT, place, "a scope has no outputs to continue with")
        .help("write `continue` alone")
}

/// An approval in a loop without a name.
pub fn unnamed_approval(place: Place) -> Diagnostic {
    Diagnostic::new(&codes::UNNAMED_APPROVAL, place, "an approval in a loop needs a name")
        .help("write `approve name \"…\"`: its answers are told apart by it")
}
