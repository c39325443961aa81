//! Codes of JSON and YAML workflows.

super::codes! {
    IMPORT_SYNTAX "import-syntax" Error "A JSON or YAML file cannot be read.";
    IMPORT_YAML_FEATURE "import-yaml-feature" Error "A feature of YAML that workflows do without.";
    IMPORT_DUPLICATE_KEY "import-duplicate-key" Error "A key stands in a JSON or YAML map twice.";
    IMPORT_SHAPE "import-shape" Error "A JSON or YAML workflow has a value of the wrong type, or lacks one.";
    IMPORT_UNKNOWN_KEY "import-unknown-key" Error "A JSON or YAML workflow has a key without meaning.";
    IMPORT_DUPLICATE_STEP "import-duplicate-step" Error "Two steps of a JSON or YAML workflow have one id.";
    IMPORT_OUTPUT_TWICE "import-output-twice" Error "Two steps of a JSON or YAML workflow produce one output.";
    IMPORT_CYCLE "import-cycle" Error "Steps of a JSON or YAML workflow wait for each other.";
    IMPORT_PARALLEL_DEPENDENCY "import-parallel-dependency" Error "Steps of one parallel group need each other.";
    IMPORT_UNKNOWN_STEP "import-unknown-step" Error "A JSON or YAML workflow names a step that it does not have.";
    IMPORT_UNKNOWN_HANDLER "import-unknown-handler" Error "A JSON or YAML workflow names an error handler that it does not have.";
    IMPORT_UNKNOWN_ACTION "import-unknown-action" Error "A JSON or YAML workflow names an action that nobody knows.";
    IMPORT_ARGUMENTS "import-arguments" Error "The inputs or outputs of a JSON or YAML step do not fit its command.";
    IMPORT_UNUSED_INPUT "import-unused-input" Warning "A step of a JSON or YAML workflow has inputs that its command has no parameter for.";
    IMPORT_CONDITION "import-condition" Error "A condition of a JSON or YAML workflow cannot be read.";
    IMPORT_UNKNOWN_COMMAND "import-unknown-command" Warning "A JSON or YAML workflow runs a command that nobody declares.";
    IMPORT_FREE_NAME "import-free-name" Warning "A condition of a JSON or YAML workflow compares what no step produces.";
    IMPORT_LONE_PARALLEL "import-lone-parallel" Hint "A step marked parallel has no neighbour to run beside.";
    IMPORT_NOTE "import-note" Hint "What an import decided, or did not carry over.";
}
