//! Inputs from a corpus: pieces cut, doubled, swapped between files, bytes and numbers replaced. One seed, one sequence.

/// Makes inputs.
pub struct Mutator(u64);

/// What is put in: pieces that mean something somewhere.
const PIECES: &[&str] = &[
    "{", "}", "(", ")", "[", "]", "\"", "\"\"\"", "${", "//", "///", "\n", ";", ",", ":", "=", "=>", "->", "?.", "??", ".",
    " not ", " and ", " as ", " in ", " if ", " then ", " else ", "step x {", "parallel ", "for x in xs ", "repeat max 3 until ",
    "match x {", "on failure ", "retry ", "let x = ", "workflow w() {", "command c() {", "record R {", "enum E {", "test \"t\" {",
    "mock all", "expect ", "@", "9223372036854775807", "99999999999999999999", "1e308", "-1", "0", "80%", "1h30m", "10MB", "none",
    "é", "😀", "\u{0}", "\r\n", "\u{feff}", "r#\"", "<<EOF", "`", "$((", "'", "\\", "null", "true", "&a", "*a", "<<: ", "\t", "- ",
];

impl Mutator {
    /// A sequence that begins with `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// xorshift64*, Vigna 2016.
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, limit: usize) -> usize {
        if limit == 0 { 0 } else { (self.next() % limit as u64) as usize }
    }

    /// The next input.
    pub fn mutate(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        let mut input = corpus[self.below(corpus.len())].clone();
        for _ in 0..=self.below(6) {
            let at = self.below(input.len() + 1);
            match self.below(7) {
                0 => drop(input.drain(at..(at + self.below(40)).min(input.len()))),
                1 => {
                    let end = (at + self.below(80)).min(input.len());
                    let piece = input[at..end].to_vec();
                    let times = 1 + self.below(4);
                    (0..times).for_each(|_| drop(input.splice(at..at, piece.iter().copied())));
                }
                2 => {
                    let other = &corpus[self.below(corpus.len())];
                    let from = self.below(other.len() + 1);
                    let end = (from + self.below(200)).min(other.len());
                    drop(input.splice(at..at, other[from..end].iter().copied()));
                }
                3 if at < input.len() => input[at] = self.next() as u8,
                4 => input.truncate(at),
                5 => {
                    let piece = PIECES[self.below(PIECES.len())];
                    let times = if self.below(20) == 0 { self.below(400) } else { 1 };
                    drop(input.splice(at..at, piece.repeat(times).into_bytes()));
                }
                _ => drop(input.splice(at..at, PIECES[self.below(PIECES.len())].bytes())),
            }
        }
        input
    }
}
