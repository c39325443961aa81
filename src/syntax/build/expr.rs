//! Expressions: flat chains of operands and operators, resolved by precedence.

use super::number::{self, Fault};
use super::{Builder, Node};
use crate::limits::MAX_CHAIN;
use crate::source::Span;
use crate::syntax::tree::{
    Arg, BinaryOp, Call, Comprehension, Entry, Expr, ExprKind, Field, Lambda, MatchExpr, Name, Text, UnaryOp,
};
use crate::syntax::{errors, keywords};
use wf_grammar::Rule;

/// An operator that waits for its right operand.
#[derive(Clone, Copy)]
enum Waiting {
    Binary(BinaryOp),
    Prefix(UnaryOp, u32),
}

const AS: u8 = 8;

impl Waiting {
    /// How tightly it binds.
    fn power(self) -> u8 {
        match self {
            Self::Binary(BinaryOp::Coalesce) => 1,
            Self::Binary(BinaryOp::Or) => 2,
            Self::Binary(BinaryOp::And) => 3,
            Self::Prefix(UnaryOp::Not, _) => 4,
            Self::Binary(op) if is_comparison(op) => 5,
            Self::Binary(BinaryOp::Add | BinaryOp::Sub) => 6,
            Self::Binary(_) => 7,
            Self::Prefix(UnaryOp::Neg, _) => 9,
        }
    }
}

fn is_comparison(op: BinaryOp) -> bool {
    use BinaryOp::{Eq, Ge, Gt, In, Le, Lt, Matches, Ne};
    matches!(op, Eq | Ne | Lt | Le | Gt | Ge | In | Matches)
}

fn binary(text: &str) -> BinaryOp {
    match text {
        "??" => BinaryOp::Coalesce,
        "or" => BinaryOp::Or,
        "and" => BinaryOp::And,
        "==" => BinaryOp::Eq,
        "!=" => BinaryOp::Ne,
        "<" => BinaryOp::Lt,
        "<=" => BinaryOp::Le,
        ">" => BinaryOp::Gt,
        ">=" => BinaryOp::Ge,
        "in" => BinaryOp::In,
        "matches" => BinaryOp::Matches,
        "+" => BinaryOp::Add,
        "-" => BinaryOp::Sub,
        "*" => BinaryOp::Mul,
        _ => BinaryOp::Div,
    }
}

impl<'s> Builder<'s> {
    pub fn broken(&mut self, span: Span) -> Expr {
        Expr { id: self.id(), span, kind: ExprKind::Broken }
    }

    /// The expression of an `expr` or `head_expr`, or of a rule that holds one.
    pub fn expr(&mut self, node: Node<'s>) -> Expr {
        let span = self.span(&node);
        match self.nested(span, |this| this.chain(node, span)) {
            Some(expr) => expr,
            None => self.broken(span),
        }
    }

    /// The first expression in `node`.
    pub fn inner_expr(&mut self, node: Node<'s>) -> Expr {
        let span = self.span(&node);
        match node.into_inner().next() {
            Some(inner) => self.expr(inner),
            None => self.broken(span),
        }
    }

    pub fn exprs(&mut self, node: Node<'s>) -> Box<[Expr]> {
        node.into_inner().map(|part| self.expr(part)).collect()
    }

    fn chain(&mut self, node: Node<'s>, span: Span) -> Expr {
        let (mut done, mut waiting): (Vec<Expr>, Vec<Waiting>) = (Vec::new(), Vec::new());
        for (count, part) in node.into_inner().enumerate() {
            if count > 2 * MAX_CHAIN {
                let place = self.place(span);
                self.report(errors::long_chain(place));
                return self.broken(span);
            }
            match part.as_rule() {
                Rule::neg => waiting.push(Waiting::Prefix(UnaryOp::Neg, self.span(&part).start)),
                Rule::not => waiting.push(Waiting::Prefix(UnaryOp::Not, self.span(&part).start)),
                Rule::op => {
                    let next = Waiting::Binary(binary(part.as_str()));
                    self.reduce(&mut done, &mut waiting, next.power());
                    waiting.push(next);
                }
                Rule::ty | Rule::head_type => {
                    self.reduce(&mut done, &mut waiting, AS);
                    let ty = self.ty(part);
                    if let Some(value) = done.pop() {
                        let span = value.span.to(ty.span);
                        done.push(Expr { id: self.id(), span, kind: ExprKind::As(Box::new((value, ty))) });
                    }
                }
                Rule::field | Rule::opt_field | Rule::index | Rule::args => {
                    if let Some(base) = done.pop() {
                        let applied = self.postfix(base, part);
                        done.push(applied);
                    }
                }
                _ => {
                    let operand = self.operand(part);
                    done.push(operand);
                }
            }
        }
        self.reduce(&mut done, &mut waiting, 0);
        match done.pop() {
            Some(expr) => expr,
            None => self.broken(span),
        }
    }

