//! `GET /keys`: the OpenPGP keys of the team and of everybody else.

pub(crate) mod act;
pub(crate) mod import;
pub(crate) mod make;
mod shown;
pub(crate) mod view;

pub(crate) use shown::{Mark, Shown};
pub(crate) use view::key_file;

use super::onward;
use crate::{
    failure::Failure,
    links,
    page::{self, Desk, Page},
    query::Parameters,
    reader::Person,
    web::{Shared, Web},
    words::Words,
};
use askama::Template;
use axum::{extract::State, response::Response};
use noroshi_directory::key::{self, OwnKey};
use noroshi_document::number;
use noroshi_kernel::access::Action;
use noroshi_mailroom::desk;
use noroshi_post::openpgp::Purpose;
pub(crate) use shown::shown;

const PER_PAGE: u32 = 50;
/// The highest page that is looked up.
const MOST_PAGES: u32 = 1_000_000;

/// The keys.
#[derive(Template)]
#[template(path = "keys.html")]
pub(crate) struct KeysPage {
    pub(crate) page: Page,
    /// The team's, those in use first.
    pub(crate) team: Vec<Shown>,
    /// Everybody else's.
    pub(crate) contacts: Vec<Shown>,
    pub(crate) count: i64,
    pub(crate) grouped: String,
    pub(crate) q: String,
    pub(crate) may_make: bool,
    pub(crate) may_bring: bool,
    pub(crate) previous: Option<String>,
    pub(crate) next: Option<String>,
}

/// What is wrong with a field of a form.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) field: &'static str,
    pub(crate) text: String,
}

/// What is wrong with a field.
fn problem<'a>(problems: &'a [Problem], field: &str) -> Option<&'a str> {
    problems.iter().find(|problem| problem.field == field).map(|problem| problem.text.as_str())
}

/// The desks that use a key now, by their names.
async fn users(web: &Web, own: &OwnKey, words: Words) -> Result<Vec<String>, Failure> {
    let (mut names, at) = (Vec::new(), web.ledger.now());
    for desk in desk::all(&web.ledger).await?.iter() {
        let used = key::in_use(&web.ledger, desk.wanted(), Purpose::Signing, at).await?;
        if used.is_some_and(|used| used.id == own.id) {
            names.push(words.pick(&desk.name));
        }
    }
    Ok(names)
}

/// `GET /keys`, or `?q=`
pub(crate) async fn get(State(web): State<Shared>, person: Person, parameters: Parameters) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    parameters.only(&["q", "page"])?;
    let number: u32 = parameters.parsed("page")?.unwrap_or(1).clamp(1, MOST_PAGES);
    let q: String = parameters.get("q").unwrap_or_default().chars().take(200).collect();
    let skip = (number - 1).saturating_mul(PER_PAGE);
    let (contacts, count) = key::contacts_found(&web.ledger, &q, skip, PER_PAGE).await?;
    let mut own = key::team(&web.ledger).await?;
    own.sort_by_key(|own| (own.retired_at.is_some(), std::cmp::Reverse(own.id)));
    let mut team = Vec::new();
    for own in own {
        let users = users(&web, &own, words).await?;
        team.push(Shown { used_by: users.join(&words.say("list-comma")), ..shown(&key::Known::Own(own), &web, words) });
    }
    let turn = |to: u32| links::with(&if q.is_empty() { "/keys".into() } else { links::with("/keys", "q", &q) }, "page", &to.to_string());
    page::show(&KeysPage {
        page: Page::of(&web, &person, Desk::Keys, words.say("desk-keys")).await?,
        team,
        contacts: contacts.into_iter().map(|contact| shown(&key::Known::Contact(contact), &web, words)).collect(),
        count,
        grouped: number::grouped(count),
        may_make: person.actor.can(Action::ChangeTeamKeys),
        may_bring: person.actor.can(Action::ChangeContactKeys),
        previous: (number > 1).then(|| turn(number - 1)),
        next: (i64::from(skip) + i64::from(PER_PAGE) < count).then(|| turn(number + 1)),
        q,
    })
}
