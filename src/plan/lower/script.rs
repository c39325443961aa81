//! Scripts: text and holes, each hole with the way in which its place refers to a value.

use super::Lower;
use crate::check::facts::Def;
use crate::check::ty::Ty;
use crate::plan::ir::{Action, HoleStyle, ScriptPiece};
use crate::shell::{self, Form, Hole, Piece};
use crate::syntax::tree::{Expr, ExprKind, Language, Text, TextPart};

impl<'a> Lower<'a> {
    pub(super) fn script(&mut self, language: Language, text: &'a Text) -> Action {
        let shell = match language {
            Language::Sh => shell::Language::Sh,
            Language::Bash => shell::Language::Bash,
            Language::Python | Language::Node => return Action::Script { language, pieces: self.plain(text) },
        };
        let raw = |hole: &'a Expr| self.raw(hole).is_some();
        let list = |hole: &Expr| matches!(self.ty(hole.id), Ty::List(_));
        let scanned: Vec<Piece<'_>> = text
            .parts
            .iter()
            .map(|part| match part {
                TextPart::Literal(text, _) => Piece::Text(text),
                TextPart::Hole(hole) => Piece::Hole(Hole { list: list(hole), raw: raw(hole) }),
            })
            .collect();
        let scan = shell::scan(shell, &scanned);
        let mut contexts = scan.holes.iter();
        let mut pieces = Vec::with_capacity(text.parts.len());
        for part in &text.parts {
            pieces.push(match part {
                TextPart::Literal(text, _) => ScriptPiece::Text(text.clone()),
                TextPart::Hole(hole) => {
                    let form = contexts.next().map(|context| context.form).unwrap_or_default();
                    match self.raw(hole) {
                        Some(value) => ScriptPiece::Raw(self.expr(value)),
                        None => {
                            let style = style(form, matches!(self.ty(hole.id), Ty::List(_)));
                            ScriptPiece::Hole { value: self.expr(hole), style }
                        }
                    }
                }
            });
        }
        Action::Script { language, pieces }
    }

    /// A script of a language without interpolation.
    fn plain(&mut self, text: &'a Text) -> Vec<ScriptPiece> {
        let mut pieces = Vec::with_capacity(1);
        for part in &text.parts {
            match part {
                TextPart::Literal(text, _) => pieces.push(ScriptPiece::Text(text.clone())),
                TextPart::Hole(hole) => self.fault(hole.span, "a value in a script that takes none"),
            }
        }
        pieces
    }

    /// What `raw(…)` pastes.
    fn raw(&self, hole: &'a Expr) -> Option<&'a Expr> {
        let ExprKind::Call(call) = &hole.kind else { return None };
        match self.def(call.callee.span.start) {
            Some(Def::Special(name) | Def::Builtin(name)) if name == "raw" => call.args.first().map(|arg| &arg.value),
            _ => None,
        }
    }
}

fn style(form: Form, list: bool) -> HoleStyle {
    match form {
        Form::Plain | Form::Raw if list => HoleStyle::Words,
        Form::Plain | Form::Raw => HoleStyle::Word,
        Form::Quoted => HoleStyle::Inside,
        Form::Single => HoleStyle::Reopen,
        Form::Ansi => HoleStyle::Ansi,
    }
}
