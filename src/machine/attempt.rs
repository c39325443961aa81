//! Attempts with everything resolved: no expression is left for the driver.

use ecow::EcoString;

use super::command::{Attempt, EnvValue, Resolved, ResolvedEffects};
use super::evaluate::Place;
use super::mentions::wanted;
use super::path::idempotency_key;
use super::run::{Run, failure};
use super::step::StepOf;
use super::task::TaskId;
use crate::eval::{self, EvalError};
use crate::plan::ir::{Action, Effects, ExprIx, HoleStyle, ScriptPiece, Work};
use crate::value::{Failure, Value};

/// Longest value in an environment variable, bytes: what Linux allows, less the name.
const LONGEST: usize = 128 * 1024 - 64;

type Env = Vec<(EcoString, EnvValue)>;

impl Run<'_> {
    /// The next attempt of the step on top.
    pub fn resolve(&self, t: TaskId, attempt: u64) -> Result<Attempt, Failure> {
        let missing = || failure("internal", "the plan has no action here");
        let run = self.step_run(t).ok_or_else(missing)?;
        let work = self.work(run.work).ok_or_else(missing)?;
        let frame = run.inner.unwrap_or(self.task(t).frame);
        let undo = matches!(run.of, StepOf::Undo(_));
        let outputs = undo.then_some(&run.outputs);
        let place = Place { plan: self.plan, s: self.s, frame, attempt: None, outputs };
        let generation = if undo { self.s.generation.saturating_add(1) } else { self.s.generation };
        let own = self.step_of(run.of).and_then(|step| step.queue);
        let queue = match own {
            Some(queue) => Some(self.text(t, queue)?.into()),
            None => None,
        };
        let mut resolved = Attempt {
            attempt,
            step: run.path.to_string(),
            number: run.attempt,
            key: idempotency_key(&self.s.start.run, if undo { &self.task(t).prefix } else { &run.path }, generation),
            action: Resolved::Exec(Vec::new()),
            env: Vec::new(),
            stdin: None,
            cwd: None,
            effects: ResolvedEffects::default(),
            queue,
            undo,
            wanted: wanted(self.plan, work, self.step_of(run.of)),
        };
        fill(&place, work, &mut resolved).map_err(|error| match error {
            Fault::Eval(error) => error.failure(self.plan),
            Fault::Other(failure) => failure,
        })?;
        Ok(resolved)
    }
}

enum Fault {
    Eval(EvalError),
    Other(Failure),
}

impl From<EvalError> for Fault {
    fn from(error: EvalError) -> Self {
        Self::Eval(error)
    }
}

fn fill(place: &Place, work: &Work, attempt: &mut Attempt) -> Result<(), Fault> {
    let value = |expr: ExprIx| eval::eval(place.plan, expr, place);
    for (name, expr) in &work.env {
        attempt.env.push((name.clone(), env_value(name, &value(*expr)?)?));
    }
    attempt.action = action(place, work, &mut attempt.env)?;
    attempt.stdin = match work.stdin {
        Some(stdin) => Some(plain_env(&value(stdin)?)),
        None => None,
    };
    attempt.cwd = match work.cwd {
        Some(cwd) => Some(eval::text_of(place.plan, cwd, place)?),
        None => None,
    };
    if attempt.queue.is_none()
        && let Some(queue) = work.queue
    {
        attempt.queue = Some(eval::text_of(place.plan, queue, place)?);
    }
    attempt.effects = effects(place, &work.effects)?;
    Ok(())
}

fn action(place: &Place, work: &Work, env: &mut Env) -> Result<Resolved, Fault> {
    Ok(match &work.action {
        Action::Exec { argv } => Resolved::Exec(words(place, argv)?),
        Action::Script { language, pieces } => {
            let script = script(place, pieces, env)?;
            let args = match work.args {
                Some(args) => words(place, &[args])?,
                None => Vec::new(),
            };
            Resolved::Script { language: *language, script, args }
        }
        Action::Agent { agent, prompt } => {
            Resolved::Agent { agent: agent.clone(), prompt: eval::text_of(place.plan, *prompt, place)? }
        }
        Action::Host { name, args } => {
            let args = args.iter().map(|(name, arg)| Ok((name.clone(), eval::eval(place.plan, *arg, place)?)));
            Resolved::Host { name: name.clone(), args: args.collect::<Result<_, EvalError>>()? }
        }
        Action::Ask { .. } | Action::Wait { .. } => {
            return Err(Fault::Other(failure("internal", "a question or a timer is no attempt")));
        }
    })
}

