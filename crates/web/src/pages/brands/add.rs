//! `POST /brands`: a new brand.

use super::{form::Sent, onward};
use crate::{done::Done, failure::Failure, reader::Person, web::Shared};
use axum::{Form, extract::State, response::Response};
use noroshi_directory::brand;

/// Makes a brand.
pub(crate) async fn post(State(web): State<Shared>, person: Person, Form(sent): Form<Sent>) -> Result<Response, Failure> {
    let change = sent.change(sent.key.trim())?;
    let work = web.ledger.begin().await?;
    brand::add(&work, &person.actor, &change).await?;
    work.commit().await?;
    Ok(onward(&web, "/brands", Done::BrandSaved))
}
