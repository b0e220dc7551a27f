//! What is done to a sensor.

use super::{add, form::SiteForm, onward, view};
use crate::{
    done::Done,
    failure::Failure,
    reader::Person,
    sent::Fields,
    web::{Shared, Web},
    words::Words,
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use noroshi_observation::{
    Sensor,
    service::{host, registry},
};

/// The sensor of an address; what is no number is not there.
async fn find(web: &Web, person: &Person, number: &str) -> Result<Sensor, Failure> {
    let number = number.parse().map_err(|_| Failure::Missing)?;
    registry::find(&web.ledger, &person.actor, number).await?.ok_or(Failure::Missing)
}

fn back(web: &Web, sensor: &Sensor, done: Done) -> Response {
    onward(web, &format!("/sensors/{}", sensor.number), done)
}

/// `POST /sensors/{number}/site`: where it stands.
pub(crate) async fn site(State(web): State<Shared>, person: Person, Path(number): Path<String>, sent: Fields) -> Result<Response, Failure> {
    let (sensor, site) = (find(&web, &person, &number).await?, SiteForm::sent(&sent));
    match registry::enter(&web.ledger, &person.actor, &sensor.name, &site.site()).await {
        Ok(_) => Ok(back(&web, &sensor, Done::SensorSaved)),
        Err(error) => {
            let problem = super::form::refused(error.into(), Words::of(person.reader.language))?;
            view::show(&web, &person, &number, Some((site, problem))).await
        }
    }
}

/// `POST /sensors/{number}/token`: lets it in, anew if it was in.
pub(crate) async fn token(State(web): State<Shared>, person: Person, Path(number): Path<String>) -> Result<Response, Failure> {
    let sensor = find(&web, &person, &number).await?;
    add::told(&web, &person, &sensor).await
}

/// `POST /sensors/{number}/revoke`: shuts it out.
pub(crate) async fn revoke(State(web): State<Shared>, person: Person, Path(number): Path<String>) -> Result<Response, Failure> {
    let sensor = find(&web, &person, &number).await?;
    registry::revoke(&web.ledger, &person.actor, &sensor.name).await?;
    Ok(back(&web, &sensor, Done::SensorRevoked))
}

/// `POST /sensors/{number}/link`: a link for its host; an earlier one ends.
pub(crate) async fn link(State(web): State<Shared>, person: Person, Path(number): Path<String>) -> Result<Response, Failure> {
    let sensor = find(&web, &person, &number).await?;
    host::make_link(&web.ledger, &person.actor, &sensor.name).await?;
    Ok(back(&web, &sensor, Done::LinkMade))
}

/// `POST /sensors/{number}/end-link`: no link for its host any more.
pub(crate) async fn end_link(State(web): State<Shared>, person: Person, Path(number): Path<String>) -> Result<Response, Failure> {
    let sensor = find(&web, &person, &number).await?;
    host::end_link(&web.ledger, &person.actor, &sensor.name).await?;
    Ok(back(&web, &sensor, Done::LinkEnded))
}
