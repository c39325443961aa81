//! `wf`: a typed workflow language, its checker, and the engine that runs it durably. This page is the map.
//!
//! ```text
//!  .wf ───────────────┐
//!  .json ─┐           ├─ syntax ─→ check ─→ plan ─→ machine ─→ driver ─→ the world
//!  .yaml ─┴─ import ──┘  (tree,    (types,  (IR)    (sans-IO   (processes,
//!                         total)    effects)         state)     files, journal)
//! ```
//!
//! Phases point one way; each is a pure function of the one before it, until the driver. Above them stand the faces,
//! thin: [`cli`], [`mod@format`], [`import`], [`report`], and [`engine`], which is what a host program uses.
//!
//! # As a library
//!
//! [`check::check`] takes sources and gives [`check::facts::Checked`]; [`plan::compile`] makes a [`plan::ir::Plan`] of a workflow
//! in it; [`engine::Engine`] runs plans, with commands of the host ([`engine::host::HostCommand`]) and a journal of its choice
//! ([`journal::Journal`]). `examples/embed.rs` is a whole host.
//!
//! ```
//! let checked = wf::check::check_text("hello.wf", "workflow hello(name: string) -> (text: string) {\n  return (text: \"Hello, ${name}!\")\n}\n");
//! assert!(checked.is_ok());
//! let plan = wf::plan::compile(&checked, checked.workflow("hello").unwrap()).unwrap();
//! assert_eq!(plan.name, "hello");
//! ```
//!
//! # Invariants
//!
//! - **Parsing is total**: any bytes give a tree and diagnostics, in linear time, without a panic ([`syntax`]).
//! - **Checking reports everything independent and nothing derived**: what is unknown because of an error is silent.
//! - **The plan is self-contained**: nothing at run time looks back at the tree. Same source, same bytes, same digest.
//! - **The machine does nothing**: it is a fold over [`machine::input::Input`]s; what it wants done are
//!   [`machine::command::Command`]s. Same inputs, same commands. Its cost per input does not grow with the plan.
//! - **Nothing is reported before it is durable**, and nothing that is recorded runs again.
//! - **Values never become script text** ([`shell`]), and secrets never reach the journal, a log or an argument list.
//! - No clock, no randomness, no hash order below [`driver`]; no IO below [`driver`] and [`cli`].
//!
//! # To change …
//!
//! | to change | go to |
//! |---|---|
//! | what may be written | `grammar/wf.pest`, then `syntax/build/` (tree), `syntax/tree/` (nodes) |
//! | a syntax error's words | `syntax/unexpected.rs`, `syntax/words.rs` |
//! | what a name or type means | `check/` (a file per concept), its words in `check/errors/` |
//! | a lint | `check/passes/`, its code in `diagnostic/codes/lint.rs`, its page in `docs/diagnostics/` |
//! | a built-in function | `builtins/`: one entry with signature, documentation, example and code |
//! | the plan | `plan/ir.rs`, then `plan/lower/`, `plan/verify.rs`, `plan/print/`, `docs/plan.schema.json` |
//! | what happens when | `machine/` (a file per concept: step, retry, handler, scope, parallel, rollback …) |
//! | how values are computed | `eval/`, `value/` |
//! | how processes run | `process/`; how they are quoted: `shell/` |
//! | what is recorded | `journal/`; names of events: `machine/kind.rs` |
//! | what is saved of files | `snapshot/` |
//! | this machine as a driver | `driver/local/`; virtual time: `driver/sim.rs` |
//! | a subcommand | `cli/args.rs` and the file of its name in `cli/` |
//! | how diagnostics look | `diagnostic/render/` |
//! | what people read about runs | `report/`: `history.rs` tells a journal again, the others show it |
//! | the one style | `format/` |
//! | JSON and YAML workflows | `import/` |
//!
//! Tests are cases beside their expectations under `tests/cases/`; `tests/it/` has a runner for each kind.

pub mod builtins;
pub mod check;
pub mod cli;
pub mod diagnostic;
pub mod driver;
pub mod engine;
pub mod eval;
pub mod format;
pub mod import;
pub mod journal;
pub mod limits;
pub mod machine;
pub mod plan;
pub mod process;
pub mod report;
pub mod shell;
pub mod snapshot;
pub mod source;
pub mod suggest;
pub mod syntax;
pub mod testing;
pub mod value;
