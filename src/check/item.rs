//! Items: each checked by itself, against what the others declare.

use ecow::EcoString;
use rustc_hash::FxHashMap;

use super::checker::{Checker, Target, Within};
use super::env::Env;
use super::errors;
use super::facts::{Def, Facts, GlobalId, GlobalKind, LocalKind, Signature};
use super::names::{Binding, Role};
use super::ty::Ty;
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};
use crate::suggest;
use crate::syntax::tree::{
    Agent, Command, Const, Enum, ExprKind, Fn, Gates, Item, ItemKind, Name, Param, Record, Workflow,
};

/// Everything about the item at `index` of `file`.
pub fn check(env: &Env, file: FileId, index: u32) -> Facts {
    let mut cx = Checker::new(env, file, index);
    if let Some(item) = env.item_at(file, index) {
        cx.item(item);
    }
    cx.facts
}

impl Checker<'_> {
    fn item(&mut self, item: &Item) {
        let id = self.env.id_at(self.file, self.item);
        if let (Some(id), Some(name)) = (id, item.name()) {
            self.refer(name.span, Def::Global(id));
        }
        match &item.kind {
            ItemKind::Broken | ItemKind::Use(_) | ItemKind::Test(_) => {}
            ItemKind::Record(record) => self.record_item(record, id),
            ItemKind::Enum(of) => self.enum_item(of, id),
            ItemKind::Error(name) => self.error_item(name),
            ItemKind::Const(constant) => self.constant(constant),
            ItemKind::Fn(function) => self.function(function),
            ItemKind::Command(command) => self.whole_command(command, id),
            ItemKind::Handler(handler) => self.handler_item(handler),
            ItemKind::Gates(gates) => {
                self.loose = true;
                self.gates(gates);
            }
            ItemKind::Agent(agent) => self.agent(agent),
            ItemKind::Workflow(workflow) => self.workflow(workflow, id),
        }
    }

    fn unique<'n>(&mut self, names: impl Iterator<Item = &'n Name>) {
        let mut seen: FxHashMap<&str, Span> = FxHashMap::default();
        for name in names.filter(|name| !name.is_missing()) {
            if let Some(first) = seen.insert(&name.text, name.span) {
                let first = self.at(first);
                self.report(errors::duplicate(self.at(name.span), &name.text, Some(first)));
            }
        }
    }

    /// Defaults of parameters and fields, which see those before them.
    fn defaults(&mut self, params: &[Param], kind: LocalKind) {
        let within = Within { constant: true, ..self.within };
        for param in params {
            let ty = self.ty(&param.ty);
            if let Some(default) = &param.default {
                let because = self.at(param.ty.span);
                self.in_context(within, |cx| cx.expect(default, &ty, Some(because)));
            }
            self.declare(&param.name, kind, ty);
        }
    }

    fn record_item(&mut self, record: &Record, id: Option<GlobalId>) {
        self.unique(record.fields.iter().map(|field| &field.name));
        let within = Within { constant: true, ..self.within };
        for field in &record.fields {
            let ty = self.ty(&field.ty);
            if let Some(id) = id
                && mentions(&ty, id)
            {
                self.report(errors::recursive_type(self.at(field.ty.span), &record.name.text));
            } else if self.contains_itself(&field.ty, id) {
                self.report(errors::recursive_type(self.at(field.ty.span), &record.name.text));
            }
            if ty.plain() == &Ty::Secret {
                self.report(errors::secret_in(self.at(field.ty.span), "a record"));
            }
            if let Some(default) = &field.default {
                let because = self.at(field.ty.span);
                self.in_context(within, |cx| cx.expect(default, &ty, Some(because)));
            }
        }
    }

    /// Whether a field's type leads back to the record, which its resolved type cannot show.
    fn contains_itself(&self, ty: &crate::syntax::tree::Type, id: Option<GlobalId>) -> bool {
        let Some(id) = id else { return false };
        let mut open = vec![(self.file, ty.clone())];
        let mut seen = rustc_hash::FxHashSet::default();
        while let Some((file, ty)) = open.pop() {
            let mut names = Vec::new();
            type_names(&ty, &mut names);
            for name in names {
                let Some(scope) = self.env.scopes.get(file.0 as usize) else { continue };
                let Some(target) = scope.names.get(&name) else { continue };
                if *target == id {
                    return true;
                }
                let (Some(place), Some(item)) = (self.env.place(*target), self.env.item(*target)) else { continue };
                if let (true, ItemKind::Record(record)) = (seen.insert(*target), &item.kind) {
                    open.extend(record.fields.iter().map(|field| (place.file, field.ty.clone())));
                }
            }
        }
        false
    }

    fn enum_item(&mut self, of: &Enum, id: Option<GlobalId>) {
        self.unique(of.variants.iter().map(|(_, name)| name));
        if let Some(GlobalKind::Type(ty)) = id.map(|id| self.env.kind(id)) {
            for (_, name) in &of.variants {
                self.refer(name.span, Def::Variant(ty.clone(), name.text.clone()));
            }
        }
    }

    fn error_item(&mut self, name: &Name) {
        if super::failure::BUILTIN.contains(&name.text.as_str()) {
            self.report(errors::builtin_kind(self.at(name.span), &name.text));
        }
    }

    fn constant(&mut self, constant: &Const) {
        let within = Within { constant: true, ..self.within };
        let wanted = constant.ty.as_ref().map(|written| (self.ty(written), self.at(written.span)));
        self.in_context(within, |cx| match &wanted {
            Some((want, because)) => cx.expect(&constant.value, want, Some(*because)),
            None => cx.infer(&constant.value, &Ty::Unknown),
        });
    }

    fn function(&mut self, function: &Fn) {
        self.names.enter();
        self.defaults(&function.params, LocalKind::Bound);
        self.unique(function.params.iter().map(|param| &param.name));
        match &function.result {
            Some(written) => {
                let want = self.ty(written);
                let because = self.at(written.span);
                self.expect(&function.body, &want, Some(because));
            }
            None => {
                let got = self.infer(&function.body, &Ty::Unknown);
                if got.plain() == &Ty::Secret {
                    self.report(errors::secret_in(self.at(function.body.span), "the result of a function"));
                }
            }
        }
        self.names.leave();
    }

    /// The type of what a function without a written result gives.
    pub fn function_result(&mut self, function: &Fn) -> Ty {
        self.names.enter();
        self.defaults(&function.params, LocalKind::Bound);
        let ty = self.infer(&function.body, &Ty::Unknown);
        self.names.leave();
        ty
    }

    fn signature(&self, id: Option<GlobalId>) -> Signature {
        match id.map(|id| self.env.kind(id)) {
            Some(GlobalKind::Command(signature) | GlobalKind::Workflow(signature)) => (**signature).clone(),
            _ => Signature::default(),
        }
    }

    fn whole_command(&mut self, command: &Command, id: Option<GlobalId>) {
        self.names.enter();
        self.defaults(&command.params, LocalKind::Param);
        self.declared_outputs(&command.outputs);
        let signature = self.signature(id);
        self.command_item(command, &signature);
        self.names.leave();
    }

    fn declared_outputs(&mut self, outputs: &[Param]) {
        self.unique(outputs.iter().map(|output| &output.name));
        for output in outputs {
            if self.ty(&output.ty).plain() == &Ty::Secret {
                self.report(errors::secret_in(self.at(output.ty.span), "an output"));
            }
        }
    }

    fn workflow(&mut self, workflow: &Workflow, id: Option<GlobalId>) {
        self.names.enter();
        self.defaults(&workflow.params, LocalKind::Param);
        self.declared_outputs(&workflow.outputs);
        self.outputs = self.signature(id).outputs;
        self.within = Within { workflow: true, ..Within::default() };
        self.target = Target::Workflow;
        self.names.enter();
        let ends = self.stmts(&workflow.body.stmts);
        self.scope_clauses(&workflow.body);
        self.names.leave();
        self.names.leave();
        let broken = workflow.body.stmts.iter().any(|stmt| matches!(stmt.kind, crate::syntax::tree::StmtKind::Broken));
        if !ends && !self.outputs.is_empty() && !broken {
            let names: Vec<EcoString> = self.outputs.iter().map(|(name, _)| name.clone()).collect();
            self.report(errors::missing_return(self.at(workflow.name.span), &workflow.name.text, &names));
        }
        for (gates, span) in std::mem::take(&mut self.attached) {
            self.attach(gates, span);
        }
    }

    fn gates(&mut self, gates: &Gates) {
        self.unique(gates.entries.iter().filter_map(|gate| gate.name.as_ref()));
        for gate in &gates.entries {
            self.gate(gate);
        }
    }

    /// Judges a set of gates against the metrics of this workflow.
    fn attach(&mut self, id: GlobalId, span: Span) {
        let metrics: Vec<(EcoString, Ty)> =
            self.facts.metrics.iter().map(|(name, metric)| (name.clone(), metric.ty.clone())).collect();
        let place = self.at(span);
        for found in against(self.env, id, &metrics) {
            let name = self.env.name(id);
            self.report(errors::gates_do_not_fit(place, &name, found));
        }
    }

    fn agent(&mut self, agent: &Agent) {
        const KEYS: [&str; 6] = ["transport", "command", "model", "env", "timeout", "cwd"];
        self.unique(agent.entries.iter().map(|(key, _)| key));
        for (key, value) in &agent.entries {
            match key.text.as_str() {
                "transport" => {
                    if !matches!(value.kind, ExprKind::Name(_) | ExprKind::Broken) {
                        self.report(errors::transport_word(self.at(value.span)));
                    }
                }
                "command" => {
                    self.expect(value, &Ty::list(Ty::String), None);
                }
                "model" => {
                    self.expect(value, &Ty::String, None);
                }
                "timeout" => {
                    self.expect(value, &Ty::Duration, None);
                }
                "cwd" => {
                    self.expect(value, &Ty::Dir, None);
                }
                "env" => {
                    self.expect(value, &Ty::Map(std::sync::Arc::new(Ty::String)), None);
                }
                "" => {}
                other => {
                    let near = suggest::nearest(other, KEYS);
                    self.report(errors::unknown_agent_key(self.at(key.span), other, near));
                    if !matches!(value.kind, ExprKind::Name(_)) {
                        self.infer(value, &Ty::Unknown);
                    }
                }
            }
        }
    }
}

