//! Finding bytes eight at a time.

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The place of the first `one` or `other` in `bytes` at or after `from`.
pub(super) fn find_either(bytes: &[u8], from: usize, one: u8, other: u8) -> Option<usize> {
    let tail = bytes.get(from..)?;
    let (ones, others) = (LOW * u64::from(one), LOW * u64::from(other));
    let (words, _) = tail.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let hits = zeros(word ^ ones) | zeros(word ^ others);
        if hits != 0 {
            return Some(from + index * 8 + hits.trailing_zeros() as usize / 8);
        }
    }
    let done = words.len() * 8;
    tail.get(done..)?.iter().position(|byte| *byte == one || *byte == other).map(|place| from + done + place)
}

/// The place of the first `wanted` in `bytes` at or after `from`.
pub(super) fn find(bytes: &[u8], from: usize, wanted: u8) -> Option<usize> {
    find_either(bytes, from, wanted, wanted)
}

/// A word whose lowest set bit is in the lowest byte of `word` that is zero; zero when none is.
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(LOW) & !word & HIGH
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn as_byte_by_byte(bytes in prop::collection::vec(prop::sample::select(vec![0u8, 9, 10, 11, 34, 35, 127, 128, 138, 255]), 0..40), from in 0usize..45) {
            let slow = bytes.iter().enumerate().skip(from).find(|(_, byte)| matches!(byte, 10 | 34)).map(|(place, _)| place);
            prop_assert_eq!(find_either(&bytes, from, b'\n', b'"'), slow);
            let slow = bytes.iter().enumerate().skip(from).find(|(_, byte)| **byte == 10).map(|(place, _)| place);
            prop_assert_eq!(find(&bytes, from, b'\n'), slow);
        }
    }
}
