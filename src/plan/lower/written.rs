//! Expressions as text, for messages: the same however the source was laid out.

use std::fmt::{Display, Formatter, Result, Write};

use ecow::{EcoString, eco_format};

use crate::syntax::tree::{Arg, Expr, ExprKind, Pattern, PatternKind, Text, TextPart, Type, TypeKind, UnaryOp};
use crate::value::text::{duration, percent, size};

/// An expression on one line.
pub(super) fn expr(expr: &Expr) -> EcoString {
    eco_format!("{}", Shown(expr))
}

/// A string with its quotes.
pub(super) fn text(text: &Text) -> EcoString {
    struct Quoted<'a>(&'a Text);
    impl Display for Quoted<'_> {
        fn fmt(&self, out: &mut Formatter) -> Result {
            show_text(self.0, out)
        }
    }
    eco_format!("{}", Quoted(text))
}

struct Shown<'a>(&'a Expr);

impl Display for Shown<'_> {
    fn fmt(&self, out: &mut Formatter) -> Result {
        show(self.0, out)
    }
}

fn show(expr: &Expr, out: &mut Formatter) -> Result {
    match &expr.kind {
        ExprKind::Broken => Ok(()),
        ExprKind::None => out.write_str("none"),
        ExprKind::Bool(value) => write!(out, "{value}"),
        ExprKind::Int(value) => write!(out, "{value}"),
        ExprKind::Float(value) => write!(out, "{value:?}"),
        ExprKind::Percent(value) => out.write_str(&percent(*value)),
        ExprKind::Duration(value) => out.write_str(&duration(*value)),
        ExprKind::Size(value) => out.write_str(&size(*value)),
        ExprKind::Text(text) => show_text(text, out),
        ExprKind::List(elements) => {
            out.write_char('[')?;
            separated(elements, out, show)?;
            out.write_char(']')
        }
        ExprKind::Record(entries) => {
            out.write_char('{')?;
            separated(entries, out, |entry, out| {
                match entry.quoted {
                    true => write!(out, "{:?}: ", entry.key.text)?,
                    false => write!(out, "{}: ", entry.key.text)?,
                }
                show(&entry.value, out)
            })?;
            out.write_char('}')
        }
        ExprKind::Name(name) => out.write_str(name),
        ExprKind::Paren(inner) => write!(out, "({})", Shown(inner)),
        ExprKind::Field(field) => {
            let dot = if field.optional { "?." } else { "." };
            write!(out, "{}{dot}{}", Shown(&field.base), field.name.text)
        }
        ExprKind::Index(operands) => write!(out, "{}[{}]", Shown(&operands.0), Shown(&operands.1)),
        ExprKind::Call(call) => {
            write!(out, "{}(", Shown(&call.callee))?;
            separated(&call.args, out, show_arg)?;
            out.write_char(')')
        }
        ExprKind::Unary(UnaryOp::Neg, operand) => write!(out, "-{}", Shown(operand)),
        ExprKind::Unary(UnaryOp::Not, operand) => write!(out, "not {}", Shown(operand)),
        ExprKind::Binary(op, operands) => {
            write!(out, "{} {} {}", Shown(&operands.0), op.symbol(), Shown(&operands.1))
        }
        _ => show_more(expr, out),
    }
}

fn show_more(expr: &Expr, out: &mut Formatter) -> Result {
    match &expr.kind {
        ExprKind::As(operands) => {
            write!(out, "{} as ", Shown(&operands.0))?;
            show_type(&operands.1, out)
        }
        ExprKind::If(parts) => write!(out, "if {} then {} else {}", Shown(&parts.0), Shown(&parts.1), Shown(&parts.2)),
        ExprKind::Match(matched) => {
            write!(out, "match {} {{ ", Shown(&matched.subject))?;
            separated(&matched.arms, out, |(pattern, value), out| {
                show_pattern(pattern, out)?;
                write!(out, " => {}", Shown(value))
            })?;
            out.write_str(" }")
        }
        ExprKind::Comprehension(parts) => {
            write!(out, "[{} for {} in {}", Shown(&parts.value), parts.name.text, Shown(&parts.list))?;
            if let Some(condition) = &parts.condition {
                write!(out, " if {}", Shown(condition))?;
            }
            out.write_char(']')
        }
        ExprKind::Lambda(lambda) => write!(out, "{} => {}", lambda.param.text, Shown(&lambda.body)),
        _ => Ok(()),
    }
}

fn separated<T>(items: &[T], out: &mut Formatter, mut show: impl FnMut(&T, &mut Formatter) -> Result) -> Result {
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.write_str(", ")?;
        }
        show(item, out)?;
    }
    Ok(())
}

fn show_arg(arg: &Arg, out: &mut Formatter) -> Result {
    if let Some(name) = &arg.name {
        write!(out, "{}: ", name.text)?;
    }
    show(&arg.value, out)
}

fn show_text(text: &Text, out: &mut Formatter) -> Result {
    out.write_char('"')?;
    for part in &text.parts {
        match part {
            TextPart::Literal(text, _) => {
                let text = text.escape_debug().collect::<String>();
                out.write_str(&text.replace("${", "$${").replace("\\'", "'"))?;
            }
            TextPart::Hole(hole) => write!(out, "${{{}}}", Shown(hole))?,
        }
    }
    out.write_char('"')
}

fn show_type(ty: &Type, out: &mut Formatter) -> Result {
    match &ty.kind {
        TypeKind::Broken => Ok(()),
        TypeKind::Name(name) => out.write_str(name),
        TypeKind::Path(path) => write!(out, "{}.{}", path.0.text, path.1.text),
        TypeKind::Apply(parts) => {
            write!(out, "{}<", parts.0.text)?;
            show_type(&parts.1, out)?;
            out.write_char('>')
        }
        TypeKind::Optional(of) => {
            show_type(of, out)?;
            out.write_char('?')
        }
        TypeKind::Record(fields) => {
            out.write_char('{')?;
            separated(fields, out, |(name, ty), out| {
                write!(out, "{}: ", name.text)?;
                show_type(ty, out)
            })?;
            out.write_char('}')
        }
    }
}

fn show_pattern(pattern: &Pattern, out: &mut Formatter) -> Result {
    match &pattern.kind {
        PatternKind::Broken => Ok(()),
        PatternKind::Any => out.write_char('_'),
        PatternKind::None => out.write_str("none"),
        PatternKind::Some(name) => write!(out, "some {}", name.text),
        PatternKind::Ok(name) => write!(out, "ok {}", name.text),
        PatternKind::Err(name) => write!(out, "err {}", name.text),
        PatternKind::Literal(literal) => show(literal, out),
        PatternKind::Name(name) => out.write_str(name),
        PatternKind::Path(path) => write!(out, "{}.{}", path.0.text, path.1.text),
    }
}
