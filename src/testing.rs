//! `test` items, run in virtual time: nothing is executed, no file is touched, no clock is read. The same sources, the
//! same results.

mod bench;
mod coverage;
mod difference;
mod expect;
pub mod junit;
mod mock;
mod outline;
pub(crate) mod path;
mod run;
mod sample;
mod world;

pub use coverage::{Point, Reached};

use crate::check::facts::Checked;
use crate::plan::lower_test;
use crate::source::FileId;
use crate::syntax::tree::ItemKind;

/// A `test` item of checked files.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TestCase {
    /// What it shows.
    pub title: String,
    /// Name of its file, as it was given.
    pub path: String,
    /// The line it begins in, from 1.
    pub line: u32,
    /// Its file.
    pub file: FileId,
    /// Its number among the items of the file.
    pub item: u32,
}

/// What came of a test.
#[derive(Clone, PartialEq, Debug)]
pub struct TestResult {
    /// Which test.
    pub case: TestCase,
    /// What did not hold, in order; nothing where it passed.
    pub mismatches: Vec<Mismatch>,
    /// What its runs reached.
    pub reached: Reached,
}

impl TestResult {
    /// Whether everything held.
    pub fn passed(&self) -> bool {
        self.mismatches.is_empty()
    }
}

/// A line of a test that does not hold.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Mismatch {
    /// Its line, from 1.
    pub line: u32,
    /// Its column, from 1.
    pub column: u32,
    /// The line as written.
    pub expected: String,
    /// What happened, in words.
    pub happened: String,
    /// A difference, line by line: `-` expected, `+` found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub detail: Vec<String>,
    /// Steps that ran, with what came of each.
    pub steps: Vec<String>,
    /// The element of the table, where it stands in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pass: Option<String>,
}

/// The tests of the files that were asked for (not of those they import) whose title, path, or both joined by `:`
/// contain `filter`.
pub fn tests(checked: &Checked, filter: Option<&str>) -> Vec<TestCase> {
    let mut cases = Vec::new();
    for unit in checked.files.iter().take(checked.roots) {
        let source = checked.sources.get(unit.file);
        for (item, slot) in unit.tree.items.iter().enumerate() {
            let ItemKind::Test(test) = &slot.item.kind else { continue };
            let title = test.title.span.shift(slot.start).of(source.text()).trim_matches('"').to_owned();
            let case = TestCase {
                title,
                path: source.name().to_owned(),
                line: source.line_of(test.title.span.shift(slot.start).start) + 1,
                file: unit.file,
                item: item as u32,
            };
            if filter.is_none_or(|filter| format!("{}:{}", case.path, case.title).contains(filter)) {
                cases.push(case);
            }
        }
    }
    cases
}

/// Runs one test. A test that cannot be compiled does not hold at its first line.
pub fn run_test(checked: &Checked, case: &TestCase) -> TestResult {
    let plan = match lower_test(checked, case.file, case.item) {
        Ok(plan) => plan,
        Err(diagnostics) => {
            let happened = diagnostics.first().map(|found| found.message.to_string()).unwrap_or_default();
            let (expected, detail, steps) = (case.title.clone(), Vec::new(), Vec::new());
            let wrong = Mismatch { line: case.line, column: 1, expected, happened, detail, steps, pass: None };
            return TestResult { case: case.clone(), mismatches: vec![wrong], reached: Reached::default() };
        }
    };
    let (mismatches, reached) = bench::Bench::new(&plan, checked.sources.get(case.file).text()).execute();
    TestResult { case: case.clone(), mismatches, reached }
}

/// Runs all tests that `filter` lets through, in the order of the files.
pub fn run_tests(checked: &Checked, filter: Option<&str>) -> Vec<TestResult> {
    tests(checked, filter).iter().map(|case| run_test(checked, case)).collect()
}
