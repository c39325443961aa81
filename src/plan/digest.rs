//! The digest of a plan: what approvals, caches and runs are bound to.

use std::fmt::Write as _;
use std::io::{self, Write};

use ecow::EcoString;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::ir::*;

/// `sha256:` and the digest of everything in `plan` but `digest`, `about` and `spans`: what does not change what runs
/// (comments, formatting, titles of files) does not change it.
pub fn digest(plan: &Plan) -> EcoString {
    // Taken apart, so that a new field cannot be forgotten.
    let Plan {
        format,
        digest: _,
        language,
        name,
        entry,
        bodies,
        blocks,
        nodes,
        works,
        handlers,
        gates,
        metrics,
        functions,
        constants,
        exprs,
        types,
        agents,
        environment,
        about: _,
        spans: _,
    } = plan;
    let mut hasher = Sha256::new();
    let mut add = |part: &dyn erased::Part| part.write(&mut hasher);
    add(&(format, language, name, entry));
    add(bodies);
    add(blocks);
    add(nodes);
    add(works);
    add(handlers);
    add(gates);
    add(metrics);
    add(functions);
    add(constants);
    add(exprs);
    add(types);
    add(agents);
    add(environment);
    let mut text = EcoString::from("sha256:");
    for byte in hasher.finalize() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

mod erased {
    use super::{BufWriter, Serialize, Sha256};

    /// A part of a plan that is hashed.
    pub(super) trait Part {
        fn write(&self, hasher: &mut Sha256);
    }

    impl<T: Serialize> Part for T {
        fn write(&self, hasher: &mut Sha256) {
            let mut out = BufWriter::new(hasher);
            // Neither the writer nor the types of a plan fail.
            let _ = serde_json::to_writer(&mut out, self);
            out.end();
        }
    }
}

/// Hands bytes to the hash in larger pieces, each part ended by a newline.
struct BufWriter<'a> {
    hasher: &'a mut Sha256,
    buffer: Vec<u8>,
}

impl<'a> BufWriter<'a> {
    fn new(hasher: &'a mut Sha256) -> Self {
        Self { hasher, buffer: Vec::with_capacity(1 << 14) }
    }

    fn end(mut self) {
        self.buffer.push(b'\n');
        self.hasher.update(&self.buffer);
    }
}

impl Write for BufWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.buffer.len() + bytes.len() > 1 << 14 {
            self.hasher.update(&self.buffer);
            self.buffer.clear();
        }
        self.buffer.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
