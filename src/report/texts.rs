//! The text of the sources of a plan, where it is at hand and still the one that was compiled.

use sha2::{Digest as _, Sha256};

use crate::plan::ir::Plan;

/// Sources of a plan by number.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Texts {
    names: Vec<String>,
    texts: Vec<Option<String>>,
}

impl Texts {
    /// Reads each source of the plan by its name; one whose digest is another than the plan says is not used.
    pub fn of(plan: &Plan, mut read: impl FnMut(&str) -> Option<String>) -> Self {
        let mut texts = Self::default();
        for (name, digest) in &plan.about.sources {
            texts.names.push(name.to_string());
            texts.texts.push(read(name).filter(|text| hex(text) == digest.as_str()));
        }
        texts
    }

    /// `file:line:column` of `[source, start, end, line, column]`.
    pub fn place(&self, at: [u32; 5]) -> String {
        let name = self.names.get(at[0] as usize).map_or("", String::as_str);
        format!("{name}:{}:{}", at[3], at[4])
    }

    /// What is written there, on one line.
    pub fn text(&self, at: [u32; 5]) -> Option<String> {
        let text = self.texts.get(at[0] as usize)?.as_deref()?;
        let written = text.get(at[1] as usize..at[2] as usize)?;
        Some(written.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

fn hex(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
