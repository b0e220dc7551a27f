//! How sensors are: whether they watch, what is missing, how far their clocks are off.

use crate::{
    ObservationError, Sensor,
    rollup::Calendar,
    store::{cells, health, sensors},
    watch::{self, Watch},
};
use noroshi_kernel::{
    access::{Action, Actor},
    moment::{Moment, Zone},
};
use noroshi_ledger::{Ledger, LedgerError, Query};
use std::collections::HashMap;

/// So long a sensor may say nothing, in microseconds: it says something each minute, and may say it a few times in vain.
pub const SILENT_US: i64 = 5 * 60 * 1_000_000;
/// Over so many days up-time and gaps are told.
pub const DAYS: usize = 30;
/// A clock that is farther off than this, in microseconds, puts packets into wrong hours sooner or later.
pub const CLOCK_US: i64 = 1_000_000;
/// So long before its end a certificate that was not renewed needs somebody, in days. It is renewed when a third of its time is left.
pub const CERTIFICATE_DAYS: i64 = 14;

/// How a sensor stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It sends.
    Watching,
    /// It was let in, and has said nothing for more than [`SILENT_US`].
    Silent,
    /// It was entered and never let in.
    Registered,
    /// It never was let in: what it saw came as captures.
    Captures,
    /// It was shut out.
    Revoked,
}

impl State {
    /// Every state, those that need somebody first.
    pub const ALL: [Self; 5] = [Self::Silent, Self::Registered, Self::Watching, Self::Captures, Self::Revoked];

    /// Its key: `watching` and so on.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Watching => "watching",
            Self::Silent => "silent",
            Self::Registered => "registered",
            Self::Captures => "captures",
            Self::Revoked => "revoked",
        }
    }
}

/// A text that is no state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no state of a sensor; write watching, silent, registered, captures or revoked")]
pub struct NoState;

impl std::str::FromStr for State {
    type Err = NoState;

    fn from_str(text: &str) -> Result<Self, NoState> {
        Self::ALL.into_iter().find(|state| state.key() == text).ok_or(NoState)
    }
}

/// A day of a sensor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Day {
    /// When it begins.
    pub at: Moment,
    /// Which part of it the sensor watched, 0 to 1; `None` for days before it was entered. Of today, what is over.
    pub watched: Option<f64>,
}

/// How a sensor is.
#[derive(Clone, Debug, PartialEq)]
pub struct Health {
    /// The sensor.
    pub sensor: Sensor,
    /// How it stands.
    pub state: State,
    /// When it was heard last.
    pub heard_at: Option<Moment>,
    /// Until when what it recorded is here.
    pub recorded_to: Option<Moment>,
    /// How far its clock is ahead of ours, in microseconds, when it was heard last.
    pub clock_offset_us: Option<i64>,
    /// Until when its certificate is good.
    pub certified_to: Option<Moment>,
    /// The last [`DAYS`] days.
    pub days: Vec<Day>,
    /// Packets of the last 24 hours, as far as they are added up.
    pub packets: i64,
    /// Packets that its kernel had no room for, of the last [`DAYS`] days.
    pub dropped: i64,
    /// Gaps of the last [`DAYS`] days.
    pub gaps: i64,
    /// Packets that are known to be missing in them.
    pub lost: i64,
}

