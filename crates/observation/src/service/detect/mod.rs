//! Rises are looked for: each hour the last 24 hours of everything are judged, what is found is kept once, and lasts while something is left of it.

mod loading;

use super::hours;
use crate::{
    ObservationError, Observatory,
    ask::{Countries, Selection, Sensors, Standpoint},
    rise::{self, DAY, Evidence, Judgement, Kind as RiseKind, OVER_AFTER, Origin, Part, REACH, Rise, Series, State},
    rollup::Calendar,
    service_key,
    store::{
        marks::{self, Mark},
        rises,
    },
    top::{self, By, Question},
};
use loading::{HOUR_US, Loaded, load};
use noroshi_kernel::{access::Actor, moment::Moment};
use noroshi_lake::packets::{Country, Service};
use noroshi_ledger::{LedgerError, UnitOfWork, audit::Entry, queue::Kind};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{collections::BTreeMap, time::Duration};

/// Looking for rises.
pub const DETECT: Kind = Kind { time_most: Duration::from_secs(3_600), ..Kind::named("observation.detect") };

/// So many countries are told of a rise.
const MOST_COUNTRIES: usize = 5;
/// So many of the loudest sources do not make a rise.
const LOUDEST: usize = 3;
/// So many times as much as was seen of a rise when somebody said what it is, is another one.
const FAR_MORE: f64 = 3.0;
/// Without the loudest sources so much of it has to be left, as times what was expected.
const LEFT: f64 = 1.3;

/// A rise was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiseFound {
    /// Its number.
    pub rise: i64,
    /// `tcp/445`
    pub service: String,
}

impl RiseFound {
    /// The kind under which the outbox delivers it.
    pub const KIND: &'static str = "observation.rise_found";
}

/// What a moment came to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Detected {
    /// The end of the 24 hours that were judged, in RFC 3339.
    pub at: String,
    /// How many series were looked at.
    pub looked_at: usize,
    /// How many of them are too young to be judged.
    pub warming_up: usize,
    /// How many sensors watched in the weeks before.
    pub sensors: usize,
    /// Numbers of rises that were found.
    pub found: Vec<i64>,
    /// Numbers of rises that go on.
    pub going_on: Vec<i64>,
}

/// A rise of a service, before it is kept.
struct Candidate {
    rise: Rise,
    evidence: Evidence,
    country: String,
}

/// Judges the hours that nobody judged yet; gives what each came to.
///
/// # Errors
/// When packets or records cannot be read. What was judged until then is kept.
pub async fn due(place: &Observatory, standpoint: Standpoint<'_>) -> Result<Vec<Detected>, ObservationError> {
    let until = marks::until(&place.ledger, Mark::Judged).await?;
    let mut detected = Vec::new();
    for at in hours::due(standpoint.zone, place.ledger.now(), until) {
        detected.push(detect(place, standpoint, at).await?);
    }
    Ok(detected)
}

/// Judges the 24 hours that end with the hour in which a moment is. The same moment again finds nothing again.
///
/// # Errors
/// When packets or records cannot be read; nothing is kept then.
pub async fn detect(place: &Observatory, standpoint: Standpoint<'_>, at: Moment) -> Result<Detected, ObservationError> {
    let (_, at) = Calendar::new(standpoint.zone.clone()).of(at.0.saturating_mul(1_000));
    let snapshot = place.ledger.snapshot().await?;
    let loaded = load(&snapshot, standpoint.zone, Moment(at)).await?;
    drop(snapshot);
    let judging = tokio::task::spawn_blocking(move || {
        let judgement = rise::judge(&loaded.watching, REACH, loaded.series.iter().map(|(series, profile)| (series, profile)), loaded.others);
        (loaded, judgement)
    });
    let (loaded, judgement) = judging.await.map_err(|error| LedgerError::Damaged(error.to_string()))?;
    let mut detected = Detected {
        at: Moment(at).rfc3339(),
        looked_at: judgement.looked_at,
        warming_up: judgement.warming_up,
        sensors: loaded.watching.sensors(),
        ..Detected::default()
    };
    let mut candidates = Vec::new();
    for candidate in gathered(&judgement, &loaded, at) {
        candidates.extend(borne_out(place, standpoint, candidate, at).await?);
    }
    let work = place.ledger.begin().await?;
    work.lock("observation.detect").await?;
    keep(&work, candidates, &loaded, at, &mut detected).await?;
    marks::set_until(&work, Mark::Judged, at).await?;
    work.commit().await?;
    Ok(detected)
}

