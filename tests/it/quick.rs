//! The two readers of the grammar agree: what `quick` matches is what pest matches, node for node, on every item of
//! the examples, the standard library and all cases, right and wrong, and on mutations of them.

use std::fs;
use std::path::{Path, PathBuf};

use pest::{Parser, Token};
use wf::source::{FileId, Span};
use wf_grammar::quick::{Match, matches};
use wf_grammar::{Grammar, Rule};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "wf") {
            found.push(path);
        }
    }
}

/// The items of all files that are here, shorter ones only: pest takes its time.
fn items() -> Vec<String> {
    let mut paths = Vec::new();
    for folder in ["examples", "stdlib", "tests/cases"] {
        files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut paths);
    }
    paths.sort();
    let mut items = Vec::new();
    for path in paths {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let parsed = wf::syntax::parse(FileId(0), &text);
        let slots = parsed.tree.items.iter().map(|slot| Span::new(slot.start, slot.end).of(&text).to_owned());
        items.extend(slots.filter(|item| item.len() < 3000));
    }
    assert!(items.len() > 300, "{}", items.len());
    items
}

fn by_pest(rule: Rule, text: &str) -> Option<Vec<Match>> {
    let (mut found, mut open): (Vec<Match>, Vec<usize>) = (Vec::new(), Vec::new());
    for token in Grammar::parse(rule, text).ok()?.tokens() {
        match token {
            Token::Start { rule, pos } => {
                open.push(found.len());
                found.push(Match { rule, start: pos.pos() as u32, end: 0, next: 0 });
            }
            Token::End { pos, .. } => {
                let (next, at) = (found.len() as u32, open.pop().unwrap());
                found[at].end = pos.pos() as u32;
                found[at].next = next;
            }
        }
    }
    Some(found)
}

fn agree(rule: Rule, text: &str) -> bool {
    let (quick, pest) = (matches(rule, text), by_pest(rule, text));
    if quick != pest {
        let first = quick.iter().flatten().zip(pest.iter().flatten()).find(|(a, b)| a != b);
        let sides = (quick.is_some(), pest.is_some());
        panic!("(quick, pest) match: {sides:?}; first difference: {first:?}\n{text}");
    }
    quick.is_some()
}

#[test]
fn quick_and_pest_agree() {
    let items = items();
    let right = items.iter().filter(|item| agree(Rule::item, item)).count();
    assert!(right > 300, "most items are right: {right} of {}", items.len());
}

#[test]
fn quick_and_pest_agree_on_mutations() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    let signs =
        ["\"", "}", "{", "(", ")", "${", " ", "\n", "//", "if ", "not ", "-", "é", "#", "r#\"", ".", "=", ",", "?"];
    for item in items().iter().filter(|item| item.len() < 600) {
        let cuts: Vec<usize> = item.char_indices().map(|(at, _)| at).collect();
        for _ in 0..3 {
            let at = cuts[random(cuts.len())];
            let mut changed = item.clone();
            match random(3) {
                0 => drop(changed.remove(at)),
                1 => changed.insert_str(at, signs[random(signs.len())]),
                _ => changed.truncate(at),
            }
            agree(Rule::item, &changed);
        }
    }
}

#[test]
fn what_nests_very_deep_is_left_to_pest() {
    let text = format!("let x: {}int{} = 1", "list<".repeat(100_000), ">".repeat(100_000));
    assert_eq!(matches(Rule::item, &text), None);
    let text = format!("let x = {}1", "if a then ".repeat(100_000));
    assert_eq!(matches(Rule::item, &text), None);
}
