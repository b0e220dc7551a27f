//! What is kept of a rise, so that it can be judged years later.

use super::Rise;
use serde::{Deserialize, Serialize};

/// The evidence: of the window in which the rise was clearest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The window, in microseconds; its end is not in it.
    pub from: i64,
    /// As above.
    pub to: i64,
    /// Packets that were to be expected: at the sensors that rose, where only some did.
    pub expected: f64,
    /// Packets that there were, as above.
    pub seen: f64,
    /// Deviations above what was expected; none for a first sight.
    pub score: Option<f64>,
    /// How probable it is by chance.
    pub probability: f64,
    /// Sensors that rose.
    pub sensors_rose: usize,
    /// Sensors that watched.
    pub sensors_watched: usize,
    /// The numbers of the sensors that rose, where the others saw nothing of it; empty where it is of all of them.
    #[serde(default)]
    pub at_sensors: Vec<u32>,
    /// Distinct sources of 24 hours.
    pub sources: f64,
    /// Distinct sources of a day before.
    pub sources_before: f64,
    /// Weeks that it was compared with.
    pub weeks: usize,
    /// Countries that rose by themselves, too.
    pub countries_rose: Vec<String>,
    /// Where its packets came from, most first; empty of a rise of one country, and of some sensors.
    pub countries: Vec<Part>,
    /// Tools whose marks its packets bear, of a rise of some sensors the packets that these saw; empty where the packets are not there any more.
    pub tools: Vec<Part>,
    /// The part of its packets, as above, that came from the loudest source, 0 to 1.
    pub loudest: Option<f64>,
}

/// A part of a rise's packets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// A country, or a tool.
    pub key: String,
    /// Its part, from 0 to 1.
    pub share: f64,
}

impl Evidence {
    /// What a measurement says about a window that begins and ends so, in microseconds.
    #[must_use]
    pub fn of(rise: &Rise, (from, to): (i64, i64)) -> Self {
        let at = rise.at.as_ref();
        Self {
            from,
            to,
            expected: at.map_or(rise.expected, |at| at.expected),
            seen: at.map_or(rise.seen, |at| at.seen),
            at_sensors: at.map(|at| sorted(at.numbers.clone())).unwrap_or_default(),
            score: rise.score,
            probability: rise.probability,
            sensors_rose: at.map_or(rise.sensors_rose, |at| at.numbers.len()),
            sensors_watched: rise.sensors_watched,
            sources: rise.sources,
            sources_before: rise.sources_before,
            weeks: rise.weeks,
            ..Self::default()
        }
    }

    /// Packets beyond those that were to be expected.
    #[must_use]
    pub fn beyond_expected(&self) -> f64 {
        self.seen - self.expected
    }

    /// How many times as much as expected.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        (self.seen + 0.5) / (self.expected + 0.5)
    }
}

fn sorted(mut numbers: Vec<u32>) -> Vec<u32> {
    numbers.sort_unstable();
    numbers
}
