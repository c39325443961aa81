//! What stands between the elements of a list: comments, blank lines, separators; and the blocks and brackets around them.

use super::Printer;
use super::doc::Token;
use crate::source::Span;
use crate::syntax::tree::{Comment, CommentKind};

/// How the elements between two brackets are written.
#[derive(Clone, Copy)]
pub(super) struct Brackets {
    pub open: char,
    pub close: char,
    /// Whether a space separates the brackets from the elements on one line.
    pub padded: bool,
}

/// How a block chooses between one line and several.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// One line where it was on one and fits.
    Own,
    /// As the group decides that the caller has opened.
    Grouped,
    /// Several lines.
    Spread,
}

/// `( … )`
pub(super) const ROUND: Brackets = Brackets { open: '(', close: ')', padded: false };
/// `[ … ]`
pub(super) const SQUARE: Brackets = Brackets { open: '[', close: ']', padded: false };
/// `{…}` of a literal
pub(super) const LITERAL: Brackets = Brackets { open: '{', close: '}', padded: false };
/// `{ … }` with commas
pub(super) const CURLY: Brackets = Brackets { open: '{', close: '}', padded: true };

impl<'a> Printer<'a> {
    /// The next comment if it begins before `offset` (absolute).
    fn comment_before(&self, offset: u32) -> Option<&'a Comment> {
        self.comments.get(self.next).filter(|comment| comment.span.start < offset)
    }

    fn comment_text(&self, comment: &Comment) -> &'a str {
        comment.span.of(self.text).trim_end()
    }

    /// Passes over the comments that a verbatim piece of source ending at `offset` contains.
    pub(super) fn skip_comments(&mut self, offset: u32) {
        while self.comment_before(offset).is_some() {
            self.next += 1;
        }
    }

    /// Moves comments from the middle of a line to its end.
    pub(super) fn comments_to_line_end(&mut self, offset: u32) {
        while let Some(comment) = self.comment_before(offset) {
            self.next += 1;
            self.push(Token::Suffix(1, self.comment_text(comment)));
        }
    }

    /// The spaces before a comment that follows code: as many as were written.
    fn gap(&self, comment: &Comment) -> usize {
        let before = self.text.get(..comment.span.start as usize).unwrap_or("");
        let code = before.trim_end_matches(' ');
        if code.ends_with(['\t', '\n']) { 1 } else { (before.len() - code.len()).max(1) }
    }

    /// Whether an empty line lies between two offsets.
    pub(super) fn blank_between(&self, from: u32, to: u32) -> bool {
        let gap = self.text.get(from as usize..to as usize).unwrap_or("");
        let mut parts = gap.split('\n').skip(1).collect::<Vec<_>>();
        parts.pop();
        parts.iter().any(|line| line.trim().is_empty())
    }

    /// What stands before an element at `start`: the comments since `prev_end` and the line breaks around them. `line`
    /// is the break before the element where no comment forces one; no blank line is kept after an opening bracket
    /// (`first`).
    pub(super) fn before(&mut self, prev_end: u32, start: u32, first: bool, line: Token<'a>) {
        let (mut last, mut first, mut line) = (prev_end, first, line);
        while let Some(comment) = self.comment_before(start) {
            self.next += 1;
            let text = self.comment_text(comment);
            if comment.own_line || comment.kind == CommentKind::Doc {
                if !first && self.blank_between(last, comment.span.start) {
                    self.push(Token::Blank);
                }
                self.push(Token::Hard);
                self.push(Token::Text(text));
                first = false;
            } else {
                self.push(Token::Suffix(self.gap(comment), text));
            }
            line = Token::Hard;
            last = last.max(comment.span.end);
        }
        if !first && self.blank_between(last, start) {
            self.push(Token::Blank);
        }
        self.push(line);
    }

    /// The comments between the last element and the closing bracket at `close`, and the break before it.
    pub(super) fn before_close(&mut self, prev_end: u32, close: u32, empty: bool, line: Token<'a>) {
        let mut last = prev_end;
        let (mut line, mut first) = (line, empty);
        while let Some(comment) = self.comment_before(close) {
            self.next += 1;
            let text = self.comment_text(comment);
            if comment.own_line {
                if !first && self.blank_between(last, comment.span.start) {
                    self.push(Token::Blank);
                }
                self.push(Token::Hard);
                self.push(Token::Text(text));
                first = false;
            } else {
                self.push(Token::Suffix(self.gap(comment), text));
            }
            line = Token::Hard;
            last = comment.span.end;
        }
        self.push(Token::Dedent);
        self.push(line);
    }

    /// Absolute offset of the first `wanted` at or after `from`; the end of the text where there is none.
    pub(super) fn find(&self, wanted: char, from: u32) -> u32 {
        let rest = self.text.get(from as usize..).unwrap_or("");
        from + rest.find(wanted).unwrap_or(rest.len()) as u32
    }

    fn on_one_line(&self, from: u32, to: u32) -> bool {
        !self.text.get(from as usize..to as usize).unwrap_or("").contains('\n')
    }

    /// Elements between brackets, separated by commas: on one line where they fit and the first was not written on a
    /// line of its own, else one per line. `after` is an absolute offset before the opening bracket.
    pub(super) fn brackets<T>(
        &mut self,
        brackets: Brackets,
        after: u32,
        elements: &'a [T],
        span: impl Fn(&T) -> Span,
        mut print: impl FnMut(&mut Self, &'a T),
    ) {
        let open = self.find(brackets.open, after) + 1;
        let last = elements.last().map_or(open, |element| self.absolute(span(element)).end);
        let close = self.find(brackets.close, last);
        self.push(Token::Text(bracket(brackets.open)));
        if elements.is_empty() && self.comment_before(close).is_none() {
            if brackets.padded {
                self.push(Token::Text(" "));
            }
            return self.push(Token::Text(bracket(brackets.close)));
        }
        let line = if brackets.padded { Token::Line } else { Token::Soft };
        self.push(Token::Open);
        self.push(Token::Indent);
        let mut prev = open;
        for (i, element) in elements.iter().enumerate() {
            let at = self.absolute(span(element));
            let first = i == 0;
            let break_here = match (first, self.on_one_line(open, at.start)) {
                (true, false) => Token::Hard,
                (true, true) => line,
                _ => Token::Line,
            };
            self.before(prev, at.start, first, break_here);
            print(self, element);
            self.push(if i + 1 < elements.len() { Token::Text(",") } else { Token::IfBroken(",") });
            prev = at.end;
        }
        self.before_close(prev, close, elements.is_empty(), line);
        self.push(Token::Close);
        self.push(Token::Text(bracket(brackets.close)));
    }

    /// Whether a block may stand on one line: it did, and holds one thing and no comment.
    pub(super) fn may_stay_on_one_line(&self, block: Span, count: usize) -> bool {
        let comment = self.comments[self.next.min(self.comments.len())..]
            .iter()
            .find(|comment| comment.span.start >= block.start)
            .is_some_and(|comment| comment.span.start < block.end);
        count <= 1 && !comment && self.on_one_line(block.start, block.end)
    }

    /// ` { … }` around elements on lines of their own. `block` is its absolute span. A block that may stay on one line
    /// does where it fits.
    pub(super) fn block<T>(
        &mut self,
        block: Span,
        elements: &'a [T],
        layout: Layout,
        span: impl Fn(&T) -> Span,
        mut print: impl FnMut(&mut Self, &'a T),
    ) {
        self.push(Token::Text("{"));
        let close = block.end.saturating_sub(1);
        if elements.is_empty() && self.comment_before(close).is_none() {
            return self.push(Token::Text(" }"));
        }
        let line = match layout {
            Layout::Grouped => Token::Line,
            Layout::Own if self.may_stay_on_one_line(block, elements.len()) => Token::Line,
            Layout::Own | Layout::Spread => Token::Hard,
        };
        if layout != Layout::Grouped {
            self.push(Token::Open);
        }
        self.push(Token::Indent);
        let mut prev = block.start + 1;
        for (i, element) in elements.iter().enumerate() {
            let at = self.absolute(span(element));
            self.before(prev, at.start, i == 0, line);
            print(self, element);
            prev = at.end;
        }
        self.before_close(prev, close, elements.is_empty(), line);
        if layout != Layout::Grouped {
            self.push(Token::Close);
        }
        self.push(Token::Text("}"));
    }

    /// Elements of a bare list, separated by commas, which may break after them.
    pub(super) fn bare_list<T>(&mut self, elements: &'a [T], mut print: impl FnMut(&mut Self, &'a T)) {
        self.push(Token::Open);
        self.push(Token::Indent);
        for (i, element) in elements.iter().enumerate() {
            if i > 0 {
                self.push(Token::Text(","));
                self.push(Token::Line);
            }
            print(self, element);
        }
        self.push(Token::Dedent);
        self.push(Token::Close);
    }

    /// What stands between two parts of a chain, before its operator or dot: a possible break, forced by a comment.
    pub(super) fn chain_break(&mut self, next: u32, line: Token<'a>) {
        let mut line = line;
        while let Some(comment) = self.comment_before(next) {
            self.next += 1;
            let text = self.comment_text(comment);
            if comment.own_line {
                self.push(Token::Hard);
                self.push(Token::Text(text));
            } else {
                self.push(Token::Suffix(self.gap(comment), text));
            }
            line = Token::Hard;
        }
        self.push(line);
    }
}

fn bracket(character: char) -> &'static str {
    match character {
        '(' => "(",
        ')' => ")",
        '[' => "[",
        ']' => "]",
        '{' => "{",
        _ => "}",
    }
}
