//! Expressions and types that stand alone: values on the command line, conditions of imported files.

use super::build::Builder;
use super::recover::{Failure, attempt};
use super::tree::{Expr, Type, TypeKind};
use super::{errors, skeleton, unexpected};
use crate::diagnostic::{Diagnostic, Place};
use crate::limits::MAX_SOURCE;
use crate::source::{FileId, Span};
use wf_grammar::Rule;

/// Parses an expression that is the whole of `text`. Spans count from the start of `text`, places are absolute in
/// `file`. What is wrong gives a `Broken` expression.
pub fn parse_expr(file: FileId, text: &str) -> (Expr, Vec<Diagnostic>) {
    let mut builder = Builder::new(file, text, &[]);
    let node = alone(&mut builder, file, Rule::only_expr);
    let expr = match node.and_then(|node| node.into_inner().next()) {
        Some(node) => builder.expr(node),
        None => builder.broken(Span::new(0, text.len().min(u32::MAX as usize) as u32)),
    };
    (expr, absolute(builder.errors))
}

/// Parses a type that is the whole of `text`, like [`parse_expr`].
pub fn parse_type(file: FileId, text: &str) -> (Type, Vec<Diagnostic>) {
    let mut builder = Builder::new(file, text, &[]);
    let node = alone(&mut builder, file, Rule::only_type);
    let ty = match node.and_then(|node| node.into_inner().next()) {
        Some(node) => builder.ty(node),
        None => Type { span: Span::new(0, text.len().min(u32::MAX as usize) as u32), kind: TypeKind::Broken },
    };
    (ty, absolute(builder.errors))
}

fn alone<'s>(builder: &mut Builder<'s>, file: FileId, rule: Rule) -> Option<super::build::Node<'s>> {
    let text = builder.text;
    if text.len() > MAX_SOURCE {
        builder.report(errors::too_large(file, text.len()));
        return None;
    }
    let wrong = skeleton::brackets(file, text);
    if !wrong.is_empty() {
        builder.errors = wrong;
        return None;
    }
    match attempt(text, 0, rule) {
        Ok(mut nodes) => nodes.next(),
        Err(Failure { at, expected, .. }) => {
            let error = unexpected::token(text, 0, at, &expected, builder.place(Span::at(at)));
            builder.report(error);
            None
        }
    }
}

fn absolute(mut errors: Vec<Diagnostic>) -> Vec<Diagnostic> {
    for place in errors.iter_mut().flat_map(Diagnostic::places_mut) {
        place.item = Place::ABSOLUTE;
    }
    errors
}
