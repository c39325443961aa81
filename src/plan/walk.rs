//! The operands of expressions.

use super::ir::{Expr, ExprIx, Pattern};

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
