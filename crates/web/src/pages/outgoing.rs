//! `GET /outgoing`: letters of ours: what waits and why, what was refused or came back, what went.

use super::{inbox, onward, thread::Recipient};
use crate::{
    done::Done,
    failure::Failure,
    links,
    page::{self, Desk, Page},
    query::Parameters,
    reader::Person,
    sent::Fields,
    times::Time,
    web::{Shared, Web},
    words::Words,
};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use noroshi_document::number;
use noroshi_kernel::{access::Action, id::OutgoingId};
use noroshi_ledger::queue::KeyedState;
use noroshi_mailroom::outgoing::{self, Sent, State as Standing};

use super::inbox::Choice;

const PER_PAGE: u32 = 50;
/// The highest page that is looked up.
const MOST_PAGES: u32 = 1_000_000;

/// The letters of ours.
#[derive(Template)]
#[template(path = "outgoing.html")]
pub(crate) struct OutgoingPage {
    pub(crate) page: Page,
    pub(crate) count: i64,
    pub(crate) grouped: String,
    pub(crate) states: Vec<Choice>,
    pub(crate) state: Option<&'static str>,
    pub(crate) q: String,
    pub(crate) rows: Vec<Row>,
    /// What to do when nothing is there.
    pub(crate) empty: String,
    pub(crate) may_write: bool,
    /// Whether letters go out at all.
    pub(crate) sends: bool,
    pub(crate) here: String,
    pub(crate) previous: Option<String>,
    pub(crate) next: Option<String>,
}

/// A letter of ours.
pub(crate) struct Row {
    pub(crate) id: i64,
    pub(crate) state_key: &'static str,
    pub(crate) state: String,
    pub(crate) subject: String,
    pub(crate) author: String,
    pub(crate) written: Time,
    pub(crate) recipients: Vec<Recipient>,
    /// Whether it still waits, so that it can be taken back.
    pub(crate) waits: bool,
    /// Why it waits, as the queue says.
    pub(crate) why: Option<String>,
    /// When it is tried next.
    pub(crate) next: Option<String>,
    /// Whether the queue gave it up.
    pub(crate) is_dead: bool,
    pub(crate) attempts: i64,
}

impl Row {
    /// A letter, by what the queue knows of its way.
    pub(crate) fn of(letter: &Sent, ways: &[KeyedState], web: &Web, words: Words) -> Self {
        let key = letter.id.to_string();
        let waits = letter.state == Standing::Queued;
        let way = ways.iter().rfind(|way| waits && way.key == key);
        let time = |at| Time::of(at, web.ledger.now(), &web.reckoning.zone, words);
        let is_dead = way.is_some_and(|way| way.is_dead);
        let why = way.and_then(|way| way.why.as_ref()).map(|why| links::harmless_quotes(why.get(words.language)));
        Self {
            id: letter.id.0,
            state_key: if is_dead { "refused" } else { letter.state.key() },
            state: if is_dead { words.say("sent-given-up") } else { words.outgoing_state(letter.state) },
            subject: inbox::subject(&letter.subject, words),
            author: letter.author.clone(),
            written: time(letter.written_at),
            recipients: letter.recipients.iter().map(|one| Recipient::of(one, web, words)).collect(),
            waits,
            why: why.or_else(|| (waits && !web.sends).then(|| words.say("outgoing-no-relay"))),
            next: way.filter(|way| !way.is_dead && web.sends).map(|way| time(way.due_at).shown()),
            is_dead,
            attempts: way.map_or(0, |way| way.attempts),
        }
    }
}

/// `GET /outgoing`
pub(crate) async fn get(State(web): State<Shared>, person: Person, parameters: Parameters) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    parameters.only(&["state", "q", "page"])?;
    let state = match parameters.get("state") {
        Some(key) => {
            let wrong = || Failure::Parameter { name: "state".into(), value: key.into() };
            Some(Standing::ALL.into_iter().find(|state| state.key() == key).ok_or_else(wrong)?)
        }
        None => None,
    };
    let page: u32 = parameters.parsed("page")?.unwrap_or(1).clamp(1, MOST_PAGES);
    let skip = (page - 1).saturating_mul(PER_PAGE);
    let q: String = parameters.get("q").unwrap_or_default().chars().take(200).collect();
    let which = outgoing::Which { state, words: (!q.trim().is_empty()).then(|| links::refanged(&q)) };
    let letters = outgoing::list(&web.ledger, &person.actor, &which, skip, PER_PAGE).await?;
    let count = outgoing::count(&web.ledger, &person.actor, &which).await?;
    let waiting: Vec<OutgoingId> = letters.iter().filter(|letter| letter.state == Standing::Queued).map(|letter| letter.id).collect();
    let ways = outgoing::ways(&web.ledger, &waiting).await?;
    let href = |state: Option<Standing>| {
        let href = state.map_or_else(|| "/outgoing".to_owned(), |state| links::with("/outgoing", "state", state.key()));
        if q.is_empty() { href } else { links::with(&href, "q", &q) }
    };
    let turn = |to: u32| links::with(&href(state), "page", &to.to_string());
    let all = std::iter::once(None).chain(Standing::ALL.map(Some));
    let choice = |one: Option<Standing>| Choice {
        name: one.map_or_else(|| words.say("filter-any"), |one| words.outgoing_state(one)),
        href: href(one),
        chosen: one == state,
    };
    page::show(&OutgoingPage {
        page: Page::of(&web, &person, Desk::Outgoing, words.say("desk-outgoing")).await?,
        count,
        grouped: number::grouped(count),
        states: all.map(choice).collect(),
        rows: letters.iter().map(|letter| Row::of(letter, &ways, &web, words)).collect(),
        empty: words.say(match (q.is_empty(), state) {
            (false, _) => "outgoing-no-match",
            (true, Some(_)) => "outgoing-none-found",
            (true, None) => "outgoing-none",
        }),
        sends: web.sends,
        may_write: person.actor.can(Action::WriteLetters),
        here: links::local(&person.reader.here).unwrap_or("/outgoing").to_owned(),
        previous: (page > 1).then(|| turn(page - 1)),
        next: (i64::from(skip) + i64::from(PER_PAGE) < count).then(|| turn(page + 1)),
        state: state.map(Standing::key),
        q: q.clone(),
    })
}

pub(crate) fn id(text: &str) -> Result<OutgoingId, Failure> {
    Ok(OutgoingId(text.parse().map_err(|_| Failure::Missing)?))
}

fn back(sent: &Fields) -> String {
    let to = links::local(sent.field("to")).filter(|to| *to == "/outgoing" || to.starts_with("/outgoing?") || to.starts_with("/threads/"));
    to.unwrap_or("/outgoing").to_owned()
}

/// `POST /outgoing/{id}/withdraw`
pub(crate) async fn withdraw(State(web): State<Shared>, person: Person, Path(text): Path<String>, sent: Fields) -> Result<Response, Failure> {
    let work = web.ledger.begin().await?;
    outgoing::withdraw(&work, &person.actor, id(&text)?).await?;
    work.commit().await?;
    Ok(onward(&web, &back(&sent), Done::Withdrawn))
}

/// `POST /outgoing/{id}/again`
pub(crate) async fn again(State(web): State<Shared>, person: Person, Path(text): Path<String>, sent: Fields) -> Result<Response, Failure> {
    let work = web.ledger.begin().await?;
    outgoing::again(&work, &person.actor, id(&text)?).await?;
    work.commit().await?;
    Ok(onward(&web, &back(&sent), Done::SentAgain))
}
