//! `use` that does not work out.

use crate::check::load::{LoadError, STD};
use crate::diagnostic::codes::check as codes;
use crate::diagnostic::{Diagnostic, Place};
use crate::suggest::{Near, nearest};

/// A module that the standard library does not have.
pub fn unknown_std(place: Place, name: &str) -> Diagnostic {
    let found = Diagnostic::new(&codes::UNKNOWN_IMPORT, place, format!("the standard library has no module `{name}`"));
    match nearest(name, STD.iter().map(|(name, _)| *name)) {
        Some(near) => found.help(format!("did you mean `std/{}`?", near.word)).fix(
            format!("replace it with `std/{}`", near.word),
            place,
            format!("std/{}", near.word),
            false,
        ),
        None => {
            let names: Vec<String> = STD.iter().map(|(name, _)| format!("`std/{name}`")).collect();
            found.help(format!("it has {}", names.join(", ")))
        }
    }
}

/// A path with a hole.
pub fn computed_import(place: Place) -> Diagnostic {
    Diagnostic::new(&codes::UNKNOWN_IMPORT, place, "what is imported cannot be computed").help("write the path out")
}

/// A path that begins with neither `./` nor `../`.
pub fn import_not_relative(place: Place, path: &str) -> Diagnostic {
    Diagnostic::new(&codes::MISSING_FILE, place, "an import is relative to the file that it stands in")
        .help(format!("write `\"./{path}\"`"))
        .fix("make it relative", place, format!("\"./{path}\""), false)
}

/// A file that cannot be read.
pub fn missing_file(place: Place, path: &str, error: &LoadError) -> Diagnostic {
    let message = match error {
        LoadError::Missing => format!("there is no file `{path}`"),
        LoadError::Unreadable(why) => format!("`{path}` cannot be read: {why}"),
    };
    Diagnostic::new(&codes::MISSING_FILE, place, message).help("the path is relative to this file")
}

/// Files that import each other.
pub fn import_cycle(place: Place, files: &[String]) -> Diagnostic {
    Diagnostic::new(&codes::CIRCULAR_IMPORT, place, "files import each other in a circle")
        .here(files.join(" → "))
        .help("move what both need into a third file")
}

/// A name that a module does not offer.
pub fn not_offered(place: Place, name: &str, module: &str, near: Option<Near>) -> Diagnostic {
    Diagnostic::new(&codes::UNKNOWN_IMPORT, place, format!("`{module}` declares no `{name}`")).near(near)
}
