//! Builds plans from expressions without the checker, so that evaluation is tested by itself, ill-typed expressions
//! too. Names are slots of the [`super::Slots`], what lambdas bind, or else variants of enums.

use ecow::EcoString;

use crate::plan::ir::*;
use crate::source::FileId;
use crate::syntax::parse_expr;
use crate::syntax::tree::{self, ExprKind, PatternKind, TextPart, TypeKind, UnaryOp};

/// Adds expressions to a plan.
pub(super) struct Build<'a> {
    plan: Plan,
    bound: Vec<EcoString>,
    names: &'a [&'a str],
}

impl<'a> Build<'a> {
    /// Appends `text` to `plan`; gives its index.
    pub(super) fn add(plan: Plan, text: &str, names: &'a [&'a str]) -> (Plan, ExprIx) {
        let (tree, diagnostics) = parse_expr(FileId(0), text);
        assert!(diagnostics.is_empty(), "{text}: {}", diagnostics[0].message);
        let mut build = Build { plan, bound: vec![], names };
        let ix = build.expr(&tree);
        (build.plan, ix)
    }

    fn push(&mut self, expr: Expr) -> ExprIx {
        self.plan.exprs.push(expr);
        ExprIx(self.plan.exprs.len() as u32 - 1)
    }

    fn each(&mut self, exprs: &[tree::Expr]) -> Vec<ExprIx> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    fn inside(&mut self, name: &EcoString, expr: &tree::Expr) -> ExprIx {
        self.bound.push(name.clone());
        let ix = self.expr(expr);
        self.bound.pop();
        ix
    }

    fn expr(&mut self, expr: &tree::Expr) -> ExprIx {
        let built = match &expr.kind {
            ExprKind::None => Expr::None,
            ExprKind::Bool(value) => Expr::Bool(*value),
            ExprKind::Int(value) => Expr::Int(*value),
            ExprKind::Float(value) => Expr::Float(*value),
            ExprKind::Percent(value) => Expr::Percent(*value),
            ExprKind::Duration(value) => Expr::Duration(*value),
            ExprKind::Size(value) => Expr::Size(*value),
            ExprKind::Text(text) => match text.literal() {
                Some(text) => Expr::Str(text.into()),
                None => Expr::Concat(text.parts.iter().map(|part| self.part(part)).collect()),
            },
            ExprKind::List(items) => Expr::List(self.each(items)),
            ExprKind::Record(entries) => {
                let quoted = entries.iter().all(|entry| entry.quoted);
                let fields = entries.iter().map(|entry| (entry.key.text.clone(), self.expr(&entry.value))).collect();
                if quoted { Expr::Map(fields) } else { Expr::Record(fields) }
            }
            ExprKind::Name(name) => return self.name(name),
            ExprKind::Paren(inner) => return self.expr(inner),
            ExprKind::Field(field) => {
                let base = self.expr(&field.base);
                Expr::Field { base, name: field.name.text.clone(), optional: field.optional }
            }
            ExprKind::Index(parts) => Expr::Index { base: self.expr(&parts.0), index: self.expr(&parts.1) },
            ExprKind::Call(call) => self.call(call),
            ExprKind::Unary(UnaryOp::Neg, value) => Expr::Neg(self.expr(value)),
            ExprKind::Unary(UnaryOp::Not, value) => Expr::Not(self.expr(value)),
            ExprKind::Binary(op, sides) => {
                Expr::Binary { op: *op, left: self.expr(&sides.0), right: self.expr(&sides.1) }
            }
            ExprKind::As(parts) => Expr::Convert { value: self.expr(&parts.0), to: self.ty(&parts.1) },
            ExprKind::If(parts) => {
                let (condition, yes, no) = (self.expr(&parts.0), self.expr(&parts.1), self.expr(&parts.2));
                Expr::If { condition, yes, no }
            }
            ExprKind::Match(found) => {
                let subject = self.expr(&found.subject);
                Expr::Match { subject, arms: found.arms.iter().map(|(pattern, e)| self.arm(pattern, e)).collect() }
            }
            ExprKind::Comprehension(parts) => {
                let list = self.expr(&parts.list);
                let condition = parts.condition.as_ref().map(|condition| self.inside(&parts.name.text, condition));
                Expr::Comprehension { list, value: self.inside(&parts.name.text, &parts.value), condition }
            }
            ExprKind::Lambda(lambda) => Expr::Lambda(self.inside(&lambda.param.text, &lambda.body)),
            ExprKind::Broken => panic!("a broken expression"),
        };
        self.push(built)
    }

    fn part(&mut self, part: &TextPart) -> ExprIx {
        match part {
            TextPart::Literal(text, _) => self.push(Expr::Str(text.clone())),
            TextPart::Hole(expr) => self.expr(expr),
        }
    }

    fn call(&mut self, call: &tree::Call) -> Expr {
        let (name, receiver, optional) = match &call.callee.kind {
            ExprKind::Field(field) => (&field.name.text, Some(self.expr(&field.base)), field.optional),
            ExprKind::Name(name) => (name, None, false),
            other => panic!("a call of {other:?}"),
        };
        let args = call.args.iter().map(|arg| self.expr(&arg.value)).collect::<Vec<_>>();
        Expr::Builtin { name: name.clone(), args: receiver.into_iter().chain(args).collect(), optional }
    }

    fn name(&mut self, name: &EcoString) -> ExprIx {
        if let Some(depth) = self.bound.iter().rev().position(|bound| bound == name) {
            return self.push(Expr::Bound(depth as u32));
        }
        let Some(slot) = self.names.iter().position(|known| known == name) else {
            return self.push(Expr::Variant(name.clone()));
        };
        let ix = self.push(Expr::Local { up: 0, slot: slot as u32 });
        self.plan.about.names.insert(ix.0, name.clone());
        ix
    }

    fn arm(&mut self, pattern: &tree::Pattern, value: &tree::Expr) -> (Pattern, ExprIx) {
        let (pattern, name) = match &pattern.kind {
            PatternKind::Any => (Pattern::Any, None),
            PatternKind::None => (Pattern::None, None),
            PatternKind::Some(name) => (Pattern::Some, Some(&name.text)),
            PatternKind::Ok(name) => (Pattern::Ok, Some(&name.text)),
            PatternKind::Err(name) => (Pattern::Err, Some(&name.text)),
            PatternKind::Literal(literal) => (Pattern::Equals(self.expr(literal)), None),
            PatternKind::Name(name) => (Pattern::Kind(name.clone()), None),
            PatternKind::Path(path) => (Pattern::Variant(path.1.text.clone()), None),
            PatternKind::Broken => panic!("a broken pattern"),
        };
        let value = match name {
            Some(name) => self.inside(name, value),
            None => self.expr(value),
        };
        (pattern, value)
    }

    fn ty(&mut self, ty: &tree::Type) -> TypeIx {
        let built = match &ty.kind {
            TypeKind::Name(name) => match name.as_str() {
                "bool" => Type::Bool,
                "int" => Type::Int,
                "float" => Type::Float,
                "string" => Type::String,
                "percent" => Type::Percent,
                "duration" => Type::Duration,
                "time" => Type::Time,
                "url" => Type::Url,
                "path" => Type::Path,
                "json" => Type::Json,
                other => panic!("the type {other}"),
            },
            TypeKind::Apply(parts) if parts.0.text == "map" => Type::Map(self.ty(&parts.1)),
            TypeKind::Apply(parts) => Type::List(self.ty(&parts.1)),
            TypeKind::Optional(inner) => Type::Optional(self.ty(inner)),
            TypeKind::Record(fields) => {
                let field = |(name, ty): &(tree::Name, tree::Type)| RecordField {
                    name: name.text.clone(),
                    ty: self.ty(ty),
                    default: None,
                };
                Type::Record { name: "".into(), fields: fields.iter().map(field).collect() }
            }
            other => panic!("the type {other:?}"),
        };
        self.plan.types.push(built);
        TypeIx(self.plan.types.len() as u32 - 1)
    }
}
