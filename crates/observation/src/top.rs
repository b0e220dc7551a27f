//! What was seen most, counted from the packets themselves.

use crate::{
    ObservationError, Observatory, Sensor, service_key,
    store::{files, sensors},
    watch,
};
use noroshi_kernel::{
    access::{Action, Actor},
    moment::Moment,
};
use noroshi_lake::packets::{self, Filter, Key, KeyValue, Limits};
use noroshi_ledger::LedgerError;
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
    /// From when on, in RFC 3339.
    pub from: String,
    /// Until when.
    pub to: String,
    /// How many sensors watched, on average over the time in which any did.
    pub sensors_watching: f64,
    /// All packets of the window.
    pub packets: u64,
    /// Whether sources were told apart to the end; otherwise each number of them is a lower bound.
    pub sources_are_exact: bool,
    /// The rows, most packets first.
    pub rows: Vec<Row>,
}

/// Ranks what was seen.
///
/// # Errors
/// [`ObservationError::Forbidden`]; when packets or records cannot be read.
pub async fn top(place: &Observatory, actor: &Actor, question: Question) -> Result<Ranking, ObservationError> {
    actor.must_can(Action::ViewObservations)?;
    let Question { by, from, to, limit } = question;
    let snapshot = place.ledger.snapshot().await?;
    let names = files::within(&snapshot, from.0, to.0).await?;
    let watches = sensors::watches(&snapshot, from.0, to.0).await?;
    let known = if by == By::Sensor { sensors::all(&snapshot).await? } else { Vec::new() };
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
    let sensors_watching = watch::while_watching(&watches, from.0, to.0);
    let row = |count: &packets::Count| Row {
        key: shown(count.key, &known),
        packets: count.packets,
        sources: count.sources,
        average_per_sensor: average(count.packets, sensors_watching),
    };
    Ok(Ranking {
        by,
        from: from.rfc3339(),
        to: to.rfc3339(),
        sensors_watching,
        packets: counts.packets,
        sources_are_exact: counts.sources_are_exact,
        rows: counts.rows.iter().take(limit).map(row).collect(),
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
        KeyValue::Sensor(number) => {
            known.iter().find(|sensor| sensor.number == i64::from(number)).map_or_else(|| "unknown".to_owned(), |sensor| sensor.name.clone())
        }
        KeyValue::Tool(tool) => tool.key().to_owned(),
    }
}
