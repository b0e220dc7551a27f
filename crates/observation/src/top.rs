//! What was seen most.

use crate::{
    ObservationError, Observatory, Sensor,
    ask::{Chosen, Selection, Sensors, Standpoint},
    rollup::{Dimension, Value},
    service_key,
    sources::MOST_TOLD_APART,
    store::{files, sensors},
    sums::{self, Reach, Sums},
    watch,
};
use noroshi_kernel::{
    access::{Action, Actor},
    moment::Moment,
};
use noroshi_lake::{
    LakeError,
    packets::{self, Key, KeyValue, Limits},
};
use noroshi_ledger::{LedgerError, Query};
use serde::Serialize;
use std::net::IpAddr;

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
    /// Network of the source: /24 of IPv4, /48 of IPv6.
    Network,
    /// Sensor.
    Sensor,
    /// Tool whose marks a packet bears: a lower bound for each.
    Tool,
}

impl By {
    /// Every one.
    pub const ALL: [Self; 6] = [Self::Port, Self::Country, Self::Source, Self::Network, Self::Sensor, Self::Tool];

    /// How links and the command line name it.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Port => "port",
            Self::Country => "country",
            Self::Source => "source",
            Self::Network => "network",
            Self::Sensor => "sensor",
            Self::Tool => "tool",
        }
    }
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Question {
    /// By what packets are ranked.
    pub by: By,
    /// Which packets.
    pub selection: Selection,
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
    /// `tcp/445`, `JP`, an address, a network, a sensor's or a tool's name; `unknown` where it is not known.
    pub key: String,
    /// Packets.
    pub packets: u64,
    /// Distinct sources; none where only sums are left that do not tell them.
    pub sources: Option<u64>,
    /// Its part of all packets that were asked for, from 0 to 1.
    pub share: f64,
    /// Packets for each sensor that watched; none where nobody did. Of a sensor: for as long as it watched itself.
    pub average_per_sensor: Option<f64>,
    /// Packets for each day that a sensor watched.
    pub per_sensor_day: Option<f64>,
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
    /// How long they watched, all together, in days.
    pub sensor_days: f64,
    /// All packets of the window that were asked for.
    pub packets: u64,
    /// Whether all sources were told apart to the end; otherwise a number of them is missing, or is an estimate (1.6 %) where it comes from sums, and a lower
    /// bound where it comes from packets.
    pub sources_are_exact: bool,
    /// Whether only services are among the rows that have a name here: those alone are told apart by country in sums.
    pub named_services_only: bool,
    /// The rows, most packets first.
    pub rows: Vec<Row>,
}

/// Ranks what was seen. Packets that are gone are counted by their sums, which are kept by day: a window that begins or ends in such a day is
/// widened to it. What has no sums (sources, networks, most combinations) is counted where packets are: its window begins with them.
///
/// # Errors
/// [`ObservationError::Forbidden`]; [`ObservationError::Refused`] when no sensor is meant, or when too many packets would have to be counted one
/// by one; when packets or records cannot be read.
pub async fn top(place: &Observatory, actor: &Actor, standpoint: Standpoint<'_>, question: &Question) -> Result<Ranking, ObservationError> {
    ranking(place, actor, standpoint, question, true).await
}

/// As [`top`]; without sources, which are the most of the work, where they are not wanted and sums answer.
pub(crate) async fn ranking(
    place: &Observatory,
    actor: &Actor,
    standpoint: Standpoint<'_>,
    question: &Question,
    tells_sources: bool,
) -> Result<Ranking, ObservationError> {
    actor.must_can(Action::ViewObservations)?;
    let snapshot = place.ledger.snapshot().await?;
    let known = sensors::all(&snapshot).await?;
    let chosen = Chosen::of(&question.selection, standpoint, &known)?;
    let window = (question.from.0, question.to.0);
    let reach = Reach::of(&snapshot, standpoint.zone, &chosen, window).await?;
    let (from, of_some_sensors) = (question.from.0, question.selection.sensors != Sensors::All);
    // Sums know no ports without a name of one country, no sources of some sensors, and none of a sensor of what is narrowed.
    let tells_less = |sums: &Sums| match sums {
        Sums::Services => true,
        Sums::Values(Dimension::Sensor) => false,
        Sums::Sensors(_) => tells_sources,
        Sums::Values(_) | Sums::Countries(_) => tells_sources && of_some_sensors,
    };
    let is_counted = |sums: &Sums| reach.counts_packets(from) || (tells_less(sums) && reach.counts_packets_for_more(from));
    let sums = Sums::of(question.by, &question.selection).filter(|sums| !is_counted(sums));
    let counted = match sums {
        Some(sums) => {
            let ranked = sums::rank(place, &snapshot, standpoint.zone, sums, &chosen, reach, (window, question.limit, tells_sources)).await?;
            let row = |(value, packets, sources): (Value, u64, Option<noroshi_lake::sketch::Sketch>)| (shown_value(value, &known), packets, sources);
            let rows: Vec<_> = ranked.rows.into_iter().map(row).collect();
            Counted {
                window: (Moment(ranked.window.0), Moment(ranked.window.1)),
                packets: ranked.packets,
                sources_are_exact: rows.iter().all(|(_, _, sources)| sources.as_ref().is_some_and(noroshi_lake::sketch::Sketch::is_exact)),
                rows: rows.into_iter().map(|(key, packets, sources)| (key, packets, sources.map(|sources| sources.estimate()))).collect(),
            }
        }
        None => counted(place, &snapshot, question, &chosen, reach, &known).await?,
    };
    let Counted { window: (from, to), packets, sources_are_exact, rows } = counted;
    let watches = chosen.watches(sensors::watches(&snapshot, from.0, to.0).await?);
    let watched = |watches: &[watch::Watch]| (watch::while_watching(watches, from.0, to.0), watch::sensor_days(watches, from.0, to.0));
    let (sensors_watching, sensor_days) = watched(&watches);
    // What one sensor saw, no other could have seen.
    let of_row = |key: &str| match question.by {
        By::Sensor => {
            let id = known.iter().find(|sensor| sensor.name == key).map(|sensor| sensor.id);
            watched(&watches.iter().filter(|watch| Some(watch.sensor) == id).copied().collect::<Vec<_>>())
        }
        _ => (sensors_watching, sensor_days),
    };
    let row = |(key, count, sources): (String, u64, Option<u64>)| {
        let (sensors, days) = of_row(&key);
        Row { packets: count, sources, share: share(count, packets), average_per_sensor: average(count, sensors), per_sensor_day: average(count, days), key }
    };
    Ok(Ranking {
        by: question.by,
        from: from.rfc3339(),
        to: to.rfc3339(),
        sensors_watching,
        sensor_days,
        packets,
        sources_are_exact,
        named_services_only: sums == Some(Sums::Services),
        rows: rows.into_iter().map(row).collect(),
    })
}

