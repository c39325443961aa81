//! Types as the checker sees them.

use std::sync::Arc;

use ecow::EcoString;

use super::facts::GlobalId;

/// A type. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub enum Ty {
    /// Not known because of an error that has been reported: fits everything, reports nothing.
    #[default]
    Unknown,
    /// Of an expression that never gives a value (`require(false, …)`), and of the elements of `[]`: fits everything.
    Never,
    /// `none` alone.
    None,
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `float`
    Float,
    /// `string`
    String,
    /// `percent`
    Percent,
    /// `duration`
    Duration,
    /// `size`
    Size,
    /// `time`
    Time,
    /// `path`
    Path,
    /// `file`
    File,
    /// `dir`
    Dir,
    /// `url`
    Url,
    /// `json`
    Json,
    /// `secret`
    Secret,
    /// `list<T>`
    List(Arc<Ty>),
    /// `map<T>`
    Map(Arc<Ty>),
    /// `T?`; never of an optional
    Optional(Arc<Ty>),
    /// `result<T>`
    Result(Arc<Ty>),
    /// A record, named or structural
    Record(Arc<RecordTy>),
    /// An enum
    Enum(Arc<EnumTy>),
    /// `failure`
    Failure,
    /// A failure kind
    Kind,
    /// What a step's name stands for: its outputs, `status`, `duration`, `attempts`. Not a value by itself.
    Step(Arc<RecordTy>),
    /// `raw(e)`, only in a hole of a script
    Raw,
}

/// A record type.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct RecordTy {
    /// The item that declares it, with its name; `None` for a structural one.
    pub name: Option<(GlobalId, EcoString)>,
    /// The fields in order.
    pub fields: Vec<FieldTy>,
}

/// A field of a record.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FieldTy {
    /// The name.
    pub name: EcoString,
    /// The type.
    pub ty: Ty,
    /// Whether it has a default (an expression of the item).
    pub default: bool,
}

/// An enum type.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct EnumTy {
    /// The item that declares it; `None` for built-in ones (`status`).
    pub id: Option<GlobalId>,
    /// Its name.
    pub name: EcoString,
    /// Its variants in order.
    pub variants: Vec<EcoString>,
}
