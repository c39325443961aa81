//! What each rule of the grammar is called in a message. No rule name is ever shown.

use wf_grammar::Rule;

/// What was expected where `rule` failed; `None` for rules that say nothing of their own.
///
/// The list is complete on purpose: a new rule does not compile before somebody has thought about its word.
pub(super) fn expected(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::need_lbrace => "`{`",
        Rule::need_rbrace | Rule::need_hole_end => "`}`",
        Rule::need_lparen => "`(`",
        Rule::need_rparen => "`)`",
        Rule::need_rbracket => "`]`",
        Rule::need_gt => "`>`",
        Rule::need_eq => "`=`",
        Rule::need_colon => "`:`",
        Rule::need_arrow => "`->`",
        Rule::need_fat => "`=>`",
        Rule::need_string => "a text in quotes",
        Rule::need_quote => "the closing quote",
        Rule::need_end => "the end of the line",
        Rule::need_comma | Rule::need_separator => "`,`",
        Rule::need_in => "`in`",
        Rule::need_then => "`then`",
        Rule::need_else => "`else`",
        Rule::need_as => "`as`",
        Rule::need_if => "`if`",
        Rule::need_by => "`by`",
        Rule::need_for => "`for`",
        Rule::need_after => "`after`",
        Rule::need_step => "`step`",
        Rule::need_value => "a value",
        Rule::need_type => "a type",
        Rule::need_pattern => "a pattern",
        Rule::need_member => "a statement",
        Rule::need_item => "an item",
        Rule::need_item_end => "the end of the item",
        Rule::need_event => "`failure`, `success` or `rollback`",
        Rule::need_handler => "an answer such as `abort`",
        Rule::need_approve => "`show`, `within` or `by`",
        Rule::need_test => "a line of a test",
        Rule::need_mock => "`@command`, `step`, `agent` or `all`",
        Rule::need_response => "`-> (…)`, `succeeds` or `fails`",
        Rule::need_expect => {
            "`succeeded`, `failed`, `paused`, `rolled-back`, `step`, `output`, `metric`, `gate`, `checkpoint`, `file` or `emitted`"
        }
        Rule::need_ran => "`ran`, `not ran` or `before`",
        Rule::need_taken => "`taken` or `not taken`",
        Rule::need_exists => "`exists` or `contains`",
        Rule::name | Rule::names | Rule::path | Rule::callee | Rule::arg_name | Rule::lambda_name | Rule::use_std => {
            "a name"
        }
        Rule::expr | Rule::head_expr | Rule::exprs | Rule::number => "a value",
        Rule::ty | Rule::head_type => "a type",
        Rule::pattern => "a pattern",
        Rule::param => "a name with its type",
        Rule::entry | Rule::type_field => "a name, `:` and its value",
        Rule::arg => "an argument",
        Rule::match_arm | Rule::arm | Rule::arm_head | Rule::one_arm => "a pattern and `=>`",
        Rule::budget_part => "`tokens`, `usd` or `time` with an amount",
        Rule::step_path => "the path of a step",
        Rule::agent_entry | Rule::one_agent => "a key and its value",
        Rule::gate_entry | Rule::one_gate => "a condition",
        Rule::one_member => "a statement",
        Rule::one_test => "a line of a test",
        Rule::one_approve => "`show`, `within` or `by`",
        Rule::one_param => "a name with its type",
        Rule::one_variant => "a name",
        Rule::one_allow | Rule::allow => "`allow(…)`",
        Rule::only_expr => "a value",
        Rule::only_type => "a type",
        Rule::kinds => "`(` and failure kinds",
        Rule::text_plain | Rule::text_block | Rule::text_raw | Rule::text_verbatim => "a text in quotes",
        Rule::before => "`before`",
        Rule::ran => "`ran`",
        // Parts that may always be left out, and wholes whose parts say more.
        Rule::WHITESPACE
        | Rule::w
        | Rule::w0
        | Rule::h
        | Rule::k
        | Rule::sep
        | Rule::never
        | Rule::ident
        | Rule::lb
        | Rule::rb
        | Rule::lp
        | Rule::rp
        | Rule::rk
        | Rule::gt
        | Rule::eq
        | Rule::colon
        | Rule::arrow
        | Rule::fat
        | Rule::str
        | Rule::string
        | Rule::program
        | Rule::operand
        | Rule::primary
        | Rule::head_operand
        | Rule::head_primary
        | Rule::postfix
        | Rule::then_word
        | Rule::in_word
        | Rule::type_head
        | Rule::typed
        | Rule::member
        | Rule::bound_loop
        | Rule::gate_parts
        | Rule::approve_entry
        | Rule::verdict
        | Rule::item_body
        | Rule::signature
        | Rule::test_member
        | Rule::mock_target
        | Rule::response
        | Rule::chars
        | Rule::escape
        | Rule::dollar
        | Rule::hole
        | Rule::block_chars
        | Rule::raw_chars
        | Rule::verbatim_chars
        | Rule::neg
        | Rule::not
        | Rule::op
        | Rule::field
        | Rule::opt_field
        | Rule::index
        | Rule::args
        | Rule::paren
        | Rule::list
        | Rule::comprehension
        | Rule::record
        | Rule::if_expr
        | Rule::head_if
        | Rule::match_expr
        | Rule::type_record
        | Rule::optional
        | Rule::params
        | Rule::outputs
        | Rule::at
        | Rule::max
        | Rule::block
        | Rule::step
        | Rule::step_head
        | Rule::let_stmt
        | Rule::var_stmt
        | Rule::let_head
        | Rule::assign
        | Rule::if_stmt
        | Rule::condition
        | Rule::match_stmt
        | Rule::match_head
        | Rule::arms
        | Rule::for_stmt
        | Rule::parallel_for
        | Rule::parallel_for_head
        | Rule::for_head
        | Rule::by
        | Rule::after_deps
        | Rule::policy
        | Rule::parallel
        | Rule::parallel_head
        | Rule::repeat
        | Rule::repeat_head
        | Rule::until
        | Rule::scope
        | Rule::scope_head
        | Rule::checkpoint
        | Rule::seal
        | Rule::metric
        | Rule::gate_use
        | Rule::gate
        | Rule::gate_name
        | Rule::gate_title
        | Rule::severity
        | Rule::waivable
        | Rule::advice
        | Rule::approve
        | Rule::approve_head
        | Rule::approve_block
        | Rule::show
        | Rule::within
        | Rule::role
        | Rule::emit
        | Rule::fail
        | Rule::escalate
        | Rule::return_stmt
        | Rule::continue_stmt
        | Rule::yield_stmt
        | Rule::abort
        | Rule::rollback
        | Rule::rollback_then
        | Rule::retry
        | Rule::retry_count
        | Rule::backoff
        | Rule::run
        | Rule::exec
        | Rule::sh
        | Rule::bash
        | Rule::python
        | Rule::node
        | Rule::agent
        | Rule::ask
        | Rule::wait
        | Rule::wait_until
        | Rule::output
        | Rule::timeout
        | Rule::fails
        | Rule::exits
        | Rule::reads
        | Rule::writes
        | Rule::net
        | Rule::cache
        | Rule::idempotent
        | Rule::irreversible
        | Rule::risky
        | Rule::env
        | Rule::args_clause
        | Rule::stdin
        | Rule::cwd
        | Rule::after
        | Rule::queue
        | Rule::session
        | Rule::budget
        | Rule::mode
        | Rule::undo
        | Rule::undo_head
        | Rule::on_attempt
        | Rule::on_failure
        | Rule::on_failure_head
        | Rule::handler_use
        | Rule::on_success
        | Rule::on_success_head
        | Rule::on_rollback
        | Rule::on_rollback_head
        | Rule::finally
        | Rule::finally_head
        | Rule::workflow
        | Rule::workflow_head
        | Rule::command
        | Rule::command_head
        | Rule::handler
        | Rule::handler_head
        | Rule::gates
        | Rule::gates_head
        | Rule::gates_block
        | Rule::agent_item
        | Rule::agent_head
        | Rule::agent_block
        | Rule::record_item
        | Rule::fields
        | Rule::enum_item
        | Rule::variants
        | Rule::error_item
        | Rule::const_item
        | Rule::fn_item
        | Rule::use_item
        | Rule::use_names
        | Rule::test
        | Rule::test_head
        | Rule::test_block
        | Rule::mock
        | Rule::mock_all
        | Rule::mock_step
        | Rule::mock_agent
        | Rule::mock_outputs
        | Rule::mock_succeeds
        | Rule::mock_fails
        | Rule::step_key
        | Rule::answer
        | Rule::advance
        | Rule::crash
        | Rule::file
        | Rule::test_for
        | Rule::test_for_head
        | Rule::expect
        | Rule::expect_end
        | Rule::expect_failed
        | Rule::expect_rolled
        | Rule::expect_step
        | Rule::negated
        | Rule::expect_output
        | Rule::expect_metric
        | Rule::expect_gate
        | Rule::expect_checkpoint
        | Rule::expect_file
        | Rule::exists
        | Rule::contains
        | Rule::expect_emitted
        | Rule::item => return None,
    })
}

