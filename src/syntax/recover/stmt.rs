//! Statements and clauses that the grammar refuses.

use super::{Failure, Recovery};
use crate::source::Span;
use crate::syntax::build::{Built, Context, Members, Prelude};
use crate::syntax::tree::{Allow, If, Let, LetValue, MatchStmt, StmtKind};
use crate::syntax::{errors, keywords, lexeme, unexpected};
use wf_grammar::Rule;

/// The heads of statements and clauses with a block, by keyword.
fn heads(keyword: &str) -> &'static [Rule] {
    match keyword {
        "step" => &[Rule::step_head],
        "scope" => &[Rule::scope_head],
        "for" => &[Rule::for_head],
        "parallel" => &[Rule::parallel_for_head, Rule::parallel_head],
        "repeat" => &[Rule::repeat_head],
        "undo" => &[Rule::undo_head],
        "on" => &[Rule::on_failure_head, Rule::on_success_head, Rule::on_rollback_head],
        "finally" => &[Rule::finally_head],
        _ => &[],
    }
}

/// Whether a block belongs to what begins with `keyword`, so that it is entered even after a bad head.
fn has_block(keyword: &str) -> bool {
    !heads(keyword).is_empty() || matches!(keyword, "if" | "match" | "approve" | "let" | "var")
}

