//! Statements, scopes and handlers.

use std::fmt::Write;

use super::{Printer, expr};
use crate::plan::ir::{
    AfterRollback, Approve, BlockIx, Condition, For, Gate, GateIx, GateSeverity, Handler, HandlerBody, HandlerIx, Node,
    NodeIx, Parallel, Policy, Scope, Verdict,
};

/// ` fresh 3..5` where something is unset.
fn fresh(ranges: &[[u32; 2]]) -> String {
    ranges.iter().map(|[from, to]| format!(" fresh {from}..{to}")).collect()
}

fn policy(policy: Policy) -> &'static str {
    match policy {
        Policy::Cancel => "",
        Policy::KeepGoing => " keep-going",
        Policy::Collect => " collect",
    }
}

impl<'a> Printer<'a> {
    pub(super) fn block(&mut self, ix: BlockIx) {
        let plan = self.plan;
        for node in plan.blocks.get(ix.index()).into_iter().flatten() {
            self.node(*node);
        }
    }

    fn titled(&mut self, title: &str, block: BlockIx) {
        self.line(title);
        self.deeper(|to| to.block(block));
    }

    pub(super) fn scope(&mut self, scope: &'a Scope) {
        self.clause("title", scope.title);
        self.clause("timeout", scope.timeout);
        for (name, value) in &scope.budget {
            self.clause(&format!("budget {name}"), Some(*value));
        }
        if let Some(mode) = &scope.mode {
            self.line(format!("mode {mode}"));
        }
        for gate in &scope.gates {
            self.gate("attached gate", *gate);
        }
        self.block(scope.block);
        for handler in &scope.handlers {
            self.handler(*handler);
        }
        for (title, blocks) in
            [("on success", &scope.on_success), ("on rollback", &scope.on_rollback), ("finally", &scope.finally)]
        {
            for block in blocks {
                self.titled(title, *block);
            }
        }
        if !scope.fresh.is_empty() {
            self.line(fresh(&scope.fresh).trim_start());
        }
    }

    pub(super) fn handler(&mut self, ix: HandlerIx) {
        let plan = self.plan;
        let Some(Handler { kinds, slot, max, body, fresh: ranges }) = plan.handlers.get(ix.index()) else { return };
        let mut head = String::from("on failure");
        if !kinds.is_empty() {
            let _ = write!(head, " ({})", kinds.join(", "));
        }
        if let Some(slot) = slot {
            let _ = write!(head, " as ${slot}");
        }
        if let Some(max) = max {
            let _ = write!(head, " max {}", self.expr(*max));
        }
        head.push_str(&fresh(ranges));
        match body {
            HandlerBody::Block(block) => self.titled(&head, *block),
            HandlerBody::Use(body) => {
                let name = plan.bodies.get(body.index()).map_or("?", |body| body.name.as_str());
                self.line(format!("{head} use {name}"));
            }
        }
    }

    fn node(&mut self, ix: NodeIx) {
        let plan = self.plan;
        let Some(node) = plan.nodes.get(ix.index()) else { return };
        match node {
            Node::Step(step) => self.step(step),
            Node::Set { up, slot, value } => {
                let up = if *up > 0 { format!("^{up}") } else { String::new() };
                self.clause(&format!("{up}${slot} ="), Some(*value));
            }
            Node::If { branches, otherwise } => {
                for (at, (condition, block)) in branches.iter().enumerate() {
                    let word = if at > 0 { "else if" } else { "if" };
                    let condition = match condition {
                        Condition::Holds(condition) => self.expr(*condition),
                        Condition::Some { slot, value } => format!("let ${slot} = {}", self.expr(*value)),
                    };
                    self.titled(&format!("{word} {condition}"), *block);
                }
                if let Some(block) = otherwise {
                    self.titled("else", *block);
                }
            }
            Node::Match { subject, arms } => {
                self.clause("match", Some(*subject));
                for arm in arms {
                    let slot = arm.slot.map(|slot| format!(" ${slot}")).unwrap_or_default();
                    self.titled(&format!("{}{slot} =>", expr::pattern(plan, &arm.pattern)), arm.block);
                }
            }
            Node::For(each) => self.each(each),
            Node::Parallel(parallel) => self.parallel(parallel),
            Node::Repeat { max, until, body, fresh: ranges } => {
                let (max, until) = (self.expr(*max), self.expr(*until));
                self.titled(&format!("repeat max {max} until {until}{}", fresh(ranges)), *body);
            }
            Node::Scope(scope) => {
                self.line("scope");
                self.deeper(|to| to.scope(scope));
            }
            Node::Gate(gate) => self.gate("gate", *gate),
            Node::Approve(approve) => self.approve(approve),
            _ => self.simple(node),
        }
    }

