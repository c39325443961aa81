//! One item: parsed alone, kept for as long as its text stays the same.

use super::build::Builder;
use super::recover;
use super::skeleton::Bounds;
use super::tree::{Comment, Item, ItemKind, Slot};
use crate::diagnostic::Diagnostic;
use crate::limits::WHOLE_ITEM;
use crate::source::{FileId, Span};
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::Hasher;
use std::sync::Arc;
use wf_grammar::Rule;

/// The items of the last version of a file by the hash of their text.
pub(super) struct Cache<'o> {
    items: FxHashMap<u64, &'o Slot>,
    text: &'o str,
}

impl<'o> Cache<'o> {
    pub fn new(slots: &'o [Slot], text: &'o str) -> Self {
        Self { items: slots.iter().map(|slot| (slot.hash, slot)).collect(), text }
    }

    /// The item of the same text, if there was one.
    pub fn take(&mut self, text: &str, bounds: &Bounds) -> Option<Slot> {
        if self.items.is_empty() {
            return None;
        }
        let new = bounds.span.of(text);
        let slot = self.items.get(&hash(new))?;
        let same = Span::new(slot.start, slot.end).of(self.text) == new;
        same.then(|| Slot { start: bounds.span.start, end: bounds.span.end, ..(*slot).clone() })
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// Parses the item of `bounds`; `docs` are the documentation comments of the file.
pub(super) fn parse(file: FileId, text: &str, bounds: Bounds, docs: &[Comment]) -> Slot {
    let span = bounds.span;
    let text = span.of(text);
    let mut errors = bounds.errors;
    for place in errors.iter_mut().flat_map(Diagnostic::places_mut) {
        place.item = 0;
        place.span = Span::new(place.span.start - span.start, place.span.end - span.start);
    }
    let first = docs.partition_point(|doc| doc.span.start < span.start);
    let last = docs.partition_point(|doc| doc.span.start < span.end);
    let relative =
        |doc: &Comment| Comment { span: Span::new(doc.span.start - span.start, doc.span.end - span.start), ..*doc };
    let docs: Vec<Comment> = docs[first..last.max(first)].iter().map(relative).collect();
    let mut builder = Builder::new(file, text, &docs);
    let item = if bounds.too_deep {
        Item { span: Span::new(0, span.len()), docs: None, allows: Box::default(), kind: ItemKind::Broken, nodes: 0 }
    } else {
        match whole(&mut builder, text, errors.is_empty()) {
            Some(item) => item,
            None => recover::item(&mut builder, &errors),
        }
    };
    errors.append(&mut builder.errors);
    errors.sort_by_key(|error| error.primary.place.span.start);
    Slot { start: span.start, end: span.end, hash: hash(text), item: Arc::new(item), errors: errors.into() }
}

/// The item in one match of the grammar; `None` when it is too large for that, or wrong.
fn whole<'s>(builder: &mut Builder<'s>, text: &'s str, sound: bool) -> Option<Item> {
    if !sound || text.len() > WHOLE_ITEM {
        return None;
    }
    let node = recover::attempt(text, 0, Rule::item).ok()?.next()?;
    Some(builder.item(node))
}
