//! What each sensor sees of a service, beside the others: learned from whole days.

use super::{
    REACH,
    baseline::{Usual, median},
    series::{Day, Series},
    watching::Watching,
};

/// A sensor is as the others are until it has seen so many packets.
const AS_OTHERS: f64 = 5.0;
/// What a sensor may have in a day, in what was expected, before it says nothing any more: a loud source was there.
const LOUD: f64 = 5.0;
/// So many days in a row say together how far counts of sensors spread; loud sources are there for some of them, and have no say.
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
        let (mut saw, mut was_expected) = (vec![0.0; watching.sensors()], vec![0.0; watching.sensors()]);
        for (day, rate) in &rates {
            let expected: Vec<f64> = watching.each(day.from, day.to).map(|hours| rate * hours).collect();
            was_expected.iter_mut().zip(&expected).for_each(|(sum, expected)| *sum += expected);
            for (place, packets) in placed(day, watching) {
                let most = expected.get(place).map_or(0.0, |expected| expected.mul_add(LOUD, 10.0));
                saw.get_mut(place).into_iter().for_each(|saw| *saw += packets.min(most));
            }
        }
        let weights: Vec<f64> = saw.iter().zip(&was_expected).map(|(saw, expected)| (saw + AS_OTHERS) / (expected + AS_OTHERS)).collect();
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

/// Packets for each hour that a sensor watched, without what is beyond all measure; none where nobody did.
fn rate(day: &Day, watching: &Watching) -> Option<f64> {
    let hours = watching.all(day.from, day.to);
    let packets: f64 = placed(day, watching).map(|(_, packets)| packets).sum();
    let mean = packets / (hours > 0.0).then_some(hours)?;
    let watched: Vec<f64> = watching.each(day.from, day.to).collect();
    let most = |place: usize| watched.get(place).map_or(0.0, |hours| (mean * hours).mul_add(LOUD, 10.0));
    let kept: f64 = placed(day, watching).map(|(place, packets)| packets.min(most(place))).sum();
    Some(kept / hours)
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
