//! How much was seen of something, bucket by bucket.

use crate::{
    ObservationError, Observatory,
    ask::{Chosen, Selection, Standpoint},
    rollup::Level,
    sources::MOST_TOLD_APART,
    store::{files, sensors},
    sums::{self, Line, Reach},
    top::average,
    watch,
};
use jiff::{ToSpan as _, civil::DateTime};
use noroshi_kernel::{
    access::{Action, Actor},
    moment::{Moment, Zone},
    reason::Reason,
};
use noroshi_lake::{packets, sketch::Sketch};
use noroshi_ledger::{LedgerError, Query};
use serde::Serialize;

/// The most buckets of one answer.
pub const MOST_BUCKETS: usize = 10_000;

/// How long a bucket is, in the team's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bucket {
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A week from Monday on.
    Week,
    /// A month.
    Month,
}

impl Bucket {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Hour, Self::Day, Self::Week, Self::Month];

    /// How links and the command line name it.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Question {
    /// Which packets.
    pub selection: Selection,
    /// From when on; the bucket that holds it is the first.
    pub from: Moment,
    /// Until when; the bucket that holds what is before it is the last.
    pub to: Moment,
    /// How long a bucket is.
    pub bucket: Bucket,
}

/// One bucket.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Its begin, in RFC 3339.
    pub at: String,
    /// Packets; none where nobody watched, and where packets are gone that have no sum of their own.
    pub packets: Option<u64>,
    /// Distinct sources; none also where only sums are left that do not tell them.
    pub sources: Option<u64>,
    /// How many sensors watched, parts of the bucket as parts of a sensor.
    pub sensors_watching: f64,
    /// Packets for each sensor that watched.
    pub average_per_sensor: Option<f64>,
    /// Packets for each day that a sensor watched: comparable between buckets of any length.
    pub per_sensor_day: Option<f64>,
    /// Whether it is over: of one that is not, packets and sources are those until now.
    pub is_over: bool,
}

/// A series.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Series {
    /// What it counts: `tcp/22`, `tcp/22 JP`, `all`.
    pub key: String,
    /// How long a bucket is.
    pub bucket: Bucket,
    /// Whether every number of sources that is told is exact; otherwise they are estimates (1.6 %).
    pub sources_are_exact: bool,
    /// The buckets in the order of time.
    pub rows: Vec<Row>,
}

/// Counts what is selected in each bucket of a window, and its distinct sources.
///
/// # Errors
/// [`ObservationError::Forbidden`]; [`ObservationError::Refused`] when there are more than [`MOST_BUCKETS`], when no sensor is meant, or when too
/// many packets would have to be counted one by one; when packets or records cannot be read.
pub async fn series(place: &Observatory, actor: &Actor, standpoint: Standpoint<'_>, question: &Question) -> Result<Series, ObservationError> {
    through_time(place, actor, standpoint, question, true).await
}

/// As [`series`], where nobody asks for sources: they are told where sums tell them.
///
/// # Errors
/// As [`series`].
pub async fn packets(place: &Observatory, actor: &Actor, standpoint: Standpoint<'_>, question: &Question) -> Result<Series, ObservationError> {
    through_time(place, actor, standpoint, question, false).await
}

