//! What was seen before packets were kept here: it comes as counts, stays in the rollups, and no recount touches it.

use crate::{
    ObservationError,
    rollup::{self, Calendar, Place, Value},
    store::{
        cells::{self, Row},
        files, sensors, totals,
    },
    watch::Watch,
};
use noroshi_kernel::{
    access::{Action, Actor},
    moment::{Moment, Zone},
    reason::Reason,
};
use noroshi_lake::packets::{Cell, Country, Kind, Seen, Service, Tool};
use noroshi_ledger::{Ledger, LedgerError, UnitOfWork, audit::Entry};
use serde_json::json;
use std::{collections::HashMap, net::IpAddr};
use tokio::sync::mpsc;

/// Packets of one source and one moment that were alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// When they came.
    pub at: Moment,
    /// Who says to have sent them.
    pub source: IpAddr,
    /// To what they were sent.
    pub service: Service,
    /// The source's country.
    pub country: Option<Country>,
    /// The tool whose marks they bear.
    pub tool: Tool,
    /// Why they may have come.
    pub kind: Kind,
    /// How many came to which sensor, by the sensor's number.
    pub sensors: Vec<(u32, u64)>,
}

/// A time before packets were kept here.
pub struct History<D> {
    /// The first moment after it: a midnight of the team's zone, from which on packets are there.
    pub until: Moment,
    /// When sensors watched, before that.
    pub watched: Vec<Watch>,
    /// What was seen, each of the team's days whole and for itself.
    pub days: D,
}

/// Days that are counted and wait for the database.
const WAITING_DAYS: usize = 4;

/// Takes a history over, whole or not at all: into the rollups, and the spans in which sensors watched. Nothing may be counted here yet.
///
/// # Errors
/// [`ObservationError::Forbidden`]; [`ObservationError::Refused`] when something is counted here already, when `until` is no midnight of the
/// zone, or when a day is not before it or came in parts; when the database fails.
pub async fn take_over<D>(ledger: &Ledger, actor: &Actor, zone: &Zone, history: History<D>) -> Result<(), ObservationError>
where
    D: Iterator<Item = Vec<Group>> + Send + 'static,
{
    actor.must_can(Action::ChangeSensors)?;
    let History { until, watched, days } = history;
    if Calendar::new(zone.clone()).of(until.0.saturating_mul(1_000)).0 != until.0 {
        return Err(refused("終わりは、チームの時間帯の午前 0 時にしてください。", "let it end at a midnight of the team's zone"));
    }
    let work = ledger.begin().await?;
    work.lock("observation.rollup").await?;
    if cells::are_there(&work).await? {
        return Err(refused(
            "ここにはすでに集計があります。過去の集計は、何もないところにだけ引き継げます。",
            "something is counted here already; a history is taken over where nothing is",
        ));
    }
    let (counted, mut waiting) = mpsc::channel(WAITING_DAYS);
    let zone_of_days = zone.clone();
    let counting = tokio::task::spawn_blocking(move || {
        let mut counting = Counting { calendar: Calendar::new(zone_of_days), before: until.0, last: None, places: Vec::new() };
        // Whoever waits has gone when the database failed.
        days.map(|day| counting.day(&day)).try_for_each(|rows| counted.blocking_send(rows))
    });
    let mut calendar = Calendar::new(zone.clone());
    while let Some(day) = waiting.recv().await {
        let Counted { rows, packets } = day?;
        totals::add(&work, &mut calendar, packets.into_iter()).await?;
        cells::insert(&work, rows.into_iter()).await?;
    }
    // It ended, as nothing comes any more; a defect in what gives the days is told.
    let _ = counting.await.map_err(|error| LedgerError::Damaged(error.to_string()))?;
    finish(&work, actor, zone, until, &watched).await?;
    Ok(work.commit().await?)
}

async fn finish(work: &UnitOfWork, actor: &Actor, zone: &Zone, until: Moment, watched: &[Watch]) -> Result<(), ObservationError> {
    for watch in watched {
        let watch = Watch { to: watch.to.min(until.0), ..*watch };
        if watch.from < watch.to {
            sensors::insert_watch(work, watch).await?;
        }
    }
    files::set_zone(work, zone.name()).await?;
    files::set_horizon(work, until.0).await?;
    let detail = json!({ "until": until.rfc3339() });
    Ok(work.record(actor, Entry { action: "observation.take_over", subject_kind: "rollup", subject_id: 0, detail: &detail }).await?)
}

/// What a day comes to.
struct Counted {
    rows: Vec<Row>,
    packets: Vec<(Place, u64)>,
}

/// Adds up days in their order.
struct Counting {
    calendar: Calendar,
    before: i64,
    last: Option<i64>,
    places: Vec<Place>,
}

impl Counting {
    fn day(&mut self, groups: &[Group]) -> Result<Counted, ObservationError> {
        let mut cells = HashMap::<Place, Cell>::new();
        for group in groups {
            self.add(&mut cells, group);
        }
        let (first, last) = cells.keys().fold((i64::MAX, i64::MIN), |(first, last), place| (first.min(place.at), last.max(place.at)));
        if !cells.is_empty() && (last >= self.before || self.last.is_some_and(|before| first <= before)) {
            return Err(refused(
                "日は順に、それぞれ一度に、終わりより前のものだけを渡してください。",
                "give the days in their order, each at once, and none behind the end",
            ));
        }
        self.last = self.last.max(Some(last));
        let mut places: Vec<(&Place, &Cell)> = cells.iter().collect();
        // By time first: then each key's cells are added to where its last ones lie.
        places.sort_unstable_by_key(|(place, _)| (place.at, **place));
        let packets = places.iter().map(|(place, cell)| (**place, cell.packets())).collect();
        let rows = places.into_iter().filter(|(place, _)| place.is_cell()).map(|(place, cell)| Row::new(*place, cell)).collect();
        Ok(Counted { rows, packets })
    }

    /// Adds packets where [`rollup::places`] counts each of them.
    fn add(&mut self, cells: &mut HashMap<Place, Cell>, group: &Group) {
        let Group { at, source, service, country, tool, kind, ref sensors } = *group;
        let Some((first, _)) = sensors.first() else { return };
        let seen = Seen { at_ns: at.0.saturating_mul(1_000), sensor: *first, source, service, country, tool, kind };
        rollup::places(&mut self.calendar, &seen, &mut self.places);
        for place in self.places.drain(..) {
            if let Value::Sensor(_) = place.value {
                for (sensor, packets) in sensors {
                    let cell = cells.entry(Place { value: Value::Sensor(*sensor), ..place }).or_default();
                    *cell.sensors.entry(*sensor).or_default() += packets;
                    cell.sources.add(source);
                }
            } else {
                let cell = cells.entry(place).or_default();
                for (sensor, packets) in sensors {
                    *cell.sensors.entry(*sensor).or_default() += packets;
                }
                cell.sources.add(source);
            }
        }
    }
}

fn refused(ja: &str, en: &str) -> ObservationError {
    ObservationError::Refused(Reason::new("history", ja, en))
}
