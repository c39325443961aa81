//! Names that hide another one.

use super::PassContext;
use super::walk::{Visit, walk_clause, walk_item, walk_stmt};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint;
use crate::syntax::tree::*;
use rustc_hash::FxHashMap;

/// Reports variables that hide a variable, parameter or step from further out.
pub fn run(cx: &PassContext, out: &mut Vec<Diagnostic>) {
    let mut pass = Shadow { cx, out, scope: Vec::new(), latest: FxHashMap::default() };
    match &cx.view.item.kind {
        ItemKind::Workflow(workflow) => workflow.params.iter().for_each(|param| pass.push(&param.name)),
        ItemKind::Handler(_) => {}
        _ => return,
    }
    walk_item(&mut pass, cx.view.item);
}

struct Shadow<'c, 'o> {
    cx: &'c PassContext<'c>,
    out: &'o mut Vec<Diagnostic>,
    /// The names in scope, outermost first.
    scope: Vec<&'c Name>,
    /// The same by text, the innermost last.
    latest: FxHashMap<&'c str, Vec<&'c Name>>,
}

impl<'c> Shadow<'c, '_> {
    fn bind(&mut self, name: &'c Name) {
        let hidden = self.latest.get(name.text.as_str()).and_then(|all| all.last()).copied();
        if let Some(hidden) = hidden
            && !name.text.starts_with('_')
            && !name.is_missing()
        {
            self.out.push(shadowed(self.cx, name, hidden));
        }
        self.push(name);
    }

    fn push(&mut self, name: &'c Name) {
        self.scope.push(name);
        self.latest.entry(&name.text).or_default().push(name);
    }

    fn within(&mut self, names: &[&'c Name], stmts: &'c [Stmt]) {
        let depth = self.scope.len();
        names.iter().for_each(|name| self.bind(name));
        stmts.iter().for_each(|stmt| self.stmt(stmt));
        for name in self.scope.drain(depth..) {
            if let Some(all) = self.latest.get_mut(name.text.as_str()) {
                all.pop();
            }
        }
    }
}

impl<'c> Visit<'c> for Shadow<'c, '_> {
    fn stmts(&mut self, stmts: &'c [Stmt]) {
        self.within(&[], stmts);
    }

    fn stmt(&mut self, stmt: &'c Stmt) {
        match &stmt.kind {
            StmtKind::Let(bind) => {
                match &bind.value {
                    LetValue::For(each) => self.within(&[&each.name], &each.body.stmts),
                    LetValue::Parallel(parallel) => self.within(&[], &parallel.body.stmts),
                    LetValue::Expr(_) => {}
                }
                self.bind(&bind.name);
            }
            StmtKind::For(each) => self.within(&[&each.name], &each.body.stmts),
            StmtKind::If(branching) => {
                for (condition, block) in &branching.branches {
                    match condition {
                        // `if let x = x` narrows a name on purpose
                        Condition::Let(name, Expr { kind: ExprKind::Name(same), .. }) if *same == name.text => {
                            self.within(&[], &block.stmts);
                        }
                        Condition::Let(name, _) => self.within(&[name], &block.stmts),
                        Condition::Expr(_) => self.within(&[], &block.stmts),
                    }
                }
                branching.otherwise.iter().for_each(|block| self.within(&[], &block.stmts));
            }
            StmtKind::Match(matching) => {
                for (pattern, block) in &matching.arms {
                    match &pattern.kind {
                        PatternKind::Some(name) | PatternKind::Ok(name) | PatternKind::Err(name) => {
                            self.within(&[name], &block.stmts);
                        }
                        _ => self.within(&[], &block.stmts),
                    }
                }
            }
            StmtKind::Scope(scope) => {
                scope.body.clauses.iter().for_each(|clause| self.clause(clause));
                scope.body.stmts.iter().for_each(|stmt| self.stmt(stmt)); // what a scope binds is there after it
            }
            StmtKind::Repeat(repeat) => self.within(&[], &repeat.body.stmts),
            _ => walk_stmt(self, stmt),
        }
    }

    fn clause(&mut self, clause: &'c Clause) {
        if let ClauseKind::OnFailure(handler) = &clause.kind
            && let HandlerBody::Block(block) = &handler.body
        {
            let names: Vec<&Name> = handler.binding.iter().collect();
            self.within(&names, &block.stmts);
        } else {
            walk_clause(self, clause);
        }
    }

    fn expr(&mut self, _: &'c Expr) {}
}

fn shadowed(cx: &PassContext, name: &Name, hidden: &Name) -> Diagnostic {
    Diagnostic::new(
        &lint::SHADOWED_NAME,
        cx.at(name.span),
        format!("`{}` hides another name of this workflow", name.text),
    )
    .label(cx.at(hidden.span), "this one cannot be reached from there")
    .help("give it a name of its own; to change the outer one, make it a `var` and assign it without `let`")
}