fn country_key(country: Option<Country>) -> String {
    country.map_or_else(|| "unknown".to_owned(), |country| country.as_str().to_owned())
}

/// A country, or nothing for all of a service.
fn origin_key(origin: Origin) -> String {
    match origin {
        Origin::Anywhere => String::new(),
        Origin::Country(country) => country_key(country),
    }
}

/// Of each service one: the whole of it where that rose, else its country that rose most.
fn gathered(judgement: &Judgement, loaded: &Loaded, at: i64) -> Vec<Candidate> {
    let mut by_service: BTreeMap<Service, Vec<&Rise>> = BTreeMap::new();
    judgement.rises.iter().for_each(|rise| by_service.entry(rise.key.service).or_default().push(rise));
    let candidate = |(service, rises): (Service, Vec<&Rise>)| {
        let whole = rises.iter().find(|rise| rise.key.origin == Origin::Anywhere);
        let rise = (*whole.or_else(|| rises.first())?).clone();
        let hour = |hour: usize| at - i64::try_from(REACH - hour.min(REACH)).unwrap_or_default() * HOUR_US;
        let mut evidence = Evidence::of(&rise, (hour(REACH - DAY), at));
        evidence.countries_rose =
            rises.iter().filter_map(|rise| if let Origin::Country(Some(of)) = rise.key.origin { Some(of.as_str().to_owned()) } else { None }).collect();
        // What is told of the whole says nothing of a part of it.
        if rise.key.origin == Origin::Anywhere && rise.at.is_none() {
            evidence.countries = shares(loaded.countries.get(&service).into_iter().flatten().map(|(country, packets)| (country_key(*country), *packets)));
        }
        let country = origin_key(rise.key.origin);
        Some(Candidate { rise, evidence, country })
    };
    by_service.into_iter().filter_map(candidate).collect()
}

/// The largest parts of a whole.
#[expect(clippy::cast_precision_loss, reason = "packets of a day")]
fn shares(parts: impl Iterator<Item = (String, u64)>) -> Vec<Part> {
    let mut parts: Vec<(String, u64)> = parts.filter(|(_, packets)| *packets > 0).collect();
    let all: u64 = parts.iter().map(|(_, packets)| packets).sum();
    parts.sort_by(|(a, more), (b, less)| less.cmp(more).then_with(|| a.cmp(b)));
    parts.truncate(MOST_COUNTRIES);
    parts.into_iter().map(|(key, packets)| Part { key, share: packets as f64 / all.max(1) as f64 }).collect()
}

/// Adds what the packets themselves say, where they are there; nothing is left of a rise that a few loud sources made.
#[expect(clippy::cast_precision_loss, reason = "packets of a day")]
async fn borne_out(place: &Observatory, standpoint: Standpoint<'_>, mut candidate: Candidate, at: i64) -> Result<Option<Candidate>, ObservationError> {
    let mut selection = Selection::of(candidate.rise.key.service);
    if let Origin::Country(country) = candidate.rise.key.origin {
        selection.countries = Countries::One(country);
    }
    // Where only some sensors rose, all of them together hardly did.
    let mut expected = candidate.rise.expected;
    if let Some(some) = &candidate.rise.at {
        selection.sensors = Sensors::Numbered(some.numbers.iter().copied().collect());
        expected = some.expected;
    }
    let ask = |by, limit| Question { by, selection: selection.clone(), from: Moment(at - Moment::DAY_US), to: Moment(at), limit };
    let answer = |found: Result<top::Ranking, ObservationError>| match found {
        Ok(ranking) => Ok(Some(ranking)),
        // The packets are gone, or too many to be asked one by one.
        Err(ObservationError::Refused(_)) => Ok(None),
        Err(other) => Err(other),
    };
    if let Some(sources) = answer(top::top(place, &Actor::Platform, standpoint, &ask(By::Source, LOUDEST)).await)?
        && sources.packets > 0
    {
        candidate.evidence.loudest = sources.rows.first().map(|row| row.share);
        let loudest: u64 = sources.rows.iter().map(|row| row.packets).sum();
        if ((sources.packets - loudest.min(sources.packets)) as f64) < expected * LEFT {
            return Ok(None);
        }
    }
    if let Some(tools) = answer(top::top(place, &Actor::Platform, standpoint, &ask(By::Tool, MOST_COUNTRIES)).await)? {
        candidate.evidence.tools =
            tools.rows.into_iter().filter(|row| row.key != "unknown" && row.packets > 0).map(|row| Part { key: row.key, share: row.share }).collect();
    }
    Ok(Some(candidate))
}

