//! Words, as they end: keywords, redirections, and what a list may be.

use std::collections::BTreeSet;

use super::Scanner;
use crate::shell::command::{Command, Expect, Redirect, Verdict, assigned_name, is_name};
use crate::shell::frame::{End, Frame, HereDocument, Kind, Stage, Word};
use crate::shell::{Opener, Problem};

/// Operators of `[[ ]]` that calculate their operands.
const CALCULATING: [&[u8]; 6] = [b"-eq", b"-ne", b"-lt", b"-le", b"-gt", b"-ge"];

/// Judges a hole that comes next in the word of `frame`.
pub(super) fn judge(frame: &Frame, bash: bool, integers: &BTreeSet<Vec<u8>>) -> Verdict {
    let command = &frame.command;
    match frame.kind {
        Kind::Commands(_) => {
            let target = assigned_name(&frame.word.text).filter(|_| command.redirect.is_none());
            if target.is_some_and(|name| integers.contains(name)) {
                return Verdict { problem: Some(Problem::Arithmetic), lint: None };
            }
            command.judge(&frame.word, bash)
        }
        Kind::Array if bash && frame.word.text.starts_with(b"[") => {
            let problem = (!frame.word.text.contains(&b']')).then_some(Problem::Arithmetic);
            Verdict { problem, lint: None }
        }
        _ => Verdict::default(),
    }
}

impl Scanner {
    /// Ends the word being read, if one is.
    pub(super) fn finish_word(&mut self) {
        self.after = None;
        if !self.top().word.started {
            return;
        }
        let word = std::mem::take(&mut self.top().word);
        self.check_list(&word);
        let redirected = self.top().command.redirect.is_some();
        match self.top().kind {
            Kind::Commands(_) if redirected => self.finish_redirect(&word),
            Kind::Commands(end) => self.finish_command_word(&word, end),
            Kind::Case(stage) => self.finish_case_word(&word, stage),
            Kind::Test => self.finish_test_word(word),
            _ => {}
        }
    }

    /// A list stands alone, and where several words can.
    fn check_list(&mut self, word: &Word) {
        let Some(hole) = word.holes.iter().copied().find(|hole| self.holes.get(*hole).is_some_and(|hole| hole.list))
        else {
            return;
        };
        let frame = self.top();
        let taken = match frame.kind {
            Kind::Array => true,
            Kind::Commands(_) if frame.command.redirect.is_none() => {
                matches!(frame.command.expect, Expect::Name | Expect::Argument | Expect::ForWords)
            }
            _ => false,
        };
        let glued = word.parts != 1 || word.quoted;
        let assigned = assigned_name(&word.text).is_some();
        if !taken || (glued && assigned) {
            self.mark(hole, Problem::ListNotArgument);
        } else if glued {
            self.mark(hole, Problem::ListGlued);
        }
    }

    fn finish_redirect(&mut self, word: &Word) {
        let frame = self.top();
        let command = frame.command.serial;
        if let Some(Redirect::HereDelimiter { strip, opened_at }) = frame.command.redirect.take() {
            let (delimiter, quoted, problem) = (word.text.clone(), word.quoted, None);
            let document = HereDocument { delimiter, quoted, strip, problem, command, opened_at };
            self.script_frame().pending.push(document);
        }
    }

    fn finish_command_word(&mut self, word: &Word, end: End) {
        let start = self.at.saturating_sub(word.text.len());
        let bash = self.bash;
        let command = &mut self.top().command;
        let keyword = word.keyword().unwrap_or_default();
        match (command.expect, keyword) {
            (Expect::Name, b"case") => self.push(Kind::Case(Stage::Subject), start, None),
            (Expect::Name, b"[[") if bash => self.push(Kind::Test, start, None),
            (Expect::Name, b"for" | b"select") => command.expect = Expect::ForName,
            (Expect::Name, b"function") if bash => command.expect = Expect::FunctionName,
            (Expect::Name, b"esac") if end == End::Arm => {
                self.pop();
                self.pop();
            }
            (Expect::Name, keyword) if is_transparent(keyword) => {}
            (Expect::ForIn, b"do") => command.expect = Expect::Name,
            (expect, _) => {
                command.take(word);
                let declared = expect == Expect::Argument && command.declares_integers();
                if declared {
                    let name = assigned_name(&word.text).unwrap_or(&word.text);
                    self.integers.extend(is_name(name).then(|| name.to_vec()));
                }
            }
        }
    }

    fn finish_case_word(&mut self, word: &Word, stage: Stage) {
        match (stage, word.keyword()) {
            (Stage::Subject, _) => self.top().kind = Kind::Case(Stage::In),
            (Stage::In, Some(b"in")) => self.top().kind = Kind::Case(Stage::Pattern),
            (Stage::Pattern, Some(b"esac")) => self.pop(),
            _ => {}
        }
    }

    /// `[[ a -eq b ]]` calculates both, `-v` takes a name.
    fn finish_test_word(&mut self, word: Word) {
        if word.keyword() == Some(b"]]") {
            self.pop();
            return;
        }
        let previous = std::mem::take(&mut self.top().command.test);
        let calculates = |word: &Word| word.keyword().is_some_and(|text| CALCULATING.contains(&text));
        let marked = if calculates(&word) {
            previous.holes.clone()
        } else if calculates(&previous) {
            word.holes.clone()
        } else {
            Vec::new()
        };
        for hole in marked {
            self.mark(hole, Problem::Arithmetic);
        }
        if matches!(previous.keyword(), Some(b"-v" | b"-R")) {
            for hole in &word.holes {
                self.mark(*hole, Problem::VariableName);
            }
        }
        self.top().command.test = word;
    }

    /// Ends the simple command being read.
    pub(super) fn finish_command(&mut self) {
        self.end_command(false);
    }

    /// Ends a command; what it prints goes to the next one when `piped`.
    pub(super) fn end_command(&mut self, piped: bool) {
        self.serial += 1;
        let (serial, next_hole) = (self.serial, self.found.len());
        let top = self.top();
        let fresh = if piped { top.command.piped(serial, next_hole) } else { Command::new(serial, next_hole) };
        let ended = std::mem::replace(&mut top.command, fresh);
        if ended.reads_script() {
            let producer = ended.producer().filter(|producer| producer.prints);
            let readers = [Some(ended.serial), producer.map(|producer| producer.serial)];
            for document in &mut self.script_frame().pending {
                if readers.contains(&Some(document.command)) {
                    document.problem = Some(Problem::InnerShell);
                }
            }
            if let Some(producer) = producer {
                for hole in producer.first_hole..ended.first_hole {
                    self.mark(hole, Problem::InnerShell);
                }
            }
        }
    }

    /// Remembers the first opener that was never closed.
    pub(super) fn unclosed_at(&mut self, opener: Opener, at: usize) {
        self.unclosed = self.unclosed.or(Some((opener, at)));
    }
}

/// Keywords after which a command begins.
fn is_transparent(keyword: &[u8]) -> bool {
    matches!(
        keyword,
        b"if" | b"then" | b"else" | b"elif" | b"fi" | b"do" | b"done" | b"while" | b"until" | b"{" | b"}" | b"!"
    )
}