/// Whether `rule` is a mandatory part that was missing, rather than something that could have stood there as well.
pub(super) fn is_mandatory(rule: Rule) -> bool {
    format!("{rule:?}").starts_with("need_")
}

/// The words that may stand where `rule` failed.
pub(super) fn options(rule: Rule) -> &'static [&'static str] {
    match rule {
        Rule::need_test => &super::keywords::TESTS,
        Rule::need_approve => &["show", "within", "by"],
        Rule::need_event => &["failure", "success", "rollback"],
        Rule::need_mock => &["all", "step", "agent"],
        Rule::need_response => &["succeeds", "fails"],
        Rule::need_ran => &["ran", "not", "before"],
        Rule::need_taken => &["taken", "not"],
        Rule::need_exists => &["exists", "contains", "not"],
        Rule::need_handler => &["abort", "continue", "retry", "rollback", "escalate", "use"],
        Rule::need_then => &["then"],
        Rule::need_else => &["else"],
        Rule::need_expect => &[
            "succeeded",
            "failed",
            "paused",
            "rolled-back",
            "step",
            "output",
            "metric",
            "gate",
            "checkpoint",
            "file",
            "emitted",
        ],
        _ => &[],
    }
}

/// The words that may follow in what begins with `keyword`.
pub(super) fn followers(keyword: &str) -> &'static [&'static str] {
    match keyword {
        "retry" => &["if", "backoff", "to"],
        "timeout" => &["total"],
        "gate" => &["warn", "critical", "waivable", "else"],
        "for" => &["by", "after", "max", "keep-going", "collect"],
        "parallel" => &["for", "max", "keep-going", "collect"],
        "repeat" => &["max", "until"],
        "checkpoint" => &["include"],
        "rollback" => &["to", "retry", "continue"],
        "on" => &["as", "max"],
        "handler" => &["max"],
        "cache" => &["for"],
        "use" => &["as"],
        _ => &[],
    }
}