/// Whether what a moment tells of one key is about a rise: of the whole of a service everything that is told of it is, of a country what is told of that.
fn is_about(row: &rises::Row, service: Service, country: &str) -> bool {
    service_key(service) == row.service && (row.country.is_empty() || row.country == country)
}

/// Whether something is left of a rise in the 24 hours that were loaded. What was not loaded hardly anybody asked for.
fn is_left(row: &rises::Row, evidence: &Evidence, loaded: &Loaded) -> bool {
    let is_of = |series: &Series| service_key(series.key.service) == row.service && origin_key(series.key.origin) == row.country;
    loaded.series.iter().any(|(series, _)| is_of(series) && evidence.is_left(series.last_day(REACH, &evidence.at_sensors)))
}

/// Whether what is told now is another event than the one that was kept, although something of that is left: what was raised then has become usual since;
/// other sensors see it; or somebody has said what it was, and now there is far more, or all sensors see it where some did.
fn is_another(kept: &Evidence, state: &str, now: &Evidence) -> bool {
    let is_said = state != State::Open.key();
    match (kept.at_sensors.as_slice(), now.at_sensors.as_slice()) {
        (before, after) if before == after => now.expected >= f64::midpoint(kept.expected, kept.seen) || (is_said && now.seen >= kept.seen * FAR_MORE),
        ([], _) => false,
        (_, []) => is_said,
        (before, after) => !after.iter().any(|sensor| before.contains(sensor)),
    }
}

