//! Expressions where a task stands.

use std::sync::Arc;

use ecow::EcoString;

use super::frame::FrameId;
use super::input::Raw;
use super::mentions::hidden;
use super::run::Run;
use super::state::State;
use super::task::TaskId;
use crate::eval::{self, Context, EvalError, Fit};
use crate::plan::ir::{AttemptVar, ConstIx, ExprIx, MetricIx, NodeIx, Pattern, Plan, RunVar};
use crate::value::{Failure, Fields, Value};

/// What expressions look at: a frame, and perhaps an attempt.
pub(crate) struct Place<'a> {
    pub plan: &'a Plan,
    pub s: &'a State,
    pub frame: FrameId,
    /// What the attempt came to, and which attempt of its step it is.
    pub attempt: Option<(&'a Raw, u32)>,
    pub outputs: Option<&'a Fields>,
}

impl Context for Place<'_> {
    fn local(&self, up: u32, slot: u32) -> Option<Value> {
        self.s.frames.get(self.s.frames.outwards(self.frame, up), slot).cloned()
    }

    fn constant(&self, constant: ConstIx) -> Option<Value> {
        self.s.constants.get(constant.index()).cloned()
    }

    fn environment(&self, name: &str) -> Option<Value> {
        let value = self.s.start.environment.get(name);
        Some(value.map_or(Value::None, |value| Value::str(value.as_str())))
    }

    fn attempt(&self, var: AttemptVar) -> Option<Value> {
        let Some((raw, number)) = self.attempt else {
            return self.outputs.and_then(|outputs| outputs.get(&hidden(var))).cloned();
        };
        Some(match var {
            AttemptVar::Stdout => Value::Str(raw.stdout.clone()),
            AttemptVar::Stderr => Value::Str(raw.stderr.clone()),
            AttemptVar::Exit => match raw.ending {
                super::input::Ending::Exit(code) => Value::Int(code.into()),
                _ => Value::None,
            },
            AttemptVar::Duration => Value::Duration(raw.duration),
            AttemptVar::Attempt => Value::Int(number.into()),
        })
    }

    fn output(&self, name: &str) -> Option<Value> {
        self.outputs.map(|outputs| outputs.get(name).cloned().unwrap_or_default())
    }

    fn metric(&self, metric: MetricIx) -> Option<Value> {
        self.s.frames.metric(self.frame, metric).filter(|value| **value != Value::None).cloned()
    }

    fn baseline(&self, metric: MetricIx) -> Option<Value> {
        let name = &self.plan.metrics.get(metric.index())?.name;
        Some(self.s.start.baselines.get(name).cloned().unwrap_or_default())
    }

    fn run(&self, var: RunVar) -> Option<Value> {
        Some(match var {
            RunVar::Id => Value::str(self.s.start.run.as_str()),
            RunVar::Started => Value::Time(self.s.started),
            RunVar::Priority => Value::Variant(self.s.start.options.priority.clone()),
            RunVar::Workflow => Value::Str(self.plan.name.clone()),
            RunVar::Mode => Value::Variant(self.s.mode.name().into()),
        })
    }
}

impl Run<'_> {
    fn at<'p>(&'p self, frame: FrameId, outputs: Option<&'p Fields>) -> Place<'p> {
        Place { plan: self.plan, s: self.s, frame, attempt: None, outputs }
    }

    fn here(&self, t: TaskId) -> Place<'_> {
        self.at(self.task(t).frame, None)
    }

    fn fault(&self, error: &EvalError) -> Failure {
        error.failure(self.plan)
    }

    pub fn eval(&self, t: TaskId, expr: ExprIx) -> Result<Value, Failure> {
        self.eval_in(self.task(t).frame, expr)
    }

    pub fn eval_in(&self, frame: FrameId, expr: ExprIx) -> Result<Value, Failure> {
        eval::eval(self.plan, expr, &self.at(frame, None)).map_err(|error| self.fault(&error))
    }

    /// Where `Output` gives these.
    pub fn eval_seeing(&self, frame: FrameId, expr: ExprIx, outputs: &Fields) -> Result<Value, Failure> {
        eval::eval(self.plan, expr, &self.at(frame, Some(outputs))).map_err(|error| self.fault(&error))
    }

    pub fn text(&self, t: TaskId, expr: ExprIx) -> Result<EcoString, Failure> {
        self.text_in(self.task(t).frame, expr)
    }

    pub fn text_in(&self, frame: FrameId, expr: ExprIx) -> Result<EcoString, Failure> {
        let text = eval::text_of(self.plan, expr, &self.at(frame, None));
        text.map(EcoString::from).map_err(|error| self.fault(&error))
    }

    pub fn texts_in(&self, frame: FrameId, list: ExprIx) -> Result<Vec<EcoString>, Failure> {
        let values = eval::list_of(self.plan, list, &self.at(frame, None)).map_err(|error| self.fault(&error))?;
        Ok(values.iter().map(|value| value.to_text().into()).collect())
    }

    pub fn list(&self, t: TaskId, expr: ExprIx) -> Result<Arc<Vec<Value>>, Failure> {
        eval::list_of(self.plan, expr, &self.here(t)).map_err(|error| self.fault(&error))
    }

    pub fn bool(&self, t: TaskId, expr: ExprIx) -> Result<bool, Failure> {
        eval::bool_of(self.plan, expr, &self.here(t)).map_err(|error| self.fault(&error))
    }

    pub fn int(&self, t: TaskId, expr: ExprIx) -> Result<i64, Failure> {
        self.int_in(self.task(t).frame, expr)
    }

    pub fn int_in(&self, frame: FrameId, expr: ExprIx) -> Result<i64, Failure> {
        eval::int_of(self.plan, expr, &self.at(frame, None)).map_err(|error| self.fault(&error))
    }

    pub fn duration(&self, t: TaskId, expr: ExprIx) -> Result<i64, Failure> {
        self.duration_in(self.task(t).frame, expr)
    }

    pub fn duration_in(&self, frame: FrameId, expr: ExprIx) -> Result<i64, Failure> {
        eval::duration_of(self.plan, expr, &self.at(frame, None)).map_err(|error| self.fault(&error))
    }

    pub fn time_in(&self, frame: FrameId, expr: ExprIx) -> Result<i64, Failure> {
        match self.eval_in(frame, expr)? {
            Value::Time(time) => Ok(time),
            other => Err(super::run::failure("internal", format!("time expected, found {}", other.type_name()))),
        }
    }

    /// What the pattern binds, if it accepts the value.
    pub fn fits(&self, t: TaskId, pattern: &Pattern, value: &Value) -> Result<Option<Value>, Failure> {
        match eval::fits(self.plan, pattern, value, &self.here(t)).map_err(|error| self.fault(&error))? {
            Fit::No => Ok(None),
            Fit::Yes(bound) => Ok(Some(bound.unwrap_or_else(|| value.clone()))),
        }
    }

    /// What a condition reads, for `wf why`.
    pub fn operands(&self, t: TaskId, condition: ExprIx, into: &mut Fields) {
        into.extend(eval::operands(self.plan, condition, &self.here(t)));
    }

    /// Where the source has an expression.
    pub fn place(&self, expr: ExprIx) -> Option<String> {
        self.plan.place(expr)
    }

    /// Where the source has a statement.
    pub fn node_place(&self, node: NodeIx) -> Option<String> {
        let [source, _, _, line, column] = self.plan.spans.nodes.get(node.index())?;
        let (name, _) = self.plan.about.sources.get(*source as usize)?;
        Some(format!("{name}:{line}:{column}"))
    }
}
