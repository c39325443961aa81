//! What a run of a plan would do: its statements in order, with actions, effects and risk, and what it would ask.

mod action;
mod frame;

use ecow::EcoString;

use crate::plan::ir::{
    BlockIx, BodyIx, BodyKind, Condition, Does, For, HandlerBody, HandlerIx, Node, NodeIx, Parallel, Plan, Risk, Scope,
    Step, Verdict, Work,
};
use crate::value::{Fields, text};
use frame::Frame;

/// One line of a preview.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct Line {
    /// How deep it stands.
    pub depth: usize,
    /// Number of the step in the order of the source, for steps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<u32>,
    /// What happens.
    pub text: String,
    /// More about it, a line each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<String>,
    /// How much trust it needs, for steps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk: Option<Risk>,
}

/// What a run would do.
#[derive(Clone, PartialEq, Debug, Default, serde::Serialize)]
pub struct Preview {
    /// Name of the workflow.
    pub workflow: EcoString,
    /// Digest of the plan.
    pub plan: EcoString,
    /// Its statements in order.
    pub lines: Vec<Line>,
    /// Number of steps, counted once each.
    pub steps: u32,
    /// Questions that a person would be asked.
    pub asks: Vec<String>,
    /// Steps that are risky, with why.
    pub risky: Vec<String>,
    /// Steps that have declared nothing.
    pub undeclared: Vec<String>,
    /// The first step after which not everything can be undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub point_of_no_return: Option<String>,
}

/// The preview of a run of `plan` with `inputs`. Expressions whose value is known from the inputs are shown by value,
/// others as `…`.
pub fn preview(plan: &Plan, inputs: &Fields) -> Preview {
    let out = Preview { workflow: plan.name.clone(), plan: plan.digest.clone(), ..Preview::default() };
    let mut writer = Writer { plan, out, depth: 0, calls: Vec::new() };
    let frame = Frame::entry(plan, inputs);
    writer.body(plan.entry, &frame);
    writer.out
}

struct Writer<'a> {
    plan: &'a Plan,
    out: Preview,
    depth: usize,
    /// Sub-workflows that are being shown.
    calls: Vec<BodyIx>,
}

impl<'a> Writer<'a> {
    fn line(&mut self, text: impl Into<String>) -> &mut Line {
        self.out.lines.push(Line { depth: self.depth, step: None, text: text.into(), details: Vec::new(), risk: None });
        let last = self.out.lines.len() - 1;
        &mut self.out.lines[last]
    }

    fn deeper(&mut self, write: impl FnOnce(&mut Self)) {
        self.depth += 1;
        write(self);
        self.depth -= 1;
    }

    fn body(&mut self, body: BodyIx, frame: &Frame) {
        let plan = self.plan;
        if let Some(BodyKind::Workflow(scope)) = plan.bodies.get(body.index()).map(|body| &body.kind) {
            self.calls.push(body);
            self.scope(scope, frame);
            self.calls.pop();
        }
    }

    fn scope(&mut self, scope: &'a Scope, frame: &Frame) {
        if let Some(timeout) = scope.timeout {
            self.line(format!("at most {}", frame.show(timeout)));
        }
        for handler in &scope.handlers {
            let text = self.handler(*handler);
            self.line(text);
        }
        self.block(scope.block, frame);
        for (word, blocks) in
            [("on success", &scope.on_success), ("on rollback", &scope.on_rollback), ("finally", &scope.finally)]
        {
            for block in blocks {
                self.titled(word, *block, frame);
            }
        }
    }

    fn titled(&mut self, title: &str, block: BlockIx, frame: &Frame) {
        self.line(title);
        self.deeper(|to| to.block(block, frame));
    }

    fn block(&mut self, block: BlockIx, frame: &Frame) {
        let plan = self.plan;
        for node in plan.blocks.get(block.index()).into_iter().flatten() {
            self.node(*node, frame);
        }
    }

