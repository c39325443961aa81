//! Globs of `reads` and `writes`: whether two of them can name the same file.

use crate::check::facts::LocalId;
use ecow::EcoString;

/// A glob with its holes.
#[derive(Clone, PartialEq, Debug)]
pub struct Glob {
    /// Its pieces.
    pub parts: Vec<GlobPart>,
}

/// A piece of a glob.
#[derive(Clone, PartialEq, Debug)]
pub enum GlobPart {
    /// As written.
    Text(EcoString),
    /// A value.
    Hole {
        /// Equal keys mean equal values, in one pass of one run.
        key: EcoString,
        /// The local names it depends on.
        mentions: Vec<LocalId>,
    },
}

/// Whether two globs can name the same file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Overlap {
    /// They cannot.
    Never,
    /// It depends on the values in their holes.
    Perhaps,
    /// Some file matches both.
    Surely,
}

impl Glob {
    /// As it was written, for messages.
    pub fn shown(&self) -> String {
        let piece = |part: &GlobPart| match part {
            GlobPart::Text(text) => text.to_string(),
            GlobPart::Hole { key, .. } => format!("${{{key}}}"),
        };
        self.parts.iter().map(piece).collect()
    }

    /// The text before the first hole.
    pub fn head(&self) -> &str {
        match self.parts.first() {
            Some(GlobPart::Text(text)) => text,
            _ => "",
        }
    }

    /// The text before the first hole or wildcard.
    pub fn fixed(&self) -> &str {
        let head = self.head();
        let head = head.strip_prefix("./").unwrap_or(head);
        let end = head.find(['*', '?', '[', '{', '\\']).unwrap_or(head.len());
        head.get(..end).unwrap_or_default()
    }

    /// Whether there is a hole.
    pub fn has_holes(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, GlobPart::Hole { .. }))
    }

    /// Whether it names files outside the workspace.
    pub fn is_outside(&self) -> bool {
        let head = self.head();
        head.starts_with('/') || head.starts_with('~') || head.starts_with("../") || head == ".."
    }
}

/// Whether `a` and `b` can name the same file.
pub fn overlap(a: &Glob, b: &Glob) -> Overlap {
    if intersects(&compile(a, true), &compile(b, true)) {
        Overlap::Surely
    } else if (a.has_holes() || b.has_holes()) && intersects(&compile(a, false), &compile(b, false)) {
        Overlap::Perhaps
    } else {
        Overlap::Never
    }
}

/// A token of a compiled glob.
#[derive(Clone, PartialEq, Debug)]
enum Token {
    Char(char),
    /// The value of a hole, taken as one letter that only itself equals.
    Value(EcoString),
    /// `?` and `[…]`: one character of a name.
    One,
    /// `*`
    Star,
    /// `**` and, when its value may be anything, a hole.
    Deep,
    /// The next so many tokens may be left out.
    Skip(usize),
}

/// Turns a glob into tokens; `exact` keeps holes as values, otherwise they match anything. A path without wildcards
/// whose last name looks like a folder's stands for what lies under it as well.
fn compile(glob: &Glob, exact: bool) -> Vec<Token> {
    let mut out = Vec::new();
    let mut wild = false;
    for part in &glob.parts {
        match part {
            GlobPart::Text(text) => wild |= compile_text(text, &mut out),
            GlobPart::Hole { key, .. } if exact => out.push(Token::Value(key.clone())),
            GlobPart::Hole { .. } => out.push(Token::Deep),
        }
    }
    let name = glob.parts.last().map_or("", |part| match part {
        GlobPart::Text(text) => text.rsplit('/').next().unwrap_or_default(),
        GlobPart::Hole { .. } => "",
    });
    if !wild && !name.contains('.') {
        if out.last() == Some(&Token::Char('/')) {
            out.push(Token::Deep);
        } else {
            out.extend([Token::Skip(2), Token::Char('/'), Token::Deep]);
        }
    }
    out
}

fn compile_text(text: &str, out: &mut Vec<Token>) -> bool {
    let mut wild = false;
    let text = text.strip_prefix("./").filter(|_| out.is_empty()).unwrap_or(text);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let used = if rest.starts_with("**/") {
            out.extend([Token::Skip(2), Token::Deep, Token::Char('/')]);
            3
        } else if rest.starts_with("**") {
            out.push(Token::Deep);
            2
        } else {
            let (token, used) = single(c, rest);
            out.push(token);
            used
        };
        wild |= matches!(c, '*' | '?' | '[' | '{');
        rest = rest.get(used..).unwrap_or_default();
    }
    wild
}

