//! The walk over expressions.

use std::sync::Arc;

use ecow::EcoString;
use regex_lite::Regex;

use super::{Context, EvalError, arithmetic};
use crate::builtins::{self, Call};
use crate::limits;
use crate::plan::ir::{BinaryOp, Expr, ExprIx, FunctionIx, Pattern, Plan};
use crate::value::{Fields, Value, decode};

type Done = Result<Value, EvalError>;

/// One evaluation.
pub(super) struct Evaluator<'a> {
    pub(super) plan: &'a Plan,
    pub(super) context: &'a dyn Context,
    /// What functions, lambdas, comprehensions and arms bound; those of the present function begin at `base`.
    bound: Vec<Value>,
    base: usize,
    depth: usize,
    fuel: u64,
    /// The pattern that `matches` compiled last.
    regex: Option<(EcoString, Regex)>,
}

impl<'a> Evaluator<'a> {
    pub(super) fn new(plan: &'a Plan, context: &'a dyn Context) -> Self {
        Self { plan, context, bound: Vec::new(), base: 0, depth: 0, fuel: limits::MAX_FUEL, regex: None }
    }

    /// The value of a whole expression: what is made here must not be endless.
    pub(super) fn whole(&mut self, ix: ExprIx) -> Done {
        let value = self.eval(ix)?;
        let made = matches!(
            self.plan.exprs.get(ix.index()),
            Some(Expr::List(_) | Expr::Record(_) | Expr::Map(_) | Expr::Comprehension { .. } | Expr::Builtin { .. })
                | Some(Expr::Call { .. } | Expr::Convert { .. } | Expr::If { .. } | Expr::Match { .. })
                | Some(Expr::Binary { .. })
        );
        if made && weigh(&value, limits::MAX_VALUE).is_none() {
            let most = limits::MAX_VALUE;
            return Err(EvalError::value(format!("a value of more than {most} elements and fields")).at(ix));
        }
        Ok(value)
    }

    pub(super) fn eval(&mut self, ix: ExprIx) -> Done {
        let plan = self.plan;
        let Some(expr) = plan.exprs.get(ix.index()) else {
            return Err(EvalError::internal("an expression that the plan does not have").at(ix));
        };
        self.spend(1).map_err(|error| error.at(ix))?;
        if self.depth >= limits::MAX_DEPTH {
            return Err(EvalError::value(format!("an expression nested deeper than {}", limits::MAX_DEPTH)).at(ix));
        }
        self.depth += 1;
        let value = self.form(expr).map_err(|error| error.at(ix));
        self.depth -= 1;
        value
    }

    /// Pays for work that grows with the operands.
    pub(super) fn spend(&mut self, units: usize) -> Result<(), EvalError> {
        match self.fuel.checked_sub(units as u64) {
            Some(rest) => {
                self.fuel = rest;
                Ok(())
            }
            None => Err(EvalError::value("the expression takes too long: it looks at too many elements")),
        }
    }

    /// Each form in a function of its own: what nests must use little of the stack.
    fn form(&mut self, expr: &Expr) -> Done {
        match expr {
            Expr::Binary { op, left, right } => self.binary(*op, *left, *right),
            Expr::Field { base, name, optional } => self.field(*base, name, *optional),
            Expr::Index { base, index } => self.index(*base, *index),
            Expr::Call { function, args } => self.call(*function, args),
            Expr::Builtin { name, args, optional } => self.builtin(name, args, *optional),
            Expr::Match { subject, arms } => self.choose(*subject, arms),
            Expr::Comprehension { list, value, condition } => self.comprehension(*list, *value, *condition),
            Expr::Convert { value, to } => self.convert(*value, *to),
            Expr::If { condition, yes, no } => self.either(*condition, *yes, *no),
            Expr::Concat(parts) => self.concat(parts),
            Expr::List(items) => self.items(items),
            Expr::Record(fields) => self.fields(fields).map(Value::record),
            Expr::Map(fields) => self.fields(fields).map(|fields| Value::Map(Arc::new(fields))),
            Expr::Neg(value) => self.negated(*value),
            Expr::Not(value) => self.condition(*value).map(|holds| Value::Bool(!holds)),
            _ => self.leaf(expr),
        }
    }

    fn leaf(&mut self, expr: &Expr) -> Done {
        Ok(match expr {
            Expr::None => Value::None,
            Expr::Bool(value) => Value::Bool(*value),
            Expr::Int(value) => Value::Int(*value),
            Expr::Float(value) => arithmetic::finite(*value, "float", Value::Float)?,
            Expr::Percent(value) => arithmetic::finite(*value, "percent", Value::Percent)?,
            Expr::Duration(value) => Value::Duration(*value),
            Expr::Size(value) => Value::Size(*value),
            Expr::Time(value) => Value::Time(*value),
            Expr::Str(text) => Value::Str(text.clone()),
            Expr::Path(text) => Value::Path(text.clone()),
            Expr::File { path, dir } => decode::file(path, *dir),
            Expr::Url(text) => Value::Url(text.clone()),
            Expr::Variant(name) => Value::Variant(name.clone()),
            Expr::Kind(name) => Value::Kind(name.clone()),
            Expr::Lambda(_) => return Err(EvalError::internal("a function where a value is expected")),
            _ => return self.name(expr),
        })
    }

