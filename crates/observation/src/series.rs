//! How often a service was asked for, bucket by bucket.

use crate::{
    ObservationError, Observatory,
    rollup::{Level, named},
    service_key,
    store::{files, sensors},
    sums::{self, Reach},
    top::{average, within},
    watch,
};
use jiff::{ToSpan as _, Unit, civil::DateTime};
use noroshi_kernel::{
    access::{Action, Actor},
    moment::{Moment, Zone},
    reason::Reason,
};
use noroshi_lake::packets::{self, Filter, Key, Limits, Service};
use noroshi_ledger::{LedgerError, Query};
use serde::Serialize;

/// The most buckets of one answer.
pub const MOST_BUCKETS: usize = 10_000;

/// How long a bucket is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bucket {
    /// An hour of the team's zone.
    Hour,
    /// A day of the team's zone.
    Day,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// Which service.
    pub service: Service,
    /// From when on; the bucket that holds it is the first.
    pub from: Moment,
    /// Until when; it is not included.
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
    /// Distinct sources.
    pub sources: Option<u64>,
    /// How many sensors watched, parts of the bucket as parts of a sensor.
    pub sensors_watching: f64,
    /// Packets for each sensor that watched.
    pub average_per_sensor: Option<f64>,
}

/// A series.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Series {
    /// `tcp/22`
    pub key: String,
    /// How long a bucket is.
    pub bucket: Bucket,
    /// The buckets in the order of time.
    pub rows: Vec<Row>,
}

/// Counts a service in each bucket of a window.
///
/// # Errors
/// [`ObservationError::Forbidden`]; [`ObservationError::Refused`] when there are more than [`MOST_BUCKETS`]; when packets or records cannot be read.
pub async fn series(place: &Observatory, actor: &Actor, zone: &Zone, question: Question) -> Result<Series, ObservationError> {
    actor.must_can(Action::ViewObservations)?;
    let edges = edges(zone, question).ok_or_else(too_many)?;
    let (Some(first), Some(last)) = (edges.first().copied(), edges.last().copied()) else {
        return Ok(Series { key: service_key(question.service), bucket: question.bucket, rows: Vec::new() });
    };
    let snapshot = place.ledger.snapshot().await?;
    let watches = sensors::watches(&snapshot, first.0, last.0).await?;
    let reach = Reach::of(&snapshot, zone, first.0, last.0).await?;
    // Below a day only services that have a name here have sums of their own.
    let has_sums = reach.is_rolled && (question.bucket == Bucket::Day || named::is(question.service));
    let counts = if reach.counts_packets(first.0) || !has_sums {
        let there = edges.windows(2).map(|pair| pair.first().is_some_and(|from| from.0 >= reach.horizon));
        counted(place, &snapshot, question.service, &edges, there.collect()).await?
    } else {
        let level = if question.bucket == Bucket::Day { Level::Day } else { Level::Hour };
        let moments: Vec<i64> = edges.iter().map(|edge| edge.0).collect();
        let buckets = sums::buckets(place, &snapshot, level, question.service, &moments).await?;
        buckets.into_iter().map(|(packets, sources)| Some((packets, sources.estimate()))).collect()
    };
    let row = |(pair, counts): (&[Moment], Option<(u64, u64)>)| {
        let &[from, to] = pair else { return None };
        let watching = watch::in_bucket(&watches, from.0, to.0);
        let counts = counts.filter(|_| watching > 0.0);
        Some(Row {
            at: from.rfc3339(),
            packets: counts.map(|(packets, _)| packets),
            sources: counts.map(|(_, sources)| sources),
            sensors_watching: watching,
            average_per_sensor: counts.and_then(|(packets, _)| average(packets, watching)),
        })
    };
    Ok(Series { key: service_key(question.service), bucket: question.bucket, rows: edges.windows(2).zip(counts).filter_map(row).collect() })
}

/// Packets and sources of buckets, counted packet by packet; of a bucket whose packets are not `there` nothing is known.
async fn counted(
    place: &Observatory,
    query: &impl Query,
    service: Service,
    edges: &[Moment],
    there: Vec<bool>,
) -> Result<Vec<Option<(u64, u64)>>, ObservationError> {
    let mut buckets = Vec::with_capacity(edges.len());
    for (pair, is_there) in edges.windows(2).zip(there) {
        let &[from, to] = pair else { continue };
        buckets.push(if is_there { Some((from, to, files::within(query, from.0, to.0).await?)) } else { None });
    }
    let folder = place.folder.clone();
    let counting = tokio::task::spawn_blocking(move || {
        let count = |bucket: Option<(Moment, Moment, Vec<_>)>| {
            let Some((from, to, names)) = bucket else { return Ok(None) };
            let paths = names.iter().map(|name| folder.find(name)).collect::<Result<Vec<_>, _>>()?;
            let counts = packets::count(paths, &Filter { service: Some(service), ..within(from, to) }, Key::Service, Limits::default())?;
            Ok(Some((counts.packets, counts.rows.iter().map(|count| count.sources).sum())))
        };
        buckets.into_iter().map(count).collect::<Result<Vec<_>, ObservationError>>()
    });
    counting.await.map_err(|error| LedgerError::Damaged(error.to_string()))?
}

/// Where buckets begin, and where the last ends; `None` when there are too many.
fn edges(zone: &Zone, question: Question) -> Option<Vec<Moment>> {
    let (unit, step) = match question.bucket {
        Bucket::Hour => (Unit::Hour, 1.hour()),
        Bucket::Day => (Unit::Day, 1.day()),
    };
    let begin = zone.wall(question.from);
    let mut wall: DateTime = match unit {
        Unit::Day => begin.date().at(0, 0, 0, 0),
        _ => begin.date().at(begin.hour(), 0, 0, 0),
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
        format!("there are more than {MOST_BUCKETS} buckets; ask for a shorter time, or for days"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_lie_in_the_teams_zone() {
        let zone = Zone::named("Asia/Tokyo").expect("a zone");
        let service = Service::Port { protocol: 6, port: 22 };
        let (from, to) = (Moment(3_600_000_000), Moment(2 * Moment::DAY_US));
        let days = edges(&zone, Question { service, from, to, bucket: Bucket::Day }).expect("few");
        assert_eq!(
            days.iter().map(|edge| edge.rfc3339()).collect::<Vec<_>>(),
            ["1969-12-31T15:00:00Z", "1970-01-01T15:00:00Z", "1970-01-02T15:00:00Z", "1970-01-03T15:00:00Z"]
        );
        assert_eq!(edges(&zone, Question { service, from, to, bucket: Bucket::Hour }).expect("few").len(), 48);
        assert!(edges(&zone, Question { service, from, to: Moment(4_000 * Moment::DAY_US), bucket: Bucket::Hour }).is_none());
        assert!(edges(&zone, Question { service, from: to, to: from, bucket: Bucket::Hour }).expect("none").is_empty());
    }
}
