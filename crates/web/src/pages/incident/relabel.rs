//! `POST /incidents/{number}/label`

use super::{back, number};
use crate::{done::Done, failure::Failure, query::chosen, reader::Person, web::Shared};
use axum::{
    Form,
    extract::{Path, State},
    response::Response,
};
use noroshi_incident::service;
use serde::Deserialize;

/// What is sent.
#[derive(Deserialize)]
pub(crate) struct LabelForm {
    #[serde(default)]
    tlp: String,
}

/// Gives the incident another TLP label.
pub(crate) async fn post(State(web): State<Shared>, person: Person, Path(text): Path<String>, Form(sent): Form<LabelForm>) -> Result<Response, Failure> {
    let number = number(&text)?;
    let tlp = chosen("tlp", &sent.tlp)?;
    let work = web.ledger.begin().await?;
    service::relabel(&work, &person.actor, number, tlp).await?;
    work.commit().await?;
    Ok(back(&web, number, Done::Relabelled))
}
