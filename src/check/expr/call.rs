//! Calls: of functions, built-ins, record constructors and special forms; and arguments against parameters.

use crate::builtins::{self, Builtin, Scheme};
use crate::check::assign::{Fit, fit};
use crate::check::checker::Checker;
use crate::check::errors;
use crate::check::facts::{Def, GlobalId, GlobalKind, LocalKind, Signature};
use crate::check::names::Role;
use crate::check::scheme::Vars;
use crate::check::ty::{RecordTy, Ty};
use crate::diagnostic::Place;
use crate::source::Span;
use crate::suggest;
use crate::syntax::tree::{Arg, Call, Expr, ExprKind, Field, Name};

/// A parameter of whatever is called.
#[derive(Clone, Copy, Debug)]
pub struct Slot<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its type.
    pub ty: &'a Ty,
    /// Whether it may be left out.
    pub default: bool,
}

impl<'a> Slot<'a> {
    /// The parameters of a signature.
    pub fn of(signature: &'a Signature) -> Vec<Slot<'a>> {
        let slot =
            |param: &'a crate::check::facts::ParamTy| Slot { name: &param.name, ty: &param.ty, default: param.default };
        signature.params.iter().map(slot).collect()
    }

    fn of_record(record: &'a RecordTy) -> Vec<Slot<'a>> {
        let slot =
            |field: &'a crate::check::ty::FieldTy| Slot { name: &field.name, ty: &field.ty, default: field.default };
        record.fields.iter().map(slot).collect()
    }
}

/// What is called, for messages.
#[derive(Clone, Copy, Debug)]
pub struct Callee<'a> {
    /// As it is written: `@design`, `slug`.
    pub name: &'a str,
    /// Where the call names it.
    pub span: Span,
    /// Where it is declared.
    pub declared: Option<Place>,
}

impl Checker<'_> {
    pub(super) fn call(&mut self, call: &Call, whole: &Expr, hint: &Ty) -> Ty {
        match &call.callee.kind {
            ExprKind::Name(name) => self.call_name(name, call, hint),
            ExprKind::Field(field) => self.call_field(field, call, hint),
            ExprKind::Broken => {
                self.arguments_of_unknown(&call.args);
                Ty::Unknown
            }
            _ => {
                let got = self.infer(&call.callee, &Ty::Unknown);
                self.arguments_of_unknown(&call.args);
                if !got.is_silent() {
                    self.report(errors::not_callable(self.at(whole.span), &got));
                }
                Ty::Unknown
            }
        }
    }

    fn call_name(&mut self, name: &str, call: &Call, hint: &Ty) -> Ty {
        let span = call.callee.span;
        if let Some(binding) = self.names.get(name) {
            let ty = binding.seen();
            let first = self.at(binding.span);
            self.arguments_of_unknown(&call.args);
            if !ty.is_silent() {
                self.report(errors::not_callable(self.at(span), &ty).because(Some(first)));
            }
            return Ty::Unknown;
        }
        let scope = self.scope;
        if let Some(id) = scope.names.get(name) {
            return self.call_global(*id, name, span, &call.args, None, hint);
        }
        if let Some(ty) = self.special(name, call) {
            return ty;
        }
        if !builtins::named(name).is_empty() {
            return self.builtin_as_function(name, call);
        }
        self.arguments_of_unknown(&call.args);
        self.unknown_function(name, span, None);
        Ty::Unknown
    }

    /// A call of a declared item; `receiver` is the first argument where it is called as a method.
    fn call_global(
        &mut self,
        id: GlobalId,
        name: &str,
        span: Span,
        args: &[Arg],
        receiver: Option<(&Expr, &Ty)>,
        _hint: &Ty,
    ) -> Ty {
        let env = self.env;
        self.refer(span, Def::Global(id));
        let target = Callee { name, span, declared: env.place(id) };
        match env.kind(id) {
            GlobalKind::Fn(signature) => {
                let mut slots = Slot::of(signature);
                if let Some((expr, ty)) = receiver {
                    if slots.is_empty() {
                        self.report(errors::too_many_arguments(self.at(expr.span), name, 0, target.declared));
                    } else {
                        let first = slots.remove(0);
                        self.coerce(expr, ty, first.ty, target.declared);
                    }
                }
                self.arguments(&slots, args, target);
                signature.outputs.first().map(|(_, ty)| ty.clone()).unwrap_or_default()
            }
            GlobalKind::Type(ty @ Ty::Record(record)) => {
                self.arguments(&Slot::of_record(record), args, target);
                ty.clone()
            }
            GlobalKind::Const(Ty::Unknown) => {
                self.arguments_of_unknown(args);
                Ty::Unknown
            }
            kind => {
                self.arguments_of_unknown(args);
                self.report(errors::not_callable_item(self.at(span), name, kind, target.declared));
                Ty::Unknown
            }
        }
    }

