//! Codes of JSON and YAML workflows.

super::codes! {
    IMPORT_SHAPE "import-shape" Error "placeholder";
}
