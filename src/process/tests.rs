//! Real processes.

use std::collections::BTreeMap;
use std::fs;
use std::time::Instant;

use super::*;

fn spec(script: &str) -> Spec {
    Spec { argv: ["sh", "-c", script].map(OsString::from).into(), ..Spec::default() }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn run(spec: Spec) -> Outcome {
    block_on(async { spawn(spec).unwrap().wait(|_| {}).await })
}

fn refused(spec: Spec) -> SpawnError {
    block_on(async { spawn(spec).unwrap_err() })
}

fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

/// Whether a process runs that has this text in its command line.
fn is_running(text: &str) -> bool {
    let pids =
        fs::read_dir("/proc").unwrap().filter_map(|entry| entry.unwrap().file_name().to_str()?.parse::<u32>().ok());
    let mut lines = pids.filter_map(|pid| fs::read(format!("/proc/{pid}/cmdline")).ok());
    lines.any(|line| String::from_utf8_lossy(&line).replace('\0', " ").trim_end() == text)
}

#[test]
fn a_process_ends() {
    let outcome = run(spec("echo out; echo err >&2; exit 3"));
    assert_eq!(outcome.end, End::Exited(3));
    assert_eq!(outcome.stdout.in_memory().unwrap(), b"out\n");
    assert_eq!(outcome.stderr.tail(), b"err\n");
    assert!(!outcome.lingering && outcome.lost.is_none());
    assert!(outcome.max_rss > 100_000 && outcome.max_rss < 1 << 30, "{}", outcome.max_rss);
    assert_eq!(run(spec("kill -9 $$")).end, End::Signaled(9));
    let busy = run(spec("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done"));
    assert!(busy.cpu_user.as_millis() > 5 && busy.duration >= busy.cpu_user / 4, "{busy:?}");
}

#[test]
fn arguments_environment_and_folder_arrive() {
    let folder = tempfile::tempdir().unwrap();
    let cwd = fs::canonicalize(folder.path()).unwrap();
    let mut asked = spec(r#"printf '%s|' "$0" "$1" "$X" "${HOME-none}" "$PWD""#);
    asked.argv.extend(["$(a)".into(), " b\n".into()]);
    asked.env = vec![("X".into(), "1".into()), ("X".into(), "x\"y".into())];
    asked.env_remove = vec!["HOME".into()];
    asked.cwd = Some(cwd.clone());
    let expected = format!("$(a)| b\n|x\"y|none|{}|", cwd.display());
    assert_eq!(String::from_utf8(run(asked).stdout.read().unwrap()).unwrap(), expected);
}

#[test]
fn programs_are_found_as_the_process_would_find_them() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str, mode: u32| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
        path
    };
    write("tool", "#!/bin/sh\necho found", 0o755);
    write("plain", "text", 0o644);
    let headless = write("headless", "echo x", 0o755);
    let orphan = write("orphan", "#!/no/such/interpreter -x\n", 0o755);
    let start = |argv: &[&str]| Spec {
        argv: argv.iter().map(OsString::from).collect(),
        cwd: Some(folder.path().to_owned()),
        ..Spec::default()
    };
    let with_path = |name: &str| Spec { env: vec![("PATH".into(), folder.path().into())], ..start(&[name]) };
    assert_eq!(run(with_path("tool")).stdout.tail(), b"found\n");
    assert_eq!(run(start(&["./tool"])).stdout.tail(), b"found\n");
    let missing = SpawnError::NotFound { program: "sh".to_owned(), searched: vec![folder.path().to_owned()] };
    assert_eq!(refused(with_path("sh")), missing);
    assert!(matches!(refused(start(&["./none"])), SpawnError::NotFound { searched, .. } if searched.is_empty()));
    assert!(
        matches!(refused(start(&["./plain"])), SpawnError::NotExecutable { reason, .. } if reason == "permission denied")
    );
    assert!(matches!(refused(with_path("plain")), SpawnError::NotExecutable { .. }));
    assert!(
        matches!(refused(start(&["/tmp"])), SpawnError::NotExecutable { reason, .. } if reason == "it is a folder")
    );
    assert!(matches!(refused(start(&["./headless"])), SpawnError::NotExecutable { path, .. } if path == headless));
    let SpawnError::NotExecutable { path, reason } = refused(start(&["./orphan"])) else { panic!() };
    assert!(path == orphan && reason.contains("/no/such/interpreter -x"), "{reason}");
    assert_eq!(refused(start(&[])), SpawnError::Empty);
}

