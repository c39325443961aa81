//! Local names in scope: one map for the innermost meaning of each name, and a stack to undo it at the end of a block.

use ecow::EcoString;
use rustc_hash::FxHashMap;

use super::facts::{Def, LocalKind};
use super::ty::Ty;
use crate::source::Span;

/// What introduced a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// A local name.
    Local(LocalKind),
    /// A metric, published on the way here.
    Metric,
    /// An output declared before, or `stdout` and its like.
    Attempt,
}

/// A name with its present meaning.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The name.
    pub name: EcoString,
    /// What a use of it refers to.
    pub def: Def,
    /// Its type where it is declared.
    pub ty: Ty,
    /// Whether it may not have run where we are: a use of it is `T?`.
    pub maybe: bool,
    /// What introduced it.
    pub role: Role,
    /// How many branches of `parallel` it stands in.
    pub branches: u32,
    /// Where it is declared, in the item.
    pub span: Span,
    /// Whether it came out of a block that has ended.
    pub leaked: bool,
    shadowed: Option<u32>,
}

impl Binding {
    /// A binding that is there for sure, outside of any branch.
    pub fn new(name: EcoString, def: Def, ty: Ty, role: Role, span: Span) -> Self {
        Self { name, def, ty, maybe: false, role, branches: 0, span, leaked: false, shadowed: None }
    }

    /// The type of a use of it.
    pub fn seen(&self) -> Ty {
        if self.maybe { self.ty.clone().optional() } else { self.ty.clone() }
    }

    /// Whether it outlives a block that is joined with what follows: steps, approvals, variables, metrics.
    pub fn outlives(&self) -> bool {
        use LocalKind::{Approval, Let, Step, Var};
        matches!(self.role, Role::Metric | Role::Local(Step | Approval | Let | Var))
    }
}

/// The local names of an item.
#[derive(Default, Debug)]
pub struct Names {
    innermost: FxHashMap<EcoString, u32>,
    stack: Vec<Binding>,
    frames: Vec<u32>,
}

impl Names {
    /// Begins a block.
    pub fn enter(&mut self) {
        self.frames.push(self.stack.len() as u32);
    }

    /// Ends a block: what it bound, in order.
    pub fn leave(&mut self) -> Vec<Binding> {
        let start = self.frames.pop().unwrap_or(0) as usize;
        let left = self.stack.split_off(start.min(self.stack.len()));
        for binding in left.iter().rev() {
            match binding.shadowed {
                Some(before) => self.innermost.insert(binding.name.clone(), before),
                None => self.innermost.remove(&binding.name),
            };
        }
        left
    }

    /// Binds a name in the block we are in.
    pub fn bind(&mut self, mut binding: Binding) {
        binding.shadowed = self.innermost.insert(binding.name.clone(), self.stack.len() as u32);
        self.stack.push(binding);
    }

    /// What `name` means here.
    pub fn get(&self, name: &str) -> Option<&Binding> {
        let at = *self.innermost.get(name)?;
        self.stack.get(at as usize)
    }

    /// Marks everything that the block we are in has bound as perhaps missing, and says what was not before.
    pub fn doubt(&mut self) -> Vec<u32> {
        let start = self.frames.last().copied().unwrap_or(0) as usize;
        let mut changed = Vec::new();
        for (at, binding) in self.stack.iter_mut().enumerate().skip(start) {
            if !binding.maybe {
                binding.maybe = true;
                changed.push(at as u32);
            }
        }
        changed
    }

    /// Takes back [`Names::doubt`].
    pub fn trust(&mut self, changed: Vec<u32>) {
        for at in changed {
            if let Some(binding) = self.stack.get_mut(at as usize) {
                binding.maybe = false;
            }
        }
    }

    /// All names in scope, the latest first.
    pub fn all(&self) -> impl Iterator<Item = &Binding> {
        self.stack.iter().rev()
    }
}
