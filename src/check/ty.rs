//! Types as the checker sees them.

use std::fmt;
use std::sync::{Arc, LazyLock};

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

/// `status` of a step.
pub static STATUS: LazyLock<Ty> = LazyLock::new(|| {
    let variants = ["succeeded", "failed", "continued", "cached"].map(EcoString::inline).to_vec();
    Ty::Enum(Arc::new(EnumTy { id: None, name: EcoString::inline("status"), variants }))
});

/// What `approve` gives: `by: string`, `comment: string?`.
pub static APPROVAL: LazyLock<Ty> = LazyLock::new(|| {
    let comment = Ty::String.optional();
    Ty::Record(Arc::new(RecordTy { name: None, fields: vec![field("by", Ty::String), field("comment", comment)] }))
});

/// A field without default.
pub fn field(name: &str, ty: Ty) -> FieldTy {
    FieldTy { name: name.into(), ty, default: false }
}

impl Ty {
    /// `T?`; of an optional, of `none` and of what is not known itself.
    #[must_use]
    pub fn optional(self) -> Ty {
        match self {
            Ty::Optional(_) | Ty::None | Ty::Unknown => self,
            other => Ty::Optional(Arc::new(other)),
        }
    }

    /// `T` of `T?`, anything else itself.
    pub fn plain(&self) -> &Ty {
        match self {
            Ty::Optional(inner) => inner,
            other => other,
        }
    }

    /// `list<T>`
    pub fn list(element: Ty) -> Ty {
        Ty::List(Arc::new(element))
    }

    /// Whether nothing may be reported about it.
    pub fn is_silent(&self) -> bool {
        matches!(self, Ty::Unknown | Ty::Never)
    }

    /// Whether it is `int` or `float`.
    pub fn is_number(&self) -> bool {
        matches!(self, Ty::Int | Ty::Float)
    }

    /// Whether what is not known occurs anywhere in it.
    pub fn mentions_unknown(&self) -> bool {
        match self {
            Ty::Unknown => true,
            Ty::List(inner) | Ty::Map(inner) | Ty::Optional(inner) | Ty::Result(inner) => inner.mentions_unknown(),
            Ty::Record(record) | Ty::Step(record) => record.fields.iter().any(|field| field.ty.mentions_unknown()),
            _ => false,
        }
    }

    /// Whether a value of it can be written as JSON and journaled: what steps take and give.
    pub fn is_data(&self) -> bool {
        match self {
            Ty::Secret | Ty::Step(_) | Ty::Raw => false,
            Ty::List(inner) | Ty::Map(inner) | Ty::Optional(inner) | Ty::Result(inner) => inner.is_data(),
            Ty::Record(record) => record.fields.iter().all(|field| field.ty.is_data()),
            _ => true,
        }
    }

    /// With its article, as in "expected a `percent`".
    pub fn described(&self) -> String {
        match self {
            Ty::None => "`none`".into(),
            Ty::Step(_) => "a step".into(),
            Ty::Raw => "raw text".into(),
            Ty::Kind => "a failure kind".into(),
            Ty::Unknown | Ty::Never => "a value".into(),
            Ty::Optional(_) => format!("`{self}`"),
            Ty::Int | Ty::Enum(_) if self.to_string().starts_with(['a', 'e', 'i', 'o', 'u']) => format!("an `{self}`"),
            _ => format!("a `{self}`"),
        }
    }
}

impl RecordTy {
    /// The field called `name`.
    pub fn field(&self, name: &str) -> Option<&FieldTy> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self {
            Ty::Unknown | Ty::Never => "?",
            Ty::None => "none",
            Ty::Bool => "bool",
            Ty::Int => "int",
            Ty::Float => "float",
            Ty::String => "string",
            Ty::Percent => "percent",
            Ty::Duration => "duration",
            Ty::Size => "size",
            Ty::Time => "time",
            Ty::Path => "path",
            Ty::File => "file",
            Ty::Dir => "dir",
            Ty::Url => "url",
            Ty::Json => "json",
            Ty::Secret => "secret",
            Ty::Failure => "failure",
            Ty::Kind => "failure kind",
            Ty::Step(_) => "step",
            Ty::Raw => "raw text",
            Ty::List(inner) => return write!(f, "list<{inner}>"),
            Ty::Map(inner) => return write!(f, "map<{inner}>"),
            Ty::Result(inner) => return write!(f, "result<{inner}>"),
            Ty::Optional(inner) => return write!(f, "{inner}?"),
            Ty::Enum(of) => of.name.as_str(),
            Ty::Record(record) => match &record.name {
                Some((_, name)) => name.as_str(),
                None => return fields(f, &record.fields),
            },
        };
        f.write_str(word)
    }
}

fn fields(f: &mut fmt::Formatter<'_>, fields: &[FieldTy]) -> fmt::Result {
    f.write_str("{")?;
    for (i, field) in fields.iter().enumerate() {
        let comma = if i == 0 { "" } else { ", " };
        write!(f, "{comma}{}: {}", field.name, field.ty)?;
    }
    f.write_str("}")
}
