//! Builds plans from expressions as text without the checker, so that evaluation is tested by itself, ill-typed
//! expressions too. Reads a part of the language: no interpolation, no blocks, names are slots of [`super::Slots`].

use crate::plan::ir::*;
use crate::value::units;

const OPERATORS: &[(&str, BinaryOp, u8)] = &[
    ("??", BinaryOp::Coalesce, 1),
    ("or", BinaryOp::Or, 2),
    ("and", BinaryOp::And, 3),
    ("==", BinaryOp::Eq, 5),
    ("!=", BinaryOp::Ne, 5),
    ("<=", BinaryOp::Le, 5),
    (">=", BinaryOp::Ge, 5),
    ("<", BinaryOp::Lt, 5),
    (">", BinaryOp::Gt, 5),
    ("in", BinaryOp::In, 5),
    ("matches", BinaryOp::Matches, 5),
    ("+", BinaryOp::Add, 6),
    ("-", BinaryOp::Sub, 6),
    ("*", BinaryOp::Mul, 7),
    ("/", BinaryOp::Div, 7),
];

/// Reads expressions into a plan.
pub(super) struct Build<'a> {
    rest: &'a str,
    pub(super) plan: Plan,
    bound: Vec<&'a str>,
    names: &'a [&'a str],
}

impl<'a> Build<'a> {
    /// Appends `text` to `plan`; gives its index.
    pub(super) fn add(plan: Plan, text: &'a str, names: &'a [&'a str]) -> (Plan, ExprIx) {
        let mut build = Build { rest: text, plan, bound: vec![], names };
        let ix = build.expr(0);
        build.space();
        assert!(build.rest.is_empty(), "left over in {text}: {}", build.rest);
        (build.plan, ix)
    }

    fn push(&mut self, expr: Expr) -> ExprIx {
        self.plan.exprs.push(expr);
        ExprIx(self.plan.exprs.len() as u32 - 1)
    }

    fn space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn eat(&mut self, token: &str) -> bool {
        self.space();
        let Some(rest) = self.rest.strip_prefix(token) else { return false };
        let word = token.ends_with(|c: char| c.is_alphabetic());
        if word && rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-') {
            return false;
        }
        self.rest = rest;
        true
    }

    fn need(&mut self, token: &str) {
        assert!(self.eat(token), "expected {token} at {}", self.rest);
    }