    fn node(&mut self, ix: NodeIx, frame: &Frame) {
        let plan = self.plan;
        let Some(node) = plan.nodes.get(ix.index()) else { return };
        match node {
            Node::Step(step) => self.step(step, frame),
            Node::If { branches, otherwise } => {
                for (at, (condition, block)) in branches.iter().enumerate() {
                    let (Condition::Holds(value) | Condition::Some { value, .. }) = condition;
                    let word = if at == 0 { "if" } else { "else if" };
                    self.titled(&format!("{word} {}", frame.show(*value)), *block, frame);
                }
                if let Some(block) = otherwise {
                    self.titled("else", *block, frame);
                }
            }
            Node::Match { subject, arms } => {
                self.line(format!("match {}", frame.show(*subject)));
                self.deeper(|to| arms.iter().for_each(|arm| to.titled("one of", arm.block, frame)));
            }
            Node::For(each) => self.each(each, frame),
            Node::Parallel(parallel) => self.parallel(parallel, frame),
            Node::Repeat { max, body, .. } => {
                self.titled(&format!("repeat, at most {} times", frame.show(*max)), *body, frame)
            }
            Node::Scope(scope) => {
                let title = scope.title.map_or(String::new(), |title| format!(" {}", frame.show(title)));
                self.line(format!("scope{title}"));
                self.deeper(|to| to.scope(scope, frame));
            }
            Node::Approve(approve) => {
                let text = format!("approve {}: {}", approve.name, frame.show(approve.question));
                self.out.asks.push(text.clone());
                self.line(text);
            }
            Node::Checkpoint { name, .. } => drop(self.line(format!("checkpoint {name}"))),
            Node::Seal => drop(self.line("seal: nothing before this is undone any more")),
            Node::Gate(gate) => {
                if let Some(gate) = plan.gates.get(gate.index()) {
                    self.line(match gate.name == gate.text {
                        true => format!("gate {}", gate.text),
                        false => format!("gate {}: {}", gate.name, gate.text),
                    });
                }
            }
            Node::Metric { metric, .. } => {
                if let Some(metric) = plan.metrics.get(metric.index()) {
                    self.line(format!("metric {}{}", metric.name, if metric.claimed { " (claimed)" } else { "" }));
                }
            }
            Node::Emit { text, .. } => drop(self.line(format!("emit {}", frame.show(*text)))),
            Node::Fail { kind, message } => drop(self.line(format!("fail {kind}: {}", frame.show(*message)))),
            Node::Verdict(verdict) => drop(self.line(verdict_text(verdict))),
            Node::Set { .. } | Node::Return { .. } => {}
        }
    }

    fn each(&mut self, each: &'a For, frame: &Frame) {
        let word = if each.parallel.is_some() { "side by side for each of" } else { "for each of" };
        let inner = if each.parallel.is_some() { frame.below() } else { frame.clone() };
        self.titled(&format!("{word} {}", frame.show(each.list)), each.body, &inner);
    }

    fn parallel(&mut self, parallel: &'a Parallel, frame: &Frame) {
        let most = parallel.max.map_or(String::new(), |max| format!(", at most {} at once", frame.show(max)));
        self.line(format!("side by side{most}"));
        self.deeper(|to| parallel.branches.iter().for_each(|branch| to.block(*branch, frame)));
    }

    fn step(&mut self, step: &'a Step, frame: &Frame) {
        self.out.steps += 1;
        let number = self.out.steps;
        let title = step.title.map_or(String::new(), |title| format!(": {}", frame.show(title)));
        let work = self.plan.work_of(&step.does);
        let mut details = vec![action::text(self.plan, &step.does, frame)];
        details.extend(work.map(|work| action::effects(work, frame)).filter(|text| !text.is_empty()));
        details.extend(self.policies(step, work, frame));
        details.extend(step.handlers.iter().map(|handler| self.handler(*handler)));
        let risk = work.map(|work| if step.risky.is_some() { Risk::Risky } else { work.effects.risk });
        self.note(step, work, risk, frame);
        let line = self.line(format!("{}{title}", step.name));
        (line.step, line.details, line.risk) = (Some(number), details, risk);
        if let Does::Workflow { body, .. } = &step.does
            && !self.calls.contains(body)
        {
            let inner = Frame::unknown(self.plan);
            self.deeper(|to| to.body(*body, &inner));
        }
    }

    fn policies(&self, step: &Step, work: Option<&Work>, frame: &Frame) -> Vec<String> {
        let mut found = Vec::new();
        if let Some(timeout) = step.timeout.or_else(|| work.and_then(|work| work.timeout)) {
            found.push(format!("at most {}", frame.show(timeout)));
        }
        if let Some(retry) = step.retry.as_ref().or_else(|| work.and_then(|work| work.retry.as_ref())) {
            let kinds = if retry.kinds.is_empty() { String::new() } else { format!(" on {}", retry.kinds.join(", ")) };
            found.push(format!("retry {}{kinds}", frame.show(retry.count)));
        }
        if step.undo.is_some() || work.is_some_and(|work| work.undo.is_some()) {
            found.push("can be undone".to_owned());
        }
        if work.is_some_and(|work| work.cache.is_some()) {
            found.push("may be served from the cache".to_owned());
        }
        if found.is_empty() { found } else { vec![found.join("; ")] }
    }

