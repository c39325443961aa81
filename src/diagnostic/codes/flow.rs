//! Codes of effects, failure, rollback, gates and shell scripts: what a typed file still gets wrong.

super::codes! {
    PARALLEL_CONFLICT "parallel-conflict" Error "two branches that run at once write the same files";
}
