//! `wf test`

use std::io::Write;
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};

use super::args::{TestArgs, TestFormat};
use super::project::Project;
use super::{Context, Exit, Outcome, Usage, source};
use crate::testing::{self, Mismatch, Reached, TestResult};

/// A test with how long it took.
type Timed = (TestResult, Duration);

pub(super) fn run(args: &TestArgs, context: Context) -> Outcome {
    let project = Project::find()?;
    let files = project.expand(&args.paths)?;
    if files.is_empty() {
        return Err(format!("there is no .wf file below {}", project.root.display()).into());
    }
    let checked = project.check(&files, &args.with)?.checked;
    if !checked.is_ok() {
        let errors: Vec<_> = checked.diagnostics.iter().filter(|found| found.is_error()).cloned().collect();
        source::print(&checked.sources, &errors, context)?;
        writeln!(std::io::stderr(), "no test was run")?;
        return Ok(Exit::Usage);
    }
    let cases = testing::tests(&checked, args.filter.as_deref());
    let mut results: Vec<Timed> = Vec::with_capacity(cases.len());
    for case in &cases {
        let begun = Instant::now();
        let result = testing::run_test(&checked, case);
        results.push((result, begun.elapsed()));
        if args.format == TestFormat::Human
            && let Some((result, _)) = results.last()
        {
            print(result, context)?;
        }
    }
    finish(args, &results)
}

fn finish(args: &TestArgs, results: &[Timed]) -> Outcome {
    let mut out = std::io::stdout().lock();
    match args.format {
        TestFormat::Human => {
            if args.coverage {
                coverage(&mut out, results)?;
            }
        }
        TestFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &results.iter().map(Row::of).collect::<Vec<_>>())?;
            writeln!(out)?;
        }
        TestFormat::Junit => out.write_all(testing::junit::junit(results).as_bytes())?,
    }
    out.flush()?;
    let failed = results.iter().filter(|(result, _)| !result.passed()).count();
    let time: Duration = results.iter().map(|(_, time)| *time).sum();
    let tests = if results.len() == 1 { "test" } else { "tests" };
    let mut err = std::io::stderr();
    match (results.len(), failed) {
        (0, _) => {
            writeln!(err, "no tests found{}", args.filter.as_ref().map_or("", |_| " that the filter lets through"))?
        }
        (count, 0) => writeln!(err, "{count} {tests} passed ({}ms)", time.as_millis())?,
        (count, failed) => {
            writeln!(err, "{count} {tests}: {} passed, {failed} failed ({}ms)", count - failed, time.as_millis())?
        }
    }
    Ok(if failed > 0 { Exit::Failure } else { Exit::Success })
}

/// A result as JSON.
#[derive(serde::Serialize)]
struct Row<'a> {
    path: &'a str,
    line: u32,
    title: &'a str,
    passed: bool,
    milliseconds: f64,
    failures: &'a [Mismatch],
}

impl<'a> Row<'a> {
    fn of((result, time): &'a Timed) -> Self {
        let case = &result.case;
        Self {
            path: &case.path,
            line: case.line,
            title: &case.title,
            passed: result.passed(),
            milliseconds: time.as_secs_f64() * 1000.0,
            failures: &result.mismatches,
        }
    }
}

fn print(result: &TestResult, context: Context) -> Result<(), Usage> {
    let mut out = std::io::stdout().lock();
    let paint = |color: AnsiColor| if context.terminal.out_color { color.on_default() } else { Style::new() };
    let (good, bad) = (paint(AnsiColor::Green), paint(AnsiColor::Red));
    let case = &result.case;
    if result.passed() {
        writeln!(out, "{good}ok{good:#}   {}: {}", case.path, case.title)?;
        return Ok(());
    }
    writeln!(out, "{bad}FAIL{bad:#} {}: {}", case.path, case.title)?;
    for wrong in &result.mismatches {
        writeln!(out, "  {}:{}:{}: {}", case.path, wrong.line, wrong.column, wrong.expected)?;
        if let Some(pass) = &wrong.pass {
            writeln!(out, "    in the pass: {pass}")?;
        }
        writeln!(out, "    happened: {}", wrong.happened)?;
        for line in &wrong.detail {
            let style = match line.as_bytes().first() {
                Some(b'-') => bad,
                Some(b'+') => good,
                _ => Style::new(),
            };
            writeln!(out, "      {style}{line}{style:#}")?;
        }
    }
    // The steps are those of the run, the same for each of its expectations.
    let mut last: Option<&Mismatch> = None;
    for wrong in result.mismatches.iter().filter(|wrong| !wrong.steps.is_empty()) {
        if last.is_none_or(|last| last.steps != wrong.steps) {
            writeln!(out, "  steps that ran:")?;
            for step in &wrong.steps {
                writeln!(out, "    {step}")?;
            }
        }
        last = Some(wrong);
    }
    Ok(())
}

/// What all tests together reached, file by file.
fn coverage(out: &mut impl Write, results: &[Timed]) -> Result<(), Usage> {
    let mut all = Reached::default();
    results.iter().for_each(|(result, _)| all.join(&result.reached));
    let places: Vec<_> = all.places.iter().filter(|((file, ..), _)| !file.starts_with("std/")).collect();
    for file in places.chunk_by(|((a, ..), _), ((b, ..), _)| a == b) {
        let name = file.first().map_or("", |((name, ..), _)| name);
        let count = |word: &str| {
            let of: Vec<bool> =
                file.iter().filter(|((.., point), _)| point.word() == word).map(|(_, reached)| **reached).collect();
            format!("{} of {}", of.iter().filter(|reached| **reached).count(), of.len())
        };
        writeln!(
            out,
            "{name}: {} steps, {} branches, {} handlers reached",
            count("step"),
            count("branch"),
            count("handler")
        )?;
        for ((_, line, column, point), _) in file.iter().filter(|(_, reached)| !**reached) {
            writeln!(out, "  {name}:{line}:{column}: not reached: {point}")?;
        }
    }
    Ok(())
}