/// Keeps what was found: what goes on is extended, the rest is new. The evidence of a rise is that of the 24 hours in which most came beyond what was
/// expected, until somebody has said what it is: what was said was said of that.
async fn keep(work: &UnitOfWork, candidates: Vec<Candidate>, loaded: &Loaded, at: i64, detected: &mut Detected) -> Result<(), ObservationError> {
    let over = i64::try_from(OVER_AFTER).unwrap_or_default() * HOUR_US;
    let damaged = |error: serde_json::Error| LedgerError::Damaged(error.to_string());
    let text = |evidence: &Evidence| serde_json::to_string(evidence).map_err(damaged);
    // The latest first: what is told is about the latest.
    let mut known: Vec<(rises::Row, Evidence)> = Vec::new();
    for row in rises::within(work, at - over, at).await? {
        let evidence = serde_json::from_str(&row.evidence).map_err(damaged)?;
        known.push((row, evidence));
    }
    let about = |candidate: &Candidate| {
        let latest = known.iter().position(|(row, _)| is_about(row, candidate.rise.key.service, &candidate.country))?;
        known.get(latest).filter(|(row, kept)| !is_another(kept, &row.state, &candidate.evidence)).map(|_| latest)
    };
    for (place, (row, kept)) in known.iter().enumerate() {
        let found = candidates.iter().find(|candidate| about(candidate) == Some(place));
        if found.is_none() && !is_left(row, kept, loaded) {
            continue;
        }
        let clearer = |candidate: &&Candidate| {
            row.state == State::Open.key() && candidate.country == row.country && candidate.evidence.beyond_expected() > kept.beyond_expected()
        };
        let clearest = found.filter(clearer).map_or(kept, |candidate| &candidate.evidence);
        rises::extend(work, row.id, row.to_at.max(at), &text(clearest)?).await?;
        detected.going_on.push(row.number);
    }
    for candidate in candidates.iter().filter(|candidate| about(candidate).is_none()) {
        let Candidate { rise, evidence, country } = candidate;
        let service = service_key(rise.key.service);
        let from = at - i64::try_from(REACH - rise.from.min(REACH)).unwrap_or_default() * HOUR_US;
        // The sum of many days holds what is over, too, and tells nothing beside it.
        let is_over = |row: &rises::Row| row.to_at < at - over && is_about(row, rise.key.service, country);
        if rise.kind == RiseKind::Slow && rises::within(work, from, at).await?.iter().any(is_over) {
            continue;
        }
        // What began in one country and came from everywhere is one rise, as long as nobody has said what it is.
        let is_of_country = |row: &rises::Row| !row.country.is_empty() && row.service == service && row.state == State::Open.key();
        if let Some((row, _)) = known.iter().find(|(row, _)| country.is_empty() && is_of_country(row)) {
            rises::widen(work, row.id, rise.kind.key(), &text(evidence)?).await?;
            detected.going_on.push(row.number);
            continue;
        }
        let row = rises::Row {
            id: 0,
            number: 0,
            service: service.clone(),
            country: country.clone(),
            kind: rise.kind.key().into(),
            state: State::Open.key().into(),
            from_at: from,
            to_at: at,
            found_at: work.now().0,
            evidence: text(evidence)?,
            explanation_ja: String::new(),
            explanation_en: String::new(),
            reason: String::new(),
        };
        let (id, number) = rises::insert(work, &row).await?;
        let detail =
            json!({ "number": number, "service": service, "country": row.country, "kind": row.kind, "expected": evidence.expected, "seen": evidence.seen });
        work.record(&Actor::Platform, Entry { action: "observation.rise_found", subject_kind: "rise", subject_id: id, detail: &detail }).await?;
        work.tell(RiseFound::KIND, &RiseFound { rise: number, service }).await?;
        detected.found.push(number);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_event_is_one_rise() {
        let of = |expected: f64, seen: f64, sensors: &[u32]| Evidence { expected, seen, at_sensors: sensors.to_vec(), ..Evidence::default() };
        let kept = of(10.0, 100.0, &[]);
        for (now, of_open, of_said) in [
            (of(10.0, 90.0, &[]), false, false),
            (of(10.0, 310.0, &[]), false, true),
            (of(60.0, 150.0, &[]), true, true),
            (of(2.0, 90.0, &[1, 2, 3, 4]), false, false),
        ] {
            assert_eq!((is_another(&kept, "open", &now), is_another(&kept, "dismissed", &now)), (of_open, of_said), "{now:?}");
        }
        let at_some = of(10.0, 100.0, &[1, 2, 3, 4]);
        for (now, of_open, of_said) in [
            (of(10.0, 90.0, &[1, 2, 3, 4]), false, false),
            (of(10.0, 500.0, &[4, 5, 6, 7]), false, false),
            (of(10.0, 90.0, &[5, 6, 7, 8]), true, true),
            (of(50.0, 500.0, &[]), false, true),
        ] {
            assert_eq!((is_another(&at_some, "open", &now), is_another(&at_some, "explained", &now)), (of_open, of_said), "{now:?}");
        }
    }

    #[test]
    fn a_rise_of_one_country_is_none_of_another() {
        let smb = Service::Port { protocol: 6, port: 445 };
        let row = |country: &str| rises::Row {
            id: 1,
            number: 1,
            service: "tcp/445".into(),
            country: country.into(),
            kind: "sudden".into(),
            state: "open".into(),
            from_at: 0,
            to_at: 0,
            found_at: 0,
            evidence: String::new(),
            explanation_ja: String::new(),
            explanation_en: String::new(),
            reason: String::new(),
        };
        for (of, told, expected) in [("", "", true), ("", "RU", true), ("RU", "RU", true), ("RU", "BR", false), ("RU", "", false), ("unknown", "RU", false)] {
            assert_eq!(is_about(&row(of), smb, told), expected, "{of} {told}");
        }
        assert!(!is_about(&row(""), Service::Port { protocol: 17, port: 445 }, ""));
    }
}
