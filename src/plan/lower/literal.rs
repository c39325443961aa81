//! Strings, and literals of other types that are written as strings or whole numbers.

use ecow::EcoString;

use super::Lower;
use crate::check::ty::Ty;
use crate::plan::ir::{self, ExprIx};
use crate::source::Span;
use crate::syntax::tree::{Expr, Text, TextPart};

impl<'a> Lower<'a> {
    /// A string with the values of its holes.
    pub(super) fn text(&mut self, text: &'a Text) -> ExprIx {
        if let Some(literal) = text.literal() {
            return self.push(ir::Expr::Str(literal.into()), text.span);
        }
        let mut parts = Vec::with_capacity(text.parts.len());
        for part in &text.parts {
            parts.push(match part {
                TextPart::Literal(literal, span) => self.push(ir::Expr::Str(literal.clone()), *span),
                TextPart::Hole(hole) => self.expr(hole),
            });
        }
        self.push(ir::Expr::Concat(parts), text.span)
    }

    /// A string that may be left out.
    pub(super) fn maybe_text(&mut self, text: Option<&'a Text>) -> Option<ExprIx> {
        text.map(|text| self.text(text))
    }

    /// Gives a literal the type that the checker found for it.
    pub(super) fn literal_as(&mut self, ix: ExprIx, expr: &'a Expr) -> ExprIx {
        let ty = self.ty(expr.id);
        match ty {
            Ty::Unknown | Ty::Never => ix,
            _ => self.convert(ix, ty, expr.span),
        }
    }

    /// Converts a value silently. A literal becomes one of the other type. To an optional type: `none` stays `none`.
    pub(super) fn convert(&mut self, ix: ExprIx, to: &Ty, span: Span) -> ExprIx {
        let plain = match to {
            Ty::Optional(of) => of,
            other => other,
        };
        let Some(known) = self.plan.exprs.get_mut(ix.index()) else { return ix };
        if fits(known, plain) {
            return ix;
        }
        if let Some(literal) = typed(known, plain) {
            *known = literal;
            return ix;
        }
        let to = self.intern(to);
        if matches!(self.plan.exprs.get(ix.index()), Some(ir::Expr::Convert { to: already, .. }) if *already == to) {
            return ix;
        }
        self.push(ir::Expr::Convert { value: ix, to }, span)
    }
}

/// Whether a literal needs no conversion.
fn fits(expr: &ir::Expr, to: &Ty) -> bool {
    match expr {
        ir::Expr::None => !matches!(to, Ty::Json),
        ir::Expr::Variant(_) => matches!(to, Ty::Enum(_)),
        ir::Expr::Kind(_) => matches!(to, Ty::Kind),
        ir::Expr::Int(_) => matches!(to, Ty::Int),
        ir::Expr::Float(_) => matches!(to, Ty::Float),
        ir::Expr::Str(_) | ir::Expr::Concat(_) => matches!(to, Ty::String),
        ir::Expr::Path(_) => matches!(to, Ty::Path),
        ir::Expr::File { .. } => matches!(to, Ty::File | Ty::Dir),
        ir::Expr::Url(_) => matches!(to, Ty::Url),
        ir::Expr::Time(_) => matches!(to, Ty::Time),
        _ => matches!(to, Ty::Unknown | Ty::Never | Ty::None),
    }
}

/// A literal as one of another type, where that is known now.
fn typed(expr: &ir::Expr, to: &Ty) -> Option<ir::Expr> {
    match (expr, to) {
        (ir::Expr::Int(value), Ty::Float) => Some(ir::Expr::Float(*value as f64)),
        (ir::Expr::Str(text), _) => typed_text(text, to),
        _ => None,
    }
}

fn typed_text(text: &EcoString, to: &Ty) -> Option<ir::Expr> {
    match to {
        Ty::Path => Some(ir::Expr::Path(text.clone())),
        Ty::File => Some(ir::Expr::File { path: text.clone(), dir: false }),
        Ty::Dir => Some(ir::Expr::File { path: text.clone(), dir: true }),
        Ty::Url => Some(ir::Expr::Url(text.clone())),
        Ty::Enum(_) => Some(ir::Expr::Variant(text.clone())),
        Ty::Kind => Some(ir::Expr::Kind(text.clone())),
        Ty::Time => Some(ir::Expr::Time(text.parse::<jiff::Timestamp>().ok()?.as_millisecond())),
        _ => None,
    }
}
