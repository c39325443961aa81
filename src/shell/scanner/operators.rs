//! Plain text: blanks, operators, redirections, comments.

use super::{HOLE, Redirect, Scanner};
use crate::shell::Form;
use crate::shell::Problem;
use crate::shell::command::Expect;
use crate::shell::frame::{Bracket, End, Kind, Stage};

impl Scanner {
    /// One step in text outside quotes.
    pub(super) fn plain(&mut self) {
        let Some(byte) = self.byte(0) else { return };
        match byte {
            HOLE => self.hole(Form::Plain, None),
            b'\\' => self.backslash(),
            b'\'' => self.single(),
            b'"' => self.open_double(),
            b'$' => self.dollar(false),
            b'`' => self.backticks(),
            _ if self.top().kind == Kind::Pattern => self.pattern(byte),
            b'#' if !self.top().word.started => self.comment(),
            b' ' | b'\t' => {
                self.finish_word();
                self.at += 1;
            }
            b'\n' => {
                self.finish_word();
                if matches!(self.top().kind, Kind::Commands(_)) {
                    self.finish_command();
                }
                self.line_end();
            }
            b'(' | b')' | b';' | b'&' | b'|' | b'<' | b'>' => self.operator(byte),
            _ => {
                self.literal(byte);
                self.at += 1;
            }
        }
    }

    fn comment(&mut self) {
        while let Some(byte) = self.byte(0) {
            match byte {
                b'\n' => return,
                HOLE => {
                    self.hole(Form::Plain, Some(Problem::Comment));
                    // It is no word.
                    self.top().word = Default::default();
                }
                _ => self.at += 1,
            }
        }
    }

    /// Inside `?( … )`.
    fn pattern(&mut self, byte: u8) {
        self.dynamic();
        let opened_at = self.at;
        self.at += 1;
        match byte {
            b'(' => self.push(Kind::Pattern, opened_at, None),
            b')' => self.pop(),
            _ => {}
        }
    }

    fn operator(&mut self, byte: u8) {
        let kind = self.top().kind;
        match kind {
            Kind::Commands(end) => self.command_operator(byte, end),
            Kind::Case(Stage::Pattern) if byte == b')' => {
                self.finish_word();
                let at = self.at;
                self.at += 1;
                // `esac)` is no pattern: the word may have closed the `case`.
                if self.top().kind == Kind::Case(Stage::Pattern) {
                    self.push(Kind::Commands(End::Arm), at, None);
                }
            }
            Kind::Array if byte == b')' => {
                self.finish_word();
                self.at += 1;
                self.pop();
                self.dynamic();
            }
            Kind::Array if matches!(byte, b'<' | b'>') && self.byte(1) == Some(b'(') => self.substitution(),
            _ => {
                if !self.extended_pattern(byte) {
                    self.finish_word();
                    self.at += 1;
                }
            }
        }
    }

    /// `@(a|b)` inside a word of bash.
    fn extended_pattern(&mut self, byte: u8) -> bool {
        let opened_at = self.at;
        let word = &self.top().word;
        let opens = byte == b'(' && !word.dynamic && matches!(word.text.last(), Some(b'?' | b'*' | b'+' | b'@' | b'!'));
        if !(opens && self.bash) {
            return false;
        }
        self.dynamic();
        self.at += 1;
        self.push(Kind::Pattern, opened_at, None);
        true
    }

    fn command_operator(&mut self, byte: u8, end: End) {
        match byte {
            b'<' | b'>' => self.redirection(byte),
            b'(' => self.open_parenthesis(),
            b')' => self.close_parenthesis(end),
            b';' => self.semicolon(end),
            b'&' if self.bash && self.byte(1) == Some(b'>') => {
                self.finish_word();
                self.at += if self.byte(2) == Some(b'>') { 3 } else { 2 };
                self.redirect(Redirect::File);
            }
            _ => {
                let doubled = self.byte(1) == Some(byte);
                let both = byte == b'|' && self.bash && self.byte(1) == Some(b'&');
                self.finish_word();
                self.end_command(byte == b'|' && !doubled);
                self.at += if doubled || both { 2 } else { 1 };
            }
        }
    }

    fn semicolon(&mut self, end: End) {
        self.finish_word();
        // The word may have been the `esac` that closed this arm.
        let still_arm = end == End::Arm && self.top().kind == Kind::Commands(End::Arm);
        let length = match (self.byte(1), self.byte(2)) {
            (Some(b';'), Some(b'&')) => 3,
            (Some(b';' | b'&'), _) => 2,
            _ => 1,
        };
        if matches!(self.top().kind, Kind::Commands(_)) {
            self.finish_command();
        }
        self.at += if still_arm { length } else { 1 };
        if still_arm && length > 1 {
            self.pop();
        }
    }

    fn redirection(&mut self, byte: u8) {
        let opened_at = self.at;
        if self.bash && self.byte(1) == Some(b'(') && !self.top().word.started {
            self.substitution();
            return;
        }
        let word = &self.top().word;
        let descriptor = word.keyword().is_some_and(|text| text.iter().all(u8::is_ascii_digit));
        if descriptor {
            self.top().word = Default::default();
        }
        self.finish_word();
        let (length, redirect) = if self.bash && self.looking_at(b"<<<") {
            (3, Redirect::HereString)
        } else if self.looking_at(b"<<") {
            let strip = self.byte(2) == Some(b'-');
            (if strip { 3 } else { 2 }, Redirect::HereDelimiter { strip, opened_at })
        } else {
            let double = matches!((byte, self.byte(1)), (b'<', Some(b'&' | b'>')) | (b'>', Some(b'>' | b'&' | b'|')));
            (if double { 2 } else { 1 }, Redirect::File)
        };
        self.at += length;
        self.redirect(redirect);
    }

    fn open_parenthesis(&mut self) {
        let opened_at = self.at;
        if self.extended_pattern(b'(') {
            return;
        }
        let bash = self.bash;
        let top = self.top();
        let (started, expect) = (top.word.started, top.command.expect);
        let array = bash && top.word.text.ends_with(b"=") && !top.word.dynamic;
        if array {
            self.at += 1;
            self.push(Kind::Array, opened_at, None);
        } else if bash && !started && matches!(expect, Expect::Name | Expect::ForName) && self.byte(1) == Some(b'(') {
            self.at += 2;
            self.push(Kind::Arithmetic(Bracket::DoubleParenthesis, 0), opened_at, Some(Problem::Arithmetic));
        } else if started || expect != Expect::Name {
            // `name ( )`: a function begins, and its body is a command.
            self.finish_word();
            self.finish_command();
            self.at += 1;
            while matches!(self.byte(0), Some(b' ' | b'\t')) {
                self.at += 1;
            }
            self.at += usize::from(self.byte(0) == Some(b')'));
        } else {
            self.at += 1;
            self.push(Kind::Commands(End::Subshell), opened_at, None);
        }
    }

    fn close_parenthesis(&mut self, end: End) {
        self.finish_word();
        if matches!(self.top().kind, Kind::Commands(_)) {
            self.finish_command();
        }
        self.at += 1;
        if matches!(end, End::Substitution | End::Subshell) && self.top().kind == Kind::Commands(end) {
            self.pop();
        }
    }
}
