//! Keeping secrets out of logs and outputs, also where a read cuts them in two, and in their usual disguises.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, MatchKind};

/// What stands where a secret was.
const STARS: &[u8] = b"***";

/// Secrets shorter than this are masked as they are, but not in their encoded forms, which would be found anywhere.
const MIN_ENCODED: usize = 4;

/// Byte strings to mask: the secrets, their lines, and what base64, percent-encoding and JSON make of them.
#[derive(Debug, Default)]
pub struct Mask {
    patterns: Option<AhoCorasick>,
    longest: usize,
}

impl Mask {
    /// A mask for these secrets; empty ones are ignored.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut forms = BTreeSet::new();
        for secret in secrets {
            add_forms(&mut forms, secret);
            for line in secret.split(|byte| *byte == b'\n') {
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                if line.len() >= 2 * MIN_ENCODED {
                    add_forms(&mut forms, line);
                }
            }
        }
        forms.remove(&Vec::new());
        if forms.is_empty() {
            return Self::default();
        }
        let longest = forms.iter().map(Vec::len).max().unwrap_or(0);
        // Fails only beyond some gigabytes of patterns.
        let patterns = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(forms).ok();
        Self { patterns, longest }
    }

    /// Whether a secret, in whatever form, is in these bytes.
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        self.patterns.as_ref().is_some_and(|patterns| patterns.is_match(bytes))
    }

    /// These bytes with secrets masked.
    pub fn apply(&self, bytes: &[u8]) -> Vec<u8> {
        let mut masked = Vec::with_capacity(bytes.len());
        let mut at = 0;
        for found in self.patterns.iter().flat_map(|patterns| patterns.find_iter(bytes)) {
            masked.extend_from_slice(&bytes[at..found.start()]);
            masked.extend_from_slice(STARS);
            at = found.end();
        }
        masked.extend_from_slice(&bytes[at..]);
        masked
    }
}

fn add_forms(forms: &mut BTreeSet<Vec<u8>>, secret: &[u8]) {
    forms.insert(secret.to_vec());
    if secret.len() < MIN_ENCODED {
        return;
    }
    for url in [false, true] {
        forms.extend((0..3).map(|shift| base64_inside(secret, shift, url)));
    }
    for upper in [false, true] {
        forms.insert(percent_encoded(secret, upper));
    }
    if let Ok(text) = std::str::from_utf8(secret)
        && let Ok(quoted) = serde_json::to_string(text)
    {
        forms.insert(quoted.as_bytes()[1..quoted.len() - 1].to_vec());
    }
}

/// What base64 makes of a secret that stands `shift` bytes behind a multiple of three in a longer text: only the
/// characters that depend on nothing but the secret.
fn base64_inside(secret: &[u8], shift: usize, url: bool) -> Vec<u8> {
    const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let alphabet = if url { URL } else { STANDARD };
    let bit = |index: usize| secret[index / 8] >> (7 - index % 8) & 1;
    let total = secret.len() * 8;
    // The first character whose six bits all lie in the secret.
    let first = (6 - shift * 8 % 6) % 6;
    let starts = (first..).step_by(6).take_while(|start| start + 6 <= total);
    starts.map(|start| alphabet[(start..start + 6).fold(0, |value, at| value << 1 | usize::from(bit(at)))]).collect()
}

fn percent_encoded(secret: &[u8], upper: bool) -> Vec<u8> {
    let mut encoded = Vec::new();
    for &byte in secret {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(byte);
        } else {
            let text = if upper { format!("%{byte:02X}") } else { format!("%{byte:02x}") };
            encoded.extend_from_slice(text.as_bytes());
        }
    }
    encoded
}

/// Masks a stream that comes in chunks.
pub(super) struct Masker {
    patterns: Option<AhoCorasick>,
    longest: usize,
    /// The end of what came, which may be the beginning of a secret.
    held: Vec<u8>,
    /// A secret was found.
    pub found: bool,
}

