//! Rises: a service that is asked for more than it was, found and told with its evidence. Pure: what was seen comes in, findings come out.
//!
//! The last 24 hours of each [`Series`] — a service from everywhere, and from each country — are compared with the same hours of the weeks before:
//!
//! * [`baseline`]: medians and median absolute deviations of logarithms: what is expected, and how far off is far;
//! * [`guard`]: several sensors have to see it, from more sources than before; this also finds what only some of many sensors see;
//! * [`cusum`]: what rises slowly is added up over days;
//! * [`first`]: what nobody asked for before;
//! * [`begin`]: since when;
//! * [`discovery`]: of everything that was looked at, so little is told that chance has a small part in it.
//!
//! **Architecture invariant:** hours in which a sensor did not watch are not zero: whatever is compared is divided by who watched, weighed by what
//! each of them sees of the service.

mod baseline;
mod begin;
mod cusum;
mod discovery;
mod evidence;
mod first;
mod guard;
mod lasted;
mod profile;
mod series;
mod state;
mod tail;
mod watching;

pub use evidence::{Evidence, Part};
pub use guard::AtSensors;
pub use lasted::lasted;
pub use profile::Profile;
pub use series::{Day, Key, Origin, Packets, Recent, Series};
pub use state::{NoState, State, Step};
pub use watching::Watching;

use baseline::{Baseline, Like};
use cusum::Slow;
use guard::{Sensors, Sources};
use serde::{Deserialize, Serialize};

/// Hours of a day.
pub const DAY: usize = 24;
/// Hours of a week.
pub const WEEK: usize = 7 * DAY;
/// So many weeks before are compared with.
pub const WEEKS: usize = 8;
/// Hours that a window of judgement has: it reaches so far behind its end.
pub const REACH: usize = WEEKS * WEEK + 2 * DAY;

/// A rise is over when nothing was left of it for so many hours; what comes then is another one.
pub const OVER_AFTER: usize = DAY;

/// So many weeks have to be known before anything but a first sight is judged.
const LEAST_WEEKS: usize = 3;
/// What is told is at least so many times as much as expected: where it came within a day, and where it came slowly.
const LEAST_RATIO: (f64, f64) = (1.8, 1.5);
/// Fewer packets than this in a window are no rise that anybody would look at.
pub(crate) const LEAST_PACKETS: f64 = 20.0;
/// How much the deviation that is usual for a series' like counts, in days; and the most degrees of freedom that are believed.
const LIKE_DAYS: f64 = 30.0;
const MOST_FREEDOM: f64 = 60.0;
/// The share of what is told that may come about by chance, each time.
const BY_CHANCE: f64 = 0.76;
/// How that is shared: by what all sensors see, what some of them see, and what comes slowly.
const LOOKS: (f64, f64, f64) = (0.53, 0.43, 0.04);

/// How a rise came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Within a day.
    Sudden,
    /// Over days.
    Slow,
    /// Where there was nothing before.
    FirstSeen,
}

impl Kind {
    /// As stored: `sudden` and so on.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Sudden => "sudden",
            Self::Slow => "slow",
            Self::FirstSeen => "first_seen",
        }
    }

    /// The kind of a key.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        [Self::Sudden, Self::Slow, Self::FirstSeen].into_iter().find(|kind| kind.key() == key)
    }
}

/// A rise as it was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Rise {
    /// Which packets.
    pub key: Key,
    /// How it came.
    pub kind: Kind,
    /// The hour of the window with which it begins; it ends with the window.
    pub from: usize,
    /// Packets of the last 24 hours, as expected and as they were.
    pub expected: f64,
    /// As above.
    pub seen: f64,
    /// How many deviations the last 24 hours lie above what was expected; of a slow rise its sum; none where nothing was expected.
    pub score: Option<f64>,
    /// How probable something of the kind is by chance.
    pub probability: f64,
    /// Sensors that rose.
    pub sensors_rose: usize,
    /// Sensors that watched, and are known for long enough.
    pub sensors_watched: usize,
    /// The sensors that rose beside the others, where it is only some that rose.
    pub at: Option<AtSensors>,
    /// Distinct sources of the last 24 hours.
    pub sources: f64,
    /// Distinct sources of a day before.
    pub sources_before: f64,
    /// Weeks that it was compared with.
    pub weeks: usize,
}

impl Rise {
    /// How many times as much as expected.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        (self.seen + 0.5) / (self.expected + 0.5)
    }
}

/// What a moment's series come to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judgement {
    /// Rises, the least probable first.
    pub rises: Vec<Rise>,
    /// How many series were looked at.
    pub looked_at: usize,
    /// How many of them are too young to be judged.
    pub warming_up: usize,
}

/// How many series were left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Others {
    /// Services.
    pub services: usize,
    /// Services' countries.
    pub countries: usize,
}

/// Judges the window that ends before the hour `end`. Each series comes with its profile of the day. `others` are series that are known to have
/// nothing to say, and were left out: of services, and of services' countries.
#[must_use]
pub fn judge<'a>(watching: &Watching, end: usize, series: impl IntoIterator<Item = (&'a Series, &'a Profile)>, others: Others) -> Judgement {
    let with_baseline: Vec<(&Series, &Profile, Option<Baseline>)> =
        series.into_iter().map(|(series, profile)| (series, profile, Baseline::of(series, watching, &profile.weights, end, DAY))).collect();
    let like = Like::of(with_baseline.iter().filter_map(|(_, _, baseline)| baseline.as_ref()));
    let mut judgement = Judgement::default();
    let mut tests = [others.services, others.countries];
    let mut measured = Vec::new();
    for (series, profile, baseline) in with_baseline {
        if let Some(tests) = tests.get_mut(family(series.key)) {
            *tests += 1;
        }
        let known = baseline.filter(|baseline| baseline.weeks >= LEAST_WEEKS);
        judgement.warming_up += usize::from(known.is_none());
        measured.extend(measure(series, profile, known.as_ref(), watching, end, &like));
    }
    judgement.looked_at = tests.iter().sum();
    for (number, tests) in tests.into_iter().enumerate() {
        let of_family = || measured.iter().filter(|one: &&Rise| family(one.key) == number);
        let probabilities: Vec<f64> = of_family().map(|one| one.probability).collect();
        let told = discovery::told(&probabilities, tests, BY_CHANCE / 2.0);
        judgement.rises.extend(of_family().zip(told).filter(|(_, is_told)| *is_told).map(|(one, _)| one.clone()));
    }
    judgement.rises.sort_by(|a, b| a.probability.total_cmp(&b.probability).then_with(|| a.key.cmp(&b.key)));
    judgement
}

