//! The operands of expressions and the blocks of statements.

use super::ir::{BlockIx, Expr, ExprIx, Node, Pattern};

impl Expr {
    /// Calls `visit` with each expression directly in this one, in source order.
    pub fn operands(&self, mut visit: impl FnMut(ExprIx)) {
        match self {
            Expr::Concat(parts) | Expr::List(parts) => parts.iter().copied().for_each(visit),
            Expr::Record(fields) | Expr::Map(fields) => fields.iter().for_each(|(_, value)| visit(*value)),
            Expr::Call { args, .. } | Expr::Builtin { args, .. } => args.iter().copied().for_each(visit),
            Expr::Field { base: one, .. } | Expr::Convert { value: one, .. } => visit(*one),
            Expr::Lambda(one) | Expr::Neg(one) | Expr::Not(one) => visit(*one),
            Expr::Index { base: left, index: right } | Expr::Binary { left, right, .. } => {
                visit(*left);
                visit(*right);
            }
            Expr::If { condition, yes, no } => {
                visit(*condition);
                visit(*yes);
                visit(*no);
            }
            Expr::Match { subject, arms } => {
                visit(*subject);
                for (pattern, value) in arms {
                    if let Pattern::Equals(literal) = pattern {
                        visit(*literal);
                    }
                    visit(*value);
                }
            }
            Expr::Comprehension { list, value, condition } => {
                visit(*list);
                condition.iter().copied().for_each(&mut visit);
                visit(*value);
            }
            Expr::None
            | Expr::Bool(_)
            | Expr::Int(_)
            | Expr::Float(_)
            | Expr::Percent(_)
            | Expr::Duration(_)
            | Expr::Size(_)
            | Expr::Time(_)
            | Expr::Str(_)
            | Expr::Path(_)
            | Expr::File { .. }
            | Expr::Url(_)
            | Expr::Variant(_)
            | Expr::Kind(_)
            | Expr::Local { .. }
            | Expr::Bound(_)
            | Expr::Const(_)
            | Expr::Env(_)
            | Expr::Attempt(_)
            | Expr::Output(_)
            | Expr::Metric(_)
            | Expr::Baseline(_)
            | Expr::Run(_) => {}
        }
    }
}

impl Node {
    /// Calls `visit` with each block directly in this statement, but for those of steps and scopes, which hold them by
    /// their handlers and clauses.
    pub fn blocks(&self, mut visit: impl FnMut(BlockIx)) {
        match self {
            Node::If { branches, otherwise } => {
                branches.iter().for_each(|(_, block)| visit(*block));
                otherwise.iter().copied().for_each(visit);
            }
            Node::Match { arms, .. } => arms.iter().for_each(|arm| visit(arm.block)),
            Node::For(each) => visit(each.body),
            Node::Parallel(parallel) => parallel.branches.iter().copied().for_each(visit),
            Node::Repeat { body, .. } => visit(*body),
            _ => {}
        }
    }
}
