//! `POST /incidents/{number}/category`

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
pub(crate) struct CategoryForm {
    #[serde(default)]
    category: String,
}

/// Puts the incident under another category.
pub(crate) async fn post(State(web): State<Shared>, person: Person, Path(text): Path<String>, Form(sent): Form<CategoryForm>) -> Result<Response, Failure> {
    let number = number(&text)?;
    let category = chosen("category", &sent.category)?;
    let work = web.ledger.begin().await?;
    service::reclassify(&work, &person.actor, number, category).await?;
    work.commit().await?;
    Ok(back(&web, number, Done::Reclassified))
}
