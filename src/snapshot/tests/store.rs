//! Taking, restoring, comparing and pruning.

use super::*;

#[test]
fn everything_about_a_tree_comes_back() {
    let place = Place::new();
    let root = place.path();
    place.write("src/main.rs", "fn main() {}");
    place.write("key", "secret");
    place.write("tool", "#!/bin/sh\n");
    place.write("locked/inside", "kept");
    fs::create_dir_all(root.join("empty/within")).unwrap();
    fs::write(root.join(odd(b"with space\nand line")), "odd").unwrap();
    fs::write(root.join(odd(b"not\xff\xfeutf8")), "bytes").unwrap();
    std::os::unix::fs::symlink("src/main.rs", root.join("link")).unwrap();
    std::os::unix::fs::symlink("nowhere", root.join("dangling")).unwrap();
    fs::hard_link(root.join("key"), root.join("second-name")).unwrap();
    fs::write(root.join("large"), vec![7; 3 << 20]).unwrap();
    set_mode(&root.join("key"), 0o600);
    set_mode(&root.join("tool"), 0o4755);
    set_mode(&root.join("locked/inside"), 0o444);
    set_time(&root.join("src/main.rs"), 1_000_000_000, 123_456_789);
    set_time(&root.join("empty"), 1_100_000_000, 987_654_321);
    set_mode(&root.join("locked"), 0o555);
    let before = look(root);
    let taken = place.take();
    assert_eq!(taken.entries, before.len());

    set_mode(&root.join("locked"), 0o755);
    for name in ["src/main.rs", "key", "link", "dangling", "second-name", "large", "locked/inside"] {
        fs::remove_file(root.join(name)).unwrap();
    }
    fs::remove_file(root.join(odd(b"not\xff\xfeutf8"))).unwrap();
    fs::remove_dir_all(root.join("empty")).unwrap();
    place.write("empty", "now a file");
    place.write("link/now/a/folder", "x");
    place.write("src/new.rs", "new");
    place.write("new/deep/file", "new");
    set_mode(&root.join("tool"), 0o644);
    let restored = place.back(&taken);
    assert_eq!(look(root), before);
    assert!(restored.written >= 9 && restored.removed >= 4, "{restored:?}");

    let again = place.back(&taken);
    assert_eq!((again.written, again.removed, again.adjusted), (0, 0, 0));
    let undone = place.store.restore(root, &restored.before, Options::default()).unwrap();
    assert_eq!(place.text("link/now/a/folder").as_deref(), Some("x"));
    assert_eq!(place.text("empty").as_deref(), Some("now a file"), "{undone:?}");
}

#[test]
fn modes_and_times_alone_are_put_back_without_writing_contents() {
    let place = Place::new();
    place.write("a", "a");
    set_time(&place.path().join("a"), 1_000_000_000, 5);
    let before = look(place.path());
    let taken = place.take();
    set_mode(&place.path().join("a"), 0o777);
    fs::write(place.path().join("a"), "a").unwrap();
    let restored = place.back(&taken);
    assert_eq!((restored.written, restored.adjusted), (0, 1));
    assert_eq!(look(place.path()), before);
}

#[test]
fn ignored_files_are_neither_saved_nor_removed() {
    let place = Place::new();
    place.write(".gitignore", "target/\n*.log\n!keep.log\n");
    place.write("sub/.gitignore", "/generated\n");
    place.write("keep.log", "kept");
    place.write("target/old", "built");
    place.write("sub/generated", "g");
    place.write("sub/deep/generated", "not ignored");
    let taken = place.take();
    place.write("target/new", "built later");
    place.write("target/old", "rebuilt");
    place.write("noise.log", "noise");
    place.write("sub/generated", "g2");
    fs::remove_file(place.path().join("keep.log")).unwrap();
    fs::remove_file(place.path().join("sub/deep/generated")).unwrap();
    place.back(&taken);
    assert_eq!(place.text("target/new").as_deref(), Some("built later"));
    assert_eq!(place.text("target/old").as_deref(), Some("rebuilt"));
    assert_eq!(place.text("noise.log").as_deref(), Some("noise"));
    assert_eq!(place.text("sub/generated").as_deref(), Some("g2"));
    assert_eq!(place.text("keep.log").as_deref(), Some("kept"));
    assert_eq!(place.text("sub/deep/generated").as_deref(), Some("not ignored"));
}

