//! Running steps: whole processes of `wf run` beside the physical limit, a C loop that spawns, waits, and syncs a journal
//! once per turn (`limit.c`), in pairs one right after the other.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::measure;
use crate::table::{Goal, Row};

const STEPS: usize = 1_000;
const PAIRS: usize = 7;

/// Runs of 1,000 × `true`, one after the other and eight at a time.
pub fn figures() -> Vec<Row> {
    let Ok(folder) = tempfile::tempdir() else { return Vec::new() };
    let folder = folder.path();
    let Some(limit) = limit(folder) else {
        println!("steps: skipped, there is no C compiler (`cc`)");
        return Vec::new();
    };
    let mut rows = Vec::new();
    for (name, text, together) in [("one after the other", sequence(), "1"), ("eight at a time", side_by_side(), "8")] {
        std::fs::write(folder.join("steps.wf"), text).expect("the temporary folder can be written");
        let journal = folder.join("limit.journal");
        let bare = || {
            let mut command = Command::new(&limit);
            command.args([&STEPS.to_string(), together, "direct"]).arg(&journal).arg("group");
            command
        };
        let pairs: Vec<(Duration, Duration)> = (0..PAIRS).map(|_| (wall(bare()), wall(wf(folder)))).collect();
        let mut ratios: Vec<f64> = pairs.iter().map(|(bare, own)| own.as_secs_f64() / bare.as_secs_f64()).collect();
        ratios.sort_by(f64::total_cmp);
        let middle = measure::median(pairs.iter().map(|(_, own)| *own).collect());
        rows.push(Row {
            figure: format!("1,000 durable steps {name}"),
            value: middle.as_secs_f64(),
            unit: "s",
            beside: Some(("C loop", middle.as_secs_f64() / ratios[ratios.len() / 2])),
            goal: Goal::AtMost(1.15 * middle.as_secs_f64() / ratios[ratios.len() / 2]),
        });
        if let Some(used) = measure::process(3, || wf(folder)) {
            rows.push(Row {
                figure: format!("1,000 durable steps {name}, memory"),
                value: used.memory as f64 / (1024.0 * 1024.0),
                unit: "MiB",
                beside: None,
                goal: Goal::AtMost(12.0),
            });
        }
    }
    std::fs::write(folder.join("steps.wf"), one()).expect("the temporary folder can be written");
    if let Some(used) = measure::process(15, || wf(folder)) {
        rows.push(Row {
            figure: "one step, the whole process, processor".to_owned(),
            value: used.processor.as_secs_f64() * 1e3,
            unit: "ms",
            beside: None,
            goal: Goal::AtMost(8.0),
        });
    }
    rows
}

fn limit(folder: &Path) -> Option<std::path::PathBuf> {
    let program = folder.join("limit");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/figures/limit.c");
    let built = Command::new("cc").args(["-O2", "-o"]).arg(&program).arg(source).status().ok()?;
    built.success().then_some(program)
}

fn wf(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wf"));
    command.args(["run", "steps.wf", "--output", "json"]).current_dir(folder);
    command
}

fn wall(mut command: Command) -> Duration {
    let clock = Instant::now();
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "{command:?}");
    clock.elapsed()
}

fn one() -> String {
    "wf 1\n\nworkflow all() {\n  step one { exec [\"true\"] }\n}\n".to_owned()
}

fn sequence() -> String {
    let steps: String = (0..STEPS).map(|n| format!("  step s{n} {{ exec [\"true\"] }}\n")).collect();
    format!("wf 1\n\nworkflow all() {{\n{steps}}}\n")
}

fn side_by_side() -> String {
    let steps: String = (0..STEPS).map(|n| format!("    step s{n} {{ exec [\"true\"] }}\n")).collect();
    format!("wf 1\n\nworkflow all() {{\n  parallel max 8 {{\n{steps}  }}\n}}\n")
}
