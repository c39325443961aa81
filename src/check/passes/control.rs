//! Questions about the shape of statements.

use super::walk::{Visit, walk_stmt};
use crate::syntax::tree::*;

type Accepts<'t> = dyn std::ops::Fn(&Stmt) -> bool + 't;

/// How many statements in `stmts`, however deep, `test` accepts.
pub fn count(stmts: &[Stmt], test: &Accepts) -> usize {
    struct Count<'t>(&'t Accepts<'t>, usize);
    impl<'a> Visit<'a> for Count<'_> {
        fn stmt(&mut self, stmt: &'a Stmt) {
            self.1 += usize::from((self.0)(stmt));
            walk_stmt(self, stmt);
        }
        fn expr(&mut self, _: &'a Expr) {}
    }
    let mut count = Count(test, 0);
    count.stmts(stmts);
    count.1
}

/// Whether `test` accepts some statement in `stmts`, however deep.
pub fn any(stmts: &[Stmt], test: &Accepts) -> bool {
    count(stmts, test) > 0
}

/// Whether nothing after `stmt` in its block can run.
pub fn leaves(stmt: &Stmt) -> bool {
    let block = |block: &Block| block.stmts.iter().any(leaves);
    match &stmt.kind {
        StmtKind::Return(_) | StmtKind::Fail(..) | StmtKind::Verdict(_) => true,
        StmtKind::If(branching) => {
            branching.otherwise.as_ref().is_some_and(block) && branching.branches.iter().all(|(_, b)| block(b))
        }
        StmtKind::Match(matching) => !matching.arms.is_empty() && matching.arms.iter().all(|(_, b)| block(b)),
        StmtKind::Scope(scope) => {
            let caught = scope.body.clauses.iter().any(|clause| matches!(clause.kind, ClauseKind::OnFailure(_)));
            !caught && scope.body.stmts.iter().any(leaves)
        }
        _ => false,
    }
}
