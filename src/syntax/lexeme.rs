//! Small pieces of text: words, lines, and whole tokens, for the passes that work without the grammar.

use crate::source::Span;
use memchr::{memchr, memmem};

/// The name or keyword at the beginning of `text`; empty where there is none.
pub(super) fn word(text: &str) -> &str {
    let bytes = text.as_bytes();
    let mut end = 0;
    loop {
        match bytes.get(end) {
            Some(byte) if byte.is_ascii_alphabetic() || *byte == b'_' => end += 1,
            Some(byte) if byte.is_ascii_digit() && end > 0 => end += 1,
            Some(b'-') if end > 0 && continues(&text[end + 1..]) => end += 1,
            Some(byte) if *byte >= 0x80 => match text[end..].chars().next() {
                Some(letter) if unicode_ident::is_xid_start(letter) => end += letter.len_utf8(),
                Some(letter) if end > 0 && unicode_ident::is_xid_continue(letter) => end += letter.len_utf8(),
                _ => return &text[..end],
            },
            _ => return &text[..end],
        }
    }
}

fn continues(text: &str) -> bool {
    text.chars().next().is_some_and(|letter| letter != '_' && unicode_ident::is_xid_continue(letter))
}

/// How many bytes of letters, digits, `_` and `.` stand at the beginning.
pub(super) fn run(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')).count()
}

/// What is left of the line from byte `at` on.
pub(super) fn line(text: &str, at: usize) -> &str {
    let rest = text.get(at..).unwrap_or("");
    &rest[..memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len())]
}

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A name or keyword.
    Word,
    /// A number with its unit.
    Number,
    /// A string with its quotes and holes.
    Text,
    /// `(`, `[` or `{`.
    Open(u8),
    /// `)`, `]` or `}`.
    Close(u8),
    /// Anything else.
    Sign,
    /// The end of the text.
    End,
}

/// A token where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Token {
    pub kind: Kind,
    pub span: Span,
    /// Whether a line break stands before it.
    pub new_line: bool,
}

/// The first byte at or after `at` that is neither white space nor in a comment.
pub(super) fn skip_space(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    loop {
        match bytes.get(at) {
            Some(b' ' | b'\t' | b'\n' | b'\r') => at += 1,
            Some(b'/') if bytes.get(at + 1) == Some(&b'/') => at += line(text, at).len(),
            _ => return at.min(bytes.len()),
        }
    }
}

/// The token at or after byte `at`.
pub(super) fn token(text: &str, at: usize) -> Token {
    let start = skip_space(text, at);
    let new_line = memchr(b'\n', &text.as_bytes()[at.min(start)..start]).is_some();
    let rest = &text[start..];
    let (kind, length) = match rest.as_bytes() {
        [] => (Kind::End, 0),
        [b'r', b'"' | b'#', ..] if raw(rest).is_some() => (Kind::Text, raw(rest).unwrap_or(1)),
        [b'"', ..] => (Kind::Text, quoted(rest)),
        [byte @ (b'(' | b'[' | b'{'), ..] => (Kind::Open(*byte), 1),
        [byte @ (b')' | b']' | b'}'), ..] => (Kind::Close(*byte), 1),
        [b'0'..=b'9', ..] => {
            let length = run(rest.as_bytes());
            (Kind::Number, length + usize::from(rest[length..].starts_with('%')))
        }
        _ => match word(rest).len() {
            0 => (Kind::Sign, sign(rest)),
            length => (Kind::Word, length),
        },
    };
    Token { kind, span: Span::new(start as u32, (start + length) as u32), new_line }
}

fn sign(text: &str) -> usize {
    const PAIRS: [&str; 13] = ["->", "=>", "==", "!=", "<=", ">=", "??", "?.", "&&", "||", "**", "${", "++"];
    match PAIRS.iter().any(|pair| text.starts_with(pair)) {
        true => 2,
        false => text.chars().next().map_or(0, char::len_utf8),
    }
}

fn raw(text: &str) -> Option<usize> {
    let hashes = text[1..].bytes().take_while(|&byte| byte == b'#').count();
    if text.as_bytes().get(1 + hashes) != Some(&b'"') {
        return None;
    }
    let closer = format!("\"{}", "#".repeat(hashes));
    let body = &text[hashes + 2..];
    Some(memmem::find(body.as_bytes(), closer.as_bytes()).map_or(hashes + 2, |end| hashes + 2 + end + closer.len()))
}

/// The length of the string at the beginning of `text`; to the end of the line where it is not closed.
fn quoted(text: &str) -> usize {
    let bytes = text.as_bytes();
    let block = text.starts_with("\"\"\"");
    if block {
        let end = memmem::find(&bytes[3..], b"\"\"\"");
        return end.map_or(3, |end| end + 6);
    }
    let (mut at, mut depth) = (1, 0_usize);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\n' => break,
            b'\\' if bytes.get(at + 1).is_some_and(|next| *next != b'\n') => at += 1,
            b'$' if bytes.get(at + 1) == Some(&b'{') && bytes[at - 1] != b'$' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b'"' if depth == 0 => return at + 1,
            _ => {}
        }
        at += 1;
    }
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}
