//! Names that mean nothing, too much, or something else.

use super::{item_word, listed};
use crate::check::facts::{GlobalKind, LocalKind};
use crate::check::ty::{EnumTy, Ty};
use crate::diagnostic::codes::check as codes;
use crate::diagnostic::{Diagnostic, Place};
use crate::suggest::Near;

/// A name that means nothing here.
pub fn unknown_name(place: Place, name: &str, near: Option<Near>) -> Diagnostic {
    let found = Diagnostic::new(&codes::UNKNOWN_NAME, place, format!("nothing is called `{name}` here"));
    let same = |word| Some(Near { word, certain: true });
    match name {
        "null" | "nil" | "None" | "NULL" | "Null" | "undefined" => return found.near(same("none")),
        "True" | "TRUE" | "yes" => return found.near(same("true")),
        "False" | "FALSE" | "no" => return found.near(same("false")),
        "inputs" | "params" | "parameters" | "vars" => return found.help("a parameter is used by its name alone"),
        "steps" => return found.help("an output of a step is `step-name.output`"),
        _ => {}
    }
    let shouted = name.len() > 1 && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    match near {
        None if shouted => found.help(format!(
            "in a script, the shell's own variable is `${name}` or `$${{{name}}}`; elsewhere, give a parameter the default \
             `env(\"{name}\")`"
        )),
        near => found.near(near),
    }
}

/// A command that is run without its `@`.
pub fn command_without_sign(place: Place, name: &str) -> Diagnostic {
    let start = Place { span: crate::source::Span::at(place.span.start), ..place };
    Diagnostic::new(&codes::UNKNOWN_NAME, place, format!("no workflow is called `{name}`"))
        .help(format!("there is a command of that name, which is run by `run @{name}(…)`"))
        .fix("run the command", start, "@", false)
}

/// A bare variant where nothing says of which enum.
pub fn untyped_variant(place: Place, name: &str, of: &str) -> Diagnostic {
    unknown_name(place, name, None)
        .help(format!("for the variant write `{of}.{name}`: nothing here says that a `{of}` is expected"))
        .fix("name the variant in full", place, format!("{of}.{name}"), false)
}

/// `a-b` where `a - b` was meant.
pub fn subtraction(place: Place, name: &str, left: &str, right: &str) -> Diagnostic {
    Diagnostic::new(&codes::UNKNOWN_NAME, place, format!("nothing is called `{name}` here"))
        .here("read as one name, because a hyphen may stand in a name")
        .help(format!("for a subtraction write `{left} - {right}`"))
        .fix(format!("write `{left} - {right}`"), place, format!("{left} - {right}"), false)
}

/// A name that is declared elsewhere in the item.
pub fn not_yet(place: Place, name: &str, declared: Place, later: bool) -> Diagnostic {
    let (what, help) = if later {
        ("it is declared only here, further down", "move what declares it up, or use it further down")
    } else {
        (
            "it is declared here, in a block or branch of its own",
            "use it in there; or put this after the block, and declare the name before the block, with `var`",
        )
    };
    Diagnostic::new(&codes::NOT_VISIBLE, place, format!("`{name}` cannot be seen here"))
        .label(declared, what)
        .help(help)
}

/// `stdout` and its like outside of the clauses that see an attempt.
pub fn misplaced_variable(place: Place, name: &str) -> Diagnostic {
    Diagnostic::new(
        &codes::MISPLACED_VARIABLE,
        place,
        format!("`{name}` is known only in `output`, `fails as` and `undo`"),
    )
    .help(format!("give the step an output, `output text: string = {name}`, and use that"))
}

/// `run` or a module alone.
pub fn bare_module(place: Place, name: &str) -> Diagnostic {
    Diagnostic::new(&codes::NOT_A_VALUE, place, format!("`{name}` alone is no value"))
        .help(format!("write `{name}.` and what you want of it"))
}

/// A module that was not imported.
pub fn unknown_module(place: Place, name: &str, near: Option<Near>) -> Diagnostic {
    let found = Diagnostic::new(&codes::UNKNOWN_NAME, place, format!("no module is called `{name}` here"));
    if near.is_some() {
        found.near(near)
    } else {
        found.help(format!("import it: `use std/{name}` or `use \"./{name}.wf\"`"))
    }
}

