//! A simple command, word by word: what a value at the next place would be to it.

use super::frame::Word;
use super::programs::{Role, role};
use super::{Lint, Problem};

/// What the next word of a command is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Expect {
    /// The command's name, after assignments.
    Name,
    /// An argument.
    Argument,
    /// The variable of `for` or `select`.
    ForName,
    /// `in` or `do`.
    ForIn,
    /// The words of `for`.
    ForWords,
    /// The name after `function`.
    FunctionName,
}

/// What follows a redirection operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Redirect {
    File,
    HereDelimiter { strip: bool, opened_at: usize },
    HereString,
}

/// The inner script of `sh -c`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Script {
    /// Options are being read; an operand would be a script's file.
    Options,
    /// `-c` was given: the next operand is the script.
    Next,
    /// The script was given, in whatever way.
    Given,
}

/// A shell among the arguments of a program that runs it: `docker exec web sh -c script`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Nested {
    No,
    /// The last words were a shell and options.
    Shell,
    /// The next word is its script.
    Script,
    /// What follows are the arguments of the script.
    Given,
}

/// Variables whose values the shell expands or runs by itself.
const RUN_VARIABLES: [&[u8]; 8] =
    [b"PS0", b"PS1", b"PS2", b"PS4", b"PROMPT_COMMAND", b"BASH_ENV", b"ENV", b"GIT_SSH_COMMAND"];

/// The words of a command so far.
#[derive(Debug)]
pub(super) struct Command {
    /// Tells commands apart.
    pub serial: u32,
    pub expect: Expect,
    pub redirect: Option<Redirect>,
    /// Index of the first hole that can belong to it.
    pub first_hole: usize,
    /// It only passes its arguments on to its output (`echo`, `printf`, `cat`).
    pub prints: bool,
    role: Role,
    script: Script,
    nested: Nested,
    /// `--` was seen.
    options_ended: bool,
    operands: u32,
    /// The last word, where it began with `-`, and was literal.
    flag: Option<Vec<u8>>,
    /// `declare` was told to treat values in a way of its own.
    attributes: bool,
    /// `declare -i`.
    integer: bool,
    previous: Option<Producer>,
    /// The last word of `[[ ]]`.
    pub test: Word,
}

/// The command that writes into the pipe which this one reads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Producer {
    pub serial: u32,
    pub first_hole: usize,
    pub prints: bool,
}

/// What a hole would be here.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Verdict {
    pub problem: Option<Problem>,
    pub lint: Option<Lint>,
}

impl Verdict {
    const FINE: Self = Self { problem: None, lint: None };

    const fn problem(problem: Problem) -> Self {
        Self { problem: Some(problem), lint: None }
    }

    const fn lint(lint: Lint) -> Self {
        Self { problem: None, lint: Some(lint) }
    }
}

impl Command {
    pub fn new(serial: u32, first_hole: usize) -> Self {
        Self {
            serial,
            expect: Expect::Name,
            redirect: None,
            first_hole,
            prints: false,
            role: Role::Ordinary,
            script: Script::Options,
            nested: Nested::No,
            options_ended: false,
            operands: 0,
            flag: None,
            attributes: false,
            integer: false,
            previous: None,
            test: Word::default(),
        }
    }

    /// The command on the other side of `|`.
    pub fn piped(&self, serial: u32, first_hole: usize) -> Self {
        let previous = Producer { serial: self.serial, first_hole: self.first_hole, prints: self.prints };
        Self { previous: Some(previous), ..Self::new(serial, first_hole) }
    }

    /// Whether what it reads on standard input is a script.
    pub fn reads_script(&self) -> bool {
        let shell = self.role == Role::Shell && self.script == Script::Options;
        self.expect == Expect::Argument && (shell || (self.role == Role::Remote && self.operands <= 1))
    }

    /// Who writes into its standard input.
    pub fn producer(&self) -> Option<Producer> {
        self.previous
    }

    /// `declare -i` without a value yet: names that follow are calculated when assigned.
    pub fn declares_integers(&self) -> bool {
        self.integer
    }

    /// Judges a hole that comes next in `word`.
    pub fn judge(&self, word: &Word, bash: bool) -> Verdict {
        if let Some(redirect) = self.redirect {
            return match redirect {
                Redirect::File => Verdict::FINE,
                Redirect::HereDelimiter { .. } => Verdict::problem(Problem::HereDelimiter),
                Redirect::HereString if self.reads_script() => Verdict::problem(Problem::InnerShell),
                Redirect::HereString => Verdict::FINE,
            };
        }
        match self.expect {
            Expect::Name if bash && !word.dynamic && is_subscript(&word.text) => Verdict::problem(Problem::Arithmetic),
            Expect::Name if assigned_name(&word.text).is_some() => judge_assignment(word),
            Expect::Name => Verdict::lint(Lint::CommandPosition),
            Expect::ForName | Expect::FunctionName | Expect::ForIn => Verdict::problem(Problem::VariableName),
            Expect::ForWords => Verdict::FINE,
            Expect::Argument => self.judge_argument(word),
        }
    }

