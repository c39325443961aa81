//! A host program: it gives workflows a command of its own, checks a workflow, runs it in memory, and watches it.
//!
//! Run it with `cargo run --example embed`.

use std::sync::Arc;

use wf::check::{Options as CheckOptions, Root, check};
use wf::diagnostic::render::{Format, Style, render};
use wf::engine::Engine;
use wf::engine::host::HostCommand;
use wf::journal::Journal;
use wf::machine::input::Options;
use wf::plan::lower::compile;
use wf::source::Source;
use wf::value::{Fields, Value};

const WORKFLOW: &str = r#"wf 1

/// Prices a basket with the host's own rates.
workflow basket(items: list<string>) -> (total: int) {
  let prices = for item in items by item {
    step price { run @price-of(item: item) }
    yield price.cents
  }
  return (total: prices.sum())
}
"#;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let price_of = HostCommand::new("price-of(item: string) -> (cents: int)", |args: Fields| async move {
        let cents = args.get("item").map_or(0, |item| item.to_text().len() as i64 * 100);
        Ok(Fields::from_iter([("cents".into(), Value::Int(cents))]))
    })
    .map_err(|_| "the signature does not check")?;

    let root = Root { source: Arc::new(Source::new("basket.wf", WORKFLOW)), parsed: None };
    let host = [price_of.declaration()];
    let checked = check(vec![root], CheckOptions { host: &host, ..CheckOptions::default() });
    render(&mut std::io::stderr(), Format::Human, Style::default(), &checked.sources, &checked.diagnostics)?;
    let entry = checked.workflow("basket").ok_or("there is no such workflow")?;
    let plan = compile(&checked, entry).map_err(|_| "the workflow does not compile")?;

    let engine = Engine::with_journal(&std::env::current_dir()?, Journal::in_memory()).command(price_of);
    let items = Value::list(vec![Value::str("apples"), Value::str("pears")]);
    let mut run = engine.start(Arc::new(plan), Fields::from_iter([("items".into(), items)]), Options::default())?;
    while let Some(update) = run.next().await {
        if let wf::driver::local::Update::Event(event) = update {
            println!("{}", event.to_json());
        }
    }
    println!("{:?}", run.finish().await?);
    Ok(())
}
