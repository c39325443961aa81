//! Expressions and types on one line.

use std::fmt::{Display, Formatter, Result, Write};

use crate::plan::ir::{Expr, ExprIx, Pattern, Plan, Type, TypeIx};
use crate::value::text;

/// An expression; what binds less tightly than a call stands in parentheses inside of others.
pub(super) fn expr(plan: &Plan, ix: ExprIx) -> String {
    Shown { plan, ix, inside: false }.to_string()
}

/// A type.
pub(super) fn ty(plan: &Plan, ix: TypeIx) -> String {
    match plan.types.get(ix.index()) {
        None => format!("?{}", ix.0),
        Some(Type::List(of)) => format!("list<{}>", ty(plan, *of)),
        Some(Type::Map(of)) => format!("map<{}>", ty(plan, *of)),
        Some(Type::Optional(of)) => format!("{}?", ty(plan, *of)),
        Some(Type::Result(of)) => format!("result<{}>", ty(plan, *of)),
        Some(Type::Enum { name, .. }) => name.to_string(),
        Some(Type::Record { name, .. }) if !name.is_empty() => name.to_string(),
        Some(Type::Record { fields, .. }) => {
            let fields = fields.iter().map(|field| format!("{}: {}", field.name, ty(plan, field.ty)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        Some(plain) => format!("{plain:?}").to_lowercase(),
    }
}

struct Shown<'a> {
    plan: &'a Plan,
    ix: ExprIx,
    /// Whether it stands inside of another.
    inside: bool,
}

impl<'a> Shown<'a> {
    fn at(&self, ix: ExprIx) -> Shown<'a> {
        Shown { plan: self.plan, ix, inside: true }
    }

    fn whole(&self, ix: ExprIx) -> Shown<'a> {
        Shown { plan: self.plan, ix, inside: false }
    }

    fn list(&self, out: &mut Formatter, list: &[ExprIx]) -> Result {
        for (at, ix) in list.iter().enumerate() {
            let comma = if at > 0 { ", " } else { "" };
            write!(out, "{comma}{}", self.whole(*ix))?;
        }
        Ok(())
    }

    fn entries<T: AsRef<str>>(&self, out: &mut Formatter, entries: &[(T, ExprIx)]) -> Result {
        for (at, (name, ix)) in entries.iter().enumerate() {
            let comma = if at > 0 { ", " } else { "" };
            write!(out, "{comma}{}: {}", name.as_ref(), self.whole(*ix))?;
        }
        Ok(())
    }

    fn name<'n, T>(list: &'n [T], at: u32, name: impl Fn(&'n T) -> &'n str) -> &'n str {
        list.get(at as usize).map_or("?", name)
    }
}

impl Display for Shown<'_> {
    fn fmt(&self, out: &mut Formatter) -> Result {
        let Some(expr) = self.plan.exprs.get(self.ix.index()) else { return write!(out, "?{}", self.ix.0) };
        match expr {
            Expr::None => out.write_str("none"),
            Expr::Bool(value) => write!(out, "{value}"),
            Expr::Int(value) => write!(out, "{value}"),
            Expr::Float(value) => write!(out, "{value:?}"),
            Expr::Percent(value) => out.write_str(&text::percent(*value)),
            Expr::Duration(value) => out.write_str(&text::duration(*value)),
            Expr::Size(value) => out.write_str(&text::size(*value)),
            Expr::Time(value) => write!(out, "time:{}", text::time(*value)),
            Expr::Str(value) => write!(out, "{value:?}"),
            Expr::Path(path) => write!(out, "path:{path:?}"),
            Expr::File { path, dir } => write!(out, "{}:{path:?}", if *dir { "dir" } else { "file" }),
            Expr::Url(url) => write!(out, "url:{url:?}"),
            Expr::Variant(name) => write!(out, "variant:{name}"),
            Expr::Kind(name) => write!(out, "kind:{name}"),
            Expr::Local { up: 0, slot } => write!(out, "${slot}"),
            Expr::Local { up, slot } => write!(out, "^{up}${slot}"),
            Expr::Bound(at) => write!(out, "%{at}"),
            Expr::Const(ix) => out.write_str(Self::name(&self.plan.constants, ix.0, |constant| &constant.name)),
            Expr::Env(name) => write!(out, "env({name:?})"),
            Expr::Attempt(variable) => out.write_str(&format!("{variable:?}").to_lowercase()),
            Expr::Output(name) => write!(out, "output:{name}"),
            Expr::Metric(ix) => write!(out, "metric:{}", Self::name(&self.plan.metrics, ix.0, |metric| &metric.name)),
            Expr::Baseline(ix) => {
                write!(out, "baseline({})", Self::name(&self.plan.metrics, ix.0, |metric| &metric.name))
            }
            Expr::Run(variable) => out.write_str(&format!("run.{variable:?}").to_lowercase()),
            _ => self.compound(expr, out),
        }
    }
}

