//! Nothing calls itself: neither workflows, commands and handlers, nor functions.

use super::Checked;
use crate::plan::ir::*;

pub(super) fn acyclic(plan: &Plan) -> Checked {
    if let Some(at) = cycle(&bodies(plan)) {
        let name = plan.bodies.get(at).map_or("", |body| body.name.as_str());
        return Err(format!("`{name}` runs itself"));
    }
    if let Some(at) = cycle(&functions(plan)) {
        let name = plan.functions.get(at).map_or("", |function| function.name.as_str());
        return Err(format!("function `{name}` calls itself"));
    }
    Ok(())
}

/// Which bodies each body runs. Blocks and works belong to one body each, which [`super::flow`] has seen to.
fn bodies(plan: &Plan) -> Vec<Vec<usize>> {
    plan.bodies.iter().map(|body| called_by(plan, body)).collect()
}

fn called_by(plan: &Plan, body: &Body) -> Vec<usize> {
    let mut called = Vec::new();
    let mut blocks = Vec::new();
    let mut works = Vec::new();
    let mut scopes = Vec::new();
    match &body.kind {
        BodyKind::Workflow(scope) => scopes.push(&**scope),
        BodyKind::Command(work) => works.push(*work),
        BodyKind::Handler(block) => blocks.push(*block),
    }
    let mut handlers = Vec::new();
    let does = |does: &Does, works: &mut Vec<WorkIx>, called: &mut Vec<usize>| match does {
        Does::Work(work) => works.push(*work),
        Does::Command { body, .. } | Does::Workflow { body, .. } => called.push(body.index()),
    };
    loop {
        if let Some(scope) = scopes.pop() {
            blocks.push(scope.block);
            blocks.extend(scope.on_success.iter().chain(&scope.on_rollback).chain(&scope.finally));
            handlers.extend(&scope.handlers);
        } else if let Some(handler) = handlers.pop() {
            match plan.handlers.get(HandlerIx::index(handler)).map(|handler| &handler.body) {
                Some(HandlerBody::Block(block)) => blocks.push(*block),
                Some(HandlerBody::Use(body)) => called.push(body.index()),
                None => {}
            }
        } else if let Some(work) = works.pop() {
            let undo = plan.works.get(WorkIx::index(work)).and_then(|work| work.undo.as_ref());
            undo.iter().for_each(|undo| does(&undo.does, &mut works, &mut called));
        } else if let Some(block) = blocks.pop() {
            for node in plan.blocks.get(BlockIx::index(block)).into_iter().flatten() {
                match plan.nodes.get(node.index()) {
                    Some(Node::Step(step)) => {
                        does(&step.does, &mut works, &mut called);
                        step.undo.iter().for_each(|undo| does(&undo.does, &mut works, &mut called));
                        handlers.extend(&step.handlers);
                    }
                    Some(Node::Scope(scope)) => scopes.push(scope),
                    Some(other) => other.blocks(|block| blocks.push(block)),
                    None => {}
                }
            }
        } else {
            return called;
        }
    }
}

/// Which functions each function calls. Expressions shared by two functions are looked at for both.
fn functions(plan: &Plan) -> Vec<Vec<usize>> {
    let called = |function: &Function| {
        let mut called = Vec::new();
        let mut seen = rustc_hash::FxHashSet::default();
        let mut open = vec![function.body];
        while let Some(ix) = open.pop() {
            let Some(expr) = plan.exprs.get(ix.index()).filter(|_| seen.insert(ix)) else { continue };
            if let Expr::Call { function, .. } = expr {
                called.push(function.index());
            }
            expr.operands(|operand| open.push(operand));
        }
        called
    };
    plan.functions.iter().map(called).collect()
}

/// A node on a cycle of a graph, found without recursion.
fn cycle(edges: &[Vec<usize>]) -> Option<usize> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; edges.len()];
    for start in 0..edges.len() {
        let mut stack = vec![(start, 0)];
        while let Some((at, next)) = stack.pop() {
            let Some(mark) = marks.get_mut(at).filter(|mark| **mark != Mark::Done) else { continue };
            *mark = Mark::Open;
            match edges.get(at).and_then(|edges| edges.get(next)) {
                Some(to) => {
                    stack.push((at, next + 1));
                    match marks.get(*to) {
                        Some(Mark::Open) => return Some(*to),
                        Some(Mark::New) => stack.push((*to, 0)),
                        _ => {}
                    }
                }
                None => {
                    if let Some(mark) = marks.get_mut(at) {
                        *mark = Mark::Done;
                    }
                }
            }
        }
    }
    None
}
