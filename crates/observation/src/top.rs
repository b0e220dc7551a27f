//! What was seen most.

use crate::{
    ObservationError, Observatory, Sensor,
    rollup::Dimension,
    service_key,
    store::{files, sensors},
    sums::{self, Reach},
    watch,
};
use noroshi_kernel::{
    access::{Action, Actor},
    moment::{Moment, Zone},
};
use noroshi_lake::packets::{self, Filter, Key, KeyValue, Limits};
use noroshi_ledger::{LedgerError, Query};
use serde::Serialize;

/// By what packets are ranked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Port of TCP or UDP, type of ICMP, number of another protocol.
    Port,
    /// Country of the source.
    Country,
    /// Source address.
    Source,
    /// Sensor.
    Sensor,
    /// Tool whose marks a packet bears: a lower bound for each.
    Tool,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// By what packets are ranked.
    pub by: By,
    /// From when on.
    pub from: Moment,
    /// Until when; it is not included.
    pub to: Moment,
    /// How many rows.
    pub limit: usize,
}

/// One row of a ranking.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// `tcp/445`, `JP`, an address, a sensor's or a tool's name; `unknown` where it is not known.
    pub key: String,
    /// Packets.
    pub packets: u64,
    /// Distinct sources.
    pub sources: u64,
    /// Packets for each sensor that watched; none where nobody did.
    pub average_per_sensor: Option<f64>,
}

/// A ranking.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ranking {
    /// By what.
    pub by: By,
    /// From when on, in RFC 3339; earlier than asked for where only sums of whole days are left.
    pub from: String,
    /// Until when.
    pub to: String,
    /// How many sensors watched, on average over the time in which any did.
    pub sensors_watching: f64,
    /// All packets of the window.
    pub packets: u64,
    /// Whether sources were told apart to the end; otherwise each number of them is an estimate (1.6 %) where it comes from sums, and a lower
    /// bound where it comes from packets.
    pub sources_are_exact: bool,
    /// The rows, most packets first.
    pub rows: Vec<Row>,
}

/// Ranks what was seen. `zone` is that of the team's days. Packets that are gone are counted by their sums, which are kept by day: a window
/// that begins or ends in such a day is widened to it. Sources have no sums: their window begins where packets begin.
///
/// # Errors
/// [`ObservationError::Forbidden`]; when packets or records cannot be read.
pub async fn top(place: &Observatory, actor: &Actor, zone: &Zone, question: Question) -> Result<Ranking, ObservationError> {
    actor.must_can(Action::ViewObservations)?;
    let snapshot = place.ledger.snapshot().await?;
    let reach = Reach::of(&snapshot, zone, question.from.0, question.to.0).await?;
    let dimension = match question.by {
        By::Port => Some(Dimension::Service),
        By::Country => Some(Dimension::Country),
        By::Sensor => Some(Dimension::Sensor),
        By::Tool => Some(Dimension::Tool),
        By::Source => None,
    };
    let known = if question.by == By::Sensor { sensors::all(&snapshot).await? } else { Vec::new() };
    let counted = match dimension.filter(|_| !reach.counts_packets(question.from.0)) {
        Some(dimension) => summed(place, &snapshot, zone, reach, dimension, question, &known).await?,
        None => counted(place, &snapshot, question, reach.horizon, &known).await?,
    };
    let Counted { window: (from, to), packets, sources_are_exact, rows } = counted;
    let watches = sensors::watches(&snapshot, from.0, to.0).await?;
    let sensors_watching = watch::while_watching(&watches, from.0, to.0);
    let row = |(key, packets, sources)| Row { key, packets, sources, average_per_sensor: average(packets, sensors_watching) };
    Ok(Ranking {
        by: question.by,
        from: from.rfc3339(),
        to: to.rfc3339(),
        sensors_watching,
        packets,
        sources_are_exact,
        rows: rows.into_iter().map(row).collect(),
    })
}

/// A ranking without averages.
struct Counted {
    window: (Moment, Moment),
    packets: u64,
    sources_are_exact: bool,
    rows: Vec<(String, u64, u64)>,
}

/// Counts packet by packet.
async fn counted(place: &Observatory, query: &impl Query, question: Question, horizon: i64, known: &[Sensor]) -> Result<Counted, ObservationError> {
    let Question { by, from, to, limit } = question;
    let from = Moment(from.0.max(horizon.min(to.0)));
    let names = files::within(query, from.0, to.0).await?;
    let folder = place.folder.clone();
    let key = match by {
        By::Port => Key::Service,
        By::Country => Key::Country,
        By::Source => Key::Source,
        By::Sensor => Key::Sensor,
        By::Tool => Key::Tool,
    };
    let counts = tokio::task::spawn_blocking(move || {
        let paths = names.iter().map(|name| folder.find(name)).collect::<Result<Vec<_>, _>>()?;
        packets::count(paths, &within(from, to), key, Limits::default())
    });
    let counts = counts.await.map_err(|error| LedgerError::Damaged(error.to_string()))??;
    let row = |count: &packets::Count| (shown(count.key, known), count.packets, count.sources);
    Ok(Counted {
        window: (from, to),
        packets: counts.packets,
        sources_are_exact: counts.sources_are_exact,
        rows: counts.rows.iter().take(limit).map(row).collect(),
    })
}

/// Counts by sums.
async fn summed(
    place: &Observatory,
    query: &impl Query,
    zone: &Zone,
    reach: Reach,
    dimension: Dimension,
    question: Question,
    known: &[Sensor],
) -> Result<Counted, ObservationError> {
    let ranked = sums::rank(place, query, zone, dimension, reach, (question.from.0, question.to.0), question.limit).await?;
    let name = |key: String| match dimension {
        Dimension::Sensor => key.parse().map_or(key, |number| named(number, known)),
        _ => key,
    };
    Ok(Counted {
        window: (Moment(ranked.window.0), Moment(ranked.window.1)),
        packets: ranked.packets,
        sources_are_exact: ranked.rows.iter().all(|(_, _, sources)| sources.is_exact()),
        rows: ranked.rows.into_iter().map(|(key, packets, sources)| (name(key), packets, sources.estimate())).collect(),
    })
}

/// The packets of a window.
pub(crate) fn within(from: Moment, to: Moment) -> Filter {
    Filter { from_ns: Some(from.0.saturating_mul(1_000)), to_ns: Some(to.0.saturating_mul(1_000)), service: None }
}

/// Packets for each sensor that watched.
#[expect(clippy::cast_precision_loss, reason = "an average is rounded anyway")]
pub(crate) fn average(packets: u64, sensors_watching: f64) -> Option<f64> {
    (sensors_watching > 0.0).then(|| packets as f64 / sensors_watching)
}

fn shown(key: KeyValue, known: &[Sensor]) -> String {
    match key {
        KeyValue::Service(service) => service_key(service),
        KeyValue::Source(address) => address.to_string(),
        KeyValue::Country(country) => country.map_or_else(|| "unknown".to_owned(), |country| country.as_str().to_owned()),
        KeyValue::Sensor(number) => named(i64::from(number), known),
        KeyValue::Tool(tool) => tool.key().to_owned(),
    }
}

/// What the sensor of a number is called.
fn named(number: i64, known: &[Sensor]) -> String {
    known.iter().find(|sensor| sensor.number == number).map_or_else(|| "unknown".to_owned(), |sensor| sensor.name.clone())
}
