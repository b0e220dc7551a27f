//! What a moment is judged by, read from the rollups.

use crate::{
    rise::{DAY, Day, Key, LEAST_PACKETS, Origin, Others, Packets, Profile, REACH, Recent, Series, Watching},
    rollup::{Calendar, Dimension, Level, Value, named},
    service_key,
    store::{cells::At, rises::cells, sensors, totals},
    watch::{self, Watch},
};
use noroshi_kernel::moment::{Moment, Zone};
use noroshi_lake::{
    packets::{Country, Service},
    sketch::Sketch,
};
use noroshi_ledger::{LedgerError, Query};
use std::collections::{BTreeMap, HashMap};

pub(super) const HOUR_US: i64 = 3_600_000_000;
/// A service with fewer packets in a day is not even a first sight.
const FEWEST: u64 = 5;
/// Where sensors are told by days alone, and the last day has more than this part of a day's packets behind the window's end, nothing is judged: looking
/// back, nobody knows which sensors saw them.
const MOST_LATER: f64 = 0.1;
/// So many keys are asked for at once, with all their days.
const AT_ONCE: usize = 200;

/// Everything that a moment is judged by.
pub(super) struct Loaded {
    pub(super) watching: Watching,
    pub(super) series: Vec<(Series, Profile)>,
    pub(super) others: Others,
    /// Packets of the last 24 hours by country, of services that have a name here.
    pub(super) countries: HashMap<Service, BTreeMap<Option<Country>, u64>>,
}

/// The window: its hours count from `base` on.
struct Window {
    base: i64,
    end: i64,
    /// The days that reach into it, the oldest first: their begins and ends.
    days: Vec<(i64, i64)>,
}

impl Window {
    fn of(calendar: &mut Calendar, end: i64) -> Self {
        let base = end - hours(REACH);
        let (mut begin, _) = calendar.of(base.saturating_mul(1_000));
        let mut days = Vec::new();
        while begin < end {
            let next = calendar.next_day(begin);
            days.push((begin, next));
            begin = next.max(begin + 1);
        }
        Self { base, end, days }
    }

    fn lately(&self) -> i64 {
        self.end - hours(DAY)
    }

    /// The days that reach into the last 24 hours.
    fn last_days(&self) -> impl Iterator<Item = (i64, i64)> {
        self.days.iter().filter(|(_, end)| *end > self.lately()).copied()
    }

    /// The hour of the window in which a moment is; none when it is outside.
    fn hour(&self, at: i64) -> Option<usize> {
        usize::try_from((at - self.base).div_euclid(HOUR_US)).ok().filter(|hour| *hour <= REACH)
    }
}

fn hours(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX).saturating_mul(HOUR_US)
}

/// Reads what the 24 hours that end at a moment, the begin of an hour, are judged by. Services without a name here are judged where a day begins.
pub(super) async fn load(query: &impl Query, zone: &Zone, at: Moment) -> Result<Loaded, LedgerError> {
    let mut calendar = Calendar::new(zone.clone());
    let window = Window::of(&mut calendar, at.0);
    let watching = watching(query, &window).await?;
    let Named { counts: named_counts, countries, later, mut others } = named_counts(query, &window).await?;
    let mut counts: Vec<(Key, Packets)> = named_counts.into_iter().map(|(key, hours)| (key, Packets::by_hour(&hours))).collect();
    if calendar.of(at.0.saturating_mul(1_000)).0 == at.0 {
        let (unnamed, few) = unnamed_counts(query, &calendar, &window).await?;
        counts.extend(unnamed);
        others.services += few;
    }
    let mut series = Vec::with_capacity(counts.len());
    for part in counts.chunks(AT_ONCE) {
        for ((key, _), known) in part.iter().zip(with_sensors(query, &window, &watching, part, &later).await?) {
            match (known, key.origin) {
                (Some(known), _) => series.push(known),
                (None, Origin::Anywhere) => others.services += 1,
                (None, Origin::Country(_)) => others.countries += 1,
            }
        }
    }
    Ok(Loaded { watching, series, others, countries })
}

async fn watching(query: &impl Query, window: &Window) -> Result<Watching, LedgerError> {
    let edges: Vec<i64> = (0..=REACH).map(|hour| window.base + hours(hour)).collect();
    let mut by_sensor: HashMap<i64, Vec<Watch>> = HashMap::new();
    for watch in sensors::watches(query, window.base, window.end).await? {
        by_sensor.entry(watch.sensor).or_default().push(watch);
    }
    let number = |sensor: &crate::Sensor| Some((u32::try_from(sensor.number).ok()?, watch::in_buckets(by_sensor.get(&sensor.id)?, &edges)));
    let known: Vec<(u32, Vec<f64>)> = sensors::all(query).await?.iter().filter_map(number).collect();
    Ok(Watching::new(&known))
}

