//! Calls: functions, built-ins, constructors of records; and record literals.

use std::sync::Arc;

use ecow::EcoString;

use super::Lower;
use crate::builtins::{self, Builtin};
use crate::check::facts::{Def, GlobalId, GlobalKind, ParamTy, Signature};
use crate::check::ty::{RecordTy, Ty};
use crate::plan::ir::{self, ExprIx, Function, FunctionIx, Pattern};
use crate::source::Span;
use crate::syntax::tree::{Arg, Call, Entry, Expr, ExprKind, ItemKind};

impl<'a> Lower<'a> {
    pub(super) fn call(&mut self, expr: &'a Expr, call: &'a Call) -> ExprIx {
        let (at, receiver, optional) = match &call.callee.kind {
            ExprKind::Field(field) => {
                let receiver = (!self.is_module(&field.base)).then_some(&field.base);
                (field.name.span.start, receiver, field.optional)
            }
            _ => (call.callee.span.start, None, false),
        };
        match self.def(at) {
            Some(Def::Builtin(name) | Def::Special(name)) => self.builtin(expr, name, receiver, &call.args, optional),
            Some(Def::Global(id)) => self.call_item(expr, *id, receiver, &call.args, optional),
            _ => {
                self.fault(call.callee.span, "a call of something that was not resolved");
                self.push(ir::Expr::None, expr.span)
            }
        }
    }

    fn is_module(&self, expr: &Expr) -> bool {
        matches!((&expr.kind, self.def(expr.span.start)), (ExprKind::Name(_), Some(Def::Module(_))))
    }

    fn builtin(
        &mut self,
        expr: &'a Expr,
        name: &EcoString,
        receiver: Option<&'a Expr>,
        args: &'a [Arg],
        optional: bool,
    ) -> ExprIx {
        match (name.as_str(), args) {
            ("env", [arg]) => {
                let lowered = self.environment(&arg.value);
                return self.push(lowered, expr.span);
            }
            ("baseline", [arg]) => {
                if let Some(Def::Metric(metric)) = self.def(arg.value.span.start) {
                    let lowered = match self.metric(metric, arg.value.span) {
                        Some(metric) => ir::Expr::Baseline(metric),
                        None => ir::Expr::None,
                    };
                    return self.push(lowered, expr.span);
                }
            }
            _ => {}
        }
        let mut lowered: Vec<ExprIx> = Vec::with_capacity(args.len() + 1);
        lowered.extend(receiver.map(|receiver| if optional { self.perhaps(receiver) } else { self.expr(receiver) }));
        self.builtin_arguments(name, args, usize::from(receiver.is_none()), &mut lowered, expr.span);
        let called = self.push(ir::Expr::Builtin { name: name.clone(), args: lowered, optional }, expr.span);
        match self.ty(expr.id) {
            // The sum of no elements is 0 without a unit.
            ty @ (Ty::Float | Ty::Percent | Ty::Duration | Ty::Size | Ty::Optional(_)) if name == "sum" => {
                self.convert(called, ty, expr.span)
            }
            _ => called,
        }
    }

    /// A receiver that may be missing: its conversion leaves `none` alone.
    fn perhaps(&mut self, receiver: &'a Expr) -> ExprIx {
        let ix = self.bare(receiver);
        match self.cx.facts.and_then(|facts| facts.converted.get(&receiver.id)) {
            Some(to) => {
                let to = match to {
                    Ty::Optional(_) => to.clone(),
                    plain => Ty::Optional(Arc::new(plain.clone())),
                };
                self.convert(ix, &to, receiver.span)
            }
            None => ix,
        }
    }

    /// Arguments of a built-in in the order of its parameters; the first `receivers` of them are the receiver.
    fn builtin_arguments(
        &mut self,
        name: &str,
        args: &'a [Arg],
        receivers: usize,
        lowered: &mut Vec<ExprIx>,
        span: Span,
    ) {
        let labels: Vec<&str> =
            args.iter().filter_map(|arg| arg.name.as_ref()).map(|name| name.text.as_str()).collect();
        if labels.is_empty() {
            lowered.extend(args.iter().map(|arg| self.expr(&arg.value)));
            return;
        }
        let knows = |builtin: &&&Builtin| labels.iter().all(|label| builtin.params.iter().any(|p| p.name == *label));
        let params = builtins::named(name).iter().find(|builtin| knows(builtin)).map_or(&[][..], |found| found.params);
        let mut values: Vec<Option<ExprIx>> = Vec::with_capacity(args.len());
        for (at, arg) in args.iter().enumerate() {
            let place = |label: &EcoString| params.iter().position(|param| param.name == label.as_str());
            let at = arg.name.as_ref().and_then(|label| Some(place(&label.text)? + receivers)).unwrap_or(at);
            let value = self.expr(&arg.value);
            if values.len() <= at {
                values.resize(at + 1, None);
            }
            if let Some(slot) = values.get_mut(at) {
                *slot = Some(value);
            }
        }
        for value in values {
            let value = value.unwrap_or_else(|| self.push(ir::Expr::None, span));
            lowered.push(value);
        }
    }

