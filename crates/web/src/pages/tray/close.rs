//! `POST /tray/{id}/close`: there is nothing to report in it.

use super::{entry::visible, onward};
use crate::{done::Done, failure::Failure, reader::Person, web::Shared};
use axum::{
    Form,
    extract::{Path, State},
    response::Response,
};
use noroshi_mailroom::tray;
use serde::Deserialize;

/// What is sent.
#[derive(Deserialize)]
pub(crate) struct CloseForm {
    #[serde(default)]
    note: String,
}

/// Closes the entry with a note.
pub(crate) async fn post(State(web): State<Shared>, person: Person, Path(id): Path<String>, Form(sent): Form<CloseForm>) -> Result<Response, Failure> {
    let item = visible(&web, &person, &id).await?;
    let work = web.ledger.begin().await?;
    tray::close(&work, &person.actor, item.id, &sent.note).await?;
    work.commit().await?;
    Ok(onward(&web, &format!("/tray/{}", item.id), Done::TrayClosed))
}