    fn judge_argument(&self, word: &Word) -> Verdict {
        match self.role {
            _ if self.nested == Nested::Script => Verdict::problem(Problem::InnerShell),
            _ if self.nested == Nested::Given => Verdict::FINE,
            Role::Shell if self.script == Script::Given => Verdict::FINE,
            Role::Evaluates => Verdict::problem(Problem::Evaluated),
            Role::Calculates => Verdict::problem(Problem::Arithmetic),
            Role::NamesVariables => Verdict::problem(Problem::VariableName),
            Role::Declares => self.judge_declaration(word),
            Role::Shell | Role::SwitchUser if self.script == Script::Next => Verdict::problem(Problem::InnerShell),
            Role::Remote if self.operands >= 1 => Verdict::problem(Problem::InnerShell),
            Role::NoOptions => Verdict::FINE,
            Role::Test if self.flag_is(b"-v") => Verdict::problem(Problem::VariableName),
            Role::Test => Verdict::FINE,
            Role::Printf if self.flag_is(b"-v") => Verdict::problem(Problem::VariableName),
            Role::Printf if self.operands > 0 => Verdict::FINE,
            Role::ProgramOperand if self.operands == 0 && !word.is_blank() => Verdict::lint(Lint::InnerProgram),
            Role::ProgramOption(flags) if flags.iter().any(|flag| self.flag_is(flag.as_bytes())) => {
                Verdict::lint(Lint::InnerProgram)
            }
            Role::Make if assigned_name(&word.text).is_some() => Verdict::lint(Lint::InnerProgram),
            // `command -v name` only looks it up.
            Role::Wrapper(..) if self.flag_is(b"-v") || self.flag_is(b"-V") => Verdict::FINE,
            Role::Wrapper(_, operands) if self.operands >= operands && self.takes_operand(word) => {
                Verdict::lint(Lint::CommandPosition)
            }
            _ if self.may_be_option(word) => Verdict::lint(Lint::OptionPosition),
            _ => Verdict::FINE,
        }
    }

    /// `declare x=HOLE` is an assignment; the name part and special attributes are not for values.
    fn judge_declaration(&self, word: &Word) -> Verdict {
        match assigned_name(&word.text) {
            Some(_) if self.attributes => Verdict::problem(Problem::Arithmetic),
            Some(name) if is_subscript(name) => Verdict::problem(Problem::Arithmetic),
            Some(_) => judge_assignment(word),
            None => Verdict::problem(Problem::VariableName),
        }
    }

    fn flag_is(&self, flag: &[u8]) -> bool {
        self.flag.as_deref() == Some(flag)
    }

    /// Whether the next word of a wrapper is no value of its options.
    fn takes_operand(&self, word: &Word) -> bool {
        let Role::Wrapper(valued, _) = self.role else { return false };
        assigned_name(&word.text).is_none()
            && !word.text.starts_with(b"-")
            && !valued.iter().any(|flag| self.flag_is(flag.as_bytes()))
    }

    fn may_be_option(&self, word: &Word) -> bool {
        if !word.is_blank() || self.options_ended {
            return false;
        }
        let Some(flag) = &self.flag else { return true };
        // One letter or a long name may take what follows as its value; a cluster such as `-rf` hardly does.
        let takes_value = self.role != Role::PlainFlags
            && ((flag.len() == 2 && flag != b"--") || (flag.starts_with(b"--") && !flag.contains(&b'=')));
        !takes_value
    }

    /// Takes a finished word that is no redirection and no keyword.
    pub fn take(&mut self, word: &Word) {
        match self.expect {
            Expect::Name if assigned_name(&word.text).is_some() || (is_subscript(&word.text) && word.dynamic) => {}
            Expect::Name => self.take_name(word),
            Expect::Argument => self.take_argument(word),
            Expect::ForName => self.expect = Expect::ForIn,
            Expect::ForIn => self.expect = Expect::ForWords,
            Expect::ForWords => {}
            Expect::FunctionName => self.expect = Expect::Name,
        }
    }

    fn take_name(&mut self, word: &Word) {
        self.expect = Expect::Argument;
        self.role = word.literal().map_or(Role::Ordinary, role);
        self.prints = matches!(word.literal(), Some(b"echo" | b"printf" | b"cat"));
        (self.script, self.options_ended, self.operands, self.flag) = (Script::Options, false, 0, None);
        self.nested = Nested::No;
    }

