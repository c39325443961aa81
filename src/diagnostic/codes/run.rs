//! Codes of what is refused before a run.

super::codes! {
    NOT_RUNNABLE "not-runnable" Error "placeholder";
}
