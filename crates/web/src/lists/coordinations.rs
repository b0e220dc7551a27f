//! `GET /coordinations`: the coordinations that a selection counts.

use super::{Field, Filter, filter::Asked, selecting::PER_PAGE};
use crate::{
    failure::Failure,
    page::{self, Desk, Page},
    query::Parameters,
    reader::Person,
    times::Time,
    web::{Shared, Web},
    words::Words,
};
use askama::Template;
use axum::{extract::State, response::Response};
use noroshi_directory::Origin;
use noroshi_incident::{
    CoordinationItem,
    model::{Category, Number},
    selection::Records,
};
use noroshi_kernel::{language::Bilingual, moment::Moment};

/// A list of coordinations.
#[derive(Template)]
#[template(path = "list_coordinations.html")]
pub(crate) struct CoordinationList {
    pub(crate) page: Page,
    pub(crate) filter: Filter,
    pub(crate) rows: Vec<CoordinationRow>,
}

/// A row of the list.
pub(crate) struct CoordinationRow {
    pub(crate) at: Time,
    pub(crate) organisation: String,
    pub(crate) country: String,
    pub(crate) destination: String,
    pub(crate) category: String,
    pub(crate) incident: String,
}

impl CoordinationRow {
    fn of(item: &CoordinationItem, web: &Web, words: Words) -> Self {
        Self {
            at: Time::of(Moment(item.at), web.ledger.now(), &web.reckoning.zone, words),
            organisation: words.pick(&Bilingual::new(item.name_ja.clone(), item.name_en.clone())),
            country: item.country.clone(),
            destination: words.origin(Origin::from_key(&item.destination)),
            category: words.category(Category::from_key(&item.category)),
            incident: Number { year: item.year, sequence: item.sequence }.to_string(),
        }
    }
}

/// `GET /coordinations`
pub(crate) async fn get(State(web): State<Shared>, person: Person, parameters: Parameters) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    let asked = Asked::read(Records::Coordinations, &parameters, words)?;
    let found = noroshi_incident::coordinations(&web.ledger, &web.reckoning, asked.selection(), person.actor.sight(), asked.skip(), PER_PAGE).await?;
    let rows = found.items.iter().map(|item| CoordinationRow::of(item, &web, words)).collect();
    let page = Page::of(&web, &person, Desk::Coordinations, words.say("desk-coordinations")).await?;
    page::show(&CoordinationList { page, filter: asked.filter(found.count, found.hidden), rows })
}
