//! `GET /inbox` and `/inbox/{desk}`: the threads of the intake desks, those that wait for a person first.

use crate::{
    failure::Failure,
    links,
    page::{self, Desk, Page},
    pages::{letter::reading::shown, thread::address},
    query::Parameters,
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
use noroshi_directory::account;
use noroshi_document::number;
use noroshi_kernel::{
    access::{Action, Actor},
    id::AccountId,
    tlp::Tlp,
};
use noroshi_mailroom::{
    desk::{self, Desks},
    outgoing,
    thread::{self, Inbox, Item, State as Standing},
    tray,
};
use noroshi_post::threading;
use std::collections::HashMap;
use unicode_normalization::UnicodeNormalization as _;

const PER_PAGE: u32 = 50;
/// The highest page that is looked up.
const MOST_PAGES: u32 = 1_000_000;

/// An inbox.
#[derive(Template)]
#[template(path = "inbox.html")]
pub(crate) struct InboxPage {
    pub(crate) page: Page,
    /// The address without parameters.
    pub(crate) action: String,
    pub(crate) count: i64,
    pub(crate) grouped: String,
    pub(crate) states: Vec<Choice>,
    /// The state filter after this one, round and round.
    pub(crate) next_state: String,
    pub(crate) mine: Choice,
    pub(crate) state: Option<&'static str>,
    pub(crate) q: String,
    pub(crate) rows: Vec<ThreadRow>,
    /// Whether desks are told apart.
    pub(crate) all_desks: bool,
    /// What to do when nothing is there.
    pub(crate) empty: String,
    /// Whether an administrator must give the desks addresses first.
    pub(crate) no_addresses: bool,
    /// Whether the reader may change desks.
    pub(crate) changes_desks: bool,
    pub(crate) may_write: bool,
    /// How many letters of ours wait to be sent.
    pub(crate) outgoing: i64,
    /// How many inputs lie in the tray, for whoever may look there.
    pub(crate) tray: Option<i64>,
    /// Whether the reader may enter what came by fax or telephone.
    pub(crate) enters: bool,
    /// Where an action on a row leads back to.
    pub(crate) here: String,
    pub(crate) previous: Option<String>,
    pub(crate) next: Option<String>,
}

/// A filter to choose.
pub(crate) struct Choice {
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) chosen: bool,
}

/// A thread in an inbox.
pub(crate) struct ThreadRow {
    pub(crate) id: i64,
    pub(crate) state_key: &'static str,
    pub(crate) state: String,
    pub(crate) desk: String,
    pub(crate) subject: String,
    /// The case's number, or the code.
    pub(crate) number: String,
    pub(crate) from: String,
    /// The sender's address, where the name would be taken for another one.
    pub(crate) address: Option<String>,
    /// What asks for care: a number that is quoted, a sender who looks like another one.
    pub(crate) warnings: Vec<String>,
    pub(crate) owner: String,
    pub(crate) is_mine: bool,
    pub(crate) is_done: bool,
    pub(crate) letters: String,
    pub(crate) last: Time,
    /// Whether something in it could not be opened, and whether a signature is broken.
    pub(crate) is_unopened: bool,
    pub(crate) is_broken: bool,
    /// Its label, unless it is the usual one.
    pub(crate) tlp: Option<&'static str>,
}

/// The names of the staff by their accounts.
pub(crate) async fn staff(web: &Web) -> Result<HashMap<AccountId, String>, Failure> {
    Ok(account::all(&web.ledger).await?.into_iter().map(|account| (account.id, account.display_name)).collect())
}

/// The account of who asks.
pub(crate) const fn own(actor: &Actor) -> Option<AccountId> {
    if let Actor::Account { id, .. } = actor { Some(*id) } else { None }
}

impl ThreadRow {
    pub(crate) fn of(item: Item, web: &Web, words: Words, desks: &Desks, staff: &HashMap<AccountId, String>, own: Option<AccountId>) -> Self {
        let (from, own_address) = sender(&item, words);
        let thread = item.thread;
        let marks = [(item.looks_like, "mark-looks-like"), (threading::imitates(&item.from_address), "mark-imitates"), (item.quotes, "mark-quotes")];
        Self {
            id: thread.id.0,
            state_key: thread.state.key(),
            state: words.thread_state(thread.state),
            desk: desks.get(&thread.desk).map(|desk| words.pick(&desk.name)).unwrap_or_default(),
            number: thread.number().to_owned(),
            subject: subject(&thread.subject, words),
            from,
            address: own_address,
            warnings: marks.into_iter().filter(|(holds, _)| *holds).map(|(_, key)| words.say(key)).collect(),
            is_mine: thread.owner.is_some() && thread.owner == own,
            is_done: thread.state == Standing::Done,
            owner: thread.owner.and_then(|owner| staff.get(&owner).cloned()).unwrap_or_default(),
            letters: number::grouped(item.letters),
            is_unopened: item.is_unopened,
            is_broken: item.is_broken,
            last: Time::of(thread.last_at, web.ledger.now(), &web.reckoning.zone, words),
            tlp: (thread.label.tlp != Tlp::default()).then(|| thread.label.tlp.marking()),
        }
    }
}

/// Who wrote, and beside the name the address when the name could be taken for one: names are the sender's choice.
fn sender(item: &Item, words: Words) -> (String, Option<String>) {
    let (name, own) = (item.from_name.trim(), item.from_address.trim());
    let shown_address = || links::harmless(&address(own, words));
    match (name.is_empty(), own.is_empty()) {
        (true, true) => (words.say("no-sender"), None),
        (true, false) => (shown_address(), None),
        (false, true) => (links::harmless(&shown(name)), None),
        (false, false) if name.eq_ignore_ascii_case(own) => (shown_address(), None),
        (false, false) => (links::harmless(&shown(name)), speaks_of_an_address(name).then(shown_address)),
    }
}

