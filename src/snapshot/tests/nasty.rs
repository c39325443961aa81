//! Random trees, damaged at random, come back exactly; also when the restore is killed on its way.

use proptest::prelude::*;

use super::*;

const NAMES: &[&[u8]] =
    &[b"a", b"A", b"b c", b"new\nline", b"\xff\xfe", b"-rf", b"'quoted'", b".hidden", b"a.b", b"a-b", b"caf\xc3\xa9"];
const MODES: &[u32] = &[0o644, 0o600, 0o755, 0o4755, 0o444, 0o400, 0o777];

/// Something done to a tree: where, what, and a number to vary it by.
#[derive(Clone, Debug)]
struct Deed {
    place: Vec<usize>,
    what: u8,
    number: u32,
}

fn deed() -> impl Strategy<Value = Deed> {
    (prop::collection::vec(0..NAMES.len(), 1..4), 0..9u8, any::<u32>()).prop_map(|(place, what, number)| Deed {
        place,
        what,
        number,
    })
}

/// Does it, as far as the tree allows.
fn act(root: &Path, deed: &Deed) {
    let path: PathBuf = deed.place.iter().fold(root.to_owned(), |path, name| path.join(odd(NAMES[*name])));
    let parent = path.parent().unwrap();
    let kind = fs::symlink_metadata(&path).ok();
    let pick = |choices: &[u32]| choices[deed.number as usize % choices.len()];
    match deed.what {
        0..=2 => {
            let _ = fs::create_dir_all(parent);
            if kind.is_none_or(|meta| meta.is_file()) {
                let _ = fs::write(&path, vec![deed.number as u8; deed.number as usize % 5000]);
            }
        }
        3 => drop(fs::create_dir_all(&path)),
        4 => {
            let _ = fs::create_dir_all(parent);
            let _ = std::os::unix::fs::symlink(odd(NAMES[deed.number as usize % NAMES.len()]), &path);
        }
        5 => match kind {
            Some(meta) if meta.is_file() => set_mode(&path, pick(MODES)),
            Some(meta) if meta.is_dir() => set_mode(&path, pick(&[0o755, 0o700, 0o555, 0o1777])),
            _ => {}
        },
        6 => {
            if kind.is_some_and(|meta| !meta.is_symlink()) {
                set_time(&path, u64::from(deed.number), deed.number % 1_000_000_000);
            }
        }
        7 => match kind {
            Some(meta) if meta.is_dir() => drop(fs::remove_dir_all(&path)),
            Some(_) => drop(fs::remove_file(&path)),
            None => {}
        },
        _ => {
            let to = parent.join(odd(NAMES[deed.number as usize % NAMES.len()]));
            let _ = fs::rename(&path, to);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_tree_comes_back(
        build in prop::collection::vec(deed(), 0..40),
        damage in prop::collection::vec(deed(), 0..30),
        kill in prop::option::of(0..40i64),
    ) {
        let place = Place::new();
        let root = place.path();
        fs::create_dir(root.join("w")).unwrap();
        let tree = root.join("w");
        build.iter().for_each(|deed| act(&tree, deed));
        let before = look(root);
        let taken = place.take();
        prop_assert_eq!(taken.entries, before.len());
        damage.iter().for_each(|deed| act(&tree, deed));
        let damaged = look(root);
        let changes = place.changes(&taken);
        let seen = |path: &PathBuf| changes.iter().any(|(changed, _)| Path::new(changed) == path);
        for (path, (mode, .., content)) in &damaged {
            let same = before.get(path).is_some_and(|(was, .., held)| was == mode && held == content);
            // Names that are not text are shown with replacement characters.
            prop_assert!(same || seen(path) || path.to_str().is_none(), "{path:?}");
        }
        if let Some(steps) = kill {
            place.fail_after(steps);
            let _ = place.try_back(&taken);
            place.fail_after(i64::MAX);
        }
        let restored = place.back(&taken);
        prop_assert_eq!(look(root), before);
        if kill.is_none() {
            place.store.restore(root, &restored.before, Options::default()).unwrap();
            prop_assert_eq!(look(root), damaged);
        }
    }
}

#[test]
fn a_snapshot_killed_on_its_way_leaves_the_store_whole() {
    for steps in 0..3 {
        let place = Place::new();
        place.write("a", "1");
        let first = place.take();
        place.write("a", "2");
        place.write("b", "2");
        place.fail_after(steps);
        assert_eq!(place.store.take(place.path(), &[]).is_err(), steps < 2);
        place.fail_after(i64::MAX);
        let before = look(place.path());
        let second = place.take();
        place.back(&first);
        assert_eq!(place.text("a").as_deref(), Some("1"));
        place.back(&second);
        assert_eq!(look(place.path()), before);
    }
}
