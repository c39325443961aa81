//! Quotes, `$`, parameter expansions and arithmetic.

use super::{After, HOLE, Scanner};
use crate::shell::frame::{Bracket, End, Kind};
use crate::shell::{Form, Opener, Problem};

impl Scanner {
    /// `'…'`, from its opening quote.
    pub(super) fn single(&mut self) {
        self.quoted_run(Form::Single, false);
    }

    /// `$'…'` of bash, from its `$`.
    pub(super) fn ansi(&mut self) {
        self.at += 1;
        self.quoted_run(Form::Ansi, true);
    }

    fn quoted_run(&mut self, form: Form, escapes: bool) {
        let opened_at = self.at;
        self.at += 1;
        self.start_quoted();
        while let Some(byte) = self.byte(0) {
            match byte {
                b'\'' => {
                    self.at += 1;
                    return;
                }
                HOLE => self.hole(form, None),
                b'\\' if escapes => self.backslash(),
                _ => {
                    self.literal(byte);
                    self.at += 1;
                }
            }
        }
        self.unclosed_at(Opener::SingleQuote, opened_at);
    }

    fn start_quoted(&mut self) {
        if let Some(frame) = self.owner() {
            (frame.word.started, frame.word.quoted) = (true, true);
        }
    }

    /// Opens `"…"`.
    pub(super) fn open_double(&mut self) {
        self.start_quoted();
        let at = self.at;
        self.at += 1;
        self.push(Kind::Double, at, None);
    }

    /// One step inside `"…"`.
    pub(super) fn double(&mut self) {
        match self.byte(0) {
            Some(HOLE) => self.hole(Form::Quoted, None),
            Some(b'"') => {
                self.at += 1;
                self.pop();
            }
            Some(b'\\') => self.backslash(),
            Some(b'$') => self.dollar(true),
            Some(b'`') => self.backticks(),
            Some(byte) => {
                self.literal(byte);
                self.at += 1;
            }
            None => {}
        }
    }

    /// A backslash with what it escapes.
    pub(super) fn backslash(&mut self) {
        self.at += 1;
        match self.byte(0) {
            Some(HOLE) => self.after = Some(After::Backslash),
            Some(b'\n') => self.at += 1,
            Some(byte) => {
                self.start_quoted();
                self.literal(byte);
                self.at += 1;
            }
            None => {}
        }
    }

