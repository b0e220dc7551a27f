//! `GET /keys/{fingerprint}`: one key, what it is worth, who made sure whose it is, and what happened to it.

use super::{Problem, problem, shown::Shown, users};
use crate::{
    failure::Failure,
    links,
    page::{self, Desk, Page},
    reader::Person,
    times::Time,
    web::{Shared, Web},
    words::Words,
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use noroshi_directory::key::{self, Known};
use noroshi_kernel::access::Action;
use noroshi_ledger::audit;
use noroshi_mailroom::desk;
use noroshi_post::openpgp::{Certificate, Fingerprint};

/// The rows of the audit log that are read for one key.
const MOST_ROWS: u32 = 500;

/// One key.
#[derive(Template)]
#[template(path = "key.html")]
pub(crate) struct KeyPage {
    pub(crate) page: Page,
    pub(crate) key: Shown,
    /// The desk that it was made for, by its name.
    pub(crate) serves: String,
    /// What happened to it, the latest first: when, what, who, and how.
    pub(crate) events: Vec<Event>,
    pub(crate) may_change: bool,
    /// What was typed as the way of making sure.
    pub(crate) how: String,
    pub(crate) problems: Vec<Problem>,
}

/// Something that happened to a key.
pub(crate) struct Event {
    pub(crate) at: Time,
    pub(crate) what: String,
    pub(crate) by: String,
    pub(crate) note: String,
}

impl KeyPage {
    pub(crate) fn problem(&self, field: &str) -> Option<&str> {
        problem(&self.problems, field)
    }
}

/// The key in an address; what is none is not there.
pub(super) async fn find(web: &Web, text: &str) -> Result<Known, Failure> {
    let fingerprint = Fingerprint::of_text(text).ok_or(Failure::Missing)?;
    key::known(&web.ledger, &fingerprint).await?.ok_or(Failure::Missing)
}

/// `GET /keys/{fingerprint}`
pub(crate) async fn get(State(web): State<Shared>, person: Person, Path(text): Path<String>) -> Result<Response, Failure> {
    show(&web, &person, &text, String::new(), Vec::new()).await
}

/// The page of a key, with what is wrong with a form that was sent from it.
pub(super) async fn show(web: &Web, person: &Person, text: &str, how: String, problems: Vec<Problem>) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    let known = find(web, text).await?;
    let mut key = super::shown(&known, web, words);
    let (id, change) = match &known {
        Known::Own(own) => {
            key.used_by = users(web, own, words).await?.join(&words.say("list-comma"));
            (own.id, Action::ChangeTeamKeys)
        }
        Known::Contact(contact) => (contact.id, Action::ChangeContactKeys),
    };
    let desks = desk::all(&web.ledger).await?;
    let serves = match key.serves.as_str() {
        "" => words.say("key-serves-all"),
        desk => desks.get(desk).map_or_else(|| desk.to_owned(), |desk| words.pick(&desk.name)),
    };
    let mut events = Vec::new();
    for row in audit::of_subject(&web.ledger, id, MOST_ROWS).await?.iter().rev() {
        events.extend(event(row, web, words));
    }
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = Page::of(web, person, Desk::Keys, key.owner.clone()).await?.step(words.say(if key.is_own { "key-own" } else { "key-contact" }));
    let context = KeyPage { page, serves, events, may_change: person.actor.can(change), how, problems, key };
    Ok((status, page::show(&context)?).into_response())
}

/// What the audit log tells, but for the many times that a key signed.
fn event(row: &audit::Row, web: &Web, words: Words) -> Option<Event> {
    let key = match row.action.as_str() {
        "team_key.make" => "key-event-made",
        "team_key.import" | "contact_key.import" => "key-event-brought",
        "team_key.renew" | "contact_key.renew" => "key-event-renewed",
        "team_key.retire" => "key-event-retired",
        "contact_key.verify" => "key-event-verified",
        _ => return None,
    };
    let detail: serde_json::Value = serde_json::from_str(&row.detail).unwrap_or_default();
    let note = detail.get("how").and_then(serde_json::Value::as_str).map(links::harmless).unwrap_or_default();
    Some(Event { at: Time::of(row.moment(), web.ledger.now(), &web.reckoning.zone, words), what: words.say(key), by: row.actor.clone(), note })
}

/// `GET /keys/{fingerprint}/key.asc`: the half that is handed out.
pub(crate) async fn download(State(web): State<Shared>, _: Person, Path(text): Path<String>) -> Result<Response, Failure> {
    let known = find(&web, &text).await?;
    Ok(key_file(known.certificate(), known.certificate().fingerprint().as_str())?.into_response())
}

/// A certificate in armour, as a file to keep (RFC 3156, section 7).
pub(crate) fn key_file(certificate: &Certificate, name: &str) -> Result<impl IntoResponse + use<>, Failure> {
    let armoured = certificate.armoured().map_err(Failure::Refused)?;
    let disposition = format!("attachment; filename=\"{name}.asc\"");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/pgp-keys")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_str(&disposition).unwrap_or(HeaderValue::from_static("attachment"))),
    ];
    Ok((headers, armoured))
}