    fn environment(&mut self, name: &'a Expr) -> ir::Expr {
        let literal = match &name.kind {
            ExprKind::Text(text) => text.literal(),
            _ => None,
        };
        let Some(literal) = literal else {
            self.fault(name.span, "the name of an environment variable that is not a literal");
            return ir::Expr::None;
        };
        let name = EcoString::from(literal);
        if self.environment.insert(name.clone()) {
            self.plan.environment.push(name.clone());
        }
        ir::Expr::Env(name)
    }

    fn call_item(
        &mut self,
        expr: &'a Expr,
        id: GlobalId,
        receiver: Option<&'a Expr>,
        args: &'a [Arg],
        optional: bool,
    ) -> ExprIx {
        let checked = self.checked;
        match checked.global(id).map(|global| &global.kind) {
            Some(GlobalKind::Fn(signature)) => match receiver {
                Some(receiver) if optional => self.call_if_there(expr, id, signature, receiver, args),
                _ => {
                    let receiver = receiver.map(|receiver| self.expr(receiver));
                    self.call_fn(expr.span, id, signature, receiver, args)
                }
            },
            Some(GlobalKind::Type(Ty::Record(record))) => {
                let given = self.arguments(args, record.fields.iter().map(|field| &field.name), None);
                self.fill(record, given, expr.span)
            }
            _ => {
                self.fault(expr.span, "a call of something that cannot be called");
                self.push(ir::Expr::None, expr.span)
            }
        }
    }

    /// `e?.f(…)` of a declared function: `match e { none => none, some x => f(x, …) }`.
    fn call_if_there(
        &mut self,
        expr: &'a Expr,
        id: GlobalId,
        signature: &'a Signature,
        receiver: &'a Expr,
        args: &'a [Arg],
    ) -> ExprIx {
        let subject = self.perhaps(receiver);
        let none = self.push(ir::Expr::None, expr.span);
        let value = self.binding(None, |lower| {
            let receiver = lower.push(ir::Expr::Bound(0), receiver.span);
            lower.call_fn(expr.span, id, signature, Some(receiver), args)
        });
        let arms = vec![(Pattern::None, none), (Pattern::Some, value)];
        self.push(ir::Expr::Match { subject, arms }, expr.span)
    }

    fn call_fn(
        &mut self,
        span: Span,
        id: GlobalId,
        signature: &'a Signature,
        receiver: Option<ExprIx>,
        args: &'a [Arg],
    ) -> ExprIx {
        self.ensure(id);
        let given = self.arguments(args, signature.params.iter().map(|param| &param.name), receiver);
        let mut args = Vec::with_capacity(given.len());
        for (at, value) in given.into_iter().enumerate() {
            let value = value.or_else(|| {
                let function = self.default_fn(id, at as u32)?;
                Some(self.push(ir::Expr::Call { function, args: args.clone() }, span))
            });
            args.extend(value);
        }
        match self.functions.get(&id) {
            Some(&function) if args.len() == signature.params.len() => {
                self.push(ir::Expr::Call { function, args }, span)
            }
            _ => {
                self.fault(span, "a call with other arguments than the function takes");
                self.push(ir::Expr::None, span)
            }
        }
    }

