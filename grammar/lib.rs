//! The grammar of `.wf` files as a pest parser.
//!
//! A crate of its own so that the code generated from [`wf.pest`](../wf.pest) is compiled once, not with every
//! change of `wf`. Nothing but the generated [`Grammar`], its [`Rule`]s and [`quick`] matching lives here.

pub mod quick;

/// The generated parser; `Grammar::parse(Rule::…, text)` is its one entry.
#[derive(pest_derive::Parser)]
#[grammar = "wf.pest"]
pub struct Grammar;
