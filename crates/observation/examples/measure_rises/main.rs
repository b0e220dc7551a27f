//! How many rises are found that were put into a generated darknet, and how many are told that are none.
//!
//! `measure_rises [WEEKS [EVENTS [SEED]]]`: so many weeks of false alarms, so many events for each cell of the table.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::print_stdout, reason = "a program for people who measure")]

mod chance;
mod world;

use chance::Chance;
use noroshi_observation::rise::{self, Evidence, OVER_AFTER, Origin, Others, Profile, Series, Watching};
use std::{
    collections::{BTreeMap, HashMap},
    process::ExitCode,
};
use world::{Hit, World, recent, series};

const SENSORS: usize = 40;
const SERVICES: usize = 3_000;
/// Weeks of each world that are judged for false alarms.
const JUDGED_WEEKS: usize = 4;
/// Packets in 24 hours from which on a series is looked at; the others count as looked at all the same.
const LEAST: u32 = 20;

/// All series of a world, with their hits.
fn all_series(world: &World) -> Vec<(Series, Vec<Hit>)> {
    let mut all = Vec::new();
    for (rank, hits) in world.hits.iter().enumerate() {
        let mut countries: BTreeMap<u16, Vec<Hit>> = BTreeMap::new();
        hits.iter().for_each(|hit| countries.entry(hit.country).or_default().push(*hit));
        let service = World::service(rank);
        all.push((series(service, Origin::Anywhere, hits, world), hits.clone()));
        for (country, hits) in countries {
            // Countries with less have nothing to say on any day.
            if hits.iter().map(|hit| hit.packets).sum::<u32>() as usize >= world.hours / 24 {
                all.push((series(service, Origin::Country(Some(World::country(usize::from(country)))), &hits, world), hits));
            }
        }
    }
    all
}

/// Packets of the last day.
fn lately(hits: &[Hit], end: usize) -> u32 {
    let from = hits.partition_point(|hit| (hit.hour as usize) + 24 < end);
    hits[from..].iter().take_while(|hit| (hit.hour as usize) < end).map(|hit| hit.packets).sum::<u32>()
}

/// Packets of the last day, at some sensors or at all of them.
fn day_of(hits: &[Hit], end: usize, sensors: &[u32], series: &Series) -> f64 {
    let recent = recent(series.key.origin, hits, end, SENSORS);
    recent.sensors.iter().filter(|(number, _)| sensors.is_empty() || sensors.contains(number)).map(|(_, packets)| f64::from(*packets)).sum()
}

/// Judges every hour of some weeks without any rise; gives what was told, each event once.
fn false_alarms(seed: u64) -> Vec<String> {
    let world = World::new(seed, SENSORS, SERVICES, 9 + JUDGED_WEEKS);
    let (watching, mut all) = (world.watching(), all_series(&world));
    let mut profiles: Vec<Option<Profile>> = vec![None; all.len()];
    let (mut open, mut told): (HashMap<_, (usize, Evidence, usize)>, Vec<String>) = (HashMap::new(), Vec::new());
    for end in (9 * 168)..world.hours {
        let (mut looked_at, mut others) = (vec![false; all.len()], Others::default());
        for (place, (series, hits)) in all.iter_mut().enumerate() {
            if lately(hits, end) >= LEAST {
                series.recent = recent(series.key.origin, hits, end, SENSORS);
                looked_at[place] = true;
            } else if series.key.origin == Origin::Anywhere {
                others.services += 1;
            } else {
                others.countries += 1;
            }
            if end % 24 == 0 {
                profiles[place] = None;
            }
            if looked_at[place] && profiles[place].is_none() {
                profiles[place] = Some(Profile::of(series, &watching, end));
            }
        }
        let known =
            all.iter().zip(&profiles).zip(&looked_at).filter(|(_, is)| **is).filter_map(|(((series, _), profile), _)| Some((series, profile.as_ref()?)));
        let judgement = rise::judge(&watching, end, known, others);
        for (place, evidence, last) in open.values_mut() {
            if all.get(*place).is_some_and(|(series, hits)| evidence.is_left(day_of(hits, end, &evidence.at_sensors, series))) {
                *last = end;
            }
        }
        open.retain(|_, (_, _, last)| end - *last <= OVER_AFTER);
        for found in judgement.rises {
            let place = all.iter().position(|(series, _)| series.key == found.key).expect("a series that was judged");
            let is_new = !open.contains_key(&found.key.service);
            open.entry(found.key.service).or_insert_with(|| (place, Evidence::of(&found, (0, 0)), end)).2 = end;
            if is_new {
                told.push(format!(
                    "seed {seed} hour {end} {:?} {:?} seen {} expected {:.1} score {:?} p {:.1e} sensors {}/{} sources {}/{:.0}",
                    found.key,
                    found.kind,
                    found.seen,
                    found.expected,
                    found.score,
                    found.probability,
                    found.sensors_rose,
                    found.sensors_watched,
                    found.sources,
                    found.sources_before
                ));
            }
        }
    }
    told
}