    /// A function of the parameters before it that gives the default of a function's parameter.
    fn default_fn(&mut self, id: GlobalId, at: u32) -> Option<FunctionIx> {
        if let Some(known) = self.argument_defaults.get(&(id, at)) {
            return Some(*known);
        }
        let lowered = self.inside(id, |lower, item| {
            let ItemKind::Fn(function) = &item.kind else { return None };
            let param = function.params.get(at as usize)?;
            lower.cx.bound =
                function.params.iter().take(at as usize).map(|param| lower.local_at(&param.name)).collect();
            Some((lower.expr(param.default.as_ref()?), &param.name.text))
        });
        let (body, name) = lowered.flatten()?;
        let ix = FunctionIx(self.plan.functions.len() as u32);
        let name = ecow::eco_format!("{}.{name}", self.qualified(id));
        self.plan.functions.push(Function { name, params: at, body });
        self.argument_defaults.insert((id, at), ix);
        Some(ix)
    }

    /// Binds arguments to parameters: positional ones first, then by name.
    pub(super) fn arguments<'p>(
        &mut self,
        args: &'a [Arg],
        names: impl Iterator<Item = &'p EcoString> + Clone,
        receiver: Option<ExprIx>,
    ) -> Vec<Option<ExprIx>> {
        let mut next = usize::from(receiver.is_some());
        let mut values = vec![None; names.clone().count()];
        if let Some(first) = values.first_mut() {
            *first = receiver;
        }
        for arg in args {
            let at = match &arg.name {
                Some(name) => names.clone().position(|known| *known == name.text),
                None => {
                    next += 1;
                    Some(next - 1)
                }
            };
            let value = self.expr(&arg.value);
            match at.and_then(|at| values.get_mut(at)) {
                Some(slot) => *slot = Some(value),
                None => self.fault(arg.span, "an argument that fits no parameter"),
            }
        }
        values
    }

    /// Arguments of a command or workflow: absent where the default holds.
    pub(super) fn run_arguments(&mut self, args: &'a [Arg], params: &'a [ParamTy]) -> Vec<Option<ExprIx>> {
        self.arguments(args, params.iter().map(|param| &param.name), None)
    }

    /// A record with its defaults, its fields in declared order.
    fn fill(&mut self, record: &RecordTy, given: Vec<Option<ExprIx>>, span: Span) -> ExprIx {
        let id = record.name.as_ref().map(|(id, _)| *id);
        let mut fields = Vec::with_capacity(given.len());
        for (at, (field, value)) in record.fields.iter().zip(given).enumerate() {
            let default = || id.filter(|_| field.default).map(|id| (id, at as u32));
            let value = match (value, default()) {
                (Some(value), _) => value,
                (None, Some((id, at))) => match self.field_default(id, at) {
                    Some(default) => default,
                    None => continue,
                },
                (None, None) => self.push(ir::Expr::None, span),
            };
            fields.push((field.name.clone(), value));
        }
        self.push(ir::Expr::Record(fields), span)
    }

    /// The default of a record's field, lowered once: it depends on nothing but constants.
    pub(super) fn field_default(&mut self, id: GlobalId, at: u32) -> Option<ExprIx> {
        if let Some(known) = self.defaults.get(&(id, at)) {
            return Some(*known);
        }
        let lowered = self.inside(id, |lower, item| match &item.kind {
            ItemKind::Record(record) => lower.maybe(record.fields.get(at as usize)?.default.as_ref()),
            _ => None,
        });
        let ix = lowered.flatten()?;
        self.defaults.insert((id, at), ix);
        Some(ix)
    }

    pub(super) fn record_literal(&mut self, expr: &'a Expr, entries: &'a [Entry]) -> ExprIx {
        let converted = self.cx.facts.and_then(|facts| facts.converted.get(&expr.id));
        let mut ty = self.ty(expr.id);
        if let (Some(to), false) = (converted, matches!(ty, Ty::Record(_) | Ty::Map(_))) {
            ty = to;
        }
        if let Ty::Optional(of) = ty {
            ty = of;
        }
        let values: Vec<(&'a Entry, ExprIx)> = entries.iter().map(|entry| (entry, self.expr(&entry.value))).collect();
        let named = |(entry, value): &(&Entry, ExprIx)| (entry.key.text.clone(), *value);
        let lowered = match ty {
            Ty::Record(record) => {
                let value = |name: &EcoString| values.iter().find(|(entry, _)| entry.key.text == *name);
                let given = record.fields.iter().map(|field| value(&field.name).map(|(_, value)| *value)).collect();
                return self.fill(record, given, expr.span);
            }
            Ty::Map(_) => ir::Expr::Map(values.iter().map(named).collect()),
            _ => ir::Expr::Record(values.iter().map(named).collect()),
        };
        self.push(lowered, expr.span)
    }
}
