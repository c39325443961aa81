//! `test` items: mocks, answers and expectations against the workflows that the test runs.

use super::checker::Checker;
use super::env::Env;
use super::facts::Facts;
use crate::source::FileId;
use crate::syntax::tree::{ItemKind, Test};

/// Everything about a test; `facts` are those of all items that are no tests.
pub fn check(env: &Env, facts: &[Vec<Facts>], file: FileId, index: u32) -> Facts {
    let mut cx = Checker::new(env, file, index);
    if let Some(ItemKind::Test(test)) = env.item_at(file, index).map(|item| &item.kind) {
        cx.test(test, facts);
    }
    cx.facts
}

impl Checker<'_> {
    fn test(&mut self, test: &Test, facts: &[Vec<Facts>]) {
        let _ = (test, facts);
    }
}
