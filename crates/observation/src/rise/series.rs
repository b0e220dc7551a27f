//! What is asked about: packets to a service, from everywhere or from one country, with who saw them and from how many sources.

use super::DAY;
use noroshi_lake::packets::{Country, Service};

/// Which packets a series holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// What they were sent to.
    pub service: Service,
    /// Where from.
    pub origin: Origin,
}

/// Where the packets of a series came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// From everywhere.
    Anywhere,
    /// From one country, or from where no country is known.
    Country(Option<Country>),
}

/// Packets by hour, or by day where nothing finer is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Packets {
    step: usize,
    /// Packets until the begin of each step.
    until: Vec<u64>,
}

impl Packets {
    /// Takes the packets of each hour, the oldest first.
    #[must_use]
    pub fn by_hour(hours: &[u32]) -> Self {
        Self::by(1, hours)
    }

    /// Takes the packets of each span of 24 hours, the oldest first; spans that are asked for have to begin and end with them.
    #[must_use]
    pub fn by_day(days: &[u32]) -> Self {
        Self::by(24, days)
    }

    fn by(step: usize, parts: &[u32]) -> Self {
        let sums = parts.iter().scan(0, |sum, part| {
            *sum += u64::from(*part);
            Some(*sum)
        });
        Self { step, until: std::iter::once(0).chain(sums).collect() }
    }

    /// Hours of the finest span that is told.
    pub(super) const fn step(&self) -> usize {
        self.step
    }

    #[expect(clippy::cast_precision_loss, reason = "packets of some weeks")]
    pub(crate) fn sum(&self, from: usize, to: usize) -> f64 {
        let until = |hour: usize| self.until.get((hour / self.step).min(self.until.len() - 1)).copied().unwrap_or_default();
        until(to).saturating_sub(until(from)) as f64
    }
}

/// A day of the past, by whoever saw it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Day {
    /// Its first hour.
    pub from: usize,
    /// The first hour behind it.
    pub to: usize,
    /// Packets by sensor, by the sensor's number; who is not named had none.
    pub sensors: Vec<(u32, u32)>,
    /// Distinct sources.
    pub sources: u32,
}

/// What the sensors saw lately.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recent {
    /// The first hour that `sensors` is about. What is recent ends with the window, and has 24 hours or, where only days are told apart, some more.
    pub from: usize,
    /// Packets by sensor, by the sensor's number.
    pub sensors: Vec<(u32, u32)>,
    /// Distinct sources of 24 hours.
    pub sources: u32,
}

/// A series with what belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Which packets.
    pub key: Key,
    /// How many, hour by hour.
    pub packets: Packets,
    /// Whole days, the oldest first.
    pub days: Vec<Day>,
    /// The end of the window.
    pub recent: Recent,
}

impl Series {
    /// Packets of the 24 hours before the end of the window; with `sensors`, of these alone.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "packets and hours of some days")]
    pub fn last_day(&self, end: usize, sensors: &[u32]) -> f64 {
        if sensors.is_empty() {
            return self.packets.sum(end.saturating_sub(DAY), end);
        }
        let seen: f64 = self.recent.sensors.iter().filter(|(number, _)| sensors.contains(number)).map(|(_, packets)| f64::from(*packets)).sum();
        // Where only days are told apart, sensors' counts are of more than 24 hours.
        seen * DAY as f64 / end.saturating_sub(self.recent.from).max(DAY) as f64
    }
}
