//! The declaration of every diagnostic code, one table per phase.
//!
//! To add one: a line in the table of its phase, a page `docs/diagnostics/CODE.md`, and a case under `tests/cases/`.

pub mod check;
pub mod flow;
pub mod import;
pub mod lint;
pub mod plan;
pub mod run;
pub mod syntax;

use super::Code;

/// Declares codes: `NAME "kebab-name" Severity "summary"`, each with its page under `docs/diagnostics/`.
macro_rules! codes {
    ($($id:ident $name:literal $severity:ident $summary:literal;)*) => {
        $(
            #[doc = $summary]
            pub static $id: crate::diagnostic::Code = crate::diagnostic::Code {
                name: $name,
                severity: crate::diagnostic::Severity::$severity,
                summary: $summary,
                page: include_str!(concat!("../../../docs/diagnostics/", $name, ".md")),
            };
        )*
        /// Every code of this table, in order.
        pub static ALL: &[&crate::diagnostic::Code] = &[$(&$id),*];
    };
}
pub(crate) use codes;

/// Every code of every phase.
pub fn all() -> impl Iterator<Item = &'static Code> {
    [syntax::ALL, check::ALL, flow::ALL, lint::ALL, plan::ALL, import::ALL, run::ALL].into_iter().flatten().copied()
}

/// The code called `name`.
pub fn find(name: &str) -> Option<&'static Code> {
    all().find(|code| code.name == name)
}