/// A type that does not exist.
pub fn unknown_type(place: Place, name: &str, near: Option<Near>) -> Diagnostic {
    let found = Diagnostic::new(&codes::UNKNOWN_TYPE, place, format!("there is no type `{name}`"));
    let same = |word| Some(Near { word, certain: true });
    match name.to_ascii_lowercase().as_str() {
        "integer" | "i64" | "i32" | "long" => return found.near(same("int")),
        "str" | "text" => return found.near(same("string")),
        "boolean" => return found.near(same("bool")),
        "double" | "decimal" | "f64" => return found.near(same("float")),
        "date" | "datetime" | "timestamp" => return found.near(same("time")),
        "folder" | "directory" => return found.near(same("dir")),
        "uri" => return found.near(same("url")),
        "number" => return found.help("write `int`, or `float` where it has a fraction"),
        "array" | "vec" | "seq" => return found.help("write `list<string>`, or whatever it holds"),
        "object" | "dict" | "any" => return found.help("write `map<string>`, a `record` of your own, or `json`"),
        _ => {}
    }
    if near.is_some() {
        found.near(near)
    } else {
        found.help(format!("declare it: `record {name} {{ … }}` or `enum {name} {{ … }}`"))
    }
}

/// Some other item where a type is expected.
pub fn not_a_type(place: Place, name: &str, kind: &GlobalKind, declared: Option<Place>) -> Diagnostic {
    Diagnostic::new(&codes::WRONG_ITEM, place, format!("`{name}` is {}, not a type", item_word(kind))).because(declared)
}

/// `list` without its argument.
pub fn type_needs_argument(place: Place, name: &str) -> Diagnostic {
    Diagnostic::new(&codes::UNKNOWN_TYPE, place, format!("`{name}` needs the type of what it holds"))
        .help(format!("write `{name}<string>`, for example"))
}

/// `foo<T>`.
pub fn not_generic(place: Place, name: &str) -> Diagnostic {
    Diagnostic::new(&codes::UNKNOWN_TYPE, place, format!("`{name}` takes no type in `<…>`"))
        .help("only `list<T>`, `map<T>` and `result<T>` do")
}

/// An item that has the name of a built-in type.
pub fn builtin_type_name(place: Place, name: &str) -> Diagnostic {
    Diagnostic::new(&codes::DUPLICATE_NAME, place, format!("`{name}` is a built-in type")).help("choose another name")
}

/// A declared failure kind that is built in.
pub fn builtin_kind(place: Place, name: &str) -> Diagnostic {
    Diagnostic::new(&codes::DUPLICATE_NAME, place, format!("the failure kind `{name}` is built in"))
        .help("remove this line: the kind needs no declaration")
}

/// The same name twice.
pub fn duplicate(place: Place, name: &str, first: Option<Place>) -> Diagnostic {
    let found = Diagnostic::new(&codes::DUPLICATE_NAME, place, format!("`{name}` is declared twice"));
    let found = match first {
        Some(first) => found.label(first, "first declared here"),
        None => found,
    };
    found.help("give one of them another name")
}

/// A name that begins a statement.
pub fn reserved_name(place: Place, name: &str, kind: LocalKind) -> Diagnostic {
    let what = match kind {
        LocalKind::Step => "a step",
        LocalKind::Approval => "an approval",
        _ => "a variable",
    };
    Diagnostic::new(&codes::RESERVED_NAME, place, format!("{what} cannot be called `{name}`"))
        .help(format!("`{name}` begins a statement or clause; choose another name"))
}

/// A checkpoint with such a name, or `start`.
pub fn reserved_checkpoint(place: Place, name: &str) -> Diagnostic {
    let why =
        if name == "start" { "that one exists before the first step" } else { "the word begins a statement or clause" };
    Diagnostic::new(&codes::RESERVED_NAME, place, format!("a checkpoint cannot be called `{name}`"))
        .help(format!("{why}; choose another name"))
}

/// An output called like what every step has.
pub fn reserved_output(place: Place, name: &str) -> Diagnostic {
    Diagnostic::new(&codes::RESERVED_NAME, place, format!("an output cannot be called `{name}`"))
        .help("every step has `status`, `duration` and `attempts` of its own")
}

/// An item that hides one of the standard library.
pub fn shadowed_standard(place: Place, name: &str, standard: Option<Place>) -> Diagnostic {
    let found = Diagnostic::new(&codes::SHADOWED_STANDARD, place, format!("`{name}` hides the standard one"));
    match standard {
        Some(standard) => found.label(standard, "the standard one"),
        None => found,
    }
}

