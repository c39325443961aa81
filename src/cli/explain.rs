//! `wf explain`

use std::io::Write;

use super::args::ExplainArgs;
use super::{Context, Exit, Outcome};
use crate::diagnostic::codes;

pub(super) fn run(args: &ExplainArgs, _: Context) -> Outcome {
    let mut out = std::io::stdout().lock();
    let Some(name) = &args.code else {
        let width = codes::all().map(|code| code.name.len()).max().unwrap_or(0);
        for code in codes::all() {
            writeln!(out, "{:width$}  {:7}  {}", code.name, code.severity.word(), code.summary)?;
        }
        return Ok(Exit::Success);
    };
    let Some(code) = codes::find(name) else {
        let close = crate::suggest::nearest(name, codes::all().map(|code| code.name)).map(|near| near.word);
        let hint = close.map_or(String::new(), |close| format!("; did you mean `{close}`?"));
        return Err(format!("no diagnostic is called `{name}`{hint} (`wf explain` lists them)").into());
    };
    writeln!(out, "{}[{}]: {}\n", code.severity.word(), code.name, code.summary)?;
    write!(out, "{}", code.page)?;
    Ok(Exit::Success)
}
