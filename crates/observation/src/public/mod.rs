//! What everybody may know of what sensors saw: averages over the sensors at home, while there are so many of them that none can be told
//! apart. The public page and whoever compares with it ask here and nowhere else.
//!
//! **Architecture invariant:** nothing that is given here holds an address, or a sensor's name, number or place, or counts what fewer sensors
//! saw than [`Rule::least_sensors`]: neither as a row or a point of its own, nor within one, nor within the whole that shares are parts of.

mod crowd;
mod rises;
mod span;

use crowd::Crowd;
pub(crate) use rises::{Secret, Secrets};
pub use rises::{Told, published};
pub use span::{Span, Window};

use crate::{
    ObservationError, Observatory,
    ask::Selection,
    series::{self, Bucket},
    store::sensors,
    watch::{self, Watch},
};
use noroshi_directory::{Origin, organisation::Home};
use noroshi_kernel::moment::{Moment, Zone};
use noroshi_ledger::{LedgerError, Query};
use std::collections::{BTreeMap, BTreeSet};

/// Microseconds in a day.
const DAY_US: f64 = 86_400_000_000.0;

/// When figures may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// So many sensors at home must have watched for at least half of the time, and have seen what is told. Of fewer, one could be told apart. Those that
    /// saw most of something count as the last of so many.
    pub least_sensors: u32,
}

impl Default for Rule {
    fn default() -> Self {
        Self { least_sensors: 3 }
    }
}

/// From where is asked.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// Where observations are kept.
    pub place: &'a Observatory,
    /// The zone of the team's days.
    pub zone: &'a Zone,
    /// The countries that are home.
    pub home: &'a Home,
    /// When figures may be told.
    pub rule: Rule,
}

/// What is ranked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Services: ports, types of ICMP, protocols.
    Services,
    /// Countries of sources.
    Countries,
}

/// Too few sensors at home watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("only {sensors} sensors at home watched for at least half of the time, and figures are told of {least} or more")]
pub struct TooFew {
    /// So many did.
    pub sensors: usize,
    /// So many must.
    pub least: u32,
}

/// What was seen most.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking {
    /// Of which time.
    pub window: Window,
    /// How many sensors at home watched for at least half of it.
    pub sensors: usize,
    /// The rows, the most first.
    pub rows: Vec<Row>,
}

/// One row of a ranking.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its place, from 1. What was seen alike has one place.
    pub rank: usize,
    /// What, as everybody writes it: `tcp/445`, `JP`, `unknown`.
    pub key: String,
    /// Packets for each day that a sensor watched.
    pub per_sensor_day: f64,
    /// Its part of everything that was seen, from 0 to 1.
    pub share: f64,
}

impl Ranking {
    /// The row of a key.
    #[must_use]
    pub fn row(&self, key: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.key == key)
    }
}

/// One row, bucket by bucket.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// When the bucket begins.
    pub at: Moment,
    /// Packets for each day that a sensor watched; none where too few did.
    pub per_sensor_day: Option<f64>,
}

/// The spans in which sensors at home watched.
async fn at_home(query: &impl Query, home: &Home, window: Window) -> Result<Vec<Watch>, LedgerError> {
    let known = sensors::all(query).await?;
    let ids: BTreeSet<i64> = known.iter().filter(|sensor| home.origin(&sensor.country) == Origin::Domestic).map(|sensor| sensor.id).collect();
    let watches = sensors::watches(query, window.from.0, window.to.0).await?;
    Ok(watches.into_iter().filter(|watch| ids.contains(&watch.sensor)).collect())
}

/// How many sensors watched for at least half of a time.
fn watching(watches: &[Watch], window: Window) -> usize {
    let mut own: BTreeMap<i64, Vec<Watch>> = BTreeMap::new();
    for watch in watches.iter().filter(|watch| watch.to > window.from.0 && watch.from < window.to.0) {
        own.entry(watch.sensor).or_default().push(*watch);
    }
    own.values().filter(|own| watch::in_bucket(own, window.from.0, window.to.0) >= 0.5).count()
}

