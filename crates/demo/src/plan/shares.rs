//! Splitting whole numbers.

use noroshi_document::share::largest_remainder;

/// Splits a number in proportion to weights, by largest remainder; without any weight evenly.
pub(super) fn split(total: u64, weights: &[u64]) -> Vec<u64> {
    let even = vec![1; weights.len()];
    let weights = if weights.iter().all(|weight| *weight == 0) { &even[..] } else { weights };
    let sum: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
    if sum == 0 {
        return Vec::new();
    }
    let exact = |weight: &u64| u128::from(*weight) * u128::from(total);
    let mut parts: Vec<u64> = weights.iter().map(|weight| u64::try_from(exact(weight) / sum).unwrap_or(0)).collect();
    let mut order: Vec<(u128, usize)> = weights.iter().map(|weight| exact(weight) % sum).zip(0..).collect();
    order.sort_by_key(|(remainder, place)| (std::cmp::Reverse(*remainder), *place));
    let missing = usize::try_from(total.saturating_sub(parts.iter().sum())).unwrap_or(0);
    for (_, place) in order.into_iter().take(missing) {
        if let Some(part) = parts.get_mut(place) {
            *part += 1;
        }
    }
    parts
}

/// What is known of three counts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Known {
    /// The counts themselves.
    pub(super) counts: [Option<u64>; 3],
    /// The least that they can be.
    pub(super) least: [u64; 3],
    /// The most that they can be.
    pub(super) most: [Option<u64>; 3],
    /// Their shares in percent.
    pub(super) percent: [Option<u64>; 3],
}

/// Three counts of this sum that obey what is known, the most natural first.
pub(super) fn split_by_percent(total: u64, known: Known) -> Vec<[u64; 3]> {
    /// More of them are hardly ever different to those who ask.
    const MOST: usize = 12;
    let Known { counts: known, least, most, percent } = known;
    // Shares add up to 100, so two of them tell the third.
    let Some(left) = 100_u64.checked_sub(percent.iter().flatten().sum()) else { return Vec::new() };
    let one_is_free = total > 0 && percent.iter().filter(|percent| percent.is_none()).count() == 1;
    let percent = percent.map(|percent| percent.or(one_is_free.then_some(left)));
    let fits = |counts: &[u64; 3]| {
        let right = known.iter().zip(counts).all(|(known, count)| known.is_none_or(|known| known == *count));
        let small = most.iter().zip(counts).all(|(most, count)| most.is_none_or(|most| most >= *count));
        let shares = largest_remainder(counts);
        let large = least.iter().zip(counts).all(|(least, count)| least <= count);
        right && small && large && percent.iter().zip(shares).all(|(percent, share)| percent.is_none_or(|percent| percent == share))
    };
    let [domestic, foreign, unknown] = [0_usize, 1, 2].map(|place| {
        candidates(
            total,
            known.get(place).copied().flatten(),
            least.get(place).copied().unwrap_or(0),
            most.get(place).copied().flatten(),
            percent.get(place).copied().flatten(),
        )
    });
    let pairs = |first: &[u64], second: &[u64], place: fn(u64, u64, u64) -> [u64; 3]| {
        let pairs = first.iter().flat_map(|first| second.iter().map(move |second| (*first, *second)));
        let counts = pairs.filter_map(|(first, second)| Some(place(first, second, total.checked_sub(first + second)?)));
        counts.filter(fits).collect::<Vec<_>>()
    };
    // Any one of the three may be what the other two leave.
    let found = pairs(&domestic, &foreign, |domestic, foreign, unknown| [domestic, foreign, unknown])
        .into_iter()
        .chain(pairs(&domestic, &unknown, |domestic, unknown, foreign| [domestic, foreign, unknown]))
        .chain(pairs(&foreign, &unknown, |foreign, unknown, domestic| [domestic, foreign, unknown]));
    let mut found: Vec<_> = found.collect();
    // Not knowing is the exception.
    found.sort_by_key(|[_, _, unknown]| *unknown);
    found.dedup();
    found.truncate(MOST);
    found
}

/// Counts of a part that may come out right, the likeliest first.
fn candidates(total: u64, known: Option<u64>, least: u64, most: Option<u64>, percent: Option<u64>) -> Vec<u64> {
    /// Of so few, every count may be the only one at which the others' shares are rounded as they are named.
    const FEW: u64 = 40;
    match (known, percent) {
        (Some(known), _) => vec![known],
        (None, Some(percent)) => {
            let near = (total * percent + 50) / 100;
            let mut near: Vec<u64> = (near.saturating_sub(3)..=near + 3).filter(|count| *count <= total).collect();
            near.sort_by_key(|count| (count * 100).abs_diff(total * percent));
            near
        }
        (None, None) => {
            let usual = [Some((total * 2 / 5).max(least)), Some(least), most.map(|most| most.min(total))].into_iter().flatten();
            usual.chain((total <= FEW).then_some(least..=total).into_iter().flatten()).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn parts_add_up(total in 0..1_000_000_u64, weights in prop::collection::vec(0..1000_u64, 1..12)) {
            prop_assert_eq!(split(total, &weights).iter().sum::<u64>(), total);
        }

        #[test]
        fn printed_shares_are_found_again(counts in prop::array::uniform3(0..3000_u64), known in prop::array::uniform3(any::<bool>())) {
            let shares = largest_remainder(&counts);
            let percent = [0, 1, 2].map(|place| known[place].then_some(shares[place]));
            let found = split_by_percent(counts.iter().sum(), Known { percent, ..Known::default() });
            let again = largest_remainder(found.first().expect("there is such a split"));
            for place in 0..3 {
                prop_assert!(percent[place].is_none_or(|percent| percent == again[place]));
            }
        }
    }
}
