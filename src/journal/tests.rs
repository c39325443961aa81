//! The journal against restarts, other processes, torn logs and damaged files.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::*;

fn info(id: &str) -> RunInfo {
    let text = |text: &str| text.to_owned();
    let (workflow, plan_digest, status) = (text("ship"), text("d1"), text("running"));
    RunInfo { id: text(id), workflow, plan_digest, status, created_ms: 1, updated_ms: 1 }
}

fn record(seq: u32) -> Record {
    let data = format!(r#"{{"seq":{seq},"text":"{}"}}"#, "x".repeat(seq as usize % 300));
    let step = (!seq.is_multiple_of(3)).then(|| format!("build/{seq}"));
    Record { seq, at_ms: 1_800_000_000_000 + i64::from(seq), kind: "step.succeeded".to_owned(), step, data }
}

fn seqs(journal: &Journal, run: &str) -> Vec<u32> {
    journal.records(run, 0).unwrap().iter().map(|record| record.seq).collect()
}

fn both() -> [(Journal, Option<tempfile::TempDir>); 2] {
    let folder = tempfile::tempdir().unwrap();
    let database = Journal::open(&folder.path().join(".wf")).unwrap();
    [(database, Some(folder)), (Journal::in_memory(), None)]
}

#[test]
fn what_was_written_is_read() {
    for (journal, _folder) in both() {
        journal.create_run(info("aaa"), "{}").wait().unwrap();
        journal.create_run(info("aab"), "{\"other\":1}").wait().unwrap();
        let records: Vec<Record> = (1..=5).map(record).collect();
        journal.append("aaa", records.clone()).wait().unwrap();
        journal.append("aab", vec![record(1)]).wait().unwrap();
        journal.set_status("aaa", "succeeded", 9).wait().unwrap();
        assert_eq!(journal.records("aaa", 0).unwrap(), records);
        assert_eq!(journal.records("aaa", 4).unwrap(), records[3..]);
        assert_eq!(seqs(&journal, "aab"), [1]);
        let runs = journal.runs().unwrap();
        assert_eq!(runs.iter().map(|run| run.id.as_str()).collect::<Vec<_>>(), ["aab", "aaa"]);
        assert_eq!((runs[1].status.as_str(), runs[1].updated_ms), ("succeeded", 9));
        assert_eq!(journal.plan("d1").unwrap().as_deref(), Some("{}"));
        assert_eq!(journal.plan("d2").unwrap(), None);
        journal.verify().unwrap();
    }
}

#[test]
fn mistakes_are_refused_alone() {
    for (journal, _folder) in both() {
        journal.create_run(info("aaa"), "{}").wait().unwrap();
        let good = journal.append("aaa", vec![record(1)]);
        let unknown = journal.append("zzz", vec![record(1)]);
        let duplicate = journal.append("aaa", vec![record(2), record(1)]);
        let twice = journal.create_run(info("aaa"), "{}");
        let last = journal.append("aaa", vec![record(3)]);
        good.wait().unwrap();
        assert_eq!(unknown.wait().unwrap_err(), JournalError::UnknownRun { run: "zzz".to_owned() });
        assert_eq!(duplicate.wait().unwrap_err(), JournalError::Duplicate { run: "aaa".to_owned(), seq: 1 });
        assert_eq!(twice.wait().unwrap_err(), JournalError::RunExists { run: "aaa".to_owned() });
        last.wait().unwrap();
        assert_eq!(seqs(&journal, "aaa"), [1, 3]);
        assert!(matches!(journal.records("zzz", 0), Err(JournalError::UnknownRun { .. })));
        assert!(matches!(journal.set_status("zzz", "x", 1).wait(), Err(JournalError::UnknownRun { .. })));
    }
}

#[test]
fn runs_are_found_by_prefix() {
    for (journal, _folder) in both() {
        for id in ["abc1", "abc2", "abd", "abc"] {
            journal.create_run(info(id), "{}").wait().unwrap();
        }
        assert_eq!(journal.find_run("abd").unwrap().id, "abd");
        assert_eq!(journal.find_run("ABC2").unwrap().id, "abc2");
        assert_eq!(journal.find_run("abc").unwrap().id, "abc");
        let JournalError::AmbiguousRun { matches, .. } = journal.find_run("ab").unwrap_err() else { panic!() };
        assert_eq!(matches.len(), 4);
        assert!(matches!(journal.find_run("x"), Err(JournalError::UnknownRun { .. })));
    }
}

#[test]
fn it_is_there_after_reopening_and_ignored_by_git() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("deep/.wf");
    let journal = Journal::open(&state).unwrap();
    journal.create_run(info("aaa"), "{}").wait().unwrap();
    let _unawaited = journal.append("aaa", (1..=100).map(record).collect());
    drop(journal);
    let journal = Journal::open(&state).unwrap();
    assert_eq!(seqs(&journal, "aaa"), (1..=100).collect::<Vec<_>>());
    assert_eq!(fs::read_to_string(state.join(".gitignore")).unwrap(), "*\n");
}

