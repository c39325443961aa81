//! Functions of a host program that a workflow calls as `@name`.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use ecow::EcoString;
use indexmap::IndexMap;

use crate::check::check_text;
use crate::check::facts::{GlobalKind, Signature};
use crate::diagnostic::Diagnostic;
use crate::source::FileId;
use crate::value::{Failure, Fields};

/// What a call of a host function gives in the end: the outputs by name, or a failure.
pub type HostFuture = Pin<Box<dyn Future<Output = Result<Fields, Failure>> + Send>>;

type HostFn = Arc<dyn Fn(Fields) -> HostFuture + Send + Sync>;

/// A function of the host program with the types that the checker holds its calls to.
#[derive(Clone)]
pub struct HostCommand {
    name: EcoString,
    signature: Signature,
    call: HostFn,
}

impl fmt::Debug for HostCommand {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.debug_struct("HostCommand").field("name", &self.name).finish_non_exhaustive()
    }
}

impl HostCommand {
    /// A command from its signature in the language, `add(left: int, right: int = 1) -> (sum: int)`, with types that are built
    /// in, and the async function that does it: arguments by name to outputs by name. Errors: what is wrong with the
    /// signature.
    pub fn new<F, R>(signature: &str, call: F) -> Result<Self, Vec<Diagnostic>>
    where
        F: Fn(Fields) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Fields, Failure>> + Send + 'static,
    {
        let checked = check_text("signature", &format!("command {signature} {{ exec [\"true\"] }}\n"));
        let declared = checked.globals.iter().find_map(|global| match &global.kind {
            GlobalKind::Command(signature) if global.place.file == FileId(0) => Some((global.name.clone(), signature)),
            _ => None,
        });
        match declared {
            Some((name, signature)) if checked.is_ok() => {
                let signature = Signature { host: true, raises: Vec::new(), ..(**signature).clone() };
                Ok(Self { name, signature, call: Arc::new(move |args| Box::pin(call(args))) })
            }
            _ => Err(checked.diagnostics),
        }
    }

    /// What the checker needs to know of it.
    pub fn declaration(&self) -> (EcoString, Signature) {
        (self.name.clone(), self.signature.clone())
    }
}

/// The functions that a host has registered, by the name of the command.
#[derive(Clone, Default)]
pub struct Hosts(IndexMap<EcoString, HostFn>);

impl fmt::Debug for Hosts {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.debug_set().entries(self.0.keys()).finish()
    }
}

impl Hosts {
    /// Registers a command.
    pub fn insert(&mut self, command: HostCommand) {
        self.0.insert(command.name, command.call);
    }

    /// Begins a call, where there is such a function.
    pub fn call(&self, name: &str, args: Fields) -> Option<HostFuture> {
        self.0.get(name).map(|call| call(args))
    }
}
