//! `GET /correspondence`: the correspondence that a selection counts.

use super::{
    Field, Filter,
    filter::{Asked, tld_name},
    selecting::PER_PAGE,
};
use crate::{
    failure::Failure,
    links,
    page::{self, Desk, Page},
    query::Parameters,
    reader::Person,
    times::Time,
    web::{Shared, Web},
    words::Words,
};
use askama::Template;
use axum::{extract::State, response::Response};
use noroshi_incident::{CorrespondenceItem, selection::Records};
use noroshi_kernel::{access::Action, moment::Moment};
use noroshi_mailroom::correspondence::Kind;

/// A list of correspondence.
#[derive(Template)]
#[template(path = "list_correspondence.html")]
pub(crate) struct CorrespondenceList {
    pub(crate) page: Page,
    pub(crate) filter: Filter,
    pub(crate) rows: Vec<CorrespondenceRow>,
    /// Whether the reader may open raw bytes.
    pub(crate) opens_raw: bool,
}

/// A row of the list.
pub(crate) struct CorrespondenceRow {
    pub(crate) id: i64,
    pub(crate) at: Time,
    pub(crate) channel: String,
    pub(crate) name: String,
    pub(crate) about: String,
    pub(crate) tld: String,
}

impl CorrespondenceRow {
    fn of(item: &CorrespondenceItem, web: &Web, words: Words) -> Self {
        Self {
            id: item.id,
            at: Time::of(Moment(item.at), web.ledger.now(), &web.reckoning.zone, words),
            channel: words.channel(&item.channel),
            name: links::harmless(&item.name),
            about: words.kind(Kind::from_key(&item.about)),
            tld: tld_name(words, &item.tld),
        }
    }
}

/// `GET /correspondence`
pub(crate) async fn get(State(web): State<Shared>, person: Person, parameters: Parameters) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    let asked = Asked::read(Records::Correspondence, &parameters, words)?;
    let found = noroshi_incident::correspondence(&web.ledger, &web.reckoning, asked.selection(), person.actor.sight(), asked.skip(), PER_PAGE).await?;
    let rows = found.items.iter().map(|item| CorrespondenceRow::of(item, &web, words)).collect();
    let page = Page::of(&web, &person, Desk::Correspondence, words.say("desk-correspondence")).await?;
    page::show(&CorrespondenceList { page, filter: asked.filter(found.count, found.hidden), rows, opens_raw: person.actor.can(Action::ViewTray) })
}
