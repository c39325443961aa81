//! The tables beside the statements: types, functions, constants, metrics, agents.

use super::needs::Needs;
use super::{Checked, within};
use crate::plan::ir::*;

/// A type that is not a record refers to types before it: so only records can hold themselves, and every value ends.
pub(super) fn types(plan: &Plan) -> Checked {
    for (ix, ty) in plan.types.iter().enumerate() {
        let whose = format_args!("type {ix}");
        match ty {
            Type::List(of) | Type::Map(of) | Type::Optional(of) | Type::Result(of) => {
                within(of.index(), plan.types.len(), "type", whose)?;
                let record = matches!(plan.types.get(of.index()), Some(Type::Record { .. }));
                if of.index() >= ix && !record {
                    return Err(format!("{whose} refers to type {}, which does not stand before it", of.0));
                }
            }
            Type::Record { fields, .. } => {
                for field in fields {
                    within(field.ty.index(), plan.types.len(), "type", whose)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

pub(super) fn tables(plan: &Plan, needs: &Needs) -> Checked {
    let alone = |expr: ExprIx, whose: &dyn std::fmt::Display| needs.fits(expr, std::iter::empty(), 0, whose);
    for ty in &plan.types {
        let Type::Record { name, fields } = ty else { continue };
        for default in fields.iter().filter_map(|field| field.default) {
            alone(default, &format_args!("record `{name}`"))?;
        }
    }
    for function in &plan.functions {
        let whose = format!("function `{}`", function.name);
        needs.fits(function.body, std::iter::empty(), function.params, &whose)?;
    }
    for constant in &plan.constants {
        alone(constant.value, &format_args!("constant `{}`", constant.name))?;
    }
    for metric in &plan.metrics {
        within(metric.ty.index(), plan.types.len(), "type", format_args!("metric `{}`", metric.name))?;
    }
    for (name, entries) in &plan.agents {
        for (_, value) in entries {
            alone(*value, &format_args!("agent `{name}`"))?;
        }
    }
    for gate in &plan.gates {
        for metric in &gate.metrics {
            within(metric.index(), plan.metrics.len(), "metric", format_args!("gate `{}`", gate.name))?;
        }
    }
    for (count, spans, what) in [
        (plan.exprs.len(), plan.spans.exprs.len(), "expressions"),
        (plan.nodes.len(), plan.spans.nodes.len(), "statements"),
    ] {
        if spans != count && spans != 0 {
            return Err(format!("{spans} places for {count} {what}"));
        }
    }
    Ok(())
}
