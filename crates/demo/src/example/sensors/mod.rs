//! A year of forty sensors: what they saw by hour and day, and of the last week every packet.
//!
//! There is one source of chance ([`scans`]): somebody looks for a service at some of the sensors. Of the last week scans become packets,
//! which come in sealed batches as those of any sensor and are placed, stored and added up as any. Of the year before they are
//! counted and taken over as figures, as they would stand there when packets are kept for a week. So both parts tell the same story.
//!
//! Sensors stand at organisations that exist nowhere, watch addresses of 192.0.2.0/24 (RFC 5737) and of 2001:db8::/32, and are looked for from
//! networks that are for documentation and for measuring alone. In which country a source is, is invented: [`sources::geography`] calls itself `example`.

mod admission;
mod catalogue;
mod hosts;
mod packets;
mod rises;
mod scans;
mod sources;
mod streams;
mod week;
mod year;

use crate::DemoError;
use admission::Line;
use hosts::Host;
use noroshi_directory::key::Vault;
use noroshi_incident::selection::Reckoning;
use noroshi_kernel::access::Actor;
use noroshi_observation::{
    Observatory,
    service::{
        history::{self, History},
        ingest::ingest,
        registry,
        rollup::catch_up,
    },
    watch::Watch,
};
use scans::Scans;
use std::sync::Arc;
use year::Year;

/// How much is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Volume {
    /// Of so many scans one is made: 1 is all of them.
    pub one_in: u64,
}

impl Volume {
    /// What `noroshi demo` makes: some million packets in the last week.
    pub const USUAL: Self = Self { one_in: 1 };
}

/// Fills an observatory in which there is no sensor; gives whether that was so.
///
/// # Errors
/// [`DemoError`] when packets or records cannot be kept.
pub async fn fill(place: &Observatory, vault: &Vault, reckoning: &Reckoning, volume: Volume) -> Result<bool, DemoError> {
    if !registry::list(&place.ledger, &Actor::Platform).await?.is_empty() {
        return Ok(false);
    }
    let place = Observatory { geography: Arc::new(sources::geography()), ..place.clone() };
    let year = Arc::new(Year::ending(place.ledger.now(), &reckoning.zone));
    let home = reckoning.home.countries.first().map_or("JP", String::as_str);
    let hosts: Arc<[Host]> = hosts::hosts(home, &year).into();
    let scans = Scans::new(year.clone(), hosts.clone(), volume);
    let lines = admission::admit(&place.ledger, vault, &hosts).await?;
    let days = (0..year.first_of_week()).map({
        let scans = scans.clone();
        move |day| scans.groups(day)
    });
    let history = History { until: year.week_begins(), watched: watched(&hosts, &lines), days };
    history::take_over(&place.ledger, &Actor::Platform, &reckoning.zone, history).await?;
    week::play(&place.ledger, scans, lines).await?;
    admission::shut_out(&place.ledger, &hosts).await?;
    while ingest(&place).await? > 0 {}
    catch_up(&place, &reckoning.zone).await?;
    catalogue::fill(&place.ledger).await?;
    rises::play(&place, reckoning, &year).await?;
    Ok(true)
}

/// When sensors watched, by their ids.
fn watched(hosts: &[Host], lines: &[Option<Line>]) -> Vec<Watch> {
    let spans = |(host, line): (&Host, &Option<Line>)| {
        let sensor = line.as_ref().map(|line| line.admitted.id);
        let spans = host.spans.clone();
        sensor.into_iter().flat_map(move |sensor| spans.clone().into_iter().map(move |span| Watch { sensor, from: span.start, to: span.end }))
    };
    hosts.iter().zip(lines).flat_map(spans).collect()
}
