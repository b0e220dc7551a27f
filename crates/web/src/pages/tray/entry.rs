//! `GET /tray/{id}`: one input that could not be used, with its bytes, and what one can do about it.

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
    response::Response,
};
use noroshi_incident::service::import;
use noroshi_kernel::{access::Action, id::TrayItemId, setaside::printable};
use noroshi_mailroom::{
    correspondence,
    tray::{self, Ending, Item, LETTER},
};

/// So many bytes of an entry are shown.
const RAW_MOST_BYTES: u64 = 4_096;

/// So many characters of one line of them.
const LINE_MOST_CHARS: usize = 1_000;

/// One entry of the tray.
#[derive(Template)]
#[template(path = "tray_entry.html")]
pub(crate) struct EntryPage {
    pub(crate) page: Page,
    pub(crate) id: TrayItemId,
    pub(crate) rows: i64,
    pub(crate) at: Time,
    pub(crate) reason: String,
    /// The format's name.
    pub(crate) format: String,
    pub(crate) mapping: Option<String>,
    pub(crate) raw: String,
    /// Whether there is more than is shown.
    pub(crate) is_cut: bool,
    /// All of the bytes.
    pub(crate) href: String,
    pub(crate) closed: Option<ClosedShown>,
    /// Why it cannot be read again.
    pub(crate) obstacle: Option<String>,
    pub(crate) may_act: bool,
}

/// Who closed it.
pub(crate) struct ClosedShown {
    pub(crate) at: Time,
    pub(crate) how: String,
    pub(crate) by: String,
    pub(crate) note: String,
}

/// An entry of which the reader may know: none of what its delivery tells of is hidden.
pub(super) async fn visible(web: &Web, person: &Person, id: &str) -> Result<Item, Failure> {
    let id = TrayItemId(id.parse().map_err(|_| Failure::Missing)?);
    let item = tray::load(&web.ledger, &person.actor, id).await?.ok_or(Failure::Missing)?;
    if noroshi_incident::may_see_correspondence(&web.ledger, item.correspondence, person.actor.sight()).await? { Ok(item) } else { Err(Failure::Missing) }
}

/// `GET /tray/{id}`
pub(crate) async fn get(State(web): State<Shared>, person: Person, Path(id): Path<String>) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    let item = visible(&web, &person, &id).await?;
    let (now, zone) = (web.ledger.now(), &web.reckoning.zone);
    let closed = item.closed.as_ref().map(|closed| ClosedShown {
        at: Time::of(closed.at, now, zone, words),
        how: words.say(match closed.ending {
            Ending::Read => "tray-was-read",
            Ending::Nothing => "tray-was-nothing",
        }),
        by: closed.by.clone(),
        note: links::harmless(&closed.note),
    });
    let obstacle = if closed.is_some() { None } else { import::obstacle(&web.ledger, &item).await? };
    let read_as = item.read_as.clone();
    let format = read_as.as_ref().map_or_else(
        || words.say("tray-format-unknown"),
        |read_as| match read_as.format.as_str() {
            LETTER => words.say("channel-mail"),
            other => other.to_owned(),
        },
    );
    let title = format!("{} — {}", links::harmless(&item.name), words.pick(&item.place));
    page::show(&EntryPage {
        page: Page::of(&web, &person, Desk::Tray, title).await?.step(item.id.to_string()),
        id: item.id,
        rows: item.rows,
        at: Time::of(item.set_aside_at, now, zone, words),
        reason: links::harmless_quotes(item.reason.get(words.language)),
        format,
        mapping: read_as.and_then(|read_as| read_as.mapping),
        raw: raw(&web, &item).await?,
        is_cut: item.raw_length > RAW_MOST_BYTES,
        href: links::with(&format!("/correspondence/{}/raw?offset={}", item.correspondence, item.raw_offset), "length", &item.raw_length.to_string()),
        closed,
        obstacle: obstacle.map(|reason| reason.get(words.language).to_owned()),
        may_act: person.actor.can(Action::WorkTray),
    })
}

/// Its first bytes as text: nothing in them runs, leads anywhere or turns the direction of writing.
async fn raw(web: &Web, item: &Item) -> Result<String, Failure> {
    let delivery = correspondence::load(&web.ledger, item.correspondence).await?.ok_or(Failure::Missing)?;
    let (blobs, sha256, from, length) =
        (web.ledger.blobs().clone(), item.raw_sha256.clone(), delivery.raw.offset + item.raw_offset, item.raw_length.min(RAW_MOST_BYTES));
    let read = tokio::task::spawn_blocking(move || blobs.read_part(&sha256, from, length)).await;
    let bytes = read.map_err(|error| Failure::Internal(Box::new(error)))??;
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.lines().map(|line| links::harmless(&printable(line, LINE_MOST_CHARS))).collect::<Vec<_>>().join("\n"))
}
