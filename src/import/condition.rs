//! The conditions of the `conditions` section: `test_coverage < 80% && complexity <= 10`.

/// Deepest nesting of parentheses and `not`.
const MAX_DEPTH: usize = 32;

/// A condition read: text of the language with names still to be filled in.
#[derive(Default, Debug)]
pub(super) struct Test {
    pub parts: Vec<Part>,
}

/// A piece of a condition.
#[derive(Debug)]
pub(super) enum Part {
    /// Text of the language.
    Text(String),
    /// A name, and the type that it is compared with.
    Name { name: String, ty: &'static str },
}

impl Test {
    /// The names in it with the types they should have.
    pub fn names(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.parts.iter().filter_map(|part| match part {
            Part::Name { name, ty } => Some((name.as_str(), *ty)),
            Part::Text(_) => None,
        })
    }

    fn text(&mut self, text: &str) {
        self.parts.push(Part::Text(text.to_owned()));
    }
}

#[derive(Clone, PartialEq, Debug)]
enum Word {
    Name(String),
    /// A literal of the language and its type.
    Literal(String, &'static str),
    Operator(&'static str),
}

/// Reads `text`; the error says what is wrong in words.
pub(super) fn read(text: &str) -> Result<Test, String> {
    let words = words(text)?;
    let mut reader = Reader { words: &words, at: 0, depth: 0, test: Test::default() };
    reader.any()?;
    match reader.words.get(reader.at) {
        None => Ok(reader.test),
        Some(word) => Err(format!("`{}` does not belong here", shown(word))),
    }
}

struct Reader<'a> {
    words: &'a [Word],
    at: usize,
    depth: usize,
    test: Test,
}

impl Reader<'_> {
    fn take(&mut self, operator: &str) -> bool {
        let found = matches!(self.words.get(self.at), Some(Word::Operator(found)) if *found == operator);
        self.at += usize::from(found);
        found
    }

    fn any(&mut self) -> Result<(), String> {
        self.all()?;
        while self.take("or") {
            self.test.text(" or ");
            self.all()?;
        }
        Ok(())
    }

    fn all(&mut self) -> Result<(), String> {
        self.one()?;
        while self.take("and") {
            self.test.text(" and ");
            self.one()?;
        }
        Ok(())
    }

    fn one(&mut self) -> Result<(), String> {
        if self.depth == MAX_DEPTH {
            return Err("it is nested too deeply".to_owned());
        }
        self.depth += 1;
        let result = self.one_inside();
        self.depth -= 1;
        result
    }

    fn one_inside(&mut self) -> Result<(), String> {
        if self.take("not") {
            self.test.text("not ");
            return self.one();
        }
        if self.take("(") {
            self.test.text("(");
            self.any()?;
            self.test.text(")");
            return if self.take(")") { Ok(()) } else { Err("a `)` is missing".to_owned()) };
        }
        let left = self.operand()?;
        let comparison = match self.words.get(self.at) {
            Some(Word::Operator(operator @ ("==" | "!=" | "<" | "<=" | ">" | ">="))) => *operator,
            _ => {
                self.push(&left, "bool");
                return Ok(());
            }
        };
        self.at += 1;
        let right = self.operand()?;
        self.push(&left, type_of(&right));
        self.test.text(&format!(" {comparison} "));
        self.push(&right, type_of(&left));
        Ok(())
    }

    fn operand(&mut self) -> Result<Word, String> {
        match self.words.get(self.at) {
            Some(word @ (Word::Name(_) | Word::Literal(..))) => {
                self.at += 1;
                Ok(word.clone())
            }
            Some(word) => Err(format!("a name or value should stand where `{}` is", shown(word))),
            None => Err("it ends where a name or value should stand".to_owned()),
        }
    }

    fn push(&mut self, word: &Word, ty: &'static str) {
        match word {
            Word::Name(name) => self.test.parts.push(Part::Name { name: name.clone(), ty }),
            Word::Literal(text, _) => self.test.text(text),
            Word::Operator(_) => {}
        }
    }
}

fn type_of(word: &Word) -> &'static str {
    match word {
        Word::Literal(_, ty) => ty,
        _ => "float",
    }
}

fn shown(word: &Word) -> &str {
    match word {
        Word::Name(text) | Word::Literal(text, _) => text,
        Word::Operator(text) => text,
    }
}

