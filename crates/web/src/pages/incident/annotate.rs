//! `POST /incidents/{number}/notes`

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
#[derive(Deserialize)]
pub(crate) struct NoteForm {
    #[serde(default)]
    text: String,
}

/// Adds a note.
pub(crate) async fn post(State(web): State<Shared>, person: Person, Path(text): Path<String>, Form(sent): Form<NoteForm>) -> Result<Response, Failure> {
    let number = number(&text)?;
    let work = web.ledger.begin().await?;
    service::annotate(&work, &person.actor, number, &sent.text.replace("\r\n", "\n")).await?;
    work.commit().await?;
    Ok(back(&web, number, Done::Annotated))
}
