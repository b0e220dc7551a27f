//! `GET /help`: the keys, and how the counts are to be read.

use crate::{
    failure::Failure,
    page::{self, Desk, Page},
    reader::Person,
    web::Shared,
    words::Words,
};
use askama::Template;
use axum::{extract::State, response::Response};

/// The help page.
#[derive(Template)]
#[template(path = "help.html")]
pub(crate) struct HelpPage {
    pub(crate) page: Page,
}

/// `GET /help`
pub(crate) async fn get(State(web): State<Shared>, person: Person) -> Result<Response, Failure> {
    let title = Words::of(person.reader.language).say("help-title");
    let page = Page::of(&web, &person, Desk::None, title.clone()).await?.step(title);
    page::show(&HelpPage { page })
}