impl<'s> Recovery<'_, 's> {
    /// Takes the member at `at`, which failed; returns the byte to go on from.
    pub(super) fn failed_member(&mut self, at: u32, failure: &Failure, context: Context, out: &mut Members) -> u32 {
        let (allows, start) = self.allows(at);
        let word = self.word(start);
        let after = start + word.len() as u32;
        if !allows.is_empty() && matches!(self.byte(start), None | Some(b'}')) {
            let place = self.builder.place(Span::new(at, at + 5));
            self.builder.report(errors::allow_before_nothing(place));
            return start;
        }
        if failure.too_deep {
            self.report(at, at, failure);
            let end = self.resume(start, failure.at);
            return self.broken(start, end, context, out);
        }
        let keyword = match self.keyword(start, word, failure, context) {
            Some(keyword) => keyword,
            None => {
                let end = match self.find_block(after) {
                    Some(brace) if !word.is_empty() => {
                        let end = self.members(brace + 1, Context::Body).1;
                        self.skip_else(end)
                    }
                    _ => self.resume(start, failure.at.max(after)),
                };
                return self.broken(start, end, context, out);
            }
        };
        if let Some(end) = self.missing_value(keyword, start) {
            return self.broken(start, end, context, out);
        }
        let built = match keyword {
            "if" => self.if_chain(after, failure),
            "match" => self.match_stmt(after, failure),
            "approve" => self.approve(after, failure),
            "let" | "var" => self.let_loop(after, failure, keyword == "var"),
            _ => self.braced(heads(keyword), after, failure),
        };
        if let Some((built, end)) = built {
            let prelude = self.builder.prelude(start, allows);
            self.builder.push(built, Span::new(start, end), prelude, context, out);
            return end;
        }
        if keyword != word
            && let Some(end) = self.corrected(keyword, start, after, allows, context, out)
        {
            return end;
        }
        if keyword == word {
            let end = self.resume(start, failure.at);
            self.report(start, end, failure);
        }
        let end = match self.find_block(after) {
            Some(brace) if keyword == "approve" => self.lines(brace + 1, Rule::one_approve, |_, _| {}),
            Some(brace) if has_block(keyword) && brace >= failure.at => {
                let inner = if matches!(keyword, "step" | "undo") { Context::Clauses } else { Context::Body };
                self.members(brace + 1, inner).1
            }
            _ => self.resume(start, failure.at),
        };
        self.broken(start, end, context, out)
    }

    /// Passes over the `else`s of an `if` that was none.
    fn skip_else(&mut self, end: u32) -> u32 {
        let mut end = end;
        loop {
            let next = lexeme::skip_space(self.text, end as usize) as u32;
            let block = if self.word(next) == "else" { self.find_block(next + 4) } else { None };
            let Some(brace) = block else { return end };
            end = self.members(brace + 1, Context::Stmts).1;
        }
    }

    /// `let x =` with nothing after it: what stands on the next line is a statement of its own.
    fn missing_value(&mut self, keyword: &str, start: u32) -> Option<u32> {
        if !matches!(keyword, "let" | "var" | "metric" | "output") {
            return None;
        }
        let line = lexeme::line(self.text, start as usize);
        let code = line.split("//").next().unwrap_or(line).trim_end();
        if !code.ends_with('=') {
            return None;
        }
        let end = start + code.len() as u32;
        let next = lexeme::token(self.text, end as usize).span;
        let word = next.of(self.text);
        if !keywords::begins_member(word) && word != "}"
            || matches!(word, "if" | "match") && !self.has_braces(next.start)
        {
            return None;
        }
        let failure = Failure { at: next.start, expected: vec![Rule::need_value], too_deep: false };
        self.report(start, end, &failure);
        Some(next.start)
    }

    /// Whether a block follows on this line, as it does after the head of a statement.
    fn has_braces(&self, at: u32) -> bool {
        self.find_block(at).is_some()
    }

    /// The `allow`s at `at`, and where what they are for starts.
    pub(super) fn allows(&mut self, at: u32) -> (Vec<Allow>, u32) {
        let (mut allows, mut at) = (Vec::new(), at);
        while self.word(at) == "allow" {
            let Ok((node, end)) = self.attempt(at, Rule::one_allow) else { break };
            if let Some(allow) = node.into_inner().next() {
                allows.push(self.builder.allow(allow));
            }
            at = self.skip(end);
        }
        (allows, at)
    }

    /// The keyword that `word` is or was meant to be; reported when it is none.
    fn keyword(&mut self, start: u32, word: &'s str, failure: &Failure, context: Context) -> Option<&'static str> {
        let known = keywords::STATEMENTS.iter().chain(&keywords::VERDICTS).chain(&keywords::CLAUSES);
        if let Some(keyword) = known.into_iter().find(|keyword| **keyword == word) {
            return Some(keyword);
        }
        if failure.at > start {
            let past = self.resume(start, failure.at);
            // An assignment that went wrong after its `=`.
            let sign = lexeme::token(self.text, start as usize + word.len());
            if sign.span.of(self.text) == "=" {
                self.report(start, past, failure);
                return None;
            }
        }
        let place = self.builder.place(Span::new(start, start + word.len() as u32));
        let (error, keyword) = unexpected::member(self.text, place, word, context);
        let end = self.resume(start, start);
        if !self.is_reported(start, end) {
            self.builder.report(error);
        }
        keyword
    }

    fn broken(&mut self, start: u32, end: u32, context: Context, out: &mut Members) -> u32 {
        let span = Span::new(start, end.max(start));
        if context != Context::Clauses {
            self.builder.push(Built::Stmt(StmtKind::Broken), span, Prelude::default(), context, out);
        }
        if context != Context::Stmts {
            let kind = crate::syntax::tree::ClauseKind::Broken;
            self.builder.push(Built::Clause(kind), span, Prelude::default(), context, out);
        }
        end
    }

    /// A mistyped keyword was reported: parses what follows as if it had been right.
    fn corrected(
        &mut self,
        keyword: &str,
        start: u32,
        after: u32,
        allows: Vec<Allow>,
        context: Context,
        out: &mut Members,
    ) -> Option<u32> {
        let rule = rule_of(keyword)?;
        if start as usize + keyword.len() > self.builder.text.len() {
            return None; // cut short at the end: nothing follows that could be read
        }
        let (node, _) = self.attempt(after, rule).ok()?;
        let prelude = self.builder.prelude(start, allows);
        let (built, end) = self.builder.member(node, context);
        self.builder.push(built, Span::new(start, end), prelude, context, out);
        Some(self.resume(start, end))
    }

    /// A head and the block after it; `None` when the mistake is in the head.
    fn braced(&mut self, heads: &[Rule], after: u32, failure: &Failure) -> Option<(Built, u32)> {
        for &rule in heads {
            let Ok((head, end)) = self.attempt(after, rule) else { continue };
            let Some(brace) = self.brace(end) else { continue };
            if failure.at < brace && failure.at >= after {
                return None;
            }
            let (members, end) = self.members(brace + 1, crate::syntax::build::context_of(rule));
            self.builder.base = after;
            return Some((self.builder.assemble(head, members, Span::new(brace, end)), end));
        }
        None
    }

    fn if_chain(&mut self, after: u32, failure: &Failure) -> Option<(Built, u32)> {
        let (mut branches, mut otherwise) = (Vec::new(), None);
        let mut at = after;
        loop {
            let (head, end) = match self.attempt(at, Rule::condition) {
                Ok(found) => found,
                Err(_) if branches.is_empty() => return None,
                Err(failure) => {
                    let past = self.resume(at, failure.at);
                    self.report(at, past, &failure);
                    at = past;
                    break;
                }
            };
            let Some(brace) = self.brace(end) else {
                if branches.is_empty() {
                    return None;
                }
                at = self.resume(at, end);
                self.report(end, at, failure);
                break;
            };
            let condition = self.builder.condition(head);
            let (members, end) = self.members(brace + 1, Context::Stmts);
            branches.push((condition, members.block(Span::new(brace, end))));
            at = end;
            let next = lexeme::skip_space(self.text, end as usize) as u32;
            if self.word(next) != "else" {
                break;
            }
            let word = lexeme::skip_space(self.text, next as usize + 4) as u32;
            if self.word(word) == "if" {
                at = word + 2;
                continue;
            }
            if let Some(brace) = self.brace(next + 4) {
                let (members, end) = self.members(brace + 1, Context::Stmts);
                otherwise = Some(members.block(Span::new(brace, end)));
                at = end;
            } else {
                let error = self.attempt(next + 4, Rule::finally).err();
                at = self.resume(next, next + 4);
                if let Some(error) = error {
                    self.report(next, at, &error);
                }
            }
            break;
        }
        Some((Built::Stmt(StmtKind::If(Box::new(If { branches: branches.into(), otherwise }))), at))
    }

    fn match_stmt(&mut self, after: u32, failure: &Failure) -> Option<(Built, u32)> {
        let (head, end) = self.attempt(after, Rule::match_head).ok()?;
        let brace = self.brace(end)?;
        if (after..brace).contains(&failure.at) {
            return None;
        }
        let subject = self.builder.inner_expr(head);
        let mut arms = Vec::new();
        let mut at = self.skip(brace + 1);
        loop {
            match self.byte(at) {
                None => break,
                Some(b'}') => {
                    at += 1;
                    break;
                }
                Some(_) => {}
            }
            let next = match self.attempt(at, Rule::one_arm) {
                Ok((node, end)) => {
                    arms.extend(node.into_inner().next().and_then(|arm| self.builder.arm(arm)));
                    end
                }
                Err(_) if self.unbalanced && keywords::begins_member(self.word(at)) => break,
                Err(failure) => self.failed_arm(at, &failure, &mut arms),
            };
            at = self.skip(next.max(at + 1));
            if self.byte(at) == Some(b',') {
                at = self.skip(at + 1);
            }
        }
        Some((Built::Stmt(StmtKind::Match(Box::new(MatchStmt { subject, arms: arms.into() }))), at))
    }

    fn failed_arm(
        &mut self,
        at: u32,
        failure: &Failure,
        arms: &mut Vec<(crate::syntax::tree::Pattern, crate::syntax::tree::Block)>,
    ) -> u32 {
        if let Ok((head, end)) = self.attempt(at, Rule::arm_head)
            && let Some(brace) = self.brace(end).filter(|&brace| failure.at >= brace)
            && let Some(pattern) = head.into_inner().next()
        {
            let pattern = self.builder.pattern(pattern);
            let (members, end) = self.members(brace + 1, Context::Stmts);
            arms.push((pattern, members.block(Span::new(brace, end))));
            return end;
        }
        let end = self.resume(at, failure.at);
        self.report(at, end, failure);
        match self.find_block(at) {
            Some(brace) => self.members(brace + 1, Context::Stmts).1,
            None => end,
        }
    }

    fn approve(&mut self, after: u32, failure: &Failure) -> Option<(Built, u32)> {
        let (head, end) = self.attempt(after, Rule::approve_head).ok()?;
        let brace = self.brace(end).filter(|&brace| !(after..brace).contains(&failure.at))?;
        let mut entries = Vec::new();
        let end = self.lines(brace + 1, Rule::one_approve, |this, node| {
            let entry = node.into_inner().next();
            entries.extend(entry.map(|entry| this.builder.approve_entry(entry)));
        });
        self.builder.base = after;
        Some((Built::Stmt(self.builder.approve_with(head, entries, end)), end))
    }

    /// `let name = for …`: the mistake is in the loop.
    fn let_loop(&mut self, after: u32, failure: &Failure, mutable: bool) -> Option<(Built, u32)> {
        let (head, end) = self.attempt(after, Rule::let_head).ok()?;
        let word = self.word(end);
        if !matches!(word, "for" | "parallel") {
            return None;
        }
        let (name, ty) = self.builder.let_head(head);
        let (built, end) = self.braced(heads(word), end + word.len() as u32, failure)?;
        let value = match built {
            Built::Stmt(StmtKind::For(value)) => LetValue::For(value),
            Built::Stmt(StmtKind::Parallel(value)) => LetValue::Parallel(value),
            _ => return None,
        };
        Some((Built::Stmt(StmtKind::Let(Box::new(Let { mutable, name, ty, value }))), end))
    }
}

