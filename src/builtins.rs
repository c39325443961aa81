//! The built-in functions: one table, from which the checker takes types, the evaluator what to do, and hover, `wf doc`
//! and the reference their words.
//!
//! Functions and methods are one thing: `f(x, y)` is `x.f(y)`, and every built-in has a receiver. A name may stand for
//! several built-ins with receivers of different types. To add one: a line in the table of its receiver, with an example
//! that holds (a test evaluates every example).
//!
//! Special forms are no built-ins: `baseline(metric)`, `env("X")` and `raw(x)`, listed in [`SPECIAL_FORMS`].

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::eval::EvalError;
use crate::value::Value;

mod call;
mod json;
mod list;
mod map;
mod number;
pub mod operators;
pub mod pattern;
mod place;
mod reference;
mod scheme;
mod string;
mod unit;

pub use call::Call;
pub(crate) use call::check_length;
pub use reference::reference;
pub use scheme::Scheme;

/// A built-in function.
#[derive(Debug)]
pub struct Builtin {
    /// The name.
    pub name: &'static str,
    /// Type of what it is called on.
    pub receiver: Scheme,
    /// The arguments in brackets.
    pub params: &'static [Param],
    /// What it gives.
    pub result: Scheme,
    /// One sentence.
    pub doc: &'static str,
    /// An expression of the language that is true.
    pub example: &'static str,
    /// Computes it.
    pub run: fn(&mut Call) -> Result<Value, EvalError>,
}

/// A parameter of a built-in.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// The name, as in `name: value`.
    pub name: &'static str,
    /// The type; a lambda where it is [`Scheme::Lambda`].
    pub scheme: Scheme,
    /// Whether it may be left out (only at the end).
    pub optional: bool,
}

/// A parameter that must be given.
const fn param(name: &'static str, scheme: Scheme) -> Param {
    Param { name, scheme, optional: false }
}

/// A parameter that may be left out.
const fn option(name: &'static str, scheme: Scheme) -> Param {
    Param { name, scheme, optional: true }
}

/// Declares a table: `name receiver (param: scheme, …) -> result, "doc", "example", function;`
macro_rules! builtins {
    ($($name:literal $receiver:expr, ($($params:expr),*) -> $result:expr, $doc:literal, $example:literal, $run:expr;)*) => {
        pub(super) static TABLE: &[super::Builtin] = &[$(super::Builtin {
            name: $name,
            receiver: $receiver,
            params: &[$($params),*],
            result: $result,
            doc: $doc,
            example: $example,
            run: $run,
        }),*];
    };
}
use builtins;

/// A form that looks like a call and is none: the checker and lowering know it by name.
#[derive(Debug)]
pub struct SpecialForm {
    /// The name.
    pub name: &'static str,
    /// How it is written, with its type.
    pub signature: &'static str,
    /// One sentence.
    pub doc: &'static str,
}

/// All of them.
pub static SPECIAL_FORMS: &[SpecialForm] = &[
    SpecialForm {
        name: "baseline",
        signature: "baseline(metric: T) -> T?",
        doc: "The value that a metric had in the last successful run of this workflow, or `none`.",
    },
    SpecialForm {
        name: "env",
        signature: "env(name: string) -> string?",
        doc: "An environment variable, read once when the run starts; only in parameter defaults and constants.",
    },
    SpecialForm {
        name: "raw",
        signature: "raw(text: string)",
        doc: "Pastes text into a shell script as it is, unprotected; only inside `${…}` of a script.",
    },
];

/// Every built-in, receiver by receiver.
pub fn all() -> impl Iterator<Item = &'static Builtin> {
    [string::TABLE, list::TABLE, map::TABLE, number::TABLE, unit::TABLE, place::TABLE, json::TABLE]
        .into_iter()
        .flatten()
}

static BY_NAME: LazyLock<FxHashMap<&'static str, Vec<&'static Builtin>>> = LazyLock::new(|| {
    let mut names: FxHashMap<_, Vec<_>> = FxHashMap::default();
    for builtin in all() {
        names.entry(builtin.name).or_default().push(builtin);
    }
    names
});

/// The built-ins called `name`, one for each kind of receiver; empty where there is none.
pub fn named(name: &str) -> &'static [&'static Builtin] {
    BY_NAME.get(name).map_or(&[], Vec::as_slice)
}

/// The built-in called `name` for a receiver that is `value`.
pub fn for_value(name: &str, value: &Value) -> Option<&'static Builtin> {
    named(name).iter().copied().find(|builtin| builtin.receiver.accepts(value))
}

impl Builtin {
    /// The signature as people read it: `list<A>.map(f: A => B) -> list<B>`.
    pub fn signature(&self) -> String {
        let param = |param: &Param| {
            let mark = if param.optional { "?" } else { "" };
            format!("{}{mark}: {}", param.name, param.scheme)
        };
        let params: Vec<_> = self.params.iter().map(param).collect();
        format!("{}.{}({}) -> {}", self.receiver, self.name, params.join(", "), self.result)
    }

    /// How many arguments it takes beside the receiver: the least and the most.
    pub fn arity(&self) -> (usize, usize) {
        (self.params.iter().filter(|param| !param.optional).count(), self.params.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receivers_of_one_name_are_told_apart() {
        for builtin in all() {
            let rivals: Vec<_> = named(builtin.name).iter().filter(|other| !std::ptr::eq(**other, builtin)).collect();
            for rival in rivals {
                assert!(!rival.receiver.overlaps(&builtin.receiver), "{} {}", builtin.signature(), rival.receiver);
            }
        }
    }

    #[test]
    fn every_builtin_is_documented() {
        for builtin in all() {
            assert!(builtin.doc.ends_with('.') && builtin.doc.len() > 5, "{}", builtin.name);
            assert!(builtin.example.contains(builtin.name), "{}", builtin.name);
        }
    }

    #[test]
    fn signatures_read_well() {
        let signature = |name: &str| named(name).iter().map(|b| b.signature()).collect::<Vec<_>>().join("; ");
        assert_eq!(signature("map"), "list<A>.map(f: A => B) -> list<B>");
        assert_eq!(
            signature("slice"),
            "string.slice(from: int, to?: int) -> string; list<A>.slice(from: int, to?: int) -> list<A>"
        );
    }
}
