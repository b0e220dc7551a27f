//! `GET /addresses`: the distinct addresses that a selection counts, each as its first incident.

use super::{
    filter::Asked,
    incidents::{IncidentList, IncidentRow},
    selecting::PER_PAGE,
};
use crate::{
    failure::Failure,
    page::{self, Desk, Page},
    query::Parameters,
    reader::Person,
    web::Shared,
    words::Words,
};
use axum::{extract::State, response::Response};
use noroshi_incident::selection::Records;

/// `GET /addresses`
pub(crate) async fn get(State(web): State<Shared>, person: Person, parameters: Parameters) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    let asked = Asked::read(Records::Addresses, &parameters, words)?;
    let found = noroshi_incident::units(&web.ledger, &web.reckoning, asked.selection(), person.actor.sight(), asked.skip(), PER_PAGE).await?;
    let rows = found.items.iter().map(|item| IncidentRow::of(item, &web, words)).collect();
    let page = Page::of(&web, &person, Desk::Incidents, words.say("addresses-title")).await?.step(words.say("addresses-title"));
    page::show(&IncidentList { page, filter: asked.filter(found.count, found.hidden), rows })
}