    fn call_field(&mut self, field: &Field, call: &Call, hint: &Ty) -> Ty {
        let scope = self.scope;
        let name = &field.name;
        if let ExprKind::Name(module) = &field.base.kind
            && self.names.get(module).is_none()
            && let Some(offers) = scope.modules.get(module)
        {
            let base = Name { text: module.clone(), span: field.base.span };
            self.refer(base.span, Def::Module(module.clone()));
            let Some(id) = offers.names.get(&name.text) else {
                self.arguments_of_unknown(&call.args);
                self.unknown_member(&base, offers, name);
                return Ty::Unknown;
            };
            return self.call_global(*id, &name.text, name.span, &call.args, None, hint);
        }
        let got = self.infer(&field.base, &Ty::Unknown);
        if got.is_silent() || name.is_missing() {
            self.arguments_of_unknown(&call.args);
            return Ty::Unknown;
        }
        if !field.optional {
            return self.method(&field.base, &got, name, &call.args);
        }
        match &got {
            Ty::Optional(inner) => self.method(&field.base, inner, name, &call.args).optional(),
            _ => {
                self.report(errors::needless_optional(self.at(name.span), &got, "?."));
                self.method(&field.base, &got, name, &call.args)
            }
        }
    }

    fn method(&mut self, base: &Expr, receiver: &Ty, name: &Name, args: &[Arg]) -> Ty {
        let scope = self.scope;
        let env = self.env;
        if let Some(id) = scope.names.get(&name.text)
            && let GlobalKind::Fn(signature) = env.kind(*id)
            && signature.params.first().is_some_and(|param| fit(receiver, &param.ty) != Fit::No)
        {
            return self.call_global(*id, &name.text, name.span, args, Some((base, receiver)), &Ty::Unknown);
        }
        if let Some((builtin, vars)) = pick(&name.text, receiver) {
            self.widen(base, receiver, builtin);
            return self.builtin(builtin, vars, name.span, args);
        }
        self.arguments_of_unknown(args);
        if let Ty::Optional(inner) = receiver
            && pick(&name.text, inner).is_some()
        {
            let dot = self.at(Span::at(base.span.end));
            self.report(errors::may_be_none_here(self.at(base.span), receiver, Some(dot)));
            return Ty::Unknown;
        }
        match receiver {
            Ty::Step(_) => self.report(errors::step_as_value(self.at(base.span))),
            Ty::Json => self.report(errors::json_method(self.at(name.span), &name.text)),
            _ => self.unknown_function(&name.text, name.span, Some(receiver)),
        }
        Ty::Unknown
    }

    /// Whether a built-in of that name takes `receiver`.
    pub(super) fn is_method(&self, name: &str, receiver: &Ty) -> bool {
        pick(name, receiver).is_some()
    }

    fn builtin_as_function(&mut self, name: &str, call: &Call) -> Ty {
        let Some((first, rest)) = call.args.split_first() else {
            self.report(errors::missing_arguments(self.at(call.callee.span), name, &["the value"], None));
            return Ty::Unknown;
        };
        if let Some(label) = &first.name {
            self.report(errors::unknown_argument(self.at(label.span), &label.text, name, None, None));
        }
        let got = self.infer(&first.value, &Ty::Unknown);
        if got.is_silent() {
            self.arguments_of_unknown(rest);
            return Ty::Unknown;
        }
        let name = Name { text: name.into(), span: call.callee.span };
        self.method(&first.value, &got, &name, rest)
    }

    fn widen(&mut self, base: &Expr, receiver: &Ty, builtin: &Builtin) {
        if *receiver == Ty::Int && builtin.receiver == Scheme::Float {
            self.facts.converted.insert(base.id, Ty::Float);
        }
    }

    fn builtin(&mut self, builtin: &'static Builtin, mut vars: Vars, span: Span, args: &[Arg]) -> Ty {
        self.refer(span, Def::Builtin(builtin.name.into()));
        let mut given = vec![false; builtin.params.len()];
        for (at, arg) in args.iter().enumerate() {
            let index = match &arg.name {
                None => at,
                Some(name) => builtin.params.iter().position(|p| p.name == name.text.as_str()).unwrap_or(usize::MAX),
            };
            let Some(param) = builtin.params.get(index) else {
                self.infer(&arg.value, &Ty::Unknown);
                self.stray(arg, builtin.name, builtin.params.iter().map(|p| p.name), builtin.params.len(), None);
                continue;
            };
            if let Some(seen) = given.get_mut(index)
                && std::mem::replace(seen, true)
            {
                self.report(errors::duplicate_argument(self.at(arg.span), param.name));
            }
            self.builtin_argument(builtin, param.scheme, &mut vars, &arg.value);
        }
        let missing: Vec<&str> = builtin
            .params
            .iter()
            .zip(&given)
            .filter(|(p, given)| !p.optional && !**given)
            .map(|(p, _)| p.name)
            .collect();
        if !missing.is_empty() {
            self.report(errors::missing_arguments(self.at(span), builtin.name, &missing, None));
        }
        vars.apply(&builtin.result)
    }

