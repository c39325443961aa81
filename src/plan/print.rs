//! A plan as text, for people and for tests: bodies with their statements, expressions as in the source, `$n` for
//! slots (`^1$n` in the frame around), `%n` for what stands on the evaluation stack.

mod expr;
mod node;
mod work;

use std::fmt::Write;

use super::ir::{Body, BodyKind, ExprIx, Plan, TypeIx};

/// The text of a plan. The same plan, the same text; places and digests are left out.
pub fn print(plan: &Plan) -> String {
    let mut printer = Printer { plan, out: String::new(), depth: 0 };
    printer.head();
    for body in &plan.bodies {
        printer.out.push('\n');
        printer.body(body);
    }
    printer.out
}

struct Printer<'a> {
    plan: &'a Plan,
    out: String,
    depth: usize,
}

impl<'a> Printer<'a> {
    /// Writes a line.
    fn line(&mut self, text: impl AsRef<str>) {
        for _ in 0..self.depth {
            self.out.push_str("  ");
        }
        self.out.push_str(text.as_ref());
        self.out.push('\n');
    }

    /// Writes deeper lines.
    fn deeper(&mut self, write: impl FnOnce(&mut Self)) {
        self.depth += 1;
        write(self);
        self.depth -= 1;
    }

    fn head(&mut self) {
        let plan = self.plan;
        self.line(format!("plan {} (format {}, language {})", plan.name, plan.format, plan.language));
        for variable in &plan.environment {
            self.line(format!("environment {variable}"));
        }
        for constant in &plan.constants {
            let value = self.expr(constant.value);
            self.line(format!("let {} = {value}", constant.name));
        }
        for function in &plan.functions {
            let body = self.expr(function.body);
            self.line(format!("fn {}/{} = {body}", function.name, function.params));
        }
        for metric in &plan.metrics {
            let ty = self.ty(metric.ty);
            self.line(format!("metric {}: {ty}{}", metric.name, if metric.claimed { ", claimed" } else { "" }));
        }
        for (name, entries) in &plan.agents {
            self.line(format!("agent {name}"));
            self.deeper(|to| {
                for (key, value) in entries {
                    let value = to.expr(*value);
                    to.line(format!("{key} {value}"));
                }
            });
        }
    }

    fn body(&mut self, body: &'a Body) {
        let kind = match body.kind {
            BodyKind::Workflow(_) => "workflow",
            BodyKind::Command(_) => "command",
            BodyKind::Handler(_) => "handler",
        };
        let mut head = format!("{kind} {}(", body.name);
        for (at, param) in body.params.iter().enumerate() {
            let comma = if at > 0 { ", " } else { "" };
            let _ = write!(head, "{comma}{}: {}", param.name, self.ty(param.ty));
            if let Some(default) = param.default {
                let _ = write!(head, " = {}", self.expr(default));
            }
        }
        head.push(')');
        if !body.outputs.is_empty() {
            let outputs = body.outputs.iter().map(|(name, ty)| format!("{name}: {}", self.ty(*ty)));
            let _ = write!(head, " -> ({})", outputs.collect::<Vec<_>>().join(", "));
        }
        let _ = write!(head, " slots {}", body.slots);
        self.line(head);
        self.deeper(|to| match &body.kind {
            BodyKind::Workflow(scope) => to.scope(scope),
            BodyKind::Command(work) => to.work(*work),
            BodyKind::Handler(block) => to.block(*block),
        });
    }

    /// A clause that may be missing.
    fn clause(&mut self, name: &str, value: Option<ExprIx>) {
        if let Some(value) = value {
            let value = self.expr(value);
            self.line(format!("{name} {value}"));
        }
    }

    fn ty(&self, ty: TypeIx) -> String {
        expr::ty(self.plan, ty)
    }

    fn expr(&self, ix: ExprIx) -> String {
        expr::expr(self.plan, ix)
    }

    fn exprs(&self, list: &[ExprIx]) -> String {
        list.iter().map(|ix| self.expr(*ix)).collect::<Vec<_>>().join(", ")
    }
}