    /// `` `…` ``, from its opening back-tick.
    pub(super) fn backticks(&mut self) {
        let opened_at = self.at;
        self.dynamic();
        self.at += 1;
        while let Some(byte) = self.byte(0) {
            match byte {
                b'`' => {
                    self.at += 1;
                    return;
                }
                HOLE => self.hole(Form::Plain, Some(Problem::Backticks)),
                b'\\' if self.byte(1) != Some(HOLE) => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.unclosed_at(Opener::Backtick, opened_at);
    }

    /// `$` and what it begins; `quoted` inside double quotes and here-documents.
    pub(super) fn dollar(&mut self, quoted: bool) {
        let opened_at = self.at;
        match self.byte(1) {
            Some(HOLE) => {
                self.at += 1;
                self.after = Some(After::Dollar);
            }
            Some(b'(') if self.byte(2) == Some(b'(') => {
                self.dynamic();
                self.at += 3;
                self.push(Kind::Arithmetic(Bracket::DoubleParenthesis, 0), opened_at, Some(Problem::Arithmetic));
            }
            Some(b'(') => self.substitution(),
            Some(b'[') if self.bash => {
                self.dynamic();
                self.at += 2;
                self.push(Kind::Arithmetic(Bracket::Square, 0), opened_at, Some(Problem::Arithmetic));
            }
            Some(b'{') => {
                let inherited = self.judge().problem;
                self.dynamic();
                self.at += 2;
                self.parameter_name();
                self.push(Kind::ParameterHead { quoted }, opened_at, inherited);
            }
            Some(b'\'') if self.bash && !quoted => self.ansi(),
            Some(b'"') if self.bash && !quoted => self.at += 1,
            Some(b'$' | b'?' | b'!' | b'#' | b'@' | b'*' | b'-') => {
                self.dynamic();
                self.at += 2;
            }
            Some(byte) if byte.is_ascii_alphanumeric() || byte == b'_' => {
                self.dynamic();
                self.at += 2;
                while self.byte(0).is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                    self.at += 1;
                }
            }
            _ => {
                self.literal(b'$');
                self.at += 1;
            }
        }
    }

    /// `$(` or `<(`: commands whose output takes the place of a part of the word.
    pub(super) fn substitution(&mut self) {
        let opened_at = self.at;
        let inherited = self.judge().problem;
        self.dynamic();
        self.at += 2;
        self.push(Kind::Commands(End::Substitution), opened_at, inherited);
    }

    fn parameter_name(&mut self) {
        if matches!(self.byte(0), Some(b'#' | b'!')) && self.byte(1) != Some(b'}') {
            self.at += 1;
        }
        match self.byte(0) {
            Some(b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!') => self.at += 1,
            _ => {
                while self.byte(0).is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                    self.at += 1;
                }
            }
        }
    }

    /// One step between the name of `${name…}` and its operator.
    pub(super) fn parameter_head(&mut self, quoted: bool) {
        let (here, next) = (self.byte(0), self.byte(1));
        let arithmetic = Some(Problem::Arithmetic);
        match (here, next) {
            (Some(HOLE), _) => self.hole(Form::Quoted, Some(Problem::VariableName)),
            (Some(b'}'), _) => {
                self.at += 1;
                self.pop();
            }
            (Some(b'['), _) => {
                self.at += 1;
                self.push(Kind::Arithmetic(Bracket::Square, 0), self.at, arithmetic);
            }
            (Some(b':'), Some(b'-' | b'=' | b'+' | b'?')) => {
                self.at += 2;
                self.top().kind = Kind::ParameterWord { quoted };
            }
            (Some(b'-' | b'=' | b'+' | b'?'), _) => {
                self.at += 1;
                self.top().kind = Kind::ParameterWord { quoted };
            }
            (Some(b':'), _) => {
                self.at += 1;
                self.top().kind = Kind::Arithmetic(Bracket::Brace, 0);
                self.top().inherited = arithmetic;
            }
            // Patterns are quoted on their own, whatever stands around.
            (Some(b'#' | b'%' | b'/' | b'^' | b',' | b'@'), _) => {
                self.at += 1;
                self.top().kind = Kind::ParameterWord { quoted: false };
            }
            _ => self.at += 1,
        }
    }

    /// One step in the word of `${name:-word}`.
    pub(super) fn parameter_word(&mut self, quoted: bool) {
        match self.byte(0) {
            Some(HOLE) => self.hole(if quoted { Form::Quoted } else { Form::Plain }, None),
            Some(b'}') => {
                self.at += 1;
                self.pop();
            }
            Some(b'\\') => self.backslash(),
            Some(b'\'') if !quoted => self.single(),
            Some(b'"') => self.open_double(),
            Some(b'$') => self.dollar(quoted),
            Some(b'`') => self.backticks(),
            _ => self.at += 1,
        }
    }

    /// One step in an arithmetic expression.
    pub(super) fn arithmetic(&mut self, bracket: Bracket, depth: u32) {
        let (open, close) = match bracket {
            Bracket::DoubleParenthesis => (b'(', b')'),
            Bracket::Square => (b'[', b']'),
            Bracket::Brace => (b'{', b'}'),
        };
        match self.byte(0) {
            Some(HOLE) => self.hole(Form::Quoted, Some(Problem::Arithmetic)),
            Some(b'$') => self.dollar(true),
            Some(b'`') => self.backticks(),
            Some(b'\\') => self.backslash(),
            Some(byte) if byte == open => {
                self.at += 1;
                self.top().kind = Kind::Arithmetic(bracket, depth.saturating_add(1));
            }
            Some(byte) if byte == close && depth > 0 => {
                self.at += 1;
                self.top().kind = Kind::Arithmetic(bracket, depth - 1);
            }
            Some(byte) if byte == close => {
                let double = bracket == Bracket::DoubleParenthesis && self.byte(1) == Some(b')');
                self.at += if double { 2 } else { 1 };
                self.pop();
            }
            _ => self.at += 1,
        }
    }
}
