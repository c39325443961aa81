//! Writes `quick.rs`: the rules of `wf.pest` as plain functions.
//!
//! pest runs a grammar in a general machine that also keeps what it needs for messages, which costs about twenty times
//! the matching itself. The functions made here match the same language with the same nodes and know nothing else: a
//! text that they refuse is given to pest, which says why. So there is one grammar, and its two readers cannot differ by
//! more than a mistake in this file, which the tests look for.

use std::collections::HashMap;
use std::fmt::Write;

use pest_meta::ast::{Expr, Rule, RuleType};

fn main() {
    println!("cargo::rerun-if-changed=wf.pest");
    let text = std::fs::read_to_string("wf.pest").expect("the grammar can be read");
    let pairs = pest_meta::parser::parse(pest_meta::parser::Rule::grammar_rules, &text).expect("the grammar is one");
    let rules = pest_meta::parser::consume_rules(pairs).expect("the grammar is sound");
    let code = Writer::new(&rules).file(&rules);
    let folder = std::env::var("OUT_DIR").expect("cargo says where to write");
    std::fs::write(std::path::Path::new(&folder).join("quick.rs"), code).expect("the code can be written");
}

/// What has to be known of all rules to write one.
struct Writer<'r> {
    rules: HashMap<&'r str, &'r Rule>,
    labels: std::cell::Cell<usize>,
}

impl<'r> Writer<'r> {
    fn new(rules: &'r [Rule]) -> Self {
        Self { rules: rules.iter().map(|rule| (rule.name.as_str(), rule)).collect(), labels: std::cell::Cell::new(0) }
    }

    fn file(&self, rules: &'r [Rule]) -> String {
        let mut out = String::from("fn entry(rule: Rule) -> Option<Matcher> {\n    Some(match rule {\n");
        for rule in rules.iter().filter(|rule| rule.ty == RuleType::CompoundAtomic && !self.is_never(&rule.name)) {
            let _ = writeln!(out, "        Rule::{0} => r_{0},", rule.name);
        }
        out.push_str("        _ => return None,\n    })\n}\n\n");
        for rule in rules.iter().filter(|rule| !self.is_never(&rule.name)) {
            let body = self.expr(&rule.expr);
            let name = &rule.name;
            let body = match rule.ty {
                RuleType::Silent => body,
                RuleType::Atomic => {
                    assert!(!self.emits(&rule.expr), "`{name}` is atomic: what it is made of must be silent");
                    format!("{{ let end = {body}; q.leaf(Rule::{name}, at, end) }}")
                }
                RuleType::CompoundAtomic => {
                    format!("{{ let mark = q.enter(Rule::{name}, at)?; let end = {body}; q.leave(mark, end) }}")
                }
                _ => panic!("`{name}`: white space is explicit in this grammar, so rules are `_`, `@` or `$`"),
            };
            let inline = if rule.ty == RuleType::Silent && size(&rule.expr) < 12 { "#[inline]\n" } else { "" };
            let _ = writeln!(out, "{inline}fn r_{name}(q: &mut Quick, at: u32) -> Option<u32> {{\n    {body}\n}}\n");
        }
        out
    }

    /// Whether a rule cannot match: those that only name what pest misses.
    fn is_never(&self, name: &str) -> bool {
        match self.rules.get(name).map(|rule| &rule.expr) {
            Some(Expr::Ident(other)) => other == "never",
            _ => name == "never",
        }
    }