#[test]
fn what_cannot_be_started_is_explained() {
    let nowhere = Spec { cwd: Some("/no/such/folder".into()), ..spec("true") };
    assert!(matches!(refused(nowhere), SpawnError::NoWorkingDirectory { reason, .. } if reason == "it does not exist"));
    let file = Spec { cwd: Some("/etc/passwd".into()), ..spec("true") };
    assert!(matches!(refused(file), SpawnError::NoWorkingDirectory { reason, .. } if reason == "it is not a folder"));
    let big =
        Spec { env: vec![("SMALL".into(), "x".into()), ("BIG".into(), "x".repeat(200_000).into())], ..spec("true") };
    let SpawnError::TooLarge { largest, largest_bytes, total } = refused(big) else { panic!() };
    assert_eq!((largest.as_str(), largest_bytes), ("variable BIG", 200_005));
    assert!(total > 200_005);
    let mut big = spec("true");
    big.argv.push("y".repeat(3_000_000).into());
    assert!(matches!(refused(big), SpawnError::TooLarge { largest, .. } if largest == "argument 3"));
    let nul = Spec { env: vec![("X".into(), "a\0b".into())], ..spec("true") };
    assert_eq!(refused(nul), SpawnError::Nul { place: "variable X".to_owned() });
}

#[test]
fn large_input_is_fed() {
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|index| (index % 251) as u8).collect();
    let fed = Spec { stdin: Some(bytes.clone().into()), ..spec("cat") };
    let outcome = run(Spec { limits: Limits { memory: 8 << 20, ..Limits::default() }, ..fed });
    assert!(outcome.stdout.in_memory() == Some(&bytes));
    let unread = Spec { stdin: Some(bytes.into()), ..spec("exec <&-; sleep 0.05; echo done") };
    assert_eq!(run(unread).stdout.tail(), b"done\n");
    let empty = Spec { stdin: Some(Vec::new().into()), ..spec("wc -c") };
    assert_eq!(run(empty).stdout.tail().trim_ascii(), b"0");
    assert_eq!(run(spec("wc -c")).stdout.tail().trim_ascii(), b"0");
}

#[test]
fn invalid_text_is_kept_as_it_is() {
    assert_eq!(run(spec(r"printf '\377\000\376'")).stdout.in_memory().unwrap(), b"\xff\0\xfe");
}

#[test]
fn endless_output_takes_bounded_memory() {
    let folder = tempfile::tempdir().unwrap();
    let script = "head -c 200000000 /dev/zero | tr '\\0' 'x'; echo end; head -c 3000 /dev/zero >&2";
    let spill = [Some(folder.path().join("1.stdout")), Some(folder.path().join("1.stderr"))];
    let (log, before) = (Some(folder.path().join("log")), resident());
    let outcome = run(Spec { spill, log: log.clone(), ..spec(script) });
    assert!(resident() < before + (24 << 20), "{before} to {}", resident());
    let path = folder.path().join("1.stdout");
    assert_eq!(outcome.stdout.spilled.as_deref(), Some(path.as_path()));
    assert_eq!((outcome.stdout.len, fs::metadata(path).unwrap().len()), (200_000_004, 200_000_004));
    assert_eq!(outcome.stdout.tail().len(), 64 << 10);
    assert!(outcome.stdout.tail().ends_with(b"xend\n") && outcome.stdout.in_memory().is_none());
    assert!(!folder.path().join("1.stderr").exists() && outcome.stderr.len == 3000);
    assert!(fs::metadata(log.unwrap()).unwrap().len() > 200_000_000);
}

#[test]
fn of_an_output_without_a_path_the_end_is_kept() {
    let limits = Limits { memory: 100, tail: 50, ..Limits::default() };
    let outcome = run(Spec { limits, ..spec("yes 12345678 | head -c 9000") });
    assert_eq!((outcome.stdout.len, outcome.stdout.tail().len()), (9000, 50));
    assert!(outcome.stdout.spilled.is_none() && outcome.lost.is_none());
}

