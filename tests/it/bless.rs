//! Expectations beside their cases, rewritten with `WF_BLESS=1`.

use std::fs;
use std::path::{Path, PathBuf};

/// The files with `extension` under `tests/cases/<folder>`, sorted.
pub fn cases(folder: &str, extension: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(folder);
    let mut cases: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    cases.sort();
    assert!(!cases.is_empty(), "no cases in {}", folder.display());
    cases
}

/// Compares `actual` with the file `expected`, or writes it under `WF_BLESS=1`. Gives the difference, if any.
pub fn compare(expected: &Path, actual: &str) -> Option<String> {
    if std::env::var_os("WF_BLESS").is_some() {
        fs::write(expected, actual).unwrap();
        return None;
    }
    let wanted = fs::read_to_string(expected).unwrap_or_default();
    if wanted == actual {
        return None;
    }
    let diff = similar::TextDiff::from_lines(wanted.as_str(), actual);
    Some(format!("{}\n{}", expected.display(), diff.unified_diff().context_radius(2)))
}

/// Fails with all differences at once.
pub fn assert_none(differences: Vec<String>) {
    assert!(differences.is_empty(), "{}\n(rewrite with WF_BLESS=1)", differences.join("\n"));
}
