//! How many distinct sources there were, in a few bytes that can be added up: HyperLogLog (Flajolet, Fusy, Gandouet, Meunier, 2007) with the
//! estimator of Ertl (New cardinality estimation algorithms for HyperLogLog sketches, 2017, algorithm 8).
//!
//! Up to [`SPARSE`] sources a sketch holds each of them, and its number is exact; beyond, the standard error is 1.04/√4096, 1.6 %.
//! Sketches of parts merge to the sketch of the whole, whatever the order: that is why sums of days, sensors and files are right.

use std::net::IpAddr;

/// So many sources are told apart one by one.
pub const SPARSE: usize = 1_024;
/// Bits of a hash that choose a register.
const INDEX_BITS: u32 = 12;
const REGISTERS: usize = 1 << INDEX_BITS;
/// Bits of a hash that are left for a register's value.
const VALUE_BITS: u32 = 32 - INDEX_BITS;

/// A set of sources, as far as their number is asked for.
#[derive(Clone, Debug)]
pub struct Sketch(Form);

#[derive(Clone, Debug)]
enum Form {
    /// Hashes; sorted and distinct up to `sorted`, what came since behind it.
    Sparse {
        hashes: Vec<u32>,
        sorted: usize,
    },
    Dense(Box<[u8]>),
}

impl Default for Sketch {
    fn default() -> Self {
        Self(Form::Sparse { hashes: Vec::new(), sorted: 0 })
    }
}

/// Two are equal when they hold the same.
impl PartialEq for Sketch {
    fn eq(&self, other: &Self) -> bool {
        self.to_bytes() == other.to_bytes()
    }
}

impl Eq for Sketch {}

impl Sketch {
    /// Adds a source.
    pub fn add(&mut self, source: IpAddr) {
        self.insert(hash(source));
    }

    fn insert(&mut self, hash: u32) {
        match &mut self.0 {
            Form::Sparse { hashes, sorted } => {
                // The same source comes many times in a row.
                if hashes.last() == Some(&hash) || hashes.get(..*sorted).is_some_and(|known| known.binary_search(&hash).is_ok()) {
                    return;
                }
                hashes.push(hash);
                if hashes.len() >= *sorted * 2 + 16 {
                    self.settle();
                }
            }
            Form::Dense(registers) => put(registers, hash),
        }
    }

    /// Adds what another holds.
    pub fn merge(&mut self, other: &Self) {
        match (&mut self.0, &other.0) {
            (_, Form::Sparse { hashes, .. }) => hashes.iter().for_each(|hash| self.insert(*hash)),
            (Form::Dense(ours), Form::Dense(theirs)) => ours.iter_mut().zip(theirs).for_each(|(ours, theirs)| *ours = (*ours).max(*theirs)),
            (Form::Sparse { hashes, .. }, Form::Dense(theirs)) => {
                let mut registers = theirs.clone();
                hashes.iter().for_each(|hash| put(&mut registers, *hash));
                self.0 = Form::Dense(registers);
            }
        }
    }

    /// Sorts what came, and changes the form when there are too many.
    fn settle(&mut self) {
        let Form::Sparse { hashes, sorted } = &mut self.0 else { return };
        hashes.sort_unstable();
        hashes.dedup();
        *sorted = hashes.len();
        if hashes.len() > SPARSE {
            let mut registers = vec![0; REGISTERS].into_boxed_slice();
            hashes.iter().for_each(|hash| put(&mut registers, *hash));
            self.0 = Form::Dense(registers);
        }
    }

    /// How many distinct sources it holds, about.
    #[must_use]
    pub fn estimate(&self) -> u64 {
        let mut settled = self.clone();
        settled.settle();
        match settled.0 {
            Form::Sparse { hashes, .. } => hashes.len() as u64,
            Form::Dense(registers) => estimate(&registers),
        }
    }

    /// Whether [`estimate`](Self::estimate) is the number itself.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        let mut settled = self.clone();
        settled.settle();
        matches!(settled.0, Form::Sparse { .. })
    }

    /// As it is stored: a byte for the form (1 or 2), then hashes in order, big-endian, or registers.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut settled = self.clone();
        settled.settle();
        match settled.0 {
            Form::Sparse { hashes, .. } => std::iter::once(1).chain(hashes.iter().flat_map(|hash| hash.to_be_bytes())).collect(),
            Form::Dense(registers) => std::iter::once(2).chain(registers.iter().copied()).collect(),
        }
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote; `None` for anything else.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (form, rest) = bytes.split_first()?;
        match form {
            1 if rest.len() <= SPARSE * 4 => {
                let (words, rest) = rest.as_chunks::<4>();
                let hashes: Vec<u32> = words.iter().map(|word| u32::from_be_bytes(*word)).collect();
                let is_sorted = hashes.is_sorted_by(|a, b| a < b);
                (rest.is_empty() && is_sorted).then_some(Self(Form::Sparse { sorted: hashes.len(), hashes }))
            }
            2 if rest.len() == REGISTERS && rest.iter().all(|value| u32::from(*value) <= VALUE_BITS + 1) => Some(Self(Form::Dense(rest.into()))),
            _ => None,
        }
    }
}

