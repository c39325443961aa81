//! Codes of names, types and structure.

super::codes! {
    UNKNOWN_NAME "unknown-name" Error "placeholder";
}