/// An item that is no value.
pub fn not_a_value(place: Place, name: &str, kind: &GlobalKind, declared: Option<Place>) -> Diagnostic {
    let help = match kind {
        GlobalKind::Fn(_) => format!("call it: `{name}(…)`"),
        GlobalKind::Type(Ty::Enum(_)) => format!("name a variant: `{name}.…`"),
        GlobalKind::Type(_) => format!("make one: `{name}(…)`"),
        GlobalKind::Workflow(_) => format!("run it in a step: `run {name}(…)`"),
        GlobalKind::Command(_) => format!("run it in a step: `run @{name}(…)`"),
        GlobalKind::Handler => format!("use it in a clause: `on failure use {name}`"),
        GlobalKind::Gates => format!("use it in a clause: `gate use {name}`"),
        _ => "it cannot stand in an expression".to_owned(),
    };
    Diagnostic::new(&codes::NOT_A_VALUE, place, format!("`{name}` is {}, not a value", item_word(kind)))
        .because(declared)
        .help(help)
}

/// An item of the wrong kind.
pub fn wrong_item(place: Place, name: &str, wanted: &str, kind: &GlobalKind, declared: Option<Place>) -> Diagnostic {
    Diagnostic::new(&codes::WRONG_ITEM, place, format!("`{name}` is {}, not {wanted}", item_word(kind)))
        .because(declared)
}

/// No item of that name.
pub fn unknown_item(place: Place, name: &str, wanted: &str, near: Option<Near>) -> Diagnostic {
    let wanted = wanted.trim_start_matches("an ").trim_start_matches("a ");
    Diagnostic::new(&codes::UNKNOWN_NAME, place, format!("no {wanted} is called `{name}`")).near(near)
}

/// `@name` that means nothing.
pub fn unknown_command(place: Place, name: &str, near: Option<Near>, workflow: bool) -> Diagnostic {
    let found = Diagnostic::new(&codes::UNKNOWN_COMMAND, place, format!("no command is called `@{name}`"));
    match near {
        Some(near) => found.near(Some(near)),
        None if workflow => found.help(format!("`{name}` is run without `@`: `run {name}(…)`")),
        None => found.help(format!("declare it: `command {name}(…) -> (…) {{ … }}`, or import it with `use`")),
    }
}

/// A failure kind that does not exist.
pub fn unknown_kind(place: Place, name: &str, near: Option<Near>) -> Diagnostic {
    let found = Diagnostic::new(&codes::UNKNOWN_KIND, place, format!("there is no failure kind `{name}`"));
    if near.is_some() { found.near(near) } else { found.help(format!("declare it: `error {name}`")) }
}

/// A checkpoint that does not exist.
pub fn unknown_checkpoint(place: Place, name: &str, near: Option<Near>, named: bool) -> Diagnostic {
    let found =
        Diagnostic::new(&codes::UNKNOWN_CHECKPOINT, place, format!("no checkpoint `{name}` is taken before this"));
    if near.is_some() {
        return found.near(near);
    }
    found.help(if named {
        "a handler of its own knows no checkpoints: write `rollback` or `rollback to start`"
    } else {
        "take it on the way here: `checkpoint` and the name"
    })
}

/// A step that does not exist.
pub fn unknown_step(place: Place, name: &str, near: Option<Near>) -> Diagnostic {
    Diagnostic::new(&codes::UNKNOWN_STEP, place, format!("no step `{name}` comes before this")).near(near)
}

/// A field that a type does not have.
pub fn unknown_field(place: Place, name: &str, of: &Ty, near: Option<Near>) -> Diagnostic {
    let found = Diagnostic::new(&codes::UNKNOWN_FIELD, place, format!("{} has no field `{name}`", of.described()));
    match (near, of) {
        (Some(near), _) => found.near(Some(near)),
        (None, Ty::Record(record)) => {
            let names: Vec<&str> = record.fields.iter().map(|field| field.name.as_str()).collect();
            found.help(if names.is_empty() { "it has none".into() } else { format!("it has {}", listed(&names)) })
        }
        _ => found,
    }
}

/// An output that a step does not have.
pub fn unknown_output(place: Place, name: &str, known: &[&str], near: Option<Near>) -> Diagnostic {
    let found = Diagnostic::new(&codes::UNKNOWN_FIELD, place, format!("the step has no output `{name}`"));
    match near {
        Some(near) => found.near(Some(near)),
        None if super::ATTEMPT.contains(&name) => {
            found.help(format!("give the step an output, `output text: string = {name}`, and use that"))
        }
        None => found.help(format!("it has {}", listed(known))),
    }
}

/// A field of `run` that does not exist.
pub fn unknown_run_field(place: Place, name: &str, near: Option<Near>) -> Diagnostic {
    let found = Diagnostic::new(&codes::UNKNOWN_FIELD, place, format!("`run` has no field `{name}`"));
    if near.is_some() {
        found.near(near)
    } else {
        found.help("it has `id`, `started`, `priority`, `workflow` and `mode`")
    }
}

