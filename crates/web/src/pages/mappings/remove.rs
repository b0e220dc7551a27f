//! `POST /mappings/{name}/remove`: takes a mapping out of use.

use super::onward;
use crate::{done::Done, failure::Failure, reader::Person, web::Shared};
use axum::{
    extract::{Path, State},
    response::Response,
};
use noroshi_mailroom::mapping;

/// Removes it; its versions and what it read stay.
pub(crate) async fn post(State(web): State<Shared>, person: Person, Path(name): Path<String>) -> Result<Response, Failure> {
    let work = web.ledger.begin().await?;
    mapping::remove(&work, &person.actor, &name).await?;
    work.commit().await?;
    Ok(onward(&web, "/mappings", Done::MappingRemoved))
}
