//! `GET` and `POST /report`: the public form.

mod form;
pub(crate) mod key;

pub(crate) use form::{Choice, Fields, submission};

use crate::{
    failure::Failure,
    page::{self, Plain},
    query::Parameters,
    rate::{self, Rates},
    reader::Reader,
    stamp::{self, Wrong},
    upload::Upload,
    web::{Shared, Web},
    words::Words,
};
use askama::Template;
use axum::{
    Extension,
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use noroshi_feeds::digest;
use noroshi_incident::service::import::Silent;
use noroshi_kernel::access::Actor;
use noroshi_mailroom::{
    correspondence::Channel,
    desk::{self, Desk},
    form::{self as mailroom, Entry, Receipt, Submission, To},
};
use std::sync::Arc;

/// The choice of desks.
#[derive(Template)]
#[template(path = "report_choice.html")]
pub(crate) struct ChoicePage {
    pub(crate) plain: Plain,
    /// Keys and names.
    pub(crate) desks: Vec<(String, String)>,
}

/// The form.
#[derive(Template)]
#[template(path = "report.html")]
pub(crate) struct ReportPage {
    pub(crate) plain: Plain,
    pub(crate) desk: String,
    pub(crate) desk_key: String,
    pub(crate) stamp: String,
    /// What is wrong with the form as a whole.
    pub(crate) problem: Option<String>,
    pub(crate) fields: Fields,
    /// The key to which a message is encrypted.
    pub(crate) key: Option<key::FormKey>,
}

/// The desks that have a form.
async fn desks(web: &Web) -> Result<Vec<Desk>, Failure> {
    Ok(desk::all(&web.ledger).await?.iter().filter(|desk| desk.has_form).cloned().collect())
}

async fn form(web: &Web, reader: &Reader, desk: &Desk, fields: Fields) -> Result<ReportPage, Failure> {
    let may_copy = desk.acknowledges && !desk.address.is_empty();
    Ok(ReportPage {
        plain: Plain::of(web, reader, "report-title"),
        key: key::FormKey::of(web, desk).await?,
        desk: desk.name.get(reader.language).to_owned(),
        desk_key: desk.key.clone(),
        stamp: stamp::stamp(&web.team_key, "report", web.ledger.now()),
        problem: None,
        fields: Fields { may_copy, ..fields.at(desk) },
    })
}

/// `GET /report`, or `?desk=`
pub(crate) async fn get(State(web): State<Shared>, reader: Reader, parameters: Parameters) -> Result<Response, Failure> {
    parameters.only(&["desk"])?;
    let desks = desks(&web).await?;
    let (words, zone) = (Words::of(reader.language), web.reckoning.zone.name());
    let desk = match (parameters.get("desk"), desks.as_slice()) {
        (_, []) => return Err(Failure::Missing),
        (Some(key), _) => desks.iter().find(|desk| desk.key == key).ok_or(Failure::Missing)?,
        (None, [only]) => only,
        (None, _) => {
            let desks = desks.iter().map(|desk| (desk.key.clone(), desk.name.get(reader.language).to_owned())).collect();
            return page::show(&ChoicePage { plain: Plain::of(&web, &reader, "report-title"), desks });
        }
    };
    let empty = Submission { zone: zone.into(), ..Submission::default() };
    page::show(&form(&web, &reader, desk, Fields::new(empty, zone, words, Vec::new())).await?)
}

/// `POST /report`
pub(crate) async fn post(State(web): State<Shared>, Extension(rates): Extension<Arc<Rates>>, reader: Reader, request: Request) -> Result<Response, Failure> {
    rate::hold(&rates.forms, &web, request.headers(), request.extensions())?;
    let sent = Upload::read(&web, request).await?;
    let (words, zone) = (Words::of(reader.language), web.reckoning.zone.name());
    let desks = desks(&web).await?;
    let desk = desks.iter().find(|desk| desk.key == sent.get("desk")).ok_or(Failure::Missing)?;
    let submission = submission(&sent, &desk.key, reader.language);
    let stamped = stamp::read(&web.team_key, "report", sent.get("stamp"), web.ledger.now());
    let mut problems = submission.problems(sent.files.len(), web.ledger.now());
    problems.extend(submission.label(desk, &Actor::Anonymous).err());
    let nonce = match (trapped(&sent, stamped, words), stamped) {
        (None, Ok(nonce)) if problems.is_empty() => nonce,
        (problem, _) => {
            let mut page = form(&web, &reader, desk, Fields::new(submission, zone, words, problems)).await?;
            // A form that comes too fast is sent once more as it is.
            if stamped.is_ok() || stamped == Err(Wrong::Fast) {
                page.stamp = sent.get("stamp").to_owned();
            }
            page.problem = problem.or_else(|| again(&sent, words));
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page::show(&page)?).into_response());
        }
    };
    let once = once(&nonce, &submission, &sent);
    let entry = Entry { channel: Channel::Form, submission, files: sent.files, to: To::Desk(desk.clone()), once: Some(once), token: None };
    let receipt = keep(&web, &Actor::Anonymous, entry).await?;
    Ok(Redirect::to(&format!("/status/{}?received=1", web.marks.status_token(receipt.thread.0))).into_response())
}

/// Tells the same form, sent twice by two clicks, and lets one that was changed in between be another.
pub(crate) fn once(nonce: &[u8], submission: &Submission, sent: &Upload) -> [u8; 32] {
    let (one, other) = (digest::of(nonce), mailroom::digest(submission, &sent.files));
    let mut once = [0; 32];
    once.iter_mut().zip(one.iter().chain(&other)).for_each(|(to, from)| *to = *from);
    once
}

/// Why a form looks as if no person had filled it in. It is shown again with all that was typed: a person sends it once more.
pub(crate) fn trapped(sent: &Upload, stamped: Result<[u8; 16], Wrong>, words: Words) -> Option<String> {
    if !sent.get("website").is_empty() {
        return Some(words.say("report-trap"));
    }
    stamped.err().map(|wrong| words.say(if wrong == Wrong::Fast { "report-fast" } else { "report-old" }))
}

/// Files do not come back with a form.
pub(crate) fn again(sent: &Upload, words: Words) -> Option<String> {
    let files = i64::try_from(sent.files.len()).unwrap_or(i64::MAX);
    Some(if files == 0 { words.say("report-again") } else { words.count("report-again-files", files) })
}

/// Keeps a submission, then reads and places it. Once it is kept nothing loses it: what cannot be read now is read by the job.
pub(crate) async fn keep(web: &Web, actor: &Actor, entry: Entry) -> Result<Receipt, Failure> {
    let mut receipt = mailroom::keep(&web.ledger, actor, &web.marks, &web.reckoning.zone, entry).await?;
    if let Some(incoming) = receipt.incoming.take()
        && let Err(error) = web.intake(Actor::Platform).read_letters(vec![(receipt.kept, incoming)], &mut Silent).await
    {
        tracing::error!(letter = receipt.kept.id.0, %error, "what came by a form is kept and will be read later");
    }
    Ok(receipt)
}
