//! `GET /outgoing/{id}`: one letter of ours, looked at like one that came in, with what became of it at each recipient.

use super::{LetterPage, look, part, reading, said, size, tabs};
use crate::{
    failure::Failure,
    page::{self, Desk, Page},
    pages::{
        inbox,
        keys::Mark,
        outgoing::{self as list, Row},
    },
    query::Parameters,
    reader::Person,
    times::Time,
    web::{Shared, Web},
    words::Words,
};
use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use noroshi_mailroom::{
    outgoing::{self, Sent},
    thread::{self, Thread},
};
use noroshi_post::letter::MOST_BYTES;

/// A letter of ours and its thread, when the person may see that. What may not be seen is not there.
async fn open(web: &Web, person: &Person, text: &str) -> Result<(Sent, Thread), Failure> {
    let sent = outgoing::load(&web.ledger, list::id(text)?).await?.ok_or(Failure::Missing)?;
    let thread = thread::open(&web.ledger, &person.actor, sent.thread).await?;
    Ok((sent, thread))
}

/// Where its bytes are; whether they are sealed, they tell themselves.
fn place(sent: &Sent) -> reading::Place {
    reading::Place { raw: sent.raw.clone(), is_sealed: false }
}

/// `GET /outgoing/{id}`, or `?show=source`, `structure`, `items`
pub(crate) async fn get(State(web): State<Shared>, person: Person, Path(text): Path<String>, parameters: Parameters) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    let (sent, thread) = open(&web, &person, &text).await?;
    let here = format!("/outgoing/{}", sent.id);
    let (told, show) = look(&web, &person.actor, place(&sent), &parameters, words).await?;
    let ways = outgoing::ways(&web.ledger, &[sent.id]).await?;
    let row = Row::of(&sent, &ways, &web, words);
    let mut marks = vec![Mark { name: words.say("letter-ours"), class: "plain" }];
    if sent.automatic {
        marks.push(Mark { name: words.say("mark-by-rule"), class: "plain" });
    }
    marks.extend(told.ours.marks(words));
    let page = Page::of(&web, &person, Desk::Outgoing, inbox::subject(&sent.subject, words)).await?;
    page::show(&LetterPage {
        page: page.step_to(format!("#{}", thread.number()), format!("/threads/{}", thread.id)).step(words.say("letter-one")),
        tabs: tabs(&here, show, words),
        marks,
        tlp: Some(thread.label.tlp.marking()),
        at: Time::of(sent.written_at, web.ledger.now(), &web.reckoning.zone, words),
        size: size(sent.raw.length),
        problem: said(told.problem.as_slice(), words).pop(),
        oddities: said(&told.oddities, words),
        seals: Vec::new(),
        seals_then: Vec::new(),
        offered: Vec::new(),
        may_bring: false,
        readers: told.ours.readers(words),
        view: told.view,
        fields: told.fields,
        thread: Some(thread.id.0),
        raw: Some(format!("{here}/raw")),
        sent: Some(row),
        here,
    })
}

/// `GET /outgoing/{id}/parts/{path}`
pub(crate) async fn part(State(web): State<Shared>, person: Person, Path((text, path)): Path<(String, String)>) -> Result<Response, Failure> {
    let (sent, _) = open(&web, &person, &text).await?;
    part::file(&web, &person.actor, place(&sent), &path, &format!("letter-{}", sent.id)).await
}

/// `GET /outgoing/{id}/raw`: the bytes as they are sent, as a file to keep.
pub(crate) async fn raw(State(web): State<Shared>, person: Person, Path(text): Path<String>) -> Result<Response, Failure> {
    let (sent, _) = open(&web, &person, &text).await?;
    let bytes =
        reading::with_letters(&web, &person.actor, vec![place(&sent)], MOST_BYTES as u64, |read, _| read.into_iter().next().unwrap_or_default()).await?;
    let disposition = format!("attachment; filename=\"letter-{}.eml\"", sent.id);
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_str(&disposition).unwrap_or(HeaderValue::from_static("attachment"))),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    Ok((headers, bytes).into_response())
}
