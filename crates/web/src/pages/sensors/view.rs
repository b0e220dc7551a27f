//! `GET /sensors/{number}`: one sensor, how it is and what is missing.

use super::{chart, form::SiteForm, intake::RefusalRow, shown::Shown};
use crate::{
    failure::Failure,
    page::{self, Desk, Page},
    reader::Person,
    times::Time,
    web::{Shared, Web},
    words::Words,
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use noroshi_document::number;
use noroshi_kernel::access::Action;
use noroshi_observation::service::{
    health::{self, Detail, State as SensorState},
    host, intake,
    registry::Site,
};

/// The refusals that a sensor's page shows.
const MOST_REFUSALS: u32 = 20;

/// One sensor.
#[derive(Template)]
#[template(path = "sensor.html")]
pub(crate) struct SensorPage {
    pub(crate) page: Page,
    pub(crate) sensor: Shown,
    pub(crate) facts: Facts,
    pub(crate) refusals: Vec<RefusalRow>,
    pub(crate) site: SiteForm,
    pub(crate) problem: Option<String>,
    pub(crate) may_change: bool,
    pub(crate) is_revoked: bool,
    /// Whether it was ever let in.
    pub(crate) was_in: bool,
    /// The secret link for its host.
    pub(crate) link: Option<String>,
}

/// What a sensor tells of itself; its host sees the same.
pub(crate) struct Facts {
    /// Its packets by day, drawn.
    pub(crate) chart: String,
    /// The same in a table.
    pub(crate) days: String,
    /// What it saw most yesterday: service and packets.
    pub(crate) services: Vec<(String, String)>,
    pub(crate) yesterday: String,
    pub(crate) gaps: Vec<GapRow>,
    /// What its batches of a day count: name and number.
    pub(crate) counts: Vec<(String, String)>,
}

/// A gap.
pub(crate) struct GapRow {
    pub(crate) reason: String,
    pub(crate) from: Time,
    pub(crate) length: String,
    /// None when nobody knows.
    pub(crate) packets: Option<String>,
}

impl Facts {
    pub(crate) fn of(detail: &Detail, web: &Web, words: Words) -> Result<Self, Failure> {
        let (now, zone) = (web.ledger.now(), &web.reckoning.zone);
        let gap = |gap: &health::Gap| GapRow {
            reason: words.gap(&gap.reason),
            from: Time::of(gap.from, now, zone, words),
            length: words.span((gap.to.0 - gap.from.0).max(0)),
            packets: gap.packets.map(number::grouped),
        };
        let counts = &detail.counts;
        let counted = [
            ("batches", counts.batches),
            ("kept", counts.kept),
            ("not-ip", counts.not_ip),
            ("truncated", counts.truncated),
            ("malformed", counts.malformed),
            ("left-out", counts.left_out),
            ("dropped", counts.dropped),
        ];
        Ok(Self {
            chart: chart::drawn(detail, web, words)?,
            days: chart::table(detail, web, words),
            services: detail
                .services
                .iter()
                .map(|(service, packets)| (service.clone(), number::grouped(i64::try_from(*packets).unwrap_or(i64::MAX))))
                .collect(),
            yesterday: Time::of(detail.yesterday, now, zone, words).day,
            gaps: detail.gaps.iter().map(gap).collect(),
            counts: counted.map(|(key, count)| (words.say(&format!("sensor-count-{key}")), number::grouped(count))).into(),
        })
    }
}

/// `GET /sensors/{number}`
pub(crate) async fn get(State(web): State<Shared>, person: Person, Path(number): Path<String>) -> Result<Response, Failure> {
    show(&web, &person, &number, None).await
}

/// The page of a sensor, with a form that was refused and why.
pub(super) async fn show(web: &Web, person: &Person, number: &str, wrong: Option<(SiteForm, String)>) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    let number = number.parse().map_err(|_| Failure::Missing)?;
    let detail = health::numbered(&web.ledger, &person.actor, &web.reckoning.zone, number).await?.ok_or(Failure::Missing)?;
    let sensor = &detail.health.sensor;
    let refusals = intake::refusals(&web.ledger, &person.actor, Some(sensor.id), None, MOST_REFUSALS).await?;
    let site = Site { organisation: sensor.organisation.clone(), region: sensor.region.clone(), country: sensor.country.clone(), addresses: sensor.addresses };
    let may_change = person.actor.can(Action::ChangeSensors);
    // Whoever has the link is the host: only who may make one sees it.
    let secret = host::secret(&web.team_key, sensor.id, sensor.host_link).filter(|_| may_change);
    let status = if wrong.is_none() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (site, problem) = wrong.map_or_else(|| (SiteForm::of(&site), None), |(site, problem)| (site, Some(problem)));
    let context = SensorPage {
        page: Page::of(web, person, Desk::Sensors, sensor.name.clone()).await?.step(sensor.name.clone()),
        sensor: Shown::of(&detail.health, web, words),
        facts: Facts::of(&detail, web, words)?,
        refusals: refusals.into_iter().map(|refusal| RefusalRow::of(refusal, web, words)).collect(),
        site,
        problem,
        may_change,
        is_revoked: detail.health.state == SensorState::Revoked,
        was_in: sensor.enrolled_at.is_some(),
        link: secret.map(|secret| format!("{}hosted-sensor/{secret}", web.base)),
    };
    Ok((status, page::show(&context)?).into_response())
}
