//! `POST /incidents/{number}/reopen`

use super::{back, number};
use crate::{done::Done, failure::Failure, reader::Person, web::Shared};
use axum::{
    extract::{Path, State},
    response::Response,
};
use noroshi_incident::service;

/// Opens the incident again.
pub(crate) async fn post(State(web): State<Shared>, person: Person, Path(text): Path<String>) -> Result<Response, Failure> {
    let number = number(&text)?;
    let work = web.ledger.begin().await?;
    service::reopen(&work, &person.actor, number).await?;
    work.commit().await?;
    Ok(back(&web, number, Done::Reopened))
}
