//! Names in expressions.

use ecow::EcoString;

use crate::check::checker::Checker;
use crate::check::errors;
use crate::check::facts::{Def, FileScope, GlobalId, GlobalKind};
use crate::check::failure;
use crate::check::names::{Binding, Role};
use crate::check::outline;
use crate::check::ty::Ty;
use crate::plan::ir::RunVar;
use crate::source::Span;
use crate::suggest;
use crate::syntax::tree::Name;

impl Checker<'_> {
    /// The type of a name where `hint` is welcome.
    pub(super) fn name(&mut self, name: &EcoString, span: Span, hint: &Ty) -> Ty {
        if name.is_empty() {
            return Ty::Unknown;
        }
        if let Some(binding) = self.names.get(name) {
            let (def, ty) = (binding.def.clone(), binding.seen());
            return self.local(name, span, hint, (def, ty));
        }
        if let Ty::Enum(of) = hint
            && of.variants.contains(name)
        {
            self.refer(span, Def::Variant(hint.clone(), name.clone()));
            return hint.clone();
        }
        if *hint == Ty::Kind && failure::is_known(self.scope, self.env, name) {
            self.refer(span, Def::Kind(name.clone()));
            return Ty::Kind;
        }
        let scope = self.scope;
        if let Some(id) = scope.names.get(name) {
            return self.global(*id, name, span);
        }
        self.unknown_value(name, span, hint)
    }

    fn local(&mut self, name: &EcoString, span: Span, hint: &Ty, (def, ty): (Def, Ty)) -> Ty {
        if let Ty::Enum(of) = hint
            && of.variants.contains(name)
            && ty.plain() != hint
        {
            let place = self.names.get(name).map(|binding| self.at(binding.span));
            self.report(errors::ambiguous_variant(self.at(span), name, of, place));
            return Ty::Unknown;
        }
        self.refer(span, def);
        ty
    }

    /// An item where a value is expected.
    pub(super) fn global(&mut self, id: GlobalId, name: &str, span: Span) -> Ty {
        let env = self.env;
        match env.kind(id) {
            GlobalKind::Const(ty) => {
                self.refer(span, Def::Global(id));
                ty.clone()
            }
            GlobalKind::Error => {
                self.refer(span, Def::Kind(name.into()));
                Ty::Kind
            }
            kind => {
                self.refer(span, Def::Global(id));
                self.report(errors::not_a_value(self.at(span), name, kind, env.place(id)));
                Ty::Unknown
            }
        }
    }

    /// `module.name` where a value is expected.
    pub(super) fn member(&mut self, module: &Name, offers: &FileScope, name: &Name) -> Ty {
        self.refer(module.span, Def::Module(module.text.clone()));
        if name.is_missing() {
            return Ty::Unknown;
        }
        match offers.names.get(&name.text) {
            Some(id) => self.global(*id, &name.text, name.span),
            None => {
                self.unknown_member(module, offers, name);
                Ty::Unknown
            }
        }
    }

    /// Reports that a module does not offer a name; nothing where the module could not be read.
    pub fn unknown_member(&mut self, module: &Name, offers: &FileScope, name: &Name) {
        if offers.names.is_empty() && offers.commands.is_empty() || offers.lost.contains(&name.text) {
            return;
        }
        let offered = offers.names.keys().chain(offers.commands.keys()).map(EcoString::as_str);
        let near = if self.may_suggest() { suggest::nearest(&name.text, offered) } else { None };
        self.report(errors::not_offered(self.at(name.span), &name.text, &module.text, near));
    }

    /// A field of `run`.
    pub(super) fn run_field(&mut self, name: &Name) -> Ty {
        let (var, ty) = match name.text.as_str() {
            "id" => (RunVar::Id, Ty::String),
            "started" => (RunVar::Started, Ty::Time),
            "priority" => (RunVar::Priority, Ty::String),
            "workflow" => (RunVar::Workflow, Ty::String),
            "mode" => (RunVar::Mode, Ty::String),
            "" => return Ty::Unknown,
            other => {
                let near = suggest::nearest(other, ["id", "started", "priority", "workflow", "mode"]);
                self.report(errors::unknown_run_field(self.at(name.span), other, near));
                return Ty::Unknown;
            }
        };
        self.refer(name.span, Def::RunField(var));
        ty
    }

    fn unknown_value(&mut self, name: &EcoString, span: Span, hint: &Ty) -> Ty {
        let place = self.at(span);
        if errors::ATTEMPT.contains(&name.as_str()) {
            self.report(errors::misplaced_variable(place, name));
            return Ty::Unknown;
        }
        if name == "run" || self.scope.modules.contains_key(name) {
            self.report(errors::bare_module(place, name));
            return Ty::Unknown;
        }
        if let Some((left, right)) = self.subtraction(name, true) {
            self.report(errors::subtraction(place, name, &left, &right));
            return Ty::Unknown;
        }
        let env = self.env;
        let elsewhere = env.item_at(self.file, self.item).and_then(|item| outline::declaration(item, name));
        if let Some(found) = elsewhere {
            let later = found.start > span.start;
            self.report(errors::not_yet(place, name, self.at(found), later));
            return Ty::Unknown;
        }
        if self.loose {
            self.refer(span, Def::Metric(name.clone()));
            return Ty::Unknown;
        }
        let names: Vec<EcoString> = if self.may_suggest() { self.visible(hint) } else { Vec::new() };
        let near = suggest::nearest(name, names.iter().map(EcoString::as_str));
        if let Ty::Enum(of) = hint
            && near.is_none_or(|near| of.variants.iter().any(|variant| variant == near.word))
        {
            let declared = of.id.and_then(|id| env.place(id));
            self.report(errors::unknown_variant(place, name, of, near, declared));
            return Ty::Unknown;
        }
        match self.subtraction(name, false) {
            Some((left, right)) if near.is_none() => {
                self.report(errors::subtraction(place, name, &left, &right));
            }
            _ => match self.enum_with(name) {
                Some(of) if near.is_none() => self.report(errors::untyped_variant(place, name, &of)),
                _ => self.report(errors::unknown_name(place, name, near)),
            },
        }
        Ty::Unknown
    }

    /// The one enum in scope that has a variant of that name.
    fn enum_with(&self, variant: &EcoString) -> Option<EcoString> {
        let has = |id: &GlobalId| matches!(self.env.kind(*id), GlobalKind::Type(Ty::Enum(of)) if of.variants.contains(variant));
        let mut all = self.scope.names.iter().filter(|(_, id)| has(id)).map(|(name, _)| name.clone());
        let first = all.next()?;
        all.next().is_none().then_some(first)
    }

    /// Names that could be meant where a value is expected.
    fn visible(&self, hint: &Ty) -> Vec<EcoString> {
        let mut names: Vec<EcoString> = self.names.all().map(|binding| binding.name.clone()).collect();
        if let Ty::Enum(of) = hint {
            names.extend(of.variants.iter().cloned());
        }
        let values = self.scope.names.iter().filter(|(_, id)| {
            matches!(self.env.kind(**id), GlobalKind::Const(_) | GlobalKind::Fn(_) | GlobalKind::Type(_))
        });
        names.extend(values.map(|(name, _)| name.clone()));
        names.extend(self.scope.modules.keys().cloned());
        names.push("run".into());
        names
    }

    /// `a-b` where `a` is known and `a-b` is not: the two sides of a subtraction, of which `both` may have to be known.
    fn subtraction(&self, name: &str, both: bool) -> Option<(String, String)> {
        let mut cuts = name.match_indices('-').map(|(at, _)| at);
        let known = |part: &str| self.names.get(part).is_some() || self.scope.names.contains_key(part);
        cuts.find_map(|at| {
            let (left, right) = (&name[..at], &name[at + 1..]);
            let number = right.starts_with(|c: char| c.is_ascii_digit());
            (known(left) && (!both || number || known(right))).then(|| (left.to_owned(), right.to_owned()))
        })
    }

    /// Binds `stdout` and its like, which the clauses of an action see.
    pub fn bind_attempt(&mut self, process: bool) {
        use crate::plan::ir::AttemptVar::{Attempt, Duration, Exit, Stderr, Stdout};
        let mut bind = |name: &str, var, ty| {
            let span = Span::at(0);
            self.bind(Binding::new(EcoString::inline(name), Def::Attempt(var), ty, Role::Attempt, span));
        };
        if process {
            bind("stdout", Stdout, Ty::String);
            bind("stderr", Stderr, Ty::String);
            bind("exit", Exit, Ty::Int);
        }
        bind("duration", Duration, Ty::Duration);
        bind("attempt", Attempt, Ty::Int);
    }
}
