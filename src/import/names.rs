//! From names of a JSON or YAML file to names of the language.

use rustc_hash::FxHashSet;

use crate::syntax::{is_reserved, is_taken};

/// Names of steps that would mean something else where they are used, or only look as if they did.
const MISLEADING: [&str; 4] = ["matches", "failure", "run", "start"];

/// `text` as a name: as it stands where it is one, else with everything else turned into `_`.
pub(super) fn identifier(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.trim().chars() {
        let joins = out.chars().last().is_some_and(|last| last.is_ascii_alphanumeric());
        match character {
            letter if letter.is_ascii_alphanumeric() || letter == '_' => out.push(letter),
            '-' if joins => out.push('-'),
            letter if unicode_ident::is_xid_continue(letter) => out.push(letter),
            _ => out.push('_'),
        }
    }
    while out.ends_with('-') {
        out.pop();
    }
    let out = out.replace("-_", "_");
    let begins = out.chars().next().is_some_and(|first| first == '_' || unicode_ident::is_xid_start(first));
    if begins { out } else { format!("_{out}") }
}

/// `name` where a statement may bear it, else `name_step`.
pub(super) fn step_name(text: &str) -> String {
    let name = identifier(text);
    let taken = is_reserved(&name) || is_taken(&name) || MISLEADING.contains(&name.as_str());
    if taken { format!("{name}_step") } else { name }
}

/// Whether two names are the same up to `-` and `_`.
pub(super) fn same(a: &str, b: &str) -> bool {
    let fold = |byte: u8| if byte == b'-' { b'_' } else { byte };
    a.bytes().map(fold).eq(b.bytes().map(fold))
}

/// The names already given in one scope.
#[derive(Default)]
pub(super) struct Names(FxHashSet<String>);

impl Names {
    /// `wanted`, or `wanted-2`, `wanted-3` … where it is taken.
    pub fn fresh(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let mut number = 2;
        while !self.0.insert(name.clone()) {
            name = format!("{wanted}-{number}");
            number += 1;
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::{Names, identifier, same, step_name};

    #[test]
    fn names_stay_where_they_can() {
        assert_eq!(identifier("unit_tests"), "unit_tests");
        assert_eq!(identifier("build-all-"), "build-all");
        assert_eq!(identifier("2nd run!"), "_2nd_run_");
        assert_eq!(step_name("retry"), "retry_step");
        assert!(same("test-results", "test_results"));
        let mut names = Names::default();
        assert_eq!([names.fresh("a"), names.fresh("a")], ["a", "a-2"]);
    }
}
