//! Chance that is the same every time, on every machine and in every version.

/// A number that looks like chance and depends on `seed` and `turn` alone (SplitMix64, Steele and others, 2014).
pub(crate) const fn roll(seed: u64, turn: u64) -> u64 {
    let mut mixed = seed.wrapping_mul(0xD6E8_FEB8_6659_FD93) ^ turn.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// Rolls one after another.
#[derive(Clone, Debug)]
pub(crate) struct Chance {
    seed: u64,
    turn: u64,
}

impl Chance {
    /// The chance of one thing among others: equal parts give equal rolls.
    pub(crate) const fn new(seed: u64, thing: u64) -> Self {
        Self { seed: roll(seed, thing), turn: 0 }
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.turn += 1;
        roll(self.seed, self.turn)
    }

    /// A number below `below`, which is less than 2^32.
    pub(crate) const fn below(&mut self, below: u64) -> u64 {
        ((self.next() >> 32) * below) >> 32
    }

    /// One of a list, each as often as its weight says.
    pub(crate) fn weighted<T: Copy>(&mut self, list: &[(T, u64)]) -> Option<T> {
        let mut left = self.below(list.iter().map(|(_, weight)| weight).sum::<u64>().max(1));
        for (one, weight) in list {
            match left.checked_sub(*weight) {
                Some(rest) => left = rest,
                None => return Some(*one),
            }
        }
        None
    }
}

/// Puts a list into an order that looks like chance.
pub(crate) fn shuffle<T>(seed: u64, list: &mut [T]) {
    for last in (1..list.len()).rev() {
        let other = roll(seed, last as u64) % (last as u64 + 1);
        list.swap(last, usize::try_from(other).unwrap_or(last));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shuffled_list_holds_the_same_and_is_the_same_every_time() {
        let mut list: Vec<u32> = (0..1000).collect();
        shuffle(7, &mut list);
        let again = {
            let mut again: Vec<u32> = (0..1000).collect();
            shuffle(7, &mut again);
            again
        };
        assert_eq!(list, again);
        assert_ne!(list.first(), Some(&0));
        list.sort_unstable();
        assert_eq!(list, (0..1000).collect::<Vec<_>>());
    }
}