async fn through_time(
    place: &Observatory,
    actor: &Actor,
    standpoint: Standpoint<'_>,
    question: &Question,
    tells_sources: bool,
) -> Result<Series, ObservationError> {
    actor.must_can(Action::ViewObservations)?;
    let key = question.selection.name();
    let edges = edges(standpoint.zone, question).ok_or_else(too_many)?;
    let (Some(first), Some(last)) = (edges.first().copied(), edges.last().copied()) else {
        return Ok(Series { key, bucket: question.bucket, sources_are_exact: true, rows: Vec::new() });
    };
    let snapshot = place.ledger.snapshot().await?;
    let chosen = Chosen::of(&question.selection, standpoint, &sensors::all(&snapshot).await?)?;
    let reach = Reach::of(&snapshot, standpoint.zone, &chosen, (first.0, last.0)).await?;
    let level = if question.bucket == Bucket::Hour { Level::Hour } else { Level::Day };
    let is_counted = |line: &Line| reach.counts_packets(first.0) || (tells_sources && !line.tells_sources(&chosen) && reach.counts_packets_for_more(first.0));
    let line = Line::of(level, &chosen).filter(|line| !is_counted(line));
    let moments: Vec<i64> = edges.iter().map(|edge| edge.0).collect();
    let (counts, sources_are_exact): (Vec<Option<Count>>, bool) = match line {
        Some(line) => {
            let buckets = sums::buckets(place, &snapshot, (standpoint.zone, level), &line, &chosen, &moments).await?;
            let are_exact = buckets.iter().filter_map(|(_, sources)| sources.as_ref()).all(Sketch::is_exact);
            (buckets.into_iter().map(|(packets, sources)| Some((packets, sources.map(|sources| sources.estimate())))).collect(), are_exact)
        }
        None => (counted(place, &snapshot, &chosen, reach, &edges).await?, true),
    };
    let watches = chosen.watches(sensors::watches(&snapshot, first.0, last.0).await?);
    let watching = watch::in_buckets(&watches, &moments);
    let now = place.ledger.now();
    let row = |((pair, counts), watching): ((&[Moment], Option<Count>), f64)| {
        let &[from, to] = pair else { return None };
        let counts = counts.filter(|_| watching > 0.0);
        Some(Row {
            at: from.rfc3339(),
            packets: counts.map(|(packets, _)| packets),
            sources: counts.and_then(|(_, sources)| sources),
            sensors_watching: watching,
            average_per_sensor: counts.and_then(|(packets, _)| average(packets, watching)),
            per_sensor_day: counts.and_then(|(packets, _)| average(packets, watching * days(from, to))),
            is_over: to <= now,
        })
    };
    Ok(Series { key, bucket: question.bucket, sources_are_exact, rows: edges.windows(2).zip(counts).zip(watching).filter_map(row).collect() })
}

/// Packets, and distinct sources where they are told apart.
type Count = (u64, Option<u64>);

#[expect(clippy::cast_precision_loss, reason = "a length of at most some years")]
fn days(from: Moment, to: Moment) -> f64 {
    (to.0 - from.0) as f64 / 86_400_000_000.0
}

/// Packets and sources of buckets, counted packet by packet; of a bucket whose packets are gone nothing is known. Files are of days: buckets that begin
/// in one day of UTC are counted in one reading.
async fn counted(place: &Observatory, query: &impl Query, chosen: &Chosen, reach: Reach, edges: &[Moment]) -> Result<Vec<Option<Count>>, ObservationError> {
    reach.must_be_countable()?;
    let pairs: Vec<&[Moment]> = edges.windows(2).collect();
    let day = |pair: &[Moment]| pair.first().map(|begin| (begin.0 >= reach.horizon, begin.0.div_euclid(Moment::DAY_US)));
    let mut readings = Vec::new();
    for together in pairs.chunk_by(|a, b| day(a) == day(b)) {
        let edges: Vec<Moment> =
            together.first().into_iter().flat_map(|pair| pair.first()).chain(together.iter().flat_map(|pair| pair.last())).copied().collect();
        let (Some(from), Some(to)) = (edges.first().copied(), edges.last().copied()) else { continue };
        let names = if from.0 >= reach.horizon { Some(files::within(query, from.0, to.0).await?) } else { None };
        readings.push((edges, names.map(|names| (chosen.filter(from.0, to.0), names))));
    }
    let folder = place.folder.clone();
    let counting = tokio::task::spawn_blocking(move || {
        let mut counts = Vec::new();
        for (edges, reading) in readings {
            let Some((filter, names)) = reading else {
                counts.extend(edges.iter().skip(1).map(|_| None));
                continue;
            };
            let paths = names.iter().map(|name| folder.find(name)).collect::<Result<Vec<_>, _>>()?;
            let edges_ns: Vec<i64> = edges.iter().map(|edge| edge.0.saturating_mul(1_000)).collect();
            let buckets = packets::through_time(paths, &filter, &edges_ns, MOST_TOLD_APART)?;
            counts.extend(buckets.into_iter().map(|bucket| Some((bucket.packets, Some(bucket.sources)))));
        }
        Ok::<_, ObservationError>(counts)
    });
    counting.await.map_err(|error| LedgerError::Damaged(error.to_string()))?
}