#[test]
fn what_counts_as_ignored_is_what_the_snapshot_says() {
    let place = Place::new();
    place.write(".gitignore", ".env\n");
    place.write(".env", "SECRET=1");
    let taken = place.take();
    // A step drops the rule for the user's file, and hides one of its own.
    place.write(".gitignore", "hidden\n");
    place.write("hidden", "made by a step");
    place.back(&taken);
    assert_eq!(place.text(".env").as_deref(), Some("SECRET=1"));
    assert_eq!(place.text("hidden"), None);
    assert_eq!(place.text(".gitignore").as_deref(), Some(".env\n"));
}

#[test]
fn ignored_files_are_saved_where_they_are_included() {
    let place = Place::new();
    place.write(".gitignore", "dist/\n.env\n");
    place.write(".env", "A=1");
    place.write("dist/app/one.js", "1");
    place.write("dist/junk", "junk");
    let include = [".env".to_owned(), "dist/app/**".to_owned()];
    let taken = place.store.take(place.path(), &include).unwrap();
    place.write(".env", "A=2");
    place.write("dist/app/one.js", "2");
    place.write("dist/app/two.js", "2");
    place.write("dist/junk", "more junk");
    place.back(&taken);
    assert_eq!(place.text(".env").as_deref(), Some("A=1"));
    assert_eq!(place.text("dist/app/one.js").as_deref(), Some("1"));
    assert_eq!(place.text("dist/app/two.js"), None);
    assert_eq!(place.text("dist/junk").as_deref(), Some("more junk"));
}

#[test]
fn only_what_changed_is_read_and_stored() {
    let place = Place::new();
    for number in 0..200 {
        place.write(&format!("d{}/f{number}", number % 7), &format!("content {number}"));
    }
    settle();
    let first = place.take();
    assert_eq!((first.read, first.stored), (200, 200));
    for number in 0..10 {
        place.write(&format!("d{}/f{number}", number % 7), &format!("changed {number}"));
    }
    place.write("copy", "content 50");
    settle();
    let second = place.take();
    assert_eq!((second.read, second.stored), (11, 10));
    let third = place.take();
    assert_eq!((third.read, third.stored), (0, 0));
    assert_eq!(third.id, second.id);
    let changes = place.store.diff(&first.id, &second.id).unwrap();
    assert_eq!(changes.iter().filter(|change| change.how == How::Modified).count(), 10);
    assert_eq!(changes.iter().filter(|change| change.how == How::Created).count(), 1);
    let back = place.back(&first);
    assert_eq!((back.written, back.removed), (10, 1));
}

#[test]
fn a_file_rewritten_in_the_same_tick_with_the_same_size_and_time_is_noticed() {
    let place = Place::new();
    for round in 0..20 {
        place.write("a", "old");
        set_time(&place.path().join("a"), 1_000_000_000, 0);
        let before = place.take();
        place.write("a", "new");
        set_time(&place.path().join("a"), 1_000_000_000, 0);
        assert_eq!(place.changes(&before), [("a".to_owned(), How::Modified)], "round {round}");
    }
}

#[test]
fn what_others_changed_stops_a_restore_unless_forced() {
    let place = Place::new();
    place.write("a", "1");
    place.write("b", "1");
    let start = place.take();
    place.write("a", "2");
    let left = place.take();
    place.write("a", "by hand");
    place.write("notes", "by hand");
    place.write("b", "1");
    let options = Options { expected: Some(&left.id), ..Options::default() };
    let stopped = place.store.restore(place.path(), &start.id, options).unwrap_err();
    assert_eq!(stopped, SnapshotError::ChangedByOthers(vec!["a".into(), "notes".into()]));
    assert!(stopped.to_string().contains("a, notes"), "{stopped}");
    assert_eq!(place.text("a").as_deref(), Some("by hand"));
    let forced = Options { force: true, ..options };
    place.store.restore(place.path(), &start.id, forced).unwrap();
    assert_eq!((place.text("a").as_deref(), place.text("notes")), (Some("1"), None));
}

