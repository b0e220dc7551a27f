//! `POST /brands/names/{id}`: whose a reported name is.

use super::onward;
use crate::{done::Done, failure::Failure, reader::Person, web::Shared};
use axum::{
    Form,
    extract::{Path, State},
    response::Response,
};
use noroshi_directory::brand;
use serde::Deserialize;

/// What is sent.
#[derive(Deserialize)]
pub(crate) struct AssignForm {
    #[serde(default)]
    brand: String,
}

/// Says whose a name is.
pub(crate) async fn post(State(web): State<Shared>, person: Person, Path(id): Path<String>, Form(sent): Form<AssignForm>) -> Result<Response, Failure> {
    let id = id.parse().map_err(|_| Failure::Missing)?;
    let work = web.ledger.begin().await?;
    brand::assign_name(&work, &person.actor, id, sent.brand.trim()).await?;
    work.commit().await?;
    Ok(onward(&web, "/brands", Done::NameAssigned))
}
