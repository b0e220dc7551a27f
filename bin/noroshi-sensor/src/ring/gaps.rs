//! What was lost and is not told yet: a short list, however long the loss goes on.

use noroshi_telescope::batch::{BootId, Gap};

/// The most gaps that wait; then the nearest of one reason become one.
pub(super) const MOST: usize = 512;

/// What was lost and is not told yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Gaps {
    waiting: Vec<Gap>,
    /// So many from the beginning are in the batch that is being written: they stay as they are.
    telling: usize,
}

impl Gaps {
    /// Those that were kept.
    pub(super) fn kept(gaps: Vec<Gap>) -> Self {
        let mut these = Self::default();
        gaps.into_iter().for_each(|gap| these.add(gap));
        these
    }

    /// All of them, for keeping.
    pub(super) fn all(&self) -> &[Gap] {
        &self.waiting
    }

    /// Adds one; it becomes one with those that it continues.
    pub(super) fn add(&mut self, mut gap: Gap) {
        loop {
            let found = self.free().find_map(|(place, other)| joined(other, &gap).map(|both| (place, both)));
            let Some((place, both)) = found else { break };
            self.waiting.remove(place);
            gap = both;
        }
        self.waiting.push(gap);
        while self.waiting.len() > MOST {
            if !self.join_the_nearest() {
                break;
            }
        }
    }

    /// Gives those for the header of a batch that may be told now; they are told when the batch stands.
    pub(super) fn begin_telling(&mut self, now: impl Fn(&Gap) -> bool) -> Vec<Gap> {
        let (told, later): (Vec<Gap>, Vec<Gap>) = self.waiting.drain(..).partition(now);
        self.telling = told.len();
        self.waiting.extend(told.iter().cloned().chain(later));
        told
    }

    /// The batch stands, or does not.
    pub(super) fn end_telling(&mut self, told: bool) {
        let these: Vec<Gap> = self.waiting.drain(..std::mem::take(&mut self.telling)).collect();
        if !told {
            these.into_iter().for_each(|gap| self.add(gap));
        }
    }

    /// They stand in the header of a batch that was kept before the process ended.
    pub(super) fn were_told(&mut self, gaps: &[Gap]) {
        self.waiting.retain(|gap| !gaps.contains(gap));
    }

    /// Whether one of them says that a batch is missing.
    pub(super) fn covering(&self, boot: BootId, sequence: u64) -> Option<&Gap> {
        self.waiting.iter().find(|gap| gap.batches.is_some_and(|(of, first, last)| of == boot && (first..=last).contains(&sequence)))
    }

    fn free(&self) -> impl Iterator<Item = (usize, &Gap)> {
        self.waiting.iter().enumerate().skip(self.telling)
    }

    /// Makes one of the two that lie nearest to each other and have the same reason. Which runs they are of is lost.
    fn join_the_nearest(&mut self) -> bool {
        let mut ordered: Vec<(usize, &Gap)> = self.free().collect();
        ordered.sort_by_key(|(_, gap)| (gap.reason, gap.from_us));
        let pairs = ordered.iter().zip(ordered.iter().skip(1)).filter(|((_, one), (_, other))| one.reason == other.reason);
        let nearest = pairs.map(|((one, gap), (other, next))| (next.from_us.saturating_sub(gap.to_us), *one, *other)).min();
        let Some((_, one, other)) = nearest else { return false };
        let (first, second) = (one.min(other), one.max(other));
        let second = self.waiting.remove(second);
        if let Some(gap) = self.waiting.get_mut(first) {
            *gap = Gap { batches: gap.batches.zip(second.batches).and_then(|(a, b)| together(a, b)), ..both(gap, &second) };
        }
        true
    }
}

/// Two gaps as one, when the one continues the other.
fn joined(one: &Gap, other: &Gap) -> Option<Gap> {
    if one.reason != other.reason {
        return None;
    }
    match (one.batches, other.batches) {
        (Some(a), Some(b)) => together(a, b).map(|batches| Gap { batches: Some(batches), ..both(one, other) }),
        // Without batches, they are one when their spans touch and nobody knows how much is missing in either.
        (None, None) if one.packets.is_none() && other.packets.is_none() => {
            (one.from_us <= other.to_us && other.from_us <= one.to_us).then(|| both(one, other))
        }
        _ => None,
    }
}

