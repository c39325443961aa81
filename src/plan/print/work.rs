//! Steps, actions and their clauses.

use super::Printer;
use crate::plan::ir::{
    Action, BodyIx, Does, Effects, ExprIx, HoleStyle, Output, Retry, Risk, ScriptPiece, Step, Undo, Work, WorkIx,
};

impl<'a> Printer<'a> {
    pub(super) fn step(&mut self, step: &'a Step) {
        let title = step.title.map(|title| format!(" {}", self.expr(title))).unwrap_or_default();
        let list = |word: &str, slots: &[u32]| -> String {
            let slots: Vec<String> = slots.iter().map(|slot| format!("${slot}")).collect();
            if slots.is_empty() { String::new() } else { format!(" {word} {}", slots.join(", ")) }
        };
        let needs = list("needs", &step.needs);
        let after = list("after", &step.after);
        self.line(format!("step {} ${}{title}{needs}{after}", step.name, step.slot));
        self.deeper(|to| {
            to.does(&step.does);
            to.outputs(&step.outputs);
            to.timing(step.timeout, step.total, step.retry.as_ref());
            to.undo(step.undo.as_deref());
            to.clause("risky", step.risky);
            to.clause("queue", step.queue);
            if let Some(session) = step.session {
                to.line(format!("session ${session}"));
            }
            for (name, value) in &step.budget {
                to.clause(&format!("budget {name}"), Some(*value));
            }
            for handler in &step.handlers {
                to.handler(*handler);
            }
        });
    }

    fn does(&mut self, does: &'a Does) {
        match does {
            Does::Work(work) => self.work(*work),
            Does::Command { body, args } => self.run("run @", *body, args),
            Does::Workflow { body, args } => self.run("run ", *body, args),
        }
    }

    fn run(&mut self, word: &str, body: BodyIx, args: &[Option<ExprIx>]) {
        let Some(body) = self.plan.bodies.get(body.index()) else { return };
        let args = body.params.iter().zip(args).filter_map(|(param, value)| Some((&param.name, (*value)?)));
        let args: Vec<String> = args.map(|(name, value)| format!("{name}: {}", self.expr(value))).collect();
        self.line(format!("{word}{}({})", body.name, args.join(", ")));
    }

    fn timing(&mut self, timeout: Option<ExprIx>, total: Option<ExprIx>, retry: Option<&Retry>) {
        self.clause("timeout", timeout);
        self.clause("total", total);
        if let Some(Retry { count, kinds, backoff, most }) = retry {
            self.clause("retry", Some(*count));
            self.deeper(|to| {
                if !kinds.is_empty() {
                    to.line(format!("if {}", kinds.join(", ")));
                }
                to.clause("backoff", *backoff);
                to.clause("to", *most);
            });
        }
    }

    fn undo(&mut self, undo: Option<&'a Undo>) {
        let Some(undo) = undo else { return };
        self.line(if undo.on_attempt { "undo on attempt" } else { "undo" });
        self.deeper(|to| to.does(&undo.does));
    }

    fn outputs(&mut self, outputs: &[Output]) {
        for output in outputs {
            let value = output.value.map(|value| format!(" = {}", self.expr(value))).unwrap_or_default();
            let ty = self.ty(output.ty);
            self.line(format!("output {}: {ty}{value}", output.name));
        }
    }

    pub(super) fn work(&mut self, ix: WorkIx) {
        let plan = self.plan;
        let Some(work) = plan.works.get(ix.index()) else { return };
        self.action(&work.action);
        self.details(work);
        self.effects(&work.effects);
        self.undo(work.undo.as_deref());
    }

    fn details(&mut self, work: &'a Work) {
        self.outputs(&work.outputs);
        self.timing(work.timeout, work.total, work.retry.as_ref());
        for fails in &work.fails_as {
            let late = if fails.late { " (late)" } else { "" };
            self.clause(&format!("fails as {}{late} if", fails.kind), Some(fails.condition));
        }
        if !work.exits.is_empty() {
            let exits = self.exprs(&work.exits);
            self.line(format!("exits {exits}"));
        }
        for (name, value) in &work.env {
            self.clause(&format!("env {name} ="), Some(*value));
        }
        self.clause("args", work.args);
        self.clause("stdin", work.stdin);
        self.clause("cwd", work.cwd);
        if let Some(cache) = &work.cache {
            match cache.hold {
                Some(_) => self.clause("cache for", cache.hold),
                None => self.line("cache"),
            }
        }
        self.clause("queue", work.queue);
    }

    fn effects(&mut self, effects: &Effects) {
        for (word, list) in [("reads", &effects.reads), ("writes", &effects.writes), ("net", &effects.net)] {
            if let Some(list) = list {
                let list = if list.is_empty() { "none".into() } else { self.exprs(list) };
                self.line(format!("{word} {list}"));
            }
        }
        if effects.idempotent {
            self.line("idempotent");
        }
        self.clause("irreversible", effects.irreversible);
        self.clause("risky", effects.risky);
        self.line(match effects.risk {
            Risk::Safe => "risk safe",
            Risk::Unknown => "risk unknown",
            Risk::Risky => "risk risky",
        });
    }

    fn action(&mut self, action: &'a Action) {
        match action {
            Action::Exec { argv } => {
                let argv = self.exprs(argv);
                self.line(format!("exec [{argv}]"));
            }
            Action::Script { language, pieces } => {
                self.line(format!("{language:?}").to_lowercase());
                self.deeper(|to| {
                    for piece in pieces {
                        to.piece(piece);
                    }
                });
            }
            Action::Agent { agent, prompt } => {
                let name = agent.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
                self.clause(&format!("agent{name}"), Some(*prompt));
            }
            Action::Ask { question } => self.clause("ask", Some(*question)),
            Action::Wait { until: false, value } => self.clause("wait", Some(*value)),
            Action::Wait { until: true, value } => self.clause("wait until", Some(*value)),
            Action::Host { name, args } => {
                let args: Vec<String> =
                    args.iter().map(|(name, value)| format!("{name}: {}", self.expr(*value))).collect();
                self.line(format!("host {name}({})", args.join(", ")));
            }
        }
    }

    fn piece(&mut self, piece: &ScriptPiece) {
        match piece {
            ScriptPiece::Text(text) => self.line(format!("{text:?}")),
            ScriptPiece::Raw(value) => self.clause("raw", Some(*value)),
            ScriptPiece::Hole { value, style } => {
                let style = match style {
                    HoleStyle::Word => "word",
                    HoleStyle::Words => "words",
                    HoleStyle::Inside => "inside",
                    HoleStyle::Reopen => "reopen",
                    HoleStyle::Ansi => "ansi",
                };
                self.clause(style, Some(*value));
            }
        }
    }
}