impl Health {
    /// Which part of the last [`DAYS`] days the sensor watched, 0 to 1, since it was entered.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "there are few days")]
    pub fn watched(&self) -> Option<f64> {
        let known: Vec<f64> = self.days.iter().filter_map(|day| day.watched).collect();
        (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
    }

    /// Whether its clock is farther off than [`CLOCK_US`].
    #[must_use]
    pub fn clock_is_off(&self) -> bool {
        self.clock_offset_us.is_some_and(|offset| offset.unsigned_abs() > CLOCK_US.unsigned_abs())
    }

    /// Whether its certificate ends soon, and was not renewed.
    #[must_use]
    pub fn certificate_ends(&self, now: Moment) -> bool {
        self.state != State::Revoked && self.certified_to.is_some_and(|end| end < now.plus_days(CERTIFICATE_DAYS))
    }
}

/// How every sensor is, by name. `zone` is that of the team's days.
///
/// # Errors
/// [`ObservationError::Forbidden`]; when the database cannot be reached.
pub async fn all(ledger: &Ledger, actor: &Actor, zone: &Zone) -> Result<Vec<Health>, ObservationError> {
    actor.must_can(Action::ViewObservations)?;
    let snapshot = ledger.snapshot().await?;
    let known = sensors::all(&snapshot).await?;
    Ok(of(&snapshot, known, ledger.now(), zone).await?)
}

/// How the sensor of a number is, and what it tells of itself.
///
/// # Errors
/// [`ObservationError::Forbidden`]; when the database cannot be reached.
pub async fn numbered(ledger: &Ledger, actor: &Actor, zone: &Zone, number: i64) -> Result<Option<Detail>, ObservationError> {
    actor.must_can(Action::ViewObservations)?;
    let snapshot = ledger.snapshot().await?;
    let Some(sensor) = sensors::numbered(&snapshot, number).await? else { return Ok(None) };
    Ok(Some(detail(&snapshot, sensor, ledger.now(), zone).await?))
}

/// What a sensor tells of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Detail {
    /// How it is.
    pub health: Health,
    /// Packets of each of the last [`DAYS`] days, in their order.
    pub packets: Vec<i64>,
    /// The last full day.
    pub yesterday: Moment,
    /// What it saw most on that day: services (`tcp/445`) with their packets.
    pub services: Vec<(String, u64)>,
    /// The newest gaps.
    pub gaps: Vec<Gap>,
    /// What came in the last 24 hours, as its batches count.
    pub counts: Counts,
}

/// A span in which something is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Why: the key of a [`GapReason`](noroshi_telescope::batch::GapReason).
    pub reason: String,
    /// From when on.
    pub from: Moment,
    /// Until when.
    pub to: Moment,
    /// How many packets, when that is known.
    pub packets: Option<i64>,
}

/// What the batches of a sensor count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Batches.
    pub batches: i64,
    /// Packets that were recorded.
    pub kept: i64,
    /// Frames that are no IP.
    pub not_ip: i64,
    /// Packets that were cut short.
    pub truncated: i64,
    /// Packets whose headers contradict themselves.
    pub malformed: i64,
    /// Packets of the sensor's own talk and of its administration.
    pub left_out: i64,
    /// Packets that its kernel had no room for.
    pub dropped: i64,
}

/// The most services and gaps that are told of one sensor.
const MOST_SERVICES: usize = 10;
const MOST_GAPS: u32 = 50;

pub(super) async fn detail(query: &impl Query, sensor: Sensor, now: Moment, zone: &Zone) -> Result<Detail, LedgerError> {
    let days = Calendar::new(zone.clone()).last_days(now.0, DAYS);
    let first = days.first().map_or(now.0, |day| day.0);
    let yesterday = Moment(days.iter().rev().nth(1).map_or(now.0, |day| day.0));
    let (id, number) = (sensor.id, sensor.number);
    let packets = cells::days_of_sensor(query, number, first).await?;
    let services = cells::services_of_sensor(query, u32::try_from(number).unwrap_or(0), yesterday.0, MOST_SERVICES).await?;
    let gap = |row: health::GapRow| Gap { reason: row.reason, from: Moment(row.from_at), to: Moment(row.to_at), packets: row.packets };
    let gaps = health::gaps(query, id, MOST_GAPS).await?.into_iter().map(gap).collect();
    let counted = health::counted(query, id, now.plus_days(-1).0).await?;
    let counts = Counts {
        batches: counted.batches,
        kept: counted.kept,
        not_ip: counted.not_ip,
        truncated: counted.truncated,
        malformed: counted.malformed,
        left_out: counted.left_out,
        dropped: counted.kernel_drops,
    };
    let mut whole = of(query, vec![sensor], now, zone).await?;
    let health = whole.pop().ok_or_else(|| LedgerError::Damaged("a sensor was lost on the way".into()))?;
    Ok(Detail { health, packets: days.iter().map(|day| packets.get(&day.0).copied().unwrap_or(0)).collect(), yesterday, services, gaps, counts })
}

