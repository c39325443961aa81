//! Paths of steps: as the machine writes them (`unit!test-failure.2/fix["a"]`), and as a test names them (`unit/fix`).

use ecow::EcoString;

/// A path of a run, without what tells one restart or handling from another.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct RunPath {
    /// Names with the keys of the passes that they stand in.
    pub segments: Vec<(EcoString, Vec<String>)>,
    /// Whether it is part of an undo.
    pub undo: bool,
}

/// A path as a test names it: names, each with the key of a pass.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Pattern {
    /// Outermost first.
    pub segments: Vec<(EcoString, Option<String>)>,
}

impl RunPath {
    /// Reads a path of the machine. What does not belong to one is taken as part of a name.
    pub fn parse(text: &str) -> Self {
        let mut path = Self::default();
        let mut name = EcoString::new();
        let mut keys = Vec::new();
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '/' => path.close(&mut name, &mut keys),
                '[' => keys.push(key(&mut letters)),
                '#' => while letters.next_if(char::is_ascii_digit).is_some() {},
                '!' => {
                    let mut mark = String::new();
                    while let Some(letter) = letters.next_if(|letter| *letter != '/') {
                        mark.push(letter);
                    }
                    path.undo |= mark == "undo";
                }
                letter => name.push(letter),
            }
        }
        path.close(&mut name, &mut keys);
        path
    }

    fn close(&mut self, name: &mut EcoString, keys: &mut Vec<String>) {
        if !name.is_empty() {
            self.segments.push((std::mem::take(name), std::mem::take(keys)));
        }
    }

    /// Its names.
    pub fn names(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        self.segments.iter().map(|(name, _)| name.as_str())
    }

    /// Whether it ends as the pattern says.
    pub fn ends_with(&self, pattern: &Pattern) -> bool {
        let short = pattern.segments.len();
        self.segments.len() >= short
            && self.segments.iter().rev().zip(pattern.segments.iter().rev()).all(|((name, keys), (wanted, key))| {
                name == wanted && key.as_ref().is_none_or(|key| keys.contains(key))
            })
    }
}

/// The key behind an opening bracket: a number, or text in quotes.
fn key(letters: &mut std::iter::Peekable<std::str::Chars>) -> String {
    let mut key = String::new();
    let quoted = letters.next_if_eq(&'"').is_some();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted => {
                letters.next_if_eq(&']');
                break;
            }
            ']' if !quoted => break,
            '\\' if quoted => key.extend(letters.next()),
            letter => key.push(letter),
        }
    }
    key
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        for (index, (name, key)) in self.segments.iter().enumerate() {
            if index > 0 {
                out.write_str("/")?;
            }
            out.write_str(name)?;
            if let Some(key) = key {
                write!(out, "[{key:?}]")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(segments: &[(&str, Option<&str>)]) -> Pattern {
        let own = |(name, key): &(&str, Option<&str>)| (EcoString::from(*name), key.map(str::to_owned));
        Pattern { segments: segments.iter().map(own).collect() }
    }

    #[test]
    fn paths_of_the_machine_are_read() {
        let path = RunPath::parse(r##"build#2["a\"/b"][3]!exit.2/fix"##);
        assert_eq!(path.segments, [("build".into(), vec!["a\"/b".to_owned(), "3".into()]), ("fix".into(), vec![])]);
        assert!(!path.undo && RunPath::parse("merge!undo/back").undo);
        assert_eq!(RunPath::parse("!gate.1/mend").names().collect::<Vec<_>>(), ["mend"]);
    }

    #[test]
    fn an_end_is_enough() {
        let path = RunPath::parse(r#"outer/build["api"]/fix"#);
        assert!(path.ends_with(&pattern(&[("fix", None)])));
        assert!(path.ends_with(&pattern(&[("build", Some("api")), ("fix", None)])));
        assert!(!path.ends_with(&pattern(&[("build", Some("web")), ("fix", None)])));
        assert!(!path.ends_with(&pattern(&[("build", None)])));
    }
}
