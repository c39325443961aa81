//! A document algebra for pretty printing: text, possible line breaks and groups that are either flat or broken.
//!
//! A document is a flat list of tokens rather than a tree, so that measuring is two passes over it and rendering one:
//! whether a group fits is answered from prefix sums, and the whole is linear in the size of the file.

use unicode_width::UnicodeWidthStr;

/// Columns a line should not exceed.
pub const WIDTH: usize = 100;

const STEP: usize = 2;

/// A piece of a document.
#[derive(Clone, Copy, Debug)]
pub enum Token<'a> {
    /// Text without a line break.
    Text(&'a str),
    /// A space, or a line break when its group is broken.
    Line,
    /// Nothing, or a line break when its group is broken.
    Soft,
    /// A line break; breaks every group around it.
    Hard,
    /// An empty line when its group is broken; stands before another line break.
    Blank,
    /// Text that is written only when its group is broken.
    IfBroken(&'a str),
    /// Begins a group.
    Open,
    /// Ends a group.
    Close,
    /// One more level of indentation for the lines that follow.
    Indent,
    /// One level less.
    Dedent,
    /// A comment written at the end of the line, behind so many spaces.
    Suffix(usize, &'a str),
    /// Text kept byte for byte, whatever line breaks are in it.
    Verbatim(&'a str),
    /// A `"""` string whose lines may be indented as a whole.
    Block(&'a str),
}

/// A document under construction.
#[derive(Default)]
pub struct Doc<'a> {
    tokens: Vec<Token<'a>>,
}

/// What rendering needs to know about each token before it can decide.
struct Measures {
    /// For each token the flat width of all before it.
    width: Vec<usize>,
    /// For each token the number of forced breaks before it.
    hard: Vec<u32>,
    /// For each token the width from it to the next possible line break.
    tail: Vec<usize>,
    /// For each `Open` its `Close`.
    close: Vec<u32>,
}

impl<'a> Doc<'a> {
    /// Appends a token.
    pub fn push(&mut self, token: Token<'a>) {
        self.tokens.push(token);
    }

    /// The text of the document, each line at most [`WIDTH`] columns where its groups allow it.
    pub fn render(&self) -> String {
        let measures = self.measure();
        let mut out = Output::default();
        let mut broken = vec![true];
        for (at, token) in self.tokens.iter().enumerate() {
            let is_broken = broken.last().copied().unwrap_or(true);
            match *token {
                Token::Open => broken.push(is_broken && !measures.fits(at, out.column())),
                Token::Close => {
                    broken.pop();
                }
                Token::Indent => out.indent += STEP,
                Token::Dedent => out.indent = out.indent.saturating_sub(STEP),
                Token::Line if !is_broken => out.text(" "),
                Token::Soft | Token::Blank if !is_broken => {}
                Token::Line | Token::Soft | Token::Hard | Token::Blank => out.line_break(),
                Token::IfBroken(text) if is_broken => out.text(text),
                Token::IfBroken(_) => {}
                Token::Text(text) => out.text(text),
                Token::Suffix(gap, comment) => out.suffixes.push((gap, comment)),
                Token::Verbatim(text) => out.verbatim(text),
                Token::Block(text) => out.block(text),
            }
        }
        out.finish()
    }

    fn measure(&self) -> Measures {
        let count = self.tokens.len();
        let mut width = Vec::with_capacity(count + 1);
        let mut hard = Vec::with_capacity(count + 1);
        let mut close = vec![0; count];
        let mut open = Vec::new();
        let (mut sum, mut breaks) = (0, 0);
        for (at, token) in self.tokens.iter().enumerate() {
            width.push(sum);
            hard.push(breaks);
            match token {
                Token::Open => open.push(at),
                Token::Close => {
                    if let Some(begin) = open.pop() {
                        close[begin] = at as u32;
                    }
                }
                Token::Hard => breaks += 1,
                Token::Verbatim(text) | Token::Block(text) if text.contains('\n') => breaks += 1,
                _ => {}
            }
            sum += flat_width(token);
        }
        width.push(sum);
        hard.push(breaks);
        let mut tail = vec![0; count + 1];
        for at in (0..count).rev() {
            tail[at] = match &self.tokens[at] {
                Token::Line | Token::Soft | Token::Hard | Token::Blank => 0,
                token => flat_width(token) + tail[at + 1],
            };
        }
        Measures { width, hard, tail, close }
    }
}

impl Measures {
    /// Whether the group that begins at token `open` fits on the rest of a line that is `column` wide so far.
    fn fits(&self, open: usize, column: usize) -> bool {
        let close = self.close[open] as usize;
        self.hard[open] == self.hard[close] && column + self.width[close] - self.width[open] + self.tail[close] <= WIDTH
    }
}

fn flat_width(token: &Token<'_>) -> usize {
    match token {
        Token::Text(text) => text.width(),
        Token::Line => 1,
        Token::Verbatim(text) | Token::Block(text) => text.lines().next().unwrap_or("").width(),
        _ => 0,
    }
}

/// The text written so far.
#[derive(Default)]
struct Output<'a> {
    text: String,
    indent: usize,
    /// Columns written on this line; `None` while its indentation is still to be written.
    written: Option<usize>,
    suffixes: Vec<(usize, &'a str)>,
}

impl Output<'_> {
    fn column(&self) -> usize {
        self.written.unwrap_or(self.indent)
    }

    fn begin(&mut self) {
        if self.written.is_none() {
            self.text.extend(std::iter::repeat_n(' ', self.indent));
            self.written = Some(self.indent);
        }
    }

    fn text(&mut self, text: &str) {
        self.begin();
        self.text.push_str(text);
        self.written = Some(self.column() + text.width());
    }

    fn verbatim(&mut self, text: &str) {
        self.text(text);
        if let Some((_, last)) = text.rsplit_once('\n') {
            self.written = Some(last.width());
        }
    }

    fn block(&mut self, text: &str) {
        match reindent(text, self.indent) {
            Some(moved) => self.verbatim(&moved),
            None => self.verbatim(text),
        }
    }

    fn flush_suffixes(&mut self) {
        for (gap, comment) in std::mem::take(&mut self.suffixes) {
            let gap = if self.written.is_some() { gap } else { 0 };
            self.begin();
            self.text.extend(std::iter::repeat_n(' ', gap));
            self.text(comment);
        }
    }

    fn line_break(&mut self) {
        self.flush_suffixes();
        if self.written.is_some() || !self.text.is_empty() {
            self.text.push('\n');
        }
        self.written = None;
    }

    fn finish(mut self) -> String {
        self.flush_suffixes();
        let end = self.text.trim_end_matches('\n').len();
        self.text.truncate(end);
        self.text.push('\n');
        self.text
    }
}

/// A block string moved so that its text stands one level inside `indent` and its closing quotes at it; `None` where
/// that could change what it says.
fn reindent(text: &str, indent: usize) -> Option<String> {
    let inner = text.strip_prefix("\"\"\"")?.strip_suffix("\"\"\"")?;
    let inner = inner.strip_prefix("\r\n").or_else(|| inner.strip_prefix('\n'))?;
    let lines: Vec<&str> = inner.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
    let (last, body) = lines.split_last()?;
    let closes_alone = last.trim_matches([' ', '\t']).is_empty();
    let body = if closes_alone { body } else { &lines[..] };
    let mut common = usize::MAX;
    for line in body {
        let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
        if line[..blanks].contains('\t') {
            return None;
        }
        if blanks < line.len() {
            common = common.min(blanks);
        }
    }
    if common == usize::MAX {
        return None;
    }
    let mut out = String::with_capacity(text.len() + body.len() * (indent + STEP));
    out.push_str("\"\"\"");
    for line in body {
        out.push('\n');
        if let Some(rest) = line.get(common..).filter(|rest| !rest.is_empty()) {
            out.extend(std::iter::repeat_n(' ', indent + STEP));
            out.push_str(rest);
        }
    }
    if closes_alone {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', indent));
    }
    out.push_str("\"\"\"");
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::{Doc, Token, reindent};

    fn list(words: &'static [&'static str]) -> String {
        let mut doc = Doc::default();
        for token in [Token::Text("["), Token::Open, Token::Indent, Token::Soft] {
            doc.push(token);
        }
        for (i, word) in words.iter().enumerate() {
            if i > 0 {
                doc.push(Token::Text(","));
                doc.push(Token::Line);
            }
            doc.push(Token::Text(word));
        }
        for token in [Token::IfBroken(","), Token::Dedent, Token::Soft, Token::Close, Token::Text("]")] {
            doc.push(token);
        }
        doc.render()
    }

    #[test]
    fn a_group_breaks_only_when_it_does_not_fit() {
        assert_eq!(list(&["a", "b"]), "[a, b]\n");
        let long = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
        let broken = list(&["xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"; 2]);
        assert_eq!(broken, format!("[\n  {long},\n  {long},\n]\n"));
    }

    #[test]
    fn a_block_string_moves_as_a_whole() {
        let text = "\"\"\"\n      one\n\n        two\n      \"\"\"";
        assert_eq!(reindent(text, 2).as_deref(), Some("\"\"\"\n    one\n\n      two\n  \"\"\""));
        assert_eq!(reindent("\"\"\"one\n  two\"\"\"", 2), None);
        assert_eq!(reindent("\"\"\"\n\tone\n\"\"\"", 2), None);
    }
}
