//! Codes of probable mistakes that a file may `allow`.

super::codes! {
    RAW_TEXT "raw-text" Warning "placeholder";
}
