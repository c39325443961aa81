//! Files to check together, `.wf` and imported ones alike: what is found in an imported file is said of the original.

use std::sync::Arc;

use super::{Input, Signatures, SourceMap, import};
use crate::check::facts::{Checked, GlobalId};
use crate::check::load::STD;
use crate::check::{Loader, Options, Root, check};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::syntax::NOT_TEXT;
use crate::plan::ir::Plan;
use crate::plan::lower;
use crate::source::{FileId, Source, Span};
use crate::syntax::tree::Tree;

/// Originals of imported files have numbers from here on until the check has given numbers to all files.
const ORIGINALS: u32 = 1 << 24;

/// Files, and what was found in them.
#[derive(Default)]
pub struct Workset {
    /// What was found, once [`Workset::check`] has been called.
    pub checked: Checked,
    roots: Vec<Root>,
    originals: Vec<Arc<Source>>,
    imported: Vec<Import>,
}

/// A file that was imported.
struct Import {
    /// Number of the generated file, and of its original once all are known.
    file: FileId,
    /// Index of the original.
    original: usize,
    map: SourceMap,
    /// The generated text.
    text: String,
    diagnostics: Vec<Diagnostic>,
}

/// The commands that are in scope everywhere.
fn standard() -> Signatures {
    let text = STD.iter().find(|(name, _)| *name == "commands").map_or("", |(_, text)| *text);
    Signatures::of(&crate::syntax::parse(FileId(0), text).tree, text)
}

impl Workset {
    /// Adds a `.wf` file.
    pub fn add(&mut self, source: Arc<Source>) {
        self.roots.push(Root { source, parsed: None });
    }

    /// Adds a `.wf` file of which nothing is known: what is not UTF-8 is reported.
    pub fn add_bytes(&mut self, name: String, bytes: Vec<u8>) {
        match String::from_utf8(bytes) {
            Ok(text) => self.add(Arc::new(Source::new(name, text))),
            Err(error) => {
                let mut parsed = crate::syntax::parse_bytes(FileId(0), error.as_bytes());
                if error.as_bytes().contains(&0) {
                    // No text in another encoding, but something else: one sentence says it.
                    parsed.diagnostics.retain(|found| found.code.name == NOT_TEXT.name);
                    parsed.diagnostics.truncate(1);
                    parsed.tree = Tree::default();
                }
                let source = Arc::new(Source::new(name, &**parsed.text()));
                self.roots.push(Root { source, parsed: Some((Arc::new(parsed.tree), parsed.diagnostics)) });
            }
        }
    }

    /// Adds a JSON or YAML workflow with the sections that `companions` add to it.
    pub fn import(&mut self, source: Arc<Source>, companions: &[Arc<Source>]) {
        let original = self.originals.len();
        self.originals.push(source.clone());
        self.originals.extend(companions.iter().cloned());
        let number = |index: usize| FileId(ORIGINALS + index as u32);
        let others: Vec<Input> = companions
            .iter()
            .enumerate()
            .map(|(at, source)| Input { file: number(original + 1 + at), source })
            .collect();
        let imported = import(Input { file: number(original), source: &source }, &others, &standard());
        let file = FileId(self.roots.len() as u32);
        let text = if imported.is_usable() { imported.text } else { String::new() };
        self.add(Arc::new(Source::new(source.name(), text.as_str())));
        self.imported.push(Import { file, original, map: imported.map, text, diagnostics: imported.diagnostics });
    }

    /// Checks the files with what they use.
    pub fn check(&mut self, loader: &dyn Loader) {
        let mut checked = check(std::mem::take(&mut self.roots), Options { loader, ..Options::default() });
        let mut numbers: Vec<FileId> = Vec::new();
        for (index, source) in self.originals.iter().enumerate() {
            match self.imported.iter().find(|import| import.original == index) {
                Some(import) => {
                    checked.sources.replace(import.file, source.clone());
                    numbers.push(import.file);
                }
                None => numbers.push(checked.sources.add(source.clone())),
            }
        }
        for import in &mut self.imported {
            for diagnostic in &mut checked.diagnostics {
                import.map.place_back(import.file, diagnostic);
            }
            checked.diagnostics.append(&mut import.diagnostics);
        }
        for place in checked.diagnostics.iter_mut().flat_map(Diagnostic::places_mut) {
            if let Some(original) = place.file.0.checked_sub(ORIGINALS)
                && let Some(file) = numbers.get(original as usize)
            {
                place.file = *file;
            }
        }
        checked.diagnostics.sort_by_key(|diagnostic| (diagnostic.primary.place.file, diagnostic.primary.place.span));
        self.checked = checked;
    }

    /// Compiles a workflow; places in the plan are those of the originals.
    pub fn compile(&self, entry: GlobalId) -> Result<Plan, Vec<Diagnostic>> {
        let mut plan = lower::compile(&self.checked, entry)?;
        for import in &self.imported {
            if let Some(original) = self.originals.get(import.original) {
                relocate(&mut plan, &import.map, original, &self.originals);
            }
        }
        Ok(plan)
    }

    /// The generated text of the imported file, formatted.
    pub fn text(&self) -> Option<String> {
        let import = self.imported.first()?;
        Some(crate::format::format(&import.text).unwrap_or_else(|_| import.text.clone()))
    }
}

/// Moves the spans of a plan from the generated text to the original.
fn relocate(plan: &mut Plan, map: &SourceMap, original: &Source, originals: &[Arc<Source>]) {
    let Some(index) = plan.about.sources.iter().position(|(name, _)| *name == original.name()) else { return };
    for span in plan.spans.exprs.iter_mut().chain(&mut plan.spans.nodes) {
        if span[0] as usize != index {
            continue;
        }
        let Some(place) = map.origin(Span::new(span[1], span[2])) else { continue };
        let Some(source) = place.file.0.checked_sub(ORIGINALS).and_then(|at| originals.get(at as usize)) else {
            continue;
        };
        let position = source.position(place.span.start);
        *span = [span[0], place.span.start, place.span.end, position.line, position.column];
    }
}
