//! Metrics, gates and approvals.

use super::{Lower, written};
use crate::check::facts::GlobalId;
use crate::plan::ir::{self, Expr, GateIx, MetricIx, Node};
use crate::source::Span;
use crate::syntax::tree::{self, Approve, ApproveEntry, Gate, ItemKind, Metric};
use ecow::{EcoString, eco_format};

/// Without the brackets around it.
fn unwrapped(expr: &tree::Expr) -> &tree::Expr {
    match &expr.kind {
        tree::ExprKind::Paren(inner) => unwrapped(inner),
        _ => expr,
    }
}

impl<'a> Lower<'a> {
    /// The metric of that name.
    pub(super) fn metric(&mut self, name: &EcoString, span: Span) -> Option<MetricIx> {
        let metric = self.cx.metrics.get(name).copied();
        if metric.is_none() {
            self.fault(span, "a metric that nothing publishes");
        }
        metric
    }

    /// The latest value of a metric.
    pub(super) fn read_metric(&mut self, name: &EcoString, span: Span) -> Expr {
        match self.metric(name, span) {
            Some(metric) => {
                self.cx.metric_reads.push(metric);
                Expr::Metric(metric)
            }
            None => Expr::None,
        }
    }

    pub(super) fn metric_stmt(&mut self, metric: &'a Metric) -> Node {
        let value = self.expr(&metric.value);
        match self.metric(&metric.name.text, metric.name.span) {
            Some(metric) => Node::Metric { metric, value },
            None => Node::Seal,
        }
    }

    pub(super) fn gate(&mut self, gate: &'a Gate) -> GateIx {
        let title = self.maybe_text(gate.title.as_ref());
        self.cx.metric_reads.clear();
        let condition = self.deciding(&gate.condition);
        let mut metrics = std::mem::take(&mut self.cx.metric_reads);
        metrics.sort_unstable();
        metrics.dedup();
        let waivable = gate.waivable.as_ref().map(|(role, hold)| (self.text(role), self.expr(hold)));
        let advice = self.maybe_text(gate.advice.as_ref());
        let text = written::expr(unwrapped(&gate.condition));
        let name = gate.name.as_ref().map_or_else(|| text.clone(), |name| name.text.clone());
        let severity = gate.severity;
        self.plan.gates.push(ir::Gate { name, title, condition, text, severity, waivable, advice, metrics });
        GateIx(self.plan.gates.len() as u32 - 1)
    }

    /// The gates of a `gates` item, judged against the metrics of the present workflow.
    pub(super) fn gates(&mut self, id: GlobalId) -> Vec<GateIx> {
        self.prepare(id);
        let metrics = self.cx.metrics.clone();
        let gates = self.inside(id, |lower, item| {
            lower.cx.metrics = metrics;
            match &item.kind {
                ItemKind::Gates(gates) => gates.entries.iter().map(|gate| lower.gate(gate)).collect(),
                _ => Vec::new(),
            }
        });
        gates.unwrap_or_default()
    }

    pub(super) fn approve(&mut self, approve: &'a Approve) -> ir::Approve {
        let question = self.text(&approve.question);
        let mut lowered =
            ir::Approve { name: EcoString::new(), slot: None, question, show: Vec::new(), within: None, by: None };
        for entry in &approve.entries {
            match entry {
                ApproveEntry::Show(shown) => {
                    for expr in shown {
                        let value = self.expr(expr);
                        lowered.show.push((written::expr(unwrapped(expr)), value));
                    }
                }
                ApproveEntry::Within(within) => lowered.within = Some(self.expr(within)),
                ApproveEntry::By(role) => lowered.by = Some(self.text(role)),
            }
        }
        match &approve.name {
            Some(name) => {
                lowered.name = name.text.clone();
                lowered.slot = Some(self.declare(name));
            }
            None => {
                self.cx.approvals += 1;
                lowered.name = eco_format!("approval-{}", self.cx.approvals);
            }
        }
        lowered
    }
}
