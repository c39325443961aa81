//! JSON and YAML workflows: read with positions, understood, and written as `.wf` text with a map back to the original.
//!
//! Everything after that is shared with `.wf`: the text is parsed and checked as usual, and [`SourceMap::place_back`]
//! moves each diagnostic to the line of the JSON or YAML that it is about.

mod actions;
mod condition;
mod document;
mod emit;
mod errors;
mod failure;
mod json;
mod matching;
mod model;
mod names;
mod order;
mod resolve;
mod shape;
mod signature;
mod text;
pub mod workset;
mod yaml;

pub use signature::{Parameter, Signature, Signatures};
pub use text::SourceMap;

use crate::diagnostic::{Diagnostic, Place};
use crate::source::{FileId, Source, Span};
use errors::Report;

/// A file to import, with its number in the set of sources that diagnostics refer to.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// Its number.
    pub file: FileId,
    /// Its name decides between JSON and YAML; else its first character does.
    pub source: &'a Source,
}

/// What came of an import.
#[derive(Debug)]
pub struct Imported {
    /// The workflow in the language, not yet formatted; without meaning when `diagnostics` holds errors.
    pub text: String,
    /// From `text` to the originals.
    pub map: SourceMap,
    /// What is wrong, what was decided, and what was not carried over; absolute places in the originals.
    pub diagnostics: Vec<Diagnostic>,
}

impl Imported {
    /// Whether there is a workflow to go on with.
    pub fn is_usable(&self) -> bool {
        !self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// Renumbers the originals: file n becomes file `first` + n. For when they join the sources of a check, which numbers
    /// the generated text and what it uses first.
    pub fn renumber(&mut self, first: u32) {
        let places = self.diagnostics.iter_mut().flat_map(Diagnostic::places_mut);
        for place in places.chain(self.map.origins_mut()) {
            place.file.0 += first;
        }
    }
}

/// Imports `main` with the sections that `companions` add to it. `signatures` are the commands in scope.
pub fn import(main: Input<'_>, companions: &[Input<'_>], signatures: &Signatures) -> Imported {
    let mut found = Vec::new();
    let root = read(main, &mut found);
    let mut model = shape::workflow(&root, main.file, &mut found);
    for companion in companions {
        let root = read(*companion, &mut found);
        shape::companion(&root, companion.file, &mut model, &mut found);
    }
    if found.iter().any(Diagnostic::is_error) {
        sort(&mut found);
        return Imported { text: String::new(), map: SourceMap::default(), diagnostics: found };
    }
    let mut signatures = signatures.clone();
    let resolved = resolve::resolve(&model, &mut signatures, &mut found);
    let (file, stem) = file_name(main.source.name());
    let name = names::identifier(model.name.as_ref().map_or(stem, |name| &name.value));
    let out = text::Writer::default();
    let mut emitter =
        emit::Emitter { model: &model, resolved, signatures: &signatures, found: &mut found, name, reached: 0, out };
    let start = Place::absolute(main.file, Span::new(root.span.start, (root.span.start + 1).min(root.span.end)));
    emit::emit(&mut emitter, file, start);
    let (text, map) = (emitter.out.text, emitter.out.map);
    sort(&mut found);
    Imported { text, map, diagnostics: found }
}

/// By place; the workflow before its companions.
fn sort(found: &mut [Diagnostic]) {
    found.sort_by_key(|found| (found.primary.place.file, found.primary.place.span.start));
}

/// Whether a file of this name is JSON or YAML.
pub fn is_importable(name: &str) -> bool {
    [".json", ".yaml", ".yml"].iter().any(|end| name.to_ascii_lowercase().ends_with(end))
}

fn read(input: Input<'_>, found: &mut Vec<Diagnostic>) -> document::Node {
    let text = input.source.text();
    let mut report = Report { file: input.file, found };
    if text.len() > crate::limits::MAX_SOURCE {
        report.syntax(Span::at(0), format!("the file is larger than {} MiB", crate::limits::MAX_SOURCE >> 20));
        return document::Node { span: Span::at(0), value: document::Value::Broken };
    }
    let name = input.source.name().to_ascii_lowercase();
    let looks_like_json = text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '[']);
    let is_yaml = name.ends_with(".yaml") || name.ends_with(".yml");
    match name.ends_with(".json") || looks_like_json && !is_yaml {
        true => json::read(text, &mut report),
        false => yaml::read(text, &mut report),
    }
}

/// The last part of a path, and it without its ending.
fn file_name(path: &str) -> (&str, &str) {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    (file, file.rsplit_once('.').map_or(file, |(stem, _)| stem))
}
