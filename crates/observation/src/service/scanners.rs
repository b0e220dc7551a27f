//! Sources at home that scan: each is told once for as long as it goes on, so that a draft of an incident can be made of it.

use super::{hours, registry, researchers};
use crate::{
    ObservationError, Observatory,
    ask::{Countries, Selection, Standpoint},
    rollup::Calendar,
    sources::{self, MOST_SOURCES, Question, Source},
    store::{
        marks::{self, Mark},
        scanners::{self, Sight as Row},
    },
};
use jiff::Timestamp;
use noroshi_kernel::{
    access::{Action, Actor},
    moment::Moment,
};
use noroshi_ledger::{LedgerError, Query, UnitOfWork, queue::Kind};
use serde::{Deserialize, Serialize};
use std::{net::IpAddr, time::Duration};

/// Looking for scanning sources.
pub const SEEK: Kind = Kind { time_most: Duration::from_secs(3_600), ..Kind::named("observation.seek_scanners") };

/// Held while what was seen is kept.
const LOCK: &str = "observation.scanner";
/// So many days are looked at again: sensors keep what they could not send, and send it late.
const LATE_DAYS: i64 = 7;
/// So many scans of an address are told.
const MOST_SIGHTS: i64 = 20;

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

    fn of(address: IpAddr, source: Source) -> Self {
        Self {
            source: address,
            country: source.country.unwrap_or_default(),
            packets: source.packets,
            sensors: source.sensors,
            services: source.services,
            most: source.most,
            tools: source.tools,
            first: source.first,
            last: source.last,
        }
    }

    /// When it was seen first and last, in microseconds.
    fn span(&self) -> Result<(i64, i64), LedgerError> {
        let at = |text: &str| text.parse().map(|at: Timestamp| Moment::from(at).0).map_err(|error| LedgerError::Damaged(error.to_string()));
        Ok((at(&self.first)?, at(&self.last)?))
    }
}

/// Looks at the hours that nobody looked at yet, and when a day begins once more at the days before it, for what sensors sent late; gives what is told.
///
/// # Errors
/// As [`seek`]. What was told until then stays told.
pub async fn due(place: &Observatory, standpoint: Standpoint<'_>, threshold: Threshold) -> Result<Vec<ScannerSeen>, ObservationError> {
    let until = marks::until(&place.ledger, Mark::Sought).await?;
    let hours = hours::due(standpoint.zone, place.ledger.now(), until);
    let mut told = Vec::new();
    let mut calendar = Calendar::new(standpoint.zone.clone());
    let last_day = hours.iter().rfind(|at| calendar.of(at.0.saturating_mul(1_000)).0 == at.0).copied();
    for days in (1..=LATE_DAYS).rev() {
        let Some(at) = last_day.map(|at| Moment(at.0 - days * Moment::DAY_US)) else { break };
        told.append(&mut seek(place, standpoint, threshold, at).await?);
    }
    for at in hours {
        told.append(&mut seek(place, standpoint, threshold, at).await?);
        let work = place.ledger.begin().await?;
        work.lock(LOCK).await?;
        marks::set_until(&work, Mark::Sought, at.0).await?;
        work.commit().await?;
    }
    Ok(told)
}

/// Looks for sources at home that scanned in the 24 hours before a moment; gives those that are told now. One that was told and goes on is not told
/// again before it was silent for a day; who is known research never is.
///
/// # Errors
/// [`ObservationError::Refused`] when there are more packets than can be counted one by one; when packets or records cannot be read; nothing is told
/// then.
pub async fn seek(place: &Observatory, standpoint: Standpoint<'_>, threshold: Threshold, at: Moment) -> Result<Vec<ScannerSeen>, ObservationError> {
    if registry::list(&place.ledger, &Actor::Platform).await?.is_empty() {
        return Ok(Vec::new());
    }
    let selection = Selection { countries: Countries::Home, ..Selection::default() };
    let asked = Question { selection, from: Moment(at.0 - Moment::DAY_US), to: at, limit: MOST_SOURCES };
    let found = sources::sources(place, &Actor::Platform, standpoint, &asked).await?.rows;
    let known = researchers::list(&place.ledger, &Actor::Platform).await?;
    let scanning = |source: Source| {
        let address: IpAddr = source.address.parse().ok()?;
        let is_known = known.iter().any(|known| known.network.contains(&address));
        let is_loud = source.packets >= threshold.packets && source.sensors >= threshold.sensors;
        (is_loud && !is_known).then(|| ScannerSeen::of(address, source))
    };
    let scanning: Vec<ScannerSeen> = found.into_iter().filter_map(scanning).collect();
    if scanning.is_empty() {
        return Ok(Vec::new());
    }
    let work = place.ledger.begin().await?;
    work.lock(LOCK).await?;
    let mut told = Vec::new();
    for seen in scanning {
        if keep(&work, &seen).await? {
            work.tell(ScannerSeen::KIND, &seen).await?;
            told.push(seen);
        }
    }
    work.commit().await?;
    Ok(told)
}

/// Keeps what was seen of a source; says whether it is a new sight rather than one that goes on.
async fn keep(work: &UnitOfWork, seen: &ScannerSeen) -> Result<bool, ObservationError> {
    let (source, (from, to)) = (seen.source.to_string(), seen.span()?);
    let evidence = serde_json::to_string(seen).map_err(|error| LedgerError::Damaged(error.to_string()))?;
    let packets = i64::try_from(seen.packets).unwrap_or(i64::MAX);
    let near = scanners::sights(work, &source, (from - Moment::DAY_US, to + Moment::DAY_US), 1).await?;
    let sight = match near.into_iter().next() {
        None => Row { id: 0, from_at: from, to_at: to, packets, evidence },
        Some(known) => {
            let is_more = packets > known.packets;
            let evidence = if is_more { evidence } else { known.evidence };
            Row { id: known.id, from_at: known.from_at.min(from), to_at: known.to_at.max(to), packets: known.packets.max(packets), evidence }
        }
    };
    scanners::put_sight(work, &source, &sight).await?;
    Ok(sight.id == 0)
}

/// A scan of a source, as long as it went on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// When it was seen first.
    pub from: Moment,
    /// When it was seen last.
    pub to: Moment,
    /// The 24 hours in which most came of it.
    pub most: ScannerSeen,
}

/// The scans of an address in a span, the latest first.
///
/// # Errors
/// [`ObservationError::Forbidden`]; when records cannot be read.
pub async fn sights(query: &impl Query, actor: &Actor, source: IpAddr, (from, to): (Moment, Moment)) -> Result<Vec<Sight>, ObservationError> {
    actor.must_can(Action::ViewObservations)?;
    let read = |row: scanners::Sight| {
        let most = serde_json::from_str(&row.evidence).map_err(|error| LedgerError::Damaged(error.to_string()))?;
        Ok(Sight { from: Moment(row.from_at), to: Moment(row.to_at), most })
    };
    scanners::sights(query, &source.to_string(), (from.0, to.0), MOST_SIGHTS).await?.into_iter().map(read).collect()
}
