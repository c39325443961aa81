//! Bodies: workflows, commands and named handlers; and agents.

use std::rc::Rc;

use ecow::EcoString;

use super::Lower;
use super::work::Owner;
use crate::check::facts::{GlobalId, GlobalKind, Signature};
use crate::plan::ir::{
    Action, Body, BodyIx, BodyKind, Does, Effects, Expr, HandlerBody, Metric, MetricIx, Node, Output, Param, Scope,
    Work, WorkIx,
};
use crate::source::Span;
use crate::syntax::tree::{self, ClauseKind, Command, ExprKind, Handler, ItemKind, NodeId, Workflow, actions};

impl<'a> Lower<'a> {
    /// Documentation and language version of the entry.
    pub(super) fn describe(&mut self, entry: GlobalId) {
        let Some(item) = self.item(entry) else { return };
        if let Some(docs) = &item.docs {
            self.plan.about.docs = docs.text.clone();
        }
        if let ItemKind::Workflow(workflow) = &item.kind {
            for param in &workflow.params {
                if let Some(docs) = &param.docs {
                    self.plan.about.params.insert(param.name.text.clone(), docs.text.clone());
                }
            }
        }
        let file = self.entry_file.and_then(|file| self.checked.files.get(file.0 as usize));
        let version = file.and_then(|file| file.tree.version.as_ref()).and_then(|(text, _)| text.parse().ok());
        self.plan.language = version.unwrap_or(1);
    }

    /// The name of an item; with that of its file where it is another than the entry's. What stands in
    /// `std/commands` and `std/errors` is in scope everywhere and needs no more than its name.
    pub(super) fn qualified(&self, id: GlobalId) -> EcoString {
        let Some(global) = self.checked.global(id) else { return EcoString::new() };
        if Some(global.place.file) == self.entry_file || self.checked.sources.len() <= global.place.file.0 as usize {
            return global.name.clone();
        }
        let source = self.checked.sources.get(global.place.file).name();
        let stem = source.rsplit(['/', '\\']).next().unwrap_or(source);
        let stem = stem.split('.').next().unwrap_or(stem);
        match source.trim_end_matches(".wf") {
            "std/commands" | "std/errors" => global.name.clone(),
            _ => ecow::eco_format!("{stem}.{}", global.name),
        }
    }

    /// The number of a body, which is lowered when its turn comes.
    pub(super) fn body(&mut self, id: GlobalId) -> BodyIx {
        if let Some(known) = self.bodies.get(&id) {
            return *known;
        }
        let ix = BodyIx(self.plan.bodies.len() as u32);
        let kind = BodyKind::Command(WorkIx(0));
        let name = self.qualified(id);
        self.plan.bodies.push(Body { name, kind, params: Vec::new(), outputs: Vec::new(), slots: 0 });
        self.bodies.insert(id, ix);
        self.queue.push_back(id);
        ix
    }

    pub(super) fn lower_body(&mut self, id: GlobalId) {
        let checked = self.checked;
        let Some(global) = checked.global(id) else { return };
        self.prepare(id);
        let attached = if self.bodies.get(&id) == Some(&self.plan.entry) { self.attached.clone() } else { Vec::new() };
        let lowered = match &global.kind {
            GlobalKind::Command(signature) if signature.host => Some(self.host(id, signature)),
            GlobalKind::Command(signature) => self
                .inside(id, |lower, item| match &item.kind {
                    ItemKind::Command(command) => Some(lower.command(command, signature)),
                    _ => None,
                })
                .flatten(),
            GlobalKind::Workflow(signature) => self
                .inside(id, |lower, item| match &item.kind {
                    ItemKind::Workflow(workflow) => Some(lower.workflow(id, workflow, signature, &attached)),
                    _ => None,
                })
                .flatten(),
            GlobalKind::Handler => self
                .inside(id, |lower, item| match &item.kind {
                    ItemKind::Handler(handler) => Some(lower.named_handler(handler)),
                    _ => None,
                })
                .flatten(),
            _ => None,
        };
        let slot = self.bodies.get(&id).and_then(|ix| self.plan.bodies.get_mut(ix.index()));
        match (lowered, slot) {
            (Some(lowered), Some(slot)) => *slot = Body { name: std::mem::take(&mut slot.name), ..lowered },
            _ => self.fault(global.place.span, "an item that cannot be run"),
        }
    }

