//! Repositories, made and changed by git itself.

use super::*;

fn git(folder: &Path, args: &[&str]) -> String {
    let out = std::process::Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"])
        .args(["-c", "commit.gpgsign=false"])
        .args(args)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .env_remove("GIT_DIR")
        .env_remove("GIT_INDEX_FILE")
        .env_remove("GIT_WORK_TREE")
        .output()
        .unwrap();
    assert!(out.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

fn repository() -> Place {
    let place = Place::new();
    place.write(".gitignore", ".wf/\nignored*\n");
    place.write("a", "one");
    place.write("ignored-but-tracked", "tracked");
    git(place.path(), &["init", "-q"]);
    git(place.path(), &["add", "-A"]);
    git(place.path(), &["add", "-f", "ignored-but-tracked"]);
    git(place.path(), &["commit", "-qm", "first"]);
    place
}

fn objects(place: &Place) -> Vec<PathBuf> {
    look(&place.path().join(".git/objects")).into_keys().collect()
}

#[test]
fn commits_branches_configuration_and_hooks_of_a_step_are_undone() {
    let place = repository();
    place.write("a", "not yet committed");
    place.write("b", "staged");
    git(place.path(), &["add", "b"]);
    let state = |place: &Place| {
        [
            git(place.path(), &["status", "--porcelain=v2", "--branch"]),
            git(place.path(), &["for-each-ref"]),
            git(place.path(), &["config", "--local", "--list"]),
            git(place.path(), &["stash", "list"]),
        ]
    };
    let (before, files, head) = (state(&place), look(place.path()), git(place.path(), &["rev-parse", "HEAD"]));
    let taken = place.take();

    git(place.path(), &["stash", "-q"]);
    git(place.path(), &["checkout", "-qb", "feature"]);
    place.write("c", "three");
    git(place.path(), &["add", "-A"]);
    git(place.path(), &["commit", "-qm", "second"]);
    git(place.path(), &["tag", "v1"]);
    git(place.path(), &["pack-refs", "--all"]);
    git(place.path(), &["config", "core.pager", "evil"]);
    place.write(".git/hooks/pre-commit", "#!/bin/sh\nexit 1\n");
    let made = objects(&place);

    place.back(&taken);
    assert_eq!(state(&place), before);
    assert_eq!(git(place.path(), &["rev-parse", "HEAD"]), head);
    let now: BTreeMap<_, _> =
        look(place.path()).into_iter().filter(|(path, _)| !path.ends_with(".git/index")).collect();
    let then: BTreeMap<_, _> = files.into_iter().filter(|(path, _)| !path.ends_with(".git/index")).collect();
    assert_eq!(now.keys().collect::<Vec<_>>(), then.keys().collect::<Vec<_>>());
    assert_eq!(place.text("a").as_deref(), Some("not yet committed"));
    assert!(!place.path().join(".git/hooks/pre-commit").exists());
    assert!(made.iter().all(|object| objects(&place).contains(object)), "objects stay");
    git(place.path(), &["fsck", "--strict"]);
}

#[test]
fn taking_a_snapshot_leaves_the_repository_as_it_is() {
    let place = repository();
    let whole = || {
        let mut all = look(place.path());
        all.extend(look(&place.path().join(".git/objects")));
        all
    };
    let before = whole();
    place.take();
    assert_eq!(whole(), before);
}

#[test]
fn tracked_files_are_saved_even_where_they_are_ignored() {
    for version in ["2", "4"] {
        let place = repository();
        git(place.path(), &["update-index", "--index-version", version]);
        place.write("ignored-dir/x", "x");
        place.write("ignored-dir/tracked/y", "y");
        git(place.path(), &["add", "-f", "ignored-dir/tracked/y"]);
        let taken = place.take();
        place.write("ignored-but-tracked", "changed");
        place.write("ignored-dir/x", "changed");
        place.write("ignored-dir/tracked/y", "changed");
        place.write("ignored-too", "new");
        place.back(&taken);
        assert_eq!(place.text("ignored-but-tracked").as_deref(), Some("tracked"));
        assert_eq!(place.text("ignored-dir/tracked/y").as_deref(), Some("y"));
        assert_eq!(place.text("ignored-dir/x").as_deref(), Some("changed"));
        assert_eq!(place.text("ignored-too").as_deref(), Some("new"));
    }
}

#[test]
fn what_git_would_list_is_what_is_saved() {
    let place = repository();
    place.write("sub/.gitignore", "*.tmp\n!good.tmp\n");
    place.write("sub/bad.tmp", "");
    place.write("sub/good.tmp", "");
    place.write("sub/deep/x.tmp", "");
    place.write(".git/info/exclude", "excluded\n");
    place.write("excluded", "");
    place.write("new file", "");
    let taken = place.take();
    let listed = git(place.path(), &["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let mut listed: Vec<&str> = listed.split_terminator('\0').collect();
    listed.sort_unstable();
    let manifest = place.store.read(&taken.id).unwrap();
    let files = manifest.items.iter().filter(|item| !manifest.content(item).is_folder());
    let paths = files.map(|item| std::str::from_utf8(manifest.path(item)).unwrap());
    let mut saved: Vec<&str> = paths.filter(|path| !path.starts_with(".git/")).collect();
    saved.sort_unstable();
    assert_eq!(saved, listed);
}

#[test]
fn nested_repositories_are_saved_with_what_is_in_them() {
    let place = repository();
    let inner = place.path().join("vendor/inner");
    place.write("vendor/inner/lib", "one");
    place.write("vendor/inner/.gitignore", "own-ignored\n");
    place.write("vendor/inner/own-ignored", "x");
    place.write("vendor/inner/ignored-outside", "not ignored in here");
    git(&inner, &["init", "-q"]);
    place.write("vendor/unborn/file", "x");
    git(&place.path().join("vendor/unborn"), &["init", "-q"]);
    git(&inner, &["add", "-A"]);
    git(&inner, &["commit", "-qm", "inner"]);
    let head = git(&inner, &["rev-parse", "HEAD"]);
    let taken = place.take();
    place.write("vendor/inner/lib", "two");
    place.write("vendor/inner/own-ignored", "y");
    place.write("vendor/unborn/file", "y");
    fs::remove_file(inner.join("ignored-outside")).unwrap();
    git(&inner, &["commit", "-qam", "changed"]);
    place.write("cloned/x", "x");
    git(&place.path().join("cloned"), &["init", "-q"]);
    git(&place.path().join("cloned"), &["add", "-A"]);
    git(&place.path().join("cloned"), &["commit", "-qm", "cloned"]);
    place.back(&taken);
    assert_eq!(git(&inner, &["rev-parse", "HEAD"]), head);
    assert_eq!(place.text("vendor/inner/lib").as_deref(), Some("one"));
    assert_eq!(place.text("vendor/inner/own-ignored").as_deref(), Some("y"));
    assert_eq!(place.text("vendor/inner/ignored-outside").as_deref(), Some("not ignored in here"));
    assert_eq!(place.text("vendor/unborn/file").as_deref(), Some("x"));
    assert!(!place.path().join("cloned").exists(), "a repository made since goes, with its objects");
}

#[test]
fn a_workspace_below_the_root_of_its_repository_has_its_rules_and_its_refs() {
    let outer = repository();
    let inner = outer.path().join("part");
    fs::create_dir(&inner).unwrap();
    fs::write(inner.join("ignored-file"), "x").unwrap();
    fs::write(inner.join("file"), "one").unwrap();
    let store = Store::open(&inner.join(".wf")).unwrap();
    let head = git(outer.path(), &["rev-parse", "HEAD"]);
    let taken = store.take(&inner, &[]).unwrap();
    fs::write(inner.join("ignored-file"), "y").unwrap();
    fs::write(inner.join("file"), "two").unwrap();
    git(outer.path(), &["commit", "-qam", "second", "--allow-empty"]);
    outer.write("beside", "not in the workspace");
    store.restore(&inner, &taken.id, Options::default()).unwrap();
    assert_eq!(git(outer.path(), &["rev-parse", "HEAD"]), head);
    assert_eq!(outer.text("part/file").as_deref(), Some("one"));
    assert_eq!(outer.text("part/ignored-file").as_deref(), Some("y"));
    assert_eq!(outer.text("beside").as_deref(), Some("not in the workspace"));
}

#[test]
fn a_linked_work_tree_takes_back_its_own_branch_and_no_other() {
    let outer = repository();
    let away = tempfile::tempdir().unwrap();
    let tree = away.path().join("tree");
    git(outer.path(), &["worktree", "add", "-q", "-b", "mine", tree.to_str().unwrap()]);
    let store = Store::open(&tree.join(".wf")).unwrap();
    let head = git(&tree, &["rev-parse", "HEAD"]);
    let taken = store.take(&tree, &[]).unwrap();
    fs::write(tree.join("a"), "changed").unwrap();
    git(&tree, &["commit", "-qam", "mine"]);
    git(outer.path(), &["commit", "-qm", "theirs", "--allow-empty"]);
    let theirs = git(outer.path(), &["rev-parse", "HEAD"]);
    store.restore(&tree, &taken.id, Options::default()).unwrap();
    assert_eq!(git(&tree, &["rev-parse", "HEAD"]), head);
    assert_eq!(git(&tree, &["status", "--porcelain"]), "");
    assert_eq!(git(outer.path(), &["rev-parse", "HEAD"]), theirs);
}

#[test]
fn a_lock_of_git_stops_a_restore_unless_forced() {
    let place = repository();
    let taken = place.take();
    place.write("a", "two");
    place.write(".git/index.lock", "");
    let error = place.try_back(&taken).unwrap_err();
    assert_eq!(error, SnapshotError::Locked(vec![".git/index.lock".into()]));
    assert_eq!(place.text("a").as_deref(), Some("two"));
    let forced = Options { force: true, ..Options::default() };
    place.store.restore(place.path(), &taken.id, forced).unwrap();
    assert_eq!(place.text("a").as_deref(), Some("one"));
    assert_eq!(git(place.path(), &["status", "--porcelain"]), "");
}
