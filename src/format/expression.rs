//! Expressions, types and patterns.

use super::Printer;
use super::doc::Token;
use super::sequence::{CURLY, LITERAL, ROUND, SQUARE};
use crate::source::Span;
use crate::syntax::tree::{
    Arg, BinaryOp, Call, Comprehension, Expr, ExprKind, Field, Param, Pattern, PatternKind, Quote, Text, Type,
    TypeKind, UnaryOp,
};

/// A step of a postfix chain.
enum Postfix<'a> {
    Field(&'a Field),
    Index(&'a Expr),
    Call(&'a Call),
}

impl<'a> Printer<'a> {
    pub(super) fn expr(&mut self, expr: &'a Expr) {
        self.comments_to_line_end(self.absolute(expr.span).start);
        match &expr.kind {
            ExprKind::Broken
            | ExprKind::None
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Percent(_)
            | ExprKind::Duration(_)
            | ExprKind::Size(_)
            | ExprKind::Name(_) => self.verbatim(expr.span),
            ExprKind::Text(text) => self.string(text),
            ExprKind::List(elements) => {
                self.brackets(SQUARE, self.absolute(expr.span).start, elements, |e| e.span, Self::expr);
            }
            ExprKind::Record(entries) => {
                let span = |entry: &crate::syntax::tree::Entry| entry.key.span.to(entry.value.span);
                self.brackets(LITERAL, self.absolute(expr.span).start, entries, span, |printer, entry| {
                    printer.verbatim(entry.key.span);
                    printer.word(": ");
                    printer.expr(&entry.value);
                });
            }
            ExprKind::Paren(inner) => self.paren(expr.span, inner),
            ExprKind::Field(_) | ExprKind::Index(_) | ExprKind::Call(_) => self.postfix(expr),
            ExprKind::Unary(UnaryOp::Neg, operand) => {
                self.word("-");
                self.expr(operand);
            }
            ExprKind::Unary(UnaryOp::Not, operand) => {
                self.word("not ");
                self.expr(operand);
            }
            ExprKind::Binary(..) => self.binary(expr),
            ExprKind::As(parts) => {
                self.expr(&parts.0);
                self.word(" as ");
                self.ty(&parts.1);
            }
            ExprKind::If(parts) => self.choice(&parts.0, &parts.1, &parts.2),
            ExprKind::Match(found) => {
                self.word("match ");
                self.expr(&found.subject);
                self.word(" ");
                let span = |arm: &(Pattern, Expr)| arm.0.span.to(arm.1.span);
                let after = self.absolute(found.subject.span).end;
                self.brackets(CURLY, after, &found.arms, span, |printer, (pattern, value)| {
                    printer.pattern(pattern);
                    printer.word(" => ");
                    printer.expr(value);
                });
            }
            ExprKind::Comprehension(parts) => self.comprehension(expr.span, parts),
            ExprKind::Lambda(lambda) => {
                self.name(&lambda.param);
                self.word(" => ");
                self.expr(&lambda.body);
            }
        }
    }

    /// An expression before the `{` of a block: where it breaks, it stands further in than the block.
    pub(super) fn head(&mut self, expr: &'a Expr) {
        let deeper = matches!(expr.kind, ExprKind::Binary(..));
        if deeper {
            self.push(Token::Indent);
        }
        self.expr(expr);
        if deeper {
            self.push(Token::Dedent);
        }
    }

    pub(super) fn string(&mut self, text: &'a Text) {
        let span = self.absolute(text.span);
        self.comments_to_line_end(span.start);
        self.skip_comments(span.end);
        let source = span.of(self.text);
        let holes_on_one_line = text.holes().all(|hole| !hole.span.shift(self.base).of(self.text).contains('\n'));
        self.push(match text.quote {
            Quote::Block if holes_on_one_line => Token::Block(source),
            _ => Token::Verbatim(source),
        });
    }

    fn paren(&mut self, whole: Span, inner: &'a Expr) {
        let (whole, at) = (self.absolute(whole), self.absolute(inner.span));
        self.word("(");
        self.push(Token::Open);
        self.push(Token::Indent);
        self.before(whole.start + 1, at.start, true, Token::Soft);
        self.expr(inner);
        self.before_close(at.end, whole.end.saturating_sub(1), false, Token::Soft);
        self.push(Token::Close);
        self.word(")");
    }

    fn choice(&mut self, condition: &'a Expr, then: &'a Expr, otherwise: &'a Expr) {
        self.push(Token::Open);
        self.word("if ");
        self.expr(condition);
        self.push(Token::Indent);
        self.chain_break(self.absolute(then.span).start, Token::Line);
        self.word("then ");
        self.expr(then);
        self.chain_break(self.absolute(otherwise.span).start, Token::Line);
        self.word("else ");
        self.expr(otherwise);
        self.push(Token::Dedent);
        self.push(Token::Close);
    }

    fn comprehension(&mut self, whole: Span, parts: &'a Comprehension) {
        let (whole, value) = (self.absolute(whole), self.absolute(parts.value.span));
        self.word("[");
        self.push(Token::Open);
        self.push(Token::Indent);
        self.before(whole.start + 1, value.start, true, Token::Soft);
        self.expr(&parts.value);
        self.chain_break(self.absolute(parts.name.span).start, Token::Line);
        self.word("for ");
        self.name(&parts.name);
        self.word(" in ");
        self.expr(&parts.list);
        let mut last = self.absolute(parts.list.span).end;
        if let Some(condition) = &parts.condition {
            let at = self.absolute(condition.span);
            self.chain_break(at.start, Token::Line);
            self.word("if ");
            self.expr(condition);
            last = at.end;
        }
        self.before_close(last, whole.end.saturating_sub(1), false, Token::Soft);
        self.push(Token::Close);
        self.word("]");
    }

    /// Operators of one level in a row: all on one line, or each on a line of its own before its operand.
    fn binary(&mut self, expr: &'a Expr) {
        let ExprKind::Binary(top, _) = &expr.kind else { return };
        let mut rest = Vec::new();
        let mut first = expr;
        while let ExprKind::Binary(op, operands) = &first.kind
            && level(*op) == level(*top)
        {
            rest.push((*op, &operands.1));
            first = &operands.0;
        }
        self.push(Token::Open);
        self.expr(first);
        self.push(Token::Indent);
        for (op, operand) in rest.into_iter().rev() {
            self.chain_break(self.absolute(operand.span).start, Token::Line);
            self.word(op.symbol());
            self.word(" ");
            self.expr(operand);
        }
        self.push(Token::Dedent);
        self.push(Token::Close);
    }

    /// A chain of fields, indices and calls. It breaks before its methods where there are several calls.
    fn postfix(&mut self, expr: &'a Expr) {
        let (base, chain) = unchain(expr);
        let methods = chain.windows(2).filter(|pair| matches!(pair, [Postfix::Field(_), Postfix::Call(_)])).count();
        let breaks = methods >= 2;
        if breaks {
            self.push(Token::Open);
        }
        self.expr(base);
        if breaks {
            self.push(Token::Indent);
        }
        let mut at = self.absolute(base.span).end;
        for (i, part) in chain.iter().enumerate() {
            match part {
                Postfix::Field(field) => {
                    let name = self.absolute(field.name.span);
                    if breaks && matches!(chain.get(i + 1), Some(Postfix::Call(_))) {
                        self.chain_break(name.start, Token::Soft);
                    }
                    self.comments_to_line_end(name.start);
                    self.word(if field.optional { "?." } else { "." });
                    self.name(&field.name);
                    at = name.end;
                }
                Postfix::Index(index) => {
                    self.brackets(SQUARE, at, std::slice::from_ref(*index), |e| e.span, Self::expr);
                    at = self.find(']', self.absolute(index.span).end) + 1;
                }
                Postfix::Call(call) => {
                    self.args(&call.args, at);
                    let last = call.args.last().map_or(at, |arg| self.absolute(arg.span).end);
                    at = self.find(')', last) + 1;
                }
            }
        }
        if breaks {
            self.push(Token::Dedent);
            self.push(Token::Close);
        }
    }

    /// `(a, name: b)`; `after` is an absolute offset before the bracket.
    pub(super) fn args(&mut self, args: &'a [Arg], after: u32) {
        if let [Arg { name: None, value, .. }] = args
            && matches!(value.kind, ExprKind::List(_) | ExprKind::Record(_))
            && !self.comment_within(after, self.absolute(value.span).start)
        {
            self.word("(");
            self.expr(value);
            return self.word(")");
        }
        self.brackets(
            ROUND,
            after,
            args,
            |arg| arg.span,
            |printer, arg| {
                if let Some(name) = &arg.name {
                    printer.name(name);
                    printer.word(": ");
                }
                printer.expr(&arg.value);
            },
        );
    }

    /// `(name: T = default, …)`; `after` is an absolute offset before the bracket.
    pub(super) fn params(&mut self, params: &'a [Param], after: u32) {
        self.brackets(ROUND, after, params, |param| param.span, Self::param);
    }

    pub(super) fn param(&mut self, param: &'a Param) {
        self.name(&param.name);
        self.word(": ");
        self.ty(&param.ty);
        if let Some(default) = &param.default {
            self.word(" = ");
            self.expr(default);
        }
    }

    /// `: T` where a type was written.
    pub(super) fn annotation(&mut self, ty: Option<&'a Type>) {
        if let Some(ty) = ty {
            self.word(": ");
            self.ty(ty);
        }
    }

    pub(super) fn ty(&mut self, ty: &'a Type) {
        match &ty.kind {
            TypeKind::Broken => self.verbatim(ty.span),
            TypeKind::Name(name) => self.word(name),
            TypeKind::Path(path) => {
                self.name(&path.0);
                self.word(".");
                self.name(&path.1);
            }
            TypeKind::Apply(parts) => {
                self.name(&parts.0);
                self.word("<");
                self.ty(&parts.1);
                self.word(">");
            }
            TypeKind::Optional(inner) => {
                self.ty(inner);
                self.word("?");
            }
            TypeKind::Record(fields) => {
                let span = |field: &(crate::syntax::tree::Name, Type)| field.0.span.to(field.1.span);
                self.brackets(LITERAL, self.absolute(ty.span).start, fields, span, |printer, (name, ty)| {
                    printer.name(name);
                    printer.word(": ");
                    printer.ty(ty);
                });
            }
        }
    }

    pub(super) fn pattern(&mut self, pattern: &'a Pattern) {
        match &pattern.kind {
            PatternKind::Broken => self.verbatim(pattern.span),
            PatternKind::Any => self.word("_"),
            PatternKind::None => self.word("none"),
            PatternKind::Some(name) => self.words("some ", name),
            PatternKind::Ok(name) => self.words("ok ", name),
            PatternKind::Err(name) => self.words("err ", name),
            PatternKind::Literal(literal) => self.expr(literal),
            PatternKind::Name(name) => self.word(name),
            PatternKind::Path(path) => {
                self.name(&path.0);
                self.word(".");
                self.name(&path.1);
            }
        }
    }

    fn words(&mut self, keyword: &'static str, name: &'a crate::syntax::tree::Name) {
        self.word(keyword);
        self.name(name);
    }

    fn comment_within(&self, from: u32, to: u32) -> bool {
        let next = self.comments.get(self.next);
        next.is_some_and(|comment| Span::new(from, to).touches(comment.span.start))
    }
}

/// The base of a postfix chain and its parts in source order.
fn unchain(expr: &Expr) -> (&Expr, Vec<Postfix<'_>>) {
    let mut chain = Vec::new();
    let mut base = expr;
    loop {
        match &base.kind {
            ExprKind::Field(field) => {
                chain.push(Postfix::Field(field));
                base = &field.base;
            }
            ExprKind::Index(parts) => {
                chain.push(Postfix::Index(&parts.1));
                base = &parts.0;
            }
            ExprKind::Call(call) => {
                chain.push(Postfix::Call(call));
                base = &call.callee;
            }
            _ => break,
        }
    }
    chain.reverse();
    (base, chain)
}

fn level(op: BinaryOp) -> u8 {
    match op {
        BinaryOp::Coalesce => 0,
        BinaryOp::Or => 1,
        BinaryOp::And => 2,
        BinaryOp::Eq
        | BinaryOp::Ne
        | BinaryOp::Lt
        | BinaryOp::Le
        | BinaryOp::Gt
        | BinaryOp::Ge
        | BinaryOp::In
        | BinaryOp::Matches => 3,
        BinaryOp::Add | BinaryOp::Sub => 4,
        BinaryOp::Mul | BinaryOp::Div => 5,
    }
}