/// How long sensors watched, all together, in days.
#[expect(clippy::cast_precision_loss, reason = "spans of some thousand years still tell milliseconds")]
fn sensor_days(watches: &[Watch], window: Window) -> f64 {
    watch::in_bucket(watches, window.from.0, window.to.0) * (window.to.0 - window.from.0) as f64 / DAY_US
}

/// Packets for each of so many days.
#[expect(clippy::cast_precision_loss, reason = "an average is rounded anyway")]
fn average(packets: u64, days: f64) -> f64 {
    if days > 0.0 { packets as f64 / days } else { 0.0 }
}

/// Ranks services, or countries of sources, by what sensors at home saw in a window.
///
/// # Errors
/// [`ObservationError::Refused`] while packets of that time are being added up; when records cannot be read.
pub async fn ranking(ground: Ground<'_>, of: Of, window: Window, limit: usize) -> Result<Result<Ranking, TooFew>, ObservationError> {
    let snapshot = ground.place.ledger.snapshot().await?;
    let watches = at_home(&snapshot, ground.home, window).await?;
    let sensors = watching(&watches, window);
    let least = ground.rule.least_sensors;
    if sensors < usize::try_from(least).unwrap_or(usize::MAX) || sensors == 0 {
        return Ok(Err(TooFew { sensors, least }));
    }
    let days = sensor_days(&watches, window);
    let crowd = Crowd::of(&snapshot, ground, window).await?;
    let counts = crowd.most(of, limit).await?;
    let all = crowd.all(&counts);
    let mut rows: Vec<Row> = Vec::with_capacity(counts.len());
    let mut before = None;
    for (place, (key, packets)) in (1..).zip(counts) {
        let rank = if before == Some(packets) { rows.last().map_or(place, |row| row.rank) } else { place };
        before = Some(packets);
        rows.push(Row { rank, key, per_sensor_day: average(packets, days), share: share(packets, all) });
    }
    Ok(Ok(Ranking { window, sensors, rows }))
}

#[expect(clippy::cast_precision_loss, reason = "a share is rounded anyway")]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Where the days of a window begin, and where the last ends.
fn days(zone: &Zone, window: Window) -> Vec<Moment> {
    let question = series::Question { selection: Selection::default(), from: window.from, to: window.to, bucket: Bucket::Day };
    series::edges(zone, &question).unwrap_or_default()
}

/// How long a bucket of a public series is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A day of the team's zone.
    Day,
    /// Seven days, from the window's begin on.
    Week,
}

/// What sensors at home saw of a row of a ranking, bucket by bucket. A week is what its days come to that are told.
///
/// # Errors
/// As [`ranking`].
pub async fn series(ground: Ground<'_>, of: Of, key: &str, window: Window, step: Step) -> Result<Vec<Point>, ObservationError> {
    let snapshot = ground.place.ledger.snapshot().await?;
    let watches = at_home(&snapshot, ground.home, window).await?;
    let least = usize::try_from(ground.rule.least_sensors).unwrap_or(usize::MAX).max(1);
    let edges = days(ground.zone, window);
    let counts = Crowd::of(&snapshot, ground, window).await?.days(of, key, &edges).await?;
    let told = |(edges, packets): (&[Moment], u64)| {
        let &[from, to] = edges else { return None };
        let day = Window { from, to };
        Some((day, (watching(&watches, day) >= least).then(|| (packets, sensor_days(&watches, day)))))
    };
    let days: Vec<_> = edges.windows(2).zip(counts).filter_map(told).collect();
    let length = if step == Step::Week { 7 } else { 1 };
    let point = |days: &[(Window, Option<(u64, f64)>)]| {
        let at = days.first()?.0.from;
        let (packets, watched) = days.iter().filter_map(|(_, told)| *told).fold((0, 0.0), |(packets, days), (more, longer)| (packets + more, days + longer));
        Some(Point { at, per_sensor_day: (watched > 0.0).then(|| average(packets, watched)) })
    };
    Ok(days.chunks(length).filter_map(point).collect())
}