/// How the construct that begins with `keyword` is written.
pub(super) fn form(keyword: &str) -> Option<&'static str> {
    Some(match keyword {
        "step" => "step name \"Title\" { … }",
        "let" => "let name = value",
        "var" => "var name = value",
        "if" => "if condition { … } else { … }",
        "match" => "match value { pattern => { … } }",
        "for" => "for name in list by key { … }",
        "parallel" => "parallel max 2 { … }",
        "repeat" => "repeat max 3 until condition { … }",
        "scope" => "scope \"Title\" { … }",
        "checkpoint" => "checkpoint name",
        "metric" => "metric name: percent = value",
        "gate" => "gate name \"Title\" condition",
        "approve" => "approve name \"Question?\" { show value }",
        "emit" => "emit \"text\"",
        "fail" => "fail kind \"message\"",
        "return" => "return (name: value)",
        "rollback" => "rollback to checkpoint",
        "run" => "run @command(name: value)",
        "exec" => "exec [\"program\", \"argument\"]",
        "sh" => "sh \"script\"",
        "bash" => "bash \"script\"",
        "python" => "python \"\"\"program\"\"\"",
        "node" => "node \"\"\"program\"\"\"",
        "agent" => "agent \"prompt\"",
        "ask" => "ask \"question\" -> (answer: string)",
        "wait" => "wait 5m",
        "output" => "output name: type = value",
        "timeout" => "timeout 5m total 20m",
        "retry" => "retry 2 if (kind) backoff 5s to 1m",
        "on" => "on failure (kind) { … }",
        "fails" => "fails as kind if condition",
        "exits" => "exits 0, 3",
        "undo" => "undo { … }",
        "cache" => "cache for 1d",
        "reads" => "reads \"src/**\", \"tests/**\"",
        "writes" => "writes \"target/**\"",
        "net" => "net \"host\"",
        "env" => "env { NAME: value }",
        "budget" => "budget tokens 100_000, usd 5, time 1h",
        "mode" => "mode autopilot",
        "continue" => "continue (output: value)",
        "allow" => "allow(lint-name) \"reason\"",
        "escalate" => "escalate \"message\"",
        "workflow" => "workflow name(parameter: type) -> (output: type) { … }",
        "command" => "command name(parameter: type) -> (output: type) { … }",
        "handler" => "handler name max 3 { … }",
        "gates" => "gates name { condition warn }",
        "record" => "record Name { field: type }",
        "enum" => "enum Name { one, two }",
        "error" => "error kind-name",
        "fn" => "fn name(parameter: type) -> type = value",
        "use" => "use \"./file.wf\" as name",
        "test" => "test \"what it shows\" { … }",
        "mock" => "mock step name -> (output: value)",
        "answer" => "answer name approve",
        "advance" => "advance 3d",
        "crash" => "crash after step name",
        "file" => "file \"path\" \"content\"",
        "expect" => "expect succeeded",
        _ => return None,
    })
}
