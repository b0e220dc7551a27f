//! How often a service was asked for, bucket by bucket.

use crate::{
    ObservationError, Observatory, service_key,
    store::{files, sensors},
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
use noroshi_ledger::LedgerError;
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
    /// Packets; none where nobody watched.
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
    let mut buckets = Vec::with_capacity(edges.len());
    for pair in edges.windows(2) {
        let &[from, to] = pair else { continue };
        let watching = watch::in_bucket(&watches, from.0, to.0);
        let names = if watching > 0.0 { files::within(&snapshot, from.0, to.0).await? } else { Vec::new() };
        buckets.push((from, to, watching, names));
    }
    let (folder, service) = (place.folder.clone(), question.service);
    let counted = tokio::task::spawn_blocking(move || {
        let row = |(from, to, watching, names): (Moment, Moment, f64, Vec<_>)| {
            let unwatched = Row { at: from.rfc3339(), packets: None, sources: None, sensors_watching: watching, average_per_sensor: None };
            if watching <= 0.0 {
                return Ok(unwatched);
            }
            let paths = names.iter().map(|name| folder.find(name)).collect::<Result<Vec<_>, _>>()?;
            let counts = packets::count(paths, &Filter { service: Some(service), ..within(from, to) }, Key::Service, Limits::default())?;
            let sources = counts.rows.iter().map(|count| count.sources).sum();
            Ok(Row { packets: Some(counts.packets), sources: Some(sources), average_per_sensor: average(counts.packets, watching), ..unwatched })
        };
        buckets.into_iter().map(row).collect::<Result<Vec<_>, ObservationError>>()
    });
    let rows = counted.await.map_err(|error| LedgerError::Damaged(error.to_string()))??;
    Ok(Series { key: service_key(service), bucket: question.bucket, rows })
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