/// Splits `text` into words.
fn words(text: &str) -> Result<Vec<Word>, String> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let len = if first.is_ascii_digit() {
            rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '_' && c != '%').unwrap_or(rest.len())
        } else if first == '_' || unicode_ident::is_xid_start(first) {
            rest.find(|c: char| c != '-' && c != '_' && !unicode_ident::is_xid_continue(c)).unwrap_or(rest.len())
        } else if first == '"' || first == '\'' {
            1 + rest[1..].find(first).ok_or("a quote is not closed")? + 1
        } else {
            operator(rest, &mut words)?
        };
        let word = &rest[..len];
        if first.is_ascii_digit() {
            words.push(Word::Literal(word.to_owned(), number_type(word)?));
        } else if first == '"' || first == '\'' {
            words.push(Word::Literal(super::text::quote(&word[1..len - 1]), "string"));
        } else if first == '_' || unicode_ident::is_xid_start(first) {
            words.push(match word {
                "true" | "false" => Word::Literal(word.to_owned(), "bool"),
                "and" | "AND" => Word::Operator("and"),
                "or" | "OR" => Word::Operator("or"),
                "not" | "NOT" => Word::Operator("not"),
                name => Word::Name(super::names::identifier(name)),
            });
        }
        rest = rest[len..].trim_start();
    }
    if words.is_empty() { Err("it is empty".to_owned()) } else { Ok(words) }
}

/// Takes the operator that `rest` begins with; gives its length.
fn operator(rest: &str, words: &mut Vec<Word>) -> Result<usize, String> {
    const OPERATORS: [(&str, &str); 11] = [
        ("&&", "and"),
        ("||", "or"),
        ("==", "=="),
        ("!=", "!="),
        ("<=", "<="),
        (">=", ">="),
        ("<", "<"),
        (">", ">"),
        ("!", "not"),
        ("(", "("),
        (")", ")"),
    ];
    if rest.starts_with('=') && !rest.starts_with("==") {
        return Err("`=` assigns; to compare, write `==`".to_owned());
    }
    let found = OPERATORS.iter().find(|(written, _)| rest.starts_with(written));
    let Some((written, meant)) = found else {
        let first = rest.chars().next().unwrap_or(' ');
        return Err(format!("`{first}` is no part of a condition"));
    };
    words.push(Word::Operator(meant));
    Ok(written.len())
}

fn number_type(word: &str) -> Result<&'static str, String> {
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    let unit = &word[digits.len()..];
    let plain = digits.replace('_', "");
    let valid = plain.parse::<f64>().is_ok() && !plain.ends_with('.');
    match unit {
        _ if !valid => Err(format!("`{word}` is not a number")),
        "" if plain.contains('.') => Ok("float"),
        "" => Ok("int"),
        "%" => Ok("percent"),
        "ms" | "s" | "m" | "h" | "d" => Ok("duration"),
        "B" | "KB" | "MB" | "GB" | "TB" | "KiB" | "MiB" | "GiB" | "TiB" => Ok("size"),
        _ => Err(format!("`{unit}` is not a unit")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, read};

    fn shown(text: &str) -> Result<String, String> {
        let test = read(text)?;
        Ok(test
            .parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.clone(),
                Part::Name { name, ty } => format!("{name}:{ty}"),
            })
            .collect())
    }

    #[test]
    fn names_take_the_type_they_are_compared_with() {
        assert_eq!(shown("test_coverage < 80%").as_deref(), Ok("test_coverage:percent < 80%"));
        assert_eq!(shown("!ready || 3 <= x && (y)").as_deref(), Ok("not ready:bool or 3 <= x:int and (y:bool)"));
        assert_eq!(shown("who == 'me'").as_deref(), Ok("who:string == \"me\""));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, error) in [
            ("", "it is empty"),
            ("a <", "it ends where"),
            ("a = 1", "`=` assigns"),
            ("a < 80 percent", "`percent` does not belong"),
            ("a < 3x", "`x` is not a unit"),
            ("(a", "a `)` is missing"),
            ("a; b", "`;` is no part"),
        ] {
            assert!(shown(text).is_err_and(|found| found.starts_with(error)), "{text}");
        }
        assert!(read(&"(".repeat(10_000)).is_err());
    }
}
