//! The words of the language, by where they mean something.

/// Words that no expression may use as a name.
const RESERVED: [&str; 14] =
    ["true", "false", "none", "if", "then", "else", "match", "for", "in", "as", "not", "and", "or", "let"];

/// Words that begin a statement.
pub(super) const STATEMENTS: [&str; 20] = [
    "step",
    "let",
    "var",
    "if",
    "match",
    "for",
    "parallel",
    "repeat",
    "scope",
    "checkpoint",
    "seal",
    "metric",
    "gate",
    "approve",
    "emit",
    "fail",
    "return",
    "yield",
    "rollback",
    "allow",
];

/// Words that answer a failure.
pub(super) const VERDICTS: [&str; 4] = ["retry", "continue", "abort", "escalate"];

/// Words that begin a clause of a scope.
pub(super) const SCOPE_CLAUSES: [&str; 5] = ["timeout", "budget", "mode", "on", "finally"];

/// Whether `word` begins a statement, a clause of a scope or a verdict: no name of a step, variable or checkpoint.
pub(crate) fn is_taken(word: &str) -> bool {
    word == "use" || STATEMENTS.contains(&word) || VERDICTS.contains(&word) || SCOPE_CLAUSES.contains(&word)
}

/// Words that begin a clause of a step or command; an action is one.
pub(super) const CLAUSES: [&str; 33] = [
    "run",
    "exec",
    "sh",
    "bash",
    "python",
    "node",
    "agent",
    "ask",
    "wait",
    "output",
    "timeout",
    "retry",
    "on",
    "fails",
    "exits",
    "undo",
    "cache",
    "reads",
    "writes",
    "net",
    "idempotent",
    "irreversible",
    "risky",
    "env",
    "args",
    "stdin",
    "cwd",
    "after",
    "queue",
    "session",
    "budget",
    "mode",
    "finally",
];

/// Words that begin an item.
pub(super) const ITEMS: [&str; 13] = [
    "use", "record", "enum", "error", "let", "fn", "command", "handler", "gates", "agent", "workflow", "test", "allow",
];

/// Words that begin a line of a test.
pub(super) const TESTS: [&str; 8] = ["mock", "answer", "advance", "crash", "file", "for", "run", "expect"];

/// The name that an item declares whose first line is `line`, however wrong the rest is.
pub fn declared_name(line: &str) -> Option<&str> {
    let (word, rest) = line.split_once(' ')?;
    let rest = rest.trim_start();
    let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(rest.len());
    let named = ITEMS.contains(&word) && !matches!(word, "use" | "test" | "allow");
    (named && end > 0).then(|| &rest[..end])
}

/// Words kept for later versions.
const FUTURE: [&str; 35] = [
    "import",
    "export",
    "pub",
    "type",
    "trait",
    "async",
    "await",
    "spawn",
    "detach",
    "break",
    "next",
    "while",
    "try",
    "catch",
    "throw",
    "with",
    "select",
    "race",
    "any",
    "signal",
    "query",
    "schedule",
    "every",
    "lock",
    "resource",
    "pool",
    "matrix",
    "isolate",
    "service",
    "artifact",
    "permission",
    "trust",
    "assert",
    "extern",
    "yield-all",
];

/// Whether no expression may use `word` as a name.
pub(crate) fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word) || word == "var"
}

/// Whether `word` is kept for a later version of the language.
pub(super) fn is_future(word: &str) -> bool {
    FUTURE.contains(&word)
}

/// Whether a statement or clause begins with `word`.
pub(super) fn begins_member(word: &str) -> bool {
    is_taken(word) || CLAUSES.contains(&word)
}