    fn finish_body(&mut self, kind: BodyKind, params: Vec<Param>, signature: Option<&Signature>) -> Body {
        let outputs = signature.map_or(&[][..], |signature| &signature.outputs);
        let outputs = outputs.iter().map(|(name, ty)| (name.clone(), self.intern(ty))).collect();
        Body { name: EcoString::new(), kind, params, outputs, slots: self.cx.count() }
    }

    fn params(&mut self, params: &'a [tree::Param], signature: &'a Signature) -> Vec<Param> {
        for param in params {
            self.declare(&param.name);
        }
        let mut lowered = Vec::with_capacity(params.len());
        for (param, known) in params.iter().zip(&signature.params) {
            let default = self.maybe(param.default.as_ref());
            lowered.push(Param { name: param.name.text.clone(), ty: self.intern(&known.ty), default });
        }
        lowered
    }

    fn workflow(
        &mut self,
        id: GlobalId,
        workflow: &'a Workflow,
        signature: &'a Signature,
        attached: &[GlobalId],
    ) -> Body {
        self.publish();
        self.published.insert(id, self.cx.metrics.clone());
        self.cx.outputs = &signature.outputs;
        let params = self.params(&workflow.params, signature);
        let scope = self.scope(None, &workflow.body, attached);
        self.finish_body(BodyKind::Workflow(Box::new(scope)), params, Some(signature))
    }

    /// Numbers the metrics that the item publishes.
    fn publish(&mut self) {
        let Some(facts) = self.cx.facts else { return };
        let mut metrics = rustc_hash::FxHashMap::default();
        for (name, known) in &facts.metrics {
            metrics.insert(name.clone(), MetricIx(self.plan.metrics.len() as u32));
            let ty = self.intern(&known.ty);
            self.plan.metrics.push(Metric { name: name.clone(), ty, claimed: known.claimed });
        }
        self.cx.metrics = Rc::new(metrics);
    }

    /// Whether a command is lowered to a workflow of one step: where its action is a `run`, or where it has clauses
    /// that only a step can have.
    pub(super) fn is_step_like(command: &Command) -> bool {
        let ran = actions(&command.clauses).any(|(_, action)| matches!(action, tree::Action::Run(_)));
        ran || command.clauses.iter().any(|clause| {
            matches!(clause.kind, ClauseKind::OnFailure(_) | ClauseKind::Session(_) | ClauseKind::Budget(_))
        })
    }

    fn command(&mut self, command: &'a Command, signature: &'a Signature) -> Body {
        let params = self.params(&command.params, signature);
        let facts = self.cx.facts.and_then(|facts| facts.steps.get(&NodeId(0)));
        let risk = facts.map_or(signature.risk, |facts| facts.risk);
        let owner = Owner { facts, declared: &signature.outputs, risk, whole: true };
        let kind = if Self::is_step_like(command) {
            BodyKind::Workflow(Box::new(self.wrapped(command, &owner)))
        } else {
            BodyKind::Command(self.work(&command.clauses, command.body, &owner))
        };
        self.finish_body(kind, params, Some(signature))
    }

    /// The workflow that a command amounts to: one step, and its outputs.
    fn wrapped(&mut self, command: &'a Command, owner: &Owner<'a>) -> Scope {
        let mark = self.cx.mark();
        let slot = self.cx.unnamed().slot;
        let step = self.step_body(&command.name.text, slot, &command.clauses, command.body, owner);
        let step = self.push_node(Node::Step(Box::new(step)), command.body);
        let mut values = Vec::with_capacity(owner.declared.len());
        for (name, _) in owner.declared {
            let base = self.push(Expr::Local { up: 0, slot }, command.name.span);
            let field = Expr::Field { base, name: name.clone(), optional: false };
            values.push((name.clone(), self.push(field, command.name.span)));
        }
        let end = self.push_node(Node::Return { values }, command.body);
        let block = self.push_block(vec![step, end]);
        Scope { fresh: self.cx.fresh(mark), ..super::scope::empty(block) }
    }

