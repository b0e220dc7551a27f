//! Guards: a rise is one that several sensors see, from more sources than before. One loud source and one odd sensor are none.

use super::{
    REACH,
    baseline::Baseline,
    profile::Profile,
    series::{Origin, Series},
    tail,
    watching::Watching,
};

/// So many sensors have to see a rise, where there are enough of them.
const SEVERAL: usize = 4;
/// A sensor that has watched for so many hours before is known.
const KNOWN: f64 = 24.0 * 14.0;
/// A sensor has its say where it watched this part of the recent span.
const LEAST_WATCHED: f64 = 0.25;
/// A sensor rose when it saw so many times as much as expected, and that happens so seldom by chance.
const ROSE: (f64, f64) = (1.5, 0.1);
/// Improbable counts of sensors are brought together from this probability on.
const TOGETHER: f64 = 0.03;
/// So many sensors may be odd: they say no more than if they had risen by so many times as much as the next one did.
const ODD: usize = 2;
const BEYOND_NEXT: f64 = 1.5;
/// Without the one that rose most, the others' rise has to be this improbable by itself, of a service and of one of its countries, of which there are many:
/// where one sensor is odd, some others are always high by chance.
const WITHOUT_ONE: (f64, f64) = (0.01, 0.0005);
/// Sensors are compared with the others, but not with less than this part of what was expected.
const LEAST_OTHERS: f64 = 0.8;
/// A sensor of which fewer packets are expected says nothing by itself.
const LEAST_EXPECTED: f64 = 3.0;
/// From so many expected packets of a sensor on the middle of all sensors says what they have in common.
const PLENTY: f64 = 10.0;
/// So many more distinct sources than before, at least.
const LEAST_SOURCES: f64 = 5.0;
/// Without the few sensors that rose most, this part of a rise has to be left; of its logarithm.
const PART_WITHOUT_ODD: f64 = 0.7;
/// Sources have to rise by this part of what packets rise by: of its logarithm where all sensors rise, of the number where some do.
const PART_OF_RISE: (f64, f64) = (0.5, 0.45);

/// How many of so many sensors have to see a rise.
pub(super) const fn several(watching: usize) -> usize {
    if watching / 2 + 1 < SEVERAL { watching / 2 + 1 } else { SEVERAL }
}

/// What sensors that rose saw, the greatest rise first; of those that may be odd what they would have seen, had they risen hardly more than the next one.
fn as_the_next(rose: &[&Seen]) -> Vec<Seen> {
    let most = rose.get(ODD).or(rose.last()).map_or(f64::MAX, |next| next.rise() * BEYOND_NEXT);
    rose.iter().map(|one| Seen { seen: one.seen.min((one.expected + 1.0).mul_add(most, -1.0)), ..**one }).collect()
}

/// Probabilities but for the least.
fn without_least(mut chances: Vec<f64>) -> Vec<f64> {
    chances.sort_unstable_by(f64::total_cmp);
    chances.into_iter().skip(1).collect()
}

/// What several sensors have beyond what is expected of them: one or two that have most count as the next one does.
fn beyond_without_odd(mut beyond: Vec<f64>) -> f64 {
    beyond.sort_unstable_by(|a, b| b.total_cmp(a));
    let most = beyond.get(ODD).or(beyond.last()).copied().unwrap_or_default();
    beyond.into_iter().map(|beyond| beyond.min(most)).sum()
}

/// What one sensor saw, and what was to be expected.
struct Seen {
    place: usize,
    seen: f64,
    expected: f64,
}

impl Seen {
    /// How many times as much as expected; a packet is added to both.
    fn rise(&self) -> f64 {
        (self.seen + 1.0) / (self.expected + 1.0)
    }
}

/// The sensors of a rise that the others do not see.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AtSensors {
    /// Their numbers.
    pub numbers: Vec<u32>,
    /// Packets that they should have seen in 24 hours, had they seen what the others saw.
    pub expected: f64,
    /// Packets that they saw.
    pub seen: f64,
}

