//! Fuzzes what takes text from outside: the parser, the checker, the importer, the loader of plans.
//!
//! `cargo run --manifest-path fuzz/Cargo.toml --target-dir target -- [--seconds N] [--seed N] [TARGET…]` mutates the files under `tests/cases`,
//! `examples` and `stdlib`, and says which input (written to `fuzz/artifacts/`) made a target panic or take far longer than its
//! size allows. It needs no special compiler, so that it is part of every CI run.

mod mutate;
mod targets;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mutate::Mutator;
use targets::{TARGETS, Target};

/// Longest allowed time for an input: a constant and a share for its size. Generous, since machines are busy.
fn allowed(size: usize) -> Duration {
    Duration::from_millis(2_000) + Duration::from_micros(size as u64 * 20)
}

struct Options {
    seconds: u64,
    seed: u64,
    targets: Vec<&'static Target>,
}

fn options() -> Options {
    let mut options = Options { seconds: 60, seed: 1, targets: Vec::new() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut number = || words.next().and_then(|word| word.parse().ok()).expect("a number");
        match word.as_str() {
            "--seconds" => options.seconds = number(),
            "--seed" => options.seed = number(),
            name => options.targets.push(TARGETS.iter().find(|target| target.name == name).expect("a known target")),
        }
    }
    if options.targets.is_empty() {
        options.targets = TARGETS.iter().collect();
    }
    options
}

/// Every file below the folders that hold texts of ours, with one of the endings of the target.
fn corpus(target: &Target) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut open: Vec<PathBuf> = ["tests/cases", "examples", "stdlib"].iter().map(|folder| root.join(folder)).collect();
    let mut paths = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|found| target.endings.iter().any(|ending| found == *ending)) {
                paths.push(path);
            }
        }
    }
    paths.sort();
    paths.iter().filter_map(|path| fs::read(path).ok()).filter(|text| text.len() < 64 << 10).collect()
}

fn main() {
    let options = options();
    let share = Duration::from_millis(options.seconds * 1000 / options.targets.len() as u64);
    let mut failed = false;
    std::panic::set_hook(Box::new(|_| {}));
    for target in options.targets {
        failed |= !fuzz(target, share, options.seed);
    }
    std::process::exit(i32::from(failed));
}

fn fuzz(target: &Target, share: Duration, seed: u64) -> bool {
    let corpus = corpus(target);
    let mut mutator = Mutator::new(seed);
    let began = Instant::now();
    let mut runs = 0_u64;
    while began.elapsed() < share {
        let input = mutator.mutate(&corpus);
        let start = Instant::now();
        let result = std::panic::catch_unwind(|| (target.run)(&input));
        let slow = start.elapsed() > allowed(input.len());
        runs += 1;
        if result.is_err() || slow {
            let path = keep(target, &input);
            let what = if slow { "took too long" } else { "panicked" };
            println!("{}: {what} after {runs} inputs: {}", target.name, path.display());
            return false;
        }
    }
    println!("{}: {runs} inputs, seed {seed}, nothing found", target.name);
    true
}

fn keep(target: &Target, input: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("artifacts");
    let _ = fs::create_dir_all(&folder);
    let path = folder.join(format!("{}-{}", target.name, input.len()));
    let _ = fs::write(&path, input);
    path
}
