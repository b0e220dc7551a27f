//! `GET` and `POST /sensors/new`: a sensor is entered; and the page that tells its token, once.

use super::form::{SiteForm, refused};
use crate::{
    failure::Failure,
    page::{self, Desk, Page},
    reader::Person,
    sent::Fields,
    times::Time,
    web::{Shared, Web},
    words::Words,
};
use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use noroshi_directory::key::Vault;
use noroshi_observation::{
    Sensor,
    authority::Authority,
    service::registry::{self, Site},
};

/// A sensor to enter.
#[derive(Template)]
#[template(path = "sensor_new.html")]
pub(crate) struct NewSensorPage {
    pub(crate) page: Page,
    pub(crate) name: String,
    pub(crate) site: SiteForm,
    pub(crate) problem: Option<String>,
    pub(crate) has_door: bool,
}

/// A token, told once.
#[derive(Template)]
#[template(path = "sensor_token.html")]
pub(crate) struct TokenPage {
    pub(crate) page: Page,
    pub(crate) number: i64,
    pub(crate) token: String,
    pub(crate) expires: Time,
    pub(crate) command: String,
    pub(crate) has_door: bool,
}

/// `GET /sensors/new`
pub(crate) async fn get(State(web): State<Shared>, person: Person) -> Result<Response, Failure> {
    show(&web, &person, String::new(), SiteForm::of(&Site::default()), None).await
}

async fn show(web: &Web, person: &Person, name: String, site: SiteForm, problem: Option<String>) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    let status = if problem.is_none() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = Page::of(web, person, Desk::Sensors, words.say("sensor-new")).await?.step(words.say("sensor-new"));
    Ok((status, page::show(&NewSensorPage { page, name, site, problem, has_door: web.centre.is_some() })?).into_response())
}

/// `POST /sensors/new`
pub(crate) async fn post(State(web): State<Shared>, person: Person, sent: Fields) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    let (name, site) = (sent.field("name").trim().to_owned(), SiteForm::sent(&sent));
    match registry::add(&web.ledger, &person.actor, &name, &site.site()).await {
        Ok(sensor) => told(&web, &person, &sensor).await,
        Err(error) => {
            let problem = refused(error.into(), words)?;
            show(&web, &person, name, site, Some(problem)).await
        }
    }
}

/// Makes a token for a sensor and tells it. The page is the answer to a form, so that it is told once and nowhere kept.
pub(super) async fn told(web: &Web, person: &Person, sensor: &Sensor) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    let authority = Authority::open(&web.ledger, &Vault::new(&web.team_key)).await?;
    let (token, expires) = registry::token(&web.ledger, &person.actor, &authority, &sensor.name).await?;
    let centre = web.centre.as_deref().unwrap_or("https://sensors.example.jp:8443");
    let page = Page::of(web, person, Desk::Sensors, words.about("sensor-token-title", &sensor.name)).await?;
    page::show(&TokenPage {
        page: page.step_to(sensor.name.clone(), format!("/sensors/{}", sensor.number)).step(words.say("sensor-token")),
        number: sensor.number,
        command: format!("sudo NOROSHI_SENSOR_TOKEN={} noroshi-sensor enroll --centre {centre} --user noroshi-sensor", token.reveal()),
        token: token.reveal(),
        expires: Time::of(expires, web.ledger.now(), &web.reckoning.zone, words),
        has_door: web.centre.is_some(),
    })
}
