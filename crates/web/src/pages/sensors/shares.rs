//! `GET` and `POST /sensors/shares`: the keys by which observations are given to others, made, told once, and ended.

use super::{form::refused, onward};
use crate::{
    done::Done,
    failure::Failure,
    page::{self, Desk, Page},
    reader::Person,
    sent::Fields,
    times::Time,
    web::{Shared, Web},
    words::Words,
};
use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use noroshi_observation::service::share::{self, Kind};

/// A key as it is shown.
pub(crate) struct ShareRow {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) regions: String,
    pub(crate) sensors: usize,
    pub(crate) made: Time,
    pub(crate) used: Option<Time>,
    pub(crate) ended: Option<Time>,
}

/// What was filled in.
#[derive(Default)]
pub(crate) struct Filled {
    pub(crate) name: String,
    pub(crate) is_researcher: bool,
    pub(crate) regions: String,
}

/// The keys, and a form for another.
#[derive(Template)]
#[template(path = "shares.html")]
pub(crate) struct SharesPage {
    pub(crate) page: Page,
    pub(crate) rows: Vec<ShareRow>,
    pub(crate) filled: Filled,
    pub(crate) problem: Option<String>,
}

/// A key's secret, told once.
#[derive(Template)]
#[template(path = "share_token.html")]
pub(crate) struct SharePage {
    pub(crate) page: Page,
    pub(crate) secret: String,
    pub(crate) command: String,
}

/// `GET /sensors/shares`
pub(crate) async fn get(State(web): State<Shared>, person: Person) -> Result<Response, Failure> {
    show(&web, &person, Filled::default(), None).await
}

async fn show(web: &Web, person: &Person, filled: Filled, problem: Option<String>) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    let time = |at| Time::of(at, web.ledger.now(), &web.reckoning.zone, words);
    let row = |(share, sensors): (share::Share, usize)| ShareRow {
        kind: words.say(&format!("share-kind-{}", share.kind.key())),
        regions: if share.regions.is_empty() { words.say("share-all") } else { share.regions.join(" ・ ") },
        sensors,
        made: time(share.made_at),
        used: share.used_at.map(time),
        ended: share.ended_at.map(time),
        name: share.name,
    };
    let rows = share::list(&web.ledger, &person.actor).await?.into_iter().map(row).collect();
    let status = if problem.is_none() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = Page::of(web, person, Desk::Sensors, words.say("shares-title")).await?.step(words.say("shares-title"));
    Ok((status, page::show(&SharesPage { page, rows, filled, problem })?).into_response())
}

/// `POST /sensors/shares`: makes a key and tells it. The page is the answer to a form, so that it is told once and nowhere kept.
pub(crate) async fn post(State(web): State<Shared>, person: Person, sent: Fields) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    let filled = Filled {
        name: sent.field("name").trim().to_owned(),
        is_researcher: sent.field("kind") == "researcher",
        regions: sent.field("regions").replace("\r\n", "\n"),
    };
    let kind = if filled.is_researcher { Kind::Researcher } else { Kind::Partner };
    let regions: Vec<String> = filled.regions.lines().map(str::to_owned).collect();
    match share::add(&web.ledger, &person.actor, &filled.name, kind, &regions).await {
        Ok(secret) => {
            let page = Page::of(&web, &person, Desk::Sensors, words.about("share-token-title", &filled.name)).await?;
            let page = page.step_to(words.say("shares-title"), "/sensors/shares").step(filled.name.clone());
            let command = format!("curl -H 'Authorization: Bearer {secret}' '{}api/v1/observations/top?by=port&from=2024-03-01&to=2024-04-01'", web.base);
            page::show(&SharePage { page, secret, command })
        }
        Err(error) => {
            let problem = refused(error.into(), words)?;
            show(&web, &person, filled, Some(problem)).await
        }
    }
}

/// `POST /sensors/shares/end`
pub(crate) async fn end(State(web): State<Shared>, person: Person, sent: Fields) -> Result<Response, Failure> {
    share::end(&web.ledger, &person.actor, sent.field("name")).await?;
    Ok(onward(&web, "/sensors/shares", Done::ShareEnded))
}