    /// Applies what binds at least as tightly as `power`.
    fn reduce(&mut self, done: &mut Vec<Expr>, waiting: &mut Vec<Waiting>, power: u8) {
        while let Some(last) = waiting.pop_if(|last| last.power() >= power) {
            let Some(right) = done.pop() else { return };
            let expr = match last {
                Waiting::Prefix(op, start) => {
                    let span = Span::new(start, right.span.end);
                    Expr { id: self.id(), span, kind: ExprKind::Unary(op, Box::new(right)) }
                }
                Waiting::Binary(op) => {
                    let Some(left) = done.pop() else { return done.push(right) };
                    let span = left.span.to(right.span);
                    if is_comparison(op)
                        && let ExprKind::Binary(inner, _) = &left.kind
                        && is_comparison(*inner)
                    {
                        let place = self.place(span);
                        self.report(errors::chained_comparison(place));
                    }
                    Expr { id: self.id(), span, kind: ExprKind::Binary(op, Box::new((left, right))) }
                }
            };
            done.push(expr);
        }
    }

    fn postfix(&mut self, base: Expr, node: Node<'s>) -> Expr {
        let span = Span::new(base.span.start, self.span(&node).end);
        let kind = match node.as_rule() {
            Rule::args => ExprKind::Call(Box::new(Call { callee: base, args: self.args(node) })),
            Rule::index => {
                let index = self.inner_expr(node);
                ExprKind::Index(Box::new((base, index)))
            }
            rule => {
                let at = self.span(&node).start;
                let name = self.take_name(&mut node.into_inner(), at);
                ExprKind::Field(Box::new(Field { base, name, optional: rule == Rule::opt_field }))
            }
        };
        Expr { id: self.id(), span, kind }
    }

    fn operand(&mut self, node: Node<'s>) -> Expr {
        let span = self.span(&node);
        let (span, kind) = match node.as_rule() {
            Rule::name => return self.name_expr(&node),
            Rule::number => return self.number(&node),
            Rule::paren => (self.opened(&node, 1), ExprKind::Paren(Box::new(self.inner_expr(node)))),
            Rule::list => (self.opened(&node, 1), self.list(node)),
            Rule::record => {
                let span = self.opened(&node, 1);
                (span, ExprKind::Record(node.into_inner().map(|entry| self.entry(entry)).collect()))
            }
            Rule::if_expr | Rule::head_if => {
                let start = self.keyword_start(&node);
                return self.if_expr(node, start);
            }
            Rule::match_expr => (Span::new(self.keyword_start(&node), span.end), self.match_expr(node)),
            _ => {
                let text = self.text(node);
                (text.span, ExprKind::Text(Box::new(text)))
            }
        };
        Expr { id: self.id(), span, kind }
    }

    fn name_expr(&mut self, node: &Node<'s>) -> Expr {
        let span = self.span(node);
        let kind = match node.as_str() {
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            "none" => ExprKind::None,
            word if keywords::is_reserved(word) => {
                let place = self.place(span);
                self.report(errors::reserved_value(place, word));
                ExprKind::Broken
            }
            word => ExprKind::Name(word.into()),
        };
        Expr { id: self.id(), span, kind }
    }

    pub fn number(&mut self, node: &Node<'s>) -> Expr {
        let span = self.span(node);
        let kind = number::decode(node.as_str()).unwrap_or_else(|fault| {
            let place = self.place(span);
            let diagnostic = match fault {
                Fault::Overflow => errors::number_overflow(place, node.as_str()),
                Fault::Unit(unit) => errors::unknown_unit(place, node.as_str(), &unit),
                Fault::Fraction => errors::fraction(place, node.as_str()),
                Fault::Underscore => errors::underscore(place),
            };
            self.report(diagnostic);
            ExprKind::Broken
        });
        Expr { id: self.id(), span, kind }
    }

