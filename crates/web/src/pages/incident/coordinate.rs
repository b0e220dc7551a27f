//! `POST /incidents/{number}/coordinations`

use super::{back, number};
use crate::{done::Done, failure::Failure, reader::Person, web::Shared};
use axum::{
    Form,
    extract::{Path, State},
    response::Response,
};
use noroshi_incident::service;
use serde::Deserialize;

/// What is sent.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct CoordinationForm {
    organisation: String,
    country: String,
    note: String,
}

/// Notes that an organisation was asked to look and act.
pub(crate) async fn post(State(web): State<Shared>, person: Person, Path(text): Path<String>, Form(sent): Form<CoordinationForm>) -> Result<Response, Failure> {
    let number = number(&text)?;
    let country = sent.country.trim().to_ascii_uppercase();
    let work = web.ledger.begin().await?;
    let first = service::coordinate(&work, &person.actor, number, &sent.organisation, &country, &sent.note.replace("\r\n", "\n")).await?;
    work.commit().await?;
    Ok(back(&web, number, if first { Done::Coordinated } else { Done::CoordinatedAgain }))
}
