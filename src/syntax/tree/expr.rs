//! Expressions, types and patterns.

use super::{Name, NodeId};
use crate::source::Span;
use ecow::EcoString;

/// An expression.
#[derive(Clone, PartialEq, Debug)]
pub struct Expr {
    /// Its number in the item.
    pub id: NodeId,
    /// Where.
    pub span: Span,
    /// What.
    pub kind: ExprKind,
}

/// The forms of expressions.
#[derive(Clone, PartialEq, Debug)]
pub enum ExprKind {
    /// Could not be parsed; already reported.
    Broken,
    /// `none`
    None,
    /// `true`, `false`
    Bool(bool),
    /// `12`, `1_000`
    Int(i64),
    /// `0.5`
    Float(f64),
    /// `80%`, held as 80.0
    Percent(f64),
    /// `1h30m`, in milliseconds
    Duration(i64),
    /// `10MB`, in bytes
    Size(i64),
    /// Any string.
    Text(Box<Text>),
    /// `[a, b]`
    List(Box<[Expr]>),
    /// `{a: 1, "b": 2}`
    Record(Box<[Entry]>),
    /// `name`
    Name(EcoString),
    /// `(e)`, kept for the formatter
    Paren(Box<Expr>),
    /// `e.name`, `e?.name`
    Field(Box<Field>),
    /// `e[i]`
    Index(Box<(Expr, Expr)>),
    /// `f(…)`, `e.method(…)`, `e?.method(…)` (the callee is a `Field` then), `Service(name: …)`
    Call(Box<Call>),
    /// `-e`, `not e`
    Unary(UnaryOp, Box<Expr>),
    /// `a + b`
    Binary(BinaryOp, Box<(Expr, Expr)>),
    /// `e as T`
    As(Box<(Expr, Type)>),
    /// `if c then a else b`
    If(Box<(Expr, Expr, Expr)>),
    /// `match e { p => a, … }`
    Match(Box<MatchExpr>),
    /// `[e for x in xs if c]`
    Comprehension(Box<Comprehension>),
    /// `x => e`, only as an argument of a built-in
    Lambda(Box<Lambda>),
}

/// An entry of a record or map literal.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// The key: a name or a quoted string.
    pub key: Name,
    /// Whether the key was quoted (then it may only be a map's).
    pub quoted: bool,
    /// The value.
    pub value: Expr,
}

/// `base.name` or `base?.name`.
#[derive(Clone, PartialEq, Debug)]
pub struct Field {
    /// What it is taken from.
    pub base: Expr,
    /// The name.
    pub name: Name,
    /// Whether `?.` was written.
    pub optional: bool,
}

/// A call.
#[derive(Clone, PartialEq, Debug)]
pub struct Call {
    /// `Name`, or `Field` for a method or a name in a module.
    pub callee: Expr,
    /// The arguments in source order.
    pub args: Box<[Arg]>,
}

/// An argument: positional, or named by `name: value`.
#[derive(Clone, PartialEq, Debug)]
pub struct Arg {
    /// The name where one was written.
    pub name: Option<Name>,
    /// The value.
    pub value: Expr,
    /// Both.
    pub span: Span,
}

/// Prefix operators.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnaryOp {
    /// `-`
    Neg,
    /// `not`
    Not,
}

/// Infix operators, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "each is its operator")]
pub enum BinaryOp {
    Coalesce,
    Or,
    And,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    Matches,
    Add,
    Sub,
    Mul,
    Div,
}

impl BinaryOp {
    /// How it is written.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Coalesce => "??",
            Self::Or => "or",
            Self::And => "and",
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::In => "in",
            Self::Matches => "matches",
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
        }
    }
}

/// `match subject { pattern => value, … }`
#[derive(Clone, PartialEq, Debug)]
pub struct MatchExpr {
    /// What is looked at.
    pub subject: Expr,
    /// The arms in order.
    pub arms: Box<[(Pattern, Expr)]>,
}

/// `[value for name in list if condition]`
#[derive(Clone, PartialEq, Debug)]
pub struct Comprehension {
    /// What each element becomes.
    pub value: Expr,
    /// The name of an element.
    pub name: Name,
    /// The list.
    pub list: Expr,
    /// Which elements count.
    pub condition: Option<Expr>,
}

/// `name => body`
#[derive(Clone, PartialEq, Debug)]
pub struct Lambda {
    /// The parameter.
    pub param: Name,
    /// The result.
    pub body: Expr,
}

/// Which quotes a string has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Quote {
    /// `"…"`: escapes and interpolation.
    Plain,
    /// `"""…"""`: interpolation, no escapes, common indentation removed.
    Block,
    /// `r"…"`, `r#"…"#`: neither; the number of `#`.
    Raw(u8),
}

/// A string: decoded text and holes in turn.
#[derive(Clone, PartialEq, Debug)]
pub struct Text {
    /// Its quotes.
    pub quote: Quote,
    /// The pieces in order; neighbouring literals are joined.
    pub parts: Box<[TextPart]>,
    /// With the quotes.
    pub span: Span,
}

impl Text {
    /// The text when there is no hole.
    pub fn literal(&self) -> Option<&str> {
        match &*self.parts {
            [] => Some(""),
            [TextPart::Literal(text, _)] => Some(text),
            _ => None,
        }
    }

    /// The expressions in its holes.
    pub fn holes(&self) -> impl Iterator<Item = &Expr> {
        self.parts.iter().filter_map(|part| match part {
            TextPart::Hole(expr) => Some(expr),
            TextPart::Literal(..) => None,
        })
    }
}

/// A piece of a string.
#[derive(Clone, PartialEq, Debug)]
pub enum TextPart {
    /// Decoded text, and the source it came from.
    Literal(EcoString, Span),
    /// `${expr}`; the expression's own span.
    Hole(Expr),
}

/// A type as written.
#[derive(Clone, PartialEq, Debug)]
pub struct Type {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: TypeKind,
}

/// The forms of types.
#[derive(Clone, PartialEq, Debug)]
pub enum TypeKind {
    /// Could not be parsed; already reported.
    Broken,
    /// `int`, `Service`: built-in names are resolved by the checker like any other.
    Name(EcoString),
    /// `module.Service`
    Path(Box<(Name, Name)>),
    /// `list<T>`, `map<T>`, `result<T>`: the constructor's name and its argument.
    Apply(Box<(Name, Type)>),
    /// `T?`
    Optional(Box<Type>),
    /// `{field: T}`
    Record(Box<[(Name, Type)]>),
}

/// What an arm of a `match` accepts.
#[derive(Clone, PartialEq, Debug)]
pub struct Pattern {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: PatternKind,
}

/// The forms of patterns.
#[derive(Clone, PartialEq, Debug)]
pub enum PatternKind {
    /// Could not be parsed; already reported.
    Broken,
    /// `_`
    Any,
    /// `none`
    None,
    /// `some x`
    Some(Name),
    /// `ok x`
    Ok(Name),
    /// `err f`
    Err(Name),
    /// A literal, possibly negative.
    Literal(Box<Expr>),
    /// A variant or failure kind by its bare name.
    Name(EcoString),
    /// `E.a`
    Path(Box<(Name, Name)>),
}