/// The rule of a statement or clause without a block.
fn rule_of(keyword: &str) -> Option<Rule> {
    Some(match keyword {
        "let" => Rule::let_stmt,
        "var" => Rule::var_stmt,
        "run" => Rule::run,
        "sh" => Rule::sh,
        "bash" => Rule::bash,
        "exec" => Rule::exec,
        "python" => Rule::python,
        "node" => Rule::node,
        "agent" => Rule::agent,
        "ask" => Rule::ask,
        "wait" => Rule::wait,
        "output" => Rule::output,
        "reads" => Rule::reads,
        "writes" => Rule::writes,
        "retry" => Rule::retry,
        "timeout" => Rule::timeout,
        "metric" => Rule::metric,
        "emit" => Rule::emit,
        "env" => Rule::env,
        "fails" => Rule::fails,
        "fail" => Rule::fail,
        "return" => Rule::return_stmt,
        "checkpoint" => Rule::checkpoint,
        "gate" => Rule::gate,
        "approve" => Rule::approve,
        "net" => Rule::net,
        "continue" => Rule::continue_stmt,
        "abort" => Rule::abort,
        "rollback" => Rule::rollback,
        "escalate" => Rule::escalate,
        "yield" => Rule::yield_stmt,
        "seal" => Rule::seal,
        "cache" => Rule::cache,
        "idempotent" => Rule::idempotent,
        "irreversible" => Rule::irreversible,
        "risky" => Rule::risky,
        "args" => Rule::args_clause,
        "stdin" => Rule::stdin,
        "cwd" => Rule::cwd,
        "exits" => Rule::exits,
        "after" => Rule::after,
        "queue" => Rule::queue,
        "session" => Rule::session,
        "budget" => Rule::budget,
        "mode" => Rule::mode,
        _ => return None,
    })
}