#[test]
fn acknowledgements_can_be_awaited() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for (journal, _folder) in both() {
        runtime.block_on(async {
            journal.create_run(info("aaa"), "{}").await.unwrap();
            let acks: Vec<Ack> = (1..=1000).map(|seq| journal.append("aaa", vec![record(seq)])).collect();
            for ack in acks {
                ack.await.unwrap();
            }
            journal.flush().await.unwrap();
        });
        assert_eq!(seqs(&journal, "aaa").len(), 1000);
    }
}

#[test]
fn two_handles_write_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let handles = [Journal::open(folder.path()).unwrap(), Journal::open(folder.path()).unwrap()];
    std::thread::scope(|scope| {
        for (journal, run) in handles.iter().zip(["aaa", "bbb"]) {
            scope.spawn(move || {
                journal.create_run(info(run), "{}").wait().unwrap();
                for seq in 1..=50 {
                    journal.append(run, vec![record(seq)]).wait().unwrap();
                }
            });
        }
    });
    for (reader, run) in handles.iter().zip(["bbb", "aaa"]) {
        assert_eq!(seqs(reader, run), (1..=50).collect::<Vec<_>>());
    }
}

#[test]
fn a_run_belongs_to_one_process() {
    for (journal, _folder) in both() {
        assert_eq!(journal.holder("aaa"), None);
        let lock = journal.lock("aaa", 1_800_000_000_000).unwrap();
        let holder = Holder { pid: std::process::id(), since_ms: 1_800_000_000_000 };
        let refused = journal.lock("aaa", 2).unwrap_err();
        assert_eq!(refused, JournalError::Locked { run: "aaa".to_owned(), holder });
        assert_eq!(journal.holder("aaa"), Some(holder));
        assert!(refused.to_string().ends_with("since 2027-01-15T08:00:00Z"), "{refused}");
        let _other = journal.lock("bbb", 1).unwrap();
        drop(lock);
        assert_eq!(journal.holder("aaa"), None);
        drop(journal.lock("aaa", 3).unwrap());
    }
}

/// Runs [`child`] in a process of its own.
fn child(task: &str, folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["journal::tests::child_process", "--exact", "--ignored", "--nocapture", "--test-threads=1"]);
    command.env("JOURNAL_TASK", task).env("JOURNAL_FOLDER", folder).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

#[test]
#[ignore = "the other process of the tests below"]
fn child_process() {
    let (Some(task), Some(folder)) = (std::env::var_os("JOURNAL_TASK"), std::env::var_os("JOURNAL_FOLDER")) else {
        return;
    };
    let journal = Journal::open(Path::new(&folder)).unwrap();
    let _lock = journal.lock("aaa", 5).unwrap();
    if task == "hold" {
        println!("locked");
        std::thread::sleep(std::time::Duration::from_secs(60));
    }
    journal.create_run(info("aaa"), "{}").wait().unwrap();
    for seq in 1.. {
        journal.append("aaa", vec![record(seq)]).wait().unwrap();
        println!("durable {seq}");
        if seq == 40 {
            let _unawaited: Vec<Ack> = (41..80).map(|seq| journal.append("aaa", vec![record(seq)])).collect();
            std::process::abort();
        }
    }
}

#[test]
fn what_an_aborted_process_acknowledged_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let output = child("abort", folder.path()).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("durable 40"));
    let journal = Journal::open(folder.path()).unwrap();
    let found = seqs(&journal, "aaa");
    assert!(found.len() >= 40, "{found:?}");
    assert_eq!(found, (1..=found.len() as u32).collect::<Vec<_>>());
    journal.lock("aaa", 1).unwrap();
    journal.verify().unwrap();
}

#[test]
fn a_lock_ends_with_its_process() {
    let folder = tempfile::tempdir().unwrap();
    let mut holding = child("hold", folder.path()).spawn().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(holding.stdout.take().unwrap()));
    while !lines.next().unwrap().unwrap().contains("locked") {}
    let journal = Journal::open(folder.path()).unwrap();
    let JournalError::Locked { holder, .. } = journal.lock("aaa", 1).unwrap_err() else { panic!() };
    assert_eq!(holder, Holder { pid: holding.id(), since_ms: 5 });
    holding.kill().unwrap();
    holding.wait().unwrap();
    journal.lock("aaa", 1).unwrap();
}

/// Whatever part of the log reached the disk, what is read is a prefix of what was written, and more can follow.
#[test]
fn a_torn_log_leaves_a_prefix() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    journal.create_run(info("aaa"), "{}").wait().unwrap();
    for seq in 1..=20 {
        journal.append("aaa", vec![record(seq)]).wait().unwrap();
    }
    let database = fs::read(folder.path().join("wf.db")).unwrap();
    let log = fs::read(folder.path().join("wf.db-wal")).unwrap();
    let mut lengths = Vec::new();
    for cut in (0..=log.len()).step_by(512).chain([log.len()]) {
        let torn = tempfile::tempdir().unwrap();
        fs::write(torn.path().join("wf.db"), &database).unwrap();
        fs::write(torn.path().join("wf.db-wal"), &log[..cut]).unwrap();
        let reopened = Journal::open(torn.path()).unwrap();
        let found = if reopened.runs().unwrap().is_empty() { Vec::new() } else { seqs(&reopened, "aaa") };
        assert_eq!(found, (1..=found.len() as u32).collect::<Vec<_>>(), "cut at {cut}");
        if !reopened.runs().unwrap().is_empty() {
            reopened.append("aaa", vec![record(100)]).wait().unwrap();
        }
        lengths.push(found.len());
    }
    assert!(lengths.is_sorted() && lengths[0] == 0 && lengths.last() == Some(&20), "{lengths:?}");
}