/// One token at the start of `rest`, and its length. Alternatives count as any text, so that nothing is missed.
fn single(c: char, rest: &str) -> (Token, usize) {
    let until = |close: char| rest.find(close).map_or(rest.len(), |at| at + close.len_utf8());
    match c {
        '*' => (Token::Star, 1),
        '?' => (Token::One, 1),
        '[' => (Token::One, until(']')),
        '{' => (Token::Deep, until('}')),
        '\\' => rest.chars().nth(1).map_or((Token::Char('\\'), 1), |next| (Token::Char(next), 1 + next.len_utf8())),
        _ => (Token::Char(c), c.len_utf8()),
    }
}

/// Whether some text matches both: a search over pairs of positions.
fn intersects(a: &[Token], b: &[Token]) -> bool {
    if let (Some(Token::Char(x)), Some(Token::Char(y))) = (a.first(), b.first())
        && x != y
    {
        return false;
    }
    let width = b.len() + 1;
    let mut seen = vec![false; (a.len() + 1) * width];
    let mut todo = vec![(0, 0)];
    while let Some((i, j)) = todo.pop() {
        if i > a.len() || j > b.len() || std::mem::replace(&mut seen[i * width + j], true) {
            continue;
        }
        if i == a.len() && j == b.len() {
            return true;
        }
        step(a, b, (i, j), &mut todo);
    }
    false
}

fn step(a: &[Token], b: &[Token], (i, j): (usize, usize), todo: &mut Vec<(usize, usize)>) {
    let (x, y) = (a.get(i), b.get(j));
    match x {
        Some(Token::Skip(n)) => return todo.extend([(i + 1, j), (i + 1 + n, j)]),
        Some(Token::Star | Token::Deep) => todo.push((i + 1, j)),
        _ => {}
    }
    match y {
        Some(Token::Skip(n)) => return todo.extend([(i, j + 1), (i, j + 1 + n)]),
        Some(Token::Star | Token::Deep) => todo.push((i, j + 1)),
        _ => {}
    }
    let (Some(x), Some(y)) = (x, y) else { return };
    if compatible(x, y) {
        let next = |token: &Token, at: usize| if matches!(token, Token::Star | Token::Deep) { at } else { at + 1 };
        todo.push((next(x, i), next(y, j)));
    }
}

/// Whether one character can be eaten by both tokens.
fn compatible(x: &Token, y: &Token) -> bool {
    match (x, y) {
        (Token::Char(a), Token::Char(b)) => a == b,
        (Token::Value(a), Token::Value(b)) => a == b,
        (Token::Char(_), Token::Value(_)) | (Token::Value(_), Token::Char(_)) => false,
        (Token::One | Token::Star, Token::Char(c)) | (Token::Char(c), Token::One | Token::Star) => *c != '/',
        (Token::Skip(_), _) | (_, Token::Skip(_)) => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `<x>` is a hole.
    fn glob(text: &str) -> Glob {
        let mut parts = Vec::new();
        for (i, piece) in text.split(['<', '>']).enumerate() {
            if i % 2 == 1 {
                parts.push(GlobPart::Hole { key: piece.into(), mentions: Vec::new() });
            } else if !piece.is_empty() {
                parts.push(GlobPart::Text(piece.into()));
            }
        }
        Glob { parts }
    }

    #[test]
    fn overlaps_are_found_and_nothing_else() {
        use Overlap::*;
        for (a, b, expected) in [
            ("src/**", "src/a/b.rs", Surely),
            ("src/*", "src/a/b.rs", Never),
            ("src/*.rs", "src/main.*", Surely),
            ("target/**", "docs/book/**", Never),
            ("docs/**", "docs/book/**", Surely),
            ("**/*.md", "README.md", Surely),
            ("**/*.md", "docs/a.txt", Never),
            ("target", "target/debug", Surely),
            ("./a", "a", Surely),
            ("{a,b}/x", "b/x", Surely),
            ("<s>/out", "<s>/out", Surely),
            ("<s>/out", "<t>/out", Perhaps),
            ("a/<s>/out", "b/<t>/out", Never),
            ("a/<s>", "a/x", Perhaps),
            ("**", "<s>/x", Surely),
        ] {
            assert_eq!(overlap(&glob(a), &glob(b)), expected, "{a} and {b}");
            assert_eq!(overlap(&glob(b), &glob(a)), expected, "{b} and {a}");
        }
    }
}