    fn simple(&mut self, node: &Node) {
        let plan = self.plan;
        match node {
            Node::Checkpoint { name, include } if include.is_empty() => self.line(format!("checkpoint {name}")),
            Node::Checkpoint { name, include } => {
                let include = self.exprs(include);
                self.line(format!("checkpoint {name} include {include}"));
            }
            Node::Seal => self.line("seal"),
            Node::Metric { metric, value } => {
                let name = plan.metrics.get(metric.index()).map_or("?", |metric| metric.name.as_str());
                self.clause(&format!("metric {name} ="), Some(*value));
            }
            Node::Emit { kind, text } => {
                let kind = format!("emit {kind:?}").to_lowercase();
                self.clause(&kind, Some(*text));
            }
            Node::Fail { kind, message } => self.clause(&format!("fail {kind}"), Some(*message)),
            Node::Return { values } => {
                let values = values.iter().map(|(name, value)| format!("{name}: {}", self.expr(*value)));
                let values = values.collect::<Vec<_>>().join(", ");
                self.line(format!("return ({values})"));
            }
            Node::Verdict(verdict) => self.verdict(verdict),
            _ => {}
        }
    }

    fn verdict(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Retry(None) => self.line("retry"),
            Verdict::Retry(count) => self.clause("retry", *count),
            Verdict::Continue(values) => {
                let values = values.iter().map(|(name, value)| format!("{name}: {}", self.expr(*value)));
                let values = values.collect::<Vec<_>>().join(", ");
                self.line(if values.is_empty() { "continue".into() } else { format!("continue ({values})") });
            }
            Verdict::Abort => self.line("abort"),
            Verdict::Escalate(message) => self.clause("escalate", Some(*message)),
            Verdict::Rollback { to, then } => {
                let to = to.as_ref().map(|to| format!(" to {to}")).unwrap_or_default();
                let then = match then {
                    AfterRollback::End => "",
                    AfterRollback::Retry => " retry",
                    AfterRollback::Continue => " continue",
                };
                self.line(format!("rollback{to}{then}"));
            }
        }
    }

    fn each(&mut self, each: &'a For) {
        let parallel = each.parallel.as_ref();
        let mut head = if parallel.is_some() { String::from("parallel for") } else { String::from("for") };
        let _ = write!(head, " ${} in {}", each.slot, self.expr(each.list));
        for (word, value) in [
            (" by", each.key),
            (" after", each.after.or(parallel.and_then(|parallel| parallel.after))),
            (" max", parallel.and_then(|parallel| parallel.max)),
        ] {
            if let Some(value) = value {
                let _ = write!(head, "{word} {}", self.expr(value));
            }
        }
        if let Some(parallel) = parallel {
            let _ = write!(head, "{} slots {}", policy(parallel.policy), parallel.slots);
        }
        head.push_str(&fresh(&each.fresh));
        if let Some((slot, _)) = each.result {
            let _ = write!(head, " -> ${slot}");
        }
        self.titled(&head, each.body);
        self.deeper(|to| to.clause("yield", each.result.and_then(|(_, value)| value)));
    }

    fn parallel(&mut self, parallel: &'a Parallel) {
        let mut head = String::from("parallel");
        if let Some(max) = parallel.max {
            let _ = write!(head, " max {}", self.expr(max));
        }
        head.push_str(policy(parallel.policy));
        if let Some(slot) = parallel.result {
            let _ = write!(head, " -> ${slot}");
        }
        self.line(head);
        self.deeper(|to| {
            for (name, block) in parallel.names.iter().zip(&parallel.branches) {
                to.titled(&format!("branch {name}"), *block);
            }
        });
    }

    fn gate(&mut self, word: &str, ix: GateIx) {
        let plan = self.plan;
        let Some(Gate { name, title, condition, text, severity, waivable, advice, metrics }) =
            plan.gates.get(ix.index())
        else {
            return;
        };
        let severity = match severity {
            GateSeverity::Warn => " warn",
            GateSeverity::Fail => "",
            GateSeverity::Critical => " critical",
        };
        let condition = self.expr(*condition);
        self.line(format!("{word} {name:?}: {condition}{severity}"));
        self.deeper(|to| {
            to.line(format!("written {text:?}"));
            to.clause("title", *title);
            if let Some((role, hold)) = waivable {
                let (role, hold) = (to.expr(*role), to.expr(*hold));
                to.line(format!("waivable by {role} for {hold}"));
            }
            to.clause("advice", *advice);
            let metrics = metrics.iter().filter_map(|ix| plan.metrics.get(ix.index()));
            let metrics = metrics.map(|metric| metric.name.as_str()).collect::<Vec<_>>().join(", ");
            if !metrics.is_empty() {
                to.line(format!("reads {metrics}"));
            }
        });
    }

    fn approve(&mut self, approve: &Approve) {
        let slot = approve.slot.map(|slot| format!(" ${slot}")).unwrap_or_default();
        let question = self.expr(approve.question);
        self.line(format!("approve {}{slot} {question}", approve.name));
        self.deeper(|to| {
            for (text, value) in &approve.show {
                to.clause(&format!("show {text:?}"), Some(*value));
            }
            to.clause("within", approve.within);
            to.clause("by", approve.by);
        });
    }
}