#[test]
fn other_files_are_not_taken_for_a_journal() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wf.db");
    fs::write(&path, "not a database, but long enough to look at. ".repeat(100)).unwrap();
    assert_eq!(Journal::open(folder.path()).unwrap_err(), JournalError::NotADatabase { path: path.clone() });
    fs::remove_file(&path).unwrap();
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
    assert_eq!(Journal::open(folder.path()).unwrap_err(), JournalError::NotADatabase { path: path.clone() });
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(matches!(Journal::open(folder.path()).unwrap_err(), JournalError::Other { .. }));
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(matches!(Journal::open(&file).unwrap_err(), JournalError::Other { .. }));
}

#[test]
fn a_newer_format_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(Journal::open(folder.path()).unwrap());
    let path = folder.path().join("wf.db");
    rusqlite::Connection::open(&path).unwrap().execute_batch("UPDATE meta SET value = 7").unwrap();
    let refused = Journal::open(folder.path()).unwrap_err();
    assert_eq!(refused, JournalError::NewerFormat { path, found: 7, supported: schema::FORMAT });
}

#[test]
fn a_damaged_page_is_named_and_the_rest_rescued() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    journal.create_run(info("aaa"), "{}").wait().unwrap();
    journal.append("aaa", (1..=2000).map(record).collect()).wait().unwrap();
    drop(journal);
    let path = folder.path().join("wf.db");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 4096 / 2 * 4096;
    bytes[middle..middle + 4096].fill(0xee);
    fs::write(&path, bytes).unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    for error in [journal.records("aaa", 0).unwrap_err(), journal.verify().unwrap_err()] {
        let JournalError::Corrupt { salvaged: Some(salvaged), .. } = error else { panic!("{error:?}") };
        let lines = fs::read_to_string(salvaged).unwrap();
        let rescued = lines.lines().filter(|line| line.contains("step.succeeded")).count();
        assert!((1900..2000).contains(&rescued), "{rescued}");
        assert!(lines.contains(r#""seq":1,"#) && lines.contains(r#""seq":2000,"#));
    }
}

#[test]
fn a_full_disk_is_said_to_be_full() {
    let folder = tempfile::tempdir().unwrap();
    folder::prepare(folder.path()).unwrap();
    let path = folder::database(folder.path());
    let connection = schema::open(&path).unwrap();
    connection.execute_batch("PRAGMA max_page_count = 20").unwrap();
    let writer = Writer::start(connection, path.clone()).unwrap();
    writer.send(Write::Run { run: info("aaa"), plan: "{}".into() }).wait().unwrap();
    let many = Write::Records { run: "aaa".to_owned(), records: (1..=2000).map(record).collect() };
    assert_eq!(writer.send(many).wait().unwrap_err(), JournalError::Full { path });
    let few = Write::Records { run: "aaa".to_owned(), records: vec![record(1)] };
    writer.send(few).wait().unwrap();
}

#[test]
fn many_records_are_read_quickly() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    journal.create_run(info("aaa"), "{}").wait().unwrap();
    let begun = Instant::now();
    let acks: Vec<Ack> = (0..100_000).map(|seq| journal.append("aaa", vec![record(seq)])).collect();
    for ack in acks {
        ack.wait().unwrap();
    }
    let written = begun.elapsed();
    let (begun, mut bytes, mut count) = (Instant::now(), 0, 0);
    journal.for_each_record("aaa", 0, |record| (bytes, count) = (bytes + record.data.len(), count + 1)).unwrap();
    let read = begun.elapsed();
    assert_eq!(count, 100_000);
    println!("100,000 records: written in {written:?}, {bytes} bytes read in {read:?}");
    assert!(read.as_millis() < 2000, "{read:?}");
}

#[test]
fn a_lock_left_to_a_child_of_the_dead_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    drop(journal.lock("aaa", 1).unwrap());
    let locks = folder.path().join("locks");
    let mut child = std::process::Command::new("true").spawn().unwrap();
    child.wait().unwrap();
    let mut held = std::fs::File::create(locks.join("aaa")).unwrap();
    held.lock().unwrap();
    std::io::Write::write_all(&mut held, format!("{} 1\n", child.id()).as_bytes()).unwrap();
    let release = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(100));
        drop(held);
    });
    drop(journal.lock("aaa", 2).expect("it is free in a moment"));
    release.join().unwrap();
}
