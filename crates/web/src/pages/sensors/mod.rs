//! `GET /sensors`: every sensor by region, and how it is.

pub(crate) mod act;
pub(crate) mod add;
pub(crate) mod chart;
pub(crate) mod form;
pub(crate) mod intake;
pub(crate) mod shares;
pub(crate) mod shown;
pub(crate) mod view;

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
use noroshi_catalogue::region_name;
use noroshi_directory::Origin;
use noroshi_document::number;
use noroshi_kernel::{access::Action, language::Language};
use noroshi_observation::service::{
    health::{self, Health, State as SensorState},
    intake as observation_intake,
};
use shown::{Shown, origin};

/// The sensors of one page.
const PER_PAGE: usize = 200;

/// Sensors.
#[derive(Template)]
#[template(path = "sensors.html")]
pub(crate) struct SensorsPage {
    pub(crate) page: Page,
    pub(crate) count: usize,
    pub(crate) grouped: String,
    /// How many there are at all.
    pub(crate) all: usize,
    /// States with their keys, how many stand so, and whether it is the one that is looked at.
    pub(crate) states: Vec<StateLink>,
    pub(crate) every: StateLink,
    pub(crate) regions: Vec<(String, String, bool)>,
    pub(crate) q: String,
    pub(crate) state: String,
    pub(crate) groups: Vec<Group>,
    pub(crate) may_change: bool,
    pub(crate) may_share: bool,
    /// Batches that wait to become files.
    pub(crate) waiting: i64,
    pub(crate) has_door: bool,
    pub(crate) previous: Option<String>,
    pub(crate) next: Option<String>,
}

/// A state that one can look at.
pub(crate) struct StateLink {
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) count: String,
    pub(crate) current: bool,
}

/// The sensors of a region.
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) origin: String,
    pub(crate) count: i64,
    pub(crate) rows: Vec<Shown>,
}

/// What is looked for.
struct Wanted {
    q: String,
    state: Option<SensorState>,
    region: Option<String>,
}

impl Wanted {
    /// Whether a sensor is looked for, whatever its state.
    fn has(&self, health: &Health) -> bool {
        let (sensor, q) = (&health.sensor, self.q.to_lowercase());
        let regions = Language::ALL.map(|language| region_name(&sensor.region, language));
        let found = [sensor.name.as_str(), &sensor.organisation, &sensor.region, &regions[0], &regions[1]].iter().any(|text| text.to_lowercase().contains(&q));
        (q.is_empty() || found) && self.region.as_ref().is_none_or(|region| *region == sensor.region)
    }

    fn href(&self, state: Option<SensorState>) -> String {
        let mut href = "/sensors".to_owned();
        for (name, value) in
            [("q", Some(self.q.as_str()).filter(|q| !q.is_empty())), ("region", self.region.as_deref()), ("state", state.map(SensorState::key))]
        {
            if let Some(value) = value {
                href = links::with(&href, name, value);
            }
        }
        href
    }
}

/// `GET /sensors`
pub(crate) async fn get(State(web): State<Shared>, person: Person, parameters: Parameters) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    parameters.only(&["q", "state", "region", "page"])?;
    let wanted = Wanted {
        q: parameters.get("q").unwrap_or_default().chars().take(100).collect(),
        state: parameters.parsed("state")?,
        region: parameters.get("region").map(str::to_owned),
    };
    let mut all = health::all(&web.ledger, &person.actor, &web.reckoning.zone).await?;
    let place = |origin: Origin| Origin::ALL.into_iter().position(|one| one == origin);
    all.sort_by_cached_key(|health| {
        let sensor = &health.sensor;
        // Sensors of which nobody said where they stand come last.
        (place(origin(sensor, &web)), sensor.region.is_empty(), sensor.region.clone(), sensor.name.clone())
    });
    let mut regions: Vec<String> = all.iter().map(|health| health.sensor.region.clone()).filter(|region| !region.is_empty()).collect();
    regions.dedup();
    let whole = all.len();
    all.retain(|health| wanted.has(health));
    let state_link = |state: Option<SensorState>| StateLink {
        name: state.map_or_else(|| words.say("sensors-all"), |state| words.say(&format!("sensor-state-{}", state.key()))),
        href: wanted.href(state),
        count: grouped(all.iter().filter(|health| state.is_none_or(|state| health.state == state)).count()),
        current: wanted.state == state,
    };
    let states = SensorState::ALL.into_iter().filter(|state| wanted.state == Some(*state) || all.iter().any(|health| health.state == *state));
    let (states, every) = (states.map(|state| state_link(Some(state))).collect(), state_link(None));
    all.retain(|health| wanted.state.is_none_or(|state| health.state == state));
    let number: usize = parameters.parsed("page")?.unwrap_or(1).max(1);
    let skip = (number - 1).saturating_mul(PER_PAGE);
    let turn = |to: usize| links::with(&wanted.href(wanted.state), "page", &to.to_string());
    let waiting = observation_intake::state(&web.ledger, &person.actor).await?.waiting_batches;
    page::show(&SensorsPage {
        count: all.len(),
        grouped: grouped(all.len()),
        all: whole,
        states,
        every,
        regions: (regions.iter())
            .map(|region| (region.clone(), region_name(region, words.language).into_owned(), wanted.region.as_ref() == Some(region)))
            .collect(),
        groups: groups(all.get(skip..).unwrap_or_default().iter().take(PER_PAGE), &web, words),
        may_change: person.actor.can(Action::ChangeSensors),
        may_share: person.actor.can(Action::ShareObservations),
        waiting,
        has_door: web.centre.is_some(),
        previous: (number > 1).then(|| turn(number - 1)),
        next: (skip + PER_PAGE < all.len()).then(|| turn(number + 1)),
        state: wanted.state.map(SensorState::key).unwrap_or_default().to_owned(),
        q: wanted.q.clone(),
        page: Page::of(&web, &person, Desk::Sensors, words.say("desk-sensors")).await?,
    })
}

fn grouped(count: usize) -> String {
    number::grouped(i64::try_from(count).unwrap_or(i64::MAX))
}

/// Neighbours of one region, at home or abroad, together.
fn groups<'a>(sorted: impl Iterator<Item = &'a Health>, web: &Web, words: Words) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for health in sorted {
        let row = Shown::of(health, web, words);
        let name = if row.region.is_empty() { words.say("sensors-no-region") } else { row.region.clone() };
        match groups.last_mut().filter(|group| group.name == name && group.origin == row.origin) {
            Some(group) => {
                group.count += 1;
                group.rows.push(row);
            }
            None => groups.push(Group { name, origin: row.origin.clone(), count: 1, rows: vec![row] }),
        }
    }
    groups
}