#[test]
fn output_of_all_sizes_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    for size in [0_usize, 1, 99, 100, 101, 149, 150, 151, 1000, 70_000] {
        let limits = Limits { memory: 100, tail: 50, ..Limits::default() };
        let script = format!("yes 12345678 | head -c {size}");
        let outcome = run(Spec { spill: [Some(folder.path().join("x")), None], limits, ..spec(&script) });
        let expected: Vec<u8> = b"12345678\n".iter().copied().cycle().take(size).collect();
        assert_eq!(outcome.stdout.read().unwrap(), expected);
        assert_eq!(outcome.stdout.tail(), &expected[size.saturating_sub(50)..]);
        assert_eq!(outcome.stdout.spilled.is_some(), size > 100);
    }
}

#[test]
fn the_log_has_both_outputs_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let script = "echo one; sleep 0.05; echo two >&2; sleep 0.05; printf 'thr'; sleep 0.05; printf 'ee\\n\\nend'";
    run(Spec { log: Some(path.clone()), ..spec(script) });
    let text = fs::read(&path).unwrap();
    let lines: Vec<LogLine<'_>> = text.split(|byte| *byte == b'\n').filter_map(parse_log_line).collect();
    let short = |line: &LogLine<'_>| {
        (line.stream == Stream::Stderr, line.continues, String::from_utf8_lossy(line.text).into_owned())
    };
    let expected = [
        (false, false, "one"),
        (true, false, "two"),
        (false, false, "three"),
        (false, false, ""),
        (false, true, "end"),
    ];
    assert_eq!(
        lines.iter().map(short).collect::<Vec<_>>(),
        expected.map(|(err, more, text)| (err, more, text.to_owned()))
    );
    assert!(lines[1].at_ms >= 40 && lines.is_sorted_by_key(|line| line.at_ms));
    let quiet = folder.path().join("quiet");
    run(Spec { log: Some(quiet.clone()), ..spec("true") });
    assert!(!quiet.exists());
}

#[test]
fn secrets_reach_neither_log_nor_output() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let mask = Arc::new(Mask::new([b"s3cret-value".as_slice()]));
    let script = "printf 'a s3cret'; sleep 0.05; echo '-value b'; printf s3cret-value | base64 >&2; echo s3cret-";
    let mut told = Vec::new();
    let outcome = block_on(async {
        let mut running = spawn(Spec { mask, log: Some(path.clone()), ..spec(script) }).unwrap();
        let mut tell = |notice: Notice<'_>| {
            if let Notice::Output(_, bytes) = notice {
                told.extend_from_slice(bytes);
            }
        };
        running.wait(&mut tell).await
    });
    assert_eq!(outcome.stdout.tail(), b"a *** b\ns3cret-\n");
    assert!(outcome.stdout.masked && outcome.stderr.masked && outcome.stderr.tail().starts_with(b"***"));
    let log = String::from_utf8(fs::read(path).unwrap()).unwrap();
    assert!(
        log.contains("a *** b") && !log.contains("value") && !String::from_utf8_lossy(&told).contains("value"),
        "{log}"
    );
}

#[test]
fn what_stays_in_the_background_holds_nobody_up() {
    let begun = Instant::now();
    let outcome = run(spec("echo early; sleep 971 & echo done"));
    assert!(begun.elapsed().as_secs() < 5);
    assert_eq!((outcome.end, outcome.stdout.tail(), outcome.lingering), (End::Exited(0), &b"early\ndone\n"[..], true));
    assert!(outcome.duration.as_millis() < 200, "the wait for others is not its own: {:?}", outcome.duration);
    let late = run(spec("(sleep 0.1; echo late) & echo done"));
    assert_eq!((late.stdout.tail(), late.lingering), (&b"done\nlate\n"[..], false));
    assert!(is_running("sleep 971"));
    for pid in
        fs::read_dir("/proc").unwrap().filter_map(|entry| entry.unwrap().file_name().to_str()?.parse::<i32>().ok())
    {
        if fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line == b"sleep\x00971\0") {
            let pid = rustix::process::Pid::from_raw(pid).unwrap();
            rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        }
    }
}

/// Starts a script, and ends it `after` a while.
fn stop(script: &str, marker: &str, after: u64, grace: u64) -> (Outcome, Duration) {
    let asked = Spec { env: vec![("MARK".into(), marker.into())], marker: Some("MARK".into()), ..spec(script) };
    block_on(async {
        let mut running = spawn(asked).unwrap();
        tokio::select! {
            _ = running.wait(|_| {}) => panic!("it ended by itself"),
            () = tokio::time::sleep(Duration::from_millis(after)) => {}
        }
        let begun = Instant::now();
        let outcome = running.terminate(Duration::from_millis(grace), |_| {}).await;
        (outcome, begun.elapsed())
    })
}

