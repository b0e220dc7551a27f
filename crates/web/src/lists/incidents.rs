//! `GET /incidents`: the incidents that a selection counts.

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
use noroshi_feeds::defang::defang;
use noroshi_incident::{IncidentItem, selection::Records};
use noroshi_kernel::tlp::Tlp;

/// A list of incidents, or of their addresses.
#[derive(Template)]
#[template(path = "list_incidents.html")]
pub(crate) struct IncidentList {
    pub(crate) page: Page,
    pub(crate) filter: Filter,
    pub(crate) rows: Vec<IncidentRow>,
}

/// A row of the list.
pub(crate) struct IncidentRow {
    pub(crate) number: String,
    /// What counts, defanged.
    pub(crate) unit: String,
    /// What it is about, defanged, when that is something else.
    pub(crate) target: Option<String>,
    pub(crate) category: String,
    pub(crate) brand: String,
    pub(crate) state_key: &'static str,
    pub(crate) state: String,
    /// Its label, unless it is the usual one.
    pub(crate) tlp: Option<&'static str>,
    pub(crate) reports: String,
    pub(crate) first: Time,
}

impl IncidentRow {
    pub(crate) fn of(item: &IncidentItem, web: &Web, words: Words) -> Self {
        Self {
            number: item.number.to_string(),
            unit: defang(&item.unit),
            target: (item.unit != item.target).then(|| defang(&item.target)),
            category: words.category(item.category),
            brand: item.brand.as_ref().map(|brand| words.pick(brand)).unwrap_or_default(),
            state_key: item.state.key(),
            state: words.state(item.state),
            tlp: (item.tlp != Tlp::default()).then(|| item.tlp.marking()),
            reports: noroshi_document::number::grouped(item.reports),
            first: Time::of(item.first_report_at, web.ledger.now(), &web.reckoning.zone, words),
        }
    }
}

/// `GET /incidents`
pub(crate) async fn get(State(web): State<Shared>, person: Person, parameters: Parameters) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    let asked = Asked::read(Records::Incidents, &parameters, words)?;
    let found = noroshi_incident::incidents(&web.ledger, &web.reckoning, asked.selection(), person.actor.sight(), asked.skip(), PER_PAGE).await?;
    let rows = found.items.iter().map(|item| IncidentRow::of(item, &web, words)).collect();
    let page = Page::of(&web, &person, Desk::Incidents, words.say("desk-incidents")).await?;
    page::show(&IncidentList { page, filter: asked.filter(found.count, found.hidden), rows })
}