/// Services and their countries share what may come about by chance: there are many more of the second.
const fn family(key: Key) -> usize {
    match key.origin {
        Origin::Anywhere => 0,
        Origin::Country(_) => 1,
    }
}

/// Measures one series; nothing where it has nothing to say.
#[expect(clippy::cast_precision_loss, reason = "numbers of days and hours")]
fn measure(series: &Series, profile: &Profile, baseline: Option<&Baseline>, watching: &Watching, end: usize, like: &Like) -> Option<Rise> {
    let sources = Sources::of(series, profile, watching, end, baseline.map_or(1.0, |baseline| baseline.rhythm.exp()));
    let seen = series.packets.sum(end - DAY.min(end), end);
    let first = first::probability(series, profile, watching, end);
    let rise = |kind, from, expected, score, probability, sensors: Option<&Sensors>, weeks| Rise {
        key: series.key,
        kind,
        from,
        expected,
        seen,
        score,
        probability,
        sensors_rose: sensors.map_or_else(|| series.recent.sensors.len(), |sensors| sensors.rose),
        sensors_watched: sensors.map_or_else(|| watching.sensors(), |sensors| sensors.watched),
        at: None,
        sources: sources.now,
        sources_before: sources.before,
        weeks,
    };
    if let Some(probability) = first {
        let expected = baseline.map_or(0.0, |baseline| baseline.expected);
        // A service that is known may be new to a country.
        let kind = if series.key.origin == Origin::Anywhere { Kind::FirstSeen } else { Kind::Sudden };
        let from = begin::first(&series.packets, end, seen);
        return Some(rise(kind, from, expected, None, probability, None, baseline.map_or(0, |baseline| baseline.weeks)));
    }
    let baseline = baseline?;
    let deviation = baseline.deviation(like.variance(baseline.expected), LIKE_DAYS);
    let freedom = (baseline.days as f64 + LIKE_DAYS).min(MOST_FREEDOM);
    let slow = Slow::of(&baseline.days_back, deviation);
    let slow_ratio = slow.and_then(|slow| Some((baseline.days_back.first().copied().flatten()? - slow.level).exp())).unwrap_or(1.0);
    if seen < LEAST_PACKETS {
        return None;
    }
    let span = end.saturating_sub(series.recent.from);
    let recent = if span == DAY { baseline.level } else { Baseline::of(series, watching, &profile.weights, end, span)?.level };
    let sensors = Sensors::of(series, profile, watching, recent, end);
    // What a few sensors have far beyond the others is left out: it makes no rise, and hides none.
    let ratio = if sensors.bear_out(baseline.ratio()) { baseline.ratio() } else { sensors.without_odd };
    let score = ratio.ln() / deviation;
    let all = if ratio >= LEAST_RATIO.0 && sources.bear_out(ratio) {
        // More packets, or more sources: each is borne out by the other.
        2.0 * tail::student(score.max(sources.score(profile, (like.variance(sources.before), LIKE_DAYS))), freedom)
    } else {
        1.0
    };
    let some = if sensors.some < 1.0 && sources.bear_out_some(&sensors, baseline) { sensors.some } else { 1.0 };
    let slowly = slow.map_or(1.0, |slow| {
        let against = Sensors::of(series, profile, watching, slow.level, end);
        let bears_out = slow_ratio >= LEAST_RATIO.1 && slow.days > 2 && against.bear_out(slow_ratio) && sources.bear_out(slow_ratio);
        if bears_out { slow.probability() } else { 1.0 }
    });
    // The best of three looks, which share what may come about by chance unequally.
    let sudden = (all / LOOKS.0).min(some / LOOKS.1);
    let probability = sudden.min(slowly / LOOKS.2).min(1.0);
    let is_slow = slowly / LOOKS.2 < sudden;
    let found = match slow {
        Some(slow) if is_slow => {
            let expected = (baseline.expected + 0.5) * (slow.level - baseline.level).exp();
            rise(Kind::Slow, end.saturating_sub(slow.days * DAY), expected, Some(slow.sum), probability, Some(&sensors), baseline.weeks)
        }
        _ => {
            // Where only days are told apart, sensors' counts are of more than 24 hours.
            let part = DAY as f64 / span.max(DAY) as f64;
            let AtSensors { numbers, expected, seen: at_them } = sensors.at.clone();
            let at = (some / LOOKS.1 < all / LOOKS.0).then_some(AtSensors { numbers, expected: expected * part, seen: at_them * part });
            // What only some sensors see is too little of the whole to tell when it began.
            let from = if at.is_some() { end - DAY } else { begin::of(&series.packets, end, baseline.expected, seen) };
            Rise { at, ..rise(Kind::Sudden, from, baseline.expected, Some(score), probability, Some(&sensors), baseline.weeks) }
        }
    };
    (probability < 1.0).then_some(found)
}
