//! A target's seeds and some thousand variations of them, the same every time: what every run of the tests can afford.

use crate::target::Target;

/// Reads the seeds as they are and `count` variations of them.
pub(crate) fn run(target: &Target, count: usize) {
    let seeds = (target.seeds)();
    assert!(!seeds.is_empty(), "{} has nothing to begin with", target.name);
    let mut dice = Dice(0x6e6f_726f_7368_6921 ^ target.name.bytes().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte))));
    (target.run)(b"");
    seeds.iter().for_each(|seed| tried(target, seed));
    for _ in 0..count {
        tried(target, &varied(&seeds, &mut dice));
    }
}

/// Reads bytes, and says which they were when that goes wrong.
fn tried(target: &Target, bytes: &[u8]) {
    let outcome = std::panic::catch_unwind(|| (target.run)(bytes));
    assert!(outcome.is_ok(), "{} fails on {:?}", target.name, String::from_utf8_lossy(bytes));
}

/// A seed after one to six small changes.
fn varied(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    const EDGES: &[u8] = b"\0\t\n\r \"'(),-./:;<=>?@[\\]_`{}\x1b\x7f\x80\xc0\xff09Az";
    let mut bytes = seeds[dice.below(seeds.len())].clone();
    for _ in 0..=dice.below(6) {
        let at = dice.below(bytes.len() + 1);
        let end = (at + 1 + dice.below(40)).min(bytes.len());
        match dice.below(8) {
            0 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            1 if at < bytes.len() => bytes[at] = EDGES[dice.below(EDGES.len())],
            2 => bytes.insert(at, EDGES[dice.below(EDGES.len())]),
            3 => drop(bytes.drain(at..end)),
            // The same again, some times.
            4 => {
                let piece = bytes[at..end].repeat(1 + dice.below(20));
                bytes.splice(at..at, piece);
            }
            // A piece of another seed.
            5 => {
                let other = &seeds[dice.below(seeds.len())];
                let from = dice.below(other.len() + 1);
                let to = (from + dice.below(200)).min(other.len());
                bytes.splice(at..end, other[from..to].iter().copied());
            }
            6 => bytes.truncate(at),
            _ => {
                let run = vec![EDGES[dice.below(EDGES.len())]; 1 + dice.below(300)];
                bytes.splice(at..at, run);
            }
        }
    }
    bytes
}

/// Numbers that look random and are the same every time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end.max(1) as u64).unwrap()
    }
}
