//! Sources at home that scan: each is told once for as long as it goes on, so that a draft of an incident can be made of it.

use crate::{
    ObservationError, Observatory,
    ask::{Countries, Selection, Standpoint},
    service::researchers,
    sources::{self, MOST_SOURCES, Question},
    store::scanners,
};
use noroshi_kernel::{access::Actor, moment::Moment};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// From when on a source is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// Packets in 24 hours.
    pub packets: u64,
    /// Sensors that saw it.
    pub sensors: u64,
}

/// A source at home scanned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScannerSeen {
    /// Its address.
    pub source: IpAddr,
    /// Its country.
    pub country: String,
    /// Packets of 24 hours.
    pub packets: u64,
    /// Sensors that saw it.
    pub sensors: u64,
    /// Distinct services that it asked for.
    pub services: u64,
    /// Those that it asked for most: `tcp/22`.
    pub most: Vec<String>,
    /// Tools whose marks it bore.
    pub tools: Vec<String>,
    /// When it was seen first, in RFC 3339.
    pub first: String,
    /// When it was seen last.
    pub last: String,
}

impl ScannerSeen {
    /// The kind under which the outbox delivers it.
    pub const KIND: &'static str = "observation.scanner_seen";
}

/// Looks for sources at home that scanned in the 24 hours before a moment; gives those that are told now. One that was told and goes on is not told
/// again before it was silent for a day; who is known research never is.
///
/// # Errors
/// When packets or records cannot be read; nothing is told then.
pub async fn seek(place: &Observatory, standpoint: Standpoint<'_>, threshold: Threshold, at: Moment) -> Result<Vec<ScannerSeen>, ObservationError> {
    let from = Moment(at.0 - Moment::DAY_US);
    let selection = Selection { countries: Countries::Home, ..Selection::default() };
    let asked = Question { selection, from, to: at, limit: MOST_SOURCES };
    let found = match sources::sources(place, &Actor::Platform, standpoint, &asked).await {
        Ok(found) => found.rows,
        // No sensor, or more packets than can be asked one by one.
        Err(ObservationError::Refused(why)) => {
            tracing::warn!(%why, "scanning sources were not looked for");
            return Ok(Vec::new());
        }
        Err(other) => return Err(other),
    };
    let known = researchers::list(&place.ledger, &Actor::Platform).await?;
    let scanning = |source: sources::Source| {
        let address: IpAddr = source.address.parse().ok()?;
        let is_known = known.iter().any(|known| known.network.contains(&address));
        let is_loud = source.packets >= threshold.packets && source.sensors >= threshold.sensors;
        (is_loud && !is_known).then_some((address, source))
    };
    let scanning: Vec<(IpAddr, sources::Source)> = found.into_iter().filter_map(scanning).collect();
    if scanning.is_empty() {
        return Ok(Vec::new());
    }
    let work = place.ledger.begin().await?;
    work.lock("observation.scanner").await?;
    let mut told = Vec::new();
    for (address, source) in scanning {
        let is_new = scanners::told_until(&work, &source.address).await?.is_none_or(|until| until < from.0);
        scanners::put_scanner(&work, &source.address, (from.0, at.0), is_new).await?;
        if is_new {
            let seen = ScannerSeen {
                source: address,
                country: source.country.unwrap_or_default(),
                packets: source.packets,
                sensors: source.sensors,
                services: source.services,
                most: source.most,
                tools: source.tools,
                first: source.first,
                last: source.last,
            };
            work.tell(ScannerSeen::KIND, &seen).await?;
            told.push(seen);
        }
    }
    work.commit().await?;
    Ok(told)
}