async fn of(query: &impl Query, known: Vec<Sensor>, now: Moment, zone: &Zone) -> Result<Vec<Health>, LedgerError> {
    let days = Calendar::new(zone.clone()).last_days(now.0, DAYS);
    let first = days.first().map_or(now.0, |day| day.0);
    let numbers = |rows: Vec<health::Number>| rows.into_iter().map(|row| (row.sensor_id, row.n)).collect::<HashMap<_, _>>();
    let last: HashMap<i64, health::Last> = health::last(query).await?.into_iter().map(|last| (last.sensor_id, last)).collect();
    let (certified, imported) = (numbers(health::certified(query).await?), numbers(health::imported(query).await?));
    let dropped = numbers(health::dropped(query, first).await?);
    let missing: HashMap<i64, health::Missing> = health::missing(query, first).await?.into_iter().map(|row| (row.sensor_id, row)).collect();
    let packets = cells::of_sensors(query, now.plus_days(-1).0).await?;
    let mut watches: HashMap<i64, Vec<Watch>> = HashMap::new();
    for watch in sensors::watches(query, first, now.0).await? {
        watches.entry(watch.sensor).or_default().push(watch);
    }
    let health = |sensor: Sensor| {
        let (last, missing) = (last.get(&sensor.id), missing.get(&sensor.id));
        let spans = watches.get(&sensor.id).map(Vec::as_slice).unwrap_or_default();
        Health {
            state: state(&sensor, last.map(|last| last.received_at), imported.contains_key(&sensor.id), now),
            heard_at: last.map(|last| Moment(last.received_at)),
            recorded_to: last.map(|last| Moment(last.closed_at)),
            clock_offset_us: last.and_then(|last| last.clock_offset_us),
            certified_to: certified.get(&sensor.id).map(|end| Moment(*end)),
            days: days.iter().map(|day| Day { at: Moment(day.0), watched: watched(&sensor, spans, *day, now) }).collect(),
            packets: packets.get(&sensor.number.to_string()).copied().unwrap_or(0),
            dropped: dropped.get(&sensor.id).copied().unwrap_or(0),
            gaps: missing.map_or(0, |missing| missing.gaps),
            lost: missing.map_or(0, |missing| missing.packets),
            sensor,
        }
    };
    Ok(known.into_iter().map(health).collect())
}

fn state(sensor: &Sensor, heard_at: Option<i64>, has_captures: bool, now: Moment) -> State {
    match (sensor.revoked_at, sensor.enrolled_at) {
        (Some(_), _) => State::Revoked,
        (None, None) if has_captures => State::Captures,
        (None, None) => State::Registered,
        // Who was let in just now has its first minutes, too.
        (None, Some(enrolled)) if now.0 - heard_at.unwrap_or(enrolled).max(enrolled) > SILENT_US => State::Silent,
        (None, Some(_)) => State::Watching,
    }
}

/// Which part of a day a sensor watched, since it was entered and until now. What a sensor sent before it was entered, as captures do, counts.
fn watched(sensor: &Sensor, spans: &[Watch], (from, to): (i64, i64), now: Moment) -> Option<f64> {
    // Today's last minutes are on their way.
    let begin = spans.iter().map(|span| span.from).min().unwrap_or(sensor.registered_at).min(sensor.registered_at);
    let (from, to) = (from.max(begin), to.min(now.0 - 2 * 60 * 1_000_000));
    (from < to).then(|| watch::in_bucket(spans, from, to))
}
