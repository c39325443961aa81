//! Patterns: what they accept, what they bind, and whether all is accepted.

use ecow::EcoString;
use rustc_hash::FxHashSet;

use crate::check::checker::Checker;
use crate::check::errors;
use crate::check::facts::{Def, GlobalKind, LocalKind};
use crate::check::failure;
use crate::check::ty::Ty;
use crate::source::Span;
use crate::suggest;
use crate::syntax::tree::{ExprKind, Name, Pattern, PatternKind, UnaryOp};

/// What the arms of a `match` have accepted so far.
#[derive(Debug)]
pub struct Arms {
    subject: Ty,
    all: bool,
    none: bool,
    some: bool,
    ok: bool,
    err: bool,
    words: FxHashSet<EcoString>,
    broken: bool,
}

impl Arms {
    /// Of a `match` on a value of this type.
    pub fn new(subject: Ty) -> Self {
        Self {
            subject,
            all: false,
            none: false,
            some: false,
            ok: false,
            err: false,
            words: FxHashSet::default(),
            broken: false,
        }
    }

    /// What no arm accepts, as patterns; `_` where it cannot be listed.
    fn missing(&self) -> Vec<String> {
        if self.all || self.broken || self.subject.is_silent() {
            return Vec::new();
        }
        let mut missing = Vec::new();
        let optional = matches!(self.subject, Ty::Optional(_) | Ty::None);
        if optional && !self.none {
            missing.push("none".into());
        }
        if optional && self.some || self.subject == Ty::None {
            return missing;
        }
        match self.subject.plain() {
            Ty::Enum(of) => {
                missing.extend(of.variants.iter().filter(|name| !self.words.contains(*name)).map(ToString::to_string));
            }
            Ty::Bool => {
                missing.extend(
                    ["true", "false"].iter().filter(|word| !self.words.contains(**word)).map(ToString::to_string),
                );
            }
            Ty::Result(_) => {
                missing.extend((!self.ok).then(|| "ok x".to_owned()));
                missing.extend((!self.err).then(|| "err f".to_owned()));
            }
            ty if ty.is_silent() => {}
            _ if optional => missing.push("some x".into()),
            _ => missing.push("_".into()),
        }
        missing
    }

    fn is_exhausted(&self) -> bool {
        !self.broken && !self.subject.is_silent() && self.missing().is_empty()
    }
}

