//! Scripts: where values stand in them, and what a shell does that its author did not mean.

use super::PassContext;
use super::print::{print, shorten};
use super::walk::{Visit, walk_clause, walk_item};
use crate::check::ty::Ty;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::{flow, lint};
use crate::shell::{self, Hole, Lint, Opener, Piece, Problem};
use crate::source::Span;
use crate::syntax::tree::*;

/// Reports problems of every script in the item.
pub fn run(cx: &PassContext, out: &mut Vec<Diagnostic>) {
    walk_item(&mut Scripts { cx, out }, cx.view.item);
}

struct Scripts<'c, 'o> {
    cx: &'c PassContext<'c>,
    out: &'o mut Vec<Diagnostic>,
}

impl<'a> Visit<'a> for Scripts<'_, '_> {
    fn clause(&mut self, clause: &'a Clause) {
        if let ClauseKind::Action(action) = &clause.kind
            && let Action::Script(language, text) = &**action
        {
            match language {
                Language::Sh => self.shell(shell::Language::Sh, text),
                Language::Bash => self.shell(shell::Language::Bash, text),
                Language::Python | Language::Node => {}
            }
        }
        walk_clause(self, clause);
    }
    fn expr(&mut self, _: &'a Expr) {}
}

impl Scripts<'_, '_> {
    fn shell(&mut self, language: shell::Language, text: &Text) {
        let pieces: Vec<Piece> = text
            .parts
            .iter()
            .map(|part| match part {
                TextPart::Literal(literal, _) => Piece::Text(literal),
                TextPart::Hole(e) => Piece::Hole(self.hole(e)),
            })
            .collect();
        let scan = shell::scan(language, &pieces);
        for (e, found) in text.holes().zip(&scan.holes) {
            if matches!(e.kind, ExprKind::Broken) {
                continue;
            }
            if let Some(problem) = found.problem {
                self.out.push(shell_hole(self.cx, e, problem));
            } else if let Some(found) = found.lint {
                self.doubtful(e, found);
            }
        }
        let failed = scan.holes.iter().any(|hole| hole.problem.is_some());
        if let Some(unclosed) = scan.unclosed.filter(|_| !failed) {
            let at = place(text, unclosed.piece, unclosed.offset);
            self.out.push(shell_unclosed(self.cx, at, unclosed.opener));
        }
        self.commands(text);
    }

    fn hole(&self, e: &Expr) -> Hole {
        let ty = self.cx.ty(e);
        Hole { list: matches!(ty, Some(Ty::List(_))), raw: ty == Some(&Ty::Raw) || is_raw(e) }
    }

    fn doubtful(&mut self, e: &Expr, found: Lint) {
        match found {
            Lint::CommandPosition => self.out.push(hole_as_command(self.cx, e)),
            Lint::OptionPosition if self.may_be_option(e) => self.out.push(hole_as_option(self.cx, e)),
            Lint::OptionPosition => {}
            Lint::InnerProgram => self.out.push(hole_in_program(self.cx, e)),
        }
    }

    /// Whether the text of a value can begin with `-`.
    fn may_be_option(&self, e: &Expr) -> bool {
        let text = |ty: &Ty| matches!(ty, Ty::String | Ty::Json);
        match self.cx.ty(e) {
            Some(Ty::List(inner) | Ty::Optional(inner)) => text(inner),
            Some(ty) => text(ty),
            None => false,
        }
    }

    /// Commands that do harm, line by line.
    fn commands(&mut self, text: &Text) {
        let mut script = String::new();
        let mut holes: Vec<(usize, &Expr)> = Vec::new();
        for part in &text.parts {
            match part {
                TextPart::Literal(literal, _) => script.push_str(literal),
                TextPart::Hole(e) => {
                    holes.push((script.len(), e));
                    script.push(HOLE);
                }
            }
        }
        let script = script.replace(">&", ">\u{2}"); // a `&` that ends no command
        let mut start = 0;
        for line in script.split_inclusive(['\n', ';', '&']) {
            if !line.trim_start().starts_with('#') {
                self.line(text, line, start, &holes);
            }
            start += line.len();
        }
    }