/// Where buckets begin, and where the last ends; `None` when there are too many.
pub(crate) fn edges(zone: &Zone, question: &Question) -> Option<Vec<Moment>> {
    let begin = zone.wall(question.from);
    let day = begin.date();
    let (mut wall, step): (DateTime, _) = match question.bucket {
        Bucket::Hour => (day.at(begin.hour(), 0, 0, 0), 1.hour()),
        Bucket::Day => (day.at(0, 0, 0, 0), 1.day()),
        Bucket::Week => (day.checked_sub(i64::from(day.weekday().to_monday_zero_offset()).days()).ok()?.at(0, 0, 0, 0), 1.week()),
        Bucket::Month => (day.first_of_month().at(0, 0, 0, 0), 1.month()),
    };
    let mut edges = Vec::new();
    if question.from >= question.to {
        return Some(edges);
    }
    loop {
        let edge = zone.moment(wall)?;
        // Where a clock is put on or back, two walls may be one moment.
        if edges.last().is_none_or(|last| *last < edge) {
            edges.push(edge);
        }
        if edge >= question.to {
            return Some(edges);
        }
        if edges.len() > MOST_BUCKETS {
            return None;
        }
        wall = wall.checked_add(step).ok()?;
    }
}

fn too_many() -> ObservationError {
    ObservationError::Refused(Reason::new(
        "series-buckets",
        format!("区切りが {MOST_BUCKETS} 個を超えます。期間を短くするか、日単位にしてください。"),
        format!("there are more than {MOST_BUCKETS} buckets; ask for a shorter time, or for longer ones"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_lie_in_the_teams_zone() {
        let zone = Zone::named("Asia/Tokyo").expect("a zone");
        let (from, to) = (Moment(3_600_000_000), Moment(2 * Moment::DAY_US));
        let buckets = |from, to, bucket| edges(&zone, &Question { selection: Selection::default(), from, to, bucket });
        let days = buckets(from, to, Bucket::Day).expect("few");
        assert_eq!(
            days.iter().map(|edge| edge.rfc3339()).collect::<Vec<_>>(),
            ["1969-12-31T15:00:00Z", "1970-01-01T15:00:00Z", "1970-01-02T15:00:00Z", "1970-01-03T15:00:00Z"]
        );
        assert_eq!(buckets(from, to, Bucket::Hour).expect("few").len(), 48);
        assert!(buckets(from, Moment(4_000 * Moment::DAY_US), Bucket::Hour).is_none());
        assert!(buckets(to, from, Bucket::Hour).expect("none").is_empty());
        let weeks = buckets(from, to, Bucket::Week).expect("few");
        assert_eq!(weeks.iter().map(|edge| edge.rfc3339()).collect::<Vec<_>>(), ["1969-12-28T15:00:00Z", "1970-01-04T15:00:00Z"]);
        let months = buckets(from, Moment(40 * Moment::DAY_US), Bucket::Month).expect("few");
        assert_eq!(months.iter().map(|edge| edge.rfc3339()).collect::<Vec<_>>(), ["1969-12-31T15:00:00Z", "1970-01-31T15:00:00Z", "1970-02-28T15:00:00Z"]);
    }
}
