//! The reference of the built-ins, Markdown: `docs/builtins.md`.

use std::fmt::Write;

use super::{Builtin, SPECIAL_FORMS, all};

const HEAD: &str = "# Built-in functions

Methods and functions are one thing: `x.f(y)` may be written `f(x, y)`. `A` and `B` stand for any type, `?` after a parameter
means that it may be left out. What goes wrong is a failure of kind `value` where the expression stands. This page is written
from the table in `src/builtins/`; every example is a test.
";

/// The page.
pub fn reference() -> String {
    let mut page = HEAD.to_owned();
    let mut heading = "";
    for builtin in all() {
        let topic = topic(builtin);
        if topic != heading {
            heading = topic;
            // Writing to a string cannot fail.
            let _ = write!(page, "\n## {heading}\n\n| | | example |\n|---|---|---|\n");
        }
        let (signature, example) = (builtin.signature(), builtin.example.replace('|', "\\|"));
        let _ = writeln!(page, "| `{signature}` | {} | `{example}` |", builtin.doc);
    }
    page.push_str("\n## Special forms\n\n| | |\n|---|---|\n");
    for form in SPECIAL_FORMS {
        let _ = writeln!(page, "| `{}` | {} |", form.signature, form.doc);
    }
    page
}

/// The heading under which a built-in stands: the table that declares it.
fn topic(builtin: &Builtin) -> &'static str {
    let tables = [
        (super::string::TABLE, "Strings"),
        (super::list::TABLE, "Lists"),
        (super::map::TABLE, "Maps"),
        (super::number::TABLE, "Numbers and percents"),
        (super::unit::TABLE, "Durations, sizes, times, optionals and results"),
        (super::place::TABLE, "Paths, files, folders and URLs"),
        (super::json::TABLE, "JSON"),
    ];
    let declares = |table: &[Builtin]| table.iter().any(|other| std::ptr::eq(other, builtin));
    tables.iter().find(|(table, _)| declares(table)).map_or("", |(_, topic)| topic)
}

#[cfg(test)]
mod tests {
    /// `WF_BLESS=1` writes the page anew.
    #[test]
    fn the_page_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/builtins.md");
        let page = super::reference();
        if std::env::var_os("WF_BLESS").is_some() {
            std::fs::write(path, &page).unwrap();
        }
        assert!(std::fs::read_to_string(path).unwrap() == page, "docs/builtins.md is old: run with WF_BLESS=1");
    }
}