    fn line(&mut self, text: &Text, line: &str, start: usize, holes: &[(usize, &Expr)]) {
        let words: Vec<&str> = line.split_whitespace().collect();
        if removes(&words)
            && let Some(at) = root_hole(line)
            && let Some((_, e)) = holes.iter().find(|(hole, _)| *hole == start + at)
            && matches!(self.cx.ty(e), Some(Ty::String | Ty::Optional(_)))
        {
            self.out.push(dangerous_remove(self.cx, e));
        }
        let piped: Vec<&str> = line.split('|').map(str::trim).collect();
        for pair in piped.windows(2) {
            let [from, to] = pair else { continue };
            let (from, to) = (program(from), program(to));
            if matches!(from, "curl" | "wget")
                && matches!(to, "sh" | "bash" | "zsh" | "dash" | "python" | "python3" | "node")
            {
                self.out.push(download_and_run(self.cx, text.span, from, to));
            }
            if to == "tee"
                && !line.contains("pipefail")
                && !from.is_empty()
                && !matches!(from, "echo" | "printf" | "cat")
                && !self.has_pipefail(text)
            {
                self.out.push(pipe_hides_failure(self.cx, text.span, from));
            }
        }
    }

    fn has_pipefail(&self, text: &Text) -> bool {
        text.parts.iter().any(|part| matches!(part, TextPart::Literal(literal, _) if literal.contains("pipefail")))
    }
}

/// Stands for a value in the text that is searched; no script contains it.
const HOLE: char = '\u{1}';

/// `raw(e)`
pub fn is_raw(e: &Expr) -> bool {
    matches!(&e.kind, ExprKind::Call(call) if matches!(&call.callee.kind, ExprKind::Name(name) if name == "raw"))
}

/// The program that a simple command runs, past `sudo` and assignments.
fn program(command: &str) -> &str {
    let mut words = command.split_whitespace();
    words.find(|word| !matches!(*word, "sudo" | "env" | "exec" | "command" | "-E") && !word.contains('=')).unwrap_or("")
}

/// Whether the words run `rm` recursively.
fn removes(words: &[&str]) -> bool {
    let rm = words.iter().position(|word| *word == "rm");
    rm.is_some_and(|at| {
        words.iter().skip(at + 1).any(|word| {
            *word == "--recursive" || (word.starts_with('-') && !word.starts_with("--") && word.contains(['r', 'R']))
        })
    })
}

/// Where in `line` a value stands that begins a word and is followed by `/` or `/*`: empty, it means the root.
fn root_hole(line: &str) -> Option<usize> {
    line.char_indices().filter(|(_, c)| *c == HOLE).map(|(at, _)| at).find(|at| {
        let before = line.get(..*at).unwrap_or_default();
        let after = line.get(at + HOLE.len_utf8()..).unwrap_or_default();
        let begins = before.trim_end_matches('"').ends_with([' ', '\t']);
        begins && after.trim_start_matches('"').starts_with('/')
    })
}

/// The source of byte `offset` of piece `piece`, as well as it can be told.
fn place(text: &Text, piece: usize, offset: usize) -> Span {
    match text.parts.get(piece) {
        Some(TextPart::Literal(literal, span)) if span.len() as usize == literal.len() => {
            let at = span.start + offset.min(literal.len()) as u32;
            Span::new(at, (at + 1).min(span.end.max(at)))
        }
        Some(TextPart::Literal(_, span)) => *span,
        Some(TextPart::Hole(e)) => e.span,
        None => text.span,
    }
}

fn shell_hole(cx: &PassContext, e: &Expr, problem: Problem) -> Diagnostic {
    let (why, help) = explain(problem);
    Diagnostic::new(&flow::SHELL_HOLE, cx.at(e.span), format!("a value cannot stand here: {why}")).help(help)
}

/// Why a value cannot stand in such a place, and what to do instead.
fn explain(problem: Problem) -> (&'static str, &'static str) {
    const VARIABLE: &str = "give it through `env { NAME: … }` and write `$NAME` where the shell expands it";
    match problem {
        Problem::QuotedHereDocument => (
            "nothing is expanded in a here-document whose delimiter is quoted",
            "leave the quotes of the delimiter out (`<<EOF`), or give the text through `stdin`",
        ),
        Problem::HereDelimiter => ("it is the delimiter of a here-document", "choose a fixed word as delimiter"),
        Problem::Backticks => {
            ("quoting inside back-ticks differs from shell to shell", "write `$( … )` instead of back-ticks")
        }
        Problem::Arithmetic => (
            "the shell calculates here, and a value could be a command in disguise",
            "calculate it in the workflow (`let n = …`) and use the result as an ordinary argument",
        ),
        Problem::Comment => (
            "this is a comment of the script",
            "take the value out of the comment, or write `$${…}` for the text itself",
        ),
        Problem::Evaluated => {
            ("what stands here is read a second time as shell text, and a value could be a command", VARIABLE)
        }
        Problem::InnerShell => (
            "another shell reads this as its script, and a value could be a command",
            "pass it to the inner shell as an argument: `sh -c '… \"$1\" …' sh ${value}`",
        ),
        Problem::VariableName => (
            "it would be the name of a shell variable",
            "write the name of the variable itself, and give the value as its content",
        ),
        Problem::AfterBackslash => (
            "the backslash before it would escape it",
            "take the backslash out: a value is always one word, whatever it contains",
        ),
        Problem::AfterDollar => {
            ("the `$` before it would join with it", "take the `$` out, or write `\\$` if a dollar sign is meant")
        }
        Problem::ListGlued => (
            "a list becomes several words, so nothing can be glued to it",
            "put blanks around it, or join it first: `xs.join(\",\")`",
        ),
        Problem::ListQuoted => (
            "a list becomes several words, so it cannot stand inside quotes",
            "take the quotes away (each element stays one word), or join it first: `xs.join(\" \")`",
        ),
        Problem::ListNotArgument => {
            ("the shell takes exactly one word here, and a list gives several", "join it first: `xs.join(\" \")`")
        }
        Problem::TooDeep => (
            "the script is nested too deeply to be followed",
            "move the inner part to a script file or a step of its own",
        ),
    }
}

fn hole_as_command(cx: &PassContext, e: &Expr) -> Diagnostic {
    Diagnostic::new(
        &lint::HOLE_AS_COMMAND,
        cx.at(e.span),
        format!("the value of `{}` decides which program runs", print(e)),
    )
    .help("name the program here and let values be its arguments; if it is meant, `exec [program, …]` says so")
}

fn hole_as_option(cx: &PassContext, e: &Expr) -> Diagnostic {
    let message = format!("`{}` is read as an option if its text begins with `-`", print(e));
    Diagnostic::new(&lint::HOLE_AS_OPTION, cx.at(e.span), message)
        .help("put `--` before it where the program understands that, or write it as `--name=${…}`")
}

fn hole_in_program(cx: &PassContext, e: &Expr) -> Diagnostic {
    let message = format!("`{}` becomes part of a program in another language", print(e));
    Diagnostic::new(&lint::HOLE_IN_PROGRAM, cx.at(e.span), message)
        .help("give it as an argument or through `env` and read it there (`jq --arg`, `awk -v`, `sys.argv`)")
}

fn shell_unclosed(cx: &PassContext, at: Span, opener: Opener) -> Diagnostic {
    let what = match opener {
        Opener::SingleQuote => "this `'`",
        Opener::DoubleQuote => "this `\"`",
        Opener::Backtick => "this back-tick",
        Opener::Parameter => "this `${`",
        Opener::Parenthesis => "this `(`",
        Opener::Arithmetic => "this `((`",
        Opener::HereDocument => "this here-document",
    };
    Diagnostic::new(&lint::SHELL_UNCLOSED, cx.at(at), format!("the shell will not find the end of {what}"))
        .help("close it; the script would fail before its first command")
}

fn dangerous_remove(cx: &PassContext, e: &Expr) -> Diagnostic {
    let message = format!("if `{}` is empty, this removes everything below `/`", print(e));
    Diagnostic::new(&lint::DANGEROUS_REMOVE, cx.at(e.span), message)
        .help("give it the type `dir` or `path`, put a fixed folder before it (`build/${…}`), or use `$WF_TMP`, which is removed by itself")
}

fn download_and_run(cx: &PassContext, at: Span, from: &str, to: &str) -> Diagnostic {
    let message = format!("what `{from}` downloads is run by `{to}` unseen");
    Diagnostic::new(&lint::DOWNLOAD_AND_RUN, cx.at(at), message)
        .help("download to a file, compare its checksum (`sha256sum --check`), then run it: half a download would run as well")
}

fn pipe_hides_failure(cx: &PassContext, at: Span, from: &str) -> Diagnostic {
    let message =
        format!("the step succeeds even if `{}` fails: a pipe ends as its last command, `tee`, does", shorten(from));
    Diagnostic::new(&lint::PIPE_HIDES_FAILURE, cx.at(at), message).help(
        "leave `tee` out (everything that is printed is kept in the log anyway), or use `bash` with `set -o pipefail`",
    )
}
