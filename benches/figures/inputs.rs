//! Texts to measure with, made here so that they have any size.

use std::fmt::Write;

/// What one round of [`realistic`] declares: the items that real files are made of, `NN` for its number.
const ROUND: &str = r#"/// What a service is built from.
record ServiceNN {
  /// Its name in the registry.
  name: string,
  path: dir,
  port: int = 8080,
  limits: {cpu: percent, memory: size} = {cpu: 80%, memory: 512MiB},
}

enum TierNN { low, normal, high }

/// The branch of a change.
fn branch-nameNN(title: string, tier: TierNN) -> string =
  if tier == high then "hot/${title.lower().replace(" ", "-")}" else "work/${title.lower().replace(" ", "-")}"

/// Lints one service and counts what was found.
command lint-serviceNN(service: ServiceNN, strict: bool = false) -> (warnings: int, text: string) {
  exec ["cargo", "clippy", "--manifest-path", "${service.path}/Cargo.toml", "--message-format", "json"]
  reads "${service.path}/**"
  writes "target/lint-NN/**"
  env { RUST_LOG: "info", STRICT: if strict then "1" else "0" }
  timeout 10m
  retry 2 if (exit, timeout) backoff 5s to 1m
  output warnings = stdout.lines().filter(line => line.contains("\"level\":\"warning\"")).len()
  output text = stdout.trim()
}

handler mend-and-retryNN max 3 {
  step mend { run @auto-fix-tests(log: failure.stderr) }
  retry
}

/// Builds, checks and releases all services of one tier.
workflow release-tierNN(
  /// What to call the change.
  title: string,
  services: list<ServiceNN>,
  tier: TierNN = normal,
  /// Share of lines that tests must cover.
  min-coverage: percent = 80%,
) -> (coverage: percent, warnings: int) {
  timeout 2h
  on failure(timeout) { emit next "It took too long; give it more time." }

  // The branch is made first, so that everything else happens on it.
  let branch = branch-nameNN(title, tier)
  step prepare "Make branch ${branch}" {
    exec ["git", "switch", "-c", branch]
    writes ".git/**"
    timeout 1m
  }

  parallel max 2 {
    step unit "Unit tests" {
      sh "cargo test --workspace 2>&1 | tail -n 50"
      reads "src/**", "tests/**"
      writes "target/unit-NN/**"
      timeout 20m
      fails as test-failure if exit == 101
      on failure(test-failure) use mend-and-retryNN max 2
      output passed: int = stdout.lines().filter(line => line.starts-with("ok")).len()
    }
    step docs {
      sh """
        mdbook build docs
        cp -r docs/book "site/${title}"
        """
      reads "docs/**"
      writes "docs/book/**", "site/**"
      timeout 5m
    }
  }

  var found = 0
  let counts = for service in services by service.name {
    step lint "Lint ${service.name}" { run @lint-serviceNN(service: service, strict: tier == high) }
    found = found + lint.warnings
    if lint.warnings > 10 and service.port != 8080 {
      emit decision "Too many warnings in ${service.name}: ${lint.text}"
    } else if lint.warnings == 0 {
      emit achieved "${service.name} is clean."
    }
    yield lint.warnings
  }

  repeat max 3 until test_coverage >= min-coverage {
    step measure {
      sh "cargo llvm-cov --json --summary-only"
      writes "target/**"
      timeout 15m
      output lines: percent = percent(stdout.json().data[0].totals.lines.percent as float)
    }
    metric test_coverage: percent = measure.lines
  }

  match tier {
    low => { emit next "Nothing more to do for ${title}." }
    normal => { step announce { exec ["echo", "released", title, "with ${unit.passed} tests"]; reads "src/**"; timeout 10s } }
    high => {
      approve merge-ok "Release ${title} now?" { show branch; within 3d }
      step merge { exec ["git", "merge", "--no-ff", branch]; writes "**", ".git/**"; timeout 1m }
    }
  }
  gate enough "Coverage of ${title}" test_coverage >= min-coverage else "write more tests"
  return (coverage: test_coverage, warnings: found + counts.sum())
}

"#;

/// A file of the given number of items (six a round), as a team would write it.
pub fn realistic(items: usize) -> String {
    let mut text = String::from("wf 1\n\n");
    let rounds = items.div_ceil(6);
    for number in 0..rounds {
        text.push_str(&ROUND.replace("NN", &format!("-r{number}")));
    }
    text
}

/// A workflow of `count` steps that do not depend on each other.
pub fn independent(count: usize) -> String {
    let mut text = String::from("wf 1\n\nworkflow all() {\n  timeout 1h\n");
    for at in 0..count {
        let _ = writeln!(text, "  step s{at} {{ exec [\"/bin/true\"] }}");
    }
    text.push_str("}\n");
    text
}

/// A workflow of `count` steps, each of which reads what the one before it gave.
pub fn chained(count: usize) -> String {
    let mut text = String::from("wf 1\n\nworkflow all() {\n  timeout 1h\n");
    text.push_str("  step s0 { exec [\"/bin/true\"]; output o: string = stdout }\n");
    for at in 1..count {
        let before = at - 1;
        let _ = writeln!(text, "  step s{at} {{ exec [\"/bin/true\", s{before}.o]; output o: string = stdout }}");
    }
    let _ = writeln!(text, "  emit achieved \"${{s{}.o}}\"\n}}", count - 1);
    text
}

/// The same steps for ninja.
pub fn ninja(count: usize, chain: bool) -> String {
    let mut text = String::from("rule r\n  command = /bin/true\n");
    for at in 0..count {
        let _ = match at.checked_sub(1).filter(|_| chain) {
            Some(before) => writeln!(text, "build s{at}: r s{before}"),
            None => writeln!(text, "build s{at}: r"),
        };
    }
    text
}

/// The same steps for make.
pub fn make(count: usize, chain: bool) -> String {
    let names: Vec<String> = (0..count).map(|at| format!("s{at}")).collect();
    let mut text = format!(".PHONY: all {0}\nall: {0}\n", names.join(" "));
    for at in 0..count {
        let _ = match at.checked_sub(1).filter(|_| chain) {
            Some(before) => writeln!(text, "s{at}: s{before}\n\t@/bin/true"),
            None => writeln!(text, "s{at}:\n\t@/bin/true"),
        };
    }
    text
}
