//! Lowering: a checked workflow becomes a plan.
//!
//! Bodies (workflows, commands, named handlers) are lowered one after the other from a queue that begins with the
//! entry, so that the plan holds what is reachable from it and nothing else, in the order of first use. Constants,
//! functions and types are lowered before what uses them (see [`reach`]). The checker has decided everything: what it
//! did not find out is a fault of this program, reported as such and never guessed.

mod call;
mod clause;
mod context;
mod control;
mod errors;
mod expr;
mod gate;
mod handler;
mod item;
mod literal;
mod place;
mod reach;
mod scope;
mod script;
mod step;
mod stmt;
mod test;
mod types;
mod work;
mod written;

pub use test::lower_test;

use std::collections::VecDeque;

use ecow::EcoString;
use rustc_hash::FxHashMap;

use self::context::Context;
use self::place::Places;
use super::ir::{About, BodyIx, ConstIx, Expr, ExprIx, FORMAT, FunctionIx, Node, NodeIx, Plan, Spans, Type, TypeIx};
use crate::check::facts::{Checked, GlobalId, GlobalKind};
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// Compiles the workflow `entry` with all that it calls.
///
/// # Errors
/// The errors of the check, if there are any; or that `entry` is no workflow.
pub fn compile(checked: &Checked, entry: GlobalId) -> Result<Plan, Vec<Diagnostic>> {
    compile_with(checked, entry, &[])
}

/// Like [`compile`], with the `gates` items of that number attached to the entry as if `gate use` named them.
///
/// # Errors
/// Those of [`compile`].
pub fn compile_with(checked: &Checked, entry: GlobalId, gates: &[GlobalId]) -> Result<Plan, Vec<Diagnostic>> {
    if !checked.is_ok() {
        return Err(checked.diagnostics.iter().filter(|found| found.is_error()).cloned().collect());
    }
    let Some(global) = checked.global(entry).filter(|global| matches!(global.kind, GlobalKind::Workflow(_))) else {
        return Err(vec![errors::no_workflow(checked, entry)]);
    };
    let mut lower = Lower::new(checked, global.name.clone());
    lower.entry_file = Some(global.place.file);
    lower.attached = gates.to_vec();
    lower.describe(entry);
    lower.plan.entry = lower.body(entry);
    lower.drain();
    lower.finish()
}

/// The plan as it grows, and what is known while it does.
struct Lower<'a> {
    checked: &'a Checked,
    plan: Plan,
    entry_file: Option<crate::source::FileId>,
    attached: Vec<GlobalId>,
    cx: Context<'a>,
    places: Places<'a>,
    bodies: FxHashMap<GlobalId, BodyIx>,
    queue: VecDeque<GlobalId>,
    constants: FxHashMap<GlobalId, ConstIx>,
    functions: FxHashMap<GlobalId, FunctionIx>,
    defaults: FxHashMap<(GlobalId, u32), ExprIx>,
    argument_defaults: FxHashMap<(GlobalId, u32), FunctionIx>,
    types: FxHashMap<Type, TypeIx>,
    records: FxHashMap<GlobalId, TypeIx>,
    reached: rustc_hash::FxHashSet<GlobalId>,
    environment: rustc_hash::FxHashSet<EcoString>,
    published: test::Published,
    faults: Vec<Diagnostic>,
}

impl<'a> Lower<'a> {
    fn new(checked: &'a Checked, name: EcoString) -> Self {
        Self {
            checked,
            plan: empty(name),
            entry_file: None,
            attached: Vec::new(),
            cx: Context::default(),
            places: Places::new(&checked.sources),
            bodies: FxHashMap::default(),
            queue: VecDeque::new(),
            constants: FxHashMap::default(),
            functions: FxHashMap::default(),
            defaults: FxHashMap::default(),
            argument_defaults: FxHashMap::default(),
            types: FxHashMap::default(),
            records: FxHashMap::default(),
            reached: rustc_hash::FxHashSet::default(),
            environment: rustc_hash::FxHashSet::default(),
            published: test::Published::default(),
            faults: Vec::new(),
        }
    }

    /// Lowers the bodies whose turn has not come.
    fn drain(&mut self) {
        while let Some(id) = self.queue.pop_front() {
            self.lower_body(id);
        }
    }

    fn finish(mut self) -> Result<Plan, Vec<Diagnostic>> {
        if !self.faults.is_empty() {
            return Err(self.faults);
        }
        self.plan.about.sources = self.places.into_sources();
        Ok(self.plan.sealed())
    }

    /// Adds an expression that stands at `span` of the item.
    fn push(&mut self, expr: Expr, span: Span) -> ExprIx {
        let ix = ExprIx(self.plan.exprs.len() as u32);
        self.plan.exprs.push(expr);
        let place = self.places.place(self.cx.file, span.shift(self.cx.start));
        self.plan.spans.exprs.push(place);
        ix
    }

    /// Adds a statement that stands at `span` of the item.
    fn push_node(&mut self, node: Node, span: Span) -> NodeIx {
        let ix = NodeIx(self.plan.nodes.len() as u32);
        self.plan.nodes.push(node);
        let place = self.places.place(self.cx.file, span.shift(self.cx.start));
        self.plan.spans.nodes.push(place);
        ix
    }
}

fn empty(name: EcoString) -> Plan {
    Plan {
        format: FORMAT,
        digest: EcoString::new(),
        language: 1,
        name,
        entry: BodyIx(0),
        bodies: Vec::new(),
        blocks: Vec::new(),
        nodes: Vec::new(),
        works: Vec::new(),
        handlers: Vec::new(),
        gates: Vec::new(),
        metrics: Vec::new(),
        functions: Vec::new(),
        constants: Vec::new(),
        exprs: Vec::new(),
        types: Vec::new(),
        agents: indexmap::IndexMap::new(),
        environment: Vec::new(),
        about: About::default(),
        spans: Spans::default(),
    }
}
