//! Types and patterns.

use super::{Builder, Node};
use crate::source::Span;
use crate::syntax::tree::{Expr, ExprKind, Name, Pattern, PatternKind, Type, TypeKind, UnaryOp};
use wf_grammar::Rule;

impl<'s> Builder<'s> {
    pub fn ty(&mut self, node: Node<'s>) -> Type {
        let span = self.span(&node);
        self.nested(span, |this| this.ty_inside(node)).unwrap_or(Type { span, kind: TypeKind::Broken })
    }

    fn ty_inside(&mut self, node: Node<'s>) -> Type {
        let whole = self.span(&node);
        let mut parts = node.into_inner().peekable();
        let Some(head) = parts.next() else { return Type { span: whole, kind: TypeKind::Broken } };
        let mut ty = if head.as_rule() == Rule::type_record {
            let span = self.opened(&head, 1);
            Type { span, kind: TypeKind::Record(head.into_inner().map(|field| self.type_field(field)).collect()) }
        } else {
            let name = self.name(&head);
            match parts.next_if(|part| part.as_rule() != Rule::optional) {
                Some(part) if part.as_rule() == Rule::name => {
                    let last = self.name(&part);
                    Type { span: name.span.to(last.span), kind: TypeKind::Path(Box::new((name, last))) }
                }
                Some(part) => {
                    let argument = self.ty(part);
                    let end = parts.peek().map_or(whole.end, |mark| self.span(mark).start);
                    Type { span: Span::new(name.span.start, end), kind: TypeKind::Apply(Box::new((name, argument))) }
                }
                None => Type { span: name.span, kind: TypeKind::Name(name.text) },
            }
        };
        for (count, mark) in parts.enumerate() {
            let span = Span::new(ty.span.start, self.span(&mark).end);
            if count < crate::limits::MAX_NESTING {
                ty = Type { span, kind: TypeKind::Optional(Box::new(ty)) };
            }
        }
        ty
    }

    fn type_field(&mut self, node: Node<'s>) -> (Name, Type) {
        let span = self.span(&node);
        let mut parts = node.into_inner();
        let name = self.take_name(&mut parts, span.start);
        let ty = parts.next().map(|part| self.ty(part));
        (name, ty.unwrap_or(Type { span: Span::at(span.end), kind: TypeKind::Broken }))
    }

    pub fn pattern(&mut self, node: Node<'s>) -> Pattern {
        let span = self.span(&node);
        let mut parts = node.into_inner();
        let (first, second) = (parts.next(), parts.next());
        let kind = match (first, second) {
            (Some(first), None) if first.as_rule() == Rule::name => match first.as_str() {
                "_" => PatternKind::Any,
                "none" => PatternKind::None,
                "true" | "false" => {
                    let kind = ExprKind::Bool(first.as_str() == "true");
                    PatternKind::Literal(Box::new(Expr { id: self.id(), span, kind }))
                }
                name => PatternKind::Name(name.into()),
            },
            (Some(first), Some(second)) if first.as_rule() == Rule::name => {
                let (head, last) = (self.name(&first), self.name(&second));
                let dot = &self.text[head.span.end as usize..last.span.start as usize];
                match head.text.as_str() {
                    _ if dot == "." => PatternKind::Path(Box::new((head, last))),
                    "some" => PatternKind::Some(self.binding(last)),
                    "ok" => PatternKind::Ok(self.binding(last)),
                    "err" => PatternKind::Err(self.binding(last)),
                    _ => {
                        let place = self.place(span);
                        self.report(crate::syntax::errors::unknown_pattern(place, &head.text));
                        PatternKind::Broken
                    }
                }
            }
            (Some(_), Some(number)) => {
                let value = self.number(&number);
                let kind = ExprKind::Unary(UnaryOp::Neg, Box::new(value));
                PatternKind::Literal(Box::new(Expr { id: self.id(), span, kind }))
            }
            (Some(literal), None) if literal.as_rule() == Rule::number => {
                PatternKind::Literal(Box::new(self.number(&literal)))
            }
            (Some(literal), None) => {
                let text = self.text(literal);
                PatternKind::Literal(Box::new(Expr { id: self.id(), span, kind: ExprKind::Text(Box::new(text)) }))
            }
            (None, _) => PatternKind::Broken,
        };
        Pattern { span, kind }
    }
}
