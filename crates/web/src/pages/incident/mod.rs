//! `GET /incidents/{number}`: one incident, what happened, what it is, and what is next.

pub(crate) mod annotate;
pub(crate) mod close;
mod contacts;
pub(crate) mod coordinate;
mod facts;
pub(crate) mod letter;
mod next;
pub(crate) mod reclassify;
pub(crate) mod relabel;
pub(crate) mod reopen;
mod sights;
mod timeline;

pub(crate) use contacts::Suggestion;
pub(crate) use facts::Fact;
pub(crate) use next::Next;
pub(crate) use sights::Sight;
pub(crate) use timeline::Event;

use super::{inbox, onward};
use crate::{
    done::Done,
    failure::Failure,
    page::{self, Desk, Page},
    reader::Person,
    times::Time,
    web::{Shared, Web},
    words::Words,
};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use noroshi_directory::Origin;
use noroshi_feeds::defang::defang;
use noroshi_incident::{
    Detail,
    model::{Category, Number, TargetKind},
    service,
};
use noroshi_kernel::{access::Action, observable::Url};
use noroshi_ledger::audit;
use noroshi_mailroom::thread::{self, Thread};

/// The reports, and the other things, that the timeline shows.
const MOST_SHOWN: u32 = 200;
/// The threads that are listed beside it.
const MOST_THREADS: u32 = 20;

/// One incident.
#[derive(Template)]
#[template(path = "incident.html")]
pub(crate) struct IncidentPage {
    pub(crate) page: Page,
    pub(crate) number: String,
    pub(crate) state_key: &'static str,
    pub(crate) state: String,
    pub(crate) tlp: &'static str,
    pub(crate) category: String,
    /// The imitated brand's origin.
    pub(crate) origin: Option<String>,
    pub(crate) reports: i64,
    pub(crate) first: Time,
    pub(crate) last: Time,
    pub(crate) events: Vec<Event>,
    /// How many reports are not shown.
    pub(crate) not_shown: i64,
    pub(crate) facts: Vec<Fact>,
    /// What our own sensors saw, latest first.
    pub(crate) sights: Vec<Sight>,
    /// The forms, for whoever may change it.
    pub(crate) next: Option<Next>,
    /// The threads about it, for whoever may read letters.
    pub(crate) threads: Option<Vec<ThreadAbout>>,
    /// Addresses to write to, for whoever may write letters.
    pub(crate) suggestions: Option<Vec<Suggestion>>,
}

/// A thread about an incident.
pub(crate) struct ThreadAbout {
    pub(crate) id: i64,
    pub(crate) subject: String,
    pub(crate) state_key: &'static str,
    pub(crate) state: String,
    pub(crate) last: Time,
}

/// The number in an address.
fn number(text: &str) -> Result<Number, Failure> {
    text.parse().map_err(|_| Failure::Missing)
}

fn back(web: &Web, number: Number, done: Done) -> Response {
    onward(web, &format!("/incidents/{number}"), done)
}

/// `GET /incidents/{number}`
pub(crate) async fn get(State(web): State<Shared>, person: Person, Path(text): Path<String>) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    let detail = service::view(&web.ledger, &person.actor, number(&text)?).await?;
    if detail.incident.number != number(&text)? {
        return Ok(Redirect::to(&format!("/incidents/{}", detail.incident.number)).into_response());
    }
    let kin = service::kin(&web.ledger, &person.actor, &detail).await?;
    let incident = &detail.incident;
    let told = noroshi_incident::reports_of(&web.ledger, incident.id, person.actor.sight(), MOST_SHOWN).await?;
    let coordinations = noroshi_incident::coordinations_of(&web.ledger, incident.id).await?;
    let notes = noroshi_incident::notes_of(&web.ledger, incident.id).await?;
    let changes = audit::of_subject(&web.ledger, incident.id.0, MOST_SHOWN).await?;
    let next = if person.actor.may(Action::ChangeIncident, &incident.label) { Some(Next::of(&web, &detail, person.actor.sight(), words).await?) } else { None };
    let now = web.ledger.now();
    let time = |at| Time::of(at, now, &web.reckoning.zone, words);
    let about = |thread: Thread| ThreadAbout {
        id: thread.id.0,
        subject: inbox::subject(&thread.subject, words),
        state_key: thread.state.key(),
        state: words.thread_state(thread.state),
        last: time(thread.last_at),
    };
    let threads = if person.actor.can(Action::ViewLetters) {
        Some(thread::about(&web.ledger, &person.actor, incident.id.0, MOST_THREADS).await?.into_iter().map(about).collect())
    } else {
        None
    };
    let writes = person.actor.may(Action::WriteLetters, &incident.label);
    let suggestions = if writes { Some(contacts::suggestions(&web, &person, &detail, words).await?) } else { None };
    let title = title(&detail, words);
    let page = Page::of(&web, &person, Desk::Incidents, title).await?.step(words.category(incident.category)).step(format!("#{}", incident.number));
    let timeline = timeline::Timeline { words, zone: &web.reckoning.zone, now, opens_raw: person.actor.can(Action::ViewTray) };
    page::show(&IncidentPage {
        page,
        number: incident.number.to_string(),
        state_key: incident.state.key(),
        state: words.state(incident.state),
        tlp: incident.label.tlp.marking(),
        category: words.category(incident.category),
        origin: (incident.category == Category::Phishing && detail.origin != Origin::Unknown)
            .then(|| words.say(&format!("brand-origin-{}", detail.origin.key()))),
        reports: detail.report_count,
        first: time(incident.first_report_at),
        last: time(incident.last_report_at),
        not_shown: detail.report_count - i64::try_from(told.len()).unwrap_or(0),
        events: timeline.events(&told, &coordinations, &notes, &changes),
        facts: facts::facts(&detail, &kin, words),
        sights: sights::sights(&web, &person, incident, words).await?,
        next,
        threads,
        suggestions,
    })
}

/// What it is, in words: `例示銀行を装うフィッシングサイト — login.example[.]test`.
pub(crate) fn title(detail: &Detail, words: Words) -> String {
    let target = &detail.incident.target;
    let host = (target.kind == TargetKind::Url).then(|| target.text.parse::<Url>().ok()).flatten().and_then(|url| url.host().map(str::to_owned));
    let place = defang(&host.unwrap_or_else(|| target.text.clone()));
    let brand = detail.brand.as_ref().map(|brand| words.pick(brand)).or_else(|| detail.brand_written.clone());
    match brand.filter(|_| detail.incident.category == Category::Phishing) {
        Some(brand) => words.with("incident-title-imitates", &[("brand", brand.into()), ("place", place.into())]),
        None => words.with("incident-title", &[("category", words.category(detail.incident.category).into()), ("place", place.into())]),
    }
}
