//! Results as JUnit XML, which continuous integration servers read.

use std::fmt::Write;
use std::time::Duration;

use super::TestResult;

/// The document: a suite for each file, in the order in which they come.
pub fn junit(results: &[(TestResult, Duration)]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(out, "<testsuites{}>", counts(results));
    for suite in results.chunk_by(|(a, _), (b, _)| a.case.path == b.case.path) {
        let name = suite.first().map_or("", |(result, _)| &result.case.path);
        let _ = writeln!(out, "  <testsuite name=\"{}\"{}>", escape(name), counts(suite));
        for (result, time) in suite {
            case(&mut out, result, *time);
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn counts(results: &[(TestResult, Duration)]) -> String {
    let failures = results.iter().filter(|(result, _)| !result.passed()).count();
    let time: Duration = results.iter().map(|(_, time)| *time).sum();
    format!(" tests=\"{}\" failures=\"{failures}\" time=\"{:.6}\"", results.len(), time.as_secs_f64())
}

fn case(out: &mut String, result: &TestResult, time: Duration) {
    let case = &result.case;
    let _ = write!(
        out,
        "    <testcase name=\"{}\" classname=\"{}\" file=\"{}\" line=\"{}\" time=\"{:.6}\"",
        escape(&case.title),
        escape(&case.path),
        escape(&case.path),
        case.line,
        time.as_secs_f64()
    );
    if result.passed() {
        out.push_str("/>\n");
        return;
    }
    out.push_str(">\n");
    for wrong in &result.mismatches {
        let mut text = format!("{}:{}:{}: {}", case.path, wrong.line, wrong.column, wrong.happened);
        for line in wrong.detail.iter().chain(&wrong.steps) {
            text.push('\n');
            text.push_str(line);
        }
        let _ = writeln!(out, "      <failure message=\"{}\">{}</failure>", escape(&wrong.expected), escape(&text));
    }
    out.push_str("    </testcase>\n");
}

/// Text as XML takes it; what XML has no place for becomes U+FFFD.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(letter),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            letter => out.push(letter),
        }
    }
    out
}
