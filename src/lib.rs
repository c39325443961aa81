//! wf
pub mod builtins;
pub mod check;
pub mod diagnostic;
pub mod driver;
pub mod engine;
pub mod eval;
pub mod journal;
pub mod limits;
pub mod machine;
pub mod plan;
pub mod process;
pub mod report;
pub mod shell;
pub mod source;
pub mod suggest;
pub mod syntax;
pub mod value;
