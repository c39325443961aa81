//! Shell interpolation: where each `${…}` of a `sh` or `bash` script stands, and how a value can be referred to there.
//!
//! A value travels to the shell as an environment variable; what the shell reads is only a reference to it, written
//! as the quoting around the hole demands. [`scan`] finds that quoting for every hole of a script, or the reason why
//! no reference is safe there. [`Template`] keeps the result; a driver renders it with the values of one attempt.
//! Values never become script text.
//!
//! ```
//! use wf::shell::{HoleValue, Language, Piece, Template, scan};
//!
//! let pieces = [Piece::text("git commit -m 'fix: "), Piece::hole(), Piece::text("'")];
//! let scan = scan(Language::Sh, &pieces);
//! assert!(scan.holes[0].problem.is_none());
//! let script = Template::new(&pieces, &scan.holes).render(&[HoleValue::One("it's done".into())]).unwrap();
//! assert_eq!(script.text, r#"git commit -m 'fix: '"$WF_VALUE_1"''"#);
//! assert_eq!(script.variables, [("WF_VALUE_1".into(), "it's done".into())]);
//! ```

mod command;
mod frame;
mod programs;
mod scanner;
mod template;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use template::{HoleValue, Part, RenderError, Rendered, Template};

/// Which shell reads the script.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Language {
    /// What every POSIX shell understands.
    Sh,
    /// Bash: also `[[ ]]`, arrays, `$'…'`, `<( )`, `<<<`.
    Bash,
}

/// What is known of a hole before its value is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Hole {
    /// The value is a list: it becomes one word per element.
    pub list: bool,
    /// `raw(x)`: the text of the value is pasted into the script.
    pub raw: bool,
}

/// A script is a sequence of these.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Piece<'a> {
    /// Literal script text.
    Text(&'a str),
    /// A place for a value.
    Hole(Hole),
}

impl<'a> Piece<'a> {
    /// Literal text.
    pub const fn text(text: &'a str) -> Self {
        Self::Text(text)
    }

    /// A hole for one value.
    pub const fn hole() -> Self {
        Self::Hole(Hole { list: false, raw: false })
    }

    /// A hole for a list.
    pub const fn list() -> Self {
        Self::Hole(Hole { list: true, raw: false })
    }

    /// A hole whose text is pasted.
    pub const fn raw() -> Self {
        Self::Hole(Hole { list: false, raw: true })
    }
}

/// How the reference to a value is written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// `"$V"`, in plain text; for a list one such word per element.
    #[default]
    Plain,
    /// `${V}`, inside double quotes and unquoted here-documents.
    Quoted,
    /// `'"$V"'`, inside single quotes: close, quote, reopen.
    Single,
    /// `'"$V"$'`, inside `$'…'` of bash.
    Ansi,
    /// The text of the value itself.
    Raw,
}

/// Why a value cannot be referred to where a hole stands. Every one is an error.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Problem {
    /// In the body of a here-document whose delimiter is quoted: nothing is expanded there.
    QuotedHereDocument,
    /// In the delimiter of a here-document.
    HereDelimiter,
    /// Inside back-ticks, whose quoting differs from shell to shell.
    Backticks,
    /// Where the shell calculates (`$(( ))`, a subscript, `let`, `-eq` in `[[ ]]`): bash runs `$( )` found in a value.
    Arithmetic,
    /// In a comment.
    Comment,
    /// Read a second time as shell text: after `eval`, `trap`, `alias`.
    Evaluated,
    /// In the script of an inner shell (`sh -c`, `ssh host`, a here-document or pipe into `sh`).
    InnerShell,
    /// As the name of a shell variable, or an argument that can be one (`read`, `unset`, `declare`, `printf -v`).
    VariableName,
    /// After a backslash, which would escape the reference.
    AfterBackslash,
    /// After a lone `$`, which would join with the reference.
    AfterDollar,
    /// A list glued to other text.
    ListGlued,
    /// A list inside quotes.
    ListQuoted,
    /// A list where the shell takes one word: a file name of `>`, a value of `x=`, the subject of `case`, `[[ ]]`.
    ListNotArgument,
    /// Nested deeper than is followed.
    TooDeep,
}

impl Problem {
    /// A stable kebab-case name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::QuotedHereDocument => "quoted-here-document",
            Self::HereDelimiter => "here-delimiter",
            Self::Backticks => "backticks",
            Self::Arithmetic => "arithmetic",
            Self::Comment => "comment",
            Self::Evaluated => "evaluated",
            Self::InnerShell => "inner-shell",
            Self::VariableName => "variable-name",
            Self::AfterBackslash => "after-backslash",
            Self::AfterDollar => "after-dollar",
            Self::ListGlued => "list-glued",
            Self::ListQuoted => "list-quoted",
            Self::ListNotArgument => "list-not-argument",
            Self::TooDeep => "too-deep",
        }
    }
}

/// What is safe for the shell but probably not meant.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Lint {
    /// The value decides which program runs.
    CommandPosition,
    /// A value that begins with `-` would be read as an option; no `--` stands before it. Void for types whose text
    /// cannot begin with `-`.
    OptionPosition,
    /// Part of a program in another language (`python -c`, `awk`, `sed`, `jq`): the shell does not run it, that may.
    InnerProgram,
}

impl Lint {
    /// A stable kebab-case name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CommandPosition => "command-position",
            Self::OptionPosition => "option-position",
            Self::InnerProgram => "inner-program",
        }
    }
}

/// What [`scan`] found about one hole.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct HoleContext {
    /// How to refer to the value, when there is no problem.
    pub form: Form,
    /// Why it cannot be referred to.
    pub problem: Option<Problem>,
    /// What is doubtful about the place.
    pub lint: Option<Lint>,
}

/// What was opened and not closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Opener {
    /// `'` or `$'`
    SingleQuote,
    /// `"`
    DoubleQuote,
    /// `` ` ``
    Backtick,
    /// `${`
    Parameter,
    /// `$(`, `(`, `<(` or an array's `(`
    Parenthesis,
    /// `$((`, `((`, `$[` or a subscript
    Arithmetic,
    /// `<<`
    HereDocument,
}

/// An opener without its end: the script is incomplete.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unclosed {
    /// What is open.
    pub opener: Opener,
    /// Index of the piece it stands in.
    pub piece: usize,
    /// Offset in the text of that piece, in bytes.
    pub offset: usize,
}

/// What [`scan`] found about a script.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scan {
    /// One entry for each hole, in order.
    pub holes: Vec<HoleContext>,
    /// The innermost opener that is still open at the end, if any.
    pub unclosed: Option<Unclosed>,
}

/// Finds the quoting around every hole of a script. Linear in its length; never fails: what cannot be understood
/// gives a [`Problem`].
pub fn scan(language: Language, pieces: &[Piece<'_>]) -> Scan {
    scanner::Scanner::new(language, pieces).run()
}