impl Masker {
    pub fn new(mask: &Mask) -> Self {
        Self { patterns: mask.patterns.clone(), longest: mask.longest, held: Vec::new(), found: false }
    }

    /// Takes a chunk; gives on what is known to hold no secret.
    pub fn feed(&mut self, bytes: &[u8], out: &mut impl FnMut(&[u8])) {
        if self.patterns.is_none() {
            out(bytes);
            return;
        }
        self.held.extend_from_slice(bytes);
        // A match that begins before this is whole, and no longer one can begin where it does.
        let decided = (self.held.len() + 1).saturating_sub(self.longest);
        self.release(decided, out);
    }

    /// Gives on what was held back.
    pub fn finish(&mut self, out: &mut impl FnMut(&[u8])) {
        let end = self.held.len();
        self.release(end, out);
    }

    fn release(&mut self, decided: usize, out: &mut impl FnMut(&[u8])) {
        let Some(patterns) = &self.patterns else { return };
        let mut at = 0;
        for found in patterns.find_iter(&self.held).take_while(|found| found.start() < decided) {
            self.found = true;
            if at < found.start() {
                out(&self.held[at..found.start()]);
            }
            out(STARS);
            at = found.end();
        }
        if at < decided {
            out(&self.held[at..decided]);
            at = decided;
        }
        self.held.drain(..at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(mask: &Mask, chunks: &[&[u8]]) -> String {
        let mut masker = Masker::new(mask);
        let mut all = Vec::new();
        for chunk in chunks {
            masker.feed(chunk, &mut |bytes| all.extend_from_slice(bytes));
        }
        masker.finish(&mut |bytes| all.extend_from_slice(bytes));
        String::from_utf8(all).unwrap()
    }

    #[test]
    fn secrets_are_masked_wherever_reads_end() {
        let mask = Mask::new([b"hunter2".as_slice(), b"hunter2-long", b"ab"]);
        let text = b"x hunter2 y hunter2-long z hunter2-lon ab a b".as_slice();
        for size in 1..=text.len() {
            let chunks: Vec<&[u8]> = text.chunks(size).collect();
            assert_eq!(masked(&mask, &chunks), "x *** y *** z ***-lon *** a b", "{size}");
        }
        assert_eq!(mask.apply(text), b"x *** y *** z ***-lon *** a b");
    }

    #[test]
    fn encoded_secrets_are_masked() {
        let mask = Mask::new([b"p\xc3\xa4ss w\"rd?>".as_slice()]);
        // base64 of `user:` + secret + `!`, of the secret alone, of `xy` + secret; URL-safe; percent; JSON.
        for (text, kept) in [
            ("dXNlcjpww6RzcyB3InJkPz4h", "dXNlcjp***"),
            ("cMOkc3Mgdy", "cMOkc3Mgdy"),
            ("cMOkc3MgdyJyZD8-", "***"),
            ("p%C3%A4ss%20w%22rd%3F%3E", "***"),
            ("p%c3%a4ss%20w%22rd%3f%3e", "***"),
            (r#"{"password":"päss w\"rd?>"}"#, r#"{"password":"***"}"#),
        ] {
            let got = String::from_utf8(mask.apply(text.as_bytes())).unwrap();
            assert!(got.starts_with(kept) || got == kept, "{text}: {got}");
            assert_eq!(got.contains("***"), kept.contains("***"), "{text}: {got}");
        }
    }

    #[test]
    fn lines_of_a_key_are_masked_each() {
        let mask = Mask::new([b"-----BEGIN-----\r\nMIIEabcdefgh\nxyz\n".as_slice()]);
        assert_eq!(masked(&mask, &[b"  MIIEabcdefgh\n xyz"]), "  ***\n xyz");
        assert!(mask.is_in(b"-----BEGIN-----") && !mask.is_in(b"MIIE"));
    }

    #[test]
    fn without_secrets_nothing_is_held() {
        let mut masker = Masker::new(&Mask::new([b"".as_slice()]));
        let mut calls = 0;
        masker.feed(b"text", &mut |_| calls += 1);
        assert_eq!(calls, 1);
    }
}
