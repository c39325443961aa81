//! `wf list`

use std::io::Write;

use super::args::ListArgs;
use super::project::Project;
use super::{Context, Exit, Outcome};
use crate::check::facts::{Checked, Global, GlobalKind, Signature};

pub(super) fn run(args: &ListArgs, _: Context) -> Outcome {
    let project = Project::find()?;
    let checked = project.check(&project.workflow_files(), &[])?.checked;
    let callable = |global: &Global| match &global.kind {
        GlobalKind::Workflow(signature) => Some(("workflow", "", signature.clone())),
        GlobalKind::Command(signature) => Some(("command", "@", signature.clone())),
        _ => None,
    };
    let rows: Vec<Row> = checked
        .globals
        .iter()
        .filter_map(|global| {
            let (kind, mark, signature) = callable(global)?;
            let origin = checked.sources.get(global.place.file).name().to_owned();
            let name = format!("{mark}{}", global.name);
            let (docs, signature) = (docs(&checked, global), write(&signature));
            Some(Row { kind, name, signature, origin, docs })
        })
        .collect();
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &rows)?;
        writeln!(out)?;
        return Ok(Exit::Success);
    }
    let width = rows.iter().map(|row| row.origin.len()).max().unwrap_or(0);
    for row in &rows {
        writeln!(out, "{:8}  {:width$}  {}{}", row.kind, row.origin, row.name, row.signature)?;
        if let Some(line) = row.docs.lines().next() {
            writeln!(out, "{:8}  {:width$}    {line}", "", "")?;
        }
    }
    Ok(Exit::Success)
}

#[derive(serde::Serialize)]
struct Row {
    kind: &'static str,
    name: String,
    signature: String,
    origin: String,
    docs: String,
}

fn docs(checked: &Checked, global: &Global) -> String {
    let file = checked.files.get(global.place.file.0 as usize);
    let slot = file.and_then(|file| file.tree.items.get(global.place.item as usize));
    slot.and_then(|slot| slot.item.docs.as_ref()).map(|docs| docs.text.to_string()).unwrap_or_default()
}

fn write(signature: &Signature) -> String {
    let params = signature.params.iter().map(|param| {
        let optional = if param.default { " = …" } else { "" };
        format!("{}: {}{optional}", param.name, param.ty)
    });
    let outputs = signature.outputs.iter().map(|(name, ty)| format!("{name}: {ty}"));
    let (params, outputs) = (params.collect::<Vec<_>>().join(", "), outputs.collect::<Vec<_>>().join(", "));
    if outputs.is_empty() { format!("({params})") } else { format!("({params}) -> ({outputs})") }
}