    fn name(&mut self) -> &'a str {
        self.space();
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        assert!(!name.is_empty(), "a name at {}", self.rest);
        self.rest = rest;
        name
    }

    fn expr(&mut self, least: u8) -> ExprIx {
        if self.eat("if") {
            let condition = self.expr(0);
            self.need("then");
            let yes = self.expr(0);
            self.need("else");
            let no = self.expr(0);
            return self.push(Expr::If { condition, yes, no });
        }
        let mut left = if self.eat("not") {
            let value = self.expr(4);
            self.push(Expr::Not(value))
        } else {
            self.operand()
        };
        'more: loop {
            if least <= 8 && self.eat("as") {
                let to = self.ty();
                left = self.push(Expr::Convert { value: left, to });
                continue;
            }
            for (token, op, level) in OPERATORS {
                let before = self.rest;
                if *level >= least && self.eat(token) {
                    if *token == "<" && self.rest.starts_with('=') {
                        self.rest = before;
                        continue;
                    }
                    let right = self.expr(level + 1);
                    left = self.push(Expr::Binary { op: *op, left, right });
                    continue 'more;
                }
            }
            return left;
        }
    }

    fn operand(&mut self) -> ExprIx {
        if self.eat("-") {
            let value = self.operand();
            return self.push(Expr::Neg(value));
        }
        let mut base = self.primary();
        loop {
            if self.rest.starts_with('[') {
                self.need("[");
                let index = self.expr(0);
                self.need("]");
                base = self.push(Expr::Index { base, index });
                continue;
            }
            let optional = self.rest.starts_with("?.");
            if !optional && !self.rest.starts_with('.') {
                return base;
            }
            self.rest = &self.rest[if optional { 2 } else { 1 }..];
            let name = self.name();
            base = if self.rest.starts_with('(') {
                self.call(name, Some(base), optional)
            } else {
                self.push(Expr::Field { base, name: name.into(), optional })
            };
        }
    }

    fn call(&mut self, name: &str, base: Option<ExprIx>, optional: bool) -> ExprIx {
        let mut args: Vec<_> = base.into_iter().collect();
        self.need("(");
        while !self.eat(")") {
            args.push(self.arg());
            self.eat(",");
        }
        self.push(Expr::Builtin { name: name.into(), args, optional })
    }

    fn arg(&mut self) -> ExprIx {
        self.space();
        let word = self.rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
        if !word.is_empty() && self.rest[word.len()..].trim_start().starts_with("=>") {
            self.need(word);
            self.need("=>");
            self.bound.push(word);
            let body = self.expr(0);
            self.bound.pop();
            return self.push(Expr::Lambda(body));
        }
        self.expr(0)
    }

    fn primary(&mut self) -> ExprIx {
        self.space();
        let first = self.rest.chars().next().unwrap_or(' ');
        match first {
            '(' => {
                self.need("(");
                let inner = self.expr(0);
                self.need(")");
                inner
            }
            '[' => self.list(),
            '{' => self.map(),
            '"' => {
                let text = self.string();
                self.push(Expr::Str(text.into()))
            }
            'r' if self.rest.starts_with("r\"") => {
                let (text, rest) = self.rest[2..].split_once('"').unwrap();
                self.rest = rest;
                self.push(Expr::Str(text.into()))
            }
            '0'..='9' => self.number(),
            _ => self.word(),
        }
    }

    fn list(&mut self) -> ExprIx {
        self.need("[");
        if let Some((value, list, condition)) = self.comprehension() {
            return self.push(Expr::Comprehension { list, value, condition });
        }
        let mut items = vec![];
        while !self.eat("]") {
            items.push(self.expr(0));
            self.eat(",");
        }
        self.push(Expr::List(items))
    }

    /// `[value for x in list if condition]`, where the name comes after its first use.
    fn comprehension(&mut self) -> Option<(ExprIx, ExprIx, Option<ExprIx>)> {
        let inner = self.rest.split_once(']')?.0;
        let (_, tail) = inner.split_once(" for ")?;
        let name = tail.split_whitespace().next()?;
        let start = self.rest;
        let skip = start.find(" for ")? + " for ".len() + name.len();
        self.rest = &start[skip..];
        self.need("in");
        let list = self.expr(0);
        let after_list = self.rest;
        self.bound.push(name);
        let condition = self.eat("if").then(|| self.expr(0));
        let end = self.rest;
        self.rest = start;
        let value = self.expr(0);
        self.bound.pop();
        self.rest = if condition.is_some() { end } else { after_list };
        self.need("]");
        Some((value, list, condition))
    }

    fn map(&mut self) -> ExprIx {
        self.need("{");
        let mut quoted = true;
        let mut fields = vec![];
        while !self.eat("}") {
            self.space();
            quoted = self.rest.starts_with('"');
            let key = if quoted { self.string() } else { self.name().to_owned() };
            self.need(":");
            fields.push((key.into(), self.expr(0)));
            self.eat(",");
        }
        self.push(if quoted { Expr::Map(fields) } else { Expr::Record(fields) })
    }

    fn string(&mut self) -> String {
        let mut end = 1;
        while !self.rest[end..].starts_with('"') {
            end += if self.rest[end..].starts_with('\\') { 2 } else { 1 };
            while !self.rest.is_char_boundary(end) {
                end += 1;
            }
        }
        let text = serde_json::from_str(&self.rest[..=end]).unwrap();
        self.rest = &self.rest[end + 1..];
        text
    }

    fn number(&mut self) -> ExprIx {
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || c == '.' || c == '%' || c == '_'));
        let mut end = end.unwrap_or(self.rest.len());
        // A dot before a letter is a method.
        while let Some(dot) = self.rest[..end].rfind('.') {
            if self.rest[dot + 1..].starts_with(|c: char| c.is_ascii_digit()) {
                break;
            }
            end = dot;
        }
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        let expr = None
            .or_else(|| units::int(text).map(Expr::Int))
            .or_else(|| units::float(text).map(Expr::Float))
            .or_else(|| units::percent(text).map(Expr::Percent))
            .or_else(|| units::duration(text).map(Expr::Duration))
            .or_else(|| units::size(text).map(Expr::Size))
            .unwrap_or_else(|| panic!("a number: {text}"));
        self.push(expr)
    }

    fn word(&mut self) -> ExprIx {
        let name = self.name();
        if self.rest.starts_with('(') {
            return self.call(name, None, false);
        }
        let expr = match name {
            "none" => Expr::None,
            "true" | "false" => Expr::Bool(name == "true"),
            _ => match self.bound.iter().rev().position(|bound| *bound == name) {
                Some(depth) => Expr::Bound(depth as u32),
                None => match self.names.iter().position(|known| *known == name) {
                    Some(slot) => Expr::Local { up: 0, slot: slot as u32 },
                    None => Expr::Variant(name.into()),
                },
            },
        };
        let ix = self.push(expr);
        if let Some(Expr::Local { .. }) = self.plan.exprs.last() {
            self.plan.about.names.insert(ix.0, name.into());
        }
        ix
    }

    fn ty(&mut self) -> TypeIx {
        let name = self.name();
        let mut ty = match name {
            "list" | "map" => {
                self.need("<");
                let of = self.ty();
                self.need(">");
                if name == "list" { Type::List(of) } else { Type::Map(of) }
            }
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
        };
        if self.rest.starts_with('?') {
            self.need("?");
            self.plan.types.push(ty);
            ty = Type::Optional(TypeIx(self.plan.types.len() as u32 - 1));
        }
        self.plan.types.push(ty);
        TypeIx(self.plan.types.len() as u32 - 1)
    }
}
