//! The examples run: each in a folder of its own with the little that it needs.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn wf(folder: &Path, args: &[&str]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_wf"))
        .args(args)
        .current_dir(folder)
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "wf {args:?} ended with {:?}\n{}\n{}",
        output.status.code(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

fn example(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name).display().to_string()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Whether a tool that an example needs is here; says so when it is not.
fn has(tool: &str) -> bool {
    let found = Command::new(tool).arg("--version").output().is_ok();
    if !found {
        eprintln!("skipped: {tool} is not installed");
    }
    found
}

#[test]
fn the_tests_of_the_examples_pass() {
    let folder = tempfile::tempdir().unwrap();
    let first_look = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/parse/ok/ship-feature.wf");
    let output = wf(folder.path(), &["test", &example(""), &first_look.display().to_string()]);
    let passed = stdout(&output).lines().filter(|line| line.starts_with("ok ")).count();
    assert!(passed >= 7, "{}", stdout(&output));
}

#[test]
fn the_pipeline_makes_its_report() {
    if !has("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let output = wf(folder.path(), &["run", &example("pipeline.wf"), "--tolerance", "60%"]);
    assert!(stdout(&output).contains("report = data/report.txt"), "{}", stdout(&output));
    let report = fs::read_to_string(folder.path().join("data/report.txt")).unwrap();
    assert_eq!(report.lines().count(), 3, "{report}");
}

#[test]
fn the_matrix_builds_in_the_order_of_needs_and_collects_failures() {
    let folder = tempfile::tempdir().unwrap();
    let package = |name: &str, needs: &str, script: &str| {
        let home = folder.path().join("packages").join(name);
        fs::create_dir_all(&home).unwrap();
        fs::write(home.join("needs"), needs).unwrap();
        fs::write(home.join("build.sh"), script).unwrap();
    };
    package("app", "base\n", "test -e ../base/out/done && echo app >> ../../order");
    package("base", "", "mkdir -p out; touch out/done; echo base >> ../../order");
    package("broken", "", "exit 4");
    let output = wf(folder.path(), &["run", &example("matrix.wf")]);
    assert!(stdout(&output).contains("built = 2"), "{}", stdout(&output));
    assert_eq!(fs::read_to_string(folder.path().join("order")).unwrap(), "base\napp\n");
}

#[test]
fn the_migration_fills_every_order() {
    if !has("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let make = "import sqlite3; db = sqlite3.connect('shop.db'); db.execute('create table orders (id)'); \
                db.executemany('insert into orders values (?)', [(n,) for n in range(12)]); db.commit()";
    assert!(Command::new("python3").args(["-c", make]).current_dir(folder.path()).status().unwrap().success());
    let output = wf(folder.path(), &["run", &example("migrate.wf"), "--mode", "autopilot"]);
    assert!(stdout(&output).contains("orders = 12"), "{}", stdout(&output));
}

#[test]
fn the_backup_copies_and_unlocks() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("data/deep")).unwrap();
    fs::write(folder.path().join("data/a"), "1").unwrap();
    fs::write(folder.path().join("data/deep/b"), "2").unwrap();
    let output = wf(folder.path(), &["run", &example("backup.wf")]);
    assert!(stdout(&output).contains("files = 2"), "{}", stdout(&output));
    assert_eq!(fs::read_to_string(folder.path().join("backup/data/deep/b")).unwrap(), "2");
    assert!(!folder.path().join("backup.lock").exists());
}

#[test]
fn the_release_is_rehearsed() {
    if !has("git") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let git = |args: &[&str]| {
        let identity = ["-c", "user.name=ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false"];
        let done = Command::new("git").args(identity).args(args).current_dir(folder.path()).status().unwrap();
        assert!(done.success(), "git {args:?}");
    };
    git(&["init", "--quiet"]);
    for change in ["first", "second"] {
        fs::write(folder.path().join("file"), change).unwrap();
        fs::write(folder.path().join(".gitignore"), ".wf/\ndist/\n").unwrap();
        git(&["add", "."]);
        git(&["commit", "--quiet", "--message", change]);
    }
    fs::create_dir(folder.path().join("dist")).unwrap();
    let output = wf(folder.path(), &["run", &example("release.wf"), "--version", "1.0.0", "--mode", "autopilot"]);
    assert!(stdout(&output).contains("tag = v1.0.0"), "{}", stdout(&output));
    assert!(folder.path().join("dist/1.0.0.tar.gz").is_file());
}

#[test]
fn the_host_program_runs_its_workflow() {
    let binary = Path::new(env!("CARGO_BIN_EXE_wf")).with_file_name("examples").join("embed");
    if !binary.is_file() {
        eprintln!("skipped: `cargo test --workspace` builds the example, a single test binary does not");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(binary).current_dir(folder.path()).output().unwrap();
    let said = stdout(&output);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("run.finished") && said.contains("1100"), "{said}");
    let lines = fs::read_to_string(example("embed.rs")).unwrap().lines().count();
    assert!(lines <= 80, "the example has grown to {lines} lines");
}