#[test]
fn an_obedient_process_ends_within_its_grace() {
    let (outcome, took) =
        stop("trap 'echo bye; exit 7' TERM; echo hi; while :; do sleep 0.01; done", "obedient", 300, 5000);
    assert_eq!((outcome.end, outcome.stdout.tail()), (End::Exited(7), &b"hi\nbye\n"[..]));
    assert!(took.as_millis() < 2000, "{took:?}");
}

#[test]
fn a_stubborn_tree_is_killed_whole() {
    let script = "trap '' TERM; (trap '' TERM; sleep 972) & setsid sleep 973 & \
                  setsid sh -c 'trap \"\" TERM; (sleep 974; true) & exit' & sleep 975; sleep 976";
    let (outcome, took) = stop(script, "stubborn", 300, 200);
    assert_eq!(outcome.end, End::Signaled(9));
    assert!(took.as_millis() >= 200 && took.as_millis() < 3000, "{took:?}");
    for sleep in ["sleep 972", "sleep 973", "sleep 974", "sleep 975", "sleep 976"] {
        assert!(!is_running(sleep), "{sleep}");
    }
}

#[test]
fn a_stopped_process_ends_too() {
    let (outcome, took) = stop("kill -STOP $$", "stopped", 300, 5000);
    assert!(outcome.end == End::Signaled(15) && took.as_millis() < 2000, "{outcome:?} {took:?}");
}

#[test]
fn killing_and_dropping_leave_nothing() {
    block_on(async {
        let mut running = spawn(spec("trap '' TERM; sleep 977")).unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(running.kill(|_| {}).await.end, End::Signaled(9));
        let dropped = spawn(spec("sleep 978; true")).unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(is_running("sleep 978") && !is_running("sleep 977"));
        drop(dropped);
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(!is_running("sleep 978"));
    });
}

#[test]
fn progress_is_told_while_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let scratch = Scratch::new(folder.path().join("tmp")).unwrap();
    let files = scratch.attempt().unwrap();
    let script = "echo '10% a' >> $P; printf '20%% b' >> $P; sleep 0.7; echo ' c' >> $P; echo 'x=1' >> $O; echo '100%' >> $P; ls -A $T";
    let env = [("P", &files.progress), ("O", &files.output), ("T", &files.folder)];
    let env = env.map(|(name, path)| (name.into(), path.into())).to_vec();
    let mut told = Vec::new();
    let outcome = block_on(async {
        let mut running = spawn(Spec { env, progress: Some(files.progress.clone()), ..spec(script) }).unwrap();
        let mut tell = |notice: Notice<'_>| {
            if let Notice::Progress(progress) = notice {
                told.push((progress.percent, progress.item.clone(), Instant::now()));
            }
        };
        running.wait(&mut tell).await
    });
    assert_eq!((outcome.end, outcome.stdout.len), (End::Exited(0), 0));
    let items: Vec<_> = told.iter().map(|(percent, item, _)| (percent.unwrap(), item.as_str())).collect();
    assert_eq!(items, [(10.0, "a"), (20.0, "b c"), (100.0, "")]);
    assert!(told[1].2 - told[0].2 > Duration::from_millis(150));
    assert_eq!(parse_outputs(&files.read_output(100).unwrap()).unwrap()["x"], OutputValue::Text("1".to_owned()));
}

#[test]
fn many_at_once_do_not_mix() {
    let outcomes = block_on(async {
        let mut running = BTreeMap::new();
        for number in 0..30 {
            running.insert(number, spawn(spec(&format!("echo {number}; exit {number}"))).unwrap());
        }
        let mut outcomes = Vec::new();
        for (number, mut process) in running {
            outcomes.push((number, process.wait(|_| {}).await));
        }
        outcomes
    });
    for (number, outcome) in outcomes {
        assert_eq!(outcome.end, End::Exited(number));
        assert_eq!(outcome.stdout.tail(), format!("{number}\n").as_bytes());
    }
}

#[test]
fn strays_are_found_by_their_marker() {
    let marker = format!("WF_KEY=stray-{}", std::process::id());
    let script = format!("{marker} setsid sleep 4711 & exec env {marker} sleep 4711");
    let mut child = std::process::Command::new("sh").args(["-c", &script]).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(200));
    super::kill_strays(marker.as_bytes());
    assert!(matches!(child.try_wait(), Ok(Some(_))), "it was ended");
}