/// A service without a rise.
struct Beside {
    rank: usize,
    series: Series,
    profile: Profile,
    day: usize,
}

/// A rise that is put in: so many times as much for so many hours at so many sensors.
#[derive(Clone, Copy)]
struct Event {
    rank: usize,
    size: f64,
    length: usize,
    sensors: usize,
}

/// Puts one rise into one service, and says whether it is told while it lasts. It is judged beside series without rises, so that nothing else helps it
/// to be told.
fn is_found(world: &World, watching: &Watching, beside: &mut [Beside], chance: &mut Chance, event: Event) -> bool {
    let Event { rank, size, length, sensors } = event;
    let from = 9 * 168 + chance.below(world.hours - 9 * 168 - length - 3);
    let mut hits = world.hits[rank].clone();
    hits.extend(world.rise(chance, rank, from, length, size, sensors, None));
    hits.sort_by_key(|hit| hit.hour);
    let at = |rank: usize, hits: &[Hit], end: usize| Series {
        recent: recent(Origin::Anywhere, hits, end, SENSORS),
        ..series(World::service(rank), Origin::Anywhere, hits, world)
    };
    // What is usual for their like is learned from the others, as they are when it begins.
    for other in beside.iter_mut() {
        other.series.recent = recent(Origin::Anywhere, &world.hits[other.rank], from, SENSORS);
        if other.day != from / (7 * 24) {
            (other.day, other.profile) = (from / (7 * 24), Profile::of(&other.series, watching, from));
        }
    }
    let (mut one, mut profile) = (at(rank, &hits, from), None);
    // The last chance is the hour in which it ends.
    let mut ends: Vec<usize> = (from + 1..from + length).step_by(3).collect();
    ends.push(from + length);
    ends.into_iter().any(|end| {
        one.recent = recent(Origin::Anywhere, &hits, end, SENSORS);
        if profile.as_ref().is_none_or(|(day, _)| *day != end / 24) {
            profile = Some((end / 24, Profile::of(&one, watching, end)));
        }
        let of_one = profile.as_ref().map(|(_, profile)| profile);
        let all = beside.iter().filter(|other| other.rank != rank).map(|other| (&other.series, &other.profile)).chain(of_one.map(|profile| (&one, profile)));
        rise::judge(watching, end, all, Others { services: SERVICES, countries: SERVICES * 10 }).rises.iter().any(|found| found.key == one.key)
    })
}

/// The service that has so many packets for each day and sensor.
fn rank_of(world: &World, base: f64) -> usize {
    world.base.partition_point(|of_rank| *of_rank > base).min(world.base.len() * 7 / 8)
}

