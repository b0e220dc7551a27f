//! `GET /rises`: what is asked for more than it was, open rises first.

pub(crate) mod act;
mod chart;
pub(crate) mod view;

use super::onward;
use crate::{
    failure::Failure,
    links,
    page::{self, Desk, Page},
    query::Parameters,
    reader::Person,
    times::Time,
    web::{Shared, Web},
    words::Words,
};
use askama::Template;
use axum::{extract::State, response::Response};
use noroshi_document::number;
use noroshi_kernel::moment::Moment;
use noroshi_observation::{
    rise::State as RiseState,
    service::rises::{self, Rise},
    top::By,
};
use noroshi_reporting::graph;

/// The rises of one page.
const PER_PAGE: u64 = 100;

/// Rises.
#[derive(Template)]
#[template(path = "rises.html")]
pub(crate) struct RisesPage {
    pub(crate) page: Page,
    pub(crate) count: i64,
    pub(crate) grouped: String,
    /// Every state, and all of them: name, address, how many, whether it is this one.
    pub(crate) states: Vec<(String, String, String, bool)>,
    pub(crate) rows: Vec<Shown>,
    /// The hour until which everything was judged.
    pub(crate) judged: Option<Time>,
    pub(crate) has_sensors: bool,
    pub(crate) is_filtered: bool,
    pub(crate) previous: Option<String>,
    pub(crate) next: Option<String>,
}

/// A rise as pages show it.
pub(crate) struct Shown {
    pub(crate) number: i64,
    pub(crate) service: String,
    /// What the service is called.
    pub(crate) name: &'static str,
    pub(crate) country: Option<String>,
    pub(crate) kind: String,
    pub(crate) state: &'static str,
    pub(crate) state_name: String,
    /// The state's colour.
    pub(crate) class: &'static str,
    pub(crate) from: Time,
    pub(crate) to: Time,
    /// How many times as much; none where nothing was expected.
    pub(crate) ratio: Option<String>,
    pub(crate) seen: String,
    pub(crate) expected: String,
    pub(crate) sensors: String,
    pub(crate) sources: String,
    pub(crate) sources_before: String,
}

/// A number as people read it: whole, or with one figure behind the point where it is small.
pub(crate) fn figure(value: f64) -> String {
    if value >= 10.0 || value.fract() == 0.0 { whole(value) } else { format!("{value:.1}") }
}

#[expect(clippy::cast_possible_truncation, reason = "packets and sources")]
pub(crate) fn whole(value: f64) -> String {
    number::grouped(value.round() as i64)
}

/// How a service is written where people read it: `445/TCP`.
pub(super) fn service_name(key: &str, words: Words) -> String {
    graph::name(noroshi_reporting::Words(words.language), By::Port, key)
}

/// What a country is called.
pub(super) fn country_name(code: &str, words: Words) -> String {
    graph::name(noroshi_reporting::Words(words.language), By::Country, code)
}

impl Shown {
    pub(crate) fn of(rise: &Rise, web: &Web, words: Words) -> Self {
        let time = |at: i64| Time::of(Moment(at), web.ledger.now(), &web.reckoning.zone, words);
        let evidence = &rise.evidence;
        Self {
            number: rise.number,
            name: noroshi_catalogue::service_name(&rise.service).unwrap_or_default(),
            service: service_name(&rise.service, words),
            country: rise.country.as_deref().map(|country| country_name(country, words)),
            kind: words.say(&format!("rise-kind-{}", rise.kind.key().replace('_', "-"))),
            state: rise.state.key(),
            state_name: words.say(&format!("rise-state-{}", rise.state.key())),
            class: match rise.state {
                RiseState::Open => "fire",
                RiseState::Explained => "indigo",
                RiseState::Published => "pine",
                RiseState::Dismissed => "plain",
            },
            from: time(rise.from),
            to: time(rise.to),
            ratio: (evidence.expected >= 1.0).then(|| figure(evidence.ratio())),
            seen: whole(evidence.seen),
            expected: figure(evidence.expected),
            sensors: words.with("rise-of", &[("part", evidence.sensors_rose.to_string().into()), ("whole", evidence.sensors_watched.to_string().into())]),
            sources: whole(evidence.sources),
            sources_before: figure(evidence.sources_before),
        }
    }
}

/// `GET /rises`
pub(crate) async fn get(State(web): State<Shared>, person: Person, parameters: Parameters) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    parameters.only(&["state", "page"])?;
    let state: Option<RiseState> = parameters.parsed("state")?;
    let number: u64 = parameters.parsed("page")?.unwrap_or(1).max(1);
    let skip = (number - 1).saturating_mul(PER_PAGE);
    let listed = rises::list(&web.ledger, &person.actor, state, skip, PER_PAGE).await?;
    let href = |state: Option<RiseState>| state.map_or_else(|| "/rises".to_owned(), |state| links::with("/rises", "state", state.key()));
    let mut states = Vec::new();
    for one in std::iter::once(None).chain(RiseState::ALL.map(Some)) {
        let count = rises::list(&web.ledger, &person.actor, one, 0, 0).await?.all;
        let name = one.map_or_else(|| words.say("rises-all"), |one| words.say(&format!("rise-state-{}", one.key())));
        states.push((name, href(one), number::grouped(count), one == state));
    }
    let turn = |to: u64| links::with(&href(state), "page", &to.to_string());
    let judged = rises::judged_until(&web.ledger).await?.map(|at| Time::of(at, web.ledger.now(), &web.reckoning.zone, words));
    let sensors = noroshi_observation::service::registry::list(&web.ledger, &person.actor).await?;
    page::show(&RisesPage {
        count: listed.all,
        grouped: number::grouped(listed.all),
        states,
        rows: listed.rises.iter().map(|rise| Shown::of(rise, &web, words)).collect(),
        judged,
        has_sensors: !sensors.is_empty(),
        is_filtered: state.is_some(),
        previous: (number > 1).then(|| turn(number - 1)),
        next: (skip.saturating_add(PER_PAGE) < listed.all.unsigned_abs()).then(|| turn(number + 1)),
        page: Page::of(&web, &person, Desk::Rises, words.say("desk-rises")).await?,
    })
}
