//! `GET` and `POST /intake/new`: what staff enter by hand of faxes, calls, and inquiries that turn out to be reports.

use super::report::{Choice, Fields, keep, submission};
use crate::{
    failure::Failure,
    page::{self, Desk, Page},
    query::Parameters,
    reader::Person,
    upload::Upload,
    web::{Shared, Web},
    words::Words,
};
use askama::Template;
use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use noroshi_feeds::{
    defang::defang,
    extract::{self, Item},
    time,
};
use noroshi_kernel::id::ThreadId;
use noroshi_mailroom::{
    correspondence::{Channel, Kind},
    desk,
    form::{Entry, Submission, To},
    thread::{self, Letter},
};
use noroshi_post::letter;

/// How it came, as far as staff enter it.
const CHANNELS: [Channel; 2] = [Channel::Telephone, Channel::Fax];

/// Entering a report.
#[derive(Template)]
#[template(path = "intake.html")]
pub(crate) struct IntakePage {
    pub(crate) page: Page,
    pub(crate) fields: Fields,
    pub(crate) channels: Vec<Choice>,
    pub(crate) desks: Vec<Choice>,
    /// When it came, as it was typed.
    pub(crate) received: String,
    /// The inquiry of which a report is made, with its number.
    pub(crate) inquiry: Option<(String, String)>,
    /// The number and the status link of what was entered just now.
    pub(crate) made: Option<(String, String)>,
    pub(crate) problem: bool,
}

struct Typed<'a> {
    values: Submission,
    channel: &'a str,
    received: String,
    thread: Option<ThreadId>,
}

async fn view(web: &Web, person: &Person, typed: Typed<'_>, problems: Vec<noroshi_mailroom::form::Problem>) -> Result<IntakePage, Failure> {
    let words = Words::of(person.reader.language);
    let inquiry = match typed.thread {
        Some(thread) => Some((thread.to_string(), thread::open(&web.ledger, &person.actor, thread).await?.number().to_owned())),
        None => None,
    };
    let channels = CHANNELS.map(|one| Choice { value: one.key().into(), label: words.channel(one.key()), selected: one.key() == typed.channel });
    let desks = desk::all(&web.ledger).await?;
    let desk = |desk: &desk::Desk| Choice { value: desk.key.clone(), label: words.pick(&desk.name), selected: desk.key == typed.values.desk };
    let desks = desks.iter().map(desk).collect();
    let title = words.say(if inquiry.is_some() { "intake-inquiry-title" } else { "intake-title" });
    Ok(IntakePage {
        page: Page::of(web, person, Desk::Inbox, title.clone()).await?.step(title),
        problem: !problems.is_empty(),
        fields: Fields::new(typed.values, web.reckoning.zone.name(), words, problems).by_staff(),
        channels: channels.into(),
        desks,
        received: typed.received,
        inquiry,
        made: None,
    })
}

/// `GET /intake/new`, `?thread=` of an inquiry, or `?made=` of what was entered just now
pub(crate) async fn get(State(web): State<Shared>, person: Person, parameters: Parameters) -> Result<Response, Failure> {
    parameters.only(&["thread", "made"])?;
    let zone = &web.reckoning.zone;
    let thread = parameters.parsed::<i64>("thread")?.map(ThreadId);
    let made = parameters.parsed::<i64>("made")?.map(ThreadId);
    let mut values = Submission { zone: zone.name().into(), ..Submission::default() };
    if let Some(thread) = thread {
        let (first, _) = inquiry(&web, &person, thread).await?;
        values.targets = named(&web, &first).await?;
    }
    let received = zone.minute(web.ledger.now()).replace(' ', "T");
    let mut page = view(&web, &person, Typed { values, channel: "telephone", received, thread }, Vec::new()).await?;
    if let Some(thread) = made {
        // Only what its maker may see.
        let found = thread::open(&web.ledger, &person.actor, thread).await?;
        page.made = Some((found.number().to_owned(), format!("{}status/{}", web.base, web.marks.status_token(thread.0))));
    }
    page::show(&page)
}

