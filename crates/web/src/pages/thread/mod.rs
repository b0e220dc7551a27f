//! `GET /threads/{id}`: one thread, every letter in and out, what it is about, and what is next.

pub(crate) mod act;
pub(crate) mod reply;
mod timeline;

pub(crate) use timeline::{Entry, Recipient, address};

use super::{
    inbox::{self, own},
    incident,
};
use crate::{
    failure::Failure,
    links,
    page::{self, Desk, Page},
    pages::letter::reading::shown,
    reader::Person,
    times::Time,
    web::Shared,
    words::Words,
};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use noroshi_incident::{
    model::{Number, State as CaseState},
    service,
};
use noroshi_kernel::{access::Action, id::ThreadId, tlp::Tlp};
use noroshi_mailroom::{
    correspondence::Kind,
    desk::{self, Desk as IntakeDesk},
    gist::AskedBy,
    thread::{self, Letter, State as Standing, Thread},
};

/// The letters that a thread shows, in and out.
const MOST_LETTERS: u32 = 200;

/// One thread.
#[derive(Template)]
#[template(path = "thread.html")]
pub(crate) struct ThreadPage {
    pub(crate) page: Page,
    pub(crate) id: i64,
    pub(crate) number: String,
    pub(crate) code: String,
    pub(crate) state_key: &'static str,
    pub(crate) state: String,
    pub(crate) tlp: &'static str,
    /// Where the label comes from, when it is not the usual one.
    pub(crate) tlp_from: Option<String>,
    pub(crate) desk: String,
    pub(crate) desk_key: String,
    pub(crate) owner: Option<String>,
    pub(crate) is_mine: bool,
    pub(crate) is_done: bool,
    pub(crate) letters: i64,
    pub(crate) opened: Time,
    pub(crate) last: Time,
    pub(crate) entries: Vec<Entry>,
    pub(crate) parties: Vec<(String, String)>,
    pub(crate) case: Option<CaseBox>,
    /// What is next, in a sentence.
    pub(crate) next: String,
    /// Whether the reader may make a report of it: it asks something, and is about no case yet.
    pub(crate) reports: bool,
    pub(crate) may_write: bool,
    /// The other desks: key and name.
    pub(crate) desks: Vec<(String, String)>,
}

/// The case that a thread is about.
pub(crate) struct CaseBox {
    pub(crate) number: String,
    /// What it is, when the reader may know.
    pub(crate) about: Option<CaseAbout>,
}

/// What a case is, how it stands, what is next.
pub(crate) struct CaseAbout {
    pub(crate) title: String,
    pub(crate) state_key: &'static str,
    pub(crate) state: String,
    pub(crate) next: String,
}

/// The thread in an address.
pub(crate) fn id(text: &str) -> Result<ThreadId, Failure> {
    Ok(ThreadId(text.parse().map_err(|_| Failure::Missing)?))
}

/// The number of an incident that somebody typed.
fn number(text: &str) -> Result<Number, Failure> {
    let trimmed = text.trim().trim_start_matches('#');
    trimmed.parse().map_err(|_| Failure::Field { name: "number".into(), value: noroshi_kernel::setaside::printable(trimmed, 40) })
}

