//! Plans as files: canonical JSON, in the order of the fields, on one line; refused where it is not what was compiled.

use serde::Deserialize;

use super::digest::digest;
use super::ir::{FORMAT, Plan};
use super::verify;
use crate::diagnostic::{Code, Diagnostic, Place, codes};

/// Why a file is no plan that can be run.
#[derive(Clone, Debug)]
pub struct PlanError {
    /// Which kind.
    pub code: &'static Code,
    /// What is wrong.
    pub message: String,
    /// What to do next.
    pub help: &'static str,
    /// Line and column from 1, where the JSON itself is broken.
    pub position: Option<(usize, usize)>,
}

impl std::fmt::Display for PlanError {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for PlanError {}

impl PlanError {
    fn new(code: &'static Code, message: impl Into<String>, help: &'static str) -> Self {
        Self { code, message: message.into(), help, position: None }
    }

    /// The diagnostic of it, drawn at `place`.
    pub fn diagnostic(&self, place: Place) -> Diagnostic {
        Diagnostic::new(self.code, place, self.message.clone()).help(self.help)
    }
}

const COMPILE: &str = "compile the workflow again: `wf compile FILE.wf -o FILE.plan.json`";

impl Plan {
    /// Fills in format and digest: the last thing that lowering does.
    #[must_use]
    pub fn sealed(mut self) -> Self {
        self.format = FORMAT;
        self.digest = digest(&self);
        self
    }

    /// The plan as JSON, the same bytes for the same plan, with a line end.
    pub fn to_json(&self) -> String {
        // The types of a plan have no value that JSON cannot hold: no map with other keys, no number that is not finite.
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }

    /// Reads a plan and verifies all that [`super::ir`] promises, so that its indices can be trusted.
    pub fn from_json(text: &str) -> Result<Plan, PlanError> {
        let plan = match serde_json::from_str::<Plan>(text) {
            Ok(plan) if plan.format == FORMAT => plan,
            Ok(plan) => return Err(other_format(plan.format)),
            Err(error) => return Err(unreadable(text, &error)),
        };
        if digest(&plan) != plan.digest {
            return Err(PlanError::new(
                &codes::plan::PLAN_EDITED,
                "this plan was changed after it was compiled: its digest is not that of its content",
                "plans are not edited by hand; change the workflow and compile it again",
            ));
        }
        verify::verify(&plan).map_err(|problem| {
            PlanError::new(&codes::plan::PLAN_INVALID, format!("this plan contradicts itself: {problem}"), COMPILE)
        })?;
        Ok(plan)
    }
}

/// The two fields that tell plans from other JSON.
#[derive(Deserialize)]
struct Head {
    format: u32,
    #[serde(rename = "digest")]
    _digest: String,
}

fn unreadable(text: &str, error: &serde_json::Error) -> PlanError {
    let position = Some((error.line(), error.column())).filter(|(line, _)| *line > 0);
    let found = match serde_json::from_str::<Head>(text) {
        Ok(head) if head.format != FORMAT => return other_format(head.format),
        Ok(_) => PlanError::new(&codes::plan::PLAN_INVALID, format!("this plan cannot be read: {error}"), COMPILE),
        Err(_) if error.is_eof() => PlanError::new(
            &codes::plan::PLAN_TRUNCATED,
            "this plan ends in the middle: the file is not complete",
            "copy the file again, or compile the workflow again",
        ),
        Err(_) => PlanError::new(&codes::plan::PLAN_FORMAT, format!("this is not a plan: {error}"), COMPILE),
    };
    PlanError { position, ..found }
}

fn other_format(format: u32) -> PlanError {
    let (age, help) = if format > FORMAT {
        ("newer", "use the version of `wf` that compiled it, or compile the workflow with this one")
    } else {
        ("older", COMPILE)
    };
    let message = format!("this plan has format {format}, which is {age} than the format {FORMAT} of this `wf`");
    PlanError::new(&codes::plan::PLAN_FORMAT, message, help)
}

#[cfg(test)]
mod tests;
