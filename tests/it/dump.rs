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
    layout(&parse(&mut thin.chars().peekable()), 0, &mut out);
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

/// A piece of debug text: a field's name, what stands before the brackets, and what stands in them.
struct Piece {
    label: String,
    head: String,
    inner: Vec<Piece>,
}

fn parse(letters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Piece {
    let (mut label, mut head, mut inner) = (String::new(), String::new(), Vec::new());
    while let Some(&letter) = letters.peek() {
        match letter {
            '"' => head += &quoted(letters),
            ':' => {
                letters.next();
                label = std::mem::take(&mut head);
            }
            ' ' => drop(letters.next()),
            '{' | '(' | '[' => {
                if letter == '[' {
                    head = "list".into();
                }
                letters.next();
                loop {
                    while letters.next_if(|letter| matches!(letter, ' ' | ',')).is_some() {}
                    match letters.peek() {
                        None | Some('}' | ')' | ']') => break,
                        _ => inner.push(parse(letters)),
                    }
                }
                letters.next();
                break;
            }
            ',' | '}' | ')' | ']' => break,
            _ => head.extend(letters.next()),
        }
    }
    collapse(Piece { label, head, inner })
}

fn quoted(letters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mut out: String = letters.next().into_iter().collect();
    while let Some(letter) = letters.next() {
        out.push(letter);
        match letter {
            '\\' => out.extend(letters.next()),
            '"' => break,
            _ => {}
        }
    }
    out
}

/// Leaves out wrappers that say nothing.
fn collapse(mut piece: Piece) -> Piece {
    const WRAPPERS: [&str; 8] = ["Expr", "Type", "Stmt", "Clause", "Pattern", "Name", "", "TestEntry"];
    if let [only] = &piece.inner[..]
        && only.label.is_empty() | matches!(only.label.as_str(), "kind" | "text")
        && (WRAPPERS.contains(&piece.head.as_str())
            || piece.head == only.head
            || piece.head == "Some" && piece.is_option())
    {
        let label = std::mem::take(&mut piece.label);
        let only = piece.inner.remove(0);
        return Piece { label, ..only };
    }
    piece
}

impl Piece {
    /// A `Some` in a field is an option; anywhere else it is the pattern.
    fn is_option(&self) -> bool {
        !matches!(self.label.as_str(), "" | "kind")
    }

    fn start(&self) -> String {
        if self.label.is_empty() { self.head.clone() } else { format!("{}: {}", self.label, self.head) }
    }

    fn short(&self) -> String {
        let inside: Vec<String> = self.inner.iter().map(Self::short).collect();
        match (self.head.as_str(), inside.is_empty()) {
            ("list", _) => format!("{}[{}]", self.start().trim_end_matches("list"), inside.join(", ")),
            (_, true) => self.start(),
            _ => format!("{}({})", self.start(), inside.join(", ")),
        }
    }
}

fn layout(piece: &Piece, depth: usize, out: &mut String) {
    let (line, indent) = (piece.short(), "  ".repeat(depth));
    if indent.len() + line.len() <= 110 || piece.inner.is_empty() {
        out.push_str(&format!("{indent}{line}\n"));
        return;
    }
    out.push_str(&format!("{indent}{}\n", piece.start()));
    for piece in &piece.inner {
        layout(piece, depth + 1, out);
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