#[test]
fn a_case_only_rename_is_undone() {
    let place = Place::new();
    place.write("readme", "text");
    let taken = place.take();
    fs::rename(place.path().join("readme"), place.path().join("README")).unwrap();
    place.back(&taken);
    let names: Vec<_> = look(place.path()).into_keys().collect();
    assert_eq!(names, [PathBuf::from("readme")]);
}

#[test]
fn sockets_and_pipes_are_reported() {
    let place = Place::new();
    let _socket = std::os::unix::net::UnixListener::bind(place.path().join("socket")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(place.path().join("pipe")).status().unwrap().success());
    let taken = place.take();
    assert_eq!(taken.skipped, [PathBuf::from("pipe"), PathBuf::from("socket")]);
    place.back(&taken);
    assert!(place.path().join("pipe").exists());
}

#[test]
fn a_file_that_changes_while_it_is_read_is_saved_and_named_or_settles() {
    let place = Place::new();
    let path = place.path().join("growing");
    fs::write(&path, vec![1; 2 << 20]).unwrap();
    let stop = std::sync::atomic::AtomicBool::new(false);
    let taken = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut file = fs::File::options().append(true).open(&path).unwrap();
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                std::io::Write::write_all(&mut file, b"more").unwrap();
            }
        });
        let taken = place.take();
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        taken
    });
    assert_eq!(taken.unstable, [PathBuf::from("growing")]);
    place.back(&taken);
    assert_eq!(place.take().unstable, Vec::<PathBuf>::new());
}

#[test]
fn damaged_contents_are_named_and_nothing_is_touched() {
    let place = Place::new();
    place.write("small", "content");
    fs::write(place.path().join("large"), vec![3; 2 << 20]).unwrap();
    let taken = place.take();
    place.write("small", "changed");
    place.write("large", "changed");
    place.write("new", "new");
    let store = place.path().join(".wf/store");
    let object = fs::read_dir(store.join("objects")).unwrap().next().unwrap().unwrap().path();
    let object = fs::read_dir(object).unwrap().next().unwrap().unwrap().path();
    fs::remove_file(&object).unwrap();
    let error = place.try_back(&taken).unwrap_err();
    assert!(matches!(&error, SnapshotError::DamagedContent(path, _) if path == Path::new("large")), "{error}");
    assert_eq!(place.text("new").as_deref(), Some("new"));

    let mut wrong = vec![3; 2 << 20];
    wrong[77] = 4;
    fs::write(&object, wrong).unwrap();
    let error = place.try_back(&taken).unwrap_err();
    assert!(matches!(&error, SnapshotError::DamagedContent(path, _) if path == Path::new("large")), "{error}");
    assert_eq!(place.text("large").as_deref(), Some("changed"));
}

#[test]
fn a_damaged_or_unknown_snapshot_is_named() {
    let place = Place::new();
    place.write("a", "a");
    let taken = place.take();
    let path = place.store.manifest_path(&taken.id);
    let whole = fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        assert!(Manifest::decode(&bytes, taken.id.as_str()).is_none(), "byte {at}");
        assert!(Manifest::decode(&whole[..at], taken.id.as_str()).is_none(), "cut at {at}");
    }
    fs::write(&path, &whole[1..]).unwrap();
    assert_eq!(place.try_back(&taken).unwrap_err(), SnapshotError::DamagedSnapshot(path));
    let unknown = SnapshotId::parse(&"0".repeat(64)).unwrap();
    let error = place.store.restore(place.path(), &unknown, Options::default()).unwrap_err();
    assert_eq!(error, SnapshotError::Unknown(unknown.to_string()));
}

