//! A tree as indented text: one line per node, spans left out, so that a case shows what was understood.

use wf::source::Span;
use wf::syntax::tree::Tree;

/// The dump of a tree: the derived debug text without node numbers and spans, which `spans` checks.
pub fn tree(tree: &Tree) -> String {
    let mut out = String::new();
    if let Some((version, _)) = &tree.version {
        out += &format!("wf {version}\n");
    }
    if let Some(docs) = &tree.docs {
        out += &format!("//! {:?}\n", docs.text);
    }
    for slot in &tree.items {
        let debug = format!("{:?}", slot.item);
        out += &pretty(&debug);
        out.push('\n');
    }
    for comment in &tree.comments {
        if comment.kind == wf::syntax::tree::CommentKind::Line {
            out += &format!("comment own_line={}\n", comment.own_line);
        }
    }
    out
}

/// Debug text, thinned out and broken into lines of a readable length.
fn pretty(debug: &str) -> String {
    let thin = thin(debug);
    let mut out = String::new();
    layout(&parse(&mut thin.chars().peekable()), 0, "", &mut out);
    out
}

/// Drops node numbers, spans and empty options from debug text.
fn thin(debug: &str) -> String {
    let mut out = String::with_capacity(debug.len());
    let mut rest = debug;
    while !rest.is_empty() {
        if rest.starts_with('"') {
            let end = string_end(rest);
            out += &rest[..end];
            rest = &rest[end..];
            continue;
        }
        let dropped = ["span: Span {", "body: Span {", ", Span {"].iter().find(|start| rest.starts_with(**start));
        if dropped.is_some() {
            let end = rest.find('}').unwrap() + 1;
            rest = rest[end..].strip_prefix(", ").unwrap_or(&rest[end..]);
            continue;
        }
        if rest.starts_with("id: NodeId(") || rest.starts_with("nodes: ") {
            let end = rest.find([',', '}']).unwrap();
            rest = rest[end..].strip_prefix(", ").unwrap_or(&rest[end..]);
            continue;
        }
        let letter = rest.chars().next().unwrap();
        out.push(letter);
        rest = &rest[letter.len_utf8()..];
    }
    for empty in ["docs: None, ", "allows: [], ", "default: None", "ty: None, ", "title: None, ", "name: None, "] {
        out = out.replace(empty, "");
    }
    out
}

fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// A piece of debug text: a head and what stands in its brackets.
enum Piece {
    Leaf(String),
    Group(String, char, Vec<Piece>),
}

fn parse(letters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Piece {
    let mut head = String::new();
    while let Some(&letter) = letters.peek() {
        match letter {
            '"' => {
                head.push(letters.next().unwrap());
                while let Some(letter) = letters.next() {
                    head.push(letter);
                    if letter == '\\' {
                        head.extend(letters.next());
                    } else if letter == '"' {
                        break;
                    }
                }
            }
            '{' | '(' | '[' => {
                letters.next();
                let mut inner = Vec::new();
                loop {
                    while letters.next_if(|letter| matches!(letter, ' ' | ',')).is_some() {}
                    match letters.peek() {
                        None | Some('}' | ')' | ']') => break,
                        _ => inner.push(parse(letters)),
                    }
                }
                letters.next();
                return Piece::Group(head.trim().to_owned(), letter, inner);
            }
            ',' | '}' | ')' | ']' => break,
            _ => head.push(letters.next().unwrap()),
        }
    }
    Piece::Leaf(head.trim().to_owned())
}

fn short(piece: &Piece) -> String {
    match piece {
        Piece::Leaf(text) => text.clone(),
        Piece::Group(head, _, inner) if inner.len() == 1 && !head.contains(": ") => {
            let inside = short(&inner[0]);
            match head.as_str() {
                "Name" => inside.trim_start_matches("text: ").to_owned(),
                _ => format!("{head}({inside})"),
            }
        }
        Piece::Group(head, _, inner) => {
            let inside: Vec<String> = inner.iter().map(short).collect();
            format!("{head}({})", inside.join(", "))
        }
    }
}

fn layout(piece: &Piece, depth: usize, _: &str, out: &mut String) {
    let line = short(piece);
    let indent = "  ".repeat(depth);
    match piece {
        Piece::Group(head, _, inner) if indent.len() + line.len() > 110 => {
            out.push_str(&format!("{indent}{head}\n"));
            for piece in inner {
                layout(piece, depth + 1, "", out);
            }
        }
        _ => out.push_str(&format!("{indent}{line}\n")),
    }
}

/// Every span in the tree, from its debug text.
pub fn spans(tree: &Tree) -> Vec<(usize, Span)> {
    let mut spans = Vec::new();
    for (index, slot) in tree.items.iter().enumerate() {
        let debug = format!("{:?}", slot.item);
        for part in debug.split("Span { start: ").skip(1) {
            let numbers: Vec<u32> = part.split([',', ' ', '}']).filter_map(|word| word.parse().ok()).take(2).collect();
            if let [start, end] = numbers[..] {
                spans.push((index, Span::new(start, end)));
            }
        }
    }
    spans
}
