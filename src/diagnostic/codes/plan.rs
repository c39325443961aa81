//! Codes of compiled plans that are loaded.

super::codes! {
    PLAN_FORMAT "plan-format" Error "the file is not a plan, or a plan of another format version";
    PLAN_TRUNCATED "plan-truncated" Error "the plan ends in the middle";
    PLAN_EDITED "plan-edited" Error "the plan was changed after it was compiled";
    PLAN_INVALID "plan-invalid" Error "the plan contradicts itself";
}