    fn builtin_argument(&mut self, builtin: &Builtin, scheme: Scheme, vars: &mut Vars, value: &Expr) {
        let Scheme::Lambda(from, to) = scheme else {
            let want = vars.apply(&scheme);
            let got = self.infer(value, &want);
            if want.mentions_unknown() {
                if !vars.unify(&scheme, &got) && !got.is_silent() {
                    self.report(errors::mismatch(self.at(value.span), &got, &want, None));
                }
            } else {
                self.coerce(value, &got, &want, None);
            }
            return;
        };
        let ExprKind::Lambda(lambda) = &value.kind else {
            let got = self.infer(value, &Ty::Unknown);
            if !got.is_silent() || !matches!(value.kind, ExprKind::Broken | ExprKind::Lambda(_)) {
                self.report(errors::lambda_expected(self.at(value.span), builtin.name));
            }
            return;
        };
        let from = vars.apply(from);
        let (got, _) = self.block_of(|cx| {
            cx.declare(&lambda.param, LocalKind::Bound, from);
            if *to == Scheme::Bool {
                cx.condition(&lambda.body);
                Ty::Bool
            } else {
                cx.infer(&lambda.body, &Ty::Unknown)
            }
        });
        if !vars.unify(to, &got) && !got.is_silent() {
            let want = vars.apply(to);
            self.report(errors::lambda_gives(self.at(lambda.body.span), builtin.name, &got, &want));
        }
        self.note(value, got);
    }

    /// Arguments against the parameters of a declared callable.
    pub fn arguments(&mut self, slots: &[Slot], args: &[Arg], target: Callee) {
        let mut given: Vec<Option<Span>> = vec![None; slots.len()];
        let mut named = false;
        let mut strays = false;
        for (at, arg) in args.iter().enumerate() {
            if named && arg.name.is_none() {
                self.report(errors::argument_order(self.at(arg.span)));
            }
            named |= arg.name.is_some();
            let index = match &arg.name {
                None => Some(at),
                Some(name) if name.is_missing() => {
                    self.infer(&arg.value, &Ty::Unknown);
                    continue;
                }
                Some(name) => slots.iter().position(|slot| slot.name == name.text.as_str()),
            };
            let Some((slot, seen)) = index.and_then(|at| Some((slots.get(at)?, given.get_mut(at)?))) else {
                self.infer(&arg.value, &Ty::Unknown);
                strays = true;
                self.stray(arg, target.name, slots.iter().map(|slot| slot.name), slots.len(), target.declared);
                continue;
            };
            if let Some(first) = seen.replace(arg.span) {
                let first = self.at(first);
                self.report(errors::duplicate_argument(self.at(arg.span), slot.name).because(Some(first)));
            }
            if let Some(name) = &arg.name {
                self.refer(name.span, Def::Field(name.text.clone()));
            }
            self.expect(&arg.value, slot.ty, target.declared);
        }
        let missing: Vec<&str> = slots
            .iter()
            .zip(&given)
            .filter(|(slot, given)| !slot.default && given.is_none())
            .map(|(s, _)| s.name)
            .collect();
        // A misspelt name is one mistake, not two.
        if !missing.is_empty() && !strays {
            self.report(errors::missing_arguments(self.at(target.span), target.name, &missing, target.declared));
        }
    }