    fn either(&mut self, condition: ExprIx, yes: ExprIx, no: ExprIx) -> Done {
        let branch = if self.condition(condition)? { yes } else { no };
        self.eval(branch)
    }

    fn negated(&mut self, value: ExprIx) -> Done {
        arithmetic::negate(&self.eval(value)?)
    }

    fn items(&mut self, items: &[ExprIx]) -> Done {
        self.each(items).map(Value::list)
    }

    /// What the context knows.
    fn name(&mut self, expr: &Expr) -> Done {
        let context = self.context;
        let found = match expr {
            Expr::Local { up, slot } => context.local(*up, *slot),
            Expr::Bound(depth) => self.bound(*depth),
            Expr::Const(constant) => context.constant(*constant),
            Expr::Env(name) => context.environment(name),
            Expr::Attempt(var) => context.attempt(*var),
            Expr::Output(name) => context.output(name),
            Expr::Metric(metric) => context.metric(*metric),
            Expr::Baseline(metric) => Some(context.baseline(*metric).unwrap_or_default()),
            Expr::Run(var) => context.run(*var),
            _ => None,
        };
        found.ok_or_else(|| match expr {
            Expr::Metric(metric) => {
                let name = self.plan.metrics.get(metric.index()).map_or("", |metric| metric.name.as_str());
                EvalError::value(format!("the metric `{name}` has not been published yet"))
            }
            Expr::Output(name) => EvalError::value(format!("the output `{name}` has no value yet")),
            _ => EvalError::internal("a name that has no value here"),
        })
    }

    fn bound(&self, depth: u32) -> Option<Value> {
        let at = self.bound.len().checked_sub(1)?.checked_sub(depth as usize)?;
        self.bound.get(at).filter(|_| at >= self.base).cloned()
    }

    /// Evaluates with `Bound(0)` set.
    pub(super) fn with(&mut self, value: Value, ix: ExprIx) -> Done {
        self.bound.push(value);
        let result = self.eval(ix);
        self.bound.pop();
        result
    }

    fn each(&mut self, items: &[ExprIx]) -> Result<Vec<Value>, EvalError> {
        items.iter().map(|item| self.eval(*item)).collect()
    }

    fn fields(&mut self, fields: &[(EcoString, ExprIx)]) -> Result<Fields, EvalError> {
        fields.iter().map(|(name, value)| Ok((name.clone(), self.eval(*value)?))).collect()
    }

    fn concat(&mut self, parts: &[ExprIx]) -> Done {
        let mut text = String::new();
        for part in parts {
            let value = self.eval(*part)?;
            if value.holds_secret() {
                return Err(
                    EvalError::value("a secret cannot be part of a text; hand it over by `env` or `stdin`").at(*part)
                );
            }
            if weigh(&value, limits::MAX_VALUE).is_none() {
                return Err(EvalError::value("a value too large for a text").at(*part));
            }
            value.write_text(&mut text);
            builtins::check_length(text.len())?;
        }
        self.spend(text.len() / 64)?;
        Ok(Value::str(text))
    }

    pub(super) fn condition(&mut self, ix: ExprIx) -> Result<bool, EvalError> {
        match self.eval(ix)? {
            Value::Bool(holds) => Ok(holds),
            other => Err(EvalError::internal(format!("a bool expected, found {}", other.type_name())).at(ix)),
        }
    }

    fn binary(&mut self, op: BinaryOp, left: ExprIx, right: ExprIx) -> Done {
        match op {
            BinaryOp::And => return Ok(Value::Bool(self.condition(left)? && self.condition(right)?)),
            BinaryOp::Or => return Ok(Value::Bool(self.condition(left)? || self.condition(right)?)),
            BinaryOp::Coalesce => {
                let value = self.eval(left)?;
                return if value == Value::None { self.eval(right) } else { Ok(value) };
            }
            _ => {}
        }
        let (left, right) = (self.eval(left)?, self.eval(right)?);
        match op {
            BinaryOp::Eq | BinaryOp::Ne | BinaryOp::In => self.spend(cost(&left).saturating_add(cost(&right)))?,
            BinaryOp::Add => self.spend(breadth(&left).saturating_add(breadth(&right)))?,
            BinaryOp::Matches => return self.matches(&left, &right),
            _ => {}
        }
        arithmetic::binary(op, &left, &right)
    }

