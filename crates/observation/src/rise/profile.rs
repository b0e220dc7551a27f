//! What each sensor sees of a service, beside the others: learned from whole days.

use super::{
    REACH,
    baseline::{Usual, median},
    series::{Day, Series},
    watching::Watching,
};

/// A sensor is as the others are until it has seen so many packets.
const AS_OTHERS: f64 = 5.0;
/// So many days in a row say together what sensors see, and how far their counts spread; loud sources are there for some of them, and have no say.
const TOGETHER: usize = 4;
/// How far counts of sensors spread, in what single packets do, before anything is known; and how many counts that is worth.
const USUAL_SPREAD: (f64, f64) = (3.0, 60.0);

/// A series' sensors.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// By the place of the sensor: what it sees for each hour, in what all see on average.
    pub(super) weights: Vec<f64>,
    /// The variance of a sensor's count of a day, in the count that is expected of it.
    pub(super) spread: f64,
    /// Distinct sources of a day: of each day, the oldest first.
    pub(super) sources: Vec<f64>,
    /// The logarithm of distinct sources of a day.
    pub(super) log_sources: Usual,
    /// Sensors that watched on average on those days.
    pub(super) sensors: f64,
}

impl Profile {
    /// Learns from a series' days before the recent span of a window that ends at `end`. They change once a day, and so does this.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "numbers of days")]
    pub fn of(series: &Series, watching: &Watching, end: usize) -> Self {
        let is_past = |day: &&Day| day.to <= series.recent.from && day.from + REACH >= end;
        let rates: Vec<(&Day, f64)> = series.days.iter().filter(is_past).filter_map(|day| rate(day, watching).map(|rate| (day, rate))).collect();
        let weights = weights(&rates, watching);
        let spread = spread(&rates, watching, &weights);
        let all: f64 = rates.iter().map(|(day, _)| watching.all(day.from, day.to)).sum();
        let hours: usize = rates.iter().map(|(day, _)| day.to - day.from).sum();
        let sources: Vec<f64> = rates.iter().map(|(day, _)| f64::from(day.sources)).collect();
        let log_sources = Usual::of(sources.iter().map(|sources| (sources + 0.5).ln()).collect());
        Self { weights, spread, sources, log_sources, sensors: all / hours.max(1) as f64 }
    }
}

/// The packets of a day by the sensor's place.
fn placed<'a>(day: &'a Day, watching: &'a Watching) -> impl Iterator<Item = (usize, f64)> + 'a {
    day.sensors.iter().filter_map(|(number, packets)| Some((watching.place(*number)?, f64::from(*packets))))
}

/// Packets for each hour that a sensor watched; none where nobody did.
fn rate(day: &Day, watching: &Watching) -> Option<f64> {
    let hours = watching.all(day.from, day.to);
    let packets: f64 = placed(day, watching).map(|(_, packets)| packets).sum();
    Some(packets / (hours > 0.0).then_some(hours)?)
}

/// What each sensor sees, in what all see on average: from the middle half of what some days in a row come to. Where a source was loud at a sensor, it is
/// high, and the others are low.
fn weights(rates: &[(&Day, f64)], watching: &Watching) -> Vec<f64> {
    let parts: Vec<Vec<(f64, f64)>> = rates.chunks(TOGETHER).map(|days| seen_and_expected(days, watching)).collect();
    let weight = |place: usize| {
        let mut of_sensor: Vec<(f64, f64)> = parts.iter().filter_map(|part| part.get(place).copied()).filter(|(_, expected)| *expected > 0.0).collect();
        of_sensor.sort_unstable_by(|(seen, expected), (other_seen, other_expected)| (seen / expected).total_cmp(&(other_seen / other_expected)));
        let quarter = of_sensor.len() / 4;
        let middle = of_sensor.get(quarter..of_sensor.len() - quarter).unwrap_or_default();
        let (seen, expected) = middle.iter().fold((0.0, 0.0), |(seen, expected), part| (seen + part.0, expected + part.1));
        (seen + AS_OTHERS) / (expected + AS_OTHERS)
    };
    (0..watching.sensors()).map(weight).collect()
}

