//! Steps and commands: an action with its clauses, and the outputs that come of it.

use std::sync::Arc;

use ecow::EcoString;

use crate::check::checker::{Checker, Target};
use crate::check::errors;
use crate::check::expr::{Callee, Slot};
use crate::check::facts::{Def, GlobalId, GlobalKind, LocalKind, Signature, StepFacts};
use crate::check::names::{Binding, Role};
use crate::check::stmt::clause::Place;
use crate::check::ty::{FieldTy, RecordTy, STATUS, Ty, field};
use crate::source::Span;
use crate::suggest;
use crate::syntax::tree::{
    Action, Clause, ClauseKind, Command, ItemKind, NodeId, Output, Param, Run, Step, Stmt, Undo, actions,
};

/// The outputs of an action, in order.
type Outputs = Vec<(EcoString, Ty)>;

impl Checker<'_> {
    pub(super) fn step(&mut self, stmt: &Stmt, of: &Step) {
        if let Some(title) = &of.title {
            self.text(title);
        }
        let runs = actions(&of.clauses).any(|(_, action)| matches!(action, Action::Run(_)));
        let place = if runs { Place::Run } else { Place::Step };
        self.clause_places(&of.clauses, place);
        self.silent = of.clauses.iter().any(|clause| matches!(clause.kind, ClauseKind::Broken));
        let (mut outputs, callee) = self.work(&of.clauses, of.body, place, None);
        let silent = std::mem::take(&mut self.silent);
        let before = std::mem::replace(&mut self.target, Target::Step(outputs.clone()));
        let outer = std::mem::take(&mut self.continued);
        for clause in &of.clauses {
            if let ClauseKind::OnFailure(handler) = &clause.kind {
                self.on_failure(handler, clause.span);
            }
        }
        let continued = std::mem::replace(&mut self.continued, outer);
        self.target = before;
        let mut changed = false;
        for (name, ty) in &mut outputs {
            if continued.iter().any(|given| !given.contains(name)) {
                *ty = std::mem::take(ty).optional();
                changed = true;
            }
        }
        let shared = callee.filter(|_| !changed && !of.clauses.iter().any(|c| matches!(c.kind, ClauseKind::Output(_))));
        let record = self.step_record(outputs, shared);
        let facts = StepFacts { outputs: Some(record.clone()), ..StepFacts::default() };
        self.facts.steps.insert(stmt.id, facts);
        if self.is_agent(&of.clauses) {
            self.agents.insert(of.name.text.clone());
        }
        self.declare(&of.name, LocalKind::Step, if silent { Ty::Unknown } else { Ty::Step(record) });
    }

    /// The record that a step's name stands for; one for all steps that only run `shared`.
    fn step_record(&mut self, outputs: Outputs, shared: Option<GlobalId>) -> Arc<RecordTy> {
        if let Some(known) = shared.and_then(|id| self.records.get(&id)) {
            return known.clone();
        }
        let mut fields: Vec<FieldTy> = Vec::with_capacity(outputs.len() + 3);
        fields.extend(outputs.into_iter().map(|(name, ty)| FieldTy { name, ty, default: false }));
        fields.push(field("status", STATUS.clone()));
        fields.push(field("duration", Ty::Duration));
        fields.push(field("attempts", Ty::Int));
        let record = Arc::new(RecordTy { name: None, fields });
        if let Some(id) = shared {
            self.records.insert(id, record.clone());
        }
        record
    }

    fn is_agent(&self, clauses: &[Clause]) -> bool {
        actions(clauses).any(|(_, action)| match action {
            Action::Agent(..) => true,
            Action::Run(run) if run.callee.command => {
                let id = self.scope.commands.get(&run.callee.path.name.text);
                let item = id.and_then(|id| self.env.item(*id));
                matches!(item.map(|item| &item.kind), Some(ItemKind::Command(command))
                    if actions(&command.clauses).any(|(_, action)| matches!(action, Action::Agent(..))))
            }
            _ => false,
        })
    }

    /// A `command` item, after its parameters were bound.
    pub fn command_item(&mut self, of: &Command, signature: &Signature) {
        self.clause_places(&of.clauses, Place::Command);
        for output in &of.outputs {
            self.output_name(output);
        }
        self.work(&of.clauses, of.body, Place::Command, Some(&signature.outputs));
        let fields = signature.outputs.clone();
        let record = self.step_record(fields, None);
        self.facts.steps.insert(NodeId(0), StepFacts { outputs: Some(record), ..StepFacts::default() });
    }

    fn output_name(&mut self, output: &Param) {
        if matches!(output.name.text.as_str(), "status" | "duration" | "attempts") {
            self.report(errors::reserved_output(self.at(output.name.span), &output.name.text));
        }
    }

    /// An action with its clauses, but not its handlers. `declared`: the outputs of a command's signature. Gives all
    /// outputs, and what is run where it is a declared item.
    fn work(
        &mut self,
        clauses: &[Clause],
        whole: Span,
        place: Place,
        declared: Option<&Outputs>,
    ) -> (Outputs, Option<GlobalId>) {
        let action = self.one_action(clauses, whole, place).map(|(_, action)| action);
        let (given, callee) = action.map_or_else(Default::default, |action| self.action(action));
        for clause in clauses {
            self.plain_clause(clause, action);
        }
        let process = matches!(action, Some(Action::Exec(_) | Action::Script(..)) | None);
        let inner = clauses
            .iter()
            .any(|clause| matches!(clause.kind, ClauseKind::Output(_) | ClauseKind::FailsAs(_) | ClauseKind::Undo(_)));
        let mut outputs = declared.cloned().unwrap_or_default();
        for (name, ty) in given {
            if outputs.iter().all(|(known, _)| *known != name) {
                outputs.push((name, ty));
            }
        }
        if inner {
            self.block_of(|cx| {
                cx.bind_attempt(process);
                cx.judged(clauses, &mut outputs, (place, declared, process));
            });
        }
        (outputs, callee)
    }

    /// The clauses that see the attempt: outputs in order, then `fails as` and `undo`.
    fn judged(&mut self, clauses: &[Clause], outputs: &mut Outputs, how: (Place, Option<&Outputs>, bool)) {
        let computed = |name: &str| {
            clauses.iter().any(|clause| matches!(&clause.kind, ClauseKind::Output(output) if output.name.text == name))
        };
        for (name, ty) in outputs.iter().filter(|(name, _)| !computed(name)) {
            self.bind_output(name, ty, false);
        }
        let mut seen: Vec<(&EcoString, Span)> = Vec::new();
        for clause in clauses {
            let ClauseKind::Output(output) = &clause.kind else { continue };
            if let Some((_, first)) = seen.iter().find(|(name, _)| **name == output.name.text) {
                let first = self.at(*first);
                self.report(errors::duplicate(self.at(output.name.span), &output.name.text, Some(first)));
            }
            seen.push((&output.name.text, output.name.span));
            let ty = self.output(output, outputs, how);
            self.bind_output(&output.name.text, &ty, false);
        }
        for clause in clauses {
            match &clause.kind {
                ClauseKind::FailsAs(fails) => {
                    self.kind(&fails.kind);
                    self.condition(&fails.condition);
                }
                ClauseKind::Undo(undo) => self.undo(undo, outputs, clause.span),
                _ => {}
            }
        }
    }

    fn bind_output(&mut self, name: &EcoString, ty: &Ty, maybe: bool) {
        if name.is_empty() {
            return;
        }
        let def = Def::Output(name.clone());
        let mut binding = Binding::new(name.clone(), def, ty.clone(), Role::Attempt, Span::at(0));
        binding.maybe = maybe;
        self.bind(binding);
    }

    /// One `output` clause: its type, added to `outputs` where it is new.
    fn output(
        &mut self,
        of: &Output,
        outputs: &mut Outputs,
        (place, declared, process): (Place, Option<&Outputs>, bool),
    ) -> Ty {
        let written = of.ty.as_ref().map(|ty| (self.ty(ty), self.at(ty.span)));
        let known = outputs.iter().find(|(name, _)| *name == of.name.text).map(|(_, ty)| ty.clone());
        let at = self.at(of.name.span);
        if let (Some((ty, because)), Some(known)) = (&written, &known)
            && super::super::assign::fit(ty, known) == super::super::assign::Fit::No
        {
            self.report(errors::mismatch(*because, ty, known, None));
        }
        let wanted = known.clone().or_else(|| written.as_ref().map(|(ty, _)| ty.clone()));
        let ty = match (&of.value, wanted) {
            (Some(value), Some(want)) => {
                let because = written.as_ref().map(|(_, place)| *place);
                self.expect(value, &want, because);
                want
            }
            (Some(value), None) => {
                let got = self.infer(value, &Ty::Unknown);
                if place != Place::Run && declared.is_none() && !got.is_silent() && !of.name.is_missing() {
                    let end = self.at(Span::at(of.name.span.end));
                    self.report(errors::output_without_type(at, &of.name.text, &got, end));
                }
                got
            }
            (None, Some(want)) => want,
            (None, None) => {
                if declared.is_none() && !of.name.is_missing() {
                    self.report(errors::output_of_nothing(at, &of.name.text));
                }
                Ty::Unknown
            }
        };
        self.admit_output(of, &ty, place, process);
        if known.is_none() && !of.name.is_missing() {
            match declared {
                Some(declared) => {
                    let near = suggest::nearest(&of.name.text, declared.iter().map(|(name, _)| name.as_str()))
                        .map(|near| suggest::Near { certain: false, ..near }); // it may have a clause already
                    self.report(errors::undeclared_output(at, &of.name.text, near));
                }
                None => outputs.push((of.name.text.clone(), ty.clone())),
            }
        }
        self.refer(of.name.span, Def::Output(of.name.text.clone()));
        ty
    }

    fn admit_output(&mut self, of: &Output, ty: &Ty, place: Place, process: bool) {
        let at = self.at(of.name.span);
        if matches!(of.name.text.as_str(), "status" | "duration" | "attempts") {
            self.report(errors::reserved_output(at, &of.name.text));
        }
        match ty.plain() {
            Ty::Secret => self.report(errors::secret_in(at, "an output")),
            Ty::Step(_) => self.report(errors::step_as_value(at)),
            _ => {}
        }
        if of.value.is_none() && place == Place::Run {
            self.report(errors::run_output_without_value(at, &of.name.text));
        }
        let _ = process;
    }

    fn undo(&mut self, of: &Undo, outputs: &Outputs, span: Span) {
        self.clause_places(&of.clauses, Place::Undo);
        self.block_of(|cx| {
            if of.on_attempt {
                for (name, ty) in outputs {
                    cx.bind_output(name, ty, true);
                }
            }
            let action = cx.one_action(&of.clauses, span, Place::Undo).map(|(_, action)| action);
            if let Some(action) = action {
                cx.action(action);
            }
            for clause in &of.clauses {
                cx.plain_clause(clause, action);
            }
        });
    }

    /// What an action gives, and the declared item that it runs.
    fn action(&mut self, action: &Action) -> (Outputs, Option<GlobalId>) {
        match action {
            Action::Run(run) => return self.run(run),
            Action::Exec(list) => self.words(list),
            Action::Script(_, text) => self.script(text),
            Action::Agent(path, prompt) => {
                if let Some(path) = path {
                    self.item_path(path, "an agent", |kind| matches!(kind, GlobalKind::Agent));
                }
                self.text(prompt);
            }
            Action::Ask(question, outputs) => {
                self.text(question);
                outputs.iter().for_each(|output| self.output_name(output));
                return (self.output_types(outputs), None);
            }
            Action::Wait(time) => {
                self.expect(time, &Ty::Duration, None);
            }
            Action::WaitUntil(time) => {
                self.expect(time, &Ty::Time, None);
            }
        }
        Default::default()
    }

    fn run(&mut self, run: &Run) -> (Outputs, Option<GlobalId>) {
        let Some((id, signature)) = self.callee(&run.callee) else {
            self.arguments_of_unknown(&run.args);
            self.silent = true;
            return (Vec::new(), None);
        };
        let name = if run.callee.command {
            format!("@{}", run.callee.path.name.text)
        } else {
            run.callee.path.name.text.to_string()
        };
        let target = Callee { name: &name, span: run.callee.span, declared: self.env.place(id) };
        self.arguments(&Slot::of(&signature), &run.args, target);
        (signature.outputs.clone(), Some(id))
    }

    /// The command or workflow that a `run` names.
    pub fn callee(&mut self, callee: &crate::syntax::tree::Callee) -> Option<(GlobalId, Arc<Signature>)> {
        let env = self.env;
        let id = if callee.command {
            self.command(&callee.path)?
        } else if self.is_only_command(&callee.path) {
            let report = errors::command_without_sign(self.at(callee.span), &callee.path.name.text);
            self.report(report);
            return None;
        } else {
            self.item_path(&callee.path, "a workflow", |kind| matches!(kind, GlobalKind::Workflow(_)))?
        };
        match env.kind(id) {
            GlobalKind::Command(signature) | GlobalKind::Workflow(signature) => Some((id, signature.clone())),
            _ => None,
        }
    }

    fn is_only_command(&self, path: &crate::syntax::tree::Path) -> bool {
        let scope = match &path.module {
            None => Some(self.scope),
            Some(module) => self.scope.modules.get(&module.text).map(|offers| &**offers),
        };
        let name = &path.name.text;
        scope.is_some_and(|scope| scope.commands.contains_key(name) && !scope.names.contains_key(name))
    }

    /// The command that `@name` or `@module.name` means: one in scope, or of the standard library. (Prompt files come
    /// between the two once there are any.)
    fn command(&mut self, path: &crate::syntax::tree::Path) -> Option<GlobalId> {
        if path.name.is_missing() {
            return None;
        }
        let scope = self.scope;
        let commands = match &path.module {
            None => &scope.commands,
            Some(module) => match scope.modules.get(&module.text) {
                Some(offers) => {
                    self.refer(module.span, Def::Module(module.text.clone()));
                    &offers.commands
                }
                None => {
                    let near = suggest::nearest(&module.text, scope.modules.keys().map(EcoString::as_str));
                    self.report(errors::unknown_module(self.at(module.span), &module.text, near));
                    return None;
                }
            },
        };
        let found = commands.get(&path.name.text).copied();
        match found {
            Some(id) => self.refer(path.name.span, Def::Global(id)),
            None => {
                let near = if self.may_suggest() {
                    suggest::nearest(&path.name.text, commands.keys().map(EcoString::as_str))
                } else {
                    None
                };
                let workflow = scope.names.get(&path.name.text).is_some();
                self.report(errors::unknown_command(self.at(path.name.span), &path.name.text, near, workflow));
            }
        }
        found
    }
}
