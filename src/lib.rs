//! wf
pub mod diagnostic;
pub mod limits;
pub mod machine;
pub mod plan;
pub mod source;
pub mod syntax;
pub mod value;