type ByHour = HashMap<Key, Vec<u32>>;
type ByCountry = HashMap<Service, BTreeMap<Option<Country>, u64>>;

/// Services that have a name here.
struct Named {
    /// Packets by hour of them and of their countries: of those that had enough of them lately.
    counts: ByHour,
    /// Packets of the last 24 hours.
    countries: ByCountry,
    /// Packets of the last day that came behind the window's end.
    later: HashMap<Key, u64>,
    /// How many had too few.
    others: Others,
}

async fn named_counts(query: &impl Query, window: &Window) -> Result<Named, LedgerError> {
    let (mut countries, mut later) = (ByCountry::new(), HashMap::new());
    for day in window.last_days() {
        for (begin, profiles) in totals::profiles(query, day).await? {
            for profile in profiles {
                let begins = (begin..).step_by(3_600_000_000);
                let within = |from: i64, to: i64| {
                    begins.clone().zip(profile.hours).filter(move |(at, _)| (from..to).contains(at)).map(|(_, packets)| u64::from(packets)).sum::<u64>()
                };
                for origin in [Origin::Anywhere, Origin::Country(profile.country)] {
                    *later.entry(Key { service: profile.service, origin }).or_default() += within(window.end, i64::MAX);
                }
                *countries.entry(profile.service).or_default().entry(profile.country).or_default() += within(window.lately(), window.end);
            }
        }
    }
    let (mut kept, mut others) = (ByHour::new(), Others::default());
    #[expect(clippy::cast_precision_loss, reason = "packets of a day")]
    for (service, by_country) in &countries {
        if by_country.values().sum::<u64>() < FEWEST {
            others.services += 1;
            others.countries += by_country.len();
            continue;
        }
        kept.insert(Key { service: *service, origin: Origin::Anywhere }, vec![0; REACH]);
        for (country, packets) in by_country {
            if *packets as f64 >= LEAST_PACKETS {
                kept.insert(Key { service: *service, origin: Origin::Country(*country) }, vec![0; REACH]);
            } else {
                others.countries += 1;
            }
        }
    }
    for day in &window.days {
        for (begin, profiles) in totals::profiles(query, *day).await? {
            for profile in profiles {
                for origin in [Origin::Anywhere, Origin::Country(profile.country)] {
                    let Some(sums) = kept.get_mut(&Key { service: profile.service, origin }) else { continue };
                    for (at, packets) in (begin..).step_by(3_600_000_000).zip(profile.hours) {
                        if let Some(sum) = window.hour(at).filter(|_| packets > 0).and_then(|hour| sums.get_mut(hour)) {
                            *sum = sum.saturating_add(packets);
                        }
                    }
                }
            }
        }
    }
    Ok(Named { counts: kept, countries, later, others })
}

/// Packets by day of services that have no name here; gives how many had too few.
async fn unnamed_counts(query: &impl Query, calendar: &Calendar, window: &Window) -> Result<(Vec<(Key, Packets)>, usize), LedgerError> {
    let mut days: HashMap<Service, Vec<u32>> = HashMap::new();
    let mut few = 0;
    for (begin, end) in window.days.iter().rev() {
        let is_last = *end == window.end;
        // Clocks that are put forward or back move a day by an hour.
        let Some(place) = window.hour(begin.saturating_add(12 * HOUR_US)).map(|hour| hour / DAY) else { continue };
        for (code, packets) in totals::sum(query, calendar, Dimension::Service, (*begin, *end)).await?.iter() {
            let Some(Value::Service(Some(service))) = Value::of_code(Dimension::Service, code) else { continue };
            if named::is(service) {
                continue;
            }
            if is_last && packets >= FEWEST {
                days.insert(service, vec![0; REACH / DAY]);
            } else if is_last {
                few += 1;
            }
            if let Some(sum) = days.get_mut(&service).and_then(|days| days.get_mut(place)) {
                *sum = u32::try_from(packets).unwrap_or(u32::MAX);
            }
        }
    }
    let series = |(service, days): (Service, Vec<u32>)| (Key { service, origin: Origin::Anywhere }, Packets::by_day(&days));
    Ok((days.into_iter().map(series).collect(), few))
}

/// The keys of cells, for what series are of.
fn cell_key(key: Key) -> (Dimension, String) {
    match key.origin {
        Origin::Anywhere => (Dimension::Service, service_key(key.service)),
        Origin::Country(country) => (Dimension::ServiceCountry, Value::ServiceCountry(key.service, country).key()),
    }
}

