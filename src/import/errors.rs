//! The wording of what is wrong with a JSON or YAML workflow.

use super::document::{Key, Node};
use crate::diagnostic::codes::import as codes;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::source::{FileId, Span};
use crate::suggest::nearest;

/// Gathers what is wrong in one file.
pub(super) struct Report<'a> {
    pub file: FileId,
    pub found: &'a mut Vec<Diagnostic>,
}

/// A diagnostic just reported, to be added to.
pub(super) struct Reported<'a>(Option<&'a mut Diagnostic>);

impl Reported<'_> {
    pub fn help(mut self, text: impl Into<String>) -> Self {
        if let Some(diagnostic) = &mut self.0 {
            diagnostic.help = Some(text.into());
        }
        self
    }

    pub fn here(mut self, text: impl Into<String>) -> Self {
        if let Some(diagnostic) = &mut self.0 {
            diagnostic.primary.text = text.into();
        }
        self
    }

    pub fn label(mut self, place: Place, text: impl Into<String>) -> Self {
        if let Some(diagnostic) = &mut self.0 {
            diagnostic.secondary.push(crate::diagnostic::Label { place, text: text.into() });
        }
        self
    }

    fn fix(mut self, title: String, place: Place, text: String, certain: bool) -> Self {
        if let Some(diagnostic) = &mut self.0 {
            diagnostic.fixes.push(crate::diagnostic::Fix { title, edits: vec![(place, text)], certain });
        }
        self
    }
}

/// Adds a diagnostic to a list and gives it back for more.
pub(super) fn report<'a>(
    found: &'a mut Vec<Diagnostic>,
    code: &'static Code,
    place: Place,
    message: impl Into<String>,
) -> Reported<'a> {
    found.push(Diagnostic::new(code, place, message));
    Reported(found.last_mut())
}

impl Report<'_> {
    pub fn place(&self, span: Span) -> Place {
        Place::absolute(self.file, span)
    }

    pub fn failed(&self) -> bool {
        self.found.iter().any(Diagnostic::is_error)
    }

    /// Whether the file could not be read to its end, so that what is missing may only not have been seen.
    pub fn is_unreadable(&self) -> bool {
        self.found.iter().any(|found| std::ptr::eq(found.code, &raw const codes::IMPORT_SYNTAX))
    }

    fn add(&mut self, code: &'static Code, span: Span, message: impl Into<String>) -> Reported<'_> {
        let place = self.place(span);
        report(self.found, code, place, message)
    }

    pub fn syntax(&mut self, span: Span, message: impl Into<String>) -> Reported<'_> {
        self.add(&codes::IMPORT_SYNTAX, span, message)
    }

    pub fn trailing_comma(&mut self, span: Span) {
        let place = self.place(span);
        self.syntax(span, "JSON takes no comma after the last element").help("remove the comma").fix(
            "remove the comma".to_owned(),
            place,
            String::new(),
            true,
        );
    }

    pub fn yaml(&mut self, span: Span, message: impl Into<String>) -> Reported<'_> {
        self.add(&codes::IMPORT_YAML_FEATURE, span, message)
    }

    pub fn shape(&mut self, span: Span, message: impl Into<String>) -> Reported<'_> {
        self.add(&codes::IMPORT_SHAPE, span, message)
    }

    /// A key that has no meaning in `what` (`a step`), where `known` have.
    pub fn unknown_key(&mut self, key: &Key, what: &str, known: &[&str]) {
        let place = self.place(key.span);
        let quoted = key.span.len() as usize > key.text.len();
        let message = format!("{what} has no `{}`", key.text);
        let reported = self.add(&codes::IMPORT_UNKNOWN_KEY, key.span, message).here("not a key of this format");
        match nearest(&key.text, known.iter().copied()) {
            Some(near) => {
                let word = if quoted { format!("\"{}\"", near.word) } else { near.word.to_owned() };
                reported.help(format!("did you mean `{}`?", near.word)).fix(
                    format!("replace with `{}`", near.word),
                    place,
                    word,
                    near.certain,
                );
            }
            None => {
                reported.help(format!("it may have {}", list(known)));
            }
        }
    }
}

/// Adds an entry to a map, unless its key is already there.
pub(super) fn add_entry(entries: &mut Vec<(Key, Node)>, key: Key, value: Node, report: &mut Report<'_>) {
    // Maps of this format are small; a map with very many keys is wrong anyway, so only the first keys are compared.
    let seen = entries.iter().take(256).find(|(other, _)| other.text == key.text);
    if let Some((first, _)) = seen {
        let place = report.place(first.span);
        let message = format!("the key `{}` stands here twice", key.text);
        report
            .add(&codes::IMPORT_DUPLICATE_KEY, key.span, message)
            .here("again")
            .label(place, "first here")
            .help("keep one of the two");
        return;
    }
    entries.push((key, value));
}

/// `` `a`, `b` and `c` ``
pub(super) fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => "nothing".to_owned(),
    }
}

/// `did you mean …?` or the list of what there is.
pub(super) fn choose<'a>(word: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    match nearest(word, known.clone()) {
        Some(near) => format!("did you mean `{}`?", near.word),
        None => {
            let known: Vec<&str> = known.into_iter().take(20).collect();
            format!("there is {}", list(&known))
        }
    }
}
