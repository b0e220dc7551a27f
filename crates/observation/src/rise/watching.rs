//! Who watched in which hour, as baselines need it: sums over any span at once.

/// Which part of each hour each sensor watched.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Watching {
    /// In order.
    numbers: Vec<u32>,
    /// For the begin of each hour, and the end of the last, the hours that each sensor watched until then.
    until: Vec<f64>,
    hours: usize,
}

impl Watching {
    /// Takes for each sensor, by its number, which part of each hour it watched, 0 to 1. The oldest hour is first; what is missing at the end was not
    /// watched.
    #[must_use]
    pub fn new(sensors: &[(u32, Vec<f64>)]) -> Self {
        let mut sorted: Vec<&(u32, Vec<f64>)> = sensors.iter().collect();
        sorted.sort_by_key(|(number, _)| *number);
        sorted.dedup_by_key(|(number, _)| *number);
        let hours = sorted.iter().map(|(_, parts)| parts.len()).max().unwrap_or_default();
        let mut sums = vec![0.0; sorted.len()];
        let mut until = sums.clone();
        for hour in 0..hours {
            for (sum, (_, parts)) in sums.iter_mut().zip(&sorted) {
                *sum += parts.get(hour).copied().unwrap_or_default().clamp(0.0, 1.0);
            }
            until.extend(&sums);
        }
        Self { numbers: sorted.iter().map(|(number, _)| *number).collect(), until, hours }
    }

    /// How many hours there are.
    #[must_use]
    pub const fn hours(&self) -> usize {
        self.hours
    }

    /// How many sensors there are.
    #[must_use]
    pub const fn sensors(&self) -> usize {
        self.numbers.len()
    }

    /// The place of a sensor by its number.
    pub(super) fn place(&self, number: u32) -> Option<usize> {
        self.numbers.binary_search(&number).ok()
    }

    /// The number of the sensor at a place.
    pub(super) fn number(&self, place: usize) -> Option<u32> {
        self.numbers.get(place).copied()
    }

    fn row(&self, hour: usize) -> &[f64] {
        let begin = hour.min(self.hours) * self.numbers.len();
        self.until.get(begin..begin + self.numbers.len()).unwrap_or_default()
    }

    /// The hours that each sensor watched in `from..to`, by its place.
    pub(super) fn each(&self, from: usize, to: usize) -> impl Iterator<Item = f64> {
        self.row(to).iter().zip(self.row(from)).map(|(to, from)| (to - from).max(0.0))
    }

    /// The hours that all of them watched in `from..to`, each weighed by what it sees of a service.
    pub(super) fn weighed(&self, weights: &[f64], from: usize, to: usize) -> f64 {
        self.row(to).iter().zip(self.row(from)).zip(weights).fold(0.0, |sum, ((to, from), weight)| (to - from).max(0.0).mul_add(*weight, sum))
    }

    /// The hours that all of them watched in `from..to`.
    pub(super) fn all(&self, from: usize, to: usize) -> f64 {
        self.each(from, to).sum()
    }
}
