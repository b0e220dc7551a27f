//! `GET` and `POST /keys/import`: keys of others, pasted or as a file. Nothing is trusted by being brought in.

use super::{Problem, onward, problem};
use crate::{
    done::Done,
    failure::Failure,
    page::{self, Desk, Page},
    reader::Person,
    upload::Upload,
    web::{Shared, Web},
    words::Words,
};
use askama::Template;
use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use noroshi_directory::{
    DirectoryError,
    key::{self, Came},
};
use noroshi_kernel::reason::Reason;
use noroshi_post::openpgp::Fingerprint;

/// The most that is shown of what came.
const MOST_SHOWN: usize = 200;

/// Keys to bring in, and what became of those that were brought.
#[derive(Template)]
#[template(path = "key_import.html")]
pub(crate) struct ImportKeysPage {
    pub(crate) page: Page,
    /// What was pasted.
    pub(crate) armour: String,
    /// What became of each key.
    pub(crate) came: Vec<CameRow>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) may_make: bool,
}

/// What became of a key.
pub(crate) struct CameRow {
    pub(crate) state: super::Mark,
    /// The digits, and the digits in groups; none where it could not be read.
    pub(crate) key: Option<(String, String)>,
    /// Why it was set aside.
    pub(crate) why: String,
}

impl ImportKeysPage {
    pub(crate) fn problem(&self, field: &str) -> Option<&str> {
        problem(&self.problems, field)
    }
}

impl CameRow {
    fn of(came: &Came, words: Words) -> Self {
        let mark = |key: &str, class| super::Mark { name: words.say(key), class };
        let taken = |fingerprint: &Fingerprint, state| Self { state, key: Some((fingerprint.to_string(), fingerprint.grouped())), why: String::new() };
        match came {
            Came::New(fingerprint) => taken(fingerprint, mark("key-came-new", "pine")),
            Came::Renewed(fingerprint) => taken(fingerprint, mark("key-came-renewed", "pine")),
            Came::Known(fingerprint) => taken(fingerprint, mark("key-came-known", "plain")),
            Came::SetAside(why) => Self { state: mark("key-came-aside", "wine"), key: None, why: why.get(words.language).to_owned() },
        }
    }
}

/// `GET /keys/import`
pub(crate) async fn get(State(web): State<Shared>, person: Person) -> Result<Response, Failure> {
    show(&web, &person, String::new(), Vec::new(), Vec::new()).await
}

async fn show(web: &Web, person: &Person, armour: String, came: Vec<CameRow>, problems: Vec<Problem>) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    let page = Page::of(web, person, Desk::Keys, words.say("key-import")).await?.step(words.say("key-import"));
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let may_make = person.actor.can(noroshi_kernel::access::Action::ChangeTeamKeys);
    Ok((status, page::show(&ImportKeysPage { page, armour, came, problems, may_make })?).into_response())
}

/// `POST /keys/import`
pub(crate) async fn post(State(web): State<Shared>, person: Person, request: Request) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    let sent = Upload::of_person(&web, &person, request).await?;
    let armour = sent.get("armour").trim().to_owned();
    // A file goes before what was pasted; both are what the person meant.
    let given: Vec<(&'static str, &[u8])> =
        sent.files.iter().map(|file| ("files", file.bytes.as_slice())).chain([("armour", armour.as_bytes())]).filter(|(_, bytes)| !bytes.is_empty()).collect();
    if given.is_empty() {
        let problem = Problem { field: "armour", text: words.say("key-wrong-nothing") };
        return show(&web, &person, armour, Vec::new(), vec![problem]).await;
    }
    let work = web.ledger.begin().await?;
    let mut came = Vec::new();
    for (field, bytes) in given {
        match key::import(&work, &person.actor, bytes).await {
            Ok(some) => came.extend(some.into_iter().map(|one| (field, one))),
            // Either all of it is taken or nothing is.
            Err(DirectoryError::Refused(why)) => {
                work.undo().await?;
                let problem = Problem { field, text: why.get(words.language).to_owned() };
                return show(&web, &person, unless_secret(armour), Vec::new(), vec![problem]).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
    work.commit().await?;
    if let [(_, one)] = came.as_slice()
        && let Some((fingerprint, done)) = taken(one)
    {
        return Ok(onward(&web, &format!("/keys/{fingerprint}"), done));
    }
    let aside = came.iter().filter_map(|(field, one)| if let Came::SetAside(why) = one { Some((*field, why)) } else { None });
    let none_taken = came.iter().all(|(_, one)| taken(one).is_none());
    let problems: Vec<Problem> = if none_taken { first_of_each(aside, words) } else { Vec::new() };
    let rows = if none_taken { Vec::new() } else { came.iter().take(MOST_SHOWN).map(|(_, one)| CameRow::of(one, words)).collect() };
    // What was taken need not be pasted again.
    let armour = if none_taken { unless_secret(armour) } else { String::new() };
    show(&web, &person, armour, rows, problems).await
}

/// What was pasted, as the form shows it again: a secret that was pasted by mistake is not shown.
fn unless_secret(armour: String) -> String {
    if armour.contains("PRIVATE KEY") { String::new() } else { armour }
}

/// The key that was taken, and what to say of it.
fn taken(came: &Came) -> Option<(&Fingerprint, Done)> {
    match came {
        Came::New(fingerprint) => Some((fingerprint, Done::KeyBrought)),
        Came::Renewed(fingerprint) => Some((fingerprint, Done::KeyRenewed)),
        Came::Known(fingerprint) => Some((fingerprint, Done::KeyKnown)),
        Came::SetAside(_) => None,
    }
}

/// The first thing that is wrong with each field.
fn first_of_each<'a>(aside: impl Iterator<Item = (&'static str, &'a Reason)>, words: Words) -> Vec<Problem> {
    let mut problems: Vec<Problem> = Vec::new();
    for (field, why) in aside {
        if problem(&problems, field).is_none() {
            problems.push(Problem { field, text: why.get(words.language).to_owned() });
        }
    }
    problems
}
