//! `GET` and `POST /keys/new`: a key of the team, made here. Its secret is locked under the data directory's `team.key` and never shown.

use super::{Problem, onward, problem};
use crate::{
    done::Done,
    failure::Failure,
    page::{self, Desk, Page},
    reader::Person,
    sent::Fields,
    web::{Shared, Web},
    words::Words,
};
use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use noroshi_directory::{
    DirectoryError,
    key::{self, Vault},
};
use noroshi_mailroom::desk;
use noroshi_post::openpgp::addresses;

/// The years after which a key may expire; 0: never.
const YEARS: [i64; 5] = [1, 2, 3, 5, 0];
/// What is proposed.
const USUAL_YEARS: i64 = 2;
/// The longest name, in characters.
const NAME_MOST_CHARS: usize = 100;

/// A key to make.
#[derive(Template)]
#[template(path = "key_new.html")]
pub(crate) struct NewKeyPage {
    pub(crate) page: Page,
    pub(crate) name: String,
    pub(crate) address: String,
    /// Keys and names of desks, and whether each is chosen.
    pub(crate) desks: Vec<(String, String, bool)>,
    /// Years, what they are called, and whether each is chosen.
    pub(crate) expiries: Vec<(i64, String, bool)>,
    pub(crate) problems: Vec<Problem>,
}

impl NewKeyPage {
    pub(crate) fn problem(&self, field: &str) -> Option<&str> {
        problem(&self.problems, field)
    }
}

/// What was filled in.
struct Filled {
    name: String,
    address: String,
    serves: String,
    years: i64,
}

/// `GET /keys/new`
pub(crate) async fn get(State(web): State<Shared>, person: Person) -> Result<Response, Failure> {
    let desks = desk::all(&web.ledger).await?;
    let address = desks.iter().map(|desk| desk.address.clone()).find(|address| !address.is_empty()).unwrap_or_default();
    // Readers abroad read the name, too.
    let filled = Filled { name: web.team.en.clone(), address, serves: String::new(), years: USUAL_YEARS };
    show(&web, &person, filled, Vec::new()).await
}

async fn show(web: &Web, person: &Person, filled: Filled, problems: Vec<Problem>) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    let expiry = |years: i64| {
        let name = if years == 0 { words.say("key-expires-never") } else { words.count("key-expires-years", years) };
        (years, name, years == filled.years)
    };
    let page = Page::of(web, person, Desk::Keys, words.say("key-new")).await?.step(words.say("key-new"));
    let desks = desk::all(&web.ledger).await?;
    let context = NewKeyPage {
        page,
        desks: desks.iter().map(|desk| (desk.key.clone(), words.pick(&desk.name), desk.key == filled.serves)).collect(),
        expiries: YEARS.map(expiry).into(),
        name: filled.name,
        address: filled.address,
        problems,
    };
    let status = if context.problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, page::show(&context)?).into_response())
}

/// `POST /keys/new`
pub(crate) async fn post(State(web): State<Shared>, person: Person, sent: Fields) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    let years = sent.field("years").parse().ok().filter(|years| YEARS.contains(years));
    let filled = Filled {
        name: sent.field("name").trim().to_owned(),
        address: sent.field("address").trim().to_owned(),
        serves: sent.field("serves").to_owned(),
        years: years.unwrap_or(USUAL_YEARS),
    };
    let mut problems = Vec::new();
    let mut wrong = |field, key: &str| problems.push(Problem { field, text: words.say(key) });
    if filled.name.is_empty() || filled.name.chars().count() > NAME_MOST_CHARS || filled.name.contains(['<', '>', '@', '\r', '\n', '\t']) {
        wrong("name", "key-wrong-name");
    }
    if addresses(&format!("<{}>", filled.address)) != [filled.address.as_str()] || filled.address.chars().count() > 90 {
        wrong("address", "key-wrong-address");
    }
    if !filled.serves.is_empty() && desk::all(&web.ledger).await?.get(&filled.serves).is_none() {
        wrong("serves", "key-wrong-choice");
    }
    if years.is_none() {
        wrong("years", "key-wrong-choice");
    }
    if !problems.is_empty() {
        return show(&web, &person, filled, problems).await;
    }
    let expires = (filled.years > 0).then(|| web.ledger.now().plus_days(365 * filled.years));
    let work = web.ledger.begin().await?;
    let user_id = format!("{} <{}>", filled.name, filled.address);
    match key::make(&work, &person.actor, &Vault::new(&web.team_key), &user_id, &filled.serves, expires).await {
        Ok(fingerprint) => {
            work.commit().await?;
            Ok(onward(&web, &format!("/keys/{fingerprint}"), Done::KeyMade))
        }
        Err(DirectoryError::Refused(why)) => {
            work.undo().await?;
            let problem = Problem { field: "name", text: why.get(words.language).to_owned() };
            show(&web, &person, filled, vec![problem]).await
        }
        Err(error) => Err(error.into()),
    }
}
