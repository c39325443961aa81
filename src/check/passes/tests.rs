//! Tests that show nothing.

use super::PassContext;
use super::print::print_text;
use crate::check::facts::GlobalId;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint;
use crate::syntax::tree::*;

/// Reports tests without an expectation and mocks that nothing calls.
pub fn run(cx: &PassContext, out: &mut Vec<Diagnostic>) {
    let ItemKind::Test(test) = &cx.view.item.kind else { return };
    let mut found = Found::default();
    found.collect(cx, &test.entries);
    if !found.expects && !found.broken {
        out.push(test_without_expect(cx, test));
    }
    if found.runs.is_empty() || found.unknown {
        return;
    }
    let Some(reached) = cx.summaries.reach(&found.runs) else { return };
    for (callee, id) in &found.mocks {
        if !reached.contains(id) {
            out.push(unused_mock(cx, callee));
        }
    }
}

/// What the lines of a test hold.
#[derive(Default)]
struct Found<'a> {
    expects: bool,
    broken: bool,
    unknown: bool,
    runs: Vec<GlobalId>,
    mocks: Vec<(&'a Callee, GlobalId)>,
}

impl<'a> Found<'a> {
    fn collect(&mut self, cx: &PassContext, entries: &'a [TestEntry]) {
        for entry in entries {
            match &entry.kind {
                TestEntryKind::Expect(_) => self.expects = true,
                TestEntryKind::Broken => self.broken = true,
                TestEntryKind::For(each) => self.collect(cx, &each.entries),
                TestEntryKind::Run(run) => match cx.callee(&run.0) {
                    Some(id) => self.runs.push(id),
                    None => self.unknown = true,
                },
                TestEntryKind::Mock(MockTarget::Command(callee), _) => {
                    self.mocks.extend(cx.callee(callee).map(|id| (callee, id)));
                }
                _ => {}
            }
        }
    }
}

fn test_without_expect(cx: &PassContext, test: &Test) -> Diagnostic {
    let message = format!("test \"{}\" expects nothing, so it shows nothing", print_text(&test.title));
    Diagnostic::new(&lint::TEST_WITHOUT_EXPECT, cx.at(test.title.span), message)
        .help("say what must hold after the run, at least `expect succeeded`")
}

fn unused_mock(cx: &PassContext, callee: &Callee) -> Diagnostic {
    let message = format!("no workflow that this test runs calls `@{}`", callee.path.name.text);
    Diagnostic::new(&lint::UNUSED_MOCK, cx.at(callee.span), message).help("take the mock out, or run what calls it")
}