    fn list(&mut self, node: Node<'s>) -> ExprKind {
        let mut parts = node.into_inner().peekable();
        let mut elements = Vec::new();
        while let Some(part) = parts.next() {
            let value = self.expr(part);
            if let Some(rest) = parts.next_if(|part| part.as_rule() == Rule::comprehension) {
                let mut rest = rest.into_inner();
                let name = self.take_name(&mut rest, value.span.end);
                let name = self.binding(name);
                let list = match rest.next() {
                    Some(list) => self.expr(list),
                    None => self.broken(value.span),
                };
                let condition = rest.next().map(|part| self.expr(part));
                return ExprKind::Comprehension(Box::new(Comprehension { value, name, list, condition }));
            }
            elements.push(value);
        }
        ExprKind::List(elements.into())
    }

    /// A key and its value, as in records, maps and `env`.
    pub fn entry(&mut self, node: Node<'s>) -> Entry {
        let span = self.span(&node);
        let mut parts = node.into_inner();
        let (key, quoted) = match parts.next() {
            Some(part) if part.as_rule() == Rule::name => (self.name(&part), false),
            Some(part) => (self.key(part), true),
            None => (self.missing_name(span.start), false),
        };
        let value = match parts.next() {
            Some(part) => self.expr(part),
            None => self.broken(Span::at(span.end)),
        };
        Entry { key, quoted, value }
    }

    fn key(&mut self, node: Node<'s>) -> Name {
        let text: Text = self.text(node);
        match text.literal() {
            Some(literal) => Name { text: literal.into(), span: text.span },
            None => {
                let place = self.place(text.span);
                self.report(errors::hole_in_key(place));
                Name { text: "".into(), span: text.span }
            }
        }
    }

    /// `if a then b else if c then d else e`: conditions and values in turn, the last value alone.
    fn if_expr(&mut self, node: Node<'s>, start: u32) -> Expr {
        let span = self.span(&node);
        let parts: Vec<Node<'s>> = node.into_inner().collect();
        if parts.len() > 2 * MAX_CHAIN {
            let place = self.place(span);
            self.report(errors::long_chain(place));
            return self.broken(span);
        }
        let mut parts: Vec<Expr> = parts.into_iter().map(|part| self.expr(part)).collect();
        let Some(mut otherwise) = parts.pop() else { return self.broken(span) };
        while let (Some(value), Some(condition)) = (parts.pop(), parts.pop()) {
            let before = &self.text[..condition.span.start as usize];
            let start = if parts.is_empty() { start } else { before.rfind("if").map_or(start, |at| at as u32) };
            let span = Span::new(start, otherwise.span.end);
            otherwise = Expr { id: self.id(), span, kind: ExprKind::If(Box::new((condition, value, otherwise))) };
        }
        otherwise
    }

    fn match_expr(&mut self, node: Node<'s>) -> ExprKind {
        let span = self.span(&node);
        let mut parts = node.into_inner();
        let subject = match parts.next() {
            Some(part) => self.expr(part),
            None => self.broken(span),
        };
        let mut arms = Vec::new();
        for arm in parts {
            let mut parts = arm.into_inner();
            if let (Some(pattern), Some(value)) = (parts.next(), parts.next()) {
                arms.push((self.pattern(pattern), self.expr(value)));
            }
        }
        ExprKind::Match(Box::new(MatchExpr { subject, arms: arms.into() }))
    }

    pub fn args(&mut self, node: Node<'s>) -> Box<[Arg]> {
        node.into_inner().map(|arg| self.arg(arg)).collect()
    }

    fn arg(&mut self, node: Node<'s>) -> Arg {
        let span = self.span(&node);
        let mut parts = node.into_inner();
        let first = parts.next();
        let second = parts.next();
        let (label, value) = match (first, second) {
            (Some(label), Some(value)) => (Some(label), value),
            (Some(value), None) => (None, value),
            (None, _) => return Arg { name: None, value: self.broken(span), span },
        };
        let Some(label) = label else { return Arg { name: None, value: self.expr(value), span } };
        let lambda = label.as_rule() == Rule::lambda_name;
        let name = self.take_name(&mut label.into_inner(), span.start);
        let value = self.expr(value);
        if lambda {
            let param = self.binding(name);
            let kind = ExprKind::Lambda(Box::new(Lambda { param, body: value }));
            return Arg { name: None, value: Expr { id: self.id(), span, kind }, span };
        }
        Arg { name: Some(name), value, span }
    }
}
