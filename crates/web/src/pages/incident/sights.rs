//! What our own sensors saw of an incident's addresses.

use super::super::rises;
use crate::{failure::Failure, reader::Person, times::Time, web::Web, words::Words};
use noroshi_feeds::defang::defang;
use noroshi_incident::model::Incident;
use noroshi_kernel::{access::Action, moment::Moment};
use noroshi_observation::{
    ask::Selection,
    series::Bucket,
    service::scanners::{self, ScannerSeen},
    top::By,
};
use noroshi_reporting::graph::View;
use std::net::IpAddr;

/// The addresses that are looked up.
const MOST_ADDRESSES: usize = 20;
const HOUR_US: i64 = 3_600_000_000;

/// A scan that sensors saw.
pub(crate) struct Sight {
    /// The source, as it may be written.
    pub(crate) source: String,
    pub(crate) from: Time,
    pub(crate) to: Time,
    /// Name and figure.
    pub(crate) facts: Vec<(String, String)>,
    /// The packets themselves.
    pub(crate) href: String,
}

/// The scans around the time of an incident's reports, for who may see observations.
pub(super) async fn sights(web: &Web, person: &Person, incident: &Incident, words: Words) -> Result<Vec<Sight>, Failure> {
    if !person.actor.can(Action::ViewObservations) {
        return Ok(Vec::new());
    }
    let mut addresses: Vec<IpAddr> = Vec::new();
    for text in std::iter::once(&incident.target.text).chain(&incident.addresses) {
        addresses.extend(text.parse().ok().filter(|address| !addresses.contains(address)));
    }
    let span = (Moment(incident.first_report_at.0 - Moment::DAY_US), Moment(incident.last_report_at.0 + Moment::DAY_US));
    let mut found = Vec::new();
    for address in addresses.into_iter().take(MOST_ADDRESSES) {
        found.extend(scanners::sights(&web.ledger, &person.actor, address, span).await?);
    }
    found.sort_by_key(|sight| std::cmp::Reverse(sight.to));
    Ok(found.iter().map(|sight| shown(web, sight, words)).collect())
}

fn shown(web: &Web, sight: &scanners::Sight, words: Words) -> Sight {
    let time = |at| Time::of(at, web.ledger.now(), &web.reckoning.zone, words);
    // Whole hours that hold it.
    let (from, to) = (sight.from.0.div_euclid(HOUR_US) * HOUR_US, (sight.to.0.div_euclid(HOUR_US) + 1) * HOUR_US);
    let selection = Selection { network: Some(sight.most.source.into()), ..Selection::default() };
    let view = View { show: "sources", by: By::Port, selection, from: Moment(from), to: Moment(to), bucket: Bucket::Hour };
    Sight { source: defang(&sight.most.source.to_string()), from: time(sight.from), to: time(sight.to), facts: facts(&sight.most, words), href: view.href() }
}

fn facts(seen: &ScannerSeen, words: Words) -> Vec<(String, String)> {
    let whole = |number: u64| noroshi_document::number::grouped(i64::try_from(number).unwrap_or(i64::MAX));
    let most: Vec<String> = seen.most.iter().map(|key| rises::service_name(key, words)).collect();
    let mut facts = vec![
        ("sight-packets", whole(seen.packets)),
        ("sight-sensors", whole(seen.sensors)),
        ("sight-services", words.with("sight-services-most", &[("services", whole(seen.services).into()), ("most", most.join(", ").into())])),
    ];
    if !seen.tools.is_empty() {
        facts.push(("sight-tools", seen.tools.join(", ")));
    }
    if !seen.country.is_empty() {
        facts.push(("sight-country", rises::country_name(&seen.country, words)));
    }
    facts.into_iter().map(|(key, figure)| (words.say(key), figure)).collect()
}
