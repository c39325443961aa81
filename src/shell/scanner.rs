//! Follows the quoting of a script byte by byte, with a stack of what is open.

mod here;
mod operators;
mod quotes;
mod words;

use std::collections::BTreeSet;

use super::command::{Redirect, Verdict};
use super::frame::{Bracket, End, Frame, Kind, MAX_DEPTH};
use super::{Form, Hole, HoleContext, Language, Opener, Piece, Problem, Scan, Unclosed};

/// Stands for a hole in the joined text.
const HOLE: u8 = 0;

/// A byte that changes what the hole after it would mean.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    Backslash,
    Dollar,
}

/// The state of one scan.
pub(super) struct Scanner {
    bash: bool,
    /// The pieces joined, [`HOLE`] for each hole.
    text: Vec<u8>,
    /// Where each piece begins in `text`.
    starts: Vec<usize>,
    at: usize,
    holes: Vec<Hole>,
    found: Vec<HoleContext>,
    frames: Vec<Frame>,
    after: Option<After>,
    serial: u32,
    /// Variables that were declared to be calculated when assigned.
    integers: BTreeSet<Vec<u8>>,
    unclosed: Option<(Opener, usize)>,
    too_deep: bool,
}

impl Scanner {
    pub fn new(language: Language, pieces: &[Piece<'_>]) -> Self {
        let (mut text, mut starts, mut holes) = (Vec::new(), Vec::new(), Vec::new());
        for piece in pieces {
            starts.push(text.len());
            match piece {
                // A literal NUL is refused when the shell is started; here it only must not look like a hole.
                Piece::Text(literal) => text.extend(literal.bytes().map(|byte| if byte == HOLE { b'_' } else { byte })),
                Piece::Hole(hole) => {
                    text.push(HOLE);
                    holes.push(*hole);
                }
            }
        }
        Self {
            bash: language == Language::Bash,
            text,
            starts,
            at: 0,
            found: Vec::with_capacity(holes.len()),
            holes,
            frames: vec![Frame::new(Kind::Commands(End::Script), 0, None, 0)],
            after: None,
            serial: 0,
            integers: BTreeSet::new(),
            unclosed: None,
            too_deep: false,
        }
    }

    /// Reads the whole script.
    pub fn run(mut self) -> Scan {
        while self.at < self.text.len() && !self.too_deep {
            match self.top().kind {
                Kind::Commands(_) | Kind::Case(_) | Kind::Test | Kind::Array | Kind::Pattern => self.plain(),
                Kind::Double => self.double(),
                Kind::ParameterHead { quoted } => self.parameter_head(quoted),
                Kind::ParameterWord { quoted } => self.parameter_word(quoted),
                Kind::Arithmetic(bracket, depth) => self.arithmetic(bracket, depth),
                Kind::HereBody { line_start } => self.here_body(line_start),
            }
        }
        if !self.too_deep {
            self.finish();
        }
        for hole in &self.holes[self.found.len()..] {
            let problem = (!hole.raw).then_some(Problem::TooDeep);
            self.found.push(HoleContext { problem, ..HoleContext::default() });
        }
        let unclosed = self.unclosed.map(|(opener, at)| self.locate(opener, at));
        Scan { holes: self.found, unclosed }
    }

    /// The end of the script.
    fn finish(&mut self) {
        if self.top().has_words() {
            self.finish_word();
            self.finish_command();
        }
        let open = self.frames.iter().rev().find_map(|frame| {
            let pending = frame.pending.first().map(|doc| (Opener::HereDocument, doc.opened_at));
            pending.or_else(|| opener(frame.kind).map(|opener| (opener, frame.opened_at)))
        });
        self.unclosed = self.unclosed.or(open);
    }

    fn locate(&self, opener: Opener, at: usize) -> Unclosed {
        let piece = self.starts.partition_point(|start| *start <= at).saturating_sub(1);
        let offset = at - self.starts.get(piece).copied().unwrap_or(0);
        Unclosed { opener, piece, offset }
    }

    fn byte(&self, offset: usize) -> Option<u8> {
        self.text.get(self.at + offset).copied()
    }

    fn looking_at(&self, expected: &[u8]) -> bool {
        self.text[self.at.min(self.text.len())..].starts_with(expected)
    }

    #[expect(clippy::indexing_slicing, reason = "the bottom frame is never popped")]
    fn top(&mut self) -> &mut Frame {
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    /// The frame whose word, if any, is being read; `None` in the body of a here-document.
    fn owner(&mut self) -> Option<&mut Frame> {
        let frame = self.frames.iter_mut().rev().find(|frame| frame.has_words() || is_body(frame.kind))?;
        frame.has_words().then_some(frame)
    }

    fn push(&mut self, kind: Kind, opened_at: usize, inherited: Option<Problem>) {
        if self.frames.len() >= MAX_DEPTH {
            self.too_deep = true;
            return;
        }
        self.serial += 1;
        let inherited = inherited.or(self.top().inherited);
        let mut frame = Frame::new(kind, opened_at, inherited, self.serial);
        frame.command.first_hole = self.found.len();
        self.frames.push(frame);
    }

    /// Closes the innermost construct. Here-documents that it opened and did not read go to what is around it.
    fn pop(&mut self) {
        if self.frames.len() < 2 {
            return;
        }
        if let Some(frame) = self.frames.pop()
            && !frame.is_script()
        {
            self.script_frame().pending.extend(frame.pending);
        }
    }

    /// The script or substitution that here-documents opened now belong to.
    #[expect(clippy::indexing_slicing, reason = "the bottom frame is a script")]
    fn script_frame(&mut self) -> &mut Frame {
        let index = self.frames.iter().rposition(Frame::is_script).unwrap_or(0);
        &mut self.frames[index]
    }

    /// What a value at this point would be.
    fn judge(&mut self) -> Verdict {
        let (bash, inherited) = (self.bash, self.top().inherited);
        if inherited.is_some() {
            return Verdict { problem: inherited, lint: None };
        }
        let integers = std::mem::take(&mut self.integers);
        let verdict = self.owner().map_or_else(Verdict::default, |frame| words::judge(frame, bash, &integers));
        self.integers = integers;
        verdict
    }

    /// Takes the hole at this point.
    fn hole(&mut self, form: Form, problem: Option<Problem>) {
        let index = self.found.len();
        let hole = self.holes.get(index).copied().unwrap_or_default();
        let verdict = self.judge();
        let after = self.after.take().map(|after| match after {
            After::Backslash => Problem::AfterBackslash,
            After::Dollar => Problem::AfterDollar,
        });
        let mut context = HoleContext { form, problem: problem.or(verdict.problem).or(after), lint: verdict.lint };
        if hole.list && context.problem.is_none() {
            context.problem = (form != Form::Plain).then_some(Problem::ListQuoted);
        }
        if context.problem.is_some() {
            context.lint = None;
        }
        if hole.raw {
            context = HoleContext { form: Form::Raw, problem: None, lint: None };
        }
        self.found.push(context);
        self.at += 1;
        if let Some(frame) = self.owner() {
            frame.word.holes.push(index);
            frame.word.push_dynamic();
        }
    }

    fn mark(&mut self, hole: usize, problem: Problem) {
        let raw = self.holes.get(hole).is_some_and(|hole| hole.raw);
        if let Some(context) = self.found.get_mut(hole)
            && !raw
            && context.problem.is_none()
        {
            (context.problem, context.lint) = (Some(problem), None);
        }
    }

    /// Literal text of the word being read.
    fn literal(&mut self, byte: u8) {
        if let Some(frame) = self.owner() {
            frame.word.push(byte);
        }
    }

    /// A part of the word being read that is known only when the script runs.
    fn dynamic(&mut self) {
        if let Some(frame) = self.owner() {
            frame.word.push_dynamic();
        }
    }

    fn redirect(&mut self, redirect: Redirect) {
        self.top().command.redirect = Some(redirect);
    }
}

fn is_body(kind: Kind) -> bool {
    matches!(kind, Kind::HereBody { .. })
}

fn opener(kind: Kind) -> Option<Opener> {
    match kind {
        Kind::Commands(End::Substitution | End::Subshell) | Kind::Array | Kind::Pattern => Some(Opener::Parenthesis),
        Kind::Double => Some(Opener::DoubleQuote),
        Kind::ParameterHead { .. } | Kind::ParameterWord { .. } => Some(Opener::Parameter),
        Kind::Arithmetic(Bracket::Brace, _) => Some(Opener::Parameter),
        Kind::Arithmetic(..) => Some(Opener::Arithmetic),
        // `case` without `esac` and `[[` without `]]` are for the shell to report: both may be ordinary words.
        Kind::Commands(_) | Kind::Case(_) | Kind::Test | Kind::HereBody { .. } => None,
    }
}