    /// Whether matching it leaves nodes behind.
    fn emits(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Ident(name) if self.is_never(name) => false,
            Expr::Ident(name) => match self.rules.get(name.as_str()) {
                Some(rule) if rule.ty == RuleType::Silent => self.emits(&rule.expr),
                Some(_) => true,
                None => false,
            },
            Expr::PosPred(_) | Expr::NegPred(_) => false,
            Expr::Seq(a, b) | Expr::Choice(a, b) => self.emits(a) || self.emits(b),
            Expr::Opt(a) | Expr::Rep(a) | Expr::RepOnce(a) | Expr::Push(a) => self.emits(a),
            _ => false,
        }
    }

    /// Code of type `Option<u32>`: where the match of `expr` at `at` ends.
    fn expr(&self, expr: &Expr) -> String {
        match expr {
            Expr::Str(text) => format!("q.text_at(at, {:?})", text),
            Expr::Range(first, last) => format!("q.range(at, '{}', '{}')", escaped(first), escaped(last)),
            Expr::Ident(name) => self.ident(name),
            Expr::PosPred(inner) => {
                let inner = self.undone(inner);
                format!("match {inner} {{ Some(_) => Some(at), None => None }}")
            }
            Expr::NegPred(inner) => {
                let inner = self.undone(inner);
                format!("match {inner} {{ Some(_) => None, None => Some(at) }}")
            }
            Expr::Seq(..) => self.sequence(expr),
            Expr::Choice(..) => self.choice(expr),
            Expr::Opt(inner) => {
                let inner = self.kept(inner);
                format!("match {inner} {{ Some(end) => Some(end), None => Some(at) }}")
            }
            Expr::Rep(inner) => self.repeated(inner),
            Expr::RepOnce(inner) => {
                let (first, rest) = (self.expr(inner), self.repeated(inner));
                format!("match {first} {{ Some(at) => {rest}, None => None }}")
            }
            Expr::Push(inner) => {
                let inner = self.expr(inner);
                format!("match {inner} {{ Some(end) => q.push(at, end), None => None }}")
            }
            other => panic!("the grammar uses {other:?}, which has no code yet"),
        }
    }

    fn ident(&self, name: &str) -> String {
        match name {
            "ANY" => "q.any(at)".into(),
            "ASCII_DIGIT" | "ASCII_ALPHANUMERIC" | "ASCII_HEX_DIGIT" => {
                format!("q.byte(at, |byte| byte.is_{}())", name.to_lowercase().replace("hex_digit", "hexdigit"))
            }
            "XID_START" => "q.letter(at, |byte| byte.is_ascii_alphabetic(), pest::unicode::XID_START)".into(),
            "XID_CONTINUE" => {
                "q.letter(at, |byte| byte.is_ascii_alphanumeric() || byte == b'_', pest::unicode::XID_CONTINUE)".into()
            }
            "PEEK" => "q.peek(at)".into(),
            "POP" => "q.pop(at)".into(),
            name if self.is_never(name) => "None".into(),
            name => {
                assert!(self.rules.contains_key(name), "the grammar uses `{name}`, which has no code yet");
                format!("r_{name}(q, at)")
            }
        }
    }

    /// The match, without the nodes it left if it failed half way.
    fn kept(&self, expr: &Expr) -> String {
        let code = self.expr(expr);
        let cleans = matches!(expr, Expr::Ident(name) if self.rules.get(name.as_str()).is_some_and(|rule| rule.ty != RuleType::Silent));
        if cleans || !self.emits(expr) {
            return code;
        }
        format!("{{ let mark = q.mark(); let end = {code}; if end.is_none() {{ q.undo(mark); }} end }}")
    }

    /// The match, without any nodes.
    fn undone(&self, expr: &Expr) -> String {
        let code = self.expr(expr);
        if !self.emits(expr) {
            return code;
        }
        format!("{{ let mark = q.mark(); let end = {code}; q.undo(mark); end }}")
    }

    fn label(&self) -> String {
        self.labels.set(self.labels.get() + 1);
        format!("'l{}", self.labels.get())
    }

    fn sequence(&self, expr: &Expr) -> String {
        let mut parts = vec![];
        flatten(expr, &mut parts, |expr| match expr {
            Expr::Seq(a, b) => Some((a, b)),
            _ => None,
        });
        let label = self.label();
        let mut code = format!("{label}: {{ ");
        let last = parts.pop().expect("a sequence has parts");
        for part in parts {
            let part = self.expr(part);
            let _ = write!(code, "let Some(at) = ({part}) else {{ break {label} None }}; ");
        }
        let last = self.expr(last);
        code + &last + " }"
    }

    fn choice(&self, expr: &Expr) -> String {
        let mut parts = vec![];
        flatten(expr, &mut parts, |expr| match expr {
            Expr::Choice(a, b) => Some((a, b)),
            _ => None,
        });
        let label = self.label();
        let mut code = format!("{label}: {{ ");
        for part in parts.iter().filter(|part| !matches!(part, Expr::Ident(name) if self.is_never(name))) {
            let part = self.kept(part);
            let _ = write!(code, "if let Some(end) = ({part}) {{ break {label} Some(end); }} ");
        }
        code + "None }"
    }

    fn repeated(&self, expr: &Expr) -> String {
        let code = self.kept(expr);
        format!(
            "{{ let mut at = at; loop {{ match {code} {{ Some(end) if end > at => at = end, _ => break }} }} Some(at) }}"
        )
    }
}

fn flatten<'e>(expr: &'e Expr, out: &mut Vec<&'e Expr>, split: fn(&'e Expr) -> Option<(&'e Expr, &'e Expr)>) {
    match split(expr) {
        Some((first, second)) => {
            flatten(first, out, split);
            flatten(second, out, split);
        }
        None => out.push(expr),
    }
}

fn size(expr: &Expr) -> usize {
    match expr {
        Expr::Seq(a, b) | Expr::Choice(a, b) => 1 + size(a) + size(b),
        Expr::PosPred(a) | Expr::NegPred(a) | Expr::Opt(a) | Expr::Rep(a) | Expr::Push(a) => 1 + size(a),
        Expr::RepOnce(a) => 1 + 2 * size(a),
        _ => 1,
    }
}

fn escaped(text: &str) -> String {
    let one = text.chars().next().expect("a range has ends");
    one.escape_default().to_string()
}
