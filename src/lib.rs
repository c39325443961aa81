//! wf
pub mod diagnostic;
pub mod limits;
pub mod source;
pub mod syntax;
