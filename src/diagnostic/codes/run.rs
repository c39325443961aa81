//! Codes of what is refused before a run.

super::codes! {
    NOT_RUNNABLE "not-runnable" Error "what was named cannot be run: it is no workflow, or a test that runs none";
}
