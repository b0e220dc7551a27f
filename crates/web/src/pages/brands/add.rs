//! `POST /brands`: a new brand.

use super::{form::Sent, onward};
use crate::{done::Done, failure::Failure, reader::Person, web::Shared};
use axum::{Form, extract::State, response::Response};
use noroshi_directory::brand;

/// Makes a brand. A key that is taken is refused, so that nobody overwrites a brand by accident.
pub(crate) async fn post(State(web): State<Shared>, person: Person, Form(sent): Form<Sent>) -> Result<Response, Failure> {
    let change = sent.change(sent.key.trim())?;
    let work = web.ledger.begin().await?;
    if brand::all(&work).await?.iter().any(|known| known.key == change.key) {
        return Err(Failure::Refused("refused-key-taken"));
    }
    brand::save(&work, &person.actor, &change).await?;
    work.commit().await?;
    Ok(onward(&web, "/brands", Done::BrandSaved))
}