/// What the sensors say to a series' end.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sensors {
    /// How many sensors watched that are known.
    pub(super) watched: usize,
    /// How many of them rose.
    pub(super) rose: usize,
    /// What is left of the ratio without the few sensors that rose most.
    pub(super) without_odd: f64,
    /// How improbable it is that several sensors rose as they did, beside what the others did.
    pub(super) some: f64,
    /// Which these are.
    pub(super) at: AtSensors,
    /// What those several have more than the others let expect.
    pub(super) excess: f64,
    /// The ratio of those others: of the half of the sensors that are neither high nor low.
    pub(super) others: f64,
}

impl Sensors {
    pub(super) fn of(series: &Series, profile: &Profile, watching: &Watching, level: f64, end: usize) -> Self {
        let from = series.recent.from;
        #[expect(clippy::cast_precision_loss, reason = "hours of two days")]
        let least = (end.saturating_sub(from)) as f64 * LEAST_WATCHED;
        let mut seen = vec![0.0; watching.sensors()];
        for (number, packets) in &series.recent.sensors {
            watching.place(*number).and_then(|place| seen.get_mut(place)).into_iter().for_each(|seen| *seen = f64::from(*packets));
        }
        let sensor = |(place, (watched, before)): (usize, (f64, f64))| {
            let (seen, weight) = (*seen.get(place)?, *profile.weights.get(place)?);
            let expected = (level.exp() * weight * watched).max(1e-3);
            (watched >= least && watched > 0.0 && before >= KNOWN).then_some(Seen { place, seen, expected })
        };
        let hours = watching.each(from, end);
        let before = watching.each(end.saturating_sub(REACH), from);
        let mut sensors: Vec<Seen> = hours.zip(before).enumerate().filter_map(sensor).collect();
        sensors.sort_unstable_by(|a, b| b.rise().total_cmp(&a.rise()));
        let count = sensors.len();
        let needed = several(count);
        let ratio = |of: &[Seen]| {
            let (seen, expected) = of.iter().fold((0.0, 0.0), |(seen, expected), one| (seen + one.seen, expected + one.expected));
            (seen + 0.5) / (expected + 0.5)
        };
        let quarter = count / 4;
        let without_odd = sensors.get(needed.saturating_sub(1)..).filter(|rest| !rest.is_empty()).map_or(1.0, ratio);
        let chance = |one: &Seen, times: f64| tail::count(one.seen, one.expected * times, profile.spread);
        let rose = sensors.iter().filter(|one| one.seen >= one.expected * ROSE.0 && chance(one, 1.0) < ROSE.1).count();
        // Whether there are several is quickly seen; the rest is worked out where there are.
        let is_plenty = sensors.get(count / 2).is_some_and(|one| one.expected >= PLENTY);
        // Of few packets the middle is none for most sensors.
        let others = if is_plenty { sensors.get(quarter..count - quarter).map_or(1.0, ratio) } else { without_odd };
        let times = others.max(LEAST_OTHERS);
        let high: Vec<&Seen> = sensors.iter().filter(|one| one.expected >= LEAST_EXPECTED && one.seen >= one.expected * times * ROSE.0).collect();
        let (mut some, mut at) = (1.0, AtSensors::default());
        if high.len() >= needed && needed > 1 {
            let rose: Vec<&Seen> = high.iter().filter(|one| chance(one, times) <= TOGETHER).copied().collect();
            let chances: Vec<f64> = as_the_next(&rose).iter().map(|one| chance(one, times)).filter(|chance| *chance <= TOGETHER).collect();
            let own: Vec<f64> = rose.iter().map(|one| chance(one, times)).collect();
            let without_one = tail::several(&without_least(own), TOGETHER, needed - 1, count - 1);
            let most = if series.key.origin == Origin::Anywhere { WITHOUT_ONE.0 } else { WITHOUT_ONE.1 };
            some = if without_one <= most { tail::several(&chances, TOGETHER, needed, count) } else { 1.0 };
            at.numbers = rose.iter().filter_map(|one| watching.number(one.place)).collect();
            at.expected = rose.iter().map(|one| one.expected * times).sum();
            at.seen = rose.iter().map(|one| one.seen).sum();
        }
        let excess = beyond_without_odd(high.iter().map(|one| times.mul_add(-one.expected, one.seen)).collect());
        Self { watched: count, rose, without_odd, some, at, excess, others }
    }

