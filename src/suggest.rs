//! "Did you mean": the nearest of some candidates to a misspelt word.

/// A candidate near enough to be offered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Near<'a> {
    /// The candidate.
    pub word: &'a str,
    /// Whether it is the only one a single edit away from a word of three letters or more, so that a fix may be applied
    /// unasked.
    pub certain: bool,
}

/// The candidate nearest to `word`: at most a third of its letters apart, the first among equals.
/// Words that differ only in case or in `-` and `_` count as one edit apart.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<Near<'a>> {
    let limit = (word.chars().count() / 3).clamp(1, 3);
    let mut best: Option<(usize, &str)> = None;
    let mut ties = 0;
    for candidate in candidates {
        if candidate.is_empty() || candidate.len().abs_diff(word.len()) > 4 * limit {
            continue;
        }
        let distance = distance(word, candidate, limit);
        match best {
            _ if distance > limit => {}
            Some((least, held)) if distance == least && held != candidate => ties += 1,
            Some((least, _)) if distance >= least => {}
            _ => {
                best = Some((distance, candidate));
                ties = 0;
            }
        }
    }
    // Two names of a letter or two are near each other by chance.
    let telling = word.chars().count() > 2;
    best.map(|(distance, found)| Near { word: found, certain: distance == 1 && ties == 0 && telling })
}

/// Edits (insertion, deletion, replacement, exchange of neighbours) between two words; more than `limit` is only
/// known to be more.
fn distance(a: &str, b: &str, limit: usize) -> usize {
    let fold = |c: char| if c == '_' { '-' } else { c.to_ascii_lowercase() };
    let (left, right): (Vec<char>, Vec<char>) = (a.chars().map(fold).collect(), b.chars().map(fold).collect());
    if left == right {
        return usize::from(a != b);
    }
    if left.len().abs_diff(right.len()) > limit {
        return limit + 1;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (i, &x) in left.iter().enumerate() {
        let mut row = Vec::with_capacity(right.len() + 1);
        row.push(i + 1);
        for (j, &y) in right.iter().enumerate() {
            let replaced = last[j] + usize::from(x != y);
            let mut least = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && x == right[j - 1] && left[i - 1] == y {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_the_nearest() {
        let words = ["specification", "spec", "design", "test_coverage"];
        assert_eq!(nearest("sepc", words).map(|near| (near.word, near.certain)), Some(("spec", true)));
        assert_eq!(nearest("test-coverage", words).map(|near| near.word), Some("test_coverage"));
        assert_eq!(nearest("specificaton", words).map(|near| near.word), Some("specification"));
        assert_eq!(nearest("zebra", words), None);
        assert_eq!(nearest("x", ["y", "z"]).map(|near| near.certain), Some(false));
    }
}