    /// A function of the host program: all its arguments go to it.
    fn host(&mut self, id: GlobalId, signature: &'a Signature) -> Body {
        let mut params = Vec::with_capacity(signature.params.len());
        let mut args = Vec::with_capacity(signature.params.len());
        for (at, param) in signature.params.iter().enumerate() {
            params.push(Param { name: param.name.clone(), ty: self.intern(&param.ty), default: None });
            args.push((param.name.clone(), self.push(Expr::Local { up: 0, slot: at as u32 }, Span::default())));
        }
        let mut outputs = Vec::with_capacity(signature.outputs.len());
        for (name, ty) in &signature.outputs {
            outputs.push(Output { name: name.clone(), ty: self.intern(ty), value: None });
        }
        let effects = Effects { risk: signature.risk, ..Effects::default() };
        let action = Action::Host { name: self.qualified(id), args };
        let work = self.push_work(Work { outputs, effects, ..super::work::empty(action) });
        let body = self.finish_body(BodyKind::Command(work), params, Some(signature));
        Body { slots: signature.params.len() as u32, ..body }
    }

    fn named_handler(&mut self, handler: &'a Handler) -> Body {
        self.publish();
        let slot = self.cx.unnamed();
        self.cx.failures.push(slot);
        let block = self.block(&handler.body.stmts);
        self.finish_body(BodyKind::Handler(block), Vec::new(), None)
    }

    /// A named handler with the number of retries that it declares.
    pub(super) fn use_handler(&mut self, id: GlobalId) -> (HandlerBody, Option<crate::plan::ir::ExprIx>) {
        let max = self.inside(id, |lower, item| match &item.kind {
            ItemKind::Handler(handler) => lower.maybe(handler.max.as_ref()),
            _ => None,
        });
        (HandlerBody::Use(self.body(id)), max.flatten())
    }

    /// What is called: a command, or what is lowered as a workflow.
    pub(super) fn callee(&mut self, id: GlobalId, args: Vec<Option<crate::plan::ir::ExprIx>>) -> Does {
        let body = self.body(id);
        let command = match self.item(id).map(|item| &item.kind) {
            Some(ItemKind::Workflow(_)) => false,
            Some(ItemKind::Command(command)) => !Self::is_step_like(command),
            _ => true,
        };
        if command { Does::Command { body, args } } else { Does::Workflow { body, args } }
    }

    /// The name of an agent; one that the source declares goes into the plan.
    pub(super) fn agent(&mut self, path: &tree::Path) -> EcoString {
        let id = match self.def(path.name.span.start) {
            Some(&crate::check::facts::Def::Global(id)) => id,
            _ => return path.name.text.clone(),
        };
        let name = self.qualified(id);
        if self.plan.agents.contains_key(&name) {
            return name;
        }
        self.plan.agents.insert(name.clone(), Vec::new());
        self.prepare(id);
        let entries = self.inside(id, |lower, item| {
            let ItemKind::Agent(agent) = &item.kind else { return Vec::new() };
            let mut entries = Vec::with_capacity(agent.entries.len());
            for (key, value) in &agent.entries {
                let value = match &value.kind {
                    ExprKind::Name(word) if lower.def(value.span.start).is_none() => {
                        lower.push(Expr::Str(word.clone()), value.span)
                    }
                    _ => lower.expr(value),
                };
                entries.push((key.text.clone(), value));
            }
            entries
        });
        self.plan.agents.insert(name.clone(), entries.unwrap_or_default());
        name
    }
}
