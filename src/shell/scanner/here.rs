//! Bodies of here-documents.

use super::{HOLE, Scanner};
use crate::shell::frame::Kind;
use crate::shell::{Form, Problem};

impl Scanner {
    /// A newline that ends a command line: the bodies of its here-documents follow.
    pub(super) fn line_end(&mut self) {
        let at = self.at;
        self.at += 1;
        if self.script_frame().pending.is_empty() {
            return;
        }
        let documents = std::mem::take(&mut self.script_frame().pending);
        self.push(Kind::HereBody { line_start: true }, at, None);
        if !self.too_deep {
            self.top().pending = documents;
        }
    }

    /// One step in the body of the first pending here-document.
    pub(super) fn here_body(&mut self, line_start: bool) {
        let Some(document) = self.top().pending.first() else {
            self.pop();
            return;
        };
        let (quoted, problem) = (document.quoted, document.problem);
        if line_start && self.here_ends() {
            return;
        }
        if quoted {
            self.here_line(problem);
            return;
        }
        self.top().kind = Kind::HereBody { line_start: false };
        match self.byte(0) {
            Some(HOLE) => self.hole(Form::Quoted, problem),
            Some(b'\n') => {
                self.at += 1;
                self.top().kind = Kind::HereBody { line_start: true };
            }
            Some(b'\\') => self.backslash(),
            Some(b'$') => {
                // What is substituted in the text for another shell is read by that shell.
                let (body, outer) = (self.frames.len() - 1, self.top().inherited);
                self.top().inherited = problem.or(outer);
                self.dollar(true);
                if let Some(frame) = self.frames.get_mut(body) {
                    frame.inherited = outer;
                }
            }
            Some(b'`') => self.backticks(),
            _ => self.at += 1,
        }
    }

    /// Takes the line of the delimiter, if this is it.
    fn here_ends(&mut self) -> bool {
        let mut line = &self.text[self.at..];
        let end = memchr::memchr(b'\n', line).unwrap_or(line.len());
        line = &line[..end];
        let Some(document) = self.frames.last().and_then(|frame| frame.pending.first()) else { return true };
        if document.strip {
            let tabs = line.iter().take_while(|byte| **byte == b'\t').count();
            line = &line[tabs..];
        }
        if line != document.delimiter {
            return false;
        }
        self.at += end + 1;
        self.top().pending.remove(0);
        if self.top().pending.is_empty() {
            self.pop();
        }
        true
    }

    /// A line of a document in which nothing is expanded.
    fn here_line(&mut self, problem: Option<Problem>) {
        let problem = problem.or(Some(Problem::QuotedHereDocument));
        while let Some(byte) = self.byte(0) {
            match byte {
                HOLE => self.hole(Form::Quoted, problem),
                b'\n' => {
                    self.at += 1;
                    return;
                }
                _ => self.at += 1,
            }
        }
    }
}
