//! Shares in whole percent that sum to 100.

/// Percentages of the values in their sum, by the method of the largest remainder: they sum to 100 and each is within one of the exact
/// share. Equal remainders are served in order. When all values are zero, so are all shares.
#[must_use]
pub fn largest_remainder(values: &[u64]) -> Vec<u64> {
    let sum: u128 = values.iter().map(|value| u128::from(*value)).sum();
    if sum == 0 {
        return vec![0; values.len()];
    }
    let exact = |value: &u64| u128::from(*value) * 100;
    let mut shares: Vec<u64> = values.iter().map(|value| u64::try_from(exact(value) / sum).unwrap_or(100)).collect();
    let missing = usize::try_from(100_u64.saturating_sub(shares.iter().sum())).unwrap_or(0);
    let mut order: Vec<(u128, usize)> = values.iter().map(|value| exact(value) % sum).zip(0..).collect();
    order.sort_by_key(|(remainder, place)| (std::cmp::Reverse(*remainder), *place));
    for (_, place) in order.into_iter().take(missing) {
        if let Some(share) = shares.get_mut(place) {
            *share += 1;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn published_shares_come_out() {
        assert_eq!(largest_remainder(&[253, 204, 144]), [42, 34, 24]);
        assert_eq!(largest_remainder(&[1, 1, 1]), [34, 33, 33]);
        assert_eq!(largest_remainder(&[0, 0]), [0, 0]);
        assert_eq!(largest_remainder(&[]), [0; 0]);
    }

    proptest! {
        #[test]
        fn shares_sum_to_100_and_stay_within_one(values in prop::collection::vec(prop_oneof![0..2000_u64, any::<u64>()], 1..12)) {
            let sum: u128 = values.iter().map(|value| u128::from(*value)).sum();
            let shares = largest_remainder(&values);
            prop_assert_eq!(shares.iter().sum::<u64>(), if sum == 0 { 0 } else { 100 });
            for (value, share) in values.iter().zip(shares) {
                prop_assert!((u128::from(share) * sum).abs_diff(u128::from(*value) * 100) < sum.max(1));
            }
        }
    }
}
