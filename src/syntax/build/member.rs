//! Statements and clauses between braces.

use super::{Builder, Node};
use crate::source::Span;
use crate::syntax::errors;
use crate::syntax::tree::{Allow, Block, Body, Clause, ClauseKind, Doc, Stmt, StmtKind};
use wf_grammar::Rule;

/// What may stand between a pair of braces.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Context {
    /// Statements: a loop, a branch, a handler.
    Stmts,
    /// Clauses: a step, a command, `undo`.
    Clauses,
    /// Clauses first, then statements: a workflow, a scope.
    Body,
}

/// What stood between a pair of braces.
#[derive(Default)]
pub struct Members {
    pub clauses: Vec<Clause>,
    pub stmts: Vec<Stmt>,
}

impl Members {
    pub fn block(self, span: Span) -> Block {
        Block { span, stmts: self.stmts.into() }
    }

    pub fn body(self, span: Span) -> Body {
        Body { span, clauses: self.clauses.into(), stmts: self.stmts.into() }
    }
}

/// A statement or a clause before it has a number.
pub enum Built {
    Stmt(StmtKind),
    Clause(ClauseKind),
}

/// What stands before a statement.
#[derive(Default)]
pub struct Prelude {
    pub docs: Option<Box<Doc>>,
    pub allows: Vec<Allow>,
}

impl<'s> Builder<'s> {
    /// The members of a `block`, which are its children.
    pub fn block(&mut self, node: Node<'s>, context: Context) -> (Members, Span) {
        let span = self.span(&node);
        let mut out = Members::default();
        self.members(node.into_inner(), context, &mut out);
        (out, span)
    }

    /// Adds what `nodes` (a `block`'s children, or those of a `one_member`) build.
    pub fn members(&mut self, nodes: impl Iterator<Item = Node<'s>>, context: Context, out: &mut Members) {
        let mut allows = Vec::new();
        for node in nodes {
            if node.as_rule() == Rule::allow {
                let allow = self.allow(node);
                allows.push(allow);
                continue;
            }
            let start = if node.as_rule() == Rule::assign { self.span(&node).start } else { self.keyword_start(&node) };
            let prelude = self.prelude(start, std::mem::take(&mut allows));
            let (built, end) = self.member(node, context);
            self.push(built, Span::new(start, end), prelude, context, out);
        }
        if let Some(allow) = allows.last() {
            let place = self.place(allow.span);
            self.report(errors::allow_before_nothing(place));
        }
    }

    pub fn prelude(&mut self, start: u32, allows: Vec<Allow>) -> Prelude {
        let first = allows.first().map_or(start, |allow| allow.span.start);
        let docs = self.doc(first).or_else(|| self.doc(start));
        Prelude { docs, allows }
    }

    /// Adds a finished member where it may stand, and says so where it may not.
    pub fn push(&mut self, built: Built, span: Span, prelude: Prelude, context: Context, out: &mut Members) {
        match (built, context) {
            (Built::Clause(kind), Context::Stmts) => {
                if kind != ClauseKind::Broken && !self.lenient {
                    self.misplaced(span, true);
                }
            }
            (Built::Clause(kind), _) => {
                let id = self.id();
                out.clauses.push(Clause { id, span, kind });
            }
            (Built::Stmt(kind), Context::Clauses) => {
                if kind != StmtKind::Broken && !self.lenient {
                    self.misplaced(span, false);
                }
            }
            (Built::Stmt(kind), _) => {
                let id = self.id();
                out.stmts.push(Stmt { id, span, docs: prelude.docs, allows: prelude.allows.into(), kind });
            }
        }
    }

    fn misplaced(&mut self, span: Span, clause: bool) {
        let text = span.of(self.text);
        let word = crate::syntax::lexeme::word(text);
        let at = self.place(Span::new(span.start, span.start + word.len() as u32));
        self.report(if clause { errors::misplaced_clause(at, word) } else { errors::misplaced_statement(at, word) });
    }

    /// A member and the byte after its last.
    pub fn member(&mut self, node: Node<'s>, context: Context) -> (Built, u32) {
        let end = self.member_end(&node);
        let built = match node.as_rule() {
            Rule::retry if context == Context::Clauses => Built::Clause(self.retry_clause(node)),
            Rule::step
            | Rule::scope
            | Rule::for_stmt
            | Rule::parallel_for
            | Rule::parallel
            | Rule::repeat
            | Rule::undo
            | Rule::on_success
            | Rule::on_rollback
            | Rule::finally => self.braced(node),
            Rule::on_failure => Built::Clause(self.on_failure(node)),
            Rule::let_stmt
            | Rule::var_stmt
            | Rule::assign
            | Rule::if_stmt
            | Rule::match_stmt
            | Rule::checkpoint
            | Rule::seal
            | Rule::metric
            | Rule::gate
            | Rule::approve
            | Rule::emit
            | Rule::fail
            | Rule::return_stmt
            | Rule::yield_stmt
            | Rule::retry
            | Rule::continue_stmt
            | Rule::abort
            | Rule::escalate
            | Rule::rollback => Built::Stmt(self.stmt(node)),
            _ => Built::Clause(self.clause(node)),
        };
        (built, end)
    }

    /// Rules that take the separator with them end where their last part does.
    fn member_end(&self, node: &Node<'s>) -> u32 {
        match node.as_rule() {
            Rule::let_stmt | Rule::var_stmt | Rule::on_failure | Rule::approve => {
                let last = node.clone().into_inner().last();
                last.map_or(self.span(node).end, |last| self.span(&last).end)
            }
            _ => self.span(node).end,
        }
    }

    /// A head and a block.
    fn braced(&mut self, node: Node<'s>) -> Built {
        let mut parts = node.into_inner();
        match (parts.next(), parts.next()) {
            (Some(head), Some(block)) => {
                let (members, span) = self.block(block, context_of(head.as_rule()));
                self.assemble(head, members, span)
            }
            _ => Built::Stmt(StmtKind::Broken),
        }
    }
}

/// What may stand in the braces after a head.
pub fn context_of(head: Rule) -> Context {
    match head {
        Rule::step_head | Rule::undo_head | Rule::command_head => Context::Clauses,
        Rule::scope_head | Rule::workflow_head => Context::Body,
        _ => Context::Stmts,
    }
}
