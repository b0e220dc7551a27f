//! `GET` and `POST /status/{token}`: how a report stands, for whoever has its secret link.

use super::report::{again, keep, once, trapped};
use crate::{
    failure::Failure,
    links,
    page::{self, Plain},
    query::Parameters,
    rate::{self, Rates},
    reader::Reader,
    stamp::{self, Wrong},
    times::Time,
    upload::Upload,
    web::{Shared, Web},
    words::Words,
};
use askama::Template;
use axum::{
    Extension,
    extract::{Path, Request, State},
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use noroshi_kernel::{access::Actor, id::ThreadId};
use noroshi_mailroom::{
    correspondence::Channel,
    form::{self as mailroom, Entry, Problem, Standing, Submission, To},
    outgoing::Sent,
};
use noroshi_post::letter;
use std::sync::Arc;

/// The longest text of an answer that is shown, in characters.
const MOST_CHARS: usize = 100_000;

/// An answer of ours.
pub(crate) struct Answer {
    pub(crate) at: Time,
    pub(crate) subject: String,
    pub(crate) text: String,
}

/// How a report stands.
#[derive(Template)]
#[template(path = "status.html")]
pub(crate) struct StatusPage {
    pub(crate) plain: Plain,
    pub(crate) number: String,
    pub(crate) at: Time,
    pub(crate) zone: String,
    /// The state's key, what it is called, and what it means.
    pub(crate) state: &'static str,
    pub(crate) name: String,
    pub(crate) meaning: String,
    pub(crate) answers: Vec<Answer>,
    /// The page's own address, to be kept.
    pub(crate) link: String,
    /// Where the form goes.
    pub(crate) here: String,
    /// What just came: the report, or something more.
    pub(crate) came: Option<String>,
    pub(crate) stamp: String,
    pub(crate) description: String,
    pub(crate) problem: Option<String>,
    pub(crate) wrong: Vec<Problem>,
}

impl StatusPage {
    /// What is wrong with a field.
    pub(crate) fn wrong(&self, field: &str) -> Option<&str> {
        self.wrong.iter().find(|problem| problem.field == field).map(|problem| problem.reason.get(self.plain.words.language))
    }
}

/// The report behind a link. A link that is none is not there, and says no more.
async fn found(web: &Web, token: &str) -> Result<Standing, Failure> {
    let thread = web.marks.status(token).ok_or(Failure::Missing)?;
    mailroom::standing(&web.ledger, &web.marks, ThreadId(thread)).await?.ok_or(Failure::Missing)
}

async fn view(web: &Web, reader: &Reader, token: &str, standing: &Standing) -> Result<StatusPage, Failure> {
    let (words, zone, now) = (Words::of(reader.language), &web.reckoning.zone, web.ledger.now());
    let mut answers = Vec::new();
    for sent in &standing.answers {
        let at = Time::of(sent.written_at, now, zone, words);
        answers.push(Answer { at, subject: links::harmless(&sent.subject), text: links::harmless(&text(web, sent).await?) });
    }
    let state = standing.state.key();
    Ok(StatusPage {
        plain: Plain::of(web, reader, "status-title"),
        number: standing.number.clone(),
        at: Time::of(standing.received_at, now, zone, words),
        zone: zone.name().into(),
        name: words.say(&format!("status-name-{state}")),
        meaning: words.say(&format!("status-state-{state}")),
        state,
        answers,
        link: format!("{}status/{token}", web.base),
        here: format!("/status/{token}"),
        came: None,
        stamp: stamp::stamp(&web.team_key, token, now),
        description: String::new(),
        problem: None,
        wrong: Vec::new(),
    })
}

/// What a letter of ours says.
async fn text(web: &Web, sent: &Sent) -> Result<String, Failure> {
    let (blobs, raw) = (web.ledger.blobs().clone(), sent.raw.clone());
    let read = tokio::task::spawn_blocking(move || blobs.read_part(&raw.sha256, raw.offset, raw.length)).await;
    let bytes = read.map_err(|error| Failure::Internal(Box::new(error)))??;
    let Ok(letter) = letter::read(&bytes) else { return Ok(String::new()) };
    let whole: Vec<String> = letter.texts().filter_map(|part| part.text().map(std::borrow::Cow::into_owned)).collect();
    Ok(whole.join("\n").chars().take(MOST_CHARS).collect())
}

/// A page that no search engine keeps.
pub(super) fn hidden(response: Response) -> Response {
    let mut response = response;
    response.headers_mut().insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
    response
}

/// `GET /status/{token}`
pub(crate) async fn get(
    State(web): State<Shared>,
    Extension(rates): Extension<Arc<Rates>>,
    reader: Reader,
    Path(token): Path<String>,
    parameters: Parameters,
    headers: HeaderMap,
    extensions: Asked,
) -> Result<Response, Failure> {
    rate::hold(&rates.statuses, &web, &headers, &extensions.0)?;
    let standing = found(&web, &token).await?;
    let mut page = view(&web, &reader, &token, &standing).await?;
    page.came = match parameters.get("received") {
        Some("1") => Some("status-received".into()),
        Some("more") => Some("status-received-more".into()),
        _ => None,
    };
    Ok(hidden(page::show(&page)?))
}

/// What the request knows besides its head.
pub(crate) struct Asked(pub(super) Extensions);

impl<S: Sync> axum::extract::FromRequestParts<S> for Asked {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut axum::http::request::Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(parts.extensions.clone()))
    }
}

/// `POST /status/{token}`: something more, in the same thread.
pub(crate) async fn post(
    State(web): State<Shared>,
    Extension(rates): Extension<Arc<Rates>>,
    reader: Reader,
    Path(token): Path<String>,
    request: Request,
) -> Result<Response, Failure> {
    rate::hold(&rates.forms, &web, request.headers(), request.extensions())?;
    let standing = found(&web, &token).await?;
    let sent = Upload::read(&web, request).await?;
    let words = Words::of(reader.language);
    let submission = Submission {
        desk: standing.desk.clone(),
        language: reader.language,
        description: sent.text("description"),
        encrypted: sent.text("encrypted"),
        adds: true,
        ..Submission::default()
    };
    let stamped = stamp::read(&web.team_key, &token, sent.get("stamp"), web.ledger.now());
    let wrong = submission.problems(sent.files.len(), web.ledger.now());
    let nonce = match (trapped(&sent, stamped, words), stamped) {
        (None, Ok(nonce)) if wrong.is_empty() => nonce,
        (problem, _) => {
            let mut page = view(&web, &reader, &token, &standing).await?;
            if stamped.is_ok() || stamped == Err(Wrong::Fast) {
                page.stamp = sent.get("stamp").to_owned();
            }
            page.problem = problem.or_else(|| again(&sent, words));
            (page.description, page.wrong) = (submission.description, wrong);
            return Ok(hidden((StatusCode::UNPROCESSABLE_ENTITY, page::show(&page)?).into_response()));
        }
    };
    let once = once(&nonce, &submission, &sent);
    let to = To::Thread { thread: standing.now_in, from: Some(standing.reporter) };
    keep(&web, &Actor::Anonymous, Entry { channel: Channel::Form, submission, files: sent.files, to, once: Some(once), token: None }).await?;
    Ok(Redirect::to(&format!("/status/{token}?received=more")).into_response())
}