/// Whether a name holds what may be taken for an address or for a host.
fn speaks_of_an_address(name: &str) -> bool {
    let folded: String = name.chars().take(500).nfkc().collect();
    let is_host = |word: &str| {
        let word = word.trim_matches(|one: char| !one.is_alphanumeric());
        let top = word.rsplit('.').next().unwrap_or_default();
        word.contains('.') && word.split('.').all(|label| !label.is_empty()) && top.chars().count() > 1 && top.chars().all(char::is_alphabetic)
    };
    folded.contains('@') || folded.split_whitespace().any(is_host)
}

/// A subject as it is shown; a letter without one still has a name.
pub(crate) fn subject(subject: &str, words: Words) -> String {
    if subject.trim().is_empty() { words.say("no-subject") } else { links::harmless(subject) }
}

/// `GET /inbox`
pub(crate) async fn get(State(web): State<Shared>, person: Person, parameters: Parameters) -> Result<Response, Failure> {
    show(&web, &person, &parameters, None).await
}

/// `GET /inbox/{desk}`
pub(crate) async fn of_desk(State(web): State<Shared>, person: Person, Path(desk): Path<String>, parameters: Parameters) -> Result<Response, Failure> {
    show(&web, &person, &parameters, Some(desk)).await
}

/// The parameters of an inbox, as they stand in its address.
struct Asked {
    action: String,
    q: String,
}

impl Asked {
    fn href(&self, state: Option<Standing>, mine: bool) -> String {
        let mut href = self.action.clone();
        if let Some(state) = state {
            href = links::with(&href, "state", state.key());
        }
        if mine {
            href = links::with(&href, "mine", "1");
        }
        if self.q.is_empty() { href } else { links::with(&href, "q", &self.q) }
    }
}

async fn show(web: &Web, person: &Person, parameters: &Parameters, key: Option<String>) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    parameters.only(&["state", "mine", "q", "page"])?;
    let wrong = |name: &str| Failure::Parameter { name: name.into(), value: parameters.get(name).unwrap_or_default().into() };
    let state = match parameters.get("state") {
        Some(key) => Some(Standing::ALL.into_iter().find(|state| state.key() == key).ok_or_else(|| wrong("state"))?),
        None => None,
    };
    let mine = match parameters.get("mine") {
        Some("1") => true,
        Some(_) => return Err(wrong("mine")),
        None => false,
    };
    let number: u32 = parameters.parsed("page")?.unwrap_or(1).clamp(1, MOST_PAGES);
    let desks = desk::all(&web.ledger).await?;
    let desk = match &key {
        Some(key) => Some(desks.get(key).ok_or(Failure::Missing)?),
        None => None,
    };
    let q: String = parameters.get("q").unwrap_or_default().chars().take(200).collect();
    let asked = Asked { action: desk.map_or_else(|| "/inbox".into(), |desk| format!("/inbox/{}", desk.key)), q };
    let own = own(&person.actor);
    let inbox = Inbox { desk: key.clone(), state, owner: if mine { own } else { None }, words: (!asked.q.is_empty()).then(|| links::refanged(&asked.q)) };
    let skip = (number - 1).saturating_mul(PER_PAGE);
    let (items, count) = thread::inbox(&web.ledger, &person.actor, &inbox, skip, PER_PAGE).await?;
    let staff = staff(web).await?;
    let rows = items.into_iter().map(|item| ThreadRow::of(item, web, words, &desks, &staff, own)).collect();
    let round = [None, Some(Standing::New), Some(Standing::Open), Some(Standing::Answered), Some(Standing::Done)];
    let name = |state: Option<Standing>| state.map_or_else(|| words.say("inbox-undone"), |state| words.thread_state(state));
    let place = round.iter().position(|one| *one == state).unwrap_or(0);
    let after = round.get((place + 1) % round.len()).copied().flatten();
    let title = desk.map_or_else(|| words.say("desk-inbox"), |desk| words.pick(&desk.name));
    let page = Page::of(web, person, Desk::Inbox, title.clone()).await?.with_intake_desks(web, person, key.as_deref()).await?;
    let turn = |to: u32| links::with(&asked.href(state, mine), "page", &to.to_string());
    let narrowed = state.is_some() || mine || !asked.q.is_empty();
    page::show(&InboxPage {
        page: if desk.is_some() { page.step(title) } else { page },
        count,
        grouped: number::grouped(count),
        states: round.map(|one| Choice { name: name(one), href: asked.href(one, mine), chosen: one == state }).into(),
        next_state: asked.href(after, mine),
        mine: Choice { name: words.say("inbox-mine"), href: asked.href(state, !mine), chosen: mine },
        state: state.map(Standing::key),
        rows,
        all_desks: desk.is_none(),
        empty: words.say(if narrowed { "inbox-none-found" } else { "inbox-none" }),
        no_addresses: desks.iter().all(|desk| desk.address.is_empty()),
        changes_desks: person.actor.can(Action::ChangeDesks),
        may_write: person.actor.can(Action::WriteLetters),
        outgoing: outgoing::count(&web.ledger, &person.actor, &outgoing::State::Queued.into()).await?,
        tray: if person.actor.can(Action::ViewTray) { Some(tray::count(&web.ledger, &person.actor).await?) } else { None },
        enters: person.actor.can(Action::Import),
        here: links::local(&person.reader.here).unwrap_or("/inbox").to_owned(),
        previous: (number > 1).then(|| turn(number - 1)),
        next: (i64::from(skip) + i64::from(PER_PAGE) < count).then(|| turn(number + 1)),
        q: asked.q,
        action: asked.action,
    })
}
