//! Codes of what the text of a file may be.

super::codes! {
    UNEXPECTED_TOKEN "unexpected-token" Error "Something else has to stand here.";
    UNKNOWN_KEYWORD "unknown-keyword" Error "No item, statement or clause begins with this word.";
    UNKNOWN_WORD "unknown-word" Error "Only a few words may stand here, and this is none of them.";
    RESERVED_WORD "reserved-word" Error "A word of the language is used as a name.";
    RESERVED_FOR_LATER "reserved-for-later" Error "A word that is kept for a later version of the language.";
    UNCLOSED_BRACKET "unclosed-bracket" Error "A bracket is opened and never closed.";
    UNOPENED_BRACKET "unopened-bracket" Error "A bracket is closed that was never opened.";
    UNTERMINATED_STRING "unterminated-string" Error "A string has no closing quote.";
    UNKNOWN_ESCAPE "unknown-escape" Error "A backslash stands before something that needs none.";
    MISPLACED_HOLE "misplaced-hole" Error "A value is interpolated where only fixed text may stand.";
    NESTING_TOO_DEEP "nesting-too-deep" Error "Brackets and blocks are nested deeper than the limit.";
    CHAIN_TOO_LONG "chain-too-long" Error "One expression has more operators and calls than the limit.";
    CHAINED_COMPARISON "chained-comparison" Error "Comparisons do not chain.";
    UNKNOWN_UNIT "unknown-unit" Error "A number has a unit that does not exist.";
    NUMBER_TOO_LARGE "number-too-large" Error "A number does not fit into 64 bits.";
    MALFORMED_NUMBER "malformed-number" Error "A number is not written as numbers are.";
    MISSING_TYPE "missing-type" Error "A parameter, output, field or metric has no type.";
    MISPLACED_CLAUSE "misplaced-clause" Error "A clause stands among statements.";
    MISPLACED_STATEMENT "misplaced-statement" Error "A statement stands among clauses.";
    STRAY_ALLOW "stray-allow" Error "`allow` stands before nothing.";
    REPEATED_OPTION "repeated-option" Error "An option is given twice.";
    WRONG_OPTION "wrong-option" Error "An option does not fit what it is written with.";
    UNKNOWN_VERSION "unknown-version" Error "The file is written in a version of the language that this `wf` does not know.";
    NOT_TEXT "not-text" Error "The file is not UTF-8 text.";
    SOURCE_TOO_LARGE "source-too-large" Error "The file is larger than the limit.";
    TOO_MANY_ERRORS "too-many-errors" Error "More syntax errors than are shown.";
}
