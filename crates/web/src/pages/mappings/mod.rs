//! `GET /mappings`: which column or member of a sender's CSV or JSON holds what, saved by name.

pub(crate) mod add;
pub(crate) mod edit;
mod form;
pub(crate) mod remove;
mod sent;

pub(crate) use form::{MappingForm, PreviewRow};

use super::onward;
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
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use noroshi_document::number;
use noroshi_kernel::language::Bilingual;
use noroshi_mailroom::mapping::{self, Saved};

/// The saved mappings.
#[derive(Template)]
#[template(path = "mappings.html")]
pub(crate) struct MappingsPage {
    pub(crate) page: Page,
    pub(crate) count: i64,
    pub(crate) grouped: String,
    pub(crate) rows: Vec<MappingRow>,
}

/// A mapping in the list.
pub(crate) struct MappingRow {
    pub(crate) name: String,
    pub(crate) format: &'static str,
    pub(crate) about: String,
    pub(crate) version: i64,
    pub(crate) at: Time,
    pub(crate) by: String,
}

/// One mapping, new or to change, with what it makes of a sample.
#[derive(Template)]
#[template(path = "mapping.html")]
pub(crate) struct MappingPage {
    pub(crate) page: Page,
    pub(crate) form: MappingForm,
    /// Where the form is sent.
    pub(crate) action: String,
    /// Whether the name is still to be given.
    pub(crate) is_new: bool,
    /// What is wrong with what was filled in.
    pub(crate) problem: Option<String>,
    /// What a sample would become; `None` while none was given.
    pub(crate) preview: Option<Vec<PreviewRow>>,
    /// Its versions, the latest first.
    pub(crate) versions: Vec<VersionRow>,
}

/// A version of a mapping.
pub(crate) struct VersionRow {
    pub(crate) version: i64,
    pub(crate) at: Time,
    pub(crate) by: String,
}

/// The text in the reader's language, or in the other one when there is none.
fn about(text: &Bilingual, words: Words) -> String {
    let own = words.pick(text);
    if own.is_empty() { text.get(words.other_language()).to_owned() } else { own }
}

fn version(saved: &Saved, web: &Web, words: Words) -> VersionRow {
    VersionRow { version: saved.version, at: Time::of(saved.changed_at, web.ledger.now(), &web.reckoning.zone, words), by: saved.changed_by.clone() }
}

/// A page that was filled in wrongly says so, and keeps what was filled in.
fn show(context: &MappingPage) -> Result<Response, Failure> {
    let status = if context.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, page::show(context)?).into_response())
}

/// `GET /mappings`
pub(crate) async fn get(State(web): State<Shared>, person: Person, parameters: Parameters) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    parameters.only(&[])?;
    let all = mapping::all(&web.ledger).await?;
    let count = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let row = |saved: Saved| MappingRow {
        at: Time::of(saved.changed_at, web.ledger.now(), &web.reckoning.zone, words),
        about: about(&saved.about, words),
        name: saved.name,
        format: saved.format.key(),
        version: saved.version,
        by: saved.changed_by,
    };
    page::show(&MappingsPage {
        page: Page::of(&web, &person, Desk::Mappings, words.say("desk-mappings")).await?,
        count,
        grouped: number::grouped(count),
        rows: all.into_iter().map(row).collect(),
    })
}