/// A ranking without averages.
struct Counted {
    window: (Moment, Moment),
    packets: u64,
    sources_are_exact: bool,
    rows: Vec<(String, u64, Option<u64>)>,
}

/// Counts packet by packet.
async fn counted(
    place: &Observatory,
    query: &impl Query,
    question: &Question,
    chosen: &Chosen,
    reach: Reach,
    known: &[Sensor],
) -> Result<Counted, ObservationError> {
    reach.must_be_countable()?;
    let &Question { by, from, to, limit, .. } = question;
    let from = Moment(from.0.max(reach.horizon.min(to.0)));
    let names = files::within(query, from.0, to.0).await?;
    let (folder, filter) = (place.folder.clone(), chosen.filter(from.0, to.0));
    let key = match by {
        By::Port => Some(Key::Service),
        By::Country => Some(Key::Country),
        By::Network => Some(Key::Network),
        By::Sensor => Some(Key::Sensor),
        By::Tool => Some(Key::Tool),
        By::Source => None,
    };
    let window = (from, to);
    let known = known.to_vec();
    let counting = tokio::task::spawn_blocking(move || {
        let paths = names.iter().map(|name| folder.find(name)).collect::<Result<Vec<_>, _>>()?;
        Ok::<Counted, LakeError>(match key {
            Some(key) => {
                let counts = packets::count(paths, &filter, key, Limits::default())?;
                let row = |count: &packets::Count| (shown(count.key, &known), count.packets, Some(count.sources));
                Counted {
                    window,
                    packets: counts.packets,
                    sources_are_exact: counts.sources_are_exact,
                    rows: counts.rows.iter().take(limit).map(row).collect(),
                }
            }
            None => {
                let counted = packets::by_source(paths, &filter, limit, MOST_TOLD_APART)?;
                let row = |(source, packets): (IpAddr, u64)| (source.to_string(), packets, Some(1));
                Counted { window, packets: counted.packets, sources_are_exact: true, rows: counted.greatest.into_iter().map(row).collect() }
            }
        })
    });
    Ok(counting.await.map_err(|error| LedgerError::Damaged(error.to_string()))??)
}

#[expect(clippy::cast_precision_loss, reason = "a share is rounded anyway")]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Packets for each sensor that watched, or for each of its days.
#[expect(clippy::cast_precision_loss, reason = "an average is rounded anyway")]
pub(crate) fn average(packets: u64, sensors_watching: f64) -> Option<f64> {
    (sensors_watching > 0.0).then(|| packets as f64 / sensors_watching)
}

fn shown(key: KeyValue, known: &[Sensor]) -> String {
    match key {
        KeyValue::Service(service) => service_key(service),
        KeyValue::Network(network) => network.to_string(),
        KeyValue::Country(country) => shown_value(Value::Country(country), known),
        KeyValue::Sensor(number) => shown_value(Value::Sensor(number), known),
        KeyValue::Tool(tool) => tool.key().to_owned(),
    }
}

/// A value as it is shown: a sensor by its name.
fn shown_value(value: Value, known: &[Sensor]) -> String {
    match value {
        Value::Sensor(number) => {
            let sensor = known.iter().find(|sensor| sensor.number == i64::from(number));
            sensor.map_or_else(|| "unknown".to_owned(), |sensor| sensor.name.clone())
        }
        value => value.key(),
    }
}
