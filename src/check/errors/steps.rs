//! Steps and commands, and their clauses.

use crate::check::ty::Ty;
use crate::diagnostic::codes::check as codes;
use crate::diagnostic::{Diagnostic, Place};
use crate::suggest::Near;

/// No action at all.
pub fn no_action(place: Place, what: &str) -> Diagnostic {
    Diagnostic::new(&codes::NO_ACTION, place, format!("{what} does something, and this one does nothing"))
        .help("add one action: `run`, `exec`, `sh`, `bash`, `python`, `node`, `agent`, `ask` or `wait`")
}

/// Two actions.
pub fn two_actions(place: Place, what: &str, first: Place) -> Diagnostic {
    Diagnostic::new(&codes::TWO_ACTIONS, place, format!("{what} has one action, and this is a second one"))
        .label(first, "the first one")
        .help("make two steps of it")
}

/// A clause twice.
pub fn duplicate_clause(place: Place, word: &str, first: Place) -> Diagnostic {
    Diagnostic::new(&codes::DUPLICATE_CLAUSE, place, format!("`{word}` stands here twice"))
        .label(first, "the first one")
}

/// A clause that does not belong here.
pub fn misplaced_clause(place: Place, word: &str, what: &str) -> Diagnostic {
    let found = Diagnostic::new(&codes::WRONG_CLAUSE, place, format!("`{word}` does not belong in {what}"));
    match word {
        "reads" | "writes" | "net" | "idempotent" | "irreversible" | "cache"
            if what.ends_with("runs a command or workflow") =>
        {
            found.help("the effects of such a step are those of what it runs: declare it there")
        }
        "on failure" | "after" | "session" => found.help("it belongs in the step that runs it"),
        "on success" | "on rollback" | "finally" | "gate use" | "mode" => {
            found.help("it belongs in a workflow or `scope`")
        }
        "run" | "exec" | "sh" | "bash" | "python" | "node" | "agent" | "ask" | "wait" if what.contains("scope") => {
            found.help(format!("an action stands in a step: `step name {{ {word} … }}`"))
        }
        _ if what.contains("scope") => found.help("it belongs in a step"),
        _ => found,
    }
}

/// A clause for a process where there is none.
pub fn clause_needs_process(place: Place, word: &str) -> Diagnostic {
    Diagnostic::new(&codes::WRONG_CLAUSE, place, format!("`{word}` is for a program, and this step starts none"))
}

/// `args` without a script that takes them.
pub fn args_without_script(place: Place) -> Diagnostic {
    Diagnostic::new(&codes::WRONG_CLAUSE, place, "`args` is for `python` and `node`")
        .help("in `exec` the arguments stand in the list, in `sh` in the script")
}

/// An output without a type.
pub fn output_without_type(place: Place, name: &str, got: &Ty, end: Place) -> Diagnostic {
    let found = Diagnostic::new(&codes::OUTPUT_TYPE, place, format!("the output `{name}` has no type"));
    if matches!(got, Ty::None) {
        return found.help(format!("write `{name}: T`"));
    }
    found.help(format!("write `{name}: {got}`")).fix(
        format!("say that it is {}", got.described()),
        end,
        format!(": {got}"),
        true,
    )
}

/// `output x`.
pub fn output_of_nothing(place: Place, name: &str) -> Diagnostic {
    Diagnostic::new(&codes::OUTPUT_TYPE, place, format!("the output `{name}` has neither type nor value"))
        .help(format!("write `output {name}: T` to read it from `$WF_OUTPUT`, or add `= …`"))
}

/// `output x: T` on a step that only runs something.
pub fn run_output_without_value(place: Place, name: &str) -> Diagnostic {
    Diagnostic::new(&codes::OUTPUT_TYPE, place, format!("the output `{name}` has no value"))
        .help("say how it is made of the outputs of what is run: add `= …`")
}

/// An output that the command's signature does not have.
pub fn undeclared_output(place: Place, name: &str, near: Option<Near>) -> Diagnostic {
    let found = Diagnostic::new(&codes::EXTRA_OUTPUT, place, format!("the command declares no output `{name}`"));
    if near.is_some() { found.near(near) } else { found.help("declare it after `->`, with its type") }
}

/// `session` on what is no agent.
pub fn session_without_agent(place: Place) -> Diagnostic {
    Diagnostic::new(&codes::BAD_SESSION, place, "`session` goes on with an agent's session, and this step has no agent")
}

/// `session` of a step without agent.
pub fn session_of_no_agent(place: Place, name: &str) -> Diagnostic {
    Diagnostic::new(&codes::BAD_SESSION, place, format!("no agent acts in the step `{name}`"))
        .help("name a step whose action is `agent`")
}
