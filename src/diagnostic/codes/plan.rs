//! Codes of compiled plans that are loaded.

super::codes! {
    PLAN_FORMAT "plan-format" Error "placeholder";
}
