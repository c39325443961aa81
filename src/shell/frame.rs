//! What the scanner keeps for each construct that is open.

use super::Problem;
use super::command::Command;

/// Constructs are followed to this depth.
pub(super) const MAX_DEPTH: usize = 64;

/// The construct that a frame stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// Commands up to the end of the script, a `)` or the end of a `case` arm.
    Commands(End),
    /// Between `case` and `esac`, outside its arms.
    Case(Stage),
    /// `[[ … ]]`
    Test,
    /// `name=( … )`
    Array,
    /// `?( … )`, a pattern of bash inside a word.
    Pattern,
    /// `" … "`
    Double,
    /// `${name` before its operator.
    ParameterHead { quoted: bool },
    /// `${name<operator>` up to `}`; `quoted` when quotes around it hold inside too.
    ParameterWord { quoted: bool },
    /// Where the shell calculates, with the number of open brackets inside.
    Arithmetic(Bracket, u32),
    /// Bodies of here-documents.
    HereBody { line_start: bool },
}

/// What ends a list of commands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum End {
    /// The end of the script.
    Script,
    /// The `)` of `$(` or `<(`: a script of its own.
    Substitution,
    /// The `)` of a subshell.
    Subshell,
    /// `;;` or `esac`
    Arm,
}

/// How far a `case` has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stage {
    Subject,
    In,
    Pattern,
}

/// What ends an arithmetic expression.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Bracket {
    DoubleParenthesis,
    Square,
    Brace,
}

/// The word being read.
#[derive(Default, Debug)]
pub(super) struct Word {
    /// Anything at all was seen, be it an empty pair of quotes.
    pub started: bool,
    /// Literal text, quotes removed, up to the first part that is not literal.
    pub text: Vec<u8>,
    /// Has a part that is not literal.
    pub dynamic: bool,
    /// Some of it was quoted.
    pub quoted: bool,
    /// Holes that are parts of it.
    pub holes: Vec<usize>,
    /// Parts seen: a list must be the only one.
    pub parts: u32,
}

impl Word {
    /// Nothing but opening quotes so far: what comes now begins the word.
    pub fn is_blank(&self) -> bool {
        self.text.is_empty() && !self.dynamic
    }

    pub fn push(&mut self, byte: u8) {
        if !self.dynamic {
            self.text.push(byte);
        }
        self.started = true;
        self.parts |= 1 << 30;
    }

    pub fn push_dynamic(&mut self) {
        self.started = true;
        self.dynamic = true;
        self.parts += 1;
    }

    /// The literal text, when all of it is.
    pub fn literal(&self) -> Option<&[u8]> {
        (!self.dynamic).then_some(&self.text)
    }

    /// Unquoted literal text: what can be a keyword.
    pub fn keyword(&self) -> Option<&[u8]> {
        (!self.dynamic && !self.quoted).then_some(&self.text)
    }
}

/// A here-document whose body is still to come.
#[derive(Debug)]
pub(super) struct HereDocument {
    pub delimiter: Vec<u8>,
    pub quoted: bool,
    pub strip: bool,
    pub problem: Option<Problem>,
    /// The command that reads it.
    pub command: u32,
    pub opened_at: usize,
}

/// An open construct.
#[derive(Debug)]
pub(super) struct Frame {
    pub kind: Kind,
    pub opened_at: usize,
    /// A problem that holds for every hole inside.
    pub inherited: Option<Problem>,
    pub word: Word,
    pub command: Command,
    /// Here-documents opened on this line; kept by the script or substitution they belong to.
    pub pending: Vec<HereDocument>,
}

impl Frame {
    pub fn new(kind: Kind, opened_at: usize, inherited: Option<Problem>, serial: u32) -> Self {
        let command = Command::new(serial, 0);
        Self { kind, opened_at, inherited, word: Word::default(), command, pending: Vec::new() }
    }

    /// Whether words are read in it.
    pub fn has_words(&self) -> bool {
        matches!(self.kind, Kind::Commands(_) | Kind::Case(_) | Kind::Test | Kind::Array)
    }

    /// Whether here-documents opened inside have their bodies inside too.
    pub fn is_script(&self) -> bool {
        matches!(self.kind, Kind::Commands(End::Script | End::Substitution))
    }
}