/// `GET /threads/{id}`
pub(crate) async fn get(State(web): State<Shared>, person: Person, Path(text): Path<String>) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    let thread = thread::open(&web.ledger, &person.actor, id(&text)?).await?;
    let letters = thread::letters(&web.ledger, thread.id, MOST_LETTERS).await?;
    let desks = desk::all(&web.ledger).await?;
    let staff = inbox::staff(&web).await?;
    let may_write = person.actor.may(Action::WriteLetters, &thread.label);
    let timeline = timeline::Timeline { web: &web, person: &person, words, desks: &desks, may_write };
    let entries = timeline.entries(&thread, &letters).await?;
    let case = match &thread.case {
        Some(case) => Some(case_box(&web, &person, &case.number, words).await?),
        None => None,
    };
    let desk_name = desks.get(&thread.desk).map(|desk| words.pick(&desk.name)).unwrap_or_default();
    let parties = thread::parties(&web.ledger, thread.id).await?;
    let title = inbox::subject(&thread.subject, words);
    let page =
        Page::of(&web, &person, Desk::Inbox, title).await?.step_to(desk_name.clone(), format!("/inbox/{}", thread.desk)).step(format!("#{}", thread.number()));
    let time = |at| Time::of(at, web.ledger.now(), &web.reckoning.zone, words);
    let has_come = letters.iter().any(|letter| matches!(letter, Letter::In(_)));
    let is_inquiry = letters.iter().any(|letter| matches!(letter, Letter::In(line) if line.kind == Kind::Inquiry));
    page::show(&ThreadPage {
        page,
        reports: is_inquiry && thread.case.is_none() && person.actor.can(Action::Import),
        id: thread.id.0,
        number: thread.number().to_owned(),
        state_key: thread.state.key(),
        state: words.thread_state(thread.state),
        tlp: thread.label.tlp.marking(),
        tlp_from: tlp_from(&thread, desks.get(&thread.desk)).map(|from| words.say(&format!("thread-tlp-{from}"))),
        desk: desk_name,
        desk_key: thread.desk.clone(),
        is_mine: thread.owner.is_some() && thread.owner == own(&person.actor),
        owner: thread.owner.and_then(|owner| staff.get(&owner).cloned()),
        is_done: thread.state == Standing::Done,
        letters: i64::try_from(letters.len()).unwrap_or(i64::MAX),
        opened: time(thread.opened_at),
        last: time(thread.last_at),
        entries,
        parties: parties.into_iter().map(|party| (links::harmless(&shown(&party.name)), address(&party.address, words))).collect(),
        case,
        next: words.say(match thread.state {
            Standing::New => "thread-next-new",
            Standing::Open if has_come => "thread-next-open",
            Standing::Open => "thread-next-begun",
            Standing::Answered => "thread-next-answered",
            Standing::Done => "thread-next-done",
        }),
        may_write,
        desks: desks.iter().filter(|desk| desk.key != thread.desk).map(|desk| (desk.key.clone(), words.pick(&desk.name))).collect(),
        code: thread.code,
    })
}

/// Where a label comes from that is not the usual one, by the end of its key: its desk, a sender of the thread's, its case.
fn tlp_from<'t>(thread: &'t Thread, desk: Option<&IntakeDesk>) -> Option<&'t str> {
    let tlp = thread.label.tlp;
    let asked = thread.asked.as_ref().filter(|(asked, _)| *asked == tlp).map(|(_, by)| by.as_str());
    let asked = asked.filter(|by| AskedBy::ALL.into_iter().any(|known| known.key() == *by));
    match () {
        () if tlp == Tlp::default() => None,
        () if desk.is_some_and(|desk| desk.tlp == tlp) => Some("desk"),
        () => asked.or_else(|| thread.case.as_ref().map(|_| "case")),
    }
}

/// What a case is. One that the reader may not see is named by its number alone, which the letters bear.
async fn case_box(web: &Shared, person: &Person, number: &str, words: Words) -> Result<CaseBox, Failure> {
    let detail = match number.parse::<Number>() {
        Ok(parsed) => service::view(&web.ledger, &person.actor, parsed).await.ok(),
        Err(_) => None,
    };
    let about = detail.map(|detail| CaseAbout {
        title: incident::title(&detail, words),
        state_key: detail.incident.state.key(),
        state: words.state(detail.incident.state),
        next: words.say(match detail.incident.state {
            CaseState::New => "next-new",
            CaseState::Coordinating => "next-coordinating",
            CaseState::Closed => "next-closed",
        }),
    });
    Ok(CaseBox { number: number.to_owned(), about })
}