/// By the sensor's place: packets of some days, and those that there would be if all sensors saw the same.
fn seen_and_expected(days: &[(&Day, f64)], watching: &Watching) -> Vec<(f64, f64)> {
    let mut sums = vec![(0.0, 0.0); watching.sensors()];
    for (day, rate) in days {
        sums.iter_mut().zip(watching.each(day.from, day.to)).for_each(|((_, expected), hours)| *expected += rate * hours);
        for (place, packets) in placed(day, watching) {
            sums.get_mut(place).into_iter().for_each(|(seen, _)| *seen += packets);
        }
    }
    sums
}

/// The spread of sensors' counts about what their day and their weight let expect: the middle of what some days in a row come to.
#[expect(clippy::cast_precision_loss, reason = "numbers of sensors and days")]
fn spread(rates: &[(&Day, f64)], watching: &Watching, weights: &[f64]) -> f64 {
    let (mut middles, mut all_counts) = (Vec::with_capacity(rates.len() / TOGETHER + 1), 0);
    for days in rates.chunks(TOGETHER) {
        let deviations: Vec<f64> = days.iter().flat_map(|(day, _)| deviations(day, watching, weights)).collect();
        if !deviations.is_empty() {
            middles.push(deviations.iter().sum::<f64>() / deviations.len() as f64);
            all_counts += deviations.len();
        }
    }
    let ((usual, worth), counts) = (USUAL_SPREAD, all_counts as f64);
    let spread = median(&mut middles).unwrap_or(usual);
    (usual.mul_add(worth, spread * counts) / (counts + worth)).max(1.0)
}

/// How far each sensor's count of a day lies off, squared, in what was expected of it.
fn deviations(day: &Day, watching: &Watching, weights: &[f64]) -> Vec<f64> {
    let weighed = watching.weighed(weights, day.from, day.to);
    let all: f64 = day.sensors.iter().map(|(_, packets)| f64::from(*packets)).sum();
    let mut seen = vec![0.0; weights.len()];
    for (place, packets) in placed(day, watching) {
        seen.get_mut(place).into_iter().for_each(|seen| *seen = packets);
    }
    let one = |((seen, weight), hours): ((f64, &f64), f64)| {
        let expected = all * weight * hours / weighed;
        (expected > 0.01).then(|| (seen - expected).powi(2) / expected)
    };
    seen.into_iter().zip(weights).zip(watching.each(day.from, day.to)).filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_that_was_loud_for_three_days_changes_neither_weights_nor_spread() {
        let watching = Watching::new(&(1..=8).map(|number| (number, vec![1.0; 56 * 24])).collect::<Vec<_>>());
        let day = |day: usize, loud: u32| {
            let packets = |number: u32| (number, if number == 1 { 80 } else { 40 } + u32::try_from(day * 7).unwrap() * number % 5);
            Day {
                from: day * 24,
                to: (day + 1) * 24,
                sensors: (1..=8).map(packets).map(|(n, seen)| (n, if n == 3 { seen + loud } else { seen })).collect(),
                sources: 0,
            }
        };
        let of = |loud: u32| {
            let days: Vec<Day> = (0..56).map(|number| day(number, if (20..23).contains(&number) { loud } else { 0 })).collect();
            let rates: Vec<(&Day, f64)> = days.iter().filter_map(|day| rate(day, &watching).map(|rate| (day, rate))).collect();
            let weights = weights(&rates, &watching);
            (spread(&rates, &watching, &weights), weights)
        };
        let ((spread, weights), (spread_of_loud, weights_of_loud)) = (of(0), of(50_000));
        assert!(weights[0] > 1.7 && weights[0] < 1.85, "{weights:?}");
        assert!(weights.iter().zip(&weights_of_loud).all(|(one, other)| (one / other - 1.0).abs() < 0.02), "{weights:?} {weights_of_loud:?}");
        assert!((spread / spread_of_loud - 1.0).abs() < 0.1, "{spread} {spread_of_loud}");
    }
}