fn recall(events: usize, seed: u64) {
    let worlds: Vec<World> = (0..3).map(|world| World::new(seed + 1_000 + world, SENSORS, 1_200, 11)).collect();
    let watching: Vec<Watching> = worlds.iter().map(World::watching).collect();
    // Series of all sizes, from which is learned what is usual.
    let with_series = |world: &World, watching: &Watching, rank: usize| {
        let series = series(World::service(rank), Origin::Anywhere, &world.hits[rank], world);
        let profile = Profile::of(&series, watching, 0);
        Beside { rank, series, profile, day: 0 }
    };
    let sizes = || (0..6).flat_map(|size| (0..21).map(move |place| (1_usize << (size + 2)) + place * (1 << size) / 6));
    let mut beside: Vec<Vec<Beside>> =
        worlds.iter().zip(&watching).map(|(world, watching)| sizes().map(|rank| with_series(world, watching, rank)).collect()).collect();
    let mut rate = |chance: &mut Chance, bases: &[f64], size: f64, length: usize, sensors: usize| {
        let found = |event: usize| {
            let place = event % worlds.len();
            let world = &worlds[place];
            let rank = rank_of(world, bases[event / worlds.len() % bases.len()]);
            let rank = rank + chance.below(rank / 8 + 1);
            is_found(world, &watching[place], &mut beside[place], chance, Event { rank, size, length, sensors })
        };
        (0..events).map(found).filter(|is_found| *is_found).count()
    };
    let shown =
        |found: usize| format!("{:>4.0} %", 100.0 * f64::from(u32::try_from(found).expect("events")) / f64::from(u32::try_from(events).expect("events")));
    let bases = [20.0, 50.0, 100.0, 500.0];
    println!("\nrecall, services of 20, 50, 100 and 500 packets for each day and sensor, {events} events a cell, {SENSORS} sensors");
    println!("| size | hours | 1 sensor | 5 sensors | 10 sensors | 40 sensors |\n|---|---|---|---|---|---|");
    for size in [2.0, 3.0, 5.0, 10.0] {
        for length in [6, 24, 72] {
            let cells: Vec<String> =
                [1, 5, 10, 40].iter().map(|sensors| shown(rate(&mut Chance::of(seed, 7_000 + *sensors as u64), &bases, size, length, *sensors))).collect();
            println!("| {size} | {length} | {} |", cells.join(" | "));
        }
    }
    println!("\nrecall of a threefold rise over 24 hours by how many packets a sensor has in a day before");
    println!("| packets | 5 sensors | 10 sensors | 40 sensors |\n|---|---|---|---|");
    let mut on_five = 0;
    for base in [2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 500.0] {
        let found = [5, 10, 40].map(|sensors| rate(&mut Chance::of(seed, 8_000 + sensors as u64), &[base], 3.0, 24, sensors));
        on_five += if bases.contains(&base) { found[0] } else { 0 };
        println!("| {base} | {} |", found.map(shown).join(" | "));
    }
    println!("on exactly five sensors, of services with 20 packets and more: {on_five} of {}", events * bases.len());
}

fn main() -> ExitCode {
    let arguments: Vec<u64> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let number = |place: usize, default: u64| arguments.get(place).copied().unwrap_or(default);
    let (weeks, events, seed) = (number(0, 24), number(1, 100), number(2, 1));
    let mut told = 0;
    let worlds = weeks.div_ceil(JUDGED_WEEKS as u64);
    for world in 0..worlds {
        let found = false_alarms(seed + world);
        told += found.len();
        found.iter().for_each(|line| println!("  {line}"));
        eprintln!("{told} after {} weeks", (world + 1) * JUDGED_WEEKS as u64);
    }
    let judged = worlds * JUDGED_WEEKS as u64;
    if judged > 0 {
        println!("{told} false alarms in {judged} weeks, every hour, {SERVICES} services with their countries, {SENSORS} sensors");
    }
    if events > 0 {
        recall(usize::try_from(events).unwrap_or(100), seed);
    }
    ExitCode::SUCCESS
}
