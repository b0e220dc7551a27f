//! `GET /tray`: inputs that could not be used and wait for a person.

pub(crate) mod again;
pub(crate) mod close;
pub(crate) mod entry;

use super::onward;
use crate::{
    failure::Failure,
    links,
    page::{self, Desk, Page},
    query::Parameters,
    reader::Person,
    times::Time,
    web::Shared,
    words::Words,
};
use askama::Template;
use axum::{extract::State, response::Response};
use noroshi_document::number;
use noroshi_mailroom::tray;

const PER_PAGE: u32 = 50;

/// The tray.
#[derive(Template)]
#[template(path = "tray.html")]
pub(crate) struct TrayPage {
    pub(crate) page: Page,
    pub(crate) count: i64,
    pub(crate) grouped: String,
    pub(crate) q: String,
    pub(crate) rows: Vec<TrayRow>,
    pub(crate) previous: Option<String>,
    pub(crate) next: Option<String>,
}

/// An input in the tray.
pub(crate) struct TrayRow {
    pub(crate) at: Time,
    pub(crate) name: String,
    pub(crate) place: String,
    pub(crate) reason: String,
    pub(crate) href: String,
    pub(crate) raw: String,
}

/// `GET /tray`
pub(crate) async fn get(State(web): State<Shared>, person: Person, parameters: Parameters) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    parameters.only(&["q", "page"])?;
    let number: u32 = parameters.parsed("page")?.unwrap_or(1).max(1);
    let skip = (number - 1).saturating_mul(PER_PAGE);
    let q: String = parameters.get("q").unwrap_or_default().chars().take(200).collect();
    let (items, count) = tray::find(&web.ledger, &person.actor, Some(&q), skip, PER_PAGE).await?;
    let row = |item: tray::Item| TrayRow {
        at: Time::of(item.set_aside_at, web.ledger.now(), &web.reckoning.zone, words),
        href: format!("/tray/{}", item.id),
        raw: links::with(&format!("/correspondence/{}/raw?offset={}", item.correspondence, item.raw_offset), "length", &item.raw_length.to_string()),
        name: links::harmless(&item.name),
        place: words.pick(&item.place),
        reason: links::harmless_quotes(item.reason.get(words.language)),
    };
    let turn = |to: u32| links::with(&if q.is_empty() { "/tray".to_owned() } else { links::with("/tray", "q", &q) }, "page", &to.to_string());
    page::show(&TrayPage {
        page: Page::of(&web, &person, Desk::Tray, words.say("desk-tray")).await?,
        count,
        grouped: number::grouped(count),
        rows: items.into_iter().map(row).collect(),
        previous: (number > 1).then(|| turn(number - 1)),
        next: (i64::from(skip) + i64::from(PER_PAGE) < count).then(|| turn(number + 1)),
        q: q.clone(),
    })
}