/// Series with their sensors and sources; of their days the profile is left. None of a series whose sensors are known of a time that is over alone.
async fn with_sensors(
    query: &impl Query,
    window: &Window,
    watching: &Watching,
    part: &[(Key, Packets)],
    later: &HashMap<Key, u64>,
) -> Result<Vec<Option<(Series, Profile)>>, LedgerError> {
    let (mut days, mut hours) = (HashMap::<(Dimension, String), Vec<At>>::new(), HashMap::<String, Vec<At>>::new());
    let first = window.days.first().map_or(window.base, |(begin, _)| *begin);
    for dimension in [Dimension::Service, Dimension::ServiceCountry] {
        let keys: Vec<String> = part.iter().map(|(key, _)| cell_key(*key)).filter(|(of, _)| *of == dimension).map(|(_, key)| key).collect();
        if keys.is_empty() {
            continue;
        }
        for (key, at) in cells(query, Level::Day, dimension, &keys, (first, window.end)).await? {
            days.entry((dimension, key)).or_default().push(at);
        }
        if dimension == Dimension::Service {
            for (key, at) in cells(query, Level::Hour, dimension, &keys, (window.lately(), window.end)).await? {
                hours.entry(key).or_default().push(at);
            }
        }
    }
    let ends: HashMap<i64, i64> = window.days.iter().copied().collect();
    let series = |(key, packets): &(Key, Packets)| {
        let (dimension, name) = cell_key(*key);
        let mut of_days = days.remove(&(dimension, name.clone())).unwrap_or_default();
        of_days.sort_by_key(|at| at.at);
        let recent = match hours.remove(&name) {
            Some(of_hours) if key.origin == Origin::Anywhere => recent_hours(&of_hours),
            _ if is_over(packets, later.get(key)) => return None,
            _ => recent_days(window, &of_days),
        };
        let day = |at: &At| {
            let (from, to) = (window.hour(at.at)?, window.hour(*ends.get(&at.at)?)?);
            Some(Day { from, to, sensors: by_sensor(&at.sensors), sources: number(at.sources.estimate()) })
        };
        let mut series = Series { key: *key, packets: packets.clone(), days: of_days.iter().filter_map(day).collect(), recent };
        add_empty_days(window, &mut series);
        let profile = Profile::of(&series, watching, REACH);
        series.days = Vec::new();
        Some((series, profile))
    };
    Ok(part.iter().map(series).collect())
}

/// Whether the last day's sensors saw much behind the window's end.
#[expect(clippy::cast_precision_loss, reason = "packets of a day")]
fn is_over(packets: &Packets, later: Option<&u64>) -> bool {
    later.is_some_and(|later| *later as f64 > packets.sum(REACH - DAY, REACH) * MOST_LATER)
}

/// Days on which there was nothing have no cells.
fn add_empty_days(window: &Window, series: &mut Series) {
    for (begin, end) in &window.days {
        let Some((from, to)) = window.hour(*begin).zip(window.hour(*end)) else { continue };
        if !series.days.iter().any(|day| day.from == from) {
            series.days.push(Day { from, to, ..Day::default() });
        }
    }
    series.days.sort_by_key(|day| day.from);
}

/// The last 24 hours, of cells of hours.
fn recent_hours(cells: &[At]) -> Recent {
    let (sensors, sources) = merged(cells.iter());
    Recent { from: REACH - DAY, sensors, sources: number(sources.estimate()) }
}

/// The last 24 hours and what else their days hold; of distinct sources those of the day that had more.
fn recent_days(window: &Window, days: &[At]) -> Recent {
    let first = window.last_days().next().map_or(window.end, |(begin, _)| begin);
    let last = || days.iter().filter(|at| at.at >= first);
    let (sensors, _) = merged(last());
    let sources = last().map(|at| at.sources.estimate()).max().unwrap_or_default();
    Recent { from: window.hour(first).unwrap_or(REACH - DAY), sensors, sources: number(sources) }
}

fn merged<'a>(cells: impl Iterator<Item = &'a At>) -> (Vec<(u32, u32)>, Sketch) {
    let (mut sensors, mut sources) = (BTreeMap::<u32, u64>::new(), Sketch::default());
    for cell in cells {
        cell.sensors.iter().for_each(|(sensor, packets)| *sensors.entry(*sensor).or_default() += packets);
        sources.merge(&cell.sources);
    }
    (by_sensor(&sensors), sources)
}

fn by_sensor(sensors: &BTreeMap<u32, u64>) -> Vec<(u32, u32)> {
    sensors.iter().map(|(sensor, packets)| (*sensor, number(*packets))).collect()
}

fn number(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
