//! How long a rise lasted, by its days. The detector, pages, reports and the public site ask here alike.

use super::Evidence;

/// What is left of a rise in 24 hours in which it goes on, in what was expected; or, where nothing was, in what there was when it was clearest.
const GOES_ON: (f64, f64) = (1.3, 0.1);

impl Evidence {
    /// Whether so many packets in 24 hours, of what rose, say that something of it is left.
    #[must_use]
    pub fn is_left(&self, packets: f64) -> bool {
        packets >= (self.expected * GOES_ON.0).max(self.seen * GOES_ON.1)
    }
}

/// The last day of a rise, of whole days from that of its begin on (their packets; none where nobody watched), and whether it goes on at their end: the last
/// before two on which hardly anything was left of it; after one alone it does not go on, and may yet come back. The first day, of which it may have had an
/// hour, is one of it. Days that nobody watched end nothing.
#[must_use]
pub fn lasted(evidence: &Evidence, days: impl IntoIterator<Item = Option<u64>>) -> (usize, bool) {
    let (mut last, mut without) = (0, 0);
    for (day, packets) in days.into_iter().enumerate().skip(1) {
        #[expect(clippy::cast_precision_loss, reason = "packets of a day")]
        let Some(packets) = packets.map(|packets| packets as f64) else { continue };
        if evidence.is_left(packets) {
            (last, without) = (day, 0);
        } else if without > 0 {
            return (last, false);
        } else {
            without += 1;
        }
    }
    (last, without == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rise_ends_before_two_days_with_hardly_anything_left() {
        let evidence = Evidence { expected: 10.0, seen: 100.0, ..Evidence::default() };
        let days = |days: &[i64]| lasted(&evidence, days.iter().map(|packets| u64::try_from(*packets).ok()));
        assert_eq!(days(&[100, 80, 9, 70, 8, 7, 90]), (3, false));
        assert_eq!(days(&[100, 80, -1, -1, -1]), (1, true), "nobody watched");
        assert_eq!(days(&[100, 8]), (0, false), "nothing of it was left on the last day");
        assert_eq!(days(&[100, 8, 90]), (2, true), "one day ends nothing for good");
        assert_eq!(days(&[9, 100, 8, 7]), (1, false), "it began late on its first day");
        assert_eq!(days(&[9, 8, 7, 100]), (0, false), "what comes then is another one");
        assert_eq!(days(&[]), (0, true), "no day is over yet");
    }
}
