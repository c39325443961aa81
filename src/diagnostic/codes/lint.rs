//! Codes of probable mistakes that a file may `allow`.

super::codes! {
    ALLOW_WITHOUT_REASON "allow-without-reason" Warning "an `allow` does not say why";
    CLAIMED_GATE "claimed-gate" Warning "a gate trusts what an agent says";
    CONSTANT_CONDITION "constant-condition" Warning "a condition always comes out the same";
    DANGEROUS_REMOVE "dangerous-remove" Warning "an empty value would make `rm -r` remove everything";
    DOWNLOAD_AND_RUN "download-and-run" Warning "a script runs what it downloads unseen";
    DUPLICATE_ACTION "duplicate-action" Hint "two steps do exactly the same";
    DUPLICATE_CONDITION "duplicate-condition" Warning "a condition was asked before in the same `if`";
    DUPLICATE_GATE "duplicate-gate" Warning "a gate judges what another one has just judged";
    ENDLESS_REPEAT "endless-repeat" Warning "nothing in a loop changes what its `until` asks";
    EXEC_AS_SHELL "exec-as-shell" Warning "an `exec` is written as if a shell read it";
    EXEC_INNER_SHELL "exec-inner-shell" Warning "a value becomes part of the script of a shell that `exec` starts";
    HOLE_AS_COMMAND "hole-as-command" Warning "a value decides which program a script runs";
    HOLE_AS_OPTION "hole-as-option" Warning "a value may be read as an option";
    HOLE_IN_PROGRAM "hole-in-program" Warning "a value becomes part of a program in another language";
    IMPOSSIBLE_COMPARISON "impossible-comparison" Warning "a comparison always comes out the same";
    LONELY_PARALLEL "lonely-parallel" Warning "a `parallel` has nothing to run at once";
    LONG_SCRIPT "long-script" Hint "a script is long enough for a file of its own";
    MANY_PASSES "many-passes" Warning "a loop may make very many passes without a limit of time";
    NETWORK_NO_FALLBACK "network-no-fallback" Warning "a step needs the network and has no plan for when it fails";
    NEVER_ASSIGNED "never-assigned" Warning "a `var` is never assigned again";
    NO_CHECKPOINT "no-checkpoint" Hint "no checkpoint stands before a step that cannot be undone";
    NO_TIMEOUT "no-timeout" Warning "many steps of a workflow may run for ever";
    PARALLEL_READ_WRITE "parallel-read-write" Warning "a branch reads what another one writes at the same time";
    PARALLEL_UNKNOWN "parallel-unknown" Hint "branches run at once and do not declare what they touch";
    PIPE_HIDES_FAILURE "pipe-hides-failure" Warning "a pipe into `tee` hides that a command failed";
    RAW_TEXT "raw-text" Warning "text is pasted into a script";
    RETRY_NEVER "retry-never" Warning "a `retry if` names a kind that the step never fails with";
    RETRY_NOT_REPEATABLE "retry-not-repeatable" Warning "a step is retried although it should not be done twice";
    SECRET_IN_SOURCE "secret-in-source" Warning "a credential is written into the file";
    SECRET_TRACED "secret-traced" Warning "a script that holds a secret prints its commands";
    SELF_COMPARISON "self-comparison" Warning "both sides of an operator are the same";
    SHADOWED_HANDLER "shadowed-handler" Warning "an earlier handler takes every failure of a later one";
    SHADOWED_NAME "shadowed-name" Warning "a name hides another one of the same workflow";
    SHELL_UNCLOSED "shell-unclosed" Warning "a quote or bracket of a script is not closed";
    SILENT_CONTINUE "silent-continue" Warning "any failure of a step passes unnoticed";
    TEST_WITHOUT_EXPECT "test-without-expect" Warning "a test expects nothing";
    UNREACHABLE_HANDLER "unreachable-handler" Warning "a handler is for a failure that cannot occur";
    UNUSED_ALLOW "unused-allow" Warning "an `allow` silences nothing";
    UNUSED_IMPORT "unused-import" Warning "an import is never used";
    UNUSED_ITEM "unused-item" Warning "an item is never used";
    UNUSED_MOCK "unused-mock" Warning "nothing that a test runs calls what it mocks";
    UNUSED_OUTPUT "unused-output" Hint "nothing reads an output of a step";
    UNUSED_PARAMETER "unused-parameter" Warning "a parameter is never used";
    UNUSED_VARIABLE "unused-variable" Warning "a variable is never used";
}
