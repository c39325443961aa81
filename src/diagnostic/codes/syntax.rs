//! Codes of what the text of a file may be.

super::codes! {
    UNEXPECTED_TOKEN "unexpected-token" Error "placeholder";
}
