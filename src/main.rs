//! The `wf` command. Everything is in the library: see `wf::cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    wf::cli::main()
}
