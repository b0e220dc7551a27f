//! Changes against an earlier figure.

/// The change from `earlier` to `now` in whole percent of `earlier`, halves rounded away from zero; none when there was nothing.
#[must_use]
pub fn percent(now: i64, earlier: i64) -> Option<i64> {
    if earlier == 0 {
        return None;
    }
    let (change, base) = ((i128::from(now) - i128::from(earlier)) * 100, i128::from(earlier).abs());
    let rounded = (change.abs() * 2 + base) / (base * 2) * change.signum();
    Some(i64::try_from(rounded).unwrap_or(if rounded < 0 { i64::MIN } else { i64::MAX }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn published_changes_come_out() {
        for (now, earlier, expected) in [(601, 469, 28), (601, 360, 67), (1604, 2774, -42), (2135, 2414, -12), (5, 5, 0), (0, 3, -100)] {
            assert_eq!(percent(now, earlier), Some(expected), "{now} after {earlier}");
        }
        assert_eq!(percent(201, 200), Some(1), "halves go away from zero");
        assert_eq!(percent(199, 200), Some(-1), "halves go away from zero");
        assert_eq!(percent(9, 0), None);
    }

    proptest! {
        #[test]
        fn changes_are_within_a_half(now in 0..1_000_000_i64, earlier in 1..1_000_000_i64) {
            let change = percent(now, earlier).expect("an earlier figure");
            prop_assert!(((now - earlier) * 100 - change * earlier).abs() * 2 <= earlier);
        }

        #[test]
        fn nothing_overflows(now: i64, earlier: i64) {
            prop_assert_eq!(percent(now, earlier).is_none(), earlier == 0);
        }
    }
}