    /// Keeps what the summary says about a step.
    fn note(&mut self, step: &Step, work: Option<&Work>, risk: Option<Risk>, frame: &Frame) {
        let why = step.risky.or_else(|| work.and_then(|work| work.effects.irreversible.or(work.effects.risky)));
        match risk {
            Some(Risk::Risky) => {
                let why = why.map_or(String::new(), |why| format!(": {}", frame.show(why)));
                self.out.risky.push(format!("{}{why}", step.name));
            }
            Some(Risk::Unknown) => self.out.undeclared.push(step.name.to_string()),
            _ => {}
        }
        let last = work.is_some_and(|work| work.effects.irreversible.is_some() && work.undo.is_none());
        if last && step.undo.is_none() && self.out.point_of_no_return.is_none() {
            self.out.point_of_no_return = Some(step.name.to_string());
        }
    }

    fn handler(&self, handler: HandlerIx) -> String {
        let Some(handler) = self.plan.handlers.get(handler.index()) else { return String::new() };
        let kinds = if handler.kinds.is_empty() { String::new() } else { format!(" ({})", handler.kinds.join(", ")) };
        let what = match &handler.body {
            HandlerBody::Use(body) => {
                let name = self.plan.bodies.get(body.index()).map_or("", |body| body.name.as_str());
                format!("use {name}")
            }
            HandlerBody::Block(block) => self.handler_block(*block),
        };
        format!("on failure{kinds}: {what}")
    }

    fn handler_block(&self, block: BlockIx) -> String {
        let nodes = self.plan.blocks.get(block.index()).into_iter().flatten();
        let parts: Vec<String> = nodes
            .filter_map(|node| match self.plan.nodes.get(node.index())? {
                Node::Step(step) => Some(step.name.to_string()),
                Node::Verdict(verdict) => Some(verdict_text(verdict)),
                _ => None,
            })
            .collect();
        if parts.is_empty() { "abort".to_owned() } else { parts.join(", then ") }
    }
}

fn verdict_text(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Retry(_) => "retry".to_owned(),
        Verdict::Continue(_) => "continue".to_owned(),
        Verdict::Abort => "abort".to_owned(),
        Verdict::Escalate(_) => "ask a person".to_owned(),
        Verdict::Rollback { to: Some(to), .. } => format!("roll back to {to}"),
        Verdict::Rollback { to: None, .. } => "roll back".to_owned(),
    }
}

impl Preview {
    /// As text, for a terminal.
    pub fn to_text(&self) -> String {
        let mut out =
            format!("{}, {} {}\n\n", self.workflow, self.steps, if self.steps == 1 { "step" } else { "steps" });
        for line in &self.lines {
            let number = line.step.map_or_else(|| "   ".to_owned(), |step| format!("{step:3}"));
            let indent = "  ".repeat(line.depth);
            let risk = match line.risk {
                Some(Risk::Risky) => "  [risky]",
                Some(Risk::Unknown) => "  [effects not declared]",
                _ => "",
            };
            out.push_str(&format!("{number} {indent}{}{risk}\n", line.text));
            for detail in &line.details {
                out.push_str(&format!("      {indent}{detail}\n"));
            }
        }
        out.push('\n');
        self.summary(&mut out);
        out
    }

    fn summary(&self, out: &mut String) {
        let mut list = |title: &str, entries: &[String]| {
            if !entries.is_empty() {
                out.push_str(&format!("{title}: {}\n", entries.join("; ")));
            }
        };
        list("asks a person", &self.asks);
        list("risky", &self.risky);
        list("effects not declared", &self.undeclared);
        if let Some(step) = &self.point_of_no_return {
            list("point of no return", std::slice::from_ref(step));
        }
        out.push_str("Nothing was run.\n");
    }
}

/// A duration or another value in a few characters.
fn brief(value: &crate::value::Value) -> String {
    let text = match value {
        crate::value::Value::Duration(ms) => text::duration(*ms),
        other => other.to_text(),
    };
    let line = text.lines().next().unwrap_or("");
    let short: String = line.chars().take(70).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}
