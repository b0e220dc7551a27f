//! What everybody is told of counts: nothing that fewer sensors saw than have to be there. Whoever sends to one address what nobody else sends, and finds
//! it in public figures, knows that a sensor stands there (Bethencourt, Franklin and Vernon, *Mapping Internet Sensors with Probe Response Attacks*, 2005).
//! So the sensors that saw most of something count as the next does: of three that have to be there, two count as the third.
//!
//! Counts come from sums alone, which know what each sensor saw. What is not added up yet is not told.

use super::{Ground, Of, Window};
use crate::{
    ObservationError, parse_service,
    rollup::{Calendar, Dimension, Value},
    store::{cells, files, sensors, totals},
    sums,
};
use noroshi_directory::Origin;
use noroshi_kernel::reason::Reason;
use noroshi_ledger::{LedgerError, Query};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Sums are told when they lack no more than one in so many packets of their time.
const COMPLETE: i64 = 100;
/// So many rows are looked at together.
const AT_ONCE: usize = 64;

/// The sensors at home, of whose counts in a time the public is told.
pub(super) struct Crowd<'a, Q> {
    query: &'a Q,
    ground: Ground<'a>,
    window: Window,
    numbers: BTreeSet<u32>,
    least: usize,
}

impl<'a, Q: Query> Crowd<'a, Q> {
    /// # Errors
    /// [`ObservationError::Refused`] when sums lack much of that time; when records cannot be read.
    pub(super) async fn of(query: &'a Q, ground: Ground<'a>, window: Window) -> Result<Self, ObservationError> {
        must_be_added_up(query, ground, window).await?;
        let known = sensors::all(query).await?;
        let at_home = known.iter().filter(|sensor| ground.home.origin(&sensor.country) == Origin::Domestic);
        let numbers = at_home.filter_map(|sensor| u32::try_from(sensor.number).ok()).collect();
        Ok(Self { query, ground, window, numbers, least: usize::try_from(ground.rule.least_sensors).unwrap_or(usize::MAX) })
    }

    const fn span(&self) -> (i64, i64) {
        (self.window.from.0, self.window.to.0)
    }

    /// All packets.
    pub(super) async fn all(&self) -> Result<u64, LedgerError> {
        let keys: Vec<String> = self.numbers.iter().map(|number| Value::Sensor(*number).key()).collect();
        let seen = cells::by_sensors(self.query, Dimension::Sensor, &keys, self.span()).await?;
        Ok(self.told(&seen.into_values().flatten().collect()))
    }

    /// The rows with most packets, the most first. What all sensors saw of a row bounds what is told of it: rows are looked at from the greatest on, until
    /// none that is left can come among those that are found.
    pub(super) async fn most(&self, of: Of, limit: usize) -> Result<Vec<(String, u64)>, LedgerError> {
        let calendar = Calendar::new(self.ground.zone.clone());
        let totals = totals::sum(self.query, &calendar, dimension(of), self.span()).await?;
        let mut ranked: Vec<(u64, u64)> = totals.iter().collect();
        ranked.sort_unstable_by_key(|(code, packets)| (std::cmp::Reverse(*packets), *code));
        let mut found: Vec<(String, u64)> = Vec::new();
        for part in ranked.chunks(AT_ONCE) {
            let bound = part.first().map_or(0, |(_, packets)| *packets);
            if limit.checked_sub(1).is_none_or(|last| found.get(last).is_some_and(|(_, least)| *least > bound)) {
                break;
            }
            let keys: Vec<String> =
                part.iter().filter_map(|(code, _)| Some(Value::of_code(dimension(of), *code)?.key())).filter(|key| is_told(of, key)).collect();
            let seen = cells::by_sensors(self.query, dimension(of), &keys, self.span()).await?;
            found.extend(seen.into_iter().map(|(key, counts)| (key, self.told(&counts))).filter(|(_, packets)| *packets > 0));
            found.sort_by(|(key, packets), (other, more)| more.cmp(packets).then_with(|| key.cmp(other)));
            found.truncate(limit);
        }
        Ok(found)
    }

    /// The packets of a row on each day on which there are any, by when the day begins.
    pub(super) async fn days(&self, of: Of, key: &str) -> Result<HashMap<i64, u64>, LedgerError> {
        let days = cells::days_by_sensors(self.query, dimension(of), key, self.span()).await?;
        Ok(days.into_iter().map(|(at, counts)| (at, self.told(&counts))).collect())
    }

    fn told(&self, counts: &BTreeMap<u32, u64>) -> u64 {
        told(counts.iter().filter(|(number, _)| self.numbers.contains(number)).map(|(_, packets)| *packets).collect(), self.least)
    }
}

/// Sums of some packets alone would look like silence, or like few.
async fn must_be_added_up(query: &impl Query, ground: Ground<'_>, window: Window) -> Result<(), ObservationError> {
    let is_rolled = files::is_zone(query, ground.zone.name()).await?;
    if is_rolled && totals::are_missing(query).await? {
        return Err(ObservationError::Refused(sums::totals_missing()));
    }
    let parts = files::parts(query, window.from.0, window.to.0).await?;
    let packets = |parts: &mut dyn Iterator<Item = &files::Part>| parts.map(|part| part.packets).fold(0, i64::saturating_add);
    let missing = packets(&mut parts.iter().filter(|part| !is_rolled || !part.is_rolled));
    if missing.saturating_mul(COMPLETE) <= packets(&mut parts.iter()) {
        return Ok(());
    }
    Err(ObservationError::Refused(Reason::new(
        "public-sums",
        "この期間のパケットを集計しているところです。しばらく待ってから、もう一度実行してください。",
        "the packets of that time are being added up; try again in a few minutes",
    )))
}

/// A fragment's remainder and the like have no port, and no name that everybody writes.
fn is_told(of: Of, key: &str) -> bool {
    of != Of::Services || parse_service(key).is_ok()
}

const fn dimension(of: Of) -> Dimension {
    match of {
        Of::Services => Dimension::Service,
        Of::Countries => Dimension::Country,
    }
}

/// What is told of the counts of sensors, `least` of which have to be there: those that saw most count as the last of these does.
fn told(mut counts: Vec<u64>, least: usize) -> u64 {
    counts.sort_unstable_by(|one, other| other.cmp(one));
    let most = counts.get(least.max(1) - 1).copied().unwrap_or_default();
    counts.into_iter().map(|packets| packets.min(most)).fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_sensor_counts_as_far_as_others_bear_it_out() {
        assert_eq!(told(vec![500], 3), 0, "what one saw alone is nothing");
        assert_eq!(told(vec![500, 400], 3), 0, "nor what two saw");
        assert_eq!(told(vec![10, 500, 20, 10], 3), 40);
        assert_eq!(told(vec![30, 20, 10, 1], 3), 31);
        assert_eq!(told(vec![500, 1], 1), 501);
        assert_eq!((told(vec![500], 0), told(Vec::new(), 3), told(vec![u64::MAX, u64::MAX], 2)), (500, 0, u64::MAX));
    }

    proptest! {
        /// However much one sensor is sent, the figure is at most that of a network in which it saw as much as another that is there.
        #[test]
        fn no_probe_of_one_sensor_tells_its_size(counts in prop::collection::vec(0_u64..1_000, 3..40), probe in 0_u64..1_000_000, at in any::<prop::sample::Index>()) {
            let mut probed = counts.clone();
            let at = at.index(counts.len());
            probed[at] += probe;
            let mut alike = counts.clone();
            alike[at] = counts.iter().copied().max().unwrap();
            prop_assert!(told(probed, 3) <= told(alike, 3));
        }
    }
}
