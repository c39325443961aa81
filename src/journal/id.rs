//! Ids of runs: short, sortable, typed by people.

use std::hash::{BuildHasher, Hasher, RandomState};

/// Without letters that are mistaken for digits or each other; sorted as bytes.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// 2026-01-01T00:00:00Z, in seconds since 1970.
const EPOCH_S: i64 = 1_767_225_600;

/// A new id: six characters for the second of creation, four random ones. Ids sort by creation until 2060.
/// The only place where the engine draws a random number.
pub fn new_run_id(now_ms: i64) -> String {
    let seconds = (now_ms / 1000 - EPOCH_S).clamp(0, (1 << 30) - 1).cast_unsigned();
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_i64(now_ms);
    encode(seconds, hasher.finish())
}

fn encode(seconds: u64, random: u64) -> String {
    let bits = (seconds << 20) | (random & 0xf_ffff);
    let digit = |place: u32| char::from(ALPHABET[(bits >> (5 * place) & 31) as usize]);
    (0..10).rev().map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time() {
        let ids: Vec<String> = [0, 1, 31, 32, 1000, 1 << 29].map(|seconds| encode(seconds, !seconds)).into();
        assert!(ids.is_sorted(), "{ids:?}");
        assert!(ids.iter().all(|id| id.len() == 10));
        assert_eq!(encode(0, 0), "0000000000");
        assert_eq!(encode((1 << 30) - 1, u64::MAX), "zzzzzzzzzz");
    }

    #[test]
    fn ids_of_one_moment_differ() {
        let ids: std::collections::BTreeSet<String> = (0..100).map(|_| new_run_id(1_800_000_000_000)).collect();
        assert!(ids.len() > 95);
    }
}
