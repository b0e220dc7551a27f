//! `noroshi observe detect`

use super::{
    super::{print, print_json},
    standpoint,
};
use crate::{Done, arguments::When, platform::Platform};
use noroshi_kernel::moment::Moment;
use noroshi_observation::{
    Observatory,
    service::{
        detect::{Detected, detect},
        rises::{self, Rise},
        scanners,
    },
};
use serde_json::json;

/// A year is judged hour by hour while a program runs; looking back, four times a day are enough.
const STEP_US: i64 = 6 * 3_600_000_000;

pub(super) async fn run(platform: &Platform, place: &Observatory, at: Option<When>, since: Option<When>, as_json: bool) -> anyhow::Result<Done> {
    let zone = &platform.reckoning.zone;
    let told = |when: Option<When>, otherwise: Moment| when.map_or(Some(otherwise), |when| when.moment(zone));
    let Some(at) = told(at, place.ledger.now()) else {
        eprintln!("noroshi: --at lies outside of what clocks can tell");
        return Ok(Done::WrongUsage);
    };
    let Some(mut next) = told(since, at).filter(|since| *since <= at) else {
        eprintln!("noroshi: --since must not be later than --at");
        return Ok(Done::WrongUsage);
    };
    let threshold = platform.configuration.observation.scanners();
    let (mut found, mut scanning) = (Vec::new(), Vec::new());
    let mut seek = async |at| match threshold {
        Some(threshold) => scanners::seek(place, standpoint(platform), threshold, at).await.map(|mut seen| scanning.append(&mut seen)),
        None => Ok(()),
    };
    while next < at {
        found.append(&mut detect(place, standpoint(platform), next).await?.found);
        seek(next).await?;
        next = Moment(next.0 + STEP_US);
    }
    seek(at).await?;
    let mut last = detect(place, standpoint(platform), at).await?;
    found.append(&mut last.found);
    let (going_on, last) = (std::mem::take(&mut last.going_on), Detected { found, ..last });
    let actor = Platform::local_administrator();
    let mut all = Vec::new();
    for number in last.found.iter().chain(&going_on) {
        all.extend(rises::one(&place.ledger, &actor, *number).await?.filter(|rise| !all.iter().any(|known: &Rise| known.number == rise.number)));
    }
    if as_json {
        let is_new = |rise: &Rise| last.found.contains(&rise.number);
        let row = |rise: &Rise| json!({ "number": rise.number, "found": is_new(rise), "service": rise.service, "country": rise.country, "kind": rise.kind, "state": rise.state, "from": Moment(rise.from).rfc3339(), "to": Moment(rise.to).rfc3339(), "ratio": rise.evidence.ratio(), "evidence": rise.evidence });
        print_json(
            &json!({ "at": last.at, "looked_at": last.looked_at, "warming_up": last.warming_up, "sensors": last.sensors, "rises": all.iter().map(row).collect::<Vec<_>>(), "scanners": scanning }),
        )?;
        return Ok(Done::Whole);
    }
    for rise in &all {
        let (evidence, country) = (&rise.evidence, rise.country.as_deref().map(|country| format!(" from {country}")).unwrap_or_default());
        print(&format!(
            "{:>5}  {}{country}  {}  since {}  {:.0} packets in 24 hours, {:.0} expected  {} of {} sensors  {:.0} sources, {:.0} before  {}",
            rise.number,
            rise.service,
            rise.kind.key(),
            zone.minute(Moment(rise.from)),
            evidence.seen,
            evidence.expected,
            evidence.sensors_rose,
            evidence.sensors_watched,
            evidence.sources,
            evidence.sources_before,
            rise.state.key()
        ))?;
    }
    for seen in &scanning {
        let (packets, sensors, most) = (seen.packets, seen.sensors, seen.most.join(", "));
        print(&format!("{} scanned: {packets} packets in 24 hours to {sensors} sensors, most to {most}; `noroshi serve` drafts its incident", seen.source))?;
    }
    let young = if last.warming_up > 0 { format!("; {} of them are too young to be judged", last.warming_up) } else { String::new() };
    eprintln!("{} series of {} sensors were looked at{young}; {} found, {} going on", last.looked_at, last.sensors, last.found.len(), going_on.len());
    Ok(Done::Whole)
}
