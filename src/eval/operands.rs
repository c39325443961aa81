//! What a condition read: the names in it with their values, for `wf why`.

use ecow::{EcoString, eco_format};
use rustc_hash::FxHashSet;

use super::{Context, eval};
use crate::plan::ir::{Expr, ExprIx, Plan};
use crate::value::{Fields, Value};

/// Most names that are told.
const MOST: usize = 16;

/// The names that `expr` reads, as written (`measure.lines`), with their values, in the order in which they stand.
/// Names without a value are left out, as is what a lambda or comprehension binds; a secret shows its name only.
pub fn operands(plan: &Plan, expr: ExprIx, context: &dyn Context) -> Fields {
    let mut found = Fields::new();
    let mut seen = FxHashSet::default();
    let mut open = vec![expr];
    while let Some(ix) = open.pop() {
        if found.len() >= MOST || !seen.insert(ix) {
            continue;
        }
        if let Some(name) = written(plan, ix) {
            if let Ok(value) = eval(plan, ix, context) {
                found.insert(name, value);
            }
            continue;
        }
        if let Some(expr) = plan.exprs.get(ix.index()) {
            let start = open.len();
            expr.operands(|operand| open.push(operand));
            if let Some(added) = open.get_mut(start..) {
                added.reverse();
            }
        }
    }
    found.retain(|_, value| !matches!(value, Value::Secret(_)));
    found
}

/// How the source writes a name or a chain of fields on one; `None` for other expressions.
fn written(plan: &Plan, mut ix: ExprIx) -> Option<EcoString> {
    let mut tail = String::new();
    for _ in 0..crate::limits::MAX_DEPTH {
        let root: EcoString = match plan.exprs.get(ix.index())? {
            Expr::Field { base, name, optional } => {
                tail.insert_str(0, &format!("{}.{name}", if *optional { "?" } else { "" }));
                ix = *base;
                continue;
            }
            Expr::Convert { value, .. } => {
                ix = *value;
                continue;
            }
            Expr::Local { .. } => plan.about.names.get(&ix.0)?.clone(),
            Expr::Const(constant) => plan.constants.get(constant.index())?.name.clone(),
            Expr::Output(name) => name.clone(),
            Expr::Metric(metric) => plan.metrics.get(metric.index())?.name.clone(),
            Expr::Baseline(metric) => eco_format!("baseline({})", plan.metrics.get(metric.index())?.name),
            Expr::Env(name) => eco_format!("env({name:?})"),
            Expr::Attempt(var) => eco_format!("{var:?}").to_lowercase(),
            Expr::Run(var) => eco_format!("run.{}", eco_format!("{var:?}").to_lowercase()),
            _ => return None,
        };
        return Some(eco_format!("{root}{tail}"));
    }
    None
}
