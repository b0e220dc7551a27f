//! `POST /incidents/{number}/close`

use super::{back, number};
use crate::{done::Done, failure::Failure, reader::Person, web::Shared};
use axum::{
    extract::{Path, State},
    response::Response,
};
use noroshi_incident::service;

/// Closes the incident.
pub(crate) async fn post(State(web): State<Shared>, person: Person, Path(text): Path<String>) -> Result<Response, Failure> {
    let number = number(&text)?;
    let work = web.ledger.begin().await?;
    service::close(&work, &person.actor, number).await?;
    work.commit().await?;
    Ok(back(&web, number, Done::Closed))
}
