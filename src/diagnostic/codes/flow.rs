//! Codes of effects, failure, rollback, gates and scripts: what a typed file still gets wrong.

super::codes! {
    BAD_GLOB "bad-glob" Error "a text in `reads` or `writes` is no glob";
    CACHE_EFFECTS "cache-effects" Error "a cached step has effects that a cache cannot bring back";
    CACHE_UNDECLARED "cache-undeclared" Error "a cached step does not declare what it reads";
    CONTRADICTORY_EFFECTS "contradictory-effects" Error "two declared effects contradict each other";
    METRIC_RACE "metric-race" Error "a metric is published by branches that run at once";
    NOT_IN_PARALLEL "not-in-parallel" Error "a checkpoint or `return` stands in a branch that runs beside others";
    PARALLEL_CONFLICT "parallel-conflict" Error "branches that run at once write the same files";
    ROLLBACK_PAST_IRREVERSIBLE "rollback-past-irreversible" Error "a rollback would go past what cannot be undone";
    ROLLBACK_TARGET "rollback-target" Error "a rollback goes to a checkpoint that may not have been taken";
    SHELL_HOLE "shell-hole" Error "a value stands where a shell script cannot take one safely";
    UNKNOWN_LINT "unknown-lint" Error "an `allow` names no lint";
}
