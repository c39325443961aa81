//! When each step ran, drawn as SVG.

use super::html::escape;
use super::{Summary, span};

/// Height of a line, width of the names, width of the bars, in pixels.
const LINE: i64 = 24;
const NAMES: i64 = 220;
const BARS: i64 = 640;
/// Most steps that are drawn.
const MOST: usize = 500;

/// A bar for each step, and one for each of its attempts within; empty where no step began.
pub(super) fn draw(summary: &Summary) -> String {
    let (first, last) = summary.span;
    let whole = (last - first).max(1);
    let x = |at: i64| NAMES + (at - first).clamp(0, whole).saturating_mul(BARS) / whole;
    let steps = summary.steps.len().min(MOST) as i64;
    if steps == 0 {
        return String::new();
    }
    let (width, height) = (NAMES + BARS + 90, steps * LINE + 8);
    let mut out = format!(
        "<svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"When each step ran\">\n"
    );
    for (row, step) in (0..).zip(summary.steps.iter().take(MOST)) {
        let (from, to) = (x(step.started), x(step.ended.unwrap_or(last)));
        let (top, wide) = (row * LINE + 4, (to - from).max(2));
        let took = span(step.ended.unwrap_or(last) - step.started);
        let name = short(&step.step);
        let class = step.outcome.word();
        out += &format!("<g><title>{} {class}, {took}</title>", escape(&step.step));
        out += &format!("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>", NAMES - 10, top + 15, escape(&name));
        out += &format!("<rect class=\"{class}\" x=\"{from}\" y=\"{top}\" width=\"{wide}\" height=\"18\" rx=\"3\"/>");
        for made in step.attempts.iter().filter(|made| made.outcome == "failed") {
            let (from, to) = (x(made.started), x(made.ended.unwrap_or(last)));
            let wide = (to - from).max(2);
            out += &format!("<rect class=\"attempt\" x=\"{from}\" y=\"{}\" width=\"{wide}\" height=\"4\"/>", top + 14);
        }
        out += &format!("<text class=\"took\" x=\"{}\" y=\"{}\">{took}</text></g>\n", from + wide + 6, top + 14);
    }
    out + "</svg>\n"
}

/// The end of a path that is too long for its place.
fn short(path: &str) -> String {
    let letters = path.chars().count();
    if letters <= 28 { path.to_owned() } else { format!("…{}", path.chars().skip(letters - 27).collect::<String>()) }
}