impl Shown<'_> {
    fn compound(&self, expr: &Expr, out: &mut Formatter) -> Result {
        match expr {
            Expr::Concat(parts) => {
                out.write_str("concat(")?;
                self.list(out, parts)?;
                out.write_char(')')
            }
            Expr::List(elements) => {
                out.write_char('[')?;
                self.list(out, elements)?;
                out.write_char(']')
            }
            Expr::Record(fields) => {
                out.write_char('{')?;
                self.entries(out, fields)?;
                out.write_char('}')
            }
            Expr::Map(entries) => {
                out.write_str("map{")?;
                self.entries(out, entries)?;
                out.write_char('}')
            }
            Expr::Field { base, name, optional } => {
                write!(out, "{}{}{name}", self.at(*base), if *optional { "?." } else { "." })
            }
            Expr::Index { base, index } => write!(out, "{}[{}]", self.at(*base), self.whole(*index)),
            Expr::Call { function, args } => {
                write!(out, "{}(", Self::name(&self.plan.functions, function.0, |function| &function.name))?;
                self.list(out, args)?;
                out.write_char(')')
            }
            Expr::Builtin { name, args, optional } => {
                write!(out, "{name}{}(", if *optional { "?" } else { "" })?;
                self.list(out, args)?;
                out.write_char(')')
            }
            Expr::Lambda(body) => write!(out, "%0 => {}", self.whole(*body)),
            _ if self.inside => {
                out.write_char('(')?;
                self.operation(expr, out)?;
                out.write_char(')')
            }
            _ => self.operation(expr, out),
        }
    }

    fn operation(&self, expr: &Expr, out: &mut Formatter) -> Result {
        match expr {
            Expr::Neg(operand) => write!(out, "-{}", self.at(*operand)),
            Expr::Not(operand) => write!(out, "not {}", self.at(*operand)),
            Expr::Convert { value, to } => write!(out, "{} as {}", self.at(*value), ty(self.plan, *to)),
            Expr::Binary { op, left, right } => {
                write!(out, "{} {} {}", self.at(*left), op.symbol(), self.at(*right))
            }
            Expr::If { condition, yes, no } => {
                write!(out, "if {} then {} else {}", self.at(*condition), self.at(*yes), self.at(*no))
            }
            Expr::Match { subject, arms } => {
                write!(out, "match {} {{", self.at(*subject))?;
                for (at, (pattern, value)) in arms.iter().enumerate() {
                    let comma = if at > 0 { ", " } else { " " };
                    write!(out, "{comma}{} => {}", self::pattern(self.plan, pattern), self.whole(*value))?;
                }
                out.write_str(" }")
            }
            Expr::Comprehension { list, value, condition } => {
                write!(out, "[{} for %0 in {}", self.whole(*value), self.at(*list))?;
                if let Some(condition) = condition {
                    write!(out, " if {}", self.whole(*condition))?;
                }
                out.write_char(']')
            }
            _ => Ok(()),
        }
    }
}

/// A pattern.
pub(super) fn pattern(plan: &Plan, pattern: &Pattern) -> String {
    match pattern {
        Pattern::Any => "_".into(),
        Pattern::None => "none".into(),
        Pattern::Some => "some".into(),
        Pattern::Ok => "ok".into(),
        Pattern::Err => "err".into(),
        Pattern::Equals(value) => expr(plan, *value),
        Pattern::Variant(name) => format!("variant:{name}"),
        Pattern::Kind(name) => format!("kind:{name}"),
    }
}
