//! The plan: a compiled workflow, self-contained, serialisable, reproducible byte for byte.

use ecow::EcoString;

mod digest;
mod file;
pub mod ir;
pub mod lower;
pub mod print;
#[cfg(test)]
pub(crate) mod sample;
pub mod test;
mod verify;
mod walk;

pub use digest::digest;
pub use file::PlanError;
pub use lower::{compile, compile_with, lower_test};
pub use verify::{Problem, verify};

use ir::{BodyKind, Does, ExprIx, NodeIx, Plan, Type, TypeIx, Work};

impl Plan {
    /// The action that a step does in the end, itself or by its command; none where it runs a workflow.
    pub fn work_of(&self, does: &Does) -> Option<&Work> {
        let work = match does {
            Does::Work(work) => work,
            Does::Command { body, .. } => match &self.bodies.get(body.index())?.kind {
                BodyKind::Command(work) => work,
                _ => return None,
            },
            Does::Workflow { .. } => return None,
        };
        self.works.get(work.index())
    }

    /// Whether a value of the type may be `none`.
    pub fn is_optional(&self, ty: TypeIx) -> bool {
        matches!(self.types.get(ty.index()), Some(Type::Optional(_)))
    }

    /// `file:line:column` of an expression, where the plan says it.
    pub fn place(&self, expr: ExprIx) -> Option<String> {
        self.spelled(self.spans.exprs.get(expr.index())?)
    }

    /// `file:line:column` of a statement, where the plan says it.
    pub fn node_place(&self, node: NodeIx) -> Option<String> {
        self.spelled(self.spans.nodes.get(node.index())?)
    }

    fn spelled(&self, [source, _, _, line, column]: &[u32; 5]) -> Option<String> {
        let (name, _): &(EcoString, EcoString) = self.about.sources.get(*source as usize)?;
        Some(format!("{name}:{line}:{column}"))
    }
}