impl Checker<'_> {
    /// Checks one pattern, and binds what it binds as `kind` in the block we are in.
    pub fn pattern(&mut self, pattern: &Pattern, arms: &mut Arms, kind: LocalKind) {
        let subject = arms.subject.clone();
        let place = self.at(pattern.span);
        if arms.is_exhausted() {
            self.report(errors::unreachable_arm(place));
        }
        let fits = match &pattern.kind {
            PatternKind::Broken => {
                arms.broken = true;
                true
            }
            PatternKind::Any => {
                arms.all = true;
                true
            }
            PatternKind::None => {
                self.once(arms.none, pattern.span);
                arms.none = true;
                matches!(subject, Ty::Optional(_) | Ty::None)
            }
            PatternKind::Some(name) => {
                self.once(arms.some, pattern.span);
                arms.some = true;
                let ty = if matches!(subject, Ty::Optional(_)) { subject.plain().clone() } else { Ty::Unknown };
                self.declare(name, kind, ty);
                matches!(subject, Ty::Optional(_))
            }
            PatternKind::Ok(name) => {
                self.once(arms.ok, pattern.span);
                arms.ok = true;
                let ty = if let Ty::Result(inner) = &subject { (**inner).clone() } else { Ty::Unknown };
                self.declare(name, kind, ty);
                matches!(subject, Ty::Result(_))
            }
            PatternKind::Err(name) => {
                self.once(arms.err, pattern.span);
                arms.err = true;
                self.declare(name, kind, Ty::Failure);
                matches!(subject, Ty::Result(_))
            }
            PatternKind::Literal(expr) => {
                if let Some(word) = literal_word(expr) {
                    let seen = !arms.words.insert(word);
                    self.once(seen, pattern.span);
                }
                let got = self.infer(expr, subject.plain());
                if !subject.is_silent() {
                    let because = None;
                    self.coerce(expr, &got, subject.plain(), because);
                }
                true
            }
            PatternKind::Name(name) => {
                self.bare_pattern(name, pattern.span, arms);
                true
            }
            PatternKind::Path(path) => {
                self.path_pattern(&path.0, &path.1, arms);
                true
            }
        };
        if !fits && !subject.is_silent() {
            arms.broken = true;
            self.report(errors::pattern_mismatch(place, &subject));
        }
    }

    fn once(&mut self, seen: bool, span: Span) {
        if seen {
            self.report(errors::unreachable_arm(self.at(span)));
        }
    }

    fn bare_pattern(&mut self, name: &EcoString, span: Span, arms: &mut Arms) {
        let ty = arms.subject.plain().clone();
        match &ty {
            Ty::Enum(of) if of.variants.contains(name) => {
                self.refer(span, Def::Variant(ty.clone(), name.clone()));
                let seen = !arms.words.insert(name.clone());
                self.once(seen, span);
            }
            Ty::Enum(of) => {
                arms.broken = true;
                let near = suggest::nearest(name, of.variants.iter().map(EcoString::as_str));
                let declared = of.id.and_then(|id| self.env.place(id));
                self.report(errors::unknown_variant(self.at(span), name, of, near, declared));
            }
            Ty::Kind if failure::is_known(self.scope, self.env, name) => {
                self.refer(span, Def::Kind(name.clone()));
                let seen = !arms.words.insert(name.clone());
                self.once(seen, span);
            }
            Ty::Kind => {
                arms.broken = true;
                self.unknown_kind(&Name { text: name.clone(), span });
            }
            ty => {
                arms.broken = true;
                if !ty.is_silent() {
                    self.report(errors::name_pattern(self.at(span), name, ty));
                }
            }
        }
    }

    fn path_pattern(&mut self, of: &Name, variant: &Name, arms: &mut Arms) {
        let scope = self.scope;
        let env = self.env;
        let ty = scope.names.get(&of.text).map(|id| (*id, env.kind(*id)));
        let Some((id, GlobalKind::Type(ty @ Ty::Enum(declared)))) = ty else {
            arms.broken = true;
            self.report(errors::unknown_type(self.at(of.span), &of.text, None));
            return;
        };
        self.refer(of.span, Def::Global(id));
        if !arms.subject.is_silent() && arms.subject.plain() != ty {
            arms.broken = true;
            let diagnostic = errors::mismatch(self.at(of.span.to(variant.span)), ty, arms.subject.plain(), None);
            return self.report(diagnostic);
        }
        if declared.variants.contains(&variant.text) {
            self.refer(variant.span, Def::Variant(ty.clone(), variant.text.clone()));
            let seen = !arms.words.insert(variant.text.clone());
            self.once(seen, variant.span);
        } else {
            arms.broken = true;
            let near = suggest::nearest(&variant.text, declared.variants.iter().map(EcoString::as_str));
            self.report(errors::unknown_variant(self.at(variant.span), &variant.text, declared, near, env.place(id)));
        }
    }

    /// Reports what the arms do not accept.
    pub fn exhausted(&mut self, arms: &Arms, subject: Span) {
        let missing = arms.missing();
        if !missing.is_empty() {
            self.report(errors::non_exhaustive(self.at(subject), &missing));
        }
    }
}

/// A literal in one spelling, to find it twice.
fn literal_word(expr: &crate::syntax::tree::Expr) -> Option<EcoString> {
    Some(match &expr.kind {
        ExprKind::Bool(value) => ecow::eco_format!("{value}"),
        ExprKind::Int(value) => ecow::eco_format!("{value}"),
        ExprKind::Float(value) => ecow::eco_format!("{value}"),
        ExprKind::Percent(value) => ecow::eco_format!("{value}%"),
        ExprKind::Duration(value) => ecow::eco_format!("{value}ms"),
        ExprKind::Size(value) => ecow::eco_format!("{value}B"),
        ExprKind::Text(text) => ecow::eco_format!("{}", text.literal()?),
        ExprKind::Unary(UnaryOp::Neg, inner) => ecow::eco_format!("-{}", literal_word(inner)?),
        _ => return None,
    })
}
