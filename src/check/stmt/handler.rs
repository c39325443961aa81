//! Handlers, and the other clauses of scopes.

use crate::check::checker::{Checker, Target, Within};
use crate::check::errors;
use crate::check::facts::{Def, GlobalId, GlobalKind, LocalKind};
use crate::check::outline;
use crate::check::ty::Ty;
use crate::source::Span;
use crate::suggest;
use crate::syntax::tree::{
    Block, Body, Clause, ClauseKind, Handler, HandlerBody, ItemKind, Name, OnFailure, Path, Stmt, StmtKind,
};

impl Checker<'_> {
    /// The clauses of a scope, after its statements and in their block. Whether a handler can `continue` after it.
    pub fn scope_clauses(&mut self, body: &Body) -> bool {
        self.clause_places(&body.clauses, crate::check::stmt::clause::Place::Scope);
        let early = returns_early(&body.stmts);
        let mut continues = false;
        for clause in &body.clauses {
            match &clause.kind {
                ClauseKind::OnSuccess(block) if !early => self.epilogue(block),
                ClauseKind::OnSuccess(block) | ClauseKind::OnRollback(block) | ClauseKind::Finally(block) => {
                    let doubted = self.names.doubt();
                    self.epilogue(block);
                    self.names.trust(doubted);
                }
                ClauseKind::OnFailure(handler) => {
                    let doubted = self.names.doubt();
                    continues |= self.on_failure(handler, clause.span);
                    self.names.trust(doubted);
                }
                ClauseKind::Mode(mode) => self.mode(mode),
                ClauseKind::GateUse(path) => self.gate_use(path),
                ClauseKind::Timeout(_) | ClauseKind::Budget(_) => {
                    // Their values are needed before the body runs.
                    let doubted = self.names.doubt();
                    self.common_clause(clause);
                    self.names.trust(doubted);
                }
                _ => {}
            }
        }
        continues
    }

    fn epilogue(&mut self, block: &Block) {
        let within = Within { epilogue: true, handler: false, ..self.within };
        self.in_context(within, |cx| cx.block(block));
    }

    fn mode(&mut self, mode: &Name) {
        let known = ["autopilot", "supervised", "hybrid"];
        if !mode.is_missing() && !known.contains(&mode.text.as_str()) {
            self.report(errors::unknown_mode(self.at(mode.span), &mode.text, suggest::nearest(&mode.text, known)));
        }
    }

    fn gate_use(&mut self, path: &Path) {
        if let Some(id) = self.item_path(path, "a set of gates", |kind| matches!(kind, GlobalKind::Gates)) {
            self.attached.push((id, path.name.span));
        }
    }

    /// An item by its name or `module.name`, of the kind that `is` accepts.
    pub fn item_path(&mut self, path: &Path, wanted: &str, is: fn(&GlobalKind) -> bool) -> Option<GlobalId> {
        if path.name.is_missing() {
            return None;
        }
        let (scope, env) = (self.scope, self.env);
        let names = match &path.module {
            None => &scope.names,
            Some(module) => match scope.modules.get(&module.text) {
                Some(offers) => {
                    self.refer(module.span, Def::Module(module.text.clone()));
                    &offers.names
                }
                None => {
                    let near = suggest::nearest(&module.text, scope.modules.keys().map(ecow::EcoString::as_str));
                    self.report(errors::unknown_module(self.at(module.span), &module.text, near));
                    return None;
                }
            },
        };
        let place = self.at(path.name.span);
        match names.get(&path.name.text) {
            Some(id) if is(env.kind(*id)) => {
                self.refer(path.name.span, Def::Global(*id));
                Some(*id)
            }
            Some(id) => {
                self.report(errors::wrong_item(place, &path.name.text, wanted, env.kind(*id), env.place(*id)));
                None
            }
            None => {
                let near = if self.may_suggest() {
                    let fit = names.iter().filter(|(_, id)| is(env.kind(**id)));
                    suggest::nearest(&path.name.text, fit.map(|(name, _)| name.as_str()))
                } else {
                    None
                };
                let found = errors::unknown_item(place, &path.name.text, wanted, near);
                let command = wanted.ends_with("workflow") && self.scope.commands.contains_key(&path.name.text);
                self.report(if command { found.command_without_at(&path.name.text) } else { found });
                None
            }
        }
    }

    /// `on failure`: whether it can answer `continue`. What its `continue`s give is added to `continued`.
    pub(super) fn on_failure(&mut self, of: &OnFailure, clause: Span) -> bool {
        self.kinds(&of.kinds);
        if let Some(max) = &of.max {
            self.expect(max, &Ty::Int, None);
        }
        let outer = std::mem::take(&mut self.continued);
        match &of.body {
            HandlerBody::Block(block) => self.handler_body(of.binding.as_ref(), clause, &block.stmts),
            HandlerBody::Verdict(stmt) => {
                self.handler_body(of.binding.as_ref(), clause, std::slice::from_ref(&**stmt));
            }
            HandlerBody::Use(path, max) => {
                if let Some(max) = max {
                    self.expect(max, &Ty::Int, None);
                }
                self.use_handler(path);
            }
        }
        let mine = std::mem::replace(&mut self.continued, outer);
        let continues = !mine.is_empty();
        self.continued.extend(mine);
        continues
    }

    fn handler_body(&mut self, binding: Option<&Name>, clause: Span, stmts: &[Stmt]) {
        let implicit = Name { text: "failure".into(), span: Span::at(clause.start) };
        let within = Within { handler: true, ..self.within };
        self.in_context(within, |cx| {
            cx.block_of(|cx| {
                cx.declare(binding.unwrap_or(&implicit), LocalKind::Failure, Ty::Failure);
                cx.stmts(stmts)
            })
        });
    }

    fn use_handler(&mut self, path: &Path) {
        let Some(id) = self.item_path(path, "a handler", |kind| matches!(kind, GlobalKind::Handler)) else { return };
        if let Some(ItemKind::Handler(handler)) = self.env.item(id).map(|item| &item.kind) {
            self.continued.extend(outline::continues(&handler.body));
        }
    }

    /// A `handler` item: its body sees the failure and nothing else that is local.
    pub fn handler_item(&mut self, of: &Handler) {
        if let Some(max) = &of.max {
            self.expect(max, &Ty::Int, None);
        }
        self.target = Target::Anything;
        self.handler_body(None, of.body.span, &of.body.stmts);
    }

    /// The clauses that steps and scopes share.
    pub(super) fn common_clause(&mut self, clause: &Clause) {
        match &clause.kind {
            ClauseKind::Timeout(timeout) => {
                self.expect(&timeout.each, &Ty::Duration, None);
                if let Some(total) = &timeout.total {
                    self.expect(total, &Ty::Duration, None);
                }
            }
            ClauseKind::Budget(entries) => {
                for (name, value) in entries {
                    let want = match name.text.as_str() {
                        "tokens" => Ty::Int,
                        "usd" => Ty::Float,
                        "time" => Ty::Duration,
                        other => {
                            if !name.is_missing() {
                                let near = suggest::nearest(other, ["tokens", "usd", "time"]);
                                self.report(errors::unknown_budget(self.at(name.span), other, near));
                            }
                            Ty::Unknown
                        }
                    };
                    self.expect(value, &want, None);
                }
            }
            _ => {}
        }
    }
}

/// Whether a `return` stands anywhere but at the end.
fn returns_early(stmts: &[Stmt]) -> bool {
    let Some((last, before)) = stmts.split_last() else { return false };
    let inner = !matches!(last.kind, StmtKind::Return(_)) && outline::returns(std::slice::from_ref(last));
    inner || outline::returns(before)
}