/// Arguments: a list among them becomes several.
fn words(place: &Place, exprs: &[ExprIx]) -> Result<Vec<EcoString>, Fault> {
    let mut words = Vec::with_capacity(exprs.len());
    for expr in exprs {
        let value = eval::eval(place.plan, *expr, place)?;
        if value.holds_secret() {
            let message = "a secret cannot be an argument; hand it over by `env` or `stdin`";
            return Err(EvalError::value(message).at(*expr).into());
        }
        spread(value, &mut words);
    }
    Ok(words)
}

fn spread(value: Value, words: &mut Vec<EcoString>) {
    match value {
        Value::List(values) => values.iter().for_each(|value| spread(value.clone(), words)),
        Value::Str(text) => words.push(text),
        other => words.push(other.to_text().into()),
    }
}

/// A script in which each hole has become a reference to an environment variable, fit for where it stands.
fn script(place: &Place, pieces: &[ScriptPiece], env: &mut Env) -> Result<String, Fault> {
    let mut script = String::new();
    let mut holes = 0;
    for piece in pieces {
        match piece {
            ScriptPiece::Text(text) => script.push_str(text),
            ScriptPiece::Raw(expr) => script.push_str(&eval::text_of(place.plan, *expr, place)?),
            ScriptPiece::Hole { value, style } => {
                let value = eval::eval(place.plan, *value, place)?;
                holes += 1;
                hole(&mut script, &value, *style, holes, env)?;
            }
        }
    }
    Ok(script)
}

fn hole(script: &mut String, value: &Value, style: HoleStyle, number: usize, env: &mut Env) -> Result<(), Fault> {
    let name = format!("WF_V{number}");
    if let (HoleStyle::Words, Value::List(values)) = (style, value) {
        for (index, value) in values.iter().enumerate() {
            let name = format!("{name}_{}", index + 1);
            if index > 0 {
                script.push(' ');
            }
            script.push_str(&format!("\"${name}\""));
            env.push((name.as_str().into(), env_value(&name, value)?));
        }
        return Ok(());
    }
    script.push_str(&match style {
        HoleStyle::Word | HoleStyle::Words => format!("\"${name}\""),
        HoleStyle::Inside => format!("${{{name}}}"),
        HoleStyle::Reopen => format!("'\"${name}\"'"),
        HoleStyle::Ansi => format!("'\"${name}\"$'"),
    });
    env.push((name.as_str().into(), env_value(&name, value)?));
    Ok(())
}

fn plain_env(value: &Value) -> EnvValue {
    match value {
        Value::Secret(secret) => EnvValue::Secret(secret.clone()),
        Value::Str(text) => EnvValue::Text(text.clone()),
        other => EnvValue::Text(other.to_text().into()),
    }
}

fn env_value(name: &str, value: &Value) -> Result<EnvValue, Fault> {
    let value = plain_env(value);
    if let EnvValue::Text(text) = &value {
        if text.len() > LONGEST {
            let message =
                format!("{name} is too large for the environment ({} bytes): hand it over by `stdin`", text.len());
            return Err(Fault::Other(failure("value", message)));
        }
        if text.contains('\0') {
            let message = format!("{name} contains a NUL byte, which no environment variable can: use `stdin`");
            return Err(Fault::Other(failure("value", message)));
        }
    }
    Ok(value)
}

fn effects(place: &Place, effects: &Effects) -> Result<ResolvedEffects, Fault> {
    let list = |exprs: &Option<Vec<ExprIx>>| exprs.as_ref().map(|exprs| words(place, exprs)).transpose();
    let none = |list: &Option<Vec<ExprIx>>| list.as_ref().is_none_or(Vec::is_empty);
    let only_reads = effects.reads.is_some() && none(&effects.writes) && none(&effects.net)
        || effects.writes.as_ref().is_some_and(Vec::is_empty) && none(&effects.net);
    Ok(ResolvedEffects {
        reads: list(&effects.reads)?,
        writes: list(&effects.writes)?,
        net: list(&effects.net)?,
        risk: effects.risk,
        repeatable: effects.idempotent || only_reads,
    })
}

/// An action in one line, for a person who is asked whether it may run.
pub(crate) fn describe(action: &Resolved) -> String {
    match action {
        Resolved::Exec(words) => {
            let words: Vec<&str> = words.iter().map(EcoString::as_str).collect();
            words.join(" ")
        }
        Resolved::Script { script, .. } => script.clone(),
        Resolved::Agent { agent, prompt } => match agent {
            Some(agent) => format!("agent {agent}: {prompt}"),
            None => format!("agent: {prompt}"),
        },
        Resolved::Host { name, .. } => format!("@{name}"),
    }
}
