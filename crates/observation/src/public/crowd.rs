//! What one or two sensors alone saw is not told. Whoever sends to one address what nobody else sends, and finds it in public figures, knows that a
//! sensor stands there (Bethencourt, Franklin and Vernon, *Mapping Internet Sensors with Probe Response Attacks*, 2005). So a sensor counts no more than
//! some times as much as the last of those that have to be there: where these saw nothing, there is nothing to tell.

use super::{Ground, Of, Window};
use crate::{
    rollup::Dimension,
    store::{cells, sensors},
};
use noroshi_directory::Origin;
use noroshi_ledger::LedgerError;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Sensors differ by themselves; what one saw beyond so many times as much as the last that has to be there is left out.
const ALIKE: u64 = 3;

/// The sensors at home, of whose counts the public is told.
pub(super) struct Crowd {
    numbers: BTreeSet<u32>,
    least: usize,
}

impl Crowd {
    pub(super) async fn of(ground: Ground<'_>) -> Result<Self, LedgerError> {
        let known = sensors::all(&ground.place.ledger).await?;
        let at_home = known.iter().filter(|sensor| ground.home.origin(&sensor.country) == Origin::Domestic);
        let numbers = at_home.filter_map(|sensor| u32::try_from(sensor.number).ok()).collect();
        Ok(Self { numbers, least: usize::try_from(ground.rule.least_sensors).unwrap_or(usize::MAX) })
    }

    /// The rows without what a few sensors saw beyond all others, the most first, what is left of nothing not among them; and how many packets that leaves
    /// out: who knows shares knows the whole.
    pub(super) async fn of_rows(&self, ground: Ground<'_>, of: Of, window: Window, rows: Vec<(String, u64)>) -> Result<(Vec<(String, u64)>, u64), LedgerError> {
        let packets = |rows: &[(String, u64)]| rows.iter().map(|(_, packets)| packets).fold(0, |sum: u64, packets| sum.saturating_add(*packets));
        let before = packets(&rows);
        let keys: Vec<String> = rows.iter().map(|(key, _)| key.clone()).collect();
        let by_sensors = cells::by_sensors(&ground.place.ledger, dimension(of), &keys, (window.from.0, window.to.0)).await?;
        let left = |(key, packets): (String, u64)| {
            let left = packets.saturating_sub(self.beyond(by_sensors.get(&key)?));
            (left > 0).then_some((key, left))
        };
        let mut rows: Vec<(String, u64)> = rows.into_iter().filter_map(left).collect();
        rows.sort_by(|(key, packets), (other, more)| more.cmp(packets).then_with(|| key.cmp(other)));
        let left_out = before.saturating_sub(packets(&rows));
        Ok((rows, left_out))
    }

    /// What is left out of each day of a row, by when the day begins.
    pub(super) async fn beyond_of_days(&self, ground: Ground<'_>, of: Of, key: &str, window: Window) -> Result<HashMap<i64, u64>, LedgerError> {
        let days = cells::days_by_sensors(&ground.place.ledger, dimension(of), key, (window.from.0, window.to.0)).await?;
        Ok(days.into_iter().map(|(at, counts)| (at, self.beyond(&counts))).collect())
    }

    fn beyond(&self, counts: &BTreeMap<u32, u64>) -> u64 {
        beyond(counts.iter().filter(|(number, _)| self.numbers.contains(number)).map(|(_, packets)| *packets).collect(), self.least)
    }
}

const fn dimension(of: Of) -> Dimension {
    match of {
        Of::Services => Dimension::Service,
        Of::Countries => Dimension::Country,
    }
}

/// What sensors saw beyond what each of them may count, `least` of which have to be there.
fn beyond(mut counts: Vec<u64>, least: usize) -> u64 {
    counts.sort_unstable_by(|one, other| other.cmp(one));
    let most = counts.get(least.max(1) - 1).copied().unwrap_or_default().saturating_mul(ALIKE);
    counts.into_iter().map(|packets| packets.saturating_sub(most)).fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sensor_counts_as_far_as_others_bear_it_out() {
        assert_eq!(beyond(vec![500], 3), 500, "what one saw alone is nothing");
        assert_eq!(beyond(vec![500, 400], 3), 900, "nor what two saw");
        assert_eq!(beyond(vec![500, 20, 10, 10], 3), 470);
        assert_eq!(beyond(vec![30, 20, 10, 1], 3), 0, "sensors differ by themselves");
        assert_eq!(beyond(vec![500, 1], 1), 0);
        assert_eq!((beyond(vec![500], 0), beyond(Vec::new(), 3), beyond(vec![u64::MAX, 1], 2)), (0, 0, u64::MAX - 3));
    }
}
