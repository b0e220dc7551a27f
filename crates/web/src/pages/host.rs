//! `GET /hosted-sensor/{token}`: a sensor, for whoever hosts it and has its secret link. No address of the sensor, and nothing of other sensors,
//! stands there.

use super::{
    sensors::{shown::Shown, view::Facts},
    status::{Asked, hidden},
};
use crate::{
    failure::Failure,
    page::{self, Plain},
    rate::{self, Rates},
    reader::Reader,
    web::Shared,
    words::Words,
};
use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use noroshi_observation::service::{health::State as SensorState, host};
use std::sync::Arc;

/// A sensor, for its host.
#[derive(Template)]
#[template(path = "host.html")]
pub(crate) struct HostPage {
    pub(crate) plain: Plain,
    pub(crate) sensor: Shown,
    pub(crate) facts: Facts,
    pub(crate) zone: String,
    /// What its state means for its host.
    pub(crate) meaning: String,
    /// What its host should do now, the most urgent first.
    pub(crate) advice: Vec<String>,
}

/// `GET /hosted-sensor/{token}`
pub(crate) async fn get(
    State(web): State<Shared>,
    Extension(rates): Extension<Arc<Rates>>,
    reader: Reader,
    Path(token): Path<String>,
    headers: HeaderMap,
    asked: Asked,
) -> Result<Response, Failure> {
    rate::hold(&rates.statuses, &web, &headers, &asked.0)?;
    let words = Words::of(reader.language);
    let detail = host::by_link(&web.ledger, &web.team_key, &web.reckoning.zone, &token).await?.ok_or(Failure::Missing)?;
    let health = &detail.health;
    let mut advice = Vec::new();
    if health.state == SensorState::Silent {
        advice.push(words.say("host-advice-silent"));
    }
    if health.certificate_ends(web.ledger.now()) {
        advice.push(words.say("host-advice-certificate"));
    }
    if health.clock_is_off() {
        advice.push(words.say("host-advice-clock"));
    }
    if detail.counts.dropped > 0 {
        advice.push(words.say("host-advice-dropped"));
    }
    let page = HostPage {
        plain: Plain::of(&web, &reader, "host-title"),
        sensor: Shown::of(health, &web, words),
        facts: Facts::of(&detail, &web, words)?,
        zone: web.reckoning.zone.name().into(),
        meaning: words.say(&format!("host-state-{}", health.state.key())),
        advice,
    };
    Ok(hidden(page::show(&page)?))
}
