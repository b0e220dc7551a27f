//! `GET /reports`: the reports that a selection counts.

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
use noroshi_feeds::defang::defang;
use noroshi_incident::{ReportItem, model::Number, selection::Records};
use noroshi_kernel::moment::Moment;

/// A list of reports.
#[derive(Template)]
#[template(path = "list_reports.html")]
pub(crate) struct ReportList {
    pub(crate) page: Page,
    pub(crate) filter: Filter,
    pub(crate) rows: Vec<ReportRow>,
}

/// A row of the list.
pub(crate) struct ReportRow {
    pub(crate) at: Time,
    pub(crate) channel: String,
    pub(crate) name: String,
    /// The line within a feed.
    pub(crate) line: Option<i64>,
    /// The reported site, defanged.
    pub(crate) site: String,
    pub(crate) tld: String,
    /// The incident that it tells of.
    pub(crate) incident: Option<String>,
}

impl ReportRow {
    fn of(item: &ReportItem, web: &Web, words: Words) -> Self {
        Self {
            at: Time::of(Moment(item.at), web.ledger.now(), &web.reckoning.zone, words),
            channel: words.channel(&item.channel),
            name: links::harmless(&item.name),
            line: item.line,
            site: item.site.as_deref().map(defang).unwrap_or_default(),
            tld: tld_name(words, &item.tld),
            incident: item.year.zip(item.sequence).map(|(year, sequence)| Number { year, sequence }.to_string()),
        }
    }
}

/// `GET /reports`
pub(crate) async fn get(State(web): State<Shared>, person: Person, parameters: Parameters) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    let asked = Asked::read(Records::Reports, &parameters, words)?;
    let found = noroshi_incident::reports(&web.ledger, &web.reckoning, asked.selection(), person.actor.sight(), asked.skip(), PER_PAGE).await?;
    let rows = found.items.iter().map(|item| ReportRow::of(item, &web, words)).collect();
    let page = Page::of(&web, &person, Desk::Reports, words.say("desk-reports")).await?;
    page::show(&ReportList { page, filter: asked.filter(found.count, found.hidden), rows })
}
