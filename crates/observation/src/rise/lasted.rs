//! How long a rise lasted, by its days.

use super::Evidence;

/// What is left of a rise on a day that it goes on, in what was expected; or, where nothing was, in what there was when it was clearest.
const GOES_ON: (f64, f64) = (1.3, 0.1);

/// The last day of a rise, of days from its begin on (their packets; none where nobody watched), and whether it goes on at their end: the last before
/// two on which hardly anything was left of it. Days that nobody watched end nothing. None when nothing is left of it from the first day on.
#[must_use]
pub fn lasted(evidence: &Evidence, days: impl IntoIterator<Item = Option<u64>>) -> Option<(usize, bool)> {
    let least = (evidence.expected * GOES_ON.0).max(evidence.seen * GOES_ON.1);
    let (mut last, mut without) = (None, 0);
    for (day, packets) in days.into_iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "packets of a day")]
        let Some(packets) = packets.map(|packets| packets as f64) else { continue };
        if packets >= least {
            (last, without) = (Some(day), 0);
        } else if without > 0 {
            return last.map(|last| (last, false));
        } else {
            without += 1;
        }
    }
    last.map(|last| (last, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rise_ends_before_two_days_with_hardly_anything_left() {
        let evidence = Evidence { expected: 10.0, seen: 100.0, ..Evidence::default() };
        let days = |days: &[i64]| lasted(&evidence, days.iter().map(|packets| u64::try_from(*packets).ok()));
        assert_eq!(days(&[100, 80, 9, 70, 8, 7, 90]), Some((3, false)));
        assert_eq!(days(&[100, 80, -1, -1, -1]), Some((1, true)), "nobody watched");
        assert_eq!(days(&[100, 8]), Some((0, true)), "one day ends nothing");
        assert_eq!(days(&[9, 8, 100]), None, "it was over");
        assert_eq!(days(&[]), None);
    }
}
