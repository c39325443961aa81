//! Pairs of the grammar to nodes of the tree.
//!
//! The builder is total: it takes whatever the grammar accepts, and says itself what the grammar lets through.

mod clause;
mod expr;
mod flow;
mod item;
mod member;
mod number;
mod test;
mod text;
mod types;

pub(super) use item::{Inside, listed};
pub(super) use member::{Built, Context, Members, Prelude, context_of};

use super::errors;
pub(super) use super::node::{Node, Nodes};
use crate::diagnostic::{Diagnostic, Place};
use crate::limits::MAX_NESTING;
use crate::source::{FileId, Span};
use crate::syntax::tree::{Allow, Comment, Doc, Name, NodeId, Path};
use wf_grammar::Rule;

/// Builds the nodes of one item.
pub(super) struct Builder<'s> {
    /// The text of the item.
    pub text: &'s str,
    /// Where in it the text begins that the pairs were made from.
    pub base: u32,
    /// What was found wrong, item-relative.
    pub errors: Vec<Diagnostic>,
    /// Brackets do not match, so that what stands where says nothing.
    pub lenient: bool,
    file: FileId,
    /// The documentation comments of the item, item-relative.
    docs: &'s [Comment],
    next: u32,
    depth: usize,
    too_deep: bool,
}

impl<'s> Builder<'s> {
    pub fn new(file: FileId, text: &'s str, docs: &'s [Comment]) -> Self {
        Self { text, base: 0, errors: Vec::new(), lenient: false, file, docs, next: 0, depth: 0, too_deep: false }
    }

    /// How many node numbers have been given out.
    pub fn nodes(&self) -> u32 {
        self.next
    }

    pub fn id(&mut self) -> NodeId {
        self.next += 1;
        NodeId(self.next - 1)
    }

    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.errors.push(diagnostic);
    }

    /// The place of `span`; the number of the item is filled in when the diagnostic leaves the parser.
    pub fn place(&self, span: Span) -> Place {
        Place { file: self.file, item: 0, span }
    }

    pub fn span(&self, node: &Node<'_>) -> Span {
        node.span().shift(self.base)
    }

    /// With the bracket or quotes (`before` bytes) that stand before the rule.
    pub fn opened(&self, node: &Node<'_>, before: u32) -> Span {
        let span = self.span(node);
        Span::new(span.start.saturating_sub(before), span.end)
    }

    /// Where the keyword before `node` starts.
    pub fn keyword_start(&self, node: &Node<'_>) -> u32 {
        let start = self.span(node).start as usize;
        let letter = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'-';
        let word = self.text.as_bytes()[..start].iter().rev().take_while(|byte| letter(byte)).count();
        (start - word) as u32
    }

    pub fn name(&self, node: &Node<'_>) -> Name {
        Name { text: node.as_str().into(), span: self.span(node) }
    }

    pub fn missing_name(&self, at: u32) -> Name {
        Name { text: "".into(), span: Span::at(at) }
    }

    /// The first name among `nodes`.
    pub fn take_name(&self, nodes: &mut Nodes<'s>, at: u32) -> Name {
        nodes.next().map_or_else(|| self.missing_name(at), |node| self.name(&node))
    }

    /// A name that is bound to a value or a step: not a word that begins a statement.
    pub fn binding(&mut self, name: Name) -> Name {
        if super::keywords::is_taken(&name.text) || super::keywords::is_reserved(&name.text) {
            let place = self.place(name.span);
            self.report(errors::reserved_name(place, &name.text));
        }
        name
    }

    /// A name that only the words of expressions are refused for.
    pub fn free_name(&mut self, name: Name) -> Name {
        if super::keywords::is_reserved(&name.text) {
            let place = self.place(name.span);
            self.report(errors::reserved_name(place, &name.text));
        }
        name
    }

    pub fn names(&self, node: Node<'s>) -> Box<[Name]> {
        node.into_inner().map(|node| self.name(&node)).collect()
    }

    pub fn path(&self, node: Node<'s>) -> Path {
        let at = self.span(&node).start;
        let mut names = node.into_inner();
        let first = self.take_name(&mut names, at);
        match names.next() {
            Some(name) => Path { module: Some(first), name: self.name(&name) },
            None => Path { module: None, name: first },
        }
    }

    /// The documentation that ends right before byte `start`.
    pub fn doc(&self, start: u32) -> Option<Box<Doc>> {
        let end = self.docs.partition_point(|doc| doc.span.end <= start);
        let mut next = start as usize;
        let belongs = |doc: &&Comment| {
            let gap = self.text.get(doc.span.end as usize..next).unwrap_or("x");
            next = doc.span.start as usize;
            doc.own_line && gap.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with("//"))
        };
        let lines = self.docs[..end].iter().rev().take_while(belongs).count();
        let docs = &self.docs[end - lines..end];
        let span = docs.first()?.span.to(docs.last()?.span);
        let line = |doc: &Comment| {
            let text = doc.span.of(self.text).trim_start_matches('/');
            text.strip_prefix(' ').unwrap_or(text).trim_end().to_owned()
        };
        let text = docs.iter().map(line).collect::<Vec<_>>().join("\n").into();
        Some(Box::new(Doc { text, span }))
    }

    pub fn allow(&mut self, node: Node<'s>) -> Allow {
        let span = self.span(&node);
        let (mut lints, mut reason) = (Vec::new(), None);
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::name => lints.push(self.name(&part)),
                _ => reason = Some(self.text(part)),
            }
        }
        Allow { lints: lints.into(), reason, span }
    }

    /// Runs `build` one level deeper; `None` past the limit, which is reported once per item.
    pub fn nested<T>(&mut self, span: Span, build: impl FnOnce(&mut Self) -> T) -> Option<T> {
        // Brackets are counted by the skeleton; this bounds what nests without them.
        if self.depth >= 4 * MAX_NESTING {
            if !std::mem::replace(&mut self.too_deep, true) {
                let mut error =
                    errors::too_deep(self.file, Span::new(span.start, span.start.saturating_add(1).min(span.end)));
                error.primary.place.item = 0;
                self.report(error);
            }
            return None;
        }
        self.depth += 1;
        let out = build(self);
        self.depth -= 1;
        Some(out)
    }
}
