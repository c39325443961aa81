//! Strings: what they hold, and what they stand for where something else than text is expected.

use crate::check::checker::Checker;
use crate::check::errors;
use crate::check::ty::Ty;
use crate::suggest;
use crate::syntax::tree::{Expr, Text};

impl Checker<'_> {
    /// The type of a string where `hint` is welcome.
    pub(super) fn string(&mut self, text: &Text, hint: &Ty) -> Ty {
        self.text(text);
        match (hint, text.literal()) {
            (Ty::Path | Ty::File | Ty::Dir, None) => hint.clone(),
            (Ty::Path | Ty::File | Ty::Dir, Some(literal)) => {
                if literal.is_empty() || literal.contains('\0') {
                    self.report(errors::bad_literal(self.at(text.span), hint, "it names no file", None));
                }
                hint.clone()
            }
            (Ty::Url, literal) => {
                if let Some(problem) = literal.and_then(url_problem) {
                    self.report(errors::bad_literal(self.at(text.span), hint, problem, None));
                }
                Ty::Url
            }
            (Ty::Time, Some(literal)) => {
                if !is_time(literal) {
                    let form = "write it as `2026-01-31T12:00Z`";
                    self.report(errors::bad_literal(self.at(text.span), hint, form, None));
                }
                Ty::Time
            }
            (Ty::Enum(of), Some(literal)) => {
                if !of.variants.iter().any(|variant| variant == literal) {
                    let near = suggest::nearest(literal, of.variants.iter().map(|variant| variant.as_str()));
                    self.report(errors::unknown_variant(self.at(text.span), literal, of, near, None));
                }
                hint.clone()
            }
            _ => Ty::String,
        }
    }

    /// The holes of a text.
    pub fn text(&mut self, text: &Text) {
        for hole in text.holes() {
            self.hole(hole, false);
        }
    }

    /// The holes of a shell script, where a list or `raw(…)` may stand too.
    pub fn script(&mut self, text: &Text) {
        for hole in text.holes() {
            self.hole(hole, true);
        }
    }

    fn hole(&mut self, hole: &Expr, shell: bool) {
        self.within.shell = shell;
        let ty = self.infer(hole, &Ty::Unknown);
        self.within.shell = false;
        let place = self.at(hole.span);
        match &ty {
            Ty::Secret => self.report(errors::secret_interpolated(place)),
            Ty::Step(_) => self.report(errors::step_as_value(place)),
            Ty::Optional(_) | Ty::None => self.report(errors::optional_hole(place, &ty)),
            Ty::Result(_) | Ty::Failure => self.report(errors::hole_without_text(place, &ty)),
            _ => {}
        }
    }
}

fn url_problem(text: &str) -> Option<&'static str> {
    let Some((scheme, rest)) = text.split_once(':') else { return Some("it has no scheme, such as `https://`") };
    let letters = scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    if !letters || !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Some("it has no scheme, such as `https://`");
    }
    if rest.trim_start_matches('/').is_empty() {
        return Some("nothing follows its scheme");
    }
    text.chars().any(|c| c.is_whitespace() || c.is_control()).then_some("it has blanks in it")
}

/// Whether `text` is a moment: RFC 3339, where the seconds may be left out.
pub(super) fn is_time(text: &str) -> bool {
    text.parse::<jiff::Timestamp>().is_ok()
}
