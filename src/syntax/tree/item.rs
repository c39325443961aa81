//! Items of a file.

use super::{Allow, Block, Body, Clause, Doc, Expr, Gate, Name, Param, Test, Text, Type};
use crate::source::Span;

/// An item. Spans in it count from its first byte, documentation and `allow`s included.
#[derive(Clone, PartialEq, Debug)]
pub struct Item {
    /// Without documentation and `allow`s.
    pub span: Span,
    /// Its `///` lines.
    pub docs: Option<Box<Doc>>,
    /// Its `allow(…)`s.
    pub allows: Box<[Allow]>,
    /// What.
    pub kind: ItemKind,
    /// How many [`super::NodeId`]s it has.
    pub nodes: u32,
}

/// The forms of items.
#[derive(Clone, PartialEq, Debug)]
pub enum ItemKind {
    /// Could not be parsed; already reported.
    Broken,
    /// `use …`
    Use(Use),
    /// `record R { … }`
    Record(Record),
    /// `enum E { … }`
    Enum(Enum),
    /// `error kind`
    Error(Name),
    /// `let name: T = e`
    Const(Const),
    /// `fn f(…) -> T = e`
    Fn(Fn),
    /// `command c(…) -> (…) { … }`
    Command(Command),
    /// `handler h max n { … }`
    Handler(Handler),
    /// `gates g { … }`
    Gates(Gates),
    /// `agent a { … }`
    Agent(Agent),
    /// `workflow w(…) -> (…) { … }`
    Workflow(Workflow),
    /// `test "…" { … }`
    Test(Test),
}

impl Item {
    /// The name it declares.
    pub fn name(&self) -> Option<&Name> {
        match &self.kind {
            ItemKind::Record(item) => Some(&item.name),
            ItemKind::Enum(item) => Some(&item.name),
            ItemKind::Error(name) => Some(name),
            ItemKind::Const(item) => Some(&item.name),
            ItemKind::Fn(item) => Some(&item.name),
            ItemKind::Command(item) => Some(&item.name),
            ItemKind::Handler(item) => Some(&item.name),
            ItemKind::Gates(item) => Some(&item.name),
            ItemKind::Agent(item) => Some(&item.name),
            ItemKind::Workflow(item) => Some(&item.name),
            ItemKind::Use(_) | ItemKind::Test(_) | ItemKind::Broken => None,
        }
    }
}

/// `use std/git`, `use "./f.wf" as name`, `use "./f.wf" { a, b }`
#[derive(Clone, PartialEq, Debug)]
pub struct Use {
    /// From where.
    pub from: UseFrom,
    /// `as name`
    pub alias: Option<Name>,
    /// `{ a, b }`
    pub names: Option<Box<[Name]>>,
}

/// Where a `use` looks.
#[derive(Clone, PartialEq, Debug)]
pub enum UseFrom {
    /// `std/git`: the name after the slash; the span is of the whole.
    Std(Name),
    /// A relative path.
    File(Text),
}

/// `record R { field: T = default }`
#[derive(Clone, PartialEq, Debug)]
pub struct Record {
    /// The name.
    pub name: Name,
    /// The fields.
    pub fields: Box<[Param]>,
}

/// `enum E { a, b }`
#[derive(Clone, PartialEq, Debug)]
pub struct Enum {
    /// The name.
    pub name: Name,
    /// The variants, each with its documentation.
    pub variants: Box<[(Option<Box<Doc>>, Name)]>,
}

/// `let name: T = value`
#[derive(Clone, PartialEq, Debug)]
pub struct Const {
    /// The name.
    pub name: Name,
    /// The type where one was written.
    pub ty: Option<Type>,
    /// The value.
    pub value: Expr,
}

/// `fn name(params) -> T = body`
#[derive(Clone, PartialEq, Debug)]
pub struct Fn {
    /// The name.
    pub name: Name,
    /// The parameters.
    pub params: Box<[Param]>,
    /// The type of the result where one was written.
    pub result: Option<Type>,
    /// The result.
    pub body: Expr,
}

/// `command name(params) -> (outputs) { clauses }`
#[derive(Clone, PartialEq, Debug)]
pub struct Command {
    /// The name.
    pub name: Name,
    /// The parameters.
    pub params: Box<[Param]>,
    /// The declared outputs.
    pub outputs: Box<[Param]>,
    /// The action and clauses in source order.
    pub clauses: Box<[Clause]>,
    /// From the opening brace to the closing one.
    pub body: Span,
}

/// `handler name max n { … }`
#[derive(Clone, PartialEq, Debug)]
pub struct Handler {
    /// The name.
    pub name: Name,
    /// How often it may answer `retry`.
    pub max: Option<Expr>,
    /// What it does.
    pub body: Block,
}

/// `gates name { entries }`
#[derive(Clone, PartialEq, Debug)]
pub struct Gates {
    /// The name.
    pub name: Name,
    /// In order.
    pub entries: Box<[Gate]>,
}

/// `agent name { key value … }`
#[derive(Clone, PartialEq, Debug)]
pub struct Agent {
    /// The name.
    pub name: Name,
    /// Keys and values in order; a bare word is an [`super::ExprKind::Name`].
    pub entries: Box<[(Name, Expr)]>,
}

/// `workflow name(params) -> (outputs) { … }`
#[derive(Clone, PartialEq, Debug)]
pub struct Workflow {
    /// The name.
    pub name: Name,
    /// The parameters.
    pub params: Box<[Param]>,
    /// The declared outputs.
    pub outputs: Box<[Param]>,
    /// What it does.
    pub body: Body,
}
