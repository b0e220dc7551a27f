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
use noroshi_kernel::{moment::Moment, reason::Reason};
use noroshi_ledger::{LedgerError, Query};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Sums are told when they lack no more than one in so many packets of their time.
const COMPLETE: u64 = 100;
/// So many rows are looked at together.
const AT_ONCE: usize = 64;

/// The sensors at home, of whose counts in a time the public is told.
pub(super) struct Crowd<'a, Q> {
    query: &'a Q,
    ground: Ground<'a>,
    window: Window,
    numbers: BTreeSet<u32>,
    least: usize,
    /// All packets that are told.
    all: u64,
}

impl<'a, Q: Query> Crowd<'a, Q> {
    /// # Errors
    /// [`ObservationError::Refused`] when sums lack much of that time; when records cannot be read.
    pub(super) async fn of(query: &'a Q, ground: Ground<'a>, window: Window) -> Result<Self, ObservationError> {
        let known = sensors::all(query).await?;
        let at_home = known.iter().filter(|sensor| ground.home.origin(&sensor.country) == Origin::Domestic);
        let numbers: BTreeSet<u32> = at_home.filter_map(|sensor| u32::try_from(sensor.number).ok()).collect();
        let keys: Vec<String> = numbers.iter().map(|number| Value::Sensor(*number).key()).collect();
        let seen = cells::by_sensors(query, Dimension::Sensor, &keys, (window.from.0, window.to.0)).await?;
        let seen: BTreeMap<u32, u64> = seen.into_values().flatten().collect();
        must_be_added_up(query, ground, window, seen.values().copied().fold(0, u64::saturating_add)).await?;
        let mut crowd = Self { query, ground, window, numbers, least: usize::try_from(ground.rule.least_sensors).unwrap_or(usize::MAX), all: 0 };
        crowd.all = crowd.told(&seen);
        Ok(crowd)
    }

    const fn span(&self) -> (i64, i64) {
        (self.window.from.0, self.window.to.0)
    }

    /// All packets that are told, of which these rows are parts: where sensors differ much, rows may come to more than sensors do.
    pub(super) fn all(&self, rows: &[(String, u64)]) -> u64 {
        self.all.max(rows.iter().map(|(_, packets)| *packets).fold(0, u64::saturating_add))
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

    /// The packets of a row on each of the days between `edges`, which rise.
    pub(super) async fn days(&self, of: Of, key: &str, edges: &[Moment]) -> Result<Vec<u64>, LedgerError> {
        let days = by_days(cells::days_by_sensors(self.query, dimension(of), key, self.span()).await?, edges);
        Ok(days.iter().map(|counts| self.told(counts)).collect())
    }

    fn told(&self, counts: &BTreeMap<u32, u64>) -> u64 {
        told(counts.iter().filter(|(number, _)| self.numbers.contains(number)).map(|(_, packets)| *packets).collect(), self.least)
    }
}

/// Counts of sensors by days: cells begin with days, and where a team moved to another zone, within them.
pub(super) fn by_days(cells: HashMap<i64, BTreeMap<u32, u64>>, edges: &[Moment]) -> Vec<BTreeMap<u32, u64>> {
    let mut days = vec![BTreeMap::new(); edges.len().saturating_sub(1)];
    for (at, counts) in cells {
        let Some(day) = edges.partition_point(|edge| edge.0 <= at).checked_sub(1).and_then(|day| days.get_mut(day)) else { continue };
        counts.into_iter().for_each(|(sensor, packets)| *day.entry(sensor).or_default() += packets);
    }
    days
}

/// Sums of some packets alone would look like silence, or like few: `sums` is what they have of sensors at home.
async fn must_be_added_up(query: &impl Query, ground: Ground<'_>, window: Window, sums: u64) -> Result<(), ObservationError> {
    if !files::is_zone(query, ground.zone.name()).await? && cells::are_there(query).await? {
        return Err(ObservationError::Refused(Reason::new(
            "public-zone",
            "集計がほかのタイムゾーンの日で作られています。noroshi observe recount を実行してください。",
            "the sums are of days of another time zone; run: noroshi observe recount",
        )));
    }
    if totals::are_missing(query).await? {
        return Err(ObservationError::Refused(sums::totals_missing()));
    }
    let parts = files::parts(query, window.from.0, window.to.0).await?;
    let missing = parts.iter().filter(|part| !part.is_rolled).map(|part| part.packets.unsigned_abs()).fold(0, u64::saturating_add);
    if missing.saturating_mul(COMPLETE) <= sums {
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
pub(super) fn told(mut counts: Vec<u64>, least: usize) -> u64 {
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