/// The things that a letter names, one to a line, to begin with.
async fn named(web: &Web, line: &thread::Line) -> Result<String, Failure> {
    /// More than this a person does not look through.
    const MOST: usize = 20;
    let (blobs, raw) = (web.ledger.blobs().clone(), line.raw.clone());
    let read = tokio::task::spawn_blocking(move || blobs.read_part(&raw.sha256, raw.offset, raw.length)).await;
    let bytes = read.map_err(|error| Failure::Internal(Box::new(error)))??;
    let Ok(letter) = letter::read(&bytes) else { return Ok(String::new()) };
    let texts: Vec<String> = letter.texts().filter_map(|part| part.text().map(std::borrow::Cow::into_owned)).collect();
    let shown = |found: extract::Found| match found.item {
        Item::Url(url) => Some(defang(&url.url)),
        Item::Address(address, _) => Some(address.to_string()),
        Item::Host(host) => Some(host.to_string()),
        _ => None,
    };
    let mut named: Vec<String> = Vec::new();
    for one in extract::items(&texts.join("\n")).into_iter().filter_map(shown) {
        if named.len() < MOST && !named.contains(&one) {
            named.push(one);
        }
    }
    Ok(named.join("\n"))
}

/// The first letter of a thread in which nothing was reported yet.
async fn inquiry(web: &Web, person: &Person, thread: ThreadId) -> Result<(thread::Line, thread::Thread), Failure> {
    let found = thread::open(&web.ledger, &person.actor, thread).await?;
    let letters = thread::letters(&web.ledger, thread, 200).await?;
    let first = letters.into_iter().find_map(|letter| match letter {
        Letter::In(line) if line.kind == Kind::Inquiry => Some(line),
        _ => None,
    });
    Ok((first.ok_or(Failure::Missing)?, found))
}

/// `POST /intake/new`
pub(crate) async fn post(State(web): State<Shared>, person: Person, request: Request) -> Result<Response, Failure> {
    let sent = Upload::of_person(&web, &person, request).await?;
    let desks = desk::all(&web.ledger).await?;
    let thread = match sent.get("thread") {
        "" => None,
        text => Some(ThreadId(text.parse().map_err(|_| Failure::Missing)?)),
    };
    let mut values = submission(&sent, sent.get("desk"), person.reader.language);
    let received = sent.text("received");
    if thread.is_none() {
        values.received = time::in_zone(received.trim(), &web.reckoning.zone).map_or_else(|| "?".into(), noroshi_kernel::moment::Moment::rfc3339);
    }
    let problems = values.problems(sent.files.len(), web.ledger.now());
    if !problems.is_empty() {
        values.received.clear();
        let page = view(&web, &person, Typed { values, channel: sent.get("channel"), received, thread }, problems).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page::show(&page)?).into_response());
    }
    if let Some(thread) = thread {
        let (first, _) = inquiry(&web, &person, thread).await?;
        let number = web.intake(person.actor.clone()).report_inquiry(first.id, thread, &values).await?;
        let to = number.map_or_else(|| "/incidents?state=new".to_owned(), |number| format!("/incidents/{number}"));
        return Ok(Redirect::to(&to).into_response());
    }
    let wrong = |name: &str| Failure::Field { name: name.into(), value: sent.get(name).into() };
    let channel = CHANNELS.into_iter().find(|channel| channel.key() == sent.get("channel")).ok_or_else(|| wrong("channel"))?;
    let desk = desks.get(sent.get("desk")).cloned().ok_or_else(|| wrong("desk"))?;
    let entry = Entry { channel, submission: values, files: sent.files, to: To::Desk(desk), once: None, token: None };
    let receipt = keep(&web, &person.actor, entry).await?;
    Ok(Redirect::to(&format!("/intake/new?made={}", receipt.thread)).into_response())
}