    fn matches(&mut self, text: &Value, pattern: &Value) -> Done {
        let (Some(text), Some(pattern)) = (text.as_text(), pattern.as_text()) else {
            return Err(EvalError::internal("`matches` takes a string and a pattern"));
        };
        self.spend(text.len() / 16)?;
        if let Some((_, regex)) = self.regex.as_ref().filter(|(known, _)| known == pattern) {
            return Ok(Value::Bool(regex.is_match(text)));
        }
        let regex = builtins::pattern::compile(pattern).map_err(EvalError::value)?;
        let found = regex.is_match(text);
        self.regex = Some((pattern.into(), regex));
        Ok(Value::Bool(found))
    }

    fn call(&mut self, function: FunctionIx, args: &[ExprIx]) -> Done {
        let plan = self.plan;
        let Some(function) = plan.functions.get(function.index()) else {
            return Err(EvalError::internal("a function that the plan does not have"));
        };
        let mut args = self.each(args)?;
        if args.len() != function.params as usize {
            return Err(EvalError::internal(format!("`{}` called with {} arguments", function.name, args.len())));
        }
        let outer = std::mem::replace(&mut self.base, self.bound.len());
        self.bound.append(&mut args);
        let value = self.eval(function.body);
        self.bound.truncate(self.base);
        self.base = outer;
        value
    }

    fn builtin(&mut self, name: &str, args: &[ExprIx], optional: bool) -> Done {
        let plan = self.plan;
        let mut values = Vec::with_capacity(args.len());
        let mut lambda = None;
        for (at, arg) in args.iter().enumerate() {
            let value = match plan.exprs.get(arg.index()) {
                Some(Expr::Lambda(body)) => {
                    lambda = Some(*body);
                    Value::None
                }
                _ => self.eval(*arg)?,
            };
            if at == 0 && optional && value == Value::None {
                return Ok(Value::None);
            }
            self.spend(breadth(&value))?;
            values.push(value);
        }
        let receiver = values.first().unwrap_or(&Value::None);
        let Some(builtin) = builtins::for_value(name, receiver) else {
            return Err(EvalError::internal(format!("`{name}` is nothing that {} has", receiver.type_name())));
        };
        let mut apply = |value| match lambda {
            Some(body) => self.with(value, body),
            None => Err(EvalError::internal("a built-in without its function")),
        };
        (builtin.run)(&mut Call::new(&values, &mut apply))
    }

    fn choose(&mut self, subject: ExprIx, arms: &[(Pattern, ExprIx)]) -> Done {
        let subject = self.eval(subject)?;
        for (pattern, value) in arms {
            match self.fit(pattern, &subject)? {
                super::Fit::No => {}
                super::Fit::Yes(None) => return self.eval(*value),
                super::Fit::Yes(Some(inner)) => return self.with(inner, *value),
            }
        }
        Err(EvalError::internal("no arm fits"))
    }

    fn comprehension(&mut self, list: ExprIx, value: ExprIx, condition: Option<ExprIx>) -> Done {
        let Value::List(items) = self.eval(list)? else {
            return Err(EvalError::internal("a list expected").at(list));
        };
        let mut values = Vec::new();
        for item in items.iter() {
            let passes = match condition {
                None => true,
                Some(condition) => matches!(self.with(item.clone(), condition)?, Value::Bool(true)),
            };
            if passes {
                values.push(self.with(item.clone(), value)?);
            }
        }
        Ok(Value::list(values))
    }
}

/// How many values and 64-byte pieces of text there are in `value`; `None` past `most`.
fn weigh(value: &Value, most: usize) -> Option<usize> {
    let own = 1 + value.as_text().map_or(0, |text| text.len() / 64);
    let rest = most.checked_sub(own)?;
    let inner = |mut rest: usize, values: &mut dyn Iterator<Item = &Value>| {
        for value in values {
            rest = weigh(value, rest)?;
        }
        Some(rest)
    };
    match value {
        Value::List(values) => inner(rest, &mut values.iter()),
        Value::Map(fields) | Value::Record(fields) => inner(rest, &mut fields.values()),
        Value::Ok(value) => weigh(value, rest),
        _ => Some(rest),
    }
}

/// What a comparison with `value` may cost.
fn cost(value: &Value) -> usize {
    match value {
        Value::List(_) | Value::Map(_) | Value::Record(_) => {
            weigh(value, limits::MAX_VALUE).map_or(usize::MAX, |rest| limits::MAX_VALUE - rest)
        }
        other => breadth(other),
    }
}

/// How many elements or pieces of text a pass over `value` looks at.
fn breadth(value: &Value) -> usize {
    match value {
        Value::List(values) => values.len(),
        Value::Map(fields) | Value::Record(fields) => fields.len(),
        other => other.as_text().map_or(0, |text| text.len() / 64),
    }
}
