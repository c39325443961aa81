//! Identity: names with loop keys, `#n` for a restart, `!kind.n` for the body of a handler.

use ecow::EcoString;

use super::run::Run;
use super::task::TaskId;

impl Run<'_> {
    /// The path of something of that name where the task stands.
    pub fn path(&self, t: TaskId, name: &str) -> EcoString {
        let task = self.task(t);
        let mut path = EcoString::with_capacity(task.prefix.len() + name.len() + task.suffix.len() + 1);
        if !task.prefix.is_empty() {
            path.push_str(&task.prefix);
            path.push('/');
        }
        path.push_str(name);
        path.push_str(&task.suffix);
        path
    }

    /// The path of what the task stands in: empty at the top.
    pub fn place_path(&self, t: TaskId) -> EcoString {
        let task = self.task(t);
        if task.suffix.is_empty() { task.prefix.clone() } else { self.path(t, "") }
    }

    /// The path of the body of a handler: unique, as it counts how often it ran.
    pub fn handler_path(&mut self, around: &str, kind: &str) -> EcoString {
        let path = format!("{around}!{kind}");
        let count = self.s.handled.entry(path.clone()).or_insert(0);
        *count += 1;
        EcoString::from(format!("{path}.{count}"))
    }
}

/// `["api"]`
pub(crate) fn key_suffix(around: &EcoString, key: &str) -> EcoString {
    let mut suffix = around.clone();
    suffix.push_str("[\"");
    for letter in key.chars() {
        if matches!(letter, '"' | '\\') {
            suffix.push('\\');
        }
        suffix.push(letter);
    }
    suffix.push_str("\"]");
    suffix
}

/// `[3]`
pub(crate) fn index_suffix(around: &EcoString, index: u64) -> EcoString {
    let mut suffix = around.clone();
    suffix.push('[');
    suffix.push_str(&index.to_string());
    suffix.push(']');
    suffix
}

/// `#2`
pub(crate) fn restart_suffix(around: &EcoString, restart: u32) -> EcoString {
    let mut suffix = around.clone();
    suffix.push('#');
    suffix.push_str(&restart.to_string());
    suffix
}

/// A stable key for what a step does to the world: 128 bits of the run, the path, and how often the run was rolled back.
pub(crate) fn idempotency_key(run: &str, path: &str, generation: u32) -> String {
    let mut high = 0x6c62_272e_07bb_0142_u64;
    let mut low = 0xcbf2_9ce4_8422_2325_u64;
    let mut eat = |byte: u8| {
        low = (low ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        high = (high ^ u64::from(byte)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    };
    run.bytes().for_each(&mut eat);
    eat(0);
    path.bytes().for_each(&mut eat);
    if generation > 0 {
        eat(0);
        generation.to_le_bytes().into_iter().for_each(&mut eat);
    }
    let mut key = String::with_capacity(32);
    for half in [high ^ (low >> 31), low ^ (high >> 29)] {
        for shift in (0..16).rev() {
            key.push(char::from_digit(((half >> (shift * 4)) & 15) as u32, 16).unwrap_or('0'));
        }
    }
    key
}