/// What is wrong with a set of gates in a workflow that has these metrics; the places lie in the gates.
pub fn against(env: &Env, gates: GlobalId, metrics: &[(EcoString, Ty)]) -> Vec<Diagnostic> {
    let (Some(place), Some(item)) = (env.place(gates), env.item(gates)) else { return Vec::new() };
    let ItemKind::Gates(of) = &item.kind else { return Vec::new() };
    let alone = check(env, place.file, place.item).diagnostics;
    let mut cx = Checker::new(env, place.file, place.item);
    cx.names.enter();
    for (name, ty) in metrics {
        let span = Span::at(0);
        cx.bind(Binding::new(name.clone(), Def::Metric(name.clone()), ty.clone(), Role::Metric, span));
        let facts = super::facts::MetricFacts { ty: ty.clone(), claimed: false, span };
        cx.facts.metrics.insert(name.clone(), facts);
    }
    cx.gates(of);
    let known = |found: &Diagnostic| {
        alone.iter().any(|other| other.primary.place == found.primary.place && other.code.name == found.code.name)
    };
    cx.facts.diagnostics.into_iter().filter(|found| found.is_error() && !known(found)).collect()
}

fn mentions(ty: &Ty, id: GlobalId) -> bool {
    match ty {
        Ty::List(inner) | Ty::Map(inner) | Ty::Optional(inner) | Ty::Result(inner) => mentions(inner, id),
        Ty::Record(record) => {
            record.name.as_ref().is_some_and(|(of, _)| *of == id)
                || record.fields.iter().any(|field| mentions(&field.ty, id))
        }
        _ => false,
    }
}

fn type_names(ty: &crate::syntax::tree::Type, names: &mut Vec<EcoString>) {
    use crate::syntax::tree::TypeKind;
    match &ty.kind {
        TypeKind::Name(name) => names.push(name.clone()),
        TypeKind::Optional(inner) => type_names(inner, names),
        TypeKind::Apply(apply) => type_names(&apply.1, names),
        TypeKind::Record(fields) => fields.iter().for_each(|(_, ty)| type_names(ty, names)),
        TypeKind::Path(_) | TypeKind::Broken => {}
    }
}
