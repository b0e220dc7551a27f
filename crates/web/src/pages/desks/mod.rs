//! `GET /desks`: the intake desks, for administrators.

pub(crate) mod edit;

use crate::{
    failure::Failure,
    page::{self, Desk, Page},
    pages::inbox,
    reader::Person,
    web::Shared,
    words::Words,
};
use askama::Template;
use axum::{extract::State, response::Response};
use noroshi_mailroom::desk;

/// The intake desks.
#[derive(Template)]
#[template(path = "desks.html")]
pub(crate) struct DesksPage {
    pub(crate) page: Page,
    pub(crate) rows: Vec<DeskRow>,
}

/// A desk.
pub(crate) struct DeskRow {
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) acknowledges: bool,
    pub(crate) has_form: bool,
    pub(crate) tlp: &'static str,
    pub(crate) staff: String,
}

/// `GET /desks`
pub(crate) async fn get(State(web): State<Shared>, person: Person) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    let names = inbox::staff(&web).await?;
    let desks = desk::all(&web.ledger).await?;
    let row = |desk: &desk::Desk| DeskRow {
        key: desk.key.clone(),
        name: words.pick(&desk.name),
        address: desk.address.clone(),
        acknowledges: desk.acknowledges,
        has_form: desk.has_form,
        tlp: desk.tlp.marking(),
        staff: desk.staff.iter().filter_map(|account| names.get(account).cloned()).collect::<Vec<_>>().join(words.say("list-comma").as_str()),
    };
    page::show(&DesksPage { page: Page::of(&web, &person, Desk::Desks, words.say("desk-desks")).await?, rows: desks.iter().map(row).collect() })
}