#[test]
fn a_damaged_cache_is_as_good_as_none() {
    let place = Place::new();
    place.write("a", "a");
    settle();
    let first = place.take();
    assert_eq!(place.take().read, 0);
    let cache = place.path().join(".wf/store/cache");
    let mut bytes = fs::read(&cache).unwrap();
    bytes[40] ^= 1;
    fs::write(&cache, bytes).unwrap();
    let second = place.take();
    assert_eq!((second.read, second.stored, second.id), (1, 0, first.id));
}

#[test]
fn pruning_drops_what_nobody_needs_and_keeps_the_rest_whole() {
    let place = Place::new();
    let mut taken = Vec::new();
    for round in 0..6u8 {
        place.write("changing", &format!("round {round}"));
        fs::write(place.path().join("large"), vec![round; 2 << 20]).unwrap();
        place.write(&format!("file{round}"), &format!("file {round}"));
        taken.push(place.take());
    }
    let before = place.store.usage().unwrap();
    assert_eq!(before.snapshots, 6);
    let expected = look(place.path());
    place.store.prune(&[taken[2].id.clone(), taken[5].id.clone()].into()).unwrap();
    let after = place.store.usage().unwrap();
    assert_eq!(after.snapshots, 2);
    assert!(after.bytes < before.bytes / 2, "{before:?} {after:?}");
    place.back(&taken[2]);
    assert_eq!(place.text("changing").as_deref(), Some("round 2"));
    assert_eq!(fs::read(place.path().join("large")).unwrap(), vec![2; 2 << 20]);
    place.back(&taken[5]);
    assert_eq!(look(place.path()), expected);
    assert!(matches!(place.try_back(&taken[0]), Err(SnapshotError::Unknown(_))));
}

#[test]
fn many_packs_become_one() {
    let place = Place::new();
    let mut taken = None;
    for round in 0..70 {
        place.write(&format!("f{round}"), &format!("{round}"));
        taken = Some(place.take());
    }
    let taken = taken.unwrap();
    place.store.prune(&[taken.id.clone()].into()).unwrap();
    assert_eq!(fs::read_dir(place.path().join(".wf/store/packs")).unwrap().count(), 1);
    let before = look(place.path());
    fs::remove_file(place.path().join("f3")).unwrap();
    place.write("f4", "other");
    place.back(&taken);
    assert_eq!(look(place.path()), before);
}

#[test]
fn runs_keep_their_snapshots() {
    let place = Place::new();
    place.write("a", "1");
    let first = place.take();
    place.store.keep_for("one", &first.id).unwrap();
    place.write("a", "2");
    let second = place.take();
    place.store.leave("two", Some(&second.id)).unwrap();
    assert_eq!(place.store.left("two"), Some(second.id.clone()));
    place.store.forget_runs(|_| true).unwrap();
    assert_eq!(place.store.usage().unwrap().snapshots, 2);
    place.store.forget_runs(|run| run == "two").unwrap();
    assert!(place.try_back(&first).is_err());
    place.back(&second);
    place.store.leave("two", None).unwrap();
    assert_eq!(place.store.left("two"), None);
}

#[test]
fn an_error_names_the_file_and_what_is_wrong_with_it() {
    let io = |kind: std::io::ErrorKind| SnapshotError::io(Path::new("a/b"), &kind.into()).to_string();
    assert!(io(std::io::ErrorKind::StorageFull).starts_with("the disk is full: a/b"));
    assert!(io(std::io::ErrorKind::ReadOnlyFilesystem).starts_with("the disk is read-only: a/b"));
    assert!(io(std::io::ErrorKind::PermissionDenied).starts_with("a/b may not be read or written"));
}

#[test]
fn a_file_that_may_not_be_read_is_named() {
    if rustix::process::geteuid().is_root() {
        return;
    }
    let place = Place::new();
    place.write("sub/private", "x");
    set_mode(&place.path().join("sub/private"), 0o000);
    let error = place.store.take(place.path(), &[]).unwrap_err();
    assert!(matches!(&error, SnapshotError::Denied(path) if path.ends_with("sub/private")), "{error}");
}
