//! A JSON or YAML workflow as it is understood: typed, each part with its place.

use crate::diagnostic::Place;

/// A value with the place it was read from.
#[derive(Clone, Debug)]
pub(super) struct At<T> {
    pub value: T,
    pub place: Place,
}

/// A workflow with what companions add to it.
#[derive(Default, Debug)]
pub(super) struct Model {
    pub name: Option<At<String>>,
    pub description: Option<At<String>>,
    pub steps: Vec<Step>,
    pub handlers: Vec<Handler>,
    pub success: Vec<At<String>>,
    pub conditions: Vec<Condition>,
    pub groups: Vec<Group>,
    pub rollback: Option<Rollback>,
}

/// One of `steps`.
#[derive(Debug)]
pub(super) struct Step {
    pub place: Place,
    pub id: At<String>,
    pub title: Option<At<String>>,
    pub description: Option<At<String>>,
    pub command: At<String>,
    pub inputs: Vec<At<String>>,
    pub outputs: Vec<At<String>>,
    pub on_failure: Option<At<String>>,
    pub retry_count: Option<At<u64>>,
    pub parallel: Option<At<bool>>,
}

/// One of `error_handlers`.
#[derive(Debug)]
pub(super) struct Handler {
    pub name: At<String>,
    pub action: Option<At<String>>,
    pub notify: Option<At<bool>>,
    pub max_attempts: Option<At<u64>>,
    pub message: Option<At<String>>,
}

/// One of `conditions`.
#[derive(Debug)]
pub(super) struct Condition {
    pub test: At<String>,
    pub then: At<String>,
}

/// One of `parallel_groups`.
#[derive(Debug)]
pub(super) struct Group {
    pub name: At<String>,
    pub steps: Vec<At<String>>,
    pub max: Option<At<u64>>,
}

/// `rollback`.
#[derive(Debug)]
pub(super) struct Rollback {
    pub place: Place,
    pub strategy: Option<At<String>>,
    pub checkpoints: Vec<Checkpoint>,
    pub cleanup: Vec<At<String>>,
}

/// One of `checkpoints`: after or before a step.
#[derive(Debug)]
pub(super) struct Checkpoint {
    pub after: bool,
    pub step: At<String>,
}