    /// Whether what all of them have in common rose by enough of `ratio` when the few that rose most are left out. One sensor alone has nobody to
    /// be compared with.
    pub(super) fn bear_out(&self, ratio: f64) -> bool {
        self.watched == 1 || (self.watched > 1 && self.without_odd.ln() >= ratio.ln() * PART_WITHOUT_ODD)
    }
}

/// Distinct sources of the end of a series, and of a day as it was before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sources {
    pub(super) now: f64,
    pub(super) before: f64,
    /// The logarithm of what there are now, as it were of the sensors of before, on any day of the week.
    log: f64,
}

impl Sources {
    /// `rhythm` is what the window's day of the week has, in what all days have.
    pub(super) fn of(series: &Series, profile: &Profile, watching: &Watching, end: usize, rhythm: f64) -> Self {
        let mut days = profile.sources.clone();
        let before = super::baseline::median(&mut days).unwrap_or_default();
        #[expect(clippy::cast_precision_loss, reason = "hours of two days")]
        let sensors = watching.all(series.recent.from, end) / (end.saturating_sub(series.recent.from)).max(1) as f64;
        // More sensors meet more sources; never so many more.
        let usual = (sensors / profile.sensors.max(1e-9)).max(1.0) * rhythm;
        let now = f64::from(series.recent.sources);
        Self { now, before: before * usual, log: (now / usual + 0.5).ln() }
    }

    /// How many deviations there are more sources than on days before; `prior` is the variance that is usual.
    pub(super) fn score(&self, profile: &Profile, prior: (f64, f64)) -> f64 {
        profile.log_sources.score(self.log, prior)
    }

    /// Whether sources rose as packets did, all over.
    pub(super) fn bear_out(&self, ratio: f64) -> bool {
        self.now - self.before >= LEAST_SOURCES && ((self.now + 0.5) / (self.before + 0.5)).ln() >= ratio.ln() * PART_OF_RISE.0
    }

    /// Whether there are as many more sources as some sensors' packets beyond the others' would bring along.
    pub(super) fn bear_out_some(&self, sensors: &Sensors, baseline: &Baseline) -> bool {
        let more = self.now - self.before * sensors.others.max(LEAST_OTHERS);
        more >= (PART_OF_RISE.1 * sensors.excess * (self.before + 0.5) / (baseline.expected + 0.5)).max(LEAST_SOURCES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_or_two_sensors_say_hardly_more_than_the_next_one() {
        let seen = |rose: &[(f64, f64)]| {
            let rose: Vec<Seen> = rose.iter().map(|(seen, expected)| Seen { place: 0, seen: *seen, expected: *expected }).collect();
            as_the_next(&rose.iter().collect::<Vec<_>>()).iter().map(|one| one.seen).collect::<Vec<_>>()
        };
        assert_eq!(seen(&[(9_999.0, 9.0), (399.0, 9.0), (19.0, 9.0), (15.0, 9.0)]), [29.0, 29.0, 19.0, 15.0]);
        assert_eq!(seen(&[(32.0, 9.0), (31.0, 9.0), (29.0, 9.0), (27.0, 9.0)]), [32.0, 31.0, 29.0, 27.0], "what rose alike stays as it is");
        assert_eq!(seen(&[(9_999.0, 9.0), (19.0, 9.0)]), [29.0, 19.0], "where two are all");
        assert!(seen(&[]).is_empty());
    }

    #[test]
    fn what_one_sensor_has_beyond_measure_brings_no_sources_along() {
        assert!((beyond_without_odd(vec![30.0, 40_000.0, 50.0, 40.0]) - 150.0).abs() < 1e-9);
        assert!((beyond_without_odd(vec![30.0, 40.0]) - 60.0).abs() < 1e-9);
        assert!(beyond_without_odd(Vec::new()).abs() < 1e-9);
    }
}