/// `.key` of a map.
pub fn map_field(place: Place, name: &str) -> Diagnostic {
    Diagnostic::new(&codes::UNKNOWN_FIELD, place, "a map has keys, not fields").help(format!("write `[\"{name}\"]`"))
}

/// A method without its brackets.
pub fn method_without_call(place: Place, name: &str, takes: bool) -> Diagnostic {
    let end = Place { span: crate::source::Span::at(place.span.end), ..place };
    let found = Diagnostic::new(&codes::UNKNOWN_FIELD, place, format!("`{name}` is a function, and is not called"));
    let found = found.help(if takes { format!("write `.{name}(…)`") } else { format!("write `.{name}()`") });
    found.fix("call it", end, "()", !takes)
}

/// What a function of other languages is called here.
pub fn foreign_function(name: &str) -> Option<&'static str> {
    Some(match name {
        "length" | "size" | "count" | "strlen" => "len",
        "includes" | "has" | "include" => "contains",
        "startswith" | "startsWith" | "starts_with" | "has-prefix" => "starts-with",
        "endswith" | "endsWith" | "ends_with" | "has-suffix" => "ends-with",
        "toLowerCase" | "to_lower" | "lowercase" | "downcase" => "lower",
        "toUpperCase" | "to_upper" | "uppercase" | "upcase" => "upper",
        "strip" => "trim",
        "toString" | "to_string" | "to-string" | "str" => "text",
        "parseInt" | "int" | "to_int" | "toInt" => "to-int",
        "parseFloat" | "float" | "to_float" | "toFloat" => "to-float",
        "indexOf" | "index_of" => "index-of",
        "forEach" | "each" => "map",
        "some" => "any",
        "every" => "all",
        "sorted" => "sort",
        "reversed" => "reverse",
        "substring" | "substr" => "slice",
        "from_json" | "parse" => "json",
        "to_json" | "toJson" => "to-json",
        _ => return None,
    })
}

/// A variant that an enum does not have.
pub fn unknown_variant(
    place: Place,
    name: &str,
    of: &EnumTy,
    near: Option<Near>,
    declared: Option<Place>,
) -> Diagnostic {
    let found = Diagnostic::new(&codes::UNKNOWN_VARIANT, place, format!("`{}` has no variant `{name}`", of.name))
        .because(declared);
    if near.is_some() { found.near(near) } else { found.help(format!("it has {}", listed(&of.variants))) }
}

/// A bare variant that is also a local name.
pub fn ambiguous_variant(place: Place, name: &str, of: &EnumTy, local: Option<Place>) -> Diagnostic {
    Diagnostic::new(
        &codes::AMBIGUOUS_VARIANT,
        place,
        format!("`{name}` is both a variant of `{}` and a name of its own", of.name),
    )
    .because(local)
    .help(format!("for the variant write `{}.{name}`", of.name))
    .fix("name the variant in full", place, format!("{}.{name}", of.name), false)
}

/// A metric that does not exist.
pub fn unknown_metric(place: Place, name: &str, near: Option<Near>) -> Diagnostic {
    Diagnostic::new(&codes::UNKNOWN_NAME, place, format!("no metric is called `{name}` here")).near(near)
}

/// A mode that does not exist.
pub fn unknown_mode(place: Place, name: &str, near: Option<Near>) -> Diagnostic {
    setting(place, format!("there is no mode `{name}`"), near, "the modes are `autopilot`, `supervised` and `hybrid`")
}

/// A budget of something unknown.
pub fn unknown_budget(place: Place, name: &str, near: Option<Near>) -> Diagnostic {
    setting(place, format!("a budget has no `{name}`"), near, "it limits `tokens`, `usd` and `time`")
}

/// A key of an agent that does not exist.
pub fn unknown_agent_key(place: Place, name: &str, near: Option<Near>) -> Diagnostic {
    let keys = "the keys are `transport`, `command`, `model`, `env`, `timeout` and `cwd`";
    setting(place, format!("an agent has no key `{name}`"), near, keys)
}

/// A transport that is no word.
pub fn transport_word(place: Place) -> Diagnostic {
    setting(place, "a transport is named by a word".into(), None, "write `transport acp`, for example")
}

fn setting(place: Place, message: String, near: Option<Near>, help: &str) -> Diagnostic {
    let found = Diagnostic::new(&codes::UNKNOWN_SETTING, place, message);
    if near.is_some() { found.near(near) } else { found.help(help) }
}

/// A test that mentions what the workflows that it runs do not have.
pub fn unknown_mock(place: Place, what: &str, name: &str, near: Option<Near>) -> Diagnostic {
    Diagnostic::new(&codes::UNKNOWN_MOCK, place, format!("nothing that this test runs has a {what} `{name}`"))
        .near(near)
}
