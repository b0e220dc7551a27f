//! Who sent it: sources one by one, with what each of them did.

use crate::{
    ObservationError, Observatory,
    ask::{Chosen, Selection, Standpoint},
    service_key,
    store::{files, sensors},
    sums::Reach,
};
use noroshi_kernel::{
    access::{Action, Actor},
    moment::Moment,
};
use noroshi_lake::packets::{self, Filter, Service, Tool};
use noroshi_ledger::LedgerError;
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    net::IpAddr,
    path::PathBuf,
};

/// The most sources of one answer.
pub const MOST_SOURCES: usize = 10_000;
/// So many sources are told apart, in some 170 MB.
pub(crate) const MOST_TOLD_APART: usize = 8 << 20;
/// So many services of a source are told apart.
const MOST_SERVICES: usize = 65_536;
/// So many services of a source are named.
const NAMED_SERVICES: usize = 5;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Question {
    /// Which packets.
    pub selection: Selection,
    /// From when on.
    pub from: Moment,
    /// Until when; it is not included.
    pub to: Moment,
    /// How many sources, at most [`MOST_SOURCES`].
    pub limit: usize,
}

/// A source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Its address. Anybody can write any: only who answers is there.
    pub address: String,
    /// Its country, when it is known.
    pub country: Option<String>,
    /// Its network: /24 of IPv4, /48 of IPv6.
    pub network: String,
    /// Packets.
    pub packets: u64,
    /// Distinct services.
    pub services: u64,
    /// The services that it asked for most, the first most.
    pub most: Vec<String>,
    /// Sensors that saw it.
    pub sensors: u64,
    /// The tools whose marks it bore.
    pub tools: Vec<String>,
    /// When it was seen first within the window, in RFC 3339.
    pub first: String,
    /// When it was seen last.
    pub last: String,
}

/// Sources.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sources {
    /// From when on; later than asked for where packets are gone.
    pub from: String,
    /// Until when.
    pub to: String,
    /// All packets that were asked for.
    pub packets: u64,
    /// All their sources.
    pub sources: u64,
    /// The rows, most packets first.
    pub rows: Vec<Source>,
}

/// Tells the sources of packets, those of most packets first. It is counted from packets: its window begins where they do.
///
/// # Errors
/// [`ObservationError::Forbidden`]; [`ObservationError::Refused`] when no sensor is meant, or when there are too many packets; when packets or
/// records cannot be read.
pub async fn sources(place: &Observatory, actor: &Actor, standpoint: Standpoint<'_>, question: &Question) -> Result<Sources, ObservationError> {
    actor.must_can(Action::ViewObservations)?;
    let snapshot = place.ledger.snapshot().await?;
    let chosen = Chosen::of(&question.selection, standpoint, &sensors::all(&snapshot).await?)?;
    let (from, to) = (question.from, question.to);
    let reach = Reach::of(&snapshot, standpoint.zone, &chosen, (from.0, to.0)).await?;
    reach.must_be_countable()?;
    let from = Moment(from.0.max(reach.horizon.min(to.0)));
    let names = files::within(&snapshot, from.0, to.0).await?;
    let (folder, filter, limit) = (place.folder.clone(), chosen.filter(from.0, to.0), question.limit.min(MOST_SOURCES));
    let looking = tokio::task::spawn_blocking(move || {
        let paths = names.iter().map(|name| folder.find(name)).collect::<Result<Vec<_>, _>>()?;
        look(&paths, &filter, limit)
    });
    let (packets, sources, rows) = looking.await.map_err(|error| LedgerError::Damaged(error.to_string()))??;
    Ok(Sources { from: from.rfc3339(), to: to.rfc3339(), packets, sources, rows })
}

/// What is known of a source.
#[derive(Default)]
struct Known {
    packets: u64,
    country: Option<String>,
    services: BTreeMap<Service, u64>,
    sensors: BTreeSet<u32>,
    tools: BTreeSet<Tool>,
    first_ns: i64,
    last_ns: i64,
}

/// Finds the greatest sources, and looks once more at what they did.
fn look(paths: &[PathBuf], filter: &Filter, limit: usize) -> Result<(u64, u64, Vec<Source>), ObservationError> {
    let counted = packets::by_source(paths.to_vec(), filter, limit, MOST_TOLD_APART)?;
    let greatest: Vec<IpAddr> = counted.greatest.iter().map(|(address, _)| *address).collect();
    let mut known: HashMap<IpAddr, Known> =
        greatest.iter().map(|address| (*address, Known { first_ns: i64::MAX, last_ns: i64::MIN, ..Known::default() })).collect();
    let filter = Filter { sources: Some(greatest.iter().copied().collect()), ..filter.clone() };
    packets::visit(paths.to_vec(), &filter, |seen| {
        let Some(known) = known.get_mut(&seen.source) else { return };
        known.packets += 1;
        if known.services.len() < MOST_SERVICES || known.services.contains_key(&seen.service) {
            *known.services.entry(seen.service).or_default() += 1;
        }
        known.sensors.insert(seen.sensor);
        known.tools.extend(Some(seen.tool).filter(|tool| *tool != Tool::Unknown));
        known.country = known.country.take().or_else(|| seen.country.map(|country| country.as_str().to_owned()));
        known.first_ns = known.first_ns.min(seen.at_ns);
        known.last_ns = known.last_ns.max(seen.at_ns);
    })?;
    let rows = greatest.into_iter().filter_map(|address| Some(told(address, known.remove(&address)?))).collect();
    Ok((counted.packets, counted.sources, rows))
}

fn told(address: IpAddr, known: Known) -> Source {
    let at = |ns: i64| Moment(ns.div_euclid(1_000)).rfc3339();
    let mut services: Vec<(Service, u64)> = known.services.into_iter().collect();
    services.sort_by(|(a, more), (b, less)| less.cmp(more).then(a.cmp(b)));
    Source {
        address: address.to_string(),
        country: known.country,
        network: packets::network(address).to_string(),
        packets: known.packets,
        services: services.len() as u64,
        most: services.into_iter().take(NAMED_SERVICES).map(|(service, _)| service_key(service)).collect(),
        sensors: known.sensors.len() as u64,
        tools: known.tools.into_iter().map(|tool| tool.key().to_owned()).collect(),
        first: at(known.first_ns),
        last: at(known.last_ns),
    }
}