/// Two ranges of one run as one, when nothing lies between.
fn together((boot, first, last): (BootId, u64, u64), (of, begins, ends): (BootId, u64, u64)) -> Option<(BootId, u64, u64)> {
    let touch = boot == of && (last.checked_add(1) == Some(begins) || ends.checked_add(1) == Some(first));
    touch.then(|| (boot, first.min(begins), last.max(ends)))
}

fn both(one: &Gap, other: &Gap) -> Gap {
    Gap {
        reason: one.reason,
        from_us: one.from_us.min(other.from_us),
        to_us: one.to_us.max(other.to_us),
        packets: one.packets.zip(other.packets).map(|(one, other)| one.saturating_add(other)),
        batches: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use noroshi_telescope::batch::GapReason;
    use proptest::prelude::*;

    fn gap(reason: GapReason, boot: u8, first: u64, last: u64) -> Gap {
        let at = i64::try_from(first).unwrap() * 10;
        Gap {
            reason,
            from_us: at,
            to_us: i64::try_from(last).unwrap() * 10 + 10,
            packets: Some(last - first + 1),
            batches: Some((BootId([boot; 16]), first, last)),
        }
    }

    #[test]
    fn what_is_dropped_in_turn_is_one_gap() {
        let mut gaps = Gaps::default();
        for sequence in [4, 5, 6, 9, 8, 7] {
            gaps.add(gap(GapReason::RingFull, 1, sequence, sequence));
        }
        assert_eq!(gaps.all(), [gap(GapReason::RingFull, 1, 4, 9)]);
        for other in [gap(GapReason::Refused, 1, 10, 10), gap(GapReason::RingFull, 2, 10, 10), gap(GapReason::RingFull, 1, 11, 11)] {
            gaps.add(other);
        }
        assert_eq!(gaps.all().len(), 4, "another reason, another run, and a hole stay apart");
    }

    #[test]
    fn what_is_being_told_stays_as_it_is_told() {
        let mut gaps = Gaps::default();
        gaps.add(gap(GapReason::RingFull, 1, 0, 3));
        let told = gaps.begin_telling(|_| true);
        gaps.add(gap(GapReason::RingFull, 1, 4, 4));
        assert_eq!(gaps.all(), [told[0].clone(), gap(GapReason::RingFull, 1, 4, 4)]);
        let mut failed = gaps.clone();
        gaps.end_telling(true);
        assert_eq!(gaps.all(), [gap(GapReason::RingFull, 1, 4, 4)]);
        failed.end_telling(false);
        assert_eq!(failed.all(), [gap(GapReason::RingFull, 1, 0, 4)]);
    }

    #[test]
    fn what_is_told_later_goes_on_growing() {
        let mut gaps = Gaps::default();
        gaps.add(gap(GapReason::RingFull, 1, 0, 3));
        gaps.add(gap(GapReason::Refused, 1, 9, 9));
        assert_eq!(gaps.begin_telling(|gap| gap.reason != GapReason::RingFull), [gap(GapReason::Refused, 1, 9, 9)]);
        gaps.add(gap(GapReason::RingFull, 1, 4, 4));
        gaps.end_telling(true);
        assert_eq!(gaps.all(), [gap(GapReason::RingFull, 1, 0, 4)]);
    }

    #[test]
    fn stops_that_touch_are_one() {
        let stopped = |from_us, to_us| Gap { reason: GapReason::Stopped, from_us, to_us, packets: None, batches: None };
        let mut gaps = Gaps::default();
        gaps.add(stopped(0, 10));
        gaps.add(stopped(0, 30));
        gaps.add(stopped(40, 50));
        assert_eq!(gaps.all(), [stopped(0, 30), stopped(40, 50)]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

        #[test]
        fn the_list_is_short_and_covers_all(added in prop::collection::vec((0_usize..3, 0_u8..3, 0_u64..4_000), 0..1_200)) {
            let mut gaps = Gaps::default();
            let mut packets = 0;
            for (reason, boot, sequence) in &added {
                gaps.add(gap(GapReason::ALL[*reason], *boot, *sequence * 2, *sequence * 2));
                packets += 1;
            }
            prop_assert!(gaps.all().len() <= MOST);
            prop_assert_eq!(gaps.all().iter().map(|gap| gap.packets.unwrap()).sum::<u64>(), packets);
            for (reason, _, sequence) in added {
                let (from, to) = (i64::try_from(sequence).unwrap() * 20, i64::try_from(sequence).unwrap() * 20 + 10);
                prop_assert!(gaps.all().iter().any(|gap| gap.reason == GapReason::ALL[reason] && gap.from_us <= from && to <= gap.to_us));
            }
        }
    }
}