fn put(registers: &mut [u8], hash: u32) {
    let (index, rest) = ((hash >> VALUE_BITS) as usize, hash << INDEX_BITS);
    let value = u8::try_from(rest.leading_zeros().min(VALUE_BITS) + 1).unwrap_or(u8::MAX);
    if let Some(register) = registers.get_mut(index) {
        *register = (*register).max(value);
    }
}

/// Algorithm 8 of Ertl's paper.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an estimate below 2^33")]
fn estimate(registers: &[u8]) -> u64 {
    let m = REGISTERS as f64;
    let mut counts = [0_u32; VALUE_BITS as usize + 2];
    for value in registers {
        counts.get_mut(usize::from(*value)).into_iter().for_each(|count| *count += 1);
    }
    let [zeroes, between @ .., last] = counts;
    let mut z = m * tau(1.0 - f64::from(last) / m);
    for count in between.iter().rev() {
        z = 0.5 * (z + f64::from(*count));
    }
    z += m * sigma(f64::from(zeroes) / m);
    (m * m / (2.0 * std::f64::consts::LN_2 * z)).round() as u64
}

fn sigma(mut x: f64) -> f64 {
    if x >= 1.0 {
        return f64::INFINITY;
    }
    let (mut y, mut z) = (1.0, x);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if z <= before {
            return z;
        }
    }
}

fn tau(mut x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return 0.0;
    }
    let (mut y, mut z) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = z;
        y *= 0.5;
        z -= (1.0 - x).powi(2) * y;
        if z >= before {
            return z / 3.0;
        }
    }
}

/// 32 bits of a source that look like chance. Sketches that are stored hold them: this never changes.
fn hash(source: IpAddr) -> u32 {
    /// The finaliser of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
    const fn mix(mut x: u64) -> u64 {
        x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }
    let mixed = match source {
        IpAddr::V4(v4) => mix(u64::from(u32::from(v4))),
        IpAddr::V6(v6) => {
            let bytes = u128::from(v6).to_be_bytes();
            let (halves, _) = bytes.as_chunks::<8>();
            halves.iter().fold(6, |sum, half| mix(sum ^ u64::from_be_bytes(*half)))
        }
    };
    let [a, b, c, d, ..] = mixed.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::{collections::BTreeSet, net::Ipv4Addr};

    fn of(sources: impl IntoIterator<Item = u32>) -> Sketch {
        let mut sketch = Sketch::default();
        sources.into_iter().for_each(|source| sketch.add(Ipv4Addr::from(source).into()));
        sketch
    }

    #[test]
    fn many_are_told_within_the_error() {
        for count in [0_u32, 1, 2, 1_000, 1_024, 1_025, 5_000, 20_000, 100_000, 3_000_000] {
            // Neighbours, as scanners of one network are.
            let estimate = of(0..count).estimate();
            let error = (estimate as f64 - f64::from(count)).abs() / f64::from(count.max(1));
            assert!(if count as usize <= SPARSE { estimate == u64::from(count) } else { error < 0.05 }, "{count}: {estimate}");
        }
    }

    #[test]
    fn addresses_of_both_versions_are_told_apart() {
        let mut sketch = of([7]);
        for source in ["0.0.0.7", "::7", "::ffff:0.0.0.7", "::7", "7::"] {
            sketch.add(source.parse().unwrap());
        }
        assert_eq!(sketch.estimate(), 4);
    }

    #[test]
    fn other_bytes_are_none() {
        for bytes in [&[][..], &[0], &[3, 1], &[1, 0], &[1, 0, 0, 0, 2, 0, 0, 0, 1], &[2; 100], &[1; 5_001]] {
            assert!(Sketch::from_bytes(bytes).is_none(), "{bytes:?}");
        }
        assert!(Sketch::from_bytes(&[vec![2], vec![22; REGISTERS]].concat()).is_none());
        assert!(Sketch::from_bytes(&[vec![2], vec![21; REGISTERS]].concat()).is_some());
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn parts_merge_to_the_whole(parts in prop::collection::vec((any::<u32>(), 0_u32..3_000), 0..6), small in prop::collection::vec(0_u32..64, 0..200)) {
            let parts: Vec<Vec<u32>> = parts.iter().map(|(from, count)| (*from..from.saturating_add(*count)).collect()).chain([small]).collect();
            let whole = of(parts.iter().flatten().copied());
            for parts in [parts.clone(), parts.iter().rev().cloned().collect()] {
                let mut merged = Sketch::default();
                parts.iter().for_each(|part| merged.merge(&Sketch::from_bytes(&of(part.iter().copied()).to_bytes()).unwrap()));
                prop_assert_eq!(&merged, &whole);
                prop_assert_eq!(merged.estimate(), whole.estimate());
            }
            let distinct: BTreeSet<u32> = parts.iter().flatten().copied().collect();
            if distinct.len() <= SPARSE {
                prop_assert_eq!(whole.estimate(), distinct.len() as u64);
            }
        }
    }
}
