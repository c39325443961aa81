//! Functions of a host program that a workflow calls as `@name`.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use ecow::EcoString;
use indexmap::IndexMap;

use crate::value::{Failure, Fields};

/// What a call of a host function gives in the end: the outputs by name, or a failure.
pub type HostFuture = Pin<Box<dyn Future<Output = Result<Fields, Failure>> + Send>>;

type HostFn = Arc<dyn Fn(Fields) -> HostFuture + Send + Sync>;

/// The functions that a host has registered, by the name of the command.
#[derive(Clone, Default)]
pub struct Hosts(IndexMap<EcoString, HostFn>);

impl fmt::Debug for Hosts {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.debug_set().entries(self.0.keys()).finish()
    }
}

impl Hosts {
    /// Registers `call` as what `@name` does: it gets the arguments by name and gives the outputs by name.
    pub fn insert<F, R>(&mut self, name: impl Into<EcoString>, call: F)
    where
        F: Fn(Fields) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Fields, Failure>> + Send + 'static,
    {
        self.0.insert(name.into(), Arc::new(move |args| Box::pin(call(args))));
    }

    /// Begins a call, where there is such a function.
    pub fn call(&self, name: &str, args: Fields) -> Option<HostFuture> {
        self.0.get(name).map(|call| call(args))
    }
}
