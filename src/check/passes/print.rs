//! Expressions as short text: to compare two of them, and to name one in a message.

use crate::syntax::tree::*;
use std::fmt::Write as _;

/// `expr` on one line. Equal text means equal meaning, where names mean the same.
pub fn print(expr: &Expr) -> String {
    let mut out = String::new();
    write(&mut out, expr);
    out
}

/// The pieces of `text` with its holes, without quotes.
pub fn print_text(text: &Text) -> String {
    let mut out = String::new();
    for part in &text.parts {
        match part {
            TextPart::Literal(literal, _) => out.push_str(literal),
            TextPart::Hole(hole) => {
                out.push_str("${");
                write(&mut out, hole);
                out.push('}');
            }
        }
    }
    out
}

/// `text` cut to what fits in a message.
pub fn shorten(text: &str) -> String {
    const MOST: usize = 48;
    let line = text.trim().lines().next().unwrap_or_default();
    let cut: String = line.chars().take(MOST).collect();
    if cut.len() < text.trim().len() { format!("{}…", cut.trim_end()) } else { cut }
}

fn write(out: &mut String, expr: &Expr) {
    match &expr.kind {
        ExprKind::Broken => out.push('…'),
        ExprKind::None => out.push_str("none"),
        ExprKind::Bool(value) => drop(write!(out, "{value}")),
        ExprKind::Int(value) => drop(write!(out, "{value}")),
        ExprKind::Float(value) => drop(write!(out, "{value:?}")),
        ExprKind::Percent(value) => drop(write!(out, "{value}%")),
        ExprKind::Duration(value) => drop(write!(out, "{value}ms")),
        ExprKind::Size(value) => drop(write!(out, "{value}B")),
        ExprKind::Text(text) => drop(write!(out, "\"{}\"", print_text(text))),
        ExprKind::List(list) => {
            out.push('[');
            join(out, list.iter());
            out.push(']');
        }
        ExprKind::Record(entries) => {
            out.push('{');
            for (i, entry) in entries.iter().enumerate() {
                let _ = write!(out, "{}{}: ", if i > 0 { ", " } else { "" }, entry.key.text);
                write(out, &entry.value);
            }
            out.push('}');
        }
        ExprKind::Name(name) => out.push_str(name),
        ExprKind::Paren(e) => write(out, e),
        ExprKind::Field(field) => {
            operand(out, &field.base);
            let _ = write!(out, "{}{}", if field.optional { "?." } else { "." }, field.name.text);
        }
        ExprKind::Index(pair) => {
            operand(out, &pair.0);
            out.push('[');
            write(out, &pair.1);
            out.push(']');
        }
        ExprKind::Call(call) => {
            operand(out, &call.callee);
            args(out, &call.args);
        }
        ExprKind::Unary(op, e) => {
            out.push_str(if *op == UnaryOp::Neg { "-" } else { "not " });
            operand(out, e);
        }
        ExprKind::Binary(op, pair) => {
            operand(out, &pair.0);
            let _ = write!(out, " {} ", op.symbol());
            operand(out, &pair.1);
        }
        ExprKind::As(cast) => {
            operand(out, &cast.0);
            let _ = write!(out, " as {}", print_type(&cast.1));
        }
        ExprKind::If(parts) => {
            out.push_str("if ");
            write(out, &parts.0);
            out.push_str(" then ");
            write(out, &parts.1);
            out.push_str(" else ");
            write(out, &parts.2);
        }
        ExprKind::Match(matching) => {
            out.push_str("match ");
            write(out, &matching.subject);
            let _ = write!(out, " {{ #{} }}", expr.id.0);
        }
        ExprKind::Comprehension(c) => {
            out.push('[');
            write(out, &c.value);
            let _ = write!(out, " for {} in ", c.name.text);
            write(out, &c.list);
            if let Some(condition) = &c.condition {
                out.push_str(" if ");
                write(out, condition);
            }
            out.push(']');
        }
        ExprKind::Lambda(lambda) => {
            let _ = write!(out, "{} => ", lambda.param.text);
            write(out, &lambda.body);
        }
    }
}

/// An operand: in parentheses when it is an operator itself.
fn operand(out: &mut String, expr: &Expr) {
    let inner = peel(expr);
    if matches!(inner.kind, ExprKind::Binary(..) | ExprKind::If(_) | ExprKind::As(_) | ExprKind::Lambda(_)) {
        out.push('(');
        write(out, inner);
        out.push(')');
    } else {
        write(out, inner);
    }
}

/// `expr` without the parentheses around it.
pub fn peel(expr: &Expr) -> &Expr {
    let mut expr = expr;
    while let ExprKind::Paren(inner) = &expr.kind {
        expr = inner;
    }
    expr
}

/// `(a, name: b)`
pub fn args(out: &mut String, args: &[Arg]) {
    out.push('(');
    for (i, arg) in args.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        if let Some(name) = &arg.name {
            let _ = write!(out, "{}: ", name.text);
        }
        write(out, &arg.value);
    }
    out.push(')');
}

fn join<'a>(out: &mut String, exprs: impl Iterator<Item = &'a Expr>) {
    for (i, expr) in exprs.enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        write(out, expr);
    }
}

fn print_type(ty: &Type) -> String {
    match &ty.kind {
        TypeKind::Broken => "…".into(),
        TypeKind::Name(name) => name.to_string(),
        TypeKind::Path(path) => format!("{}.{}", path.0.text, path.1.text),
        TypeKind::Apply(apply) => format!("{}<{}>", apply.0.text, print_type(&apply.1)),
        TypeKind::Optional(inner) => format!("{}?", print_type(inner)),
        TypeKind::Record(fields) => {
            let fields: Vec<_> = fields.iter().map(|(name, ty)| format!("{}: {}", name.text, print_type(ty))).collect();
            format!("{{{}}}", fields.join(", "))
        }
    }
}