    /// An argument that no parameter takes.
    fn stray<'n>(
        &mut self,
        arg: &Arg,
        callee: &str,
        names: impl Iterator<Item = &'n str>,
        most: usize,
        declared: Option<Place>,
    ) {
        match &arg.name {
            Some(name) => {
                let near = suggest::nearest(&name.text, names);
                self.report(errors::unknown_argument(self.at(name.span), &name.text, callee, near, declared));
            }
            None => self.report(errors::too_many_arguments(self.at(arg.span), callee, most, declared)),
        }
    }

    /// The arguments of something that is not known: only for what is wrong inside them.
    pub fn arguments_of_unknown(&mut self, args: &[Arg]) {
        for arg in args {
            if let ExprKind::Lambda(lambda) = &arg.value.kind {
                self.block_of(|cx| {
                    cx.declare(&lambda.param, LocalKind::Bound, Ty::Unknown);
                    cx.infer(&lambda.body, &Ty::Unknown);
                });
            } else if !matches!(&arg.value.kind, ExprKind::Name(name) if self.may_be_variant(name)) {
                self.infer(&arg.value, &Ty::Unknown);
            }
        }
    }

    /// Whether a bare name can only be a variant, of an enum that would be known if what is called were.
    fn may_be_variant(&self, name: &str) -> bool {
        self.names.get(name).is_none() && !self.scope.names.contains_key(name)
    }

    fn special(&mut self, name: &str, call: &Call) -> Option<Ty> {
        let ty = match name {
            "env" => self.env_variable(call),
            "raw" => self.raw(call),
            "baseline" => self.baseline(call),
            _ => return None,
        };
        self.refer(call.callee.span, Def::Special(name.into()));
        Some(ty)
    }

    fn env_variable(&mut self, call: &Call) -> Ty {
        if !self.within.constant {
            self.report(errors::misplaced_env(self.at(call.callee.span)));
        }
        let literal = match &*call.args {
            [Arg { name: None, value, .. }] => match &value.kind {
                ExprKind::Text(text) => text.literal().is_some(),
                _ => false,
            },
            _ => false,
        };
        self.arguments_of_unknown(&call.args);
        if !literal {
            self.report(errors::env_argument(self.at(call.callee.span)));
        }
        Ty::String.optional()
    }

    fn raw(&mut self, call: &Call) -> Ty {
        let shell = std::mem::replace(&mut self.within.shell, false);
        if !shell {
            self.report(errors::misplaced_raw(self.at(call.callee.span)));
        }
        let slots = [Slot { name: "text", ty: &Ty::String, default: false }];
        self.arguments(&slots, &call.args, Callee { name: "raw", span: call.callee.span, declared: None });
        if shell { Ty::Raw } else { Ty::Unknown }
    }

    fn baseline(&mut self, call: &Call) -> Ty {
        let [Arg { name: None, value, .. }] = &*call.args else {
            self.arguments_of_unknown(&call.args);
            self.report(errors::baseline_argument(self.at(call.callee.span)));
            return Ty::Unknown;
        };
        let ExprKind::Name(name) = &value.kind else {
            self.infer(value, &Ty::Unknown);
            self.report(errors::baseline_argument(self.at(value.span)));
            return Ty::Unknown;
        };
        let local =
            self.names.get(name).filter(|binding| binding.role == Role::Metric).map(|binding| binding.ty.clone());
        let ty = local.or_else(|| self.facts.metrics.get(name).map(|metric| metric.ty.clone()));
        match ty {
            Some(ty) => {
                self.refer(value.span, Def::Metric(name.clone()));
                self.note(value, ty).optional()
            }
            None if self.loose => {
                self.refer(value.span, Def::Metric(name.clone()));
                Ty::Unknown
            }
            None => {
                let near = suggest::nearest(name, self.facts.metrics.keys().map(ecow::EcoString::as_str));
                self.report(errors::unknown_metric(self.at(value.span), name, near));
                Ty::Unknown
            }
        }
    }

    fn unknown_function(&mut self, name: &str, span: Span, receiver: Option<&Ty>) {
        let env = self.env;
        let foreign = errors::foreign_function(name)
            .filter(|here| receiver.is_none_or(|ty| self.is_method(here, ty)))
            .map(|word| suggest::Near { word, certain: false });
        let near = if foreign.is_some() {
            foreign
        } else if self.may_suggest() {
            let functions = self.scope.names.iter().filter(|(_, id)| {
                matches!(env.kind(**id), GlobalKind::Fn(_))
                    || receiver.is_none() && matches!(env.kind(**id), GlobalKind::Type(Ty::Record(_)))
            });
            let known = builtins::all()
                .filter(|builtin| receiver.is_none_or(|ty| Vars::default().unify(&builtin.receiver, ty)));
            suggest::nearest(name, known.map(|builtin| builtin.name).chain(functions.map(|(name, _)| name.as_str())))
        } else {
            None
        };
        let elsewhere = builtins::named(name).iter().map(|builtin| builtin.receiver.to_string()).collect::<Vec<_>>();
        self.report(errors::unknown_function(self.at(span), name, receiver, near, &elsewhere));
    }
}

/// The built-in of that name that takes `receiver`: one that takes it as it is before one that widens it.
fn pick(name: &str, receiver: &Ty) -> Option<(&'static Builtin, Vars)> {
    let all = builtins::named(name);
    let widened = |builtin: &&&'static Builtin| *receiver == Ty::Int && builtin.receiver == Scheme::Float;
    let exact = all.iter().find_map(|builtin| {
        let mut vars = Vars::default();
        (!widened(&builtin) && vars.unify(&builtin.receiver, receiver)).then_some((*builtin, vars))
    });
    exact.or_else(|| all.iter().find(widened).map(|builtin| (*builtin, Vars::default())))
}