    fn take_argument(&mut self, word: &Word) {
        let flag = (word.text.starts_with(b"-") || word.text.starts_with(b"+")) && !self.options_ended;
        let after = self.flag.take();
        match self.role {
            Role::Shell => self.take_shell_word(word, flag, after.as_deref()),
            Role::SwitchUser if after.as_deref() == Some(b"-c") => self.script = Script::Given,
            Role::SwitchUser if word.text == b"-c" => self.script = Script::Next,
            Role::Find if matches!(&*word.text, b"-exec" | b"-execdir" | b"-ok" | b"-okdir") => {
                self.expect = Expect::Name;
            }
            Role::Wrapper(valued, operands) => return self.take_wrapper_word(word, flag, after, valued, operands),
            Role::Declares if flag => self.take_attributes(word),
            _ => {}
        }
        if word.literal() == Some(b"--") {
            self.options_ended = true;
        } else if !flag && (!self.remote_option(after.as_deref())) {
            self.operands += 1;
        }
        self.take_nested(word);
        self.flag = (flag || word.text == b"eval").then(|| word.text.clone());
    }

    fn take_nested(&mut self, word: &Word) {
        // Also behind a `--`, which ended the options of the program around.
        let flag = word.text.starts_with(b"-") && word.text != b"--";
        let short = flag && !word.text.starts_with(b"--");
        self.nested = match self.nested {
            Nested::Shell if short && word.text.contains(&b'c') => Nested::Script,
            Nested::Shell if flag => Nested::Shell,
            Nested::Script | Nested::Given => Nested::Given,
            _ if word.literal().is_some_and(|text| role(text) == Role::Shell) => Nested::Shell,
            _ => Nested::No,
        };
    }

    fn take_attributes(&mut self, word: &Word) {
        self.attributes |= word.text.iter().any(|byte| b"aAin".contains(byte));
        self.integer |= word.text.starts_with(b"-") && word.text.contains(&b'i');
    }

    /// `ssh -p 22 host`: the value of an option is not the host.
    fn remote_option(&self, after: Option<&[u8]>) -> bool {
        let valued = |flag: &[u8]| flag.len() == 2 && b"bcDEeFIiJLlmOopQRSWw".contains(&flag[1]);
        self.role == Role::Remote && after.is_some_and(valued)
    }

    fn take_shell_word(&mut self, word: &Word, flag: bool, after: Option<&[u8]>) {
        let option_value =
            after.is_some_and(|flag| flag.ends_with(b"o") || flag == b"--rcfile" || flag == b"--init-file");
        match self.script {
            _ if option_value => {}
            Script::Options if flag && word.text.len() > 1 => {
                let short = !word.text.starts_with(b"--");
                if short && word.text.contains(&b'c') {
                    self.script = Script::Next;
                } else if short && word.text.contains(&b's') {
                    self.options_ended = true;
                }
            }
            Script::Next if flag => {}
            Script::Next => self.script = Script::Given,
            Script::Options if word.text == b"-" || self.options_ended => {}
            Script::Options => self.script = Script::Given,
            Script::Given => {}
        }
    }

    /// Words of `sudo`, `env`, `timeout`: when its own are read, the command begins anew.
    fn take_wrapper_word(&mut self, word: &Word, flag: bool, after: Option<Vec<u8>>, valued: &[&str], operands: u32) {
        let is_value = after.is_some_and(|after| valued.iter().any(|flag| flag.as_bytes() == after));
        if word.literal() == Some(b"--") {
            self.options_ended = true;
        } else if flag {
            self.flag = Some(word.text.clone());
        } else if is_value || assigned_name(&word.text).is_some() {
        } else if self.operands < operands {
            self.operands += 1;
        } else {
            self.take_name(word);
        }
    }
}

/// A value is assigned: fine, unless the shell itself runs what the variable holds.
fn judge_assignment(word: &Word) -> Verdict {
    match assigned_name(&word.text) {
        Some(name) if RUN_VARIABLES.contains(&name) => Verdict::problem(Problem::Evaluated),
        _ => Verdict::FINE,
    }
}

/// The name in `name=…`, `name+=…` or `name[i]=…`.
pub(super) fn assigned_name(text: &[u8]) -> Option<&[u8]> {
    let end = memchr::memchr(b'=', text)?;
    let name = text[..end].strip_suffix(b"+").unwrap_or(&text[..end]);
    let bare = memchr::memchr(b'[', name).map_or(name, |open| &name[..open]);
    is_name(bare).then_some(name)
}

/// `name[` without its `]`.
fn is_subscript(text: &[u8]) -> bool {
    memchr::memchr(b'[', text).is_some_and(|open| is_name(&text[..open]) && !text[open..].contains(&b']'))
}

/// Whether it can be the name of a shell variable.
pub(super) fn is_name(text: &[u8]) -> bool {
    text.first().is_some_and(|first| first.is_ascii_alphabetic() || *first == b'_')
        && text.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}
